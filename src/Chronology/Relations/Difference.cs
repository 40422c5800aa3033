namespace Chronology.Relations;

/// <summary>Where two answers tell one thing differently.</summary>
/// <param name="About">What both tell: the key of a fact, or of an era.</param>
/// <param name="Before">What the first answer tells of it; null: nothing.</param>
/// <param name="After">What the second answer tells of it; null: nothing. Never both null.</param>
public sealed record Difference<TKey, TTold>(TKey About, TTold? Before, TTold? After)
    where TKey : notnull
    where TTold : class;

/// <summary>The difference of two answers, and what makes the second of the first.</summary>
public static class Differing
{
    /// <summary>One difference for each thing that the two do not tell alike, in the order of <paramref name="order"/>; none where they are the same.</summary>
    /// <param name="same">Whether two tellings of one thing are the same to the last member.</param>
    public static IReadOnlyList<Difference<TKey, TTold>> Between<TKey, TTold>(
        IReadOnlyDictionary<TKey, TTold> before,
        IReadOnlyDictionary<TKey, TTold> after,
        Func<TTold, TTold, bool> same,
        IComparer<TKey> order
    )
        where TKey : notnull
        where TTold : class =>
        [
            .. before
                .Keys.Union(after.Keys)
                .Order(order)
                .Select(key => new Difference<TKey, TTold>(
                    key,
                    before.GetValueOrDefault(key),
                    after.GetValueOrDefault(key)
                ))
                .Where(line => line.Before is null || line.After is null || !same(line.Before, line.After)),
        ];

    /// <summary>The answer with the differences made: of the first answer, and the differences between it and a second, the second.</summary>
    public static IReadOnlyDictionary<TKey, TTold> Apply<TKey, TTold>(
        this IReadOnlyDictionary<TKey, TTold> answer,
        IEnumerable<Difference<TKey, TTold>> differences
    )
        where TKey : notnull
        where TTold : class
    {
        var made = answer.ToDictionary();
        foreach (var (about, _, after) in differences)
        {
            if (after is null)
                made.Remove(about);
            else
                made[about] = after;
        }
        return made;
    }
}
