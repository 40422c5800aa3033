using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class ExplainingAFact(ServedOnce served) : OverHttp(served)
{
    private const string Question = "kind=recognition&holder=ussr&toward=israel";

    private Task<Answer> ExplainAsync(string more = "&asOf=1960", string question = Question) =>
        GetAsync($"/explain?{question}{more}");

    private static string Parts(Answer answer) =>
        string.Join(
            "; ",
            answer
                .List("effects")
                .Select(e => $"{e!["event"]} {e["part"]} {e["reason"] ?? "-"}{(e["by"] is { } by ? $" by {by}" : "")}")
        );

    private static string Sentences(Answer answer, string list) =>
        string.Join('\n', answer.List(list).Select(entry => (string)entry!["sentence"]!));

    [Fact]
    public async Task tells_what_decided_what_it_superseded_and_what_comes_later()
    {
        await RecordAsync(
            Effect("first", "1948", "recognition|ussr|israel|de-facto"),
            Effect("second", "1950", "recognition|ussr|israel|de-jure"),
            Effect("third", "1967", "recognition|ussr|israel|withdrawn")
        );
        var answer = await ExplainAsync();

        Assert.Equal("certain", answer.Verdict);
        Assert.Equal("first left-out superseded by second; second chosen -; third left-out later", Parts(answer));
        Assert.Equal(
            """
            Left out: second (between 1950-01-01 and 1950-12-31) came after it.
            Decides: de-jure.
            Left out: it begins between 1967-01-01 and 1967-12-31, after 1960-12-31.
            """,
            Sentences(answer, "effects")
        );
        Assert.Empty(answer.List("settling"));
        Assert.Equal("first", (string?)answer.List("effects")[0]!["title"]);
    }

    [Theory]
    [InlineData("../1984-08", "1984-08-15")]
    [InlineData("/1984-08", "1984-08-15")]
    [InlineData("../1984", "1984-08-15")]
    public async Task tells_what_would_settle_what_has_always_been_so(string occurred, string asOf)
    {
        await RecordAsync(Effect("member", occurred, "membership|ussr|israel|member", ""","reading":"extent" """));
        var answer = await ExplainAsync($"&asOf={asOf}", "kind=membership&holder=ussr&toward=israel");

        Assert.Equal("possible", answer.Verdict);
        Assert.Contains("end", answer.List("settling").Select(way => (string?)way!["what"]));
    }

    [Fact]
    public async Task tells_one_without_a_qualifier_from_one_with_it()
    {
        await RecordAsync(
            Event(
                "allied",
                "1970-05-05",
                ""","effects":[{"fact":"alliance","holder":"ussr","toward":"israel","value":"defence"},{"fact":"alliance","holder":"ussr","toward":"israel","qualifier":"pact","value":"defence"}]"""
            )
        );
        const string Both = "kind=alliance&holder=ussr&toward=israel&value=defence";
        var refused = await ExplainAsync("&asOf=1990", Both);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(
            "2 facts are recorded there; say which by “qualifier”: (empty): defence; pact: defence.",
            (string?)refused["detail"]
        );

        foreach (var (qualifier, told) in new[] { ("", null), ("pact", "pact") })
        {
            var explained = await ExplainAsync("&asOf=1990", $"{Both}&qualifier={qualifier}");
            Assert.Equal(told, (string?)explained["fact"]!["qualifier"]);
            Assert.Equal("certain", explained.Verdict);
            var asked = await GetAsync($"/facts?{Both}&qualifier={qualifier}&asOf=1990");
            Assert.Equal(asked.List("facts").Single()!.ToJsonString(), explained["fact"]!.ToJsonString());
        }

        await PostAsync("/schemes", """{"key":"s","title":"S"}""");
        await PostAsync("/schemes/s/eras", """{"key":"x","title":"X","span":"1960/1980"}""");
        var era = await GetAsync("/explain/era?scheme=s&era=x&asOf=1990");
        Assert.True(era.Status == HttpStatusCode.OK, era.Text);
        Assert.Equal(
            ["fact/alliance/israel/ussr/defence", "fact/alliance/israel/ussr/pact/defence"],
            era.List("sentences")
                .Select(sentence => (string)sentence!["code"]!)
                .Where(code => code.StartsWith("fact/", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task tells_the_fact_and_the_verdict_as_facts_does()
    {
        await RecordAsync(
            Effect("first", "1948", "recognition|ussr|israel|de-facto"),
            Effect("second", "1950", "recognition|ussr|israel|de-jure")
        );
        foreach (var more in new[] { "&asOf=1950-06", "&asOf=1950-06&value=de-facto", "&asOf=1950-06&knownAt=7" })
        {
            var explained = await ExplainAsync(more);
            var asked = await GetAsync($"/facts?{Question}{more}");

            Assert.Equal(asked.List("facts").Single()!.ToJsonString(), explained["fact"]!.ToJsonString());
            Assert.Equal(asked["basis"]!.ToJsonString(), explained["basis"]!.ToJsonString());
            Assert.Equal((asked.Verdict, "[]"), (explained.Verdict, explained["notes"]!.ToJsonString()));
        }
    }

    [Fact]
    public async Task tells_what_would_settle_what_is_possible()
    {
        await RecordAsync(Effect("recognised", "1950", "recognition|ussr|israel|de-jure"));
        var answer = await ExplainAsync("&asOf=1950-06-30");
        var way = answer.List("settling").Single()!;

        Assert.Equal("possible", answer.Verdict);
        Assert.Equal(
            "If recognised (between 1950-01-01 and 1950-12-31) began on or before 1950-06-30: de-jure; later: none.",
            (string?)way["sentence"]
        );
        Assert.Equal(
            ("beginning", "recognised", "1950-06-30"),
            ((string?)way["what"], (string?)way["event"], (string?)way["on"])
        );
        Assert.Equal(
            """[{"if":"on-or-before","value":"de-jure","certainty":"certain","alternatives":[]},{"if":"after","value":"none","certainty":"certain","alternatives":[]}]""",
            way["cases"]!.ToJsonString()
        );
        Assert.Equal("Decides: de-jure, if it had begun by then.", Sentences(answer, "effects"));
    }

    [Fact]
    public async Task names_what_is_retracted_merged_or_refuted()
    {
        await RecordAsync(
            Effect("kept", "1950", "recognition|ussr|israel|de-jure"),
            Effect("double", "1950-02", "recognition|ussr|israel|de-jure"),
            Effect("mistaken", "1951", "recognition|ussr|israel|withdrawn"),
            Effect("rumoured", "1952", "recognition|ussr|israel|withdrawn", ""","credibility":"refuted" """),
            Effect("elsewhere", "1953", "recognition|israel|ussr|withdrawn")
        );
        await DoAsync("merge", "/events/double", 1, ""","into":"kept" """);
        await DoAsync("retract", "/events/mistaken", 1);
        await DoAsync("retract", "/events/elsewhere", 1);
        var answer = await ExplainAsync();
        var before = await ExplainAsync($"&asOf=1960&knownAt={AfterCast + 5}");

        Assert.Equal(
            "kept chosen -; double left-out merged by kept; mistaken left-out retracted; rumoured left-out refuted",
            Parts(answer)
        );
        Assert.Equal(
            "kept left-out superseded by mistaken; double left-out superseded by mistaken; mistaken chosen -; rumoured left-out refuted",
            Parts(before)
        );
        Assert.Equal("refuted", (string?)answer.List("effects")[3]!["credibility"]);
        Assert.Equal((0, 0), ((int)answer["more"]!, (int)answer["untried"]!));
    }

    [Fact]
    public async Task a_fact_that_only_a_retracted_event_gave_is_no_record_and_still_explained()
    {
        await RecordAsync(Effect("mistaken", "1951", "recognition|ussr|israel|de-jure"));
        await DoAsync("retract", "/events/mistaken", 1);
        var answer = await ExplainAsync();

        Assert.Equal(("no-record", "mistaken left-out retracted"), (answer.Verdict, Parts(answer)));
        Assert.Null(answer["fact"]);
        Assert.Equal("no-record", answer.Each("notes", "code"));
    }

    [Fact]
    public async Task weighs_what_is_disputed_beside_the_rest_and_a_claim_as_a_claim()
    {
        await RecordAsync(Effect("said", "1949", "recognition|ussr|israel|de-facto", ""","credibility":"disputed" """));
        var claimed = await ExplainAsync();
        await RecordAsync(Effect("recognised", "1948", "recognition|ussr|israel|de-jure"));
        var beside = await ExplainAsync();

        Assert.Equal(("claimed", "said chosen -"), (claimed.Verdict, Parts(claimed)));
        Assert.Equal("If said is confirmed: de-facto; refuted: none.", Sentences(claimed, "settling"));
        Assert.Equal(("certain", "recognised chosen -; said left-out disputed"), (beside.Verdict, Parts(beside)));
    }

    [Fact]
    public async Task says_where_the_end_of_a_value_comes_from()
    {
        await RecordAsync(
            Event(
                "until",
                "1950",
                ""","effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure","until":"1955"}]"""
            ),
            Effect("lasted", "1950/1956", "recognition|ussr|plo|de-jure")
        );
        var own = await ExplainAsync();
        var ofEvent = await ExplainAsync("&asOf=1960", "kind=recognition&holder=ussr&toward=plo");

        Assert.Equal(("no", "until chosen ended"), (own.Verdict, Parts(own)));
        Assert.Equal("until", own.Each("effects", "endsBy"));
        Assert.Equal(
            "Decides, but its value ended between 1955-01-01 and 1955-12-31, before 1960-12-31: nothing holds by it.",
            Sentences(own, "effects")
        );
        Assert.Equal(("no", "event"), (ofEvent.Verdict, ofEvent.Each("effects", "endsBy")));
        Assert.Equal("none", (string?)own["fact"]!["value"]);
    }

    [Fact]
    public async Task tells_what_a_successor_inherits_and_what_ends_with_its_predecessor()
    {
        await RecordAsync(
            Effect("recognised", "1950", "recognition|ussr|israel|de-jure"),
            Effect("office", "1974", "representation|plo|ussr|representative-office"),
            Effect("late", "1995", "representation|plo|ussr|embassy")
        );
        await ImportAsync(
            """
            {"record":"actor","key":"russia","revision":1,"kind":"state","name":"Russia"}
            """
        );
        await PatchAsync(
            "/actors/ussr",
            1,
            """ "existed":"1922/1991-12-25","successors":[{"actor":"russia","kind":"successor","on":"1991-12-26"}] """
        );
        var inherited = await ExplainAsync("&asOf=2000", "kind=representation&holder=plo&toward=russia");
        var notYet = await ExplainAsync("&asOf=1980", "kind=representation&holder=plo&toward=russia");
        var notPassing = await ExplainAsync("&asOf=2000", "kind=recognition&holder=russia&toward=israel");
        var ended = await ExplainAsync("&asOf=2000", "kind=representation&holder=plo&toward=ussr");

        Assert.Equal(
            ("certain", "office chosen -; late left-out not-inherited"),
            (inherited.Verdict, Parts(inherited))
        );
        Assert.Equal("ussr ussr", inherited.Each("effects", "towardAs"));
        Assert.Equal("office left-out not-yet-inherited; late left-out not-inherited", Parts(notYet));
        Assert.Equal(("no-record", "recognised left-out not-inherited"), (notPassing.Verdict, Parts(notPassing)));
        Assert.Null(notPassing["fact"]);
        Assert.Equal("existence", (string?)ended.List("effects")[0]!["endsBy"]);
    }

    [Fact]
    public async Task of_several_facts_asks_which_one()
    {
        await RecordAsync(
            Effect("armed", "1970", "support|ussr|plo|arms"),
            Effect("paid", "1972", "support|ussr|plo|finance")
        );
        var several = await ExplainAsync("&asOf=1980", "kind=support&holder=ussr&toward=plo");
        var one = await ExplainAsync("&asOf=1980", "kind=support&holder=ussr&toward=plo&value=arms");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (several.Status, several.Code));
        Assert.Contains("arms; finance", (string?)several["detail"], StringComparison.Ordinal);
        Assert.Equal(("certain", "armed chosen -"), (one.Verdict, Parts(one)));
    }

    [Fact]
    public async Task what_ends_all_values_counts_for_each()
    {
        await RecordAsync(
            Effect("armed", "1970", "support|ussr|plo|arms"),
            Effect("stopped", "1975", "support|ussr|plo|null")
        );
        var answer = await ExplainAsync("&asOf=1980", "kind=support&holder=ussr&toward=plo");

        Assert.Equal(("no", "armed left-out superseded by stopped; stopped chosen -"), (answer.Verdict, Parts(answer)));
        Assert.Equal("Decides: it ends what held before.", (string?)answer.List("effects")[1]!["sentence"]);
    }

    [Theory]
    [InlineData("holder=ussr&toward=israel")]
    [InlineData("kind=recognition&toward=israel")]
    [InlineData("kind=recognition&holder=ussr")]
    [InlineData("kind=friendship&holder=ussr&toward=israel")]
    [InlineData("kind=recognition&holder=ussr&toward=israel&value=warm")]
    public async Task needs_one_fact(string question)
    {
        var refused = await GetAsync($"/explain?{question}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task silence_is_told_as_silence()
    {
        var silent = await ExplainAsync("", "kind=support&holder=ussr&toward=atlantis");

        Assert.Equal(("no-record", "no-record unknown-actor"), (silent.Verdict, silent.Each("notes", "code")));
        Assert.Null(silent["fact"]);
        Assert.Empty(silent.List("effects"));
        Assert.Empty(silent.List("settling"));
    }

    [Fact]
    public async Task can_be_cited()
    {
        await RecordAsync(
            Effect("recognised", "1950", "recognition|ussr|israel|de-jure"),
            Effect("mistaken", "1951", "recognition|ussr|israel|withdrawn")
        );
        await DoAsync("retract", "/events/mistaken", 1);
        var cited = await ExplainAsync("&asOf=1950-06-30&cite=true");
        await RecordAsync(Effect("again", "1949", "recognition|ussr|israel|de-facto"));
        var kept = await GetAsync((string)cited["answer"]!["permalink"]!);

        Assert.Equal(HttpStatusCode.OK, cited.Status);
        Assert.True(JsonNode.DeepEquals(cited["effects"], kept["effects"]));
        Assert.Equal("recognised mistaken", kept.Each("effects", "title"));
        Assert.Equal("possible", kept.Verdict);
        Assert.Contains(
            "Explanation of a fact (holder: Soviet Union, kind: recognition, toward: Israel) as of 1950-06-30",
            (string?)cited["answer"]!["citation"]!["text"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task counts_what_it_has_no_room_for()
    {
        string Line(int year) =>
            $$"""{"record":"event","key":"e{{year}}","revision":1,"type":"statement-made","occurred":"{{year}}","title":"x","noSource":"-","effects":[{{string.Join(
                ',',
                Enumerable
                    .Range(1, 28)
                    .SelectMany(day => new[] { "01", "02", "03", "04" }.Select(month => $$"""{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure","from":"{{year}}-{{month}}-{{day:00}}"}"""))
            )}}]}""";
        var report = await ImportAsync(string.Join('\n', Enumerable.Range(1940, 10).Select(Line)));
        var answer = await ExplainAsync();

        Assert.Equal(10, (int)report["recorded"]!);
        Assert.Equal((1_001, 119), (answer.List("effects").Count, (int)answer["more"]!));
        Assert.Equal("e1941", (string?)answer.List("effects")[0]!["event"]);
        Assert.Equal("chosen", (string?)answer.List("effects")[^1]!["part"]);
    }

    [Fact]
    public async Task says_the_same_of_a_position_for_ever()
    {
        var known = await RecordAsync(Effect("recognised", "1950", "recognition|ussr|israel|de-jure"));
        var then = await ExplainAsync("&asOf=1960");
        await DoAsync("retract", "/events/recognised", 1);

        Assert.Equal(then.Text, (await ExplainAsync($"&asOf=1960&knownAt={known.Position}")).Text);
    }
}
