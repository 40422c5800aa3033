using Chronology.Time;

namespace Chronology.Tests.Time;

public sealed class ReadingTheCorpus
{
    public static TheoryData<string, string, string, string, string> Agreed => Select(disputed: false, valid: true);

    public static TheoryData<string, string, string, string, string> Disputed => Select(disputed: true, valid: true);

    public static TheoryData<string, string> Refused => Reasons(disputed: false);

    public static TheoryData<string, string> DisputedAndRefused => Reasons(disputed: true);

    [Fact]
    public void has_every_row_in_one_of_the_lists() =>
        Assert.Equal(427, Agreed.Count + Disputed.Count + Refused.Count + DisputedAndRefused.Count);

    [Theory]
    [MemberData(nameof(Agreed))]
    public void gives_level_kind_and_bounds(string text, string level, string lower, string upper, string kind) =>
        Assert.Equal((level, lower, upper, kind), Read(text));

    [Theory]
    [MemberData(nameof(Disputed))]
    public void follows_the_pinned_policy(string text, string level, string lower, string upper, string kind) =>
        Assert.Equal((level, lower, upper, kind), Read(text));

    [Theory]
    [MemberData(nameof(Refused))]
    public void refuses_what_is_no_date(string text, string reason) => Assert.Equal(CodeOf(reason), Refusal(text));

    [Theory]
    [MemberData(nameof(DisputedAndRefused))]
    public void refuses_by_pinned_policy(string text, string reason) => Assert.Equal(CodeOf(reason), Refusal(text));

    private static (string Level, string Lower, string Upper, string Kind) Read(string text)
    {
        var edtf = Edtf.Parse(text).Value;
        var interval = edtf.Expression as EdtfExpression.Interval;
        return (
            edtf.Level.ToString(),
            interval?.Start is EdtfEnd.Unknown ? "unknown" : edtf.Earliest?.ToString().TrimStart('+') ?? "-inf",
            interval?.End is EdtfEnd.Unknown ? "unknown" : edtf.Latest?.ToString().TrimStart('+') ?? "inf",
            edtf.Expression switch
            {
                EdtfExpression.Date => "date",
                EdtfExpression.Season => "season",
                EdtfExpression.LongYear => "year",
                EdtfExpression.Moment => "datetime",
                EdtfExpression.Interval => "interval",
                EdtfExpression.OneOf => "oneof",
                EdtfExpression.AllOf => "allof",
                _ => "unheard of",
            }
        );
    }

    private static string? Refusal(string text) => Edtf.Parse(text).Rejection?.Code;

    private static string CodeOf(string reason) => reason == "reason:order" ? "end-before-start" : "invalid-date";

    private static TheoryData<string, string, string, string, string> Select(bool disputed, bool valid)
    {
        var data = new TheoryData<string, string, string, string, string>();
        foreach (var row in Corpus(disputed, valid))
            data.Add(row[0], row[1], row[3], row[4], row[6]);
        return data;
    }

    private static TheoryData<string, string> Reasons(bool disputed)
    {
        var data = new TheoryData<string, string>();
        foreach (var row in Corpus(disputed, valid: false))
            data.Add(row[0], row[6]);
        return data;
    }

    private static IEnumerable<string[]> Corpus(bool disputed, bool valid) =>
        Table
            .Rows("edtf-corpus.tsv")
            .Where(row =>
                row[7].StartsWith("disputed", StringComparison.Ordinal) == disputed && (row[2] == "yes") == valid
            );
}
