using System.Text;

namespace Chronology.Service.Tests.Cli;

public sealed class RecordingOnTheCommandLine(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Oman = """{"key":"oman","kind":"state","name":"Oman"}""";
    private const string Visit =
        """{"key":"visit","type":"visit-made","occurred":"1975","title":"A visit","actors":[{"actor":"oman","role":"actor"}],"noSource":"made up"}""";

    private Served service = null!;
    private string slug = "";

    private CommandLine Chronology => new(database.ConnectionString, ("CHRONOLOGY_CHRONOLOGY", slug));

    private string Path => $"/api/chronologies/{slug}";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        slug = TestContext.Current.Test!.UniqueID[..20];
        var made = await Chronology.RunAsync("create", slug, "--title", "A title", "--licence", "CC0-1.0", "--json");
        Assert.Equal((0, ""), (made.Exit, made.Error));
        Assert.Equal(await GetBytesAsync(Path), made.Bytes);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task creating_twice_is_refused()
    {
        var again = await Chronology.RunAsync("create", slug, "--title", "Another");

        Assert.Equal(1, again.Exit);
        Assert.StartsWith("chronology-exists: ", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task appending_what_is_there_gives_the_bytes_of_http()
    {
        var first = await Chronology.ReadAsync(Oman, "append", "--kind", "actor", "--author", "Zoë", "--via", "a test");
        var again = await Chronology.ReadAsync(Oman, "append", "-", "--kind", "actor", "--json");
        var posted = await service.PostAsync($"{Path}/actors", Oman);

        Assert.Equal(
            (0, "actor/oman: recorded, revision 1 at position 1, active.\n", ""),
            (first.Exit, first.Out, first.Error)
        );
        Assert.Equal(await posted.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), again.Bytes);
        var changes = await service.GetAsync($"{Path}/changes");
        Assert.Equal("Zoë", (string?)changes["changes"]![0]!["author"]);
        Assert.Equal("a test", (string?)changes["changes"]![0]!["via"]);
    }

    [Fact]
    public async Task appends_the_body_in_a_file()
    {
        using var folder = new TemporaryFolder();
        var file = System.IO.Path.Combine(folder.Path, "عُمان.json");
        await File.WriteAllTextAsync(file, Oman, Encoding.UTF8, TestContext.Current.CancellationToken);

        var told = await Chronology.RunAsync("append", file, "--kind", "actor");

        Assert.Equal((0, ""), (told.Exit, told.Error));
    }

    [Fact]
    public async Task names_an_era_by_its_scheme_and_key()
    {
        await Chronology.ReadAsync("""{"key":"article","title":"A division"}""", "append", "--kind", "scheme");
        await Chronology.ReadAsync(
            """{"scheme":"article","key":"soviet-period","title":"Soviet period","span":"1956/1990"}""",
            "append",
            "--kind",
            "era"
        );

        await ExpectAsync(
            "era/article/soviet-period: corrected, revision 2",
            [
                "correct",
                "era/article/soviet-period",
                "--if-match",
                "1",
                "--set",
                "span=1956/1991",
                "--reason",
                "correction",
            ]
        );
        var state = await Chronology.RunAsync("state", "--as-of", "1991-06");
        Assert.Contains(
            "Era: Soviet period (era/article/soviet-period), possible\n",
            state.Out,
            StringComparison.Ordinal
        );
        var changes = await Chronology.RunAsync("changes", "--since", "2");
        Assert.Contains("era/article/soviet-period", changes.Out, StringComparison.Ordinal);
        var found = await Chronology.RunAsync("search", "soviet");
        Assert.Contains("era/article/soviet-period", found.Out, StringComparison.Ordinal);
        var unnamed = await Chronology.RunAsync("history", "era/soviet-period");
        Assert.Equal(1, unnamed.Exit);
    }

    [Fact]
    public async Task adopts_rules()
    {
        await ExpectAsync(
            "chronology/itself: adopted, revision 1",
            [
                "correct",
                "chronology",
                "--if-match",
                "0",
                "--set",
                "rules=2",
                "--reason",
                "adoption",
                "--note",
                "Stricter.",
            ]
        );
        var told = await Chronology.RunAsync("rules");
        Assert.Contains("follows rules 2; its own record is at revision 1.\n", told.Out, StringComparison.Ordinal);
        var state = await Chronology.RunAsync("state", "--as-of", "1991-06");
        Assert.Contains(", by rules 2\n", state.Out, StringComparison.Ordinal);
        var history = await Chronology.RunAsync("history", "chronology");
        Assert.Contains("adoption: Stricter.", history.Out, StringComparison.Ordinal);
        var again = await Chronology.RunAsync([
            "correct",
            "chronology",
            "--if-match",
            "1",
            "--set",
            "rules=2",
            "--reason",
            "adoption",
        ]);
        Assert.Equal((0, ""), (again.Exit, again.Error));
        var unknown = await Chronology.RunAsync([
            "correct",
            "chronology",
            "--if-match",
            "1",
            "--set",
            "rules=9",
            "--reason",
            "adoption",
        ]);
        Assert.Equal(1, unknown.Exit);
        Assert.StartsWith("unknown-rules: There are no rules 9", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task changes_a_record_by_each_verb()
    {
        await Chronology.ReadAsync(Oman, "append", "--kind", "actor");
        await Chronology.ReadAsync(Visit, "append", "--kind", "event");

        await ExpectAsync(
            "event/visit: corrected, revision 2",
            ["correct", "event/visit", "--if-match", "1", "--set", "title=1975", "--set", "order=2"],
            ["--changes", """{"tags":["a"],"place":null}""", "--reason", "correction", "--note", "Zoë says so"]
        );
        await ExpectAsync(
            "event/visit: disputed, revision 3",
            ["dispute", "event/visit", "--if-match", "2", "--reason", "dispute"]
        );
        await ExpectAsync(
            "event/visit: resolved, revision 4",
            ["resolve", "event/visit", "--if-match", "3", "--reason", "reassessment", "--credibility", "confirmed"]
        );
        await ExpectAsync(
            "event/visit: retracted, revision 5",
            ["retract", "event/visit", "--if-match", "4", "--reason", "correction"]
        );
        await ExpectAsync(
            "event/visit: reinstated, revision 6",
            ["reinstate", "event/visit", "--if-match", "5", "--reason", "correction"]
        );

        await Chronology.ReadAsync(
            Visit.Replace("visit\"", "again\"", StringComparison.Ordinal),
            "append",
            "--kind",
            "event"
        );
        await ExpectAsync(
            "event/again: merged, revision 2",
            ["merge", "event/again", "--into", "visit", "--if-match", "1", "--reason", "merge"]
        );
        Assert.Equal("visit", (string?)(await service.GetAsync($"{Path}/events/again"))["mergedInto"]);
        await ExpectAsync(
            "event/again: split, revision 3",
            ["split", "event/again", "--if-match", "2", "--reason", "split"]
        );

        var visit = await service.GetAsync($"{Path}/events/visit");
        Assert.Equal("1975", (string?)visit["title"]);
        Assert.Equal(2, (int?)visit["order"]);
        Assert.Equal("confirmed", (string?)visit["credibility"]);
        var history = await service.GetAsync($"{Path}/events/visit/history");
        Assert.Equal("Zoë says so", (string?)history["revisions"]![1]!["reason"]!["note"]);
    }

    [Theory]
    [InlineData("--if-match 7 --set name=X --reason correction", "stale-revision: ")]
    [InlineData("--set name=X --reason correction", "revision-required: ")]
    [InlineData("--if-match one --set name=X --reason correction", "invalid-parameter: ")]
    [InlineData("--if-match 1 --set name=X", "reason-required: ")]
    [InlineData("--if-match 1 --set name=X --reason whim", "invalid-parameter: ")]
    [InlineData("--if-match 1 --set nom=X --reason correction", "unknown-field: ")]
    [InlineData("--if-match 1 --set name --reason correction", "invalid-parameter: ")]
    [InlineData("--if-match 1 --set names=[ --reason correction", "malformed-json: ")]
    [InlineData("--if-match 1 --set name=X --set name=Y --reason correction", "invalid-parameter: ")]
    public async Task refuses_a_correction_in_one_sentence(string options, string expected)
    {
        await Chronology.ReadAsync(Oman, "append", "--kind", "actor");

        var told = await Chronology.RunAsync(["correct", "actor/oman", .. options.Split(' ')]);

        Assert.Equal(1, told.Exit);
        Assert.StartsWith(expected, told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_what_is_no_body()
    {
        Assert.Equal(1, (await Chronology.ReadAsync("{", "append", "--kind", "actor")).Exit);
        Assert.Equal(2, (await Chronology.RunAsync("append", "nowhere.json", "--kind", "actor")).Exit);
        Assert.Equal(2, (await Chronology.ReadAsync(Oman, "append", "--kind", "planet")).Exit);
        Assert.Equal(2, (await Chronology.ReadAsync(Oman, "append")).Exit);
    }

    [Fact]
    public async Task imports_a_file_again_without_change_and_as_http_reports_it()
    {
        var first = await Chronology.ReadAsync(CommandLine.Worked, "import", "-", "-c", slug, "--json");
        var again = await Chronology.ReadAsync(CommandLine.Worked, "import", "-", "-c", slug, "--strict", "--json");
        using var content = new StringContent(CommandLine.Worked, Encoding.UTF8, "application/x-ndjson");
        var posted = await service.Client.PostAsync($"{Path}/import", content, TestContext.Current.CancellationToken);

        Assert.Equal((0, 0), (first.Exit, again.Exit));
        Assert.Equal(0, (long?)again.Json["recorded"]);
        Assert.Equal(await posted.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), again.Bytes);
    }

    [Fact]
    public async Task tells_the_state_hash_where_it_is_asked_for()
    {
        await Chronology.ReadAsync(Oman, "append", "--kind", "actor");
        var plain = await Chronology.RunAsync("status", "--json");
        var hashed = await Chronology.RunAsync("status", "--state-hash", "--json");
        var told = await Chronology.RunAsync("status", "--state-hash");
        var one = hashed.Json["chronologies"]!.AsArray().Single(c => (string?)c!["slug"] == slug)!;

        Assert.Equal((0, ""), (hashed.Exit, hashed.Error));
        Assert.Matches("^sha256:[0-9a-f]{64}$", (string?)one["stateHash"]);
        Assert.Contains($"State of {slug} at position 1: {one["stateHash"]}", told.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("stateHash", plain.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task begins_the_chronology_that_the_first_line_describes()
    {
        var lines = $$"""

            {"record":"chronology","slug":"{{slug}}-b","title":"From a file"}
            {"record":"actor","key":"oman","revision":1,"kind":"state","name":"Oman"}
            """;

        var told = await Chronology.ReadAsync(lines, "import", "-");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal("Standard input: 1 recorded, 1 unchanged, 0 refused; the head is 1.\n", told.Out);
        Assert.Equal("From a file", (string?)(await service.GetAsync($"{Path}-b"))["title"]);
    }

    [Fact]
    public async Task tries_an_import_and_tells_what_http_tells()
    {
        const string Lines = """
            {"record":"actor","key":"oman","revision":1,"kind":"state","name":"Oman"}
            {"record":"actor","key":"iran","revision":1,"kind":"state","name":"Iran"}
            {"record":"event","key":"ties","revision":1,"type":"relations-established","occurred":"1971","title":"Ties","noSource":"made up","effects":[{"fact":"relations","holder":"oman","toward":"iran","value":"established"}]}
            {"record":"planet"}
            """;
        var told = await Chronology.ReadAsync(Lines, "import", "-", "--dry-run", "--as-of", "1975");
        var json = await Chronology.ReadAsync(Lines, "import", "-", "--dry-run", "--as-of", "1975", "--json");
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Lines));
        content.Headers.ContentType = new("application/x-ndjson");
        var posted = await service.Client.PostAsync(
            $"{Path}/import?dryRun=true&asOf=1975",
            content,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(1, told.Exit);
        Assert.StartsWith(
            "Nothing is recorded. Standard input would be 3 recorded, 0 unchanged, 1 refused.\nAs of 1975-12-31\n",
            told.Out,
            StringComparison.Ordinal
        );
        Assert.StartsWith("invalid-parameter: line 4: ", told.Error, StringComparison.Ordinal);
        Assert.Equal(await posted.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), json.Bytes);
        Assert.Empty((await service.GetAsync($"{Path}/changes"))["changes"]!.AsArray());
        Assert.Equal(2, (await Chronology.ReadAsync(Lines, "import", "-", "--as-of", "1975")).Exit);
    }

    [Fact]
    public async Task reports_each_of_several_files_on_a_line()
    {
        using var folder = new TemporaryFolder();
        var files = new[] { "a.jsonl", "b.jsonl" }.Select(name => System.IO.Path.Combine(folder.Path, name)).ToArray();
        foreach (var file in files)
            await File.WriteAllTextAsync(
                file,
                Oman.Replace("{", """{"record":"actor","revision":1,""", StringComparison.Ordinal)
            );

        var told = await Chronology.RunAsync(["import", .. files, "--json"]);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal(2, told.Out.Split('\n').Length);
    }

    [Fact]
    public async Task tells_refused_lines_by_number()
    {
        var lines = """
            {"record":"actor","key":"oman","revision":1,"kind":"state","name":"Oman"}
            {"record":"planet"}
            """;

        var strictly = await Chronology.ReadAsync(lines, "import", "-", "--strict", "--json");
        var told = await Chronology.ReadAsync(lines, "import", "-");

        Assert.Equal((1, 0L), (strictly.Exit, (long)strictly.Json["recorded"]!));
        Assert.Equal(1, told.Exit);
        Assert.StartsWith("invalid-parameter: line 2: ", told.Error, StringComparison.Ordinal);
        Assert.StartsWith("Standard input: 1 recorded", told.Out, StringComparison.Ordinal);
    }

    private async Task ExpectAsync(string expected, params string[][] args)
    {
        var told = await Chronology.RunAsync([.. args.SelectMany(some => some)]);
        Assert.Equal("", told.Error);
        Assert.StartsWith(expected, told.Out, StringComparison.Ordinal);
    }

    private Task<byte[]> GetBytesAsync(string path) =>
        service.Client.GetByteArrayAsync(path, TestContext.Current.CancellationToken);
}
