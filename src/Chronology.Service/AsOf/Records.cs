using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.AsOf;

/// <summary>One record as known at a moment, whatever its status.</summary>
public sealed record OneRecord(string Chronology, RecordId Id, Axes Axes) : IRequest<Result<OneRecordAnswer>>;

/// <param name="Fields">Every recorded field, status, revision and position; of an event happened and inForce, of an era inForce.</param>
public sealed record OneRecordAnswer(Basis Basis, JsonObject Fields, int Revision);

/// <summary>The records of one kind in the order of their keys, a page at a time.</summary>
/// <param name="Text">All its words must occur in name, alias, title or key.</param>
public sealed record ListOfRecords(
    string Chronology,
    RecordKind Kind,
    string? Text,
    string? Cursor,
    int Limit,
    Axes Axes
) : IRequest<Result<ListAnswer>>, IValidated
{
    public Rejection? Refusal() => TimelineCursor.Open(Cursor, Axes).Rejection;
}

public sealed record ListAnswer(Basis Basis, IReadOnlyList<JsonObject> Records, string? Next);

public sealed class OneRecordHandler(Moments moments, Reading source)
    : IRequestHandler<OneRecord, Result<OneRecordAnswer>>
{
    public async Task<Result<OneRecordAnswer>> Handle(OneRecord request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var row = await Rows.OneAsync(source, resolved.Value, request.Id, cancellationToken);
        if (row is null)
            return NoSuch(request.Id);
        var merged = await Merged.ReadAsync(
            source,
            resolved.Value,
            request.Id.Kind,
            [request.Id.Key],
            cancellationToken
        );
        return new OneRecordAnswer(resolved.Value.Basis, Told.Of(row, resolved.Value, merged), row.State.Revision);
    }

    public static Rejection NoSuch(RecordId id) =>
        new($"no-such-{id.Kind.Name()}", $"No {id.Kind.Name()} “{id.Key}” was recorded at that position.");
}

public sealed class ListOfRecordsHandler(Moments moments, Reading source)
    : IRequestHandler<ListOfRecords, Result<ListAnswer>>
{
    public async Task<Result<ListAnswer>> Handle(ListOfRecords request, CancellationToken cancellationToken)
    {
        var place = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, place.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return place.Cursor is not null && place.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        var moment = resolved.Value;
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(request.Kind.Name());
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(place.Cursor?.Place.Key ?? "");
        command.Parameters.AddWithValue(request.Limit + 1);
        command.CommandText = $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = $2 and r.from_position <= $3 and r.to_position > $3
              and r.status in ('active', 'disputed') and r.key > $4 and {SearchText.All(
                command,
                SearchText.WordsOf(request.Text)
            )}
            order by r.key limit $5
            """;
        var rows = await Rows.ReadAsync(command, cancellationToken);
        var keys = rows.Select(row => row.State.Id.Key);
        var merged = await Merged.ReadAsync(source, moment, request.Kind, keys, cancellationToken);
        return new ListAnswer(
            moment.Basis,
            [.. rows.Take(request.Limit).Select(row => Told.Of(row, moment, merged))],
            rows.Count > request.Limit
                ? TimelineCursor.Write(new(moment.Position, new(0, 0, 0, rows[request.Limit - 1].State.Id.Key)))
                : null
        );
    }
}

/// <summary><c>GET /events/{key}</c> and the like, and the lists <c>GET /actors</c>, <c>/issues</c>, <c>/sources</c>, <c>/schemes</c>.</summary>
public static class RecordEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in RecordKinds.Keyed)
        {
            // An era's own address also sums it up: that is its slice's.
            if (kind == RecordKind.Era)
                continue;
            var plural = kind.Plural();
            routes
                .MapRecordQuestion(
                    kind,
                    "",
                    (chronology, id, axes) => new OneRecord(chronology, id, axes),
                    answer => new(Flat(answer), $"\"{answer.Revision}\"")
                )
                .WithName($"get-{kind.Name()}")
                .WithSummary("One record as known at a moment, whatever its status")
                .GivesOne(kind);
            if (kind == RecordKind.Event)
                continue;
            routes
                .MapListOf(
                    kind,
                    $"/{plural}",
                    (chronology, _, query) =>
                        new ListOfRecords(
                            chronology,
                            kind,
                            query.Text("q"),
                            query.Text("cursor"),
                            query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EventTimeline.DefaultLimit,
                            query.Axes()
                        ),
                    answer => Listed(plural, answer)
                )
                .WithName($"list-{plural}")
                .WithSummary($"The {plural} by key, or those whose names have all the words of q");
        }
    }

    public static JsonObject Flat(OneRecordAnswer answer)
    {
        var flat = new JsonObject { ["basis"] = Node(answer.Basis) };
        foreach (var (name, value) in answer.Fields)
            flat[name] = value?.DeepClone();
        return flat;
    }

    public static JsonObject Listed(string plural, ListAnswer answer) =>
        new()
        {
            ["basis"] = Node(answer.Basis),
            [plural] = new JsonArray([.. answer.Records]),
            ["next"] = answer.Next,
        };

    private static JsonNode? Node(Basis basis) => System.Text.Json.JsonSerializer.SerializeToNode(basis, Answers.Json);
}
