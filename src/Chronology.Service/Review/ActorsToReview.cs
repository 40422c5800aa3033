using System.Globalization;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Review;

/// <summary>The provisional actors in the order of their keys, each with those that it may be, a page at a time.</summary>
/// <remarks>Reads all actors of the chronology, once a page: its cost grows with them, never with events.</remarks>
public sealed record ActorsToReview(string Chronology, string? Cursor, int Limit, Axes Axes)
    : IRequest<Result<ActorsToReviewAnswer>>,
        IValidated
{
    public Rejection? Refusal() => TimelineCursor.Open(Cursor, Axes).Rejection;
}

/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record ActorsToReviewAnswer(Basis Basis, IReadOnlyList<ProvisionalActor> Actors, string? Next);

/// <param name="Proposals">At most five, the likeliest first; accepting one is <c>POST /actors/{key}/merge</c>, saying that it is none a
/// correction of <c>provisional</c>.</param>
public sealed record ProvisionalActor(
    string Key,
    string Name,
    string Kind,
    int Revision,
    IReadOnlyList<ProposedActor> Proposals
);

public sealed class ActorsToReviewHandler(Moments moments, NpgsqlDataSource source)
    : IRequestHandler<ActorsToReview, Result<ActorsToReviewAnswer>>
{
    private const int Proposals = 5;

    public async Task<Result<ActorsToReviewAnswer>> Handle(ActorsToReview request, CancellationToken cancellationToken)
    {
        var place = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, place.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return place.Cursor is not null && place.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        var moment = resolved.Value;
        var after = place.Cursor?.Place.Key ?? "";
        await using var command = source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = 'actor' and r.from_position <= $2 and r.to_position > $2
            order by r.key
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        var actors = new NamedActors();
        var waiting = new List<RecordState>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var state = Rows.Of(reader).State;
                actors.Put(state);
                if (
                    state is { Status: RecordStatus.Active, Content: ActorContent { Provisional: true } }
                    && string.CompareOrdinal(state.Id.Key, after) > 0
                    && waiting.Count <= request.Limit
                )
                    waiting.Add(state);
            }
        }
        return new ActorsToReviewAnswer(
            moment.Basis,
            [.. waiting.Take(request.Limit).Select(state => Told(state, actors))],
            waiting.Count > request.Limit
                ? TimelineCursor.Write(new(moment.Position, new(0, 0, 0, waiting[request.Limit - 1].Id.Key)))
                : null
        );
    }

    private static ProvisionalActor Told(RecordState state, NamedActors actors)
    {
        var content = (ActorContent)state.Content;
        return new(
            state.Id.Key,
            content.Name,
            content.Kind,
            state.Revision,
            actors.Propose(content.Name, state.Id.Key, Proposals)
        );
    }
}

/// <summary><c>GET /review/actors</c></summary>
public static class ActorsToReviewEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/review/actors", Read, "cursor", "limit", "asOf", "knownAt")
            .WithName("actors-to-review")
            .WithSummary("Actors that imports made for names that they could not match, and whom those may mean")
            .WithTags("review");

    public static ActorsToReview Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("cursor"),
            query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EventTimeline.DefaultLimit,
            query.Axes()
        );
}
