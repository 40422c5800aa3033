using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Time;

namespace Chronology.Service.Store.Remembered;

/// <summary>The events between the actors of two sides as known at a moment, from memory: what the statements of <see cref="Scores"/>,
/// <see cref="Timeline"/> and <see cref="Seals"/> say of them, and of the events of their facts.</summary>
/// <param name="pairs">Of different actors.</param>
internal sealed class EventsBetween(Moment moment, IReadOnlyList<RememberedPair> pairs, Reading source)
{
    /// <summary>As <see cref="Silences"/> reads it; null: nothing surely happened by the moment's day.</summary>
    public Silence? Silence(Parties sides)
    {
        var happened = new Dictionary<string, RememberedEntry>(StringComparer.Ordinal);
        foreach (var pair in Among(sides))
        {
            foreach (ref readonly var entry in pair.Timeline.AsSpan())
            {
                if (entry.Latest <= moment.AsOf.Number && entry.At.Include(moment.Position))
                    happened[entry.Key] = entry;
            }
        }
        if (happened.Count == 0)
            return null;
        var ordered = happened.Values.OrderBy(entry => entry.Latest).ThenBy(entry => entry.Earliest).ToArray();
        long? longest = null;
        for (var n = 1; n < ordered.Length; n++)
        {
            if (ordered[n].Earliest > long.MinValue)
                longest = Math.Max(longest ?? 0, ordered[n].Earliest - ordered[n - 1].Latest);
        }
        var on = ordered[^1].Latest;
        var last = ordered.Where(entry => entry.Latest == on).Select(entry => entry.Key).Max(StringComparer.Ordinal);
        return new(last!, new(on), longest, ordered.Length);
    }

    /// <summary>As <see cref="Recorded.Missing"/> of actors.</summary>
    /// <param name="actors">Of these sides.</param>
    public IReadOnlyList<string> Missing(IEnumerable<string> actors) =>
        [.. actors.Distinct(StringComparer.Ordinal).Where(actor => !Stood(actor)).Order(StringComparer.Ordinal)];

    private bool Stood(string actor)
    {
        foreach (var pair in pairs)
        {
            foreach (var stood in pair.Standing[actor])
            {
                if (stood.Include(moment.Position))
                    return true;
            }
        }
        return false;
    }

    /// <summary>As <see cref="Scores.Ask"/>.</summary>
    public AskedScores Weighed(Parties sides, Day first, Day last)
    {
        var year = first.Civil.Year;
        var since = HalfLife.All.Select(one => (first - one.Forgotten).Civil.Year).ToArray();
        var plain = new List<ScoreEvidence.Counted>();
        var odd = new List<(ScoredEvent, IReadOnlyList<string>)>();
        var between = Among(sides).ToList();
        var weights = between is [var only] ? only.Weights : new(EachOnce(between));
        weights.AddSingles(Day.Of(year, 1, 1), last, moment.Position, plain, odd);
        var tooManyPairs = between
            .SelectMany(pair => pair.TooManyPairs)
            .Where(one => one.At.Include(moment.Position) && one.Earliest <= last.Number)
            .Select(one => one.Key)
            .Distinct(StringComparer.Ordinal)
            .LongCount();
        return new(
            Pending<IEnumerable<KeyValuePair<(HalfLife, long), ScoreSum>>>.Of(
                weights.Totals(since, year, moment.Position)
            ),
            Pending<Dictionary<(HalfLife, long), ScoreSum>>.Of([]),
            Pending<SingleEvents>.Of(new(plain, odd, tooManyPairs))
        );
    }

    /// <summary>What the events weigh at the moment that are between any two of the sides: each once, whichever of its pairs those are.</summary>
    private IReadOnlyCollection<RememberedWeight> EachOnce(IEnumerable<RememberedPair> between) =>
        [
            .. between
                .SelectMany(pair => pair.Weights.Each)
                .Where(weight => weight.At.Include(moment.Position))
                .DistinctBy(weight => weight.Key),
        ];

    /// <summary>As <see cref="Timeline.Recent"/>.</summary>
    /// <param name="last">As <see cref="Last"/> gives them, once their details have been read.</param>
    public IReadOnlyList<RecentEvent> Recent(IReadOnlyCollection<RememberedEntry> last, int limit)
    {
        var told = new List<(RememberedEntry Entry, EventVersion Version)>(last.Count);
        foreach (var entry in last)
            told.Add((entry, VersionOf(entry.Key, entry.At.From)!));
        told.Sort(GreatestFirst);
        var recent = new RecentEvent[Math.Min(limit, told.Count)];
        for (var n = 0; n < recent.Length; n++)
        {
            var (entry, version) = told[n];
            recent[n] = new(entry.Key, version.Occurred, version.Title, version.When.HappenedBy(moment.AsOf));
        }
        return recent;
    }

    private static readonly Comparison<(RememberedEntry Entry, EventVersion Version)> GreatestFirst = (a, b) =>
        b.Entry.Latest.CompareTo(a.Entry.Latest) is not 0 and var latest ? latest
        : b.Entry.Earliest.CompareTo(a.Entry.Earliest) is not 0 and var earliest ? earliest
        : (b.Version.Order ?? 0).CompareTo(a.Version.Order ?? 0) is not 0 and var order ? order
        : string.CompareOrdinal(b.Entry.Key, a.Entry.Key);

    /// <summary>The greatest by (last, first day) that have not surely not happened by the moment's day: of each pair so many, and
    /// those that stand beside the last of them.</summary>
    public IReadOnlyCollection<RememberedEntry> Last(Parties sides, int limit)
    {
        var found = new List<RememberedEntry>(limit + 2);
        foreach (var pair in Among(sides))
        {
            var count = 0;
            RememberedEntry last = default;
            foreach (ref readonly var entry in pair.Timeline.AsSpan())
            {
                if (entry.Earliest > moment.AsOf.Number || !entry.At.Include(moment.Position))
                    continue;
                if (count >= limit && (entry.Latest, entry.Earliest) != (last.Latest, last.Earliest))
                    break;
                last = entry;
                count++;
                found.Add(entry);
            }
        }
        // Two pairs may know of one version until different positions.
        return pairs is [_] ? found : [.. found.DistinctBy(entry => (entry.Key, entry.At.From))];
    }

    /// <summary>Reads what is not in memory yet of these versions of events, and of the revisions of these events: one round trip, or none.</summary>
    public async ValueTask ReadDetailsAsync(IEnumerable<(string Event, long From)> versions, CancellationToken ct)
    {
        var trip = new RoundTrip(source);
        var asked = pairs is [var only]
            ? [only.AskForDetails(trip, moment.Chronology, [.. versions])]
            : versions
                .GroupBy(version => PairOf(version.Event))
                .Select(of => of.Key.AskForDetails(trip, moment.Chronology, [.. of]))
                .ToArray();
        await trip.GoAsync(ct);
        foreach (var keep in asked)
            keep?.Invoke();
    }

    private RememberedPair PairOf(string key) => pairs is [var only] ? only : pairs.First(pair => pair.IsFrom(key));

    private EventVersion? VersionOf(string key, long from) => PairOf(key).Versions.GetValueOrDefault((key, from));

    /// <summary>As <see cref="Facts.CitationsAsync"/>, where <see cref="CiteTheirOwn"/>, once their details have been read.</summary>
    public IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> Citations(
        IEnumerable<RecordedEffect> effects
    )
    {
        var found = new Dictionary<(string, long), ValueList<Citation>>(VersionKeys.Comparer);
        foreach (var effect in effects)
        {
            if (VersionOf(effect.Event, effect.Position) is { } version)
                found[(effect.Event, effect.Position)] = version.Citations;
        }
        return found;
    }

    /// <summary>Whether what answers cite of these events is their own.</summary>
    public bool CiteTheirOwn => !pairs.Any(pair => pair.AreEventsMerged);

    /// <summary>As <see cref="Seals.Ask(RoundTrip, string, long[], IEnumerable{NamedRecord})"/> of an event of these sides, or of another
    /// record of its key, where <see cref="CiteTheirOwn"/>; null: not in memory.</summary>
    public IReadOnlyList<SealedRecord>? SealedOf(NamedRecord named)
    {
        for (var n = 0; n < pairs.Count; n++)
        {
            if (pairs[n].SealedOf(named, moment.Position) is { } records)
                return records;
        }
        return null;
    }

    private IEnumerable<RememberedPair> Among(Parties sides) =>
        pairs.Where(pair =>
            (sides.One.Contains(pair.Of.One) && sides.Other.Contains(pair.Of.Other))
            || (sides.One.Contains(pair.Of.Other) && sides.Other.Contains(pair.Of.One))
        );
}
