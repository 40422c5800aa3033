using Chronology.Time;

namespace Chronology.Tests.Time;

public sealed class WritingADate
{
    [Theory]
    [InlineData("199u-01", "199X-01")]
    [InlineData("19xx", "19XX")]
    [InlineData("2017-01-14/open", "2017-01-14/..")]
    [InlineData("unknown/2006", "/2006")]
    [InlineData("y170000002", "Y170000002")]
    [InlineData("y17e7", "Y17E7")]
    [InlineData("1984?~", "1984%")]
    [InlineData("2004-(06)?-11", "2004-?06-11")]
    [InlineData("[1667, 1760-12]", "[1667,1760-12]")]
    [InlineData("1985‐04‐12", "1985-04-12")]
    [InlineData("2016-05-02T16:54:59+0410", "2016-05-02T16:54:59+04:10")]
    [InlineData("1985/04/12", "1985-04-12")]
    public void with_a_known_slip_is_told_what_to_write(string text, string instead) =>
        Assert.EndsWith($": write \"{instead}\".", Edtf.Parse(text).Rejection!.Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("193", "four digits")]
    [InlineData("12345", "begins with Y")]
    [InlineData("44 BC", "44 BC is -0043")]
    [InlineData("c. 1985", "1985~")]
    [InlineData("-0000", "write 0000")]
    [InlineData("Y1700", "write 1700")]
    [InlineData("1985-13", "no such month")]
    [InlineData("1985-02-30", "no such day")]
    [InlineData("190X-02-29T10:00", "whole day")]
    [InlineData("1900-02-29", "29 February")]
    [InlineData("198X-21", "whole year")]
    [InlineData("[]", "empty")]
    [InlineData("/", "says nothing")]
    [InlineData("Y1E40", "too far away")]
    [InlineData("17 May 1948", "1948-05-17")]
    public void wrongly_is_told_why(string text, string hint) =>
        Assert.Contains(hint, Edtf.Parse(text).Rejection!.Detail, StringComparison.Ordinal);

    [Fact]
    public void backwards_is_told_to_turn_it_round() =>
        Assert.Equal(
            ("end-before-start", "1984 ends before 1985 begins: put the earlier date first."),
            Edtf.Parse("1985/1984") is { Rejection: var r } ? (r!.Code, r.Detail) : default
        );

    [Fact]
    public void of_ten_kilobytes_is_refused_at_once() =>
        Assert.Equal("invalid-date", Edtf.Parse(new string('[', 10_000)).Rejection!.Code);

    [Theory]
    [InlineData("?2004-?06-?11", "2004-06-11?")]
    [InlineData("2004?-06-11", "?2004-06-11")]
    [InlineData("?2004-06~", "%2004-~06")]
    [InlineData("%2001", "2001%")]
    [InlineData("Y17E7", "Y170000000")]
    [InlineData("Y-17101E3S3", "Y-17101000S3")]
    [InlineData("1985-04-12T23:20:30.120+04", "1985-04-12T23:20:30.12+04:00")]
    [InlineData("1985-04-12T23:20+00:00", "1985-04-12T23:20Z")]
    [InlineData("/1985~", "/1985~")]
    [InlineData("{..1667,1670..1672,1680..}", "{..1667,1670..1672,1680..}")]
    public void keeps_the_text_and_knows_its_canonical_form(string text, string canonical) =>
        Assert.Equal((text, canonical), Edtf.Parse(text) is { Value: var e } ? (e.Text, e.Canonical) : default);

    [Theory]
    [InlineData("../..", false, false)]
    [InlineData("/..", true, false)]
    [InlineData("../", false, true)]
    public void may_leave_both_ends_open_but_not_both_unknown(string text, bool startUnknown, bool endUnknown)
    {
        var interval = Assert.IsType<EdtfExpression.Interval>(Edtf.Parse(text).Value.Expression);
        Assert.Equal((startUnknown, endUnknown), (interval.Start is EdtfEnd.Unknown, interval.End is EdtfEnd.Unknown));
    }
}
