using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Two schemes side by side, one with nested eras and uncertain bounds, over a recognition, a break and a quiet time between.</summary>
public sealed class SummingUpEras(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        var report = await service.ImportAsync(
            path,
            """
            {"record":"actor","key":"a","revision":1,"kind":"state","name":"Arland","names":[{"name":"Old Arland","until":"1955"}]}
            {"record":"actor","key":"b","revision":1,"kind":"state","name":"Borduria"}
            {"record":"source","key":"s","revision":1,"kind":"press","csl":{"title":"The Daily"}}
            {"record":"scheme","key":"x","title":"X","revision":1}
            {"record":"era","scheme":"x","key":"early","title":"Early","start":"1950","end":"[1960..1962]","summary":"As the editor sees it.","revision":1}
            {"record":"era","scheme":"x","key":"late","title":"Late","start":"[1960..1962]","end":"1970-12-31","revision":1}
            {"record":"era","scheme":"x","key":"whole","title":"Whole","span":"1950/1970-12-31","revision":1}
            {"record":"scheme","key":"w","title":"W","revision":1}
            {"record":"era","scheme":"w","key":"after","title":"After","span":"1965-01-01/..","revision":1}
            {"record":"event","key":"recognised","revision":1,"type":"recognition-granted","occurred":"1951-05-17","title":"A recognises B","actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],"effects":[{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"},{"fact":"stance","holder":"a","toward":"b","value":"supports","basis":"statement"}],"credibility":"reported","citations":[{"source":"s","quote":"It recognised."}]}
            {"record":"event","key":"visit","revision":1,"type":"visit-made","occurred":"1961","title":"A visit","actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],"credibility":"disputed","citations":[{"source":"s"}]}
            {"record":"event","key":"broken","revision":1,"type":"relations-severed","occurred":"1968-03-04","title":"A breaks with B","actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],"effects":[{"fact":"relations","holder":"a","toward":"b","value":"severed"},{"fact":"stance","holder":"a","toward":"b","value":"opposes","basis":"action"}],"credibility":"confirmed","noSource":"citation needed"}
            {"record":"event","key":"doubted","revision":1,"type":"force-used","occurred":"1955","title":"Doubted","actors":[{"actor":"b","role":"actor"}],"credibility":"refuted","citations":[{"source":"s"}]}
            {"record":"correct","of":"event","key":"broken","revision":2,"changes":{"occurred":"1972-03-04"},"reason":{"code":"correction"}}
            {"record":"correct","of":"event","key":"broken","revision":3,"changes":{"occurred":"1968-03-04"},"reason":{"code":"correction"}}
            """
        );
        Assert.Empty(report["refused"]!.AsArray());
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task schemes_stand_side_by_side_in_order()
    {
        var answer = await service.GetAsync($"{path}/eras?asOf=1980");

        Assert.Equal(["basis", "eras", "next", "notes"], answer.Select(member => member.Key));
        Assert.Equal(["w/after", "x/early", "x/whole", "x/late"], Keys(answer));
        Assert.Equal(["x/early", "x/whole", "x/late"], Keys(await service.GetAsync($"{path}/eras?asOf=1980&scheme=x")));
    }

    [Fact]
    public async Task a_page_goes_on_where_the_last_ended_as_known_then()
    {
        var first = await service.GetAsync($"{path}/eras?asOf=1980&limit=3");
        var rest = await service.GetAsync($"{path}/eras?asOf=1980&limit=3&cursor={first["next"]}");

        Assert.Equal(["w/after", "x/early", "x/whole"], Keys(first));
        Assert.Equal(["x/late"], Keys(rest));
        Assert.Null(rest["next"]);
    }

    [Fact]
    public async Task an_uncertain_bound_makes_events_possibly_in_and_possibly_a_neighbours()
    {
        var early = await EraAsync("early?asOf=1980");

        Assert.Equal("1 1", $"{early["events"]!["certain"]} {early["events"]!["possible"]}");
        Assert.Equal("1 0 1", Counts(early));
        Assert.Equal("""[{"event":"visit","eras":["late","whole"]}]""", early["neighbours"]!.ToJsonString());
        Assert.Empty((await EraAsync("whole?asOf=1980"))["neighbours"]!.AsArray());
    }

    [Fact]
    public async Task sums_up_what_happened_in_an_era()
    {
        var whole = await EraAsync("whole?asOf=1980");

        Assert.Equal(("1950-12-31", "1970-12-31"), ((string?)whole["firstDay"], (string?)whole["lastDay"]));
        Assert.Equal("1 1 1", Counts(whole));
        Assert.Equal(
            ["broken certain -7", "recognised certain 7", "visit certain 3"],
            whole["keyEvents"]!
                .AsArray()
                .Select(one => $"{one!["event"]} {one["in"]} {one["intensity"]}")
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal("""[{"actor":"a","events":3},{"actor":"b","events":3}]""", whole["actors"]!.ToJsonString());
        Assert.Equal("""[{"kind":"press","sources":1,"citations":2}]""", whole["sources"]!.ToJsonString());
        Assert.Equal(
            """{"days":3517,"after":"recognised","from":"1951-05-17","before":"visit","until":"1961-01-01","possiblyBrokenBy":0}""",
            whole["longestSilence"]!.ToJsonString()
        );
        Assert.Empty(whole["factsAtStart"]!["facts"]!.AsArray());
        Assert.Equal(
            ["recognition de-jure", "relations severed", "stance opposes"],
            whole["factsAtEnd"]!["facts"]!.AsArray().Select(fact => $"{fact!["fact"]} {fact["value"]}")
        );
        Assert.Equal(
            ["a b none opposes broken"],
            whole["stanceChanges"]!
                .AsArray()
                .Select(one =>
                    $"{one!["holder"]} {one["toward"]} {one["before"]} {one["after"]} {one["because"]![0]!["event"]}"
                )
        );
    }

    [Fact]
    public async Task tells_it_in_sentences_each_with_its_events_revisions_and_passages()
    {
        var whole = await EraAsync("whole?asOf=1980");

        Assert.Equal(
            [
                "On 17 May 1951, Old Arland granted recognition to Borduria: “A recognises B” (reported by “The Daily”).",
                "According to “The Daily”, in 1961, Arland made a visit to Borduria: “A visit”, which is disputed.",
                "On 4 March 1968, Arland severed diplomatic relations with Borduria: “A breaks with B” (no source is given).",
                "Nothing is recorded to have happened between 17 May 1951 and 1 January 1961, 3517 days: the longest silence of the era.",
                "In the course of the era the declared stance of Arland on Borduria came to be “opposes”.",
                "At its end, on 31 December 1970, the recognition of Borduria by Arland was “recognised de jure”.",
                "At its end, on 31 December 1970, the diplomatic relations between Arland and Borduria were “severed”.",
            ],
            Sentences(whole)
        );
        Assert.Equal(
            """{"event":"recognised","revision":1,"citations":[{"source":"s","locator":null,"quote":"It recognised."}]}""",
            Without(whole["narrative"]![0]!["because"]![0]!, "position")
        );
        Assert.Equal(
            ["actor/a", "actor/b", "source/s"],
            whole["narrative"]![0]!["naming"]!.AsArray().Select(one => (string)one!)
        );
        Assert.Equal(
            ["refuted-events 1"],
            whole["leftOut"]!.AsArray().Select(left => $"{left!["code"]} {left["count"]}")
        );
    }

    [Fact]
    public async Task is_as_it_was_known()
    {
        var head = (long)(await service.GetAsync($"{path}/eras"))["basis"]!["knownAt"]!["position"]!;

        Assert.DoesNotContain(
            Sentences(await EraAsync($"whole?asOf=1980&knownAt={head - 1}")),
            text => text.Contains("severed", StringComparison.Ordinal)
        );
        Assert.Contains(
            Sentences(await EraAsync($"whole?asOf=1980&knownAt={head}")),
            text => text.Contains("severed", StringComparison.Ordinal)
        );
        Assert.Empty((await service.GetAsync($"{path}/eras?knownAt=0"))["eras"]!.AsArray());
    }

    [Fact]
    public async Task is_cut_off_at_the_day_asked_about()
    {
        var whole = await EraAsync("whole?asOf=1955");

        Assert.Equal("1955-12-31", (string?)whole["lastDay"]);
        Assert.Equal("1 0", $"{whole["events"]!["certain"]} {whole["events"]!["possible"]}");
    }

    [Fact]
    public async Task before_it_began_nothing_is_in_it_and_no_day_is_sure()
    {
        var late = await EraAsync("late?asOf=1955");

        Assert.Equal("0 0", $"{late["events"]!["certain"]} {late["events"]!["possible"]}");
        Assert.Null(late["factsAtEnd"]);
        Assert.Equal(["no-sure-day"], late["notes"]!.AsArray().Select(note => (string)note!["code"]!));
    }

    [Fact]
    public async Task between_two_sides_it_has_their_score()
    {
        var score = (await EraAsync("whole?asOf=1980&between=a,b"))["score"]!;
        var start = await service.GetAsync($"{path}/state?between=a,b&asOf=1950-12-31");
        var end = await service.GetAsync($"{path}/state?between=a,b&asOf=1970-12-31");

        Assert.Equal((decimal)start["score"]!["value"]!, (decimal)score["start"]!["value"]!);
        Assert.Equal((decimal)end["score"]!["value"]!, (decimal)score["end"]!["value"]!);
        Assert.Equal("1951-12-31", (string?)score["max"]!["asOf"]);
        Assert.Equal("1968-12-31", (string?)score["min"]!["asOf"]);
        Assert.Null((await EraAsync("whole?asOf=1980"))["score"]);
    }

    [Fact]
    public async Task one_address_gives_what_the_list_gives()
    {
        var listed = (await service.GetAsync($"{path}/eras?asOf=1980&scheme=x"))["eras"]![1]!.AsObject();
        var alone = await EraAsync("whole?asOf=1980");
        alone.Remove("basis");

        Assert.Equal(listed.ToJsonString(), alone.ToJsonString());
        Assert.Equal("As the editor sees it.", (string?)(await EraAsync("early?asOf=1980"))["summary"]);
    }

    [Theory]
    [InlineData("eras?asOf=1980&cite=true")]
    [InlineData("schemes/x/eras/whole?asOf=1980&cite=true")]
    public async Task can_be_cited(string asked)
    {
        var cited = await service.GetAsync($"{path}/{asked}");
        var kept = await service.GetAsync((string)cited["answer"]!["permalink"]!);
        var changes = await service.GetAsync($"{cited["answer"]!["permalink"]}/changes");

        cited.Remove("answer");
        Assert.True(JsonNode.DeepEquals(cited, kept));
        Assert.True((bool)changes["same"]!);
        Assert.Contains(
            "\"text\":{\"text\":true}",
            (
                await service.Client.GetStringAsync(
                    $"{path}/answers/{Id(await service.GetAsync($"{path}/{asked}"))}/commitments",
                    TestContext.Current.CancellationToken
                )
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task what_is_not_recorded_is_named_in_the_notes()
    {
        var answer = await service.GetAsync($"{path}/eras?scheme=none&actor=nobody");

        Assert.Empty(answer["eras"]!.AsArray());
        Assert.Equal(
            ["unknown-actor", "unknown-scheme"],
            answer["notes"]!.AsArray().Select(note => (string)note!["code"]!)
        );
    }

    private static string Id(JsonObject answer) => (string)answer["answer"]!["id"]!;

    private static string Without(JsonNode node, string name)
    {
        var rest = node.DeepClone().AsObject();
        rest.Remove(name);
        return rest.ToJsonString();
    }

    private static string Counts(JsonObject era) =>
        $"{era["events"]!["disputed"]} {era["events"]!["unsourced"]} {era["events"]!["refuted"]}";

    private static IEnumerable<string> Sentences(JsonObject era) =>
        era["narrative"]!.AsArray().Select(sentence => (string)sentence!["text"]!);

    private static IEnumerable<string> Keys(JsonObject answer) =>
        answer["eras"]!.AsArray().Select(era => $"{era!["scheme"]}/{era["key"]}");

    private Task<JsonObject> EraAsync(string asked) => service.GetAsync($"{path}/schemes/x/eras/{asked}");
}

/// <summary>The eras of the chronology that ships with the product.</summary>
public sealed class SummingUpTheArticle(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Path = "/api/chronologies/palestine-russia";
    private Served service = null!;

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        using var made = await service.PostAsync(
            "/api/chronologies",
            """{"slug":"palestine-russia","title":"Palestine-Russia relations"}"""
        );
        if (!made.IsSuccessStatusCode)
            return;
        var lines = await File.ReadAllLinesAsync(Shipped.Path);
        Assert.Empty((await service.ImportAsync(Path, string.Join('\n', lines.Skip(1))))["refused"]!.AsArray());
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task tells_the_embassy_in_the_summer_of_1974() =>
        Assert.Contains(
            "In the summer of 1974, Palestine Liberation Organization opened a mission to Soviet Union, at Moscow: “PLO embassy opened in Moscow” (reported by “Palestine–Russia relations”).",
            await SentencesAsync("article-lead/eras/soviet-american-confrontation")
        );

    [Fact]
    public async Task tells_the_recognition_of_1948() =>
        Assert.Contains(
            "On 17 May 1948, Soviet Union granted recognition to Israel: “Soviet Union recognises Israel de jure” (reported by “Palestine–Russia relations” and “The Recognition of Israel”).",
            await SentencesAsync("article-sections/eras/history")
        );

    [Fact]
    public async Task every_sentence_rests_on_an_event_of_the_timeline_of_the_era()
    {
        var timeline = (await service.GetAsync($"{Path}/events?from=1956&to=1990&limit=1000&asOf=2023"))["events"]!
            .AsArray()
            .Select(one => (string)one!["key"]!)
            .ToHashSet();
        var era = await service.GetAsync($"{Path}/schemes/article-lead/eras/soviet-american-confrontation?asOf=2023");

        Assert.NotEmpty(era["narrative"]!.AsArray());
        Assert.All(
            era["narrative"]!.AsArray(),
            sentence =>
            {
                Assert.NotEmpty(sentence!["because"]!.AsArray());
                Assert.Subset(
                    timeline,
                    sentence["because"]!.AsArray().Select(one => (string)one!["event"]!).ToHashSet()
                );
            }
        );
    }

    private async Task<IEnumerable<string>> SentencesAsync(string era) =>
        (await service.GetAsync($"{Path}/schemes/{era}?asOf=2023"))["narrative"]!
            .AsArray()
            .Select(sentence => (string)sentence!["text"]!);
}
