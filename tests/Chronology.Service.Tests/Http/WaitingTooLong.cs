using System.Net;
using Npgsql;

namespace Chronology.Service.Tests.Http;

public sealed class WaitingTooLong(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task for_an_answer_is_told_as_such_and_when_to_ask_again()
    {
        var impatient = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = "-c statement_timeout=100ms",
        };
        await using var service = await Served.StartAsync(impatient.ConnectionString);
        var path = await service.CreateAsync("slow");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var locked = new NpgsqlCommand("lock table chronology.head in access exclusive mode", connection);
        await locked.ExecuteNonQueryAsync(Ct);

        using var response = await service.Client.GetAsync($"{path}/state", Ct);
        var answer = await Answer.OfAsync(response);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.Code));
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains("longer", answer.Text, StringComparison.Ordinal);
    }
}
