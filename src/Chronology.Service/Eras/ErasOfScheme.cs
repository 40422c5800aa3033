using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Eras;

/// <summary>The eras of one scheme in the order in which they began, a page at a time.</summary>
/// <param name="Text">All its words must occur in title, summary or key.</param>
public sealed record ErasOfScheme(string Chronology, string Scheme, string? Text, string? Cursor, int Limit, Axes Axes)
    : IRequest<Result<ErasOfSchemeAnswer>>,
        IValidated
{
    public Rejection? Refusal() => TimelineCursor.Open(Cursor, Axes).Rejection;
}

/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record ErasOfSchemeAnswer(Basis Basis, IReadOnlyList<JsonObject> Eras, string? Next);

public sealed class ErasOfSchemeHandler(Moments moments, RecordedEras eras, Reading source)
    : IRequestHandler<ErasOfScheme, Result<ErasOfSchemeAnswer>>
{
    public async Task<Result<ErasOfSchemeAnswer>> Handle(ErasOfScheme request, CancellationToken cancellationToken)
    {
        var place = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, place.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
        {
            return place.Cursor is not null && place.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        }
        var moment = resolved.Value;
        var scheme = new RecordId(RecordKind.Scheme, request.Scheme);
        if (await Rows.OneAsync(source, moment, scheme, cancellationToken) is null)
            return OneRecordHandler.NoSuch(scheme);
        var (page, next) = await eras.OfSchemeAsync(
            moment,
            request.Scheme,
            SearchText.WordsOf(request.Text),
            place.Cursor?.Place,
            request.Limit,
            cancellationToken
        );
        return new ErasOfSchemeAnswer(
            moment.Basis,
            [.. page.Select(row => Told.Of(row, moment, Merged.None))],
            next is null ? null : TimelineCursor.Write(new(moment.Position, next))
        );
    }
}

/// <summary><c>GET /schemes/{s}/eras</c></summary>
public static class ErasOfSchemeEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapListOf(
                RecordKind.Era,
                "/schemes/{scheme}/eras",
                (chronology, route, query) =>
                    new ErasOfScheme(
                        chronology,
                        route.Text("scheme"),
                        query.Text("q"),
                        query.Text("cursor"),
                        query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EventTimeline.DefaultLimit,
                        query.Axes()
                    ),
                answer => answer
            )
            .WithName("list-eras")
            .WithSummary(
                "The eras of a scheme in the order in which they began, or those that have all the words of q"
            );
}
