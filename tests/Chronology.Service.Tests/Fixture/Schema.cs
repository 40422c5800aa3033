using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests;

/// <summary>Holds an answer against what OpenAPI says of it: of JSON Schema what the description uses.</summary>
public static class Schema
{
    /// <summary>Where the answer is not as its component says: a member is missing, unknown or of another type.</summary>
    public static IReadOnlyList<string> Differences(JsonObject document, string component, JsonNode? answer)
    {
        var differences = new List<string>();
        Compare(document, document["components"]!["schemas"]![component]!, answer, component, differences);
        return differences;
    }

    private static void Compare(
        JsonObject document,
        JsonNode schema,
        JsonNode? value,
        string place,
        List<string> differences
    )
    {
        if (schema["$ref"] is { } reference)
        {
            JsonNode? target = document;
            foreach (var segment in ((string)reference!)[2..].Split('/'))
                target = target![segment];
            Compare(document, target!, value, place, differences);
            return;
        }
        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
        {
            var fitting = choices.Count(choice => Fits(document, choice!, value));
            if (fitting == 0 || (schema["oneOf"] is not null && fitting > 1))
                differences.Add($"{place}: {fitting} of {choices.Count} choices fit {value?.ToJsonString() ?? "null"}");
            return;
        }
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            differences.Add($"{place}: {value?.ToJsonString() ?? "null"} is none of {words.ToJsonString()}");
        if (schema["type"] is { } type)
        {
            var allowed = type is JsonArray several ? several.Select(one => (string)one!) : [(string)type!];
            var kind = KindOf(value);
            if (!allowed.Contains(kind) && !(kind == "integer" && allowed.Contains("number")))
                differences.Add($"{place}: {kind} where {type.ToJsonString()} is described");
        }
        if (value is JsonArray list && schema["items"] is { } items)
        {
            foreach (var (i, member) in list.Index())
                Compare(document, items, member, $"{place}/{i}", differences);
        }
        if (value is not JsonObject told)
            return;
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            if (!told.ContainsKey((string)required!))
                differences.Add($"{place}: {required} is missing");
        }
        if (schema["properties"] is not JsonObject properties)
            return;
        foreach (var (name, member) in told)
        {
            if (properties[name] is { } described)
                Compare(document, described, member, $"{place}/{name}", differences);
            else
                differences.Add($"{place}: {name} is not described");
        }
    }

    private static bool Fits(JsonObject document, JsonNode schema, JsonNode? value)
    {
        var differences = new List<string>();
        Compare(document, schema, value, "", differences);
        return differences.Count == 0;
    }

    private static string KindOf(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
            JsonValueKind.String => "string",
            JsonValueKind.Array => "array",
            _ => "object",
        };
}
