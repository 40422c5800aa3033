using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Invariants;

public sealed class KnowledgeIsStable(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Writers = 8;
    private const int Readers = 8;
    private const int EventsOfAWriter = 20;
    private const int QuestionsOfAReader = 20;

    private static readonly string[] Questions =
    [
        "/state?asOf=1990-06-30",
        "/state?asOf=1990-06-30&between=a,b",
        "/facts?asOf=1990-06-30",
        "/facts?asOf=1990-06-30&kind=recognition&holder=a&toward=b",
        "/events?asOf=1990-06-30&limit=1000",
        "/facts/history?asOf=1990-06-30&kind=recognition&holder=a&toward=b",
        "/actors?asOf=1990-06-30",
    ];

    /// <param name="Node">Which node was asked, and when "now" was its own.</param>
    private sealed record Answered(int Node, string Question, string KnownAt, string Bytes);

    /// <summary>Where only the slow node writes, each question to the other as of its now binds the next stamp.</summary>
    [Theory]
    [InlineData("both-write")]
    [InlineData("slow-one-writes")]
    public async Task while_two_nodes_with_different_clocks_write_and_are_asked(string who)
    {
        var clocks = new[] { TimeProvider.System, new SlowClock() };
        await using var one = await Served.StartAsync(database.ConnectionString, clocks[0]);
        await using var other = await Served.StartAsync(database.ConnectionString, clocks[1]);
        var nodes = new[] { one.Client, other.Client };
        var path = await other.Client.BeginAsync(who);
        var answers = new ConcurrentBag<Answered>();

        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(n => WriteAsync(nodes[who == "both-write" ? n % 2 : 1], path, n))
                .Concat(Enumerable.Range(0, Readers).Select(n => ReadAsync(nodes, clocks, n, path, answers)))
        );

        foreach (var answer in answers)
        {
            var again = $"{path}{answer.Question}&knownAt={answer.KnownAt}";
            Assert.Equal(answer.Bytes, await nodes[answer.Node].BytesAsync(again));
            // What is now for the slow node is past for both; positions mean the same everywhere.
            if (answer.Node == 1 || !answer.KnownAt.Contains(':', StringComparison.Ordinal))
                Assert.Equal(answer.Bytes, await nodes[1 - answer.Node].BytesAsync(again));
        }
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System);
        var replay = await Replay.AssertSoundAsync(desk, who);
        Assert.Equal(3 + Writers * EventsOfAWriter * 3 / 2, replay.Head);
    }

    /// <summary>Records events that keep changing the same facts, and corrects every other one.</summary>
    private static async Task WriteAsync(HttpClient node, string path, int writer)
    {
        for (var n = 0; n < EventsOfAWriter; n++)
        {
            var key = $"e{writer}-{n}";
            var occurred = $"{1980 + (writer * 7 + n * 3) % 20}";
            await node.PositionAsync(
                $"{path}/events",
                Clients.Recognition(key, occurred, "de-jure", n % 2 == 0 ? "a" : "c")
            );
            if (n % 2 == 0)
                continue;
            using var corrected = await node.PostAsync(
                $"{path}/events/{key}",
                """{"changes":{"occurred":"1985-05"},"reason":{"code":"correction"}}""",
                revision: 1,
                HttpMethod.Patch
            );
            Assert.True(corrected.IsSuccessStatusCode);
        }
    }

    private static async Task ReadAsync(
        HttpClient[] nodes,
        TimeProvider[] clocks,
        int reader,
        string path,
        ConcurrentBag<Answered> answers
    )
    {
        var node = reader / 2 % 2;
        for (var n = 0; n < QuestionsOfAReader; n++)
        {
            var question = Questions[(reader + n) % Questions.Length];
            var now = clocks[node].GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
            var byInstant = await nodes[node].BytesAsync($"{path}{question}&knownAt={now}");
            answers.Add(new(node, question, now, byInstant));
            answers.Add(new(node, question, KnownAt(byInstant), byInstant));
            var atHead = await nodes[node].BytesAsync($"{path}{question}");
            answers.Add(new(node, question, KnownAt(atHead), atHead));
        }
    }

    private static string KnownAt(string answer) =>
        JsonNode.Parse(answer)!["basis"]!["knownAt"]!["position"]!.ToJsonString();

    private sealed class SlowClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddSeconds(-5);
    }
}
