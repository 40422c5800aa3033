using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Time;

namespace Chronology.Recording;

/// <summary>Corrections as RFC 7396 merge patches of what a record says now.</summary>
internal static class Patching
{
    private static readonly string[] Reassessable = ["credibility", "citations", "noSource"];
    private static readonly string[] DateFields = ["occurred", "start", "end", "anchor"];

    /// <summary>What the record says after the correction; the same content where the correction changes nothing.</summary>
    public static Result<RecordContent> Patch(RecordState state, Command.Correct command)
    {
        var now = RecordJson.Write(state.Id, state.Content);
        var findings = new Findings();
        foreach (var (name, value) in command.Changes)
        {
            if (!now.ContainsKey(name) && !RecordJson.Fields(state.Id.Kind).Contains(name, StringComparer.Ordinal))
                Members.Unknown(findings, "/changes", name);
            else if (name == "key" && !JsonNode.DeepEquals(value, now["key"]))
                findings.Refuse("invalid-parameter", "The key of a record stays as it is.", "/changes/key");
            else if (name == "scheme" && !JsonNode.DeepEquals(value, now["scheme"]))
                findings.Refuse("invalid-parameter", "An era stays in its scheme.", "/changes/scheme");
        }
        if (findings.First is { } rejection)
            return rejection;

        var target = now.DeepClone().AsObject();
        // A reading that only followed from the old date follows the new one, unless the patch names it.
        if (
            state.Content is EventContent e
            && DateFields.Any(command.Changes.ContainsKey)
            && !command.Changes.ContainsKey("reading")
            && IsDefaultReading(e)
        )
            target.Remove("reading");
        var patched = JsonSerializer.SerializeToElement(Merge(target, command.Changes), RecordJson.Options);
        var read = RecordJson.ReadRecord(state.Id.Kind, patched);
        if (read.Rejection is { } wrong)
            return wrong with { Pointer = Under(wrong.Pointer, command.Changes) };

        var content = read.Value.Content;
        if (
            command.Reason.Code == "reassessment"
            && state.Id.Kind != RecordKind.Chronology
            && OtherThanReassessed(now, state.Id, content) is { } field
        )
        {
            const string Detail =
                "A reassessment changes credibility, citations and noSource only: use the reason “correction”.";
            return new Rejection("invalid-parameter", Detail, $"/changes/{field}");
        }
        return content;
    }

    /// <summary>RFC 7396, section 2. The target may be changed in place.</summary>
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var merged = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(name);
                continue;
            }
            var before = merged[name];
            merged.Remove(name);
            merged[name] = Merge(before, value);
        }
        return merged;
    }

    /// <summary>The fewest attachments and detachments that turn one list into the other, in an order in which they can be folded.</summary>
    public static IEnumerable<DomainEvent> Sources(
        ValueList<Citation> was,
        ValueList<Citation> now,
        Func<int, Citation, DomainEvent> attached,
        Func<int, string, DomainEvent> detached
    )
    {
        // common[i, j]: how many of was[i..] and now[j..] stay in order.
        var common = new int[was.Count + 1, now.Count + 1];
        for (var i = was.Count - 1; i >= 0; i--)
        {
            for (var j = now.Count - 1; j >= 0; j--)
            {
                common[i, j] = was[i].Equals(now[j])
                    ? common[i + 1, j + 1] + 1
                    : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }
        var (old, place) = (0, 0);
        while (old < was.Count || place < now.Count)
        {
            if (old < was.Count && place < now.Count && was[old].Equals(now[place]))
            {
                (old, place) = (old + 1, place + 1);
            }
            else if (old < was.Count && (place == now.Count || common[old + 1, place] >= common[old, place + 1]))
            {
                yield return detached(place, was[old].Source);
                old++;
            }
            else
            {
                yield return attached(place, now[place]);
                place++;
            }
        }
    }

    private static bool IsDefaultReading(EventContent e) =>
        e.Anchor is not null
        || (
            When.From(e.Occurred, null, e.Start, e.End, e.Calendar) is { IsOk: true, Value: var when }
            && e.Reading == when.Reading
        );

    private static string Under(string? pointer, JsonObject changes)
    {
        var field = pointer?.Split('/') is [_, var first, ..] ? first : null;
        return field is not null && changes.ContainsKey(field) ? $"/changes{pointer}" : "/changes";
    }

    private static string? OtherThanReassessed(JsonObject before, RecordId id, RecordContent after)
    {
        var written = RecordJson.Write(id, after);
        return before
            .Select(field => field.Key)
            .Union(written.Select(field => field.Key), StringComparer.Ordinal)
            .FirstOrDefault(name => !Reassessable.Contains(name) && !JsonNode.DeepEquals(before[name], written[name]));
    }
}
