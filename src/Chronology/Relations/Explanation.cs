using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>What an effect has to do with what a fact was on a day.</summary>
public enum EffectPart
{
    /// <summary>It decides, or of several that may it is the one that is shown.</summary>
    Chosen,

    /// <summary>It may be the one that decides.</summary>
    PossibleDecider,

    /// <summary>It decides or may decide among the firm effects and gives no value, so that what is disputed is told as a claim.</summary>
    ClaimedAgainst,

    /// <summary>Without it the fact would be the same.</summary>
    LeftOut,
}

/// <summary>Why an effect is left out; of one that decides or may, why its value does not stand or may not.</summary>
public enum EffectReason
{
    Retracted,
    Merged,
    Refuted,

    /// <summary>Weighed beside the firm effects only: it would decide if it were firm.</summary>
    Disputed,

    /// <summary>It begins after the day.</summary>
    Later,

    /// <summary>Another that has surely begun came after it.</summary>
    Superseded,

    /// <summary>It is a predecessor's, and did not pass: by its kind, or because it begins when the predecessor's place was taken.</summary>
    NotInherited,

    /// <summary>It is a predecessor's, whose place was not taken yet.</summary>
    NotYetInherited,

    /// <summary>It decides or may decide, and its last day lies before the day.</summary>
    Ended,

    /// <summary>It decides or may decide, and its last day may lie before the day.</summary>
    MayHaveEnded,
}

/// <summary>What ends the value of an effect.</summary>
public enum EndOfValue
{
    /// <summary>The last day that its event gives.</summary>
    Own,

    /// <summary>The end of its holder's existence, or of the one that it is toward.</summary>
    Existence,

    /// <summary>Either, whichever came first.</summary>
    Either,
}

/// <summary>One effect as it was considered.</summary>
/// <param name="Reason">Null where it decides or may, and its value then stands.</param>
/// <param name="By">The effect that surely came after it; null for every other reason, and where none does in every case.</param>
/// <param name="MergedInto">The key of the event that it counts with; null for every other reason.</param>
/// <param name="Ends">The last day of its value; null where no end is known.</param>
public sealed record ExplainedEffect(
    RecordedEffect Effect,
    EffectPart Part,
    EffectReason? Reason,
    RecordedEffect? By,
    string? MergedInto,
    EffectDate? Ends,
    EndOfValue? EndsBy
);

/// <summary>An effect of an event that takes part in nothing.</summary>
/// <param name="Reason">Retracted, merged or refuted.</param>
public sealed record SilentEffect(RecordedEffect Effect, EffectReason Reason, string? MergedInto = null);

/// <summary>Why a fact was what it was on a day.</summary>
/// <param name="Effects">All that were considered, in the order of <see cref="FactsAsOf.ByBegin"/>.</param>
/// <param name="Settling">What would settle an entry that is not certain, as <see cref="Relations.Settling"/> finds it.</param>
public sealed record Explanation(FactEntry Entry, ValueList<ExplainedEffect> Effects, Settling Settling)
{
    /// <param name="effects">All on the keys of the heritage's sources, and those of predecessors that do not pass; in any order.</param>
    public static Explanation Of(
        Heritage heritage,
        IReadOnlyCollection<RecordedEffect> effects,
        IReadOnlyCollection<SilentEffect> silent,
        Day asOf
    )
    {
        var of = effects.Where(effect => heritage.SourceOf(effect) is not null).ToList();
        var entry = FactsAsOf.Decide(heritage, of, asOf, out var shown);
        var explaining = new Explaining(heritage, of, entry, shown, asOf);
        return new(
            entry,
            [
                .. effects
                    .Select(explaining.Explain)
                    .Concat(
                        silent.Select(left => new ExplainedEffect(
                            left.Effect,
                            EffectPart.LeftOut,
                            left.Reason,
                            null,
                            left.MergedInto,
                            left.Effect.LastDay,
                            left.Effect.LastDay is null ? null : EndOfValue.Own
                        ))
                    )
                    .OrderBy(explained => explained.Effect, FactsAsOf.ByBegin),
            ],
            Settling.Of(heritage, of, entry, asOf)
        );
    }

    private sealed class Explaining(
        Heritage heritage,
        List<RecordedEffect> effects,
        FactEntry entry,
        RecordedEffect? shown,
        Day asOf
    )
    {
        private readonly HashSet<object> against = new(entry.ClaimedAgainst, ReferenceEqualityComparer.Instance);
        private readonly HashSet<object> because = new(entry.Because, ReferenceEqualityComparer.Instance);
        private readonly HashSet<object> disputedBy = new(entry.DisputedBy, ReferenceEqualityComparer.Instance);

        // Where nothing firm gives a value, disputed effects have been weighed among the firm ones.
        private readonly bool disputedDecide = entry.Because.Any(effect => !effect.IsFirm);

        public ExplainedEffect Explain(RecordedEffect effect)
        {
            var (part, reason) =
                ReferenceEquals(effect, shown) ? (EffectPart.Chosen, Ending(effect))
                : because.Contains(effect) ? (EffectPart.PossibleDecider, Ending(effect))
                : against.Contains(effect) ? (EffectPart.ClaimedAgainst, Ending(effect))
                : (EffectPart.LeftOut, ReasonOf(effect));
            var ends = EffectDate.Sooner(effect.LastDay, heritage.LastDay);
            return new(
                effect,
                part,
                reason,
                reason == EffectReason.Superseded ? RivalOf(effect) : null,
                null,
                ends,
                ends is null ? null
                    : ends == effect.LastDay ? EndOfValue.Own
                    : ends == heritage.LastDay ? EndOfValue.Existence
                    : EndOfValue.Either
            );
        }

        private EffectReason ReasonOf(RecordedEffect effect) =>
            effect.Credibility == "refuted" ? EffectReason.Refuted
            : disputedBy.Contains(effect) ? EffectReason.Disputed
            : !heritage.Passes(effect) ? EffectReason.NotInherited
            : effect.Begins.Days.LastOnOrBefore(asOf) is null ? EffectReason.Later
            : heritage.MayCount(effect, asOf) ? EffectReason.Superseded
            : heritage.SourceOf(effect)!.Before(asOf) == new Day(long.MinValue) ? EffectReason.NotYetInherited
            : EffectReason.NotInherited;

        /// <summary>An effect that alone leaves this one out: one that may decide, else another of its day.</summary>
        private RecordedEffect? RivalOf(RecordedEffect effect)
        {
            var weighed = disputedDecide || !effect.IsFirm;
            return entry
                .Because.Concat(entry.DisputedBy)
                .OrderByDescending(rival => ReferenceEquals(rival, shown))
                .Concat(effects.Where(rival => rival.Begins.Days.Earliest == effect.Begins.Days.Earliest))
                .FirstOrDefault(rival =>
                    !ReferenceEquals(rival, effect)
                    && rival.Credibility != "refuted"
                    && (weighed || rival.IsFirm)
                    && !MayDecideBeside(effect, rival)
                );
        }

        private bool MayDecideBeside(RecordedEffect effect, RecordedEffect rival)
        {
            var one = effect with { Credibility = "reported" };
            return FactsAsOf
                .Decide(heritage, [one, rival with { Credibility = "reported" }], asOf)
                .Because.Any(decider => ReferenceEquals(decider, one));
        }

        /// <summary>Whether the value has ended by the day, where the effect decides.</summary>
        private EffectReason? Ending(RecordedEffect effect)
        {
            if (effect.Value is null || (effect.LastDay ?? heritage.LastDay) is null)
                return null;
            var surelyBegun = entry
                .Because.Where(decider => decider.IsFirm || disputedDecide)
                .Where(decider => decider.Begins.Days.Latest <= asOf)
                .Max(decider => decider.Begins.Days.Earliest);
            var alone = new Heritage(
                heritage.Key,
                [
                    new(
                        effect.Key,
                        null,
                        null,
                        [
                            [],
                        ]
                    ),
                ],
                heritage.LastDay
            );
            // Without a day on which it can have begun there is nothing that can have ended.
            if (
                (effect.Begins.Days.Within(surelyBegun, asOf) ?? effect.Begins.Days.Within(null, asOf)) is not { } begun
            )
                return null;
            var decided = FactsAsOf.Decide(
                alone,
                [effect with { Credibility = "reported", Begins = new(effect.Begins.Edtf, begun) }],
                asOf
            );
            return !decided.IsListed ? EffectReason.Ended
                : decided.Alternatives.Count > 0 ? EffectReason.MayHaveEnded
                : null;
        }
    }
}
