using System.Reflection;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The reviewed SQL of <c>migrations/</c>, applied forward only, each file in a transaction, one node at a time.</summary>
public static class Migrations
{
    private const long Lock = 0x6368726F6E6F; // "chrono"

    /// <param name="Name">The file's name without its ending, such as <c>0001_event_store</c>.</param>
    public sealed record Migration(string Name, string Sql);

    /// <summary>All that this version of the service knows, in order.</summary>
    public static IReadOnlyList<Migration> Known { get; } =
    [
        .. Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(name => name.StartsWith("migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(Path.GetFileNameWithoutExtension(name["migrations/".Length..]), Read(name))),
    ];

    /// <summary>Those that the database has not had yet, in order.</summary>
    /// <exception cref="InvalidOperationException">The database is newer than this version of the service.</exception>
    public static async Task<IReadOnlyList<Migration>> PendingAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await PendingAsync(connection, ct);
    }

    /// <summary>Applies what is pending and returns it. Nodes that start together wait for one another; each file is applied once.</summary>
    public static async Task<IReadOnlyList<Migration>> ApplyAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await ExecuteAsync(connection, "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0", ct);
        await using (var wait = new NpgsqlCommand("select pg_advisory_lock($1)", connection))
        {
            wait.Parameters.AddWithValue(Lock);
            await wait.ExecuteNonQueryAsync(ct);
        }
        try
        {
            await ExecuteAsync(
                connection,
                """
                create schema if not exists chronology;
                create table if not exists chronology.migration (
                    name text primary key,
                    applied_at timestamptz not null default now())
                """,
                ct
            );
            var pending = await PendingAsync(connection, ct);
            foreach (var migration in pending)
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await ExecuteAsync(connection, migration.Sql, ct);
                if (migration.Name == ScoresOfEarlierRows.Migration)
                    await ScoresOfEarlierRows.FillAsync(connection, ct);
                if (migration.Name == ActorNames.Migration)
                    await ActorNames.FillAsync(connection, ct);
                await using (
                    var note = new NpgsqlCommand("insert into chronology.migration (name) values ($1)", connection)
                )
                {
                    note.Parameters.AddWithValue(migration.Name);
                    await note.ExecuteNonQueryAsync(ct);
                }
                await transaction.CommitAsync(ct);
            }
            return pending;
        }
        finally
        {
            await ExecuteAsync(connection, "select pg_advisory_unlock_all(); reset all", CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<Migration>> PendingAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using (
            var command = new NpgsqlCommand("select to_regclass('chronology.migration') is not null", connection)
        )
        {
            if (!(bool)(await command.ExecuteScalarAsync(ct))!)
                return Known;
        }
        await using (var command = new NpgsqlCommand("select name from chronology.migration", connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                applied.Add(reader.GetString(0));
        }
        var unknown = applied
            .Except(Known.Select(m => m.Name), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (unknown is not null)
            throw new InvalidOperationException(
                $"The database has migration {unknown}, which this version does not know: use a newer version."
            );
        return [.. Known.Where(migration => !applied.Contains(migration.Name))];
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
