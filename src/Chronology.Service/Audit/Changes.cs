using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Audit;

/// <summary>What was recorded after a position, in order, a page at a time.</summary>
public sealed record ChangesSince(string Chronology, long Since, int Limit) : IRequest<Result<ChangesAnswer>>
{
    public const int DefaultLimit = 100;
    public const int GreatestLimit = 1_000;
}

/// <param name="Next">The <c>since</c> of the next page: the last position told, or the one asked where there is nothing newer.</param>
public sealed record ChangesAnswer(IReadOnlyList<ChangeAnswer> Changes, long Next);

/// <param name="Scheme">An era's.</param>
public sealed record ChangeAnswer(
    long Position,
    string RecordedAt,
    string Op,
    string Record,
    string Key,
    int Revision,
    Reason? Reason,
    string Author,
    string? Via,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scheme
)
{
    public static ChangeAnswer Of(LedgerRow row) =>
        new(
            row.Position,
            row.RecordedAt,
            row.Op,
            row.Record,
            row.Id.OwnKey,
            row.Revision,
            row.Reason,
            row.Author,
            row.Via,
            row.Id.Scheme
        );
}

public sealed class ChangesSinceHandler(Moments moments, Reading source)
    : IRequestHandler<ChangesSince, Result<ChangesAnswer>>
{
    public async Task<Result<ChangesAnswer>> Handle(ChangesSince request, CancellationToken cancellationToken)
    {
        var head = await moments.ResolveAsync(request.Chronology, Axes.Now, cancellationToken);
        if (head.Rejection is { } rejection)
            return rejection;
        if (request.Since > head.Value.Position)
            return new Rejection("invalid-parameter", $"“since” is above the head, {head.Value.Position}.");
        var rows = await LedgerRows.SinceAsync(
            source,
            request.Chronology,
            request.Since,
            request.Limit,
            cancellationToken
        );
        return new ChangesAnswer([.. rows.Select(ChangeAnswer.Of)], rows.Count > 0 ? rows[^1].Position : request.Since);
    }
}

/// <summary><c>GET /changes</c></summary>
public static class ChangesEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/changes", Read, "since", "limit")
            .WithName("changes")
            .WithSummary("What was recorded after a position")
            .WithTags("audit");

    public static ChangesSince Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Long("since") ?? 0,
            query.Number("limit", 1, ChangesSince.GreatestLimit) ?? ChangesSince.DefaultLimit
        );
}
