using Chronology.Rules;

namespace Chronology.Relations;

/// <summary>Whether there is enough evidence to tell a position.</summary>
public enum StanceVerdict
{
    /// <summary>There is, whatever the uncertain dates and credibilities turn out to be.</summary>
    Certain,

    /// <summary>Only with what may not have happened by the day, or is disputed.</summary>
    Possible,

    /// <summary>The minimum of the rules is not met.</summary>
    InsufficientEvidence,
}

/// <summary>Where an actor stood on a day, as its words and deeds until then show it.</summary>
/// <param name="Position">Null: the evidence is insufficient.</param>
public sealed record RevealedPosition(StanceVerdict Verdict, WeighedPosition? Position)
{
    public static RevealedPosition Of(IReadOnlyCollection<StanceEvidence> evidence, StanceRules rules)
    {
        var verdict =
            IsEnough(evidence.Where(piece => piece.SurelyWeighs), rules) ? StanceVerdict.Certain
            : IsEnough(evidence.Where(piece => piece.Weight.High > 0), rules) ? StanceVerdict.Possible
            : StanceVerdict.InsufficientEvidence;
        return new(verdict, verdict == StanceVerdict.InsufficientEvidence ? null : WeighedPosition.Of(evidence, rules));
    }

    private static bool IsEnough(IEnumerable<StanceEvidence> weighing, StanceRules rules)
    {
        var pieces = weighing.ToList();
        return pieces.Count >= rules.LeastPieces
            || pieces.Exists(piece => piece.Effect.Stance?.Basis is { } basis && rules.EnoughAlone.Contains(basis));
    }
}

/// <summary>The mean of what the evidence says, by weight. All in hundredths, rounded to the nearest, halves away from zero.</summary>
/// <param name="Value">A position of the list <c>stance</c>: <c>ambiguous</c> where both sides hold the part of the weight that the rules say,
/// else the position nearest to the mean of the side (supporting, neutral, opposing) that holds most of it.</param>
/// <param name="Mean">-200 to 200.</param>
/// <param name="Low">The least mean that any days and credibilities of the evidence give, each piece's apart from the others'.</param>
/// <param name="High">The greatest.</param>
/// <param name="Supporting">The share of the weight; likewise <paramref name="Neutral"/> and <paramref name="Opposing"/>.</param>
public sealed record WeighedPosition(
    string Value,
    int Mean,
    int Low,
    int High,
    int Supporting,
    int Neutral,
    int Opposing
)
{
    public const string Ambiguous = "ambiguous";

    private const string DeclaredNeutral = "neutral";

    /// <param name="evidence">Some of which weighs something.</param>
    public static WeighedPosition Of(IEnumerable<StanceEvidence> evidence, StanceRules rules)
    {
        var classes = evidence
            .Where(piece => piece.Weight.High > 0)
            .GroupBy(piece => piece.Halves!.Value)
            .Select(saying => new Saying(
                saying.Key,
                saying.Aggregate(Int128.Zero, (sum, piece) => sum + piece.Weight.Low),
                saying.Aggregate(Int128.Zero, (sum, piece) => sum + piece.Weight.Estimate),
                saying.Aggregate(Int128.Zero, (sum, piece) => sum + piece.Weight.High)
            ))
            .OrderByDescending(saying => saying.Halves)
            .ToList();
        var all = Fraction.Of(classes);
        var supporting = Fraction.Of(classes.Where(saying => saying.Halves > 0));
        var opposing = Fraction.Of(classes.Where(saying => saying.Halves < 0));
        var neutral = all.Weight - supporting.Weight - opposing.Weight;
        return new(
            IsAtLeastAPart(supporting) && IsAtLeastAPart(opposing) ? Ambiguous
                : neutral > Int128.Max(supporting.Weight, opposing.Weight) ? DeclaredNeutral
                : supporting.Weight > opposing.Weight ? StanceTerms.NearestPosition(supporting.Sum, supporting.Weight)
                : StanceTerms.NearestPosition(opposing.Sum, opposing.Weight),
            all.Hundredths,
            -Greatest([
                .. Enumerable.Reverse(classes).Select(saying => saying with { Halves = -saying.Halves }),
            ]).Hundredths,
            Greatest(classes).Hundredths,
            Rounded(100 * supporting.Weight, all.Weight),
            Rounded(100 * neutral, all.Weight),
            Rounded(100 * opposing.Weight, all.Weight)
        );

        bool IsAtLeastAPart(Fraction side) => side.Weight * rules.PartsOfAmbiguous >= all.Weight;
    }

    internal static int Rounded(Int128 dividend, Int128 divisor) =>
        (int)((2 * dividend + Int128.Sign(dividend) * divisor) / (2 * divisor));

    /// <summary>What pieces that say the same weigh together.</summary>
    private sealed record Saying(int Halves, Int128 Low, Int128 Estimate, Int128 High);

    /// <param name="Sum">Of weight times halves.</param>
    private readonly record struct Fraction(Int128 Sum, Int128 Weight)
    {
        public int Hundredths => Rounded(50 * Sum, Weight);

        public static Fraction Of(IEnumerable<Saying> classes) =>
            classes.Aggregate(
                new Fraction(0, 0),
                (f, saying) => new(f.Sum + saying.Halves * saying.Estimate, f.Weight + saying.Estimate)
            );
    }

    /// <summary>The greatest mean: a piece that says more than the mean raises it most by its greatest weight, one that says less
    /// lowers it least by its least, so that some step down the scale parts the ones from the others.</summary>
    /// <param name="classes">From the greatest down; none without weight.</param>
    private static Fraction Greatest(IReadOnlyList<Saying> classes)
    {
        var at = classes.Aggregate(
            new Fraction(0, 0),
            (f, saying) => new(f.Sum + saying.Halves * saying.Low, f.Weight + saying.Low)
        );
        Fraction? greatest = null;
        foreach (var saying in classes)
        {
            var more = saying.High - saying.Low;
            at = new(at.Sum + saying.Halves * more, at.Weight + more);
            if (greatest is not { } best || at.Sum * best.Weight > best.Sum * at.Weight)
                greatest = at;
        }
        return greatest!.Value;
    }
}
