using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Service.Explain;

/// <summary>Explanations in plain English. They name records by their keys and hold no text of any record.</summary>
public static class Sentences
{
    public static string Of(ExplainedEffect explained, FactEntry entry, Day asOf)
    {
        var effect = explained.Effect;
        var value = effect.Value ?? Vocabulary.None;
        var ends = explained.Ends is { } last ? Days(last) : "";
        var with = explained.EndsBy switch
        {
            EndOfValue.Existence => " with the existence of its parties",
            EndOfValue.Either => " by itself or with the existence of its parties",
            _ => "",
        };
        return (explained.Part, explained.Reason) switch
        {
            (EffectPart.LeftOut, EffectReason.Retracted) => "Left out: the event is retracted.",
            (EffectPart.LeftOut, EffectReason.Merged) =>
                $"Left out: the event is merged into {explained.MergedInto}, which stands for it.",
            (EffectPart.LeftOut, EffectReason.Refuted) => "Left out: the event is refuted.",
            (EffectPart.LeftOut, EffectReason.Disputed) =>
                "Left out: it is disputed, so it is only named beside the others; were it firm, it might decide.",
            (EffectPart.LeftOut, EffectReason.Later) => $"Left out: it begins {Days(effect.Begins)}, after {asOf}.",
            (EffectPart.LeftOut, EffectReason.NotInherited) =>
                $"Left out: a fact of {Holders(effect.Key)} that did not pass to those who took their place.",
            (EffectPart.LeftOut, EffectReason.NotYetInherited) =>
                $"Left out: a fact of {Holders(effect.Key)}, whose place was not taken yet on {asOf}.",
            (EffectPart.LeftOut, _) when explained.By is { } by => SameDay(effect, by)
                ? $"Left out: {by.Event} came after it on the same day."
                : $"Left out: {by.Event} ({Days(by.Begins)}) came after it.",
            (EffectPart.LeftOut, _) => "Left out: whichever way the uncertain days fell, another came after it.",
            (EffectPart.ClaimedAgainst, _) =>
                "Decides among what is not disputed, and no value stands by it: so what is disputed is told as a claim.",
            (_, EffectReason.Ended) =>
                $"{Decides(explained, entry)}, but its value ended{with} {ends}, before {asOf}: nothing holds by it.",
            (_, EffectReason.MayHaveEnded) =>
                $"{Decides(explained, entry)}: {value}, unless it had ended before {asOf} (it ended{with} {ends}).",
            (_, _) when effect.Value is null => $"{Decides(explained, entry)}: it ends what held before.",
            _ => $"{Decides(explained, entry)}: {value}{(Surely(effect, asOf) ? "" : ", if it had begun by then")}.",
        };
    }

    public static string Of(Settlement settlement)
    {
        var effect = settlement.Effect;
        var thing = settlement.What switch
        {
            Refinement.Beginning => $"{effect!.Event} ({Days(effect.Begins)}) began",
            Refinement.End => $"what {effect!.Event} began ended",
            Refinement.Credibility => $"{effect!.Event} is",
            Refinement.Order => $"{effect!.Event} came",
            Refinement.Succession =>
                $"{settlement.Succession!.Successor} took the place of {settlement.Succession.Predecessor}",
            Refinement.Existence => "the existence of its parties ended",
            _ => throw new InvalidOperationException($"No refinement: {settlement.What}"),
        };
        return $"If {thing} {string.Join("; ", settlement.Cases.Select(settled => $"{If(settled.If, settlement.On)}: {Then(settled.Then)}"))}.";
    }

    private static string If(Finding finding, Day? on) =>
        finding switch
        {
            Finding.OnOrBefore => $"on or before {on}",
            Finding.After => "later",
            Finding.Confirmed => "confirmed",
            Finding.Refuted => "refuted",
            Finding.LastOfTheDay => $"last on {on}",
            _ => throw new InvalidOperationException($"No finding: {finding}"),
        };

    private static string Then(FactEntry entry) =>
        entry.Value
        + (entry.Certainty == FactCertainty.Certain ? "" : $" ({RecordJson.Word(entry.Certainty)})")
        + (entry.Alternatives.Count == 0 ? "" : $" or {string.Join(" or ", entry.Alternatives)}");

    private static string Decides(ExplainedEffect explained, FactEntry entry) =>
        explained.Part == EffectPart.PossibleDecider ? "May be the one that decides"
        : entry.Because.Count > 1 ? "Shown, of those that may decide"
        : "Decides";

    private static bool Surely(RecordedEffect effect, Day asOf) => effect.Begins.Days.Latest <= asOf;

    private static bool SameDay(RecordedEffect one, RecordedEffect other) =>
        one.Begins.Earliest is { } day
        && day == one.Begins.Latest
        && day == other.Begins.Earliest
        && day == other.Begins.Latest;

    private static string Holders(FactKey key) => key.Toward is null ? key.Holder : $"{key.Holder} and {key.Toward}";

    private static string Days(EffectDate date) =>
        (date.Earliest, date.Latest) switch
        {
            ({ } first, { } last) when first == last => $"on {first}",
            ({ } first, { } last) => $"between {first} and {last}",
            ({ } first, null) => $"on {first} or later",
            (null, { } last) => $"on {last} or earlier",
            _ => "on an unknown day",
        };
}
