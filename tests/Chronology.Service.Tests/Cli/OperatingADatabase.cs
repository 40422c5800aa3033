using Npgsql;

namespace Chronology.Service.Tests.Cli;

public sealed class OperatingADatabase(TestServer server) : IAsyncLifetime
{
    private string empty = "";

    public async ValueTask InitializeAsync() => empty = await server.CreateDatabaseAsync(template: null);

    public async ValueTask DisposeAsync() => await server.DropDatabaseAsync(empty);

    [Theory]
    [InlineData("serve")]
    [InlineData("state")]
    [InlineData("status")]
    public async Task while_migrations_are_pending_says_to_migrate(string verb)
    {
        var told = await new CommandLine(empty, ("urls", "http://127.0.0.1:0")).RunAsync(verb);

        Assert.Equal(3, told.Exit);
        Assert.StartsWith("migrations-pending: ", told.Error, StringComparison.Ordinal);
        Assert.EndsWith("run chronology migrate.\n", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task migrates_once_however_many_begin()
    {
        var migrating = new CommandLine(empty);

        var told = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => migrating.RunAsync("migrate", "--json")));
        var again = await migrating.RunAsync("migrate");
        var status = await migrating.RunAsync("status", "--json");

        Assert.All(told, one => Assert.Equal((0, ""), (one.Exit, one.Error)));
        Assert.Single(told, one => one.Json["applied"]!.AsArray().Count > 0);
        Assert.Equal("The database is up to date.\n", again.Out);
        Assert.Equal((0, "ready"), (status.Exit, (string?)status.Json["status"]));
    }

    [Fact]
    public async Task leaves_a_newer_database_alone()
    {
        await new CommandLine(empty).RunAsync("migrate");
        await using (var source = NpgsqlDataSource.Create(empty))
        await using (var newer = source.CreateCommand("insert into chronology.migration (name) values ('9999_later')"))
            await newer.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        foreach (var verb in (string[])["serve", "migrate", "status"])
        {
            var told = await new CommandLine(empty, ("urls", "http://127.0.0.1:0")).RunAsync(verb);

            Assert.Equal(3, told.Exit);
            Assert.StartsWith("database-is-newer: ", told.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1", "unavailable: The database cannot be reached: ")]
    [InlineData("nonsense", "invalid-setting: CHRONOLOGY_DB ")]
    public async Task tells_a_database_out_of_reach_in_one_sentence(string connection, string expected)
    {
        foreach (var verb in (string[])["serve", "state", "migrate", "status"])
        {
            var told = await new CommandLine(connection, ("urls", "http://127.0.0.1:0")).RunAsync(verb);

            Assert.Equal(3, told.Exit);
            Assert.StartsWith(expected, told.Error, StringComparison.Ordinal);
            Assert.Equal(told.Error.Length - 1, told.Error.IndexOf('\n'));
        }
    }

    [Fact]
    public async Task does_not_make_a_cluster_to_tell_its_status()
    {
        using var folder = new TemporaryFolder();

        var told = await new CommandLine(null, ("CHRONOLOGY_DB", ""), ("CHRONOLOGY_DATA", folder.Path)).RunAsync(
            "status"
        );

        Assert.Equal(3, told.Exit);
        Assert.StartsWith("not-made: ", told.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
