using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chronology.Rules;

namespace Chronology.Tests.Rules;

public sealed class VersionsOfTheRules
{
    /// <summary>The SHA-256 of the rule and value columns of each version that was ever shipped, a line each: answers name the version
    /// and have to stay what they are, so no value changes. A new version adds a line.</summary>
    private static readonly Dictionary<int, string> Shipped = new()
    {
        [1] = "7def1a2e670f07df34456064ae233c3ad1df962e6ee3bcef660ee5425e9197b7",
        [2] = "ef43710bc64f1a6bad214356b8833a94aaa5efd90b7c6317c507ee750fcfdc3e",
    };

    public static TheoryData<int> Numbers => [.. RulesVersion.All.Select(version => version.Number)];

    private static string Hash(RulesVersion version) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(string.Concat(version.Rows.Select(rule => $"{rule.Name}\t{rule.Value}\n")))
            )
        );

    [Fact]
    public void are_numbered_from_1_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, RulesVersion.All.Count), RulesVersion.All.Select(version => version.Number));

    [Fact]
    public void never_change_once_they_are_shipped() =>
        Assert.Equal(
            Shipped.Select(version => $"{version.Key} {version.Value}"),
            RulesVersion.All.Select(version => $"{version.Number} {Hash(version)}")
        );

    [Theory]
    [MemberData(nameof(Numbers))]
    public void give_every_rule_a_meaning_a_reason_and_a_source(int number) =>
        Assert.All(
            Repository.Lines(
                $"src/Chronology/Rules/versions/rules-{number.ToString(CultureInfo.InvariantCulture)}.tsv"
            ),
            rule => Assert.Equal(5, rule.Split('\t', StringSplitOptions.RemoveEmptyEntries).Length)
        );

    [Theory]
    [MemberData(nameof(Numbers))]
    public void have_the_same_rules_in_the_same_order(int number) =>
        Assert.Equal(
            RulesVersion.First.Rows.Select(rule => rule.Name),
            RulesVersion.Find(number)!.Rows.Select(rule => rule.Name)
        );

    [Theory]
    [MemberData(nameof(Numbers))]
    public void stand_in_the_docs_with_their_values(int number)
    {
        var table = Repository.Lines("docs/rules.md").Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        Assert.Equal(
            RulesVersion.Find(number)!.Rows.Select(rule => $"{rule.Name} {rule.Value}"),
            table
                .Select(line =>
                    line.Replace(@"\|", "¦", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries)
                )
                .Select(cells => $"{cells[1].Trim('`')} {cells[1 + number].Replace('¦', '|')}")
        );
    }

    [Fact]
    public void that_nobody_has_made_are_none()
    {
        Assert.Null(RulesVersion.Find(0));
        Assert.Null(RulesVersion.Find(-1));
        Assert.Null(RulesVersion.Find(RulesVersion.All.Count + 1));
        Assert.Null(RulesVersion.Find(int.MaxValue));
    }

    [Fact]
    public void differ_in_what_they_say_of_the_same()
    {
        var (first, second) = (RulesVersion.All[0], RulesVersion.All[1]);

        Assert.Equal(("A", "B"), (first.Scale.Confidence(100), second.Scale.Confidence(100)));
        Assert.Equal(("D", "D"), (first.Scale.Confidence(401), second.Scale.Confidence(401)));
        Assert.Equal(
            ("improving", "stable"),
            (first.Scale.TrendOf(1_000_000_000, 1_999_999_999), second.Scale.TrendOf(1_000_000_000, 1_999_999_999))
        );
        Assert.Equal(("improving", "stable"), (first.Scale.TrendOfScore(50, 99), second.Scale.TrendOfScore(50, 99)));
        Assert.Equal((2, 3), (first.Stances.LeastPieces, second.Stances.LeastPieces));
        Assert.Contains("vote", first.Stances.EnoughAlone);
        Assert.DoesNotContain("vote", second.Stances.EnoughAlone);
        Assert.Equal((10, 5), (first.Stances.YearsToStale, second.Stances.YearsToStale));
    }

    [Fact]
    public void share_their_weighing_and_so_their_sums() =>
        Assert.All(RulesVersion.All, version => Assert.Equal(RulesVersion.WeighingKept, version.Weighing));
}
