using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.AsOf;

/// <summary>The state of relations as of a day, as known at a moment: of two sides, of one actor, or of the whole chronology.</summary>
public sealed record StateOfRelations(string Chronology, string? Between, string? Actor, Axes Axes)
    : IRequest<Result<StateAnswer>>,
        IValidated
{
    public Rejection? Refusal() => Parties.Read(Between, Actor).Rejection;
}

/// <param name="Answer">By which it can be found again; null only while it is being named.</param>
/// <param name="Eras">The eras of every scheme that certainly or possibly were on the day, by (scheme, first possible day, key).</param>
/// <param name="Score">Null unless the question is about two sides.</param>
/// <param name="Recent">The 10 greatest by (latest, earliest, order, key) that have or may have happened by the day.</param>
public sealed record StateAnswer(
    Basis Basis,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AnswerName? Answer,
    IReadOnlyList<EraInForce> Eras,
    IReadOnlyList<FactAnswer> Facts,
    ScoreAnswer? Score,
    IReadOnlyList<RecentEvent> Recent,
    IReadOnlyList<Note> Notes
);

public sealed record RecentEvent(string Key, DateAnswer Occurred, string Title, Certainty Happened);

/// <remarks>Two round trips, the moment aside: what lies between the parties, and the passages and revisions behind it. More only where
/// a history is that of several actors, where something is merged or undated, or where nothing is recorded.</remarks>
public sealed class StateOfRelationsHandler(
    Moments moments,
    Identities identities,
    Facts facts,
    Silences silences,
    ScoreTelling scores,
    AnswerNames names,
    Reading source
) : IRequestHandler<StateOfRelations, Result<StateAnswer>>
{
    private const int HowManyRecent = 10;

    public async Task<Result<StateAnswer>> Handle(StateOfRelations request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var identity = await identities.AtAsync(moment, cancellationToken);
        var asked = Parties.Read(request.Between, request.Actor).Value;
        var standing = asked.As(identity);
        if (standing.Rejection is { } twice)
            return twice;
        var parties = standing.Value;
        var keys = parties.KeysIn(identity);
        var selection = FactSelection.Of(parties);

        var trip = new RoundTrip(source);
        var recorded = Facts.Recorded(trip, moment, identity, selection);
        var recent = Timeline.Recent(trip, moment, keys, HowManyRecent);
        var missing = Recorded.Missing(trip, moment, RecordKind.Actor, parties.All);
        var weighed = ScoreTelling.Ask(trip, moment, keys);
        var inForce = RecordedEras.InForce(trip, moment);
        await trip.GoAsync(cancellationToken);

        var entries = FactTelling.Decide(
            moment,
            await facts.StandingAsync(moment, identity, selection, recorded.Value, cancellationToken)
        );
        var rests = FactTelling.RestsOfListed(entries);
        var score = await scores.OfAsync(moment, weighed, cancellationToken);
        var cited = Facts.OwnCitations(trip, moment, rests);
        var records = Seals.Ask(
            trip,
            moment.Chronology,
            [moment.Position],
            [
                .. rests.Select(effect => new NamedRecord(RecordKind.Event, effect.Event)),
                // An answer gives their keys, and not their kind.
                .. recent.Value.Select(row => new NamedRecord(null, row.State.Id.Key)),
                .. inForce.Value.Select(era => new NamedRecord(RecordKind.Era, $"{era.Scheme}/{era.Era}")),
            ]
        );
        await trip.GoAsync(cancellationToken);

        var citations = await facts.UnitedAsync(moment, cited.Value, cancellationToken);
        var told = FactTelling.Ordered(
            entries.Where(entry => entry.IsListed).Select(entry => FactTelling.Tell(entry, citations))
        );
        var notes = missing
            .Value.Select(Silences.UnknownActor)
            .Concat(Silences.Merged(asked.All, identity))
            .Concat(ScoreTelling.NotesOf(score))
            .ToList();
        if (told.Count == 0)
            notes.Add(await silences.NoRecordAsync(moment, parties, identity, cancellationToken));
        var answer = new StateAnswer(
            moment.Basis,
            null,
            inForce.Value,
            told,
            score,
            [.. recent.Value.Select(row => Recent(row, moment))],
            [
                .. notes
                    .OrderBy(note => note.Code, StringComparer.Ordinal)
                    .ThenBy(note => note.Detail, StringComparer.Ordinal),
            ]
        );
        return answer with
        {
            Answer = await names.OfAsync(
                moment,
                "/state",
                [new("between", request.Between), new("actor", request.Actor)],
                answer,
                records.Value,
                cancellationToken
            ),
        };
    }

    private static RecentEvent Recent(RecordedRow row, Moment moment)
    {
        var content = row.State.Dated!;
        var when = content.When();
        return new(row.State.Id.Key, DateAnswer.Of(content, when), content.Title, when.HappenedBy(moment.AsOf));
    }
}

/// <summary><c>GET /state</c></summary>
public static class StateEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/state", Read, "between", "actor", "asOf", "knownAt")
            .WithName("state")
            .WithSummary("The state of relations as of a day, as known at a moment")
            .WithTags("questions");

    public static StateOfRelations Read(string chronology, Parameters query) =>
        new(chronology, query.Text("between"), query.Text("actor"), query.Axes());
}
