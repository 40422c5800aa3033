using System.Net;

namespace Chronology.Service.Tests.Http;

public sealed class CorrectingOverHttp(ServedOnce served) : OverHttp(served)
{
    private const string Said = """{"changes":{"title":"y"},"reason":{"code":"correction"}}""";

    [Fact]
    public async Task makes_the_next_revision_at_the_next_position()
    {
        await RecordAsync(Event("speech", "1950"));
        var corrected = await PatchAsync("/events/speech", 1, """ "title":"A speech" """);
        var read = await GetAsync("/events/speech");

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (corrected.Status, corrected.ETag));
        Assert.Equal(AfterCast + 2, corrected.Position);
        Assert.Equal("corrected", (string?)corrected["op"]);
        Assert.Equal("A speech", (string?)read["title"]);
        Assert.Equal("\"2\"", read.ETag);
    }

    [Theory]
    [InlineData(null, 428, "revision-required")]
    [InlineData("\"1\"", 412, "stale-revision")]
    [InlineData("\"3\"", 412, "stale-revision")]
    [InlineData("2", 400, "invalid-parameter")]
    [InlineData("W/\"2\"", 400, "invalid-parameter")]
    [InlineData("*", 400, "invalid-parameter")]
    [InlineData("\"2\", \"3\"", 400, "invalid-parameter")]
    [InlineData("\"0\"", 400, "invalid-parameter")]
    [InlineData("\"two\"", 400, "invalid-parameter")]
    [InlineData("\"2", 400, "invalid-parameter")]
    public async Task needs_the_revision_that_was_read(string? match, int status, string code)
    {
        await RecordAsync(Event("speech", "1950"));
        await PatchAsync("/events/speech", 1, """ "title":"A speech" """);

        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{Path}/events/speech");
        request.Content = new StringContent(Said, null, "application/json");
        if (match is not null)
            request.Headers.TryAddWithoutValidation("If-Match", match);
        var refused = await Answer.OfAsync(
            await Service.Client.SendAsync(request, TestContext.Current.CancellationToken)
        );

        Assert.Equal((status, code), ((int)refused.Status, refused.Code));
        Assert.Equal(AfterCast + 2, await HeadAsync());
    }

    [Theory]
    [InlineData("events")]
    [InlineData("actors")]
    [InlineData("issues")]
    [InlineData("sources")]
    public async Task what_was_never_recorded_is_not_there(string kind)
    {
        var refused = await PatchAsync($"/{kind}/nothing", 1, """ "url":null """);

        Assert.Equal((HttpStatusCode.NotFound, $"no-such-{kind[..^1]}"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task null_takes_a_field_out_and_a_list_is_replaced_whole()
    {
        await RecordAsync(Event("speech", "1950", ""","description":"long","tags":["a","b"]"""));
        await PatchAsync("/events/speech", 1, """ "description":null,"tags":["c"] """);
        var read = await GetAsync("/events/speech");

        Assert.Null(read["description"]);
        Assert.Equal("""["c"]""", read["tags"]!.ToJsonString());
        Assert.Equal("1950", (string?)read["occurred"]!["edtf"]);
    }

    [Fact]
    public async Task an_object_within_is_merged_member_by_member()
    {
        await PatchAsync("/sources/ref", 1, """ "csl":{"volume":"2","author":[{"family":"Golan"}]} """);
        await PatchAsync("/sources/ref", 2, """ "csl":{"volume":null} """);

        Assert.Equal(
            """{"author":[{"family":"Golan"}],"title":"A history"}""",
            (await GetAsync("/sources/ref"))["csl"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task changing_nothing_records_nothing()
    {
        await RecordAsync(Event("speech", "1950"));
        var same = await PatchAsync("/events/speech", 1, """ "title":"speech" """);

        Assert.Equal((HttpStatusCode.OK, "\"1\""), (same.Status, same.ETag));
        Assert.Equal(AfterCast + 1, same.Position);
        Assert.Equal(AfterCast + 1, await HeadAsync());
    }

    [Theory]
    [InlineData("1950-05-17")]
    [InlineData("[1950-05..1950-06]")]
    public async Task a_refinement_inside_the_old_bounds_is_told_as_one(string finer)
    {
        await RecordAsync(Event("speech", "1950"));
        var refined = await PatchAsync("/events/speech", 1, $""" "occurred":"{finer}" """, "refinement");

        Assert.Equal((HttpStatusCode.OK, "refined"), (refined.Status, (string?)refined["op"]));
    }

    [Theory]
    [InlineData("1951")]
    [InlineData("[1949-12..1950-06]")]
    [InlineData("195X")]
    [InlineData("[..1950]")]
    public async Task a_refinement_outside_the_old_bounds_is_refused(string coarser)
    {
        await RecordAsync(Event("speech", "1950"));
        var refused = await PatchAsync("/events/speech", 1, $""" "occurred":"{coarser}" """, "refinement");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(("not-a-refinement", "/changes/occurred"), (refused.Code, refused.Pointer));
    }

    [Fact]
    public async Task a_new_member_of_a_set_is_no_refinement()
    {
        await RecordAsync(Event("speech", "[1950,1952]"));
        var refused = await PatchAsync("/events/speech", 1, """ "occurred":"1951" """, "refinement");

        Assert.Equal("not-a-refinement", refused.Code);
    }

    [Fact]
    public async Task a_reassessment_changes_how_credible_it_is()
    {
        await RecordAsync(Effect("speech", "1950", "recognition|ussr|israel|de-jure"));
        var told = await PatchAsync("/events/speech", 1, """ "credibility":"refuted" """, "reassessment");
        var verdict = await GetAsync("/facts?kind=recognition&holder=ussr&toward=israel");
        var before = await GetAsync($"/facts?kind=recognition&holder=ussr&toward=israel&knownAt={AfterCast + 1}");

        Assert.Equal("reassessed", (string?)told["op"]);
        Assert.NotEqual("certain", verdict.Verdict);
        Assert.Equal("certain", before.Verdict);
        Assert.Equal("speech", (await GetAsync("/events")).Each("events", "key"));
    }

    [Fact]
    public async Task a_reassessment_changes_nothing_else()
    {
        await RecordAsync(Event("speech", "1950"));
        var refused = await PatchAsync("/events/speech", 1, """ "title":"y" """, "reassessment");

        Assert.Equal((HttpStatusCode.BadRequest, "/changes/title"), (refused.Status, refused.Pointer));
    }

    [Theory]
    [InlineData("""{"changes":{"title":"y"}}""", 422, "reason-required", "/reason")]
    [InlineData("""{"changes":{"title":"y"},"reason":{"note":"so"}}""", 422, "reason-required", "/reason/code")]
    [InlineData("""{"changes":{"title":"y"},"reason":{"code":"mood"}}""", 400, "invalid-parameter", "/reason/code")]
    [InlineData("""{"reason":{"code":"correction"}}""", 400, "invalid-parameter", "/changes")]
    [InlineData("""{"changes":[],"reason":{"code":"correction"}}""", 400, "invalid-parameter", "/changes")]
    [InlineData(
        """{"changes":{"colour":"y"},"reason":{"code":"correction"}}""",
        400,
        "unknown-field",
        "/changes/colour"
    )]
    [InlineData("""{"changes":{"key":"y"},"reason":{"code":"correction"}}""", 400, "invalid-parameter", "/changes/key")]
    [InlineData(
        """{"changes":{"title":null},"reason":{"code":"correction"}}""",
        400,
        "invalid-parameter",
        "/changes/title"
    )]
    [InlineData("""{"changes":{"noSource":null},"reason":{"code":"correction"}}""", 422, "source-required", "/changes")]
    [InlineData(
        """{"changes":{"occurred":"soon"},"reason":{"code":"correction"}}""",
        400,
        "invalid-date",
        "/changes/occurred"
    )]
    [InlineData(
        """{"changes":{"actors":[{"actor":"nobody","role":"actor"}]},"reason":{"code":"correction"}}""",
        422,
        "unknown-actor",
        "/changes/actors/0/actor"
    )]
    [InlineData(
        """{"changes":{"title":"y"},"reason":{"code":"correction"},"citations":[{"source":"nowhere"}]}""",
        422,
        "unknown-source",
        "/citations/0/source"
    )]
    public async Task what_is_wrong_is_pointed_at(string body, int status, string code, string pointer)
    {
        await RecordAsync(Event("speech", "1950"));
        var refused = await Answer.OfAsync(
            await Service.SendAsync(HttpMethod.Patch, $"{Path}/events/speech", body, revision: 1)
        );

        Assert.Equal((status, code, pointer), ((int)refused.Status, refused.Code, refused.Pointer));
        Assert.Equal(AfterCast + 1, await HeadAsync());
    }

    [Fact]
    public async Task several_changes_at_once_are_one_revision_at_one_position()
    {
        await RecordAsync(Event("speech", "1950"));
        await PatchAsync(
            "/events/speech",
            1,
            """ "occurred":"1951","title":"A speech","type":"position-stated","citations":[{"source":"ref"}] """
        );
        var history = (await GetAsync("/events/speech/history")).List("revisions");

        Assert.Equal(2, history.Count);
        Assert.Equal(AfterCast + 2, (long)history[1]!["position"]!);
        Assert.Equal(
            "type occurred title citations",
            string.Join(' ', history[1]!["changes"]!.AsArray().Select(change => (string?)change!["field"]))
        );
    }

    [Theory]
    [InlineData("/actors/ussr", """ "name":"USSR","existed":"1922-12-30/1991-12-26" """, "name")]
    [InlineData("/issues/plan", """ "wording":"To divide." """, "wording")]
    [InlineData("/sources/ref", """ "publisher":"AJIL" """, "publisher")]
    public async Task every_kind_is_corrected(string path, string changes, string field)
    {
        var corrected = await PatchAsync(path, 1, changes);

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (corrected.Status, corrected.ETag));
        Assert.NotNull((await GetAsync(path))[field]);
    }

    [Fact]
    public async Task a_reading_that_followed_from_the_old_date_follows_the_new_one()
    {
        await RecordAsync(Event("war", "1950"));
        await PatchAsync("/events/war", 1, """ "occurred":"1950/1953" """);

        Assert.Equal("extent", (string?)(await GetAsync("/events/war"))["reading"]);
    }
}
