using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class Searching(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        await service.ImportAsync(
            path,
            """
            {"record":"source","key":"s","kind":"press","csl":{"title":"The Times, oeuvre"},"revision":1}
            {"record":"source","key":"t","kind":"press","csl":{"title":"Агентство ТАСС"},"revision":1}
            {"record":"actor","key":"plo","kind":"organisation","name":"Palestine Liberation Organization","names":[{"name":"PLO"}],"revision":1}
            {"record":"actor","key":"cote","kind":"state","name":"Côte d’Ivoire","names":[{"name":"Ivory Coast"}],"revision":1}
            {"record":"event","key":"meets","type":"statement-made","occurred":"1974","title":"A visit of the PLO","actors":[{"actor":"plo","role":"actor"}],"citations":[{"source":"s"}],"revision":1}
            """
        );
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData("plo", "actor/plo", "event/meets")]
    [InlineData("Liberation PALESTINE", "actor/plo")]
    [InlineData("cote", "actor/cote")]
    [InlineData("CÔTE", "actor/cote")]
    [InlineData("ivo", "actor/cote")]
    [InlineData("cote d'ivoire", "actor/cote")]
    [InlineData("Œuvre", "source/s")]
    [InlineData("тасс", "source/t")]
    [InlineData("ТАСС агентство", "source/t")]
    [InlineData("times", "source/s")]
    [InlineData("100%")]
    [InlineData("_")]
    public async Task finds_by_any_name_without_case_and_diacritics(string words, params string[] found) =>
        Assert.Equal(found, Found(await service.GetAsync($"{path}/search?q={Uri.EscapeDataString(words)}")));

    [Fact]
    public async Task goes_on_where_a_page_ended()
    {
        var first = await service.GetAsync($"{path}/search?q=o&limit=2");
        var rest = await service.GetAsync($"{path}/search?q=o&limit=2&cursor={first["next"]}");

        Assert.Equal(["actor/cote", "actor/plo", "event/meets", "source/s"], [.. Found(first), .. Found(rest)]);
        Assert.Null(rest["next"]);
    }

    [Fact]
    public async Task knows_no_name_before_it_was_recorded() =>
        Assert.Empty(Found(await service.GetAsync($"{path}/search?q=plo&knownAt=1")));

    private static string[] Found(JsonObject answer) =>
        [.. answer["results"]!.AsArray().Select(found => $"{found!["record"]}/{found["key"]}")];
}
