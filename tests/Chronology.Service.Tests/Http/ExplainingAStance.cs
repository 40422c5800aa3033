using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

public sealed class ExplainingAStance(ServedOnce served) : OverHttp(served)
{
    private static string Said(string key, string occurred, string value, string more = "") =>
        Event(
            key,
            occurred,
            $$""","effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"{{value}}","basis":"statement"}]{{more}}"""
        );

    private Task<Answer> ExplainAsync(string more = "&asOf=1960") =>
        GetAsync($"/explain/stance?holder=ussr&toward=plan{more}");

    private static string Evidence(Answer answer) =>
        string.Join(
            "; ",
            answer
                .List("effects")
                .Select(e =>
                    $"{e!["event"]} {e["declared"]!["reason"] ?? "-"} {(e["evidence"] is { } piece ? $"{piece["p"]} {piece["share"]}" : "left out")}"
                )
        );

    [Fact]
    public async Task tells_what_each_piece_of_evidence_counts_for_and_what_was_left_out()
    {
        await RecordAsync(
            Said("first", "1960-06-01", "supports"),
            Said("second", "1960-06-02", "opposes"),
            Said("mistaken", "1960-06-03", "opposes"),
            Said("rumoured", "1960-06-04", "opposes", ""","credibility":"refuted" """),
            Said("later", "1961", "opposes")
        );
        await DoAsync("retract", "/events/mistaken", 1);
        var answer = await ExplainAsync();
        var told = await GetAsync("/stances?holder=ussr&toward=plan&asOf=1960");

        Assert.Equal(
            "first superseded 1 0.5; second - -1 0.5; mistaken retracted left out; rumoured refuted left out; later later left out",
            Evidence(answer)
        );
        Assert.Equal(told.List("stances").Single()!.ToJsonString(), answer["stance"]!.ToJsonString());
        Assert.StartsWith(
            "Counts as +1.0 with a weight of ",
            (string?)answer.List("effects")[0]!["evidence"]!["sentence"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task what_was_given_up_takes_no_position()
    {
        await RecordAsync(Said("first", "1958", "supports"), Said("dropped", "1959", "none"));
        var dropped = (await ExplainAsync()).List("effects")[1]!;

        Assert.Equal("chosen", (string?)dropped["declared"]!["part"]);
        Assert.Null(dropped["evidence"]!["p"]);
        Assert.Null(dropped["evidence"]!["share"]);
    }

    [Fact]
    public async Task silence_is_told_as_silence()
    {
        var silent = await ExplainAsync();

        Assert.Null(silent["stance"]);
        Assert.Empty(silent.List("effects"));
        Assert.Equal("no-record", silent.Each("notes", "code"));
    }

    [Fact]
    public async Task can_be_cited()
    {
        await RecordAsync(Said("first", "1958", "supports"));
        var cited = await ExplainAsync("&asOf=1960&cite=true");
        var kept = await GetAsync((string)cited["answer"]!["permalink"]!);

        Assert.True(JsonNode.DeepEquals(cited["effects"], kept["effects"]));
    }

    [Theory]
    [InlineData("holder=ussr")]
    [InlineData("toward=plan")]
    [InlineData("holder=ussr&toward=plan&kind=stance")]
    public async Task needs_one_stance(string question)
    {
        var refused = await GetAsync($"/explain/stance?{question}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }
}
