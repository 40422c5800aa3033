using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Chronology.Service.Cli;

/// <summary>Text, and after it words with a colon and a value, in quotes where it has spaces: <c>ref-3 at:'p. 620' quote:"..."</c>.</summary>
internal sealed partial record Phrase(string Head, IReadOnlyList<(string Word, string Value)> Items)
{
    public const string Citation = "SOURCE [at:PLACE] [quote:WORDS]";
    public const string Effect =
        "FACT HOLDER -> TOWARD = VALUE [from:DATE] [until:DATE] [qualifier:TEXT], of a stance also [basis:] [vote:] [salience:] [authority:] [speaker:]";
    public const string Participant = "ACTOR [as:recipient|third-party|via]";
    public const string Alias = "NAME [from:DATE] [until:DATE]";
    public const string Successor = "ACTOR as:continuator|successor|secession|merger|none [on:DATE]";
    public const string Anchor = "[OFFSET] after|before|on EVENT";

    private const string None = "none";

    /// <exception cref="CommandException">A word before a colon is none of <paramref name="words"/>, or is there twice.</exception>
    public static Phrase Read(string text, string form, params string[] words)
    {
        var read = Form().Match(text);
        var items = Behind()
            .Matches(read.Groups["items"].Value)
            .Select(item => (item.Groups["word"].Value, item.Groups["value"].Value))
            .ToArray();
        foreach (var (word, _) in items)
        {
            if (!words.Contains(word, StringComparer.Ordinal))
                throw Unreadable($"“{word}:” has no place in “{text.Trim()}”: write {form}.");
            if (items.Count(item => item.Item1 == word) > 1)
                throw Unreadable($"Write {word}: only once in “{text.Trim()}”.");
        }
        return new(read.Groups["head"].Value.Trim(), items);
    }

    public static JsonObject ReadCitation(string text)
    {
        var phrase = Read(text, Citation, "at", "quote");
        return Cited(phrase.Head, phrase["at"], phrase["quote"]);
    }

    public static JsonObject Cited(string source, string? locator, string? quote) =>
        new()
        {
            ["source"] = source,
            ["locator"] = locator,
            ["quote"] = quote,
        };

    public static JsonObject ReadParticipant(string text)
    {
        var phrase = Read(text, Participant, "as");
        return new JsonObject { ["actor"] = phrase.Head, ["role"] = phrase["as"] ?? "actor" };
    }

    public static JsonObject ReadEffect(string text)
    {
        string[] stance = ["basis", "vote", "salience", "authority", "speaker"];
        var phrase = Read(text, Effect, ["from", "until", "qualifier", .. stance]);
        var fact = Fact().Match(phrase.Head);
        if (!fact.Success)
            throw Unreadable($"“{text.Trim()}” is no effect: write {Effect}.");
        var value = fact.Groups["value"].Value;
        var effect = new JsonObject
        {
            ["fact"] = fact.Groups["fact"].Value,
            ["holder"] = fact.Groups["holder"].Value,
            ["toward"] = fact.Groups["toward"].Value,
            ["value"] = value == None ? null : value,
        };
        foreach (var (word, said) in phrase.Items)
            effect[word] = said;
        return effect;
    }

    public static JsonObject ReadAlias(string text)
    {
        var phrase = Read(text, Alias, "from", "until");
        return new JsonObject
        {
            ["name"] = phrase.Head,
            ["from"] = phrase["from"],
            ["until"] = phrase["until"],
        };
    }

    public static JsonObject ReadSuccessor(string text)
    {
        var phrase = Read(text, Successor, "as", "on");
        return new JsonObject
        {
            ["actor"] = phrase.Head,
            ["kind"] = phrase["as"],
            ["on"] = phrase["on"],
        };
    }

    public static JsonObject ReadAnchor(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var relation, var key] => Anchored(null, relation, key),
            [var offset, var relation, var key] => Anchored(offset, relation, key),
            _ => throw Unreadable(
                $"“{text}” is no place beside another event: write {Anchor}, such as P3D after treaty."
            ),
        };

    private static JsonObject Anchored(string? offset, string relation, string key) =>
        new()
        {
            ["relation"] = relation,
            ["event"] = key,
            ["offset"] = offset,
        };

    public static CommandException Unreadable(string detail) => new("usage", detail, Exit.Usage);

    private string? this[string word] =>
        Items.Where(item => item.Word == word).Select(item => item.Value).FirstOrDefault();

    private const RegexOptions Plain =
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Singleline;

    /// <summary>One word with its value, behind a space.</summary>
    public const string OneItem = """\s+[a-z]+:('[^']+'|"[^"]+"|‘[^’]+’|“[^”]+”|[^\s'"‘“]\S*)""";

    [GeneratedRegex($@"^(?<head>.*?)(?<items>({OneItem})*)\s*$", Plain)]
    private static partial Regex Form();

    [GeneratedRegex(
        """\s+(?<word>[a-z]+):('(?<value>[^']+)'|"(?<value>[^"]+)"|‘(?<value>[^’]+)’|“(?<value>[^”]+)”|(?<value>[^\s'"‘“]\S*))""",
        Plain
    )]
    private static partial Regex Behind();

    [GeneratedRegex(@"^\s*(?<fact>\S+)\s+(?<holder>.+?)\s*(->|→)\s*(?<toward>[^=]+?)\s*=\s*(?<value>.+?)\s*$", Plain)]
    private static partial Regex Fact();

    /// <summary>All items of the end of a line, in order, whatever their words.</summary>
    public static IEnumerable<(string Word, string Value)> ItemsOf(string end) =>
        Behind().Matches(end).Select(item => (item.Groups["word"].Value, item.Groups["value"].Value));
}
