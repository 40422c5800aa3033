using System.Globalization;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>A day of the proleptic Gregorian calendar, without a time zone, as a number: 0 is 1970-01-01.</summary>
/// <remarks>Ordered and compared by <see cref="Number"/>. The default is 1970-01-01. There is a year 0 (1 BC).
/// Years from -<see cref="GreatestYear"/> to <see cref="GreatestYear"/> can be written.</remarks>
public readonly record struct Day(long Number) : IComparable<Day>
{
    /// <summary>The farthest year on either side of year 0 that can be recorded.</summary>
    public const long GreatestYear = 999_999_999_999;

    private const long DaysPerEra = 146_097; // 400 years

    /// <param name="year">-<see cref="GreatestYear"/> .. <see cref="GreatestYear"/>.</param>
    /// <param name="month">1..12.</param>
    /// <param name="day">1..<see cref="DaysIn"/>.</param>
    public static Day Of(long year, int month, int day)
    {
        // Days from civil, H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        var y = month <= 2 ? year - 1 : year;
        var era = FloorDiv(y, 400);
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return new(era * DaysPerEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468);
    }

    public static Day Of(DateOnly date) => new(date.DayNumber - new DateOnly(1970, 1, 1).DayNumber);

    /// <summary>The day in UTC of an instant.</summary>
    public static Day Of(DateTimeOffset instant) => Of(DateOnly.FromDateTime(instant.UtcDateTime));

    public static bool IsLeap(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysIn(long year, int month) =>
        month switch
        {
            2 => IsLeap(year) ? 29 : 28,
            4 or 6 or 9 or 11 => 30,
            _ => 31,
        };

    public (long Year, int Month, int DayOfMonth) Civil
    {
        get
        {
            var z = Number + 719_468;
            var era = FloorDiv(z, DaysPerEra);
            var dayOfEra = z - era * DaysPerEra;
            var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
            var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
            var mp = (5 * dayOfYear + 2) / 153;
            var month = (int)(mp < 10 ? mp + 3 : mp - 9);
            return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (153 * mp + 2) / 5 + 1));
        }
    }

    public int CompareTo(Day other) => Number.CompareTo(other.Number);

    public static bool operator <(Day a, Day b) => a.Number < b.Number;

    public static bool operator >(Day a, Day b) => a.Number > b.Number;

    public static bool operator <=(Day a, Day b) => a.Number <= b.Number;

    public static bool operator >=(Day a, Day b) => a.Number >= b.Number;

    public static Day operator +(Day day, long days) => new(day.Number + days);

    public static Day operator -(Day day, long days) => new(day.Number - days);

    public static Day Max(Day a, Day b) => a >= b ? a : b;

    public static Day Min(Day a, Day b) => a <= b ? a : b;

    /// <summary>A question's day: a day, or a month or year, which mean their last day.</summary>
    public static Result<Day> ParseQuestion(string text) => ParseQuestion(text, first: false);

    /// <summary>As <see cref="ParseQuestion(string)"/>; <paramref name="first"/>: a month or year means its first day.</summary>
    public static Result<Day> ParseQuestion(string text, bool first)
    {
        var rejection = new Rejection(
            "invalid-parameter",
            "Give a day such as 1974-07-01, a month (1974-07) or a year (1974)."
        );
        var sign = text.StartsWith('-') ? -1 : 1;
        var body = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        var parts = body.Split('-');
        if (parts.Length > 3 || parts.Any(p => p.Length == 0 || !p.All(char.IsAsciiDigit)))
            return rejection;
        if (parts[0].Length is < 4 or > 12 || (parts[0].Length > 4 && body.Length == text.Length))
            return rejection;
        if (parts.Skip(1).Any(p => p.Length != 2))
            return rejection;
        var year = sign * long.Parse(parts[0], CultureInfo.InvariantCulture);
        if (sign < 0 && year == 0)
            return rejection;
        var month = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : (first ? 1 : 12);
        if (month is < 1 or > 12)
            return rejection;
        var day =
            parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : (first ? 1 : DaysIn(year, month));
        return day >= 1 && day <= DaysIn(year, month) ? Of(year, month, day) : rejection;
    }

    /// <summary>ISO 8601: <c>1948-05-17</c>, <c>-0043-03-15</c>, and with a sign where the year has over four digits.</summary>
    public override string ToString()
    {
        var (year, month, day) = Civil;
        var sign =
            year < 0 ? "-"
            : year > 9999 ? "+"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(year):0000}-{month:00}-{day:00}");
    }

    private static long FloorDiv(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);
}
