using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>How two sides stood as of a day, from -10 to 10, in hundredths.</summary>
/// <param name="Low">The least that some arrangement of uncertain dates and weights gives.</param>
/// <param name="High">The greatest.</param>
/// <param name="Evidence">How many events have weight left.</param>
/// <param name="Scale">On which it is read.</param>
public sealed record Score(int Value, int Low, int High, long Evidence, Scale Scale)
{
    /// <summary>R = 10 tanh(S/20), of the sum and of its bounds.</summary>
    public static Score Of(ScoreSum sum, Scale scale) =>
        new(scale.Score(sum.Estimate), scale.Score(sum.Low), scale.Score(sum.High), sum.Evidence, scale);

    public string Band => Scale.Band(Value);

    /// <summary>A to D, by how far the bounds lie apart; D where there is no evidence.</summary>
    public string Confidence => Evidence == 0 ? "D" : Scale.Confidence(High - Low);

    /// <summary>How it changed up to a later one, whatever lay between: improving or deteriorating where it did by enough for a trend in every
    /// arrangement, stable where by less in every one, else uncertain; uncertain without evidence on both days.</summary>
    public string TrendTo(Score later) =>
        Evidence == 0 && later.Evidence == 0 ? "uncertain" : Scale.TrendOfScore(later.Low - High, later.High - Low);
}

/// <summary>The events of two sides, ready to be summed up as of any day from <paramref name="since"/> on.</summary>
/// <remarks>
/// S(D) in billionths, by whole numbers only, so that it does not depend on the order of recording:
/// <list type="number">
/// <item>An event whose last possible day lies in a year before D's year adds to the total of its half-life and that year
/// what it adds at the end of that year (<see cref="ScoredEvent.At"/>, rounded toward zero).</item>
/// <item>What is left at D of each such total (times 2^(-a/H), a the days from the year's end to D) is rounded toward zero, once.</item>
/// <item>Every other event - its days end in D's year or later, or are recorded as unbounded - adds what it adds at D.</item>
/// </list>
/// Running totals that the store keeps are the totals of the first step, so both ways give the same number.
/// </remarks>
public sealed class ScoreEvidence
{
    private readonly Total[] ended;
    private readonly Lazy<(Total[] Ended, Total[] Added)> withSingles;
    private readonly long firstOfSingles;
    private readonly long[] years;
    private readonly Counted[] inOneYear;
    private readonly Counted[] others;
    private readonly Scale scale;

    /// <summary>What was added by the end of a year.</summary>
    private readonly record struct Total(HalfLife HalfLife, long Year, long End, ScoreSum Sum);

    /// <summary>Events that weigh alike, on the same days.</summary>
    /// <param name="Times">How many they are.</param>
    public readonly record struct Counted(ScoredEvent Event, long Times);

    /// <param name="ended">Totals of years before the first that is asked about, by half-life and year.</param>
    /// <param name="singles">The events that are in no such total; bounded.</param>
    /// <param name="scale">By which the sums are read.</param>
    public ScoreEvidence(
        IEnumerable<KeyValuePair<(HalfLife HalfLife, long Year), ScoreSum>> ended,
        IEnumerable<Counted> singles,
        Scale scale
    )
    {
        this.scale = scale;
        this.ended = TotalsOf(ended);
        var (inOne, ofYear, beyond) = (new List<Counted>(), new List<long>(), new List<Counted>());
        firstOfSingles = long.MaxValue;
        var inOrder = true;
        foreach (var single in singles)
        {
            if (single.Event.IsOpen)
            {
                beyond.Add(single);
                continue;
            }
            var year = single.Event.Year;
            firstOfSingles = Math.Min(firstOfSingles, year);
            if (single.Event.Days.Earliest!.Value.Civil.Year == year)
            {
                inOrder &= ofYear.Count == 0 || ofYear[^1] <= year;
                inOne.Add(single);
                ofYear.Add(year);
            }
            else
                beyond.Add(single);
        }
        (years, inOneYear, others) = ([.. ofYear], [.. inOne], [.. beyond]);
        if (!inOrder)
            Array.Sort(years, inOneYear);
        withSingles = new(WithSingles);
    }

    /// <summary>With what the single events add at the end of their years: totals of other years, or more of the same.</summary>
    private (Total[] Ended, Total[] Added) WithSingles()
    {
        var added = new Dictionary<(HalfLife HalfLife, long Year), ScoreSum>();
        foreach (var (one, times) in inOneYear.Concat(others).Where(single => !single.Event.IsOpen))
        {
            var key = (one.HalfLife, one.Year);
            added[key] = added.GetValueOrDefault(key) + AtYearsEnd(one) * times;
        }
        var all = ended;
        // Only where an event without days of its own is bounded to a year that has a total.
        for (var n = 0; n < ended.Length; n++)
        {
            if (!added.Remove((ended[n].HalfLife, ended[n].Year), out var more))
                continue;
            if (all == ended)
                all = [.. ended];
            all[n] = ended[n] with { Sum = ended[n].Sum + more };
        }
        return (all, TotalsOf(added));
    }

    private static Total[] TotalsOf(IEnumerable<KeyValuePair<(HalfLife HalfLife, long Year), ScoreSum>> sums) =>
        [.. sums.Select(sum => new Total(sum.Key.HalfLife, sum.Key.Year, EndOf(sum.Key.Year).Number, sum.Value))];

    /// <summary>The totals of which those of the years before one are wanted; what single events add at the end of theirs is worked out where such
    /// a year is before it.</summary>
    private ReadOnlySpan<Total[]> Before(long year) =>
        firstOfSingles < year ? new[] { withSingles.Value.Ended, withSingles.Value.Added } : new[] { ended };

    public static ScoreEvidence Of(IEnumerable<ScoredEvent> events, Scale scale) =>
        new([], events.Select(one => new Counted(one, 1)), scale);

    public static Day EndOf(long year) => Day.Of(year, 12, 31);

    /// <summary>What a bounded event adds to the total of its year.</summary>
    public static ScoreSum AtYearsEnd(ScoredEvent one) => one.At(EndOf(one.Year));

    /// <summary>S(D), its bounds and the number of events with weight left, at the end of a day.</summary>
    public ScoreSum SumAt(Day day)
    {
        var year = day.Civil.Year;
        var sum = default(ScoreSum);
        foreach (var totals in Before(year))
        {
            foreach (ref readonly var total in totals.AsSpan())
            {
                if (total.Year < year)
                    sum += total.Sum.Left(total.HalfLife.Left(day.Number - total.End));
            }
        }
        foreach (var (one, times) in Singly(year))
            sum += one.At(day) * times;
        return sum;
    }

    /// <summary>R(D) = 10 tanh(S(D)/20).</summary>
    public Score At(Day day) => Score.Of(SumAt(day), scale);

    /// <summary>How the sum changed over the twelve months up to a day: improving, deteriorating, stable, or uncertain.</summary>
    /// <remarks>The events from the year before that of <paramref name="day"/> on are to be singles. Without evidence uncertain.</remarks>
    public string TrendAt(Day day) => TrendAt(day, SumAt(day));

    /// <summary>The score as of a day, and its trend.</summary>
    /// <inheritdoc cref="TrendAt(Day)"/>
    public (Score Score, string Trend) WithTrendAt(Day day)
    {
        var sum = SumAt(day);
        return (Score.Of(sum, scale), TrendAt(day, sum));
    }

    private string TrendAt(Day day, ScoreSum sum)
    {
        if (sum.Evidence == 0)
            return "uncertain";
        var (least, greatest) = ChangeUpTo(day);
        return scale.TrendOf(least, greatest);
    }

    /// <summary>The least and the greatest change of the sum over the twelve months up to a day, in billionths: each event at its own extreme on
    /// both days at once.</summary>
    /// <remarks>The events from the year before that of <paramref name="day"/> on are to be singles.</remarks>
    public (long Least, long Greatest) ChangeUpTo(Day day)
    {
        var before = YearBefore(day);
        var year = before.Civil.Year;
        var (least, greatest) = (0L, 0L);
        foreach (var totals in Before(year))
        {
            foreach (ref readonly var total in totals.AsSpan())
            {
                if (total.Year >= year)
                    continue;
                var change =
                    total.HalfLife.Left(day.Number - total.End) - total.HalfLife.Left(before.Number - total.End);
                // Nothing gains weight: the change is that of losing it.
                least += ScoreSum.Share(total.Sum.High, change);
                greatest += ScoreSum.Share(total.Sum.Low, change);
            }
        }
        foreach (var (one, times) in inOneYear.Skip(CountBefore(year)).Concat(others))
        {
            if (!one.IsOpen && one.Year < year)
                continue;
            var change = one.Change(before, day);
            least += change.Least * times;
            greatest += change.Greatest * times;
        }
        return (least, greatest);
    }

    /// <summary>The same day a year earlier; of 29 February the 28th.</summary>
    public static Day YearBefore(Day day)
    {
        var (year, month, dayOfMonth) = day.Civil;
        return Day.Of(year - 1, month, Math.Min(dayOfMonth, Day.DaysIn(year - 1, month)));
    }

    private IEnumerable<Counted> Singly(long year) =>
        inOneYear[CountBefore(year)..CountBefore(year + 1)]
            .Concat(others.Where(other => other.Event.IsOpen || other.Event.Year >= year));

    /// <summary>How many of those in one year are in one before a year.</summary>
    private int CountBefore(long year) => InOrder.CountWhile<long>(years, year, static (one, bound) => one < bound);
}
