using System.Collections.Frozen;
using System.Globalization;

namespace Chronology.Rules;

/// <summary>How evidence of a stance is weighed: rules version 1, from <c>stances.tsv</c>, which gives the reasons.</summary>
public static class StanceRules
{
    private static readonly FrozenDictionary<string, string> Values = Table
        .Read("stances")
        .ToFrozenDictionary(row => row["rule"], row => row["value"]);

    private static readonly FrozenDictionary<string, int> Ranks = Vocabulary
        .List("authority")
        .Select((term, rank) => (term.Code, rank))
        .ToFrozenDictionary(authority => authority.Code, authority => authority.rank);

    private static readonly long OfStructural = HalfLife.Structural.Days / Number("half-life-days");

    public static int LeastPieces { get; } = Number("least-pieces");

    /// <summary>Bases of which one piece is enough.</summary>
    public static IReadOnlySet<string> EnoughAlone { get; } = Bases("enough-alone");

    public static IReadOnlySet<string> Said { get; } = Bases("said");

    public static IReadOnlySet<string> Done { get; } = Bases("done");

    /// <summary>Ambiguous where each side holds at least one part in so many of the weight.</summary>
    public static int PartsOfAmbiguous { get; } = Number("parts-of-ambiguous");

    public static int YearsToStale { get; } = Number("years-to-stale");

    /// <summary>What is left of 1 at an age in days, in billionths: 2^(-age/H), H eight years; nothing from 30 half-lives on.</summary>
    /// <remarks>H is half the structural half-life of scores, so that what is left of the one at an age is left of the other at twice the age.</remarks>
    public static long Left(long age) => HalfLife.Structural.Left(age * OfStructural);

    /// <summary>The place in the order of authorities: 0 decides over 1.</summary>
    public static int Rank(string authority) => Ranks[authority];

    /// <summary>1 to 3.</summary>
    /// <param name="salience">Null: none is stated.</param>
    public static int Salience(string? salience) =>
        Doubled("salience", salience ?? Values["unstated-salience"])!.Value / 2;

    /// <summary>What a piece of evidence says, from -4 (strongly opposes) to 4, in halves.</summary>
    /// <returns>From the position where there is one, else from the vote; null where neither says anything.
    /// To be absent from a vote is no position, and never counts as neutral.</returns>
    public static int? Halves(string? position, string? vote) =>
        position is not null && Doubled("stance", position) is var stated && (stated != 0 || vote != "absent") ? stated
        : position is null && vote is not null ? Doubled("vote", vote)
        : null;

    /// <summary>The position whose place is nearest to a mean on one side, the stronger of two as near.</summary>
    /// <param name="sum">Sum of weight times halves; all of one sign.</param>
    /// <param name="weight">Sum of the weights; positive.</param>
    public static string NearestPosition(Int128 sum, Int128 weight) =>
        Vocabulary
            .List("stance")
            .Where(term => !term.IsResult)
            .Select(term => (term.Code, Halves: Doubled("stance", term.Code)!.Value))
            .Where(position => Math.Sign(position.Halves) == Int128.Sign(sum))
            .OrderBy(position => Int128.Abs(sum - weight * position.Halves))
            .ThenByDescending(position => Math.Abs(position.Halves))
            .First()
            .Code;

    private static int? Doubled(string list, string code) =>
        Vocabulary.Find(list, code)?.Order is { Length: > 0 } order
            ? (int)(decimal.Parse(order, CultureInfo.InvariantCulture) * 2)
            : null;

    private static int Number(string rule) => int.Parse(Values[rule], NumberStyles.None, CultureInfo.InvariantCulture);

    private static FrozenSet<string> Bases(string rule) => Values[rule].Split('|').ToFrozenSet(StringComparer.Ordinal);
}
