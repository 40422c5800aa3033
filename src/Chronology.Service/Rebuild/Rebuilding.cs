using System.Data;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Npgsql;
using NpgsqlTypes;

namespace Chronology.Service.Rebuild;

/// <summary>How far a rebuild is, for whoever waits.</summary>
public sealed record RebuildProgress(RebuildStatus Status, long Done, long Total);

/// <summary>Runs a rebuild from wherever it stands to its end: folds beside, compares, catches up, swaps what differs.</summary>
/// <remarks>One at a time in a database: it holds an advisory lock, which a killed process loses with its connection.</remarks>
/// <param name="memory">What this process remembers of the rows, forgotten where they are mended; null: nothing.</param>
public sealed class Rebuilding(NpgsqlDataSource source, TimeProvider clock, Memory? memory = null)
{
    /// <summary>Streams in a page, for whoever has no other wish.</summary>
    public const int UsualPage = 2_000;

    /// <summary>Differences that are told one by one.</summary>
    public const int GreatestNamed = 100;

    /// <summary>Revisions that may be left when the head is locked; a round of catching up leaves fewer than it had.</summary>
    private const long FewEnough = 200;

    private const int GreatestRounds = 20;

    private const long Lock = 0x7265_6275_696C; // "rebuil"

    private readonly Rebuilds rebuilds = new(source, clock);

    /// <summary>Released when a rebuild has been asked for in this process.</summary>
    public SemaphoreSlim Asked { get; } = new(0);

    /// <summary>Runs one of this chronology, the one that was begun and not ended where there is one.</summary>
    /// <returns>Or <c>no-such-chronology</c>; <c>rebuild-running</c> while another process, or another request, runs any.</returns>
    public async Task<Result<RebuildAnswer>> RunAsync(
        string chronology,
        bool dryRun,
        Caller caller,
        int page,
        IProgress<RebuildProgress>? progress,
        CancellationToken ct
    )
    {
        await using var turn = await Turn.TakeAsync(source, ct);
        if (turn is null)
            return new Rejection(
                "rebuild-running",
                "Another rebuild runs in this database: wait until it has ended, and see GET /admin/projections."
            );
        var asked = await rebuilds.AskAsync(chronology, dryRun, caller, page, ct);
        if (asked is null)
            return Writer.NoSuchChronology(chronology);
        return await RunAsync(asked, progress, ct);
    }

    /// <summary>Runs the oldest that has not ended, if any and if nobody else does.</summary>
    /// <returns>Whether one was run to its end.</returns>
    public async Task<bool> ResumeAsync(IProgress<RebuildProgress>? progress, CancellationToken ct)
    {
        if (await rebuilds.NextAsync(ct) is null)
            return false;
        await using var turn = await Turn.TakeAsync(source, ct);
        if (turn is null || await rebuilds.NextAsync(ct) is not { } next)
            return false;
        await RunAsync(next, progress, ct);
        return true;
    }

    private async Task<RebuildAnswer> RunAsync(
        RebuildAnswer rebuild,
        IProgress<RebuildProgress>? progress,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        try
        {
            await ExecuteAsync(
                connection,
                "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set work_mem = '64MB'",
                ct
            );
            try
            {
                await CourseAsync(connection, rebuild, progress, ct);
            }
            catch (Exception broken) when (IsOfTheStore(broken))
            {
                await rebuilds.EndAsync(connection, rebuild.Id, RebuildStatus.Failed, broken.Message, ct);
                throw;
            }
        }
        finally
        {
            if (connection.State == ConnectionState.Open)
                await ExecuteAsync(connection, "discard temp; reset all", CancellationToken.None);
        }
        return await rebuilds.ReadAsync(rebuild.Id, ct);
    }

    /// <summary>Another try would end in the same way: an event that cannot be read, a position that has none.</summary>
    private static bool IsOfTheStore(Exception fault) =>
        fault
            is not OperationCanceledException
                and not NpgsqlException { IsTransient: true }
                and not PostgresException
                {
                    SqlState: ['5', '7', ..] or ['5', '3', ..] or ['0', '8', ..] or ['4', '0', ..]
                }
                and not ObjectDisposedException
                and (
                    InvalidOperationException
                    or JsonException
                    or System.Diagnostics.UnreachableException
                    or PostgresException
                );

    private async Task CourseAsync(
        NpgsqlConnection connection,
        RebuildAnswer rebuild,
        IProgress<RebuildProgress>? progress,
        CancellationToken ct
    )
    {
        var (id, chronology) = (rebuild.Id, rebuild.Chronology);
        var beside = new RebuildBeside(source, chronology, RebuildBeside.Usual);
        if (rebuild.Status != RebuildStatus.Swapped)
        {
            var position = rebuild.Position ?? await beside.HeadAsync(connection, ct);
            Report(RebuildStatus.Folding, rebuild.Done);
            await NoteAsync("status = 'folding', position = $2", position);
            var known = await beside.FoldAsync(
                id,
                position,
                await rebuilds.PageAsync(id, ct),
                async (writing, done) =>
                {
                    await Rebuilds.NoteAsync(writing, id, "done = $2", ct, done);
                    Report(RebuildStatus.Folding, done);
                },
                ct
            );
            await NoteAsync("status = 'comparing', done = $2", position);
            Report(RebuildStatus.Comparing, position);
            if (rebuild.StateBefore is null)
                await NoteAsync("state_before = $2", await HashAsync(chronology, position, ct));
            await CompareAsync(connection, rebuild, beside, known, ct);
            Report(RebuildStatus.Swapped, position);
            rebuild = await rebuilds.ReadAsync(id, ct);
        }
        if (!rebuild.DryRun && rebuild.Differences > 0)
            memory?.Forget(chronology);
        var after =
            rebuild.DryRun || rebuild.Differences == 0
                ? rebuild.StateBefore!
                : await HashAsync(chronology, rebuild.Position!.Value, ct);
        await beside.DropAsync(connection, ct);
        await NoteAsync("state_after = $2", after);
        await rebuilds.EndAsync(connection, id, RebuildStatus.Done, null, ct);
        Report(RebuildStatus.Done, rebuild.Position!.Value);

        Task NoteAsync(string sets, params object[] values) => Rebuilds.NoteAsync(connection, id, sets, ct, values);

        void Report(RebuildStatus status, long done) =>
            progress?.Report(new(status, done, rebuild.Position ?? rebuild.Total));
    }

    /// <summary>Finds what differs up to where the tables are, lets them catch up, and then, under the head's lock, swaps what differs.</summary>
    private static async Task CompareAsync(
        NpgsqlConnection connection,
        RebuildAnswer rebuild,
        RebuildBeside beside,
        long known,
        CancellationToken ct
    )
    {
        var differences = new RowDifferences(connection, rebuild.Chronology, RebuildBeside.Usual);
        await ExecuteAsync(connection, "discard temp", ct);
        await differences.BeginAsync(ct);
        var count = await differences.FindAsync(known, partly: false, ct);
        var timelines = new TimelineDifferences(connection, rebuild.Chronology, RebuildBeside.Usual);
        var entries = await timelines.FindAsync(known, ct);
        var namedEntries = await timelines.NameAsync(GreatestNamed, ct);
        // Of rows that differ the head has counted what was written: it is the rows that are wrong.
        var counts = new CountDifferences(connection, rebuild.Chronology);
        var miscounted = count == 0 ? await counts.FindAsync(ct) : [];
        if (rebuild.DryRun)
        {
            await NoteAsync(count, await differences.NameAsync(known, GreatestNamed, ct));
            return;
        }
        // Never changed nor closed, and no answer but by the records: what is missing is put back, and no difference.
        await ActorNames.FillAsync(connection, rebuild.Chronology, RebuildBeside.Usual, ct);
        await differences.SuspectAsync(ct);
        var head = await beside.HeadAsync(connection, ct);
        if (count > 0 || head > known)
            await beside.IndexAsync(connection, ct);
        for (var round = 0; head - known > FewEnough && round < GreatestRounds; round++)
        {
            await using var catching = await connection.BeginTransactionAsync(ct);
            await differences.FreshenAsync(known, head, ct);
            await beside.AdvanceAsync(connection, rebuild.Id, head, ct);
            await differences.FindAsync(head, partly: true, ct);
            await differences.SuspectAsync(ct);
            await catching.CommitAsync(ct);
            (known, head) = (head, await beside.HeadAsync(connection, ct));
        }
        await using var swapping = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await using (
            var locking = new NpgsqlCommand(
                "select position from chronology.head where chronology = $1 for update",
                connection
            )
            {
                // As long as whoever holds it: a rebuild that gave up now would have been for nothing.
                CommandTimeout = 0,
            }
        )
        {
            locking.Parameters.AddWithValue(rebuild.Chronology);
            head = (long)(await locking.ExecuteScalarAsync(ct))!;
        }
        await differences.FreshenAsync(known, head, ct);
        if (head > known)
            await beside.AdvanceAsync(connection, rebuild.Id, head, ct);
        await differences.FreshenSuspectsAsync(ct);
        count = await differences.FindAsync(head, partly: true, ct);
        var named = count == 0 ? [] : await differences.NameAsync(head, GreatestNamed, ct);
        if (count > 0)
            await differences.SwapAsync(rebuild.Id, ct);
        if (entries > 0)
            await timelines.MendAsync(rebuild.Id, ct);
        if (count > 0)
            await counts.RecountAsync(rebuild.Id, ct);
        else
            await counts.MendAsync(rebuild.Id, ct);
        await NoteAsync(count, named);
        await swapping.CommitAsync(ct);

        async Task NoteAsync(long differ, IReadOnlyList<RowDifference> rows)
        {
            await Rebuilds.NoteAsync(
                connection,
                rebuild.Id,
                "status = 'swapped', differences = $2, named = $3::json",
                ct,
                differ + entries + miscounted.Count,
                JsonSerializer.Serialize(rows.Concat(namedEntries).Concat(miscounted).Take(GreatestNamed), Answers.Json)
            );
        }
    }

    private async Task<string> HashAsync(string chronology, long position, CancellationToken ct) =>
        (await new StateHash(source).OfAsync(chronology, position, "", ct)).Value.StateHash;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The right to rebuild in this database, until disposed.</summary>
    private sealed class Turn(NpgsqlConnection connection) : IAsyncDisposable
    {
        public static async Task<Turn?> TakeAsync(NpgsqlDataSource source, CancellationToken ct)
        {
            var connection = await source.OpenConnectionAsync(ct);
            await using (var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection))
            {
                command.Parameters.AddWithValue(NpgsqlDbType.Bigint, Lock);
                if ((bool)(await command.ExecuteScalarAsync(ct))!)
                    return new(connection);
            }
            await connection.DisposeAsync();
            return null;
        }

        public async ValueTask DisposeAsync()
        {
            if (connection.State == ConnectionState.Open)
            {
                await using var command = new NpgsqlCommand("select pg_advisory_unlock($1)", connection);
                command.Parameters.AddWithValue(NpgsqlDbType.Bigint, Lock);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            await connection.DisposeAsync();
        }
    }
}
