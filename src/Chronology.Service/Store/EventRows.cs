using Chronology.Recording;
using Marten;
using Marten.Events;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The revisions of some pages as rows of Marten's two tables, the same as a session of Marten appends them, column by column.</summary>
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

    private readonly Columns grown = new("", ("tenant_id", "text"), ("id", "text"), ("version", "bigint"));

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

    /// <param name="pages">With all their revisions.</param>
    public EventRows(IDocumentStore store, IEnumerable<Page> pages)
    {
        var graph = (EventGraph)((DocumentStore)store).Options.Events;
        var serializer = store.Options.Serializer();
        var now = graph.TimeProvider.GetUtcNow();
        foreach (var page in pages)
            Add(page, graph, serializer, now);
    }

    private void Add(Page page, EventGraph graph, ISerializer serializer, DateTimeOffset now)
    {
        var chronology = page.Chronology;
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
                    grown.Add(chronology, revision.Id.StreamKey, after);
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
                    revision.Trace.Root,
                    revision.Trace.Parent,
                    serializer.ToJson(stored.Headers)
                );
            }
            versions[revision.Id] = version;
        }
    }

    /// <summary>The statement that lengthens streams that are there; null: there is none.</summary>
    public Statement? Change() => grown.Count > 0 ? Growing() : null;

    /// <summary>The statements that only add rows, in any order.</summary>
    public IEnumerable<Statement> Insertions()
    {
        if (begun.Count > 0)
            yield return begun.Insert();
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
            update {EventStore.Schema}.mt_streams s set version = x.version, timestamp = now() from {grown.Unnested()} as x (tenant_id, id, version)
            where s.tenant_id = x.tenant_id and s.id = x.id
            """,
            grown.Parameters()
        );
}
