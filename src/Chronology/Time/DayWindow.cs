using System.Globalization;
using System.Numerics;
using Chronology.Recording;

namespace Chronology.Time;

/// <summary>The days on one of which something happened, began or ended: its true members, not only their envelope.</summary>
/// <remarks>Both bounds are in the window. A null bound means that none is known on that side (unbounded).
/// A window is never empty. Days are proleptic Gregorian, without a time zone.
/// Equal when written alike with the same members; <see cref="Covers"/> both ways compares windows written differently.</remarks>
public abstract class DayWindow
{
    private const int GreatestGaps = 50_000;

    // Before every day that can be written, so that a member here means: unbounded below.
    private static readonly Day FarPast = Day.Of(-2 * Day.GreatestYear, 1, 1);

    private protected DayWindow() { }

    /// <summary>The first member, or null where the window is unbounded below.</summary>
    public abstract Day? Earliest { get; }

    /// <summary>The last member, or null where the window is unbounded above.</summary>
    public abstract Day? Latest { get; }

    /// <summary>The greatest member at or before <paramref name="day"/>; null where there is none.</summary>
    public abstract Day? LastOnOrBefore(Day day);

    /// <summary>The least member at or after <paramref name="day"/>; null where there is none.</summary>
    public abstract Day? FirstOnOrAfter(Day day);

    /// <summary>A day up to which every day from <paramref name="member"/> on is a member; null where they go on for ever.</summary>
    private protected abstract Day? RunEnd(Day member);

    /// <summary>Whether it can be told at a glance that every member of <paramref name="other"/> is one of this window.</summary>
    private protected virtual bool SurelyCovers(DayWindow other) => Equals(other);

    /// <summary>One certain day.</summary>
    public static DayRange Single(Day day) => new(day, day);

    public bool Contains(Day day) => FirstOnOrAfter(day) == day;

    /// <summary>Whether a member lies in [<paramref name="from"/>, <paramref name="until"/>]; null is unbounded.</summary>
    public bool Overlaps(Day? from, Day? until) => FirstOnOrAfter(from ?? FarPast) is { } first && !(first > until);

    /// <summary>Whether they have a member in common that lies on or before <paramref name="until"/>.</summary>
    public bool Meets(DayWindow other, Day? until)
    {
        var (one, next) = (this, other);
        for (var day = one.FirstOnOrAfter(FarPast); day is { } at && !(at > until); (one, next) = (next, one))
        {
            day = next.FirstOnOrAfter(at);
            if (day == at)
                return true;
        }
        return false;
    }

    /// <summary>Whether every member of <paramref name="other"/> is a member of this window.</summary>
    /// <remarks>Takes time in proportion to the gaps of this window inside the other;
    /// after 50,000 stretches of days without an answer, and nothing to tell it by the digits, it is taken as not covered.</remarks>
    public bool Covers(DayWindow other)
    {
        if (SurelyCovers(other))
            return true;
        var day = other.FirstOnOrAfter(FarPast);
        for (var gaps = 0; gaps <= GreatestGaps; gaps++)
        {
            if (day is not { } member)
                return true;
            if (!Contains(member))
                return false;
            if (RunEnd(member) is not { } end)
                return true;
            day = other.FirstOnOrAfter(end + 1);
        }
        return false;
    }

    /// <summary>Its members as stretches of days without a gap, in order; stretches may touch.</summary>
    /// <remarks>As many as the window has gaps: a set of unspecified digits can have 360,000.</remarks>
    public IEnumerable<DayRange> Runs()
    {
        var next = FirstOnOrAfter(FarPast);
        while (next is { } first)
        {
            var last = RunEnd(first);
            yield return new(first == FarPast ? null : first, last);
            next = last is { } end ? FirstOnOrAfter(end + 1) : null;
        }
    }

    /// <summary>The members in [<paramref name="from"/>, <paramref name="until"/>] (null: unbounded); null where there are none.</summary>
    public DayWindow? Within(Day? from, Day? until)
    {
        if (!Overlaps(from, until))
            return null;
        var low = from is null || Earliest >= from;
        var high = until is null || Latest <= until;
        return low && high ? this : Clip(low ? Earliest : from, high ? Latest : until);
    }

    private protected virtual DayWindow Clip(Day? from, Day? until) =>
        OfRuns(
            new Clipped(this, FirstOnOrAfter(from ?? FarPast)!.Value, until is { } last ? LastOnOrBefore(last) : null)
        );

    /// <summary>The days that are in any of the ranges.</summary>
    public static DayWindow OfRanges(IEnumerable<DayRange> ranges) => UnionOf(ranges);

    /// <summary>The days that are in any of the windows.</summary>
    internal static DayWindow UnionOf(IEnumerable<DayWindow> windows)
    {
        var all = windows.SelectMany(w => w is Union union ? union.Members : [w]).ToList();
        var ranges = new List<DayRange>();
        foreach (var next in all.OfType<DayRange>().OrderBy(r => r.Earliest ?? FarPast))
        {
            if (ranges.Count > 0 && ranges[^1] is var last && !(next.Earliest > last.Latest + 1))
                ranges[^1] = new(last.Earliest, last.Latest is { } a && next.Latest is { } b ? Day.Max(a, b) : null);
            else
                ranges.Add(next);
        }
        var members = ranges.Concat(all.Where(w => w is not DayRange).Distinct()).ToValueList();
        return members.Count == 1 ? members[0] : OfRuns(new Union(members));
    }

    /// <summary>The days whose digits match; null where there is none.</summary>
    /// <param name="year">Four characters, digits or X, without sign.</param>
    /// <param name="month">Two characters, or null: every month.</param>
    /// <param name="day">Two characters, or null: every day.</param>
    internal static DayWindow? Matching(Calendar calendar, bool negative, string year, string? month, string? day)
    {
        if (!year.Contains('X') && month?.Contains('X') is not true && day?.Contains('X') is not true)
            return Written(calendar, negative, year, month, day);
        var pattern = new Pattern(calendar, negative, year, month, day);
        return pattern.IsEmpty ? null : OfRuns(pattern);
    }

    /// <summary>As <see cref="Matching"/>, of digits without an X.</summary>
    private static DayRange? Written(Calendar calendar, bool negative, string year, string? month, string? day)
    {
        var ofYear = NumberOf(year) * (negative ? -1 : 1);
        if (negative && ofYear == 0)
            return null;
        var (first, last) = month is null ? (1, 12) : (NumberOf(month), NumberOf(month));
        if (first is < 1 or > 12)
            return null;
        var length = calendar.DaysIn(ofYear, last);
        var (from, until) = day is null ? (1, length) : (NumberOf(day), NumberOf(day));
        return from < 1 || until > length
            ? null
            : new(calendar.DayOf(ofYear, first, from), calendar.DayOf(ofYear, last, until));
    }

    private static int NumberOf(string digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The day before each of these days.</summary>
    public DayWindow DayBefore() => this is DayRange ? new DayRange(Earliest - 1, Latest - 1) : new Earlier(this);

    private static DayWindow OfRuns(DayWindow window) =>
        window.FirstOnOrAfter(FarPast) is { } first && window.RunEnd(first) == window.Latest
            ? new DayRange(window.Earliest, window.Latest)
            : window;

    private sealed class Clipped(DayWindow inner, Day earliest, Day? latest) : DayWindow
    {
        public override Day? Earliest => earliest == FarPast ? null : earliest;

        public override Day? Latest => latest ?? inner.Latest;

        public override Day? LastOnOrBefore(Day day)
        {
            var found = inner.LastOnOrBefore(latest is { } last ? Day.Min(day, last) : day);
            return found >= earliest ? found : null;
        }

        public override Day? FirstOnOrAfter(Day day)
        {
            var found = inner.FirstOnOrAfter(Day.Max(day, earliest));
            return found > latest ? null : found;
        }

        private protected override Day? RunEnd(Day member) =>
            inner.RunEnd(member) is not { } end ? latest
            : latest is { } last ? Day.Min(end, last)
            : end;

        public override bool Equals(object? obj) => obj is Clipped other && Parts.Equals(other.Parts);

        public override int GetHashCode() => Parts.GetHashCode();

        private (DayWindow, Day, Day?) Parts => (inner, earliest, latest);
    }

    private sealed class Earlier(DayWindow next) : DayWindow
    {
        public override Day? Earliest => next.Earliest - 1;

        public override Day? Latest => next.Latest - 1;

        public override Day? LastOnOrBefore(Day day) => next.LastOnOrBefore(day + 1) - 1;

        public override Day? FirstOnOrAfter(Day day) => next.FirstOnOrAfter(day + 1) - 1;

        private protected override Day? RunEnd(Day member) => next.RunEnd(member + 1) - 1;

        public override bool Equals(object? obj) => obj is Earlier other && Next.Equals(other.Next);

        public override int GetHashCode() => ~Next.GetHashCode();

        private DayWindow Next => next;
    }

    private sealed class Union(ValueList<DayWindow> members) : DayWindow
    {
        public ValueList<DayWindow> Members => members;

        public override Day? Earliest => members.Any(m => m.Earliest is null) ? null : members.Min(m => m.Earliest);

        public override Day? Latest => members.Any(m => m.Latest is null) ? null : members.Max(m => m.Latest);

        public override Day? LastOnOrBefore(Day day) => members.Max(m => m.LastOnOrBefore(day));

        public override Day? FirstOnOrAfter(Day day) => members.Min(m => m.FirstOnOrAfter(day));

        private protected override Day? RunEnd(Day member)
        {
            var end = member;
            foreach (var window in members.Where(m => m.Contains(member)))
            {
                if (window.RunEnd(member) is not { } last)
                    return null;
                end = Day.Max(end, last);
            }
            return end;
        }

        private protected override bool SurelyCovers(DayWindow other) =>
            other is Union { Members: var others }
                ? others.All(o => members.Any(m => m.SurelyCovers(o)))
                : members.Any(m => m.SurelyCovers(other));

        public override bool Equals(object? obj) => obj is Union other && members.Equals(other.Members);

        public override int GetHashCode() => members.GetHashCode();
    }

    private sealed class Pattern : DayWindow
    {
        private readonly Calendar calendar;
        private readonly bool negative;
        private readonly string digits; // eight, X for any
        private readonly bool wholeYears;

        // [0] common, [1] leap: per month the days that match, day d as bit d.
        private readonly uint[][] days = [new uint[13], new uint[13]];

        // In order; only those that have a matching day.
        private readonly int[] years;

        public Pattern(Calendar calendar, bool negative, string year, string? month, string? day)
        {
            (this.calendar, this.negative) = (calendar, negative);
            (month, day) = (month ?? "XX", day ?? "XX");
            digits = year + month + day;
            wholeYears = (month, day) == ("XX", "XX");
            foreach (var leap in (int[])[0, 1])
            {
                for (var m = 1; m <= 12; m++)
                {
                    if (!Matches(month, m))
                        continue;
                    for (var d = 1; d <= Calendar.DaysIn(leap == 1, m); d++)
                        days[leap][m] |= Matches(day, d) ? 1u << d : 0;
                }
            }
            bool[] any = [days[0].Any(m => m != 0), days[1].Any(m => m != 0)];
            years =
            [
                .. Numbers(year)
                    .Where(y => !(negative && y == 0))
                    .Select(y => negative ? -y : y)
                    .Where(y => any[calendar.IsLeap(y) ? 1 : 0])
                    .Order(),
            ];
        }

        public bool IsEmpty => years.Length == 0;

        public override Day? Earliest => First(years[0]);

        public override Day? Latest => Last(years[^1]);

        public override Day? LastOnOrBefore(Day day)
        {
            var (year, month, dayOfMonth) = calendar.Civil(day);
            var index = IndexOfGreatestYear(year);
            if (index >= 0 && years[index] == year)
            {
                var masks = MasksOf(year);
                for (var m = month; m >= 1; m--)
                {
                    var mask = m == month ? masks[m] & (uint)((2L << dayOfMonth) - 1) : masks[m];
                    if (mask != 0)
                        return calendar.DayOf(year, m, 31 - BitOperations.LeadingZeroCount(mask));
                }
                index--;
            }
            return index >= 0 ? Last(years[index]) : null;
        }

        public override Day? FirstOnOrAfter(Day day)
        {
            var (year, month, dayOfMonth) = calendar.Civil(day);
            var index = IndexOfGreatestYear(year);
            if (index >= 0 && years[index] == year)
            {
                var masks = MasksOf(year);
                for (var m = month; m <= 12; m++)
                {
                    var mask = m == month ? masks[m] & ~((1u << dayOfMonth) - 1) : masks[m];
                    if (mask != 0)
                        return calendar.DayOf(year, m, BitOperations.TrailingZeroCount(mask));
                }
            }
            return index + 1 < years.Length ? First(years[index + 1]) : null;
        }

        private protected override Day? RunEnd(Day member)
        {
            var (year, month, day) = calendar.Civil(member);
            if (wholeYears)
            {
                var index = IndexOfGreatestYear(year);
                while (index + 1 < years.Length && years[index + 1] == years[index] + 1)
                    index++;
                return Last(years[index]);
            }
            while (true)
            {
                var mask = MasksOf(year)[month];
                while ((mask & (1u << day) << 1) != 0)
                    day++;
                if (day < calendar.DaysIn(year, month))
                    return calendar.DayOf(year, month, day);
                var (nextYear, nextMonth) = month < 12 ? (year, month + 1) : (year + 1, 1);
                if ((MasksOf(nextYear)[nextMonth] & 2) == 0 || Array.BinarySearch(years, (int)nextYear) < 0)
                    return calendar.DayOf(year, month, day);
                (year, month, day) = (nextYear, nextMonth, 1);
            }
        }

        private protected override bool SurelyCovers(DayWindow other) =>
            other is Pattern finer
            && finer.calendar == calendar
            && finer.negative == negative
            && Covers(digits, finer.digits);

        public override bool Equals(object? obj) =>
            obj is Pattern other && (calendar, negative, digits) == (other.calendar, other.negative, other.digits);

        public override int GetHashCode() => HashCode.Combine(calendar, negative, digits);

        private uint[] MasksOf(long year) => days[calendar.IsLeap(year) ? 1 : 0];

        private Day First(int year)
        {
            var masks = MasksOf(year);
            var month = Array.FindIndex(masks, m => m != 0);
            return calendar.DayOf(year, month, BitOperations.TrailingZeroCount(masks[month]));
        }

        private Day Last(int year)
        {
            var masks = MasksOf(year);
            var month = Array.FindLastIndex(masks, m => m != 0);
            return calendar.DayOf(year, month, 31 - BitOperations.LeadingZeroCount(masks[month]));
        }

        private int IndexOfGreatestYear(long limit)
        {
            var found = Array.BinarySearch(years, (int)Math.Clamp(limit, -10_000, 10_000));
            return found >= 0 ? found : ~found - 1;
        }

        private static bool Matches(string digits, int number) =>
            (digits[0] == 'X' || digits[0] - '0' == number / 10)
            && (digits[1] == 'X' || digits[1] - '0' == number % 10);

        private static bool Covers(string coarser, string finer) =>
            coarser.Zip(finer).All(pair => pair.First == 'X' || pair.First == pair.Second);

        private static IEnumerable<int> Numbers(string digits)
        {
            int[] numbers = [0];
            foreach (var digit in digits)
                numbers =
                    digit == 'X'
                        ? [.. numbers.SelectMany(head => Enumerable.Range(head * 10, 10))]
                        : [.. numbers.Select(head => head * 10 + (digit - '0'))];
            return numbers;
        }
    }
}

/// <summary>Every day from <see cref="Earliest"/> to <see cref="Latest"/>, both included; null is unbounded.</summary>
public sealed class DayRange : DayWindow
{
    /// <exception cref="ArgumentException">The earliest day comes after the latest.</exception>
    public DayRange(Day? earliest, Day? latest)
    {
        if (earliest > latest)
            throw new ArgumentException($"The range {earliest} .. {latest} is empty.", nameof(earliest));
        (Earliest, Latest) = (earliest, latest);
    }

    /// <summary>Any day: nothing is known.</summary>
    public static DayRange Unbounded { get; } = new(null, null);

    public override Day? Earliest { get; }

    public override Day? Latest { get; }

    public override Day? LastOnOrBefore(Day day)
    {
        var found = Latest is { } latest ? Day.Min(day, latest) : day;
        return found < Earliest ? null : found;
    }

    public override Day? FirstOnOrAfter(Day day)
    {
        var found = Earliest is { } earliest ? Day.Max(day, earliest) : day;
        return found > Latest ? null : found;
    }

    private protected override Day? RunEnd(Day member) => Latest;

    private protected override bool SurelyCovers(DayWindow other) =>
        (Earliest is null || Earliest <= other.Earliest) && (Latest is null || Latest >= other.Latest);

    private protected override DayWindow Clip(Day? from, Day? until) => new DayRange(from, until);

    public override bool Equals(object? obj) =>
        obj is DayRange other && Earliest == other.Earliest && Latest == other.Latest;

    public override int GetHashCode() => HashCode.Combine(Earliest, Latest);

    public override string ToString() => $"{Earliest?.ToString() ?? ".."}/{Latest?.ToString() ?? ".."}";
}
