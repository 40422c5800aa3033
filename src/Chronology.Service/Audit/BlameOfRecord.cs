using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Audit;

/// <summary>For every field, effect, citation and other member of one record: the revision that last set it.</summary>
public sealed record BlameOfRecord(string Chronology, RecordId Id, Axes Axes) : IRequest<Result<BlameAnswer>>;

public sealed record BlameAnswer(Basis Basis, IReadOnlyList<BlamedPart> Blame);

/// <param name="Place">An RFC 6901 pointer into the record's request body, or <c>/status</c>.</param>
public sealed record BlamedPart(
    string Place,
    JsonNode? Value,
    int Revision,
    long Position,
    string RecordedAt,
    string Author,
    string? Via,
    string Op,
    Reason? Reason,
    IReadOnlyList<Citation> Citations
);

public sealed class BlameOfRecordHandler(Moments moments, Revisions revisions)
    : IRequestHandler<BlameOfRecord, Result<BlameAnswer>>
{
    public async Task<Result<BlameAnswer>> Handle(BlameOfRecord request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var made = await revisions.OfAsync(resolved.Value, request.Id, cancellationToken);
        return made.Count == 0 && request.Id.Kind != RecordKind.Chronology
            ? OneRecordHandler.NoSuch(request.Id)
            : new BlameAnswer(
                resolved.Value.Basis,
                [.. Blame.Of([.. made.Select(r => r.After)]).Select(part => Told(part, made[part.Revision - 1].Entry))]
            );
    }

    private static BlamedPart Told(Blamed part, LedgerRow entry) =>
        new(
            part.Place,
            part.Value,
            entry.Revision,
            entry.Position,
            entry.RecordedAt,
            entry.Author,
            entry.Via,
            entry.Op,
            entry.Reason,
            entry.Citations
        );
}

/// <summary><c>GET /events/{key}/blame</c> and the like.</summary>
public static class BlameEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRecordQuestions(
            "/blame",
            "blame-of",
            "For every field, effect and citation the revision that last set it",
            (chronology, id, axes) => new BlameOfRecord(chronology, id, axes)
        );
}
