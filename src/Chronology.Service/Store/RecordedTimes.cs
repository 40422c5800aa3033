using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>A position, and when it was recorded; null at 0.</summary>
public readonly record struct RecordedPosition(long Position, DateTimeOffset? RecordedAt)
{
    /// <summary>Whether it was recorded on a day, in UTC, or later.</summary>
    public bool HasReached(Day day) => RecordedAt is { } at && Day.Of(at) >= day;
}

/// <summary>When the positions of chronologies were recorded, in the memory of this process, so that neither a position nor an instant
/// has to be looked up.</summary>
/// <remarks>When a position was recorded never changes, and each was recorded later than all before it: what is in memory tells which was
/// the last by an instant, too. Positions are read in blocks, 8 bytes each, once a block was asked about twice; of the last block,
/// which may still grow, nothing is kept. Up to 64 MB; beyond them all is forgotten and read again.</remarks>
/// <param name="source">Within a transaction nothing is kept: what that sees may never have been.</param>
/// <param name="blockSize">Positions.</param>
public sealed class RecordedTimes(Reading source, int blockSize = 1_024)
{
    private const int GreatestKept = 8 * 1024 * 1024;

    private const string Sql = """
        select recorded_at from chronology.ledger
        where chronology = $1 and position > $2 and position <= $3
        order by position
        """;

    /// <param name="Blocks">In microseconds since 1970, by the number of the block: 0 begins with position 1.</param>
    /// <param name="AskedAbout">Once.</param>
    private sealed record Kept(SortedList<long, long[]> Blocks, HashSet<long> AskedAbout)
    {
        public DateTimeOffset? Latest { get; set; }
    }

    private readonly Dictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly Lock writing = new();
    private int count;

    /// <summary>The position asked about; null: it is the head's, or not in memory.</summary>
    public RecordedPosition? Find(string chronology, Asked asked)
    {
        if (asked.Position is null && asked.Instant is null)
            return null;
        lock (writing)
        {
            if (!kept.TryGetValue(chronology, out var of))
                return null;
            return asked.Position is { } position ? At(of.Blocks, position)
                : asked.Instant is { } instant ? LastBy(of.Blocks, Instants.Microseconds(instant))
                : null;
        }
    }

    /// <summary>Whether a position is known that was recorded on a day or later, so that the head's was, too.</summary>
    public bool HasReached(string chronology, Day day)
    {
        lock (writing)
            return kept.TryGetValue(chronology, out var of) && new RecordedPosition(0, of.Latest).HasReached(day);
    }

    /// <summary>Says what the database told of a position, that was asked about or the head's.</summary>
    /// <remarks>A round trip where its block was asked about before and is whole.</remarks>
    /// <param name="head">The chronology's.</param>
    public async ValueTask TellAsync(string chronology, RecordedPosition found, long head, CancellationToken ct)
    {
        if (source.IsWithinTransaction || found.Position == 0)
            return;
        var block = BlockOf(found.Position);
        lock (writing)
        {
            if (!kept.TryGetValue(chronology, out var of))
                kept.Add(chronology, of = new([], []));
            if (!(found.RecordedAt <= of.Latest))
                of.Latest = found.RecordedAt;
            if ((block + 1) * blockSize > head || of.Blocks.ContainsKey(block) || of.AskedAbout.Add(block))
                return;
        }
        var times = await ReadAsync(chronology, block, ct);
        if (times.Length < blockSize)
            return;
        lock (writing)
        {
            if (count >= GreatestKept / blockSize)
            {
                kept.Clear();
                count = 0;
            }
            if (!kept.TryGetValue(chronology, out var of))
                kept.Add(chronology, of = new([], []));
            of.AskedAbout.Remove(block);
            if (of.Blocks.TryAdd(block, times))
                count++;
        }
    }

    private async Task<long[]> ReadAsync(string chronology, long block, CancellationToken ct)
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = block * blockSize });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (block + 1) * blockSize });
        var times = new List<long>(blockSize);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            times.Add(Instants.Microseconds(reader.GetFieldValue<DateTimeOffset>(0)));
        return [.. times];
    }

    private long BlockOf(long position) => (position - 1) / blockSize;

    private RecordedPosition? At(SortedList<long, long[]> blocks, long position) =>
        position >= 1 && blocks.TryGetValue(BlockOf(position), out var times)
            ? new(position, Instants.OfMicroseconds(times[(position - 1) % blockSize]))
            : null;

    /// <summary>The last position recorded by an instant; null: that cannot be said.</summary>
    private RecordedPosition? LastBy(SortedList<long, long[]> blocks, long instant)
    {
        var begun = Begun(blocks.Values, instant);
        if (begun == 0)
            // Position 1 is of the first block.
            return blocks.Count > 0 && blocks.Keys[0] == 0 ? new(0, null) : null;
        var (block, times) = (blocks.Keys[begun - 1], blocks.Values[begun - 1]);
        var isFollowed = begun < blocks.Count && blocks.Keys[begun] == block + 1;
        if (instant > times[^1] && !isFollowed)
            return null;
        var at = Array.BinarySearch(times, instant);
        var last = at >= 0 ? at : ~at - 1;
        return new((block * blockSize) + last + 1, Instants.OfMicroseconds(times[last]));
    }

    /// <summary>How many blocks begin by an instant.</summary>
    private static int Begun(IList<long[]> blocks, long instant)
    {
        var (low, high) = (0, blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (blocks[middle][0] <= instant)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Forgets what was read.</summary>
    public void Forget()
    {
        lock (writing)
        {
            kept.Clear();
            count = 0;
        }
    }
}
