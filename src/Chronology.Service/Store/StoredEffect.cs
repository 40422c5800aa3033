using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Chronology.Recording;
using Chronology.Relations;

namespace Chronology.Service.Store;

/// <summary>One effect with as much of its event as dates it and weighs it: enough to decide, without citations.</summary>
public static partial class StoredEffect
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

    /// <summary>The year in which an effect ends by its own end, or by that of the extent of its event.</summary>
    /// <returns>Null: by nothing of its own. <see cref="long.MinValue"/>: by something that is not a plain year, month, day or time.</returns>
    public static long? EndYear(EventContent content, int index)
    {
        var ends = content.Effects[index].Until ?? (content.Reading == "extent" ? EndOf(content) : null);
        return ends is null or ".." ? null
            : PlainDate.IsMatch(ends) ? long.Parse(ends.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture)
            : long.MinValue;
    }

    private static string? EndOf(EventContent content) =>
        content.End
        ?? (
            content.Occurred is { } occurred
                ? occurred.Split('/') is [_, var end, ..]
                    ? end
                    : ""
                : null
        );

    [GeneratedRegex(
        "^[0-9]{4}(-[0-9]{2}){0,2}(T.*|[?~%])?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex PlainDate { get; }

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
