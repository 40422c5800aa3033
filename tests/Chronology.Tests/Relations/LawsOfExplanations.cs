using Chronology.Relations;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Relations;

public sealed class LawsOfExplanations
{
    private static readonly Gen<(Heritage Heritage, List<RecordedEffect> Effects, Day Day)> Facts =
        from actors in LawsOfIdentity.Actors
        from effects in LawsOfIdentity.Effects.List[0, 5]
        from day in LawsOfIdentity.Asked
        from plain in Gen.Bool
        let heritage = plain ? Heritage.Plain(LawsOfIdentity.Key) : Identity.Of(actors).HeritageOf(LawsOfIdentity.Key)
        select (heritage, plain ? [.. effects.Select(e => e with { Key = LawsOfIdentity.Key })] : effects, day);

    private static void Holds(Func<Heritage, List<RecordedEffect>, Day, Explanation, bool> law, int iter = 2_000) =>
        Facts.Sample(
            fact =>
                law(fact.Heritage, fact.Effects, fact.Day, Explanation.Of(fact.Heritage, fact.Effects, [], fact.Day)),
            iter: iter,
            print: fact =>
                $"{LawsOfIdentity.Print(([], fact.Effects, fact.Day))} | until {fact.Heritage.LastDay?.Edtf} | "
                + string.Join(
                    "; ",
                    fact.Heritage.Sources.Select(s =>
                        $"{s.Key} {string.Join(" or ", s.Ways.Select(w => string.Join(",", w)))}"
                    )
                )
        );

    private static List<RecordedEffect> OfTheFact(Heritage heritage, IEnumerable<RecordedEffect> effects) =>
        [.. effects.Where(effect => heritage.SourceOf(effect) is not null)];

    private static FactEntry Decide(Heritage heritage, IEnumerable<RecordedEffect> effects, Day day) =>
        FactsAsOf.Decide(heritage, OfTheFact(heritage, effects), day);

    private static string Said(FactEntry entry) => entry.Said();

    [Fact]
    public void Every_effect_is_told_once() =>
        Holds(
            (_, effects, _, explanation) =>
                explanation.Effects.Select(e => e.Effect).ToHashSet().SetEquals(effects)
                && explanation.Effects.Count == effects.Count
        );

    [Fact]
    public void The_deciders_are_those_of_the_entry_and_one_of_them_is_chosen() =>
        Holds(
            (heritage, effects, day, explanation) =>
            {
                var entry = Decide(heritage, effects, day);
                var chosen = explanation.Effects.Where(e => e.Part == EffectPart.Chosen).ToList();
                return explanation
                        .Effects.Where(e => e.Part is EffectPart.Chosen or EffectPart.PossibleDecider)
                        .Select(e => e.Effect)
                        .SequenceEqual(entry.Because)
                    && chosen.Count == (entry.Because.Count > 0 ? 1 : 0)
                    && (
                        !entry.IsListed
                        || chosen[0].Effect.Value == entry.Value && chosen[0].Effect.Begins == entry.Since
                    )
                    && explanation
                        .Effects.Where(e => e.Reason == EffectReason.Disputed)
                        .Select(e => e.Effect)
                        .SequenceEqual(entry.DisputedBy);
            }
        );

    [Fact]
    public void Without_one_that_is_left_out_the_fact_is_the_same_and_without_a_decider_it_is_not() =>
        Holds(
            (heritage, effects, day, explanation) =>
                explanation.Effects.All(explained =>
                {
                    var without = Decide(
                        heritage,
                        effects.Where(effect => !ReferenceEquals(effect, explained.Effect)),
                        day
                    );
                    var same = Said(without) == Said(explanation.Entry) && without.Because == explanation.Entry.Because;
                    return explained switch
                    {
                        { Part: EffectPart.ClaimedAgainst } => true,
                        // Where nothing stands, what is disputed may have left out another claim.
                        { Reason: EffectReason.Disputed } => same
                            || (!explanation.Entry.IsListed && without.Certainty == FactCertainty.Claimed),
                        _ => same == (explained.Part == EffectPart.LeftOut),
                    };
                })
        );

    [Fact]
    public void What_a_claim_stands_against_gives_no_value() =>
        Holds(
            (heritage, effects, day, explanation) =>
                explanation
                    .Effects.Where(e => e.Part == EffectPart.ClaimedAgainst)
                    .All(e =>
                        e.Effect.IsFirm
                        && explanation.Entry.Certainty == FactCertainty.Claimed
                        && (e.Effect.Value is null || e.Reason == EffectReason.Ended)
                    )
        );

    [Fact]
    public void The_one_that_came_after_it_alone_leaves_it_out() =>
        Holds(
            (heritage, _, day, explanation) =>
                explanation
                    .Effects.Where(e => e.By is not null)
                    .All(e =>
                        e.Reason == EffectReason.Superseded
                        && !Decide(heritage, [Firm(e.Effect), Firm(e.By!)], day).Because.Contains(Firm(e.Effect))
                    )
        );

    private static RecordedEffect Firm(RecordedEffect effect) => effect with { Credibility = "reported" };

    [Fact]
    public void In_a_history_of_its_own_whatever_was_superseded_has_one_that_came_after_it() =>
        Holds(
            (heritage, _, _, explanation) =>
                !heritage.IsPlain
                || explanation.Effects.All(e => e.Reason != EffectReason.Superseded || e.By is not null)
        );

    [Fact]
    public void The_reason_is_true() =>
        Holds(
            (heritage, _, day, explanation) =>
                explanation.Effects.All(e =>
                    e.Reason switch
                    {
                        EffectReason.Later => e.Effect.Begins.Days.Earliest > day,
                        EffectReason.Disputed => !e.Effect.IsFirm,
                        EffectReason.NotInherited or EffectReason.NotYetInherited => !heritage.MayCount(e.Effect, day),
                        EffectReason.Superseded => heritage.MayCount(e.Effect, day)
                            && !(e.Effect.Begins.Days.Earliest > day),
                        EffectReason.Ended or EffectReason.MayHaveEnded => !(e.Ends!.Earliest >= day),
                        null => e.Part != EffectPart.LeftOut,
                        _ => false,
                    }
                )
        );

    [Fact]
    public void What_is_certain_needs_no_settling_and_what_settles_changes_something() =>
        Holds(
            (_, _, _, explanation) =>
                explanation.Entry.Certainty == FactCertainty.Certain
                    ? explanation.Settling.Ways.Count == 0
                    : explanation.Settling.Ways.All(way =>
                        way.Cases.Any(settled => Said(settled.Then) != Said(explanation.Entry))
                    )
        );

    [Fact]
    public void What_only_one_thing_leaves_open_is_settled_by_it() =>
        Holds(
            (heritage, effects, day, explanation) =>
                explanation.Entry.Certainty != FactCertainty.Possible
                || effects.Count != 1
                || !heritage.IsPlain
                || effects[0].LastDay is not null
                || explanation.Settling.Ways[0].Cases.All(settled => settled.IsCertain)
        );

    [Fact]
    public void Once_it_is_known_the_fact_is_as_was_said() =>
        Holds(
            (heritage, effects, day, explanation) =>
                explanation.Settling.Ways.All(way =>
                    way.Cases.All(settled =>
                    {
                        var (known, so) = Known(heritage, effects, way, settled.If);
                        var entry = Decide(known, so, day);
                        return Said(entry) == Said(settled.Then);
                    })
                ),
            iter: 5_000
        );

    /// <summary>The record as it would be.</summary>
    private static (Heritage, List<RecordedEffect>) Known(
        Heritage heritage,
        List<RecordedEffect> effects,
        Settlement way,
        Finding found
    )
    {
        return way.What switch
        {
            Refinement.Beginning => (heritage, With(e => e with { Begins = Cut(e.Begins) })),
            Refinement.End => (heritage, With(e => e with { LastDay = Cut(e.LastDay!) })),
            Refinement.Credibility => found == Finding.Refuted
                ? (heritage, [.. effects.Where(e => !ReferenceEquals(e, way.Effect))])
                : (heritage, With(e => e with { Credibility = "confirmed" })),
            Refinement.Order => (
                heritage,
                [
                    .. effects.Select(e =>
                        e.Event == way.Effect!.Event ? e with { Order = 100 }
                        : e.Begins.Earliest == way.On && e.Begins.Latest == way.On ? e with { Order = e.Order ?? 0 }
                        : e
                    ),
                ]
            ),
            Refinement.Succession => (
                new(
                    heritage.Key,
                    [
                        .. heritage.Sources.Select(source =>
                            source with
                            {
                                Ways =
                                [
                                    .. source.Ways.Select(links =>
                                        Chronology.Recording.ValueList.ToValueList(
                                            links.Select(link =>
                                                link == way.Succession ? link with { On = Days(link.On) } : link
                                            )
                                        )
                                    ),
                                ],
                            }
                        ),
                    ],
                    heritage.LastDay
                ),
                effects
            ),
            _ => (new(heritage.Key, heritage.Sources, Cut(heritage.LastDay!)), effects),
        };

        List<RecordedEffect> With(Func<RecordedEffect, RecordedEffect> know) =>
            [.. effects.Select(e => ReferenceEquals(e, way.Effect) ? know(e) : e)];

        EffectDate Cut(EffectDate date) => new(date.Edtf, Days(date.Days));

        DayWindow Days(DayWindow days) =>
            found == Finding.OnOrBefore ? days.Within(null, way.On)! : days.Within(way.On + 1, null)!;
    }
}
