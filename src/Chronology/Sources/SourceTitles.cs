using System.Text.Json.Nodes;
using Chronology.Recording;

namespace Chronology.Sources;

public static class SourceTitles
{
    /// <summary>What a source is called: its title, else that of what it is part of, else its publisher; null where none is recorded.</summary>
    public static string? Title(this SourceContent source)
    {
        var item = JsonNode.Parse(source.Csl.CanonicalJson) as JsonObject;
        return Text("title") ?? Text("container-title") ?? source.Publisher;

        string? Text(string name) =>
            item?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }
}
