using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>What a fact was on a day, decided from the effects on it: the effect that began last on or before the day decides, alone.</summary>
/// <remarks>
/// Windows of different effects are independent, and every value that some arrangement of them gives is possible; an effect's own
/// last day is never before its first. If the deciding effect has ended before the day, or has no value, nothing holds:
/// an earlier value does not come back by itself. The day of a new effect has the new state, a last day still has the old one.
/// <para>
/// Let M be the greatest earliest day among the firm effects whose latest day is on or before the day. Effects that begin later
/// than the day (earliest &gt; day) or surely before M (latest &lt; M) change nothing but <see cref="FactEntry.LastHeld"/> and
/// <see cref="FactEntry.IsRecorded"/>: a query may leave them out. A bound that is null is without limit on its side.
/// </para>
/// <para>
/// Where the actors have predecessors, the history of a fact is its own effects together with those of the predecessor that began
/// before the succession, from the day of the succession on; uncertain days of succession are independent of all other windows.
/// The end of an actor's existence is another last day of every value, whenever the value began: one that began later never stands.
/// </para>
/// </remarks>
public static class FactsAsOf
{
    /// <summary>Decides one fact. Refuted effects take part in nothing; disputed ones are weighed beside the firm ones, never among them.</summary>
    /// <param name="key">Of a kind that is not functional: with a value.</param>
    /// <param name="effects">All effects of the key (of inherited keys too), and of a kind that is not functional also those of
    /// <see cref="FactKey.EndingAll"/>; in any order.</param>
    /// <exception cref="ArgumentException">The kind is not functional and an effect gives another value than that of the key.</exception>
    public static FactEntry Decide(FactKey key, IReadOnlyList<RecordedEffect> effects, Day asOf) =>
        Decide(Heritage.Plain(key), effects, asOf);

    /// <summary>As above, of a fact whose history is that of several keys.</summary>
    /// <param name="effects">Those on all the sources' keys; others, and those that never count for the fact, are passed over.</param>
    public static FactEntry Decide(Heritage heritage, IReadOnlyList<RecordedEffect> effects, Day asOf) =>
        Decide(heritage, effects, asOf, out _);

    /// <param name="shown">Of those in <see cref="FactEntry.Because"/> the one that gives the value shown; where nothing stands
    /// the one that began last; null where none has begun.</param>
    /// <inheritdoc cref="Decide(Heritage, IReadOnlyList{RecordedEffect}, Day)"/>
    internal static FactEntry Decide(
        Heritage heritage,
        IReadOnlyList<RecordedEffect> effects,
        Day asOf,
        out RecordedEffect? shown
    )
    {
        var key = heritage.Key;
        if (!key.Kind.Functional && effects.Any(effect => effect.Value is not null && effect.Value != key.Value))
            throw new ArgumentException($"An effect gives another value than {key}.", nameof(effects));

        var (firm, disputed) = (new List<RecordedEffect>(effects.Count), new List<RecordedEffect>());
        foreach (var effect in effects)
        {
            if (!heritage.Passes(effect))
                continue;
            if (effect.IsFirm)
                firm.Add(effect);
            else if (effect.Credibility == "disputed")
                disputed.Add(effect);
        }
        var ends = heritage.LastDay?.Days;
        var (decided, contested) = Weigh(heritage, firm, disputed, ends, asOf);
        IReadOnlyList<Decider> claims =
            disputed.Count == 0 ? [] : [.. contested.Members.Where(member => !member.Effect.IsFirm)];

        var claimed = claims.Any(claim => claim.MayStand) && !decided.Members.Any(member => member.MayStand);
        var beside = !claimed && decided.Members.Count > 0;
        var basis = beside ? decided : contested;
        var values = basis.PossibleValues();
        var standing = new List<RecordedEffect>(basis.Members.Count);
        foreach (var member in basis.Members)
        {
            if (member.MayStand)
                standing.Add(member.Effect);
        }
        shown = (standing.Count > 0 ? standing : basis.Effects()).Max(Later);
        var value = standing.Count > 0 ? shown!.Value! : Vocabulary.None;
        var entry = new FactEntry(
            key,
            value,
            claimed ? FactCertainty.Claimed
                : values.Count == 1 ? FactCertainty.Certain
                : FactCertainty.Possible,
            values.Count == 1 ? [] : values.Where(other => other != value).ToValueList(),
            standing.Count > 0 ? shown!.Begins : null,
            standing.Count > 0 ? EffectDate.Sooner(shown!.LastDay, heritage.LastDay) : null,
            shown?.Credibility,
            InOrder(basis.Members),
            beside ? InOrder(claims) : [],
            LastHeld: null,
            IsRecorded: firm.Count + disputed.Count > 0,
            HeldAs: standing.Count > 0 ? heritage.SourceOf(shown!)?.HeldAs : null,
            TowardAs: standing.Count > 0 ? heritage.SourceOf(shown!)?.TowardAs : null
        )
        {
            ClaimedAgainst = claimed ? decided.Effects().Except(basis.Effects()).Order(ByBegin).ToValueList() : [],
        };
        return entry.Holds() == Verdict.No ? entry with { LastHeld = LastToHold(heritage, firm, asOf)?.Held } : entry;
    }

    private static ValueList<RecordedEffect> InOrder(IReadOnlyList<Decider> members) =>
        members is [var only] ? [only.Effect] : members.Select(member => member.Effect).Order(ByBegin).ToValueList();

    /// <summary>Whether all values of a kind have surely ended by the end of a day, whatever they were: a firm effect without value has surely begun
    /// and surely counts for the fact. Before that day an ending says nothing of what there was.</summary>
    /// <param name="heritage">Of a key as of <see cref="FactKey.EndingAll"/>.</param>
    public static bool HasSurelyEnded(Heritage heritage, IEnumerable<RecordedEffect> effects, Day asOf) =>
        effects.Any(effect =>
            effect is { Value: null, IsFirm: true, Begins.Days.Latest: { } begun }
            && begun <= asOf
            && heritage.SourceOf(effect)?.SurelyPasses(begun, asOf) == true
        );

    /// <summary>One effect as it takes part.</summary>
    /// <param name="Before">It takes part only if it began before this day.</param>
    private readonly record struct Part(RecordedEffect Effect, Day Before);

    /// <summary>What may decide among the firm effects, and among all, whichever way uncertain days of succession have fallen.</summary>
    private static (Possibilities Decided, Possibilities Contested) Weigh(
        Heritage heritage,
        List<RecordedEffect> firm,
        List<RecordedEffect> disputed,
        DayWindow? ends,
        Day asOf
    )
    {
        if (heritage.IsPlain)
            return WeighIn(_ => AfterAll);
        var sources = new Dictionary<RecordedEffect, HeritageSource>(ReferenceEqualityComparer.Instance);
        foreach (var effect in firm.Concat(disputed))
            sources[effect] = heritage.SourceOf(effect)!;
        var latest = sources.Keys.Select(effect => LatestBegin(new(effect, AfterAll))).OfType<Day>().ToHashSet();
        return Heritage
            .Cases(sources.Values.Distinct(), latest, asOf)
            .Select(before => WeighIn(effect => before(sources[effect])))
            .Aggregate((a, b) => (a.Decided.Or(b.Decided), a.Contested.Or(b.Contested)));

        (Possibilities Decided, Possibilities Contested) WeighIn(Func<RecordedEffect, Day> before)
        {
            var parts = new List<Part>(firm.Count);
            foreach (var effect in firm)
                parts.Add(new(effect, before(effect)));
            var decided = Deciders(parts, ends, asOf);
            return disputed.Count == 0
                ? (decided, decided)
                : (
                    decided,
                    Deciders([.. parts, .. disputed.Select(effect => new Part(effect, before(effect)))], ends, asOf)
                );
        }
    }

    /// <summary>One of the effects that may decide, and what it may give.</summary>
    /// <param name="MayStand">It has a value, which may not have ended before the day.</param>
    /// <param name="MayBeOver">It has no value, or its last day may lie before the day.</param>
    private sealed record Decider(RecordedEffect Effect, bool MayStand, bool MayBeOver);

    /// <param name="NothingYet">No effect has surely begun.</param>
    private sealed record Possibilities(IReadOnlyList<Decider> Members, bool NothingYet)
    {
        public IEnumerable<RecordedEffect> Effects() => Members.Select(member => member.Effect);

        public Possibilities Or(Possibilities other) =>
            new(
                [
                    .. Members
                        .Concat(other.Members)
                        .GroupBy(member => member.Effect, ReferenceEqualityComparer.Instance)
                        .Select(same => new Decider(
                            (RecordedEffect)same.Key!,
                            same.Any(member => member.MayStand),
                            same.Any(member => member.MayBeOver)
                        )),
                ],
                NothingYet || other.NothingYet
            );

        /// <summary>Each once, in ordinal order, <c>none</c> among them.</summary>
        public IReadOnlyList<string> PossibleValues()
        {
            var values = new List<string>(2);
            if (NothingYet)
                values.Add(Vocabulary.None);
            foreach (var member in Members)
            {
                if (member.MayStand && !values.Contains(member.Effect.Value!))
                    values.Add(member.Effect.Value!);
                if (member.MayBeOver && !values.Contains(Vocabulary.None))
                    values.Add(Vocabulary.None);
            }
            if (values.Count > 1)
                values.Sort(StringComparer.Ordinal);
            return values;
        }
    }

    /// <param name="ends">When the parties cease to be, if they do.</param>
    private static Possibilities Deciders(List<Part> parts, DayWindow? ends, Day asOf)
    {
        // M; an effect that has surely begun, but with no earliest day, leaves it at the least day of all.
        Day? surelyBegun = null;
        foreach (var part in parts)
            if (LatestBegin(part) is { } latest && latest <= asOf)
                surelyBegun = Day.Max(Earliest(part.Effect.Begins.Days), surelyBegun ?? BeforeAll);
        var since = surelyBegun ?? BeforeAll;
        var possible = new List<RecordedEffect>(parts.Count);
        foreach (var part in parts)
        {
            if (LastBegin(part, asOf) is { } last && last >= since)
                possible.Add(part.Effect);
        }
        var deciders = new List<Decider>(possible.Count);
        foreach (var effect in LastOfTheirDay(possible))
            deciders.Add(Outcome(effect, since, ends, asOf));
        return new(deciders, surelyBegun is null);
    }

    /// <summary>What the effect gives when it decides; the earliest day on which it can have begun and still decide leaves its end most room.</summary>
    private static Decider Outcome(RecordedEffect effect, Day surelyBegun, DayWindow? ends, Day asOf)
    {
        if (effect.Value is null)
            return new(effect, MayStand: false, MayBeOver: true);
        var mayLast = ends is null || !(ends.Latest < asOf);
        var mayBeGone = ends is not null && Earliest(ends) < asOf;
        if (effect.LastDay is not { Days: var lastDay })
            return new(effect, MayStand: mayLast, MayBeOver: mayBeGone);
        var begin =
            Earliest(effect.Begins.Days) >= surelyBegun
                ? Earliest(effect.Begins.Days)
                : effect.Begins.Days.FirstOnOrAfter(surelyBegun)!.Value;
        var firstEnd = Earliest(lastDay) >= begin ? Earliest(lastDay) : lastDay.FirstOnOrAfter(begin)!.Value;
        return new(
            effect,
            MayStand: mayLast && lastDay.FirstOnOrAfter(asOf) is not null,
            MayBeOver: mayBeGone || firstEnd < asOf
        );
    }

    /// <summary>Leaves out those of the same certain day that others surely follow, at once or through others; and of stances those of
    /// lower authority. Where orders and times go round in a ring, none of the ring is the last, so that each may be.</summary>
    private static IEnumerable<RecordedEffect> LastOfTheirDay(IReadOnlyList<RecordedEffect> possible)
    {
        if (possible.Count < 2)
            return possible;
        // A possible decider of a certain day is of day M, so all of these are of one day.
        var oneDay = possible
            .Where(effect => effect.Begins.Days is { Earliest: { } day, Latest: var latest } && day == latest)
            .ToList();
        var last = oneDay
            .Where(effect => !oneDay.Exists(other => Follows(other, effect) && !Follows(effect, other)))
            .ToList();
        var highest = last.Where(effect => !last.Exists(other => Outranks(other, effect))).ToList();
        return possible.Where(effect => !oneDay.Contains(effect) || highest.Contains(effect));

        bool Follows(RecordedEffect later, RecordedEffect earlier)
        {
            var reached = new HashSet<object>(ReferenceEqualityComparer.Instance);
            var path = new Stack<RecordedEffect>([earlier]);
            while (path.TryPop(out var next))
            {
                foreach (var follower in oneDay.Where(other => IsLaterInTheDay(other, next) && reached.Add(other)))
                    path.Push(follower);
            }
            return reached.Contains(later);
        }
    }

    /// <summary>By order where both have one, else by time of day.</summary>
    private static bool IsLaterInTheDay(RecordedEffect a, RecordedEffect b) =>
        a.Order is { } one && b.Order is { } other && one != other ? one > other : IsLaterByTime(a, b);

    /// <summary>Times with a zone compare as instants, times without one as written; one of each do not compare.</summary>
    private static bool IsLaterByTime(RecordedEffect a, RecordedEffect b) =>
        (a.TimeOfDay, b.TimeOfDay) switch
        {
            ({ OffsetMinutes: null } x, { OffsetMinutes: null } y) => x.Nanoseconds > y.Nanoseconds,
            ({ OffsetMinutes: { } east } x, { OffsetMinutes: { } eastOfB } y) => InUtc(x, east) > InUtc(y, eastOfB),
            _ => false,
        };

    /// <summary>Of stances whose authorities are both known.</summary>
    private static bool Outranks(RecordedEffect a, RecordedEffect b) =>
        a.Stance?.Authority is { } one
        && b.Stance?.Authority is { } other
        && StanceTerms.Rank(one) < StanceTerms.Rank(other);

    private static long InUtc(TimeOfDay time, int offsetMinutes) => time.Nanoseconds - offsetMinutes * 60_000_000_000L;

    /// <summary>Of a fact that does not hold on a day: what last did, and the last day by then on which that can have begun.</summary>
    /// <param name="effects">All on the fact, or those of which one can have begun on that day or later.</param>
    /// <returns>Null: none of them ever held.</returns>
    public static (LastHeld Held, Day Began)? LastToHold(
        Heritage heritage,
        IEnumerable<RecordedEffect> effects,
        Day asOf
    )
    {
        var lived = heritage.LastDay?.Latest is { } end ? Day.Min(end, asOf) : asOf;
        var begun = effects
            .Where(effect =>
                effect.IsFirm
                && heritage.Passes(effect)
                && effect.Value is not null
                && heritage.Key.Kind.Holds(effect.Value) != false
            )
            .Select(effect => (Effect: effect, Last: LastBegin(new(effect, BeforeOf(heritage, effect, asOf)), lived)))
            .Where(part => part.Last is not null)
            .ToList();
        var latest = begun.Max(part => part.Last);
        return begun.Where(part => part.Last == latest).Select(part => part.Effect).Max(Later) is { } last
            ? (
                new(
                    last.Value!,
                    last with
                    {
                        LastDay = EffectDate.Sooner(last.LastDay, heritage.LastDay),
                    },
                    heritage.SourceOf(last)?.HeldAs,
                    heritage.SourceOf(last)?.TowardAs
                ),
                latest!.Value
            )
            : null;
    }

    private static Day BeforeOf(Heritage heritage, RecordedEffect effect, Day asOf) =>
        heritage.IsPlain ? AfterAll : heritage.SourceOf(effect)!.Before(asOf);

    /// <summary>The last day on or before <paramref name="day"/> on which the effect can have begun and takes part, its own end considered.</summary>
    private static Day? LastBegin(Part part, Day day)
    {
        if (part.Before == BeforeAll)
            return null;
        var last = part.Before == AfterAll ? day : Day.Min(day, part.Before - 1);
        return part.Effect.Begins.Days.LastOnOrBefore(
            part.Effect.LastDay?.Days.Latest is { } end ? Day.Min(last, end) : last
        );
    }

    /// <summary>The last day on which the effect can have begun, its own end considered; null where there is none, and where it may not take part.</summary>
    private static Day? LatestBegin(Part part)
    {
        var begins = part.Effect.Begins.Days;
        var latest = part.Effect.LastDay?.Days.Latest is { } end ? begins.LastOnOrBefore(end) : begins.Latest;
        return latest < part.Before ? latest : null;
    }

    private static readonly Day AfterAll = new(long.MaxValue);

    private static readonly Day BeforeAll = new(long.MinValue);

    private static Day Earliest(DayWindow window) => window.Earliest ?? BeforeAll;

    private static Day Latest(DayWindow window) => window.Latest ?? new Day(long.MaxValue);

    /// <summary>The order of <c>because</c>: earliest, latest, event, index.</summary>
    public static readonly Comparer<RecordedEffect> ByBegin = Comparer<RecordedEffect>.Create(
        (a, b) =>
            Earliest(a.Begins.Days).CompareTo(Earliest(b.Begins.Days)) is not 0 and var earliest ? earliest
            : Latest(a.Begins.Days).CompareTo(Latest(b.Begins.Days)) is not 0 and var latest ? latest
            : ByKey(a, b)
    );

    /// <summary>Which of several values is shown, the greatest: latest, earliest, order (none is least), then the first event and index.</summary>
    private static readonly Comparer<RecordedEffect> Later = Comparer<RecordedEffect>.Create(
        (a, b) =>
            Latest(a.Begins.Days).CompareTo(Latest(b.Begins.Days)) is not 0 and var latest ? latest
            : Earliest(a.Begins.Days).CompareTo(Earliest(b.Begins.Days)) is not 0 and var earliest ? earliest
            : Nullable.Compare(a.Order, b.Order) is not 0 and var order ? order
            : ByKey(b, a)
    );

    private static int ByKey(RecordedEffect a, RecordedEffect b) =>
        string.CompareOrdinal(a.Event, b.Event) is not 0 and var key ? key : a.Index.CompareTo(b.Index);
}
