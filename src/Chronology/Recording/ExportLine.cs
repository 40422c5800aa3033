using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>Revisions as the lines of an import: what <see cref="ImportLine"/> reads back makes the same revisions again.</summary>
public static class ExportLine
{
    private static readonly string[] Dates = ["occurred", "start", "end", "anchor"];

    /// <summary>The chronology itself, without revision.</summary>
    public static JsonObject Of(string slug, string title, string? description, string? licence) =>
        Without(
            new()
            {
                ["record"] = "chronology",
                ["slug"] = slug,
                ["title"] = title,
                ["description"] = description,
                ["licence"] = licence,
            }
        );

    /// <summary>One revision, with <c>revision</c>, and for the reader <c>position</c>, <c>recordedAt</c>, <c>author</c> and <c>via</c>.</summary>
    /// <param name="before">Null: it was first recorded.</param>
    /// <param name="reason">Null only for a first recording.</param>
    public static JsonObject Of(
        RecordState? before,
        RecordState after,
        Operation operation,
        Reason? reason,
        IReadOnlyList<Citation> citations
    )
    {
        if (before is null)
        {
            var recorded = new JsonObject { ["record"] = after.Id.Kind.Name() };
            foreach (var (name, value) in RecordJson.Write(after.Id, after.Content))
                recorded[name] = value?.DeepClone();
            recorded["revision"] = after.Revision;
            return Without(recorded);
        }
        var line = new JsonObject { ["record"] = Verb(operation), ["of"] = after.Id.Kind.Name() };
        if (after.Id.Kind != RecordKind.Chronology)
            line["key"] = after.Id.OwnKey;
        if (after.Id.Scheme is { } scheme)
            line["scheme"] = scheme;
        line["revision"] = after.Revision;
        if (operation is Operation.Corrected or Operation.Refined or Operation.Reassessed or Operation.Adopted)
            line["changes"] = Changes(before, after);
        if (operation is Operation.Resolved && after.Content is EventContent resolved)
            line["credibility"] = resolved.Credibility;
        if (operation is Operation.Merged)
            line["into"] = after.MergedInto;
        if (reason is not null)
        {
            line["reason"] = Without(new() { ["code"] = reason.Code, ["note"] = reason.Note });
        }
        if (citations.Count > 0)
            line["citations"] = RecordJson.Write(citations);
        return line;
    }

    /// <summary>The member that names who made a revision: <c>author</c>, or <c>recordedBy</c> where the record itself has an author.</summary>
    public static string AuthorOf(RecordState? before, RecordState after) =>
        before is null && RecordJson.Fields(after.Id.Kind).Contains("author", StringComparer.Ordinal)
            ? "recordedBy"
            : "author";

    /// <summary>The RFC 7396 merge patch from one state to the next. A reading is named wherever a date changes.</summary>
    private static JsonObject Changes(RecordState before, RecordState after)
    {
        var now = RecordJson.Write(after.Id, after.Content);
        var changes = Difference(RecordJson.Write(before.Id, before.Content), now);
        if (after.Content is EventContent && Dates.Any(changes.ContainsKey))
            changes["reading"] = now["reading"]?.DeepClone();
        return changes;
    }

    private static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var changes = new JsonObject();
        foreach (var name in before.Select(field => field.Key).Except(after.Select(field => field.Key)))
            changes[name] = null;
        foreach (var (name, value) in after)
        {
            if (JsonNode.DeepEquals(before[name], value))
                continue;
            changes[name] =
                before[name] is JsonObject old && value is JsonObject now ? Difference(old, now) : value?.DeepClone();
        }
        return changes;
    }

    private static string Verb(Operation operation) =>
        operation switch
        {
            Operation.Corrected or Operation.Refined or Operation.Reassessed or Operation.Adopted => "correct",
            Operation.Retracted => "retract",
            Operation.Reinstated => "reinstate",
            Operation.Disputed => "dispute",
            Operation.Resolved => "resolve",
            Operation.Merged => "merge",
            Operation.Split => "split",
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
        };

    /// <summary>The same without empty members: what is left out means the same.</summary>
    private static JsonObject Without(JsonObject line)
    {
        foreach (var (name, value) in line.ToArray())
        {
            if (value is null or JsonArray { Count: 0 })
                line.Remove(name);
        }
        return line;
    }
}
