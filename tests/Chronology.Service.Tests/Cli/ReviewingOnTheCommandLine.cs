using System.Text.Json.Nodes;
using Chronology.Service.Tests.Import;

namespace Chronology.Service.Tests.Cli;

public sealed class ReviewingOnTheCommandLine(ReviewingOnTheCommandLine.Imported imported)
    : IClassFixture<ReviewingOnTheCommandLine.Imported>
{
    /// <summary>A chronology into which rows were imported that leave something to decide, served.</summary>
    public sealed class Imported(TestServer server) : IAsyncLifetime
    {
        private readonly TestDatabase database = new(server);

        public string ConnectionString => database.ConnectionString;

        public Served Service { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await database.InitializeAsync();
            var chronology = new CommandLine(ConnectionString);
            await chronology.RunAsync("create", "world", "--title", "World");
            await chronology.ReadAsync(
                """{"record":"actor","key":"arafat","revision":1,"kind":"person","name":"Yasser Arafat"}""",
                "import",
                "-",
                "-c",
                "world"
            );
            var told = await chronology.ReadAsync(
                string.Join(
                    '\n',
                    Made.IcewsHeader,
                    Made.Icews(21, "Yassir M. Arafat", "111", "Vietnam", story: "1"),
                    Made.Icews(22, "Yassir M. Arafat", "111", "Vietnam", story: "2"),
                    Made.Icews(23, "Yassir M. Arafat", "112", "Vietnam", story: "2")
                ),
                "import",
                "-",
                "-c",
                "world"
            );
            Assert.Equal((0, ""), (told.Exit, told.Error));
            Service = await Served.StartAsync(ConnectionString);
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    private CommandLine Chronology => new(imported.ConnectionString);

    [Theory]
    [InlineData("actors", "yassir-m-arafat")]
    [InlineData("actors", "Yasser Arafat (arafat)")]
    [InlineData("actors", "84 %")]
    [InlineData("actors", "shares a word")]
    [InlineData("actors", "vietnam")]
    [InlineData("actors", "Revision")]
    [InlineData("actors --limit 1", "There are more: --cursor ")]
    [InlineData("actors --known-at 0", "No actor is provisional.")]
    [InlineData("duplicates", "100 %")]
    [InlineData("duplicates", "(icews-2018-06-01-21, revision 1)")]
    [InlineData("duplicates", "(icews-2018-06-01-22, revision 1)")]
    [InlineData("duplicates", "2018-06-01")]
    [InlineData("duplicates --actor arafat", "No events look alike.")]
    [InlineData("duplicates --known-at 4", "No events look alike.")]
    public async Task tells_people_in_a_table(string asked, string expected)
    {
        var told = await Chronology.RunAsync(["review", .. asked.Split(' '), "-c", "world"]);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains(expected, told.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actors --as-of 2020", "actors?asOf=2020")]
    [InlineData("actors --limit 1 --as-of 2020", "actors?limit=1&asOf=2020")]
    [InlineData("actors --known-at 3 --as-of 2020", "actors?knownAt=3&asOf=2020")]
    [InlineData("duplicates --as-of 2020", "duplicates?asOf=2020")]
    [InlineData(
        "duplicates --actor vietnam --least 80 --limit 5 --as-of 2020",
        "duplicates?actor=vietnam&least=80&limit=5&asOf=2020"
    )]
    public async Task gives_the_bytes_that_http_gives(string asked, string url)
    {
        var told = await Chronology.RunAsync(["review", .. asked.Split(' '), "-c", "world", "--json"]);
        var served = await imported.Service.Client.GetByteArrayAsync(
            $"/api/chronologies/world/review/{url}",
            TestContext.Current.CancellationToken
        );

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal(served, told.Bytes);
    }

    [Fact]
    public async Task goes_on_where_a_page_has_ended()
    {
        var first = await Chronology.RunAsync("review", "actors", "-c", "world", "--limit", "1", "--json");
        var second = await Chronology.RunAsync(
            "review",
            "actors",
            "-c",
            "world",
            "--limit",
            "1",
            "--cursor",
            (string)first.Json["next"]!,
            "--json"
        );
        Assert.Equal("vietnam", (string?)first.Json["actors"]![0]!["key"]);
        Assert.Equal("yassir-m-arafat", (string?)second.Json["actors"]![0]!["key"]);
        Assert.Null(second.Json["next"]);
    }

    [Fact]
    public async Task walks_on_over_events_without_a_pair_until_there_are_as_many_as_were_asked_for()
    {
        await Chronology.RunAsync("create", "long", "--title", "Long");
        await Chronology.ReadAsync(
            string.Join(
                '\n',
                [
                    Made.IcewsHeader,
                    .. Enumerable
                        .Range(100, 450)
                        .Select(i => Made.Icews(i, $"One {i}", "111", $"Other {i}", story: $"{i}")),
                    .. Enumerable
                        .Range(0, 4)
                        .Select(i => Made.Icews(900 + i, $"Pair {i / 2}", "111", $"Side {i / 2}", story: $"{900 + i}")),
                ]
            ),
            "import",
            "-",
            "-c",
            "long"
        );
        var page = JsonNode.Parse(
            await imported.Service.Client.GetStringAsync(
                "/api/chronologies/long/review/duplicates?limit=1",
                TestContext.Current.CancellationToken
            )
        )!;
        Assert.Equal((0, true), (page["duplicates"]!.AsArray().Count, page["next"] is not null));

        string[] asked = ["review", "duplicates", "-c", "long", "--limit", "1", "--json"];
        var first = (
            await Chronology.RunAsync([.. asked, "--known-at", $"{page["basis"]!["knownAt"]!["position"]}"])
        ).Json;
        var second = (await Chronology.RunAsync([.. asked, "--cursor", (string)first["next"]!])).Json;
        var all = (await Chronology.RunAsync("review", "duplicates", "-c", "long", "--json")).Json;
        Assert.Equal(["icews-2018-06-01-900 icews-2018-06-01-901"], Pairs(first));
        Assert.Equal(["icews-2018-06-01-902 icews-2018-06-01-903"], Pairs(second));
        Assert.Equal([.. Pairs(first), .. Pairs(second)], Pairs(all));
        Assert.Null(all["next"]);

        static string[] Pairs(JsonObject answer) =>
            [.. answer["duplicates"]!.AsArray().Select(pair => $"{pair!["one"]!["key"]} {pair["other"]!["key"]}")];
    }

    [Theory]
    [InlineData("review", "chronology review actors -c world")]
    [InlineData("review actors", "chronology review actors -c world --limit 10 --json")]
    [InlineData("review actors", "chronology merge actor/KEY --into KEY --if-match REVISION --reason merge")]
    [InlineData("review duplicates", "chronology merge event/KEY --into KEY --if-match REVISION --reason merge")]
    [InlineData("review duplicates", "chronology review duplicates -c world --actor russia")]
    public async Task shows_an_example(string verb, string example)
    {
        var told = await Chronology.RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains(example, told.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actors --cursor nonsense", 1)]
    [InlineData("duplicates --least 101", 1)]
    [InlineData("duplicates --actor Not,A,Key", 1)]
    [InlineData("actors --least 3", 2)]
    [InlineData("events", 2)]
    public async Task refuses_what_means_nothing(string asked, int exit)
    {
        var told = await Chronology.RunAsync(["review", .. asked.Split(' '), "-c", "world"]);

        Assert.Equal((exit, ""), (told.Exit, told.Out));
        Assert.NotEqual("", told.Error);
    }
}
