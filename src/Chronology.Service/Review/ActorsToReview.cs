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
/// <remarks>A page reads its own actors by an index, and by another those with a name that shares a word with one of theirs.</remarks>
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
        var found = await RoundTrip.AskAsync(
            source,
            trip => ActorNames.Provisional(trip, moment, place.Cursor?.Place.Key ?? "", request.Limit + 1),
            cancellationToken
        );
        var waiting = found.Select(row => row.State).ToList();
        var actors = await KnownAsync(moment, waiting.Take(request.Limit), cancellationToken);
        return new ActorsToReviewAnswer(
            moment.Basis,
            [.. waiting.Take(request.Limit).Select(state => Told(state, actors))],
            waiting.Count > request.Limit
                ? TimelineCursor.Write(new(moment.Position, new(0, 0, 0, waiting[request.Limit - 1].Id.Key)))
                : null
        );
    }

    /// <summary>Whoever has a name that is like one of theirs, and whom those are merged into.</summary>
    private async Task<NamedActors> KnownAsync(Moment moment, IEnumerable<RecordState> waiting, CancellationToken ct)
    {
        var actors = new NamedActors();
        var rows = await RoundTrip.AskAsync(
            source,
            trip => ActorNames.Alike(trip, moment, waiting.Select(state => ((ActorContent)state.Content).Name)),
            ct
        );
        while (rows.Count > 0)
        {
            foreach (var row in rows)
                actors.Put(row.State);
            var into = rows.Select(row => row.State.MergedInto).OfType<string>().Where(key => !actors.Has(key));
            rows = await Rows.SomeAsync(source, moment, RecordKind.Actor, into, ct);
        }
        return actors;
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
