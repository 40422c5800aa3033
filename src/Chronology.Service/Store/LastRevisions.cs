using Chronology.Rules;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The revisions before a position by which everything there is read.</summary>
/// <param name="Actors">The last position at which an actor was revised; null: none was yet.</param>
/// <param name="Rules">Those adopted.</param>
public sealed record LastRevisions(long? Actors, RulesVersion Rules);

/// <summary>Which they are at each position that was asked about.</summary>
/// <remarks>They are the same at all positions from the later of them up to one at which they were found, and that never changes:
/// so a few stretches tell of all positions, and are kept.</remarks>
public sealed class StretchesOfPositions(Reading source)
{
    /// <summary>Beyond these all are forgotten and asked for again.</summary>
    private const int GreatestKept = 100_000;

    private static readonly string Sql = $"""
        select
            (select r.from_position from chronology.record r
             where r.chronology = $1 and r.kind = 'actor' and r.from_position <= $2
             order by r.from_position desc limit 1),
            a.from_position, {AdoptedRules.Of("a")}
        from (select) one
        left join chronology.record a on {AdoptedRules.IsAt("a", "$1", "$2")}
        """;

    /// <summary>Positions <paramref name="First"/> to <paramref name="Last"/>, both in.</summary>
    private readonly record struct Stretch(long First, long Last, LastRevisions Revisions);

    private static readonly Comparer<Stretch> ByFirst = Comparer<Stretch>.Create((a, b) => a.First.CompareTo(b.First));

    private readonly Dictionary<string, List<Stretch>> kept = new(StringComparer.Ordinal);
    private readonly Lock writing = new();
    private int count;

    /// <remarks>A round trip where the position is in no stretch that is known.</remarks>
    public async ValueTask<LastRevisions> AtAsync(string chronology, long position, CancellationToken ct)
    {
        if (Find(chronology, position) is { } known)
            return known;
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var found = new LastRevisions(reader.IsDBNull(0) ? null : reader.GetInt64(0), AdoptedRules.Read(reader, 2));
        var adopted = reader.IsDBNull(1) ? 0 : reader.GetInt64(1);
        Keep(chronology, new(Math.Max(found.Actors ?? 0, adopted), position, found));
        return found;
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

    private LastRevisions? Find(string chronology, long position)
    {
        lock (writing)
        {
            if (!kept.TryGetValue(chronology, out var stretches))
                return null;
            var at = Before(stretches, position);
            return at >= 0 && position <= stretches[at].Last ? stretches[at].Revisions : null;
        }
    }

    private void Keep(string chronology, Stretch found)
    {
        lock (writing)
        {
            if (count >= GreatestKept)
            {
                kept.Clear();
                count = 0;
            }
            if (!kept.TryGetValue(chronology, out var stretches))
                kept.Add(chronology, stretches = []);
            var at = Before(stretches, found.First);
            if (at < 0 || stretches[at].First != found.First)
            {
                stretches.Insert(at + 1, found);
                count++;
            }
            else if (stretches[at].Last < found.Last)
                stretches[at] = found;
        }
    }

    /// <summary>The place of the last stretch that begins at the position or before; -1: there is none.</summary>
    private static int Before(List<Stretch> stretches, long position)
    {
        var at = stretches.BinarySearch(new(position, position, null!), ByFirst);
        return at >= 0 ? at : ~at - 1;
    }
}
