using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Service.Store.Remembered;

/// <summary>What a version of an event weighs between two actors, as its row has it.</summary>
/// <param name="Last">The last day; the greatest number where the days are unbounded.</param>
/// <param name="Year">Of the last day; null: unbounded.</param>
/// <param name="IsPlain">All days from the first to the last, in one year.</param>
/// <param name="Sum">What it adds at the end of its year.</param>
/// <param name="Parties">Of an event that is not of plain days: who had to exist for it to happen.</param>
internal readonly record struct RememberedWeight(
    Positions At,
    long First,
    long Last,
    long? Year,
    bool IsPlain,
    ScoreSum Sum,
    ScoredEvent Event,
    IReadOnlyList<string> Parties,
    string Key
);

/// <summary>What the events between two actors weigh, up to a position: running totals of years, and the events themselves by their days.</summary>
internal sealed class RememberedWeights
{
    /// <summary>What the events add that end in one year, from each position on at which that changes.</summary>
    private sealed record Total(HalfLife HalfLife, long Year, long[] Positions, ScoreSum[] Sums);

    private readonly Total[] totals;
    private readonly RememberedWeight[] plain;
    private readonly RememberedWeight[] odd;

    public RememberedWeights(IReadOnlyCollection<RememberedWeight> weights)
    {
        plain = [.. weights.Where(weight => weight.IsPlain).OrderBy(weight => weight.First)];
        odd = [.. weights.Where(weight => !weight.IsPlain)];
        totals =
        [
            .. weights
                .Where(weight => weight.Year is not null)
                .GroupBy(weight => (weight.Event.HalfLife, Year: weight.Year!.Value))
                .Select(of => TotalOf(of.Key.HalfLife, of.Key.Year, of)),
        ];
    }

    private static Total TotalOf(HalfLife halfLife, long year, IEnumerable<RememberedWeight> weights)
    {
        var changes = weights
            .SelectMany(weight =>
                new[] { (At: weight.At.From, Sum: weight.Sum), (At: weight.At.To, Sum: default(ScoreSum) - weight.Sum) }
            )
            .Where(change => change.At < DerivedRows.Open)
            .OrderBy(change => change.At)
            .ToArray();
        var sum = default(ScoreSum);
        return new(
            halfLife,
            year,
            [.. changes.Select(change => change.At)],
            [.. changes.Select(change => sum += change.Sum)]
        );
    }

    /// <summary>All of them.</summary>
    public IEnumerable<RememberedWeight> Each => plain.Concat(odd);

    /// <summary>The totals of years, from one for each half-life, by its code, up to another that is not among them, as known at a position.</summary>
    public IEnumerable<KeyValuePair<(HalfLife, long), ScoreSum>> Totals(long[] since, long until, long position)
    {
        foreach (var total in totals)
        {
            if (total.Year >= until || total.Year < since[total.HalfLife.Code])
                continue;
            // Of several changes at one position the last.
            var last =
                total.Positions[^1] <= position
                    ? total.Positions.Length - 1
                    : InOrder.CountWhile<long>(total.Positions, position, static (at, bound) => at <= bound) - 1;
            if (last >= 0)
                yield return KeyValuePair.Create((total.HalfLife, total.Year), total.Sums[last]);
        }
    }

    /// <summary>Adds the events that are in none of those totals and may have begun by a day.</summary>
    /// <param name="first">The first day of the year that the totals end before.</param>
    public void AddSingles(
        Day first,
        Day last,
        long position,
        List<ScoreEvidence.Counted> ofPlainDays,
        List<(ScoredEvent, IReadOnlyList<string>)> others
    )
    {
        var begin = InOrder.CountWhile<RememberedWeight>(
            plain,
            first.Number,
            static (weight, bound) => weight.First < bound
        );
        for (var n = begin; n < plain.Length && plain[n].First <= last.Number; n++)
        {
            if (plain[n].At.Include(position))
                ofPlainDays.Add(new(plain[n].Event, 1));
        }
        foreach (ref readonly var weight in odd.AsSpan())
        {
            if (weight.Last >= first.Number && weight.First <= last.Number && weight.At.Include(position))
                others.Add((weight.Event, weight.Parties));
        }
    }
}
