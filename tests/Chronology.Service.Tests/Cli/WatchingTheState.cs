using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Chronology.Service.Cli;

namespace Chronology.Service.Tests.Cli;

public sealed class WatchingTheState(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string[] Question = ["state", "--between", "a,b", "--watch", "-c"];

    private readonly Ticking clock = new();
    private string chronology = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private CommandLine Chronology => new(database.ConnectionString) { Clock = clock };

    public async ValueTask InitializeAsync()
    {
        chronology = $"watched-{Guid.CreateVersion7():n}";
        Assert.Equal(0, (await Chronology.RunAsync("create", chronology, "--title", "Watched")).Exit);
        foreach (var actor in "ab")
            await RecordAsync($$"""{"record":"actor","key":"{{actor}}","kind":"state","name":"{{actor}}"}""");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task tells_a_line_of_json_for_each_change()
    {
        using var watch = new Watch(this, "--json", "--as-of", "1990");
        var first = await watch.JsonAsync();
        clock.Tick();
        await RecordAsync(Recognition("one", "1980"));
        clock.Tick();
        var second = await watch.JsonAsync();
        await RecordAsync(Recognition("other", "1985"));
        clock.Tick();
        var third = await watch.JsonAsync();

        Assert.Equal(["2 ", "3 one", "4 other"], new[] { first, second, third }.Select(Told));
        Assert.Equal((0, ""), await watch.StopAsync());
    }

    [Fact]
    public async Task of_today_is_told_anew_on_another_day()
    {
        using var watch = new Watch(this, "--json");
        var first = await watch.JsonAsync();
        clock.Now = clock.Now.AddDays(1);
        clock.Tick();
        var second = await watch.JsonAsync();

        Assert.Equal(
            ["2026-03-01", "2026-03-02"],
            new[] { first, second }.Select(answer => (string?)answer["basis"]!["asOf"])
        );
        Assert.Equal((0, ""), await watch.StopAsync());
    }

    [Fact]
    public async Task draws_the_table_that_state_draws()
    {
        using var watch = new Watch(this, "--as-of", "1990");
        Assert.StartsWith(
            "as of 1990-12-31, as known at position 2",
            await watch.LineAsync(),
            StringComparison.Ordinal
        );
        await RecordAsync(Recognition("one", "1980"));
        clock.Tick();
        while (!(await watch.LineAsync()).Contains("de-jure", StringComparison.Ordinal)) { }

        Assert.Equal((0, ""), await watch.StopAsync());
    }

    [Theory]
    [InlineData("--known-at", "1")]
    [InlineData("--cite")]
    public async Task takes_nothing_that_stands_still(params string[] more)
    {
        var told = await Chronology.RunAsync([.. Question, chronology, .. more]);

        Assert.Equal(2, told.Exit);
        Assert.StartsWith("usage: --watch ", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task of_what_is_not_there_is_refused()
    {
        var told = await Chronology.RunAsync([.. Question, "nowhere"]);

        Assert.Equal(1, told.Exit);
        Assert.StartsWith("no-such-chronology: ", told.Error, StringComparison.Ordinal);
    }

    private static string Told(JsonObject answer) =>
        $"{answer["basis"]!["knownAt"]!["position"]} {string.Join(' ', answer["facts"]!.AsArray().Select(fact => fact!["because"]![0]!["event"]))}";

    private static string Recognition(string key, string occurred) =>
        $$"""{"record":"event","key":"{{key}}","type":"recognition-granted","occurred":"{{occurred}}","title":"{{key}}","noSource":"a test","actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],"effects":[{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"}]}""";

    private async Task RecordAsync(string line) => Assert.Equal((0, ""), await ImportedAsync(line));

    private async Task<(int, string)> ImportedAsync(string line)
    {
        var told = await Chronology.ReadAsync(line, "import", "-", "-c", chronology);
        return (told.Exit, told.Error);
    }

    /// <summary>The command as it runs, read line by line.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly MemoryStream error = new();
        private readonly Surroundings around;
        private readonly StreamReader lines;
        private readonly Task<int> running;

        public Watch(WatchingTheState test, params string[] more)
        {
            var output = new Pipe();
            around = test.Chronology.Around(Stream.Null, output.Writer.AsStream(), error);
            lines = new(output.Reader.AsStream());
            running = Commands.RunAsync([.. Question, test.chronology, .. more], around);
        }

        public async Task<string> LineAsync() => (await lines.ReadLineAsync(Ct))!;

        public async Task<JsonObject> JsonAsync() => JsonNode.Parse(await LineAsync())!.AsObject();

        /// <summary>As Ctrl-C does.</summary>
        public async Task<(int Exit, string Error)> StopAsync()
        {
            around.Stop();
            return (await running.WaitAsync(Ct), System.Text.Encoding.UTF8.GetString(error.ToArray()));
        }

        public void Dispose()
        {
            lines.Dispose();
            around.Dispose();
            error.Dispose();
        }
    }

    /// <summary>A clock that is set, and whose periodic timers fire when they are told to.</summary>
    private sealed class Ticking : TimeProvider
    {
        private readonly List<Timer> timers = [];

        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(() => callback(state));
            timers.Add(timer);
            return timer;
        }

        public void Tick() => timers.ForEach(timer => timer.Fire());

        private sealed class Timer(Action fire) : ITimer
        {
            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
