using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class ReadingTheRecord(ServedOnce served) : OverHttp(served)
{
    [Fact]
    public async Task an_event_tells_every_field_and_what_its_date_means()
    {
        await RecordAsync(
            Event("war", "1948-05-15/1949-07-20", ""","place":"Palestine","tags":["war"],"asWritten":"from May 15" """)
        );
        var war = await GetAsync("/events/war?asOf=1949");
        var occurred = war["occurred"]!;

        Assert.Equal("\"1\"", war.ETag);
        Assert.Equal(
            "basis key type occurred reading start end order title description place actors effects intensity credibility calendar asWritten anchor citations noSource tags happened inForce status revision position",
            string.Join(' ', war.Body!.AsObject().Select(member => member.Key))
        );
        Assert.Equal(
            ("extent", "certain", "no"),
            ((string?)war["reading"], (string?)war["happened"], (string?)war["inForce"])
        );
        Assert.Equal(("1948-05-15", "1949-07-20"), ((string?)occurred["earliest"], (string?)occurred["latest"]));
        Assert.Equal(
            ("1948-05-15", "1949-07-20"),
            ((string?)occurred["startLatest"], (string?)occurred["endEarliest"])
        );
        Assert.Equal((false, false), ((bool)occurred["startOpen"]!, (bool)occurred["endOpen"]!));
        Assert.Equal("certain", (string?)(await GetAsync("/events/war?asOf=1949-07-20"))["inForce"]);
        Assert.Equal("no", (string?)(await GetAsync("/events/war?asOf=1948-05-14"))["happened"]);
    }

    [Fact]
    public async Task open_and_unknown_ends_differ()
    {
        await RecordAsync(Event("open", "1948/.."), Event("unknown", "1948/"), Event("day", "1948"));

        Assert.True((bool)(await GetAsync("/events/open"))["occurred"]!["endOpen"]!);
        Assert.False((bool)(await GetAsync("/events/unknown"))["occurred"]!["endOpen"]!);
        Assert.Null((await GetAsync("/events/open"))["occurred"]!["latest"]);
        Assert.Null((await GetAsync("/events/day"))["inForce"]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"none\"")]
    public async Task an_effect_without_value_says_none(string written)
    {
        var effects = $$""","effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":{{written}}}]""";
        await RecordAsync(Event("ended", "1950", effects));

        var effect = (await GetAsync("/events/ended"))["effects"]![0]!;
        Assert.Equal("none", (string?)effect["value"]);
        Assert.Equal("none", (string?)(await GetAsync("/events")).List("events").Single()!["effects"]![0]!["value"]);
        var recorded = (await GetAsync("/events/ended/history")).List("revisions").Single()!["changes"]!.AsArray();
        Assert.True(JsonNode.DeepEquals(effect, recorded.Single(c => (string?)c!["field"] == "effects")!["after"]![0]));
        var blamed = (await GetAsync("/events/ended/blame")).List("blame");
        Assert.True(
            JsonNode.DeepEquals(effect, blamed.Single(part => (string?)part!["place"] == "/effects/0")!["value"])
        );
    }

    [Fact]
    public async Task an_extent_tells_all_its_bounds_null_where_unbounded_and_an_occurrence_none_of_them()
    {
        await RecordAsync(Event("open", "1948/.."), Event("unknown", "/1948"), Event("day", "1948"));
        string[] bounds = ["startEarliest", "startLatest", "endEarliest", "endLatest", "startOpen", "endOpen"];
        async Task<JsonObject> OccurredAsync(string key) => (await GetAsync($"/events/{key}"))["occurred"]!.AsObject();

        foreach (var (key, unbounded) in new[] { ("open", "endLatest"), ("unknown", "startEarliest") })
        {
            var occurred = await OccurredAsync(key);
            Assert.Equal(bounds, occurred.Select(member => member.Key).Intersect(bounds));
            Assert.Null(occurred[unbounded]);
        }
        Assert.Empty((await OccurredAsync("day")).Select(member => member.Key).Intersect(bounds));
    }

    [Theory]
    [InlineData("/events/nothing", "no-such-event")]
    [InlineData("/events/nothing/history", "no-such-event")]
    [InlineData("/actors/nobody", "no-such-actor")]
    [InlineData("/issues/nothing/history", "no-such-issue")]
    [InlineData("/sources/nowhere", "no-such-source")]
    public async Task what_was_not_recorded_is_not_there(string path, string code)
    {
        var missing = await GetAsync(path);

        Assert.Equal((HttpStatusCode.NotFound, code), (missing.Status, missing.Code));
    }

    [Fact]
    public async Task a_history_tells_who_changed_what_and_why()
    {
        await RecordAsync(Event("speech", "1950"));
        await PatchAsync("/events/speech", 1, """ "occurred":"1950-05" """, "refinement");
        await DoAsync("dispute", "/events/speech", 2);
        await DoAsync("resolve", "/events/speech", 3);
        await DoAsync("retract", "/events/speech", 4);
        await DoAsync("reinstate", "/events/speech", 5);
        await PatchAsync("/events/speech", 6, """ "credibility":"confirmed" """, "reassessment");
        await PatchAsync("/events/speech", 7, """ "title":"A speech" """);
        var history = await GetAsync("/events/speech/history");

        Assert.Equal(
            "recorded refined disputed resolved retracted reinstated reassessed corrected",
            history.Each("revisions", "op")
        );
        Assert.Equal("1 2 3 4 5 6 7 8", history.Each("revisions", "revision"));
        Assert.Equal("7 8 9 10 11 12 13 14", history.Each("revisions", "position"));
        Assert.Equal(
            """[{"field":"occurred","before":"1950","after":"1950-05"}]""",
            history.List("revisions")[1]!["changes"]!.ToJsonString()
        );
        Assert.Equal("because", (string?)history.List("revisions")[2]!["reason"]!["note"]);
        Assert.Null(history.List("revisions")[0]!["reason"]);
        Assert.Equal(
            "1 2",
            (await GetAsync($"/events/speech/history?knownAt={AfterCast + 2}")).Each("revisions", "revision")
        );
    }

    [Fact]
    public async Task a_change_tells_what_supports_it()
    {
        await RecordAsync(Event("speech", "1950"));
        await DoAsync("retract", "/events/speech", 1, ""","citations":[{"source":"ref","locator":"p. 3"}]""");

        Assert.Equal(
            """[{"source":"ref","locator":"p. 3","quote":null}]""",
            (await GetAsync("/events/speech/history")).List("revisions")[1]!["citations"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task lists_are_by_key_a_page_at_a_time()
    {
        var first = await GetAsync("/actors?limit=3");
        await PostAsync("/actors", """{"key":"kgb","kind":"organisation","name":"KGB"}""");
        var second = await GetAsync($"/actors?limit=3&cursor={first["next"]}");

        Assert.Equal("becu israel plo", first.Each("actors", "key"));
        Assert.Equal("ussr", second.Each("actors", "key"));
        Assert.Null(second["next"]);
        Assert.Equal("becu israel kgb plo ussr", (await GetAsync("/actors")).Each("actors", "key"));
    }

    [Theory]
    [InlineData("/actors?q=becu ana", "becu")]
    [InlineData("/actors?q=GROSSE", "becu")]
    [InlineData("/actors?q=große", "becu")]
    [InlineData("/actors?q=soviet", "ussr")]
    [InlineData("/issues?q=PLAN", "plan")]
    [InlineData("/sources?q=history", "ref")]
    [InlineData("/sources?q=%25", "")]
    public async Task lists_are_searched_by_name(string question, string keys)
    {
        Assert.Equal(keys, (await GetAsync(question)).Each(question.Split('?')[0][1..], "key"));
    }

    [Fact]
    public async Task changes_are_told_from_a_position_on()
    {
        await RecordAsync(Event("speech", "1950"));
        await DoAsync("dispute", "/events/speech", 1);
        var page = await GetAsync("/changes?limit=2");
        var last = await GetAsync($"/changes?since={AfterCast}");

        Assert.Equal(("1 2", 2), (page.Each("changes", "position"), (int)page["next"]!));
        Assert.Equal(("recorded disputed", AfterCast + 2), (last.Each("changes", "op"), (int)last["next"]!));
        Assert.Equal(("event event", "speech speech"), (last.Each("changes", "record"), last.Each("changes", "key")));
        Assert.Equal("correction", (string?)last.List("changes")[1]!["reason"]!["code"]);
        var none = await GetAsync($"/changes?since={AfterCast + 2}");
        Assert.Equal(("", AfterCast + 2), (none.Each("changes", "op"), (int)none["next"]!));
        Assert.Equal("invalid-parameter", (await GetAsync($"/changes?since={AfterCast + 3}")).Code);
    }

    [Fact]
    public async Task the_state_of_two_sides_is_their_facts_and_recent_events()
    {
        const string Both = ""","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]""";
        await RecordAsync(
            Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure", Both),
            Effect("opened", "1948-05-26", "relations|israel|ussr|established", Both),
            Effect("contact", "1964", "representation|ussr|plo|contact"),
            Event("undated", "../1950", Both),
            Event("announced", "1970", Both)
        );
        var state = await GetAsync("/state?between=ussr,israel&asOf=1965");

        Assert.Equal("recognition relations", state.Each("facts", "fact"));
        Assert.Equal("undated opened recognised", state.Each("recent", "key"));
        Assert.Empty(state.List("notes"));
        Assert.Equal(
            state["facts"]!.ToJsonString(),
            (await GetAsync("/state?between=israel;ussr&asOf=1965"))["facts"]!.ToJsonString()
        );
        Assert.Equal(
            "recognition relations representation",
            (await GetAsync("/state?actor=ussr&asOf=1965")).Each("facts", "fact")
        );
        Assert.Equal("representation", (await GetAsync("/state?actor=plo&asOf=1965")).Each("facts", "fact"));
        Assert.Equal(
            "recognition relations representation",
            (await GetAsync("/state?asOf=1965")).Each("facts", "fact")
        );
    }

    [Fact]
    public async Task the_state_has_nothing_of_later_versions()
    {
        var state = await GetAsync("/state");

        Assert.Equal(
            "basis answer eras facts score recent notes",
            string.Join(' ', state.Body!.AsObject().Select(member => member.Key))
        );
    }

    [Fact]
    public async Task recent_are_the_last_ten()
    {
        for (var year = 1950; year < 1962; year++)
            await RecordAsync(Event($"in-{year}", $"{year}"));

        Assert.Equal(
            "in-1960 in-1959 in-1958 in-1957 in-1956 in-1955 in-1954 in-1953 in-1952 in-1951",
            (await GetAsync("/state?asOf=1960")).Each("recent", "key")
        );
    }

    [Fact]
    public async Task a_silence_is_judged_even_beside_dates_without_a_beginning()
    {
        const string Both = ""","actors":[{"actor":"ussr","role":"actor"},{"actor":"plo","role":"recipient"}]""";
        await RecordAsync(
            Event("first", "1970-01-01", Both),
            Event("second", "1980-01-01", Both),
            Event("by-then", "[..1990]", Both)
        );
        var state = await GetAsync("/state?between=ussr,plo");

        Assert.Equal(HttpStatusCode.OK, state.Status);
        Assert.Equal("no-record", state.Each("notes", "code"));
        Assert.Contains("by-then", state.Each("notes", "detail"), StringComparison.Ordinal);
        Assert.Contains("3652 days", state.Each("notes", "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_unknown_actor_is_named_in_the_state()
    {
        Assert.Equal("no-record unknown-actor", (await GetAsync("/state?between=ussr,atlantis")).Each("notes", "code"));
    }

    [Fact]
    public async Task a_source_as_deep_as_a_request_may_be_is_listed()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 62)) + string.Concat(Enumerable.Repeat("]", 62));
        var recorded = await PostAsync("/sources", $$$"""{"key":"deep","kind":"press","csl":{"x":{{{deep}}}}}""");

        Assert.True(recorded.Status == HttpStatusCode.Created, recorded.Text);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/sources/deep")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/sources")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/sources/deep/history")).Status);
    }

    [Fact]
    public async Task a_chronology_tells_its_counts_dates_and_head()
    {
        await RecordAsync(Event("a", "1948-05-17"), Event("b", "[1991..]"), Event("gone", "1800"));
        await DoAsync("retract", "/events/gone", 1);
        var card = await GetAsync("");

        Assert.Equal(
            """{"events":2,"actors":4,"issues":1,"sources":1,"schemes":0,"eras":0}""",
            card["counts"]!.ToJsonString()
        );
        Assert.Equal(("1948-05-17", "1948-05-17"), ((string?)card["first"], (string?)card["last"]));
        Assert.Equal((AfterCast + 4, 1), ((int)card["head"]!["position"]!, (int)card["rules"]!));
        Assert.Contains(
            (string?)card["slug"]!,
            (await GetAsync("/api/chronologies")).Each("chronologies", "slug").Split(' ')
        );
    }

    [Fact]
    public async Task a_chronology_begins_at_position_0_and_once()
    {
        const string Begun = """{"slug":"begun","title":"Begun","licence":"CC0"}""";
        var begun = await PostAsync("/api/chronologies", Begun);
        var again = await PostAsync("/api/chronologies", Begun);

        Assert.Equal((HttpStatusCode.Created, "/api/chronologies/begun"), (begun.Status, begun.Location));
        Assert.Equal("""{"position":0,"at":null}""", begun["head"]!.ToJsonString());
        Assert.Equal((HttpStatusCode.Conflict, "chronology-exists"), (again.Status, again.Code));
        Assert.Equal("no-such-chronology", (await GetAsync("/api/chronologies/never-begun/state")).Code);
        Assert.Equal(
            "no-such-chronology",
            (await PostAsync("/api/chronologies/never-begun/events", Event("x", "1950"))).Code
        );
    }

    [Theory]
    [InlineData("/health/live", "live")]
    [InlineData("/health/ready", "ready")]
    public async Task says_that_it_is_well(string path, string status)
    {
        var health = await Answer.OfAsync(await Service.SendAsync(HttpMethod.Get, path));

        Assert.Equal((HttpStatusCode.OK, status), (health.Status, (string?)health["status"]));
    }

    [Theory]
    [InlineData("POST", "/actors/ussr/dispute")]
    [InlineData("GET", "/feed.atom")]
    [InlineData("GET", "/ledger/checkpoint")]
    [InlineData("GET", "/ledger/entries/1")]
    public async Task what_a_later_version_brings_is_not_there_yet(string method, string path)
    {
        await RecordAsync(Event("speech", "1950"));
        var absent = await Answer.OfAsync(
            await Service.SendAsync(new(method), Path + path, method == "POST" ? "{}" : null, revision: 1)
        );

        Assert.Equal((HttpStatusCode.NotFound, "not-found"), (absent.Status, absent.Code));
    }
}
