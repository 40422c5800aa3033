using System.Globalization;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Relations;

/// <summary>Why a score is what it is.</summary>
public sealed class ExplainedScores
{
    private static readonly string[] Dates =
    [
        "1960-06-15",
        "1960-12-31",
        "1961-01-01",
        "1960",
        "196X",
        "1960-XX-05",
        "[1959-12-31,1961-01-01]",
        "[1958..1962-03]",
        "-0043-03-15",
        "1XXX",
    ];

    private static readonly Gen<ScoredEvent> Events =
        from halfLife in Gen.Int[0, 2].Select(n => HalfLife.All[n])
        from hundredths in Gen.Int[-1000, 1000].Where(n => n != 0)
        from credibility in Gen.Int[0, 2].Select(n => ((string[])["confirmed", "reported", "disputed"])[n])
        from date in Gen.Int[0, Dates.Length - 1]
        from isOpen in Gen.Int[0, 5]
        select new ScoredEvent(
            halfLife,
            Weight.Of(hundredths / 100m, credibility),
            When.OccurrenceFrom(Dates[date], "gregorian").Value.Window,
            isOpen == 0
        );

    private static readonly Gen<Day> Days = Gen.Long[Day.Of(1957, 1, 1).Number, Day.Of(1990, 1, 1).Number]
        .Select(number => new Day(number));

    private static readonly Scale Read = RulesVersion.First.Scale;

    private static ScoreExplanation Explain(IEnumerable<ScoredEvent> events, Day day, int told) =>
        ScoreExplanation.Of(
            events.Select((one, n) => ($"e{n.ToString("00", CultureInfo.InvariantCulture)}", one)),
            day,
            Read,
            told,
            greatestWidenings: 10
        );

    [Fact]
    public void add_up_to_the_score_to_the_unit() =>
        Gen.Select(Events.List[0, 12], Days, Gen.Int[0, 6])
            .Sample(
                (events, day, told) =>
                {
                    var explained = Explain(events, day, told);
                    var listed = explained.Told.Aggregate(default(ScoreSum), (sum, one) => sum + one.Adds);

                    Assert.Equal(ScoreEvidence.Of(events, Read).SumAt(day), explained.Sum);
                    Assert.Equal(explained.Sum, listed + explained.Rest + explained.Rounding);
                    Assert.Equal(0, explained.Rounding.Evidence);
                    Assert.Equal(
                        events.Count,
                        explained.Sum.Evidence + explained.Later.Count + explained.Forgotten.Count
                    );
                    // A total that is rounded together loses less than a unit for each of its events, on each of both roundings.
                    Assert.InRange(explained.Rounding.Estimate, -2 * events.Count, 2 * events.Count);
                }
            );

    [Fact]
    public void tell_those_first_that_add_the_most_and_what_each_adds_alone() =>
        Gen.Select(Events.List[1, 12], Days, Gen.Int[1, 6])
            .Sample(
                (events, day, greatest) =>
                {
                    var explained = Explain(events, day, greatest);
                    var weights = explained.Told.Select(one => Math.Abs(one.Adds.Estimate)).ToArray();

                    Assert.Equal(weights.OrderDescending(), weights);
                    Assert.All(
                        explained.Told,
                        one => Assert.Equal(ScoreEvidence.Of([one.Scored], Read).SumAt(day), one.Adds)
                    );
                    Assert.All(
                        Explain(events, day, events.Count).Told.Skip(greatest),
                        one => Assert.True(Math.Abs(one.Adds.Estimate) <= weights[^1])
                    );
                }
            );

    [Fact]
    public void name_what_would_bring_the_bounds_together_by_scores_within_them() =>
        Gen.Select(Events.List[1, 6], Days)
            .Sample(
                (events, day) =>
                {
                    var explained = Explain(events, day, 10);
                    var score = ScoreEvidence.Of(events, Read).At(day);

                    Assert.All(
                        explained.Widenings.SelectMany(way => way.Cases),
                        one =>
                        {
                            // A hundredth for what rounds otherwise when an event is weighed at another year's end.
                            Assert.InRange(one.Then.Low, score.Low - 1, score.High + 1);
                            Assert.InRange(one.Then.High, score.Low - 1, score.High + 1);
                        }
                    );
                }
            );

    [Fact]
    public void say_what_the_score_is_once_the_date_is_known() =>
        Gen.Select(Events.List[1, 6], Days)
            .Sample(
                (events, day) =>
                {
                    foreach (var way in Explain(events, day, 10).Widenings)
                    {
                        var place = int.Parse(way.Of.Event[1..], CultureInfo.InvariantCulture);
                        foreach (var one in way.Cases)
                        {
                            var known = events.ToList();
                            known.RemoveAt(place);
                            var (weight, whole) = (way.Of.Scored.Weight, way.Of.Scored);
                            var full = Math.Abs(weight.Low) > Math.Abs(weight.High) ? weight.Low : weight.High;
                            if (one.If == ScoreFinding.On)
                                known.Add(whole with { Days = DayWindow.Single(one.On!.Value), IsOpen = false });
                            else if (one.If == ScoreFinding.Confirmed)
                                known.Add(whole with { Weight = new(full, full, full) });
                            Assert.Equal(
                                ScoreEvidence.Of(known, Read).At(day) with
                                {
                                    Evidence = one.Then.Evidence,
                                },
                                one.Then
                            );
                        }
                    }
                }
            );

    [Fact]
    public void of_a_certain_event_have_nothing_to_settle() =>
        Assert.Empty(
            Explain(
                [
                    new ScoredEvent(
                        HalfLife.Normal,
                        new Weight(400, 400, 400),
                        DayWindow.Single(Day.Of(1960, 1, 1)),
                        IsOpen: false
                    ),
                ],
                Day.Of(1961, 1, 1),
                10
            ).Widenings
        );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-250)]
    [InlineData(790)]
    [InlineData(1000)]
    public void read_the_sizes_of_their_step_as_the_score(int score)
    {
        var (from, below) = Read.SizesOf(score);
        var sign = score < 0 ? -1 : 1;

        Assert.Equal(score, Read.Score(sign * from));
        if (below is not { } next)
            return;
        Assert.Equal(score, Read.Score(sign * (next - 1)));
        Assert.Equal(score + sign, Read.Score(sign * next));
    }
}
