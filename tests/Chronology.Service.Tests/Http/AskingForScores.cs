using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Scores of two sides in a state of relations and over time.</summary>
public sealed class AskingForScores(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        var crowd = string.Join(',', Enumerable.Range(10, 12).Select(n => $$"""{"actor":"a{{n}}","role":"actor"}"""));
        var report = await service.ImportAsync(
            path,
            $$"""
            {"record":"actor","key":"ussr","kind":"state","name":"Soviet Union","existed":"1922-12-30/1991-12-26"}
            {"record":"actor","key":"russia","kind":"state","name":"Russia"}
            {"record":"actor","key":"israel","kind":"state","name":"Israel","existed":"1948-05-14/.."}
            {{string.Join(
                '\n',
                Enumerable
                    .Range(10, 12)
                    .Select(n => $$"""{"record":"actor","key":"a{{n}}","kind":"state","name":"A{{n}}"}""")
            )}}
            {"record":"event","key":"recognition","type":"recognition-granted","occurred":"1948-05-17","title":"t","noSource":"a test","credibility":"confirmed","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]}
            {"record":"event","key":"break","type":"relations-severed","occurred":"1967-06-10","title":"t","noSource":"a test","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]}
            {"record":"event","key":"visit","type":"visit-made","occurred":"2012-06-25","title":"t","noSource":"a test","credibility":"confirmed","actors":[{"actor":"russia","role":"actor"},{"actor":"israel","role":"actor"},{"actor":"ussr","role":"recipient"}]}
            {"record":"event","key":"pledge","type":"aid-pledged","occurred":"[..1991]","title":"t","noSource":"a test","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]}
            {"record":"event","key":"offer","type":"aid-pledged","occurred":"[2000..]","title":"t","noSource":"a test","actors":[{"actor":"russia","role":"actor"},{"actor":"israel","role":"recipient"}]}
            {"record":"event","key":"summit","type":"multilateral-meeting-held","occurred":"1995-01-01","title":"t","noSource":"a test","actors":[{{crowd}}]}
            """
        );
        Assert.Empty(report["refused"]!.AsArray());
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task stands_in_the_state_of_two_sides() =>
        // The pledge, on some day since 1948-05-14, weighs next to nothing in the estimate yet.
        Assert.Equal(
            """{"value":3.36,"low":3.36,"high":5.01,"band":"good","trend":"improving","confidence":"B","evidence":2,"undated":0,"tooManyPairs":0}""",
            await ScoreAsync("between=ussr,israel&asOf=1948-05-17")
        );

    [Theory]
    [InlineData("")]
    [InlineData("actor=ussr")]
    public async Task is_null_where_no_two_sides_are_asked_about(string query) =>
        Assert.Equal("null", await ScoreAsync(query));

    [Fact]
    public async Task is_no_evidence_before_everything() =>
        Assert.Equal(
            """{"value":0,"low":0,"high":0,"band":"normal","trend":"uncertain","confidence":"D","evidence":0,"undated":0,"tooManyPairs":0}""",
            await ScoreAsync("between=ussr,israel&asOf=1900")
        );

    [Fact]
    public async Task is_the_same_for_all_who_ask_at_once()
    {
        const string Asked = "between=ussr,israel&asOf=1960&knownAt=21";
        var alone = await ScoreAsync(Asked);

        var together = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => ScoreAsync(Asked)));

        Assert.All(together, score => Assert.Equal(alone, score));
    }

    [Fact]
    public async Task counts_an_event_of_several_pairs_once()
    {
        var one = JsonNode.Parse(await ScoreAsync("between=russia,israel&asOf=2012-06-25"))!;
        var both = JsonNode.Parse(await ScoreAsync("between=russia,ussr;israel&asOf=2012-06-25"))!;
        var later = JsonNode.Parse(await ScoreAsync("between=russia,ussr;israel&asOf=2013"))!;

        Assert.Equal(1, (int)one["evidence"]!);
        // With the recognition, the break and the pledge of the other pair.
        Assert.Equal(4, (int)both["evidence"]!);
        Assert.Equal(4, (int)later["evidence"]!);
    }

    [Fact]
    public async Task counts_what_no_lifespan_bounds_as_undated()
    {
        Assert.Equal(1, (int)JsonNode.Parse(await ScoreAsync("between=russia,israel&asOf=2000"))!["undated"]!);
        Assert.Equal(0, (int)JsonNode.Parse(await ScoreAsync("between=russia,israel&asOf=1999"))!["undated"]!);
        Assert.Equal(0, (int)JsonNode.Parse(await ScoreAsync("between=ussr,israel&asOf=2000"))!["undated"]!);
    }

    [Fact]
    public async Task notes_events_of_too_many_pairs()
    {
        var state = await service.GetAsync($"{path}/state?between=a10,a11&asOf=1995");

        Assert.Equal(1, (int)state["score"]!["tooManyPairs"]!);
        Assert.Equal(0, (int)state["score"]!["evidence"]!);
        Assert.Contains(state["notes"]!.AsArray(), note => (string?)note!["code"] == "too-many-pairs");
        Assert.Equal(0, (int)JsonNode.Parse(await ScoreAsync("between=a10,a11&asOf=1994"))!["tooManyPairs"]!);
    }

    [Fact]
    public async Task is_as_it_was_known()
    {
        var head = (long)(await service.GetAsync($"{path}/state"))["basis"]!["knownAt"]!["position"]!;
        var before = await ScoreAsync($"between=ussr,israel&asOf=1970&knownAt={head}");
        await service.ImportAsync(
            path,
            """{"record":"retract","of":"event","key":"break","revision":2,"reason":{"code":"correction"}}"""
        );

        Assert.Equal(before, await ScoreAsync($"between=ussr,israel&asOf=1970&knownAt={head}"));
        Assert.NotEqual(before, await ScoreAsync("between=ussr,israel&asOf=1970"));
    }

    [Theory]
    [InlineData("year", "1947", "1949", "1947-12-31", "1948-12-31", "1949-12-31")]
    [InlineData("month", "1948-05-17", "1948-07-30", "1948-05-31", "1948-06-30")]
    [InlineData("day", "1948-02-28", "1948-03-01", "1948-02-28", "1948-02-29", "1948-03-01")]
    public async Task over_time_has_a_point_a_step(string step, string from, string to, params string[] days)
    {
        var answer = await service.GetAsync($"{path}/score?between=ussr,israel&from={from}&to={to}&step={step}");

        Assert.Equal(["basis", "series", "notes"], answer.Select(member => member.Key));
        Assert.Equal(days, answer["series"]!.AsArray().Select(point => (string)point!["asOf"]!));
    }

    [Fact]
    public async Task over_time_equals_the_state_on_each_day()
    {
        var answer = await service.GetAsync($"{path}/score?between=ussr,israel&from=1948-04&to=1972&step=month");
        foreach (var point in answer["series"]!.AsArray().Where((_, i) => i % 13 == 0))
        {
            var state = JsonNode.Parse(await ScoreAsync($"between=ussr,israel&asOf={point!["asOf"]}"))!;
            Assert.Equal(
                $"{state["value"]} {state["low"]} {state["high"]}",
                $"{point["value"]} {point["low"]} {point["high"]}"
            );
        }
    }

    [Theory]
    [InlineData("from=1948")]
    [InlineData("between=ussr,israel")]
    [InlineData("between=ussr&from=1948")]
    [InlineData("between=ussr,israel&from=1950&to=1949")]
    [InlineData("between=ussr,israel&from=1948&step=week")]
    [InlineData("between=ussr,israel&from=x")]
    [InlineData("between=ussr,israel&from=1900&to=2000&step=day")]
    [InlineData("between=ussr,israel&from=1948&to=1950&asOf=1950")]
    public async Task over_time_is_refused_with_what_to_mend(string query)
    {
        using var response = await service.Client.GetAsync(
            $"{path}/score?{query}",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            "\"invalid-parameter\"",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private async Task<string> ScoreAsync(string query) =>
        (await service.GetAsync($"{path}/state?{query}"))["score"]?.ToJsonString() ?? "null";
}
