using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>Where one actor stands toward another or on an issue on a day: what it declared last, and what its words and deeds show.</summary>
/// <param name="Declared">The functional fact: the latest effect decides.</param>
/// <param name="DeclaredBy">The effect that gives its value; null where nothing is declared.</param>
/// <param name="Salience">The mean of what the evidence states of it, by weight without it, 100 (low) to 300 (high); null: nothing is stated.</param>
/// <param name="Gap">Null where words or deeds alone are insufficient evidence.</param>
/// <param name="LastReaffirmed">The day of the last evidence on the side of the declared position - where none is declared, of the
/// revealed one - lies here; no earliest day where there may be none. Null: there is none.</param>
/// <param name="Stale">Whether that is more than <see cref="StanceRules.YearsToStale"/> years ago; null with <paramref name="LastReaffirmed"/>.</param>
/// <param name="Window">From the first possible day of the evidence to the last; null where nothing takes a position.</param>
/// <param name="Count">How many pieces of evidence take a position.</param>
/// <param name="Evidence">All, also what takes no position, in the order of <see cref="FactsAsOf.ByBegin"/>.</param>
public sealed record Stance(
    FactEntry Declared,
    RecordedEffect? DeclaredBy,
    RevealedPosition Revealed,
    int? Salience,
    SayDoGap? Gap,
    DayRange? LastReaffirmed,
    Certainty? Stale,
    DayRange? Window,
    int Count,
    ValueList<StanceEvidence> Evidence
)
{
    /// <summary>The kind of fact.</summary>
    public const string Kind = "stance";

    /// <param name="declared">The fact on that day.</param>
    /// <param name="heritage">Of that fact.</param>
    /// <param name="effects">All effects on the keys of its sources that may have begun by the day, in any order.</param>
    /// <returns>Null: silence, which is no position.</returns>
    public static Stance? Of(
        FactEntry declared,
        Heritage heritage,
        IEnumerable<RecordedEffect> effects,
        Day asOf,
        StanceRules rules
    )
    {
        var evidence = effects
            .Where(effect => heritage.MayCount(effect, asOf))
            .Order(FactsAsOf.ByBegin)
            .Select(effect => StanceEvidence.Of(effect, heritage.SourceOf(effect)!, asOf, rules))
            .OfType<StanceEvidence>()
            .ToValueList();
        if (evidence.Count == 0)
            return null;
        var taking = evidence.Where(piece => piece.Halves is not null).ToList();
        var by = DeciderOf(declared);
        var revealed = RevealedPosition.Of(taking, rules);
        var reaffirmed = LastOf(OnTheSideOf(by, revealed, taking));
        return new(
            declared,
            by,
            revealed,
            SalienceOf(taking),
            SayDoGap.Of(taking, rules),
            reaffirmed,
            reaffirmed is null ? null : StaleOn(asOf, reaffirmed, rules),
            taking.Count == 0
                ? null
                : new(
                    taking.Exists(piece => piece.Earliest is null) ? null : taking.Min(piece => piece.Earliest),
                    taking.Max(piece => piece.Latest)
                ),
            taking.Count,
            evidence
        );
    }

    private static RecordedEffect? DeciderOf(FactEntry declared) =>
        declared
            .Because.Concat(declared.DisputedBy)
            .Where(effect => declared.IsListed && effect.Value == declared.Value && effect.Begins == declared.Since)
            .MaxBy(effect => effect.Order ?? int.MinValue);

    private static List<StanceEvidence> OnTheSideOf(
        RecordedEffect? declaredBy,
        RevealedPosition revealed,
        List<StanceEvidence> taking
    )
    {
        var position = declaredBy?.Value ?? revealed.Position?.Value;
        return position is null or WeighedPosition.Ambiguous
            ? taking
            : taking.FindAll(piece =>
                Math.Sign(piece.Halves!.Value) == Math.Sign(StanceTerms.Halves(position, null)!.Value)
            );
    }

    /// <summary>The days on which the last of these may lie; those that are disputed or may not have happened may be none.</summary>
    private static DayRange? LastOf(List<StanceEvidence> pieces) =>
        pieces.Count == 0
            ? null
            : new(
                pieces
                    .Where(piece => piece.Effect.IsFirm && piece.Happened == Certainty.Certain)
                    .Max(piece => piece.Earliest),
                pieces.Max(piece => piece.Latest)
            );

    private static Certainty StaleOn(Day asOf, DayRange reaffirmed, StanceRules rules)
    {
        var (year, month, day) = asOf.Civil;
        var before = year - rules.YearsToStale;
        var limit = Day.Of(before, month, Math.Min(day, Day.DaysIn(before, month)));
        return reaffirmed.Latest is not { } last || last < limit ? Certainty.Certain
            : reaffirmed.Earliest >= limit ? Certainty.No
            : Certainty.Possible;
    }

    private static int? SalienceOf(List<StanceEvidence> taking)
    {
        var stated = taking.FindAll(piece => piece.Effect.Stance?.Salience is not null && piece.Weight.Estimate > 0);
        return stated.Count == 0
            ? null
            : WeighedPosition.Rounded(
                100 * stated.Aggregate(Int128.Zero, (sum, piece) => sum + piece.Weight.Estimate),
                stated.Aggregate(
                    Int128.Zero,
                    (sum, piece) => sum + piece.Weight.Estimate / StanceTerms.Salience(piece.Effect.Stance!.Salience!)
                )
            );
    }
}

/// <summary>What an actor's words show against what its deeds show, in hundredths.</summary>
/// <param name="Say">-200 to 200: the mean of statements and policies.</param>
/// <param name="Do">-200 to 200: the mean of votes, sponsorships and actions.</param>
public sealed record SayDoGap(int Say, int Do)
{
    /// <summary>Above 0: it speaks more favourably than it acts.</summary>
    public int Gap => Say - Do;

    /// <returns>Null: one of the two is insufficient evidence by itself.</returns>
    public static SayDoGap? Of(IReadOnlyCollection<StanceEvidence> evidence, StanceRules rules) =>
        MeanOf(evidence, rules.Said, rules) is { } said && MeanOf(evidence, rules.Done, rules) is { } done
            ? new(said, done)
            : null;

    private static int? MeanOf(IEnumerable<StanceEvidence> evidence, IReadOnlySet<string> bases, StanceRules rules) =>
        RevealedPosition
            .Of([.. evidence.Where(piece => piece.Effect.Stance?.Basis is { } basis && bases.Contains(basis))], rules)
            .Position?.Mean;
}
