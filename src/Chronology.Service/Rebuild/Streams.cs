using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Reads whole streams of a chronology as they are stored, thousands at a time, without a session of Marten's.</summary>
/// <remarks>Nothing in Marten's tables is ordered by position, and a record's revisions are all that most of its rows need, so that
/// streams are read in the order of their names, which an index has.</remarks>
internal sealed class Streams(string chronology)
{
    private const string Stored =
        "select e.stream_id, e.type, (e.headers ->> 'position')::bigint, (e.headers ->> 'recordedAt')::bigint, e.data::text from chronology.mt_events e where e.tenant_id = $1";

    private const string InOrder = "order by e.stream_id, e.version";

    private static readonly Dictionary<string, Type> Types = EventNames.All.ToDictionary(
        named => named.Value,
        named => named.Key,
        StringComparer.Ordinal
    );

    /// <summary>The name of the last of the <paramref name="count"/> streams after one; null: there are not so many.</summary>
    /// <param name="after">Empty: from the first.</param>
    public async Task<string?> LastOfAsync(NpgsqlConnection connection, string after, int count, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select id from chronology.mt_streams where tenant_id = $1 and id > $2 order by id offset $3 limit 1",
            connection
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(count - 1);
        return (string?)await command.ExecuteScalarAsync(ct);
    }

    /// <summary>The revisions up to a position of the streams after one and up to another, stream by stream, each in its order.</summary>
    /// <param name="last">Null: to the last.</param>
    public Task<IReadOnlyList<FoldedRevision>> BetweenAsync(
        NpgsqlConnection connection,
        string after,
        string? last,
        long until,
        CancellationToken ct
    ) =>
        last is null
            ? ReadAsync(connection, $"{Stored} and e.stream_id > $2 {InOrder}", until, ct, after)
            : ReadAsync(
                connection,
                $"{Stored} and e.stream_id > $2 and e.stream_id <= $3 {InOrder}",
                until,
                ct,
                after,
                last
            );

    /// <summary>The revisions up to a position of these records, stream by stream, each in its order.</summary>
    public Task<IReadOnlyList<FoldedRevision>> OfAsync(
        NpgsqlConnection connection,
        IEnumerable<RecordId> records,
        long until,
        CancellationToken ct
    ) =>
        ReadAsync(
            connection,
            $"{Stored} and e.stream_id = any($2) {InOrder}",
            until,
            ct,
            (object)records.Select(id => id.StreamKey).ToArray()
        );

    /// <exception cref="InvalidOperationException">An event has no known name, or carries no position: the store is broken.</exception>
    private async Task<IReadOnlyList<FoldedRevision>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        long until,
        CancellationToken ct,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(chronology);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var revisions = new List<FoldedRevision>();
        var events = new List<DomainEvent>();
        var (stream, at, id, recordedOn) = ("", 0L, default(RecordId), default(Day));
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var name = reader.GetString(0);
            if (reader.IsDBNull(2) || reader.IsDBNull(3))
                throw new InvalidOperationException($"An event of {name} carries no position.");
            var position = reader.GetInt64(2);
            if (position > until)
                continue;
            if (position != at || name != stream)
            {
                End();
                if (name != stream)
                    (stream, id) = (name, DerivedRows.IdOf(name));
                (at, recordedOn) = (position, Day.Of(Instants.OfMicroseconds(reader.GetInt64(3))));
            }
            events.Add(Read(reader.GetString(1), reader.GetFieldValue<byte[]>(4)));
        }
        End();
        return revisions;

        void End()
        {
            if (events.Count > 0)
                revisions.Add(new(at, recordedOn, id, [.. events]));
            events.Clear();
        }
    }

    private static DomainEvent Read(string name, ReadOnlySpan<byte> json) =>
        Types.TryGetValue(name, out var type)
            ? (DomainEvent)JsonSerializer.Deserialize(json, type, RecordJson.Options)!
            : throw new InvalidOperationException(
                $"There is a stored event “{name}”, which this version does not know."
            );
}
