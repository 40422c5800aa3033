using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>Which revision last set one part of a record.</summary>
/// <param name="Place">An RFC 6901 pointer into the record's request body, or <c>/status</c>: a field, or one member of a list.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Revision">The latest revision that put it there.</param>
public sealed record Blamed(string Place, JsonNode? Value, int Revision);

/// <summary>Tells for every field, and every member of a list (effects, citations, actors, names ...), the revision that last set it.</summary>
/// <remarks>A member of a list keeps its blame while the list around it changes; members are told apart by what they say.
/// A part that is empty has none, unless a revision emptied it.</remarks>
public static class Blame
{
    /// <param name="states">The record after each of its revisions, in their order; at least one.</param>
    /// <returns>In the order of the request body, then status.</returns>
    public static IReadOnlyList<Blamed> Of(IReadOnlyList<RecordState> states)
    {
        IReadOnlyList<Blamed> before = [];
        foreach (var state in states)
            before = Next(before, state);
        return before;
    }

    private static List<Blamed> Next(IReadOnlyList<Blamed> before, RecordState state)
    {
        var told = RecordJson.Write(state.Id, state.Content);
        foreach (var field in before.Select(blamed => FieldOf(blamed.Place)))
        {
            if (field != "status" && !told.ContainsKey(field))
                told[field] = null;
        }
        if (state.Id.Kind != RecordKind.Chronology)
            told["status"] = RecordJson.Word(state.Status);
        var unclaimed = before.ToList();
        var now = new List<Blamed>();
        foreach (var (field, value) in told)
        {
            var members = value is JsonArray list
                ? list.Select((member, i) => (Place: $"/{field}/{i}", Value: member))
                : [(Place: $"/{field}", Value: value)];
            foreach (var (place, member) in members)
            {
                var same = unclaimed.FindIndex(blamed =>
                    FieldOf(blamed.Place) == field && JsonNode.DeepEquals(blamed.Value, member)
                );
                if (same >= 0)
                {
                    now.Add(unclaimed[same] with { Place = place });
                    unclaimed.RemoveAt(same);
                }
                else if (member is not null || unclaimed.Exists(blamed => FieldOf(blamed.Place) == field))
                {
                    now.Add(new(place, member?.DeepClone(), state.Revision));
                }
            }
        }
        return now;
    }

    private static string FieldOf(string place) => place.Split('/')[1];
}
