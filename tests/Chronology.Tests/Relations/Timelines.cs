using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Tests.Relations;

/// <summary>The days of some ranges: a window whose members a test can list.</summary>
internal sealed class RangesOfDays : DayWindow
{
    private readonly (long From, long To)[] ranges;
    private readonly bool openBelow;
    private readonly bool openAbove;

    /// <param name="ranges">In rising order, apart from one another.</param>
    /// <param name="openBelow">The first range has no first day but counts as having begun then in <see cref="Members"/>.</param>
    /// <param name="openAbove">Likewise the last range.</param>
    public RangesOfDays(IEnumerable<(long From, long To)> ranges, bool openBelow = false, bool openAbove = false) =>
        (this.ranges, this.openBelow, this.openAbove) = ([.. ranges], openBelow, openAbove);

    public static RangesOfDays Of(IEnumerable<long> days) => new(days.Distinct().Order().Select(day => (day, day)));

    public IEnumerable<long> Members =>
        ranges.SelectMany(range => Enumerable.Range(0, (int)(range.To - range.From + 1)).Select(n => range.From + n));

    public override Day? Earliest => openBelow ? null : new Day(ranges[0].From);

    public override Day? Latest => openAbove ? null : new Day(ranges[^1].To);

    public override Day? LastOnOrBefore(Day day)
    {
        if (openBelow && day.Number < ranges[0].From || openAbove && day.Number > ranges[^1].To)
            return day;
        var before = ranges.Where(range => range.From <= day.Number).ToList();
        return before.Count == 0 ? null : new Day(Math.Min(before[^1].To, day.Number));
    }

    public override Day? FirstOnOrAfter(Day day)
    {
        if (openBelow && day.Number < ranges[0].From || openAbove && day.Number > ranges[^1].To)
            return day;
        var after = ranges.Where(range => range.To >= day.Number).ToList();
        return after.Count == 0 ? null : new Day(Math.Max(after[0].From, day.Number));
    }

    public override string ToString() =>
        (openBelow ? "<" : "") + string.Join(',', ranges.Select(r => $"{r.From}..{r.To}")) + (openAbove ? ">" : "");
}

/// <summary>Effects and questions in few words.</summary>
internal static class Timelines
{
    /// <summary>A day, month or year; <c>a..b</c>; or several of these with commas. <c>*..b</c> and <c>a..*</c> have no bound on that side.</summary>
    public static EffectDate On(string text)
    {
        var ranges = text.Split(',').Select(part => part.Split("..")).ToList();
        return new(
            text,
            new RangesOfDays(
                ranges.Select(range =>
                    range[0] == "*" ? (First(range[^1]) - 1, Last(range[^1]))
                    : range[^1] == "*" ? (First(range[0]), First(range[0]) + 1)
                    : (First(range[0]), Last(range[^1]))
                ),
                openBelow: ranges[0][0] == "*",
                openAbove: ranges[^1][^1] == "*"
            )
        );
        static long First(string part) => Day.ParseQuestion(part, first: true).Value.Number;
        static long Last(string part) => Day.ParseQuestion(part).Value.Number;
    }

    public static RecordedEffect Effect(
        this FactKey key,
        string @event,
        string? value,
        string begins,
        string? until = null,
        int? order = null,
        string credibility = "reported",
        TimeOfDay? time = null
    ) =>
        new(
            FactKey.Of(key.Fact, key.Holder, key.Toward, key.Qualifier, value),
            value == "none" ? null : value,
            @event,
            Index: 0,
            Revision: 1,
            Position: 1,
            On(begins),
            time,
            until is null ? null : On(until),
            order,
            credibility,
            ValueList<Citation>.Empty
        );

    public static FactEntry AsOf(this FactKey key, string day, params IReadOnlyList<RecordedEffect> effects) =>
        FactsAsOf.Decide(key, effects, Day.ParseQuestion(day).Value);

    /// <summary>Value, certainty and alternatives in one line: <c>embassy possible (none)</c>.</summary>
    public static string Said(this FactEntry entry) =>
        $"{entry.Value} {entry.Certainty.ToString().ToLowerInvariant()}"
        + (entry.Alternatives.Count == 0 ? "" : $" ({string.Join(", ", entry.Alternatives)})");

    public static IEnumerable<string> Events(this IEnumerable<RecordedEffect> effects) =>
        effects.Select(effect => effect.Event);
}
