using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>What one event adds to a sum.</summary>
/// <param name="AtYearsEnd">It is weighed at the end of the year of its last day, and what is left of that year's total counts;
/// else it is weighed on the day itself.</param>
/// <param name="Adds">What it adds alone, rounded toward zero. Its evidence is 0 where nothing is left of it.</param>
public sealed record Contribution(string Event, ScoredEvent Scored, bool AtYearsEnd, ScoreSum Adds)
{
    /// <summary>By how much it sets the bounds apart, in billionths.</summary>
    public long Width => Adds.High - Adds.Low;
}

/// <summary>What may be learnt of an event that a score rests on.</summary>
public enum ScoreFinding
{
    /// <summary>It happened, or began, on the day.</summary>
    On,

    /// <summary>It did after the day asked about.</summary>
    After,

    /// <summary>It is confirmed.</summary>
    Confirmed,

    /// <summary>It is refuted.</summary>
    Refuted,
}

/// <param name="On">The day of <see cref="ScoreFinding.On"/> and <see cref="ScoreFinding.After"/>; null for the others.</param>
public sealed record ScoreCase(ScoreFinding If, Day? On, Score Then);

/// <summary>One thing that is uncertain about an event, and what the score would be whichever way it turned out.</summary>
/// <param name="OfDate">Its date; else its credibility.</param>
/// <param name="Cases">Of a date the first possible day, the last up to the day asked about, and later; as many as apply.</param>
public sealed record ScoreWidening(Contribution Of, bool OfDate, IReadOnlyList<ScoreCase> Cases);

/// <summary>Why a score is what it is on a day: what each event adds, and what sets the bounds apart.</summary>
/// <remarks>Summed up as <see cref="ScoreEvidence"/> does: <see cref="Told"/>, <see cref="Rest"/> and <see cref="Rounding"/> together are
/// <see cref="Sum"/>, to the unit. The work grows with the number of events.</remarks>
public sealed class ScoreExplanation
{
    private readonly Day day;
    private readonly Scale scale;
    private readonly Dictionary<(HalfLife HalfLife, long Year), ScoreSum> totals = [];

    private ScoreExplanation(
        IEnumerable<(string Event, ScoredEvent Scored)> events,
        Day day,
        Scale scale,
        int greatestTold,
        int greatestWidenings
    )
    {
        (this.day, this.scale) = (day, scale);
        var weighing = new List<Contribution>();
        var (later, forgotten) = (new List<string>(), new List<string>());
        var alone = default(ScoreSum);
        foreach (var (key, scored) in events)
        {
            var one = Weigh(key, scored);
            if (one.AtYearsEnd)
                totals[YearOf(scored)] = totals.GetValueOrDefault(YearOf(scored)) + ScoreEvidence.AtYearsEnd(scored);
            else
                Sum += one.Adds;
            alone += one.Adds;
            if (one.Adds.Evidence > 0)
                weighing.Add(one);
            else
                (scored.Days.Earliest > day ? later : forgotten).Add(key);
        }
        foreach (var (year, total) in totals)
            Sum += Left(year, total);
        weighing.Sort(ByWeight);
        Told = [.. weighing.Take(greatestTold)];
        Rest = weighing.Skip(greatestTold).Aggregate(default(ScoreSum), (sum, one) => sum + one.Adds);
        Rounding = Sum - alone;
        (Later, Forgotten) = (later, forgotten);
        var wide = weighing
            .Where(one => one.Width > 0)
            .OrderByDescending(one => one.Width)
            .ThenBy(one => one.Event, StringComparer.Ordinal)
            .ToArray();
        Widenings = [.. wide.Take(greatestWidenings).SelectMany(Ways)];
        Untried = Math.Max(0, wide.Length - greatestWidenings);
    }

    /// <param name="events">Each once, bounded; those of which nothing is left, or which happened later, may be among them.</param>
    /// <param name="day">The day asked about.</param>
    /// <param name="scale">On which the scores are read.</param>
    /// <param name="greatestTold">The most events told singly.</param>
    /// <param name="greatestWidenings">The most events of which it is told what would settle them.</param>
    public static ScoreExplanation Of(
        IEnumerable<(string Event, ScoredEvent Scored)> events,
        Day day,
        Scale scale,
        int greatestTold,
        int greatestWidenings
    ) => new(events, day, scale, greatestTold, greatestWidenings);

    /// <summary>S(D) and its bounds, in billionths: <see cref="ScoreEvidence.SumAt"/> of the same events.</summary>
    public ScoreSum Sum { get; private set; }

    /// <summary>The events that add the most, whichever the sign of their estimate; of equals the wider, then by key.</summary>
    public IReadOnlyList<Contribution> Told { get; }

    /// <summary>What the other events add, each alone; its evidence says how many they are.</summary>
    public ScoreSum Rest { get; }

    /// <summary>By how much the sum differs from what the events add one by one: they are rounded together, a year's total at a time.</summary>
    public ScoreSum Rounding { get; }

    /// <summary>The events that happened after the day, in the order given.</summary>
    public IReadOnlyList<string> Later { get; }

    /// <summary>The events of which nothing is left, in the order given.</summary>
    public IReadOnlyList<string> Forgotten { get; }

    /// <summary>What would bring the bounds together, by the width of the events, the widest first.</summary>
    public IReadOnlyList<ScoreWidening> Widenings { get; }

    /// <summary>How many events widen the bounds besides.</summary>
    public int Untried { get; }

    private static int ByWeight(Contribution one, Contribution other) =>
        Math.Abs(other.Adds.Estimate).CompareTo(Math.Abs(one.Adds.Estimate)) is var weight and not 0 ? weight
        : other.Width.CompareTo(one.Width) is var width and not 0 ? width
        : string.CompareOrdinal(one.Event, other.Event);

    private Contribution Weigh(string key, ScoredEvent scored)
    {
        var atYearsEnd = IsInTotal(scored);
        return new(
            key,
            scored,
            atYearsEnd,
            atYearsEnd ? Left(YearOf(scored), ScoreEvidence.AtYearsEnd(scored)) : scored.At(day)
        );
    }

    private bool IsInTotal(ScoredEvent scored) => !scored.IsOpen && scored.Year < day.Civil.Year;

    private static (HalfLife, long) YearOf(ScoredEvent scored) => (scored.HalfLife, scored.Year);

    private ScoreSum Left((HalfLife HalfLife, long Year) of, ScoreSum total) =>
        total.Left(of.HalfLife.Left(day.Number - ScoreEvidence.EndOf(of.Year).Number));

    private IEnumerable<ScoreWidening> Ways(Contribution one)
    {
        var scored = one.Scored;
        if (scored.Days.Earliest != scored.Days.Latest)
        {
            var days = new[] { scored.Days.Earliest, scored.Days.LastOnOrBefore(day) }.Distinct().OfType<Day>();
            var cases = days.Select(on => new ScoreCase(ScoreFinding.On, on, With(one, On(scored, on)))).ToList();
            if (scored.Days.Latest > day)
                cases.Add(new(ScoreFinding.After, day, With(one, null)));
            yield return new(one, OfDate: true, cases);
        }
        if (scored.Weight.Low == scored.Weight.High)
            yield break;
        var (least, most) = (scored.Weight.Low, scored.Weight.High);
        var full = Math.Abs(least) > Math.Abs(most) ? least : most;
        var confirmed = new ScoreCase(
            ScoreFinding.Confirmed,
            null,
            With(one, scored with { Weight = new(full, full, full) })
        );
        // What may weigh nothing at all is disputed.
        yield return new(
            one,
            OfDate: false,
            least == 0 || most == 0 ? [confirmed, new(ScoreFinding.Refuted, null, With(one, null))] : [confirmed]
        );
    }

    private static ScoredEvent On(ScoredEvent scored, Day on) =>
        scored with
        {
            Days = new DayRange(on, on),
            IsOpen = false,
        };

    /// <summary>The score with another event in the place of one; null: with none.</summary>
    private Score With(Contribution instead, ScoredEvent? other)
    {
        var changed = new Dictionary<(HalfLife HalfLife, long Year), ScoreSum>();
        var sum = Sum;
        Change(instead.Scored, -1);
        if (other is not null)
            Change(other, 1);
        foreach (var (year, change) in changed)
            sum += Left(year, totals.GetValueOrDefault(year) + change) - Left(year, totals.GetValueOrDefault(year));
        return Score.Of(sum, scale);

        void Change(ScoredEvent scored, long times)
        {
            if (IsInTotal(scored))
                changed[YearOf(scored)] =
                    changed.GetValueOrDefault(YearOf(scored)) + ScoreEvidence.AtYearsEnd(scored) * times;
            else
                sum += scored.At(day) * times;
        }
    }
}
