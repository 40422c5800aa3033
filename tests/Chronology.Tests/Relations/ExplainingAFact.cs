using Chronology.Actors;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Tests.Relations;

public sealed class ExplainingAFact
{
    private static readonly FactKey Key = FactKey.Of("representation", "plo", "ussr", null, null);

    private static Explanation Explain(string day, params RecordedEffect[] effects) =>
        Explanation.Of(Heritage.Plain(Key), effects, [], Day.ParseQuestion(day).Value);

    private static string Parts(Explanation explanation) =>
        string.Join(
            "; ",
            explanation.Effects.Select(e =>
                $"{e.Effect.Event} {e.Part}"
                + (e.Reason is { } reason ? $" {reason}" : "")
                + (e.By is { } by ? $" by {by.Event}" : "")
            )
        );

    private static string Ways(Explanation explanation) =>
        string.Join(
            "; ",
            explanation.Settling.Ways.Select(way =>
                $"{way.What} {way.Effect?.Event}{way.Succession?.Predecessor} {way.On}: "
                + string.Join(", ", way.Cases.Select(settled => $"{settled.If} {settled.Then.Said()}"))
            )
        );

    [Fact]
    public void names_the_one_that_decides_what_it_superseded_and_what_comes_later()
    {
        var explanation = Explain(
            "1980",
            Key.Effect("contact", "contact", "1970"),
            Key.Effect("office", "representative-office", "1974"),
            Key.Effect("embassy", "embassy", "1981")
        );

        Assert.Equal("contact LeftOut Superseded by office; office Chosen; embassy LeftOut Later", Parts(explanation));
        Assert.Empty(explanation.Settling.Ways);
    }

    [Fact]
    public void says_on_which_side_of_the_day_an_uncertain_beginning_settles_it()
    {
        var explanation = Explain("1974-07-01", Key.Effect("opened", "embassy", "1974-22"));

        Assert.Equal("opened Chosen", Parts(explanation));
        Assert.Equal("Beginning opened 1974-07-01: OnOrBefore embassy certain, After none certain", Ways(explanation));
    }

    [Fact]
    public void says_which_of_two_uncertain_events_must_have_come_last()
    {
        var explanation = Explain(
            "1980",
            Key.Effect("opened", "embassy", "1974"),
            Key.Effect("lowered", "legation", "1974-07-01")
        );

        Assert.Equal("opened Chosen; lowered PossibleDecider", Parts(explanation));
        Assert.Equal(
            "Beginning opened 1974-06-30: OnOrBefore legation certain, After embassy possible (legation); "
                + "Beginning opened 1974-07-01: OnOrBefore legation possible (embassy), After embassy certain",
            Ways(explanation)
        );
    }

    [Fact]
    public void asks_for_the_order_of_one_day()
    {
        var explanation = Explain(
            "1980",
            Key.Effect("opened", "embassy", "1974-07-01"),
            Key.Effect("lowered", "legation", "1974-07-01")
        );

        Assert.Equal(
            "Order lowered 1974-07-01: LastOfTheDay legation certain; Order opened 1974-07-01: LastOfTheDay embassy certain",
            Ways(explanation)
        );
    }

    [Fact]
    public void says_what_came_after_it_on_the_same_day()
    {
        var explanation = Explain(
            "1980",
            Key.Effect("opened", "embassy", "1974-07-01", order: 2),
            Key.Effect("lowered", "legation", "1974-07-01", order: 1)
        );

        Assert.Equal("lowered LeftOut Superseded by opened; opened Chosen", Parts(explanation));
    }

    [Fact]
    public void weighs_what_is_disputed_beside_the_firm()
    {
        var explanation = Explain(
            "1980",
            Key.Effect("opened", "embassy", "1974"),
            Key.Effect("said", "legation", "1975", credibility: "disputed")
        );

        Assert.Equal("opened Chosen; said LeftOut Disputed", Parts(explanation));
    }

    [Fact]
    public void names_what_a_claim_stands_against()
    {
        var explanation = Explain(
            "1980",
            Key.Effect("opened", "embassy", "1974"),
            Key.Effect("closed", "none", "1975"),
            Key.Effect("said", "legation", "1976", credibility: "disputed")
        );

        Assert.Equal("opened LeftOut Superseded by said; closed ClaimedAgainst; said Chosen", Parts(explanation));
    }

    [Fact]
    public void asks_whether_a_claim_is_so()
    {
        var explanation = Explain("1980", Key.Effect("said", "embassy", "1974", credibility: "disputed"));

        Assert.Equal("said Chosen", Parts(explanation));
        Assert.Equal("Credibility said : Confirmed embassy certain, Refuted none certain", Ways(explanation));
    }

    [Fact]
    public void tells_that_what_decides_has_ended_and_asks_when_where_that_is_open()
    {
        var over = Explain("1980", Key.Effect("opened", "embassy", "1974", "1979"));
        var open = Explain("1979-06-30", Key.Effect("opened", "embassy", "1974", "1979"));

        Assert.Equal("opened Chosen Ended", Parts(over));
        Assert.Equal(("1979", EndOfValue.Own), (over.Effects[0].Ends!.Edtf, over.Effects[0].EndsBy));
        Assert.Equal("opened Chosen MayHaveEnded", Parts(open));
        Assert.Equal("End opened 1979-06-29: OnOrBefore none certain, After embassy certain", Ways(open));
    }

    [Fact]
    public void ends_with_the_existence_of_the_parties()
    {
        var heritage = new Heritage(Key, Heritage.Plain(Key).Sources, Timelines.On("1991-12-25"));
        var explanation = Explanation.Of(
            heritage,
            [Key.Effect("opened", "embassy", "1974")],
            [],
            Day.ParseQuestion("1995").Value
        );

        Assert.Equal("opened Chosen Ended", Parts(explanation));
        Assert.Equal(EndOfValue.Existence, explanation.Effects[0].EndsBy);
    }

    [Fact]
    public void tells_what_passed_to_the_successor_and_what_did_not()
    {
        var key = FactKey.Of("representation", "plo", "russia", null, null);
        var heritage = new Heritage(
            key,
            [
                .. Heritage.Plain(key).Sources,
                new HeritageSource(
                    Key,
                    null,
                    "ussr",
                    [
                        [new Succession("ussr", "russia", "continuator", Timelines.On("1991-12-26").Days)],
                    ]
                ),
            ],
            null
        );
        RecordedEffect[] effects =
        [
            Key.Effect("opened", "embassy", "1974"),
            Key.Effect("afterwards", "legation", "1993"),
        ];

        Assert.Equal(
            "opened Chosen; afterwards LeftOut NotInherited",
            Parts(Explanation.Of(heritage, effects, [], Day.ParseQuestion("1995").Value))
        );
        Assert.Equal(
            "opened LeftOut NotYetInherited; afterwards LeftOut NotInherited",
            Parts(Explanation.Of(heritage, effects, [], Day.ParseQuestion("1990").Value))
        );
    }

    [Fact]
    public void looks_into_the_last_fifty_that_may_decide_and_counts_the_others()
    {
        var explanation = Explain(
            "1974-07-01",
            [
                .. Enumerable
                    .Range(0, 52)
                    .Select(n => Key.Effect($"e{n:00}", n % 2 == 0 ? "embassy" : "legation", "1974")),
            ]
        );

        Assert.Equal(52, explanation.Entry.Because.Count);
        Assert.Equal(2, explanation.Settling.Untried);
        Assert.DoesNotContain(explanation.Settling.Ways, way => way.Effect!.Event is "e00" or "e01");
    }

    [Fact]
    public void tells_what_takes_part_in_nothing()
    {
        var explanation = Explanation.Of(
            Heritage.Plain(Key),
            [Key.Effect("opened", "embassy", "1974")],
            [
                new(Key.Effect("withdrawn", "legation", "1975"), EffectReason.Retracted),
                new(Key.Effect("double", "embassy", "1974-06"), EffectReason.Merged, "opened"),
            ],
            Day.ParseQuestion("1980").Value
        );

        Assert.Equal("opened Chosen; double LeftOut Merged; withdrawn LeftOut Retracted", Parts(explanation));
    }
}
