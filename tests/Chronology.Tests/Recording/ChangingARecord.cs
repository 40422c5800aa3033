using Chronology.Actors;
using Chronology.Recording;
using Chronology.Sources;
using static Chronology.Tests.Recording.Samples;
using E = Chronology.Recording.DiplomaticEvent;

namespace Chronology.Tests.Recording;

public sealed class RecordingAnEvent
{
    private static readonly E.Recorded Recorded = new(Recognition);
    private static readonly Command Record = new Command.Record(Id, Recognition);

    [Fact]
    public void begins_its_history() => Given(Id).When(Record).Then(Recorded);

    [Fact]
    public void asked_twice_records_once() => Given(Id, Recorded).When(Record).ThenNothing();

    [Fact]
    public void under_a_taken_key_is_refused() =>
        Given(Id, Recorded)
            .When(new Command.Record(Id, Recognition with { Title = "Other" }))
            .ThenRefused("key-taken", "/key");

    [Fact]
    public void as_disputed_makes_it_disputed() =>
        Assert.Equal(
            RecordStatus.Disputed,
            Given(Id).When(new Command.Record(Id, Recognition with { Credibility = "disputed" })).Changed.After.Status
        );
}

public sealed class CorrectingAnEvent
{
    private static readonly E.Recorded Recorded = new(Recognition);
    private static readonly E.Dating Exact = new("1948-05-17", "occurrence", null, null, null, "gregorian", null);

    private static Command Redate(string reason) => Correct(Id, """{"occurred":"1948-05-17"}""", reason);

    [Fact]
    public void never_recorded_is_refused() => Given(Id).When(Redate("correction")).ThenRefused("no-such-event");

    [Fact]
    public void to_another_date_says_so() =>
        Given(Id, Recorded).When(Redate("correction")).Then(new E.DateCorrected(Exact));

    [Fact]
    public void to_a_date_inside_the_old_one_refines_it() =>
        Given(Id, Recorded).When(Redate("refinement")).Then(new E.DateRefined(Exact));

    [Fact]
    public void asked_twice_records_once() =>
        Given(Id, Recorded, new E.DateRefined(Exact)).When(Redate("refinement")).ThenNothing();

    [Theory]
    [InlineData("""{"occurred":"1948-06-01"}""", "/changes/occurred")]
    [InlineData("""{"occurred":"1948"}""", "/changes/occurred")]
    [InlineData("""{"occurred":"1948-05-17/1948-05-18"}""", "/changes/occurred")]
    [InlineData(
        """{"effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure","from":"1948-06"}]}""",
        "/changes/effects/0/from"
    )]
    public void to_a_date_outside_the_old_one_is_no_refinement(string changes, string pointer) =>
        Given(Id, Recorded).When(Correct(Id, changes, "refinement")).ThenRefused("not-a-refinement", pointer);

    [Fact]
    public void to_an_interval_makes_it_an_extent() =>
        Given(Id, Recorded)
            .When(Correct(Id, """{"occurred":"1948-05/1948-07"}"""))
            .Then(new E.DateCorrected(Exact with { Occurred = "1948-05/1948-07", Reading = "extent" }));

    [Fact]
    public void tells_only_what_changed_in_a_fixed_order() =>
        Given(Id, Recorded)
            .When(
                Correct(
                    Id,
                    """{"tags":["x"],"type":"relations-established","intensity":7.50,"effects":[],"noSource":"n","credibility":"confirmed","actors":null,"title":"T"}"""
                )
            )
            .Then(
                new E.Retyped("relations-established"),
                new E.DescriptionCorrected("T", null, null, ["x"]),
                new E.ActorsCorrected([]),
                new E.EffectsCorrected([]),
                new E.IntensityOverridden(7.5m),
                new E.NoSourceExplained("n"),
                new E.CredibilityReassessed("confirmed")
            );

    [Fact]
    public void attaches_and_detaches_single_sources() =>
        Given(Id, Recorded)
            .When(Correct(Id, """{"citations":[{"source":"ref-9"},{"source":"ref-4"},{"source":"ref-5"}]}"""))
            .Then(
                new E.SourceDetached(0, "ref-3"),
                new E.SourceAttached(0, new("ref-9", null, null)),
                new E.SourceAttached(2, new("ref-5", null, null))
            );

    [Fact]
    public void reassesses_credibility() =>
        Given(Id, Recorded)
            .When(Correct(Id, """{"credibility":"refuted"}""", "reassessment"))
            .Then(new E.CredibilityReassessed("refuted"));

    [Fact]
    public void reassesses_nothing_else() =>
        Given(Id, Recorded)
            .When(Correct(Id, """{"credibility":"refuted","title":"T"}""", "reassessment"))
            .ThenRefused("invalid-parameter", "/changes/title");

    [Theory]
    [InlineData("refinement", Operation.Refined)]
    [InlineData("reassessment", Operation.Reassessed)]
    [InlineData("correction", Operation.Corrected)]
    public void is_named_by_its_reason(string reason, Operation operation) =>
        Assert.Equal(
            operation,
            Given(Id, Recorded).When(Correct(Id, """{"credibility":"confirmed"}""", reason)).Changed.Operation
        );

    [Theory]
    [InlineData("""{"key":"other"}""", "invalid-parameter", "/changes/key")]
    [InlineData("""{"colour":null}""", "unknown-field", "/changes/colour")]
    [InlineData("""{"title":null}""", "invalid-parameter", "/changes/title")]
    [InlineData("""{"type":"picnic"}""", "unknown-type", "/changes/type")]
    [InlineData("""{"citations":[]}""", "source-required", "/changes/citations")]
    [InlineData("""{"actors":[{"actor":"x","role":"boss"}]}""", "invalid-parameter", "/changes/actors/0/role")]
    [InlineData("""{"occurred":"{1947,1948}"}""", "effect-needs-one-date", "/changes")]
    public void to_something_invalid_is_refused_where_it_was_asked(string changes, string code, string pointer) =>
        Given(Id, Recorded).When(Correct(Id, changes)).ThenRefused(code, pointer);

    [Fact]
    public void may_repeat_its_key() =>
        Given(Id, Recorded).When(Correct(Id, """{"key":"ussr-recognises-israel"}""")).ThenNothing();
}

public sealed class DisputingAnEvent
{
    private static readonly E.Recorded Recorded = new(Recognition with { Credibility = "confirmed" });
    private static readonly Command Dispute = new Command.Dispute(Id, Because("dispute"), []);

    private static Command Resolve(string? credibility = null) =>
        new Command.Resolve(Id, credibility, Because("reassessment"), []);

    [Fact]
    public void marks_it() => Given(Id, Recorded).When(Dispute).Then(new E.Disputed());

    [Fact]
    public void twice_is_refused() =>
        Given(Id, Recorded, new E.Disputed()).When(Dispute).ThenRefused("already-disputed");

    [Fact]
    public void resolved_gives_back_what_it_was() =>
        Given(Id, Recorded, new E.Disputed()).When(Resolve()).Then(new E.DisputeResolved("confirmed"));

    [Fact]
    public void resolved_gives_what_is_said_now() =>
        Given(Id, Recorded, new E.Disputed()).When(Resolve("refuted")).Then(new E.DisputeResolved("refuted"));

    [Fact]
    public void from_the_start_has_nothing_to_go_back_to() =>
        Given(Id, new E.Recorded(Recognition with { Credibility = "disputed" }))
            .When(Resolve())
            .ThenRefused("invalid-parameter", "/credibility");

    [Fact]
    public void that_is_not_there_cannot_be_resolved() =>
        Given(Id, Recorded).When(Resolve()).ThenRefused("not-disputed");

    [Fact]
    public void by_a_correction_is_a_dispute_all_the_same() =>
        Given(Id, Recorded, new E.CredibilityReassessed("disputed"))
            .When(Resolve())
            .Then(new E.DisputeResolved("confirmed"));

    [Fact]
    public void ends_with_a_reassessment()
    {
        var after = Given(Id, Recorded, new E.Disputed())
            .When(Correct(Id, """{"credibility":"refuted"}""", "reassessment"))
            .Changed.After;
        Assert.Equal((RecordStatus.Active, null), (after.Status, after.CredibilityBefore));
    }

    [Fact]
    public void an_actor_is_refused() =>
        Given(Ussr, new Actor.Recorded(SovietUnion))
            .When(new Command.Dispute(Ussr, Because("dispute"), []))
            .ThenRefused("invalid-parameter");
}

public sealed class RetractingAndMerging
{
    private static readonly E.Recorded Recorded = new(Recognition);

    private static Command Order(string verb, RecordId id) =>
        verb switch
        {
            "correct" => Correct(id, "{}"),
            "retract" => new Command.Retract(id, Because(), []),
            "reinstate" => new Command.Reinstate(id, Because(), []),
            "dispute" => new Command.Dispute(id, Because(), []),
            "resolve" => new Command.Resolve(id, null, Because(), []),
            "merge" => new Command.Merge(id, "other", Because("merge"), []),
            "split" => new Command.Split(id, Because("split"), []),
            _ => throw new ArgumentOutOfRangeException(nameof(verb)),
        };

    [Theory]
    [InlineData("active", "reinstate", "not-retracted")]
    [InlineData("active", "split", "not-merged")]
    [InlineData("active", "resolve", "not-disputed")]
    [InlineData("disputed", "dispute", "already-disputed")]
    [InlineData("disputed", "reinstate", "not-retracted")]
    [InlineData("disputed", "split", "not-merged")]
    [InlineData("retracted", "correct", "event-retracted")]
    [InlineData("retracted", "retract", "event-retracted")]
    [InlineData("retracted", "dispute", "event-retracted")]
    [InlineData("retracted", "resolve", "event-retracted")]
    [InlineData("retracted", "merge", "event-retracted")]
    [InlineData("retracted", "split", "not-merged")]
    [InlineData("merged", "correct", "event-merged")]
    [InlineData("merged", "retract", "event-merged")]
    [InlineData("merged", "dispute", "event-merged")]
    [InlineData("merged", "resolve", "event-merged")]
    [InlineData("merged", "merge", "event-merged")]
    [InlineData("merged", "reinstate", "not-retracted")]
    [InlineData("active", "correct", null)]
    [InlineData("active", "dispute", null)]
    [InlineData("active", "retract", null)]
    [InlineData("active", "merge", null)]
    [InlineData("disputed", "correct", null)]
    [InlineData("disputed", "resolve", null)]
    [InlineData("disputed", "retract", null)]
    [InlineData("disputed", "merge", null)]
    [InlineData("retracted", "reinstate", null)]
    [InlineData("merged", "split", null)]
    public void follows_the_state_of_the_record(string state, string verb, string? code)
    {
        DomainEvent[] before = state switch
        {
            "disputed" => [Recorded, new E.Disputed()],
            "retracted" => [Recorded, new E.Retracted()],
            "merged" => [Recorded, new E.Merged("other")],
            _ => [Recorded],
        };
        Assert.Equal(code, Given(Id, before).When(Order(verb, Id)).Decision.Rejection?.Code);
    }

    [Fact]
    public void into_itself_is_refused() =>
        Given(Id, Recorded)
            .When(new Command.Merge(Id, Id.Key, Because("merge"), []))
            .ThenRefused("cannot-merge", "/into");

    [Theory]
    [InlineData("retract", "actor-retracted")]
    [InlineData("split", "not-merged")]
    public void speaks_of_the_kind_of_record(string verb, string code) =>
        Given(Ussr, new Actor.Recorded(SovietUnion), new Actor.Retracted()).When(Order(verb, Ussr)).ThenRefused(code);

    [Fact]
    public void an_issue_cannot_be_merged() =>
        Given(Plan, new Issue.Recorded(Partition)).When(Order("merge", Plan)).ThenRefused("cannot-merge");

    [Fact]
    public void then_reinstating_gives_back_all_that_it_was()
    {
        var before = Given(Id, Recorded, new E.Disputed());
        var after = Given(Id, Recorded, new E.Disputed(), new E.Retracted(), new E.Reinstated());
        Assert.Equal(before.State! with { Revision = 4 }, after.State);
    }

    [Fact]
    public void then_splitting_gives_back_all_that_it_was()
    {
        var before = Given(Id, Recorded, new E.Disputed());
        var after = Given(Id, Recorded, new E.Disputed(), new E.Merged("other"), new E.Split());
        Assert.Equal(before.State! with { Revision = 4 }, after.State);
    }
}

public sealed class CorrectingOtherRecords
{
    [Fact]
    public void renames_an_actor() =>
        Given(Ussr, new Actor.Recorded(SovietUnion))
            .When(Correct(Ussr, """{"name":"USSR","kind":"government","successors":[]}"""))
            .Then(new Actor.Reclassified("government"), new Actor.Renamed("USSR"), new Actor.SuccessionCorrected([]));

    [Fact]
    public void refines_a_lifespan() =>
        Given(Ussr, new Actor.Recorded(SovietUnion with { Existed = "1922/1991" }))
            .When(Correct(Ussr, """{"existed":"1922-12-30/1991-12-26"}""", "refinement"))
            .Then(new Actor.LifespanCorrected("1922-12-30/1991-12-26"));

    [Fact]
    public void does_not_refine_a_lifespan_into_another() =>
        Given(Ussr, new Actor.Recorded(SovietUnion))
            .When(Correct(Ussr, """{"existed":"1917/1991-12-26"}""", "refinement"))
            .ThenRefused("not-a-refinement", "/changes/existed");

    [Fact]
    public void rewords_an_issue() =>
        Given(Plan, new Issue.Recorded(Partition))
            .When(Correct(Plan, """{"wording":null}"""))
            .Then(new Issue.Reworded(null));

    [Fact]
    public void merges_into_a_csl_item() =>
        Given(Book, new Source.Recorded(Article with { Csl = new("""{"a":1,"b":{"c":2,"d":3}}""") }))
            .When(Correct(Book, """{"csl":{"a":null,"b":{"c":4}},"url":null}"""))
            .Then(
                new Source.DescriptionCorrected(new("""{"b":{"c":4,"d":3}}"""), "AJIL"),
                new Source.LinksCorrected(null, null, "2023-11-16")
            );

    [Fact]
    public void of_another_kind_speaks_of_that_kind() =>
        Given(Book).When(Correct(Book, "{}")).ThenRefused("no-such-source");
}
