using System.Globalization;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>So many months and then days after a day, or before it.</summary>
/// <remarks>Never negative. Two are equal when they have the same months and the same days: P1W is P7D, P30D is not P1M.</remarks>
public sealed record Offset
{
    private const int GreatestDigits = 6;

    private readonly long months;
    private readonly long days;

    private Offset(long months, long days) => (this.months, this.days) = (months, days);

    /// <summary>Reads an ISO 8601 duration in years, months, weeks and days, such as <c>P3D</c> or <c>P1Y6M</c>; each a number of at most six digits.</summary>
    /// <returns>Or the rejection <c>invalid-date</c>.</returns>
    public static Result<Offset> Parse(string text)
    {
        var (months, days, at) = (0L, 0L, 1);
        foreach (var unit in "YMWD")
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (end - at is < 1 or > GreatestDigits || end == text.Length || text[end] != unit)
                continue;
            var number = long.Parse(text[at..end], CultureInfo.InvariantCulture);
            months +=
                unit is 'Y' ? number * 12
                : unit is 'M' ? number
                : 0;
            days +=
                unit is 'W' ? number * 7
                : unit is 'D' ? number
                : 0;
            at = end + 1;
        }
        return text.StartsWith('P') && text.Length > 1 && at == text.Length
            ? new Offset(months, days)
            : new Rejection(
                "invalid-date",
                $"Write the offset in years, months, weeks and days, such as P3D, P2W or P1Y6M, each of at most {GreatestDigits} digits."
            );
    }

    private static readonly string[] Small =
    [
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ];

    /// <summary>In plain English: <c>three days</c>, <c>one year and six months</c>.</summary>
    public string InWords
    {
        get
        {
            var parts = new (long Count, string Unit)[] { (months / 12, "year"), (months % 12, "month"), (days, "day") }
                .Where(part => part.Count > 0)
                .Select(part => $"{Counted(part.Count)} {part.Unit}{(part.Count == 1 ? "" : "s")}")
                .ToArray();
            return parts.Length == 0 ? "no days" : DateInWords.List(parts, "and");
        }
    }

    private static string Counted(long count) =>
        count < Small.Length ? Small[count] : count.ToString(CultureInfo.InvariantCulture);

    /// <summary>The months are counted first; a day that the month reached does not have becomes its last.</summary>
    /// <remarks>A later day never gives an earlier one.</remarks>
    public Day After(Day day) => Moved(day, months) + days;

    /// <inheritdoc cref="After"/>
    public Day Before(Day day) => Moved(day, -months) - days;

    private static Day Moved(Day day, long months)
    {
        if (months == 0)
            return day;
        var (year, month, dayOfMonth) = day.Civil;
        var count = year * 12 + (month - 1) + months;
        var moved = (int)(((count % 12) + 12) % 12);
        year = (count - moved) / 12;
        return Day.Of(year, moved + 1, Math.Min(dayOfMonth, Day.DaysIn(year, moved + 1)));
    }
}
