using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;

namespace Chronology.Service.Cli;

/// <summary>Options that spell the fields of a record, one for each field of each kind.</summary>
internal sealed class FieldOptions
{
    private sealed record Spelling(
        string Field,
        RecordKind[] Kinds,
        Option Option,
        Func<ParseResult, string[]> Given,
        Func<string, JsonNode?> Read
    );

    private readonly List<Spelling> spellings = [];

    public FieldOptions()
    {
        One("--key", "key", "KEY", "Its key; of an event in a line else made from the title");
        One("--scheme", "scheme", "KEY", "The scheme of an era");
        One("--title", "title", "TEXT", "Its title");
        One("--type", "type", "TYPE", "The type of an event, such as recognition-granted");
        One("--occurred", "occurred", "DATE", "When, as EDTF: 1948-05-17, 1974-22, [1969..1991-12], {..}, 1956/1990");
        One("--start", "start", "DATE", "When it began, where no single date says it; with --end");
        One("--end", "end", "DATE", "When it ended");
        Many(
            "--anchor",
            "anchor",
            Phrase.Anchor,
            "A date beside another event (twice: between the two)",
            Phrase.ReadAnchor
        );
        One("--reading", "reading", "READING", "How the date is meant: occurrence, occurrences or extent");
        Number("--order", "order", "N", "Its place among the events of the same day");
        One("--description", "description", "TEXT", "More than the title says");
        One("--place", "place", "TEXT", "Where");
        Many("--actor", "actors", Phrase.Participant, "Who took part, by key, name or alias", Phrase.ReadParticipant);
        Many("--effect", "effects", Phrase.Effect, "What it changed (the value none ends a fact)", Phrase.ReadEffect);
        Number("--intensity", "intensity", "N", "From -10 to 10");
        One("--credibility", "credibility", "WORD", "confirmed, reported, disputed or refuted; default reported");
        One("--calendar", "calendar", "WORD", "gregorian (default) or julian");
        One("--as-written", "asWritten", "TEXT", "The date as the source writes it");
        Many("--citation", "citations", Phrase.Citation, "A source", Phrase.ReadCitation);
        One("--no-source", "noSource", "TEXT", "Why there is no source");
        Many("--tag", "tags", "TAG", "A tag", text => JsonValue.Create(text));
        One("--actor-kind", "kind", "WORD", "Of an actor: state, government, organisation, ...", RecordKind.Actor);
        One("--name", "name", "TEXT", "The name of an actor");
        Many("--alias", "names", Phrase.Alias, "Another name of an actor", Phrase.ReadAlias);
        One("--existed", "existed", "INTERVAL", "How long an actor existed: 1922-12-30/1991-12-26");
        Many("--successor", "successors", Phrase.Successor, "Who came after an actor", Phrase.ReadSuccessor);
        One("--wording", "wording", "TEXT", "The text of an issue");
        One("--source-kind", "kind", "WORD", "Of a source: primary, secondary, press or tertiary", RecordKind.Source);
        Add("--csl", "csl", "JSON", "A source as a CSL-JSON item", isList: false, Json("--csl"));
        One("--url", "url", "URL", "Where a source is");
        One("--archived-url", "archivedUrl", "URL", "Where a copy of it is");
        One("--accessed", "accessed", "DATE", "When it was read");
        One("--publisher", "publisher", "TEXT", "Who published a source");
        One("--scheme-author", "author", "TEXT", "Whose division of time a scheme is");
        One("--span", "span", "INTERVAL", "How long an era was: 1956/1990");
        One("--summary", "summary", "TEXT", "What an era was");
        One("--opens", "opens", "KEY", "The event that opens an era");
        One("--closes", "closes", "KEY", "The event that closes it");
    }

    public IEnumerable<Option> All => spellings.Select(spelling => spelling.Option);

    /// <summary>The fields given, as a request body has them, names not yet looked up.</summary>
    /// <exception cref="CommandException">One is no field of the kind, or cannot be read.</exception>
    public JsonObject Read(ParseResult parsed, RecordKind kind)
    {
        var body = new JsonObject();
        foreach (var spelling in spellings)
        {
            var given = spelling.Given(parsed);
            if (given.Length == 0)
                continue;
            if (!spelling.Kinds.Contains(kind))
                throw Phrase.Unreadable(
                    $"{spelling.Option.Name} says nothing of {(kind is RecordKind.Source or RecordKind.Scheme ? "a" : "an")} {kind.Name()}."
                );
            var read = given.Select(spelling.Read).ToArray();
            body[spelling.Field] =
                spelling.Option is Option<string?> || (spelling.Field == "anchor" && read.Length == 1)
                    ? read[0]
                    : new JsonArray(read);
        }
        return body;
    }

    /// <summary>What was said first and what was said over it: lists grow, other fields are replaced.</summary>
    public static JsonObject Over(JsonObject first, JsonObject over)
    {
        foreach (var (field, value) in over.ToArray())
        {
            over.Remove(field);
            if (first[field] is JsonArray list && value is JsonArray more)
                first[field] = new JsonArray([.. list.Concat(more).Select(item => item?.DeepClone())]);
            else
                first[field] = value;
        }
        return first;
    }

    private void One(string option, string field, string value, string description, params RecordKind[] kinds) =>
        Add(option, field, value, description, isList: false, text => JsonValue.Create(text), kinds);

    private void Number(string option, string field, string value, string description) =>
        Add(option, field, value, description, isList: false, Json(option));

    private void Many(string option, string field, string value, string description, Func<string, JsonNode?> read) =>
        Add(
            option,
            field,
            value,
            description,
            isList: true,
            text => text.StartsWith('{') ? Json(option)(text) : read(text)
        );

    private void Add(
        string option,
        string field,
        string value,
        string description,
        bool isList,
        Func<string, JsonNode?> read,
        params RecordKind[] kinds
    )
    {
        if (kinds.Length == 0)
            kinds =
            [
                .. RecordKinds.Keyed.Where(kind => RecordJson.Fields(kind).Contains(field, StringComparer.Ordinal)),
            ];
        if (isList)
        {
            var form = value.Contains(' ', StringComparison.Ordinal) ? $": {value}" : "";
            var many = new Option<string[]>(option)
            {
                Description = $"{description}{form}; any number of times",
                HelpName = form.Length == 0 ? value : option[2..].ToUpperInvariant(),
            };
            spellings.Add(new(field, kinds, many, parsed => parsed.GetValue(many) ?? [], read));
        }
        else
        {
            var one = new Option<string?>(option) { Description = description, HelpName = value };
            spellings.Add(new(field, kinds, one, parsed => parsed.GetValue(one) is { } said ? [said] : [], read));
        }
    }

    private static Func<string, JsonNode?> Json(string option) =>
        text =>
        {
            var read = Body.Parse(text);
            return read.Rejection is { } rejection
                ? throw Phrase.Unreadable($"{option}: {rejection.Detail}")
                : Body.Node(read.Value);
        };
}
