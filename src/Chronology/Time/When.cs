using Chronology.Recording;

namespace Chronology.Time;

/// <summary>When an event took place, read from what was recorded. Closed: one of the nested cases.</summary>
public abstract record When
{
    private When() { }

    /// <summary>One happening, on one unknown day of <paramref name="Window"/>.</summary>
    /// <param name="TimeOfDay">Where the text says a time: it orders occurrences of the same day. Null otherwise.</param>
    public sealed record Occurrence(DayWindow Window, TimeOfDay? TimeOfDay) : When;

    /// <summary>Several happenings (EDTF <c>{..}</c>), one in each window.</summary>
    public sealed record Occurrences(IReadOnlyList<DayWindow> Members) : When;

    /// <summary>Something that lasted: its first day is in <paramref name="Start"/>, its last day in <paramref name="End"/>.</summary>
    /// <param name="StartOpen">It had no beginning that matters (EDTF <c>../</c>): every day before the end is certain.</param>
    /// <param name="EndOpen">It lasts on (EDTF <c>/..</c>); an unknown end (<c>/</c>) is not open, its <paramref name="End"/> has no latest day.</param>
    public sealed record Extent(DayWindow Start, DayWindow End, bool StartOpen, bool EndOpen) : When;

    /// <summary>Reads the date fields of an event.</summary>
    /// <param name="reading">occurrence, occurrences, extent, or null for the default: interval: extent, <c>{..}</c>: occurrences, else occurrence.</param>
    /// <param name="start">With <paramref name="end"/> instead of <paramref name="occurred"/>: an extent whose bounds are EDTF occurrences.</param>
    /// <param name="calendar">gregorian, or julian: the texts are Julian dates; the windows are Gregorian all the same.</param>
    /// <returns>Or a rejection: <c>invalid-date</c>, <c>end-before-start</c>, <c>invalid-parameter</c>.</returns>
    public static Result<When> From(string? occurred, string? reading, string? start, string? end, string calendar) =>
        throw new NotSupportedException("written next");

    /// <summary>The EDTF text of one occurrence, such as an effect's own <c>from</c> or <c>until</c>.</summary>
    public static Result<Occurrence> OccurrenceFrom(string edtf, string calendar) =>
        throw new NotSupportedException("written next");

    /// <summary>Whether it had occurred (an extent: begun) by the end of <paramref name="day"/>.</summary>
    public Certainty HappenedBy(Day day) => throw new NotSupportedException("written next");

    /// <summary>Whether an extent was in force on <paramref name="day"/>; null for the other readings.</summary>
    public Certainty? InForceOn(Day day) => throw new NotSupportedException("written next");

    /// <summary>The first possible day of the whole, or null where unbounded.</summary>
    public Day? Earliest => throw new NotSupportedException("written next");

    /// <summary>The last possible day of the whole (of an extent: its last possible last day), or null where unbounded.</summary>
    public Day? Latest => throw new NotSupportedException("written next");
}

/// <summary>A time of day as written, to the nanosecond.</summary>
/// <param name="OffsetMinutes">East of UTC; null where the text gives no zone.</param>
public sealed record TimeOfDay(long Nanoseconds, int? OffsetMinutes);
