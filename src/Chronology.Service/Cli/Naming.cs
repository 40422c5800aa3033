using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Search;
using Chronology.Service.Store;
using MediatR;

namespace Chronology.Service.Cli;

/// <summary>Turns the names and aliases by which a person calls actors and issues into their keys.</summary>
internal sealed class Naming(ISender sender, string chronology)
{
    private const int Suggested = 3;

    private static readonly RecordKind[] Actors = [RecordKind.Actor];
    private static readonly RecordKind[] ActorsAndIssues = [RecordKind.Actor, RecordKind.Issue];

    private readonly Dictionary<(string Name, bool Issues), Result<string>> known = [];

    /// <summary>Puts keys in the place of names in an event's participants and effects and in an actor's successors.</summary>
    /// <returns>The same body; or <c>unknown-actor</c>, <c>ambiguous-actor</c>, or what a search refuses.</returns>
    public async Task<Result<JsonObject>> ResolveAsync(JsonObject body, CancellationToken ct)
    {
        var parties = Each(body, "actors").Concat(Each(body, "successors")).Select(party => (party, "actor", Actors));
        var places = parties.Concat(
            Each(body, "effects")
                .SelectMany(effect =>
                    new (JsonObject Place, string Field, RecordKind[] Kinds)[]
                    {
                        (effect, "holder", Actors),
                        (effect, "toward", ActorsAndIssues),
                        (effect, "speaker", Actors),
                    }
                )
        );
        foreach (var (place, field, kinds) in places.Where(at => at.Item1[at.Item2] is JsonValue))
        {
            var key = await KeyAsync(place[field]!.GetValue<string>(), kinds, ct);
            if (key.Rejection is { } rejection)
                return rejection;
            place[field] = key.Value;
        }
        return body;
    }

    private async Task<Result<string>> KeyAsync(string name, RecordKind[] kinds, CancellationToken ct)
    {
        var asked = (name, kinds.Length > 1);
        if (!known.TryGetValue(asked, out var key))
            known[asked] = key = await FindAsync(name, kinds, ct);
        return key;
    }

    private async Task<Result<string>> FindAsync(string name, RecordKind[] kinds, CancellationToken ct)
    {
        if (name.Length > 200)
            return new Rejection("unknown-actor", $"No actor is called “{name[..50]}…”.");
        var answer = await sender.Send(
            new SearchRecords(chronology, name, null, SearchRecords.GreatestLimit, Axes.Now),
            ct
        );
        if (answer.Rejection is { } rejection)
            return rejection;
        // What has the whole text as a name comes first among the results, actors before other records.
        var found = answer.Value.Results.Where(record => kinds.Any(kind => kind.Name() == record.Record)).ToArray();
        if (found.Any(record => record.Key == name))
            return name;
        var what = kinds.Length > 1 ? "actor or issue" : "actor";
        var called = found.Where(record => record.IsCalledSo).ToArray();
        return called switch
        {
            [var only] => only.Key,
            [] => new Rejection(
                "unknown-actor",
                found.Length == 0
                    ? $"No {what} is called “{name}”: record it with chronology append --kind actor, or see chronology search."
                    : $"No {what} is called just “{name}”: write {Choice(found)}."
            ),
            _ => new Rejection("ambiguous-actor", $"Several {what}s are called “{name}”: write {Choice(called)}."),
        };
    }

    private static IEnumerable<JsonObject> Each(JsonObject body, string list) =>
        (body[list] as JsonArray ?? []).OfType<JsonObject>();

    private static string Choice(IReadOnlyList<Found> records) =>
        string.Join(" or ", records.Take(Suggested).Select(record => $"{record.Key} ({record.Title})"))
        + (records.Count > Suggested ? ", or another key" : "");
}
