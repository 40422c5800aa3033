using System.Text.Json;
using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Append;

/// <summary>One order for a chronology: record, correct, retract and the like. Every single change goes this way.</summary>
public sealed record AppendOrder(string Chronology, Order Order, Caller Caller) : IRequest<Result<Receipt>>, IRetried;

/// <summary>What became of an accepted order.</summary>
/// <param name="Op">What was done; null where nothing was recorded, because the record says so already.</param>
/// <param name="RecordedAt">RFC 3339 in UTC, microseconds; null with position 0, where a chronology follows its first rules.</param>
/// <param name="Scheme">An era's.</param>
public sealed record Receipt(
    string Key,
    int Revision,
    string Status,
    long Position,
    string? RecordedAt,
    string? Op,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scheme
);

public sealed class AppendOrderHandler(Groups groups) : IRequestHandler<AppendOrder, Result<Receipt>>
{
    public async Task<Result<Receipt>> Handle(AppendOrder request, CancellationToken cancellationToken)
    {
        var appended = await groups.AppendAsync(
            request.Chronology,
            new(request.Order, request.Caller),
            cancellationToken
        );
        return appended.Then(outcome =>
            outcome switch
            {
                Outcome.Recorded made => Told(
                    made.State,
                    made.Position,
                    made.RecordedAt,
                    RecordJson.Word(made.Operation)
                ),
                Outcome.Unchanged same => Told(same.State, same.Position, same.RecordedAt, null),
                Outcome.Refused refused => refused.Rejection,
                _ => throw new System.Diagnostics.UnreachableException(),
            }
        );
    }

    private static Result<Receipt> Told(RecordState state, long position, DateTimeOffset? at, string? op) =>
        new Receipt(
            state.Id.OwnKey,
            state.Revision,
            RecordJson.Word(state.Status),
            position,
            at is { } instant ? Instants.Text(instant) : null,
            op,
            state.Id.Scheme
        );
}

/// <summary><c>POST /events</c>, <c>/actors</c>, <c>/issues</c>, <c>/sources</c>, <c>/schemes</c>, <c>/schemes/{s}/eras</c>; <c>PATCH</c> of one; and the verbs on one.</summary>
public static class AppendEndpoints
{
    private static readonly (string Path, Operation Verb)[] EveryKind =
    [
        ("retract", Operation.Retracted),
        ("reinstate", Operation.Reinstated),
    ];

    private static readonly (string Path, Operation Verb)[] OfEvents =
    [
        ("dispute", Operation.Disputed),
        ("resolve", Operation.Resolved),
    ];

    private static readonly (string Path, Operation Verb)[] OfWhatIsDoubled =
    [
        ("merge", Operation.Merged),
        ("split", Operation.Split),
    ];

    private static IEnumerable<(string Path, Operation Verb)> VerbsOf(RecordKind kind) =>
        [
            .. EveryKind,
            .. kind is RecordKind.Event ? OfEvents : [],
            .. kind is RecordKind.Event or RecordKind.Actor ? OfWhatIsDoubled : [],
        ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in RecordKinds.Keyed)
        {
            var recording =
                kind == RecordKind.Era
                    ? routes.MapPost(
                        "/schemes/{scheme}/eras",
                        (HttpContext http, string chronology, string scheme, ISender sender, CancellationToken ct) =>
                            RecordAsync(body => RecordJson.ReadEra(scheme, body), http, chronology, sender, ct)
                    )
                    : routes.MapPost(
                        $"/{kind.Plural()}",
                        (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                            RecordAsync(body => RecordJson.ReadRecord(kind, body), http, chronology, sender, ct)
                    );
            recording
                .WithName($"record-{kind.Name()}")
                .WithSummary($"Record {(kind is RecordKind.Source or RecordKind.Scheme ? "a" : "an")} {kind.Name()}")
                .WithTags(kind.Plural())
                .Takes(kind)
                .Gives<Receipt>(StatusCodes.Status201Created)
                .Gives<Described.Either<Receipt, EffectPreview>>(StatusCodes.Status200OK);
            routes
                .MapRecord(
                    HttpMethod.Patch,
                    kind,
                    "",
                    (http, chronology, id, sender, ct) =>
                        ChangeAsync(Operation.Corrected, http, chronology, id, sender, ct)
                )
                .WithName($"correct-{kind.Name()}")
                .WithSummary("Correct it, by a merge patch, with a reason")
                .WithTags(kind.Plural())
                .TakesChange(Operation.Corrected)
                .Gives<Described.Either<Receipt, EffectPreview>>(StatusCodes.Status200OK);
            foreach (var (word, verb) in VerbsOf(kind))
            {
                routes
                    .MapRecord(
                        HttpMethod.Post,
                        kind,
                        $"/{word}",
                        (http, chronology, id, sender, ct) => ChangeAsync(verb, http, chronology, id, sender, ct)
                    )
                    .WithName($"{word}-{kind.Name()}")
                    .WithSummary($"{char.ToUpperInvariant(word[0])}{word[1..]} it, with a reason")
                    .WithTags(kind.Plural())
                    .TakesChange(verb)
                    .Gives<Described.Either<Receipt, EffectPreview>>(StatusCodes.Status200OK);
            }
        }
    }

    /// <summary><c>PATCH /api/chronologies/{c}</c></summary>
    /// <param name="routes">Not below a chronology's address.</param>
    public static void MapAdoption(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch(
                "/api/chronologies/{chronology}",
                (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                    ChangeAsync(Operation.Corrected, http, chronology, RecordId.Itself, sender, ct)
            )
            .WithName("adopt-rules")
            .WithSummary("Adopt a version of the rules, with a reason")
            .WithTags("chronologies")
            .TakesChange(Operation.Adopted)
            .Gives<Described.Either<Receipt, EffectPreview>>(StatusCodes.Status200OK);

    private static async Task<IResult> RecordAsync(
        Func<JsonElement, Result<Command.Record>> read,
        HttpContext http,
        string chronology,
        ISender sender,
        CancellationToken ct
    )
    {
        var caller = Incoming.CallerOf(http);
        var query = new Parameters(http.Request);
        var trying = Trying.Read(query);
        if ((query.Refusal() ?? caller.Rejection) is { } refusal)
            return Problems.Of(refusal);
        var body = await Incoming.BodyAsync(http, ct);
        var command = body.Then(read);
        if (command.Rejection is { } rejection)
            return Problems.Of(rejection);
        var order = new Order(command.Value);
        if (trying is not null)
            return Answers.Of(await sender.Send(new PreviewOrder(chronology, order, caller.Value, trying.AsOf), ct));
        var receipt = await sender.Send(new AppendOrder(chronology, order, caller.Value), ct);
        return Told(
            http,
            receipt,
            created: $"/api/chronologies/{chronology}{RecordRoutes.AddressOf(command.Value.Id)}"
        );
    }

    private static async Task<IResult> ChangeAsync(
        Operation verb,
        HttpContext http,
        string chronology,
        RecordId id,
        ISender sender,
        CancellationToken ct
    )
    {
        var caller = Incoming.CallerOf(http);
        var query = new Parameters(http.Request);
        var trying = Trying.Read(query);
        if ((query.Refusal() ?? caller.Rejection) is { } refusal)
            return Problems.Of(refusal);
        var expected = Incoming.IfMatch(http.Request, least: id.Kind == RecordKind.Chronology ? 0 : 1);
        if (expected.Rejection is { } unversioned)
            return Problems.Of(unversioned);
        var body = await Incoming.BodyAsync(http, ct);
        var command = body.Then(json => RecordJson.ReadCommand(verb, id, json));
        if (command.Rejection is { } rejection)
            return Problems.Of(rejection);
        var order = new Order(command.Value, expected.Value);
        if (trying is not null)
            return Answers.Of(await sender.Send(new PreviewOrder(chronology, order, caller.Value, trying.AsOf), ct));
        var receipt = await sender.Send(new AppendOrder(chronology, order, caller.Value), ct);
        return Told(http, receipt, created: null);
    }

    private static IResult Told(HttpContext http, Result<Receipt> receipt, string? created)
    {
        if (receipt.Rejection is { } rejection)
            return Problems.Of(rejection);
        http.Response.Headers.ETag = $"\"{receipt.Value.Revision}\"";
        if (created is null || receipt.Value.Op is null)
            return Results.Json(receipt.Value, Answers.Json);
        http.Response.Headers.Location = created;
        return Results.Json(receipt.Value, Answers.Json, statusCode: StatusCodes.Status201Created);
    }
}

/// <summary><c>dryRun=true</c>: the effect preview is asked for, and for which day; null without <c>asOf</c>.</summary>
public sealed record Trying(string? AsOf)
{
    public static Trying? Read(Parameters query) => query.Flag("dryRun") ? new(query.Text("asOf")) : null;
}
