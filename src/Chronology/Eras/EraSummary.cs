using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Eras;

/// <summary>An event that happened, or began, in an era, certainly or possibly.</summary>
/// <param name="Position">Of its revision.</param>
/// <param name="Content">With the date that it has, also where that is relative.</param>
/// <param name="Actors">The actors that stand, each once; for an actor that is merged the one that it is merged into.</param>
/// <param name="Citations">Also those of what is merged into it.</param>
/// <param name="DatedBy">The revisions of other events that its date follows from; null: it has a date of its own.</param>
/// <param name="In">certain or possible.</param>
public sealed record EraEvent(
    string Key,
    int Revision,
    long Position,
    EventContent Content,
    When When,
    IReadOnlyList<string> Actors,
    ValueList<Citation> Citations,
    IReadOnlyList<RevisionAt>? DatedBy,
    Certainty In
)
{
    /// <summary>What it weighs, whichever its sign: -10 to 10, its own or that of its type.</summary>
    public decimal Intensity => Content.Intensity ?? Vocabulary.EventTypes[Content.Type].Intensity;

    /// <summary>In the order in which things happened: that of the timeline.</summary>
    public static IComparer<EraEvent> ByTime { get; } = Comparer<EraEvent>.Create(CompareTime);

    /// <summary>The key events first: surely in the era before possibly, the greater intensity of either sign first, then the earlier.</summary>
    public static IComparer<EraEvent> ByWeight { get; } =
        Comparer<EraEvent>.Create(
            (one, other) =>
                one.In != other.In ? (one.In == Certainty.Certain ? -1 : 1)
                : Math.Abs(other.Intensity).CompareTo(Math.Abs(one.Intensity)) is var weight and not 0 ? weight
                : CompareTime(one, other)
        );

    private static int CompareTime(EraEvent one, EraEvent other) =>
        First(one.When).CompareTo(First(other.When)) is var first and not 0 ? first
        : Last(one.When).CompareTo(Last(other.When)) is var last and not 0 ? last
        : (one.Content.Order ?? 0).CompareTo(other.Content.Order ?? 0) is var order and not 0 ? order
        : string.CompareOrdinal(one.Key, other.Key);

    private static long First(When when) => (when.Earliest ?? when.Latest)?.Number ?? long.MaxValue;

    private static long Last(When when) => when.Latest?.Number ?? long.MaxValue;
}

/// <summary>How many events of a type began surely, and possibly, in an era.</summary>
public sealed record EventsOfType(string Type, int Certain, int Possible);

/// <summary>How many events of an era, certainly or possibly in it, an actor takes part in.</summary>
public sealed record EventsOfActor(string Actor, int Events);

/// <summary>The longest time inside an era in which nothing is recorded to have begun.</summary>
/// <param name="After">The key of the event before it.</param>
/// <param name="From">The last possible day of that event.</param>
/// <param name="Before">The key of the event after it.</param>
/// <param name="Until">The first possible day of that event.</param>
/// <param name="Days">From the one day to the other.</param>
/// <param name="PossiblyBrokenBy">How many events, whose days are uncertain, may lie between.</param>
public sealed record EraSilence(string After, Day From, string Before, Day Until, long Days, int PossiblyBrokenBy);

/// <summary>An event that is possibly in an era, and possibly in others of its scheme.</summary>
/// <param name="Eras">Their keys, ordinal.</param>
public sealed record Neighbouring(string Event, IReadOnlyList<string> Eras);

/// <summary>What the events of an era add up to, whatever order they were recorded in. Refuted events are only counted.</summary>
/// <param name="Types">By type, ordinal.</param>
/// <param name="KeyEvents">The first <see cref="EraTally.GreatestKeyEvents"/> in <see cref="EraEvent.ByWeight"/>.</param>
/// <param name="Actors">All, those with the most events first, then ordinal.</param>
/// <param name="Citations">How often each source is cited, by its key.</param>
/// <param name="Silence">Null with fewer than two bounded events surely in the era, or none apart.</param>
/// <param name="Neighbours">The first <see cref="EraTally.GreatestNeighbours"/> by key.</param>
/// <param name="NeighbourCount">How many there are.</param>
public sealed record EraSummary(
    int Certain,
    int Possible,
    int Disputed,
    int Unsourced,
    int Refuted,
    IReadOnlyList<EventsOfType> Types,
    IReadOnlyList<EraEvent> KeyEvents,
    IReadOnlyList<EventsOfActor> Actors,
    IReadOnlyDictionary<string, int> Citations,
    EraSilence? Silence,
    IReadOnlyList<Neighbouring> Neighbours,
    int NeighbourCount
);

/// <summary>Sums up the events of an era, one at a time and in any order, keeping only what the summary tells.</summary>
/// <param name="neighbours">The other eras of the scheme.</param>
/// <param name="asOf">What surely happened later is not in.</param>
public sealed class EraTally(IReadOnlyList<(string Era, EraSpan Span)> neighbours, Day asOf)
{
    /// <summary>How many key events a summary has.</summary>
    public const int GreatestKeyEvents = 12;

    /// <summary>How many events a summary names that may be a neighbour's.</summary>
    public const int GreatestNeighbours = 100;

    private const string Refuted = "refuted";
    private const string Disputed = "disputed";

    private readonly SortedSet<EraEvent> strongest = new(EraEvent.ByWeight);
    private readonly SortedDictionary<string, (int Certain, int Possible)> types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> actors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> citations = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Neighbouring> shared = new(StringComparer.Ordinal);
    private readonly List<(Day From, Day To, string Key)> sure = [];
    private readonly List<DayWindow> unsure = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private int certain;
    private int possible;
    private int disputed;
    private int unsourced;
    private int refuted;
    private int sharedCount;

    /// <summary>Whether the event was added and is not refuted.</summary>
    public bool Has(string key) => keys.Contains(key);

    /// <param name="one">Each event once.</param>
    public void Add(EraEvent one)
    {
        if (one.Content.Credibility == Refuted)
        {
            refuted++;
            return;
        }
        keys.Add(one.Key);
        var of = types.GetValueOrDefault(one.Content.Type);
        if (one.In == Certainty.Certain)
        {
            certain++;
            types[one.Content.Type] = of with { Certain = of.Certain + 1 };
        }
        else
        {
            possible++;
            types[one.Content.Type] = of with { Possible = of.Possible + 1 };
            Share(one);
        }
        disputed += one.Content.Credibility == Disputed ? 1 : 0;
        unsourced += one.Citations.Count == 0 ? 1 : 0;
        foreach (var actor in one.Actors)
            actors[actor] = actors.GetValueOrDefault(actor) + 1;
        foreach (var citation in one.Citations)
            citations[citation.Source] = citations.GetValueOrDefault(citation.Source) + 1;
        foreach (var days in one.When.Beginnings)
        {
            if (one.In == Certainty.Certain && days is { Earliest: { } from, Latest: { } to })
                sure.Add((from, to, one.Key));
            else
                unsure.Add(days);
        }
        strongest.Add(one);
        if (strongest.Count > GreatestKeyEvents)
            strongest.Remove(strongest.Max!);
    }

    public EraSummary Sum() =>
        new(
            certain,
            possible,
            disputed,
            unsourced,
            refuted,
            [.. types.Select(of => new EventsOfType(of.Key, of.Value.Certain, of.Value.Possible))],
            [.. strongest],
            [
                .. actors
                    .Select(of => new EventsOfActor(of.Key, of.Value))
                    .OrderByDescending(of => of.Events)
                    .ThenBy(of => of.Actor, StringComparer.Ordinal),
            ],
            citations,
            Silence(),
            [.. shared.Values],
            sharedCount
        );

    private void Share(EraEvent one)
    {
        var eras = neighbours
            .Where(other => other.Span.Holds(one.When, asOf) != Certainty.No)
            .Select(other => other.Era)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (eras.Length == 0)
            return;
        sharedCount++;
        shared.Add(one.Key, new(one.Key, eras));
        if (shared.Count > GreatestNeighbours)
            shared.Remove(shared.Keys.Last());
    }

    private EraSilence? Silence()
    {
        (Day From, Day To, string Key)? before = null;
        EraSilence? longest = null;
        foreach (
            var next in sure.OrderBy(one => one.From)
                .ThenBy(one => one.To)
                .ThenBy(one => one.Key, StringComparer.Ordinal)
        )
        {
            if (before is { } last && next.From.Number - last.To.Number is var days && days > (longest?.Days ?? 1))
                longest = new(last.Key, last.To, next.Key, next.From, days, 0);
            if (before is null || next.To > before.Value.To)
                before = next;
        }
        return longest is null
            ? null
            : longest with
            {
                PossiblyBrokenBy = unsure.Count(days => days.Overlaps(longest.From + 1, longest.Until - 1)),
            };
    }
}
