using System.Text.Json;
using System.Text.RegularExpressions;

namespace Chronology.Tests.Data;

/// <summary><c>docs/article.md</c> against the article and the chronology: every sentence, every event, and not one more.</summary>
public sealed partial class TableOfTheArticle
{
    /// <param name="Section">The heading above, without its marks.</param>
    /// <param name="Sentence">As on the page, shortened in the middle where it is long.</param>
    /// <param name="Keys">Of the events coded from it.</param>
    private sealed record Row(string Section, string Sentence, string Outcome, string[] Keys);

    private const string Shortened = " … ";

    private static readonly string[] Sections = ["Lead", "History", "Current relations"];

    private static readonly Row[] Rows = [.. Read(Repository.Lines("docs/article.md"))];

    private static readonly string[] Events =
    [
        .. Repository
            .Lines("data/palestine-russia.chronology.jsonl")
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("record").ValueEquals("event"))
            .Select(line => line.GetProperty("key").GetString()!),
    ];

    public static TheoryData<string> SectionNames => [.. Sections];

    [Theory]
    [MemberData(nameof(SectionNames))]
    public void holds_every_sentence_in_the_order_of_the_article(string section)
    {
        var rest = ArticleOf(section);
        foreach (var row in Rows.Where(row => row.Section == section))
        {
            var (first, last) = row.Sentence.Split(Shortened) is [var head, var tail]
                ? (head, tail)
                : (row.Sentence, "");
            Assert.StartsWith(first, rest, StringComparison.Ordinal);
            var lastAt = rest.IndexOf(last, first.Length, StringComparison.Ordinal);
            Assert.True(lastAt >= 0, $"“{row.Sentence}” does not end so.");
            var sentence = rest[..(lastAt + last.Length)];
            Assert.DoesNotMatch(BetweenSentences(), sentence);
            rest = rest[sentence.Length..].TrimStart();
        }
        Assert.Equal("", rest);
    }

    [Fact]
    public void names_every_event_and_no_other() =>
        Assert.Equal(
            Events.Order(StringComparer.Ordinal),
            Rows.SelectMany(row => row.Keys).Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void says_why_where_there_are_no_events() =>
        Assert.All(
            Rows.Where(row => row.Keys.Length == 0),
            row => Assert.StartsWith("none: ", row.Outcome, StringComparison.Ordinal)
        );

    /// <summary>The sentences of a section with one blank between paragraphs, without headings and the box beside the lead.</summary>
    private static string ArticleOf(string section)
    {
        var lines = Repository.Lines("data/palestine-russia.article.txt").Select(line => line.Trim()).ToArray();
        var starts = new[]
        {
            Array.FindIndex(lines, line => line.StartsWith("The bilateral relations", StringComparison.Ordinal)),
            Array.IndexOf(lines, "History") + 1,
            Array.IndexOf(lines, "Current relations") + 1,
            Array.IndexOf(lines, "See also"),
        };
        var at = Array.IndexOf(Sections, section);
        return string.Join(
            ' ',
            lines[starts[at]..starts[at + 1]]
                .Where(line => line.Length > 0 && !Sections.Contains(line))
                .Where(line => !line.StartsWith("Quick Facts", StringComparison.Ordinal))
        );
    }

    private static IEnumerable<Row> Read(IEnumerable<string> lines)
    {
        var section = "";
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                section = line[3..];
            if (!Sections.Contains(section) || !line.StartsWith("| ", StringComparison.Ordinal))
                continue;
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells[1] is "sentence" or "---")
                continue;
            var none = cells[2].StartsWith("none: ", StringComparison.Ordinal);
            yield return new(
                section,
                cells[1],
                cells[2],
                none ? [] : [.. Keys().Matches(cells[2]).Select(m => m.Groups["key"].Value)]
            );
        }
    }

    [GeneratedRegex("`(?<key>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Keys();

    /// <summary>A full stop, what may follow it, and the next sentence's first letter.</summary>
    [GeneratedRegex("""[.!?]["”)]?(?:\s?\[(?:\d+|citation needed)\])*\s+["“(]?[A-Z]""", RegexOptions.None, 1000)]
    private static partial Regex BetweenSentences();
}
