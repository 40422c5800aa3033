using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>Which records of a chronology were revised, or dated anew, at which positions: from some position on, as far as anybody asked.</summary>
internal sealed class RevisedSince(Reading source, string chronology) : IDisposable
{
    /// <summary>Further back nothing is told: whoever asks has to read anew.</summary>
    private const int GreatestKept = 5_000;

    // Each version of a record opens a row at its position, and closes the one before.
    private const string Sql = """
        with opened as (
            select o.kind, o.key, o.from_position, o.refs from chronology.record o
            where o.chronology = $1 and o.from_position > $2 and o.from_position <= $3
            order by o.from_position limit $4)
        select o.kind, o.key, o.from_position, o.refs from opened o
        union all
        select o.kind, o.key, o.from_position, r.refs from opened o
        join chronology.record r on r.chronology = $1 and r.kind = o.kind and r.key = o.key and r.to_position = o.from_position
        order by 3
        """;

    /// <param name="After">The position after which all that was revised is told.</param>
    /// <param name="UpTo">The last position that is told of.</param>
    private sealed record Told(long After, long UpTo, IReadOnlyList<RevisedRecord> Revised);

    private readonly SemaphoreSlim reading = new(1);
    private volatile Told told = new(0, 0, []);

    /// <summary>Whether it is told the same at the position as at the last that it tells of; false where that cannot be said.</summary>
    /// <remarks>A round trip where the position was not asked about before.</remarks>
    public async ValueTask<bool> IsTheSameAsync(RememberedPart part, long position, CancellationToken ct)
    {
        var known = told.UpTo >= position ? told : await ReadAsync(part.UpTo, position, ct);
        if (known.After > part.UpTo)
            return false;
        for (var n = known.Revised.Count - 1; n >= 0 && known.Revised[n].Position > part.UpTo; n--)
        {
            if (known.Revised[n].Position <= position && part.IsTouchedBy(known.Revised[n]))
                return false;
        }
        return true;
    }

    private async Task<Told> ReadAsync(long since, long position, CancellationToken ct)
    {
        await reading.WaitAsync(ct);
        try
        {
            var known = told;
            if (known.UpTo >= position)
                return known;
            if (known.UpTo < since)
                known = new(since, since, []);
            var found = await ReadAsync(known.UpTo, position, known.Revised, ct);
            return told =
                found is null ? new(position, position, [])
                : found.Count <= GreatestKept ? known with { UpTo = position, Revised = found }
                : new(found[^GreatestKept].Position, position, [.. found.Skip(found.Count - GreatestKept)]);
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>What is known already, and what was revised after it; null: that is too much.</summary>
    private async Task<List<RevisedRecord>?> ReadAsync(
        long after,
        long upTo,
        IReadOnlyList<RevisedRecord> known,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = GreatestKept });
        var rows = new List<(RecordId Id, long Position, string[] Refs)>();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                rows.Add(
                    (
                        new(Words.Kind(reader.GetString(0)), reader.GetString(1)),
                        reader.GetInt64(2),
                        reader.GetFieldValue<string[]>(3)
                    )
                );
            }
        }
        var revised = rows.GroupBy(row => (row.Id, row.Position))
            .Select(of => new RevisedRecord(
                of.Key.Position,
                of.Key.Id,
                of.SelectMany(row => row.Refs).ToHashSet(StringComparer.Ordinal)
            ))
            .ToList();
        return revised.Count >= GreatestKept ? null : [.. known, .. revised];
    }

    public void Dispose() => reading.Dispose();
}
