using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Rules;

namespace Chronology.Service.Import;

/// <summary>How the rows of a table become records: a JSON file, told in <c>docs/import.md</c>.</summary>
/// <remarks>Each of <c>records</c> is a request body with <c>record</c> beside it, in which a text may name columns (<c>{name}</c>) and an
/// object with <c>column</c> or <c>text</c> says what becomes of them. Checked whole when it is read: a row can only fail by what stands in it.</remarks>
public sealed class Mapping
{
    private static readonly string[] Members =
    [
        "dataSet",
        "separator",
        "quotes",
        "header",
        "columns",
        "tables",
        "records",
    ];
    private static readonly string[] Operations =
    [
        "column",
        "text",
        "table",
        "default",
        "date",
        "cameo",
        "actor",
        "number",
        "split",
    ];

    private readonly JsonArray records;
    private readonly Dictionary<string, JsonObject> tables;
    private readonly string[]? columns;

    private Mapping(JsonObject said, DataSet? dataSet)
    {
        DataSet = dataSet;
        records = said["records"]!.AsArray();
        tables = (said["tables"] as JsonObject ?? []).ToDictionary(
            table => table.Key,
            table => table.Value!.AsObject(),
            StringComparer.Ordinal
        );
        columns = (said["columns"] as JsonArray)?.Select(column => column!.GetValue<string>()).ToArray();
        HasHeader = said["header"]?.GetValue<bool>() ?? columns is null;
        IsQuoted = said["quotes"]?.GetValue<bool>();
        Separator = said["separator"]?.GetValue<string>()[0];
    }

    /// <summary>Whose rows they are; null: nobody's but the importer's.</summary>
    public DataSet? DataSet { get; }

    /// <summary>Null: a comma, or a tab where the first line has one.</summary>
    public char? Separator { get; }

    /// <summary>Null: quoted where the separator is no tab.</summary>
    public bool? IsQuoted { get; }

    private bool HasHeader { get; }

    /// <returns>Or <c>malformed-json</c>, or <c>invalid-mapping</c> with the pointer to what is wrong.</returns>
    public static Result<Mapping> Read(byte[] json) => StrictJson.Parse(json).Then(Read);

    private static Result<Mapping> Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return Invalid("", "A mapping is one JSON object.");
        var said = JsonObject.Create(json)!;
        if (said.Select(member => member.Key).Except(Members, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            return Invalid($"/{unknown}", $"A mapping has {string.Join(", ", Members)}.");
        if (
            said["separator"] is { } separator
            && !(
                IsText(separator, out var s) && s.Length == 1 && char.IsAscii(s[0]) && s[0] is not ('"' or '\r' or '\n')
            )
        )
            return Invalid("/separator", "The separator is one ASCII character.");
        foreach (var flag in new[] { "quotes", "header" })
        {
            if (said[flag] is { } given && given.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
                return Invalid($"/{flag}", "This is true or false.");
        }
        if (
            said["columns"] is { } named
            && !(
                named is JsonArray list
                && list.Count > 0
                && list.All(column => column is not null && IsText(column, out _))
            )
        )
            return Invalid("/columns", "The columns are a list of names.");
        if (said["header"]?.GetValue<bool>() == false && said["columns"] is null)
            return Invalid("/columns", "Where the file has no header, name its columns.");
        if (said["tables"] is { } tables)
        {
            if (tables is not JsonObject all)
                return Invalid("/tables", "The tables are an object of objects.");
            foreach (var (name, table) in all)
            {
                if (table is not JsonObject values || values.Any(value => value.Value is JsonObject or JsonArray))
                    return Invalid(
                        $"/tables/{name}",
                        "A table is an object: what stands in the file, and what it means."
                    );
            }
        }
        if (said["records"] is not JsonArray { Count: > 0 } records)
            return Invalid("/records", "Say in “records” what a row becomes: one record or several.");
        for (var i = 0; i < records.Count; i++)
        {
            if (
                records[i] is not JsonObject record
                || record["record"] is not { } kind
                || !IsText(kind, out var word)
                || word is not ("event" or "actor" or "source" or "issue")
            )
                return Invalid($"/records/{i}/record", "“record” is event, actor, source or issue.");
            if (Check(record, $"/records/{i}", said["tables"] as JsonObject ?? []) is { } wrong)
                return wrong;
        }
        return ReadDataSet(said["dataSet"]).Map(dataSet => new Mapping(said, dataSet));
    }

    private static Result<DataSet?> ReadDataSet(JsonNode? said)
    {
        if (said is null)
            return (DataSet?)null;
        if (
            said is not JsonObject set
            || set.Select(member => member.Key)
                .Except(["key", "title", "url", "publisher"], StringComparer.Ordinal)
                .Any()
            || set.Any(member => member.Value is { } value && !IsText(value, out _))
            || set["key"]?.GetValue<string>() is not { } key
            || !Keys.IsKey(key)
            || set["title"]?.GetValue<string>() is not { } title
        )
            return Invalid("/dataSet", "A data set has a key, a title, and perhaps url and publisher.");
        return new DataSet(key, title, set["url"]?.GetValue<string>(), set["publisher"]?.GetValue<string>());
    }

    private static Rejection? Check(JsonNode? node, string at, JsonObject tables)
    {
        switch (node)
        {
            case JsonArray list:
                return list.Select((item, i) => Check(item, $"{at}/{i}", tables))
                    .FirstOrDefault(wrong => wrong is not null);
            case JsonObject operation when IsOperation(operation):
                if (
                    operation
                        .Select(member => member.Key)
                        .Except(Operations, StringComparer.Ordinal)
                        .FirstOrDefault() is
                    { } unknown
                )
                    return Invalid(
                        $"{at}/{unknown}",
                        $"What becomes of a column is said by {string.Join(", ", Operations)}."
                    );
                if (operation.ContainsKey("column") == operation.ContainsKey("text"))
                    return Invalid(at, "Give either “column” or “text”.");
                foreach (var name in new[] { "column", "text", "table", "date", "actor", "split" })
                {
                    if (
                        operation.ContainsKey(name)
                        && !(operation[name] is { } value && IsText(value, out var text) && text.Length > 0)
                    )
                        return Invalid($"{at}/{name}", "This is a text.");
                }
                if (operation["table"]?.GetValue<string>() is { } table && tables[table] is null)
                    return Invalid($"{at}/table", $"There is no table “{table}” in “tables”.");
                foreach (var name in new[] { "cameo", "number" })
                {
                    if (operation.ContainsKey(name) && operation[name]?.GetValueKind() is not JsonValueKind.True)
                        return Invalid($"{at}/{name}", "This is true, or left out.");
                }
                return null;
            case JsonObject members:
                return members
                    .Select(member => Check(member.Value, $"{at}/{member.Key}", tables))
                    .FirstOrDefault(wrong => wrong is not null);
            default:
                return null;
        }
    }

    /// <summary>The rows as drafts.</summary>
    public async IAsyncEnumerable<Draft> ReadAsync(
        IAsyncEnumerable<TextRow> rows,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        var names = columns;
        Dictionary<string, int>? at = null;
        var isFirst = true;
        await foreach (var row in rows.WithCancellation(ct))
        {
            if (isFirst && HasHeader && row.Refusal is null)
            {
                isFirst = false;
                names ??= [.. row.Cells.Select(cell => cell.Trim())];
                continue;
            }
            isFirst = false;
            if (row.Refusal is { } unreadable)
            {
                yield return new Draft.Refused(row.Line, unreadable);
                continue;
            }
            if (names is null)
            {
                yield return new Draft.Refused(
                    row.Line,
                    new("wrong-columns", "The header cannot be read, so nobody knows what stands where.")
                );
                yield break;
            }
            if (at is null)
            {
                at = Places(names);
                if (
                    Named().Where(name => !at.ContainsKey(name)).Distinct(StringComparer.Ordinal).ToArray() is
                    { Length: > 0 } missing
                )
                {
                    yield return new Draft.Refused(
                        row.Line,
                        new(
                            "wrong-columns",
                            $"The mapping names columns that the file has not: {string.Join(", ", missing)}. It has {string.Join(", ", names)}."
                        )
                    );
                    yield break;
                }
            }
            if (row.Cells.Length != names.Length)
            {
                yield return new Draft.Refused(row.Line, TextRows.WrongWidth(row, $"{names.Length}").Refusal!);
                continue;
            }
            foreach (var record in records)
                yield return new Row(this, row, at).Draft(record!.AsObject());
        }
    }

    private static Dictionary<string, int> Places(string[] names)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            places.TryAdd(names[i], i);
        return places;
    }

    private IEnumerable<string> Named()
    {
        return Of(records);

        static IEnumerable<string> Of(JsonNode? node) =>
            node switch
            {
                JsonArray list => list.SelectMany(Of),
                JsonObject operation when IsOperation(operation) => operation["column"] is { } column
                    ? [column.GetValue<string>()]
                    : Of(operation["text"]),
                JsonObject members => members.SelectMany(member => Of(member.Value)),
                JsonValue value when IsText(value, out var text) => Pieces(text)
                    .Where(piece => piece.IsColumn)
                    .Select(piece => piece.Text),
                _ => [],
            };
    }

    private static bool IsOperation(JsonObject node) => node.ContainsKey("column") || node.ContainsKey("text");

    private static bool IsText(JsonNode node, out string text)
    {
        text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : "";
        return node.GetValueKind() == JsonValueKind.String;
    }

    /// <summary>A text with columns: <c>{{</c> and <c>}}</c> are braces.</summary>
    private static IEnumerable<(string Text, bool IsColumn)> Pieces(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (
                i + 1 < text.Length
                && text[i] == text[i + 1]
                && text[i] is '{' or '}'
                && (i + 1 < text.Length && text[i + 1] == text[i])
            )
            {
                plain.Append(text[i++]);
                continue;
            }
            var end = text[i] == '{' ? text.IndexOf('}', i) : -1;
            if (end < 0)
            {
                plain.Append(text[i]);
                continue;
            }
            if (plain.Length > 0)
                yield return (plain.ToString(), false);
            plain.Clear();
            yield return (text[(i + 1)..end], true);
            i = end;
        }
        if (plain.Length > 0)
            yield return (plain.ToString(), false);
    }

    private static Rejection Invalid(string pointer, string detail) => new("invalid-mapping", detail, pointer);

    /// <summary>One row on its way to be one record.</summary>
    private sealed class Row(Mapping mapping, TextRow row, Dictionary<string, int> places)
    {
        private readonly List<NamedParty> parties = [];
        private readonly List<string> codes = [];
        private Rejection? wrong;

        public Draft Draft(JsonObject record)
        {
            var fields = new JsonObject();
            foreach (var (name, value) in record)
            {
                if (name == "record")
                    continue;
                if (name == "key" && Value(value, "/key") is { } key)
                    fields[name] = KeyOf(
                        key.GetValueKind() == JsonValueKind.String ? key.GetValue<string>() : key.ToJsonString()
                    );
                else if (name != "key")
                    Set(fields, name, value, $"/{name}");
            }
            if (wrong is not null)
                return new Draft.Refused(row.Line, wrong);
            var kind = record["record"]!.GetValue<string>() switch
            {
                "event" => RecordKind.Event,
                "actor" => RecordKind.Actor,
                "source" => RecordKind.Source,
                _ => RecordKind.Issue,
            };
            if (kind == RecordKind.Event && mapping.DataSet is { } set)
            {
                fields["coding"] ??= Coding(set, fields);
                fields["credibility"] ??= "reported";
                if (fields["citations"] is not JsonArray { Count: > 0 } && fields["noSource"] is null)
                    fields["citations"] = new JsonArray(
                        new JsonObject { ["source"] = set.Key, ["locator"] = $"{fields["key"]}" }
                    );
            }
            return new Draft.Body(
                row.Line,
                kind,
                fields,
                parties,
                kind == RecordKind.Event && mapping.DataSet is not null,
                mapping.DataSet?.Key
            );
        }

        /// <summary>What the row says, whoever its actors are taken for.</summary>
        private JsonObject Coding(DataSet set, JsonObject fields)
        {
            var coded = new JsonObject
            {
                ["id"] = $"{fields["key"]}",
                ["date"] = fields["occurred"]?.DeepClone(),
                ["code"] = codes.FirstOrDefault(),
            };
            foreach (var (role, member) in new[] { ("actor", "source"), ("recipient", "target") })
            {
                if (parties.Find(party => party.In["role"] is { } said && $"{said}" == role) is { } party)
                    coded[member] = new JsonObject { ["name"] = party.Name };
            }
            return new JsonObject { ["dataSet"] = set.Key, ["rows"] = new JsonArray(coded) };
        }

        private void Set(JsonObject into, string name, JsonNode? said, string at)
        {
            if (said is JsonObject operation && IsOperation(operation) && operation["actor"] is { } kind)
            {
                into[name] = null;
                if (Text(operation, at) is not { } named)
                    return;
                wrong ??= Coded.Nameless(named) is { } nameless ? nameless with { Pointer = at } : null;
                parties.Add(new(named, kind.GetValue<string>(), into, name));
                return;
            }
            into[name] = Value(said, at);
        }

        private JsonNode? Value(JsonNode? said, string at)
        {
            switch (said)
            {
                case JsonArray list:
                    return List(list, at);
                case JsonObject operation when IsOperation(operation):
                    return Operate(operation, at);
                case JsonObject members:
                    var filled = new JsonObject();
                    foreach (var (name, value) in members)
                        Set(filled, name, value, $"{at}/{name}");
                    return filled;
                case JsonValue value when IsText(value, out var text):
                    return Filled(text) is { } whole ? JsonValue.Create(whole) : null;
                default:
                    return said?.DeepClone();
            }
        }

        /// <summary>An item that is empty, or whose first member is, is left out: nobody took part as that, nothing is cited.</summary>
        private JsonArray List(JsonArray list, string at)
        {
            var filled = new JsonArray();
            for (var i = 0; i < list.Count; i++)
            {
                var before = parties.Count;
                var item = Value(list[i], $"{at}/{i}");
                var isEmpty = item is JsonObject { Count: > 0 } members
                    ? members.First() is (var first, null)
                        && !parties.Skip(before).Any(party => party.In == members && party.Member == first)
                    : item is null;
                if (isEmpty)
                    parties.RemoveRange(before, parties.Count - before);
                else if (item is JsonArray several)
                    several.ToList().ForEach(one => filled.Add(one?.DeepClone()));
                else
                    filled.Add(item);
            }
            return filled;
        }

        private string? Text(JsonObject operation, string at)
        {
            var text = operation["column"] is { } column
                ? Cell(column.GetValue<string>())
                : Filled(operation["text"]!.GetValue<string>());
            if (operation["table"] is { } named && text is not null)
            {
                var table = mapping.tables[named.GetValue<string>()];
                if (!table.TryGetPropertyValue(text, out var meant))
                {
                    if (operation.ContainsKey("default"))
                        return operation["default"]?.ToString();
                    wrong ??= new(
                        "unmapped-value",
                        $"“{Coded.Short(text, 60)}” does not stand in the table “{named}”.",
                        at
                    );
                    return null;
                }
                text = meant?.ToString();
            }
            return text ?? operation["default"]?.ToString();
        }

        private JsonNode? Operate(JsonObject operation, string at)
        {
            if (Text(operation, at) is not { } text)
                return null;
            if (operation["date"] is { } format)
                return Date(text, format.GetValue<string>(), at);
            if (operation["cameo"] is not null)
            {
                codes.Add(text);
                if (CodedTypes.Of(text) is { } type)
                    return type.Code;
                wrong ??= Coded.Unmapped(text);
                return null;
            }
            if (operation["number"] is not null)
            {
                if (
                    decimal.TryParse(
                        text,
                        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                        CultureInfo.InvariantCulture,
                        out var number
                    )
                )
                    return number;
                wrong ??= new("invalid-parameter", $"“{Coded.Short(text, 60)}” is no number.", at);
                return null;
            }
            return operation["split"] is { } separator
                ? new JsonArray([
                    .. text.Split(
                            separator.GetValue<string>(),
                            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
                        )
                        .Select(part => JsonValue.Create(part)),
                ])
                : text;
        }

        /// <summary>A date as EDTF, as precise as its format: without days a month, without months a year.</summary>
        private JsonValue? Date(string text, string format, string at)
        {
            if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            {
                wrong ??= new("invalid-date", $"“{Coded.Short(text, 60)}” is no date of the form {format}.", at);
                return null;
            }
            var edtf =
                format.Contains('d', StringComparison.Ordinal) ? "yyyy-MM-dd"
                : format.Contains('M', StringComparison.Ordinal) ? "yyyy-MM"
                : "yyyy";
            return JsonValue.Create(date.ToString(edtf, CultureInfo.InvariantCulture));
        }

        private string? Filled(string text)
        {
            var pieces = Pieces(text).ToArray();
            var values = pieces.Select(piece => piece.IsColumn ? Cell(piece.Text) : piece.Text).ToArray();
            return
                pieces.Any(piece => piece.IsColumn)
                && !pieces.Zip(values).Any(both => both.First.IsColumn && both.Second is not null)
                ? null
                : string.Concat(values);
        }

        private string? Cell(string name) => row.Cell(places[name]);

        private static string KeyOf(string text) => Keys.IsKey(text) ? text : NameForms.Key(text);
    }
}
