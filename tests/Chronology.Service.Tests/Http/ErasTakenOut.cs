using System.Text.Json.Nodes;
using Npgsql;

namespace Chronology.Service.Tests.Http;

/// <summary>Schemes and eras in export and import, and in a rebuild.</summary>
public sealed class ErasTakenOut(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    // References point forward: an era before its scheme, its event and its source.
    private const string Lines = """
        {"record":"era","scheme":"a","key":"e","title":"E","span":"1956/1990","opens":"v","citations":[{"source":"s"}],"revision":1}
        {"record":"era","scheme":"b","key":"e","title":"E of b","start":"1955","end":"[1990,1991]","revision":1}
        {"record":"scheme","key":"b","title":"B","revision":1}
        {"record":"scheme","key":"a","title":"A","author":"Somebody else","revision":1}
        {"record":"correct","of":"scheme","key":"a","revision":2,"changes":{"author":null},"reason":{"code":"correction"}}
        {"record":"correct","of":"era","scheme":"a","key":"e","revision":2,"changes":{"span":null,"start":"1956","end":".."},"reason":{"code":"correction"}}
        {"record":"retract","of":"era","scheme":"a","key":"e","revision":3,"reason":{"code":"correction"}}
        {"record":"reinstate","of":"era","scheme":"a","key":"e","revision":4,"reason":{"code":"correction"}}
        {"record":"event","key":"v","type":"statement-made","occurred":"1956","title":"V","citations":[{"source":"s"}],"revision":1}
        {"record":"source","key":"s","kind":"press","revision":1}
        """;

    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData("import")]
    [InlineData("import?strict=true")]
    public async Task may_be_recorded_in_any_order(string import)
    {
        path = await service.CreateAsync(import.Length == 6 ? "loosely" : "strictly");
        using var content = new StringContent(Lines, null, "application/x-ndjson");
        var response = await service.Client.PostAsync(
            $"{path}/{import}",
            content,
            TestContext.Current.CancellationToken
        );
        var report = JsonNode
            .Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!
            .AsObject();

        Assert.Equal("[]", report["refused"]!.ToJsonString());
        Assert.Equal(10, (int)report["recorded"]!);
        Assert.Equal("1956/..", (string?)(await service.GetAsync($"{path}/schemes/a/eras/e"))["span"]!["edtf"]);
    }

    [Fact]
    public async Task import_again_into_the_same_rows()
    {
        await service.ImportAsync(path, Lines);
        var lines = await service.Client.GetStringAsync($"{path}/export", TestContext.Current.CancellationToken);
        var copy = await service.CreateAsync("copy-of-eras");

        var again = await service.ImportAsync(path, lines);
        var report = await service.ImportAsync(copy, lines);

        Assert.Equal((0, 0), ((int)again["recorded"]!, again["refused"]!.AsArray().Count));
        Assert.Equal((10, 0), ((int)report["recorded"]!, report["refused"]!.AsArray().Count));
        Assert.Equal(await RowsAsync(path.Split('/')[^1]), await RowsAsync("copy-of-eras"));
    }

    [Fact]
    public async Task tell_the_author_of_a_scheme_from_who_recorded_it()
    {
        await service.ImportAsync(path, Lines);

        var lines = (await service.Client.GetStringAsync($"{path}/export", TestContext.Current.CancellationToken))
            .TrimEnd('\n')
            .Split('\n')
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .ToArray();
        var scheme = lines.Single(line => (string?)line["record"] == "scheme" && (string?)line["key"] == "a");
        var unnamed = lines.Single(line => (string?)line["record"] == "scheme" && (string?)line["key"] == "b");
        var retraction = lines.Single(line => (string?)line["record"] == "retract");

        Assert.Equal("Somebody else", (string?)scheme["author"]);
        Assert.False(unnamed.ContainsKey("author"));
        Assert.True(scheme.ContainsKey("recordedBy") && unnamed.ContainsKey("recordedBy"));
        Assert.Equal(
            ("era", "e", "a", true),
            (
                (string?)retraction["of"],
                (string?)retraction["key"],
                (string?)retraction["scheme"],
                retraction.ContainsKey("author")
            )
        );
    }

    private async Task<string> RowsAsync(string chronology)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(
            """
            select string_agg((kind, key, from_position, to_position, revision, status, type, earliest, latest, refs, search, state::text)::text, E'\n' order by from_position)
            from chronology.record where chronology = $1
            """
        );
        command.Parameters.AddWithValue(chronology);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
