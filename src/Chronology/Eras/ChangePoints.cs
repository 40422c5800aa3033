using System.Numerics;

namespace Chronology.Eras;

/// <summary>A year in which a yearly flow begins to run at another level.</summary>
/// <param name="At">Index of the first value of the new level; at least 1.</param>
/// <param name="Kept">How many of the <see cref="ChangePoints.Penalties"/> penalties tried keep the cut.</param>
public sealed record ChangePoint(int At, int Kept);

/// <summary>Where a series changes its level: the partition of least squared error, each part paying a penalty, found exactly.</summary>
/// <remarks>Whole numbers only: values are thousandths, costs billionths of squared thousandths.
/// Optimal partitioning: B. Jackson et al., "An algorithm for optimal partitioning of data on an interval" (2005).</remarks>
public static class ChangePoints
{
    /// <summary>No part is shorter, in values.</summary>
    public const int LeastLength = 3;

    /// <summary>How many penalties are tried, from half to double the usual one in equal steps.</summary>
    public const int Penalties = 31;

    private static readonly BigInteger Fine = BigInteger.Pow(10, 30);
    private const long Billion = 1_000_000_000;

    /// <summary>The changes under the usual penalty 2 sd^2 ln n, in order; none of fewer than six values.</summary>
    /// <param name="values">In thousandths, each at most 10^12 in size; at most 1,000 of them.</param>
    public static IReadOnlyList<ChangePoint> Of(IReadOnlyList<long> values)
    {
        if (values.Count < 2 * LeastLength)
            return [];
        var costs = new Costs(values);
        var usual = Penalty(values, 2);
        var tried = Enumerable
            .Range(10, Penalties)
            .Select(twentieths => costs.Partition((Int128)(usual * twentieths / 20), LeastLength))
            .ToArray();
        return
        [
            .. costs
                .Partition((Int128)usual, LeastLength)
                .SkipLast(1)
                .Select(cut => new ChangePoint(cut, tried.Count(parts => parts.Contains(cut)))),
        ];
    }

    /// <summary>The ends of the parts, each the index after its last value; the last is the number of values.</summary>
    /// <param name="penalty">Per part, in billionths of squared thousandths.</param>
    /// <param name="leastLength">Of each part; at most the number of values.</param>
    public static IReadOnlyList<int> Partition(IReadOnlyList<long> values, Int128 penalty, int leastLength) =>
        new Costs(values).Partition(penalty, leastLength);

    /// <summary>times sd^2 ln n, where sd is that of the noise around the level, told from the differences between neighbours, which a shift
    /// of level hardly widens: their median deviation from the median over 0.6745 and the root of 2; where that is 0, their standard deviation over the root of 2.</summary>
    public static BigInteger Penalty(IReadOnlyList<long> values, int times)
    {
        var differences = values.Zip(values.Skip(1), (one, next) => next - one).ToArray();
        var middle = Doubled(differences);
        var deviation = (BigInteger)Doubled(differences.Select(one => Math.Abs(2 * one - middle)));
        if (!deviation.IsZero)
            return times * deviation * deviation * 100_000_000 * Ln(values.Count) / (32 * 6_745 * 6_745);
        BigInteger count = differences.Length;
        var sum = differences.Aggregate(BigInteger.Zero, (a, b) => a + b);
        var squares = differences.Aggregate(BigInteger.Zero, (a, b) => a + (BigInteger)b * b);
        return times * (count * squares - sum * sum) * Ln(values.Count) / (2 * count * count);
    }

    /// <summary>Twice the median.</summary>
    private static long Doubled(IEnumerable<long> values)
    {
        var ordered = values.Order().ToArray();
        return ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2];
    }

    /// <summary>ln n in billionths, truncated: k ln 2 + 2 artanh((n - 2^k)/(n + 2^k)), 2^k the power of two at or below n.</summary>
    public static long Ln(int n)
    {
        var k = BitOperations.Log2((uint)n);
        return (long)((k * 2 * Artanh(1, 3) + 2 * Artanh(n - (1 << k), n + (1 << k))) * Billion / Fine);
    }

    private static BigInteger Artanh(int p, int q)
    {
        var power = Fine * p / q;
        var sum = power;
        for (var odd = 3; !power.IsZero; odd += 2)
        {
            power = power * p * p / q / q;
            sum += power / odd;
        }
        return sum;
    }

    private sealed class Costs
    {
        private readonly int count;
        private readonly Int128[] sums;
        private readonly Int128[] squares;

        public Costs(IReadOnlyList<long> values)
        {
            count = values.Count;
            (sums, squares) = (new Int128[count + 1], new Int128[count + 1]);
            for (var i = 0; i < count; i++)
            {
                sums[i + 1] = sums[i] + values[i];
                squares[i + 1] = squares[i] + (Int128)values[i] * values[i];
            }
        }

        /// <summary>Of equally good partitions the one whose last part is longest.</summary>
        public List<int> Partition(Int128 penalty, int leastLength)
        {
            var least = new Int128?[count + 1];
            var begin = new int[count + 1];
            least[0] = 0;
            for (var end = leastLength; end <= count; end++)
            {
                for (var start = 0; start <= end - leastLength; start++)
                {
                    if (least[start] is not { } before)
                        continue;
                    var cost = before + Of(start, end) + penalty;
                    if (least[end] is { } best && best <= cost)
                        continue;
                    least[end] = cost;
                    begin[end] = start;
                }
            }
            var ends = new List<int>();
            for (var end = count; end > 0; end = begin[end])
                ends.Add(end);
            ends.Reverse();
            return ends;
        }

        /// <summary>The squared error around the mean, in billionths.</summary>
        private Int128 Of(int start, int end)
        {
            var sum = sums[end] - sums[start];
            return (squares[end] - squares[start]) * Billion
                - sum * sum / (end - start) * Billion
                - sum * sum % (end - start) * Billion / (end - start);
        }
    }
}
