using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using E = Chronology.Recording.DiplomaticEvent;

namespace Chronology.Tests.Recording;

public sealed class ReadingAnAnchor
{
    private const string After = """{"relation":"after","event":"x"}""";
    private const string Before = """{"relation":"before","event":"y"}""";

    private static readonly RecordId Id = new(RecordKind.Event, "e");

    [Theory]
    [InlineData("7", "/anchor")]
    [InlineData("\"after x\"", "/anchor")]
    [InlineData("{}", "/anchor/relation")]
    [InlineData("""{"relation":"during","event":"x"}""", "/anchor/relation")]
    [InlineData("""{"relation":"after"}""", "/anchor/event")]
    [InlineData("""{"relation":"after","event":"Not a key"}""", "/anchor/event")]
    [InlineData("""{"relation":"after","event":["x"]}""", "/anchor/event")]
    [InlineData("""{"relation":"after","event":"x","offset":3}""", "/anchor/offset")]
    [InlineData("""{"relation":"on","event":"x","offset":"P1D"}""", "/anchor/offset")]
    [InlineData("[]", "/anchor")]
    [InlineData($"[{After}]", "/anchor")]
    [InlineData($"[{After},{After}]", "/anchor")]
    [InlineData($$"""[{{After}},{"relation":"on","event":"y"}]""", "/anchor")]
    [InlineData($"[{After},{Before},{Before}]", "/anchor")]
    [InlineData($"[[{After}],{Before}]", "/anchor/0")]
    [InlineData("[null,null]", "/anchor/0")]
    public void refuses_what_is_none(string anchor, string pointer) => Refused(anchor, "invalid-parameter", pointer);

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("3D")]
    [InlineData("P3")]
    [InlineData("PD")]
    [InlineData("P-3D")]
    [InlineData("-P3D")]
    [InlineData("P3d")]
    [InlineData("P1.5D")]
    [InlineData("P3D2M")]
    [InlineData("P3D3D")]
    [InlineData("PT3H")]
    [InlineData("P1DT3H")]
    [InlineData("P1000000D")]
    [InlineData("P٣D")]
    [InlineData("P3D\\n")]
    [InlineData(" P3D")]
    public void refuses_an_offset_that_is_no_number_of_days_months_or_years(string offset) =>
        Refused($$"""{"relation":"after","event":"x","offset":"{{offset}}"}""", "invalid-date", "/anchor/offset");

    [Fact]
    public void refuses_a_member_that_is_unknown() =>
        Refused("""{"relation":"after","event":"x","days":3}""", "unknown-field", "/anchor/days");

    [Fact]
    public void refuses_an_event_that_would_follow_itself() =>
        Refused("""{"relation":"after","event":"e"}""", "anchor-cycle", "/anchor");

    [Theory]
    [InlineData("\"occurred\":\"1948\"", "/anchor")]
    [InlineData("\"start\":\"1948\"", "/anchor")]
    [InlineData("\"end\":\"1948\"", "/anchor")]
    [InlineData("\"reading\":\"extent\"", "/reading")]
    [InlineData("\"calendar\":\"julian\"", "/calendar")]
    public void refuses_a_date_of_its_own_beside_it(string beside, string pointer) =>
        Refused(After, "invalid-parameter", pointer, $",{beside}");

    [Theory]
    [InlineData("""{"relation":"after","event":"x","offset":"P1Y2M3W4D"}""")]
    [InlineData("""{"relation":"before","event":"x","offset":null}""")]
    [InlineData("""{"relation":"on","event":"x","offset":null}""")]
    [InlineData(
        """[{"relation":"after","event":"x","offset":null},{"relation":"before","event":"y","offset":"P0D"}]"""
    )]
    public void gives_back_what_was_read(string anchor)
    {
        var content = Read(anchor).Value;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(anchor), RecordJson.Write(Id, content)["anchor"]));
        Assert.Equal("occurrence", content.Reading);
        Assert.Equal(content, Stored(content));
    }

    [Fact]
    public void has_the_earlier_of_two_first() =>
        Assert.Equal(Read($"[{After},{Before}]").Value, Read($"[{Before},{After}]").Value);

    [Fact]
    public void refers_to_the_events_that_it_names() =>
        Assert.Equal(
            ["x /anchor/0/event", "y /anchor/1/event"],
            Read($"[{After},{Before}]").Value.References().Select(r => $"{r.To.Key} {r.Pointer}")
        );

    [Fact]
    public void stores_it_behind_all_that_was_stored_before()
    {
        var stored = JsonSerializer.Serialize(Read(After).Value, RecordJson.Options);

        Assert.EndsWith(
            ""","tags":[],"anchor":[{"relation":"after","event":"x","offset":null}]}""",
            stored,
            StringComparison.Ordinal
        );
        Assert.Equal(Read(After).Value, JsonSerializer.Deserialize<EventContent>(stored, RecordJson.Options));
    }

    [Fact]
    public void stores_nothing_where_there_is_none() =>
        Assert.DoesNotContain(
            "anchor",
            JsonSerializer.Serialize<object>(new E.Recorded(Samples.Recognition), RecordJson.Options)
                + JsonSerializer.Serialize(
                    new E.Dating("1948", "occurrence", null, null, null, "gregorian", null),
                    RecordJson.Options
                ),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("""{"occurred":null,"anchor":{"relation":"after","event":"x"}}""")]
    [InlineData(
        """{"occurred":null,"anchor":[{"relation":"after","event":"x"},{"relation":"before","event":"y","offset":"P2W"}]}"""
    )]
    public void is_corrected_to_and_exported_and_read_again(string patch)
    {
        var before = Folding.Revise(null, Id, [new E.Recorded(Samples.Recognition)]);
        var there = Changed(before, patch);
        var back = Changed(there, """{"anchor":null,"occurred":"1948/1949"}""");
        var line = ExportLine.Of(before, there, Operation.Corrected, new("correction", null), []);

        Assert.IsType<E.DateCorrected>(Assert.Single(Decided(before, patch).Events));
        Assert.Equal("extent", ((EventContent)back.Content).Reading);
        Assert.Equal(there, Changed(before, line["changes"]!.ToJsonString()));
        Assert.Equal(
            back,
            Changed(
                there,
                ExportLine.Of(there, back, Operation.Corrected, new("correction", null), [])["changes"]!.ToJsonString()
            )
        );
        Assert.Contains("anchor", Differences.Between(before, there).Select(change => change.Field));
    }

    [Fact]
    public void is_changed_in_part()
    {
        var before = Folding.Revise(null, Id, [new E.Recorded(Read(After).Value)]);

        Assert.Equal(
            [new Anchor("after", "x", "P3D")],
            ((EventContent)Changed(before, """{"anchor":{"offset":"P3D"}}""").Content).Anchor!
        );
    }

    [Fact]
    public void is_blamed_on_the_revision_that_set_it()
    {
        var first = Folding.Revise(null, Id, [new E.Recorded(Samples.Recognition)]);
        var second = Changed(first, $$"""{"occurred":null,"anchor":{{After}}}""");

        Assert.Equal(2, Blame.Of([first, second]).Single(blamed => blamed.Place == "/anchor").Revision);
    }

    private static Result<EventContent> Read(string anchor, string more = "")
    {
        using var body = JsonDocument.Parse(
            $$"""{"key":"e","type":"statement-made","title":"t","noSource":"none","anchor":{{anchor}}{{more}}}"""
        );
        return RecordJson.ReadRecord(RecordKind.Event, body.RootElement).Map(command => (EventContent)command.Content);
    }

    private static void Refused(string anchor, string code, string pointer, string more = "")
    {
        var rejection = Read(anchor, more).Rejection;
        Assert.Equal((code, pointer), (rejection?.Code, rejection?.Pointer));
    }

    private static EventContent Stored(EventContent content) =>
        JsonSerializer.Deserialize<EventContent>(
            JsonSerializer.Serialize(content, RecordJson.Options),
            RecordJson.Options
        )!;

    private static Decision.Changed Decided(RecordState state, string patch) =>
        Assert.IsType<Decision.Changed>(
            Deciding
                .Decide(new Command.Correct(Id, JsonNode.Parse(patch)!.AsObject(), new("correction", null), []), state)
                .Value
        );

    private static RecordState Changed(RecordState state, string patch) => Decided(state, patch).After;
}
