using System.Buffers;
using System.Globalization;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>Reads the grammar of EDTF: one method per form, most general first.</summary>
internal sealed class EdtfReader(Calendar calendar)
{
    private const Qualification None = Qualification.None;

    private static readonly SearchValues<char> DigitsAndX = SearchValues.Create("0123456789X");

    private const long NanosecondsPerSecond = 1_000_000_000;

    public Result<(EdtfExpression Expression, int Level)> Read(string text)
    {
        if (text.Length == 0)
            return EdtfAdvice.Refuse("The date is empty: give one such as 1948-05-17, 1948-05 or 1948.");
        if (text[0] is '[' or '{')
            return Set(text);
        if (text.Contains('/', StringComparison.Ordinal))
            return Interval(text);
        return text.Contains('T', StringComparison.Ordinal) ? Moment(text) : Single(text);
    }

    private Result<(EdtfExpression, int)> Set(string text)
    {
        var close = text[0] == '[' ? ']' : '}';
        if (text.Length < 2 || text[^1] != close)
            return EdtfAdvice.Refuse($"A set that begins with {text[0]} ends with {close}.");
        if (text.Length == 2)
            return EdtfAdvice.Refuse("The set is empty: list its dates between the brackets, such as [1773,1774].");
        var parts = text[1..^1].Split(',');
        var members = new List<EdtfMember>();
        for (var i = 0; i < parts.Length; i++)
        {
            var member = Member(parts[i], first: i == 0, last: i == parts.Length - 1);
            if (member.Rejection is { } rejection)
                return rejection;
            members.Add(member.Value);
        }
        return text[0] == '['
            ? (new EdtfExpression.OneOf(members.ToValueList()), 2)
            : (new EdtfExpression.AllOf(members.ToValueList()), 2);
    }

    private Result<EdtfMember> Member(string text, bool first, bool last)
    {
        if (text.Length == 0)
            return EdtfAdvice.Refuse("The set has an empty member: leave out the surplus comma.");
        if (text.Contains('T', StringComparison.Ordinal))
            return EdtfAdvice.Refuse("A member of a set has no time of day: give its day.");
        if (text.IndexOfAny(['/', '[', ']', '{', '}']) >= 0)
            return EdtfAdvice.Refuse("A set holds dates and ranges such as 1670..1672, no intervals or other sets.");
        var ends = text.Split("..");
        if (ends.Length == 1)
            return Single(text).Map(EdtfMember (s) => new EdtfMember.One(s.Item1));
        if (ends.Length > 2 || text.Length == 2)
            return EdtfAdvice.Refuse("A range in a set has a date before or after the two dots, such as 1670..1672.");
        if ((ends[0].Length == 0 && !first) || (ends[1].Length == 0 && !last))
            return EdtfAdvice.Refuse("An open range stands first (..1984) or last (1984..) in its set.");
        EdtfExpression?[] dates = [null, null];
        for (var i = 0; i < 2; i++)
        {
            if (ends[i].Length == 0)
                continue;
            var date = Single(ends[i]);
            if (date.Rejection is { } rejection)
                return rejection;
            dates[i] = date.Value.Item1;
        }
        if (dates[1]?.Days.Latest < dates[0]?.Days.Earliest)
            return EdtfAdvice.Reversed(ends[0], ends[1]);
        return new EdtfMember.Range(dates[0], dates[1]);
    }

    private Result<(EdtfExpression, int)> Interval(string text)
    {
        var parts = text.Split('/');
        if (parts.Length != 2)
            return EdtfAdvice.Refuse("An interval has one slash: the first date, / and the last date.");
        if (text.Contains('T', StringComparison.Ordinal))
            return EdtfAdvice.Refuse("An interval runs from day to day: leave out the time of day.");
        if (text.Length == 1)
            return EdtfAdvice.Refuse("The interval says nothing: give at least one of its two dates.");
        EdtfEnd[] ends = [new EdtfEnd.Unknown(), new EdtfEnd.Unknown()];
        var level = 0;
        for (var i = 0; i < 2; i++)
        {
            if (parts[i].Length == 0 || parts[i] == "..")
            {
                ends[i] = parts[i].Length == 0 ? new EdtfEnd.Unknown() : new EdtfEnd.Open();
                level = Math.Max(level, 1);
                continue;
            }
            var date = Single(parts[i]);
            if (date.Rejection is { } rejection)
                return rejection;
            ends[i] = new EdtfEnd.At(date.Value.Item1);
            level = Math.Max(level, date.Value.Item2);
        }
        if (ends is [EdtfEnd.At start, EdtfEnd.At end] && end.Date.Days.Latest < start.Date.Days.Earliest)
            return EdtfAdvice.Reversed(parts[0], parts[1]);
        return (new EdtfExpression.Interval(ends[0], ends[1]), level);
    }

    private Result<(EdtfExpression, int)> Moment(string text)
    {
        var split = text.IndexOf('T', StringComparison.Ordinal);
        var (date, time) = (text[..split], text[(split + 1)..]);
        var read = Single(date);
        if (read.Rejection is { } rejection)
            return rejection;
        if (
            read.Value is not (EdtfExpression.Date { DayDigits: not null, IsSpecified: true } day, var level)
            || (day.OfYear | day.OfMonth | day.OfDay) != None
        )
            return EdtfAdvice.Refuse("A time of day needs a whole day before it, without X or ? ~ %.");
        if (TimeOfDay(time) is not var (canonical, timeOfDay))
            return EdtfAdvice.Refuse(
                "Write the time as 23:20, 23:20:30 or 23:20:30.5, up to 24:00, "
                    + "with Z or an offset from -12:00 to +14:00 where it is known."
            );
        return (new EdtfExpression.Moment(day.Days.Earliest!.Value, date, canonical, timeOfDay), level);
    }

    private static (string Canonical, TimeOfDay Time)? TimeOfDay(string text)
    {
        var zone = text.IndexOfAny(['Z', '+', '-']);
        var (clock, zoneText) = zone < 0 ? (text, "") : (text[..zone], text[zone..]);
        var parts = clock.Split(':');
        if (parts.Length is < 2 or > 3 || Two(parts[0], 24) is not { } hour || Two(parts[1], 59) is not { } minute)
            return null;
        var (seconds, fraction) = (parts.Length == 3 ? parts[2] : "00", "");
        if (seconds.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0)
        {
            (seconds, fraction) = (seconds[..dot], seconds[(dot + 1)..]);
            if (fraction.Length == 0 || !fraction.All(char.IsAsciiDigit))
                return null;
        }
        if (Two(seconds, 59) is not { } second)
            return null;
        fraction = fraction.TrimEnd('0');
        if (hour == 24 && (minute, second, fraction) != (0, 0, ""))
            return null;
        int? offset = null;
        if (zoneText.Length > 0)
        {
            if (Offset(zoneText) is not { } minutes)
                return null;
            offset = minutes;
        }
        var nanoseconds = long.Parse(fraction.PadRight(9, '0')[..9], CultureInfo.InvariantCulture);
        var canonical =
            $"{hour:00}:{minute:00}"
            + (parts.Length == 3 ? $":{second:00}" : "")
            + (fraction.Length > 0 ? $".{fraction}" : "")
            + offset switch
            {
                null => "",
                0 => "Z",
                < 0 and var east => $"-{-east / 60:00}:{-east % 60:00}",
                var east => $"+{east / 60:00}:{east % 60:00}",
            };
        return (canonical, new(((hour * 60 + minute) * 60 + second) * NanosecondsPerSecond + nanoseconds, offset));
    }

    private static int? Offset(string text)
    {
        if (text == "Z")
            return 0;
        if (text[0] == 'Z' || text.Length is not (3 or 6) || (text.Length == 6 && text[3] != ':'))
            return null;
        if (Two(text[1..3], 14) is not { } hours || (text.Length == 6 ? Two(text[4..], 59) : 0) is not { } minutes)
            return null;
        var total = hours * 60 + minutes;
        return text[0] == '+' ? (total <= 14 * 60 ? total : null) : (total is > 0 and <= 12 * 60 ? -total : null);
    }

    /// <summary>A date, season or long year: what can be an end of an interval or a member of a set.</summary>
    private Result<(EdtfExpression, int)> Single(string text) =>
        text.StartsWith('Y') || text.Contains('S', StringComparison.Ordinal) ? LongYear(text) : Date(text);

    private Result<(EdtfExpression, int)> LongYear(string text)
    {
        var at = text.StartsWith('Y') ? 1 : 0;
        var prefixed = at == 1;
        var negative = Take(text, ref at, '-');
        var digits = Digits(text, ref at);
        var exponent = prefixed && Take(text, ref at, 'E') ? Digits(text, ref at) : null;
        var significant = Take(text, ref at, 'S') ? Digits(text, ref at) : null;
        if (at < text.Length && text[at] is '?' or '~' or '%')
            return EdtfAdvice.Refuse("A year with Y or S takes no ? ~ or %: leave the sign out.");
        if (at < text.Length || exponent is "" || significant is "" || (prefixed ? digits is "" : digits.Length != 4))
            return EdtfAdvice.Syntax(text);
        if ((prefixed && digits[0] == '0') || exponent?.StartsWith('0') is true || significant?.StartsWith('0') is true)
            return EdtfAdvice.Refuse("Numbers after Y, E and S have no leading zero.");
        if (digits.Length > 12 || exponent?.Length > 2)
            return EdtfAdvice.TooFar;
        var year = long.Parse(digits, CultureInfo.InvariantCulture);
        for (var e = exponent is null ? 0 : int.Parse(exponent, CultureInfo.InvariantCulture); e > 0; e--)
        {
            if (year > Day.GreatestYear)
                return EdtfAdvice.TooFar;
            year *= 10;
        }
        if (year > Day.GreatestYear)
            return EdtfAdvice.TooFar;
        if (prefixed && year <= 9999)
            return EdtfAdvice.Refuse($"Y is only for years of more than four digits: write {year:0000}.");
        if (negative && year == 0)
            return EdtfAdvice.NegativeZero;
        var length = Math.Max(4, year.ToString(CultureInfo.InvariantCulture).Length);
        if (significant?.Length > 2 || (significant is not null && int.Parse(significant) > length))
            return EdtfAdvice.Refuse($"The year has only {length} digits: S is at most {length}.");
        int? count = significant is null ? null : int.Parse(significant);
        var unit = 1L;
        for (var i = count ?? length; i < length; i++)
            unit *= 10;
        var (low, high) = (year / unit * unit, year / unit * unit + unit - 1);
        if (negative)
            (low, high) = (-high, -Math.Max(low, 1));
        var expression = new EdtfExpression.LongYear(negative ? -year : year, count, Days(low, 1, high, 12));
        return (expression, exponent is null && count is null ? 1 : 2);
    }

    private Result<(EdtfExpression, int)> Date(string text)
    {
        var at = 0;
        var before = new Qualification[3];
        var after = new Qualification[3];
        var digits = new string?[3];
        before[0] = Qualifier(text, ref at);
        var negative = Take(text, ref at, '-');
        for (var i = 0; i < 3; i++)
        {
            if (i > 0)
            {
                if (at == text.Length)
                    break;
                if (!Take(text, ref at, '-'))
                    return EdtfAdvice.Syntax(text);
                before[i] = Qualifier(text, ref at);
            }
            var length = i == 0 ? 4 : 2;
            if (at + length > text.Length || text.AsSpan(at, length).ContainsAnyExcept(DigitsAndX))
                return EdtfAdvice.Syntax(text);
            digits[i] = text.Substring(at, length);
            at += length;
            after[i] = Qualifier(text, ref at);
            if (before[i] != None && after[i] != None)
                return EdtfAdvice.Refuse(
                    "A component has one of ? ~ % before or after it, not both; ? and ~ together are %."
                );
        }
        if (at < text.Length)
            return EdtfAdvice.Syntax(text);
        var (year, month, day) = (digits[0]!, digits[1], digits[2]);
        if (negative && year == "0000")
            return EdtfAdvice.NegativeZero;
        // A sign after a component is for it and all before it; one in front is for that component alone.
        var ofDay = before[2] | after[2];
        var ofMonth = before[1] | after[1] | after[2];
        var ofYear = before[0] | after[0] | after[1] | after[2];
        var qualified = (ofYear | ofMonth | ofDay) != None;
        var signed = negative ? "-" + year : year;
        if (month is not null && int.TryParse(month, out var code) && code is >= 21 and <= 41)
            return day is null && !year.Contains('X', StringComparison.Ordinal)
                ? Season(signed, code, ofYear, ofMonth)
                : EdtfAdvice.Refuse("A season (21 to 41) follows a whole year, and no day follows it.");
        if (DayWindow.Matching(calendar, negative, year, month, day) is not { } days)
            return EdtfAdvice.NoSuchDate(text, month, day);
        var unspecified = Unspecified(year, month, day);
        var level =
            unspecified == 2 || (qualified && (unspecified > 0 || !OnlyLast())) ? 2
            : unspecified > 0 || qualified || negative ? 1
            : 0;
        return (new EdtfExpression.Date(signed, month, day, ofYear, ofMonth, ofDay, days), level);

        bool OnlyLast() =>
            !before.Any(q => q != None) && (after[0] == None || month is null) && (after[1] == None || day is null);
    }

    /// <summary>The level that unspecified digits need: 1 has them at the end of a year, or for a whole month or day.</summary>
    private static int Unspecified(string year, string? month, string? day)
    {
        var inYear = year.Contains('X');
        if (!inYear && month?.Contains('X') is not true && day?.Contains('X') is not true)
            return 0;
        if (inYear)
            return month is null && !year[..2].Contains('X', StringComparison.Ordinal) && year[3] == 'X' ? 1 : 2;
        return (month, day) is ("XX", null or "XX") || (!month!.Contains('X') && day == "XX") ? 1 : 2;
    }

    private Result<(EdtfExpression, int)> Season(string year, int code, Qualification ofYear, Qualification ofSeason)
    {
        // Meteorological: spring is March to May in the north; winter runs into the next year.
        var (first, months) = code switch
        {
            21 or 25 or 31 => (3, 3),
            22 or 26 or 32 => (6, 3),
            23 or 27 or 29 => (9, 3),
            24 or 28 or 30 => (12, 3),
            <= 36 => ((code - 33) * 3 + 1, 3),
            <= 39 => ((code - 37) * 4 + 1, 4),
            _ => ((code - 40) * 6 + 1, 6),
        };
        var from = long.Parse(year, CultureInfo.InvariantCulture);
        var last = first + months - 1;
        var days = Days(from, first, last > 12 ? from + 1 : from, last > 12 ? last - 12 : last);
        var level = code <= 24 && (ofYear | ofSeason) == None ? 1 : 2;
        return (new EdtfExpression.Season(year, code, ofYear, ofSeason, days), level);
    }

    private DayRange Days(long fromYear, int fromMonth, long untilYear, int untilMonth) =>
        new(
            calendar.DayOf(fromYear, fromMonth, 1),
            calendar.DayOf(untilYear, untilMonth, calendar.DaysIn(untilYear, untilMonth))
        );

    private static Qualification Qualifier(string text, ref int at)
    {
        var found =
            at >= text.Length
                ? Qualification.None
                : text[at] switch
                {
                    '?' => Qualification.Uncertain,
                    '~' => Qualification.Approximate,
                    '%' => Qualification.UncertainAndApproximate,
                    _ => Qualification.None,
                };
        at += found == None ? 0 : 1;
        return found;
    }

    private static bool Take(string text, ref int at, char expected)
    {
        if (at >= text.Length || text[at] != expected)
            return false;
        at++;
        return true;
    }

    private static string Digits(string text, ref int at)
    {
        var from = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return text[from..at];
    }

    private static int? Two(string text, int greatest) =>
        text.Length == 2
        && text.All(char.IsAsciiDigit)
        && int.Parse(text, CultureInfo.InvariantCulture) is var number
        && number <= greatest
            ? number
            : null;
}
