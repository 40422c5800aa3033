using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Audit;

/// <summary>All revisions of one record up to a moment: who changed what, when, why.</summary>
public sealed record HistoryOfRecord(string Chronology, RecordId Id, Axes Axes) : IRequest<Result<HistoryAnswer>>;

public sealed record HistoryAnswer(Basis Basis, IReadOnlyList<RevisionAnswer> Revisions);

/// <param name="Op">recorded, corrected, refined, reassessed, retracted, reinstated, disputed, resolved, merged, split or adopted.</param>
/// <param name="Citations">What supports the change itself.</param>
public sealed record RevisionAnswer(
    int Revision,
    long Position,
    string RecordedAt,
    string Author,
    string? Via,
    string Op,
    Reason? Reason,
    IReadOnlyList<Citation> Citations,
    IReadOnlyList<FieldChange> Changes
);

public sealed class HistoryOfRecordHandler(Moments moments, Revisions revisions)
    : IRequestHandler<HistoryOfRecord, Result<HistoryAnswer>>
{
    public async Task<Result<HistoryAnswer>> Handle(HistoryOfRecord request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var made = await revisions.OfAsync(resolved.Value, request.Id, cancellationToken);
        return made.Count == 0 && request.Id.Kind != RecordKind.Chronology
            ? OneRecordHandler.NoSuch(request.Id)
            : new HistoryAnswer(resolved.Value.Basis, [.. made.Select(Told)]);
    }

    private static RevisionAnswer Told(Revision revision) =>
        new(
            revision.Entry.Revision,
            revision.Entry.Position,
            revision.Entry.RecordedAt,
            revision.Entry.Author,
            revision.Entry.Via,
            revision.Entry.Op,
            revision.Entry.Reason,
            revision.Entry.Citations,
            Differences.Between(revision.Before, revision.After)
        );
}

/// <summary><c>GET /events/{key}/history</c> and the like.</summary>
public static class HistoryEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRecordQuestions(
            "/history",
            "history-of",
            "Who changed what, when and why",
            (chronology, id, axes) => new HistoryOfRecord(chronology, id, axes)
        );
}
