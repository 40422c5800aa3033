using System.Globalization;
using System.Numerics;
using Chronology.Rules;

namespace Chronology.Tests.Rules;

/// <summary>Every number of the tables, computed again from the series of exp and artanh in whole numbers of 50 digits.</summary>
public sealed class TablesOfScores
{
    private static readonly BigInteger One = BigInteger.Pow(10, 50);

    /// <summary>ln 2 = 2 artanh(1/3).</summary>
    private static readonly BigInteger Ln2 = 2 * Artanh(1, 3);

    private static readonly Scale First = RulesVersion.First.Scale;

    public static TheoryData<string> Classes => [.. HalfLife.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Classes))]
    public void leave_of_one_the_nearest_billionth_of_2_to_the_minus_a_over_h(string name)
    {
        var halfLife = HalfLife.Named(name)!;
        Assert.All(
            Enumerable.Range(0, halfLife.Days),
            day => Assert.Equal(Nearest(Exp(-Ln2 * day / halfLife.Days), HalfLife.One), halfLife.Left(day))
        );
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void leave_half_each_half_life_and_nothing_after_thirty(string name)
    {
        var halfLife = HalfLife.Named(name)!;
        Assert.Equal(500_000_000, halfLife.Left(halfLife.Days));
        Assert.Equal(250_000_000, halfLife.Left(2 * halfLife.Days));
        Assert.Equal(1, halfLife.Left(29 * halfLife.Days));
        Assert.Equal(0, halfLife.Left(halfLife.Forgotten));
        Assert.Equal(0, halfLife.Left(long.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void never_leave_more_of_what_is_older(string name)
    {
        var halfLife = HalfLife.Named(name)!;
        Assert.All(
            Enumerable.Range(0, (int)halfLife.Forgotten),
            age => Assert.True(halfLife.Left(age) >= halfLife.Left(age + 1))
        );
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 400)]
    [InlineData(17, 4_000)]
    [InlineData(11_000, 200_000)]
    [InlineData(300_000, 300_010)]
    public void sum_up_what_is_left_over_a_span(int first, int last) =>
        Assert.All(
            HalfLife.All,
            one =>
                Assert.Equal(
                    Enumerable.Range(first, last - first + 1).Sum(age => one.Left(age)),
                    one.LeftOverAll(first, last)
                )
        );

    [Fact]
    public void have_the_half_lives_that_the_types_name() =>
        Assert.Equal(
            [("transient", 365), ("normal", 1461), ("structural", 5844)],
            HalfLife.All.Select(one => (one.Name, one.Days))
        );

    [Fact]
    public void step_from_hundredth_to_hundredth_where_the_hyperbolic_tangent_does() =>
        Assert.All(
            Enumerable.Range(1, 1_000),
            hundredths =>
            {
                var exact = 20 * HalfLife.One * Artanh(2 * hundredths - 1, 2_000);
                var least = (long)((exact + One - 1) / One);
                Assert.Equal(hundredths - 1, First.Score(least - 1));
                Assert.Equal(hundredths, First.Score(least));
                Assert.Equal(-hundredths, First.Score(-least));
            }
        );

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20_000_000_000, 762)]
    [InlineData(-10_000_000_000, -462)]
    [InlineData(long.MaxValue, 1000)]
    [InlineData(long.MinValue, -1000)]
    public void give_known_values(long sum, int score) => Assert.Equal(score, First.Score(sum));

    [Theory]
    [InlineData(1000, "friendly")]
    [InlineData(601, "friendly")]
    [InlineData(600, "good")]
    [InlineData(301, "good")]
    [InlineData(300, "normal")]
    [InlineData(0, "normal")]
    [InlineData(-1, "discord")]
    [InlineData(-300, "discord")]
    [InlineData(-301, "tension")]
    [InlineData(-600, "tension")]
    [InlineData(-601, "confrontation")]
    [InlineData(-1000, "confrontation")]
    public void name_bands_that_the_vocabulary_lists(int score, string band)
    {
        Assert.Equal(band, First.Band(score));
        Assert.Contains(Vocabulary.List("band"), term => term.Label.Equals(band, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(0, "A")]
    [InlineData(100, "A")]
    [InlineData(101, "B")]
    [InlineData(200, "B")]
    [InlineData(400, "C")]
    [InlineData(401, "D")]
    public void grade_how_far_bounds_lie_apart(int width, string confidence) =>
        Assert.Equal(confidence, First.Confidence(width));

    [Theory]
    [InlineData(1_000_000_000, 5_000_000_000, "improving")]
    [InlineData(999_999_999, 5_000_000_000, "uncertain")]
    [InlineData(-3_000_000_000, -1_000_000_000, "deteriorating")]
    [InlineData(-999_999_999, 999_999_999, "stable")]
    [InlineData(-1_000_000_000, 0, "uncertain")]
    public void name_trends_by_the_least_and_the_greatest_change(long least, long greatest, string trend) =>
        Assert.Equal(trend, First.TrendOf(least, greatest));

    [Fact]
    public void agree_with_the_days_that_the_types_write() =>
        Assert.All(
            Repository
                .Text("src/Chronology/Rules/codes/event-types.tsv")
                .TrimEnd()
                .Split('\n')
                .Skip(1)
                .Select(line => line.Split('\t')),
            cells =>
                Assert.Equal(
                    cells[11],
                    (Vocabulary.EventTypes[cells[0]].HalfLife?.Days ?? 0).ToString(CultureInfo.InvariantCulture)
                )
        );

    private static long Nearest(BigInteger value, long unit) => (long)((2 * value * unit + One) / (2 * One));

    private static BigInteger Exp(BigInteger x)
    {
        var (sum, term) = (One, One);
        for (var n = 1; !term.IsZero; n++)
            sum += term = term * x / One / n;
        return sum;
    }

    /// <summary>x + x^3/3 + x^5/5 ...; where x is near 1, by doubling: artanh(p/q) = (ln(q+p) - ln(q-p)) / 2.</summary>
    private static BigInteger Artanh(int p, int q) => q >= 3 * p ? Series(p, q) : (Ln(q + p) - Ln(q - p)) / 2;

    private static BigInteger Series(int p, int q)
    {
        var power = One * p / q;
        var square = One * p / q * p / q;
        var sum = power;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power = power * square / One;
            sum += power / n;
        }
        return sum;
    }

    /// <summary>ln n = k ln 2 + 2 artanh((n - 2^k)/(n + 2^k)).</summary>
    private static BigInteger Ln(int n)
    {
        var k = BitOperations.Log2((uint)n);
        return k * Ln2 + 2 * Series(n - (1 << k), n + (1 << k));
    }
}
