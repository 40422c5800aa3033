using System.Net;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

public sealed class TheSameCommand(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int AtOnce = 8;

    private Served service = null!;
    private HttpClient client = null!;
    private string slug = "";
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        client = service.Client;
        slug = TestContext.Current.TestMethod!.MethodName.Replace('_', '-');
        path = await client.BeginAsync(slug);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task sent_twice_records_once()
    {
        var body = Clients.Recognition("e", "1990", "de-jure");
        using var first = await client.PostAsync($"{path}/events", body);
        using var second = await client.PostAsync($"{path}/events", body);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(4, await first.PositionAsync());
        Assert.Equal(4, await second.PositionAsync());
        Assert.Equal(4, await HeadAsync());
    }

    [Fact]
    public async Task sent_by_many_at_once_records_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var body = Clients.Recognition($"e{round}", "1990", "de-jure");
            var responses = await AtOnceAsync(_ => client.PostAsync($"{path}/events", body));

            Assert.Equal(
                Enumerable.Repeat(HttpStatusCode.OK, AtOnce - 1).Append(HttpStatusCode.Created),
                responses.Select(response => response.StatusCode).Order()
            );
            Assert.Single((await Task.WhenAll(responses.Select(Clients.PositionAsync))).Distinct());
            Assert.Equal(4 + round, await HeadAsync());
        }
    }

    [Fact]
    public async Task with_other_content_records_the_first_to_come_alone()
    {
        for (var round = 0; round < 5; round++)
        {
            var responses = await AtOnceAsync(n =>
                client.PostAsync($"{path}/events", Clients.Recognition($"e{round}", $"{1990 + n}", "de-jure"))
            );

            Assert.Equal(
                Enumerable.Repeat(HttpStatusCode.Conflict, AtOnce - 1).Prepend(HttpStatusCode.Created),
                responses.Select(response => response.StatusCode).Order()
            );
            Assert.Equal(4 + round, await HeadAsync());
        }
    }

    [Fact]
    public async Task of_many_who_read_the_same_revision_one_wins()
    {
        await client.PositionAsync($"{path}/events", Clients.Recognition("e", "1990", "de-jure"));
        for (var revision = 1; revision <= 5; revision++)
        {
            var seen = revision;
            var responses = await AtOnceAsync(n =>
                client.PostAsync(
                    $"{path}/events/e",
                    $$$"""{"changes":{"title":"{{{seen}}} by {{{n}}}"},"reason":{"code":"correction"}}""",
                    seen,
                    HttpMethod.Patch
                )
            );

            Assert.Equal(
                Enumerable.Repeat(HttpStatusCode.PreconditionFailed, AtOnce - 1).Prepend(HttpStatusCode.OK),
                responses.Select(response => response.StatusCode).Order()
            );
            Assert.Equal(4 + revision, await HeadAsync());
        }
    }

    [Fact]
    public async Task as_first_recorded_is_known_again_after_corrections_however_few_connections_there_are()
    {
        await using var narrow = await Served.StartAsync(
            new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                MaxPoolSize = 2,
                Timeout = 5,
            }.ConnectionString
        );
        var body = Clients.Recognition("e", "1990", "de-jure");
        await client.PositionAsync($"{path}/events", body);
        using var corrected = await client.PostAsync(
            $"{path}/events/e",
            """{"changes":{"occurred":"1991"},"reason":{"code":"correction"}}""",
            revision: 1,
            HttpMethod.Patch
        );
        Assert.True(corrected.IsSuccessStatusCode);

        var responses = await AtOnceAsync(_ => narrow.Client.PostAsync($"{path}/events", body));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(5, await HeadAsync());
    }

    [Fact]
    public async Task of_both_kinds_leaves_a_sound_chronology()
    {
        await AtOnceAsync(async n =>
        {
            var response = await client.PostAsync(
                $"{path}/events",
                Clients.Recognition($"e{n / 2}", "1990", n % 2 == 0 ? "de-jure" : "de-facto")
            );
            await client.PostAsync(
                $"{path}/events/e{n / 2}/retract",
                """{"reason":{"code":"correction"}}""",
                revision: 1
            );
            return response;
        });

        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        await Replay.AssertSoundAsync(desk, slug);
    }

    private static Task<HttpResponseMessage[]> AtOnceAsync(Func<int, Task<HttpResponseMessage>> send) =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(n => Task.Run(() => send(n))));

    private async Task<long> HeadAsync() => (long)(await service.GetAsync(path))["head"]!["position"]!;
}
