using System.Net;

namespace Chronology.Service.Tests.Http;

public sealed class RetractingAndDisputing(ServedOnce served) : OverHttp(served)
{
    private const string Question = "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1960";

    private Task<Answer> RecogniseAsync(string more = "") =>
        RecordAsync(Effect("recognised", "1950", "recognition|ussr|israel|de-jure", more));

    [Fact]
    public async Task a_retracted_event_takes_part_in_nothing_but_keeps_its_address()
    {
        await RecogniseAsync();
        var retracted = await DoAsync("retract", "/events/recognised", 1);
        var read = await GetAsync("/events/recognised");

        Assert.Equal(
            (HttpStatusCode.OK, "\"2\"", "retracted"),
            (retracted.Status, retracted.ETag, (string?)retracted["op"])
        );
        Assert.Equal("no-record", (await GetAsync(Question)).Verdict);
        Assert.Empty((await GetAsync("/events")).List("events"));
        Assert.Empty((await GetAsync("/state?asOf=1960")).List("recent"));
        Assert.Equal("recognised", (await GetAsync("/events?status=retracted")).Each("events", "key"));
        Assert.Equal("retracted", (string?)read["status"]);
        Assert.Equal("1950", (string?)read["occurred"]!["edtf"]);
    }

    [Fact]
    public async Task what_was_known_before_stays_as_it_was()
    {
        await RecogniseAsync();
        var before = await GetAsync($"{Question}&knownAt={AfterCast + 1}");
        await DoAsync("retract", "/events/recognised", 1);

        Assert.Equal(before.Text, (await GetAsync($"{Question}&knownAt={AfterCast + 1}")).Text);
    }

    [Fact]
    public async Task reinstating_gives_back_content_and_status()
    {
        await RecogniseAsync();
        await PatchAsync("/events/recognised", 1, """ "title":"De jure" """);
        await DoAsync("dispute", "/events/recognised", 2);
        await DoAsync("retract", "/events/recognised", 3);
        var reinstated = await DoAsync("reinstate", "/events/recognised", 4);
        var read = await GetAsync("/events/recognised");

        Assert.Equal((HttpStatusCode.OK, "reinstated"), (reinstated.Status, (string?)reinstated["op"]));
        Assert.Equal(("disputed", "disputed"), ((string?)read["status"], (string?)read["credibility"]));
        Assert.Equal("De jure", (string?)read["title"]);
        Assert.Equal("claimed", (await GetAsync(Question)).Verdict);
    }

    [Fact]
    public async Task a_disputed_event_only_claims_until_resolved_to_what_it_was()
    {
        await RecogniseAsync(""","credibility":"confirmed" """);
        var disputed = await DoAsync("dispute", "/events/recognised", 1);
        var claimed = await GetAsync(Question);
        var status = (string?)(await GetAsync("/events/recognised"))["status"];
        var resolved = await DoAsync("resolve", "/events/recognised", 2);
        var read = await GetAsync("/events/recognised");

        Assert.Equal(("disputed", "resolved"), ((string?)disputed["op"], (string?)resolved["op"]));
        Assert.Equal(("claimed", "disputed"), (claimed.Verdict, status));
        Assert.Equal(("active", "confirmed"), ((string?)read["status"], (string?)read["credibility"]));
        Assert.Equal("certain", (await GetAsync(Question)).Verdict);
    }

    [Fact]
    public async Task a_dispute_is_resolved_to_the_credibility_given()
    {
        await RecogniseAsync();
        await DoAsync("dispute", "/events/recognised", 1);
        await DoAsync("resolve", "/events/recognised", 2, ""","credibility":"refuted" """);

        Assert.Equal("refuted", (string?)(await GetAsync("/events/recognised"))["credibility"]);
        Assert.NotEqual("claimed", (await GetAsync(Question)).Verdict);
    }

    [Fact]
    public async Task status_is_disputed_exactly_while_credibility_is()
    {
        await RecogniseAsync(""","credibility":"disputed" """);
        var recorded = (string?)(await GetAsync("/events/recognised"))["status"];
        await PatchAsync("/events/recognised", 1, """ "credibility":"reported" """, "reassessment");
        var reassessed = (string?)(await GetAsync("/events/recognised"))["status"];

        Assert.Equal(("disputed", "active"), (recorded, reassessed));
    }

    [Theory]
    [InlineData("resolve", "", "not-disputed")]
    [InlineData("reinstate", "", "not-retracted")]
    [InlineData("dispute", "dispute", "already-disputed")]
    [InlineData("retract", "retract", "event-retracted")]
    [InlineData("dispute", "retract", "event-retracted")]
    [InlineData("resolve", "retract", "event-retracted")]
    public async Task what_the_status_does_not_allow_is_refused(string verb, string first, string code)
    {
        await RecogniseAsync();
        if (first.Length > 0)
            await DoAsync(first, "/events/recognised", 1);
        var head = await HeadAsync();
        var refused = await DoAsync(verb, "/events/recognised", first.Length > 0 ? 2 : 1);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (refused.Status, refused.Code));
        Assert.Equal(head, await HeadAsync());
    }

    [Fact]
    public async Task a_retracted_event_is_not_corrected()
    {
        await RecogniseAsync();
        await DoAsync("retract", "/events/recognised", 1);

        Assert.Equal("event-retracted", (await PatchAsync("/events/recognised", 2, """ "title":"y" """)).Code);
    }

    [Fact]
    public async Task what_others_refer_to_cannot_be_retracted()
    {
        await RecordAsync(
            Event(
                "speech",
                "1950",
                ""","citations":[{"source":"ref"}],"actors":[{"actor":"plo","role":"actor"}],"effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"supports","speaker":"becu"}]"""
            )
        );
        foreach (var used in new[] { "/actors/plo", "/actors/ussr", "/actors/becu", "/issues/plan", "/sources/ref" })
        {
            var refused = await DoAsync("retract", used, 1);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "still-referenced"), (refused.Status, refused.Code));
        }
        await DoAsync("retract", "/events/speech", 1);
        foreach (var free in new[] { "/actors/plo", "/actors/ussr", "/actors/becu", "/issues/plan", "/sources/ref" })
            Assert.Equal(HttpStatusCode.OK, (await DoAsync("retract", free, 1)).Status);

        var refusedAgain = await DoAsync("reinstate", "/events/speech", 2);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusedAgain.Status);
        Assert.StartsWith("unknown-", refusedAgain.Code);
    }

    [Theory]
    [InlineData("/actors/plo")]
    [InlineData("/issues/plan")]
    [InlineData("/sources/ref")]
    public async Task every_kind_is_retracted_and_reinstated(string path)
    {
        var plural = path.Split('/')[1];
        await DoAsync("retract", path, 1);
        var without = await GetAsync($"/{plural}");
        var reinstated = await DoAsync("reinstate", path, 2);

        Assert.DoesNotContain(path.Split('/')[2], without.Each(plural, "key").Split(' '));
        Assert.Equal((HttpStatusCode.OK, "\"3\""), (reinstated.Status, reinstated.ETag));
        Assert.Contains(path.Split('/')[2], (await GetAsync($"/{plural}")).Each(plural, "key").Split(' '));
    }

    [Theory]
    [InlineData("retract", "{}", 422, "reason-required")]
    [InlineData("retract", """{"reason":{"code":"whim"}}""", 400, "invalid-parameter")]
    [InlineData("retract", """{"reason":{"code":"correction"},"credibility":"reported"}""", 400, "unknown-field")]
    [InlineData("dispute", """{"reason":{"code":"dispute"},"credibility":"reported"}""", 400, "unknown-field")]
    [InlineData("resolve", """{"reason":{"code":"dispute"},"credibility":"disputed"}""", 400, "invalid-parameter")]
    [InlineData(
        "dispute",
        """{"reason":{"code":"dispute"},"citations":[{"source":"nowhere"}]}""",
        422,
        "unknown-source"
    )]
    public async Task a_change_of_standing_needs_a_sound_reason(string verb, string body, int status, string code)
    {
        await RecogniseAsync();
        var refused = await PostAsync($"/events/recognised/{verb}", body, revision: 1);

        Assert.Equal((status, code), ((int)refused.Status, refused.Code));
    }
}
