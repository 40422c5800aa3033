using System.Globalization;

namespace Chronology.Rules;

/// <summary>How a decayed sum reads as a score from -10 to 10, in hundredths, under one version of the rules.</summary>
/// <remarks>Equal when of the same version.</remarks>
public sealed class Scale
{
    // Line r: the least S, in billionths, at which the score rounds to r hundredths or more.
    private readonly Lazy<long[]> least;
    private readonly (string Band, int Bound, bool Above)[] bands;
    private readonly (string Confidence, int Width)[] widths;

    internal Scale(IReadOnlyDictionary<string, string> rules)
    {
        least = new(() =>
            [.. Table.Read(rules["scale"]).Select(row => long.Parse(row["least"], CultureInfo.InvariantCulture))]
        );
        Trend = long.Parse(rules["trend-sum"], CultureInfo.InvariantCulture);
        TrendOfScores = Number("trend-score");
        bands =
        [
            ("friendly", Number("friendly-above"), true),
            ("good", Number("good-above"), true),
            ("normal", Number("normal-from"), false),
            ("discord", Number("discord-from"), false),
            ("tension", Number("tension-from"), false),
        ];
        widths = [("A", Number("confidence-a")), ("B", Number("confidence-b")), ("C", Number("confidence-c"))];

        int Number(string rule) => RulesVersion.Whole(rules[rule]);
    }

    /// <summary>A change of the sum over twelve months by this, in billionths, is a trend.</summary>
    public long Trend { get; }

    /// <summary>A change of the score over a longer time by this, in hundredths, is one.</summary>
    public int TrendOfScores { get; }

    /// <summary>10 tanh(S/20) in hundredths, rounded to the nearest; <c>tanh.tsv</c> holds the sums at which it steps,
    /// 20 artanh((2r - 1)/2000) rounded up.</summary>
    /// <param name="sum">S in billionths.</param>
    public int Score(long sum)
    {
        var steps = least.Value;
        var found = Array.BinarySearch(steps, Math.Abs(Math.Max(sum, -long.MaxValue)));
        return Math.Sign(sum) * (found >= 0 ? found + 1 : ~found);
    }

    /// <summary>The sizes of S, in billionths, that read as a score of this size: from one on, and below the other.</summary>
    /// <param name="score">In hundredths, -1,000 to 1,000.</param>
    /// <returns>No <c>Below</c>: there is no greater score.</returns>
    public (long From, long? Below) SizesOf(int score)
    {
        var steps = least.Value;
        var size = Math.Abs(score);
        return (size == 0 ? 0 : steps[size - 1], size == steps.Length ? null : steps[size]);
    }

    /// <summary>friendly, good, normal, discord, tension or confrontation.</summary>
    /// <param name="score">In hundredths.</param>
    public string Band(int score) =>
        Array.Find(bands, band => band.Above ? score > band.Bound : score >= band.Bound).Band ?? "confrontation";

    /// <summary>A, B, C or D.</summary>
    /// <param name="width">Between the bounds, in hundredths.</param>
    public string Confidence(int width) => Array.Find(widths, upTo => width <= upTo.Width).Confidence ?? "D";

    /// <summary>From the least and the greatest change of the sum over twelve months that some arrangement of the uncertain dates and weights gives.</summary>
    public string TrendOf(long least, long greatest) => TrendBy(Trend, least, greatest);

    /// <summary>From the least and the greatest change of the score, in hundredths.</summary>
    public string TrendOfScore(int least, int greatest) => TrendBy(TrendOfScores, least, greatest);

    private static string TrendBy(long enough, long least, long greatest) =>
        least >= enough ? "improving"
        : greatest <= -enough ? "deteriorating"
        : least > -enough && greatest < enough ? "stable"
        : "uncertain";
}
