using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <param name="Field">A field of the record's request body, or <c>status</c>, or <c>mergedInto</c>.</param>
/// <param name="Before">Null where there was nothing.</param>
/// <param name="After">Null where there is nothing now.</param>
public sealed record FieldChange(string Field, JsonNode? Before, JsonNode? After);

/// <summary>What one revision changed, field by field, for a record's history.</summary>
public static class Differences
{
    /// <param name="before">Null: a first recording, of which every field that says something is told.</param>
    /// <returns>In the order of the request body, without the key (and an era's scheme); then <c>status</c> and <c>mergedInto</c>.</returns>
    public static IReadOnlyList<FieldChange> Between(RecordState? before, RecordState after)
    {
        var old = before is null ? [] : Told(before);
        var now = Told(after);
        foreach (var (gone, _) in old.Where(field => !now.ContainsKey(field.Key)).ToArray())
            now[gone] = null;
        return now.Select(field => new FieldChange(
                field.Key,
                old.TryGetPropertyValue(field.Key, out var was) ? was?.DeepClone() : null,
                field.Value?.DeepClone()
            ))
            .Where(change => !Same(change.Before, change.After))
            .ToList();
    }

    private static JsonObject Told(RecordState state)
    {
        var told = RecordJson.Write(state.Id, state.Content);
        told.Remove("key");
        told.Remove("scheme");
        told["status"] = RecordJson.Word(state.Status);
        told["mergedInto"] = state.MergedInto;
        return told;
    }

    private static bool Same(JsonNode? before, JsonNode? after) =>
        (IsEmpty(before) && IsEmpty(after)) || JsonNode.DeepEquals(before, after);

    private static bool IsEmpty(JsonNode? value) => value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 };
}
