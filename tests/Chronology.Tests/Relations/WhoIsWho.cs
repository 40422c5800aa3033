using Chronology.Actors;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Tests.Relations;

public sealed class WhoIsWho
{
    private static readonly FactKey Key = FactKey.Of("representation", "russia", "palestine", null, null);

    private static readonly RecordedEffect Opened = FactKey
        .Of("representation", "ussr", "plo", null, null)
        .Effect("opened", "embassy", "1974");

    private static RecordState Actor(
        string key,
        string? existed = null,
        string kind = "state",
        string? mergedInto = null,
        params Successor[] successors
    ) =>
        new(
            new(RecordKind.Actor, key),
            1,
            mergedInto is null ? RecordStatus.Active : RecordStatus.Merged,
            new ActorContent(kind, key, [], existed, [.. successors], []),
            null,
            mergedInto
        );

    private static FactEntry Ask(FactKey key, string day, RecordedEffect effect, params RecordState[] actors) =>
        FactsAsOf.Decide(Identity.Of(actors).HeritageOf(key), [effect], Day.ParseQuestion(day).Value);

    private static readonly RecordState[] Both =
    [
        Actor("ussr", successors: new Successor("russia", "continuator", "1991-12-26")),
        Actor("plo", successors: new Successor("palestine", "successor", "2013-01-03")),
    ];

    [Theory]
    [InlineData("2013-01-02", "none certain")]
    [InlineData("2013-01-03", "embassy certain")]
    public void a_fact_comes_down_on_both_sides_once_both_have_succeeded(string day, string said) =>
        Assert.Equal(said, Ask(Key, day, Opened, Both).Said());

    [Fact]
    public void both_predecessors_are_named()
    {
        var entry = Ask(Key, "2020", Opened, Both);

        Assert.Equal(("ussr", "plo"), (entry.HeldAs, entry.TowardAs));
    }

    [Fact]
    public void a_pair_without_direction_names_the_predecessor_on_its_own_side()
    {
        var severed = FactKey.Of("relations", "ussr", "vatican", null, null).Effect("severed", "severed", "1950");
        var key = FactKey.Of("relations", "abkhazia", "vatican", null, null);
        var entry = Ask(
            key,
            "2000",
            severed,
            Actor("ussr", successors: new Successor("abkhazia", "continuator", "1992"))
        );

        Assert.Equal(("abkhazia", "ussr", null), (entry.Key.Holder, entry.HeldAs, entry.TowardAs));
    }

    [Fact]
    public void nothing_passes_twice_over_a_link_that_passes_nothing() =>
        Assert.Equal(
            Verdict.NoRecord,
            Ask(
                    FactKey.Of("representation", "chechnya", "plo", null, null),
                    "2020",
                    Opened,
                    Both[0],
                    Actor("russia", successors: new Successor("chechnya", "secession", "1996"))
                )
                .Holds()
        );

    [Theory]
    [InlineData("../1991-12-25", "1991-12-26", Verdict.No)]
    [InlineData("../1991-12-25", "1991-12-25", Verdict.Certain)]
    [InlineData("../1991-12", "1991-12-15", Verdict.Possible)]
    [InlineData("1922/..", "2020", Verdict.Certain)]
    public void a_predecessors_facts_end_with_its_existence(string existed, string day, Verdict verdict) =>
        Assert.Equal(
            verdict,
            Ask(Opened.Key, day, Opened, Actor("ussr", existed, successors: Both[0].Successor())).Holds()
        );

    [Fact]
    public void what_begins_after_the_end_never_stood()
    {
        var entry = Ask(
            Opened.Key,
            "2000",
            Opened.Key.Effect("late", "embassy", "1995"),
            Actor("ussr", "../1991", successors: Both[0].Successor())
        );

        Assert.Equal((Verdict.No, null), (entry.Holds(), entry.LastHeld));
    }

    [Fact]
    public void beside_a_secession_the_old_actor_lives_on() =>
        Assert.Equal(
            Verdict.Certain,
            Ask(Opened.Key, "2000", Opened, Actor("ussr", successors: new Successor("latvia", "secession", "1991")))
                .Holds()
        );

    [Theory]
    [InlineData("person", "2005", Verdict.No)]
    [InlineData("person", "2004-11-11", Verdict.Certain)]
    [InlineData("organisation", "2005", Verdict.Certain)]
    public void a_persons_offices_end_with_the_person(string kind, string day, Verdict verdict)
    {
        var office = FactKey.Of("office", "arafat", "plo", null, "Chairman");

        Assert.Equal(
            verdict,
            Ask(office, day, office.Effect("elected", "Chairman", "1969"), Actor("arafat", "1929/2004-11-11", kind))
                .Holds()
        );
    }

    [Fact]
    public void merged_actors_are_the_last_one_of_their_chain()
    {
        var identity = Identity.Of([Actor("a", mergedInto: "b"), Actor("b", mergedInto: "c")]);

        Assert.Equal("c", identity.Surviving("a"));
        Assert.Equal(["c", "a", "b"], identity.KeysOf("c"));
    }

    [Fact]
    public void the_record_of_the_one_that_stays_decides_on_succession() =>
        Assert.Equal(
            Verdict.NoRecord,
            Ask(
                    FactKey.Of("representation", "russia", "plo", null, null),
                    "2020",
                    Opened,
                    Actor("ussr", mergedInto: "soviets", successors: Both[0].Successor())
                )
                .Holds()
        );
}

file static class Records
{
    public static Successor Successor(this RecordState actor) => ((ActorContent)actor.Content).Successors[0];
}
