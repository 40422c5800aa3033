using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;

namespace Chronology.Tests.Recording;

/// <summary>An event that a data set coded, once more.</summary>
public sealed class RowsOfDataSets
{
    private const string Body = """
        {"key":"icews-1","type":"meeting-held","occurred":"2018-06-01","title":"A — Consult — B","noSource":"-",
         "coding":{"dataSet":"icews","story":"9","mentions":2,"rows":[{"id":"1","code":"040","source":{"name":"A"},"target":{"name":"B"}}]}}
        """;

    private static readonly RecordId Id = new(RecordKind.Event, "icews-1");

    private static EventContent Content(string body = Body) =>
        (EventContent)
            RecordJson.ReadRecord(RecordKind.Event, StrictJson.Parse(Encoding.UTF8.GetBytes(body)).Value).Value.Content;

    private static RecordState State(EventContent content) =>
        Folding.Revise(null, Id, [new DiplomaticEvent.Recorded(content)]);

    private static Result<Decision> Again(EventContent now, EventContent was) =>
        Deciding.Decide(new Command.Record(Id, now) { FromDataSet = true }, State(was));

    [Fact]
    public void is_unchanged_whatever_editors_have_mended() =>
        Assert.IsType<Decision.Unchanged>(
            Again(
                Content(),
                Content() with
                {
                    Title = "A meets B",
                    Occurred = "2018-05-31",
                    Actors = [new("a", "actor")],
                }
            ).Value
        );

    [Fact]
    public void is_unchanged_when_more_reports_tell_of_it() =>
        Assert.IsType<Decision.Unchanged>(
            Again(Content(Body.Replace("\"mentions\":2", "\"mentions\":5", StringComparison.Ordinal)), Content()).Value
        );

    [Fact]
    public void is_refused_when_the_row_says_something_else() =>
        Assert.Equal(
            "coded-differently",
            Again(Content(Body.Replace("040", "046", StringComparison.Ordinal)), Content()).Rejection?.Code
        );

    [Fact]
    public void is_refused_where_somebody_elses_event_has_the_key() =>
        Assert.Equal("key-taken", Again(Content(), Content() with { Coding = null }).Rejection?.Code);

    [Fact]
    public void is_taken_by_content_alone_where_a_person_records_it() =>
        Assert.Equal(
            "key-taken",
            Deciding
                .Decide(new Command.Record(Id, Content() with { Title = "Other" }), State(Content()))
                .Rejection?.Code
        );

    [Fact]
    public void is_written_as_it_was_read_and_left_out_where_there_is_none()
    {
        var written = RecordJson.Write(Id, Content());
        Assert.Equal(Content(), Content(written.ToJsonString()));
        Assert.False(RecordJson.Write(Id, Content() with { Coding = null }).ContainsKey("coding"));
    }

    [Fact]
    public void has_its_texts_committed_to_apart()
    {
        var body = new RevisionBody(
            RecordKind.Event,
            "icews-1",
            1,
            Operation.Recorded,
            [new DiplomaticEvent.Recorded(Content())],
            "ann",
            "icews",
            null,
            []
        );
        var salts = Ledger.Commit(body, () => new byte[Ledger.SaltLength]).Salts.Keys;
        Assert.Contains("/events/0/data/content/coding/rows/0/source/name", salts);
        Assert.DoesNotContain("/events/0/data/content/coding/rows/0/code", salts);
    }

    [Fact]
    public void can_be_corrected_and_taken_away()
    {
        var state = State(Content());
        var command = new Command.Correct(Id, new JsonObject { ["coding"] = null }, new("correction", null), []);
        var changed = Assert.IsType<Decision.Changed>(Deciding.Decide(command, state).Value);
        Assert.Equal([new DiplomaticEvent.CodingCorrected(null)], changed.Events);
        Assert.Equal("coding", Assert.Single(Differences.Between(state, changed.After)).Field);
        Assert.Contains(Blame.Of([state, changed.After]), b => b is { Place: "/coding", Value: null, Revision: 2 });
    }

    [Fact]
    public void a_provisional_actor_is_cleared_by_a_correction()
    {
        var id = new RecordId(RecordKind.Actor, "a");
        var made = new ActorContent("person", "A", [], null, [], []) { Provisional = true };
        var state = Folding.Revise(null, id, [new Chronology.Actors.Actor.Recorded(made)]);
        foreach (var cleared in new JsonNode?[] { null, false })
        {
            var command = new Command.Correct(
                id,
                new JsonObject { ["provisional"] = cleared?.DeepClone() },
                new("correction", null),
                []
            );
            var changed = Assert.IsType<Decision.Changed>(Deciding.Decide(command, state).Value);
            Assert.Equal([new Chronology.Actors.Actor.MarkedProvisional(false)], changed.Events);
            Assert.False(RecordJson.Write(id, changed.After.Content).ContainsKey("provisional"));
        }
    }
}
