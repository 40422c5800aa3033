using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Cli;

namespace Chronology.Service.Tests.Cli;

public sealed class AppendingByOptions(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Records = """
        {"record":"source","key":"ref-3","revision":1,"kind":"secondary","csl":{"title":"A book"}}
        {"record":"source","key":"ref-4","revision":1,"kind":"secondary","csl":{"title":"Another"}}
        {"record":"actor","key":"plo","revision":1,"kind":"organisation","name":"Palestine Liberation Organization","names":[{"name":"PLO"}]}
        {"record":"actor","key":"ussr","revision":1,"kind":"state","name":"Soviet Union","names":[{"name":"USSR"}]}
        {"record":"actor","key":"usa","revision":1,"kind":"state","name":"United States"}
        {"record":"issue","key":"partition","revision":1,"title":"Partition Plan"}
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
    public void every_field_of_every_kind_has_one()
    {
        var command = new RootCommand();
        var fields = new FieldOptions();
        foreach (var option in fields.All)
            command.Options.Add(option);

        foreach (var kind in RecordKinds.Keyed)
        {
            // What an import says of a row, and of whom it could not find, is nothing that a person types.
            foreach (var field in RecordJson.Fields(kind).Where(field => field is not ("coding" or "provisional")))
            {
                var name = (kind, field) switch
                {
                    (RecordKind.Actor, "kind") => "actor-kind",
                    (RecordKind.Source, "kind") => "source-kind",
                    (RecordKind.Scheme, "author") => "scheme-author",
                    (_, "actors") => "actor",
                    (_, "effects") => "effect",
                    (_, "citations") => "citation",
                    (_, "tags") => "tag",
                    (_, "names") => "alias",
                    (_, "successors") => "successor",
                    _ => JsonNamingPolicy.KebabCaseLower.ConvertName(field),
                };
                var value = field switch
                {
                    "order" or "intensity" => "1",
                    "csl" => "{}",
                    "anchor" => "after x",
                    "effects" => "relations a -> b = severed",
                    _ => "x",
                };
                var body = fields.Read(command.Parse([$"--{name}", value]), kind);
                Assert.Equal([field], body.Select(member => member.Key));
            }
        }
    }

    [Fact]
    public async Task says_everything_that_an_event_can_say()
    {
        string[] args =
        [
            "append",
            "--key",
            "all",
            "--type",
            "vote-cast",
            "--occurred",
            "1947-11-29",
            "--reading",
            "occurrence",
            "--order",
            "2",
            "--title",
            "A vote",
            "--description",
            "In full",
            "--place",
            "Lake Success",
            "--actor",
            "USSR",
            "--actor",
            "plo as:recipient",
            "--actor",
            "United States as:third-party",
            "--actor",
            "ussr as:via",
            "--effect",
            "stance USSR -> Partition Plan = supports basis:vote vote:yes salience:high authority:government speaker:ussr",
            "--effect",
            "relations ussr -> plo = none from:1947 until:1947-12-31",
            "--intensity",
            "-1.5",
            "--credibility",
            "confirmed",
            "--calendar",
            "gregorian",
            "--as-written",
            "Nov. 29",
            "--citation",
            "ref-3 at:'p. 620' quote:\"It's so\"",
            "--citation",
            "ref-4",
            "--tag",
            "un",
            "--tag",
            "vote",
        ];

        var told = await Chronology.RunAsync(args);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Contains("  stance: ussr → partition = supports\n", told.Out, StringComparison.Ordinal);
        var made = await service.GetAsync($"{Path}/events/all");
        Assert.Equal(
            """[{"actor":"ussr","role":"actor"},{"actor":"plo","role":"recipient"},{"actor":"usa","role":"third-party"},{"actor":"ussr","role":"via"}]""",
            made["actors"]!.ToJsonString()
        );
        Assert.Equal(
            """[{"source":"ref-3","locator":"p. 620","quote":"It\u0027s so"},{"source":"ref-4","locator":null,"quote":null}]""",
            made["citations"]!.ToJsonString()
        );
        Assert.Equal("high", (string?)made["effects"]![0]!["salience"]);
        Assert.Equal("1947-12-31", (string?)made["effects"]![1]!["until"]);
        Assert.Equal("none", (string?)made["effects"]![1]!["value"]);
        Assert.Equal("-1.5", made["intensity"]!.ToJsonString());
        Assert.Equal("""["un","vote"]""", made["tags"]!.ToJsonString());
    }

    [Theory]
    [InlineData(
        "actor",
        "actors/oman",
        "--key oman --actor-kind state --name Oman --alias Muscat --existed 1650/.. --citation ref-3"
    )]
    [InlineData(
        "actor",
        "actors/cis",
        "--key cis --actor-kind organisation --name CIS --successor {\"actor\":\"ussr\",\"kind\":\"none\",\"on\":\"1991\"}"
    )]
    [InlineData("issue", "issues/visas", "--key visas --title Visas --wording Freely --citation ref-4")]
    [InlineData(
        "source",
        "sources/book",
        "--key book --source-kind press --csl {\"title\":\"T\"} --url https://example.org/ --accessed 2023 --publisher P"
    )]
    [InlineData("scheme", "schemes/own", "--key own --title Own --scheme-author Zoë")]
    [InlineData(
        "event",
        "events/plain",
        "--key plain --type visit-made --start 1944 --end 1948 --title Plain --no-source none"
    )]
    public async Task says_what_every_kind_can_say(string kind, string address, string options)
    {
        var told = await Chronology.RunAsync(["append", "--kind", kind, .. options.Split(' ')]);

        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal(1, (int)(await service.GetAsync($"{Path}/{address}"))["revision"]!);
    }

    [Fact]
    public async Task adds_to_what_a_line_says()
    {
        var told = await Chronology.RunAsync(
            "append",
            "1974-22 PLO -> USSR: mission-opened 'A mission' effect:'representation PLO -> USSR = representative-office' via:'United States' third:usa place:Moscow text:'In summer' tag:missions src:ref-3 at:'p. 620' quote:“It's open” src:ref-4",
            "--key",
            "mission",
            "--tag",
            "moscow",
            "--citation",
            "ref-4 at:p.7",
            "--credibility",
            "disputed"
        );

        Assert.Equal((0, ""), (told.Exit, told.Error));
        var made = await service.GetAsync($"{Path}/events/mission");
        Assert.Equal(
            """[{"actor":"plo","role":"actor"},{"actor":"ussr","role":"recipient"},{"actor":"usa","role":"via"},{"actor":"usa","role":"third-party"}]""",
            made["actors"]!.ToJsonString()
        );
        Assert.Equal(["p. 620", null, "p.7"], made["citations"]!.AsArray().Select(cited => (string?)cited!["locator"]));
        Assert.Equal("It's open", (string?)made["citations"]![0]!["quote"]);
        Assert.Equal("""["missions","moscow"]""", made["tags"]!.ToJsonString());
        Assert.Equal(
            ("In summer", "Moscow", "disputed"),
            ((string?)made["description"], (string?)made["place"], (string?)made["credibility"])
        );
        var fact = await service.GetAsync($"{Path}/facts?kind=representation&holder=plo&toward=ussr&asOf=1975");
        Assert.Equal("claimed", (string?)fact["verdict"]);
    }

    [Fact]
    public async Task adds_to_what_a_file_says()
    {
        var told = await Chronology.ReadAsync(
            """{"key":"x","type":"visit-made","occurred":"1950","title":"In the file","noSource":"-","tags":["a"]}""",
            ["append", "-", "--kind", "event", "--title", "On the line", "--tag", "b"]
        );

        Assert.Equal((0, ""), (told.Exit, told.Error));
        var made = await service.GetAsync($"{Path}/events/x");
        Assert.Equal(("On the line", """["a","b"]"""), ((string?)made["title"], made["tags"]!.ToJsonString()));
    }

    [Fact]
    public void a_place_beside_another_event_is_handed_on()
    {
        var command = new RootCommand();
        var fields = new FieldOptions();
        foreach (var option in fields.All)
            command.Options.Add(option);

        JsonObject Said(params string[] args) => fields.Read(command.Parse(args), RecordKind.Event);

        Assert.Equal(
            """{"anchor":{"relation":"after","event":"treaty","offset":"P3D"}}""",
            Said("--anchor", "P3D after treaty").ToJsonString()
        );
        Assert.Equal(
            """{"anchor":[{"relation":"after","event":"a","offset":null},{"relation":"before","event":"b","offset":null}]}""",
            Said("--anchor", "after a", "--anchor", "before b").ToJsonString()
        );
    }

    [Theory]
    [InlineData("1988-11-15 PLO: state-declared 'Declared' src:ref-3", "independence-declared")]
    [InlineData("1988-11-15 PLO: recogniton-granted 'Granted' src:ref-3", "recognition-granted")]
    [InlineData("1988-11-15 PLO: visit 'Visited' src:ref-3", "visit-made")]
    public async Task names_the_types_nearest_to_one_that_there_is_not(string line, string near)
    {
        var told = await Chronology.RunAsync("append", line);

        Assert.Equal((1, ""), (told.Exit, told.Out));
        Assert.StartsWith("unknown-type: ", told.Error, StringComparison.Ordinal);
        Assert.Contains(near, told.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--span 1950/1960", "--span says nothing of an event")]
    [InlineData("--order first", "--order: ")]
    [InlineData("--title A --title B", "--title")]
    [InlineData("--effect recognition", "is no effect")]
    [InlineData("--anchor treaty", "is no place beside another event")]
    public async Task tells_what_cannot_be_read(string options, string expected)
    {
        var told = await Chronology.RunAsync(["append", .. options.Split(' ')]);

        Assert.Equal((2, ""), (told.Exit, told.Out));
        Assert.Contains(expected, told.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("effect:'recognition PLO -> ussr'", "is no effect")]
    [InlineData("effect:'recognition PLO -> ussr = de-jure since:1974'", "“since:” has no place")]
    [InlineData("at:'p. 1' src:ref-3", "behind the src:")]
    [InlineData("src:ref-3 at:1 at:2", "only once")]
    [InlineData("sources:ref-3", "“sources:” has no place")]
    public async Task tells_what_may_stand_behind_a_title(string end, string expected)
    {
        var told = await Chronology.RunAsync("append", $"1974 PLO: statement-made 'X' {end}");

        Assert.Equal((2, ""), (told.Exit, told.Out));
        Assert.Contains(expected, told.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recognition PLO -> soviet union = de-jure", 0, "")]
    [InlineData("recognition Oman -> ussr = de-jure", 1, "unknown-actor: No actor is called “Oman”")]
    [InlineData("stance ussr -> Oman = supports", 1, "unknown-actor: No actor or issue is called “Oman”")]
    public async Task looks_names_up_in_effects(string effect, int exit, string refusal)
    {
        var told = await Chronology.RunAsync(
            "append",
            "--key",
            "e",
            "--type",
            "statement-made",
            "--occurred",
            "1950",
            "--title",
            "E",
            "--no-source",
            "-",
            "--effect",
            effect
        );

        Assert.Equal(exit, told.Exit);
        Assert.StartsWith(refusal, told.Error, StringComparison.Ordinal);
    }
}
