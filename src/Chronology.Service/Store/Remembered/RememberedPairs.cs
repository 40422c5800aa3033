using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was recorded between pairs of actors, in the memory of this process, from which questions about other days and positions
/// are answered without the database.</summary>
/// <remarks>What was known at a position never changes; of a later position it is first asked, once for all pairs, what was revised since.
/// A pair's facts are one part and its events another, each read in the background once it was asked about twice, a great one that was read
/// before once it was asked about often enough since; meanwhile the database answers. Up to a number of megabytes; then the parts asked about
/// longest ago go first. A part that is too great is not remembered. ADR 0018.</remarks>
public sealed class RememberedPairs : IDisposable
{
    /// <summary>Setting: megabytes, 0 for none; 256 by default.</summary>
    public const string Setting = "CHRONOLOGY_REMEMBERED_PAIRS_MB";

    public const int DefaultMegabytes = 256;

    public const int DefaultGreatestPair = 20_000;

    private const int Mega = 1024 * 1024;

    /// <summary>The most pairs that are looked at for one question.</summary>
    private const int GreatestSides = 16;

    private readonly Reading source;
    private readonly int greatestPair;

    /// <summary>The most bytes that one part may take.</summary>
    private readonly long greatestPart;

    private readonly MemoryCache? kept;
    private readonly EffectSlots? read;
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
    /// <param name="greatestPair">Of a pair with more events that its facts are from, more versions of events that weigh, or more of events in its
    /// timeline, only the facts are remembered.</param>
    public RememberedPairs(Reading source, int megabytes, int greatestPair = DefaultGreatestPair)
    {
        this.source = source;
        this.greatestPair = greatestPair;
        var bytes = (long)megabytes * Mega;
        greatestPart = Math.Min(bytes / 4, 1024 * Mega);
        // A quarter is for what is read from the parts.
        if (megabytes <= 0 || source.IsWithinTransaction)
            return;
        read = new(bytes / 4 / EffectSlots.SlotBytes);
        kept = new MemoryCache(new MemoryCacheOptions { SizeLimit = bytes - (bytes / 4) });
    }

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

    private enum Part
    {
        Facts,
        Events,
        Eras,
    }

    /// <param name="One">Empty of a part that is of no pair.</param>
    private readonly record struct Name(string Chronology, int Forgotten, Part Part, string One, string Other);

    /// <param name="Position">That it is to tell of.</param>
    private readonly record struct Wanted(Name Name, long Position);

    /// <summary>In place of a part.</summary>
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

    /// <summary>Whether the facts of a pair are remembered, up to whatever position; if not, this counts as a question about them.</summary>
    /// <param name="withEvents">It is one about their events, too.</param>
    public bool Holds(string chronology, string one, string? other, bool withEvents)
    {
        if (kept is null || IsSetAside.Value || other is null || one == other)
            return false;
        var name = NameOf(chronology, Part.Facts, one, other);
        if (kept.TryGetValue(name, out object? known))
            return known != TooGreat;
        Want(name, 0);
        var events = name with { Part = Part.Events };
        if (withEvents && !kept.TryGetValue(events, out _))
            Want(events, 0);
        return false;
    }

    /// <summary>What was recorded between any of some actors and any of others; null: ask the database.</summary>
    /// <remarks>A round trip where the moment's position was not asked about before.</remarks>
    /// <param name="withEvents">Whether their events are asked for beside the facts; without them it may be answered all the same.</param>
    internal async ValueTask<Between?> AskAsync(
        Moment moment,
        IReadOnlyList<string> ones,
        IReadOnlyList<string> others,
        bool withEvents,
        CancellationToken ct
    )
    {
        if (kept is null || IsSetAside.Value)
            return null;
        var (first, second) = (EachOnce(ones), EachOnce(others));
        var count = first.Count * second.Count;
        if (count is 0 or > GreatestSides || first.Any(second.Contains))
            return null;
        var facts = new List<RememberedFacts>(count);
        var events = new List<RememberedPair>(count);
        foreach (var one in first)
        {
            foreach (var other in second)
            {
                var name = NameOf(moment.Chronology, Part.Facts, one, other);
                var known = kept.Get(name);
                if (known == TooGreat)
                    return null;
                if (await FindOrWantAsync<RememberedFacts>(moment, name, known, ct) is { } own)
                    facts.Add(own);
                name = name with { Part = Part.Events };
                if (withEvents && await FindOrWantAsync<RememberedPair>(moment, name, kept.Get(name), ct) is { } pair)
                    events.Add(pair);
            }
        }
        return facts.Count < count
            ? null
            : new(moment, facts) { Events = events.Count < count ? null : new(moment, events, source) };
    }

    private static IReadOnlyList<string> EachOnce(IReadOnlyList<string> side) =>
        side.Count == 1 ? side : [.. side.Distinct(StringComparer.Ordinal)];

    /// <summary>The eras of every scheme; null: ask the database.</summary>
    internal async ValueTask<RememberedEras?> ErasAsync(Moment moment, CancellationToken ct)
    {
        if (kept is null)
            return null;
        var name = NameOf(moment.Chronology, Part.Eras, "", "");
        var known = kept.Get(name);
        if (known == TooGreat)
            return null;
        if (await FindAsync<RememberedEras>(moment, known, ct) is { } told)
            return told;
        var (eras, bytes) = await RememberedEras.ReadAsync(source, moment.Chronology, ct);
        Keep(name, eras, bytes);
        return eras;
    }

    private async ValueTask<TPart?> FindOrWantAsync<TPart>(
        Moment moment,
        Name name,
        object? known,
        CancellationToken ct
    )
        where TPart : PairPart
    {
        var part = await FindAsync<TPart>(moment, known, ct);
        if (part is null && known != TooGreat)
            Want(name, moment.Position);
        return part;
    }

    /// <summary>What is in memory, where it tells of the moment's position.</summary>
    private async ValueTask<TPart?> FindAsync<TPart>(Moment moment, object? known, CancellationToken ct)
        where TPart : RememberedPart
    {
        if (known is not TPart part)
            return null;
        if (part.UpTo >= moment.Position)
            return part;
        var since = revised.GetOrAdd(moment.Chronology, static (chronology, from) => new(from, chronology), source);
        if (!await since.IsTheSameAsync(part, moment.Position, ct))
            return null;
        part.StandsUpTo(moment.Position);
        return part;
    }

    /// <summary>Counts a question that memory did not answer, and has the part read where there were enough.</summary>
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

    /// <summary>Reads one part after another until nothing is wanted any more.</summary>
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
            && (known == TooGreat || ((RememberedPart)known).UpTo >= Math.Max(1, one.Position))
        )
            return;
        PartReader reader =
            name.Part == Part.Facts
                ? new FactsReader(name.Chronology, name.One, name.Other, greatestPart, read!)
                : new PairReader(name.Chronology, name.One, name.Other, greatestPair);
        var part = await reader.ReadAsync(source, ending.Token);
        if (interests.TryGetValue(name, out Interest? interest))
            interest!.Rows = reader.Rows;
        Keep(name, part, reader.Bytes);
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

    private Name NameOf(string chronology, Part part, string one, string other)
    {
        var (first, second) = string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
        return new(chronology, forgotten.GetValueOrDefault(chronology), part, first, second);
    }

    /// <param name="part">Null: it is too great.</param>
    private void Keep(Name name, RememberedPart? part, long bytes)
    {
        var fits = part is not null && bytes <= greatestPart;
        var names = 2 * (name.Chronology.Length + name.One.Length + name.Other.Length);
        var options = new MemoryCacheEntryOptions { Size = 200 + names + (fits ? bytes : 0) };
        var what = fits ? part! : TooGreat;
        kept!.Set(name, what, options);
        // A full one takes nothing before something has gone.
        while (kept!.Count > 0 && !kept.TryGetValue(name, out _))
        {
            kept.Compact(Math.Max(0.05, 1.5 / kept.Count));
            kept.Set(name, what, options);
        }
    }

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
