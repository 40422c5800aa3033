using Chronology.Time;

namespace Chronology.Tests.Time;

public sealed class ReadingAnEvent
{
    [Fact]
    public void an_interval_lasts_by_default() => Assert.Equal("extent", Read("1985/1991").Reading);

    [Fact]
    public void an_interval_may_hold_one_day() => Assert.Equal(Read("[1985..1991]"), Read("1985/1991", "occurrence"));

    [Fact]
    public void braces_hold_several_happenings() =>
        Assert.Equal(
            ["1667-01-01/1667-12-31", "1670-01-01/1670-12-31", "1671-01-01/1671-12-31", "1672-12-01/1672-12-31"],
            Assert.IsType<When.Occurrences>(Read("{1667,1670..1671,1672-12}")).Members.Select(m => m.ToString())
        );

    [Fact]
    public void several_happen_when_all_have()
    {
        var when = Read("{1947,1949}");
        Assert.Equal(
            (Certainty.No, Certainty.Possible, Certainty.Possible, Certainty.Certain),
            (By(when, "1946"), By(when, "1947"), By(when, "1949-06"), By(when, "1949"))
        );
    }

    [Fact]
    public void a_date_read_as_an_extent_lies_somewhere_inside()
    {
        var span = Read("177X", "extent");
        Assert.Equal(Certainty.Possible, span.InForceOn(Day.Of(1774, 6, 1)));
        Assert.Equal(Certainty.No, span.InForceOn(Day.Of(1780, 1, 1)));
        Assert.Equal(Certainty.Certain, Read("1948-05-17", "extent").InForceOn(Day.Of(1948, 5, 17)));
    }

    [Fact]
    public void bounds_that_no_interval_can_say_are_given_apart() =>
        Assert.Equal(
            "1773-01-01 1774-12-31 1780-06-01 1780-06-30 False False",
            Show(Read(occurred: null, start: "[1773,1774]", end: "1780-06"))
        );

    [Fact]
    public void an_end_given_apart_may_be_open_or_unknown()
    {
        Assert.Equal("1773-01-01 1773-12-31   False True", Show(Read(occurred: null, start: "1773", end: "..")));
        Assert.Equal(Read("1773/"), Read(occurred: null, start: "1773"));
    }

    [Fact]
    public void ends_that_overlap_lose_what_cannot_be() =>
        Assert.Equal("2004-06-01 2004-06-03 2004-06-03 2004-06-03 False False", Show(Read("2004-06-XX/2004-06-03")));

    [Fact]
    public void a_set_that_ends_before_it_starts_is_refused() =>
        Assert.Equal(("end-before-start", "/end"), Refused(start: "1985", end: "[1983,1984]"));

    [Fact]
    public void old_style_days_are_counted_in_the_new()
    {
        Assert.Equal((Day.Of(1917, 11, 7), Day.Of(1917, 11, 7)), Bounds("1917-10-25"));
        Assert.Equal((Day.Of(1917, 10, 14), Day.Of(1917, 11, 13)), Bounds("1917-10"));
        Assert.Equal((Day.Of(1900, 3, 13), Day.Of(1900, 3, 13)), Bounds("1900-02-29"));
        Assert.Equal((Day.Of(1812, 9, 7), Day.Of(1812, 9, 7)), Bounds("1812-08-26"));
        Assert.Equal((Day.Of(1774, 7, 21), Day.Of(1774, 7, 21)), Bounds("1774-07-10"));

        static (Day?, Day?) Bounds(string julian) =>
            When.OccurrenceFrom(julian, "julian") is { Value: var one } ? (one.Earliest, one.Latest) : default;
    }

    [Fact]
    public void a_time_is_kept_to_order_the_day() =>
        Assert.Equal(
            new TimeOfDay((23 * 3600L + 20 * 60 + 30) * 1_000_000_000 + 500_000_000, -240),
            Assert.IsType<When.Occurrence>(Read("1985-04-12T23:20:30.5-04")).TimeOfDay
        );

    [Theory]
    [InlineData("1985", "era", "invalid-parameter")]
    [InlineData("1985", "occurrences", "invalid-parameter")]
    [InlineData("{1985}", "occurrence", "invalid-parameter")]
    [InlineData("{1985}", "extent", "invalid-parameter")]
    [InlineData("{0001-01-01..9999-12-31}", null, "invalid-date")]
    [InlineData("{1985..1986-03}", null, "invalid-date")]
    [InlineData("1985wtf", null, "invalid-date")]
    [InlineData("1985/1984", null, "end-before-start")]
    public void what_makes_no_sense_is_refused(string occurred, string? reading, string code) =>
        Assert.Equal(code, When.From(occurred, reading, null, null, "gregorian").Rejection?.Code);

    [Fact]
    public void fields_that_contradict_each_other_are_refused()
    {
        Assert.Equal(("invalid-date", "/occurred"), Refused());
        Assert.Equal(("invalid-parameter", "/start"), Refused(occurred: "1985", start: "1985"));
        Assert.Equal(("invalid-parameter", "/reading"), Refused(reading: "occurrence", start: "1985", end: "1986"));
        Assert.Equal(("invalid-parameter", "/calendar"), Refused(occurred: "1985", calendar: "french"));
        Assert.Equal(("invalid-date", "/start"), Refused(start: "1985/1986", end: "1990"));
        Assert.Equal(("invalid-date", "/start"), Refused(start: ".."));
    }

    [Fact]
    public void an_effect_has_one_date()
    {
        Assert.Equal("invalid-date", When.OccurrenceFrom("1985/1991", "gregorian").Rejection?.Code);
        Assert.Equal("invalid-date", When.OccurrenceFrom("{1985,1991}", "gregorian").Rejection?.Code);
        Assert.True(When.OccurrenceFrom("[1985,1991]", "gregorian").IsOk);
    }

    [Fact]
    public void overlap_goes_by_the_members_of_a_set()
    {
        var when = Read("[1985,1991]");
        Assert.False(when.Overlaps(Day.Of(1986, 1, 1), Day.Of(1990, 12, 31)));
        Assert.True(when.Overlaps(Day.Of(1986, 1, 1), until: null));
    }

    [Theory]
    [InlineData("1948-05-17", "1948", true)]
    [InlineData("1949", "1948", false)]
    [InlineData("1986", "[1985,1987]", false)]
    [InlineData("[1985-03,1987-02]", "[1985,1987]", true)]
    [InlineData("1985-04-10", "1985-XX-10", true)]
    [InlineData("1985-04-11", "1985-XX-10", false)]
    [InlineData("XXXX-12-23", "XXXX-XX-23", true)]
    [InlineData("1985/1990", "1985/", true)]
    [InlineData("1985/..", "1985/", true)]
    [InlineData("1985/1990", "1985/..", false)]
    [InlineData("1985/", "1985/1990", false)]
    [InlineData("{1985-03,1987}", "{1985,1987}", true)]
    [InlineData("{1985-03}", "{1985,1987}", false)]
    [InlineData("1985/1986", "[1985..1986]", false)]
    public void a_refinement_lies_inside(string finer, string coarser, bool expected) =>
        Assert.Equal(expected, Read(finer).IsRefinementOf(Read(coarser)));

    private static Certainty By(When when, string day) => when.HappenedBy(Day.ParseQuestion(day).Value);

    private static When Read(string? occurred, string? reading = null, string? start = null, string? end = null) =>
        When.From(occurred, reading, start, end, "gregorian").Value;

    private static (string?, string?) Refused(
        string? occurred = null,
        string? reading = null,
        string? start = null,
        string? end = null,
        string calendar = "gregorian"
    ) => When.From(occurred, reading, start, end, calendar).Rejection is { } r ? (r.Code, r.Pointer) : default;

    private static string Show(When when) =>
        when.Bounds.Extent is { } e
            ? $"{e.StartEarliest} {e.StartLatest} {e.EndEarliest} {e.EndLatest} {e.StartOpen} {e.EndOpen}"
            : "";
}
