using System.Text.RegularExpressions;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>Says of a text that is no EDTF what is wrong and, where it can be told, what to write instead.</summary>
internal static partial class EdtfAdvice
{
    private const int GreatestEcho = 60;

    // Milliseconds. Only short texts are searched, in microseconds; a pause of the machine must not look like a fault.
    private const int Patience = 60_000;

    public static Rejection NegativeZero => Refuse("Year zero has no sign: write 0000 for 1 BC, -0001 for 2 BC.");

    public static Rejection TooFar => Refuse("The year is too far away: at most 999,999,999,999 on either side of 0.");

    public static Rejection Refuse(string detail) => new("invalid-date", detail);

    public static Rejection Reversed(string from, string until) =>
        new(
            "end-before-start",
            from.Length + until.Length <= GreatestEcho
                ? $"{until} ends before {from} begins: put the earlier date first."
                : "The last date ends before the first one begins: put the earlier date first."
        );

    public static Rejection Syntax(string text) =>
        Refuse(
            text.Length > GreatestEcho
                ? "The text is no date: write one such as 1948-05-17, 1948, 1944/1948 or [1773,1774]."
            : FourDigits().IsMatch(text) ? "A year has four digits: 0193 for the year 193, 193X for the 1930s."
            : MoreDigits().IsMatch(text) ? "A year of more than four digits begins with Y, such as Y12345."
            : BeforeChrist().IsMatch(text)
                ? "Years before the year 1 have a minus and count from 0: 1 BC is 0000, 44 BC is -0043."
            : About().IsMatch(text) ? "An approximate date ends with ~, such as 1985~."
            : text.Contains('^', StringComparison.Ordinal)
                ? "Name the hemisphere by the season's number: 25 to 28 are northern, 29 to 32 southern."
            : $"{Quote(text)} is no date: write one such as 1948-05-17, 1948-05, 1948, 194X, 1944/1948 or [1773,1774]."
        );

    public static Rejection NoSuchDate(string text, string? month, string? day) =>
        Refuse(
            DayWindow.Matching(Calendar.Gregorian, negative: false, "2000", month, day: null) is null
                ? $"{Quote(text)} has no such month: months run from 01 to 12, seasons from 21 to 41."
            : DayWindow.Matching(Calendar.Gregorian, negative: false, "2000", month, day) is null
                ? $"{Quote(text)} matches no day: that month has no such day."
            : $"{Quote(text)} matches no day: no such year has a 29 February."
        );

    /// <summary>The text mended and why, where a known slip makes the difference; null otherwise.</summary>
    public static Rejection? For(string text, Calendar calendar)
    {
        if (text.Length > GreatestEcho)
            return null;
        var mended = text;
        string? reason = null;
        foreach (var (slip, mend, why) in Slips)
        {
            var next = slip.Replace(mended, mend);
            if (next == mended)
                continue;
            (mended, reason) = (next, reason ?? why);
        }
        if (reason is null)
            return null;
        var reread = new EdtfReader(calendar).Read(mended);
        return reread.IsOk ? Refuse($"{reason}: write \"{mended}\".") : null;
    }

    private static (Regex Slip, string Mend, string Why)[] Slips { get; } =
    [
        (Spaces(), "", "A date has no spaces"),
        (Dashes(), "-", "A date has plain hyphens, not dashes or minus signs"),
        (UnknownWord(), "", "An unknown end is left empty since EDTF of 2019"),
        (OpenWord(), "..", "An open end is two dots since EDTF of 2019"),
        (LowerT(), "T", "The time of day begins with a capital T"),
        (UnspecifiedLetter(), "X", "An unspecified digit is a capital X since EDTF of 2019"),
        (LowerY(), "Y", "A long year begins with a capital Y since EDTF of 2019"),
        (LowerE(), "E", "The exponent is a capital E since EDTF of 2019"),
        (LowerP(), "S", "Significant digits are counted after a capital S since EDTF of 2019"),
        (GroupedSign(), "${sign}${digits}", "A sign for one component stands right before it, without parentheses"),
        (BothSigns(), "%", "? and ~ together are %"),
        (BasicZone(), ":", "The offset has a colon"),
        (SlashDate(), "${year}-${month}-${day}", "Year, month and day are joined by hyphens"),
    ];

    private static string Quote(string text) => text.Length <= GreatestEcho ? $"\"{text}\"" : "The text";

    [GeneratedRegex(@"\s+", RegexOptions.None, Patience)]
    private static partial Regex Spaces();

    [GeneratedRegex("[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]", RegexOptions.None, Patience)]
    private static partial Regex Dashes();

    [GeneratedRegex("(?i)unknown", RegexOptions.None, Patience)]
    private static partial Regex UnknownWord();

    [GeneratedRegex("(?i)open", RegexOptions.None, Patience)]
    private static partial Regex OpenWord();

    [GeneratedRegex(@"(?<=\d)t(?=\d)", RegexOptions.None, Patience)]
    private static partial Regex LowerT();

    [GeneratedRegex("[uUx]", RegexOptions.None, Patience)]
    private static partial Regex UnspecifiedLetter();

    [GeneratedRegex("y", RegexOptions.None, Patience)]
    private static partial Regex LowerY();

    [GeneratedRegex(@"(?<=\d)e(?=\d)", RegexOptions.None, Patience)]
    private static partial Regex LowerE();

    [GeneratedRegex(@"(?<=\d)[ps](?=\d)", RegexOptions.None, Patience)]
    private static partial Regex LowerP();

    [GeneratedRegex(@"\((?<digits>[0-9X]+)\)(?<sign>[?~%])", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex GroupedSign();

    [GeneratedRegex(@"\?~|~\?", RegexOptions.None, Patience)]
    private static partial Regex BothSigns();

    [GeneratedRegex(@"(?<=T.*[+-]\d\d)(?=\d\d$)", RegexOptions.None, Patience)]
    private static partial Regex BasicZone();

    [GeneratedRegex(@"^(?<year>\d{4})/(?<month>\d\d)/(?<day>\d\d)$", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex SlashDate();

    [GeneratedRegex(@"^[?~%]?-?[0-9X]{1,3}(?=$|[-/?~%])", RegexOptions.None, Patience)]
    private static partial Regex FourDigits();

    [GeneratedRegex(@"^[?~%]?-?\d{5,}", RegexOptions.None, Patience)]
    private static partial Regex MoreDigits();

    [GeneratedRegex(@"(?i)\b(?:bce?|a\.?d)\b", RegexOptions.None, Patience)]
    private static partial Regex BeforeChrist();

    [GeneratedRegex(@"(?i)^(?:c|ca|circa|about)\b", RegexOptions.None, Patience)]
    private static partial Regex About();
}
