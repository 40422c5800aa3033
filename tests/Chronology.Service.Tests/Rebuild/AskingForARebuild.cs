using System.Net;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Chronology.Service.Tests.Cli;
using Chronology.Service.Tests.Invariants;
using Npgsql;

namespace Chronology.Service.Tests.Rebuild;

public sealed class AskingForARebuild(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task over_http_is_answered_at_once_and_done_in_the_background()
    {
        await using var service = await Served.StartAsync(database.ConnectionString);
        var path = await service.Client.BeginAsync("asked");

        using var asked = await service.PostAsync($"{path}/admin/projections/rebuild", "");
        var projection = await UntilLiveAsync(service.Client, path);

        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        Assert.Equal($"{path}/admin/projections", asked.Headers.Location?.OriginalString);
        Assert.Equal(("derived-rows", 1, 3, 3), (Text("name"), Number("version"), Number("done"), Number("total")));
        Assert.Equal(
            ("done", 0),
            ((string?)projection["rebuild"]!["status"], (int)projection["rebuild"]!["differences"]!)
        );
        Assert.Matches("^sha256:[0-9a-f]{64}$", Text("stateHash"));

        string? Text(string member) => (string?)projection[member];
        int Number(string member) => (int)projection[member]!;
    }

    [Fact]
    public async Task that_mends_rows_is_answered_from_at_once_whatever_was_remembered()
    {
        await using var service = await Served.StartAsync(database.ConnectionString);
        var path = await service.Client.BeginAsync("mended");
        await service.Client.PositionAsync($"{path}/events", Clients.Recognition("e", "1990", "de-jure"));
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        await using (
            var damage = source.CreateCommand(
                "begin; alter table chronology.effect disable trigger user; update chronology.effect set effect = replace(effect::text, 'de-jure', 'de-facto')::json where chronology = 'mended'; alter table chronology.effect enable trigger user; commit;"
            )
        )
            await damage.ExecuteNonQueryAsync(Ct);
        string[] questions =
        [
            $"{path}/facts?kind=recognition&holder=a&toward=b&asOf=1991",
            $"{path}/facts?kind=recognition&holder=a&toward=b&asOf=1992",
            $"{path}/state?between=a,b&asOf=1991",
        ];
        foreach (var question in questions)
            Assert.Contains("de-facto", await service.Client.GetStringAsync(question, Ct), StringComparison.Ordinal);

        using var asked = await service.PostAsync($"{path}/admin/projections/rebuild", "");
        await UntilLiveAsync(service.Client, path);

        foreach (var question in questions)
            Assert.Contains("de-jure", await service.Client.GetStringAsync(question, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task of_a_chronology_that_is_not_there_is_refused()
    {
        await using var service = await Served.StartAsync(database.ConnectionString);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var answer = await service.SendAsync(
                method,
                $"/api/chronologies/nowhere/admin/projections{(method == HttpMethod.Post ? "/rebuild" : "")}"
            );
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task on_the_command_line_ends_as_refused_where_something_differed()
    {
        await using (var service = await Served.StartAsync(database.ConnectionString))
            await service.Client.BeginAsync("told");
        var console = new CommandLine(database.ConnectionString);
        await DamageAsync();

        var compared = await console.RunAsync("rebuild", "-c", "told", "--dry-run");
        var accepted = await console.RunAsync("rebuild", "-c", "told", "--accept", "--json");
        var clean = await console.RunAsync("rebuild", "--all");
        var usage = await console.RunAsync("rebuild", "--all", "-c", "told");
        await DamageAsync();
        var replaced = await console.RunAsync("rebuild", "-c", "told");

        Assert.Equal((1, ""), (compared.Exit, compared.Error));
        Assert.Contains("told: rebuilt up to position 3; one row differs.", compared.Out, StringComparison.Ordinal);
        Assert.Contains("actor a", compared.Out, StringComparison.Ordinal);
        Assert.Equal(0, accepted.Exit);
        var one = accepted.Json["rebuilds"]![0]!;
        Assert.Equal((1, "search"), ((int)one["differences"]!, (string?)one["named"]![0]!["column"]));
        Assert.Equal(0, clean.Exit);
        Assert.Contains("told: rebuilt up to position 3; nothing differs.", clean.Out, StringComparison.Ordinal);
        Assert.Equal(2, usage.Exit);
        Assert.Equal(1, replaced.Exit);
        Assert.Contains("one row differed and is replaced.", replaced.Out, StringComparison.Ordinal);
    }

    /// <summary>Its third page cannot be noted, because another transaction has; then the process is killed, and another one goes on.</summary>
    [Fact]
    public async Task of_a_node_that_is_killed_is_ended_by_another()
    {
        const int Events = 12;
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        string path;
        await using (var before = await Served.StartAsync(database.ConnectionString))
        {
            path = await before.Client.BeginAsync("killed");
            for (var n = 0; n < Events; n++)
                await before.Client.PositionAsync($"{path}/events", Clients.Recognition($"e{n}", "1990", "de-jure"));
        }
        var asked = (
            await new Rebuilds(desk.Source, TimeProvider.System).AskAsync("killed", false, new("ann", null), 3, Ct)
        )!;
        await using (var holding = await desk.Source.OpenConnectionAsync(Ct))
        {
            await new RebuildBeside(desk.Source, "killed", RebuildBeside.Usual).MakeNotesAsync(holding, Ct);
            await using var open = await holding.BeginTransactionAsync(Ct);
            await using (
                var note = new NpgsqlCommand(
                    "insert into chronology.page_rebuilt (rebuild, page, relative, revisions, positions, position) values ($1, 3, '{}', 0, 0, 0)",
                    holding
                )
            )
            {
                note.Parameters.AddWithValue(asked.Id);
                await note.ExecuteNonQueryAsync(Ct);
            }
            using var first = await ServiceProcess.StartAsync(database.ConnectionString);
            await UntilAsync(async () =>
                (
                    await desk.TextsAsync(
                        "select 1 from pg_locks join pg_stat_activity using (pid) where datname = current_database() and locktype = 'transactionid' and not granted"
                    )
                ).Count > 0
            );
            await first.KillAsync();
        }
        Assert.Equal(
            "folding 6",
            (
                await desk.TextsAsync("select status || ' ' || done from chronology.rebuild where id = $1", asked.Id)
            ).Single()
        );
        Assert.Equal("6", (await desk.TextsAsync("select count(*)::text from chronology.record_rebuilt")).Single());

        using var second = await ServiceProcess.StartAsync(database.ConnectionString);
        var projection = await UntilLiveAsync(second.Client, path);

        Assert.Equal(asked.Id, (long)projection["rebuild"]!["id"]!);
        Assert.Equal(
            ("done", 0, Events + 3),
            (
                (string?)projection["rebuild"]!["status"],
                (int)projection["rebuild"]!["differences"]!,
                (int)projection["rebuild"]!["done"]!
            )
        );
        await Replay.AssertSoundAsync(desk, "killed");
    }

    private async Task DamageAsync()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var damage = source.CreateCommand(
            "begin; alter table chronology.record disable trigger user; update chronology.record set search = 'x' where chronology = 'told' and key = 'a'; alter table chronology.record enable trigger user; commit;"
        );
        await damage.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<JsonNode> UntilLiveAsync(HttpClient client, string path)
    {
        JsonNode? projection = null;
        await UntilAsync(async () =>
        {
            var answer = JsonNode.Parse(await client.GetStringAsync($"{path}/admin/projections", Ct))!;
            projection = Assert.Single(answer["projections"]!.AsArray());
            return (string?)projection!["status"] == "live" && projection["rebuild"] is not null;
        });
        return projection!;
    }

    private static async Task UntilAsync(Func<Task<bool>> so)
    {
        while (!await so())
            Ct.ThrowIfCancellationRequested();
    }
}
