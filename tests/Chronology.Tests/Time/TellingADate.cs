using Chronology.Time;

namespace Chronology.Tests.Time;

public sealed class TellingADate
{
    [Theory]
    [InlineData("1948-05-17", "on 17 May 1948")]
    [InlineData("1948-05-07", "on 7 May 1948")]
    [InlineData("1948-05", "in May 1948")]
    [InlineData("1948", "in 1948")]
    [InlineData("1974-22", "in the summer of 1974")]
    [InlineData("1974-24?", "possibly in the winter of 1974")]
    [InlineData("1974-29", "in the southern spring of 1974")]
    [InlineData("1974-33", "in the first quarter of 1974")]
    [InlineData("1974-38", "in the second four months of 1974")]
    [InlineData("1974-41", "in the second half of 1974")]
    [InlineData("197X", "in the 1970s")]
    [InlineData("19XX", "in the years 1900 to 1999")]
    [InlineData("1XXX", "on a date that fits 1XXX")]
    [InlineData("197X-05", "on a date that fits 197X-05")]
    [InlineData("1974-XX", "in some month of 1974")]
    [InlineData("1974-XX-XX", "on some day of 1974")]
    [InlineData("1974-05-XX", "on some day of May 1974")]
    [InlineData("1974-05-1X", "on a date that fits 1974-05-1X")]
    [InlineData("1948?", "possibly in 1948")]
    [InlineData("1948~", "in about 1948")]
    [InlineData("1948-05-17~", "on about 17 May 1948")]
    [InlineData("1948%", "possibly in about 1948")]
    [InlineData("?1948-05", "possibly in May 1948")]
    [InlineData("-0043-03-15", "on 15 March 44 BC")]
    [InlineData("0000", "in 1 BC")]
    [InlineData("Y170000002", "in the year 170000002")]
    [InlineData("1950S2", "in one of the years 1900 to 1999")]
    [InlineData("1948-05-17T10:30:00Z", "on 17 May 1948 at 10:30:00Z")]
    [InlineData("[..1972]", "at some time up to 1972")]
    [InlineData("[1969..]", "at some time from 1969 on")]
    [InlineData("[1944-07..1944-12]", "at some time between July 1944 and December 1944")]
    [InlineData("[1947,1948-05-17]", "in 1947 or on 17 May 1948")]
    [InlineData("[1947,1949,1951]", "in 1947, in 1949 or in 1951")]
    [InlineData("{1947,1948-05}", "in 1947 and in May 1948")]
    [InlineData("1956/1990", "from 1956 to 1990")]
    [InlineData("1956-05/1990?", "from May 1956 to possibly 1990")]
    [InlineData("../1990", "up to 1990")]
    [InlineData("1991-12/..", "from December 1991 on")]
    [InlineData("1991/", "from 1991 to an unknown date")]
    [InlineData("/1991", "from an unknown date to 1991")]
    [InlineData("2007/2007", "for some time within 2007")]
    public void says_it_in_plain_english_and_as_sure_as_it_is(string edtf, string words) =>
        Assert.Equal(words, DateInWords.Of(edtf, null, null, null, "gregorian"));

    [Theory]
    [InlineData("1956/1990", "occurrence", "on a day from 1956 to 1990")]
    [InlineData("1956", "extent", "for some time within 1956")]
    [InlineData("[1956..1958]", "extent", "for some time between 1956 and 1958")]
    public void says_how_it_is_read(string edtf, string reading, string words) =>
        Assert.Equal(words, DateInWords.Of(edtf, reading, null, null, "gregorian"));

    [Theory]
    [InlineData(
        "[1944-07..1944-12]",
        "[1948..]",
        "from some time between July 1944 and December 1944 to some time from 1948 on"
    )]
    [InlineData("196X", "196X", "for some time within the 1960s")]
    [InlineData("..", "1948", "up to 1948")]
    [InlineData("1948", null, "from 1948 to an unknown date")]
    [InlineData(null, "1948", "from an unknown date to 1948")]
    public void says_two_bounds(string? start, string? end, string words) =>
        Assert.Equal(words, DateInWords.Of(null, "extent", start, end, "gregorian"));

    [Fact]
    public void names_the_calendar_of_an_old_date() =>
        Assert.Equal(
            "on 25 October 1917 of the Julian calendar",
            DateInWords.Of("1917-10-25", null, null, null, "julian")
        );

    [Theory]
    [InlineData("P3D", "three days")]
    [InlineData("P1D", "one day")]
    [InlineData("P2W", "14 days")]
    [InlineData("P1Y6M", "one year and six months")]
    [InlineData("P1Y1M1D", "one year, one month and one day")]
    [InlineData("P0D", "no days")]
    public void says_an_offset(string offset, string words) => Assert.Equal(words, Offset.Parse(offset).Value.InWords);

    /// <summary>Whatever can be recorded can be told.</summary>
    [Fact]
    public void has_words_for_every_date_of_the_corpus() =>
        Assert.All(
            Table.Rows("edtf-corpus.tsv").Where(row => row[2] == "yes"),
            row => Assert.NotEmpty(DateInWords.Of(row[0], null, null, null, "gregorian"))
        );
}
