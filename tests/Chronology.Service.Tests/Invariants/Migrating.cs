using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

public sealed class Migrating(TestServer server, TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task gives_the_schema_that_the_event_store_expects()
    {
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);

        await desk.Store.Storage.Database.AssertDatabaseMatchesConfigurationAsync(Ct);
    }

    [Theory]
    [InlineData("ledger")]
    [InlineData("record")]
    [InlineData("fact")]
    [InlineData("effect")]
    [InlineData("score_event")]
    [InlineData("actor_name")]
    public async Task gives_the_columns_that_the_service_writes(string table)
    {
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        var columns = table switch
        {
            "ledger" => Writer.NewLedger(),
            "record" => DerivedRows.NewRecords(""),
            "fact" => DerivedRows.NewFacts(""),
            "score_event" => ScoreRows.New(""),
            "actor_name" => ActorNames.New(),
            _ => DerivedRows.NewEffects(""),
        };

        // insert into table (names) select … from unnest(?::type[], …) as x (names)
        var insert = columns.Insert().Sql;
        var names = insert.Split('(', ')')[1].Split(", ");
        var types = insert.Split("?::")[1..].Select(rest => rest.Split("[]")[0]);
        Assert.Equal(
            names.Zip(types, (name, type) => $"{name} {type}"),
            await desk.TextsAsync(
                """
                select column_name || ' ' || case when data_type = 'timestamp with time zone' then 'timestamptz' when data_type = 'ARRAY' then 'text' else data_type end
                from information_schema.columns where table_schema = 'chronology' and table_name = $1 order by ordinal_position
                """,
                table
            )
        );
    }

    [Fact]
    public async Task on_many_nodes_at_once_applies_each_migration_once()
    {
        var empty = await server.CreateDatabaseAsync(template: null);
        var nodes = Enumerable.Range(0, 4).Select(_ => Database.Connect(empty)).ToArray();

        var applied = await Task.WhenAll(nodes.Select(node => Task.Run(() => Migrations.ApplyAsync(node, Ct))));

        Assert.Equal(Migrations.Known, applied.SelectMany(migrations => migrations));
        Assert.Empty(await Migrations.PendingAsync(nodes[0], Ct));
        await using var desk = new Desk(empty, TimeProvider.System);
        Assert.Equal(
            Migrations.Known.Select(migration => migration.Name),
            await desk.TextsAsync("select name from chronology.migration order by name")
        );
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task of_an_empty_database_is_pending()
    {
        await using var empty = Database.Connect(await server.CreateDatabaseAsync(template: null));

        Assert.Equal(Migrations.Known, await Migrations.PendingAsync(empty, Ct));
    }

    [Fact]
    public async Task backwards_is_refused()
    {
        await using var source = Database.Connect(await server.CreateMigratedDatabaseAsync());
        await using var command = source.CreateCommand("insert into chronology.migration (name) values ('9999_later')");
        await command.ExecuteNonQueryAsync(Ct);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Migrations.ApplyAsync(source, Ct));
    }
}
