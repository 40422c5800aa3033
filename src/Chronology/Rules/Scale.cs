using System.Globalization;

namespace Chronology.Rules;

/// <summary>How a decayed sum reads as a score from -10 to 10, in hundredths: rules version 1.</summary>
public static class Scale
{
    /// <summary>A change of the sum over twelve months by this, in billionths, is a trend: half a point of the score where it is small.</summary>
    public const long Trend = HalfLife.One;

    // Line r: the least S, in billionths, at which 10 tanh(S/20) rounds to r hundredths or more.
    private static readonly Lazy<long[]> Least = new(() =>
        [.. Table.Read("tanh").Select(row => long.Parse(row["least"], CultureInfo.InvariantCulture))]
    );

    /// <summary>10 tanh(S/20) in hundredths, rounded to the nearest; <c>tanh.tsv</c> holds the sums at which it steps,
    /// 20 artanh((2r - 1)/2000) rounded up.</summary>
    /// <param name="sum">S in billionths.</param>
    public static int Score(long sum)
    {
        var steps = Least.Value;
        var found = Array.BinarySearch(steps, Math.Abs(Math.Max(sum, -long.MaxValue)));
        return Math.Sign(sum) * (found >= 0 ? found + 1 : ~found);
    }

    /// <summary>The sizes of S, in billionths, that read as a score of this size: from one on, and below the other.</summary>
    /// <param name="score">In hundredths, -1,000 to 1,000.</param>
    /// <returns>No <c>Below</c>: there is no greater score.</returns>
    public static (long From, long? Below) SizesOf(int score)
    {
        var steps = Least.Value;
        var size = Math.Abs(score);
        return (size == 0 ? 0 : steps[size - 1], size == steps.Length ? null : steps[size]);
    }

    /// <summary>friendly (6,10], good (3,6], normal [0,3], discord [-3,0), tension [-6,-3), confrontation [-10,-6).</summary>
    /// <param name="score">In hundredths.</param>
    public static string Band(int score) =>
        score switch
        {
            > 600 => "friendly",
            > 300 => "good",
            >= 0 => "normal",
            >= -300 => "discord",
            >= -600 => "tension",
            _ => "confrontation",
        };

    /// <summary>A up to 1 point between the bounds, B up to 2, C up to 4, D beyond.</summary>
    /// <param name="width">In hundredths.</param>
    public static string Confidence(int width) =>
        width switch
        {
            <= 100 => "A",
            <= 200 => "B",
            <= 400 => "C",
            _ => "D",
        };

    /// <summary>From the least and the greatest change of the sum over twelve months that some arrangement of the uncertain dates and weights gives.</summary>
    public static string TrendOf(long least, long greatest) =>
        least >= Trend ? "improving"
        : greatest <= -Trend ? "deteriorating"
        : least > -Trend && greatest < Trend ? "stable"
        : "uncertain";
}
