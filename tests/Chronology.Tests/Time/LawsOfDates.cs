using System.Globalization;
using Chronology.Time;
using CsCheck;
using Calendar = Chronology.Time.Calendar;

namespace Chronology.Tests.Time;

public sealed class LawsOfDates
{
    private const string Alphabet = "0123456789012-/.,[]{}XYESTZ:?~%+- uxy()";

    private static readonly string[] Valid =
    [
        .. Table.Rows("edtf-corpus.tsv").Where(row => row[2] == "yes").Select(row => row[0]),
        "../..",
        "/..",
        "[XXXX-XX-X1,XXXX-XX-X2,1985]",
        "{1980-11..1981-02,1990}",
        "2004?-?06-11",
    ];

    private static readonly Gen<string> Noise = Gen.Char[Alphabet].Array[0, 40].Select(c => new string(c));

    private static readonly Gen<string> NearMisses = Gen.Select(
        OneOf(Valid),
        Gen.Int[0, 60],
        Gen.Char[Alphabet],
        Gen.Int[0, 2],
        (text, at, with, cut) =>
        {
            var index = at % (text.Length + 1);
            return text[..index] + with + text[Math.Min(text.Length, index + cut)..];
        }
    );

    private static readonly Gen<Day> Days = Gen.Long[Day.Of(-50, 1, 1).Number, Day.Of(2100, 1, 1).Number]
        .Select(n => new Day(n));

    private static readonly Gen<DayWindow> Windows = OneOf(Valid)
        .Select(text => Edtf.Parse(text).Value.Expression.Days);

    // Patterns in 1900-1999, small enough to be tried day by day.
    private static readonly Gen<string> Patterns = Gen.Select(
        OneOf("19XX", "196X", "1964", "19X4", "1900"),
        OneOf("XX", "0X", "1X", "X2", "02", "X1", "12"),
        OneOf("XX", "0X", "2X", "3X", "X9", "29", "31", "01", "X0"),
        (year, month, day) => $"{year}-{month}-{day}"
    );

    private static readonly string[] Century =
    [
        .. Enumerable.Range(0, 36_525 + 800).Select(i => (Day.Of(1899, 1, 1) + i).ToString()),
    ];

    [Fact]
    public void no_text_throws_or_hangs() =>
        Gen.OneOf(Noise, NearMisses, Gen.String[0, 30])
            .Sample(
                text =>
                {
                    var parsed = Edtf.Parse(text);
                    foreach (var reading in (string?[])[null, "occurrence", "occurrences", "extent"])
                    {
                        var when = When.From(text, reading, start: null, end: null, "julian");
                        _ = when.IsOk ? when.Value.HappenedBy(new(0)) : default;
                    }
                    var both = When.From(occurred: null, reading: null, text, text, "gregorian");
                    return parsed.IsOk || parsed.Rejection!.Detail.EndsWith('.') || both.IsOk;
                },
                iter: 20_000
            );

    [Fact]
    public void a_canonical_text_reads_back_as_the_same() =>
        Gen.OneOf(NearMisses, OneOf(Valid))
            .Sample(
                text =>
                    Edtf.Parse(text) is not { IsOk: true, Value: var edtf }
                    || (
                        Edtf.Parse(edtf.Canonical) is { IsOk: true, Value: var again }
                        && again.Expression == edtf.Expression
                        && again.Canonical == edtf.Canonical
                    ),
                iter: 20_000
            );

    [Fact]
    public void members_lie_within_bounds_and_between_neighbours() =>
        Gen.Select(Windows, Days)
            .Sample(
                (window, day) =>
                {
                    var (last, first) = (window.LastOnOrBefore(day), window.FirstOnOrAfter(day));
                    return !(last > day)
                        && !(first < day)
                        && (last is null ? window.Earliest > day : window.Contains(last.Value))
                        && (first is null ? window.Latest < day : window.Contains(first.Value))
                        && !(last < window.Earliest)
                        && !(first > window.Latest)
                        && window.Contains(day) == (last == day)
                        && window.Contains(day) == (first == day);
                },
                iter: 20_000
            );

    [Fact]
    public void unspecified_digits_agree_with_trying_each_day() =>
        Gen.Select(Patterns, Gen.Int[0, 36_000])
            .Sample(
                (pattern, at) =>
                {
                    var day = Day.Of(1899, 6, 1) + at;
                    var members = Century
                        .Where(text => text.Zip(pattern).All(pair => pair.Second == 'X' || pair.First == pair.Second))
                        .Select(text => Day.ParseQuestion(text).Value)
                        .ToList();
                    if (members.Count == 0)
                        return Edtf.Parse(pattern).Rejection?.Code == "invalid-date";
                    var window = Edtf.Parse(pattern).Value.Expression.Days;
                    return window.Earliest == members[0]
                        && window.Latest == members[^1]
                        && window.LastOnOrBefore(day) == Last(members.Where(m => m <= day))
                        && window.FirstOnOrAfter(day) == First(members.Where(m => m >= day));
                },
                iter: 300
            );

    [Fact]
    public void a_set_has_the_days_of_its_members() =>
        Gen.Select(Patterns, Patterns, Gen.Int[0, 36_000])
            .Where((a, b, _) => Edtf.Parse(a).IsOk && Edtf.Parse(b).IsOk)
            .Sample(
                (a, b, at) =>
                {
                    var day = Day.Of(1899, 6, 1) + at;
                    var set = Edtf.Parse($"[{a},{b},1950..1951]").Value.Expression.Days;
                    return set.Contains(day)
                        == (
                            Edtf.Parse(a).Value.Expression.Days.Contains(day)
                            || Edtf.Parse(b).Value.Expression.Days.Contains(day)
                            || day.Civil.Year is 1950 or 1951
                        );
                }
            );

    [Fact]
    public void covering_agrees_with_trying_each_day() =>
        Gen.Select(Patterns, Patterns, Patterns)
            .Where((a, b, c) => Edtf.Parse(a).IsOk && Edtf.Parse(b).IsOk && Edtf.Parse(c).IsOk)
            .Sample(
                (a, b, c) =>
                {
                    var coarser = Edtf.Parse($"[{a},{b}]").Value.Expression.Days;
                    var finer = Edtf.Parse(c).Value.Expression.Days;
                    return coarser.Covers(finer) == Members(finer).All(coarser.Contains);
                },
                iter: 300
            );

    [Fact]
    public void clipping_keeps_the_members_inside() =>
        Gen.Select(Patterns, Gen.Int[0, 36_000], Gen.Int[0, 4_000])
            .Where((pattern, _, _) => Edtf.Parse(pattern).IsOk)
            .Sample(
                (pattern, at, length) =>
                {
                    var (from, until) = (Day.Of(1899, 6, 1) + at, Day.Of(1899, 6, 1) + (at + length));
                    var window = Edtf.Parse(pattern).Value.Expression.Days;
                    var inside = Members(window).Where(m => m >= from && m <= until).ToList();
                    return window.Within(from, until) is { } clipped
                        ? Members(clipped).SequenceEqual(inside)
                            && clipped.Earliest == inside[0]
                            && clipped.Latest == inside[^1]
                        : inside.Count == 0;
                },
                iter: 300
            );

    [Fact]
    public void refining_never_turns_certain_or_ruled_out_into_anything_else()
    {
        string[] texts =
        [
            "198X",
            "1985",
            "1985-03",
            "1985-03-10",
            "1985-XX-10",
            "1985-22",
            "[1985,1987]",
            "[1985-03,1987-02]",
            "[..1986]",
            "{1985,1987}",
            "{1985-03,1987-05-01}",
            "{1985-03,1985-04,1987}",
            "{..1985}",
            "198X-XX-1X",
            "/1987",
            "1985/",
            "../1987",
            "1985/..",
            "1985/1987",
            "1985-03/1987-05",
            "1985-03-10/1987-05-01",
            "../1987-05",
            "/1987-05",
            "1985-03/..",
            "1985-03/",
            "/..",
            "../",
            "../..",
            "198X/198X",
            "1985-XX-10/1987",
        ];
        var whens = texts.Select(text => When.From(text, null, null, null, "gregorian").Value).ToList();
        var days = Enumerable.Range(0, 220).Select(i => Day.Of(1984, 6, 1) + i * 7).ToList();
        var pairs = whens.SelectMany(_ => whens, (finer, coarser) => (finer, coarser)).ToList();
        var refinements = pairs.Where(p => p.finer.IsRefinementOf(p.coarser)).ToList();
        Assert.True(refinements.Count > 2 * whens.Count);
        foreach (var (finer, coarser) in refinements)
        {
            foreach (var day in days)
            {
                Assert.True(Keeps(coarser.HappenedBy(day), finer.HappenedBy(day)));
                Assert.True(Keeps(coarser.InForceOn(day), finer.InForceOn(day)));
                Assert.True(Keeps(coarser.EndedBy(day), finer.EndedBy(day)));
            }
        }
        Assert.All(whens, when => Assert.True(when.IsRefinementOf(when)));
    }

    [Fact]
    public void julian_days_are_those_of_the_framework()
    {
        var oracle = new JulianCalendar();
        Gen.Int[1, 3_000_000]
            .Sample(
                number =>
                {
                    var date = DateOnly.FromDayNumber(number).ToDateTime(TimeOnly.MinValue);
                    var (year, month, day) = Calendar.Julian.Civil(Day.Of(DateOnly.FromDateTime(date)));
                    return (year, month, day)
                            == (oracle.GetYear(date), oracle.GetMonth(date), oracle.GetDayOfMonth(date))
                        && Calendar.Julian.DayOf(year, month, day) == Day.Of(DateOnly.FromDateTime(date));
                },
                iter: 10_000
            );
    }

    [Fact]
    public void julian_days_run_on_before_year_one() =>
        Gen.Long[-4_000_000_000, 0]
            .Sample(number =>
            {
                var (year, month, day) = Calendar.Julian.Civil(new(number));
                var next = Calendar.Julian.Civil(new(number + 1));
                return Calendar.Julian.DayOf(year, month, day).Number == number
                    && (
                        next == (year, month, day + 1)
                        || (day == Calendar.Julian.DaysIn(year, month) && next.DayOfMonth == 1)
                    );
            });

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static bool Keeps(Certainty? coarser, Certainty? finer) =>
        coarser is null or Certainty.Possible || finer == coarser;

    private static Day? Last(IEnumerable<Day> days) => days.Select(d => (Day?)d).LastOrDefault();

    private static Day? First(IEnumerable<Day> days) => days.Select(d => (Day?)d).FirstOrDefault();

    private static IEnumerable<Day> Members(DayWindow window)
    {
        for (var day = window.Earliest; day is { } member; day = window.FirstOnOrAfter(member + 1))
            yield return member;
    }
}
