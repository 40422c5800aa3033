using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Tests.Relations;

/// <summary>Scores of a few events that can be worked out by hand.</summary>
public sealed class ScoresOfSides
{
    [Fact]
    public void are_zero_before_everything() =>
        Assert.Equal(
            new Score(0, 0, 0, 0, First),
            Scores(Of("recognition-granted", "1948-05-17")).At(On("1948-05-16"))
        );

    [Fact]
    public void count_an_event_from_its_day_on() =>
        // S = 7, R = 10 tanh(0.35) = 3.3638
        Assert.Equal(
            new Score(336, 336, 336, 1, First),
            Scores(Of("recognition-granted", "1948-05-17")).At(On("1948-05-17"))
        );

    [Fact]
    public void lose_half_of_the_sum_in_a_half_life() =>
        Assert.Equal(
            [3_500_000_000, 1_750_000_000],
            [
                Scores(Of("recognition-granted", "1948-01-01")).SumAt(On("1948-01-01") + 5_844).Estimate,
                Scores(Of("recognition-granted", "1948-01-01")).SumAt(On("1948-01-01") + 2 * 5_844).Estimate,
            ],
            // From the year's end the remainder is computed in two steps: rounded twice.
            (expected, actual) => Math.Abs(expected - actual) <= 20
        );

    [Fact]
    public void are_those_of_the_example_in_the_docs() =>
        Assert.Equal(
            new Score(-109, -194, -22, 2, First),
            Scores(Of("recognition-granted", "1948-05-17"), Of("relations-severed", "1967-06-10", "reported"))
                .At(On("1967-06-10"))
        );

    [Theory]
    [InlineData("confirmed", 700, 700, 700)]
    [InlineData("reported", 350, 525, 700)]
    [InlineData("disputed", 0, 350, 700)]
    public void weigh_by_credibility(string credibility, int low, int estimate, int high)
    {
        var sum = Scores(Of("recognition-granted", "1948-05-17", credibility)).SumAt(On("1948-05-17"));

        Assert.Equal(new ScoreSum(low * 10_000_000L, estimate * 10_000_000L, high * 10_000_000L, 1), sum);
    }

    [Fact]
    public void turn_the_bounds_of_what_weighs_against() =>
        Assert.Equal(
            new ScoreSum(-9_500_000_000, -7_125_000_000, -4_750_000_000, 1),
            Scores(Of("force-used", "1956-10-29", "reported")).SumAt(On("1956-10-29"))
        );

    [Theory]
    [InlineData("recognition-granted", "refuted", null)]
    [InlineData("statement-made", "confirmed", null)]
    [InlineData("statement-made", "confirmed", 5.0)]
    [InlineData("vote-cast", "confirmed", null)]
    [InlineData("recognition-granted", "confirmed", 0.0)]
    public void leave_out_what_weighs_nothing(string type, string credibility, double? intensity) =>
        Assert.Null(Read(type, "1948", credibility, (decimal?)intensity));

    [Fact]
    public void take_the_intensity_recorded_over_the_type_s() =>
        Assert.Equal(-250, Read("vote-cast", "1948", "confirmed", -0.625m * 4)!.Weight.Low * 100 / Weight.One);

    [Fact]
    public void bound_an_uncertain_date_by_its_worlds()
    {
        // On the last day of the month before: nothing; in the middle: perhaps; afterwards: surely.
        var scores = Scores(Of("call-held", "1960-06"));
        Assert.Equal(default, scores.SumAt(On("1960-05-31")));
        var inside = scores.SumAt(On("1960-06-15"));
        Assert.Equal((0, 1_000_000_000), (inside.Low, inside.High));
        // Half of the 30 days have come, and lost next to nothing.
        Assert.InRange(inside.Estimate, 485_000_000, 500_000_000);
        var after = scores.SumAt(On("1960-06-30"));
        Assert.Equal((HalfLife.Transient.Left(29), HalfLife.One), (after.Low, after.High));
    }

    [Fact]
    public void know_the_days_between_which_a_date_has_none()
    {
        var scores = Scores(Of("call-held", "[1960-01-01,1960-12-01]"));
        var between = scores.SumAt(On("1960-06-01"));

        Assert.Equal(
            (0, HalfLife.Transient.Left(152) / 2, HalfLife.Transient.Left(152)),
            (between.Low, between.Estimate, between.High)
        );
    }

    [Fact]
    public void take_what_lasted_from_its_beginning() =>
        Assert.Equal(
            Scores(Of("call-held", "1960-01-01")).At(On("1965")),
            Scores(Of("call-held", "1960-01-01/1970")).At(On("1965"))
        );

    [Fact]
    public void count_several_happenings_of_one_event_once() =>
        Assert.Equal(
            Scores(Of("call-held", "[1960-01-01,1960-03-01]")).At(On("1961")),
            Scores(Of("call-held", "{1960-01-01,1960-03-01}")).At(On("1961"))
        );

    [Fact]
    public void cannot_weigh_what_nothing_bounds()
    {
        var open = Of("call-held", "[..1960]");
        Assert.True(open.IsOpen);
        Assert.Null(open.Within(null, On("1991")));
        Assert.Null(open.Within(On("1961-01-01"), null));
        Assert.Equal(
            Scores(Of("call-held", "[1950-01-01..1960]")).At(On("1960")),
            Scores(open.Within(On("1950-01-01"), null)!).At(On("1960"))
        );
    }

    [Fact]
    public void reach_back_before_the_year_one() =>
        Assert.Equal(
            [(336, 1), (173, 1), (0, 0)],
            new[] { On("-0043-03-15"), On("-0043-03-15") + 5_844, On("1948") }.Select(day =>
                Scores(Of("recognition-granted", "-0043-03-15")).At(day) is var score
                    ? (score.Value, (int)score.Evidence)
                    : default
            )
        );

    [Fact]
    public void stand_the_farthest_dates() =>
        Assert.Equal(
            new Score(0, 0, 0, 0, First),
            Scores(Of("recognition-granted", "Y-999999999999"), Of("recognition-granted", "Y999999999999"))
                .At(On("2000"))
        );

    [Theory]
    [InlineData("1990-06-01", "improving")]
    [InlineData("1991-06-01", "deteriorating")]
    [InlineData("2010-06-01", "stable")]
    public void tell_a_trend_over_twelve_months(string day, string trend) =>
        Assert.Equal(
            trend,
            Scores(Of("call-held", "1990-05"), Of("call-held", "1990-04"), Of("call-held", "1990-03")).TrendAt(On(day))
        );

    [Fact]
    public void tell_no_trend_where_the_bounds_leave_it_open()
    {
        Assert.Equal("uncertain", Scores(Of("force-used", "1990", "disputed")).TrendAt(On("1990")));
        Assert.Equal("uncertain", Scores().TrendAt(On("1990")));
    }

    [Theory]
    [InlineData("recognition-granted", "ussr actor, israel recipient", "israel|ussr")]
    [InlineData("recognition-granted", "ussr actor, usa actor, israel recipient", "israel|usa israel|ussr")]
    [InlineData("meeting-held", "ussr actor, plo actor", "plo|ussr")]
    [InlineData("meeting-held", "ussr actor, plo actor, egypt recipient", "egypt|plo egypt|ussr plo|ussr")]
    [InlineData("meeting-held", "ussr actor, plo recipient, egypt recipient", "egypt|ussr plo|ussr")]
    [InlineData("meeting-held", "ussr actor, plo third-party, putin via", "")]
    [InlineData("recognition-granted", "ussr actor, ussr recipient", "")]
    public void belong_to_each_actor_with_each_recipient_and_of_mutual_types_to_the_actors_too(
        string type,
        string parties,
        string pairs
    ) =>
        Assert.Equal(
            pairs,
            string.Join(' ', ScoredPair.Of(Event(type, parties)).Select(pair => $"{pair.One}|{pair.Other}"))
        );

    [Fact]
    public void belong_to_no_pair_where_there_are_over_64()
    {
        string Parties(int actors) => string.Join(", ", Enumerable.Range(10, actors).Select(n => $"a{n} actor"));

        Assert.Equal(55, ScoredPair.Of(Event("meeting-held", Parties(11))).Count);
        Assert.Equal(
            Enumerable.Range(10, 12).Select(n => ScoredPair.Alone($"a{n}")),
            ScoredPair.Of(Event("meeting-held", Parties(12)))
        );
    }

    private static Day On(string day) => Day.ParseQuestion(day).Value;

    private static ScoreEvidence Scores(params ScoredEvent[] events) => ScoreEvidence.Of(events, First);

    private static readonly Scale First = RulesVersion.First.Scale;

    private static ScoredEvent Of(string type, string occurred, string credibility = "confirmed") =>
        Read(type, occurred, credibility, null)!;

    private static ScoredEvent? Read(string type, string occurred, string credibility, decimal? intensity) =>
        ScoredEvent.Of(
            Event(type, "") with
            {
                Credibility = credibility,
                Intensity = intensity,
            },
            When.From(occurred, null, null, null, "gregorian").Value
        );

    private static EventContent Event(string type, string parties) =>
        new(
            type,
            "1948",
            "occurrence",
            null,
            null,
            null,
            "",
            null,
            null,
            [
                .. parties
                    .Split(", ", StringSplitOptions.RemoveEmptyEntries)
                    .Select(party => new Participant(party.Split(' ')[0], party.Split(' ')[1])),
            ],
            [],
            null,
            "confirmed",
            "gregorian",
            null,
            [],
            "a test",
            []
        );
}
