using Chronology.Service.Store;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Folds a chronology's streams anew into tables beside the live ones.</summary>
internal sealed class RebuildBeside(NpgsqlDataSource source, IDocumentStore store)
{
    private static readonly string[] Tables = ["record", "fact", "effect", "score_event", "score_total"];

    /// <summary>Makes the tables anew, empty, and fills them with the rows of <paramref name="chronology"/> up to its present head.</summary>
    /// <param name="tables">What their names end in, such as <c>_rebuilt</c>; not empty, for those are the live ones.</param>
    /// <param name="page">How many positions are folded in one transaction.</param>
    /// <exception cref="InvalidOperationException">A position of the ledger has no events, or events that cannot be read.</exception>
    public async Task RunAsync(string chronology, string tables, int page, CancellationToken ct)
    {
        if (tables is not ['_', ..] || !tables.All(c => c is '_' || char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            throw new ArgumentException("An underscore, then lower-case letters and digits.", nameof(tables));
        await using var making = source.CreateCommand(
            string.Join(
                '\n',
                Tables.Select(table =>
                    $"drop table if exists chronology.{table}{tables}; create table chronology.{table}{tables} (like chronology.{table} including all);"
                )
            )
        );
        await making.ExecuteNonQueryAsync(ct);
        var rows = new DerivedRows(tables);
        for (var done = 0L; ; done += page)
        {
            var revisions = await LedgerAsync(chronology, done, done + page, ct);
            if (revisions.Count == 0)
                return;
            await using var session = store.LightweightSession(chronology);
            await rows.ApplyAsync(session, await EventsAsync(session, revisions, ct), ct);
            await session.SaveChangesAsync(ct);
        }
    }

    /// <summary>The stream that each position revised.</summary>
    private async Task<Dictionary<long, string>> LedgerAsync(
        string chronology,
        long from,
        long to,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            "select position, kind || '/' || key from chronology.ledger where chronology = $1 and position > $2 and position <= $3"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(to);
        var streams = new Dictionary<long, string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            streams.Add(reader.GetInt64(0), reader.GetString(1));
        return streams;
    }

    /// <summary>The events of these positions: from streams, which are short, because nothing in Marten's tables is ordered by position.</summary>
    private static async Task<IReadOnlyList<IEvent>> EventsAsync(
        IQuerySession session,
        Dictionary<long, string> revisions,
        CancellationToken ct
    )
    {
        var streams = revisions.Values.Distinct(StringComparer.Ordinal).ToArray();
        var stored = await session
            .Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(streams))
            .OrderBy(e => e.StreamKey)
            .ThenBy(e => e.Version)
            .ToListAsync(ct);
        var events = stored
            .Where(e => revisions.TryGetValue(RevisionHeaders.PositionOf(e), out var stream) && stream == e.StreamKey)
            .ToList();
        var missing = revisions.Keys.Except(events.Select(RevisionHeaders.PositionOf)).Order().ToArray();
        return missing.Length == 0
            ? events
            : throw new InvalidOperationException($"Position {missing[0]} of the ledger has no events in its stream.");
    }
}
