using System.Collections.Frozen;
using System.Globalization;

namespace Chronology.Rules;

/// <summary>What the words of stances say in numbers; the closed list gives them, so they are the same under all rules.</summary>
public static class StanceTerms
{
    private static readonly FrozenDictionary<string, int> Ranks = Vocabulary
        .List("authority")
        .Select((term, rank) => (term.Code, rank))
        .ToFrozenDictionary(authority => authority.Code, authority => authority.rank);

    /// <summary>The place in the order of authorities: 0 decides over 1.</summary>
    public static int Rank(string authority) => Ranks[authority];

    /// <summary>1 to 3.</summary>
    public static int Salience(string salience) => Doubled("salience", salience)!.Value / 2;

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
}
