using Chronology.Time;

namespace Chronology.Recording;

/// <summary>Whether the dates after a refinement lie inside the dates before it.</summary>
internal static class Refining
{
    private const string Gregorian = "gregorian";

    /// <returns><c>not-a-refinement</c>, or null where every changed date is finer.</returns>
    public static Rejection? Coarser(EventContent was, EventContent now)
    {
        var (old, finer) = (was.When(), now.When());
        if (Dates(was) != Dates(now) && !finer.IsRefinementOf(old))
            return NotARefinement(
                now.Anchor != was.Anchor ? "/changes/anchor"
                : now.Occurred != was.Occurred ? "/changes/occurred"
                : "/changes"
            );
        foreach (var (before, after, i) in Pairs(was.Effects, now.Effects, e => e with { From = null, Until = null }))
        {
            if (
                before.From != after.From
                && Began(after, finer, now.Calendar) is { } begins
                && Began(before, old, was.Calendar) is { } began
                && !begins.IsRefinementOf(began)
            )
                return NotARefinement($"/changes/effects/{i}/from");
            if (IsCoarser(before.Until, was.Calendar, after.Until, now.Calendar))
                return NotARefinement($"/changes/effects/{i}/until");
        }
        return null;
    }

    /// <inheritdoc cref="Coarser(EventContent, EventContent)"/>
    public static Rejection? Coarser(ActorContent was, ActorContent now)
    {
        if (
            was.Existed is { } existed
            && existed != now.Existed
            && (now.Existed is null || !Lifespan(now.Existed).IsRefinementOf(Lifespan(existed)))
        )
            return NotARefinement("/changes/existed");
        foreach (var (before, after, i) in Pairs(was.Names, now.Names, n => n.Name))
        {
            if (IsCoarser(before.From, Gregorian, after.From, Gregorian))
                return NotARefinement($"/changes/names/{i}/from");
            if (IsCoarser(before.Until, Gregorian, after.Until, Gregorian))
                return NotARefinement($"/changes/names/{i}/until");
        }
        foreach (var (before, after, i) in Pairs(was.Successors, now.Successors, s => s.Actor))
        {
            if (IsCoarser(before.On, Gregorian, after.On, Gregorian))
                return NotARefinement($"/changes/successors/{i}/on");
        }
        return null;
    }

    private static (string?, string, string?, string?, string) Dates(EventContent e) =>
        (e.Occurred, e.Reading, e.Start, e.End, e.Calendar);

    private static When Lifespan(string existed) => When.From(existed, null, null, null, Gregorian).Value;

    /// <summary>When an effect began: its own date, else its event's; null where the event has several.</summary>
    private static When.Occurrence? Began(Effect effect, When when, string calendar) =>
        effect.From is { } from
            ? When.OccurrenceFrom(from, calendar).Value
            : when switch
            {
                When.Occurrence one => one,
                When.Extent extent => new When.Occurrence(extent.Start, null),
                _ => null,
            };

    /// <summary>A date that was not known may become known; one that was known may become finer.</summary>
    private static bool IsCoarser(string? before, string calendarBefore, string? after, string calendarAfter) =>
        before is not null
        && (before, calendarBefore) != (after, calendarAfter)
        && (
            after is null
            || !When.OccurrenceFrom(after, calendarAfter)
                .Value.IsRefinementOf(When.OccurrenceFrom(before, calendarBefore).Value)
        );

    /// <summary>The entries of two lists that speak of the same thing, and where the later one stands; the first with the first, the second with the second.</summary>
    private static IEnumerable<(T Before, T After, int Index)> Pairs<T, TKey>(
        IEnumerable<T> before,
        IReadOnlyList<T> after,
        Func<T, TKey> key
    )
        where TKey : notnull
    {
        var left = before.GroupBy(key).ToDictionary(same => same.Key, same => new Queue<T>(same));
        for (var i = 0; i < after.Count; i++)
        {
            if (left.TryGetValue(key(after[i]), out var same) && same.TryDequeue(out var match))
                yield return (match, after[i], i);
        }
    }

    internal static Rejection NotARefinement(string pointer) =>
        new(
            "not-a-refinement",
            "A refined date lies inside the one before it: use the reason “correction” if that one was wrong.",
            pointer
        );
}
