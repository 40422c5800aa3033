using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class Comparing(ServedOnce served) : OverHttp(served)
{
    private Task<Answer> CompareAsync(string from, string to, string more = "") =>
        GetAsync($"/compare?from={Uri.EscapeDataString(from)}&to={Uri.EscapeDataString(to)}{more}");

    /// <summary>Recognised in 1948, as first recorded, and with the date corrected to 1950; broken off in 1953.</summary>
    private async Task RecordAsync()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await PatchAsync("/events/recognised", 1, """ "occurred":"1950-05-17" """);
        await RecordAsync(Effect("broke", "1953-02-12", "relations|ussr|israel|severed"));
    }

    private static JsonNode Only(Answer answer, string part) => answer.List(part).Single()!;

    [Fact]
    public async Task tells_what_the_record_learnt_with_the_revision_behind_it()
    {
        await RecordAsync();
        var compared = await CompareAsync($"1949@{AfterCast + 1}", $"1949@{AfterCast + 3}");
        var line = Only(compared, "knowledge");

        Assert.Equal(
            "fact recognition ussr israel ended",
            string.Join(' ', new[] { "about", "fact", "holder", "toward", "change" }.Select(m => (string?)line[m]))
        );
        Assert.Equal("de-jure", (string?)line["before"]!["value"]);
        Assert.Null(line["after"]);
        var revision = line["revisions"]!.AsArray().Single()!;
        Assert.Equal(
            $"{AfterCast + 2} corrected event recognised 2 correction",
            $"{revision["position"]} {revision["op"]} {revision["record"]} {revision["key"]} {revision["revision"]} {revision["reason"]!["code"]}"
        );
        Assert.Empty(compared.List("world"));
        Assert.Empty(compared.List("rules"));
        Assert.Equal(1, (long)compared["unchanged"]!);
    }

    [Fact]
    public async Task tells_of_what_became_a_claim_the_revision_that_speaks_against_it()
    {
        await RecordAsync(
            Effect("first", "1964-03-17", "recognition|ussr|israel|de-jure", ""","credibility":"confirmed" """),
            Effect("later", "1987-03-05", "recognition|ussr|israel|de-jure", ""","credibility":"disputed" """),
            Effect("ended", "1983-05-05", "recognition|ussr|israel|null", ""","credibility":"confirmed" """)
        );
        var compared = await CompareAsync($"1988@{AfterCast + 2}", $"1988@{AfterCast + 3}");
        var line = Only(compared, "knowledge");

        Assert.Equal("certain claimed", $"{line["before"]!["certainty"]} {line["after"]!["certainty"]}");
        Assert.Equal($"{AfterCast + 3}", line["revisions"]!.AsArray().Single()!["position"]!.ToString());
        Assert.Equal(0, (long)compared["unchanged"]!);
    }

    [Fact]
    public async Task tells_what_the_world_did_with_the_events()
    {
        await RecordAsync();
        var compared = await CompareAsync("1949", "1953-02-12");

        Assert.Empty(compared.List("knowledge"));
        Assert.Equal("recognition relations", compared.Each("world", "fact"));
        Assert.Equal("appeared appeared", compared.Each("world", "change"));
        var behind = compared.List("world")[1]!["events"]!.AsArray().Single()!;
        Assert.Equal(
            $"broke broke 1953-02-12 1 {AfterCast + 3}",
            $"{behind["event"]} {behind["title"]} {behind["occurred"]!["edtf"]} {behind["revision"]} {behind["position"]}"
        );
    }

    [Fact]
    public async Task tells_apart_what_was_learnt_and_what_happened()
    {
        await RecordAsync();
        var compared = await CompareAsync($"1949@{AfterCast + 1}", "1960");

        Assert.Equal("recognition", compared.Each("knowledge", "fact"));
        Assert.Equal("ended", compared.Each("knowledge", "change"));
        Assert.Equal("recognition relations", compared.Each("world", "fact"));
        Assert.Equal("1949-12-31", (string?)compared["from"]!["asOf"]);
        Assert.Equal(AfterCast + 1, (long)compared["from"]!["knownAt"]!["position"]!);
        Assert.Equal("1949-12-31", (string?)compared["through"]!["asOf"]);
        Assert.Equal(AfterCast + 3, (long)compared["through"]!["knownAt"]!["position"]!);
        Assert.Equal("1960-12-31", (string?)compared["basis"]!["asOf"]);
    }

    [Fact]
    public async Task may_go_backwards()
    {
        await RecordAsync();
        var compared = await CompareAsync($"1960@{AfterCast + 3}", $"1949@{AfterCast + 1}");

        Assert.Equal("recognition relations", compared.Each("knowledge", "fact"));
        Assert.Equal("dates ended", compared.Each("knowledge", "change"));
        Assert.Equal("1948-05-17", (string?)compared.List("knowledge")[0]!["after"]!["since"]!["edtf"]);
        Assert.Empty(compared.List("world"));
    }

    [Fact]
    public async Task a_change_of_grounds_alone_is_told_from_a_change_of_value()
    {
        await RecordAsync(Effect("recognised", "1948", "recognition|ussr|israel|de-facto"));
        await PatchAsync("/events/recognised", 1, """ "title":"Otherwise" """);

        Assert.Equal("grounds", (await CompareAsync($"1950@{AfterCast + 1}", "1950")).Each("knowledge", "change"));

        await RecordAsync(Effect("again", "1949", "recognition|ussr|israel|de-jure"));
        Assert.Equal("value", (await CompareAsync($"1950@{AfterCast + 1}", "1950")).Each("knowledge", "change"));
    }

    [Theory]
    [InlineData("1974", ""","until":"1980" """, "1979", "1981", "ended")]
    [InlineData("1974-01-01", ""","until":"[1970..1985]" """, "1974-01-01", "1980", "certainty")]
    [InlineData("1974", ""","until":"198X" """, "1979", "1995", "ended")]
    [InlineData("1974", ""","until":"1980" """, "1981", "1979", "appeared")]
    [InlineData("[1890..2010]", "", "1880", "1900", "appeared")]
    [InlineData("[1890..2010]", "", "1950", "2010", "certainty")]
    [InlineData("1974-22", "", "1974-05", "1974-07-01", "appeared")]
    [InlineData("1974", "", "1974-07-01", "1974", "certainty")]
    [InlineData("[1970-03-01,1990-03-01]", "", "1970-02", "1980", "appeared")]
    public async Task of_the_world_finds_whatever_begins_or_ends_in_between(
        string begins,
        string more,
        string from,
        string to,
        string change
    )
    {
        await RecordAsync(
            Event(
                "opened",
                "1900",
                $$""","effects":[{"fact":"representation","holder":"ussr","toward":"plo","value":"contact","from":"{{begins}}"{{more}}}]"""
            )
        );
        var line = Only(await CompareAsync(from, to), "world");

        Assert.Equal(
            (change, "opened"),
            ((string?)line["change"], (string?)line["events"]!.AsArray().Single()!["event"])
        );
    }

    [Fact]
    public async Task finds_what_ends_every_value_of_a_kind()
    {
        await RecordAsync(
            Effect("arms", "1970", "support|ussr|plo|arms"),
            Effect("training", "1972", "support|ussr|plo|training"),
            Effect("ended", "1985", "support|ussr|plo|null")
        );
        var world = await CompareAsync("1980", "1990");
        Assert.Equal("arms training", world.Each("world", "value"));
        Assert.Equal("ended ended", world.Each("world", "change"));

        var learnt = await CompareAsync($"1990@{AfterCast + 2}", "1990");
        Assert.Equal("arms training", learnt.Each("knowledge", "value"));
        Assert.Equal("ended", (string?)learnt.List("knowledge")[0]!["revisions"]!.AsArray().Single()!["key"]);
    }

    [Fact]
    public async Task tells_which_actor_followed_which()
    {
        await PostAsync("/actors", """{"key":"russia","kind":"state","name":"Russia"}""");
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await PatchAsync(
            "/actors/ussr",
            1,
            """ "successors":[{"actor":"russia","kind":"continuator","on":"1991-12-26"}] """
        );

        var world = await CompareAsync("1991-12-25", "1992");
        Assert.Equal("russia ussr", world.Each("world", "holder"));
        Assert.Equal("appeared ended", world.Each("world", "change"));
        Assert.Equal("[\"ussr\"]", world.List("world")[1]!["actors"]!.ToJsonString());

        var learnt = await CompareAsync($"1992@{AfterCast + 2}", "1992");
        Assert.Equal("russia ussr", learnt.Each("knowledge", "holder"));
        Assert.Equal(
            "actor ussr corrected",
            string.Join(
                ' ',
                new[] { "record", "key", "op" }.Select(m =>
                    (string?)learnt.List("knowledge")[0]!["revisions"]!.AsArray().Single()![m]
                )
            )
        );
    }

    [Fact]
    public async Task of_two_sides_tells_their_score_too()
    {
        await RecordAsync(
            """
            {"key":"gave","type":"visit-made","occurred":"1970-05-01","title":"T","noSource":"a test",
             "actors":[{"actor":"ussr","role":"actor"},{"actor":"plo","role":"recipient"}]}
            """
        );
        var learnt = Only(await CompareAsync($"1970@{AfterCast}", "1970", "&between=ussr,plo"), "knowledge");
        Assert.Equal("score ussr,plo value", $"{learnt["about"]} {learnt["between"]} {learnt["change"]}");
        Assert.Equal("0", learnt["before"]!["value"]!.ToJsonString());
        Assert.Equal("gave", (string?)learnt["revisions"]!.AsArray().Single()!["key"]);

        var world = Only(await CompareAsync("1969", "1970", "&between=ussr,plo"), "world");
        Assert.Equal(learnt["after"]!.ToJsonString(), world["after"]!.ToJsonString());
        Assert.Equal("gave", (string?)world["events"]!.AsArray().Single()!["event"]);
    }

    [Fact]
    public async Task may_be_about_two_sides_only()
    {
        await RecordAsync();

        Assert.Equal(2, (await CompareAsync("1949", "1960", "&between=ussr,israel")).List("world").Count);
        Assert.Empty((await CompareAsync("1949", "1960", "&between=ussr,plo")).List("world"));
        Assert.Equal(2, (await CompareAsync("1949", "1960", "&actor=israel")).List("world").Count);
    }

    [Fact]
    public async Task of_an_era_tells_when_it_is_and_who_drew_it()
    {
        await PostAsync("/schemes", """{"key":"article","title":"The article's","author":"A"}""");
        await PostAsync(
            "/schemes/article/eras",
            """{"key":"soviet","title":"Soviet period","span":"1956/1990","citations":[]}"""
        );
        var learnt = Only(await CompareAsync($"1960@{AfterCast}", "1960"), "knowledge");
        Assert.Equal(
            "era article soviet appeared",
            $"{learnt["about"]} {learnt["scheme"]} {learnt["era"]} {learnt["change"]}"
        );
        Assert.Equal("soviet", (string?)learnt["revisions"]!.AsArray().Single()!["key"]);

        var world = Only(await CompareAsync("1960", "1991"), "world");
        Assert.Equal("ended", (string?)world["change"]);
    }

    [Fact]
    public async Task without_a_day_means_today_and_without_a_position_the_head()
    {
        await RecordAsync();
        var compared = await GetAsync($"/compare?from=@{AfterCast}");

        Assert.Equal((string?)compared["from"]!["asOf"], (string?)compared["basis"]!["asOf"]);
        Assert.Equal(AfterCast + 3, (long)compared["basis"]!["knownAt"]!["position"]!);
        Assert.Equal("recognition relations", compared.Each("knowledge", "fact"));
    }

    [Fact]
    public async Task takes_instants_too()
    {
        await RecordAsync();
        var at = (string)(await GetAsync($"/events/recognised/history")).List("revisions")[0]!["recordedAt"]!;
        var compared = await CompareAsync($"1949@{at}", "1949");

        Assert.Equal(AfterCast + 1, (long)compared["from"]!["knownAt"]!["position"]!);
        Assert.Equal("ended", compared.Each("knowledge", "change"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?to=1960")]
    [InlineData("?from=")]
    [InlineData("?from=1960@")]
    [InlineData("?from=@")]
    [InlineData("?from=1960@99999")]
    [InlineData("?from=1960@3@4")]
    [InlineData("?from=1960@-1")]
    [InlineData("?from=1960-13")]
    [InlineData("?from=1960@2999-01-01T00:00:00Z")]
    [InlineData("?from=1960&to=yesterday")]
    [InlineData("?from=1960&to=1970@nine")]
    [InlineData("?from=1960&from=1961")]
    [InlineData("?from=1960&between=ussr")]
    [InlineData("?from=1960&between=ussr,plo&actor=ussr")]
    [InlineData("?from=1960&to=1970&asOf=1970")]
    public async Task what_cannot_be_compared_is_refused(string query)
    {
        var refused = await GetAsync($"/compare{query}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task of_no_chronology_is_not_found() =>
        Assert.Equal("no-such-chronology", (await GetAsync("/api/chronologies/none/compare?from=1960")).Code);
}
