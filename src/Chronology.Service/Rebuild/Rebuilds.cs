using System.Text.Json;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>How far a rebuild is.</summary>
public enum RebuildStatus
{
    /// <summary>Waits for its turn.</summary>
    Asked,

    /// <summary>Folds the streams into tables beside the live ones.</summary>
    Folding,

    /// <summary>Compares them with the live ones, and catches up with what has been recorded meanwhile.</summary>
    Comparing,

    /// <summary>Has put the right rows in the place of the wrong ones; the state after it is being hashed.</summary>
    Swapped,
    Done,

    /// <summary>The streams could not be folded; the live rows are as they were.</summary>
    Failed,
}

/// <summary>One rebuild of one chronology's derived rows.</summary>
/// <param name="DryRun">It compares and changes nothing.</param>
/// <param name="Position">Of the state hashes: the head when it began. Null: it has not begun.</param>
/// <param name="Done">Revisions folded, of <paramref name="Total"/>.</param>
/// <param name="StateBefore">The hash of the live rows at the position, before any was replaced; null: not known yet.</param>
/// <param name="StateAfter">Likewise when it ended; the same where nothing differed.</param>
/// <param name="Differences">How many live rows were not what the streams give; null: not known yet.</param>
/// <param name="Named">The first of them, by table and key, column by column.</param>
/// <param name="Failure">One sentence; null: it has not failed.</param>
public sealed record RebuildAnswer(
    long Id,
    string Chronology,
    RebuildStatus Status,
    bool DryRun,
    long? Position,
    long Done,
    long Total,
    string? StateBefore,
    string? StateAfter,
    long? Differences,
    IReadOnlyList<RowDifference> Named,
    string? Failure
);

/// <summary>Rebuilds as the table <c>chronology.rebuild</c> keeps them.</summary>
internal sealed class Rebuilds(NpgsqlDataSource source, TimeProvider clock)
{
    private const string Picked = """
        select r.id, r.chronology, r.status, r.dry_run, r.position, r.done, coalesce(r.position, h.position), r.state_before, r.state_after,
            r.differences, r.named::text, r.failure
        from chronology.rebuild r join chronology.head h on h.chronology = r.chronology
        """;

    /// <summary>Asks for one, unless one is under way: then that.</summary>
    /// <returns>Null: there is no such chronology.</returns>
    public async Task<RebuildAnswer?> AskAsync(
        string chronology,
        bool dryRun,
        Caller caller,
        int page,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            insert into chronology.rebuild (chronology, dry_run, asked_at, asked_by, page)
            select slug, $2, $3, $4, $5 from chronology.chronology where slug = $1
            on conflict (chronology) where ended_at is null do nothing
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(dryRun);
        command.Parameters.AddWithValue(clock.GetUtcNow().ToUniversalTime());
        command.Parameters.AddWithValue(caller.Author);
        command.Parameters.AddWithValue(page);
        await command.ExecuteNonQueryAsync(ct);
        return await LastAsync(chronology, ct);
    }

    /// <summary>The chronology's last one; null: it has had none.</summary>
    public Task<RebuildAnswer?> LastAsync(string chronology, CancellationToken ct) =>
        OneAsync("where r.chronology = $1 order by r.id desc limit 1", ct, chronology);

    public async Task<RebuildAnswer> ReadAsync(long id, CancellationToken ct) =>
        (await OneAsync("where r.id = $1", ct, id))!;

    /// <summary>The oldest that has not ended; null: there is none.</summary>
    public Task<RebuildAnswer?> NextAsync(CancellationToken ct) =>
        OneAsync("where r.ended_at is null order by r.id limit 1", ct);

    public async Task<int> PageAsync(long id, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select page from chronology.rebuild where id = $1");
        command.Parameters.AddWithValue(id);
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Writes some columns of one, unless it has ended.</summary>
    /// <param name="sets">Such as <c>done = $2</c>; $1 is the id.</param>
    /// <exception cref="InvalidOperationException">It has ended: another process has run it too.</exception>
    public static async Task NoteAsync(
        NpgsqlConnection connection,
        long id,
        string sets,
        CancellationToken ct,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(
            $"update chronology.rebuild set {sets} where id = $1 and ended_at is null",
            connection
        );
        command.Parameters.AddWithValue(id);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        if (await command.ExecuteNonQueryAsync(ct) == 0)
            throw new InvalidOperationException($"Rebuild {id} has ended meanwhile.");
    }

    public Task EndAsync(
        NpgsqlConnection connection,
        long id,
        RebuildStatus status,
        string? failure,
        CancellationToken ct
    ) =>
        NoteAsync(
            connection,
            id,
            "status = $2, ended_at = $3, failure = $4",
            ct,
            Word(status),
            clock.GetUtcNow().ToUniversalTime(),
            failure is null ? DBNull.Value : failure
        );

    public static string Word(RebuildStatus status) => Recording.RecordJson.Word(status);

    private async Task<RebuildAnswer?> OneAsync(string condition, CancellationToken ct, params object[] values)
    {
        await using var command = source.CreateCommand($"{Picked} {condition}");
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return null;
        return new(
            reader.GetInt64(0),
            reader.GetString(1),
            Enum.GetValues<RebuildStatus>().First(status => Word(status) == reader.GetString(2)),
            reader.GetBoolean(3),
            await reader.IsDBNullAsync(4, ct) ? null : reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt64(6),
            await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7),
            await reader.IsDBNullAsync(8, ct) ? null : reader.GetString(8),
            await reader.IsDBNullAsync(9, ct) ? null : reader.GetInt64(9),
            await reader.IsDBNullAsync(10, ct)
                ? []
                : JsonSerializer.Deserialize<IReadOnlyList<RowDifference>>(reader.GetString(10), Answers.Json)!,
            await reader.IsDBNullAsync(11, ct) ? null : reader.GetString(11)
        );
    }
}
