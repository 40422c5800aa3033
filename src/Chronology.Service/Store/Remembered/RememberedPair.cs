using System.Collections.Concurrent;
using Chronology.Recording;
using Chronology.Relations;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was ever recorded of something, with the positions at which each of it was so: enough to answer any question about it, as of
/// any day, as known at any position up to <see cref="UpTo"/>.</summary>
internal abstract class RememberedPart
{
    private long upTo;

    /// <summary>Every position up to it is told of here.</summary>
    public required long UpTo
    {
        get => Volatile.Read(ref upTo);
        init => upTo = value;
    }

    /// <summary>Whether some of this is told differently since a record was revised.</summary>
    public abstract bool IsTouchedBy(RevisedRecord revised);

    /// <summary>Says that nothing of this has been revised up to a position.</summary>
    public void StandsUpTo(long position)
    {
        long known;
        do known = UpTo;
        while (known < position && Interlocked.CompareExchange(ref upTo, position, known) != known);
    }
}

/// <summary>What was ever recorded between two actors.</summary>
internal sealed class RememberedPair : RememberedPart
{
    /// <summary>In ordinal order.</summary>
    public required (string One, string Other) Of { get; init; }

    public required IReadOnlyDictionary<FactKey, RememberedFact> Facts { get; init; }

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

    /// <summary>The events that any of this is from.</summary>
    public required IReadOnlySet<string> Events { get; init; }

    /// <summary>What answers tell of versions of these events, and of each event the records of its key with all their revisions up to
    /// <see cref="UpTo"/>; filled as they are asked for.</summary>
    public ConcurrentDictionary<(string Event, long From), EventVersion> Versions { get; } = new();

    /// <inheritdoc cref="Versions"/>
    private readonly ConcurrentDictionary<string, IReadOnlyList<SealedRecord>> sealedByKey = new(
        StringComparer.Ordinal
    );

    /// <summary>The record of an event, or of another kind and the key of an event, with its revisions up to a position; null: not in memory.</summary>
    public IReadOnlyList<SealedRecord>? SealedOf(RecordId id, long position)
    {
        if (!sealedByKey.TryGetValue(id.Key, out var records))
            return null;
        foreach (var record in records)
        {
            if (record.Id == id)
                return SealedRecord.UpTo([record], position);
        }
        return [];
    }

    private bool IsTold((string Event, long From) version) =>
        Versions.ContainsKey(version) && sealedByKey.ContainsKey(version.Event);

    /// <summary>So many versions before and after one that is asked for are read with it: whoever asks of one day asks of another.</summary>
    private const int Beside = 100;

    /// <summary>Asks for what is not in memory yet of these versions, and of the revisions of their events.</summary>
    /// <returns>What keeps it, once the round trip has been made; null: nothing is asked for.</returns>
    public Action? AskForDetails(
        RoundTrip trip,
        string chronology,
        IReadOnlyCollection<(string Event, long From)> versions
    )
    {
        if (versions.All(IsTold))
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
        var told = EventVersion.Ask(trip, chronology, [.. missing.Where(one => !Versions.ContainsKey(one))]);
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
            foreach (var (version, what) in told.Value)
                Versions[version] = what;
            foreach (var records in made.Value.GroupBy(one => one.Key.Key, StringComparer.Ordinal))
                sealedByKey[records.Key] = [.. records.SelectMany(one => one.Value)];
        };
    }

    public override bool IsTouchedBy(RevisedRecord revised) =>
        revised.IsMerged
        || Events.Contains(revised.Id.Key)
        || (revised.Id.Kind == RecordKind.Actor && (revised.Id.Key == Of.One || revised.Id.Key == Of.Other))
        || (revised.Names(Of.One) && revised.Names(Of.Other));
}

/// <summary>A version of an event in the timeline of two actors.</summary>
internal readonly record struct RememberedEntry(Positions At, long Earliest, long Latest, string Key);

/// <summary>A record that was revised, or dated anew, with all that it referred to before and refers to since.</summary>
internal sealed class RevisedRecord(long position, RecordId id, IReadOnlySet<string> refs)
{
    public long Position { get; } = position;

    public RecordId Id { get; } = id;

    /// <summary>Whether it is, or was, merged into another.</summary>
    public bool IsMerged { get; } = refs.Any(reference => reference.StartsWith(IntoAny, StringComparison.Ordinal));

    private static readonly string IntoAny = DerivedRows.IntoRef("");

    public bool Names(string key) =>
        refs.Contains($"actor/{key}") || refs.Contains($"party/{key}") || refs.Contains($"issue/{key}");
}
