using System.Net;
using System.Text;
using Chronology.Service.Rebuild;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Import;

public sealed class ImportingDataSets(ServedOnce served) : OverHttp(served)
{
    private async Task<Answer> SendAsync(string format, string more, params string[] rows)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', rows)));
        content.Headers.ContentType = new("text/tab-separated-values");
        return await Answer.OfAsync(
            await Service.Client.PostAsync(
                $"{Path}/import?format={format}{more}",
                content,
                TestContext.Current.CancellationToken
            )
        );
    }

    private Task<Answer> IcewsAsync(params string[] rows) => SendAsync("icews", "", [Made.IcewsHeader, .. rows]);

    private static string Counts(Answer report) =>
        $"{report["recorded"]} {report["unchanged"]} {report["paired"]} {report["provisional"]} {report.List("refused").Count}";

    [Fact]
    public async Task records_the_event_its_source_and_whom_nobody_knows()
    {
        var report = await IcewsAsync(
            Made.Icews(11, "Israel", "040", "Vietnam"),
            Made.Icews(12, "Vietnam", "040", "Israel"),
            Made.Icews(13, "Israel", "141", "Vietnam")
        );
        Assert.Equal("3 0 1 1 1", Counts(report));
        Assert.Equal("4 unmapped-code", $"{report.List("refused")[0]!["line"]} {report.List("refused")[0]!["code"]}");

        var made = await GetAsync("/events/icews-2018-06-01-11");
        Assert.Equal("meeting-held reported", $"{made["type"]} {made["credibility"]}");
        Assert.Equal(
            "israel actor, vietnam actor",
            string.Join(", ", made.List("actors").Select(a => $"{a!["actor"]} {a["role"]}"))
        );
        Assert.Equal(
            "11 040 Israel, 12 040 Vietnam",
            string.Join(
                ", ",
                made["coding"]!["rows"]!.AsArray().Select(r => $"{r!["id"]} {r["code"]} {r["source"]!["name"]}")
            )
        );
        Assert.Equal("icews", (string?)made["citations"]![0]!["source"]);
        Assert.Null(made["intensity"]);
        Assert.Equal(
            "icews",
            (string?)(await GetAsync("/events/icews-2018-06-01-11/history"))["revisions"]![0]!["via"]
        );
        Assert.Equal("dataset", (string?)(await GetAsync("/sources/icews"))["csl"]!["type"]);
        Assert.True((bool)(await GetAsync("/actors/vietnam"))["provisional"]!);
    }

    [Fact]
    public async Task twice_is_once_and_a_new_row_that_says_otherwise_is_refused()
    {
        string[] rows =
        [
            Made.Icews(11, "Israel", "040", "Vietnam"),
            Made.Icews(12, "Vietnam", "040", "Israel"),
            Made.Icews(13, "Israel", "111", "Vietnam"),
        ];
        await IcewsAsync(rows);
        var head = await HeadAsync();
        Assert.Equal("0 2 1 0 0", Counts(await IcewsAsync(rows)));
        Assert.Equal(head, await HeadAsync());

        var other = await IcewsAsync(Made.Icews(13, "Israel", "112", "Vietnam"));
        Assert.Equal("coded-differently", (string?)other.List("refused")[0]!["code"]);
        Assert.Equal(head, await HeadAsync());
    }

    [Fact]
    public async Task a_provisional_actor_that_is_merged_stays_decided()
    {
        string[] rows = [Made.Icews(13, "State of Israel (1948)", "111", "Vietnam")];
        await IcewsAsync(rows);
        var waiting = await GetAsync("/review/actors");
        Assert.Equal("state-of-israel-1948 vietnam", waiting.Each("actors", "key"));

        var merged = await PostAsync(
            "/actors/state-of-israel-1948/merge",
            """{"into":"israel","reason":{"code":"merge"}}""",
            1
        );
        Assert.True(merged.Status == HttpStatusCode.OK, merged.Text);

        Assert.Equal("0 1 0 0 0", Counts(await IcewsAsync(rows)));
        Assert.Equal("1 0 0 0 0", Counts(await IcewsAsync(Made.Icews(14, "State of Israel (1948)", "111", "Vietnam"))));
        Assert.Equal("israel", (string?)(await GetAsync("/events/icews-2018-06-01-14"))["actors"]![0]!["actor"]);
        Assert.Equal("vietnam", (await GetAsync("/review/actors")).Each("actors", "key"));
        Assert.Equal(
            "state-of-israel-1948 vietnam",
            (await GetAsync($"/review/actors?knownAt={waiting["basis"]!["knownAt"]!["position"]}")).Each(
                "actors",
                "key"
            )
        );
    }

    [Fact]
    public async Task whoever_is_known_is_matched_by_any_name_and_spelling()
    {
        await IcewsAsync(
            Made.Icews(13, "soviet union", "111", "Ana Becu"),
            Made.Icews(14, "Die Grosse", "111", "ISRAEL")
        );
        Assert.Equal("ussr becu", (await GetAsync("/events/icews-2018-06-01-13")).Each("actors", "actor"));
        Assert.Equal("becu israel", (await GetAsync("/events/icews-2018-06-01-14")).Each("actors", "actor"));
        Assert.Empty((await GetAsync("/review/actors")).List("actors"));
    }

    [Fact]
    public async Task gdelt_keeps_when_it_was_reported_apart_from_when_we_recorded_it()
    {
        Assert.Equal(
            "5 1 0 2 1",
            Counts(
                await SendAsync(
                    "gdelt1",
                    "",
                    Made.Gdelt1(1, "RUSGOV", "042", "ISR"),
                    Made.Gdelt1(1, "RUSGOV", "042", "ISR", url: null),
                    Made.Gdelt1(2, "ZZZ", "051", "ISR"),
                    Made.Gdelt1(3, "RUS", "051", "ISR") + "\tmore"
                )
            )
        );
        var made = await GetAsync("/events/gdelt1-1");
        Assert.Equal(
            "2013-04-06 12 3 10",
            $"{made["coding"]!["reported"]} {made["coding"]!["mentions"]} {made["coding"]!["sources"]} {made["coding"]!["articles"]}"
        );
        Assert.Equal("event 1, https://example.org/report", (string?)made["citations"]![0]!["locator"]);
        Assert.Equal("2013-04-05", (string?)made["occurred"]!["edtf"]);
        Assert.Equal("Government (Russia)", (string?)(await GetAsync("/actors/government-russia"))["name"]);
        Assert.Equal("ZZZ", (string?)(await GetAsync("/actors/zzz"))["name"]);
    }

    [Fact]
    public async Task gdelt2_has_its_own_columns()
    {
        Assert.Equal(
            "3 0 0 1 1",
            Counts(
                await SendAsync("gdelt2", "", Made.Gdelt2(5, "AFG", "042", "ISR"), Made.Gdelt1(6, "AFG", "042", "ISR"))
            )
        );
        var made = await GetAsync("/events/gdelt2-5");
        Assert.Equal(
            "2021-03-30T02:45:00Z Kabul, Kabol, Afghanistan",
            $"{made["coding"]!["reported"]} {made["place"]}"
        );
    }

    [Fact]
    public async Task tried_it_shows_the_first_results_and_records_nothing()
    {
        var head = await HeadAsync();
        var first = await SendAsync(
            "icews",
            "&dryRun=true",
            Made.IcewsHeader,
            Made.Icews(11, "Israel", "040", "Vietnam"),
            "x"
        );
        Assert.Equal(("icews", true, head), ((string?)first["format"], (bool)first["isAll"]!, await HeadAsync()));
        Assert.Equal("source event", first.Each("records", "record"));
        Assert.Equal("vietnam", first.Each("actors", "actor"));
        Assert.Equal("wrong-columns", first.Each("refused", "code"));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("xml")]
    public async Task a_format_that_is_not_sent_is_refused(string format) =>
        Assert.Equal("invalid-parameter", (await SendAsync(format, "", "a")).Code);

    [Fact]
    public async Task what_was_imported_is_exported_with_its_coding_and_what_is_provisional()
    {
        await IcewsAsync(Made.Icews(11, "Israel", "040", "Vietnam"), Made.Icews(12, "Vietnam", "040", "Israel"));
        // Paired by a correction; corrected by a person; decided by an editor; of another data set.
        await IcewsAsync(Made.Icews(21, "Japan", "036", "Vietnam", story: "8"));
        await IcewsAsync(Made.Icews(22, "Vietnam", "036", "Japan", story: "8"));
        await IcewsAsync(Made.Icews(31, "Nippon", "111", "Vietnam", story: "9"));
        await PatchAsync("/events/icews-2018-06-01-31", 1, """ "coding":{"rows":[{"id":"31","date":"2018-06-01"}]} """);
        await PostAsync("/actors/nippon/merge", """{"into":"japan","reason":{"code":"merge"}}""", 1);
        await SendAsync("gdelt1", "", Made.Gdelt1(1, "RUSGOV", "042", "ISR"));
        var exported = await Service.Client.GetStringAsync($"{Path}/export", TestContext.Current.CancellationToken);
        var copy = await Once.CreateAsync();
        var report = await Service.ImportAsync(copy, exported);
        Assert.Empty(report["refused"]!.AsArray());
        Assert.Equal(
            (await GetAsync("/events/icews-2018-06-01-11"))["coding"]!.ToJsonString(),
            (await Service.GetAsync($"{copy}/events/icews-2018-06-01-11"))["coding"]!.ToJsonString()
        );
        Assert.Equal(
            (await GetAsync("/events/icews-2018-06-01-21"))["coding"]!.ToJsonString(),
            (await Service.GetAsync($"{copy}/events/icews-2018-06-01-21"))["coding"]!.ToJsonString()
        );
        Assert.True((bool)(await Service.GetAsync($"{copy}/actors/vietnam"))["provisional"]!);
        var hash = await StateHashAsync(Path);
        Assert.Equal(hash, await StateHashAsync(copy));
        var head = await HeadAsync();
        Assert.Equal(0, (long)(await ImportAsync(exported))["recorded"]!);
        Assert.Equal((head, hash), (await HeadAsync(), await StateHashAsync(Path)));

        var otherwise = await Once.CreateAsync();
        await Service.ImportAsync(otherwise, exported.Replace("The Daily", "The Weekly", StringComparison.Ordinal));
        Assert.NotEqual(hash, await StateHashAsync(otherwise));
    }

    private async Task<string> StateHashAsync(string chronology)
    {
        var hashed = await Service
            .Services.GetRequiredService<ISender>()
            .Send(new StateHashOf(chronology.Split('/')[^1], null), TestContext.Current.CancellationToken);
        return hashed.Value.StateHash;
    }

    [Fact]
    public async Task what_may_be_told_twice_is_listed_until_it_is_merged()
    {
        await IcewsAsync(
            Made.Icews(21, "Israel", "111", "Vietnam", story: "1"),
            Made.Icews(22, "Israel", "111", "Vietnam", story: "2"),
            Made.Icews(23, "Israel", "112", "Vietnam", story: "2")
        );
        var pairs = await GetAsync("/review/duplicates");
        var pair = Assert.Single(pairs.List("duplicates"))!;
        Assert.Equal(
            "icews-2018-06-01-21 icews-2018-06-01-22 100",
            $"{pair["one"]!["key"]} {pair["other"]!["key"]} {pair["similarity"]}"
        );
        Assert.Single((await GetAsync("/review/duplicates?actor=israel")).List("duplicates"));
        Assert.Empty((await GetAsync("/review/duplicates?actor=ussr")).List("duplicates"));

        var merged = await PostAsync(
            "/events/icews-2018-06-01-22/merge",
            """{"into":"icews-2018-06-01-21","reason":{"code":"correction"}}""",
            1
        );
        Assert.True(merged.Status == HttpStatusCode.OK, merged.Text);
        Assert.Empty((await GetAsync("/review/duplicates")).List("duplicates"));
        Assert.Single(
            (await GetAsync($"/review/duplicates?knownAt={pairs["basis"]!["knownAt"]!["position"]}")).List("duplicates")
        );
    }

    [Fact]
    public async Task what_may_be_told_twice_is_found_under_the_names_of_merged_actors()
    {
        await IcewsAsync(
            Made.Icews(41, "Alpha", "111", "Beta", story: "1"),
            Made.Icews(42, "Gamma", "111", "Delta", story: "2")
        );
        Assert.Empty((await GetAsync("/review/duplicates?least=0")).List("duplicates"));
        var apart = (await GetAsync("/actors/gamma"))["basis"]!["knownAt"]!["position"];

        const string Merge = """{"into":"INTO","reason":{"code":"merge"}}""";
        await PostAsync("/actors/gamma/merge", Merge.Replace("INTO", "alpha", StringComparison.Ordinal), 1);
        await PostAsync("/actors/delta/merge", Merge.Replace("INTO", "beta", StringComparison.Ordinal), 1);
        foreach (var actor in new[] { "", "&actor=alpha", "&actor=gamma", "&actor=delta" })
        {
            var pairs = await GetAsync($"/review/duplicates?least=0{actor}");
            var pair = Assert.Single(pairs.List("duplicates"))!;
            Assert.Equal("icews-2018-06-01-41 icews-2018-06-01-42", $"{pair["one"]!["key"]} {pair["other"]!["key"]}");
            Assert.InRange((int)pair["similarity"]!, 75, 99);
            Assert.Equal(["gamma", "delta"], pair["other"]!["actors"]!.AsArray().Select(key => (string?)key));
            Assert.Equal(
                actor is "&actor=gamma" or "&actor=delta" ? ["merged"] : [],
                pairs.List("notes").Select(note => (string?)note!["code"])
            );
        }
        Assert.Empty((await GetAsync($"/review/duplicates?least=0&knownAt={apart}")).List("duplicates"));
    }

    [Fact]
    public async Task of_an_actor_that_nobody_recorded_nothing_is_listed_and_the_silence_is_told()
    {
        var pairs = await GetAsync("/review/duplicates?actor=nobody");
        Assert.Empty(pairs.List("duplicates"));
        Assert.Equal(["no-record", "unknown-actor"], pairs.List("notes").Select(note => (string?)note!["code"]));
    }

    [Fact]
    public async Task pages_of_pairs_give_each_once()
    {
        await IcewsAsync([
            .. Enumerable.Range(0, 6).Select(i => Made.Icews(30 + i, "Israel", "111", "Vietnam", story: $"{i}")),
        ]);
        var pairs = new List<string>();
        string? cursor = null;
        do
        {
            var page = await GetAsync($"/review/duplicates?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            pairs.AddRange(page.List("duplicates").Select(p => $"{p!["one"]!["key"]} {p["other"]!["key"]}"));
            cursor = (string?)page["next"];
        } while (cursor is not null);
        Assert.Equal((15, 15), (pairs.Count, pairs.Distinct().Count()));
    }
}
