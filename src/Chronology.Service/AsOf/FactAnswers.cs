using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;

namespace Chronology.Service.AsOf;

/// <summary>One fact as it was on the day asked.</summary>
/// <param name="HeldAs">The predecessor that the effect shown is recorded of, in the holder's place; left out where it is the holder's own.</param>
/// <param name="TowardAs">The predecessor in the place of <c>toward</c>; as <c>heldAs</c>.</param>
/// <param name="Value">The possible value whose effect has the greatest latest day; <c>alternatives</c> are the others, <c>none</c> included.</param>
/// <param name="Certainty">certain, possible or claimed.</param>
/// <param name="Because">The effects that may be the one that decides, by (earliest, latest, key).</param>
/// <param name="DisputedBy">Disputed effects that would decide instead.</param>
public sealed record FactAnswer(
    string Fact,
    string Holder,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    string? Toward,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    string? Qualifier,
    string Value,
    FactCertainty Certainty,
    IReadOnlyList<string> Alternatives,
    DayAnswer? Since,
    DayAnswer? Until,
    string? Credibility,
    IReadOnlyList<BecauseAnswer> Because,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BecauseAnswer>? DisputedBy
);

/// <summary>The event, its revision and that revision's position, and the passages that an answer rests on.</summary>
/// <param name="DatedBy">The revisions of other events that its date follows from; left out where it has a date of its own.</param>
public sealed record BecauseAnswer(
    string Event,
    int Revision,
    long Position,
    IReadOnlyList<Citation> Citations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RevisionAt>? DatedBy
);

/// <summary>What last held before a fact came to hold no more.</summary>
public sealed record LastHeldAnswer(
    string Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    DayAnswer? Since,
    DayAnswer? Until,
    BecauseAnswer Because
);

/// <summary>A fact as decided, and as told.</summary>
/// <param name="Told">Null: answers do not list it.</param>
public sealed record ToldFact(FactEntry Entry, FactAnswer? Told);

/// <summary>Facts decided by the model, told with their citations.</summary>
public sealed class FactTelling(Facts facts)
{
    /// <summary>The facts that answers list, in their order: (fact, holder, toward, qualifier, value), ordinal.</summary>
    public async Task<IReadOnlyList<FactAnswer>> ListedAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        CancellationToken ct
    )
    {
        var told = await ToldAsync(moment, identity, selection, ct);
        return Ordered(told.Select(fact => fact.Told).OfType<FactAnswer>());
    }

    /// <summary>The facts selected and recorded at the moment, also those that answers do not list.</summary>
    public async Task<IReadOnlyList<ToldFact>> ToldAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        CancellationToken ct
    )
    {
        var entries = Decide(moment, await facts.ReadAsync(moment, identity, selection, ct));
        var citations = await facts.CitationsAsync(moment, RestsOfListed(entries), ct);
        return [.. entries.Select(entry => new ToldFact(entry, entry.IsListed ? Tell(entry, citations) : null))];
    }

    /// <summary>What the facts that answers list rest on.</summary>
    public static IReadOnlyList<RecordedEffect> RestsOfListed(IReadOnlyList<FactEntry> entries)
    {
        var rests = new List<RecordedEffect>(2 * entries.Count);
        foreach (var entry in entries)
        {
            if (entry.IsListed)
                Add(rests, entry);
        }
        return rests;
    }

    public static IReadOnlyList<FactEntry> Decide(Moment moment, IReadOnlyList<FactEffects> found) =>
        [.. found.Select(fact => fact.AsOf(moment.AsOf))];

    public static IReadOnlyList<RecordedEffect> Rests(FactEntry entry)
    {
        var rests = new List<RecordedEffect>();
        Add(rests, entry);
        return rests;
    }

    private static void Add(List<RecordedEffect> rests, FactEntry entry)
    {
        rests.AddRange(entry.Because);
        rests.AddRange(entry.DisputedBy);
        if (entry.LastHeld is { } last)
            rests.Add(last.Effect);
    }

    public static IReadOnlyList<FactAnswer> Ordered(IEnumerable<FactAnswer> answers)
    {
        // No two have the same key.
        var ordered = answers.ToList();
        ordered.Sort(ByKey);
        return ordered;
    }

    private static readonly Comparer<FactAnswer> ByKey = Comparer<FactAnswer>.Create(
        (a, b) =>
            string.CompareOrdinal(a.Fact, b.Fact) is not 0 and var fact ? fact
            : string.CompareOrdinal(a.Holder, b.Holder) is not 0 and var holder ? holder
            : string.CompareOrdinal(a.Toward ?? "", b.Toward ?? "") is not 0 and var toward ? toward
            : string.CompareOrdinal(a.Qualifier ?? "", b.Qualifier ?? "") is not 0 and var qualifier ? qualifier
            : string.CompareOrdinal(a.Value, b.Value)
    );

    public static FactAnswer Tell(
        FactEntry entry,
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> citations
    ) =>
        new(
            entry.Key.Fact,
            entry.Key.Holder,
            entry.HeldAs,
            entry.Key.Toward,
            entry.TowardAs,
            entry.Key.Qualifier,
            entry.Value,
            entry.Certainty,
            entry.Alternatives,
            DayAnswer.Of(entry.Since),
            DayAnswer.Of(entry.Until),
            entry.Credibility,
            Because(entry.Because, citations),
            entry.DisputedBy.Count == 0 ? null : Because(entry.DisputedBy, citations)
        );

    public static IReadOnlyList<BecauseAnswer> Because(
        IEnumerable<RecordedEffect> effects,
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> citations
    )
    {
        return effects is IReadOnlyList<RecordedEffect> and [var only]
            ? [Tell(only.Event, only.Revision, only.Position, effects)]
            :
            [
                .. effects
                    .GroupBy(effect => (effect.Event, effect.Revision, effect.Position))
                    .Select(e => Tell(e.Key.Event, e.Key.Revision, e.Key.Position, e)),
            ];

        BecauseAnswer Tell(string key, int revision, long position, IEnumerable<RecordedEffect> alike) =>
            new(
                key,
                revision,
                position,
                citations.GetValueOrDefault((key, position)) ?? [],
                alike.Select(effect => effect.DatedBy).FirstOrDefault(dated => dated.Count > 0)
            );
    }
}
