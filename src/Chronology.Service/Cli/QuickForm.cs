using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Chronology.Service.Cli;

/// <summary>An event in one line: <c>DATE ACTOR[, ..] [-> RECIPIENT[, ..]]: TYPE 'TITLE'</c>, and after the title words with a colon,
/// such as <c>src:KEY at:'p. 620' quote:'...'</c>, <c>effect:'...'</c>, <c>via:NAME</c>. DATE is EDTF, or follows another event:
/// <c>after:KEY</c>, <c>after:KEY+P3D</c>, <c>on:KEY</c>.</summary>
public static partial class QuickForm
{
    public const string Example =
        "1988-11-15 PLO: independence-declared 'Declaration of Independence, Algiers' src:ref-3";

    /// <summary>What may follow the title.</summary>
    public const string Words =
        "src:KEY with at:'place' and quote:'words' behind it, nosrc:'why there is none', effect:'FACT HOLDER -> TOWARD = VALUE', via:NAME, third:NAME, place:'NAME', text:'DESCRIPTION' or tag:TAG";

    /// <summary>The request body, with actors as the line names them.</summary>
    /// <param name="key">Null: made from the title.</param>
    /// <exception cref="CommandException">It is no such line.</exception>
    public static JsonObject Read(string? text, string? key)
    {
        if (text is null || Dated().Match(text.Trim()) is not { Success: true } dated)
            throw Phrase.Unreadable(
                $"{(text is null ? "Give an event" : $"“{text}” is no event")} in one line, as “{Example}”, or say with --kind what a file records."
            );
        var date = dated.Groups["date"].Value;
        var done = Done().Match(dated.Groups["rest"].Value);
        if (!done.Success)
            throw Phrase.Unreadable(
                $"After the date “{date}” write who, a colon, the type and the title in quotes, as in “{Example}”."
            );
        var titled = Titled().Match(done.Groups["rest"].Value);
        if (!titled.Success)
            throw Phrase.Unreadable($"Close the quotes of the title, and write nothing after it but {Words}.");
        var title = titled.Groups["title"].Value;
        var anchors = AnchorsOf(date);
        var body = new JsonObject
        {
            ["key"] = key ?? KeyOf(title),
            ["type"] = done.Groups["type"].Value,
            [anchors is null ? "occurred" : "anchor"] = anchors ?? date,
            ["title"] = title,
            ["actors"] = Parties(done.Groups["actors"].Value),
            ["citations"] = new JsonArray(),
        };
        foreach (var (word, value) in Phrase.ItemsOf(titled.Groups["items"].Value))
            Add(body, word, value);
        return body;
    }

    private static void Add(JsonObject body, string word, string value)
    {
        switch (word)
        {
            case "src":
                List(body, "citations").Add(Phrase.Cited(value, null, null));
                break;
            case "at" or "quote":
                var field = word == "at" ? "locator" : "quote";
                if (List(body, "citations") is not [.., JsonObject cited])
                    throw Phrase.Unreadable($"Write {word}: behind the src: that it belongs to.");
                if (cited[field] is not null)
                    throw Phrase.Unreadable($"Write {word}: only once behind each src:.");
                cited[field] = value;
                break;
            case "effect":
                List(body, "effects").Add(Phrase.ReadEffect(value));
                break;
            case "via" or "third":
                List(body, "actors").Add(Party(value, word == "via" ? "via" : "third-party"));
                break;
            case "tag":
                List(body, "tags").Add(value);
                break;
            case "nosrc" or "place" or "text":
                var one = word switch
                {
                    "nosrc" => "noSource",
                    "text" => "description",
                    _ => word,
                };
                if (body.ContainsKey(one))
                    throw Phrase.Unreadable($"Write {word}: only once.");
                body[one] = value;
                break;
            default:
                throw Phrase.Unreadable($"“{word}:” has no place after the title: write {Words}.");
        }
    }

    /// <summary><c>after:KEY</c>, <c>before:KEY+P3D</c>, <c>on:KEY</c>, or <c>after:KEY,before:KEY</c>; null: the date is one of its own.</summary>
    private static JsonNode? AnchorsOf(string date)
    {
        var anchors = date.Split(',').Select(part => Anchored().Match(part)).ToArray();
        if (!anchors.All(anchor => anchor.Success))
            return null;
        var written = anchors
            .Select(anchor => new JsonObject
            {
                ["relation"] = anchor.Groups["relation"].Value,
                ["event"] = anchor.Groups["event"].Value,
                ["offset"] = anchor.Groups["offset"] is { Success: true, Value: var offset } ? offset : null,
            })
            .ToArray<JsonNode>();
        return written is [var one] ? one : new JsonArray(written);
    }

    private static JsonArray List(JsonObject body, string field) => (body[field] ??= new JsonArray()).AsArray();

    private static JsonArray Parties(string text)
    {
        var sides = text.Replace("→", "->", StringComparison.Ordinal).Split("->");
        if (sides.Length > 2)
            throw Phrase.Unreadable("Write -> only once: who acts stands before it, who receives after it.");
        var parties = new JsonArray();
        foreach (var (side, role) in sides.Zip(["actor", "recipient"]))
        {
            foreach (var name in side.Split(','))
            {
                var words = name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0)
                    throw Phrase.Unreadable($"A name is missing in “{text}”: separate names by commas, sides by ->.");
                parties.Add(Party(string.Join(' ', words), role));
            }
        }
        return parties;
    }

    private static JsonObject Party(string name, string role) => new() { ["actor"] = name, ["role"] = role };

    private static string KeyOf(string title)
    {
        var key = NoKey().Replace(Apostrophes().Replace(Fold(title), ""), "-").Trim('-');
        return key switch
        {
            "" => throw Phrase.Unreadable($"No key can be made from the title “{title}”: give one with --key."),
            { Length: > 128 } => key[..128].TrimEnd('-'),
            _ => key,
        };
    }

    /// <summary>Without case and diacritics, nearly as the database folds them: with the globalization that the program
    /// runs under, .NET decomposes nothing.</summary>
    private static string Fold(string text) =>
        string.Concat(
            text.ToLowerInvariant()
                .Replace("ß", "ss", StringComparison.Ordinal)
                .Replace("æ", "ae", StringComparison.Ordinal)
                .Replace("œ", "oe", StringComparison.Ordinal)
                .Where(c => c is < '\u0300' or > '\u036f')
                .Select(c => Plainly.GetValueOrDefault(c, c))
        );

    private static readonly Dictionary<char, char> Plainly = new[]
    {
        "aàáâãäåāăąǎǟǡǻȁȃḁạảấầẩẫậắằẳẵặ",
        "bḃḅḇ",
        "cçćĉċčḉ",
        "dďḋḍḏḑḓđ",
        "eèéêëēĕėęěȅȇḕḗḙḛḝẹẻẽếềểễệ",
        "fḟ",
        "gĝğġģǧǵḡ",
        "hĥȟḣḥḧḩḫẖ",
        "iìíîïĩīĭįǐȉȋḭḯỉịı",
        "jĵǰ",
        "kķǩḱḳḵ",
        "lĺļľḷḹḻḽł",
        "mḿṁṃ",
        "nñńņňǹṅṇṉṋ",
        "oòóôõöōŏőǒǫǭȍȏṍṏṑṓọỏốồổỗộớờởỡợø",
        "pṕṗ",
        "rŕŗřȑȓṙṛṝṟ",
        "sśŝşšſșṡṣṥṧṩẛ",
        "tţťțṫṭṯṱẗ",
        "uùúûüũūŭůűųǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        "vṽṿ",
        "wŵẁẃẅẇẉẘ",
        "xẋẍ",
        "yýÿŷẏẙỳỵỷỹ",
        "zźżžẑẓẕ",
    }
        .SelectMany(letters => letters.Skip(1).Select(letter => (letter, letters[0])))
        .ToDictionary();

    private const RegexOptions Plain =
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Singleline;

    // A set of dates may have spaces between its brackets.
    [GeneratedRegex(@"^(?<date>([{\[][^}\]]*[}\]]|\S)+)\s+(?<rest>.+)$", Plain)]
    private static partial Regex Dated();

    [GeneratedRegex(@"^(?<relation>after|before|on):(?<event>[^+]+)(\+(?<offset>.+))?$", Plain)]
    private static partial Regex Anchored();

    [GeneratedRegex(@"^(?<actors>.*?):\s*(?<type>[^\s:'""]+)\s+(?<rest>['""‘“].*)$", Plain)]
    private static partial Regex Done();

    // A title may have apostrophes: it ends where nothing but words with a colon follows.
    [GeneratedRegex(
        $"""^('(?<title>.+?)'|"(?<title>.+?)"|‘(?<title>.+?)’|“(?<title>.+?)”)(?<items>({Phrase.OneItem})*)\s*$""",
        Plain
    )]
    private static partial Regex Titled();

    [GeneratedRegex("['’‘ʼ]", Plain)]
    private static partial Regex Apostrophes();

    [GeneratedRegex("[^a-z0-9]+", Plain)]
    private static partial Regex NoKey();
}
