using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class AskingForStances(ServedOnce served) : OverHttp(served)
{
    /// <summary>The body of an event with one stance of the Soviet Union, and with whatever else its effect and it are to say.</summary>
    private static string Stance(
        string key,
        string occurred,
        string position,
        string basis = "vote",
        string effect = "",
        string more = "",
        string holder = "ussr",
        string toward = "plan"
    ) =>
        Event(
            key,
            occurred,
            $$""","effects":[{"fact":"stance","holder":"{{holder}}","toward":"{{toward}}","value":{{(position == "null" ? "null" : $"\"{position}\"")}},"basis":"{{basis}}"{{effect}}}]{{more}}"""
        );

    private async Task<JsonNode> OneAsync(string axes = "") =>
        (await GetAsync($"/stances?holder=ussr&toward=plan{axes}")).List("stances").Single()!;

    private static string Each(JsonNode node, string list, string member) =>
        string.Join(' ', node[list]!.AsArray().Select(entry => entry![member]?.ToString() ?? "null"));

    [Theory]
    [InlineData("1971", "1973-01-01", "possible")]
    [InlineData("1970-12-31", "1973-01-01", "certain")]
    [InlineData("1970-12-31", "1971-02-27", "possible")]
    [InlineData("1971-02", "1973-01-01", "possible")]
    public async Task are_inherited_possibly_where_the_place_may_have_been_taken_before(
        string voted,
        string asOf,
        string happened
    )
    {
        await PostAsync(
            "/actors",
            """{"key":"empire","kind":"state","name":"Empire","successors":[{"actor":"ussr","kind":"continuator","on":"1971-02"}]}"""
        );
        await RecordAsync(
            Stance(
                "vote",
                voted,
                "supports",
                effect: ""","vote":"yes" """,
                more: ""","credibility":"confirmed" """,
                holder: "empire"
            )
        );
        var stance = await OneAsync($"&asOf={asOf}");

        Assert.Equal(happened, Each(stance, "evidence", "happened"));
        Assert.Equal(happened, (string?)stance["revealed"]!["verdict"]);
        Assert.Equal(happened == "possible", (decimal)stance["evidence"]![0]!["weight"]!["low"]! == 0);
    }

    [Fact]
    public async Task are_told_with_all_they_rest_on()
    {
        await RecordAsync(
            Stance(
                "declared",
                "1947-11-29",
                "supports",
                "vote",
                ""","vote":"yes","salience":"high","authority":"government","speaker":"becu" """,
                ""","credibility":"confirmed" """
            )
        );
        var stance = await OneAsync("&asOf=1955-11-29");

        Assert.Equal(
            """{"value":"supports","certainty":"certain","alternatives":[],"since":{"edtf":"1947-11-29","earliest":"1947-11-29","latest":"1947-11-29"},"until":null,"basis":"vote","authority":"government","speaker":"becu","credibility":"confirmed","because":[{"event":"declared","revision":1,"position":7,"citations":[]}]}""",
            stance["declared"]!.ToJsonString()
        );
        Assert.Equal(
            """{"verdict":"certain","value":"supports","position":1,"low":1,"high":1,"supporting":1,"neutral":0,"opposing":0}""",
            stance["revealed"]!.ToJsonString()
        );
        Assert.Equal(
            """[{"event":"declared","revision":1,"position":7,"date":{"edtf":"1947-11-29","earliest":"1947-11-29","latest":"1947-11-29"},"happened":"certain","basis":"vote","vote":"yes","value":"supports","p":1,"salience":"high","authority":"government","speaker":"becu","credibility":"confirmed","weight":{"value":1.5,"low":1.5,"high":1.5},"citations":[]}]""",
            stance["evidence"]!.ToJsonString()
        );
        Assert.Equal(
            """3 null {"earliest":"1947-11-29","latest":"1947-11-29"} no {"earliest":"1947-11-29","latest":"1947-11-29"} 1""",
            $"{stance["salience"]} {stance["sayDoGap"]?.ToJsonString() ?? "null"} {stance["lastReaffirmed"]!.ToJsonString()} {stance["stale"]} {stance["window"]!.ToJsonString()} {stance["count"]}"
        );
    }

    [Fact]
    public async Task are_insufficient_evidence_below_the_minimum_with_the_evidence_listed()
    {
        await RecordAsync(Stance("said", "1947", "supports", "statement"));
        var stance = await OneAsync();

        Assert.Equal(
            """{"verdict":"insufficient-evidence","value":null,"position":null,"low":null,"high":null,"supporting":null,"neutral":null,"opposing":null}""",
            stance["revealed"]!.ToJsonString()
        );
        Assert.Equal("supports", (string?)stance["declared"]!["value"]);
        Assert.Equal("said", Each(stance, "evidence", "event"));
    }

    [Fact]
    public async Task are_silent_before_the_first_evidence()
    {
        await RecordAsync(Stance("voted", "1947-11-29", "supports"));
        var before = await GetAsync("/stances?holder=ussr&toward=plan&asOf=1947-11-28");

        Assert.Empty(before.List("stances"));
        Assert.Equal("no-record", before.Each("notes", "code"));
        Assert.Equal("possible", (string?)(await SetBackAsync())["revealed"]!["verdict"]);

        async Task<JsonNode> SetBackAsync()
        {
            await PatchAsync("/events/voted", 1, """ "occurred":"1947" """);
            return await OneAsync("&asOf=1947-11-28");
        }
    }

    [Theory]
    [InlineData("holder=ussr&toward=plan", "no-record")]
    [InlineData("holder=ussr&toward=israel", "no-record")]
    [InlineData("holder=atlantis&toward=plan", "no-record unknown-actor")]
    [InlineData("holder=ussr&toward=nothing", "no-record unknown-issue")]
    [InlineData("holder=atlantis&toward=lemuria", "no-record unknown-actor unknown-issue")]
    [InlineData("toward=plan", "no-record")]
    [InlineData("", "no-record")]
    public async Task silence_is_no_record_and_never_neutral(string asked, string notes)
    {
        var silent = await GetAsync($"/stances?{asked}");

        Assert.Empty(silent.List("stances"));
        Assert.Equal(notes, silent.Each("notes", "code"));
    }

    [Fact]
    public async Task are_answered_as_known_at_each_position()
    {
        await RecordAsync(Stance("for", "1947-11-29", "supports"), Stance("against", "1950", "opposes"));
        await DoAsync("retract", "/events/against", 1);
        await DoAsync("reinstate", "/events/against", 2);
        await PatchAsync("/events/against", 3, """ "credibility":"refuted" """, "reassessment");

        Assert.Equal("supports for", await AtAsync(AfterCast + 1));
        Assert.Equal("opposes for against", await AtAsync(AfterCast + 2));
        Assert.Equal("supports for", await AtAsync(AfterCast + 3));
        Assert.Equal("opposes for against", await AtAsync(AfterCast + 4));
        Assert.Equal("supports for", await AtAsync(AfterCast + 5));
        Assert.Empty((await GetAsync($"/stances?holder=ussr&toward=plan&knownAt={AfterCast}")).List("stances"));

        async Task<string> AtAsync(int position)
        {
            var stance = await OneAsync($"&asOf=1955&knownAt={position}");
            return $"{stance["declared"]!["value"]} {Each(stance, "evidence", "event")}";
        }
    }

    [Fact]
    public async Task weigh_what_is_disputed_as_perhaps_nothing()
    {
        await RecordAsync(Stance("for", "1950-01-01", "supports"), Stance("against", "1950-01-01", "opposes"));
        await DoAsync("dispute", "/events/against", 1);
        var stance = await OneAsync("&asOf=1950-01-01");

        Assert.Equal("supports", (string?)stance["declared"]!["value"]);
        Assert.Equal("against", Each(stance["declared"]!, "disputedBy", "event"));
        Assert.Equal("ambiguous", (string?)stance["revealed"]!["value"]);
        Assert.Equal("-0.33 1", $"{stance["revealed"]!["low"]} {stance["revealed"]!["high"]}");
        Assert.Equal("disputed reported", Each(stance, "evidence", "credibility"));
        Assert.Equal("0", stance["evidence"]![0]!["weight"]!["low"]!.ToString());
    }

    [Fact]
    public async Task are_only_claimed_and_possible_where_all_is_disputed()
    {
        await RecordAsync(Stance("for", "1950", "supports", more: ""","credibility":"disputed" """));
        var stance = await OneAsync();

        Assert.Equal("claimed", (string?)stance["declared"]!["certainty"]);
        Assert.Equal("possible", (string?)stance["revealed"]!["verdict"]);
    }

    [Fact]
    public async Task of_one_day_are_decided_by_authority()
    {
        await RecordAsync(
            Stance("minister", "1950-01-01", "opposes", "statement", ""","authority":"ministry" """),
            Stance("premier", "1950-01-01", "supports", "statement", ""","authority":"head-of-state" """)
        );

        Assert.Equal("supports", (string?)(await OneAsync())["declared"]!["value"]);
        Assert.Equal("supports", (await GetAsync("/facts?kind=stance&holder=ussr&toward=plan")).Each("facts", "value"));
    }

    [Fact]
    public async Task show_a_gap_between_words_and_deeds()
    {
        await RecordAsync(
            Stance("policy", "1950", "supports", "policy"),
            Stance("vote", "1951", "opposes", "vote", ""","vote":"no" """)
        );

        Assert.Equal("""{"say":1,"do":-1,"gap":2}""", (await OneAsync("&asOf=1960"))["sayDoGap"]!.ToJsonString());
    }

    [Fact]
    public async Task that_were_given_up_are_declared_no_more()
    {
        await RecordAsync(Stance("for", "1950", "supports"), Stance("over", "1955", "null", "statement"));
        var stance = await OneAsync("&asOf=1960");

        Assert.Equal("none", (string?)stance["declared"]!["value"]);
        Assert.Equal("supports none", Each(stance, "evidence", "value"));
        Assert.Equal("1", stance["count"]!.ToString());
    }

    [Fact]
    public async Task are_listed_by_holder_and_toward_a_page_at_a_time()
    {
        await RecordAsync(
            Stance("a", "1950", "supports", toward: "plan"),
            Stance("b", "1950", "opposes", toward: "israel"),
            Stance("c", "1950", "opposes", holder: "plo"),
            Stance("d", "1990", "opposes", holder: "israel", toward: "plo")
        );

        Assert.Equal("israel plo ussr ussr", (await GetAsync("/stances")).Each("stances", "holder"));
        Assert.Equal("israel plan", (await GetAsync("/stances?holder=ussr")).Each("stances", "toward"));
        Assert.Equal("plo ussr", (await GetAsync("/stances?toward=plan")).Each("stances", "holder"));

        var told = new List<string>();
        var cursor = "";
        do
        {
            var page = await GetAsync($"/stances?asOf=1960&limit=1{cursor}");
            told.AddRange(page.List("stances").Select(stance => $"{stance!["holder"]}/{stance["toward"]}"));
            Assert.Empty(page.List("notes"));
            cursor = page["next"] is { } next ? $"&cursor={next}" : "";
            if (told.Count == 1)
                await RecordAsync(Stance("e", "1950", "opposes", holder: "plo", toward: "israel"));
        } while (cursor.Length > 0);

        Assert.Equal(["plo/plan", "ussr/israel", "ussr/plan"], told);
    }

    [Fact]
    public async Task give_the_same_bytes_for_the_same_basis()
    {
        await RecordAsync(Stance("a", "1950", "supports"), Stance("b", "[1951..1955]", "opposes"));
        var asked = $"/stances?holder=ussr&asOf=1953&knownAt={AfterCast + 2}";
        var first = await GetAsync(asked);
        await RecordAsync(Stance("c", "1952", "strongly-opposes"));
        await DoAsync("retract", "/events/a", 1);

        Assert.Equal(first.Text, (await GetAsync(asked)).Text);
    }

    [Theory]
    [InlineData("holder=")]
    [InlineData("limit=0")]
    [InlineData("cursor=forged")]
    [InlineData("kind=stance")]
    [InlineData("asOf=tomorrow")]
    [InlineData("knownAt=9999")]
    public async Task what_cannot_be_asked_is_refused(string question)
    {
        var refused = await GetAsync($"/stances?{question}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }
}

/// <summary>Stances in the chronology that ships with the product.</summary>
public sealed class StancesOfTheWorkedChronology(StancesOfTheWorkedChronology.Imported imported)
    : IClassFixture<StancesOfTheWorkedChronology.Imported>
{
    public sealed class Imported(TestServer server) : IAsyncLifetime
    {
        private readonly ServedOnce served = new(server);

        public string Path { get; private set; } = "";

        public Served Service => served.Service;

        public async ValueTask InitializeAsync()
        {
            await served.InitializeAsync();
            Path = await served.CreateAsync();
            await Service.ImportAsync(
                Path,
                await File.ReadAllTextAsync(Shipped.Path, TestContext.Current.CancellationToken)
            );
        }

        public ValueTask DisposeAsync() => served.DisposeAsync();
    }

    private async Task<JsonArray> AskAsync(string asked) =>
        (await imported.Service.GetAsync($"{imported.Path}/stances?{asked}"))["stances"]!.AsArray();

    [Theory]
    [InlineData("1980", "supports", "supports 1 1 1", "1975-01-01 to 1975-12-31", "no")]
    [InlineData("1990", "supports", "supports 1 1 1", "1975-01-01 to 1975-12-31", "certain")]
    [InlineData("1991-12-20", "opposes", "opposes -0.51 -0.79 0", "1991-12-16 to 1991-12-20", "no")]
    public async Task show_how_the_Soviet_Union_turned_on_resolution_3379(
        string asOf,
        string declared,
        string revealed,
        string reaffirmed,
        string stale
    )
    {
        var stance = (await AskAsync($"holder=ussr&toward=resolution-3379&asOf={asOf}")).Single()!;
        var shown = stance["revealed"]!;

        Assert.Equal(declared, (string?)stance["declared"]!["value"]);
        Assert.Equal(revealed, $"{shown["value"]} {shown["position"]} {shown["low"]} {shown["high"]}");
        Assert.Equal(reaffirmed, $"{stance["lastReaffirmed"]!["earliest"]} to {stance["lastReaffirmed"]!["latest"]}");
        Assert.Equal(stale, (string?)stance["stale"]);
    }

    [Fact]
    public async Task keep_an_attack_and_the_response_to_it_apart()
    {
        var stances = (await AskAsync("holder=russia&asOf=2023"))
            .Where(stance => (string?)stance!["toward"] is "hamas-attack-october-2023" or "siege-of-gaza")
            .Select(stance => $"{stance!["toward"]} {stance["declared"]!["value"]} {stance["revealed"]!["verdict"]}");

        Assert.Equal(
            ["hamas-attack-october-2023 opposes insufficient-evidence", "siege-of-gaza opposes insufficient-evidence"],
            stances
        );
    }

    [Fact]
    public async Task do_not_make_a_position_of_one_deed()
    {
        var stance = (await AskAsync("holder=plo&toward=saddam&asOf=1992")).Single()!;

        Assert.Equal("supports", (string?)stance["declared"]!["value"]);
        Assert.Equal("insufficient-evidence", (string?)stance["revealed"]!["verdict"]);
        Assert.Equal("plo-supports-saddam", (string?)stance["evidence"]!.AsArray().Single()!["event"]);
        Assert.NotEmpty(stance["evidence"]![0]!["citations"]!.AsArray());
    }

    [Fact]
    public async Task pass_to_Russia_with_their_evidence()
    {
        var stance = (await AskAsync("holder=russia&toward=resolution-3379&asOf=1995")).Single()!;

        Assert.Equal("opposes ussr", $"{stance["declared"]!["value"]} {stance["declared"]!["heldAs"]}");
        Assert.Equal("opposes", (string?)stance["revealed"]!["value"]);
        Assert.Equal(
            ["ussr", "ussr", "ussr", "ussr"],
            stance["evidence"]!.AsArray().Select(piece => (string?)piece!["heldAs"])
        );
    }

    [Fact]
    public async Task of_the_Soviet_Union_end_with_it()
    {
        var stance = (await AskAsync("holder=ussr&toward=resolution-3379&asOf=1995")).Single()!;

        Assert.Equal("none", (string?)stance["declared"]!["value"]);
        Assert.Equal("opposes", (string?)stance["revealed"]!["value"]);
    }

    [Fact]
    public async Task are_none_of_the_Soviet_Union_toward_what_came_after_it() =>
        Assert.Empty(await AskAsync("holder=ussr&toward=siege-of-gaza"));
}
