namespace Chronology.Service.Tests.Cli;

public sealed class AppendingALine(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Declared = "1988-11-15 PLO: independence-declared 'Declaration of Independence, Algiers'";
    private const string Key = "declaration-of-independence-algiers";

    private const string Records = """
        {"record":"source","key":"ref-3","revision":1,"kind":"secondary","csl":{"title":"A book"}}
        {"record":"source","key":"ref-4","revision":1,"kind":"secondary","csl":{"title":"Another"}}
        {"record":"actor","key":"plo","revision":1,"kind":"organisation","name":"Palestine Liberation Organization","names":[{"name":"PLO"}]}
        {"record":"actor","key":"ussr","revision":1,"kind":"state","name":"Soviet Union","names":[{"name":"USSR"}]}
        {"record":"actor","key":"cote-d-ivoire","revision":1,"kind":"state","name":"Côte d’Ivoire"}
        {"record":"actor","key":"congo","revision":1,"kind":"state","name":"Republic of the Congo","names":[{"name":"The Congo"}]}
        {"record":"actor","key":"drc","revision":1,"kind":"state","name":"Democratic Republic of the Congo","names":[{"name":"Congo"},{"name":"The Congo"}]}
        """;

    private Served service = null!;
    private string slug = "";

    private CommandLine Chronology => new(database.ConnectionString, ("CHRONOLOGY_CHRONOLOGY", slug));

    private string Path => $"/api/chronologies/{slug}";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        slug = TestContext.Current.Test!.UniqueID[..20];
        Assert.Equal(0, (await Chronology.RunAsync("create", slug, "--title", "A title")).Exit);
        var imported = await Chronology.ReadAsync(Records, "import", "-", "--strict");
        Assert.Equal((0, ""), (imported.Exit, imported.Error));
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task records_an_event_and_tells_what()
    {
        var told = await Chronology.RunAsync("append", $"{Declared} src:ref-3 src:ref-4", "--author", "Zoë");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal(
            $"""
            event/{Key}: recorded, revision 1 at position 8, active.
              1988-11-15 plo: independence-declared, “Declaration of Independence, Algiers”, from ref-3; ref-4

            """,
            told.Out
        );
        var made = await service.GetAsync($"{Path}/events/{Key}");
        Assert.Equal("independence-declared", (string?)made["type"]);
        Assert.Equal("1988-11-15", (string?)made["occurred"]!["edtf"]);
        Assert.Equal("""[{"actor":"plo","role":"actor"}]""", made["actors"]!.ToJsonString());
        Assert.Equal(["ref-3", "ref-4"], made["citations"]!.AsArray().Select(cited => (string?)cited!["source"]));
        Assert.Equal("Zoë", (string?)(await service.GetAsync($"{Path}/changes?since=7"))["changes"]![0]!["author"]);
    }

    [Fact]
    public async Task the_same_line_again_records_nothing_and_gives_the_bytes_of_http()
    {
        await Chronology.RunAsync("append", $"{Declared} src:ref-3");
        var again = await Chronology.RunAsync("append", $"{Declared} src:ref-3", "--json");
        var posted = await service.PostAsync(
            $"{Path}/events",
            $$"""{"key":"{{Key}}","type":"independence-declared","occurred":"1988-11-15","title":"Declaration of Independence, Algiers","actors":[{"actor":"plo","role":"actor"}],"citations":[{"source":"ref-3"}]}"""
        );

        Assert.Equal((0, ""), (again.Exit, again.Error));
        Assert.Null((string?)again.Json["op"]);
        Assert.Equal(await posted.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), again.Bytes);
    }

    [Theory]
    [InlineData("after:war+P3D", "P3D after war", "1948-05-17")]
    [InlineData("on:war", "on war", "1948-05-14")]
    [InlineData("after:war,before:peace", "after war and before peace", "[1948-05-14..1949-12-31]")]
    public async Task may_be_dated_by_another_event(string date, string said, string derived)
    {
        await Chronology.RunAsync("append", "1948-05-14 PLO: statement-made 'War' src:ref-3");
        await Chronology.RunAsync("append", "1949 PLO: statement-made 'Peace' src:ref-3");
        var told = await Chronology.RunAsync("append", $"{date} PLO: statement-made 'Visit' src:ref-3");
        var timeline = await Chronology.RunAsync("timeline", "--from", "1948", "--to", "1949");

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains($"  {said} plo: statement-made, “Visit”, from ref-3", told.Out, StringComparison.Ordinal);
        Assert.Contains(derived, timeline.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_key_that_is_taken_is_refused_until_another_is_given()
    {
        await Chronology.RunAsync("append", $"{Declared} src:ref-3");
        var other = $"{Declared} src:ref-4";
        var refused = await Chronology.RunAsync("append", other);
        var told = await Chronology.RunAsync("append", other, "--key", "declared-again");

        Assert.Equal(1, refused.Exit);
        Assert.StartsWith($"key-taken: The key “{Key}” ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--key", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (told.Exit, told.Error));
    }

    [Theory]
    [InlineData("1974 plo,USSR: meeting-held 'A meeting' src:ref-3", "plo/actor ussr/actor", "a-meeting")]
    [InlineData("1974 soviet  union -> PLO: visit-made \"A visit\" src:ref-3", "ussr/actor plo/recipient", "a-visit")]
    [InlineData("1974 cote d’ivoire: statement-made 'Zoë’s “word”' src:ref-3", "cote-d-ivoire/actor", "zoes-word")]
    [InlineData("1974 congo: statement-made 'The Congos' plea' nosrc:'none yet'", "congo/actor", "the-congos-plea")]
    [InlineData("{1973,1974} PLO → ussr : call-held 'Two: calls' nosrc:none", "plo/actor ussr/recipient", "two-calls")]
    [InlineData("-0043-03-15 plo: statement-made 'Ides' src:ref-3", "plo/actor", "ides")]
    [InlineData("1974-22 plo:statement-made ‘Summer’ src:ref-3", "plo/actor", "summer")]
    public async Task reads_actors_by_key_name_and_alias(string line, string parties, string key)
    {
        var told = await Chronology.RunAsync("append", line);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        var made = await service.GetAsync($"{Path}/events/{key}");
        Assert.Equal(
            parties,
            string.Join(' ', made["actors"]!.AsArray().Select(party => $"{party!["actor"]}/{party["role"]}"))
        );
    }

    [Theory]
    [InlineData("1974 Oman: statement-made 'X' src:ref-3", "unknown-actor: No actor is called “Oman”")]
    [InlineData(
        "1974 Soviet: statement-made 'X' src:ref-3",
        "unknown-actor: No actor is called just “Soviet”: write ussr "
    )]
    [InlineData(
        "1974 the congo: statement-made 'X' src:ref-3",
        "ambiguous-actor: Several actors are called “the congo”: write congo "
    )]
    [InlineData(
        "1974 PLO: independence 'X' src:ref-3",
        "unknown-type: “independence” is not one of the event types; near it are independence-declared"
    )]
    [InlineData("1974 PLO: statement-made 'X'", "source-required: Name a source with src:KEY")]
    [InlineData("1974 PLO: statement-made 'X' src:ref-9", "unknown-source: ")]
    [InlineData("{1973, 1974} PLO: statement-made 'X' src:ref-3", "invalid-date: A date has no spaces: ")]
    [InlineData("yesterday PLO: statement-made 'X' src:ref-3", "invalid-date: ")]
    public async Task tells_what_the_model_refuses(string line, string expected)
    {
        var told = await Chronology.RunAsync("append", line);

        Assert.Equal((1, ""), (told.Exit, told.Out));
        Assert.StartsWith(expected, told.Error, StringComparison.Ordinal);
        Assert.Single(told.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("actor.json", "--kind")]
    [InlineData("", "--kind")]
    [InlineData("1974 PLO 'X' src:ref-3", "After the date “1974”")]
    [InlineData("1974 PLO: statement-made X src:ref-3", "title in quotes")]
    [InlineData("1974 PLO: statement-made 'X src:ref-3", "Close the quotes")]
    [InlineData("1974 PLO: statement-made 'X' ref-3", "src:KEY")]
    [InlineData("1974 PLO: statement-made 'X' nosrc:a nosrc:b", "nosrc: only once")]
    [InlineData("1974 PLO,: statement-made 'X' src:ref-3", "A name is missing")]
    [InlineData("1974 PLO -> : statement-made 'X' src:ref-3", "A name is missing")]
    [InlineData("1974 PLO -> ussr -> plo: statement-made 'X' src:ref-3", "only once")]
    [InlineData("1974 PLO: statement-made 'عُمان' src:ref-3", "--key")]
    public async Task tells_what_cannot_be_read(string line, string expected)
    {
        var told = await Chronology.RunAsync("append", line);

        Assert.Equal((2, ""), (told.Exit, told.Out));
        Assert.StartsWith("usage: ", told.Error, StringComparison.Ordinal);
        Assert.Contains(expected, told.Error, StringComparison.Ordinal);
        Assert.Single(told.Error.TrimEnd('\n').Split('\n'));
    }
}
