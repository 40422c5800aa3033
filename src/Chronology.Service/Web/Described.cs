using System.Text.Json.Nodes;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.Store;

namespace Chronology.Service.Web;

/// <summary>What an endpoint takes and gives, for OpenAPI.</summary>
public static class Described
{
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<T>(status);
        return endpoint.Refuses(400, 404);
    }

    /// <summary>What <c>GET</c> of one record of the kind gives.</summary>
    public static RouteHandlerBuilder GivesOne(this RouteHandlerBuilder endpoint, RecordKind kind) =>
        kind switch
        {
            RecordKind.Event => endpoint.Gives<Told<EventContent>>(200),
            RecordKind.Actor => endpoint.Gives<Told<ActorContent>>(200),
            RecordKind.Issue => endpoint.Gives<Told<IssueContent>>(200),
            RecordKind.Source => endpoint.Gives<Told<SourceContent>>(200),
            RecordKind.Scheme => endpoint.Gives<Told<SchemeContent>>(200),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An era's own address gives more."),
        };

    /// <summary>What a list of the kind gives.</summary>
    public static RouteHandlerBuilder GivesMany(this RouteHandlerBuilder endpoint, RecordKind kind) =>
        kind switch
        {
            RecordKind.Actor => endpoint.Gives<Listed<ActorContent>>(200),
            RecordKind.Issue => endpoint.Gives<Listed<IssueContent>>(200),
            RecordKind.Source => endpoint.Gives<Listed<SourceContent>>(200),
            RecordKind.Scheme => endpoint.Gives<Listed<SchemeContent>>(200),
            RecordKind.Era => endpoint.Gives<Listed<EraContent>>(200),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    /// <summary>The statuses under which it refuses, each a problem with a code; 503 besides.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses.Append(StatusCodes.Status503ServiceUnavailable))
            endpoint.Produces<Problem>(status, "application/problem+json");
        return endpoint;
    }

    /// <summary>The request body that records one of these.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, RecordKind kind) =>
        (
            kind switch
            {
                RecordKind.Event => endpoint.Accepts<EventContent>("application/json"),
                RecordKind.Actor => endpoint.Accepts<ActorContent>("application/json"),
                RecordKind.Issue => endpoint.Accepts<IssueContent>("application/json"),
                RecordKind.Source => endpoint.Accepts<SourceContent>("application/json"),
                RecordKind.Scheme => endpoint.Accepts<SchemeContent>("application/json"),
                RecordKind.Era => endpoint.Accepts<EraContent>("application/json"),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
            }
        )
            .WithMetadata(new SentHeaders(["X-Author", "X-Via"], ["ETag", "Location"]))
            .Asks("dryRun", "asOf")
            .Refuses(409, 413, 415, 422);

    public static RouteHandlerBuilder TakesChange(this RouteHandlerBuilder endpoint, Operation verb) =>
        (
            verb switch
            {
                Operation.Corrected => endpoint.Accepts<CorrectionBody>("application/json"),
                Operation.Adopted => endpoint.Accepts<AdoptionBody>("application/json"),
                Operation.Resolved => endpoint.Accepts<ResolutionBody>("application/json"),
                Operation.Merged => endpoint.Accepts<MergeBody>("application/json"),
                _ => endpoint.Accepts<ReasonBody>("application/json"),
            }
        )
            .WithMetadata(new SentHeaders(["If-Match", "X-Author", "X-Via"], ["ETag"]))
            .Asks("dryRun", "asOf")
            .Refuses(412, 413, 415, 422, 428);

    /// <summary>The query parameters that a question takes.</summary>
    public static RouteHandlerBuilder Asks(this RouteHandlerBuilder endpoint, params string[] names) =>
        endpoint.WithMetadata(new AskedParameters(names));

    /// <summary>The body of <c>PATCH</c>.</summary>
    /// <param name="Changes">An RFC 7396 merge patch of the record.</param>
    /// <param name="Citations">What supports the change itself.</param>
    public sealed record CorrectionBody(JsonObject Changes, Reason Reason, IReadOnlyList<Citation>? Citations);

    /// <summary>The body of <c>PATCH</c> of a chronology.</summary>
    /// <param name="Changes">The rules to adopt.</param>
    /// <param name="Reason">adoption, correction or reassessment.</param>
    public sealed record AdoptionBody(RulesToAdopt Changes, Reason Reason, IReadOnlyList<Citation>? Citations);

    /// <param name="Rules">The number of a version.</param>
    public sealed record RulesToAdopt(int Rules);

    /// <summary>The body of retract, reinstate, dispute and split.</summary>
    public sealed record ReasonBody(Reason Reason, IReadOnlyList<Citation>? Citations);

    /// <summary>The body of merge.</summary>
    /// <param name="Into">The key of the one that stays, of the same kind.</param>
    public sealed record MergeBody(string Into, Reason Reason, IReadOnlyList<Citation>? Citations);

    /// <summary>The body of resolve.</summary>
    /// <param name="Credibility">What it is now; null: what it was before the dispute.</param>
    public sealed record ResolutionBody(string? Credibility, Reason Reason, IReadOnlyList<Citation>? Citations);

    /// <summary>The body of <c>POST /api/chronologies</c>.</summary>
    public sealed record ChronologyBody(string Slug, string Title, string? Description, string? Licence);

    /// <summary>A refusal (RFC 9457).</summary>
    /// <param name="Code">Stable, kebab-case.</param>
    /// <param name="Detail">One sentence to act on.</param>
    /// <param name="Pointer">RFC 6901 pointer into the request's body, where one applies.</param>
    public sealed record Problem(string Type, string Title, int Status, string Code, string Detail, string? Pointer);

    /// <summary>A record as answers tell it: every recorded field, and these.</summary>
    /// <param name="Basis">On the record's own address.</param>
    /// <param name="MergedInto">While it is merged.</param>
    /// <param name="MergedFrom">The keys of those that are merged into it, directly or through others; left out where there are none. Its citations are then theirs too.</param>
    public sealed record Told<TContent>(
        Basis Basis,
        RecordStatus Status,
        string? MergedInto,
        IReadOnlyList<string>? MergedFrom,
        int Revision,
        long Position
    )
        where TContent : RecordContent;

    /// <summary>An era as its own address tells it, and as <c>GET /eras</c> does: every recorded field, these, and what it adds up to.</summary>
    /// <param name="Basis">On the era's own address.</param>
    public sealed record SummedEra(Basis Basis, RecordStatus Status, int Revision, long Position);

    /// <summary>One of these, for OpenAPI: what is done, or with <c>dryRun=true</c> what would be.</summary>
    public sealed record Either<TDone, TTried>(TDone Done, TTried Tried);

    /// <inheritdoc cref="Either{TDone, TTried}"/>
    public sealed record Either<TDone, TTried, TShown>(TDone Done, TTried Tried, TShown Shown);

    internal static bool IsEither(Type type) =>
        type.IsGenericType
        && (
            type.GetGenericTypeDefinition() == typeof(Either<,>)
            || type.GetGenericTypeDefinition() == typeof(Either<,,>)
        );

    /// <summary>A page of records by key; of eras by their first possible day.</summary>
    public sealed record Listed<TContent>(Basis Basis, string? Next)
        where TContent : RecordContent;
}

/// <summary>The query parameters that a question takes, for OpenAPI.</summary>
public sealed record AskedParameters(IReadOnlyList<string> Names);

/// <summary>The query parameters that are a point on both axes each, for OpenAPI.</summary>
/// <param name="First">Required.</param>
public sealed record AskedPoints(string First, string Second);

/// <summary>The headers that a request brings and an answer carries, for OpenAPI.</summary>
public sealed record SentHeaders(IReadOnlyList<string> Asked, IReadOnlyList<string> Answered);
