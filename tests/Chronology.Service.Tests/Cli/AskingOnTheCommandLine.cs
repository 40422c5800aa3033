namespace Chronology.Service.Tests.Cli;

public sealed class AskingOnTheCommandLine(AskingOnTheCommandLine.Worked worked)
    : IClassFixture<AskingOnTheCommandLine.Worked>
{
    /// <summary>The shipped chronology, imported and served.</summary>
    public sealed class Worked(TestServer server) : IAsyncLifetime
    {
        private readonly TestDatabase database = new(server);

        public string ConnectionString => database.ConnectionString;

        public Served Service { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await database.InitializeAsync();
            var imported = await new CommandLine(ConnectionString).ReadAsync(CommandLine.Worked, "import", "-");
            Assert.Equal((0, ""), (imported.Exit, imported.Error));
            Service = await Served.StartAsync(ConnectionString);
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    private CommandLine Chronology => new(worked.ConnectionString);

    [Theory]
    [InlineData("state --between ussr,plo --as-of 1974-07-01", "state?between=ussr,plo&asOf=1974-07-01")]
    [InlineData("state --actor plo --as-of 1974 --known-at 64", "state?actor=plo&asOf=1974&knownAt=64")]
    [InlineData("facts --kind recognition --as-of 1950", "facts?kind=recognition&asOf=1950")]
    [InlineData(
        "facts --kind representation --holder plo --toward ussr --as-of 1974-07-01 --known-at 64",
        "facts?kind=representation&holder=plo&toward=ussr&asOf=1974-07-01&knownAt=64"
    )]
    [InlineData(
        "facts --kind relations --holder ussr --toward israel --value severed --as-of 1975",
        "facts?kind=relations&holder=ussr&toward=israel&value=severed&asOf=1975"
    )]
    [InlineData(
        "stances --holder ussr --toward resolution-3379 --as-of 1991-12-20",
        "stances?holder=ussr&toward=resolution-3379&asOf=1991-12-20"
    )]
    [InlineData("stances --holder russia --limit 2 --as-of 2014", "stances?holder=russia&limit=2&asOf=2014")]
    [InlineData("timeline --limit 7 --as-of 1990", "events?limit=7&asOf=1990")]
    [InlineData(
        "timeline --between ussr,plo --from 1974 --to 1975 --certainty certain --as-of 1990",
        "events?between=ussr,plo&from=1974&to=1975&certainty=certain&asOf=1990"
    )]
    [InlineData("timeline --q embassy --status active --as-of 1990", "events?q=embassy&status=active&asOf=1990")]
    [InlineData("changes --since 60 --limit 5", "changes?since=60&limit=5")]
    [InlineData("history event/plo-embassy-moscow --as-of 1990", "events/plo-embassy-moscow/history?asOf=1990")]
    [InlineData(
        "history --kind representation --holder plo --toward ussr --as-of 1974-07-01",
        "facts/history?kind=representation&holder=plo&toward=ussr&asOf=1974-07-01"
    )]
    [InlineData("blame event/plo-embassy-moscow --as-of 1990", "events/plo-embassy-moscow/blame?asOf=1990")]
    [InlineData("blame actor/plo --as-of 1990 --known-at 64", "actors/plo/blame?asOf=1990&knownAt=64")]
    [InlineData("search soviet union --limit 3 --as-of 1990", "search?q=soviet+union&limit=3&asOf=1990")]
    [InlineData("search plo --as-of 1990 --known-at 20", "search?q=plo&asOf=1990&knownAt=20")]
    [InlineData("compare 1974@64 1992 --between ussr,plo", "compare?from=1974@64&to=1992&between=ussr,plo")]
    [InlineData("compare 1992 1974@64", "compare?from=1992&to=1974@64")]
    [InlineData("eras --scheme article-sections --as-of 1956", "schemes/article-sections/eras?asOf=1956")]
    [InlineData(
        "eras --scheme article-sections --as-of 1956 --known-at 344",
        "schemes/article-sections/eras?asOf=1956&knownAt=344"
    )]
    [InlineData("eras --summary --as-of 1990", "eras?asOf=1990")]
    [InlineData(
        "eras --summary --scheme article-lead --between ussr,plo --as-of 1990",
        "eras?scheme=article-lead&between=ussr,plo&asOf=1990"
    )]
    [InlineData("state --between ussr,israel --as-of 1974 --rules 2", "state?between=ussr,israel&asOf=1974&rules=2")]
    [InlineData("stances --holder ussr --as-of 1991 --rules 2", "stances?holder=ussr&asOf=1991&rules=2")]
    [InlineData("eras --summary --as-of 1990 --rules 2", "eras?asOf=1990&rules=2")]
    [InlineData("compare 1990 1992 --actor ussr --rules 1..2", "compare?from=1990&to=1992&actor=ussr&rules=1..2")]
    [InlineData("history chronology --as-of 1990", "history?asOf=1990")]
    [InlineData("export", "export")]
    [InlineData("export --known-at 64", "export?knownAt=64")]
    public async Task gives_the_bytes_that_http_gives(string asked, string url)
    {
        var told = await Chronology.RunAsync([.. asked.Split(' '), "--json"]);
        var served = await worked.Service.Client.GetByteArrayAsync(
            $"/api/chronologies/palestine-russia/{url}",
            TestContext.Current.CancellationToken
        );

        Assert.Equal("", told.Error);
        Assert.Equal(0, told.Exit);
        Assert.Equal(served, told.Bytes);
    }

    [Theory]
    [InlineData("state --between ussr,plo --as-of 1974-07-01", "representative-office (possible, or none)")]
    [InlineData("state --between ussr,plo --as-of 1974-07-01", "Score: ")]
    [InlineData("state --between ussr,plo --as-of 1974-07-01 --known-at {before}", "embassy (possible, or none)")]
    [InlineData("facts --kind representation --holder plo --toward ussr --as-of 1974-07-01", "Verdict: possible")]
    [InlineData("timeline --from 1974 --to 1974", "PLO embassy opened in Moscow")]
    [InlineData("timeline --limit 1", "There are more: --cursor ")]
    [InlineData("stances --holder ussr --toward resolution-3379 --as-of 1991-12-20", "opposes -0.51 (-0.79 to 0.00)")]
    [InlineData("stances --holder ussr --toward resolution-3379 --as-of 1991-12-20", "24% supporting, 0% neutral, 76%")]
    [InlineData("stances --holder ussr --toward resolution-3379 --as-of 1991-12-20", "ussr-votes-for-46-86 (revision ")]
    [InlineData("stances --holder russia --as-of 2024", "insufficient-evidence")]
    [InlineData("stances --holder russia --as-of 2024", "2014-07-23, stale")]
    [InlineData("stances --holder russia --as-of 2024 --limit 1", "There are more: --cursor ")]
    [InlineData("stances --holder ussr --toward nothing", "unknown-issue: ")]
    [InlineData("changes --since {before} --limit 1", "event/plo-embassy-moscow")]
    [InlineData("history event/plo-embassy-moscow", "An embassy is the mission of a state")]
    [InlineData("history --kind representation --holder plo --toward ussr --as-of 1974-07-01", "embassy (possible")]
    [InlineData("state --between oman,plo", "unknown-actor: ")]
    [InlineData("blame event/plo-embassy-moscow", "An embassy is the mission of a state")]
    [InlineData("blame event/plo-embassy-moscow", "/effects/")]
    [InlineData("search soviet gov", "actor/ussr")]
    [InlineData("search no-such-thing", "Nothing is found.")]
    [InlineData("search plo --limit 1", "There are more: --cursor ")]
    [InlineData("compare 1974@{before} 1977 --between ussr,plo", "representation plo → ussr")]
    [InlineData("compare 1974@{before} 1974 --between ussr,plo", "embassy (certain)")]
    [InlineData("compare 1974@{before} 1974 --between ussr,plo", "event/plo-embassy-moscow corrected by ")]
    [InlineData("compare 1947 1949 --between ussr,israel", "recognition ussr → israel")]
    [InlineData("compare 1974 1974", "Nothing is different.")]
    [InlineData("compare 1974 1977 --between nobody,plo", "unknown-actor: No actor “nobody”")]
    [InlineData("timeline --actor nobody", "unknown-actor: No actor “nobody”")]
    [InlineData(
        "retract event/plo-embassy-moscow --if-match 2 --reason correction --dry-run --as-of 1975",
        "Nothing is recorded. event/plo-embassy-moscow would be retracted: revision 3, retracted."
    )]
    [InlineData(
        "retract event/plo-embassy-moscow --if-match 2 --reason correction --dry-run --as-of 1975",
        "representative-office (certain)"
    )]
    [InlineData("retract event/plo-embassy-moscow --if-match 2 --reason correction --dry-run", "As of 1974-08-31")]
    [InlineData(
        "retract event/ussr-sponsors-3379 --if-match 1 --reason correction --dry-run --as-of 1991-12-20",
        "stance ussr → resolution-3379, shown"
    )]
    [InlineData(
        "correct event/ussr-sponsors-3379 --if-match 1 --set title=Other --reason correction --dry-run --as-of 1991-12-20",
        "(revision 2, supports, weight 0.36)"
    )]
    [InlineData("eras", "(scheme/article-sections)")]
    [InlineData("eras --as-of 1974-07-01", "certain")]
    [InlineData("eras --known-at 64", "No schemes.")]
    [InlineData("eras --summary --known-at 64", "No eras.")]
    [InlineData("eras --summary --as-of 1990", "In the summer of 1974, ")]
    [InlineData("eras --summary --limit 1 --as-of 1990", "There are more: --cursor ")]
    [InlineData(
        "append --key tried --type relations-severed --occurred 1990-01-01 --title Tried --actor ussr --no-source none --dry-run",
        "Nothing is recorded. event/tried would be recorded: revision 1, active."
    )]
    public async Task tells_people_in_plain_text(string asked, string expected)
    {
        var told = await Chronology.RunAsync(
            asked.Replace("{before}", $"{CommandLine.BeforeTheCorrection}", StringComparison.Ordinal).Split(' ')
        );

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains(expected, told.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', told.Out);
    }

    [Theory]
    [InlineData("state --as-of tomorrow", 1, "invalid-parameter: ")]
    [InlineData("state --rules 9", 1, "invalid-parameter: “rules”: a version from 1 to 2")]
    [InlineData("compare 1974 --rules 1..9", 1, "invalid-parameter: “rules”: ")]
    [InlineData("compare", 2, "usage: ")]
    [InlineData("compare 1974@nine", 1, "invalid-parameter: “from”, “knownAt”: Give a position")]
    [InlineData("state --known-at 9999", 1, "invalid-parameter: ")]
    [InlineData("state -c nowhere", 1, "no-such-chronology: ")]
    [InlineData("facts --kind friendship", 1, "invalid-parameter: ")]
    [InlineData("timeline --limit 0", 1, "invalid-parameter: “limit” is a whole number from 1 to 1000.")]
    [InlineData("timeline --cursor forged", 1, "invalid-parameter: ")]
    [InlineData("history event/none", 1, "no-such-event: ")]
    [InlineData("history nothing", 1, "invalid-parameter: ")]
    [InlineData("history", 1, "invalid-parameter: ")]
    [InlineData("blame event/none", 1, "no-such-event: ")]
    [InlineData("blame nothing", 1, "invalid-parameter: ")]
    [InlineData("blame", 2, "usage: ")]
    [InlineData("eras --scheme none", 1, "no-such-scheme: ")]
    [InlineData("eras --as-of tomorrow", 1, "invalid-parameter: ")]
    [InlineData("eras --between ussr,plo", 2, "usage: --between goes with --summary.")]
    [InlineData("eras --summary --scheme x --as-of tomorrow", 1, "invalid-parameter: ")]
    [InlineData("edit event/none", 1, "no-such-event: ")]
    [InlineData("edit nothing", 1, "invalid-parameter: ")]
    [InlineData("search", 2, "usage: ")]
    [InlineData("search plo --limit 101", 1, "invalid-parameter: “limit” is a whole number from 1 to 100.")]
    [InlineData("export --known-at 9999", 1, "invalid-parameter: ")]
    [InlineData("export -c nowhere", 1, "no-such-chronology: ")]
    [InlineData("export --output /no/such/folder/file", 2, "no-such-file: ")]
    [InlineData("retract event/plo-embassy-moscow --if-match 2 --reason correction --as-of 1975", 2, "usage: ")]
    [InlineData("state --nope", 2, "usage: ")]
    [InlineData("state --between", 2, "usage: ")]
    [InlineData("nope", 2, "usage: ")]
    public async Task refuses_in_one_sentence(string asked, int exit, string expected)
    {
        var told = await Chronology.RunAsync(asked.Split(' '));

        Assert.Equal(exit, told.Exit);
        Assert.Empty(told.Out);
        Assert.StartsWith(expected, told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_an_empty_option_as_http_does()
    {
        var told = await Chronology.RunAsync("state", "--between", "");

        Assert.Equal(1, told.Exit);
        Assert.Equal("invalid-parameter: “between” is empty: leave it out or give a value.\n", told.Error);
    }

    [Fact]
    public async Task exports_into_a_file_what_import_takes_unchanged()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "all.jsonl");

        var told = await Chronology.RunAsync("export", "--output", file);
        var again = await Chronology.RunAsync("import", file, "--json");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal($"{file}: {CommandLine.Head + 1} lines, as known at position {CommandLine.Head}.\n", told.Out);
        Assert.Equal((0, CommandLine.Head + 1), (again.Exit, (int)again.Json["unchanged"]!));
        Assert.Equal((await Chronology.RunAsync("export")).Out, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task leaves_a_file_alone_when_an_export_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "all.jsonl");
        await File.WriteAllTextAsync(file, "kept");

        var told = await Chronology.RunAsync("export", "-o", file, "--known-at", "9999");

        Assert.Equal((1, "kept"), (told.Exit, await File.ReadAllTextAsync(file)));
    }

    [Fact]
    public async Task the_help_of_the_program_lists_the_verbs()
    {
        var told = await Chronology.RunAsync("--help");

        foreach (var verb in new[] { "append", "blame", "compare", "edit", "eras", "export", "rules", "search" })
            Assert.Contains($"  {verb} ", told.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task shows_the_versions_of_the_rules_side_by_side()
    {
        var told = await Chronology.RunAsync("rules");
        var all = await Chronology.RunAsync("rules", "--all", "--json");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.StartsWith(
            "palestine-russia follows rules 1; its own record is at revision 0.\n",
            told.Out,
            StringComparison.Ordinal
        );
        Assert.Matches(@"least-pieces +2 +3 ", told.Out);
        Assert.DoesNotContain("half-life-days", told.Out, StringComparison.Ordinal);
        Assert.Equal("1 2", string.Join(' ', all.Json["versions"]!.AsArray().Select(version => version!["version"])));
    }

    [Fact]
    public async Task tells_what_other_rules_would_say()
    {
        var told = await Chronology.RunAsync("compare", "1992", "1992", "--actor", "ussr", "--rules", "1..2");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains("What rules 2 say instead of rules 1\n", told.Out, StringComparison.Ordinal);
        Assert.Contains("stance ussr → ", told.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task takes_the_chronology_that_is_set()
    {
        var told = await new CommandLine(worked.ConnectionString, ("CHRONOLOGY_CHRONOLOGY", "set")).RunAsync("state");

        Assert.Equal((1, "no-such-chronology: There is no chronology “set”.\n"), (told.Exit, told.Error));
    }

    [Theory]
    [InlineData("")]
    [InlineData("serve")]
    [InlineData("create")]
    [InlineData("import")]
    [InlineData("append")]
    [InlineData("edit")]
    [InlineData("eras")]
    [InlineData("correct")]
    [InlineData("retract")]
    [InlineData("reinstate")]
    [InlineData("dispute")]
    [InlineData("resolve")]
    [InlineData("state")]
    [InlineData("facts")]
    [InlineData("timeline")]
    [InlineData("history")]
    [InlineData("changes")]
    [InlineData("compare")]
    [InlineData("blame")]
    [InlineData("search")]
    [InlineData("export")]
    [InlineData("rules")]
    [InlineData("migrate")]
    [InlineData("status")]
    public async Task shows_how_each_verb_is_used(string verb)
    {
        var told = await Chronology.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains("Example:\n", told.Out, StringComparison.Ordinal);
        Assert.Contains($"chronology {verb}", told.Out.Split("Example:\n")[1], StringComparison.Ordinal);
    }
}
