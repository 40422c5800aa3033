using System.Net;

namespace Chronology.Service.Tests.Http;

public sealed class AskingForFacts(ServedOnce served) : OverHttp(served)
{
    private Task<Answer> AskAsync(string kind, string holder, string toward, string more = "") =>
        GetAsync($"/facts?kind={kind}&holder={holder}&toward={toward}{more}");

    [Theory]
    [InlineData("1947", "no")]
    [InlineData("1948-05-16", "possible")]
    [InlineData("1948-05", "certain")]
    public async Task holds_certainly_possibly_or_not(string asOf, string verdict)
    {
        await RecordAsync(Effect("recognised", "1948-05", "recognition|ussr|israel|de-jure"));

        Assert.Equal(verdict, (await AskAsync("recognition", "ussr", "israel", $"&asOf={asOf}")).Verdict);
    }

    [Fact]
    public async Task silence_is_told_from_a_no()
    {
        await RecordAsync(
            Event(
                "met",
                "1950",
                ""","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]"""
            )
        );
        var silent = await AskAsync("recognition", "ussr", "israel");

        Assert.Equal("no-record", silent.Verdict);
        Assert.Empty(silent.List("facts"));
        Assert.Equal("no-record", silent.Each("notes", "code"));
        Assert.Contains("met", silent.Each("notes", "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task two_sides_are_asked_about_in_both_directions()
    {
        await RecordAsync(
            Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"),
            Effect("mission", "1974", "representation|plo|ussr|representative-office"),
            Effect("against", "1975", "stance|becu|plan|opposes")
        );

        Assert.Equal(
            "recognition representation",
            (await GetAsync("/facts?between=ussr;plo,israel&asOf=1980")).Each("facts", "fact")
        );
        Assert.Equal(
            "representation",
            (await GetAsync("/facts?between=plo,ussr&kind=representation&asOf=1980")).Each("facts", "fact")
        );
        var silent = await GetAsync("/facts?between=plo,israel&asOf=1980");
        Assert.Equal("no-record", silent.Each("notes", "code"));
        Assert.Equal("invalid-parameter", (await GetAsync("/facts?between=plo,israel&holder=plo")).Code);
        Assert.Equal("invalid-parameter", (await GetAsync("/facts?between=plo")).Code);
    }

    [Fact]
    public async Task an_actor_never_recorded_is_named()
    {
        var unknown = await AskAsync("recognition", "atlantis", "lemuria");

        Assert.Equal("no-record", unknown.Verdict);
        Assert.Equal("no-record unknown-actor unknown-actor", unknown.Each("notes", "code"));
        Assert.Contains("atlantis", unknown.Each("notes", "detail"), StringComparison.Ordinal);
        Assert.Contains("lemuria", unknown.Each("notes", "detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stance", "plan", "no-record")]
    [InlineData("stance", "ussr", "no-record")]
    [InlineData("stance", "nothing", "no-record unknown-actor")]
    [InlineData("recognition", "plan", "no-record unknown-actor")]
    public async Task only_a_stance_may_be_toward_an_issue(string kind, string toward, string notes)
    {
        Assert.Equal(notes, (await AskAsync(kind, "israel", toward)).Each("notes", "code"));
    }

    [Fact]
    public async Task an_actor_not_recorded_yet_is_unknown_at_that_position()
    {
        Assert.Equal(
            "no-record unknown-actor unknown-actor",
            (await AskAsync("recognition", "ussr", "israel", "&knownAt=1")).Each("notes", "code")
        );
    }

    [Fact]
    public async Task a_severance_never_shows_as_holding()
    {
        await RecordAsync(
            Effect("opened", "1948-05-26", "relations|ussr|israel|established"),
            Effect("broke", "1953-02-12", "relations|ussr|israel|severed")
        );
        var broken = await AskAsync("relations", "ussr", "israel", "&asOf=1953-02-12");

        Assert.Equal("no", broken.Verdict);
        Assert.Equal("severed", broken.Each("facts", "value"));
        Assert.Equal("broke", broken.Each("because", "event"));
        Assert.Equal("established", (string?)broken["lastHeld"]!["value"]);
        Assert.Equal("1948-05-26", (string?)broken["lastHeld"]!["since"]!["edtf"]);
        Assert.Equal("opened", (string?)broken["lastHeld"]!["because"]!["event"]);
        Assert.Equal("certain", (await AskAsync("relations", "ussr", "israel", "&asOf=1953-02-11")).Verdict);
        Assert.Equal(
            "certain",
            (await AskAsync("relations", "ussr", "israel", "&asOf=1953-02-12&value=severed")).Verdict
        );
        Assert.Equal(
            "no",
            (await AskAsync("relations", "ussr", "israel", "&asOf=1953-02-12&value=established")).Verdict
        );
    }

    [Fact]
    public async Task a_null_ends_it_and_nothing_comes_back()
    {
        await RecordAsync(
            Effect("contact", "1964", "representation|ussr|plo|contact"),
            Effect("office", "1974", "representation|ussr|plo|representative-office"),
            Effect("closed", "1980", "representation|ussr|plo|null")
        );
        var closed = await AskAsync("representation", "ussr", "plo", "&asOf=1985");

        Assert.Equal("no", closed.Verdict);
        Assert.Empty(closed.List("facts"));
        Assert.Equal("closed", closed.Each("because", "event"));
        Assert.Equal("representative-office", (string?)closed["lastHeld"]!["value"]);
        Assert.Empty((await GetAsync("/state?between=ussr,plo&asOf=1985")).List("facts"));
    }

    [Fact]
    public async Task a_disputed_event_claims()
    {
        await RecordAsync(Effect("said", "1950", "recognition|ussr|israel|de-jure", ""","credibility":"disputed" """));
        var claimed = await AskAsync("recognition", "ussr", "israel");

        Assert.Equal("claimed", claimed.Verdict);
        Assert.Equal("claimed", claimed.Each("facts", "certainty"));
        Assert.Equal("claimed", (await AskAsync("recognition", "ussr", "israel", "&value=de-jure")).Verdict);
    }

    [Fact]
    public async Task a_disputed_event_beside_a_firm_one_is_named()
    {
        await RecordAsync(
            Effect("recognised", "1950", "recognition|ussr|israel|de-jure"),
            Effect("said", "1952", "recognition|ussr|israel|withdrawn", ""","credibility":"disputed" """)
        );
        var answer = await AskAsync("recognition", "ussr", "israel");

        Assert.Equal("certain", answer.Verdict);
        Assert.Equal("said", (string?)answer.List("facts").Single()!["disputedBy"]!.AsArray().Single()!["event"]);
    }

    [Fact]
    public async Task two_possible_values_are_both_told()
    {
        await RecordAsync(
            Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"),
            Effect("withdrew", "1953", "recognition|ussr|israel|withdrawn")
        );
        var fact = (await AskAsync("recognition", "ussr", "israel", "&asOf=1953-07-01")).List("facts").Single()!;

        Assert.Equal("withdrawn", (string?)fact["value"]);
        Assert.Equal("""["de-jure"]""", fact["alternatives"]!.ToJsonString());
        Assert.Equal("possible", (string?)fact["certainty"]);
        Assert.Equal(
            "recognised withdrew",
            string.Join(' ', fact["because"]!.AsArray().Select(because => (string?)because!["event"]))
        );
        Assert.Equal(
            "possible",
            (await AskAsync("recognition", "ussr", "israel", "&asOf=1953-07-01&value=de-jure")).Verdict
        );
    }

    [Theory]
    [InlineData("&kind=relations")]
    [InlineData("")]
    public async Task a_symmetric_kind_is_found_in_either_order(string kind)
    {
        await RecordAsync(Effect("opened", "1948", "relations|ussr|israel|established"));

        Assert.Equal("relations", (await GetAsync($"/facts?holder=ussr&toward=israel{kind}")).Each("facts", "fact"));
        Assert.Equal("relations", (await GetAsync($"/facts?holder=israel&toward=ussr{kind}")).Each("facts", "fact"));
        Assert.Equal("relations", (await GetAsync($"/facts?holder=ussr{kind}")).Each("facts", "fact"));
        Assert.Equal("relations", (await GetAsync($"/facts?toward=ussr{kind}")).Each("facts", "fact"));
    }

    [Fact]
    public async Task a_one_sided_kind_is_found_in_its_own_order_only()
    {
        await RecordAsync(Effect("recognised", "1948", "recognition|ussr|israel|de-jure"));

        Assert.Equal("no-record", (await AskAsync("recognition", "israel", "ussr")).Verdict);
        Assert.Empty((await GetAsync("/facts?holder=israel")).List("facts"));
    }

    [Fact]
    public async Task other_kinds_hold_several_values_at_once()
    {
        await RecordAsync(
            Effect("arms", "1970", "support|ussr|plo|arms"),
            Effect("training", "1972", "support|ussr|plo|training"),
            Effect("money", "1974", "support|ussr|plo|finance")
        );

        Assert.Equal(
            "arms finance training",
            (await AskAsync("support", "ussr", "plo", "&asOf=1980")).Each("facts", "value")
        );
        Assert.Equal("arms", (await AskAsync("support", "ussr", "plo", "&asOf=1971")).Each("facts", "value"));
        Assert.Equal("certain", (await AskAsync("support", "ussr", "plo", "&asOf=1980&value=arms")).Verdict);
        Assert.Equal("no", (await AskAsync("support", "ussr", "plo", "&asOf=1971&value=training")).Verdict);
        Assert.Equal("no-record", (await AskAsync("support", "ussr", "plo", "&asOf=1971&value=sanctuary")).Verdict);

        await RecordAsync(Effect("ended", "1985", "support|ussr|plo|null"));
        var ended = await AskAsync("support", "ussr", "plo", "&asOf=1990");
        Assert.Equal("no", ended.Verdict);
        Assert.Empty(ended.List("facts"));
    }

    [Fact]
    public async Task of_which_only_an_ending_is_recorded_do_not_hold()
    {
        await RecordAsync(Effect("ended", "1985", "support|ussr|plo|null"));

        foreach (var question in new[] { "&asOf=1990", "&asOf=1990&value=arms", "&asOf=1985" })
        {
            var answer = await AskAsync("support", "ussr", "plo", question);
            Assert.Equal(("no", ""), (answer.Verdict, answer.Each("notes", "code")));
            Assert.Empty(answer.List("facts"));
            Assert.Null(answer["lastHeld"]);
            Assert.Equal(
                "no",
                (await GetAsync($"/facts/history?kind=support&holder=ussr&toward=plo{question}")).Each(
                    "history",
                    "verdict"
                )
            );
            var why = await GetAsync($"/explain?kind=support&holder=ussr&toward=plo{question}");
            Assert.Equal(("no", "ended"), (why.Verdict, why.Each("effects", "event")));
        }
        Assert.Equal("ended", (await AskAsync("support", "ussr", "plo", "&asOf=1990")).Each("because", "event"));
        Assert.Equal(
            "no-record",
            (await GetAsync("/facts?kind=support&between=ussr,plo&asOf=1990")).Each("notes", "code")
        );
        Assert.Equal("no-record", (await AskAsync("support", "plo", "ussr")).Verdict);
        Assert.Equal("no-record", (await AskAsync("support", "ussr", "plo", $"&knownAt={AfterCast}")).Verdict);
    }

    [Theory]
    [InlineData("&asOf=1980")]
    [InlineData("&asOf=1980&value=arms")]
    [InlineData("&asOf=1985-06-30")]
    public async Task before_an_ending_has_surely_come_it_says_nothing_of_what_there_was(string question)
    {
        await RecordAsync(Effect("ended", "1985", "support|ussr|plo|null"));

        var answer = await AskAsync("support", "ussr", "plo", question);
        var why = await GetAsync($"/explain?kind=support&holder=ussr&toward=plo{question}");
        var history = await GetAsync($"/facts/history?kind=support&holder=ussr&toward=plo{question}");

        Assert.Equal(("no-record", "no-record"), (answer.Verdict, answer.Each("notes", "code")));
        Assert.Equal(("no-record", null), (why.Verdict, why["fact"]));
        Assert.Empty(history.List("history"));
    }

    [Fact]
    public async Task a_disputed_ending_alone_says_nothing()
    {
        await RecordAsync(Effect("ended", "1985", "support|ussr|plo|null", ""","credibility":"disputed" """));

        Assert.Equal("no-record", (await AskAsync("support", "ussr", "plo", "&asOf=1990")).Verdict);
    }

    [Fact]
    public async Task the_history_of_a_value_lists_no_other()
    {
        await RecordAsync(Effect("recognised", "1948", "recognition|ussr|israel|de-jure"));

        var history = await GetAsync(
            "/facts/history?kind=recognition&holder=ussr&toward=israel&asOf=1950&value=de-facto"
        );

        Assert.Equal("no", history.Each("history", "verdict"));
        Assert.Empty(history.List("history")[0]!["facts"]!.AsArray());
        Assert.Empty(history.List("history")[0]!["values"]!.AsArray());
    }

    [Fact]
    public async Task what_two_values_rest_on_is_told_in_the_order_of_dates()
    {
        await RecordAsync(
            Effect("later", "1975", "support|ussr|plo|arms"),
            Effect("earlier", "1970", "support|ussr|plo|training")
        );

        Assert.Equal("earlier later", (await AskAsync("support", "ussr", "plo")).Each("because", "event"));
    }

    [Fact]
    public async Task facts_are_listed_in_one_fixed_order()
    {
        await RecordAsync(
            Effect("a", "1975", "support|ussr|plo|arms"),
            Effect("b", "1970", "recognition|ussr|israel|de-jure"),
            Effect("c", "1970", "recognition|israel|ussr|de-jure"),
            Effect("d", "1970", "relations|ussr|israel|established")
        );

        var facts = await GetAsync("/facts");
        Assert.Equal("recognition recognition relations support", facts.Each("facts", "fact"));
        Assert.Equal("israel ussr israel ussr", facts.Each("facts", "holder"));
        Assert.Null(facts["verdict"]);
    }

    [Theory]
    [InlineData("kind=friendship")]
    [InlineData("value=de-jure")]
    [InlineData("kind=recognition&value=loved")]
    [InlineData("kind=recognition&kind=relations")]
    [InlineData("holder=")]
    [InlineData("colour=red")]
    public async Task what_cannot_be_asked_is_refused(string question)
    {
        var refused = await GetAsync($"/facts?{question}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task the_history_of_a_fact_tells_each_change_of_the_answer()
    {
        await RecordAsync(
            Effect("recognised", "1950", "recognition|ussr|israel|de-jure"),
            Effect("other", "1950", "recognition|israel|ussr|de-jure")
        );
        await PatchAsync("/events/recognised", 1, """ "description":"Long." """);
        await PatchAsync("/events/recognised", 2, """ "occurred":"1960" """);
        await DoAsync("retract", "/events/recognised", 3);
        await DoAsync("reinstate", "/events/recognised", 4);
        var history = await GetAsync("/facts/history?kind=recognition&holder=ussr&toward=israel&asOf=1955");

        Assert.Equal(
            $"{AfterCast + 1} {AfterCast + 4} {AfterCast + 5} {AfterCast + 6}",
            history.Each("history", "position")
        );
        Assert.Equal("certain no no-record no", history.Each("history", "verdict"));
        Assert.Equal("""["de-jure"]""", history.List("history")[0]!["values"]!.ToJsonString());
        Assert.Equal("[]", history.List("history")[1]!["values"]!.ToJsonString());
        Assert.Equal(
            "certain",
            (
                await GetAsync(
                    $"/facts/history?kind=recognition&holder=ussr&toward=israel&asOf=1955&knownAt={AfterCast + 3}"
                )
            ).Each("history", "verdict")
        );
    }

    [Theory]
    [InlineData("kind=recognition&holder=ussr")]
    [InlineData("holder=ussr&toward=israel")]
    [InlineData("kind=friendship&holder=ussr&toward=israel")]
    public async Task the_history_of_a_fact_needs_the_whole_fact(string question)
    {
        Assert.Equal("invalid-parameter", (await GetAsync($"/facts/history?{question}")).Code);
    }
}
