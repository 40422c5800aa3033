using System.Text.Json;
using Chronology.Recording;
using JasperFx.Events;
using Marten;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace Chronology.Service.Store;

/// <summary>One revision of one record: what the ledger says of it, and the record before and after it.</summary>
/// <param name="Before">Null: it was first recorded then.</param>
public sealed record Revision(LedgerRow Entry, RecordState? Before, RecordState After);

/// <summary>Reads what every revision made of a record, from the stream and the ledger.</summary>
public sealed class Revisions(Reading source, IDocumentStore store)
{
    /// <summary>In order, up to the moment's position; none: not recorded by then.</summary>
    public async Task<IReadOnlyList<Revision>> OfAsync(Moment moment, RecordId id, CancellationToken ct)
    {
        var entries = await LedgerRows.OfRecordAsync(source, moment, id, ct);
        if (entries.Count == 0)
            return [];
        await using var session = store.QuerySession(source.Session(moment.Chronology));
        var stream = await session.Events.FetchStreamAsync(id.StreamKey, token: ct);
        return
        [
            .. Folded(id, stream)
                .Take(entries.Count)
                .Zip(entries, (f, entry) => new Revision(entry, f.Before, f.After)),
        ];
    }

    /// <summary>At most <paramref name="limit"/> revisions of all records after a position and up to another, in position order.</summary>
    /// <remarks>Reads the streams of the records revised, which are short, whole.</remarks>
    public async Task<IReadOnlyList<Revision>> SinceAsync(
        string chronology,
        long since,
        long until,
        int limit,
        CancellationToken ct
    )
    {
        var entries = (await LedgerRows.SinceAsync(source, chronology, since, limit, ct))
            .Where(entry => entry.Position <= until)
            .ToArray();
        if (entries.Length == 0)
            return [];
        var ids = entries.Select(entry => entry.Id).Distinct().ToArray();
        var keys = ids.Select(id => id.StreamKey).ToArray();
        await using var session = store.QuerySession(source.Session(chronology));
        var stored = await session
            .Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(keys))
            .OrderBy(e => e.StreamKey)
            .ThenBy(e => e.Version)
            .ToListAsync(ct);
        var streams = stored.ToLookup(e => e.StreamKey!, StringComparer.Ordinal);
        var made = ids.SelectMany(id => Folded(id, streams[id.StreamKey])).ToDictionary(f => f.Position);
        return
        [
            .. entries.Select(entry => new Revision(entry, made[entry.Position].Before, made[entry.Position].After)),
        ];
    }

    private static IEnumerable<(long Position, RecordState? Before, RecordState After)> Folded(
        RecordId id,
        IEnumerable<IEvent> stream
    )
    {
        var state = RecordState.AtFirst(id);
        foreach (var revision in stream.GroupBy(RevisionHeaders.PositionOf).OrderBy(revision => revision.Key))
        {
            var after = Folding.Revise(state, id, revision.Select(stored => (DomainEvent)stored.Data));
            yield return (revision.Key, state, after);
            state = after;
        }
    }
}

/// <summary>One position of the ledger.</summary>
public sealed record LedgerRow(
    long Position,
    string RecordedAt,
    string Op,
    string Record,
    string Key,
    int Revision,
    Reason? Reason,
    string Author,
    string? Via,
    ValueList<Citation> Citations
)
{
    public RecordId Id => new(Words.Kind(Record), Key);
}

/// <summary>Reads the ledger in position order.</summary>
public static class LedgerRows
{
    private const string Columns =
        "select position, recorded_at, op, kind, key, revision, reason_code, reason_note, author, via, citations::text from chronology.ledger";

    public static async Task<IReadOnlyList<LedgerRow>> OfRecordAsync(
        Reading source,
        Moment moment,
        RecordId id,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            $"{Columns} where chronology = $1 and kind = $2 and key = $3 and position <= $4 order by position"
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(id.Kind.Name());
        command.Parameters.AddWithValue(id.Key);
        command.Parameters.AddWithValue(moment.Position);
        return await ReadAsync(command, ct);
    }

    /// <summary>At most <paramref name="limit"/> rows after <paramref name="since"/>.</summary>
    public static async Task<IReadOnlyList<LedgerRow>> SinceAsync(
        Reading source,
        string chronology,
        long since,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            $"{Columns} where chronology = $1 and position > $2 order by position limit $3"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(since);
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, ct);
    }

    /// <summary>The revisions of these records after a position and up to another.</summary>
    public static async Task<IReadOnlyList<LedgerRow>> RevisingAsync(
        Reading source,
        string chronology,
        long since,
        long until,
        IEnumerable<RecordId> records,
        CancellationToken ct
    )
    {
        var ids = records.Distinct().ToArray();
        await using var command = source.CreateCommand(
            $"{Columns} where chronology = $1 and position > $2 and position <= $3 and (kind, key) in (select * from unnest($4, $5)) order by position"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(since);
        command.Parameters.AddWithValue(until);
        command.Parameters.AddWithValue(ids.Select(id => id.Kind.Name()).ToArray());
        command.Parameters.AddWithValue(ids.Select(id => id.Key).ToArray());
        return await ReadAsync(command, ct);
    }

    /// <summary>Those at the positions that there are.</summary>
    public static async Task<IReadOnlyList<LedgerRow>> AtAsync(
        Reading source,
        string chronology,
        long[] positions,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            $"{Columns} where chronology = $1 and position = any($2) order by position"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(positions);
        return await ReadAsync(command, ct);
    }

    /// <summary>By position, after one and up to another: an object of 16 bytes in base64 for each text of the revision, by its pointer.</summary>
    public static async Task<IReadOnlyDictionary<long, string>> SaltsAsync(
        Reading source,
        string chronology,
        long since,
        long until,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            "select position, salts::text from chronology.ledger where chronology = $1 and position > $2 and position <= $3"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(since);
        command.Parameters.AddWithValue(until);
        var salts = new Dictionary<long, string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            salts.Add(reader.GetInt64(0), reader.GetString(1));
        return salts;
    }

    private static async Task<IReadOnlyList<LedgerRow>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var rows = new List<LedgerRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(
                new(
                    reader.GetInt64(0),
                    Instants.Text(reader.GetFieldValue<DateTimeOffset>(1)),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetInt32(5),
                    await reader.IsDBNullAsync(6, ct)
                        ? null
                        : new(reader.GetString(6), await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7)),
                    reader.GetString(8),
                    await reader.IsDBNullAsync(9, ct) ? null : reader.GetString(9),
                    await reader.IsDBNullAsync(10, ct)
                        ? []
                        : JsonSerializer.Deserialize<ValueList<Citation>>(reader.GetString(10), RecordJson.Options)!
                )
            );
        }
        return rows;
    }
}
