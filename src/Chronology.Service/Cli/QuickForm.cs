using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Search;
using Chronology.Service.Store;
using MediatR;

namespace Chronology.Service.Cli;

/// <summary>An event in one line: <c>DATE ACTOR[, ..] [-> RECIPIENT[, ..]]: TYPE 'TITLE' src:KEY [..]</c>, or <c>nosrc:'why'</c>
/// in the place of sources. DATE is EDTF, or follows another event: <c>after:KEY</c>, <c>after:KEY+P3D</c>, <c>on:KEY</c>.</summary>
/// <param name="Key">Given, or made from the title.</param>
public sealed partial record QuickForm(
    string Key,
    string Date,
    IReadOnlyList<(string Name, string Role)> Actors,
    string Type,
    string Title,
    IReadOnlyList<string> Sources,
    string? NoSource
)
{
    public const string Example =
        "1988-11-15 PLO: independence-declared 'Declaration of Independence, Algiers' src:ref-3";

    private const int Suggested = 3;

    /// <param name="key">Null: made from the title.</param>
    /// <exception cref="CommandException">It is no such line.</exception>
    public static QuickForm Read(string? text, string? key)
    {
        if (text is null || Dated().Match(text.Trim()) is not { Success: true } dated)
            throw Unreadable(
                $"{(text is null ? "Give an event" : $"“{text}” is no event")} in one line, as “{Example}”, or say with --kind what a file records."
            );
        var date = dated.Groups["date"].Value;
        var done = Done().Match(dated.Groups["rest"].Value);
        if (!done.Success)
            throw Unreadable(
                $"After the date “{date}” write who, a colon, the type and the title in quotes, as in “{Example}”."
            );
        var titled = Titled().Match(done.Groups["rest"].Value);
        if (!titled.Success)
            throw Unreadable(
                "Close the quotes of the title, and after it write src:KEY for each source, or nosrc:'why there is none'."
            );
        var title = titled.Groups["title"].Value;
        var ends = Source().Matches(titled.Groups["sources"].Value);
        var none = ends.Where(end => end.Groups["none"].Success).Select(end => end.Groups["none"].Value).ToArray();
        if (none.Length > 1)
            throw Unreadable("Write nosrc: only once.");
        return new(
            key ?? KeyOf(title),
            date,
            Parties(done.Groups["actors"].Value),
            done.Groups["type"].Value,
            title,
            [.. ends.Where(end => end.Groups["key"].Success).Select(end => end.Groups["key"].Value)],
            none.SingleOrDefault()
        );
    }

    /// <summary>The request body, its actors looked up by key, name or alias.</summary>
    /// <returns>Or <c>unknown-actor</c>, <c>ambiguous-actor</c>, or what a search refuses.</returns>
    public async Task<Result<JsonObject>> BodyAsync(ISender sender, string chronology, CancellationToken ct)
    {
        var actors = new JsonArray();
        foreach (var (name, role) in Actors)
        {
            var actor = await ActorAsync(sender, chronology, name, ct);
            if (actor.Rejection is { } rejection)
                return rejection;
            actors.Add(new JsonObject { ["actor"] = actor.Value, ["role"] = role });
        }
        var anchors = AnchorsOf(Date);
        return new JsonObject
        {
            ["key"] = Key,
            ["type"] = Type,
            ["occurred"] = anchors is null ? Date : null,
            ["anchor"] = anchors,
            ["title"] = Title,
            ["actors"] = actors,
            ["citations"] = new JsonArray([.. Sources.Select(source => new JsonObject { ["source"] = source })]),
            ["noSource"] = NoSource,
        };
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

    /// <summary>A refusal of the body in the words of the line.</summary>
    public Rejection Explain(Rejection rejection) =>
        rejection.Code switch
        {
            "key-taken" => new(
                rejection.Code,
                $"The key “{Key}” is taken by an event that says something else: give another with --key, or correct that event."
            ),
            "source-required" => new(
                rejection.Code,
                "Name a source with src:KEY, or say with nosrc:'text' why there is none."
            ),
            "unknown-type" => new(rejection.Code, $"“{Type}” is not one of the event types{TypesLike()}."),
            _ => rejection,
        };

    private static async Task<Result<string>> ActorAsync(
        ISender sender,
        string chronology,
        string name,
        CancellationToken ct
    )
    {
        if (name.Length > 200)
            return new Rejection("unknown-actor", $"No actor is called “{name[..50]}…”.");
        var answer = await sender.Send(
            new SearchRecords(chronology, name, null, SearchRecords.GreatestLimit, new(null, null)),
            ct
        );
        if (answer.Rejection is { } rejection)
            return rejection;
        // What has the whole text as a name comes first among the results, actors before other records.
        var found = answer.Value.Results.Where(record => record.Record == RecordKind.Actor.Name()).ToArray();
        if (found.Any(actor => actor.Key == name))
            return name;
        var folded = Fold(name);
        var called = found
            .Where(actor => actor.Names.Append(actor.Title).Append(actor.Key).Any(other => Fold(other) == folded))
            .ToArray();
        return called switch
        {
            [var only] => only.Key,
            [] => new Rejection(
                "unknown-actor",
                found.Length == 0
                    ? $"No actor is called “{name}”: record it with chronology append --kind actor, or see chronology search."
                    : $"No actor is called just “{name}”: write {Choice(found)}."
            ),
            _ => new Rejection("ambiguous-actor", $"Several actors are called “{name}”: write {Choice(called)}."),
        };
    }

    private static string Choice(IReadOnlyList<Found> actors) =>
        string.Join(" or ", actors.Take(Suggested).Select(actor => $"{actor.Key} ({actor.Title})"))
        + (actors.Count > Suggested ? ", or another key" : "");

    private string TypesLike()
    {
        var words = Type.Split('-');
        var like = Vocabulary
            .EventTypes.Keys.Select(type => (Type: type, Shared: type.Split('-').Intersect(words).Count()))
            .Where(type => type.Shared > 0)
            .OrderByDescending(type => type.Shared)
            .ThenBy(type => type.Type, StringComparer.Ordinal)
            .Take(Suggested)
            .Select(type => type.Type)
            .ToArray();
        return like.Length == 0 ? "" : $", such as {string.Join(" or ", like)}";
    }

    private static List<(string Name, string Role)> Parties(string text)
    {
        var sides = text.Replace("→", "->", StringComparison.Ordinal).Split("->");
        if (sides.Length > 2)
            throw Unreadable("Write -> only once: who acts stands before it, who receives after it.");
        var parties = new List<(string Name, string Role)>();
        foreach (var (side, role) in sides.Zip(["actor", "recipient"]))
        {
            foreach (var name in side.Split(','))
            {
                var words = name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0)
                    throw Unreadable($"A name is missing in “{text}”: separate names by commas, sides by ->.");
                parties.Add((string.Join(' ', words), role));
            }
        }
        return parties;
    }

    private static string KeyOf(string title)
    {
        var key = NoKey().Replace(Apostrophes().Replace(Fold(title), ""), "-").Trim('-');
        return key switch
        {
            "" => throw Unreadable($"No key can be made from the title “{title}”: give one with --key."),
            { Length: > 128 } => key[..128].TrimEnd('-'),
            _ => key,
        };
    }

    /// <summary>Without case and diacritics, nearly as the database compares names: with the globalization that the program
    /// runs under, .NET decomposes nothing.</summary>
    private static string Fold(string text) =>
        string.Concat(
            text.ToLowerInvariant()
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

    private static CommandException Unreadable(string detail) => new("usage", detail, Exit.Usage);

    private const RegexOptions Plain =
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Singleline;

    // A set of dates may have spaces between its brackets.
    [GeneratedRegex(@"^(?<date>([{\[][^}\]]*[}\]]|\S)+)\s+(?<rest>.+)$", Plain)]
    private static partial Regex Dated();

    [GeneratedRegex(@"^(?<relation>after|before|on):(?<event>[^+]+)(\+(?<offset>.+))?$", Plain)]
    private static partial Regex Anchored();

    [GeneratedRegex(@"^(?<actors>.*?):\s*(?<type>[^\s:'""]+)\s+(?<rest>['""‘“].*)$", Plain)]
    private static partial Regex Done();

    // A title may have apostrophes: it ends where nothing but sources follows.
    [GeneratedRegex(
        """^('(?<title>.+?)'|"(?<title>.+?)"|‘(?<title>.+?)’|“(?<title>.+?)”)(?<sources>(\s+(src:\S+|nosrc:('[^']+'|"[^"]+"|[^\s'"]+)))*)\s*$""",
        Plain
    )]
    private static partial Regex Titled();

    [GeneratedRegex("""\s(src:(?<key>\S+)|nosrc:('(?<none>[^']+)'|"(?<none>[^"]+)"|(?<none>[^\s'"]+)))""", Plain)]
    private static partial Regex Source();

    [GeneratedRegex("['’‘ʼ]", Plain)]
    private static partial Regex Apostrophes();

    [GeneratedRegex("[^a-z0-9]+", Plain)]
    private static partial Regex NoKey();
}
