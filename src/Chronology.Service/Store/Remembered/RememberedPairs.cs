using System.Collections.Concurrent;
using Chronology.Relations;
using Microsoft.Extensions.Caching.Memory;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was recorded between pairs of actors, in the memory of this process, from which questions about other days and positions
/// are answered without the database.</summary>
/// <remarks>What was known at a position never changes; of a later position it is first asked, once for all pairs, what was revised since.
/// Up to a number of megabytes; then the pairs asked about longest ago go first. A pair with too many versions is
/// not remembered. ADR 0018.</remarks>
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

    /// <summary>So that many who ask about one pair at once read it once.</summary>
    private readonly SemaphoreSlim[] reading = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

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

    private readonly record struct Name(string Chronology, int Forgotten, string One, string Other);

    /// <summary>In place of a pair: it was asked about once.</summary>
    private static readonly object AskedOnce = new();

    /// <summary>In place of a pair: it has too many versions.</summary>
    private static readonly object TooGreat = new();

    /// <summary>Whether one fact of a pair is better asked of what is remembered, or to be remembered: it was asked about before.</summary>
    public bool Expects(string chronology, string one, string? other)
    {
        if (kept is null || other is null || one == other)
            return false;
        var name = NameOf(chronology, one, other);
        if (kept.TryGetValue(name, out object? known))
            return known != TooGreat;
        Keep(name, AskedOnce, 100 + TextOf(name));
        return false;
    }

    /// <summary>What was recorded between any of some actors and any of others; null: ask the database.</summary>
    /// <remarks>A round trip where the moment's position was not asked about before, and one for each pair that is not in memory.</remarks>
    internal async ValueTask<Between?> AskAsync(
        Moment moment,
        IEnumerable<string> ones,
        IEnumerable<string> others,
        CancellationToken ct
    )
    {
        if (kept is null)
            return null;
        var (first, second) = (ones.ToHashSet(StringComparer.Ordinal), others.ToHashSet(StringComparer.Ordinal));
        if (first.Count * second.Count is 0 or > GreatestSides || first.Overlaps(second))
            return null;
        var pairs = new List<RememberedPair>(first.Count * second.Count);
        foreach (var one in first)
        {
            foreach (var other in second)
            {
                if (await OfAsync(moment, NameOf(moment.Chronology, one, other), ct) is not { } pair)
                    return null;
                pairs.Add(pair);
            }
        }
        return new(moment, pairs, source);
    }

    private ValueTask<RememberedPair?> OfAsync(Moment moment, Name name, CancellationToken ct) =>
        OfAsync(
            moment,
            name,
            async cancel =>
            {
                var reader = new PairReader(name.Chronology, name.One, name.Other, greatestPair);
                return (await reader.ReadAsync(source, cancel), reader.Bytes);
            },
            ct
        );

    /// <summary>The eras of every scheme; null: ask the database.</summary>
    internal async ValueTask<RememberedEras?> ErasAsync(Moment moment, CancellationToken ct) =>
        kept is null
            ? null
            : await OfAsync(
                moment,
                NameOf(moment.Chronology, EveryActor, EveryActor),
                cancel => RememberedEras.ReadAsync(source, moment.Chronology, cancel),
                ct
            );

    private async ValueTask<TPart?> OfAsync<TPart>(
        Moment moment,
        Name name,
        Func<CancellationToken, Task<(TPart? Part, long Bytes)>> readAsync,
        CancellationToken ct
    )
        where TPart : RememberedPart
    {
        if (await FindAsync<TPart>(moment, name, ct) is var (found, part) && found)
            return part;
        var turn = reading[(uint)name.GetHashCode() % reading.Length];
        await turn.WaitAsync(ct);
        try
        {
            if (await FindAsync<TPart>(moment, name, ct) is var (meanwhile, read) && meanwhile)
                return read;
            (part, var bytes) = await readAsync(ct);
            Keep(name, (object?)part ?? TooGreat, TextOf(name) + bytes);
            return part;
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask<(bool Found, TPart? Part)> FindAsync<TPart>(Moment moment, Name name, CancellationToken ct)
        where TPart : RememberedPart
    {
        if (!kept!.TryGetValue(name, out object? known) || known == AskedOnce)
            return (false, null);
        if (known is not TPart part)
            return (true, null);
        var isWorthReading = part.IsWorthReading();
        if (part.UpTo >= moment.Position)
            return (true, part);
        var since = revised.GetOrAdd(moment.Chronology, static (chronology, from) => new(from, chronology), source);
        if (!await since.IsTheSameAsync(part, moment.Position, ct))
            return (!isWorthReading, null);
        part.StandsUpTo(moment.Position);
        return (true, part);
    }

    private Name NameOf(string chronology, string one, string other)
    {
        var (first, second) = string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
        return new(chronology, forgotten.GetValueOrDefault(chronology), first, second);
    }

    private static int TextOf(Name name) => 200 + (2 * (name.Chronology.Length + name.One.Length + name.Other.Length));

    private void Keep(Name name, object what, long bytes) =>
        kept!.Set(name, what, new MemoryCacheEntryOptions { Size = bytes });

    /// <summary>Forgets everything of a chronology, and what is being read now: what a redaction must do, once it is committed.</summary>
    public void Forget(string chronology) => forgotten.AddOrUpdate(chronology, 1, (_, times) => times + 1);

    public void Dispose()
    {
        kept?.Dispose();
        foreach (var turn in reading)
            turn.Dispose();
    }
}
