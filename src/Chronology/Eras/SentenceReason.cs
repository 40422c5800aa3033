using System.Globalization;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Eras;

/// <summary>Something about a sentence that is not known for sure.</summary>
/// <param name="What">date, era (its bounds), happened, credibility, source, value or between.</param>
/// <param name="Event">Whose it is; null where it is of no one event.</param>
/// <param name="Sentence">What is not known.</param>
/// <param name="SettledBy">What would settle it.</param>
public sealed record Uncertainty(string What, string? Event, string Sentence, string SettledBy);

/// <summary>Why a narrative has a sentence, and what about it is uncertain: in plain English, and without any text of a record.</summary>
/// <param name="Rule">key-event, longest-silence, stance-change or fact-at-end.</param>
/// <param name="Why">What the rule says, and why it applies.</param>
/// <param name="LeftOut">What the rule passed over for this sentence.</param>
public sealed record SentenceReason(
    string Rule,
    string Why,
    IReadOnlyList<LeftOut> LeftOut,
    IReadOnlyList<Uncertainty> Uncertain
)
{
    /// <param name="summary">Of the era.</param>
    /// <param name="leftOut">What the whole narrative does not tell.</param>
    /// <param name="asOf">The day asked about.</param>
    public static SentenceReason Of(
        Sentence sentence,
        EraSummary summary,
        EraSpan span,
        IReadOnlyList<LeftOut> leftOut,
        Day asOf
    ) =>
        sentence.Tells switch
        {
            Telling.OfEvent one => OfEvent(one, summary, span, leftOut, asOf),
            Telling.OfSilence one => OfSilence(one.Silence, leftOut),
            Telling.OfStance one => OfStance(one.Change, leftOut),
            Telling.OfFact one => OfFact(one.Fact, leftOut),
            _ => throw new ArgumentOutOfRangeException(nameof(sentence), sentence.Tells, null),
        };

    private static SentenceReason OfEvent(
        Telling.OfEvent telling,
        EraSummary summary,
        EraSpan span,
        IReadOnlyList<LeftOut> leftOut,
        Day asOf
    )
    {
        var one = telling.Event;
        var all = summary.Certain + summary.Possible;
        var sources = one.Citations.Select(citation => citation.Source).Distinct(StringComparer.Ordinal).Count();
        var more = new LeftOut(
            "more-sources",
            Math.Max(0, sources - Narrative.GreatestSources),
            $"The first {Number(Narrative.GreatestSources)} sources are named."
        );
        return new(
            "key-event",
            $"The {Number(EraTally.GreatestKeyEvents)} events of the greatest intensity are told, those surely in the era first, as they happened: of {Number(all)} this one is number {Number(telling.Place)}, with an intensity of {Signed(one.Intensity)}, {(one.In == Certainty.Certain ? "surely" : "possibly")} in the era.",
            [.. Named(leftOut, "weaker-events", "refuted-events").Append(more).Where(left => left.Count > 0)],
            [.. Uncertainties(one, span, asOf)]
        );
    }

    private static IEnumerable<Uncertainty> Uncertainties(EraEvent one, EraSpan span, Day asOf)
    {
        var bounds = one.When.Bounds;
        var dated = one.When.Beginnings.All(days => days.Earliest is not null && days.Earliest == days.Latest);
        var isIn = one.In == Certainty.Certain;
        if (!dated)
        {
            yield return new(
                "date",
                one.Key,
                $"Its day is not known: it happened, or began, {Between(bounds.Earliest, FirstsLatest(one.When))}.",
                isIn ? "Whichever of these days it was, it is in the era; a source that gives the day would date it."
                    : span.SureDays(asOf) is { } sure
                        ? $"On a day {Between(sure.First, sure.Last)} it is surely in the era."
                    : "No day puts it surely in the era, whose own bounds are uncertain."
            );
        }
        if (!isIn && UncertainBounds(span) is { } uncertain)
            yield return new(
                "era",
                null,
                $"The era's own bounds are uncertain: {uncertain}.",
                "Once they are known, so is whether the event lies between them."
            );
        if (one.When.HappenedBy(asOf) == Certainty.Possible)
            yield return new(
                "happened",
                one.Key,
                $"It may not have happened by {asOf}.",
                $"A date on or before {asOf} makes it sure that it had; a later one takes it out."
            );
        switch (one.Content.Credibility)
        {
            case "disputed":
                yield return new(
                    "credibility",
                    one.Key,
                    "It is disputed.",
                    "Confirmed, it is told as it is; refuted, it is counted and not told."
                );
                break;
            case "reported":
                yield return new(
                    "credibility",
                    one.Key,
                    "It is reported, not confirmed.",
                    "Confirmed, it is told without those who report it; refuted, it is counted and not told."
                );
                break;
        }
        if (one.Citations.Count == 0)
            yield return new("source", one.Key, "No source is given for it.", "A citation.");
    }

    private static SentenceReason OfSilence(EraSilence silence, IReadOnlyList<LeftOut> leftOut) =>
        new(
            "longest-silence",
            $"The longest time between two events surely in the era is told: from {silence.From}, the last possible day of {silence.After}, to {silence.Until}, the first possible day of {silence.Before}.",
            Named(leftOut, "refuted-events"),
            silence.PossiblyBrokenBy == 0
                ? []
                :
                [
                    new(
                        "between",
                        null,
                        $"{Number(silence.PossiblyBrokenBy)} times an event with an uncertain date may lie between.",
                        $"A date of it between {silence.From + 1} and {silence.Until + -1} breaks the silence, any other leaves it."
                    ),
                ]
        );

    private static SentenceReason OfStance(StanceChange change, IReadOnlyList<LeftOut> leftOut) =>
        new(
            "stance-change",
            $"The first {Number(Narrative.GreatestStances)} declared stances are told that were others on the last sure day of the era than on the first, and rest on its own events: {change.Before} became {change.After}.",
            Named(leftOut, "more-stances", "stances-from-elsewhere", "unchanged-stances"),
            [.. Hedges(change.Certainty, [])]
        );

    private static SentenceReason OfFact(FactAtEnd fact, IReadOnlyList<LeftOut> leftOut) =>
        new(
            "fact-at-end",
            $"The first {Number(Narrative.GreatestFacts)} facts on the last sure day of the era are told that rest on its own events.",
            Named(leftOut, "more-facts", "facts-from-elsewhere"),
            [.. Hedges(fact.Certainty, fact.Alternatives)]
        );

    private static IEnumerable<Uncertainty> Hedges(string certainty, IReadOnlyList<string> alternatives)
    {
        if (certainty == "possible")
            yield return new(
                "value",
                null,
                alternatives.Count == 0
                    ? "It is only possible."
                    : $"It may also be {string.Join(" or ", alternatives)}.",
                "“explained” tells which days and which doubts decide it."
            );
        else if (certainty == "claimed")
            yield return new(
                "value",
                null,
                "Only disputed sources say so.",
                "Resolving the dispute: confirmed, it is certain; refuted, it is not told."
            );
    }

    private static IReadOnlyList<LeftOut> Named(IReadOnlyList<LeftOut> leftOut, params string[] codes) =>
        [.. leftOut.Where(left => codes.Contains(left.Code, StringComparer.Ordinal))];

    /// <summary>The last day on which the first of what happened may have.</summary>
    private static Day? FirstsLatest(When when) => when is When.Extent extent ? extent.Start.Latest : when.Latest;

    private static string? UncertainBounds(EraSpan span)
    {
        var extent = span.Extent;
        var told = new List<string>();
        if (!extent.StartOpen && extent.Start.Earliest != extent.Start.Latest)
            told.Add($"it began {Between(extent.Start.Earliest, extent.Start.Latest)}");
        if (!extent.EndOpen && extent.End.Earliest != extent.End.Latest)
            told.Add($"it ended {Between(extent.End.Earliest, extent.End.Latest)}");
        return told.Count == 0 ? null : string.Join(", and ", told);
    }

    private static string Between(Day? first, Day? last) =>
        (first, last) switch
        {
            (null, null) => "on an unknown day",
            (null, { } to) => $"on {to} or earlier",
            ({ } from, null) => $"on {from} or later",
            ({ } from, { } to) when from == to => $"on {from}",
            ({ } from, { } to) => $"between {from} and {to}",
        };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Signed(decimal number) => number.ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture);
}
