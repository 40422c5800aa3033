using Chronology.Recording;

namespace Chronology.Time;

/// <summary>When an event took place, read from what was recorded. Closed: one of the nested cases.</summary>
/// <remarks>Equal when the same days are possible in the same way; wording and qualifiers take no part.</remarks>
public abstract record When
{
    /// <summary>The most dates that the ranges of one <c>{..}</c> may stand for.</summary>
    public const int GreatestCount = 1_000;

    private When() { }

    /// <summary>One happening, on one unknown day of <paramref name="Window"/>.</summary>
    /// <param name="TimeOfDay">Where the text says a time: it orders occurrences of the same day. Null otherwise.</param>
    public sealed record Occurrence(DayWindow Window, TimeOfDay? TimeOfDay) : When;

    /// <summary>Several happenings (EDTF <c>{..}</c>), one in each window.</summary>
    public sealed record Occurrences(IReadOnlyList<DayWindow> Members) : When;

    /// <summary>Something that lasted: its first day is in <paramref name="Start"/>, its last day in <paramref name="End"/>.</summary>
    /// <param name="Start">Without the days that would begin after the last possible end. Unbounded where <paramref name="StartOpen"/>.</param>
    /// <param name="End">Without the days that would end before the first possible start. Unbounded where <paramref name="EndOpen"/>.</param>
    /// <param name="StartOpen">It had no beginning that matters (EDTF <c>../</c>): every day before the end is certain.</param>
    /// <param name="EndOpen">It lasts on (EDTF <c>/..</c>); an unknown end (<c>/</c>) is not open, its <paramref name="End"/> has no latest day.</param>
    public sealed record Extent(DayWindow Start, DayWindow End, bool StartOpen, bool EndOpen) : When;

    /// <summary>Reads the date fields of an event.</summary>
    /// <param name="reading">occurrence, occurrences, extent, or null for the default: interval: extent, <c>{..}</c>: occurrences, else occurrence.
    /// An interval read as an occurrence is one day inside it; a date or <c>[..]</c> read as an extent lies somewhere inside it.</param>
    /// <param name="start">With <paramref name="end"/> instead of <paramref name="occurred"/>: an extent whose bounds are EDTF occurrences.
    /// Null is unknown (not both), <c>..</c> is open.</param>
    /// <param name="calendar">gregorian, or julian: the texts are Julian dates; the windows are Gregorian all the same.</param>
    /// <returns>Or a rejection: <c>invalid-date</c>, <c>end-before-start</c>, <c>invalid-parameter</c>.</returns>
    public static Result<When> From(string? occurred, string? reading, string? start, string? end, string calendar)
    {
        if (reading is not (null or "occurrence" or "occurrences" or "extent"))
            return Misread("The reading is occurrence, occurrences or extent.");
        if (Calendar.Named(calendar) is { Rejection: { } noCalendar })
            return noCalendar;
        var written = Calendar.Named(calendar).Value;
        if (occurred is null && start is null && end is null)
            return new Rejection("invalid-date", "Give a date in occurred, or in start and end.", "/occurred");
        if (occurred is not null && (start is not null || end is not null))
            return new Rejection("invalid-parameter", "Give either occurred or start and end, not both.", "/start");
        if (occurred is null)
        {
            return reading is null or "extent"
                ? Between(start, end, written)
                : Misread("Start and end make an extent: leave the reading out or say extent.");
        }
        var parsed = Edtf.Parse(occurred, written);
        return parsed.Rejection is { } rejection
            ? rejection with
            {
                Pointer = "/occurred",
            }
            : Read(parsed.Value.Expression, reading, written);
    }

    /// <summary>The EDTF text of one occurrence, such as an effect's own <c>from</c> or <c>until</c>.</summary>
    /// <returns>Or a rejection: <c>invalid-date</c> (also for an interval or <c>{..}</c>), <c>end-before-start</c>, <c>invalid-parameter</c>.</returns>
    public static Result<Occurrence> OccurrenceFrom(string edtf, string calendar) =>
        Calendar.Named(calendar).Then(written => OccurrenceIn(edtf, written));

    /// <summary>Whether it had occurred (an extent: begun) by the end of <paramref name="day"/>; of several, whether all had.</summary>
    public Certainty HappenedBy(Day day) =>
        this switch
        {
            Occurrence one => By(one.Window, day),
            Occurrences all => all.Members.All(m => By(m, day) == Certainty.Certain) ? Certainty.Certain
            : all.Members.Any(m => By(m, day) != Certainty.No) ? Certainty.Possible
            : Certainty.No,
            Extent { StartOpen: true } => Certainty.Certain,
            Extent extent => By(extent.Start, day),
            _ => throw new NotSupportedException(),
        };

    /// <summary>Whether an extent had come to its last day by the end of <paramref name="day"/>; null for the other readings.</summary>
    /// <remarks>The last day itself is in force and, at its end, ended.</remarks>
    public Certainty? EndedBy(Day day) =>
        this is not Extent extent ? null
        : extent.EndOpen ? Certainty.No
        : By(extent.End, day);

    /// <summary>Whether an extent was in force on <paramref name="day"/>; null for the other readings.</summary>
    public Certainty? InForceOn(Day day)
    {
        if (this is not Extent extent)
            return null;
        var notBegun = !extent.StartOpen && day < extent.Start.Earliest;
        var over = !extent.EndOpen && day > extent.End.Latest;
        var begun = extent.StartOpen || extent.Start.Latest <= day;
        var lasting = extent.EndOpen || day <= extent.End.Earliest;
        return notBegun || over ? Certainty.No
            : begun && lasting ? Certainty.Certain
            : Certainty.Possible;
    }

    /// <summary>The first possible day of the whole, or null where unbounded.</summary>
    public Day? Earliest =>
        this switch
        {
            Occurrence one => one.Window.Earliest,
            Occurrences all => all.Members.Any(m => m.Earliest is null) ? null : all.Members.Min(m => m.Earliest),
            Extent extent => extent.Start.Earliest,
            _ => throw new NotSupportedException(),
        };

    /// <summary>The last possible day of the whole (of an extent: its last possible last day), or null where unbounded.</summary>
    public Day? Latest =>
        this switch
        {
            Occurrence one => one.Window.Latest,
            Occurrences all => all.Members.Any(m => m.Latest is null) ? null : all.Members.Max(m => m.Latest),
            Extent extent => extent.End.Latest,
            _ => throw new NotSupportedException(),
        };

    /// <summary>The days on one of which it happened, or began; of several happenings one window for each.</summary>
    public IReadOnlyList<DayWindow> Beginnings =>
        this switch
        {
            Occurrence one => [one.Window],
            Occurrences all => all.Members,
            Extent { StartOpen: true } => [FirstDay],
            Extent extent => [extent.Start],
            _ => throw new NotSupportedException(),
        };

    /// <summary>The first day of the whole is one of these: of several happenings the day of the first.</summary>
    public DayRange FirstDay =>
        this switch
        {
            Occurrence one => new(one.Window.Earliest, one.Window.Latest),
            Occurrences all => new(Earliest, all.Members.Min(m => m.Latest)),
            Extent { StartOpen: true } extent => new(null, extent.End.Latest),
            Extent extent => new(extent.Start.Earliest, extent.Start.Latest),
            _ => throw new NotSupportedException(),
        };

    /// <summary>The last day of the whole is one of these: of several happenings the day of the last.</summary>
    public DayRange LastDay =>
        this switch
        {
            Occurrence one => new(one.Window.Earliest, one.Window.Latest),
            Occurrences all => new(all.Members.Max(m => m.Earliest), Latest),
            Extent { EndOpen: true } extent => new(extent.Start.Earliest, null),
            Extent extent => new(extent.End.Earliest, extent.End.Latest),
            _ => throw new NotSupportedException(),
        };

    /// <summary>The contract's word: occurrence, occurrences or extent.</summary>
    public string Reading =>
        this switch
        {
            Occurrence => "occurrence",
            Occurrences => "occurrences",
            Extent => "extent",
            _ => throw new NotSupportedException(),
        };

    /// <summary>The days that an answer shows for this date.</summary>
    public DateBounds Bounds =>
        new(
            Earliest,
            Latest,
            this is Extent extent
                ? new(
                    extent.Start.Earliest,
                    extent.Start.Latest,
                    extent.End.Earliest,
                    extent.End.Latest,
                    extent.StartOpen,
                    extent.EndOpen
                )
                : null
        );

    /// <summary>Whether something possible on one of the days from <paramref name="from"/> to <paramref name="until"/>
    /// (both included, null is unbounded): a member of a set, not only its envelope.</summary>
    public bool Overlaps(Day? from, Day? until) =>
        this switch
        {
            Occurrence one => one.Window.Overlaps(from, until),
            Occurrences all => all.Members.Any(m => m.Overlaps(from, until)),
            Extent => !(Earliest > until) && !(Latest < from),
            _ => throw new NotSupportedException(),
        };

    /// <summary>Whether this only narrows <paramref name="coarser"/>: each bound inside the old one, each member of a set inside an old member.</summary>
    /// <remarks>Of the same reading, and reflexive. What was certain or ruled out stays so.
    /// An unknown end may become known or open; an open one stays open. No happening of several is dropped.</remarks>
    public bool IsRefinementOf(When coarser) =>
        (this, coarser) switch
        {
            (Occurrence finer, Occurrence old) => old.Window.Covers(finer.Window),
            (Occurrences finer, Occurrences old) => finer.Members.All(m => old.Members.Any(o => o.Covers(m)))
                && old.Members.All(o => finer.Members.Any(o.Covers)),
            (Extent finer, Extent old) => IsRefinement(
                finer.Start,
                finer.StartOpen,
                old.Start,
                old.StartOpen,
                old.Start.Earliest
            ) && IsRefinement(finer.End, finer.EndOpen, old.End, old.EndOpen, old.End.Latest),
            _ => false,
        };

    private static bool IsRefinement(DayWindow finer, bool finerOpen, DayWindow old, bool oldOpen, Day? oldBound) =>
        oldOpen ? finerOpen
        : finerOpen ? oldBound is null
        : old.Covers(finer);

    private static Certainty By(DayWindow window, Day day) =>
        window.Latest <= day ? Certainty.Certain
        : window.Earliest > day ? Certainty.No
        : Certainty.Possible;

    private static Result<When> Read(EdtfExpression expression, string? reading, Calendar calendar) =>
        (expression, reading) switch
        {
            (EdtfExpression.Interval interval, null or "extent") => ExtentOf(interval),
            (EdtfExpression.AllOf set, null or "occurrences") => OccurrencesOf(set, calendar),
            (EdtfExpression.AllOf, _) => Misread(
                "Braces list several happenings: write [..] for one of several dates."
            ),
            (_, "occurrences") => Misread("Several happenings are listed in braces, such as {1947,1948-05}."),
            (_, "extent") => new Extent(expression.Days, expression.Days, StartOpen: false, EndOpen: false),
            _ => OccurrenceOf(expression),
        };

    private static Occurrence OccurrenceOf(EdtfExpression expression) =>
        new(expression.Days, (expression as EdtfExpression.Moment)?.Time);

    private static Result<Occurrence> OccurrenceIn(string edtf, Calendar calendar)
    {
        var parsed = Edtf.Parse(edtf, calendar);
        if (parsed.Rejection is { } rejection)
            return rejection;
        return parsed.Value.Expression switch
        {
            EdtfExpression.Interval => EdtfAdvice.Refuse(
                "One day is meant here, not an interval: write [1985..1991] for a day in between."
            ),
            EdtfExpression.AllOf => EdtfAdvice.Refuse(
                "One day is meant here, not several: write [..] instead of {..} for one of them."
            ),
            var expression => OccurrenceOf(expression),
        };
    }

    private static Result<When> Between(string? start, string? end, Calendar calendar)
    {
        var (from, fromRejection) = Bound(start, calendar, "/start");
        if (fromRejection is not null)
            return fromRejection;
        var (until, untilRejection) = Bound(end, calendar, "/end");
        if (untilRejection is not null)
            return untilRejection;
        if (from is null && until is null && (start is null || end is null))
            return new Rejection("invalid-date", "Give a date for start or end at least.", "/start");
        return ExtentOf(from, start == "..", until, end == "..") is { } extent
            ? extent
            : new Rejection("end-before-start", $"The end {end} lies before the start {start}: correct one.", "/end");
    }

    private static (DayWindow? Window, Rejection? Rejection) Bound(string? text, Calendar calendar, string pointer)
    {
        if (text is null or "..")
            return (null, null);
        var read = OccurrenceIn(text, calendar);
        return read.Rejection is { } rejection
            ? (null, rejection with { Pointer = pointer })
            : (read.Value.Window, null);
    }

    private static Result<When> ExtentOf(EdtfExpression.Interval interval) =>
        ExtentOf(
            (interval.Start as EdtfEnd.At)?.Date.Days,
            interval.Start is EdtfEnd.Open,
            (interval.End as EdtfEnd.At)?.Date.Days,
            interval.End is EdtfEnd.Open
        )!;

    /// <summary>Null where every end lies before every start. An end that is not known lies on no impossible side of the other.</summary>
    private static Extent? ExtentOf(DayWindow? start, bool startOpen, DayWindow? end, bool endOpen)
    {
        var from = startOpen ? DayRange.Unbounded : (start ?? DayRange.Unbounded).Within(null, end?.Latest);
        var until = endOpen ? DayRange.Unbounded : (end ?? DayRange.Unbounded).Within(start?.Earliest, null);
        return from is null || until is null ? null : new(from, until, startOpen, endOpen);
    }

    private static Result<When> OccurrencesOf(EdtfExpression.AllOf set, Calendar calendar)
    {
        var windows = new List<DayWindow>();
        foreach (var member in set.Members)
        {
            if (member is not EdtfMember.Range { From: { } from, Until: { } until } range)
            {
                windows.Add(member.Days);
                continue;
            }
            if (Step(from, until, calendar) is not { } step)
            {
                return new Rejection(
                    "invalid-date",
                    $"A range in braces runs from year to year, month to month or day to day, not {range}.",
                    "/occurred"
                );
            }
            var bound = from.Days.Earliest!.Value;
            while (bound <= until.Days.Latest!.Value)
            {
                if (windows.Count == GreatestCount)
                {
                    return new Rejection(
                        "invalid-date",
                        $"The set {range} holds over 1,000 happenings: write an interval with a slash instead.",
                        "/occurred"
                    );
                }
                var next = step(bound);
                windows.Add(new DayRange(bound, next - 1));
                bound = next;
            }
        }
        return new Occurrences(windows.ToValueList());
    }

    /// <summary>From the first day of one date of a range to the first day of the next; null where the ends differ in precision.</summary>
    private static Func<Day, Day>? Step(EdtfExpression from, EdtfExpression until, Calendar calendar)
    {
        return (Precision(from), Precision(until)) switch
        {
            (3, 3) => day => day + 1,
            (2, 2) => day => NextMonth(calendar.Civil(day)),
            (1, 1) => day => calendar.DayOf(calendar.Civil(day).Year + 1, 1, 1),
            _ => null,
        };

        Day NextMonth((long Year, int Month, int) civil) =>
            civil.Month == 12 ? calendar.DayOf(civil.Year + 1, 1, 1) : calendar.DayOf(civil.Year, civil.Month + 1, 1);
    }

    /// <summary>1: a year, 2: a month, 3: a day; 0: none of these, or not fully specified.</summary>
    private static int Precision(EdtfExpression date) =>
        date switch
        {
            EdtfExpression.LongYear { SignificantDigits: null } => 1,
            EdtfExpression.Date { IsSpecified: true } specified => specified switch
            {
                { DayDigits: not null } => 3,
                { MonthDigits: not null } => 2,
                _ => 1,
            },
            _ => 0,
        };

    private static Rejection Misread(string detail) => new("invalid-parameter", detail, "/reading");
}

/// <summary>A time of day as written, to the nanosecond.</summary>
/// <param name="OffsetMinutes">East of UTC; null where the text gives no zone.</param>
public sealed record TimeOfDay(long Nanoseconds, int? OffsetMinutes);

/// <summary>The days that an answer shows for a date; null is unbounded.</summary>
/// <param name="Extent">The four bounds of what lasted; null for occurrences.</param>
public sealed record DateBounds(Day? Earliest, Day? Latest, ExtentBounds? Extent);

/// <summary>The bounds of the first and of the last day of what lasted, all included; null is unbounded.</summary>
/// <param name="StartOpen">No beginning that matters, unlike one that is not known. Likewise <paramref name="EndOpen"/>.</param>
public sealed record ExtentBounds(
    Day? StartEarliest,
    Day? StartLatest,
    Day? EndEarliest,
    Day? EndLatest,
    bool StartOpen,
    bool EndOpen
);
