using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Which eras a state of relations names: of every scheme, as of the day, as known at the position.</summary>
public sealed class ErasInTheState(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        var report = await service.ImportAsync(
            path,
            """
            {"record":"era","scheme":"article","key":"soviet-period","title":"Soviet period","span":"1956/1990","revision":1}
            {"record":"era","scheme":"article","key":"russian-period","title":"Russian period","span":"1991-12-26/..","revision":1}
            {"record":"era","scheme":"article","key":"cold-war","title":"Cold War","span":"1947/1991","revision":1}
            {"record":"scheme","key":"article","title":"The article's own division","revision":1}
            {"record":"scheme","key":"article-b","title":"Another","revision":1}
            {"record":"era","scheme":"article-b","key":"detente","title":"Détente","start":"[1966,1969]","end":"1979-12","revision":1}
            {"record":"era","scheme":"article-b","key":"thaw","title":"Thaw","span":"[1956,1970]","revision":1}
            {"record":"correct","of":"era","scheme":"article","key":"soviet-period","revision":2,"changes":{"title":"The Soviet period"},"reason":{"code":"correction"}}
            {"record":"retract","of":"era","scheme":"article","key":"cold-war","revision":2,"reason":{"code":"correction"}}
            """
        );
        Assert.Empty(report["refused"]!.AsArray());
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData("1955")]
    [InlineData("1956-06-01", "article/soviet-period possible", "article-b/thaw possible")]
    [InlineData("1960-06-01", "article/soviet-period certain")]
    [InlineData("1967-06-01", "article/soviet-period certain", "article-b/detente possible")]
    [InlineData("1970-01-01", "article/soviet-period certain", "article-b/thaw possible", "article-b/detente certain")]
    [InlineData("1979-12-31", "article/soviet-period certain", "article-b/detente possible")]
    [InlineData("1991-06-01")]
    [InlineData("2020", "article/russian-period certain")]
    public async Task are_those_that_are_or_may_be_in_force_by_scheme_and_start(string asOf, params string[] eras)
    {
        var expected = eras.Order(StringComparer.Ordinal).ToArray();
        var answer = await EraOnAsync($"asOf={asOf}");
        Assert.Equal(expected, answer.Order(StringComparer.Ordinal));
        // Scheme, then first possible day, then key.
        Assert.Equal(answer.OrderBy(era => era.Split('/')[0], StringComparer.Ordinal), answer);
    }

    [Fact]
    public async Task stand_before_the_facts_with_scheme_era_title_and_certainty()
    {
        var answer = await service.GetAsync($"{path}/state?asOf=1960");

        Assert.Equal(
            ["basis", "answer", "eras", "facts", "score", "recent", "notes"],
            answer.Select(member => member.Key)
        );
        Assert.Equal(
            """[{"scheme":"article","era":"soviet-period","title":"The Soviet period","certainty":"certain"}]""",
            answer["eras"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task are_in_the_order_of_their_first_possible_day_within_a_scheme() =>
        Assert.Equal(
            ["article/soviet-period certain", "article-b/thaw possible", "article-b/detente certain"],
            await EraOnAsync("asOf=1970-01-01")
        );

    [Fact]
    public async Task are_as_they_were_known()
    {
        var changes = (await service.GetAsync($"{path}/changes"))["changes"]!.AsArray();
        var retracted = changes
            .Where(change => (string?)change!["op"] == "retracted")
            .Select(change => (long)change!["position"]!)
            .Single();

        Assert.Contains("article/cold-war certain", await EraOnAsync($"asOf=1960&knownAt={retracted - 1}"));
        Assert.DoesNotContain("article/cold-war certain", await EraOnAsync($"asOf=1960&knownAt={retracted}"));
        Assert.Empty(await EraOnAsync("asOf=1960&knownAt=0"));
    }

    [Fact]
    public async Task are_told_beside_any_two_sides() =>
        Assert.Equal(["article/soviet-period certain"], await EraOnAsync("asOf=1960&between=ussr,plo"));

    private async Task<string[]> EraOnAsync(string query) =>
        [
            .. (await service.GetAsync($"{path}/state?{query}"))["eras"]!
                .AsArray()
                .Select(era => $"{era!["scheme"]}/{era["era"]} {era["certainty"]}"),
        ];
}
