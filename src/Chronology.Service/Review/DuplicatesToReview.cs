using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Review;

/// <summary>Pairs of events that may be one: of one type, on days that overlap, with actors in common. In the order of the timeline, a page at a time.</summary>
/// <remarks>A page looks at <see cref="Looked"/> events of the timeline and for each at those that begin within its days, at most
/// <see cref="Compared"/>: its cost does not grow with the length of history.</remarks>
/// <param name="Actor">Only events in which this actor takes part; null: all.</param>
/// <param name="Least">0 to 100: only pairs at least so much alike.</param>
public sealed record DuplicatesToReview(
    string Chronology,
    string? Actor,
    int Least,
    string? Cursor,
    int Limit,
    Axes Axes
) : IRequest<Result<DuplicatesToReviewAnswer>>, IValidated
{
    public const int DefaultLeast = 75;
    public const int Looked = 200;
    public const int Compared = 200;

    public Rejection? Refusal() =>
        Actor is not null && !Keys.IsKey(Actor)
            ? new("invalid-parameter", "“actor” is the key of an actor.")
            : TimelineCursor.Open(Cursor, Axes).Rejection;
}

/// <param name="Next">The cursor of the next page, which may be there although this page has no pair; null: all events were looked at.</param>
public sealed record DuplicatesToReviewAnswer(Basis Basis, IReadOnlyList<PossibleDuplicate> Duplicates, string? Next);

/// <param name="One">The event that stands first in the timeline.</param>
/// <param name="Similarity">Percent.</param>
public sealed record PossibleDuplicate(DuplicateSide One, DuplicateSide Other, string Type, int Similarity);

/// <param name="Revision">For the <c>If-Match</c> of <c>POST /events/{key}/merge</c>.</param>
public sealed record DuplicateSide(
    string Key,
    string Title,
    DateAnswer Occurred,
    IReadOnlyList<string> Actors,
    string Credibility,
    int Revision
);

public sealed class DuplicatesToReviewHandler(Moments moments, NpgsqlDataSource source)
    : IRequestHandler<DuplicatesToReview, Result<DuplicatesToReviewAnswer>>
{
    public async Task<Result<DuplicatesToReviewAnswer>> Handle(
        DuplicatesToReview request,
        CancellationToken cancellationToken
    )
    {
        var opened = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, opened.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return opened.Cursor is not null && opened.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        var moment = resolved.Value;
        await using var command = Pairs(request, moment, opened.Cursor?.Place);
        var looked = new List<(RecordState State, TimelinePlace Place, List<RecordState> Others)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var one = State(reader, 0);
                if (looked.Count == 0 || looked[^1].State.Id != one.Id)
                    looked.Add((one, new(reader.GetInt64(4), reader.GetInt64(5), reader.GetInt32(6), one.Id.Key), []));
                if (!await reader.IsDBNullAsync(7, cancellationToken))
                    looked[^1].Others.Add(State(reader, 7));
            }
        }
        var found = new List<PossibleDuplicate>();
        TimelinePlace? last = null;
        foreach (var (state, place, others) in looked.Take(DuplicatesToReview.Looked))
        {
            // The pairs of one event stand on one page, be it a little longer for that.
            if (found.Count >= request.Limit)
                break;
            found.AddRange(
                others
                    .Select(other => (Other: other, Percent: Likeness.Of(state.Dated!, other.Dated!)))
                    .Where(pair => pair.Percent >= request.Least && pair.Percent > 0)
                    .OrderByDescending(pair => pair.Percent)
                    .ThenBy(pair => pair.Other.Id.Key, StringComparer.Ordinal)
                    .Select(pair => new PossibleDuplicate(
                        Side(state),
                        Side(pair.Other),
                        state.Dated!.Type,
                        pair.Percent
                    ))
            );
            last = place;
        }
        var isAll = looked.Count <= DuplicatesToReview.Looked && (looked.Count == 0 || last == looked[^1].Place);
        return new DuplicatesToReviewAnswer(
            moment.Basis,
            found,
            isAll || last is null ? null : TimelineCursor.Write(new(moment.Position, last))
        );
    }

    private NpgsqlCommand Pairs(DuplicatesToReview request, Moment moment, TimelinePlace? after)
    {
        var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(after?.First ?? long.MinValue);
        command.Parameters.AddWithValue(after?.Latest ?? long.MinValue);
        command.Parameters.AddWithValue(after?.Order ?? int.MinValue);
        command.Parameters.AddWithValue(after?.Key ?? "");
        command.Parameters.AddWithValue(DuplicatesToReview.Looked + 1);
        command.Parameters.AddWithValue(DuplicatesToReview.Compared);
        command.Parameters.AddWithValue(request.Actor is null ? "" : $"actor/{request.Actor}");
        command.CommandText = $"""
            select a.key, a.revision, a.status, a.state::text, a.first, a.latest, a.place, b.key, b.revision, b.status, b.state::text
            from (
                select r.key, r.revision, r.status, r.state, r.type, r.refs, {First(
                "r"
            )} as first, r.latest, coalesce(r.day_order, 0) as place
                from chronology.record r
                where r.chronology = $1 and r.kind = 'event' and r.from_position <= $2 and r.to_position > $2
                  and r.status in ('active', 'disputed')
                  and ($9 = '' or r.refs @> array[$9])
                  and ({First("r")}, r.latest, coalesce(r.day_order, 0), r.key) > ($3, $4, $5, $6 collate "C")
                order by {First("r")}, r.latest, coalesce(r.day_order, 0), r.key
                limit $7) a
            left join lateral (
                select o.key, o.revision, o.status, o.state
                from chronology.record o
                where o.chronology = $1 and o.kind = 'event' and o.from_position <= $2 and o.to_position > $2
                  and o.status in ('active', 'disputed') and o.type = a.type
                  and {First("o")} between a.first and a.latest
                  and ({First("o")}, o.latest, coalesce(o.day_order, 0), o.key) > (a.first, a.latest, a.place, a.key)
                  and o.refs && array(select ref from unnest(a.refs) as ref where ref like 'actor/%')
                order by {First("o")}, o.latest, coalesce(o.day_order, 0), o.key
                limit $8) b on true
            order by a.first, a.latest, a.place, a.key, b.key
            """;
        return command;
    }

    /// <summary>The first column of the index that holds the timeline.</summary>
    private static string First(string row) =>
        $"(case when {row}.earliest > -9223372036854775808 then {row}.earliest when {row}.latest < 9223372036854775807 then {row}.latest else 9223372036854775807 end)";

    private static RecordState State(NpgsqlDataReader reader, int at) =>
        StoredState.Read(
            new(RecordKind.Event, reader.GetString(at)),
            reader.GetInt32(at + 1),
            reader.GetString(at + 2),
            reader.GetString(at + 3)
        );

    private static DuplicateSide Side(RecordState state)
    {
        var content = state.Dated!;
        return new(
            state.Id.Key,
            content.Title,
            DateAnswer.Of(content, content.When()),
            [.. content.Actors.Select(participant => participant.Actor).Distinct(StringComparer.Ordinal)],
            content.Credibility,
            state.Revision
        );
    }
}

/// <summary><c>GET /review/duplicates</c></summary>
public static class DuplicatesToReviewEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/review/duplicates", Read, "actor", "least", "cursor", "limit", "asOf", "knownAt")
            .WithName("duplicates-to-review")
            .WithSummary("Pairs of events that may be one")
            .WithTags("review");

    public static DuplicatesToReview Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("actor"),
            query.Number("least", 0, 100) ?? DuplicatesToReview.DefaultLeast,
            query.Text("cursor"),
            query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EventTimeline.DefaultLimit,
            query.Axes()
        );
}
