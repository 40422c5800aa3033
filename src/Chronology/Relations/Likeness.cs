using Chronology.Actors;
using Chronology.Recording;

namespace Chronology.Relations;

/// <summary>How much two events are alike, so that a person may see whether they are one.</summary>
public static class Likeness
{
    /// <summary>0 to 100: actors in common count 50, words of the title 25, days 15, the place 10. Integers, rounded down.</summary>
    /// <remarks>Each part: what both have, over what either has. Where neither has a place, they agree in it.
    /// 0 where the types differ or no actor is common.</remarks>
    /// <param name="identity">Who is who among their actors: those merged are one.</param>
    public static int Of(EventContent one, EventContent other, Identity identity)
    {
        if (one.Type != other.Type)
            return 0;
        var actors = Share(Actors(one, identity), Actors(other, identity));
        return actors == 0
            ? 0
            : (
                50 * actors
                + 25 * Share(Words(one.Title), Words(other.Title))
                + 15 * Days(one, other)
                + 10 * Share(Words(one.Place), Words(other.Place))
            ) / 100;
    }

    private static HashSet<string> Actors(EventContent e, Identity identity) =>
        e.Actors.Select(participant => identity.Surviving(participant.Actor)).ToHashSet(StringComparer.Ordinal);

    private static HashSet<string> Words(string? text) =>
        NameForms
            .Folded(text ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal);

    private static int Share(HashSet<string> one, HashSet<string> other)
    {
        var both = one.Count(other.Contains);
        var either = one.Count + other.Count - both;
        return either == 0 ? 100 : 100 * both / either;
    }

    /// <summary>The days that both may be on, over those that either may be on; nothing where a side is unbounded, unless both say the same.</summary>
    private static int Days(EventContent one, EventContent other)
    {
        var (a, b) = (one.When(), other.When());
        if ((a.Earliest, a.Latest) == (b.Earliest, b.Latest))
            return 100;
        if (a.Earliest is not { } a1 || a.Latest is not { } a2 || b.Earliest is not { } b1 || b.Latest is not { } b2)
            return 0;
        var both = Math.Min(a2.Number, b2.Number) - Math.Max(a1.Number, b1.Number) + 1;
        var either = Math.Max(a2.Number, b2.Number) - Math.Min(a1.Number, b1.Number) + 1;
        return both <= 0 ? 0 : (int)(100 * (Int128)both / either);
    }
}
