using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Eras;

/// <summary>When an era was: from a first day to a last day, both included and each perhaps uncertain; or somewhere inside one date.</summary>
/// <remarks>Never empty. A bound without earliest or latest day is unbounded: open (<c>..</c>) or unknown, as <see cref="Extent"/> tells.
/// Equal when the same days are possible in the same way; wording takes no part.</remarks>
public sealed record EraSpan
{
    private const string Gregorian = "gregorian";

    private readonly DayWindow? inside;

    private EraSpan(When.Extent extent, DayWindow? inside) => (Extent, this.inside) = (extent, inside);

    /// <summary>First and last day; of a span that is one date, both anywhere in it.</summary>
    public When.Extent Extent { get; }

    /// <summary>The first day on which it possibly was, or null where unbounded.</summary>
    public Day? Earliest => Extent.Earliest;

    /// <summary>The last day on which it possibly was, or null where unbounded.</summary>
    public Day? Latest => Extent.Latest;

    /// <summary>Reads the fields of an era.</summary>
    /// <param name="span">An EDTF interval, or one date; not several (<c>{..}</c>).</param>
    /// <param name="start">With <paramref name="end"/> instead of <paramref name="span"/>: two EDTF occurrences. Null is unknown (not both), <c>..</c> is open.</param>
    /// <returns>Or a rejection with a pointer to the field: <c>invalid-date</c>, <c>end-before-start</c>, <c>invalid-parameter</c>.</returns>
    public static Result<EraSpan> Read(string? span, string? start, string? end)
    {
        if (span is null && start is null && end is null)
            return Refuse("Say when the era was: “span”, or “start” and “end” where no interval can say it.");
        if (span is not null && (start is not null || end is not null))
        {
            const string Detail = "Give either “span” or “start” and “end”, not both.";
            return new Rejection("invalid-parameter", Detail, "/span");
        }
        var read = When.From(span, null, start, end, Gregorian);
        if (read.Rejection is { } rejection)
            return span is null ? rejection : rejection with { Pointer = "/span" };
        return read.Value switch
        {
            When.Extent extent => new EraSpan(extent, null),
            When.Occurrence { Window: var inside } => new EraSpan(new(inside, inside, false, false), inside),
            _ => Refuse("An era is one period: write an interval such as 1956/1990, not several dates in braces."),
        };

        static Rejection Refuse(string detail) => new("invalid-date", detail, "/span");
    }

    public static EraSpan Of(EraContent era) => Read(era.Span, era.Start, era.End).Value;

    /// <summary>Whether the era was on <paramref name="day"/>. Inside one date it possibly was on each of its days, and never certainly.</summary>
    public Certainty InForceOn(Day day) =>
        inside is null ? Extent.InForceOn(day)!.Value
        : inside.Overlaps(day, day) ? Certainty.Possible
        : Certainty.No;

    /// <summary>Whether what is dated so happened, or began, in the era and by the end of <paramref name="asOf"/>: certain where it did on every
    /// possible day and whatever the era's bounds, possible where some day allows it. Of several happenings all have to.</summary>
    public Certainty Holds(When when, Day asOf)
    {
        var each = when.Beginnings.Select(days => Holds(days, asOf)).ToArray();
        return each.All(one => one == Certainty.Certain) ? Certainty.Certain
            : each.Any(one => one != Certainty.No) ? Certainty.Possible
            : Certainty.No;
    }

    private Certainty Holds(DayWindow days, Day asOf)
    {
        if (
            inside is null
            && (Extent.StartOpen || days.Earliest >= Extent.Start.Latest)
            && (Extent.EndOpen || days.Latest <= Extent.End.Earliest)
            && days.Latest <= asOf
        )
            return Certainty.Certain;
        var until = Latest < asOf ? Latest : asOf;
        return (inside is null ? days.Overlaps(Earliest, until) : days.Meets(inside, until))
            ? Certainty.Possible
            : Certainty.No;
    }

    /// <summary>The first and the last day, up to <paramref name="asOf"/>, on which it surely was; null where there is none.</summary>
    /// <returns>A null first day: it had no beginning that matters.</returns>
    public (Day? First, Day Last)? SureDays(Day asOf)
    {
        if (inside is not null || (!Extent.StartOpen && Extent.Start.Latest is null))
            return null;
        if (!Extent.EndOpen && Extent.End.Earliest is null)
            return null;
        var last = Extent.EndOpen ? asOf : Day.Min(Extent.End.Earliest!.Value, asOf);
        var first = Extent.StartOpen ? null : Extent.Start.Latest;
        return first > last ? null : (first, last);
    }

    /// <summary>Whether this only narrows <paramref name="coarser"/>: no day that was certain or ruled out becomes anything else.</summary>
    public bool IsRefinementOf(EraSpan coarser) =>
        coarser.inside is { } within
            ? within.Covers(inside ?? new DayRange(Earliest, Latest))
            : Extent.IsRefinementOf(coarser.Extent) && (inside is null || !coarser.HasCertainDays);

    /// <summary>Of a span whose ends are not open; one that has an open end is narrowed by no date anyhow.</summary>
    private bool HasCertainDays => Extent.Start.Latest <= Extent.End.Earliest;
}
