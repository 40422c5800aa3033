using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Chronology.Recording;
using Marten;
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
)
{
    /// <summary>What records what the command refers to, where it is not there: carried out just before the order, and only if that is recorded.
    /// None has needs of its own.</summary>
    public IReadOnlyList<Order> Needs { get; init; } = [];

    /// <summary>What the order would come to and its commitment, computed before the head was locked; null: not computed.</summary>
    public (RevisionBody Body, Commitment Commitment)? Prepared { get; init; }

    /// <summary>The same order with the commitment to a first recording computed: the dearest part, and one that needs no position.</summary>
    /// <remarks>It is used where the decision comes to just that, and else forgotten.</remarks>
    public Order Prepare(Caller caller)
    {
        if (Command is not Command.Record || Makes > 1)
            return this;
        if (Deciding.Decide(Command, null) is not { IsOk: true, Value: Decision.Changed changed })
            return this;
        var body = BodyOf(changed, caller);
        return CommitTo(body) is { IsOk: true, Value: var commitment }
            ? this with
            {
                Prepared = (body, commitment),
            }
            : this;
    }

    internal RevisionBody BodyOf(Decision.Changed changed, Caller caller) =>
        new(
            Command.Id.Kind,
            Command.Id.Key,
            changed.After.Revision,
            changed.Operation,
            changed.Events,
            caller.Author,
            Via ?? caller.Via,
            Command.Why,
            Command.Support
        );

    internal Result<Commitment> CommitTo(RevisionBody body) =>
        Prepared is { } prepared && prepared.Body.Equals(body) ? prepared.Commitment
        : Salts is null ? Ledger.Commit(body, Store.Salts.Next)
        : Ledger.Commit(body, Salts);
}

/// <summary>An order, who gives it, and as part of which trace.</summary>
public sealed record Sent(Order Order, Caller Caller)
{
    /// <summary>The trace in which this was made.</summary>
    internal Trace Trace { get; } = Trace.Current;
}

/// <summary>What a session of Marten writes of the trace that it is part of.</summary>
internal readonly record struct Trace(string? Root, string? Parent)
{
    public static Trace Current => new(Activity.Current?.RootId, Activity.Current?.ParentId);
}

/// <summary>The orders for one chronology, in their order.</summary>
public sealed record Gathered(string Chronology, IReadOnlyList<Sent> Sent);

/// <summary>What became of an order. Closed.</summary>
public abstract record Outcome
{
    private Outcome() { }

    public sealed record Recorded(RecordState State, Operation Operation, long Position, DateTimeOffset RecordedAt)
        : Outcome
    {
        /// <summary>What was recorded just before, because the order needed it.</summary>
        public IReadOnlyList<RecordState> Before { get; init; } = [];
    }

    /// <summary>The record says so already; position and instant are those of its present revision: 0 and null where the chronology
    /// itself has none yet.</summary>
    public sealed record Unchanged(RecordState State, long Position, DateTimeOffset? RecordedAt) : Outcome;

    public sealed record Refused(Rejection Rejection) : Outcome;
}

/// <summary>The one way into a chronology: reads under the head's lock, decides, and commits revisions, ledger and derived rows together.</summary>
/// <remarks>Two round trips for a few orders: lock and read; write and commit. Many are written by COPY, a round trip a table.
/// What a decision reads cannot change before the commit, because every writer of the chronology holds the same lock.
/// Order of appending is order of positions.</remarks>
public sealed class Writer(NpgsqlDataSource source, IDocumentStore store, TimeProvider clock)
{
    /// <summary>From so many revisions on a page is written by COPY: fewer are cheaper in one batch of statements.</summary>
    public int ManyRevisions { get; init; } = 200;

    /// <summary>Decides and records <paramref name="orders"/> in their order, in one transaction.</summary>
    /// <param name="allOrNothing">Record nothing if any is refused.</param>
    /// <returns>One outcome an order; or the rejection <c>no-such-chronology</c>.</returns>
    public Task<Result<IReadOnlyList<Outcome>>> AppendAsync(
        string chronology,
        IReadOnlyList<Order> orders,
        Caller caller,
        bool allOrNothing,
        CancellationToken ct
    ) => AppendAsync(chronology, [.. orders.Select(order => new Sent(order, caller))], allOrNothing, ct);

    /// <inheritdoc cref="AppendAsync(string, IReadOnlyList{Order}, Caller, bool, CancellationToken)"/>
    /// <exception cref="BrokenBeforeCommitException">The database was out of reach before anything was sent to be recorded.</exception>
    public async Task<Result<IReadOnlyList<Outcome>>> AppendAsync(
        string chronology,
        IReadOnlyList<Sent> sent,
        bool allOrNothing,
        CancellationToken ct
    )
    {
        await using var connection = await OpenAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        return await WriteAsync(transaction, new(chronology, sent), allOrNothing, commits: true, ct);
    }

    /// <summary>Decides and records the orders for some chronologies in one transaction, but waits for no head that others hold.</summary>
    /// <param name="gathered">Each chronology once.</param>
    /// <returns>Outcomes as of <see cref="AppendAsync(string, IReadOnlyList{Sent}, bool, CancellationToken)"/>, nothing of one having a bearing on
    /// others. Null where the head is held, or there is no such chronology: nothing was tried.</returns>
    /// <exception cref="BrokenBeforeCommitException">The database was out of reach before anything was sent to be recorded.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<Outcome>?>> TryAppendAsync(
        IReadOnlyList<Gathered> gathered,
        CancellationToken ct
    )
    {
        await using var connection = await OpenAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        return await WriteAsync(transaction, gathered, waits: false, allOrNothing: false, commits: true, ct);
    }

    /// <summary>Begins to try changes: what is appended to the trial is undone when it is disposed.</summary>
    public async Task<Trial> TryAsync(string chronology, Caller caller, CancellationToken ct)
    {
        var connection = await OpenAsync(ct);
        return new Trial(
            await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct),
            (transaction, orders, allOrNothing) =>
                WriteAsync(
                    transaction,
                    new(chronology, [.. orders.Select(order => new Sent(order, caller))]),
                    allOrNothing,
                    commits: false,
                    ct
                )
        );
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        try
        {
            return await source.OpenConnectionAsync(ct);
        }
        catch (NpgsqlException unreachable) when (unreachable is not PostgresException && !ct.IsCancellationRequested)
        {
            throw new BrokenBeforeCommitException(unreachable);
        }
    }

    private async Task<Result<IReadOnlyList<Outcome>>> WriteAsync(
        NpgsqlTransaction transaction,
        Gathered gathered,
        bool allOrNothing,
        bool commits,
        CancellationToken ct
    ) =>
        (await WriteAsync(transaction, [gathered], waits: true, allOrNothing, commits, ct))[0] is { } outcomes
            ? outcomes
            : NoSuchChronology(gathered.Chronology);

    private async Task<Outcome[]?[]> WriteAsync(
        NpgsqlTransaction transaction,
        IReadOnlyList<Gathered> gathered,
        bool waits,
        bool allOrNothing,
        bool commits,
        CancellationToken ct
    )
    {
        IReadOnlyList<Page?> pages;
        try
        {
            pages = await Page.OpenAsync(
                transaction,
                [
                    .. gathered.Select(one =>
                        (one.Chronology, (IReadOnlyList<Order>)[.. one.Sent.Select(sent => sent.Order)])
                    ),
                ],
                waits,
                ct
            );
        }
        catch (NpgsqlException broken) when (broken is not PostgresException && !ct.IsCancellationRequested)
        {
            // A pooled connection that the server has closed meanwhile is found out here; its fellows are no better.
            source.Clear();
            throw new BrokenBeforeCommitException(broken);
        }
        var all = new Outcome[]?[pages.Count];
        var written = new List<Page>(pages.Count);
        for (var i = 0; i < all.Length; i++)
        {
            if (pages[i] is not { } page)
                continue;
            var outcomes = await DecideAsync(page, gathered[i].Sent, ct);
            if (
                page.Revisions.Count > 0
                && !(allOrNothing && Array.Exists(outcomes, outcome => outcome is Outcome.Refused))
            )
                written.Add(page);
            all[i] = outcomes;
        }
        if (written.Count > 0)
            await WriteAsync(transaction, written, commits, ct);
        return all;
    }

    private async Task<Outcome[]> DecideAsync(Page page, IReadOnlyList<Sent> sent, CancellationToken ct)
    {
        await ReadStreamsAsync(page, sent, ct);
        await page.ReadStoriesAsync(sent.Select(one => one.Order.Command), ct);
        var outcomes = new Outcome[sent.Count];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = await DecideAsync(page, sent[i], ct);
        return outcomes;
    }

    private async Task WriteAsync(
        NpgsqlTransaction transaction,
        IReadOnlyList<Page> pages,
        bool commits,
        CancellationToken ct
    )
    {
        var statements = new List<Statement>();
        foreach (var page in pages.Where(page => page.Revisions.Count >= ManyRevisions))
            await CopiedPage.WriteAsync(store, page, ct);
        Page[] others = [.. pages.Where(page => page.Revisions.Count < ManyRevisions)];
        if (others.Length > 0)
            statements.AddRange(Statements(others));
        if (commits)
            statements.Add(new("commit", []));
        await Statement.RunAsync(transaction.Connection!, statements, ct);
    }

    private IEnumerable<Statement> Statements(IReadOnlyList<Page> pages)
    {
        var events = new EventRows(store, pages);
        var ledger = NewLedger();
        var own = new List<FoldedPage>(pages.Count);
        foreach (var page in pages)
        {
            foreach (var revision in page.Revisions)
                revision.AddTo(ledger, page.Chronology);
            own.Add(
                FoldedPage.Of("", page.Chronology, page.Revisions.Select(revision => revision.Folded), page.Before)
            );
        }
        var advance = pages.Count == 1 ? Advance(pages[0], own[0]) : Advance(pages, own);
        var folded = own[0];
        foreach (var other in own.Skip(1))
            folded.Join(other);
        if (events.Change() is { } growing)
            yield return growing;
        foreach (var change in folded.Changes())
            yield return change;
        yield return Statement.Together([advance, .. events.Insertions(), ledger.Insert(), .. folded.Insertions()]);
    }

    /// <summary>Moves the head to the page's last position, and its counts with it.</summary>
    internal static Statement Advance(Page page, FoldedPage folded) =>
        new(
            $"update chronology.head set position = ?, recorded_at = ?, {LiveRecords.Add(_ => "?")} where chronology = ?",
            [
                page.Position,
                Instants.OfMicroseconds(page.RecordedAt),
                .. LiveRecords.Changes(page.Before, folded.After),
                page.Chronology,
            ]
        );

    private static Statement Advance(IReadOnlyList<Page> pages, IReadOnlyList<FoldedPage> folded)
    {
        string[] counts =
        [
            .. LiveRecords.Columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"n{i}")),
        ];
        var heads = new Columns(
            "",
            [
                ("chronology", "text"),
                ("position", "bigint"),
                ("recorded_at", "timestamptz"),
                .. counts.Select(count => (count, "bigint")),
            ]
        );
        for (var i = 0; i < pages.Count; i++)
            heads.Add([
                pages[i].Chronology,
                pages[i].Position,
                Instants.OfMicroseconds(pages[i].RecordedAt),
                .. LiveRecords.Changes(pages[i].Before, folded[i].After),
            ]);
        return new(
            $"""
            update chronology.head h set position = x.position, recorded_at = x.recorded_at, {LiveRecords.Add(i =>
                $"x.{counts[i]}"
            )}
            from {heads.Unnested()} as x (chronology, position, recorded_at, {string.Join(", ", counts)})
            where h.chronology = x.chronology
            """,
            heads.Parameters()
        );
    }

    public static Rejection NoSuchChronology(string chronology) =>
        new("no-such-chronology", $"There is no chronology “{chronology}”.");

    private async Task<Outcome> DecideAsync(Page page, Sent sent, CancellationToken ct)
    {
        var (order, caller) = sent;
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
        if (state is null && command is Command.Record { FromDataSet: true } telling)
        {
            var heard = CodedTelling.Hear(telling, page.ToldOf(telling));
            switch (heard)
            {
                case { Rejection: { } otherwise }:
                    return new Outcome.Refused(otherwise);
                case { Value: Heard.Before before }:
                    return Unchanged(page, before.Event);
                case { Value: Heard.FromTheOtherSide pair }:
                    (state, command) = (pair.Event, pair.Pairing);
                    // Who took part stands in the event already.
                    order = order with
                    {
                        Command = command,
                        Needs = [],
                    };
                    break;
            }
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
                var needed = await NeededAsync(page, sent with { Order = order }, state, changed, ct);
                if (needed.Rejection is { } unneeded)
                    return new Outcome.Refused(unneeded);
                var consequences = await page.ConsequencesAsync(command, state, changed, ct);
                if (consequences.Rejection is { } refusal)
                    return new Outcome.Refused(refusal);
                var body = order.BodyOf(changed, caller);
                var commitment = order.CommitTo(body);
                if (commitment.Rejection is { } unsalted)
                    return new Outcome.Refused(unsalted);

                var after = consequences.Value[0];
                var at = page.Take(clock);
                page.Put(
                    after,
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
                        commitment.Value,
                        sent.Trace
                    )
                );
                foreach (var moved in consequences.Value.Skip(1))
                    page.Move(moved);
                return new Outcome.Recorded(after, changed.Operation, page.Position, Instants.OfMicroseconds(at))
                {
                    Before = needed.Value,
                };
            default:
                throw new UnreachableException($"A decision that is not one: {decided.Value}");
        }
    }

    /// <summary>Records what the order needs and is not there, if with that nothing speaks against the order.</summary>
    private async Task<Result<IReadOnlyList<RecordState>>> NeededAsync(
        Page page,
        Sent sent,
        RecordState? state,
        Decision.Changed changed,
        CancellationToken ct
    )
    {
        Order[] missing = [.. sent.Order.Needs.Where(need => !page.IsThere(need.Command.Id))];
        if (missing.Length == 0)
            return Array.Empty<RecordState>();
        var ids = missing.Select(need => need.Command.Id);
        if (await page.RefusalBesideAsync(ids, sent.Order.Command, state, changed, ct) is { } refusal)
            return refusal;
        var recorded = new List<RecordState>(missing.Length);
        foreach (var need in missing)
        {
            var outcome = await DecideAsync(page, sent with { Order = need }, ct);
            if (outcome is Outcome.Refused refused)
                return refused.Rejection;
            if (outcome is Outcome.Recorded made)
                recorded.Add(made.State);
        }
        return recorded;
    }

    private static Outcome.Unchanged Unchanged(Page page, RecordState state) =>
        page.MadeAt(state.Id) is var (position, at)
            ? new(state, position, Instants.OfMicroseconds(at))
            : new(state, 0, null);

    /// <summary>A line that records what is there in its first revision, and nothing else: the most frequent one of a file loaded again.</summary>
    private static bool IsAsItStands(Order order, RecordState? state) =>
        order is { Makes: 1, Command: Command.Record { Content: var content } }
        && state is { Revision: 1 }
        && state.Content.Equals(content);

    /// <summary>A numbered line whose revision is not the next: there already with the same content, or stale.</summary>
    private async Task<Outcome> AlreadyMadeAsync(
        Page page,
        Order order,
        int makes,
        RecordState? state,
        CancellationToken ct
    )
    {
        if (IsAsItStands(order, state))
            return Unchanged(page, state!);
        if (state is not null && makes <= state.Revision)
        {
            var made = await RevisionsAsync(page, order.Command.Id, ct);
            var before = RecordState.AtFirst(order.Command.Id);
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

    /// <summary>All revisions of one record, those of this page included.</summary>
    private async Task<IReadOnlyList<Made>> RevisionsAsync(Page page, RecordId id, CancellationToken ct)
    {
        if (!page.Streams.ContainsKey(id))
            await ReadStreamsAsync(page, [id], ct);
        return
        [
            .. page.Streams[id],
            .. page.RevisionsOf(id).Select(r => new Made(r.Headers.Reason, r.Headers.Citations, r.Events)),
        ];
    }

    /// <summary>Reads at once the streams that the orders will be held against: of lines whose revision may be there already.</summary>
    private async Task ReadStreamsAsync(Page page, IReadOnlyList<Sent> sent, CancellationToken ct)
    {
        if (sent.Count == 1)
            return;
        var ids = sent.Select(one => (one.Order, State: page.StateOf(one.Order.Command.Id)))
            .Where(one =>
                one.State is { } state
                && (one.Order.Makes is { } makes ? makes <= state.Revision : one.Order.Command is Command.Record)
                && !IsAsItStands(one.Order, state)
            )
            .Select(one => one.Order.Command.Id)
            .Distinct()
            .ToArray();
        if (ids.Length > 0)
            await ReadStreamsAsync(page, ids, ct);
    }

    private async Task ReadStreamsAsync(Page page, RecordId[] ids, CancellationToken ct)
    {
        var options = SessionOptions.ForTransaction(page.Transaction);
        options.TenantId = page.Chronology;
        await using var session = store.QuerySession(options);
        var keys = ids.Select(id => id.StreamKey).ToArray();
        var stored = await session
            .Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(keys))
            .OrderBy(e => e.StreamKey)
            .ThenBy(e => e.Version)
            .ToListAsync(ct);
        var streams = stored.ToLookup(e => e.StreamKey!, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            page.Streams[id] =
            [
                .. streams[id.StreamKey]
                    .GroupBy(RevisionHeaders.PositionOf)
                    .OrderBy(revision => revision.Key)
                    .Select(revision => new Made(
                        RevisionHeaders.ReasonOf(revision.First()),
                        RevisionHeaders.CitationsOf(revision.First()),
                        revision.Select(one => (DomainEvent)one.Data).ToValueList()
                    )),
            ];
        }
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

/// <summary>Random bytes, drawn many at once.</summary>
internal static class Salts
{
    [ThreadStatic]
    private static byte[]? drawn;

    [ThreadStatic]
    private static int used;

    /// <summary>16 fresh ones.</summary>
    public static byte[] Next()
    {
        drawn ??= new byte[256 * Ledger.SaltLength];
        if (used == 0)
            RandomNumberGenerator.Fill(drawn);
        var salt = drawn.AsSpan(used, Ledger.SaltLength).ToArray();
        used = (used + Ledger.SaltLength) % drawn.Length;
        return salt;
    }
}
