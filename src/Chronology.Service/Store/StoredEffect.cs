using System.Text.Json;
using System.Text.Json.Serialization;
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
    )
    {
        /// <summary>Of the revision, where it is not that of the row.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? Position { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ValueList<RevisionAt>? DatedBy { get; init; }
    }

    /// <param name="content">With the date that it has.</param>
    /// <param name="from">The first position of the row.</param>
    public static string Write(EventContent content, RecordedEffect effect, long from) =>
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
            )
            {
                Position = effect.Position == from ? null : effect.Position,
                DatedBy = effect.DatedBy.Count == 0 ? null : effect.DatedBy,
            },
            RecordJson.Options
        );

    /// <returns>The effect, its citations left out.</returns>
    /// <param name="from">The first position of the row.</param>
    public static RecordedEffect Read(string eventKey, int index, long from, string json)
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
        return RecordedEffect.Of(eventKey, shape.Revision, shape.Position ?? from, content)[0] with
        {
            Index = index,
            DatedBy = shape.DatedBy ?? [],
        };
    }
}
