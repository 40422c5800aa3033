using System.Data;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Chronology.Recording;
using Marten;
using Marten.Events;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace Chronology.Service.Store;

/// <summary>Who orders a change, and through what.</summary>
/// <param name="Author">The authenticated identity; until authentication arrives, what the loopback client says, or the system's user.</param>
/// <param name="Via">A tool, agent or data set, or null.</param>
public sealed record Caller(string Author, string? Via);

/// <summary>A command, and which revision it is meant for.</summary>
/// <param name="Expected">The record's present revision as its author saw it (<c>If-Match</c>); null: any.</param>
/// <param name="Makes">The revision that an import's line makes; null: the next one.</param>
/// <param name="Via">Instead of the caller's; null: the caller's.</param>
/// <param name="Salts">Of the texts, by pointer, where they are committed to already elsewhere; null: fresh ones.</param>
public sealed record Order(
    Command Command,
    int? Expected = null,
    int? Makes = null,
    string? Via = null,
    IReadOnlyDictionary<string, byte[]>? Salts = null
);

/// <summary>What became of an order. Closed.</summary>
public abstract record Outcome
{
    private Outcome() { }

    public sealed record Recorded(RecordState State, Operation Operation, long Position, DateTimeOffset RecordedAt)
        : Outcome;

    /// <summary>The record says so already; position and instant are those of its present revision.</summary>
    public sealed record Unchanged(RecordState State, long Position, DateTimeOffset RecordedAt) : Outcome;

    public sealed record Refused(Rejection Rejection) : Outcome;
}

/// <summary>The one way into a chronology: reads under the head's lock, decides, and commits revisions, ledger and derived rows together.</summary>
/// <remarks>Three round trips however many orders: lock and read; write; commit. What a decision reads cannot change before the
/// commit, because every writer of the chronology holds the same lock. Order of appending is order of positions.</remarks>
public sealed class Writer(NpgsqlDataSource source, IDocumentStore store, TimeProvider clock)
{
    /// <summary>Decides and records <paramref name="orders"/> in their order, in one transaction.</summary>
    /// <param name="allOrNothing">Record nothing if any is refused.</param>
    /// <returns>One outcome an order; or the rejection <c>no-such-chronology</c>.</returns>
    public async Task<Result<IReadOnlyList<Outcome>>> AppendAsync(
        string chronology,
        IReadOnlyList<Order> orders,
        Caller caller,
        bool allOrNothing,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        var outcomes = await WriteAsync(transaction, chronology, orders, caller, allOrNothing, ct);
        if (outcomes.IsOk)
            await transaction.CommitAsync(ct);
        return outcomes;
    }

    /// <summary>Begins to try changes: what is appended to the trial is undone when it is disposed.</summary>
    public async Task<Trial> TryAsync(string chronology, Caller caller, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct);
        return new Trial(
            await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct),
            (transaction, orders, allOrNothing) => WriteAsync(transaction, chronology, orders, caller, allOrNothing, ct)
        );
    }

    private async Task<Result<IReadOnlyList<Outcome>>> WriteAsync(
        NpgsqlTransaction transaction,
        string chronology,
        IReadOnlyList<Order> orders,
        Caller caller,
        bool allOrNothing,
        CancellationToken ct
    )
    {
        Page? page;
        try
        {
            page = await Page.OpenAsync(transaction, chronology, orders, ct);
        }
        catch (NpgsqlException broken) when (broken is not PostgresException && !ct.IsCancellationRequested)
        {
            // A pooled connection that the server has closed meanwhile is found out here; its fellows are no better.
            source.Clear();
            throw new BrokenBeforeCommitException(broken);
        }
        if (page is null)
            return NoSuchChronology(chronology);
        var outcomes = new List<Outcome>(orders.Count);
        foreach (var order in orders)
            outcomes.Add(await DecideAsync(page, order, caller, ct));
        if (page.Revisions.Count == 0 || (allOrNothing && outcomes.Exists(outcome => outcome is Outcome.Refused)))
            return outcomes;
        await using (var session = store.LightweightSession(Within(transaction, chronology)))
        {
            Queue(session, page);
            await session.SaveChangesAsync(ct);
        }
        return outcomes;
    }

    public static Rejection NoSuchChronology(string chronology) =>
        new("no-such-chronology", $"There is no chronology “{chronology}”.");

    private static SessionOptions Within(NpgsqlTransaction transaction, string chronology)
    {
        var options = SessionOptions.ForTransaction(transaction);
        options.TenantId = chronology;
        return options;
    }

    private async Task<Outcome> DecideAsync(Page page, Order order, Caller caller, CancellationToken ct)
    {
        var command = order.Command;
        var state = page.StateOf(command.Id);
        if (order.Makes is { } makes && makes != (state?.Revision ?? 0) + 1)
            return await AlreadyMadeAsync(page, order, makes, state, ct);
        if (order.Expected is { } expected && state is not null && expected != state.Revision)
        {
            return new Outcome.Refused(
                new(
                    "stale-revision",
                    $"{command.Id} is at revision {state.Revision}, not {expected}: read it again, then decide."
                )
            );
        }
        var decided = Deciding.Decide(command, state);
        if (decided.Rejection is { Code: "key-taken" } && command is Command.Record recording)
        {
            // As first recorded, the same again is no new command.
            var first = await RevisionsAsync(page, command.Id, ct);
            if (Folding.Revise(null, command.Id, first[0].Events).Content.Equals(recording.Content))
                return Unchanged(page, state!);
        }
        if (decided.Rejection is { } rejection)
            return new Outcome.Refused(rejection);
        switch (decided.Value)
        {
            case Decision.Unchanged:
                return Unchanged(page, state!);
            case Decision.Changed changed:
                var consequences = await page.ConsequencesAsync(command, state, changed, ct);
                if (consequences.Rejection is { } refusal)
                    return new Outcome.Refused(refusal);
                var body = new RevisionBody(
                    command.Id.Kind,
                    command.Id.Key,
                    changed.After.Revision,
                    changed.Operation,
                    changed.Events,
                    caller.Author,
                    order.Via ?? caller.Via,
                    command.Why,
                    command.Support
                );
                var commitment = order.Salts is null
                    ? Ledger.Commit(body, () => RandomNumberGenerator.GetBytes(Ledger.SaltLength))
                    : Ledger.Commit(body, order.Salts);
                if (commitment.Rejection is { } unsalted)
                    return new Outcome.Refused(unsalted);

                var after = consequences.Value[0];
                var at = page.Take(clock);
                page.Revisions.Add(
                    new(
                        command.Id,
                        changed.Events,
                        new(
                            page.Position,
                            at,
                            body.Revision,
                            body.Op,
                            body.Author,
                            body.Via,
                            body.Reason,
                            body.Citations
                        ),
                        commitment.Value
                    )
                );
                page.Put(after, page.Position, at);
                foreach (var moved in consequences.Value.Skip(1))
                    page.Move(moved);
                return new Outcome.Recorded(after, changed.Operation, page.Position, Instants.OfMicroseconds(at));
            default:
                throw new UnreachableException($"A decision that is not one: {decided.Value}");
        }
    }

    private static Outcome.Unchanged Unchanged(Page page, RecordState state)
    {
        var (position, at) = page.MadeAt(state.Id);
        return new(state, position, Instants.OfMicroseconds(at));
    }

    /// <summary>A numbered line whose revision is not the next: there already with the same content, or stale.</summary>
    private async Task<Outcome> AlreadyMadeAsync(
        Page page,
        Order order,
        int makes,
        RecordState? state,
        CancellationToken ct
    )
    {
        if (state is not null && makes <= state.Revision)
        {
            var made = await RevisionsAsync(page, order.Command.Id, ct);
            var before = (RecordState?)null;
            foreach (var (_, _, events) in made.Take(makes - 1))
                before = Folding.Revise(before, order.Command.Id, events);
            var again = Deciding.Decide(order.Command, before);
            if (
                again is { IsOk: true, Value: Decision.Changed changed }
                && changed.Events.Equals(made[makes - 1].Events)
                && Equals(order.Command.Why, made[makes - 1].Why)
                && order.Command.Support.Equals(made[makes - 1].Support)
            )
            {
                return Unchanged(page, state);
            }
        }
        else if (state is null && order.Command is not Command.Record)
        {
            return new Outcome.Refused(Deciding.Decide(order.Command, null).Rejection!);
        }
        return new Outcome.Refused(
            new(
                "stale-revision",
                $"{order.Command.Id} is at revision {state?.Revision ?? 0}; the line's revision {makes} is not the next, and not what is recorded."
            )
        );
    }

    private sealed record Made(Reason? Why, ValueList<Citation> Support, ValueList<DomainEvent> Events);

    /// <summary>All revisions of one record, those of this page included.</summary>
    private async Task<List<Made>> RevisionsAsync(Page page, RecordId id, CancellationToken ct)
    {
        await using var session = store.QuerySession(Within(page.Transaction, page.Chronology));
        var stream = await session.Events.FetchStreamAsync(id.StreamKey, token: ct);
        return
        [
            .. stream
                .GroupBy(RevisionHeaders.PositionOf)
                .OrderBy(revision => revision.Key)
                .Select(revision => new Made(
                    RevisionHeaders.ReasonOf(revision.First()),
                    RevisionHeaders.CitationsOf(revision.First()),
                    revision.Select(stored => (DomainEvent)stored.Data).ToValueList()
                )),
            .. page
                .Revisions.Where(r => r.Id == id)
                .Select(r => new Made(r.Headers.Reason, r.Headers.Citations, r.Events)),
        ];
    }

    private void Queue(IDocumentSession session, Page page)
    {
        var graph = (EventGraph)((DocumentStore)store).Options.Events;
        var ledger = NewLedger();
        foreach (var revision in page.Revisions)
        {
            session.Events.Append(
                revision.Id.StreamKey,
                revision.Events.Select(change =>
                {
                    var stored = graph.BuildEvent(change);
                    revision.Headers.WriteTo(stored);
                    return stored;
                })
            );
            revision.AddTo(ledger, page.Chronology);
        }
        session.QueueSqlCommand(
            "update chronology.head set position = ?, recorded_at = ? where chronology = ?",
            page.Position,
            Instants.OfMicroseconds(page.RecordedAt),
            page.Chronology
        );
        var leaves = ledger.Insert();
        session.QueueSqlCommand(leaves.Sql, leaves.Parameters);
        DerivedRows.Knows(session, page.Before);
    }

    public static Columns NewLedger() =>
        new(
            "chronology.ledger",
            ("chronology", "text"),
            ("position", "bigint"),
            ("recorded_at", "timestamptz"),
            ("kind", "text"),
            ("key", "text"),
            ("revision", "integer"),
            ("op", "text"),
            ("author", "text"),
            ("via", "text"),
            ("reason_code", "text"),
            ("reason_note", "text"),
            ("citations", "json"),
            ("salts", "json"),
            ("content", "bytea"),
            ("leaf", "bytea")
        );
}
