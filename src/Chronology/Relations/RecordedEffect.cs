using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>One effect of one event at one revision, as the question "what held on a day" needs it.</summary>
/// <param name="Value">Null: from then on no value (of a kind that is not functional: none of all its values).</param>
/// <param name="Event">Key of the event.</param>
/// <param name="Index">Place among the event's effects, from 0.</param>
/// <param name="Revision">The event's revision that says so, recorded at <paramref name="Position"/>.</param>
/// <param name="Begins">The first day of the new state is one of these days.</param>
/// <param name="TimeOfDay">Where the text of <paramref name="Begins"/> says one.</param>
/// <param name="LastDay">The last day of the value is one of these days, and not before the first; null: no end is known.</param>
/// <param name="Order">Order among the events of one day, where it is known.</param>
/// <param name="Credibility">confirmed, reported or disputed; a refuted effect takes part in nothing.</param>
public sealed record RecordedEffect(
    FactKey Key,
    string? Value,
    string Event,
    int Index,
    int Revision,
    long Position,
    EffectDate Begins,
    TimeOfDay? TimeOfDay,
    EffectDate? LastDay,
    int? Order,
    string Credibility,
    ValueList<Citation> Citations
)
{
    /// <summary>How the stance was taken; null for every other kind of fact.</summary>
    public StanceDetails? Stance { get; init; }

    /// <summary>The revisions of other events that its beginning follows from; none where it has a date of its own.</summary>
    public ValueList<RevisionAt> DatedBy { get; init; } = [];

    /// <summary>Whether it decides by itself (confirmed, reported); otherwise it only claims.</summary>
    public bool IsFirm => Credibility is "confirmed" or "reported";

    /// <summary>The effects of an event that stands as it does since <paramref name="position"/>, dated by what its date follows from.</summary>
    /// <inheritdoc cref="Of(string, int, long, EventContent)"/>
    /// <param name="occurred">What the date of <see cref="RecordState.Dated"/> is, where it has been read already.</param>
    public static IReadOnlyList<RecordedEffect> Of(RecordState state, long position, When? occurred = null) =>
        Of(
            state.Id.Key,
            state.Revision,
            state.Derived?.MadeAt ?? position,
            state.Dated!,
            occurred,
            state.Derived?.From ?? []
        );

    /// <summary>The effects of an event as its content dates them, in their order; none of a refuted event.</summary>
    /// <remarks>An effect begins on its own <c>from</c>, else when the event did; its last day is its own <c>until</c>,
    /// else the last day of the event's extent (an open end is no end). Retracted and merged events are the caller's to leave out.</remarks>
    /// <exception cref="InvalidOperationException">The content was never acceptable: an unreadable date, an effect without <c>from</c>
    /// of an event of several occurrences, or a last day that is surely before the first.</exception>
    public static IReadOnlyList<RecordedEffect> Of(
        string eventKey,
        int revision,
        long position,
        EventContent content
    ) => Of(eventKey, revision, position, content, null, []);

    private static IReadOnlyList<RecordedEffect> Of(
        string eventKey,
        int revision,
        long position,
        EventContent content,
        When? occurred,
        ValueList<RevisionAt> follows
    )
    {
        if (content.Credibility == "refuted" || content.Effects.Count == 0)
            return [];
        occurred ??= content.When();
        var effects = new RecordedEffect[content.Effects.Count];
        for (var index = 0; index < effects.Length; index++)
        {
            var effect = content.Effects[index];
            var own = effect.From is null ? null : When.OccurrenceFrom(effect.From, content.Calendar).Value;
            effects[index] = new RecordedEffect(
                FactKey.Of(effect.Fact, effect.Holder, effect.Toward, effect.Qualifier, effect.Value),
                effect.Value == Vocabulary.None ? null : effect.Value,
                eventKey,
                index,
                revision,
                position,
                own is null ? BeginOf(occurred, content) : new EffectDate(effect.From!, own.Window),
                (own ?? occurred as When.Occurrence)?.TimeOfDay,
                effect.Until is null
                    ? EndOf(occurred, content)
                    : new EffectDate(effect.Until, When.OccurrenceFrom(effect.Until, content.Calendar).Value.Window),
                content.Order,
                content.Credibility,
                content.Citations
            )
            {
                Stance = StanceDetails.Of(effect),
                DatedBy = own is null ? follows : [],
            }.EndingNoEarlierThanItBegins();
        }
        return effects;
    }

    private static EffectDate BeginOf(When occurred, EventContent content) =>
        occurred switch
        {
            When.Occurrence one => new(content.Occurred!, one.Window),
            When.Extent { StartOpen: true } => EffectDate.OpenBegin,
            When.Extent extent => new(content.Start ?? content.Occurred!.Split('/')[0], extent.Start),
            _ => throw new InvalidOperationException("An effect of several occurrences needs a date of its own."),
        };

    private static EffectDate? EndOf(When occurred, EventContent content) =>
        occurred is When.Extent { EndOpen: false } extent
            ? new(content.End ?? content.Occurred!.Split('/')[^1], extent.End)
            : null;

    private RecordedEffect EndingNoEarlierThanItBegins() =>
        LastDay?.Days.Latest is { } last && Begins.Days.LastOnOrBefore(last) is null
            ? throw new InvalidOperationException($"Effect {Index} of {Event} ends before it begins.")
            : this;
}

/// <summary>The EDTF text of a first or last day, as recorded, and the days on one of which it falls.</summary>
/// <param name="Edtf">Empty for a bound of an interval that is unknown; <c>..</c> for an open one.</param>
public sealed record EffectDate(string Edtf, DayWindow Days)
{
    /// <summary>A beginning before every day that can be asked about. Both bounds are null.</summary>
    /// <remarks>Its only member sorts before every day: <c>Days.Latest</c> is <c>new Day(long.MinValue)</c>, so that
    /// "has surely begun by D" is a comparison like any other, here and in SQL.</remarks>
    public static EffectDate OpenBegin { get; } = new("..", new BeforeAllDays());

    /// <summary>The last day where either of two ends it; null: neither does.</summary>
    internal static EffectDate? Sooner(EffectDate? one, EffectDate? other)
    {
        if (one is null || other is null)
            return one ?? other;
        if (one.Latest <= other.Earliest)
            return one;
        if (other.Latest <= one.Earliest)
            return other;
        Day? earliest = one.Earliest is { } a && other.Earliest is { } b ? Day.Min(a, b) : null;
        Day? latest = one.Latest is { } c && other.Latest is { } d ? Day.Min(c, d) : one.Latest ?? other.Latest;
        var window = new DayRange(earliest, latest);
        return new(Text(window), window);
    }

    /// <summary>The days written as EDTF, by their bounds.</summary>
    internal static string Text(DayWindow days) =>
        days.Earliest == days.Latest ? $"{days.Earliest}" : $"[{days.Earliest}..{days.Latest}]";

    /// <summary>Null where unbounded.</summary>
    public Day? Earliest => Days.Earliest;

    /// <summary>Null where unbounded.</summary>
    public Day? Latest => Days is BeforeAllDays ? null : Days.Latest;

    private sealed class BeforeAllDays : DayWindow
    {
        private static readonly Day Only = new(long.MinValue);

        public override Day? Earliest => null;

        public override Day? Latest => Only;

        public override Day? LastOnOrBefore(Day day) => Only;

        public override Day? FirstOnOrAfter(Day day) => day <= Only ? Only : null;

        private protected override Day? RunEnd(Day member) => Only;
    }
}
