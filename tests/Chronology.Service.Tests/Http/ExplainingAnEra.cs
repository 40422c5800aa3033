using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Why the narrative of an era says what it says.</summary>
public sealed class ExplainingAnEra(ServedOnce served) : OverHttp(served)
{
    private async Task RecordAsync() =>
        await ImportAsync(
            """
            {"record":"scheme","key":"x","title":"X","revision":1}
            {"record":"era","scheme":"x","key":"e","title":"Early","start":"1950","end":"[1960..1962]","revision":1}
            {"record":"event","key":"recognised","revision":1,"type":"recognition-granted","occurred":"1951-05-17","title":"Recognised","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}],"effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure"},{"fact":"stance","holder":"ussr","toward":"plan","value":"supports","basis":"statement"}],"credibility":"confirmed","citations":[{"source":"ref","quote":"It recognised."}]}
            {"record":"event","key":"visit","revision":1,"type":"visit-made","occurred":"1961","title":"A visit","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}],"credibility":"disputed","noSource":"citation needed"}
            {"record":"event","key":"talks","revision":1,"type":"negotiation-held","occurred":"1955-XX-02","title":"Talks","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"actor"}],"credibility":"reported","citations":[{"source":"ref"}]}
            {"record":"event","key":"broken","revision":1,"type":"relations-severed","occurred":"1959-03-04","title":"Broken","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}],"effects":[{"fact":"relations","holder":"ussr","toward":"israel","value":"severed"},{"fact":"stance","holder":"ussr","toward":"plan","value":"opposes","basis":"action"}],"credibility":"reported","citations":[{"source":"ref"}]}
            """
        );

    private Task<Answer> ExplainAsync(string more = "") => GetAsync($"/explain/era?scheme=x&era=e&asOf=1980{more}");

    private async Task<JsonNode> SentenceAsync(string code)
    {
        var answer = await ExplainAsync($"&sentence={code}");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.List("sentences").Single()!;
    }

    private static string Uncertain(JsonNode sentence) =>
        string.Join(' ', sentence["uncertain"]!.AsArray().Select(one => (string?)one!["what"]));

    [Fact]
    public async Task tells_all_its_sentences_as_the_summary_does()
    {
        await RecordAsync();
        var narrative = (await GetAsync("/schemes/x/eras/e?asOf=1980")).List("narrative");
        var explained = (await ExplainAsync()).List("sentences");

        Assert.Equal(
            narrative.Select(one => $"{one!["code"]}: {one["text"]} {one["because"]!.ToJsonString()}"),
            explained.Select(one => $"{one!["code"]}: {one["text"]} {one["because"]!.ToJsonString()}")
        );
        Assert.Equal(
            "event/recognised event/talks event/broken event/visit silence stance/ussr/plan fact/recognition/ussr/israel fact/relations/israel/ussr",
            string.Join(' ', explained.Select(one => (string?)one!["code"]))
        );
        Assert.All(explained, one => Assert.NotEmpty((string)one!["why"]!));
    }

    [Fact]
    public async Task of_a_key_event_tells_its_place_and_the_revisions_of_the_names_in_it()
    {
        await RecordAsync();
        await PatchAsync("/actors/israel", 1, """ "name":"State of Israel" """);
        var sentence = await SentenceAsync("event/recognised");

        Assert.Equal("key-event", (string?)sentence["rule"]);
        Assert.Contains("of 4 this one is number", (string?)sentence["why"], StringComparison.Ordinal);
        Assert.Contains(
            """{"record":"actor","key":"israel","revision":2,""",
            sentence["named"]!.ToJsonString(),
            StringComparison.Ordinal
        );
        Assert.Equal("It recognised.", (string?)sentence["because"]![0]!["citations"]![0]!["quote"]);
        Assert.Equal("", Uncertain(sentence));
    }

    [Fact]
    public async Task of_what_is_only_possibly_in_it_tells_what_would_settle_it()
    {
        await RecordAsync();
        var visit = await SentenceAsync("event/visit");

        Assert.Equal("date era credibility source", Uncertain(visit));
        Assert.Equal(
            "Its day is not known: it happened, or began, between 1961-01-01 and 1961-12-31. On a day between 1950-12-31 and 1960-01-01 it is surely in the era.",
            $"{visit["uncertain"]![0]!["sentence"]} {visit["uncertain"]![0]!["settledBy"]}"
        );
        Assert.Equal("date credibility", Uncertain(await SentenceAsync("event/talks")));
    }

    [Fact]
    public async Task of_a_silence_tells_what_may_break_it()
    {
        await ImportAsync(
            """
            {"record":"scheme","key":"x","title":"X","revision":1}
            {"record":"era","scheme":"x","key":"e","title":"Early","span":"1950-01-01/1969-12-31","revision":1}
            {"record":"event","key":"first","revision":1,"type":"statement-made","occurred":"1951-01-01","title":"F","noSource":"t"}
            {"record":"event","key":"second","revision":1,"type":"statement-made","occurred":"1961-01-01","title":"S","noSource":"t"}
            {"record":"event","key":"vague","revision":1,"type":"statement-made","occurred":"[1955-01-01,1985-01-01]","title":"V","noSource":"t"}
            {"record":"event","key":"denied","revision":1,"type":"statement-made","occurred":"1956-01-01","title":"D","noSource":"t","credibility":"refuted"}
            """
        );
        var silence = await SentenceAsync("silence");

        Assert.Equal("longest-silence", (string?)silence["rule"]);
        Assert.Equal("between", Uncertain(silence));
        Assert.Equal(["vague"], silence["between"]!.AsArray().Select(one => (string?)one!["event"]));
        Assert.Equal("refuted-events", (string?)silence["leftOut"]![0]!["code"]);
    }

    [Fact]
    public async Task of_a_stance_and_a_fact_tells_what_explain_tells_of_them_on_their_days()
    {
        await RecordAsync();
        var stance = await SentenceAsync("stance/ussr/plan");
        var fact = await SentenceAsync("fact/recognition/ussr/israel");
        var alone = await GetAsync("/explain?kind=recognition&holder=ussr&toward=israel&asOf=1960-01-01");

        Assert.Equal("stance-change", (string?)stance["rule"]);
        Assert.Equal(
            ["1950-12-31 none", "1960-01-01 opposes"],
            stance["explained"]!.AsArray().Select(on => $"{on!["asOf"]} {(string?)on["fact"]?["value"] ?? "none"}")
        );
        Assert.Equal("fact-at-end", (string?)fact["rule"]);
        Assert.Equal(
            alone["effects"]!.ToJsonString(),
            fact["explained"]!.AsArray().Single()!["effects"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task can_be_cited_and_says_what_changed_since()
    {
        await RecordAsync();
        var cited = await ExplainAsync("&sentence=event/talks&cite=true");
        await DoAsync("retract", "/events/talks", 1);
        var id = (string)cited["answer"]!["id"]!;
        var changes = await GetAsync($"/answers/{id}/changes");

        Assert.False((bool)changes["same"]!);
        Assert.Equal("retracted", changes.Each("changedSince", "op"));
        Assert.Equal("no-such-sentence", (await ExplainAsync("&sentence=event/talks")).Code);
        Assert.True(JsonNode.DeepEquals(cited["sentences"], (await GetAsync($"/answers/{id}"))["sentences"]));
    }

    [Theory]
    [InlineData("", "invalid-parameter")]
    [InlineData("scheme=x", "invalid-parameter")]
    [InlineData("scheme=X&era=e", "invalid-parameter")]
    [InlineData("scheme=x&era=nothing", "no-such-era")]
    [InlineData("scheme=x&era=e&between=ussr", "invalid-parameter")]
    public async Task refuses_what_is_no_era(string question, string code)
    {
        await RecordAsync();
        Assert.Equal(code, (await GetAsync($"/explain/era?{question}")).Code);
    }
}
