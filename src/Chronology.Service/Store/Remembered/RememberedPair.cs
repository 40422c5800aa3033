using System.Collections.Concurrent;
using Chronology.Recording;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was ever recorded between two actors beside their <see cref="RememberedFacts"/>: their events, those of their facts among them.</summary>
internal sealed class RememberedPair : PairPart
{
    public required RememberedWeights Weights { get; init; }

    /// <summary>Events with too many pairs to weigh in any score.</summary>
    public required RememberedEntry[] TooManyPairs { get; init; }

    /// <summary>The greatest by (last, first day) first.</summary>
    public required RememberedEntry[] Timeline { get; init; }

    /// <summary>When each of the two stood in the record.</summary>
    public required ILookup<string, Positions> Standing { get; init; }

    /// <summary>Whether an event was ever merged into another, or another record of the key of an event: then what an answer cites is
    /// not the events' own alone.</summary>
    public required bool AreEventsMerged { get; init; }

    /// <summary>What answers tell of versions of these events, and of each event the records of its key with all their revisions up to
    /// <see cref="UpTo"/>; filled as they are asked for.</summary>
    public ConcurrentDictionary<(string Event, long From), EventVersion> Versions { get; } = new(VersionKeys.Comparer);

    /// <inheritdoc cref="Versions"/>
    private readonly ConcurrentDictionary<string, IReadOnlyList<SealedRecord>> sealedByKey = new(
        StringComparer.Ordinal
    );

    /// <summary>The records of the key of an event that are meant, with their revisions up to a position; null: not in memory.</summary>
    public IReadOnlyList<SealedRecord>? SealedOf(NamedRecord named, long position) =>
        !sealedByKey.TryGetValue(named.Key, out var records) ? null
        : named.Kind is { } kind ? SealedRecord.UpTo([.. records.Where(record => record.Id.Kind == kind)], position)
        : SealedRecord.UpTo(records, position);

    // Kept before the version is.
    private bool IsTold((string Event, long From) version) => Versions.ContainsKey(version);

    /// <summary>So many versions before and after one that is asked for are read with it: whoever asks of one day asks of another.</summary>
    private const int Beside = 100;

    /// <summary>Asks for what is not in memory yet of these versions, and of the revisions of their events.</summary>
    /// <returns>What keeps it, once the round trip has been made; null: nothing is asked for.</returns>
    public Action? AskForDetails(RoundTrip trip, string chronology, IReadOnlyList<(string Event, long From)> versions)
    {
        var told = 0;
        while (told < versions.Count && IsTold(versions[told]))
            told++;
        if (told == versions.Count)
            return null;
        var missing = versions.Where(version => !IsTold(version)).ToHashSet();
        var (first, last) = (Timeline.Length, -1);
        for (var n = 0; n < Timeline.Length; n++)
        {
            if (missing.Contains((Timeline[n].Key, Timeline[n].At.From)))
                (first, last) = (Math.Min(first, n), n);
        }
        for (var n = Math.Max(0, first - Beside); n <= Math.Min(last + Beside, Timeline.Length - 1); n++)
            missing.Add((Timeline[n].Key, Timeline[n].At.From));
        var upTo = UpTo;
        var asked = EventVersion.Ask(trip, chronology, [.. missing.Where(one => !Versions.ContainsKey(one))]);
        var made = Seals.Ask(
            trip,
            chronology,
            [upTo],
            missing
                .Select(one => one.Event)
                .Distinct(StringComparer.Ordinal)
                .Where(key => !sealedByKey.ContainsKey(key))
                .Select(key => new NamedRecord(null, key))
        );
        return () =>
        {
            foreach (var records in made.Value.GroupBy(one => one.Key.Key, StringComparer.Ordinal))
                sealedByKey[records.Key] = [.. records.SelectMany(one => one.Value)];
            foreach (var (version, what) in asked.Value)
                Versions[version] = what;
        };
    }
}

/// <summary>A version of an event in the timeline of two actors.</summary>
internal readonly record struct RememberedEntry(Positions At, long Earliest, long Latest, string Key);
