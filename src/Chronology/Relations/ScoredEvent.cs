using System.Collections.Frozen;
using System.Globalization;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>What an event weighs before it loses weight: credibility times intensity, in 400ths.</summary>
/// <param name="Low">Of the weights that its credibility allows, the least.</param>
/// <param name="Estimate">The one in the middle.</param>
/// <param name="High">The greatest.</param>
public readonly record struct Weight(int Low, int Estimate, int High)
{
    /// <summary>A hundredth of intensity times a quarter of credibility.</summary>
    public const int One = 400;

    private static readonly FrozenDictionary<string, (int Least, int Most)> Credibilities = Vocabulary
        .List("credibility")
        .ToFrozenDictionary(
            term => term.Code,
            term => (Quarters(term.Order.Split("..")[0]), Quarters(term.Order.Split("..")[1]))
        );

    /// <param name="intensity">-10 to 10, at most two decimals.</param>
    /// <param name="credibility">A code of the list of that name.</param>
    public static Weight Of(decimal intensity, string credibility)
    {
        var (least, most) = Credibilities[credibility];
        var hundredths = (int)(intensity * 100);
        var (one, other) = (hundredths * least, hundredths * most);
        return new(Math.Min(one, other), (one + other) / 2, Math.Max(one, other));
    }

    private static int Quarters(string share) => (int)(decimal.Parse(share, CultureInfo.InvariantCulture) * 4);
}

/// <summary>One event as a score weighs it: when it may have begun, what it weighs, and how long.</summary>
/// <param name="Days">It happened, or began, on one of these days. Of several happenings: on one of any of theirs.
/// Days in more than <see cref="GreatestRuns"/> stretches count as all from the first to the last.</param>
/// <param name="IsOpen">The recorded days are unbounded on a side: always read singly, wherever <paramref name="Days"/> ends.</param>
public sealed record ScoredEvent(HalfLife HalfLife, Weight Weight, DayWindow Days, bool IsOpen)
{
    public const int GreatestRuns = 1_500;

    /// <summary>Null where it weighs nothing: refuted, of no intensity, or of a type that weighs in no score.</summary>
    /// <remarks>Retracted and merged events are the caller's to leave out.</remarks>
    public static ScoredEvent? Of(EventContent content, When when)
    {
        var type = Vocabulary.EventTypes[content.Type];
        if (type.HalfLife is not { } halfLife)
            return null;
        var weight = Weight.Of(content.Intensity ?? type.Intensity, content.Credibility);
        if (weight is { Low: 0, High: 0 })
            return null;
        var days = when switch
        {
            When.Occurrence one => one.Window,
            When.Occurrences several => DayWindow.UnionOf(several.Members),
            When.Extent lasting => lasting.Start,
            _ => throw new NotSupportedException(),
        };
        var stretches = days is DayRange ? 1 : days.Runs().Take(GreatestRuns + 1).Count();
        return new(
            halfLife,
            weight,
            stretches > GreatestRuns ? new DayRange(days.Earliest, days.Latest) : days,
            days.Earliest is null || days.Latest is null
        );
    }

    /// <summary>The same, its days bounded by others, such as those on which its actors existed.</summary>
    /// <returns>Null where the days stay unbounded on a side, or none is left: it is counted as undated.</returns>
    public ScoredEvent? Within(Day? from, Day? until) =>
        Days.Within(from, until) is { Earliest: not null, Latest: not null } bounded
            ? this with
            {
                Days = bounded,
            }
            : null;

    /// <summary>The year of the last day; the days are bounded.</summary>
    public long Year => Days.Latest!.Value.Civil.Year;

    /// <summary>What it adds at the end of a day, in billionths.</summary>
    /// <remarks>Low and high: the least and the greatest that any of its days and weights gives.
    /// Estimate: the mean over its days, with the weight in the middle. Nothing from days after <paramref name="day"/>. Each rounded toward zero.</remarks>
    public ScoreSum At(Day day)
    {
        if (Days.LastOnOrBefore(day) is not { } last)
            return default;
        var most = HalfLife.Left(day.Number - last.Number);
        if (most == 0)
            return default;
        var least = Days.Latest > day ? 0 : HalfLife.Left(day.Number - Days.Earliest!.Value.Number);
        return new(
            Weight.Low * (Weight.Low < 0 ? most : least) / Weight.One,
            Days.Earliest == Days.Latest ? Weight.Estimate * most / Weight.One : Mean(day),
            Weight.High * (Weight.High > 0 ? most : least) / Weight.One,
            1
        );
    }

    /// <summary>By how much what it adds differs between two days at least and at most, whatever its day and weight, in billionths.</summary>
    public (long Least, long Greatest) Change(Day from, Day to)
    {
        var (least, greatest) = (long.MaxValue, long.MinValue);
        Add(Days.Earliest);
        Add(Days.LastOnOrBefore(from));
        Add(Days.FirstOnOrAfter(from + 1));
        Add(Days.LastOnOrBefore(to));
        Add(Days.Latest);
        return (least, greatest);

        void Add(Day? on)
        {
            if (on is not { } day)
                return;
            var change = LeftAt(to, day) - LeftAt(from, day);
            var (one, other) = (Weight.Low * change / Weight.One, Weight.High * change / Weight.One);
            least = Math.Min(least, Math.Min(one, other));
            greatest = Math.Max(greatest, Math.Max(one, other));
        }
    }

    private long LeftAt(Day day, Day on) => on > day ? 0 : HalfLife.Left(day.Number - on.Number);

    private long Mean(Day day)
    {
        Int128 left = 0;
        var members = 0L;
        foreach (var run in Days.Runs())
        {
            var (first, last) = (run.Earliest!.Value, run.Latest!.Value);
            members += last.Number - first.Number + 1;
            if (first <= day)
                left += HalfLife.LeftOverAll(day.Number - Day.Min(last, day).Number, day.Number - first.Number);
        }
        return (long)(Weight.Estimate * left / ((Int128)members * Weight.One));
    }
}

/// <summary>Sums of what events add, in billionths, and how many they are.</summary>
public readonly record struct ScoreSum(long Low, long Estimate, long High, long Evidence)
{
    public static ScoreSum operator +(ScoreSum a, ScoreSum b) =>
        new(a.Low + b.Low, a.Estimate + b.Estimate, a.High + b.High, a.Evidence + b.Evidence);

    public static ScoreSum operator -(ScoreSum a, ScoreSum b) =>
        new(a.Low - b.Low, a.Estimate - b.Estimate, a.High - b.High, a.Evidence - b.Evidence);

    public static ScoreSum operator *(ScoreSum a, long times) =>
        new(a.Low * times, a.Estimate * times, a.High * times, a.Evidence * times);

    /// <summary>What is left of it, rounded toward zero; nothing, and no evidence, where nothing is left of 1.</summary>
    /// <param name="left">In billionths.</param>
    internal ScoreSum Left(long left) =>
        left == 0 ? default : new(Share(Low, left), Share(Estimate, left), Share(High, left), Evidence);

    internal static long Share(long of, long left) => (long)((Int128)of * left / HalfLife.One);
}
