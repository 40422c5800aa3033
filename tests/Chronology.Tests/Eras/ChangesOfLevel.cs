using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Eras;
using CsCheck;

namespace Chronology.Tests.Eras;

/// <summary>Change points, against partitions found by another program (its name and version stand in the file).</summary>
public sealed class ChangesOfLevel
{
    private static readonly JsonNode Oracle = JsonNode.Parse(
        Repository.Text("tests/Chronology.Tests/Eras/changepoint-oracle.json")
    )!;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Oracle["cases"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void are_the_exact_optimum(int number)
    {
        var one = Oracle["cases"]![number]!;
        var penalty = (decimal)one["penalty"]!;

        Assert.Equal(
            one["optimal_partition"]!.AsArray().Select(end => (int)end!),
            ChangePoints.Partition(
                Signal((string)one["signal"]!),
                (Int128)(penalty * 1_000_000) * 1_000_000_000,
                (int)one["min_size"]!
            )
        );
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void pay_a_penalty_by_how_much_neighbours_differ(int number)
    {
        var one = Oracle["cases"]![number]!;
        var times = int.Parse(((string)one["penalty_rule"]!)[..1], CultureInfo.InvariantCulture);
        var penalty =
            (decimal)(ChangePoints.Penalty(Signal((string)one["signal"]!), times) / 1_000_000) / 1_000_000_000;

        Assert.InRange(penalty, (decimal)one["penalty"]! - 0.000_001m, (decimal)one["penalty"]! + 0.000_001m);
    }

    [Theory]
    [InlineData("steps3", "20 31, 40 31")]
    [InlineData("noisy_steps", "40 31, 70 31")]
    public void are_surer_the_more_penalties_keep_them(string signal, string expected) =>
        Assert.Equal(
            expected,
            string.Join(", ", ChangePoints.Of(Signal(signal)).Select(change => $"{change.At} {change.Kept}"))
        );

    [Fact]
    public void are_less_sure_in_the_flow_of_the_worked_chronology() =>
        Assert.All(
            ChangePoints.Of(Signal("seed_flow_by_year")),
            change => Assert.InRange(change.Kept, 1, ChangePoints.Penalties - 1)
        );

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void are_not_looked_for_in_fewer_than_six_values(int count) =>
        Assert.Empty(ChangePoints.Of([.. Enumerable.Range(0, count).Select(i => (long)i * 1_000_000)]));

    [Fact]
    public void leave_parts_of_three_values_at_least() =>
        Gen.Long[-20_000, 20_000]
            .List[6, 60]
            .Sample(values =>
            {
                int[] ends = [0, .. ChangePoints.Of(values).Select(change => change.At), values.Count];
                Assert.All(ends.Zip(ends.Skip(1)), part => Assert.True(part.Second - part.First >= 3));
            });

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 693_147_180)]
    [InlineData(10, 2_302_585_092)]
    [InlineData(80, 4_382_026_634)]
    public void take_logarithms_in_billionths(int n, long billionths) => Assert.Equal(billionths, ChangePoints.Ln(n));

    private static List<long> Signal(string name) =>
        [.. Oracle["signals"]![name]!.AsArray().Select(value => (long)((decimal)value! * 1_000))];
}
