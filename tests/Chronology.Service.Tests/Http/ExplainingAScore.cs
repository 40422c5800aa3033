using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class ExplainingAScore(ServedOnce served) : OverHttp(served)
{
    private const string Ussr = """{"actor":"ussr","role":"actor"}""";
    private const string Israel = """{"actor":"israel","role":"recipient"}""";

    private static string Happened(string key, string type, string occurred, string actors, string more = "") =>
        $$"""{"key":"{{key}}","type":"{{type}}","occurred":"{{occurred}}","title":"{{key}}","noSource":"a test","actors":[{{actors}}]{{more}}}""";

    private static string Between(string key, string type, string occurred, string more = "") =>
        Happened(key, type, occurred, $"{Ussr},{Israel}", more);

    private Task<Answer> ExplainAsync(string more = "&asOf=1970") =>
        GetAsync($"/explain/score?between=ussr,israel{more}");

    private static decimal Sum(Answer answer, string part) =>
        answer.List("contributions").Sum(one => (decimal)one!["adds"]![part]!)
        + (decimal)answer["rest"]![part]!
        + (decimal)answer["rounding"]![part]!;

    private static string LeftOut(Answer answer) =>
        string.Join(
            "; ",
            answer
                .List("leftOut")
                .Select(left =>
                    $"{left!["reason"]} {left["count"]}: {string.Join(' ', left["events"]!.AsArray().Select(one => (string?)one!["event"]))}"
                )
        );

    [Fact]
    public async Task tells_what_each_event_adds_the_greatest_first_and_sums_up_the_rest()
    {
        await RecordAsync(
            Between("recognised", "recognition-granted", "1948-05-17", ""","credibility":"confirmed" """),
            Between("broke", "relations-severed", "1967-06-10"),
            Between("visit", "visit-made", "1969-12")
        );
        var whole = await ExplainAsync();
        var short1 = await ExplainAsync("&asOf=1970&limit=1");

        Assert.Equal("broke recognised visit", whole.Each("contributions", "event"));
        Assert.Equal("broke", short1.Each("contributions", "event"));
        Assert.Equal(2, (long)short1["rest"]!["events"]!);
        foreach (var answer in new[] { whole, short1 })
        foreach (var part in new[] { "low", "estimate", "high" })
            Assert.Equal((decimal)answer["sum"]![part]!, Sum(answer, part));
        var state = await GetAsync("/state?between=ussr,israel&asOf=1970");
        Assert.Equal(state["score"]!.ToJsonString(), whole["score"]!.ToJsonString());
        var broke = whole.List("contributions")[0]!;
        Assert.Equal("structural 5844", $"{broke["halfLife"]} {broke["halfLifeDays"]}");
        Assert.Equal("""{"earliest":"1967-06-10","latest":"1967-06-10"}""", broke["window"]!.ToJsonString());
        Assert.Equal("""{"least":1300,"greatest":1300}""", broke["age"]!.ToJsonString());
        Assert.Equal("1967-12-31", (string?)broke["weighedAt"]);
    }

    [Fact]
    public async Task says_how_the_sum_becomes_the_score()
    {
        await RecordAsync(
            Between("recognised", "recognition-granted", "1948-05-17", ""","credibility":"confirmed" """)
        );
        var answer = await ExplainAsync("&asOf=1948-05-17");
        var value = answer["becomes"]!["value"]!;

        Assert.Equal((decimal)answer["score"]!["value"]!, (decimal)value["score"]!);
        Assert.InRange((decimal)value["sum"]!, (decimal)value["from"]!, (decimal)value["below"]!);
        Assert.Equal("1947-05-17", (string?)answer["becomes"]!["trend"]!["since"]);
        Assert.Equal(4, answer["becomes"]!["sentences"]!.AsArray().Count);
    }

    [Fact]
    public async Task says_what_was_left_out_and_why()
    {
        await RecordAsync(
            Between("weighs", "recognition-granted", "1960"),
            Between("withdrawn", "recognition-granted", "1961"),
            Between("double", "recognition-granted", "1960"),
            Between("rumoured", "recognition-granted", "1962", ""","credibility":"refuted" """),
            Between("idle", "recognition-granted", "1962", ""","intensity":0 """),
            Between("later", "recognition-granted", "1971"),
            Between("sometime", "recognition-granted", "[..1960]"),
            Between("ancient", "visit-made", "1800"),
            Happened("beside", "visit-made", "1963", $$"""{{Ussr}},{"actor":"israel","role":"third-party"}""")
        );
        await DoAsync("retract", "/events/withdrawn", 1);
        await DoAsync("merge", "/events/double", 1, ""","into":"weighs" """);
        var answer = await ExplainAsync();

        Assert.Equal("weighs", answer.Each("contributions", "event"));
        Assert.Equal(
            "retracted 1: withdrawn; merged 1: double; refuted 1: rumoured; no-weight 1: idle; not-between 1: beside; later 1: later; forgotten 1: ancient; undated 1: sometime",
            LeftOut(answer)
        );
        Assert.Equal("weighs", (string?)answer.List("leftOut")[1]!["events"]![0]!["by"]);
    }

    [Fact]
    public async Task says_what_would_bring_the_bounds_together()
    {
        await RecordAsync(
            Between("certain", "recognition-granted", "1960-01-01", ""","credibility":"confirmed" """),
            Between("vague", "recognition-granted", "1970-XX-05", ""","credibility":"confirmed" """),
            Between("doubtful", "relations-severed", "1969-01-01", ""","credibility":"disputed" """)
        );
        var ways = (await ExplainAsync("&asOf=1970-06")).List("settling");

        Assert.Equal(
            "vague date on on after; doubtful credibility confirmed refuted",
            string.Join(
                "; ",
                ways.Select(way =>
                    $"{way!["event"]} {way["what"]} {string.Join(' ', way["cases"]!.AsArray().Select(one => (string?)one!["if"]))}"
                )
            )
        );
        Assert.Equal(
            "1970-01-05 1970-06-05 1970-06-30",
            string.Join(' ', ways[0]!["cases"]!.AsArray().Select(one => (string?)one!["on"]))
        );
        var refuted = ways[1]!["cases"]![1]!;
        await PatchAsync("/events/doubtful", 1, """ "credibility":"refuted" """, "reassessment");
        var then = (await GetAsync("/state?between=ussr,israel&asOf=1970-06"))["score"]!;
        Assert.Equal(
            $"{then["value"]} {then["low"]} {then["high"]}",
            $"{refuted["value"]} {refuted["low"]} {refuted["high"]}"
        );
    }

    [Fact]
    public async Task bounds_an_open_date_by_the_lives_of_its_parties_and_says_so()
    {
        await PatchAsync("/actors/israel", 1, """ "existed":"1948-05-14/.." """);
        await PatchAsync("/actors/ussr", 1, """ "existed":"1922/1991-12-26" """);
        await RecordAsync(Between("pledge", "aid-pledged", "[..1960]"));
        var pledge = (await ExplainAsync()).List("contributions").Single()!;

        Assert.True((bool)pledge["isBoundedByLives"]!);
        Assert.Equal("1948-05-14", (string?)pledge["window"]!["earliest"]);
    }

    [Fact]
    public async Task silence_is_told_as_silence()
    {
        var answer = await ExplainAsync();

        Assert.Empty(answer.List("contributions"));
        Assert.Equal("no-record", answer.Each("notes", "code"));
        Assert.Null(answer["becomes"]!["trend"]);
    }

    [Fact]
    public async Task can_be_cited()
    {
        await RecordAsync(Between("recognised", "recognition-granted", "1948-05-17"));
        var cited = await ExplainAsync("&asOf=1970&cite=true");
        var kept = await GetAsync((string)cited["answer"]!["permalink"]!);

        Assert.True(JsonNode.DeepEquals(cited["contributions"], kept["contributions"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("between=ussr")]
    [InlineData("between=ussr,ussr")]
    [InlineData("between=ussr,israel&limit=0")]
    [InlineData("between=ussr,israel&limit=1001")]
    [InlineData("between=ussr,israel&actor=ussr")]
    public async Task needs_two_sides(string question)
    {
        var refused = await GetAsync($"/explain/score?{question}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }
}
