using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Tests.Relations;

public sealed class EffectsOfAnEvent
{
    private static readonly Effect Recognition = new(
        "recognition",
        "ussr",
        "israel",
        null,
        "de-jure",
        From: null,
        Until: null,
        null,
        null,
        null,
        null,
        null
    );

    private static readonly EventContent Content = new(
        "recognition-granted",
        "1948-05-17",
        "occurrence",
        Start: null,
        End: null,
        Order: 2,
        "Soviet Union recognises Israel",
        null,
        null,
        [new("ussr", "actor"), new("israel", "recipient")],
        [Recognition],
        null,
        "reported",
        "gregorian",
        null,
        [new("ref-3", "p. 620", null)],
        null,
        []
    );

    [Fact]
    public void begin_when_it_happened()
    {
        var effect = Assert.Single(Of(Content));

        Assert.Equal(FactKey.Of("recognition", "ussr", "israel", null, null), effect.Key);
        Assert.Equal("de-jure", effect.Value);
        Assert.Equal(("e", 0, 3, 57L), (effect.Event, effect.Index, effect.Revision, effect.Position));
        Assert.Equal(Timelines.On("1948-05-17"), effect.Begins);
        Assert.Null(effect.LastDay);
        Assert.Equal(2, effect.Order);
        Assert.Equal([new Citation("ref-3", "p. 620", null)], effect.Citations);
    }

    [Fact]
    public void begin_and_end_on_their_own_days_where_they_have_them()
    {
        var effect = Assert.Single(
            Of(Content with { Effects = [Recognition with { From = "1948-06", Until = "1953-02-12" }] })
        );

        Assert.Equal(Timelines.On("1948-06"), effect.Begins);
        Assert.Equal(Timelines.On("1953-02-12"), effect.LastDay);
    }

    [Fact]
    public void last_as_long_as_an_extent()
    {
        var effect = Assert.Single(Of(Content with { Reading = "extent", Occurred = "1985/1991" }));

        Assert.Equal(Timelines.On("1985"), effect.Begins);
        Assert.Equal(Timelines.On("1991"), effect.LastDay);
    }

    [Fact]
    public void last_as_long_as_an_extent_of_two_dates()
    {
        var effect = Assert.Single(
            Of(Content with { Reading = "extent", Occurred = null, Start = "[1985,1987]", End = "1991~" })
        );

        Assert.Equal(Timelines.On("[1985,1987]"), effect.Begins);
        Assert.Equal(Timelines.On("1991~"), effect.LastDay);
    }

    [Fact]
    public void have_no_end_where_it_is_open() =>
        Assert.Null(Assert.Single(Of(Content with { Reading = "extent", Occurred = "1985/.." })).LastDay);

    [Fact]
    public void may_have_ended_any_day_where_the_end_is_unknown()
    {
        var effect = Assert.Single(Of(Content with { Reading = "extent", Occurred = "1985/" }));

        Assert.Equal("", effect.LastDay?.Edtf);
        Assert.Null(effect.LastDay?.Latest);
        Assert.Equal("de-jure possible (none)", FactsAsOf.Decide(effect.Key, [effect], Day.Of(1990, 1, 1)).Said());
    }

    [Fact]
    public void were_always_so_where_the_beginning_is_open()
    {
        var effect = Assert.Single(Of(Content with { Reading = "extent", Occurred = "../1991" }));

        Assert.Equal(EffectDate.OpenBegin, effect.Begins);
        Assert.Equal("de-jure certain", FactsAsOf.Decide(effect.Key, [effect], Day.Of(-100, 1, 1)).Said());
        Assert.Equal("none certain", FactsAsOf.Decide(effect.Key, [effect], Day.Of(1992, 1, 1)).Said());
    }

    [Fact]
    public void may_have_begun_any_day_where_the_beginning_is_unknown() =>
        Assert.Equal(
            "de-jure possible (none)",
            FactsAsOf
                .Decide(
                    FactKey.Of("recognition", "ussr", "israel", null, null),
                    Of(Content with { Reading = "extent", Occurred = "/1991" }),
                    Day.Of(1990, 1, 1)
                )
                .Said()
        );

    [Fact]
    public void of_several_occurrences_have_days_of_their_own()
    {
        var several = Content with { Reading = "occurrences", Occurred = "{1948,1949}" };

        Assert.Throws<InvalidOperationException>(() => Of(several));
        Assert.Equal(
            Timelines.On("1949"),
            Assert.Single(Of(several with { Effects = [Recognition with { From = "1949" }] })).Begins
        );
    }

    [Fact]
    public void of_a_refuted_one_are_none() => Assert.Empty(Of(Content with { Credibility = "refuted" }));

    [Fact]
    public void of_value_none_have_no_value() =>
        Assert.Null(Assert.Single(Of(Content with { Effects = [Recognition with { Value = "none" }] })).Value);

    [Fact]
    public void keep_their_time_of_day() =>
        Assert.Equal(
            new TimeOfDay(18 * 3_600_000_000_000L, 180),
            Assert.Single(Of(Content with { Occurred = "1948-05-17T18:00:00+03:00" })).TimeOfDay
        );

    [Fact]
    public void of_a_julian_date_begin_on_the_gregorian_day() =>
        Assert.Equal(Day.Of(1948, 5, 30), Assert.Single(Of(Content with { Calendar = "julian" })).Begins.Earliest);

    [Fact]
    public void that_end_before_they_begin_are_a_fault() =>
        Assert.Throws<InvalidOperationException>(() =>
            Of(Content with { Effects = [Recognition with { Until = "1947" }] })
        );

    private static IReadOnlyList<RecordedEffect> Of(EventContent content) => RecordedEffect.Of("e", 3, 57, content);
}
