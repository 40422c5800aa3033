using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
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
) : INamedAnswer;

public sealed record RecentEvent(string Key, DateAnswer Occurred, string Title, Certainty Happened);

/// <remarks>Two round trips, the moment aside: what lies between the parties, and the passages and revisions behind it. More only where
/// a history is that of several actors, where something is merged or undated, or where nothing is recorded. None where the two sides are
/// remembered, and what is told of them.</remarks>
public sealed class StateOfRelationsHandler(
    Moments moments,
    Identities identities,
    Facts facts,
    Silences silences,
    ScoreTelling scores,
    AnswerNames names,
    RememberedPairs remembered,
    Reading source
) : IRequestHandler<StateOfRelations, Result<StateAnswer>>
{
    private const int HowManyRecent = 10;

    /// <summary>What an answer is told from.</summary>
    /// <param name="Missing">The actors that are not recorded.</param>
    /// <param name="Sealed">The revisions that its texts are from; null of a record that nothing was read of.</param>
    private sealed record Parts(
        IReadOnlyList<FactEntry> Facts,
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> Citations,
        IReadOnlyList<RecentEvent> Recent,
        ScoreAnswer? Score,
        IReadOnlyList<EraInForce> Eras,
        IReadOnlyList<string> Missing,
        Func<NamedRecord, IReadOnlyList<SealedRecord>?> Sealed
    )
    {
        /// <summary>Where they are remembered.</summary>
        public EventsBetween? Events { get; init; }
    }

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
        var parts =
            await RememberAsync(moment, identity, parties, cancellationToken)
            ?? await ReadAsync(moment, identity, parties, cancellationToken);

        var told = FactTelling.Ordered(
            parts.Facts.Where(entry => entry.IsListed).Select(entry => FactTelling.Tell(entry, parts.Citations))
        );
        var notes = parts
            .Missing.Select(Silences.UnknownActor)
            .Concat(Silences.Merged(asked.All, identity))
            .Concat(ScoreTelling.NotesOf(parts.Score))
            .ToList();
        if (told.Count == 0)
            notes.Add(await silences.NoRecordAsync(moment, parties, identity, parts.Events, cancellationToken));
        var answer = new StateAnswer(
            moment.Basis,
            null,
            parts.Eras,
            told,
            parts.Score,
            parts.Recent,
            Silences.InOrder(notes)
        );
        return answer with
        {
            Answer = await names.OfAsync(
                moment,
                "/state",
                [new("between", request.Between), new("actor", request.Actor)],
                answer,
                parts.Sealed,
                cancellationToken
            ),
        };
    }

    private async Task<Parts> ReadAsync(Moment moment, Identity identity, Parties parties, CancellationToken ct)
    {
        var keys = parties.KeysIn(identity);
        var selection = FactSelection.Of(parties);

        var trip = new RoundTrip(source);
        var recorded = Facts.Recorded(trip, moment, identity, selection);
        var recent = Timeline.Recent(trip, moment, keys, HowManyRecent);
        var missing = Recorded.Missing(trip, moment, RecordKind.Actor, parties.All);
        var weighed = ScoreTelling.Ask(trip, moment, keys);
        var inForce = RecordedEras.InForce(trip, moment);
        await trip.GoAsync(ct);

        var entries = FactTelling.Decide(
            moment,
            await facts.StandingAsync(moment, identity, selection, recorded.Value, ct)
        );
        var rests = FactTelling.RestsOfListed(entries);
        var score = await scores.OfAsync(moment, weighed, ct);
        var cited = Facts.OwnCitations(trip, moment, rests);
        var told = recent.Value.Select(row => Recent(row, moment)).ToArray();
        var records = Seals.Ask(
            trip,
            moment.Chronology,
            [moment.Position],
            Named(rests, told)
                .Concat(inForce.Value.Select(era => new NamedRecord(RecordKind.Era, $"{era.Scheme}/{era.Era}")))
        );
        await trip.GoAsync(ct);
        return new(
            entries,
            await facts.UnitedAsync(moment, cited.Value, ct),
            told,
            score,
            inForce.Value,
            missing.Value,
            Seals.Among(records.Value)
        );
    }

    /// <summary>The same of two sides that are remembered; null: it is to be read.</summary>
    private async Task<Parts?> RememberAsync(Moment moment, Identity identity, Parties parties, CancellationToken ct)
    {
        var selection = FactSelection.Of(parties);
        if (
            await facts.BetweenAsync(moment, identity, selection, withEvents: true, ct)
                is not { Events: { CiteTheirOwn: true } events } between
            || between.Facts(identity, selection) is not { } found
            || await remembered.ErasAsync(moment, ct) is not { } eras
        )
            return null;
        var keys = parties.KeysIn(identity);
        var entries = FactTelling.Decide(moment, found);
        var rests = FactTelling.RestsOfListed(entries);
        var last = events.Last(keys, HowManyRecent);
        await events.ReadDetailsAsync(
            rests
                .Select(effect => (effect.Event, effect.Position))
                .Concat(last.Select(entry => (entry.Key, entry.At.From))),
            ct
        );
        var recent = events.Recent(last, HowManyRecent);
        var inForce = eras.InForce(moment);
        return new(
            entries,
            events.Citations(rests),
            recent,
            await scores.OfAsync(moment, ScoreTelling.Ask(events, moment, keys), ct),
            inForce,
            events.Missing(parties.All),
            named => named.Kind == RecordKind.Era ? eras.SealedOf(named.Key, moment.Position) : events.SealedOf(named)
        )
        {
            Events = events,
        };
    }

    private static IEnumerable<NamedRecord> Named(IEnumerable<RecordedEffect> rests, IEnumerable<RecentEvent> recent) =>
        rests
            .Select(effect => new NamedRecord(RecordKind.Event, effect.Event))
            // An answer gives their keys, and not their kind.
            .Concat(recent.Select(one => new NamedRecord(null, one.Key)));

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
