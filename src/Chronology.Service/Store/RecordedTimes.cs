using System.Runtime.InteropServices;
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

    /// <param name="Number">0 begins with position 1.</param>
    /// <param name="Times">Of each of its positions, in microseconds since 1970.</param>
    private readonly record struct Block(long Number, long[] Times);

    private sealed class Kept
    {
        private readonly List<Block> blocks = [];

        public ReadOnlySpan<Block> Blocks => CollectionsMarshal.AsSpan(blocks);

        /// <summary>The blocks that were asked about once.</summary>
        public HashSet<long> AskedAbout { get; } = [];

        public DateTimeOffset? Latest { get; set; }

        /// <summary>Null: it is not in memory.</summary>
        public long[]? Find(long number) =>
            PlaceOf(number) is var place && place < blocks.Count && blocks[place].Number == number
                ? blocks[place].Times
                : null;

        public void Add(Block block) => blocks.Insert(PlaceOf(block.Number), block);

        private int PlaceOf(long number) =>
            InOrder.CountWhile(Blocks, number, static (block, bound) => block.Number < bound);
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
            return asked.Position is { } position ? At(of, position)
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
                kept.Add(chronology, of = new());
            if (!(found.RecordedAt <= of.Latest))
                of.Latest = found.RecordedAt;
            if ((block + 1) * blockSize > head || of.Find(block) is not null || of.AskedAbout.Add(block))
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
                kept.Add(chronology, of = new());
            of.AskedAbout.Remove(block);
            if (of.Find(block) is not null)
                return;
            of.Add(new(block, times));
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

    private RecordedPosition? At(Kept of, long position) =>
        position >= 1 && of.Find(BlockOf(position)) is { } times
            ? new(position, Instants.OfMicroseconds(times[(position - 1) % blockSize]))
            : null;

    /// <summary>The last position recorded by an instant; null: that cannot be said.</summary>
    private RecordedPosition? LastBy(ReadOnlySpan<Block> blocks, long instant)
    {
        var begun = InOrder.CountWhile(blocks, instant, static (block, bound) => block.Times[0] <= bound);
        if (begun == 0)
            // Position 1 is of the first block.
            return blocks is [{ Number: 0 }, ..] ? new(0, null) : null;
        var (block, times) = blocks[begun - 1];
        var isFollowed = begun < blocks.Length && blocks[begun].Number == block + 1;
        if (instant > times[^1] && !isFollowed)
            return null;
        var last = InOrder.CountWhile<long>(times, instant, static (at, bound) => at <= bound);
        return new((block * blockSize) + last, Instants.OfMicroseconds(times[last - 1]));
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
