using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>What a write would change of what the evidence shows, with <c>dryRun=true</c>: two votes, the later of which decides what is declared.</summary>
public sealed class TryingAChangeToAStance(ServedOnce served) : OverHttp(served)
{
    private const string Reason = """{"reason":{"code":"correction"}}""";

    private static string Effects(string position, string vote, string more = "") =>
        $$""" "effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"{{position}}","basis":"vote","vote":"{{vote}}"{{more}}}] """;

    private static string Vote(string key, string occurred, string position, string vote) =>
        Event(key, occurred, $""","credibility":"confirmed",{Effects(position, vote)}""");

    private Task<Answer> VoteTwiceAsync() =>
        RecordAsync(Vote("first", "1970-01-01", "supports", "yes"), Vote("second", "1975-01-01", "opposes", "no"));

    private static string Changes(string members) =>
        $$$"""{"changes":{{{{members}}}},"reason":{"code":"correction"}}""";

    private async Task<Dictionary<string, string>> StancesAsync(string asOf) =>
        (await GetAsync($"/stances?asOf={asOf}"))
            .List("stances")
            .ToDictionary(stance => $"{stance!["holder"]} {stance["toward"]}", stance => stance!.ToJsonString());

    private async Task<Answer> SendAsync(HttpMethod method, string path, string body, int revision) =>
        await Answer.OfAsync(await Service.SendAsync(method, $"{Path}{path}", body, revision));

    /// <summary>Tries a change, makes it, and compares: what it said of stances is all that <c>/stances</c> tells otherwise.</summary>
    /// <returns>A line for each: holder, what changes, and the verdict's value and position from what to what.</returns>
    private async Task<string> TriedAndDoneAsync(HttpMethod method, string path, string body, int revision)
    {
        const string AsOf = "1976-01-01";
        var (was, head) = (await StancesAsync(AsOf), await HeadAsync());
        var preview = await SendAsync(method, $"{path}?dryRun=true&asOf={AsOf}", body, revision);
        Assert.True(preview.Status == HttpStatusCode.OK, preview.Text);
        Assert.Equal(head, await HeadAsync());
        Assert.Equal(was, await StancesAsync(AsOf));

        var done = await SendAsync(method, path, body, revision);
        Assert.True(done.Status is HttpStatusCode.OK or HttpStatusCode.Created, done.Text);
        var now = await StancesAsync(AsOf);
        var shown = preview["changes"]!["shown"]!.AsArray();
        Assert.Equal(
            was.Keys.Union(now.Keys)
                .Order(StringComparer.Ordinal)
                .Select(key => (key, was.GetValueOrDefault(key), now.GetValueOrDefault(key)))
                .Where(stance => stance.Item2 != stance.Item3),
            shown.Select(line =>
                ($"{line!["holder"]} {line["toward"]}", line["before"]?.ToJsonString(), line["after"]?.ToJsonString())
            )
        );
        return string.Join(
            "; ",
            shown.Select(line => $"{line!["holder"]} {line["change"]}: {Told(line["before"])}, {Told(line["after"])}")
        );

        static string Told(JsonNode? stance) =>
            stance is null ? "nothing" : $"{stance["revealed"]!["value"]} {stance["revealed"]!["position"]}";
    }

    private Task<string> CorrectedAsync(string members, string key = "first", int revision = 1) =>
        TriedAndDoneAsync(HttpMethod.Patch, $"/events/{key}", Changes(members), revision);

    [Fact]
    public async Task tells_of_evidence_that_decides_nothing_declared_taken_away_and_brought_back()
    {
        await VoteTwiceAsync();

        Assert.Equal(
            "ussr value: ambiguous -0.21, opposes -1",
            await TriedAndDoneAsync(HttpMethod.Post, "/events/first/retract", Reason, 1)
        );
        Assert.Equal(
            "ussr value: opposes -1, ambiguous -0.21",
            await TriedAndDoneAsync(HttpMethod.Post, "/events/first/reinstate", Reason, 2)
        );
    }

    [Fact]
    public async Task of_which_nothing_else_is_left_tells_its_end_and_its_beginning()
    {
        await RecordAsync(Vote("first", "1970-01-01", "supports", "yes"));

        Assert.Equal(
            "ussr ended: supports 1, nothing",
            await TriedAndDoneAsync(HttpMethod.Post, "/events/first/retract", Reason, 1)
        );
        Assert.Equal(
            "ussr appeared: nothing, supports 1",
            await TriedAndDoneAsync(HttpMethod.Post, "/events/first/reinstate", Reason, 2)
        );
    }

    [Fact]
    public async Task tells_of_a_position_corrected_in_either_direction()
    {
        await VoteTwiceAsync();

        Assert.Equal("ussr value: ambiguous -0.21, opposes -1", await CorrectedAsync(Effects("opposes", "no")));
        Assert.Equal(
            "ussr value: opposes -1, ambiguous -0.21",
            await CorrectedAsync(Effects("supports", "yes"), revision: 2)
        );
    }

    [Fact]
    public async Task tells_of_salience_alone()
    {
        await VoteTwiceAsync();
        var high = Effects("supports", "yes", ""","salience":"high" """);

        Assert.Equal("ussr certainty: ambiguous -0.21, ambiguous -0.01", await CorrectedAsync(high));
    }

    [Fact]
    public async Task tells_of_credibility_alone()
    {
        await VoteTwiceAsync();

        Assert.StartsWith(
            "ussr value: ambiguous -0.21, opposes ",
            await CorrectedAsync(""" "credibility":"disputed" """),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            ", opposes -1",
            await CorrectedAsync(""" "credibility":"refuted" """, revision: 2),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task tells_of_the_date_of_earlier_evidence_alone_also_where_it_follows_another()
    {
        await VoteTwiceAsync();
        Assert.Equal(
            "ussr value: ambiguous -0.21, opposes -0.51",
            await CorrectedAsync(""" "occurred":"1962-01-01" """)
        );
        await RecordAsync(Event("opening", "1962-01-01"));
        await CorrectedAsync(""" "occurred":null,"anchor":{"relation":"on","event":"opening"} """, revision: 2);
        Assert.Equal(
            "ussr value: opposes -0.51, ambiguous -0.21",
            await CorrectedAsync(""" "occurred":"1970-01-01" """, "opening")
        );
    }

    [Fact]
    public async Task tells_of_what_the_evidence_rests_on()
    {
        await VoteTwiceAsync();

        Assert.Equal(
            "ussr grounds: ambiguous -0.21, ambiguous -0.21",
            await CorrectedAsync(""" "citations":[{"source":"ref"}],"noSource":null """)
        );
    }

    [Fact]
    public async Task tells_of_events_and_actors_merged_and_split()
    {
        await VoteTwiceAsync();
        await RecordAsync(Vote("again", "1970-01-01", "supports", "yes"));
        const string IntoFirst = """{"into":"first","reason":{"code":"merge"}}""";
        const string IntoUssr = """{"into":"ussr","reason":{"code":"merge"}}""";

        Assert.EndsWith(
            ", ambiguous -0.21",
            await TriedAndDoneAsync(HttpMethod.Post, "/events/again/merge", IntoFirst, 1),
            StringComparison.Ordinal
        );
        await TriedAndDoneAsync(HttpMethod.Post, "/events/again/split", Reason, 2);

        await PostAsync("/actors", """{"key":"double","kind":"state","name":"Soviet Union"}""");
        await PatchAsync(
            "/events/again",
            3,
            Effects("supports", "yes").Replace("ussr", "double", StringComparison.Ordinal)
        );
        Assert.StartsWith(
            "double ended: supports 1, nothing; ussr ",
            await TriedAndDoneAsync(HttpMethod.Post, "/actors/double/merge", IntoUssr, 1),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "double appeared: nothing, supports 1; ussr ",
            await TriedAndDoneAsync(HttpMethod.Post, "/actors/double/split", Reason, 2),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task tells_of_those_who_inherit_it()
    {
        await VoteTwiceAsync();
        await PostAsync("/actors", """{"key":"russia","kind":"state","name":"Russia"}""");
        const string Followed = """ "successors":[{"actor":"russia","kind":"continuator","on":"1975-06-01"}] """;

        Assert.Contains(
            "russia appeared: nothing, ambiguous -0.21",
            await TriedAndDoneAsync(HttpMethod.Patch, "/actors/ussr", Changes(Followed), 1),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "russia value: ambiguous -0.21, opposes -1; ussr value: ambiguous -0.21, opposes -1",
            await TriedAndDoneAsync(HttpMethod.Post, "/events/first/retract", Reason, 1)
        );
    }

    [Fact]
    public async Task tells_nothing_where_none_is_touched_or_has_begun()
    {
        await VoteTwiceAsync();

        Assert.Equal("", await TriedAndDoneAsync(HttpMethod.Patch, "/actors/ussr", Changes(""" "name":"USSR" """), 1));
        Assert.Equal("", await CorrectedAsync(""" "occurred":"1980" """, (await LaterAsync())["key"]!.ToString()));

        async Task<Answer> LaterAsync() => await RecordAsync(Vote("later", "1977-01-01", "supports", "yes"));
    }

    [Fact]
    public async Task tells_of_the_days_that_the_record_names_too()
    {
        await VoteTwiceAsync();
        var preview = await PostAsync("/events/first/retract?dryRun=true", Reason, 1);
        var day = preview.List("days").Single()!;

        Assert.Equal("1970-01-01", (string?)day["asOf"]);
        Assert.Equal("ended", (string?)day["shown"]!.AsArray().Single()!["change"]);
        Assert.Equal("value", (string?)preview["changes"]!["shown"]!.AsArray().Single()!["change"]);
    }

    [Fact]
    public async Task of_a_file_tells_what_all_its_lines_would_change_also_where_one_adopts_rules()
    {
        await VoteTwiceAsync();
        var was = await StancesAsync("1976-01-01");
        const string Lines = """
            {"record":"retract","of":"event","key":"first","revision":2,"reason":{"code":"correction"}}
            {"record":"correct","of":"chronology","revision":1,"changes":{"rules":2},"reason":{"code":"adoption"}}
            """;
        var tried = await TriedAsync();
        await ImportAsync(Lines);
        var line = tried["changes"]!["shown"]!.AsArray().Single()!;

        Assert.Equal(was["ussr plan"], line["before"]!.ToJsonString());
        Assert.Equal((await StancesAsync("1976-01-01"))["ussr plan"], line["after"]!.ToJsonString());
        Assert.Equal("insufficient-evidence", (string?)line["after"]!["revealed"]!["verdict"]);

        async Task<Answer> TriedAsync()
        {
            using var content = new StringContent(Lines, null, "application/x-ndjson");
            return await Answer.OfAsync(
                await Service.Client.PostAsync(
                    $"{Path}/import?dryRun=true&asOf=1976-01-01",
                    content,
                    TestContext.Current.CancellationToken
                )
            );
        }
    }
}
