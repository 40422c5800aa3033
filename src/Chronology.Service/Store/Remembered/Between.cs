using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Time;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was recorded between the actors of two sides as known at a moment, from memory: what the statements of
/// <see cref="Facts"/>, <see cref="Scores"/>, <see cref="Timeline"/> and <see cref="Seals"/> say of them.</summary>
/// <param name="pairs">Of different actors.</param>
internal sealed class Between(Moment moment, IReadOnlyList<RememberedPair> pairs, Reading source)
{
    /// <summary>A history of several keys with more effects than these is better asked of the database.</summary>
    private const int GreatestHistory = 2_000;

    private RememberedFact? FactOf(FactKey key) =>
        pairs.Select(pair => pair.Facts.GetValueOrDefault(key)).FirstOrDefault(fact => fact is not null);

    /// <summary>As <see cref="Facts.ReadAsync"/>; null: ask the database.</summary>
    public IReadOnlyList<FactEffects>? Facts(Identity identity, FactSelection selection)
    {
        var recorded = Store.Facts.Behind(identity, selection);
        var own = new Dictionary<FactKey, FactEffects>();
        foreach (var key in pairs.SelectMany(pair => pair.Facts.Keys).Where(recorded.SelectsRecorded))
        {
            if (Of(key) is { } fact)
                own.Add(key, fact);
        }
        if (identity.IsNone)
            return [.. own.Values.OrderBy(fact => fact.Key, FactKey.InOrder)];
        var asked = selection.As(identity);
        var found = new List<FactEffects>();
        foreach (var key in own.Keys.SelectMany(identity.Heirs).Distinct().Where(asked.Selects))
        {
            var heritage = identity.HeritageOf(key);
            if (heritage.IsPlain)
            {
                found.Add(own[key]);
                continue;
            }
            if (OfAll(heritage) is not { } effects)
                return null;
            if (effects.Any(effect => key == key.EndingAll || effect.Value is not null))
                found.Add(new(heritage, effects));
        }
        return [.. found.OrderBy(fact => fact.Key, FactKey.InOrder)];
    }

    /// <summary>The effects on one key among which the model decides; null: none was recorded.</summary>
    private FactEffects? Of(FactKey key)
    {
        var (day, position) = (moment.AsOf.Number, moment.Position);
        var own = FactOf(key)!;
        var ender = key.EndingAll == key ? null : FactOf(key.EndingAll);
        if (ender is not null && !own.IsRecordedAt(position))
            return null;
        var since = own.SurelyBegun(day, position);
        if (ender is not null)
            since = Math.Max(since, ender.SurelyBegun(day, position));
        var effects = new List<RecordedEffect>();
        own.AddBegun(since, day, position, effects);
        ender?.AddBegun(since, day, position, effects);
        if (effects.Count == 0 && own.BeginningAfter(day, position) is { } later)
            effects.Add(later);
        return effects.Count == 0 ? null : new(Heritage.Plain(key), effects);
    }

    /// <summary>All effects that make up a history; null: too many.</summary>
    private List<RecordedEffect>? OfAll(Heritage heritage)
    {
        var effects = new List<RecordedEffect>();
        foreach (var key in heritage.Sources.SelectMany(from => new[] { from.Key, from.Key.EndingAll }).Distinct())
        {
            foreach (var effect in FactOf(key)?.At(moment.Position) ?? [])
            {
                if (heritage.Passes(effect))
                    effects.Add(effect);
                if (effects.Count > GreatestHistory)
                    return null;
            }
        }
        return effects;
    }

    /// <summary>As <see cref="Facts.BegunAsync"/>.</summary>
    public (IReadOnlyList<RecordedEffect> Effects, Day? Since) Begun(Heritage heritage, int few)
    {
        var effects = new List<RecordedEffect>();
        var greatest = long.MinValue;
        foreach (var from in heritage.Sources)
        {
            if (FactOf(from.Key) is not { } fact)
                continue;
            var last = Store.Facts.LastDayBefore(from.Before(moment.AsOf), moment.AsOf);
            var since = fact.FirstOfLast(few - 1, last, moment.Position);
            fact.AddBegun(since, last, moment.Position, effects);
            greatest = Math.Max(greatest, since);
        }
        return (effects, greatest == long.MinValue ? null : new Day(greatest));
    }

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
        [
            .. actors
                .Distinct(StringComparer.Ordinal)
                .Where(actor => !pairs.Any(pair => pair.Standing[actor].Any(stood => stood.Include(moment.Position))))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>As <see cref="Scores.Ask"/>.</summary>
    public AskedScores Weighed(Parties sides, Day first, Day last)
    {
        var year = first.Civil.Year;
        var since = HalfLife.All.Select(one => (first - one.Forgotten).Civil.Year).ToArray();
        var totals = new Dictionary<(HalfLife, long), ScoreSum>();
        var plain = new List<ScoreEvidence.Counted>();
        var odd = new List<(ScoredEvent, IReadOnlyList<string>)>();
        var between = Among(sides).ToList();
        var weights = between is [var only] ? only.Weights : new(EachOnce(between));
        weights.AddTotals(since, year, moment.Position, totals);
        weights.AddSingles(Day.Of(year, 1, 1), last, moment.Position, plain, odd);
        var tooManyPairs = between
            .SelectMany(pair => pair.TooManyPairs)
            .Where(one => one.At.Include(moment.Position) && one.Earliest <= last.Number)
            .Select(one => one.Key)
            .Distinct(StringComparer.Ordinal)
            .LongCount();
        return new(
            Pending<Dictionary<(HalfLife, long), ScoreSum>>.Of(totals),
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
    public IReadOnlyList<RecentEvent> Recent(IEnumerable<RememberedEntry> last, int limit) =>
        [
            .. last.Select(entry => (Entry: entry, Version: VersionOf(entry.Key, entry.At.From)!))
                .OrderByDescending(one => one.Entry.Latest)
                .ThenByDescending(one => one.Entry.Earliest)
                .ThenByDescending(one => one.Version.Order ?? 0)
                .ThenByDescending(one => one.Entry.Key, StringComparer.Ordinal)
                .Take(limit)
                .Select(one => new RecentEvent(
                    one.Entry.Key,
                    one.Version.Occurred,
                    one.Version.Title,
                    one.Version.When.HappenedBy(moment.AsOf)
                )),
        ];

    /// <summary>The greatest by (last, first day) that have not surely not happened by the moment's day: of each pair so many, and
    /// those that stand beside the last of them.</summary>
    public IReadOnlyCollection<RememberedEntry> Last(Parties sides, int limit)
    {
        // Two pairs may know of one version until different positions.
        var found = new Dictionary<(string, long), RememberedEntry>();
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
                found[(entry.Key, entry.At.From)] = entry;
            }
        }
        return found.Values;
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

    private RememberedPair PairOf(string key) =>
        pairs is [var only] ? only : pairs.First(pair => pair.Events.Contains(key));

    private EventVersion? VersionOf(string key, long from) => PairOf(key).Versions.GetValueOrDefault((key, from));

    /// <summary>As <see cref="Facts.CitationsAsync"/>, where <see cref="CiteTheirOwn"/>, once their details have been read.</summary>
    public IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> Citations(
        IEnumerable<RecordedEffect> effects
    )
    {
        var found = new Dictionary<(string, long), ValueList<Citation>>();
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
    public IReadOnlyList<SealedRecord>? SealedOf(RecordId id)
    {
        foreach (var pair in pairs)
        {
            if (pair.SealedOf(id, moment.Position) is { } records)
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
