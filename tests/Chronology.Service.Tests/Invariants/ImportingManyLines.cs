using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Invariants;

public sealed class ImportingManyLines(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Many = 6_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task killed_in_the_middle_goes_on_when_it_is_run_again_and_doubles_nothing()
    {
        using (var first = await ServiceProcess.StartAsync(database.ConnectionString))
        {
            var path = await first.Client.BeginAsync("killed");
            var importing = ImportAsync(first.Client, path, Lines(Many));
            while (await HeadAsync(first.Client, path) < 500 && !importing.IsCompleted)
                await Task.Yield();
            await first.KillAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => importing);
        }

        using var second = await ServiceProcess.StartAsync(database.ConnectionString);
        const string Path = "/api/chronologies/killed";
        var before = await HeadAsync(second.Client, Path);
        Assert.InRange(before, 500, Many + 2);
        var report = await ImportAsync(second.Client, Path, Lines(Many));

        Assert.Equal(Many + 3, await HeadAsync(second.Client, Path));
        Assert.Equal((Many + 3 - before, before - 3, 0), Counts(report));
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        Assert.Equal(
            [$"{Many + 3} {Many + 3}"],
            await desk.TextsAsync(
                "select max(position)::text || ' ' || count(*)::text from chronology.ledger where chronology = 'killed'"
            )
        );
        Assert.Equal(
            [$"{Many}"],
            await desk.TextsAsync(
                "select count(*)::text from chronology.mt_streams where tenant_id = 'killed' and id like 'event/%'"
            )
        );
    }

    [Fact]
    public async Task leaves_what_single_appends_leave()
    {
        await using var service = await Served.StartAsync(database.ConnectionString);
        var path = await service.Client.BeginAsync("sound");
        var report = await ImportAsync(service.Client, path, Lines(130, revised: true));

        Assert.Equal((260, 0, 0), Counts(report));
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        Assert.Equal(263, (await Replay.AssertSoundAsync(desk, "sound")).Head);

        var again = await ImportAsync(service.Client, path, Lines(130, revised: true));

        Assert.Equal((0, 260, 0), Counts(again));
        Assert.Equal(263, await HeadAsync(service.Client, path));
    }

    [Fact]
    public async Task refuses_bad_lines_among_them_by_number()
    {
        await using var service = await Served.StartAsync(database.ConnectionString);
        var path = await service.Client.BeginAsync("bad-lines");
        var lines = Lines(2_000).Split('\n');
        lines[1_700] = "not json";
        lines[300] = Line("late", "1990", holder: "last");
        lines[900] = Line("never", "1990", holder: "nobody");
        var text =
            string.Join('\n', lines)
            + "\n"
            + """{"record":"actor","key":"last","revision":1,"kind":"state","name":"Last"}""";

        var report = await ImportAsync(service.Client, path, text);

        Assert.Equal((1_999, 0, 2), Counts(report));
        Assert.Equal(
            "901:unknown-actor 1701:malformed-json",
            string.Join(' ', report["refused"]!.AsArray().Select(line => $"{line!["line"]}:{line["code"]}"))
        );
    }

    [Fact]
    public async Task lets_others_append_and_read_meanwhile()
    {
        await using var service = await Served.StartAsync(database.ConnectionString);
        var path = await service.Client.BeginAsync("meanwhile");
        var rest = new TaskCompletionSource();
        var importing = service.Client.PostAsync(
            $"{path}/import",
            new Slowly(Lines(2_000), rest.Task, Lines(10, from: 2_000)),
            Ct
        );
        while (await HeadAsync(service.Client, path) < 1_000)
            await Task.Yield();

        var position = await service.Client.PositionAsync(
            $"{path}/events",
            Clients.Recognition("meanwhile", "1990", "de-jure")
        );
        Assert.False(importing.IsCompleted);
        Assert.InRange(position, 1_000, 2_004);
        rest.SetResult();

        using var response = await importing;
        var report = (await response.Content.ReadFromJsonAsync<JsonObject>(Ct))!;
        Assert.Equal((2_010, 0, 0), Counts(report));
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        Assert.Equal(
            ["2014 2014"],
            await desk.TextsAsync(
                "select max(position)::text || ' ' || count(*)::text from chronology.ledger where chronology = 'meanwhile'"
            )
        );
    }

    private static string Line(string key, string occurred, string holder = "a") =>
        """{"record":"event","revision":1,"""
        + Clients.Recognition(key, occurred, "de-jure", holder).Replace("\n", " ", StringComparison.Ordinal).Trim()[
            1..
        ];

    private static string Lines(int count, bool revised = false, int from = 0) =>
        string.Join(
            '\n',
            Enumerable
                .Range(from, count)
                .SelectMany(n =>
                {
                    var key = string.Create(CultureInfo.InvariantCulture, $"e{n}");
                    var year = string.Create(CultureInfo.InvariantCulture, $"{1900 + n % 100}");
                    string[] both =
                    [
                        Line(key, year),
                        $$$"""{"record":"correct","of":"event","key":"{{{key}}}","revision":2,"changes":{"occurred":"{{{year}}}-05"},"reason":{"code":"correction"}}""",
                    ];
                    return revised ? both : both[..1];
                })
        );

    private static (long Recorded, long Unchanged, int Refused) Counts(JsonObject report) =>
        ((long)report["recorded"]!, (long)report["unchanged"]!, report["refused"]!.AsArray().Count);

    private static async Task<JsonObject> ImportAsync(HttpClient client, string path, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using var response = await client.PostAsync($"{path}/import", content, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Ct))!;
    }

    private static async Task<long> HeadAsync(HttpClient client, string path) =>
        (long)(await client.GetFromJsonAsync<JsonObject>(path, Ct))!["head"]!["position"]!;

    /// <summary>Sends the first lines, and the others once it is told to.</summary>
    private sealed class Slowly : HttpContent
    {
        private readonly byte[] first;
        private readonly Task go;
        private readonly byte[] then;

        public Slowly(string first, Task go, string then)
        {
            (this.first, this.go, this.then) = (Encoding.UTF8.GetBytes(first + "\n"), go, Encoding.UTF8.GetBytes(then));
            Headers.ContentType = new("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(first, Ct);
            await stream.FlushAsync(Ct);
            await go;
            await stream.WriteAsync(then, Ct);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
