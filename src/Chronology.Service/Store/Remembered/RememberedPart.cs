using Chronology.Recording;

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
