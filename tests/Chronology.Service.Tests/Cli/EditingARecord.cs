using System.Diagnostics;

namespace Chronology.Service.Tests.Cli;

/// <summary>The editor is a script that changes the file it is given.</summary>
public sealed class EditingARecord(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Visit =
        """{"key":"visit","type":"visit-made","occurred":"1975","title":"A visit","place":"Muscat","noSource":"made up"}""";

    private readonly TemporaryFolder folder = new();
    private Served service = null!;
    private string slug = "";

    private string Path => $"/api/chronologies/{slug}";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        slug = TestContext.Current.Test!.UniqueID[..20];
        Assert.Equal(0, (await Editor(":").RunAsync("create", slug, "--title", "A title")).Exit);
        Assert.Equal(0, (await Editor(":").ReadAsync(Visit, "append", "--kind", "event")).Exit);
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task sends_what_was_changed_with_the_reason()
    {
        var told = await Editor(
                """sed -i -e 's/"A visit"/"A long visit"/' -e '/"place"/d' -e 's/"correction"/"refinement"/' -e 's/"note": null/"note": "seen"/' -e 's/"1975"/"1975-08"/' "$1" """
            )
            .RunAsync("edit", "event/visit", "--author", "Zoë");

        Assert.Equal(
            (0, "event/visit: refined, revision 2 at position 2, active.\n", ""),
            (told.Exit, told.Out, told.Error)
        );
        var visit = await service.GetAsync($"{Path}/events/visit");
        Assert.Equal("A long visit", (string?)visit["title"]);
        Assert.Null(visit["place"]);
        Assert.Equal("1975-08", (string?)visit["occurred"]!["edtf"]);
        var last = (await service.GetAsync($"{Path}/changes?since=1"))["changes"]![0]!;
        Assert.Equal(("Zoë", "seen"), ((string?)last["author"], (string?)last["reason"]!["note"]));
    }

    [Fact]
    public async Task tries_it_and_keeps_what_was_written()
    {
        var told = await Editor("""sed -i -e 's/"A visit"/"A long visit"/' "$1" """)
            .RunAsync("edit", "event/visit", "--dry-run");

        Assert.Equal(0, told.Exit);
        Assert.StartsWith(
            "Nothing is recorded. event/visit would be corrected: revision 2, active.\n",
            told.Out,
            StringComparison.Ordinal
        );
        Assert.StartsWith("kept: ", told.Error, StringComparison.Ordinal);
        var kept = told.Error.Trim().Split(' ')[^1].TrimEnd('.');
        Assert.Contains("A long visit", await File.ReadAllTextAsync($"{kept}"), StringComparison.Ordinal);
        Assert.Equal(1, await HeadAsync());
        Directory.Delete(System.IO.Path.GetDirectoryName(kept)!, recursive: true);
    }

    [Fact]
    public async Task left_as_it_is_sends_nothing_and_leaves_no_file()
    {
        var told = await Editor($"echo \"$1\" > {Seen}").RunAsync("edit", "event/visit");

        Assert.Equal((0, "event/visit: left as it was, nothing was sent.\n", ""), (told.Exit, told.Out, told.Error));
        Assert.Equal(1, await HeadAsync());
        Assert.False(File.Exists((await File.ReadAllTextAsync(Seen)).Trim()));
    }

    [Fact]
    public async Task is_for_its_user_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await Editor($"stat -c %a \"$1\" > {Seen}").RunAsync("edit", "event/visit");

        Assert.Equal("600", (await File.ReadAllTextAsync(Seen)).Trim());
    }

    [Theory]
    [InlineData("s/\"1975\"/\"yesterday\"/", "invalid-date: ")]
    [InlineData("s/\"title\":/title:/", "malformed-json: ")]
    [InlineData("s/\"visit-made\"/\"visit-maid\"/", "unknown-type: ")]
    [InlineData("s/\"correction\"/\"whim\"/", "invalid-parameter: ")]
    [InlineData("s/\"record\"/\"rekord\"/", "invalid-parameter: The file has ")]
    public async Task keeps_the_work_where_it_is_refused(string change, string expected)
    {
        var told = await Editor($"sed -i '{change}' \"$1\"").RunAsync("edit", "event/visit");

        Assert.Equal((1, ""), (told.Exit, told.Out));
        Assert.Contains(expected, told.Error, StringComparison.Ordinal);
        var kept = Kept(told);
        Assert.Contains("// event/visit, revision 1", await File.ReadAllTextAsync(kept), StringComparison.Ordinal);
        Directory.Delete(System.IO.Path.GetDirectoryName(kept)!, recursive: true);
        Assert.Equal(1, await HeadAsync());
    }

    [Fact]
    public async Task tells_that_somebody_else_was_faster()
    {
        // The editor tells that it is open, and waits to be told to go on.
        var (open, goOn) = (System.IO.Path.Combine(folder.Path, "open"), System.IO.Path.Combine(folder.Path, "go-on"));
        await Process.Start("mkfifo", [open, goOn]).WaitForExitAsync(TestContext.Current.CancellationToken);
        var editing = Task.Run(() =>
            Editor($"""echo > {open}; read go < {goOn}; sed -i 's/"A visit"/"Mine"/' "$1" """)
                .RunAsync("edit", "event/visit")
        );
        await File.ReadAllTextAsync(open, TestContext.Current.CancellationToken);
        await service.SendAsync(
            HttpMethod.Patch,
            $"{Path}/events/visit",
            """{"changes":{"title":"Another"},"reason":{"code":"correction"}}""",
            1
        );
        await File.WriteAllTextAsync(goOn, "\n", TestContext.Current.CancellationToken);
        var told = await editing;

        Assert.Equal(1, told.Exit);
        Assert.Contains("stale-revision: ", told.Error, StringComparison.Ordinal);
        Directory.Delete(System.IO.Path.GetDirectoryName(Kept(told))!, recursive: true);
    }

    [Fact]
    public async Task an_editor_that_fails_sends_nothing()
    {
        var told = await Editor("exit 3").RunAsync("edit", "event/visit");

        Assert.Equal(3, told.Exit);
        Assert.StartsWith("editor-failed: ", told.Error, StringComparison.Ordinal);
        Assert.Equal(1, await HeadAsync());
    }

    [Fact]
    public async Task the_first_variable_is_the_one_that_counts()
    {
        var visual = new CommandLine(
            database.ConnectionString,
            ("CHRONOLOGY_CHRONOLOGY", slug),
            ("VISUAL", $"{Script("exit 9")} --wait"),
            ("EDITOR", "false")
        );
        var fails = await visual.RunAsync("edit", "event/visit");

        // The argument comes before the file, as for any command of the shell.
        Assert.Contains("editor-failed", fails.Error, StringComparison.Ordinal);
        Assert.Contains("--wait", fails.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task begins_a_new_one_from_a_template()
    {
        var told = await Editor(
                """sed -i -e 's/"title": null/"title": "A new one"/' -e 's/"noSource": null/"noSource": "none"/' "$1" """
            )
            .RunAsync("append", "--edit", "--key", "new-one", "--type", "visit-made", "--occurred", "1980", "--json");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal("new-one", (string?)told.Json["key"]);
        Assert.Equal("A new one", (string?)(await service.GetAsync($"{Path}/events/new-one"))["title"]);
    }

    [Fact]
    public async Task edits_every_kind_without_changing_it()
    {
        string[] lines =
        [
            """{"record":"source","key":"s","revision":1,"kind":"press","csl":{"title":"T","n":[1]},"url":"https://example.org/"}""",
            """{"record":"actor","key":"a","revision":1,"kind":"state","name":"A","names":[{"name":"B"}],"existed":"1922/1991"}""",
            """{"record":"issue","key":"i","revision":1,"title":"I"}""",
            """{"record":"scheme","key":"s","revision":1,"title":"S"}""",
            """{"record":"era","scheme":"s","key":"e","revision":1,"title":"E","span":"1956/1990"}""",
            """{"record":"event","key":"x","revision":1,"type":"visit-made","start":"[1944-07..1944-12]","end":"[1948..]","title":"X","noSource":"-"}""",
        ];
        await service.ImportAsync(Path, string.Join('\n', lines));

        foreach (var record in new[] { "source/s", "actor/a", "issue/i", "scheme/s", "era/s/e", "event/x" })
        {
            // Another reason and nothing else: the patch is empty.
            var told = await Editor("sed -i 's/\"note\": null/\"note\": \"x\"/' \"$1\"").RunAsync("edit", record);
            Assert.Equal("", told.Error);
            Assert.StartsWith($"{record}: unchanged", told.Out, StringComparison.Ordinal);
        }
    }

    /// <summary>The file that the command names.</summary>
    private static string Kept(CommandLine.Ended told) => told.Error.Split("what you wrote is in ")[1].Split(".\n")[0];

    private string Seen => System.IO.Path.Combine(folder.Path, "seen");

    private string Script(string lines)
    {
        var path = System.IO.Path.Combine(folder.Path, "editor");
        File.WriteAllText(path, $"#!/bin/sh\n{lines}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private CommandLine Editor(string script) =>
        new(database.ConnectionString, ("CHRONOLOGY_CHRONOLOGY", slug), ("VISUAL", ""), ("EDITOR", Script(script)));

    private async Task<int> HeadAsync() => (int)(await service.GetAsync(Path))["head"]!["position"]!;
}
