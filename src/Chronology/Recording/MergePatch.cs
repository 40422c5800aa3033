using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>RFC 7396 merge patches.</summary>
public static class MergePatch
{
    /// <summary>The least patch that turns one object into the other; empty where they say the same.</summary>
    /// <remarks>A member that is null and one that is not there are the same to a merge patch.</remarks>
    public static JsonObject Between(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in after)
        {
            var was = before[name];
            if (JsonNode.DeepEquals(was, value))
                continue;
            patch[name] = was is JsonObject old && value is JsonObject now ? Between(old, now) : value?.DeepClone();
        }
        foreach (var (name, was) in before)
        {
            if (was is not null && !after.ContainsKey(name))
                patch[name] = null;
        }
        return patch;
    }
}
