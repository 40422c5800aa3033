using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;

namespace Chronology.Service.Store;

/// <summary>One effect with as much of its event as dates it and weighs it: enough to decide, without citations.</summary>
public static class StoredEffect
{
    private sealed record Shape(
        int Revision,
        string? Occurred,
        string Reading,
        string? Start,
        string? End,
        int? Order,
        string Credibility,
        string Calendar,
        Effect Effect
    );

    public static string Write(EventContent content, RecordedEffect effect) =>
        JsonSerializer.Serialize(
            new Shape(
                effect.Revision,
                content.Occurred,
                content.Reading,
                content.Start,
                content.End,
                content.Order,
                content.Credibility,
                content.Calendar,
                content.Effects[effect.Index]
            ),
            RecordJson.Options
        );

    /// <returns>The effect, its citations left out.</returns>
    public static RecordedEffect Read(string eventKey, int index, long position, string json)
    {
        var shape = JsonSerializer.Deserialize<Shape>(json, RecordJson.Options)!;
        var content = new EventContent(
            "",
            shape.Occurred,
            shape.Reading,
            shape.Start,
            shape.End,
            shape.Order,
            "",
            null,
            null,
            [],
            [shape.Effect],
            null,
            shape.Credibility,
            shape.Calendar,
            null,
            [],
            null,
            []
        );
        return RecordedEffect.Of(eventKey, shape.Revision, position, content)[0] with { Index = index };
    }
}
