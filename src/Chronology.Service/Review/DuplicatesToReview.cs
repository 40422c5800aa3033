using System.Globalization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Review;

/// <summary>Pairs of events that may be one: of one type, on days that overlap, with actors in common. In the order of the timeline, a page at a time.</summary>
/// <remarks>A page looks at <see cref="Looked"/> events of the timeline and for each at those of each of its actors that begin within its
/// days, the first <see cref="Compared"/> of them: its cost does not grow with the length of history.</remarks>
/// <param name="Actor">Only events in which this actor takes part, or one that is merged into it; null: all.</param>
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
    public const int Compared = 250;

    public Rejection? Refusal() =>
        Actor is not null && !Keys.IsKey(Actor)
            ? new("invalid-parameter", "“actor” is the key of an actor.")
            : TimelineCursor.Open(Cursor, Axes).Rejection;
}

/// <param name="Next">The cursor of the next page, which may be there although this page has no pair; null: all events were looked at.</param>
public sealed record DuplicatesToReviewAnswer(
    Basis Basis,
    IReadOnlyList<PossibleDuplicate> Duplicates,
    string? Next,
    IReadOnlyList<Note> Notes
);

/// <param name="One">The event that stands first in the timeline.</param>
/// <param name="Similarity">Percent.</param>
public sealed record PossibleDuplicate(DuplicateSide One, DuplicateSide Other, string Type, int Similarity);

/// <param name="Actors">By the keys under which they are recorded.</param>
/// <param name="Revision">For the <c>If-Match</c> of <c>POST /events/{key}/merge</c>.</param>
public sealed record DuplicateSide(
    string Key,
    string Title,
    DateAnswer Occurred,
    IReadOnlyList<string> Actors,
    string Credibility,
    int Revision
);

public sealed class DuplicatesToReviewHandler(
    Moments moments,
    Identities identities,
    Silences silences,
    NpgsqlDataSource source
) : IRequestHandler<DuplicatesToReview, Result<DuplicatesToReviewAnswer>>
{
    /// <summary>So many events are compared with others at a time: a page that is full asks for no more.</summary>
    private const int Slice = 25;

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
        var identity = await identities.AtAsync(moment, cancellationToken);
        var asked = request.Actor is { } actor ? new Parties([actor], []) : Parties.Everyone;
        var parties = asked.As(identity).Value.KeysIn(identity);
        var (events, places) = await RoundTrip.AskAsync(
            source,
            trip => Looking(trip, moment, parties, opened.Cursor?.Place),
            cancellationToken
        );
        var looked = events.Take(DuplicatesToReview.Looked).Select((row, i) => (row.State, Place: places[i])).ToArray();
        var states = looked.ToDictionary(one => one.State.Id.Key, one => one.State);
        var found = new List<PossibleDuplicate>();
        TimelinePlace? last = null;
        // The pairs of one event stand on one page, be it a little longer for that.
        foreach (var some in looked.Chunk(Slice))
        {
            if (found.Count >= request.Limit)
                break;
            var others = await RoundTrip.AskAsync(
                source,
                trip => Comparing(trip, moment, identity, some),
                cancellationToken
            );
            var unread = others.SelectMany(of => of).Where(key => !states.ContainsKey(key));
            foreach (var row in await Rows.SomeAsync(source, moment, RecordKind.Event, unread, cancellationToken))
                states.Add(row.State.Id.Key, row.State);
            foreach (var (state, place) in some)
            {
                if (found.Count >= request.Limit)
                    break;
                found.AddRange(Alike(state, others[state.Id.Key].Select(key => states[key]), identity, request.Least));
                last = place;
            }
        }
        var isAll = events.Count <= DuplicatesToReview.Looked && (events.Count == 0 || last == places[^1]);
        return new DuplicatesToReviewAnswer(
            moment.Basis,
            found,
            isAll || last is null ? null : TimelineCursor.Write(new(moment.Position, last)),
            await silences.OfAsync(
                moment,
                asked,
                identity,
                nothingFound: events.Count == 0 && opened.Cursor is null,
                cancellationToken
            )
        );
    }

    private static IEnumerable<PossibleDuplicate> Alike(
        RecordState state,
        IEnumerable<RecordState> others,
        Identity identity,
        int least
    ) =>
        others
            .Select(other => (Other: other, Percent: Likeness.Of(state.Dated!, other.Dated!, identity)))
            .Where(pair => pair.Percent >= least && pair.Percent > 0)
            .OrderByDescending(pair => pair.Percent)
            .ThenBy(pair => pair.Other.Id.Key, StringComparer.Ordinal)
            .Select(pair => new PossibleDuplicate(Side(state), Side(pair.Other), state.Dated!.Type, pair.Percent));

    /// <summary>The events that a page looks at, and one more.</summary>
    /// <param name="parties">By every key under which their events are recorded.</param>
    internal static Pending<(IReadOnlyList<RecordedRow> Events, IReadOnlyList<TimelinePlace> Places)> Looking(
        RoundTrip trip,
        Moment moment,
        Parties parties,
        TimelinePlace? after
    ) =>
        Timeline.Rows(
            trip,
            moment,
            new(null, null, parties, null, null, [], Certainly: false, ["active", "disputed"]),
            after,
            DuplicatesToReview.Looked + 1
        );

    /// <summary>By the key of each event the keys of those of its type that come after it in the timeline and begin within its days, of the
    /// entries that are walked of each of its actors.</summary>
    internal static Pending<ILookup<string, string>> Comparing(
        RoundTrip trip,
        Moment moment,
        Identity identity,
        IReadOnlyList<(RecordState State, TimelinePlace Place)> looked
    )
    {
        var command = new NpgsqlBatchCommand(
            """
            select a.key, e.key
            from unnest($3, $4, $5, $6, $7, $8) as a (key, type, first, latest, place, timelines)
            cross join lateral (
                select distinct e.key, e.from_position
                from unnest(string_to_array(a.timelines, ',')::bigint[]) as t (id)
                cross join lateral (
                    select e.key, e.from_position from chronology.timeline e
                    where e."of" = t.id and chronology.place(e.earliest, e.latest) between a.first and a.latest
                      and e.from_position <= $2 and e.to_position > $2
                    order by chronology.place(e.earliest, e.latest), e.from_position, e.key
                    limit $9) e) e
            cross join lateral (
                select from chronology.record r
                where r.chronology = $1 and r.kind = 'event' and r.key = e.key and r.from_position = e.from_position and r.type = a.type
                  and (chronology.place(r.earliest, r.latest), r.latest, coalesce(r.day_order, 0), r.key) > (a.first, a.latest, a.place, a.key)
                offset 0) o
            """
        );
        Add(moment.Chronology);
        Add(moment.Position);
        Add<string[]>([.. looked.Select(one => one.Place.Key)]);
        Add<string[]>([.. looked.Select(one => one.State.Dated!.Type)]);
        Add<long[]>([.. looked.Select(one => one.Place.First)]);
        Add<long[]>([.. looked.Select(one => one.Place.Latest)]);
        Add<int[]>([.. looked.Select(one => one.Place.Order)]);
        Add<string[]>([.. looked.Select(one => string.Join(',', TimelinesOf(moment, one.State, identity)))]);
        Add(DuplicatesToReview.Compared);
        return trip.Ask(
            command,
            async (reader, ct) =>
            {
                var found = new List<(string One, string Other)>();
                while (await reader.ReadAsync(ct))
                    found.Add((reader.GetString(0), reader.GetString(1)));
                return found.ToLookup(pair => pair.One, pair => pair.Other, StringComparer.Ordinal);
            },
            walks: true
        );

        void Add<T>(T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
    }

    /// <summary>The timelines of each of its actors, under every key under which events of that actor are recorded.</summary>
    private static IEnumerable<string> TimelinesOf(Moment moment, RecordState state, Identity identity) =>
        ((EventContent)state.Content)
            .Actors.Select(participant => identity.Surviving(participant.Actor))
            .Distinct(StringComparer.Ordinal)
            .SelectMany(identity.KeysOf)
            .Select(key => Store.TimelinesOf.IdOf(moment.Chronology, key, "").ToString(CultureInfo.InvariantCulture));

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
