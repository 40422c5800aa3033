using System.Net;

namespace Chronology.Service.Tests.Http;

public sealed class AskingOnTwoAxes(ServedOnce served) : OverHttp(served)
{
    private const string Question = "/facts?kind=recognition&holder=ussr&toward=israel";

    private async Task<Answer> AskAsync(string axes) => await GetAsync($"{Question}&{axes}");

    private static string KnownAt(string instant) => $"knownAt={Uri.EscapeDataString(instant)}";

    [Theory]
    [InlineData("1948-05-16", "1948-05-16", "no")]
    [InlineData("1948-05-17", "1948-05-17", "certain")]
    [InlineData("1948-05", "1948-05-31", "certain")]
    [InlineData("1948-04", "1948-04-30", "no")]
    [InlineData("1948-02", "1948-02-29", "no")]
    [InlineData("1948", "1948-12-31", "certain")]
    [InlineData("-0043-03-15", "-0043-03-15", "no")]
    [InlineData("%2B12000", "+12000-12-31", "certain")]
    public async Task a_month_or_year_means_its_last_day(string asOf, string day, string verdict)
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var answer = await AskAsync($"asOf={asOf}");

        Assert.Equal((day, verdict), ((string?)answer["basis"]!["asOf"], answer.Verdict));
    }

    [Fact]
    public async Task a_position_knows_what_was_recorded_up_to_it()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await PatchAsync("/events/recognised", 1, """ "occurred":"1949" """);

        Assert.Equal("no-record", (await AskAsync($"asOf=1948&knownAt={AfterCast}")).Verdict);
        Assert.Equal("certain", (await AskAsync($"asOf=1948&knownAt={AfterCast + 1}")).Verdict);
        Assert.Equal("no", (await AskAsync($"asOf=1948&knownAt={AfterCast + 2}")).Verdict);
        Assert.Equal("no", (await AskAsync("asOf=1948")).Verdict);
    }

    [Fact]
    public async Task an_instant_knows_what_was_recorded_at_it()
    {
        var receipt = await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var at = (string)receipt["recordedAt"]!;
        var just = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture).AddMicroseconds(-1);

        var answer = await AskAsync(KnownAt(at));
        Assert.Equal("certain", answer.Verdict);
        Assert.Equal(receipt.Position, (long)answer["basis"]!["knownAt"]!["position"]!);
        Assert.Equal(at, (string?)answer["basis"]!["knownAt"]!["at"]);
        Assert.Equal("no-record", (await AskAsync(KnownAt($"{just:yyyy-MM-dd'T'HH:mm:ss.ffffff}Z"))).Verdict);
        Assert.Equal(
            "certain",
            (await AskAsync(KnownAt($"{just.AddMicroseconds(1).ToOffset(TimeSpan.FromHours(3)):O}"))).Verdict
        );
        Assert.Equal(0, (long)(await AskAsync(KnownAt("1999-01-01T00:00:00Z")))["basis"]!["knownAt"]!["position"]!);
    }

    [Fact]
    public async Task an_instant_may_be_written_in_every_way_of_rfc_3339()
    {
        var receipt = await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var at = (string)receipt["recordedAt"]!;

        foreach (
            var same in new[]
            {
                at.ToLowerInvariant(),
                at.Replace("Z", "999Z", StringComparison.Ordinal),
                at.Replace("Z", "999999+00:00", StringComparison.Ordinal),
            }
        )
            Assert.Equal("certain", (await AskAsync(KnownAt(same))).Verdict);
        foreach (var (long_ago, position) in new[] { ("1899-12-31T23:59:59Z", 0), ("0001-01-01T00:00:00Z", 0) })
            Assert.Equal(position, (long)(await AskAsync(KnownAt(long_ago)))["basis"]!["knownAt"]!["position"]!);
    }

    [Theory]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("2026-02-01T24:00:00Z")]
    [InlineData("2026-02-01T12:00:00")]
    [InlineData("2026-02-01T12:00Z")]
    [InlineData("2026-02-01T12:00:00.Z")]
    [InlineData("2026-02-01T12:00:00+1:00")]
    [InlineData("2026-02-01 12:00:00Z")]
    [InlineData("2026-02-01T12:00:00Z\n")]
    public async Task what_is_no_instant_is_refused(string instant) =>
        Assert.Equal("invalid-parameter", (await AskAsync(KnownAt(instant))).Code);

    [Fact]
    public async Task position_0_knows_nothing()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var state = await GetAsync("/state?knownAt=0");

        Assert.Equal("""{"position":0,"at":null}""", state["basis"]!["knownAt"]!.ToJsonString());
        Assert.Empty(state.List("facts"));
        Assert.Empty(state.List("recent"));
        Assert.Equal("no-record", (await AskAsync("knownAt=0")).Verdict);
        Assert.Empty((await GetAsync("/events?knownAt=0")).List("events"));
        Assert.Equal("no-such-event", (await GetAsync("/events/recognised?knownAt=0")).Code);
    }

    [Theory]
    [InlineData("knownAt=7")]
    [InlineData("knownAt=-1")]
    [InlineData("knownAt=1.5")]
    [InlineData("knownAt=head")]
    [InlineData("knownAt=99999999999999999999")]
    [InlineData("knownAt=2999-01-01T00:00:00Z")]
    [InlineData("knownAt=2020-01-01")]
    [InlineData("knownAt=2020-01-01T00:00:00")]
    [InlineData("knownAt=2020-13-01T00:00:00Z")]
    [InlineData("knownAt=")]
    [InlineData("asOf=yesterday")]
    [InlineData("asOf=1948-02-30")]
    [InlineData("asOf=48")]
    [InlineData("asOf=1948-5")]
    [InlineData("asOf=1948-05-17T00:00:00Z")]
    [InlineData("asOf=197X")]
    [InlineData("asOf=9999999999999")]
    [InlineData("asof=1948")]
    public async Task what_cannot_be_known_or_read_is_refused(string axes)
    {
        foreach (
            var question in new[] { "/state", "/facts", "/events", "/actors", "/actors/ussr", "/actors/ussr/history" }
        )
        {
            var refused = await GetAsync($"{question}?{axes}");
            Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task the_same_basis_gives_the_same_bytes_whatever_is_recorded_later()
    {
        await RecordAsync(
            Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"),
            Effect("wooed", "1949", "stance|ussr|plan|supports", ""","actors":[{"actor":"ussr","role":"actor"}]""")
        );
        string[] questions =
        [
            "/state?",
            "/state?between=ussr,israel&",
            "/facts?kind=recognition&holder=ussr&toward=israel&",
            "/facts/history?kind=recognition&holder=ussr&toward=israel&",
            "/events?q=soviet&",
            "/events/recognised?",
            "/events/recognised/history?",
            "/actors?",
            "/issues/plan?",
        ];
        var basis = $"asOf=1950-01-01&knownAt={AfterCast + 2}";
        var before = new List<string>();
        foreach (var question in questions)
            before.Add((await GetAsync(question + basis)).Text);

        await PatchAsync("/events/recognised", 1, """ "occurred":"1950" """);
        await DoAsync("retract", "/events/wooed", 1);
        await PatchAsync("/actors/ussr", 1, """ "name":"USSR" """);
        await DoAsync("retract", "/issues/plan", 1);
        await RecordAsync(Effect("withdrawn", "1949", "recognition|ussr|israel|withdrawn"));

        for (var i = 0; i < questions.Length; i++)
            Assert.Equal(before[i], (await GetAsync(questions[i] + basis)).Text);
    }

    [Fact]
    public async Task the_echoed_basis_can_be_asked_again()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var answer = await GetAsync("/state");
        var basis = answer["basis"]!;

        Assert.Equal((1, 7), ((int)basis["rules"]!, (int)basis["format"]!));
        Assert.Equal(
            answer.Text,
            (await GetAsync($"/state?asOf={basis["asOf"]}&knownAt={basis["knownAt"]!["position"]}")).Text
        );
        Assert.Equal(
            answer.Text,
            (await GetAsync($"/state?asOf={basis["asOf"]}&{KnownAt((string)basis["knownAt"]!["at"]!)}")).Text
        );
    }
}
