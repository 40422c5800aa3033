using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Relations;

public sealed class LawsOfFacts
{
    private const int LastDayAsked = 8;

    private static readonly FactKey Key = FactKey.Of("representation", "plo", "ussr", null, null);

    /// <summary>One to three days, some without bound on a side.</summary>
    private static readonly Gen<EffectDate> Dates =
        from days in Gen.Long[0, LastDayAsked].HashSet[1, 3]
        from openBelow in Gen.Int[0, 7].Select(n => n == 0)
        from openAbove in Gen.Int[0, 7].Select(n => n == 0)
        select Timelines.On(
            "["
                + (openBelow ? $"..{new Day(Arrangements.First)}," : "")
                + string.Join(',', days.Order().Select(day => new Day(day)))
                + (openAbove ? $",{new Day(Arrangements.Last)}.." : "")
                + "]"
        );

    private static readonly Gen<RecordedEffect> Effects =
        from begins in Dates
        from end in Dates
        from hasEnd in Gen.Bool
        from value in Gen.Int[0, 3].Select(n => ((string?[])["embassy", "legation", "contact", null])[n])
        from order in Gen.Int[0, 2]
        from time in Gen.Int[0, 3]
        from name in Gen.Int[0, 999_999]
        where !hasEnd || Arrangements.Members(begins)[0] <= Arrangements.Members(end)[^1]
        select new RecordedEffect(
            Key,
            value,
            $"e{name}",
            Index: 0,
            Revision: 1,
            Position: 1,
            begins,
            time switch
            {
                0 => new TimeOfDay(1, null),
                1 => new TimeOfDay(2, null),
                _ => null,
            },
            hasEnd ? end : null,
            order == 0 ? null : order,
            "reported",
            ValueList<Citation>.Empty
        );

    private static readonly Gen<List<RecordedEffect>> Firm = Effects.List[0, 4];

    private static readonly Gen<List<RecordedEffect>> Mixed = (
        from effect in Effects
        from disputed in Gen.Bool
        select disputed ? effect with { Credibility = "disputed" } : effect
    ).List[0, 4];

    private static readonly Gen<Day> Asked = Gen.Long[-1, LastDayAsked + 1].Select(day => new Day(day));

    [Fact]
    public void The_possible_values_are_those_that_some_arrangement_gives() =>
        Gen.Select(Firm, Asked)
            .Sample(
                (effects, day) =>
                {
                    var entry = FactsAsOf.Decide(Key, effects, day);
                    var expected = Arrangements.Of(effects, day.Number).ValuesGiven();
                    return expected.SetEquals([entry.Value, .. entry.Alternatives])
                        && (entry.Certainty == FactCertainty.Certain) == (expected.Count == 1)
                        && (entry.Value != Vocabulary.None || expected.Count == 1);
                },
                iter: 20_000,
                print: Print
            );

    [Fact]
    public void The_effects_named_are_those_that_decide_in_some_arrangement() =>
        Gen.Select(Firm, Asked)
            .Sample(
                (effects, day) =>
                    Arrangements
                        .Of(effects, day.Number)
                        .Deciders()
                        .SetEquals(FactsAsOf.Decide(Key, effects, day).Because),
                iter: 5_000,
                print: Print
            );

    [Fact]
    public void A_claim_is_a_value_of_a_disputed_effect_where_firm_ones_give_none() =>
        Gen.Select(Mixed, Asked)
            .Sample(
                (effects, day) =>
                {
                    var entry = FactsAsOf.Decide(Key, effects, day);
                    var firm = Arrangements.Of([.. effects.Where(effect => effect.IsFirm)], day.Number);
                    var all = Arrangements.Of(effects, day.Number);
                    var claims = all.ValuesGivenBy(effect => !effect.IsFirm);
                    var claimed = firm.ValuesGiven().SetEquals([Vocabulary.None]) && claims.Count > 0;
                    return claimed == (entry.Certainty == FactCertainty.Claimed)
                        && (claimed ? all : firm).ValuesGiven().SetEquals([entry.Value, .. entry.Alternatives])
                        && (!claimed || claims.Contains(entry.Value))
                        && (
                            claimed || firm.Deciders().Count == 0
                                ? entry.DisputedBy.Count == 0
                                : all.Deciders().Where(effect => !effect.IsFirm).ToHashSet().SetEquals(entry.DisputedBy)
                        );
                },
                iter: 10_000,
                print: Print
            );

    [Fact]
    public void The_order_of_recording_does_not_matter() =>
        Gen.Select(Mixed, Asked)
            .Sample(
                (effects, day) =>
                    SameAnswer(
                        FactsAsOf.Decide(Key, effects, day),
                        FactsAsOf.Decide(Key, [.. Enumerable.Reverse(effects)], day)
                    ),
                print: Print
            );

    [Fact]
    public void Effects_that_begin_later_or_surely_before_M_can_be_left_out() =>
        Gen.Select(Mixed, Asked)
            .Sample(
                (effects, day) =>
                {
                    var m = effects
                        .Where(effect => effect.IsFirm && effect.Begins.Days.Latest <= day)
                        .Max(effect => (Day?)(effect.Begins.Days.Earliest ?? new Day(long.MinValue)));
                    var candidates = effects.Where(effect =>
                        !(effect.Begins.Days.Earliest > day) && !(effect.Begins.Days.Latest < m)
                    );
                    var all = FactsAsOf.Decide(Key, effects, day);
                    return SameAnswer(
                        all with
                        {
                            LastHeld = null,
                            IsRecorded = true,
                        },
                        FactsAsOf.Decide(Key, [.. candidates], day) with
                        {
                            LastHeld = null,
                            IsRecorded = true,
                        }
                    );
                },
                iter: 5_000,
                print: Print
            );

    [Fact]
    public void Narrowing_a_window_never_turns_certain_into_anything_else() =>
        Gen.Select(Mixed, Asked, Gen.Int[0, 3], Gen.Int[0, 9], Gen.Bool)
            .Where((effects, _, which, _, _) => which < effects.Count)
            .Sample(
                (effects, day, which, member, end) =>
                {
                    var before = FactsAsOf.Decide(Key, effects, day);
                    effects = [.. effects];
                    effects[which] = Narrowed(effects[which], member, end);
                    var after = FactsAsOf.Decide(Key, effects, day);
                    return before.Certainty != FactCertainty.Certain
                        || (after.Certainty == FactCertainty.Certain && after.Value == before.Value);
                },
                iter: 20_000,
                print: t => Print((t.Item1, t.Item2)) + $" {t.Item3} {t.Item4} {t.Item5}"
            );

    /// <summary>The effect with one of its windows shrunk to a day, where that leaves an arrangement.</summary>
    private static RecordedEffect Narrowed(RecordedEffect effect, int member, bool end)
    {
        var ofEnd = end && effect.LastDay is not null;
        var members = Arrangements.Members(ofEnd ? effect.LastDay! : effect.Begins);
        var one = Timelines.On($"{new Day(members[member % members.Count])}");
        var narrowed = ofEnd ? effect with { LastDay = one } : effect with { Begins = one };
        return
            narrowed.LastDay is null
            || Arrangements.Members(narrowed.Begins)[0] <= Arrangements.Members(narrowed.LastDay)[^1]
            ? narrowed
            : effect;
    }

    private static bool SameAnswer(FactEntry a, FactEntry b) =>
        a with
        {
            Because = [],
            DisputedBy = [],
            Since = null,
            Until = null,
            LastHeld = null,
        } == b with { Because = [], DisputedBy = [], Since = null, Until = null, LastHeld = null }
        && a.Since?.Edtf == b.Since?.Edtf
        && a.Because.Select(effect => effect.Event).SequenceEqual(b.Because.Select(effect => effect.Event))
        && a.DisputedBy.Select(effect => effect.Event).SequenceEqual(b.DisputedBy.Select(effect => effect.Event))
        && a.LastHeld?.Value == b.LastHeld?.Value;

    private static string Print((List<RecordedEffect> Effects, Day Day) instance) =>
        $"day {instance.Day.Number}: "
        + string.Join(
            "; ",
            instance.Effects.Select(e =>
                $"{e.Event} {e.Value ?? "none"} {e.Begins.Edtf} until {e.LastDay?.Edtf ?? "-"} order {e.Order} time {e.TimeOfDay?.Nanoseconds} {e.Credibility}"
            )
        );
}

/// <summary>Every way in which the uncertain dates of some effects can have fallen, one by one, and which effects decide then.</summary>
internal sealed class Arrangements
{
    /// <summary>Days far from all that is asked: they stand for the days beyond in a window without bound.</summary>
    public const long First = -9;

    /// <inheritdoc cref="First"/>
    public const long Last = 19;

    private readonly long day;
    private readonly List<Fallible> effects;
    private readonly HashSet<(RecordedEffect? Decider, string Value)> outcomes = [];

    private readonly Func<RecordedEffect, long, bool> counts;
    private readonly IReadOnlyList<long?> existenceEnds;

    private Arrangements(
        IEnumerable<RecordedEffect> effects,
        long day,
        Func<RecordedEffect, long, bool> counts,
        IReadOnlyList<long?> existenceEnds
    )
    {
        (this.day, this.counts, this.existenceEnds) = (day, counts, existenceEnds);
        this.effects =
        [
            .. effects.Select(effect => new Fallible(
                effect,
                Members(effect.Begins),
                effect.LastDay is null ? [null] : [.. Members(effect.LastDay).Select(end => (long?)end)]
            )),
        ];
        Arrange(new (long Begin, long? End)[this.effects.Count], 0);
    }

    public static Arrangements Of(IEnumerable<RecordedEffect> effects, long day) =>
        new(effects, day, (_, _) => true, [null]);

    /// <param name="counts">Whether an effect that begins on a day takes part.</param>
    /// <param name="existenceEnds">The days on one of which every value ends; null: never.</param>
    public static Arrangements Of(
        IEnumerable<RecordedEffect> effects,
        long day,
        Func<RecordedEffect, long, bool> counts,
        IReadOnlyList<long?> existenceEnds
    ) => new(effects, day, counts, existenceEnds);

    public static List<long> Members(EffectDate date) =>
        [
            .. Enumerable
                .Range(0, (int)(Last - First + 1))
                .Select(n => First + n)
                .Where(day => date.Days.Contains(new Day(day))),
        ];

    public HashSet<string> ValuesGiven() => [.. outcomes.Select(outcome => outcome.Value)];

    public HashSet<string> ValuesGivenBy(Func<RecordedEffect, bool> who) =>
        [
            .. outcomes
                .Where(outcome => outcome.Decider is not null && who(outcome.Decider) && outcome.Value != "none")
                .Select(outcome => outcome.Value),
        ];

    public HashSet<RecordedEffect> Deciders() =>
        [.. outcomes.Where(outcome => outcome.Decider is not null).Select(outcome => outcome.Decider!)];

    private void Arrange((long Begin, long? End)[] fallen, int next)
    {
        if (next == effects.Count)
        {
            Decide(fallen);
            return;
        }
        foreach (var begin in effects[next].Begins)
        foreach (var end in effects[next].Ends.Where(end => end is null || end >= begin))
        {
            fallen[next] = (begin, end);
            Arrange(fallen, next + 1);
        }
    }

    private void Decide((long Begin, long? End)[] fallen)
    {
        var begun = Enumerable
            .Range(0, effects.Count)
            .Where(i => fallen[i].Begin <= day && counts(effects[i].Effect, fallen[i].Begin))
            .ToList();
        if (begun.Count == 0)
        {
            outcomes.Add((null, "none"));
            return;
        }
        var latest = begun.Max(i => fallen[i].Begin);
        var last = begun.Where(i => fallen[i].Begin == latest).ToList();
        var sure = last.Where(i => effects[i].IsSure).ToList();
        var after = sure.ToDictionary(
            i => i,
            i => sure.Where(j => IsLater(effects[j].Effect, effects[i].Effect)).ToHashSet()
        );
        for (var passes = 0; passes < sure.Count; passes++)
        {
            foreach (var i in sure)
                after[i].UnionWith(after[i].SelectMany(j => after[j]).ToList());
        }
        last.RemoveAll(i => after.TryGetValue(i, out var later) && later.Any(j => !after[j].Contains(i)));
        foreach (var i in last)
        foreach (var end in existenceEnds)
        {
            var over = fallen[i].End < day || end < day;
            outcomes.Add((effects[i].Effect, over ? "none" : effects[i].Effect.Value ?? "none"));
        }
    }

    private static bool IsLater(RecordedEffect a, RecordedEffect b) =>
        a.Order is not null && b.Order is not null && a.Order != b.Order
            ? a.Order > b.Order
            : a.TimeOfDay?.Nanoseconds > b.TimeOfDay?.Nanoseconds;

    private sealed record Fallible(RecordedEffect Effect, List<long> Begins, List<long?> Ends)
    {
        public bool IsSure => Begins.Count == 1;
    }
}
