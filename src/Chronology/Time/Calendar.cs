using Chronology.Recording;

namespace Chronology.Time;

/// <summary>The calendar that the text of a date is written in; its days are always numbered as <see cref="Day"/>s.</summary>
/// <remarks>Both calendars run back before their introduction (proleptic) and have a year 0. Compared by identity.</remarks>
public abstract class Calendar
{
    private const long JulianDaysPerEra = 1_461; // 4 years

    private Calendar(string name) => Name = name;

    public static Calendar Gregorian { get; } = new GregorianCalendar();

    /// <summary>Old style: 13 days behind in the 20th century, 12 in the 19th, 11 in the 18th.</summary>
    public static Calendar Julian { get; } = new JulianCalendar();

    /// <summary>The code in vocab.tsv: <c>gregorian</c> or <c>julian</c>.</summary>
    public string Name { get; }

    /// <returns>Or the rejection <c>invalid-parameter</c>.</returns>
    public static Result<Calendar> Named(string name) =>
        name switch
        {
            "gregorian" => Gregorian,
            "julian" => Julian,
            _ => new Rejection("invalid-parameter", "The calendar is gregorian or julian.", "/calendar"),
        };

    public abstract bool IsLeap(long year);

    /// <param name="month">1..12.</param>
    /// <param name="day">1..<see cref="DaysIn"/>.</param>
    public abstract Day DayOf(long year, int month, int day);

    public abstract (long Year, int Month, int DayOfMonth) Civil(Day day);

    public int DaysIn(long year, int month) => DaysIn(IsLeap(year), month);

    internal static int DaysIn(bool leap, int month) => Day.DaysIn(leap ? 4 : 1, month);

    private sealed class GregorianCalendar() : Calendar("gregorian")
    {
        public override bool IsLeap(long year) => Day.IsLeap(year);

        public override Day DayOf(long year, int month, int day) => Day.Of(year, month, day);

        public override (long Year, int Month, int DayOfMonth) Civil(Day day) => day.Civil;
    }

    private sealed class JulianCalendar() : Calendar("julian")
    {
        // 0000-03-01 of the Julian calendar to 1970-01-01 of the Gregorian.
        private const long Offset = 719_470;

        public override bool IsLeap(long year) => year % 4 == 0;

        public override Day DayOf(long year, int month, int day)
        {
            var y = month <= 2 ? year - 1 : year;
            var era = y >> 2;
            var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
            return new(era * JulianDaysPerEra + (y - era * 4) * 365 + dayOfYear - Offset);
        }

        public override (long Year, int Month, int DayOfMonth) Civil(Day day)
        {
            var z = day.Number + Offset;
            var era = z >= 0 ? z / JulianDaysPerEra : -((-z + JulianDaysPerEra - 1) / JulianDaysPerEra);
            var dayOfEra = z - era * JulianDaysPerEra;
            var yearOfEra = (dayOfEra - dayOfEra / 1460) / 365;
            var dayOfYear = dayOfEra - 365 * yearOfEra;
            var mp = (5 * dayOfYear + 2) / 153;
            var month = (int)(mp < 10 ? mp + 3 : mp - 9);
            return (yearOfEra + era * 4 + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (153 * mp + 2) / 5 + 1));
        }
    }
}
