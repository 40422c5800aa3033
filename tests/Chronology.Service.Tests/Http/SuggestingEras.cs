using System.Globalization;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Twelve quiet years of calls, then ten of sanctions, begun by a break.</summary>
public sealed class SuggestingEras(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        var lines = new List<string>
        {
            """{"record":"actor","key":"a","kind":"state","name":"A"}""",
            """{"record":"actor","key":"b","kind":"state","name":"B"}""",
            """{"record":"actor","key":"c","kind":"state","name":"C"}""",
            Event("break", "relations-severed", "1962-03-04"),
        };
        for (var year = 1950; year < 1972; year++)
        {
            var key = year.ToString(CultureInfo.InvariantCulture);
            lines.Add(
                year < 1962
                    ? Event($"call-{key}", "call-held", $"{key}-06-{10 + year % 3}")
                    : Event($"sanctions-{key}", "sanctions-imposed", key)
            );
        }
        var report = await service.ImportAsync(path, string.Join('\n', lines));
        Assert.Empty(report["refused"]!.AsArray());
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData("between=a,b")]
    [InlineData("actor=a")]
    [InlineData("")]
    public async Task finds_the_year_and_the_strongest_event(string query)
    {
        var answer = await service.GetAsync($"{path}/eras/suggestions?asOf=1971&{query}");

        Assert.Equal(["basis", "suggestions", "notes"], answer.Select(member => member.Key));
        var one = Assert.Single(answer["suggestions"]!.AsArray())!;
        Assert.Equal("""1962 1962-01-01 sanctions-1962""", $"{one["year"]} {one["on"]} {one["event"]}");
        Assert.Equal(1, (decimal)one["before"]!);
        Assert.InRange((decimal)one["after"]!, -8, -7);
        Assert.InRange((decimal)one["confidence"]!, 0.5m, 1);
        Assert.Equal(["suggestion"], Codes(answer));
    }

    [Fact]
    public async Task says_where_data_is_thin()
    {
        Assert.Equal(["suggestion", "thin-data"], Codes(await service.GetAsync($"{path}/eras/suggestions?asOf=1955")));
        var nothing = await service.GetAsync($"{path}/eras/suggestions?between=a,c");
        Assert.Empty(nothing["suggestions"]!.AsArray());
        Assert.Equal(["suggestion", "thin-data"], Codes(nothing));
    }

    [Fact]
    public async Task counts_what_was_recorded_of_those_merged_into_the_one_asked_about()
    {
        const string Merge = """{"into":"c","reason":{"code":"merge"}}""";
        using var merged = await service.SendAsync(HttpMethod.Post, $"{path}/actors/a/merge", Merge, 1);
        Assert.True(merged.IsSuccessStatusCode);

        foreach (var query in new[] { "between=c,b", "actor=c" })
        {
            var answer = await service.GetAsync($"{path}/eras/suggestions?asOf=1971&{query}");
            Assert.Equal("sanctions-1962", (string?)Assert.Single(answer["suggestions"]!.AsArray())!["event"]);
        }
    }

    private static IEnumerable<string> Codes(JsonObject answer) =>
        answer["notes"]!.AsArray().Select(note => (string)note!["code"]!);

    private static string Event(string key, string type, string occurred) =>
        $$"""{"record":"event","key":"{{key}}","type":"{{type}}","occurred":"{{occurred}}","title":"t","noSource":"a test","credibility":"confirmed","actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}]}""";
}
