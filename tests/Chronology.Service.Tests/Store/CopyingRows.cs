using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Tests.Store;

public sealed class CopyingRows(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly (string Name, string Type)[] Every =
    [
        ("id", "bigint"),
        ("words", "text"),
        ("lines", "text[]"),
        ("plain", "json"),
        ("sorted", "jsonb"),
        ("number", "integer"),
        ("small", "smallint"),
        ("flag", "boolean"),
        ("key", "uuid"),
        ("at", "timestamptz"),
        ("hash", "bytea"),
    ];

    [Fact]
    public async Task leaves_the_same_as_inserting_them()
    {
        await using var connection = await BeginAsync();
        await Some("copied").CopyAsync(connection, Ct);
        var given = Some("inserted");
        var statement = given.Insert();
        await Statement.RunAsync(connection, [statement], Ct);

        Assert.Equal(
            0L,
            await AskAsync(
                connection,
                "select count(*) from copied c full join inserted i on i.id = c.id where c::text is distinct from i::text"
            )
        );
        Assert.Equal((long)given.Count, await AskAsync(connection, "select count(*) from copied"));
    }

    [Fact]
    public async Task of_many_pieces_leaves_them_all()
    {
        await using var connection = await BeginAsync();
        var rows = New("copied");
        for (var i = 0L; i < 2_000; i++)
            Add(rows, i, new string('ж', 500));
        await rows.CopyAsync(connection, Ct);

        Assert.Equal(
            2_000L,
            await AskAsync(connection, "select count(distinct id) from copied where words = repeat('ж', 500)")
        );
    }

    [Fact]
    public async Task of_which_one_is_there_already_leaves_none_and_a_connection_that_can_be_used()
    {
        await using var connection = await BeginAsync();
        var rows = New("copied");
        Add(rows, 1, "a");
        Add(rows, 1, "b");

        var conflict = await Assert.ThrowsAsync<PostgresException>(() => rows.CopyAsync(connection, Ct));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, conflict.SqlState);
        Assert.Equal(0L, await AskAsync(connection, "select count(*) from copied"));
    }

    [Fact]
    public async Task that_cannot_be_told_in_utf_8_sends_none()
    {
        await using var connection = await BeginAsync();
        var rows = New("copied");
        Add(rows, 1, "a");
        Add(rows, 2, "\ud800");

        await Assert.ThrowsAsync<System.Text.EncoderFallbackException>(() => rows.CopyAsync(connection, Ct));

        Assert.Equal(0L, await AskAsync(connection, "select count(*) from copied"));
    }

    private static Columns New(string into) => new(into, Every);

    private static Columns Some(string into)
    {
        var rows = New(into);
        Add(rows, long.MinValue, "");
        Add(rows, long.MaxValue, "“Łódź” 😀\\ \"\t");
        rows.Add(0L, null, null, null, null, null, null, null, null, DateTimeOffset.UnixEpoch, null);
        return rows;
    }

    private static void Add(Columns rows, long id, string words) =>
        rows.Add(
            id,
            words,
            words.Length == 0 ? "" : $"{words}\nb\n\nc",
            """{"b": 1, "a": [null]}""",
            """{"b": 1, "a": [null]}""",
            int.MinValue,
            short.MaxValue,
            words.Length == 0,
            Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            new DateTimeOffset(1948, 5, 17, 1, 2, 3, 456, 789, TimeSpan.Zero),
            new byte[] { 0, 1, 255 }
        );

    private async Task<NpgsqlConnection> BeginAsync()
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Ct);
        foreach (var table in new[] { "copied", "inserted" })
        {
            await using var command = new NpgsqlCommand(
                $"""
                create temp table {table} (id bigint primary key, words text, lines text[], plain json, sorted jsonb, number integer, small smallint,
                    flag boolean, key uuid, at timestamptz, hash bytea)
                """,
                connection
            );
            await command.ExecuteNonQueryAsync(Ct);
        }
        return connection;
    }

    private static async Task<long> AskAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
