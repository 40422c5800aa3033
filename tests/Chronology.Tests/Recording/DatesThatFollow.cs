using Chronology.Recording;
using Chronology.Time;
using CsCheck;
using Date = Chronology.Time.When;

namespace Chronology.Tests.Recording;

/// <summary>The date of an event that follows another's: examples, then laws.</summary>
public sealed class DatesThatFollow
{
    private static readonly EventContent Some = Samples.Recognition with
    {
        Citations = [],
        Effects = [],
        Occurred = null,
    };

    [Theory]
    [InlineData("after", "P3D", "1948-05-14", "1948-05-17")]
    [InlineData("after", "P0D", "1948-05-14", "1948-05-14")]
    [InlineData("after", "P2W", "1948-05", "[1948-05-15..1948-06-14]")]
    [InlineData("after", "P1M", "1948-01-31", "1948-02-29")]
    [InlineData("after", "P1M", "1949-01-31", "1949-02-28")]
    [InlineData("after", "P1M", "1948-01", "1948-02")]
    [InlineData("after", "P1Y", "1948-02-29", "1949-02-28")]
    [InlineData("after", "P1Y", "1948", "1949")]
    [InlineData("after", "P1M1D", "1949-01-31", "1949-03-01")]
    [InlineData("before", "P1M", "1948-03-31", "1948-02-29")]
    [InlineData("before", "P1M1D", "1949-03-31", "1949-02-27")]
    [InlineData("before", "P50Y", "0001-03-15", "-0049-03-15")]
    [InlineData("before", "P1Y", "0000", "-0001")]
    [InlineData("after", null, "1948-05-14", "[1948-05-14..]")]
    [InlineData("after", null, "1948", "[1948-01-01..]")]
    [InlineData("before", null, "1948", "[..1948-12-31]")]
    [InlineData("on", null, "1948-05", "1948-05")]
    [InlineData("on", null, "1948-05-XX?", "1948-05-XX?")]
    [InlineData("on", null, "1948-05-14T10:00:00Z", "1948-05-14")]
    [InlineData("on", null, "[1948,1950]", "[1948,1950]")]
    // What lasted: after its last day, before its first, on any day of it.
    [InlineData("after", "P1D", "1985-02-03/1991-12-26", "1991-12-27")]
    [InlineData("before", "P1D", "1985-02-03/1991-12-26", "1985-02-02")]
    [InlineData("on", null, "1985/1991", "[1985-01-01..1991-12-31]")]
    [InlineData("after", null, "1985/..", "[1985-01-01..]")]
    [InlineData("after", null, "1985/", "[1985-01-01..]")]
    [InlineData("before", "P1D", "../1991", "[..1991-12-30]")]
    [InlineData("before", null, "1985/..", "[..1985-12-31]")]
    [InlineData("on", null, "1985/..", "[1985-01-01..]")]
    [InlineData("on", null, "../..", "../..")]
    // What happened several times: after the last, before the first.
    [InlineData("after", "P1D", "{1948-05-14,1949-05-11}", "1949-05-12")]
    [InlineData("before", "P1D", "{1948-05-14,1949-05-11}", "1948-05-13")]
    // Of a year beyond 9999 no day can be written.
    [InlineData("after", "P1D", "Y170000002", "[Y170000002..Y170000003]")]
    [InlineData("before", "P1Y", "Y170000002", "Y170000001")]
    [InlineData("after", "P999999Y", "Y999999999999", "[Y999999999999..]")]
    public void are_counted_in_days_of_the_calendar(string relation, string? offset, string anchor, string date) =>
        Assert.Equal(date, Dated([new(relation, "x", offset)], ("x", anchor)).Value.Derived!.Edtf);

    [Theory]
    [InlineData("1948-05-14", "1949", "[1948-05-14..1949-12-31]")]
    [InlineData("1948-05-14", "1948-05-14", "1948-05-14")]
    [InlineData("1948", "1948", "1948")]
    public void between_two_events_have_both_bounds(string after, string before, string date) =>
        Assert.Equal(date, Between(after, before).Value.Derived!.Edtf);

    [Fact]
    public void between_two_events_the_wrong_way_round_are_none() =>
        Assert.Equal("end-before-start", Between("1949", "1948").Rejection?.Code);

    [Fact]
    public void are_not_before_the_end_of_an_effect()
    {
        var content = Some with
        {
            Anchor = [new("after", "x", null)],
            Effects = [new("relations", "a", "b", null, "established", null, "1947", null, null, null, null, null)],
        };

        var rejection = Anchoring.Date(State("e", content), 9, key => Event(key, "1948")).Rejection;

        Assert.Equal(("end-before-start", "/effects/0/until"), (rejection?.Code, rejection?.Pointer));
    }

    [Fact]
    public void name_all_that_they_follow()
    {
        var x = Dated([new("after", "y", "P1D")], ("y", "1948-05-14")).Value with { Id = Id("x"), Revision = 3 };

        var dated = Anchoring.Date(
            State("e", Some with { Anchor = [new("on", "x", null)] }),
            9,
            key => key == "x" ? new(x, 8) : null
        );

        Assert.Equal("1948-05-15", dated.Value.Derived!.Edtf);
        Assert.Equal([new("x", 3, 8), new RevisionAt("y", 1, 1)], dated.Value.Derived.From);
        Assert.Equal(9, dated.Value.Derived.MadeAt);
        Assert.Equal("1948-05-15", dated.Value.Dated!.Occurred);
    }

    [Fact]
    public void follow_what_their_anchor_was_merged_into()
    {
        var merged = State("x", Some with { Occurred = "1947" }) with
        {
            Status = RecordStatus.Merged,
            MergedInto = "y",
        };

        var dated = Anchoring.Date(
            State("e", Some with { Anchor = [new("on", "x", null)] }),
            9,
            key => key == "x" ? new(merged, 8) : Event(key, "1948")
        );

        Assert.Equal("1948", dated.Value.Derived!.Edtf);
        Assert.Equal(["x", "y"], dated.Value.Derived.From.Select(from => from.Event));
    }

    [Theory]
    [InlineData(RecordStatus.Retracted, null)]
    [InlineData(RecordStatus.Merged, "x")]
    [InlineData(RecordStatus.Merged, "nothing")]
    public void of_an_anchor_that_is_gone_are_none(RecordStatus status, string? into)
    {
        var gone = State("x", Some with { Occurred = "1947" }) with { Status = status, MergedInto = into };

        Assert.Equal(
            "dangling-anchor",
            Anchoring
                .Date(
                    State("e", Some with { Anchor = [new("on", "x", null)] }),
                    9,
                    key => key == "x" ? new(gone, 8) : null
                )
                .Rejection?.Code
        );
    }

    [Fact]
    public void that_would_follow_themselves_are_none()
    {
        var x = Anchoring
            .Date(State("x", Some with { Anchor = [new("after", "e", null)] }), 8, _ => Event("e", "1948"))
            .Value;

        Assert.Equal(
            "anchor-cycle",
            Anchoring.Date(State("e", Some with { Anchor = [new("on", "x", null)] }), 9, _ => new(x, 8)).Rejection?.Code
        );
    }

    [Fact]
    public void follow_no_more_than_a_hundred_events()
    {
        var events = new Dictionary<string, Placed> { ["e0"] = Event("e0", "1948") };
        for (var n = 1; n <= Anchoring.GreatestChain; n++)
        {
            var next = State($"e{n}", Some with { Anchor = [new("after", $"e{n - 1}", "P1D")] });
            events[$"e{n}"] = new(Anchoring.Date(next, n, events.GetValueOrDefault).Value, n);
        }

        var last = State("last", Some with { Anchor = [new("after", $"e{Anchoring.GreatestChain}", null)] });

        Assert.Equal("invalid-parameter", Anchoring.Date(last, 999, events.GetValueOrDefault).Rejection?.Code);
    }

    private static readonly Gen<string> Dates = Any(
        "1948-05-14",
        "1948-05",
        "1948",
        "194X",
        "1948-XX-31",
        "19XX-02-29",
        "[1948-01-31,1950-02]",
        "[..1948-05]",
        "[1948-05..]",
        "1947-11-29/1949",
        "1947/..",
        "../1949-03",
        "/1949",
        "{1948-01,1949-02,1952}",
        "1948-24",
        "-0043-03-15",
        "Y170000002"
    );

    private static readonly Gen<Anchor> Anchors =
        from relation in Any("after", "before", "on")
        from offset in Any(null, "P0D", "P3D", "P2W", "P1M", "P13M", "P1Y", "P4Y1M30D")
        select new Anchor(relation, "x", relation == "on" ? null : offset);

    [Fact]
    public void hold_the_day_that_is_true() =>
        Gen.Select(Dates, Anchors, Gen.Int[0, 3000], Gen.Int[0, 3000])
            .Sample(
                (text, anchor, at, some) =>
                {
                    var when = Event("x", text).State.Dated!.When();
                    if (when is not Date.Occurrence { Window: var window })
                        return;
                    // Some day that the anchor's may be, and the day that then is true of the event.
                    var near = (window.Earliest ?? window.Latest!.Value - 5000) + at;
                    if ((window.LastOnOrBefore(near) ?? window.FirstOnOrAfter(near)) is not { } day)
                        return;
                    var offset = anchor.Offset is { } duration ? Offset.Parse(duration).Value : null;
                    var truth = (anchor.Relation, offset) switch
                    {
                        ("after", null) => day + some,
                        ("after", _) => offset.After(day),
                        ("before", null) => day - some,
                        ("before", _) => offset.Before(day),
                        _ => day,
                    };

                    var derived = Dated([anchor], ("x", text)).Value.Dated!.When();

                    Assert.True(((Date.Occurrence)derived).Window.Contains(truth), $"{anchor} {text} {day} {truth}");
                }
            );

    [Fact]
    public void never_grow_less_certain_when_the_anchor_is_refined() =>
        Gen.Select(Dates, Dates, Anchors)
            .Sample(
                (text, other, anchor) =>
                {
                    if (!Event("x", other).State.Dated!.When().IsRefinementOf(Event("x", text).State.Dated!.When()))
                        return;
                    var coarse = Dated([anchor], ("x", text)).Value.Dated!.When();
                    var fine = Dated([anchor], ("x", other)).Value.Dated!.When();

                    Assert.True(fine.IsRefinementOf(coarse), $"{anchor} {text} {other}");
                }
            );

    [Fact]
    public void read_as_the_days_that_they_were_written_from() =>
        Gen.Select(Gen.Long[-4_000_000, 2_900_000], Gen.Int[0, 2_000], Gen.Int[0, 3])
            .Sample(
                (first, length, open) =>
                {
                    var days = new DayRange(
                        (open & 1) == 0 ? new Day(first) : null,
                        (open & 2) == 0 ? new Day(first + length) : null
                    );
                    var read = Date.From(Edtf.OneDayIn(days), "occurrence", null, null, "gregorian").Value;
                    var window = ((Date.Occurrence)read).Window;

                    Assert.True(window.Covers(days));
                    Assert.Equal((days.Earliest, days.Latest), (window.Earliest, window.Latest));
                }
            );

    private static RecordId Id(string key) => new(RecordKind.Event, key);

    private static RecordState State(string key, EventContent content) =>
        new(Id(key), 1, RecordStatus.Active, content with { Credibility = "reported" }, null, null);

    private static Placed Event(string key, string occurred)
    {
        var reading = Date.From(occurred, null, null, null, "gregorian").Value.Reading;
        return new(State(key, Some with { Occurred = occurred, Reading = reading }), 1);
    }

    private static Result<RecordState> Dated(
        ValueList<Anchor> anchors,
        params (string Key, string Occurred)[] events
    ) =>
        Anchoring.Date(
            State("e", Some with { Anchor = anchors, Reading = "occurrence" }),
            9,
            key => events.Where(e => e.Key == key).Select(e => Event(key, e.Occurred)).FirstOrDefault()
        );

    private static Result<RecordState> Between(string after, string before) =>
        Dated([new("after", "x", null), new("before", "y", null)], ("x", after), ("y", before));

    private static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
}
