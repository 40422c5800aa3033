using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>What is recorded of a stance besides its value; null where nothing is said.</summary>
/// <param name="Basis">statement, vote, sponsorship, action or policy.</param>
/// <param name="Vote">yes, abstain, no or absent.</param>
/// <param name="Speaker">The person or organ that spoke for the holder.</param>
public sealed record StanceDetails(string? Basis, string? Vote, string? Salience, string? Authority, string? Speaker)
{
    /// <summary>Null: the effect is on another kind of fact.</summary>
    public static StanceDetails? Of(Effect effect) =>
        effect.Fact == Stance.Kind
            ? new(effect.Basis, effect.Vote, effect.Salience, effect.Authority, effect.Speaker)
            : null;
}

/// <summary>What a piece of evidence weighs on a day, for every day and credibility that it may have: salience times credibility times what time has left.</summary>
/// <param name="Low">The least, in <see cref="One"/>ths; 0 where it may not have happened by the day.</param>
/// <param name="Estimate">The middle of its credibilities times the middle of the least and the most that time may have left.</param>
/// <param name="High">The greatest.</param>
public readonly record struct EvidenceWeight(long Low, long Estimate, long High)
{
    /// <summary>A confirmed statement of low salience on the day it was made; twice, so that halves are whole.</summary>
    public const long One = 2 * Weight.One * HalfLife.One;
}

/// <summary>One effect as evidence of where its holder stood on a day.</summary>
/// <param name="Halves">What it says, from -4 (strongly opposes) to 4, in halves; null: no position, so that it weighs nothing.</param>
/// <param name="Earliest">The first of the days on which it can have begun; null: none is known.</param>
/// <param name="Latest">The last of them by the day asked about, and before the succession by which it comes; null: before every day.</param>
/// <param name="Happened">Certain, or possible; of what is inherited, whether it happened and was passed on.</param>
public sealed record StanceEvidence(
    RecordedEffect Effect,
    int? Halves,
    Day? Earliest,
    Day? Latest,
    Certainty Happened,
    EvidenceWeight Weight
)
{
    /// <summary>Whether it weighs something whatever its day and credibility turn out to be.</summary>
    public bool SurelyWeighs => Weight.Low > 0;

    /// <summary>Null: refuted, or it begins after the day, or is not passed on by then.</summary>
    /// <param name="source">Where the effect comes from.</param>
    public static StanceEvidence? Of(RecordedEffect effect, HeritageSource source, Day asOf, StanceRules rules)
    {
        var before = source.Before(asOf);
        if (before == BeforeAll || effect.Credibility == "refuted")
            return null;
        var (begins, end) = (effect.Begins.Days, effect.LastDay?.Days.Latest);
        var by = source.IsOwn ? asOf : Day.Min(before - 1, asOf);
        var last = begins.LastOnOrBefore(end is { } ends ? Day.Min(ends, by) : by);
        if (last is null)
            return null;
        var latest = end is { } until ? begins.LastOnOrBefore(until) : begins.Latest;
        var happened =
            latest is { } surely && surely <= asOf && source.SurelyPasses(surely, asOf)
                ? Certainty.Certain
                : Certainty.Possible;
        var halves = StanceTerms.Halves(effect.Value, effect.Stance?.Vote);
        var bounds = (Earliest: begins.Earliest, Latest: last > BeforeAll ? last : null);
        return new(
            effect,
            halves,
            bounds.Earliest,
            bounds.Latest,
            happened,
            halves is null
                ? default
                : WeightOf(
                    effect,
                    happened == Certainty.Certain ? Left(bounds.Earliest) : 0,
                    Left(bounds.Latest),
                    rules
                )
        );

        long Left(Day? day) => day is { } on ? rules.Left(asOf.Number - on.Number) : 0;
    }

    private static readonly Day BeforeAll = new(long.MinValue);

    private static EvidenceWeight WeightOf(RecordedEffect effect, long least, long most, StanceRules rules)
    {
        var weight = Relations.Weight.Of(rules.Salience(effect.Stance?.Salience), effect.Credibility);
        return new(2 * weight.Low * least, weight.Estimate * (least + most), 2 * weight.High * most);
    }
}
