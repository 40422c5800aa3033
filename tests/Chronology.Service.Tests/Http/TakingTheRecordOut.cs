using System.Text.Json.Nodes;
using Chronology.Service.Rebuild;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chronology.Service.Tests.Http;

/// <summary>Export, and the import of what was exported.</summary>
public sealed class TakingTheRecordOut(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Derived = """
        select string_agg(md5(row::text), ',' order by row::text) from (
            select (kind, key, from_position, to_position, revision, status, type, earliest, latest, day_order, refs, search, state::text)::text as row
            from chronology.record where chronology = $1
            union all
            select (start_first, start_last, width, from_position, to_position, firm, ahead, event, idx, effect::text)::text
            from chronology.effect where chronology = $1
            union all
            select (kind, holder, toward, qualifier, value)::text from chronology.fact where chronology = $1) rows
        """;

    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        await service.ImportAsync(
            path,
            await File.ReadAllTextAsync(Shipped.Path, TestContext.Current.CancellationToken)
        );
        await service.PostAsync($"{path}/actors", """{"key":"extra","kind":"person","name":"Ex \"tra\" \u2028"}""");
        await service.SendAsync(
            HttpMethod.Post,
            $"{path}/actors/extra/retract",
            """{"reason":{"code":"correction","note":"a trial"}}""",
            1
        );
        await service.SendAsync(
            HttpMethod.Post,
            $"{path}/actors/extra/reinstate",
            """{"reason":{"code":"correction"}}""",
            2
        );
        await service.SendAsync(
            HttpMethod.Patch,
            $"{path}/sources/article",
            """{"changes":{"csl":{"title":null,"volume":"7"}},"reason":{"code":"correction"}}""",
            1
        );
        await service.SendAsync(
            HttpMethod.Post,
            $"{path}/events/russia-votes-for-oslo/resolve",
            """{"reason":{"code":"reassessment"}}""",
            2
        );
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task into_an_empty_chronology_gives_the_same_state_hash_and_the_same_answers()
    {
        await service.PostAsync($"{path}/actors", """{"key":"double","kind":"person","name":"Extra"}""");
        await service.SendAsync(
            HttpMethod.Post,
            $"{path}/actors/double/merge",
            """{"into":"extra","reason":{"code":"merge","note":"the same person"}}""",
            1
        );
        var copy = await service.CreateAsync("copy-of-answers");
        await service.ImportAsync(copy, await service.Client.GetStringAsync($"{path}/export"));

        Assert.Equal(await HashAsync(path), await HashAsync(copy));
        foreach (
            var question in (string[])
                ["/state?asOf=1975", "/facts?asOf=1995", "/events?asOf=2000&limit=1000", "/actors?asOf=2000&limit=1000"]
        )
            Assert.Equal(await AnswerAsync(path, question), await AnswerAsync(copy, question));
    }

    [Fact]
    public async Task into_an_empty_chronology_gives_the_same_rows()
    {
        var copy = await service.CreateAsync("copy");

        var report = await service.ImportAsync(copy, await service.Client.GetStringAsync($"{path}/export"));

        Assert.Empty(report["refused"]!.AsArray());
        Assert.Equal(await DerivedAsync(path.Split('/')[^1]), await DerivedAsync("copy"));
    }

    [Fact]
    public async Task into_its_own_chronology_changes_nothing()
    {
        var lines = await service.Client.GetStringAsync($"{path}/export");

        var report = await service.ImportAsync(path, lines);

        Assert.Equal(0, (int)report["recorded"]!);
        Assert.Empty(report["refused"]!.AsArray());
        Assert.Equal(lines, await service.Client.GetStringAsync($"{path}/export"));
    }

    [Fact]
    public async Task has_one_line_a_position_and_one_for_the_chronology()
    {
        var head = (long)(await service.GetAsync(path))["head"]!["position"]!;

        var lines = (await service.Client.GetStringAsync($"{path}/export")).TrimEnd('\n').Split('\n');

        Assert.Equal(head + 1, lines.Length);
        Assert.Equal(
            Enumerable.Range(1, (int)head).Select(p => (long)p),
            lines.Skip(1).Select(line => (long)JsonNode.Parse(line)!["position"]!)
        );
    }

    [Fact]
    public async Task leaves_the_salts_out_of_a_line_that_they_would_make_too_long_to_import()
    {
        var many = string.Join(',', Enumerable.Repeat("1", 20_000));
        await service.PostAsync(
            $"{path}/sources",
            $$$"""{"key":"many","kind":"press","csl":{"numbers":[{{{many}}}]}}"""
        );
        var lines = (await service.Client.GetStringAsync($"{path}/export")).TrimEnd('\n').Split('\n');
        var copy = await service.CreateAsync("copy-of-many");
        var report = await service.ImportAsync(copy, string.Join('\n', lines));

        Assert.Contains("\"salts\":{", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("\"salts\"", lines[^1], StringComparison.Ordinal);
        Assert.Empty(report["refused"]!.AsArray());
    }

    [Fact]
    public async Task as_known_earlier_stops_at_that_position() =>
        Assert.Equal(
            11,
            (await service.Client.GetStringAsync($"{path}/export?knownAt=10")).TrimEnd('\n').Split('\n').Length
        );

    private async Task<string> HashAsync(string chronology) =>
        (
            await service
                .Services.GetRequiredService<ISender>()
                .Send(new StateHashOf(chronology.Split('/')[^1], null), TestContext.Current.CancellationToken)
        )
            .Value
            .StateHash;

    /// <summary>Less when it was recorded, and less its name, which stands for who recorded it too.</summary>
    private async Task<string> AnswerAsync(string chronology, string question)
    {
        var answer = await service.GetAsync($"{chronology}{question}");
        answer["basis"]!["knownAt"]!["at"] = null;
        answer.Remove("answer");
        return answer.ToJsonString();
    }

    private async Task<string> DerivedAsync(string chronology)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(Derived);
        command.Parameters.AddWithValue(chronology);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
