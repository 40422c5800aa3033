namespace Chronology.Service.Tests.Cli;

public sealed class ExplainingOnTheCommandLine(AskingOnTheCommandLine.Worked worked)
    : IClassFixture<AskingOnTheCommandLine.Worked>
{
    private CommandLine Chronology => new(worked.ConnectionString);

    [Theory]
    [InlineData(
        "explain --kind representation --holder plo --toward ussr --as-of 1974-07-01",
        "explain?kind=representation&holder=plo&toward=ussr&asOf=1974-07-01"
    )]
    [InlineData(
        "explain --kind relations --holder ussr --toward israel --value severed --as-of 1970 --known-at 64",
        "explain?kind=relations&holder=ussr&toward=israel&value=severed&asOf=1970&knownAt=64"
    )]
    [InlineData(
        "explain stance --holder ussr --toward resolution-3379 --as-of 1991-12-20",
        "explain/stance?holder=ussr&toward=resolution-3379&asOf=1991-12-20"
    )]
    [InlineData(
        "explain score --between ussr,plo --as-of 1974-12 --limit 2",
        "explain/score?between=ussr,plo&asOf=1974-12&limit=2"
    )]
    [InlineData(
        "explain era article-lead/soviet-american-confrontation --between ussr,plo --as-of 1990",
        "explain/era?scheme=article-lead&era=soviet-american-confrontation&between=ussr,plo&asOf=1990"
    )]
    [InlineData(
        "explain era era/article-lead/soviet-american-confrontation --sentence event/plo-embassy-moscow --as-of 1990",
        "explain/era?scheme=article-lead&era=soviet-american-confrontation&sentence=event/plo-embassy-moscow&asOf=1990"
    )]
    public async Task gives_the_bytes_that_http_gives(string asked, string url)
    {
        var told = await Chronology.RunAsync([.. asked.Split(' '), "--json"]);
        var served = await worked.Service.Client.GetByteArrayAsync(
            $"/api/chronologies/palestine-russia/{url}",
            TestContext.Current.CancellationToken
        );

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal(served, told.Bytes);
    }

    [Theory]
    [InlineData(
        "--kind representation --holder plo --toward ussr --as-of 1974-07-01",
        "If plo-embassy-moscow (between 1974-06-01 and 1974-08-31) began on or before 1974-07-01: representative-office; later: none."
    )]
    [InlineData("--kind representation --holder plo --toward ussr --as-of 1974-07-01", "Verdict: possible")]
    [InlineData(
        "--kind recognition --holder ussr --toward israel --as-of 1950",
        "Soviet Union recognises Israel de jure (ussr-recognises-israel,"
    )]
    [InlineData("--kind recognition --holder ussr --toward israel --as-of 1950", "Decides: de-jure.")]
    [InlineData("--kind support --holder ussr --toward plo --value arms --as-of 1991-09", "Verdict: ")]
    [InlineData("--kind recognition --holder ussr --toward atlantis", "unknown-actor: ")]
    [InlineData(
        "stance --holder ussr --toward resolution-3379 --as-of 1991-12-20",
        "declared         opposes (possible)"
    )]
    [InlineData("score --between ussr,plo --as-of 1974-12", "S, the sum")]
    [InlineData("score --between ussr,plo --as-of 1974-12 --limit 1", "more events")]
    [InlineData(
        "era article-lead/soviet-american-confrontation --sentence event/plo-embassy-moscow --as-of 1990",
        "by the rule key-event: "
    )]
    public async Task tells_people_in_plain_text(string asked, string expected)
    {
        var told = await Chronology.RunAsync(["explain", .. asked.Split(' ')]);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains(expected, told.Out.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', told.Out);
    }

    [Fact]
    public async Task refuses_what_is_not_one_fact()
    {
        var told = await Chronology.RunAsync("explain", "--kind", "recognition");

        Assert.Equal((1, "invalid-parameter: Give “kind”, “holder” and “toward”.\n"), (told.Exit, told.Error));
    }

    [Fact]
    public async Task names_the_sentences_it_does_not_know()
    {
        var told = await Chronology.RunAsync(
            "explain",
            "era",
            "article-lead/soviet-american-confrontation",
            "--sentence",
            "x"
        );

        Assert.Equal(1, told.Exit);
        Assert.StartsWith("no-such-sentence: ", told.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain", "chronology explain --kind representation")]
    [InlineData("explain stance", "chronology explain stance --holder ussr")]
    [InlineData("explain score", "chronology explain score --between ussr,plo")]
    [InlineData("explain era", "chronology explain era article-lead/")]
    public async Task its_help_has_an_example(string verb, string example)
    {
        var told = await Chronology.RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Contains(example, told.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_whose_help_says_more()
    {
        var told = await Chronology.RunAsync("explain", "score", "--kind", "x");

        Assert.Equal(2, told.Exit);
        Assert.Contains("chronology explain score --help", told.Error, StringComparison.Ordinal);
    }
}
