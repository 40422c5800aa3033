using Npgsql;

namespace Chronology.Service.Tests;

public sealed class ADatabaseOfATestClass(TestServer server, TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task answers() => Assert.Equal("1", await AskAsync(database.ConnectionString, "select 1"));

    [Fact]
    public async Task is_a_copy_that_shares_nothing_with_its_template()
    {
        var template = await server.CreateDatabaseAsync(template: null);
        await AskAsync(template, "create table kept as select 'so' as it_is");
        var name = new NpgsqlConnectionStringBuilder(template).Database;

        var one = await server.CreateDatabaseAsync(name);
        var other = await server.CreateDatabaseAsync(name);
        await AskAsync(one, "update kept set it_is = 'otherwise'");

        Assert.Equal("so", await AskAsync(other, "select it_is from kept"));
    }

    private static async Task<string?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }
}
