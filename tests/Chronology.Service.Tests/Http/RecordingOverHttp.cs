using System.Net;

namespace Chronology.Service.Tests.Http;

public sealed class RecordingOverHttp(ServedOnce served) : OverHttp(served)
{
    [Fact]
    public async Task gives_the_record_revision_one_at_the_next_position()
    {
        var receipt = await PostAsync("/events", Event("speech", "1950-05-17"));

        Assert.Equal(HttpStatusCode.Created, receipt.Status);
        Assert.Equal("\"1\"", receipt.ETag);
        Assert.Equal($"{Path}/events/speech", receipt.Location);
        Assert.Equal(AfterCast + 1, receipt.Position);
        Assert.Equal("speech", (string?)receipt["key"]);
        Assert.Equal(1, (int)receipt["revision"]!);
        Assert.EndsWith("Z", (string?)receipt["recordedAt"]);
        Assert.Equal((string?)receipt["recordedAt"], (string?)(await GetAsync(""))["head"]!["at"]);
    }

    [Theory]
    [InlineData("/actors", """{"key":"egypt","kind":"state","name":"Egypt"}""")]
    [InlineData("/issues", """{"key":"canal","title":"The canal"}""")]
    [InlineData("/sources", """{"key":"letter","kind":"primary"}""")]
    public async Task takes_every_kind_of_record(string kind, string body)
    {
        var recorded = await PostAsync(kind, body);
        var read = await GetAsync(recorded.Location!);

        Assert.Equal((HttpStatusCode.Created, "\"1\""), (recorded.Status, recorded.ETag));
        Assert.Equal((HttpStatusCode.OK, "\"1\""), (read.Status, read.ETag));
        Assert.Equal("active", (string?)read["status"]);
    }

    [Fact]
    public async Task the_same_again_records_nothing()
    {
        var first = await RecordAsync(Event("speech", "1950"));
        var again = await PostAsync("/events", Event("speech", "1950"));

        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal(first.Position, again.Position);
        Assert.Equal((string?)first["recordedAt"], (string?)again["recordedAt"]);
        Assert.Equal(first.Position, await HeadAsync());
    }

    [Fact]
    public async Task other_content_under_the_key_is_refused()
    {
        await RecordAsync(Event("speech", "1950"));
        var other = await PostAsync("/events", Event("speech", "1951"));

        Assert.Equal((HttpStatusCode.Conflict, "key-taken", "/key"), (other.Status, other.Code, other.Pointer));
        Assert.Equal(AfterCast + 1, await HeadAsync());
    }

    [Theory]
    [InlineData("1950")]
    [InlineData("1951")]
    public async Task after_a_correction_neither_the_first_content_nor_the_present_one_is_new(string occurred)
    {
        await RecordAsync(Event("speech", "1950"));
        await PatchAsync("/events/speech", 1, """ "occurred":"1951" """);

        var again = await PostAsync("/events", Event("speech", occurred));

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (again.Status, again.ETag));
        Assert.Equal(AfterCast + 2, await HeadAsync());
    }

    [Theory]
    [InlineData(
        ""","actors":[{"actor":"ussr","role":"actor"},{"actor":"nobody","role":"via"}]""",
        "unknown-actor",
        "/actors/1/actor"
    )]
    [InlineData(
        ""","effects":[{"fact":"recognition","holder":"nobody","toward":"israel","value":"de-jure"}]""",
        "unknown-actor",
        "/effects/0/holder"
    )]
    [InlineData(
        ""","effects":[{"fact":"recognition","holder":"ussr","toward":"plan","value":"de-jure"}]""",
        "unknown-actor",
        "/effects/0/toward"
    )]
    [InlineData(
        ""","effects":[{"fact":"stance","holder":"ussr","toward":"nothing","value":"supports"}]""",
        "unknown-actor",
        "/effects/0/toward"
    )]
    [InlineData(
        ""","effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"supports","speaker":"nobody"}]""",
        "unknown-actor",
        "/effects/0/speaker"
    )]
    [InlineData(""","citations":[{"source":"ref"},{"source":"nowhere"}]""", "unknown-source", "/citations/1/source")]
    [InlineData(
        ""","effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"loved"}]""",
        "unknown-value",
        "/effects/0/value"
    )]
    [InlineData(
        ""","effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"no-position"}]""",
        "unknown-value",
        "/effects/0/value"
    )]
    [InlineData(
        ""","effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure","until":"1949"}]""",
        "end-before-start",
        "/effects/0/until"
    )]
    [InlineData(
        ""","effects":[{"fact":"relations","holder":"ussr","toward":"israel","value":"severed"},{"fact":"relations","holder":"israel","toward":"ussr","value":"established"}]""",
        "duplicate-effect",
        "/effects/1"
    )]
    public async Task what_the_model_refuses_is_told_with_a_pointer(string more, string code, string pointer)
    {
        var refused = await PostAsync("/events", Event("speech", "1950", more));

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, code, pointer),
            (refused.Status, refused.Code, refused.Pointer)
        );
        Assert.Equal(AfterCast, await HeadAsync());
    }

    [Theory]
    [InlineData(
        """{"key":"x","type":"statement-made","occurred":"1950","title":"x"}""",
        422,
        "source-required",
        "/citations"
    )]
    [InlineData(
        """{"key":"x","type":"danced","occurred":"1950","title":"x","noSource":"-"}""",
        422,
        "unknown-type",
        "/type"
    )]
    [InlineData("""{"key":"x","type":"statement-made","title":"x","noSource":"-"}""", 400, "invalid-date", "/occurred")]
    [InlineData(
        """{"key":"x","type":"statement-made","occurred":"17 May 1948","title":"x","noSource":"-"}""",
        400,
        "invalid-date",
        "/occurred"
    )]
    [InlineData(
        """{"key":"x","type":"statement-made","occurred":"1950/1940","title":"x","noSource":"-"}""",
        422,
        "end-before-start",
        "/occurred"
    )]
    [InlineData(
        """{"key":"x","type":"statement-made","occurred":"{1950,1952}","title":"x","noSource":"-","effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure"}]}""",
        422,
        "effect-needs-one-date",
        "/effects/0/from"
    )]
    public async Task an_event_says_what_when_and_from_where(string body, int status, string code, string pointer)
    {
        var refused = await PostAsync("/events", body);

        Assert.Equal((status, code, pointer), ((int)refused.Status, refused.Code, refused.Pointer));
    }

    [Fact]
    public async Task a_stance_is_toward_an_actor_or_an_issue()
    {
        await RecordAsync(Effect("for-the-plan", "1950", "stance|ussr|plan|supports"));
        await RecordAsync(Effect("for-israel", "1950", "stance|ussr|israel|supports"));
    }

    [Fact]
    public async Task an_announced_event_has_not_happened_yet()
    {
        await RecordAsync(Event("visit", "2999-01-01"));

        Assert.Equal("no", (string?)(await GetAsync("/events/visit"))["happened"]);
        Assert.Equal("certain", (string?)(await GetAsync("/events/visit?asOf=2999-01-01"))["happened"]);
    }

    [Fact]
    public async Task tells_who_recorded_it_and_through_what()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Path}/issues");
        request.Headers.Add("X-Author", "ana");
        request.Headers.Add("X-Via", "notebook");
        request.Content = new StringContent("""{"key":"canal","title":"The canal"}""", null, "application/json");
        await Service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var change = (await GetAsync($"/changes?since={AfterCast}")).List("changes").Single()!;

        Assert.Equal(("ana", "notebook"), ((string?)change["author"], (string?)change["via"]));
    }
}
