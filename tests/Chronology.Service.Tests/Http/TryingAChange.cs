using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>What a write would change, with <c>dryRun=true</c>.</summary>
public sealed class TryingAChange(ServedOnce served) : OverHttp(served)
{
    private const string Recognised = "recognition|ussr|israel|de-jure";

    private static JsonNode Only(Answer preview, string list) => preview["changes"]![list]!.AsArray().Single()!;

    [Fact]
    public async Task tells_from_what_to_what_and_records_nothing()
    {
        await RecordAsync(Effect("recognised", "1948", Recognised));
        var head = await HeadAsync();
        var preview = await PostAsync(
            "/events/recognised/retract?dryRun=true",
            """{"reason":{"code":"correction"}}""",
            1
        );

        Assert.Equal(HttpStatusCode.OK, preview.Status);
        Assert.True((bool)preview["dryRun"]!);
        Assert.Equal(
            """{"key":"recognised","revision":2,"status":"retracted","op":"retracted"}""",
            preview["would"]!.ToJsonString()
        );
        var line = Only(preview, "facts");
        Assert.Equal(
            "ended recognition ussr israel",
            $"{line["change"]} {line["fact"]} {line["holder"]} {line["toward"]}"
        );
        Assert.Equal("de-jure", (string?)line["before"]!["value"]);
        Assert.Null(line["after"]);
        Assert.Equal(head, await HeadAsync());
        Assert.Equal("active", (string?)(await GetAsync("/events/recognised"))["status"]);
    }

    private async Task<string> CitedAsync(string question) =>
        (string)(await GetAsync($"{question}&cite=true"))["answer"]!["id"]!;

    [Fact]
    public async Task tells_the_cited_answers_that_it_would_change()
    {
        await RecordAsync(
            Effect("recognised", "1948", Recognised),
            Effect("other", "1949", "recognition|israel|plo|de-jure")
        );
        var state = await CitedAsync("/state?between=ussr,israel&asOf=1950");
        var compared = await CitedAsync("/compare?from=1940&to=1950");
        var history = await CitedAsync("/events/recognised/history?asOf=1950");
        await CitedAsync("/state?between=israel,plo&asOf=1950");
        await CitedAsync("/state?between=ussr,israel&asOf=1940");
        var reason = """{"reason":{"code":"correction"}}""";
        var preview = await PostAsync("/events/recognised/retract?dryRun=true", reason, 1);
        var cited = preview["cited"]!;

        Assert.Equal((5, 0), ((int)cited["tried"]!, (long)cited["untried"]!));
        Assert.Equal(
            new[] { state, compared, history }.Order(StringComparer.Ordinal),
            cited["changed"]!.AsArray().Select(one => (string)one!["id"]!).Order(StringComparer.Ordinal)
        );
        await PostAsync("/events/recognised/retract", reason, 1);
        foreach (var id in new[] { state, compared, history })
            Assert.Equal("retracted", (await GetAsync($"/answers/{id}/changes")).Each("changedSince", "op"));
    }

    [Fact]
    public async Task says_how_many_cited_answers_it_has_not_tried_those_first_that_name_what_changes()
    {
        await RecordAsync(Effect("recognised", "1948", Recognised));
        for (var year = 1900; year < 1951; year++)
            await CitedAsync($"/state?between=becu,plo&asOf={year}");
        var state = await CitedAsync("/state?between=ussr,israel&asOf=1950");
        var preview = await PostAsync(
            "/events/recognised/retract?dryRun=true",
            """{"reason":{"code":"correction"}}""",
            1
        );

        Assert.Equal((50, 2), ((int)preview["cited"]!["tried"]!, (long)preview["cited"]!["untried"]!));
        Assert.Equal(state, (string?)preview["cited"]!["changed"]!.AsArray().Single()!["id"]);
    }

    [Fact]
    public async Task tells_scores_that_change_with_the_lives_of_the_actors_alone()
    {
        await RecordAsync(
            """{"key":"pledge","type":"aid-pledged","occurred":"[..1960]","title":"t","noSource":"t","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]}"""
        );
        await PatchAsync("/actors/israel", 1, """ "existed":"1948-05-14/.." """);
        var preview = await Answer.OfAsync(
            await Service.SendAsync(
                HttpMethod.Patch,
                $"{Path}/actors/ussr?dryRun=true&asOf=1961",
                """{"changes":{"existed":"1959/.."},"reason":{"code":"correction"}}""",
                1
            )
        );
        var line = Only(preview, "scores");

        Assert.Equal("israel,ussr", (string?)line["between"]);
        Assert.True((decimal)line["after"]!["low"]! > (decimal)line["before"]!["low"]!);
    }

    [Fact]
    public async Task tells_scores_and_what_is_undated_that_change_with_a_merge_of_actors()
    {
        await ImportAsync(
            """
            {"record":"actor","key":"double","revision":1,"kind":"state","name":"Soviet Union"}
            {"record":"event","key":"visit","revision":1,"type":"visit-made","occurred":"1960","title":"t","noSource":"t","actors":[{"actor":"double","role":"actor"},{"actor":"israel","role":"recipient"}]}
            {"record":"event","key":"offer","revision":1,"type":"aid-pledged","occurred":"[..1960]","title":"t","noSource":"t","actors":[{"actor":"double","role":"actor"},{"actor":"israel","role":"recipient"}]}
            """
        );
        var preview = await PostAsync(
            "/actors/double/merge?dryRun=true&asOf=1961",
            """{"into":"ussr","reason":{"code":"merge"}}""",
            1
        );
        var line = Only(preview, "scores");

        Assert.Equal("israel,ussr", (string?)line["between"]);
        Assert.Equal(
            "0 0 1 1",
            $"{line["before"]!["evidence"]} {line["before"]!["undated"]} {line["after"]!["evidence"]} {line["after"]!["undated"]}"
        );
    }

    [Fact]
    public async Task of_a_first_recording_takes_no_key()
    {
        var body = Effect("recognised", "1948", Recognised);
        var preview = await PostAsync("/events?dryRun=true", body);

        Assert.Equal((HttpStatusCode.OK, null, null), (preview.Status, preview.Location, preview.ETag));
        Assert.Equal("appeared", (string?)Only(preview, "facts")["change"]);
        Assert.Equal("no-such-event", (await GetAsync("/events/recognised")).Code);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("/events", body)).Status);
    }

    [Fact]
    public async Task tells_of_the_days_that_the_record_names_too()
    {
        await RecordAsync(
            Effect("opened", "1948", "relations|ussr|israel|established"),
            Effect("broke", "1953", "relations|ussr|israel|severed")
        );
        var preview = await Answer.OfAsync(
            await Service.SendAsync(
                HttpMethod.Patch,
                $"{Path}/events/opened?dryRun=true",
                """{"changes":{"occurred":"1950"},"reason":{"code":"correction"}}""",
                1
            )
        );

        Assert.Empty(preview["changes"]!["facts"]!.AsArray());
        Assert.Equal("1948-12-31 1950-12-31", preview.Each("days", "asOf"));
        Assert.Equal("ended", (string?)preview.List("days")[0]!["facts"]!.AsArray().Single()!["change"]);
        Assert.Equal("dates", (string?)preview.List("days")[1]!["facts"]!.AsArray().Single()!["change"]);
    }

    [Fact]
    public async Task as_of_a_day_tells_of_that_day_alone()
    {
        var preview = await PostAsync("/events?dryRun=true&asOf=1947", Effect("recognised", "1948", Recognised));

        Assert.Empty(preview["changes"]!["facts"]!.AsArray());
        Assert.Equal("1947-12-31", (string?)preview["basis"]!["asOf"]);
        Assert.Null(preview["days"]);
    }

    [Fact]
    public async Task of_what_the_record_says_already_tells_no_change()
    {
        var body = Effect("recognised", "1948", Recognised);
        await RecordAsync(body);
        var preview = await PostAsync("/events?dryRun=true", body);

        Assert.Null(preview["would"]!["op"]);
        Assert.Empty(preview["changes"]!["facts"]!.AsArray());
    }

    [Fact]
    public async Task is_refused_as_the_change_itself_would_be()
    {
        await RecordAsync(Effect("recognised", "1948", Recognised));
        var reason = """{"reason":{"code":"correction"}}""";

        Assert.Equal("stale-revision", (await PostAsync("/events/recognised/retract?dryRun=true", reason, 7)).Code);
        Assert.Equal("not-retracted", (await PostAsync("/events/recognised/reinstate?dryRun=true", reason, 1)).Code);
        Assert.Equal("still-referenced", (await PostAsync("/actors/ussr/retract?dryRun=true", reason, 1)).Code);
        Assert.Equal(
            "key-taken",
            (await PostAsync("/events?dryRun=true", Effect("recognised", "1949", Recognised))).Code
        );
    }

    [Fact]
    public async Task of_an_era_and_of_a_stance_tells_them_apart_from_facts()
    {
        await PostAsync("/schemes", """{"key":"article","title":"The article's","author":"A"}""");
        var era = await PostAsync(
            "/schemes/article/eras?dryRun=true&asOf=1960",
            """{"key":"soviet","title":"Soviet period","span":"1956/1990","citations":[]}"""
        );
        Assert.Equal("soviet", (string?)Only(era, "eras")["era"]);
        Assert.Equal("article", (string?)era["would"]!["scheme"]);

        var stance = await PostAsync(
            "/events?dryRun=true",
            Event(
                "voted",
                "1947",
                ""","effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"supports","basis":"vote","vote":"yes"}]"""
            )
        );
        Assert.Equal("plan", (string?)Only(stance, "stances")["toward"]);
        Assert.Empty(stance["changes"]!["facts"]!.AsArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("&strict=true")]
    public async Task of_a_file_tells_the_report_and_the_whole_effect(string how)
    {
        var lines = string.Join(
            '\n',
            Line(Effect("later", "1960", "relations|ussr|israel|severed")),
            Line(Effect("recognised", "1948", Recognised)),
            """{"record":"retract","of":"event","key":"later","revision":2,"reason":{"code":"correction"}}"""
        );
        var tried = await ImportAsync($"/import?dryRun=true{how}", lines);

        Assert.Equal(HttpStatusCode.OK, tried.Status);
        Assert.Equal(
            $"3 0 0 {AfterCast}",
            $"{tried["would"]!["recorded"]} {tried["would"]!["unchanged"]} {tried["would"]!["unnumbered"]} {tried["would"]!["position"]}"
        );
        Assert.Equal("recognition", (string?)Only(tried, "facts")["fact"]);
        Assert.Equal(AfterCast, await HeadAsync());

        await ImportAsync(lines);
        Assert.Equal(AfterCast + 3, await HeadAsync());
    }

    [Fact]
    public async Task of_a_file_with_bad_lines_tells_which()
    {
        var tried = await ImportAsync("/import?dryRun=true&strict=true", $"{Effect("a", "1948", Recognised)}\n");

        Assert.Equal(0, (long)tried["would"]!["recorded"]!);
        Assert.Single(tried["would"]!["refused"]!.AsArray());
        Assert.Empty(tried["changes"]!["facts"]!.AsArray());
    }

    private static string Line(string body) => $$"""{"record":"event","revision":1,{{body[1..]}}""";

    private async Task<Answer> ImportAsync(string path, string lines)
    {
        using var content = new StringContent(lines);
        content.Headers.ContentType = new("application/x-ndjson");
        return await Answer.OfAsync(
            await Service.Client.PostAsync($"{Path}{path}", content, TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData("dryRun=maybe")]
    [InlineData("dryRun=true&asOf=yesterday")]
    [InlineData("dryRun=true&asOf=1960&asOf=1961")]
    [InlineData("dryRun=true&knownAt=3")]
    [InlineData("dryRun=false&asOf=1960")]
    [InlineData("asOf=1960")]
    public async Task what_cannot_be_tried_is_refused(string query)
    {
        var refused = await PostAsync($"/events?{query}", Effect("recognised", "1948", Recognised));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
        Assert.Equal(AfterCast, await HeadAsync());
    }
}
