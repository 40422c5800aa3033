using System.Text;
using System.Text.Json;
using Chronology.Recording;

namespace Chronology.Tests.Data;

/// <summary>The chronology that ships with the product, walked in memory line by line.</summary>
public sealed class WorkedChronology
{
    private const string File = "data/palestine-russia.chronology.jsonl";

    private static readonly string ArticleText = Repository.Text("data/palestine-russia.article.txt");

    /// <param name="Number">Counted from 0: the position that the line makes in an empty chronology.</param>
    private sealed record Line(int Number, JsonElement Json, ImportLine Read);

    private static readonly Line[] Lines =
    [
        .. Repository
            .Lines(File)
            .Select(
                (text, number) =>
                {
                    var json = StrictJson.Parse(Encoding.UTF8.GetBytes(text)).Value;
                    return new Line(number, json, ImportLine.Read(json).Value);
                }
            ),
    ];

    private static IEnumerable<(int Number, ImportLine.Order Order)> Orders =>
        Lines.Where(line => line.Read is ImportLine.Order).Select(line => (line.Number, (ImportLine.Order)line.Read));

    /// <summary>Every record as its last line leaves it; each line decided on what the lines before it left.</summary>
    private static Dictionary<RecordId, RecordState> Folded(Action<int, ImportLine.Order, Decision.Changed> each)
    {
        var states = new Dictionary<RecordId, RecordState>();
        foreach (var (number, order) in Orders)
        {
            var decided = Deciding.Decide(order.Command, states.GetValueOrDefault(order.Command.Id));
            Assert.True(decided.IsOk, $"line {number}: {decided.Rejection}");
            var changed = Assert.IsType<Decision.Changed>(decided.Value);
            each(number, order, changed);
            states[order.Command.Id] = changed.After;
        }
        return states;
    }

    [Fact]
    public void begins_with_itself_and_then_holds_records_only()
    {
        Assert.Equal("palestine-russia", Assert.IsType<ImportLine.Chronology>(Lines[0].Read).Slug);
        Assert.All(Lines[1..], line => Assert.IsType<ImportLine.Order>(line.Read));
    }

    [Fact]
    public void is_accepted_line_by_line_with_the_revisions_it_numbers() =>
        Folded((number, order, changed) => Assert.Equal((number, order.Revision), (number, changed.After.Revision)));

    [Fact]
    public void refers_only_backwards()
    {
        var known = new HashSet<RecordId>();
        Folded(
            (number, order, changed) =>
            {
                foreach (var reference in changed.After.Content.References())
                {
                    var found =
                        known.Contains(reference.To)
                        || (reference.OrIssue && known.Contains(new(RecordKind.Issue, reference.To.Key)));
                    Assert.True(found, $"line {number}: nothing before it is {reference.To}");
                }
                foreach (var citation in order.Command.Support)
                    Assert.Contains(new RecordId(RecordKind.Source, citation.Source), known);
                known.Add(order.Command.Id);
            }
        );
    }

    [Fact]
    public void has_at_least_120_events() =>
        Assert.True(Folded((_, _, _) => { }).Keys.Count(id => id.Kind == RecordKind.Event) >= 120);

    [Fact]
    public void rests_every_event_on_a_source_or_says_why_not() =>
        Folded(
            (number, _, changed) =>
            {
                if (changed.After.Content is EventContent e)
                    Assert.True(e.Citations.Count > 0 || e.NoSource is not null, $"line {number}");
            }
        );

    [Fact]
    public void quotes_the_article_word_for_word()
    {
        var quotes = Lines.SelectMany(line => Quotes(line.Json)).ToArray();
        Assert.NotEmpty(quotes);
        Assert.All(quotes, quote => Assert.Contains(quote, ArticleText, StringComparison.Ordinal));
    }

    [Fact]
    public void gives_a_reason_in_words_for_every_change() =>
        Assert.All(
            Orders.Where(line => line.Order.Command is not Command.Record),
            line => Assert.False(string.IsNullOrWhiteSpace(line.Order.Command.Why?.Note), $"line {line.Number}")
        );

    [Fact]
    public void has_no_actor_issue_or_source_that_nothing_refers_to()
    {
        var used = new HashSet<RecordId>();
        var all = Folded(
            (_, order, changed) =>
            {
                foreach (var reference in changed.After.Content.References())
                {
                    used.Add(reference.To);
                    if (reference.OrIssue)
                        used.Add(new(RecordKind.Issue, reference.To.Key));
                }
                used.UnionWith(order.Command.Support.Select(c => new RecordId(RecordKind.Source, c.Source)));
            }
        );
        Assert.DoesNotContain(all.Keys, id => id.Kind != RecordKind.Event && !used.Contains(id));
    }

    /// <summary>The quotations of the article, wherever in a line a citation stands.</summary>
    private static IEnumerable<string> Quotes(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Array => json.EnumerateArray().SelectMany(Quotes),
            JsonValueKind.Object when json.TryGetProperty("source", out var source) && source.ValueEquals("article") =>
                json.TryGetProperty("quote", out var quote) && quote.ValueKind == JsonValueKind.String
                    ? [quote.GetString()!]
                    : [],
            JsonValueKind.Object => json.EnumerateObject().SelectMany(member => Quotes(member.Value)),
            _ => [],
        };
}
