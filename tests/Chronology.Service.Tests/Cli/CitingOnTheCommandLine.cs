using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Cli;

public sealed class CitingOnTheCommandLine(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Slug = "palestine-russia";

    private static readonly string[] Question = ["state", "--between", "ussr,plo", "--as-of", "1974-07-01"];

    private CommandLine Line => new(database.ConnectionString);

    public async ValueTask InitializeAsync() => await Line.ReadAsync(CommandLine.Worked, "import", "-");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<JsonObject> NameAsync() =>
        (await Line.RunAsync([.. Question, "--cite", "--json"])).Json["answer"]!.AsObject();

    [Fact]
    public async Task prints_the_citation_and_the_permalink()
    {
        var name = await NameAsync();
        var cited = await Line.RunAsync([.. Question, "--cite"]);

        Assert.Equal((0, ""), (cited.Exit, cited.Error));
        Assert.Equal($"{name["citation"]!["text"]}\nIts address: {name["permalink"]}\n", cited.Out);
        Assert.Contains(
            $"State of relations between Soviet Union and Palestine Liberation Organization as of 1974-07-01, as known at position {CommandLine.Head} (",
            cited.Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task gives_the_bytes_the_citation_and_the_changes_of_http()
    {
        await using var served = await Served.StartAsync(database.ConnectionString);
        var id = (string)(await NameAsync())["id"]!;
        var path = $"/api/chronologies/{Slug}/answers/{id}";

        Assert.Equal(await served.Client.GetStringAsync(path), (await Line.RunAsync("answer", id)).Out);
        Assert.Equal(await served.Client.GetStringAsync(path), (await Line.RunAsync("answer", id, "--json")).Out);
        Assert.Equal(
            await served.Client.GetStringAsync($"{path}/changes"),
            (await Line.RunAsync("answer", id, "--changes", "--json")).Out
        );
        Assert.StartsWith(
            "The answer is the same today.",
            (await Line.RunAsync("answer", id, "--changes")).Out,
            StringComparison.Ordinal
        );
        Assert.Contains(path, (await Line.RunAsync("answer", id, "--citation")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tells_what_has_changed_an_answer_known_earlier()
    {
        var cited = await Line.RunAsync([
            .. Question,
            "--known-at",
            $"{CommandLine.BeforeTheCorrection}",
            "--cite",
            "--json",
        ]);
        var changes = await Line.RunAsync("answer", (string)cited.Json["answer"]!["id"]!, "--changes");

        Assert.StartsWith("The answer is another one today.", changes.Out, StringComparison.Ordinal);
        Assert.Contains("event/plo-embassy-moscow", changes.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blame", "event/plo-embassy-moscow")]
    [InlineData("history", "event/plo-embassy-moscow")]
    [InlineData("history", "--kind", "representation", "--holder", "plo", "--toward", "ussr")]
    [InlineData("facts", "--holder", "plo")]
    [InlineData("timeline", "--limit", "5")]
    [InlineData("search", "embassy")]
    public async Task takes_every_question_with_a_basis(params string[] question)
    {
        var cited = await Line.RunAsync([.. question, "--cite", "--json"]);
        Assert.Equal((0, ""), (cited.Exit, cited.Error));

        Assert.Equal(0, (await Line.RunAsync("answer", (string)cited.Json["answer"]!["id"]!)).Exit);
    }

    [Fact]
    public async Task refuses_an_id_of_no_answer()
    {
        var refused = await Line.RunAsync("answer", "nothing");

        Assert.Equal(1, refused.Exit);
        Assert.StartsWith("no-such-answer: ", refused.Error, StringComparison.Ordinal);
    }
}
