using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was recorded between pairs of actors, in the memory of this process, from which questions about other days and positions
/// are answered without the database.</summary>
/// <remarks>What was known at a position never changes; of a later position it is first asked, once for all pairs, what was revised since.
/// A pair is read in the background once it was asked about twice, a great one that was read before once it was asked about often enough
/// since; meanwhile the database answers. Up to a number of megabytes; then the pairs asked about longest ago go first. A pair with too many
/// versions is not remembered. ADR 0018.</remarks>
public sealed class RememberedPairs : IDisposable
{
    /// <summary>Setting: megabytes, 0 for none; 256 by default.</summary>
    public const string Setting = "CHRONOLOGY_REMEMBERED_PAIRS_MB";

    public const int DefaultMegabytes = 256;

    public const int DefaultGreatestPair = 20_000;

    /// <summary>The most pairs that are looked at for one question.</summary>
    private const int GreatestSides = 16;

    private readonly Reading source;
    private readonly int greatestPair;
    private readonly MemoryCache? kept;
    private readonly ConcurrentDictionary<string, RevisedSince> revised = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> forgotten = new(StringComparer.Ordinal);

    /// <summary>How much what is not in memory was asked about.</summary>
    private readonly MemoryCache interests = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    private readonly Channel<Wanted> wanted = Channel.CreateBounded<Wanted>(
        new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    private readonly CancellationTokenSource ending = new();
    private readonly Lock starting = new();
    private Task? reading;

    /// <param name="source">Not within a transaction: what that sees may never have been.</param>
    /// <param name="megabytes">0: nothing is remembered.</param>
    /// <param name="greatestPair">A pair with more versions of effects, of events that weigh, or of events in its timeline is not remembered.</param>
    public RememberedPairs(Reading source, int megabytes, int greatestPair = DefaultGreatestPair)
    {
        this.source = source;
        this.greatestPair = greatestPair;
        const long Mega = 1024 * 1024;
        kept =
            megabytes <= 0 || source.IsWithinTransaction
                ? null
                : new MemoryCache(new MemoryCacheOptions { SizeLimit = megabytes * Mega });
    }

    private const string EveryActor = "*";

    private static readonly AsyncLocal<bool> IsSetAside = new();

    /// <summary>Until it is disposed, whoever asks in this flow of control is answered by the database: what is worked out again to be
    /// compared must not be what was remembered.</summary>
    public static IDisposable SetAside() => new Aside();

    private sealed class Aside : IDisposable
    {
        private readonly bool before = IsSetAside.Value;

        public Aside() => IsSetAside.Value = true;

        public void Dispose() => IsSetAside.Value = before;
    }

    private readonly record struct Name(string Chronology, int Forgotten, string One, string Other);

    /// <param name="Position">That it is to tell of.</param>
    private readonly record struct Wanted(Name Name, long Position);

    /// <summary>In place of a pair: it has too many versions.</summary>
    private static readonly object TooGreat = new();

    private sealed class Interest
    {
        /// <summary>To read so many rows takes no longer than to ask one question of the database.</summary>
        private const int RowsAQuestion = 200;

        private int asked;

        /// <summary>How many it was read from last time.</summary>
        public int Rows { get; set; }

        /// <summary>Counts one who asked; whether it was asked about often enough since the last time that this was so.</summary>
        public bool IsEnough()
        {
            if (Interlocked.Increment(ref asked) <= 1 + (Rows / RowsAQuestion))
                return false;
            Volatile.Write(ref asked, 0);
            return true;
        }
    }

    /// <summary>Whether something is remembered of a pair, up to whatever position; if not, this counts as a question about it.</summary>
    public bool Holds(string chronology, string one, string? other)
    {
        if (kept is null || IsSetAside.Value || other is null || one == other)
            return false;
        var name = NameOf(chronology, one, other);
        if (kept.TryGetValue(name, out object? known))
            return known != TooGreat;
        Want(name, 0);
        return false;
    }

    /// <summary>What was recorded between any of some actors and any of others; null: ask the database.</summary>
    /// <remarks>A round trip where the moment's position was not asked about before.</remarks>
    internal async ValueTask<Between?> AskAsync(
        Moment moment,
        IEnumerable<string> ones,
        IEnumerable<string> others,
        CancellationToken ct
    )
    {
        if (kept is null || IsSetAside.Value)
            return null;
        var (first, second) = (ones.ToHashSet(StringComparer.Ordinal), others.ToHashSet(StringComparer.Ordinal));
        if (first.Count * second.Count is 0 or > GreatestSides || first.Overlaps(second))
            return null;
        var pairs = new List<RememberedPair>(first.Count * second.Count);
        foreach (var one in first)
        {
            foreach (var other in second)
            {
                var name = NameOf(moment.Chronology, one, other);
                if (await FindAsync<RememberedPair>(moment, name, ct) is { } pair)
                    pairs.Add(pair);
                else if (kept.Get(name) != TooGreat)
                    Want(name, moment.Position);
            }
        }
        return pairs.Count == first.Count * second.Count ? new(moment, pairs, source) : null;
    }

    /// <summary>The eras of every scheme; null: ask the database.</summary>
    internal async ValueTask<RememberedEras?> ErasAsync(Moment moment, CancellationToken ct)
    {
        if (kept is null)
            return null;
        var name = NameOf(moment.Chronology, EveryActor, EveryActor);
        if (await FindAsync<RememberedEras>(moment, name, ct) is { } known)
            return known;
        if (kept.Get(name) == TooGreat)
            return null;
        var (eras, bytes) = await RememberedEras.ReadAsync(source, moment.Chronology, ct);
        Keep(name, (object?)eras ?? TooGreat, bytes);
        return eras;
    }

    /// <summary>What is in memory and tells of the moment's position.</summary>
    private async ValueTask<TPart?> FindAsync<TPart>(Moment moment, Name name, CancellationToken ct)
        where TPart : RememberedPart
    {
        if (!kept!.TryGetValue(name, out object? known) || known is not TPart part)
            return null;
        if (part.UpTo >= moment.Position)
            return part;
        var since = revised.GetOrAdd(moment.Chronology, static (chronology, from) => new(from, chronology), source);
        if (!await since.IsTheSameAsync(part, moment.Position, ct))
            return null;
        part.StandsUpTo(moment.Position);
        return part;
    }

    /// <summary>Counts a question that memory did not answer, and has the pair read where there were enough.</summary>
    private void Want(Name name, long position)
    {
        var interest = interests.GetOrCreate(
            name,
            entry =>
            {
                entry.Size = 1;
                return new Interest();
            }
        )!;
        if (!interest.IsEnough() || !wanted.Writer.TryWrite(new(name, position)))
            return;
        lock (starting)
        {
            if (reading is not null)
                return;
            // Not a part of the request that happened to be the second.
            using (ExecutionContext.SuppressFlow())
                reading = Task.Run(ReadWantedAsync);
        }
    }

    /// <summary>Reads one pair after another until nothing is wanted any more.</summary>
    private async Task ReadWantedAsync()
    {
        while (true)
        {
            while (wanted.Reader.TryRead(out var next))
            {
                try
                {
                    await ReadAsync(next);
                }
                catch (Exception fault)
                    when (fault is NpgsqlException or OperationCanceledException or ObjectDisposedException)
                {
                    // Whoever asks is answered by the database, and counts again.
                }
            }
            lock (starting)
            {
                if (wanted.Reader.Count == 0)
                {
                    reading = null;
                    return;
                }
            }
        }
    }

    private async Task ReadAsync(Wanted one)
    {
        var name = one.Name;
        if (
            kept!.Get(name) is { } known
            && (known == TooGreat || ((RememberedPair)known).UpTo >= Math.Max(1, one.Position))
        )
            return;
        var reader = new PairReader(name.Chronology, name.One, name.Other, greatestPair);
        var pair = await reader.ReadAsync(source, ending.Token);
        if (interests.TryGetValue(name, out Interest? interest))
            interest!.Rows = reader.Rows;
        Keep(name, (object?)pair ?? TooGreat, reader.Bytes);
    }

    /// <summary>Once nothing is being read that was wanted before.</summary>
    internal async Task ReadAsync()
    {
        Task? now;
        lock (starting)
            now = reading;
        if (now is not null)
            await now;
    }

    private Name NameOf(string chronology, string one, string other)
    {
        var (first, second) = string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
        return new(chronology, forgotten.GetValueOrDefault(chronology), first, second);
    }

    private void Keep(Name name, object what, long bytes) =>
        kept!.Set(
            name,
            what,
            new MemoryCacheEntryOptions
            {
                Size = 200 + (2 * (name.Chronology.Length + name.One.Length + name.Other.Length)) + bytes,
            }
        );

    /// <summary>Forgets everything of a chronology, and what is being read now: what a redaction must do, once it is committed.</summary>
    public void Forget(string chronology) => forgotten.AddOrUpdate(chronology, 1, (_, times) => times + 1);

    public void Dispose()
    {
        ending.Cancel();
        kept?.Dispose();
        interests.Dispose();
        foreach (var since in revised.Values)
            since.Dispose();
        ending.Dispose();
    }
}
