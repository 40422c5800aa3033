using Chronology.Actors;
using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>Whose effects make up the history of one fact, and when its parties cease to be.</summary>
public sealed class Heritage
{
    private static readonly Day AfterAll = new(long.MaxValue);
    private static readonly ValueList<ValueList<Succession>> OnlyOwn =
    [
        [],
    ];

    public Heritage(FactKey key, ValueList<HeritageSource> sources, EffectDate? lastDay) =>
        (Key, Sources, LastDay) = (key, sources, lastDay);

    /// <summary>Of a fact whose own effects are all there is.</summary>
    public static Heritage Plain(FactKey key) => new(key, [new(key, null, null, OnlyOwn)], null);

    /// <summary>The fact, under the keys of actors that are not merged into others.</summary>
    public FactKey Key { get; }

    /// <summary>The key itself first, then those of actors merged into its parties and those of their predecessors.</summary>
    public ValueList<HeritageSource> Sources { get; }

    /// <summary>No value of the fact lasts beyond it; null: no end of its parties is known.</summary>
    public EffectDate? LastDay { get; }

    /// <summary>Whether the fact's own effects are all there is, and nothing ends them but their own dates.</summary>
    public bool IsPlain => Sources.Count == 1 && LastDay is null;

    /// <summary>Where an effect comes from; null: it is of another fact.</summary>
    public HeritageSource? SourceOf(RecordedEffect effect)
    {
        if (effect.Key.Value is not null && effect.Key.Value != Key.Value)
            return null;
        foreach (var source in Sources)
        {
            if (source.Key.IsOfOneHistoryWith(effect.Key))
                return source;
        }
        return null;
    }

    /// <summary>Whether the effect counts on any day at all: it may begin before the day on which the fact passes.</summary>
    public bool Passes(RecordedEffect effect) =>
        SourceOf(effect) is { } source
        && (source.IsOwn || effect.Begins.Days.LastOnOrBefore(source.Before(AfterAll) - 1) is not null);

    /// <summary>Whether the effect can count as of a day: it is the fact's own, or what passes may have passed by then.</summary>
    public bool MayCount(RecordedEffect effect, Day asOf) =>
        SourceOf(effect) is { } source
        && (
            source.IsOwn
            || (
                source.Before(asOf) is var before
                && before != new Day(long.MinValue)
                && effect.Begins.Days.LastOnOrBefore(before - 1) is not null
            )
        );

    /// <summary>
    /// Enough of the ways in which the uncertain days of succession can have fallen to give every value that some way gives:
    /// for each, the day before which the effects of a source begin, else they do not count as of <paramref name="asOf"/>.
    /// </summary>
    /// <remarks>
    /// Let an effect decide that begins on day b. Whatever does not bring it had best have passed nothing yet, else as early as
    /// can be: fewer rivals then count. The successions of the way that brings it had best fall on their first day after b.
    /// So one day, the least that all of them may fall on, stands for the whole way; and as that day grows, more rivals
    /// surely count only where one of the days passes the latest day of an effect. Between two such steps the latest is best.
    /// </remarks>
    /// <param name="sources">Those that effects come from.</param>
    /// <param name="latest">The latest days on which the effects can have begun, those without limit left out.</param>
    internal static IEnumerable<Func<HeritageSource, Day>> Cases(
        IEnumerable<HeritageSource> sources,
        IReadOnlyCollection<Day> latest,
        Day asOf
    )
    {
        var ways = sources.Where(source => !source.IsOwn).SelectMany(source => source.Ways).Distinct().ToList();
        var least = ways.SelectMany(way => way).Distinct().ToDictionary(link => link, link => Least(link, asOf));
        yield return source => source.BeforeIn(least);
        var steps = latest.Where(day => day < asOf).Append(asOf).Distinct().ToList();
        foreach (var way in ways.Where(way => way.Any(link => MayDiffer(link, asOf))))
        {
            foreach (var day in way.SelectMany(link => steps.Select(link.On.LastOnOrBefore)).OfType<Day>().Distinct())
            {
                var fallen = new Dictionary<Succession, Day?>(least);
                foreach (var link in way)
                    fallen[link] = link.On.FirstOnOrAfter(day) is { } on && on <= asOf ? on : null;
                if (way.All(link => fallen[link] is not null))
                    yield return source => source.BeforeIn(fallen);
            }
        }
    }

    /// <summary>Null: the day has not come yet.</summary>
    private static Day? Least(Succession link, Day asOf) =>
        link.On.Latest is { } latest && latest <= asOf ? link.On.Earliest ?? new Day(long.MinValue) : null;

    private static bool MayDiffer(Succession link, Day asOf) =>
        link.On.LastOnOrBefore(asOf) is { } last && last != Least(link, asOf);
}

/// <summary>A key whose effects count for another.</summary>
/// <param name="Key">As recorded.</param>
/// <param name="HeldAs">The predecessor that is its holder; null: the holder itself, or one merged into it.</param>
/// <param name="TowardAs">The predecessor that it is toward; null as <paramref name="HeldAs"/>.</param>
/// <param name="Ways">The successions by which its effects come, all of one way together; by an empty way they are the fact's own.</param>
public sealed record HeritageSource(
    FactKey Key,
    string? HeldAs,
    string? TowardAs,
    ValueList<ValueList<Succession>> Ways
)
{
    private static readonly Day BeforeAll = new(long.MinValue);
    private static readonly Day AfterAll = new(long.MaxValue);

    public bool IsOwn => Ways.Any(way => way.Count == 0);

    /// <summary>The first day that it can be which effects must begin before to count as of <paramref name="asOf"/>;
    /// the least of days where none may count, the greatest where all do.</summary>
    /// <remarks>Of the effects that surely begin before it, those which decided nothing on the day before it decide nothing as of <paramref name="asOf"/>.</remarks>
    public Day SurelyBefore(Day asOf) =>
        IsOwn
            ? AfterAll
            : Open(asOf).Select(way => way.Min(link => link.On.Earliest ?? BeforeAll)).DefaultIfEmpty(BeforeAll).Min();

    /// <summary>The last day that it can be; as <see cref="SurelyBefore"/>.</summary>
    public Day Before(Day asOf) =>
        IsOwn
            ? AfterAll
            : Open(asOf).Select(way => way.Min(link => LastOf(link, asOf))).DefaultIfEmpty(BeforeAll).Max();

    /// <summary>Whether what began on a day surely counts as of another: by one of the ways at least, all of it surely came after the one and by the other.</summary>
    public bool SurelyPasses(Day begun, Day asOf) =>
        Ways.Any(way =>
            way.All(link => link.On is { Earliest: { } first, Latest: { } last } && begun < first && last <= asOf)
        );

    /// <summary>The day itself, where each succession took place on the day given; null: not yet.</summary>
    internal Day BeforeIn(Dictionary<Succession, Day?> fallen) =>
        IsOwn
            ? AfterAll
            : Ways.Where(way => way.All(link => fallen[link] is not null))
                .Select(way => way.Min(link => fallen[link]!.Value))
                .DefaultIfEmpty(BeforeAll)
                .Max();

    private IEnumerable<ValueList<Succession>> Open(Day asOf) =>
        Ways.Where(way => way.All(link => !(link.On.Earliest > asOf)));

    private static Day LastOf(Succession link, Day asOf) =>
        asOf == AfterAll ? link.On.Latest ?? AfterAll : link.On.LastOnOrBefore(asOf)!.Value;
}
