using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Relations;

public sealed class LawsOfScores
{
    /// <summary>Billionths that each event may lose to rounding: the total of a year is rounded, and decays by rounded powers.</summary>
    private const long Rounding = 100;

    private static readonly Scale Read = RulesVersion.First.Scale;

    private static readonly string[] Dates =
    [
        "1960-06-15",
        "1960-12-31",
        "1961-01-01",
        "1960-06",
        "1960",
        "196X",
        "19XX",
        "1960-XX-05",
        "[1959-12-31,1961-01-01]",
        "[1958..1962-03]",
        "[1960-01-01,1960-03-01,1960-03-02]",
        "-0043-03-15",
        "Y-170000002",
        "1XXX",
    ];

    private static readonly Gen<ScoredEvent> Events =
        from halfLife in Gen.Int[0, 2].Select(n => HalfLife.All[n])
        from hundredths in Gen.Int[-1000, 1000].Where(n => n != 0)
        from credibility in Gen.Int[0, 2].Select(n => ((string[])["confirmed", "reported", "disputed"])[n])
        from days in Gen.Int[0, Dates.Length - 1].Select(n => Window(Dates[n]))
        select new ScoredEvent(halfLife, Weight.Of(hundredths / 100m, credibility), days, IsOpen: false);

    private static readonly Gen<Day> Days = Gen.OneOf(
            Gen.Long[Day.Of(1957, 1, 1).Number, Day.Of(1964, 1, 1).Number],
            Gen.Long[Day.Of(-60, 1, 1).Number, Day.Of(2100, 1, 1).Number]
        )
        .Select(number => new Day(number));

    [Fact]
    public void order_does_not_matter() =>
        Gen.Select(Events.List[0, 8], Gen.Int, Days)
            .Sample(
                (events, seed, day) =>
                {
                    var mixed = events.ToArray();
                    new Random(seed).Shuffle(mixed);
                    Assert.Equal(ScoreEvidence.Of(events, Read).SumAt(day), ScoreEvidence.Of(mixed, Read).SumAt(day));
                    Assert.Equal(
                        ScoreEvidence.Of(events, Read).TrendAt(day),
                        ScoreEvidence.Of(mixed, Read).TrendAt(day)
                    );
                }
            );

    [Fact]
    public void totals_of_years_past_give_the_same_to_the_unit() =>
        Gen.Select(Events.List[0, 8], Days, Gen.Int[0, 5])
            .Sample(
                (events, day, years) =>
                {
                    var from = day.Civil.Year - years;
                    var totals = new Dictionary<(HalfLife, long), ScoreSum>();
                    foreach (var one in events.Where(one => one.Year < from))
                    {
                        totals[(one.HalfLife, one.Year)] =
                            totals.GetValueOrDefault((one.HalfLife, one.Year)) + ScoreEvidence.AtYearsEnd(one);
                    }
                    var singles = events
                        .Where(one => one.Year >= from)
                        .Select(one => new ScoreEvidence.Counted(one, 1));

                    Assert.Equal(
                        ScoreEvidence.Of(events, Read).SumAt(day),
                        new ScoreEvidence(totals, singles, Read).SumAt(day)
                    );
                }
            );

    [Fact]
    public void every_world_lies_within_the_bounds() =>
        Gen.Select(Gen.Select(Events, Gen.Int[0, 1_000_000], Gen.Int[0, 4]).List[1, 6], Days)
            .Sample(
                (choices, day) =>
                {
                    var bounds = ScoreEvidence.Of(choices.Select(choice => choice.Item1), Read).SumAt(day);
                    var world = ScoreEvidence
                        .Of(choices.Select(choice => World(choice.Item1, choice.Item2, choice.Item3)), Read)
                        .SumAt(day);
                    var slack = Rounding * choices.Count;
                    Assert.InRange(world.Estimate, bounds.Low - slack, bounds.High + slack);
                    Assert.InRange(bounds.Estimate, bounds.Low, bounds.High);
                }
            );

    [Fact]
    public void some_world_reaches_each_bound() =>
        Gen.Select(Events, Days)
            .Sample(
                (one, day) =>
                {
                    var bounds = ScoreEvidence.Of([one], Read).SumAt(day);
                    // The days at which what an event adds is least or greatest: its first and last, and the last that has come.
                    var worlds = new[] { one.Days.Earliest, one.Days.LastOnOrBefore(day), one.Days.Latest }
                        .OfType<Day>()
                        .SelectMany(on =>
                            new[] { one.Weight.Low, one.Weight.High }.Select(weight =>
                                ScoreEvidence.Of([Certain(one, on, weight)], Read).SumAt(day).Estimate
                            )
                        )
                        .ToArray();
                    Assert.InRange(bounds.Low, worlds.Min() - Rounding, worlds.Min() + Rounding);
                    Assert.InRange(bounds.High, worlds.Max() - Rounding, worlds.Max() + Rounding);
                }
            );

    [Fact]
    public void the_estimate_is_the_mean_over_the_days() =>
        Gen.Select(Events.Where(one => Members(one).Count <= 4_000), Days)
            .Sample(
                (one, day) =>
                {
                    var members = Members(one);
                    var mean =
                        members.Sum(on =>
                            (decimal)ScoreEvidence.Of([Certain(one, on, one.Weight.Estimate)], Read).SumAt(day).Estimate
                        ) / members.Count;
                    Assert.InRange(ScoreEvidence.Of([one], Read).SumAt(day).Estimate, mean - Rounding, mean + Rounding);
                },
                iter: 50
            );

    [Fact]
    public void refining_a_date_never_widens_the_bounds() =>
        Gen.Select(Events, Gen.Int[0, 1_000_000], Gen.Int[0, 1_000_000], Days)
            .Sample(
                (one, a, b, day) =>
                {
                    var (from, until) = (Member(one, Math.Min(a, b)), Member(one, Math.Max(a, b)));
                    var refined = one with { Days = one.Days.Within(from, until)! };
                    var (before, after) = (
                        ScoreEvidence.Of([one], Read).SumAt(day),
                        ScoreEvidence.Of([refined], Read).SumAt(day)
                    );
                    Assert.InRange(after.Low, before.Low - Rounding, before.High + Rounding);
                    Assert.InRange(after.High, before.Low - Rounding, before.High + Rounding);
                }
            );

    [Fact]
    public void every_world_s_change_over_a_year_lies_within_its_bounds() =>
        Gen.Select(Events, Gen.Int[0, 1_000_000], Gen.Int[0, 4], Days)
            .Sample(
                (one, at, weight, day) =>
                {
                    var before = ScoreEvidence.YearBefore(day);
                    var world = World(one, at, weight);
                    var (least, greatest) = one.Change(before, day);
                    Assert.InRange(world.At(day).Estimate - world.At(before).Estimate, least - 1, greatest + 1);
                }
            );

    private static ScoredEvent World(ScoredEvent one, int at, int weight) =>
        Certain(one, Member(one, at), one.Weight.Low + (one.Weight.High - one.Weight.Low) * weight / 4);

    private static ScoredEvent Certain(ScoredEvent one, Day on, int weight) =>
        one with
        {
            Days = DayWindow.Single(on),
            Weight = new(weight, weight, weight),
        };

    /// <summary>A member, the farther in the window the greater <paramref name="at"/> of a million is.</summary>
    private static Day Member(ScoredEvent one, int at)
    {
        var (first, last) = (one.Days.Earliest!.Value, one.Days.Latest!.Value);
        return one.Days.LastOnOrBefore(first + (last.Number - first.Number) * at / 1_000_000)!.Value;
    }

    private static List<Day> Members(ScoredEvent one) =>
        [
            .. one
                .Days.Runs()
                .SelectMany(run =>
                    Enumerable
                        .Range(0, (int)(run.Latest!.Value.Number - run.Earliest!.Value.Number) + 1)
                        .Select(n => run.Earliest!.Value + n)
                )
                .Take(4_001),
        ];

    private static DayWindow Window(string edtf) => When.OccurrenceFrom(edtf, "gregorian").Value.Window;
}
