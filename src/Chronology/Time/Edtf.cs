using System.Globalization;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>A date as EDTF (ISO 8601-2:2019, levels 0, 1 and 2) writes it.</summary>
/// <remarks>Where the specification is silent: docs/adr/0004-edtf-policies.md.
/// Equal when text and calendar are; two texts mean the same when their <see cref="Expression"/>s are equal.</remarks>
public sealed record Edtf
{
    /// <summary>Longer texts are refused unread.</summary>
    public const int GreatestLength = 1_000;

    private Edtf(string text, Calendar calendar, int level, EdtfExpression expression) =>
        (Text, Calendar, Level, Expression) = (text, calendar, level, expression);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The calendar of the text; the days of the expression are Gregorian all the same.</summary>
    public Calendar Calendar { get; }

    /// <summary>0, 1 or 2: the lowest level of the specification that has everything the text uses.</summary>
    public int Level { get; }

    public EdtfExpression Expression { get; }

    /// <summary>One spelling for all texts that mean the same by qualifiers, zones, exponents and trailing zeros; it reads back as an equal expression.</summary>
    public string Canonical => Expression.Canonical;

    /// <summary>The first day it may be or include; null where that is open or unknown.</summary>
    public Day? Earliest => Expression.Days.Earliest;

    /// <summary>The last day it may be or include; null where that is open or unknown.</summary>
    public Day? Latest => Expression.Days.Latest;

    /// <returns>Or a rejection: <c>invalid-date</c>, <c>end-before-start</c>.</returns>
    public static Result<Edtf> Parse(string text) => Parse(text, Calendar.Gregorian);

    /// <summary>Reads a date of <paramref name="calendar"/>: a Julian 1900-02-29 exists, a Gregorian one does not.</summary>
    /// <returns>Or a rejection: <c>invalid-date</c>, <c>end-before-start</c>.</returns>
    public static Result<Edtf> Parse(string text, Calendar calendar)
    {
        if (text.Length > GreatestLength)
            return EdtfAdvice.Refuse("A date has at most 1,000 characters.");
        var result = new EdtfReader(calendar).Read(text);
        if (result.Rejection is { } rejection)
            return EdtfAdvice.For(text, calendar) ?? rejection;
        var (expression, level) = result.Value;
        return new Edtf(text, calendar, level, expression);
    }

    /// <summary>The text of one day somewhere in <paramref name="days"/>; to be read as an occurrence, for <c>../..</c> says that any day may be it.</summary>
    /// <remarks>A month or a year where it is exactly that. Of a year beyond 9999 no day can be written: the text then takes in the
    /// whole year, and beyond <see cref="Day.GreatestYear"/> it is open. Fewer days never give a text of more.</remarks>
    public static string OneDayIn(DayRange days)
    {
        var (low, high) = (Day.Of(-Day.GreatestYear, 1, 1), Day.Of(Day.GreatestYear, 12, 31));
        Day? first =
            days.Earliest < low ? null
            : days.Earliest > high ? high
            : days.Earliest;
        Day? last =
            days.Latest > high ? null
            : days.Latest < low ? low
            : days.Latest;
        if (first is { } from && last is { } until && Whole(from, until) is { } whole)
            return whole;
        return first is null && last is null ? "../.." : $"[{Written(first)}..{Written(last)}]";
    }

    private static string? Whole(Day first, Day last)
    {
        var ((year, month, day), (lastYear, lastMonth, lastDay)) = (first.Civil, last.Civil);
        return first == last || (year == lastYear && Math.Abs(year) > 9999) ? Written(first)
            : year != lastYear || day != 1 || lastDay != Day.DaysIn(lastYear, lastMonth) ? null
            : month == lastMonth ? Written(first)[..^3]
            : (month, lastMonth) == (1, 12) ? Written(first)[..^6]
            : null;
    }

    private static string Written(Day? day) =>
        day is not { Civil.Year: var year } ? ""
        : Math.Abs(year) > 9999 ? string.Create(CultureInfo.InvariantCulture, $"Y{year}")
        : day.Value.ToString();

    public override string ToString() => Text;
}

/// <summary>How sure a component of a date is (<c>? ~ %</c>); it never moves the bounds.</summary>
[Flags]
public enum Qualification
{
    None = 0,
    Uncertain = 1,
    Approximate = 2,
    UncertainAndApproximate = Uncertain | Approximate,
}

/// <summary>What an EDTF text says. Closed: one of the nested cases.</summary>
public abstract record EdtfExpression
{
    private EdtfExpression() { }

    /// <summary>The days it may be or, for what lasts, may include: true members where digits are unspecified or members listed.</summary>
    public abstract DayWindow Days { get; }

    /// <summary>See <see cref="Edtf.Canonical"/>.</summary>
    public abstract string Canonical { get; }

    public sealed override string ToString() => Canonical;

    /// <summary>A year, month or day; X stands for any digit.</summary>
    /// <param name="YearDigits">Four digits or X, after a minus where before year 0.</param>
    /// <param name="MonthDigits">Two digits or X; null where the text ends with the year.</param>
    /// <param name="DayDigits">Two digits or X; null where the text ends with the month.</param>
    public sealed record Date(
        string YearDigits,
        string? MonthDigits,
        string? DayDigits,
        Qualification OfYear,
        Qualification OfMonth,
        Qualification OfDay,
        DayWindow Matching
    ) : EdtfExpression
    {
        public override DayWindow Days => Matching;

        public override string Canonical
        {
            get
            {
                var whole =
                    (MonthDigits is null || OfMonth == OfYear) && (DayDigits is null || OfDay == OfYear)
                        ? OfYear
                        : Qualification.None;
                var parts = new (string? Digits, Qualification Of)[]
                {
                    (YearDigits, OfYear),
                    (MonthDigits, OfMonth),
                    (DayDigits, OfDay),
                };
                var text = parts
                    .Where(p => p.Digits is not null)
                    .Select(p => (whole == Qualification.None ? Sign(p.Of) : "") + p.Digits);
                return string.Join('-', text) + Sign(whole);
            }
        }

        /// <summary>Whether no digit is left unspecified.</summary>
        internal bool IsSpecified => !$"{YearDigits}{MonthDigits}{DayDigits}".Contains('X');
    }

    /// <summary>Months that belong together: seasons 21-24, by hemisphere 25-32, quarters 33-36, quadrimesters 37-39, semesters 40-41.</summary>
    public sealed record Season(
        string YearDigits,
        int Code,
        Qualification OfYear,
        Qualification OfSeason,
        DayWindow Months
    ) : EdtfExpression
    {
        public override DayWindow Days => Months;

        public override string Canonical =>
            OfYear == OfSeason
                ? $"{YearDigits}-{Code}{Sign(OfYear)}"
                : $"{Sign(OfYear)}{YearDigits}-{Sign(OfSeason)}{Code}";
    }

    /// <summary>A year of more than four digits, or of which only the first digits are significant.</summary>
    /// <param name="SignificantDigits">The others may be any; null: all are as written.</param>
    public sealed record LongYear(long Year, int? SignificantDigits, DayWindow Years) : EdtfExpression
    {
        public override DayWindow Days => Years;

        public override string Canonical
        {
            get
            {
                var prefix = Math.Abs(Year) > 9999 ? "Y" : "";
                var suffix = SignificantDigits is { } digits ? $"S{digits}" : "";
                return $"{prefix}{(Year < 0 ? "-" : "")}{Math.Abs(Year):0000}{suffix}";
            }
        }
    }

    /// <summary>A day with a time. The day is as written, whatever the zone.</summary>
    /// <param name="Time">24:00 is the end of the day as written. Digits after the ninth decimal are dropped.</param>
    public sealed record Moment(Day DayAsWritten, string DateText, string TimeText, TimeOfDay Time) : EdtfExpression
    {
        public override DayWindow Days => DayWindow.Single(DayAsWritten);

        public override string Canonical => $"{DateText}T{TimeText}";
    }

    /// <summary>Something that lasted from one date to another, both included.</summary>
    public sealed record Interval(EdtfEnd Start, EdtfEnd End) : EdtfExpression
    {
        public override DayWindow Days =>
            new DayRange((Start as EdtfEnd.At)?.Date.Days.Earliest, (End as EdtfEnd.At)?.Date.Days.Latest);

        public override string Canonical => $"{Start}/{End}";
    }

    /// <summary>One of the members (<c>[..]</c>).</summary>
    public sealed record OneOf(ValueList<EdtfMember> Members) : EdtfExpression
    {
        public override DayWindow Days { get; } = DayWindow.UnionOf(Members.Select(m => m.Days));

        public override string Canonical => $"[{string.Join(',', Members)}]";
    }

    /// <summary>All of the members (<c>{..}</c>).</summary>
    public sealed record AllOf(ValueList<EdtfMember> Members) : EdtfExpression
    {
        public override DayWindow Days { get; } = DayWindow.UnionOf(Members.Select(m => m.Days));

        public override string Canonical => $"{{{string.Join(',', Members)}}}";
    }

    private static string Sign(Qualification of) =>
        of switch
        {
            Qualification.None => "",
            Qualification.Uncertain => "?",
            Qualification.Approximate => "~",
            _ => "%",
        };
}

/// <summary>An end of an interval. Closed: one of the nested cases.</summary>
public abstract record EdtfEnd
{
    private EdtfEnd() { }

    public sealed record At(EdtfExpression Date) : EdtfEnd
    {
        public override string ToString() => Date.Canonical;
    }

    /// <summary><c>..</c>: there is no such end that matters.</summary>
    public sealed record Open : EdtfEnd
    {
        public override string ToString() => "..";
    }

    /// <summary>Nothing written: there is one, but it is not known.</summary>
    public sealed record Unknown : EdtfEnd
    {
        public override string ToString() => "";
    }
}

/// <summary>A member of a set. Closed: one of the nested cases.</summary>
public abstract record EdtfMember
{
    private EdtfMember() { }

    public abstract DayWindow Days { get; }

    public sealed record One(EdtfExpression Date) : EdtfMember
    {
        public override DayWindow Days => Date.Days;

        public override string ToString() => Date.Canonical;
    }

    /// <summary>Consecutive dates, both ends included; a null end: that date and all before, or after, it.</summary>
    public sealed record Range(EdtfExpression? From, EdtfExpression? Until) : EdtfMember
    {
        public override DayWindow Days => new DayRange(From?.Days.Earliest, Until?.Days.Latest);

        public override string ToString() => $"{From?.Canonical}..{Until?.Canonical}";
    }
}
