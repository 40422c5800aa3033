using Chronology.Eras;
using Chronology.Recording;

namespace Chronology.Service.Web;

/// <summary>What an endpoint takes and gives, for OpenAPI.</summary>
public static class Described
{
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<T>(status);
        return endpoint.Refuses();
    }

    /// <summary>Every refusal is a problem with a code.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint) =>
        endpoint.ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>The request body that records one of these.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, RecordKind kind) =>
        kind switch
        {
            RecordKind.Event => endpoint.Accepts<EventContent>("application/json"),
            RecordKind.Actor => endpoint.Accepts<ActorContent>("application/json"),
            RecordKind.Issue => endpoint.Accepts<IssueContent>("application/json"),
            RecordKind.Source => endpoint.Accepts<SourceContent>("application/json"),
            RecordKind.Scheme => endpoint.Accepts<SchemeContent>("application/json"),
            RecordKind.Era => endpoint.Accepts<EraContent>("application/json"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    public static RouteHandlerBuilder TakesChange(this RouteHandlerBuilder endpoint, Operation verb) =>
        verb == Operation.Corrected
            ? endpoint.Accepts<CorrectionBody>("application/json")
            : endpoint.Accepts<ReasonBody>("application/json");

    /// <summary>The body of <c>PATCH</c>.</summary>
    public sealed record CorrectionBody(
        System.Text.Json.Nodes.JsonObject Changes,
        Reason Reason,
        IReadOnlyList<Citation>? Citations
    );

    /// <summary>The body of retract, reinstate, dispute and resolve (which may give the credibility).</summary>
    public sealed record ReasonBody(Reason Reason, string? Credibility, IReadOnlyList<Citation>? Citations);
}

/// <summary>The query parameters that a question takes, for OpenAPI.</summary>
public sealed record AskedParameters(IReadOnlyList<string> Names);

public static class AskedParameterExtensions
{
    public static RouteHandlerBuilder Asks(this RouteHandlerBuilder endpoint, params string[] names) =>
        endpoint.WithMetadata(new AskedParameters(names));
}
