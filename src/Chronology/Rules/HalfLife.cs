using System.Globalization;

namespace Chronology.Rules;

/// <summary>How fast what happened loses weight: a class of persistence, with its half-life H in days.</summary>
/// <remarks>After a days 2^(-a/H) of the weight is left, in whole billionths: T[a mod H] &gt;&gt; (a div H), where T[j] is
/// 2^(-j/H) in billionths, rounded to the nearest (<c>half-lives.tsv</c>). From 30 half-lives on nothing is left.
/// One of the three instances; equal when the same.</remarks>
public sealed class HalfLife
{
    /// <summary>What <see cref="Left"/> counts in.</summary>
    public const long One = 1_000_000_000;

    private const int Halvings = 30;

    private readonly Lazy<int[]> table;
    private readonly Lazy<long[]> sums;

    private HalfLife(int code, string name, int days)
    {
        (Code, Name, Days) = (code, name, days);
        table = new(() => [.. Table.Read("half-lives").Take(Days).Select(row => Number(row[Name]))]);
        sums = new(() =>
        {
            var sum = new long[Halvings * Days + 1];
            for (var age = 0; age < sum.Length - 1; age++)
                sum[age + 1] = sum[age] + Left(age);
            return sum;
        });
    }

    /// <summary>Words and gestures: a year.</summary>
    public static HalfLife Transient { get; } = new(0, "transient", 365);

    /// <summary>Deeds: four years.</summary>
    public static HalfLife Normal { get; } = new(1, "normal", 1_461);

    /// <summary>What changes how two parties stand: sixteen years.</summary>
    public static HalfLife Structural { get; } = new(2, "structural", 5_844);

    /// <summary>All, by <see cref="Code"/>.</summary>
    public static IReadOnlyList<HalfLife> All { get; } = [Transient, Normal, Structural];

    /// <summary>Its number in the store: stored, so never changed.</summary>
    public int Code { get; }

    public string Name { get; }

    public int Days { get; }

    /// <summary>From this age in days on nothing is left.</summary>
    public long Forgotten => (long)Halvings * Days;

    /// <summary>Null: not a class that weighs.</summary>
    public static HalfLife? Named(string name) => All.FirstOrDefault(one => one.Name == name);

    /// <summary>What is left of 1 at an age, in billionths.</summary>
    /// <param name="age">In days; not negative.</param>
    public long Left(long age) => age >= Forgotten ? 0 : table.Value[age % Days] >> (int)(age / Days);

    /// <summary>The sum of what is left at each age from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public long LeftOverAll(long first, long last) =>
        sums.Value[Math.Min(last + 1, Forgotten)] - sums.Value[Math.Min(first, Forgotten)];

    public override string ToString() => Name;

    private static int Number(string cell) => int.Parse(cell, NumberStyles.None, CultureInfo.InvariantCulture);
}
