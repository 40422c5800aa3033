using System.Globalization;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>Dates in plain English, to stand in a sentence: <c>on 17 May 1948</c>, <c>in the summer of 1974</c>.</summary>
/// <remarks>What is uncertain stays so: <c>possibly</c> for <c>?</c>, <c>about</c> for <c>~</c>, and of several possible days it says that they are.
/// Digits of a Julian date are told as written, with the calendar's name.</remarks>
public static class DateInWords
{
    private static readonly string[] Months =
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];

    private static readonly string[] Seasons = ["spring", "summer", "autumn", "winter"];

    private static readonly string[] Ordinals = ["first", "second", "third", "fourth"];

    /// <param name="Preposition">Put before the date to say when something happened.</param>
    private readonly record struct Words(string Preposition, string Date, bool Possibly = false)
    {
        /// <summary>To stand after <c>from</c> or <c>between</c>.</summary>
        public string Name => Possibly ? $"possibly {Date}" : Date;

        public string When => Possibly ? $"possibly {Preposition} {Date}" : $"{Preposition} {Date}";
    }

    public static string Of(Day day)
    {
        var (year, month, dayOfMonth) = day.Civil;
        return string.Create(CultureInfo.InvariantCulture, $"{dayOfMonth} {Months[month - 1]} {Year(year)}");
    }

    /// <summary>When an event took place, from its date fields as recorded and sound: see <see cref="When.From"/>.</summary>
    public static string Of(string? occurred, string? reading, string? start, string? end, string calendar)
    {
        var written = Calendar.Named(calendar).Value;
        var said = occurred is null
            ? FromTo(Bound(start, written), Bound(end, written))
            : Read(Edtf.Parse(occurred, written).Value.Expression, reading);
        return written == Calendar.Gregorian ? said : $"{said} of the Julian calendar";
    }

    private static string Read(EdtfExpression date, string? reading) =>
        (date, reading) switch
        {
            (EdtfExpression.Interval interval, "occurrence") => $"on a day {Lasting(interval)}",
            (EdtfExpression.Interval interval, _) => Lasting(interval),
            (_, "extent") => Within(Of(date).Name),
            _ => Of(date).When,
        };

    private static string Lasting(EdtfExpression.Interval interval) =>
        FromTo(Bound(interval.Start), Bound(interval.End));

    /// <param name="from">Null: open. Likewise <paramref name="to"/>.</param>
    private static string FromTo(string? from, string? to) =>
        (from, to) switch
        {
            (null, null) => "at all times",
            _ when from == to => Within(from!),
            (null, _) => $"up to {to}",
            (_, null) => $"from {from} on",
            _ => $"from {from} to {to}",
        };

    private static string Within(string name) =>
        name.StartsWith("some time ", StringComparison.Ordinal) ? $"for {name}" : $"for some time within {name}";

    private static string? Bound(string? text, Calendar calendar) =>
        text is null ? "an unknown date"
        : text == ".." ? null
        : Of(Edtf.Parse(text, calendar).Value.Expression).Name;

    private static string? Bound(EdtfEnd end) =>
        end switch
        {
            EdtfEnd.At at => Of(at.Date).Name,
            EdtfEnd.Open => null,
            _ => "an unknown date",
        };

    private static Words Of(EdtfExpression expression) =>
        expression switch
        {
            EdtfExpression.Date date => Qualified(Of(date), date.OfYear | date.OfMonth | date.OfDay),
            EdtfExpression.Season season => Qualified(
                new(
                    "in",
                    $"{Season(season.Code)} of {Year(season.YearDigits) ?? $"a year that fits {season.YearDigits}"}"
                ),
                season.OfYear | season.OfSeason
            ),
            EdtfExpression.LongYear { SignificantDigits: null } year => new("in", $"the year {Year(year.Year)}"),
            EdtfExpression.LongYear year => new("in", Years(year.Years)),
            EdtfExpression.Moment moment => new("on", $"{DayOf(moment.DateText)} at {moment.TimeText}"),
            EdtfExpression.OneOf one => Joined(one.Members, "or"),
            EdtfExpression.AllOf all => Joined(all.Members, "and"),
            _ => new("at", expression.Canonical),
        };

    private static Words Of(EdtfExpression.Date date)
    {
        var fits = new Words(
            "on",
            $"a date that fits {string.Join('-', new[] { date.YearDigits, date.MonthDigits, date.DayDigits }.OfType<string>())}"
        );
        if (Year(date.YearDigits) is not { } year)
            return fits;
        if (date.MonthDigits is null)
            return new("in", year);
        if (Unspecified(date.YearDigits))
            return fits;
        if (date.MonthDigits == "XX" && date.DayDigits is null or "XX")
            return date.DayDigits is null ? new("in", $"some month of {year}") : new("on", $"some day of {year}");
        if (Unspecified(date.MonthDigits))
            return fits;
        var month = $"{Month(date.MonthDigits)} {year}";
        return date.DayDigits is null ? new("in", month)
            : date.DayDigits == "XX" ? new("on", $"some day of {month}")
            : Unspecified(date.DayDigits) ? fits
            : new("on", $"{date.DayDigits.TrimStart('0')} {month}");
    }

    private static Words Qualified(Words words, Qualification of) =>
        words with
        {
            Date = of.HasFlag(Qualification.Approximate) ? $"about {words.Date}" : words.Date,
            Possibly = of.HasFlag(Qualification.Uncertain),
        };

    private static Words Joined(ValueList<EdtfMember> members, string conjunction)
    {
        var words = members.Select(Of).ToArray();
        return words.Length == 1
            ? words[0]
            : new(words[0].Preposition, List([words[0].Name, .. words.Skip(1).Select(one => one.When)], conjunction));
    }

    private static Words Of(EdtfMember member) =>
        member switch
        {
            EdtfMember.One one => Of(one.Date),
            EdtfMember.Range { From: { } from, Until: { } until } => new(
                "at",
                $"some time between {Of(from).Name} and {Of(until).Name}"
            ),
            EdtfMember.Range { From: { } from } => new("at", $"some time from {Of(from).Name} on"),
            EdtfMember.Range { Until: { } until } => new("at", $"some time up to {Of(until).Name}"),
            _ => new("at", "some time"),
        };

    /// <summary><c>a, b and c</c></summary>
    public static string List(IReadOnlyList<string> items, string conjunction) =>
        items.Count <= 1 ? string.Concat(items) : $"{string.Join(", ", items.SkipLast(1))} {conjunction} {items[^1]}";

    private static string Season(int code) =>
        code switch
        {
            <= 24 => $"the {Seasons[code - 21]}",
            <= 28 => $"the northern {Seasons[code - 25]}",
            <= 32 => $"the southern {Seasons[code - 29]}",
            <= 36 => $"the {Ordinals[code - 33]} quarter",
            <= 39 => $"the {Ordinals[code - 37]} four months",
            _ => $"the {Ordinals[code - 40]} half",
        };

    private static string DayOf(string date) =>
        $"{date[^2..].TrimStart('0')} {Month(date[^5..^3])} {Year(long.Parse(date[..^6], CultureInfo.InvariantCulture))}";

    private static string Month(string digits) => Months[int.Parse(digits, CultureInfo.InvariantCulture) - 1];

    private static bool Unspecified(string digits) => digits.Contains('X', StringComparison.Ordinal);

    /// <summary>Null where the digits that are left open are not the last one or two.</summary>
    private static string? Year(string digits)
    {
        if (!Unspecified(digits))
            return Year(long.Parse(digits, CultureInfo.InvariantCulture));
        var open = digits.Length - digits.IndexOf('X', StringComparison.Ordinal);
        if (digits.StartsWith('-') || open > 2 || digits[^open..].Any(digit => digit != 'X'))
            return null;
        var known = digits[..^open];
        return open == 1 ? $"the {known.TrimStart('0')}0s" : $"the years {known}00 to {known}99";
    }

    private static string Year(long year) =>
        year > 0
            ? year.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{1 - year} BC");

    private static string Years(DayWindow days) =>
        days.Earliest is { } first && days.Latest is { } last
            ? $"one of the years {Year(first.Civil.Year)} to {Year(last.Civil.Year)}"
            : "a year that is not known";
}
