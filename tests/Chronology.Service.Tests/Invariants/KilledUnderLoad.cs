using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Chronology.Service.Store;
using Chronology.Service.Store.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chronology.Service.Tests.Invariants;

public sealed class KilledUnderLoad(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Writers = 16;
    private const int Enough = 200;

    private sealed record Acknowledged(string Path, string Body, long Position);

    [Fact]
    public async Task the_service_loses_nothing_that_it_acknowledged()
    {
        var load = new Load();
        using (var first = await ServiceProcess.StartAsync(database.ConnectionString))
        {
            await load.BeginAsync(first.Client);
            await load.UntilKilledAsync(first.Client, first.KillAsync);
        }

        using var second = await ServiceProcess.StartAsync(database.ConnectionString);

        await load.AssertKeptAsync(second.Client, database.ConnectionString);
    }

    [Fact]
    public async Task the_database_loses_nothing_that_was_acknowledged()
    {
        using var folder = new TemporaryFolder();
        var options = new EmbeddedPostgresOptions { DataFolder = folder.Path };
        var load = new Load();
        await using (var postgres = await StartAsync(options))
        {
            await using var service = await Served.StartAsync(postgres.ConnectionString);
            await load.BeginAsync(service.Client);
            await load.UntilKilledAsync(
                service.Client,
                () => KillAsync(Path.Combine(folder.Path, "postgres", "data", "postmaster.pid"))
            );
        }

        await using var again = await StartAsync(options);
        await using var second = await Served.StartAsync(again.ConnectionString);

        await load.AssertKeptAsync(second.Client, again.ConnectionString);
    }

    private static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options)
    {
        var ct = TestContext.Current.CancellationToken;
        var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, ct);
        await using var source = Database.Connect(postgres.ConnectionString);
        await Migrations.ApplyAsync(source, ct);
        return postgres;
    }

    /// <summary>Kills the server that a file names and all the processes that it has begun, without a last word.</summary>
    private static async Task KillAsync(string pidFile)
    {
        var postmaster = int.Parse((await File.ReadAllLinesAsync(pidFile))[0], CultureInfo.InvariantCulture);
        var processes = Process
            .GetProcesses()
            .Where(process => process.Id == postmaster || ParentOf(process) == postmaster);
        foreach (var process in processes.OrderBy(process => process.Id != postmaster).ToArray())
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static int? ParentOf(Process process)
    {
        try
        {
            // pid (name) state parent ...
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            return int.Parse(stat[stat.LastIndexOf(')')..].Split(' ')[2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writers that go on until nobody answers, and what they were told.</summary>
    private sealed class Load
    {
        private const string Slug = "killed";
        private readonly ConcurrentBag<Acknowledged> acknowledged = [];
        private readonly ConcurrentBag<(string Path, string Body)> unanswered = [];
        private string path = "";

        public async Task BeginAsync(HttpClient client) => path = await client.BeginAsync(Slug);

        public async Task UntilKilledAsync(HttpClient client, Func<Task> kill)
        {
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var writers = Enumerable
                .Range(0, Writers)
                .Select(n => Task.Run(() => WriteAsync(client, n, enough)))
                .ToArray();
            var first = await Task.WhenAny(enough.Task, Task.WhenAll(writers));
            Assert.Same(enough.Task, first);
            await kill();
            await Task.WhenAll(writers);
            Assert.NotEmpty(unanswered);
        }

        public async Task AssertKeptAsync(HttpClient client, string connectionString)
        {
            foreach (var one in acknowledged)
                Assert.Equal(one.Position, await client.PositionAsync(one.Path, one.Body));
            await using var desk = new Desk(connectionString, TimeProvider.System);
            var replay = await Replay.AssertSoundAsync(desk, Slug);
            Assert.InRange(replay.Head, 3 + acknowledged.Count, 3 + acknowledged.Count + Writers);

            // Whoever had no answer sends it again; then it is there once.
            foreach (var (again, body) in unanswered)
                await client.PositionAsync(again, body);
            Assert.Equal(3 + acknowledged.Count + unanswered.Count, (await Replay.AssertSoundAsync(desk, Slug)).Head);
        }

        private async Task WriteAsync(HttpClient client, int writer, TaskCompletionSource enough)
        {
            for (var n = 0; ; n++)
            {
                var body = Clients.Recognition($"e{writer}-{n}", "1990", "de-jure");
                try
                {
                    using var response = await client.PostAsync($"{path}/events", body, method: HttpMethod.Post);
                    if (!response.IsSuccessStatusCode)
                    {
                        unanswered.Add(($"{path}/events", body));
                        return;
                    }
                    acknowledged.Add(new($"{path}/events", body, await response.PositionAsync()));
                }
                catch (HttpRequestException)
                {
                    unanswered.Add(($"{path}/events", body));
                    return;
                }
                if (acknowledged.Count >= Enough)
                    enough.TrySetResult();
            }
        }
    }
}
