using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>A record as an answer names it.</summary>
/// <param name="Kind">Null: the answer does not say of which kind.</param>
/// <param name="Key">An era's with its scheme's, <c>scheme/key</c>.</param>
public readonly record struct NamedRecord(RecordKind? Kind, string Key);

/// <summary>An answer without its texts: what is left when all of them have been redacted.</summary>
/// <param name="Rest">Every redactable text, or the mark of its redaction, replaced by <c>{"text":true}</c>. Null stays null.</param>
/// <param name="Owners">The records that the texts belong to, in the order of their keys and kinds.</param>
/// <param name="Texts">The texts that were there, as canonical JSON; those redacted are not among them.</param>
public sealed record BlindAnswer(JsonNode Rest, IReadOnlyList<NamedRecord> Owners, IReadOnlySet<string> Texts)
{
    /// <summary>Blinds an answer, which is left as it is.</summary>
    /// <param name="subject">The record that the whole answer is about; null: none.</param>
    /// <exception cref="InvalidOperationException">A text belongs to no record: nothing around it names one.</exception>
    public static BlindAnswer Of(JsonObject answer, NamedRecord? subject)
    {
        var blinding = new Blinding();
        var rest = blinding.Blind(answer, subject is { } one ? [one] : [], false)!;
        return new(
            rest,
            [.. blinding.Owners.OrderBy(owner => owner.Key, StringComparer.Ordinal).ThenBy(owner => owner.Kind)],
            blinding.Texts
        );
    }

    private sealed class Blinding
    {
        public HashSet<NamedRecord> Owners { get; } = [];

        public HashSet<string> Texts { get; } = new(StringComparer.Ordinal);

        public JsonNode? Blind(JsonNode? node, IReadOnlyList<NamedRecord> owners, bool isText)
        {
            switch (node)
            {
                case JsonObject mark when IsRedacted(mark):
                    return Taken(owners);
                case JsonObject members:
                    var named = NamedBy(members) is { Count: > 0 } own ? own : owners;
                    var blind = new JsonObject();
                    foreach (var (name, value) in members)
                    {
                        // A sentence is made of the texts of several records by rule: no revision says it as it stands.
                        blind[name] =
                            name == "text" && SpokenOf(members) is { Count: > 0 } spokenOf
                                ? Taken(spokenOf)
                                : Blind(value, named, isText || IsText(members, name, value));
                    }
                    return blind;
                case JsonArray items:
                    return new JsonArray([.. items.Select(item => Blind(item, owners, isText))]);
                case JsonValue value when isText:
                    Texts.Add(CanonicalJson.Of(value));
                    return Taken(owners);
                default:
                    return node?.DeepClone();
            }
        }

        private JsonObject Taken(IReadOnlyList<NamedRecord> owners)
        {
            if (owners.Count == 0)
                throw new InvalidOperationException("A text of the answer belongs to no record that it names.");
            Owners.UnionWith(owners);
            return new() { ["text"] = true };
        }
    }

    private static bool IsRedacted(JsonObject members) =>
        members.Count == 1 && members["redacted"] is JsonValue at && at.GetValueKind() == JsonValueKind.Number;

    private static bool IsText(JsonObject members, string name, JsonNode? value)
    {
        // A line of a history or of a blame: its author is answerable for it, its place is a pointer.
        var isEntry = members.ContainsKey("op");
        return name switch
        {
            "csl" => true,
            "called" => value is JsonValue,
            "before" or "after" => PointsAtText(members, "field"),
            "value" when isEntry => PointsAtText(members, "place"),
            "names" => value is JsonArray names && names.All(item => item is JsonValue),
            "author" or "place" => !isEntry && value is JsonValue,
            _ => value is JsonValue && Ledger.IsRedactable(name),
        };
    }

    private static bool PointsAtText(JsonObject members, string by) =>
        members[by] is JsonValue pointer
        && pointer
            .GetValue<string>()
            .Split('/')
            .Any(step => step is "csl" or "author" or "names" || Ledger.IsRedactable(step));

    private static List<NamedRecord> NamedBy(JsonObject members)
    {
        var scheme = Text(members, "scheme");
        var key = Text(members, "key");
        var named = new List<NamedRecord>();
        if (Text(members, "event") is { } happening)
            named.Add(new(RecordKind.Event, happening));
        else if (scheme is not null && (Text(members, "era") ?? key) is { } era)
            named.Add(new(RecordKind.Era, $"{scheme}/{era}"));
        else if (key is not null)
            named.Add(new(Kind(Text(members, "record")), key));
        if (members["mergedFrom"] is JsonArray merged)
            named.AddRange(merged.OfType<JsonValue>().Select(from => new NamedRecord(null, from.GetValue<string>())));
        return named;
    }

    /// <summary>The records that a sentence of a narrative is made from.</summary>
    private static List<NamedRecord> SpokenOf(JsonObject members) =>
        members["because"] is JsonArray because && members["naming"] is JsonArray naming
            ?
            [
                .. because.Select(item => new NamedRecord(RecordKind.Event, Text(item!.AsObject(), "event")!)),
                .. naming
                    .Select(item => item!.GetValue<string>().Split('/', 2))
                    .Select(named => new NamedRecord(Kind(named[0]), named[1])),
            ]
            : [];

    private static RecordKind? Kind(string? word) =>
        Enum.GetValues<RecordKind>()
            .Where(kind => kind.Name() == word)
            .Select(kind => (RecordKind?)kind)
            .FirstOrDefault();

    private static string? Text(JsonObject members, string name) =>
        members[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : null;
}
