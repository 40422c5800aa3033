using System.Collections.Frozen;
using System.Globalization;

namespace Chronology.Rules;

/// <summary>One version of the constants and rubrics behind derived values: a row for each in <c>rules-N.tsv</c>, with its reason.</summary>
/// <remarks>A version that has been shipped is never changed: answers name it and have to stay what they are. The closed lists (types,
/// kinds of fact, words) and the meaning of dates and facts are the same under all versions. One instance a number; equal when the same.</remarks>
public sealed class RulesVersion
{
    /// <summary>The weighing by which the store keeps what events weigh: see ADR 0010.</summary>
    public const int WeighingKept = 1;

    private RulesVersion(int number)
    {
        Number = number;
        var rows = Table.Read($"rules-{number.ToString(CultureInfo.InvariantCulture)}").ToArray();
        Rows = [.. rows.Select(row => new Rule(row["rule"], row["value"], row["meaning"], row["reason"]))];
        var values = rows.ToFrozenDictionary(row => row["rule"], row => row["value"]);
        Weighing = Whole(values["weighing"]);
        Scale = new(values);
        Stances = new(values);
        Suggestions = new(Whole(values["thin-events"]), Whole(values["thin-years"]));
        if (Weighing != WeighingKept)
            throw new InvalidOperationException($"The rules {number} weigh by {Weighing}, of which no rows are kept.");
    }

    /// <summary>All that this version of the product knows: 1, 2 and so on.</summary>
    public static IReadOnlyList<RulesVersion> All { get; } = [new(1), new(2)];

    /// <summary>The one that every chronology follows until it adopts another.</summary>
    public static RulesVersion First => All[0];

    public int Number { get; }

    /// <summary>What events weigh and how fast they lose weight; versions of the same weighing read the same sums.</summary>
    public int Weighing { get; }

    public Scale Scale { get; }

    public StanceRules Stances { get; }

    public SuggestionRules Suggestions { get; }

    /// <summary>All constants, in the order of the file.</summary>
    public IReadOnlyList<Rule> Rows { get; }

    /// <returns>Null: there is no such version.</returns>
    public static RulesVersion? Find(int number) => number >= 1 && number <= All.Count ? All[number - 1] : null;

    public override string ToString() => $"rules {Number.ToString(CultureInfo.InvariantCulture)}";

    internal static int Whole(string cell) =>
        int.Parse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}

/// <summary>One constant of a version.</summary>
/// <param name="Name">Kebab-case, the same in every version.</param>
/// <param name="Meaning">What it decides, with its unit.</param>
/// <param name="Reason">Why it is this value.</param>
public sealed record Rule(string Name, string Value, string Meaning, string Reason);

/// <summary>When suggested eras say that they rest on thin data.</summary>
/// <param name="FewEvents">With fewer events.</param>
/// <param name="FewYears">With fewer years.</param>
public sealed record SuggestionRules(int FewEvents, int FewYears);
