using Chronology.Recording;
using Marten;
using Marten.Events;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The revisions of a page as rows of Marten's two tables, the same as a session of Marten appends them, column by column.</summary>
/// <remarks>Written with the page's other rows, instead of by a session and a function that is called once a stream.
/// The versions of the streams are known: they were read under the head's lock.</remarks>
internal sealed class EventRows
{
    private readonly Columns begun = new(
        $"{EventStore.Schema}.mt_streams",
        ("tenant_id", "text"),
        ("id", "text"),
        ("version", "bigint")
    );

    private readonly Columns grown = new("", ("id", "text"), ("version", "bigint"));

    private readonly Columns events = new(
        $"{EventStore.Schema}.mt_events",
        ("seq_id", $"nextval('{EventStore.Schema}.mt_events_sequence')"),
        ("id", "uuid"),
        ("stream_id", "text"),
        ("version", "bigint"),
        ("data", "jsonb"),
        ("type", "text"),
        ("timestamp", "timestamptz"),
        ("tenant_id", "text"),
        ("mt_dotnet_type", "text"),
        ("correlation_id", "text"),
        ("causation_id", "text"),
        ("headers", "jsonb")
    );

    private readonly string chronology;

    /// <param name="page">With all its revisions.</param>
    public EventRows(IDocumentStore store, Page page)
    {
        chronology = page.Chronology;
        var graph = (EventGraph)((DocumentStore)store).Options.Events;
        var serializer = store.Options.Serializer();
        // Opens no connection: it tells what Marten would write of the trace that this is part of.
        using var session = store.LightweightSession(chronology);
        var now = graph.TimeProvider.GetUtcNow();
        var versions = new Dictionary<RecordId, long>();
        foreach (var revision in page.Revisions)
        {
            if (!versions.TryGetValue(revision.Id, out var version))
            {
                var after = page.EventsOf(revision.Id);
                version = after - page.RevisionsOf(revision.Id).Sum(made => made.Events.Count);
                if (version == 0)
                    begun.Add(chronology, revision.Id.StreamKey, after);
                else
                    grown.Add(revision.Id.StreamKey, after);
            }
            foreach (var change in revision.Events)
            {
                var stored = graph.BuildEvent(change);
                revision.Headers.WriteTo(stored);
                events.Add(
                    null,
                    Guid.CreateVersion7(now),
                    revision.Id.StreamKey,
                    ++version,
                    serializer.ToJson(change),
                    stored.EventTypeName,
                    now,
                    chronology,
                    stored.DotNetTypeName,
                    session.CorrelationId,
                    session.CausationId,
                    serializer.ToJson(stored.Headers)
                );
            }
            versions[revision.Id] = version;
        }
    }

    /// <summary>The statements that write them, in their order.</summary>
    public IEnumerable<Statement> Statements()
    {
        if (begun.Count > 0)
            yield return begun.Insert();
        if (grown.Count > 0)
            yield return Growing();
        yield return events.Insert();
    }

    /// <summary>Writes them by COPY.</summary>
    /// <param name="connection">In the page's transaction, with no reader open.</param>
    public async Task CopyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (grown.Count > 0)
            await Statement.RunAsync(connection, [Growing()], ct);
        await begun.CopyAsync(connection, ct);
        await events.CopyAsync(connection, ct);
    }

    private Statement Growing() =>
        new(
            $"""
            update {EventStore.Schema}.mt_streams s set version = x.version, timestamp = now() from {grown.Unnested()} as x (id, version)
            where s.id = x.id and s.tenant_id = ?
            """,
            [.. grown.Parameters(), chronology]
        );
}
