namespace Chronology.Service.Tests.Http;

/// <summary>The Soviet Union, whose place Russia took on 26 December 1991.</summary>
public sealed class AskingAboutSuccessors(ServedOnce served) : OverHttp(served)
{
    private async Task SucceedAsync(string on = "\"1991-12-26\"", string kind = "continuator", string existed = "null")
    {
        await ImportAsync("""{"record":"actor","key":"russia","revision":1,"kind":"state","name":"Russia"}""");
        var told = await PatchAsync(
            "/actors/ussr",
            1,
            $$"""
            "existed":{{existed}},"names":[{"name":"USSR","from":"1922","until":"1991-12-25"}],
            "successors":[{"actor":"russia","kind":"{{kind}}","on":{{on}}}]
            """
        );
        Assert.Equal(System.Net.HttpStatusCode.OK, told.Status);
    }

    private Task<Answer> AskAsync(string holder, string asOf, string kind = "recognition", string toward = "israel") =>
        GetAsync($"/facts?kind={kind}&holder={holder}&toward={toward}&asOf={asOf}");

    private static string Shown(Answer answer) =>
        $"{answer.Verdict} {answer.Each("facts", "value")} {answer.Each("facts", "heldAs")}".Trim();

    [Theory]
    [InlineData("ussr", "1991-12-25", "certain de-jure null")]
    [InlineData("ussr", "1991-12-26", "no")]
    [InlineData("russia", "1991-12-25", "no")]
    [InlineData("russia", "1991-12-26", "certain de-jure ussr")]
    public async Task what_was_the_predecessors_is_the_successors_from_the_day_on(
        string holder,
        string asOf,
        string said
    )
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await SucceedAsync();

        Assert.Equal(said, Shown(await AskAsync(holder, asOf)));
    }

    [Fact]
    public async Task the_predecessors_facts_end_with_its_existence()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await SucceedAsync(existed: "\"1922-12-30/1991-12-20\"");

        var last = await AskAsync("ussr", "1991-12-20");
        Assert.Equal("1991-12-20", (string?)last.List("facts")[0]!["until"]!["edtf"]);
        var gone = await AskAsync("ussr", "1991-12-21");
        Assert.Equal("no", gone.Verdict);
        Assert.Equal("1991-12-20", (string?)gone["lastHeld"]!["until"]!["edtf"]);
        var inherited = await AskAsync("russia", "2000");
        Assert.Null(inherited.List("facts")[0]!["until"]);
    }

    [Theory]
    [InlineData("1991-11-30", "no")]
    [InlineData("1991-12-10", "possible de-jure ussr")]
    [InlineData("1991-12-31", "certain de-jure ussr")]
    public async Task an_uncertain_day_leaves_both_possible(string asOf, string said)
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await SucceedAsync(on: "\"1991-12\"");

        Assert.Equal(said, Shown(await AskAsync("russia", asOf)));
    }

    [Fact]
    public async Task an_unknown_day_stays_possible()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await SucceedAsync(on: "null");

        Assert.Equal("possible de-jure ussr", Shown(await AskAsync("russia", "2020")));
        Assert.Equal("certain de-jure null", Shown(await AskAsync("ussr", "2020")));
    }

    [Theory]
    [InlineData("continuator", "certain de-jure ussr")]
    [InlineData("successor", "no-record")]
    [InlineData("secession", "no-record")]
    public async Task the_kind_says_what_passes(string kind, string said)
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await SucceedAsync(kind: kind);

        Assert.Equal(said, Shown(await AskAsync("russia", "2000")));
    }

    [Fact]
    public async Task a_list_names_each_pair_once()
    {
        await RecordAsync(
            Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"),
            Effect("mission", "1974", "representation|plo|ussr|representative-office")
        );
        await SucceedAsync();

        foreach (
            var question in (string[])
                [
                    "/state?",
                    "/facts?",
                    "/state?between=ussr,russia;plo,israel&",
                    "/facts?between=ussr,russia;plo,israel&",
                ]
        )
        {
            var before = await GetAsync($"{question}asOf=1991-12-25");
            Assert.Equal("ussr plo", before.Each("facts", "holder"));
            var after = await GetAsync($"{question}asOf=1991-12-26");
            Assert.Equal("russia plo", after.Each("facts", "holder"));
            Assert.Equal("ussr null", after.Each("facts", "heldAs"));
            Assert.Equal("null ussr", after.Each("facts", "towardAs"));
        }
        Assert.Equal("russia plo", (await GetAsync("/state?actor=russia&asOf=2000")).Each("facts", "holder"));
        Assert.Empty((await GetAsync("/events?actor=russia")).List("events"));
    }

    [Fact]
    public async Task the_history_of_a_fact_has_the_position_at_which_the_succession_was_recorded()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        await SucceedAsync();
        var head = await HeadAsync();

        var history = await GetAsync("/facts/history?kind=recognition&holder=russia&toward=israel&asOf=2000");

        Assert.Equal($"{head}", history.Each("history", "position"));
        Assert.Equal("certain", history.Each("history", "verdict"));
    }

    [Fact]
    public async Task an_actor_is_called_by_the_name_of_the_day()
    {
        await SucceedAsync();

        Assert.Equal("USSR", (string?)(await GetAsync("/actors/ussr?asOf=1950"))["called"]);
        Assert.Equal("USSR", (string?)(await GetAsync("/actors/ussr?asOf=1922-06-01"))["called"]);
        Assert.Equal("Soviet Union", (string?)(await GetAsync("/actors/ussr?asOf=2000"))["called"]);
        Assert.Equal("Ana Beću", (string?)(await GetAsync("/actors/becu?asOf=2000"))["called"]);
    }
}
