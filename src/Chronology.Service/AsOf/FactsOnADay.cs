using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.AsOf;

/// <summary>Facts as of a day, as known at a moment; with kind, holder and toward also the verdict whether it holds.</summary>
public sealed record FactsOnADay(
    string Chronology,
    string? Kind,
    string? Holder,
    string? Toward,
    string? Qualifier,
    string? Value,
    Axes Axes
) : IRequest<Result<FactsAnswer>>, IValidated
{
    /// <summary>Two sides, in the place of <see cref="Holder"/> and <see cref="Toward"/>: facts of any actor of one toward any of the other.</summary>
    public string? Between { get; init; }

    public Rejection? Refusal() =>
        Between is not null && (Holder ?? Toward) is not null
            ? new("invalid-parameter", "Give “between”, or “holder” and “toward”, not both.")
            : FactQuestion.Refusal(Kind, Value) ?? Parties.Read(Between, null).Rejection;
}

/// <param name="Verdict">Given with kind, holder and toward: certain, possible, no, claimed or no-record.</param>
/// <param name="Because">Beside a verdict: what it rests on, also where nothing holds.</param>
/// <param name="LastHeld">Beside a verdict that nothing holds: what last did.</param>
public sealed record FactsAnswer(
    Basis Basis,
    IReadOnlyList<FactAnswer> Facts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Verdict? Verdict,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BecauseAnswer>? Because,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LastHeldAnswer? LastHeld,
    IReadOnlyList<Note> Notes
);

/// <summary>The checks of a question about facts, shared by its history.</summary>
public static class FactQuestion
{
    public static Rejection? Refusal(string? kind, string? value)
    {
        if (kind is not null && !Vocabulary.FactKinds.ContainsKey(kind))
            return new(
                "invalid-parameter",
                $"“kind”: {kind} is no kind of fact. Kinds: {string.Join(", ", Vocabulary.FactKinds.Keys.Order(StringComparer.Ordinal))}."
            );
        if (value is not null && kind is null)
            return new("invalid-parameter", "“value” needs “kind”.");
        if (
            value is not null
            && Vocabulary.FactKinds[kind!].Values is { } list
            && value != Vocabulary.None
            && Vocabulary.Find(list, value) is null
        )
            return new("invalid-parameter", $"“value”: {value} is no value of {kind}.");
        return null;
    }

    public static FactSelection Selection(
        string? kind,
        string? holder,
        string? toward,
        string? qualifier,
        string? value
    ) => new(kind, holder is null ? null : [holder], toward is null ? null : [toward], qualifier, value);

    /// <summary>The one key that can be meant; null where more than one can.</summary>
    public static FactKey? KeyAsked(string? kind, string? holder, string? toward, string? qualifier) =>
        kind is not null
        && holder is not null
        && toward is not null
        && Vocabulary.FactKinds[kind] is { Functional: true } one
        && (one.HasQualifier ? qualifier is not null : qualifier is null or "")
            ? FactKey.Of(kind, holder, toward, qualifier, null)
            : null;

    /// <summary>Whether an answer lists it where a value is asked for, or none.</summary>
    public static bool IsListed(FactEntry entry, string? value) =>
        entry.IsListed && (value is null || entry.Is(value) != Verdict.No);

    public static Verdict Judge(IReadOnlyList<FactEntry> entries, string? value) =>
        entries.Select(entry => value is null ? entry.Holds() : entry.Is(value)).OfAny();
}

public sealed class FactsOnADayHandler(
    Moments moments,
    Identities identities,
    Facts facts,
    Silences silences,
    Reading source
) : IRequestHandler<FactsOnADay, Result<FactsAnswer>>
{
    public async Task<Result<FactsAnswer>> Handle(FactsOnADay request, CancellationToken cancellationToken)
    {
        var read = await ReadAsync(request, cancellationToken);
        if (read.Rejection is { } rejection)
            return rejection;
        var (moment, identity, found, between) = read.Value;
        var entries = FactTelling.Decide(moment, found);
        var judged = request is { Kind: not null, Holder: not null, Toward: not null };
        var verdict = judged ? FactQuestion.Judge(entries, request.Value) : (Verdict?)null;
        LastHeld? lastHeld = null;
        if (verdict == Verdict.No)
        {
            foreach (var fact in found)
            {
                var held = await facts.LastHeldAsync(moment, fact, between, cancellationToken);
                if (held is not null && (lastHeld is null || Began(held) > Began(lastHeld)))
                    lastHeld = held;
            }
        }
        var rests = entries.SelectMany(FactTelling.Rests).Concat(lastHeld is null ? [] : [lastHeld.Effect]);
        var (citations, unknown) = await CitedAsync(
            request,
            moment,
            identity,
            rests,
            between?.Events,
            cancellationToken
        );
        return new FactsAnswer(
            moment.Basis,
            FactTelling.Ordered(
                entries
                    .Where(entry => FactQuestion.IsListed(entry, request.Value))
                    .Select(entry => FactTelling.Tell(entry, citations))
            ),
            verdict,
            judged
                ? FactTelling.Because(entries.SelectMany(entry => entry.Because).Order(FactsAsOf.ByBegin), citations)
                : null,
            lastHeld is null
                ? null
                : new(
                    lastHeld.Value,
                    lastHeld.HeldAs,
                    lastHeld.TowardAs,
                    DayAnswer.Of(lastHeld.Effect.Begins),
                    DayAnswer.Of(lastHeld.Effect.LastDay),
                    FactTelling.Because([lastHeld.Effect], citations)[0]
                ),
            await NotesAsync(request, moment, identity, entries, unknown, between?.Events, cancellationToken)
        );
    }

    /// <param name="Between">Where it is remembered what was recorded between holder and toward.</param>
    private readonly record struct Read(
        Moment Moment,
        Identity Identity,
        IReadOnlyList<FactEffects> Found,
        Between? Between
    );

    /// <summary>One round trip where one key is asked about of which nothing is remembered, else one for the moment and one for the effects; for these
    /// none where they are remembered.</summary>
    private async Task<Result<Read>> ReadAsync(FactsOnADay request, CancellationToken ct)
    {
        if (
            FactQuestion.KeyAsked(request.Kind, request.Holder, request.Toward, request.Qualifier) is { } key
            && !facts.IsRemembered(request.Chronology, key, withEvents: true)
        )
        {
            var asked = moments.Read(request.Axes);
            if (asked.Rejection is { } unreadable)
                return unreadable;
            var answer = await facts.AskAsync(request.Chronology, key, asked.Value, ct);
            return answer.Map(a => new Read(
                a.Moment,
                a.Identity,
                a.Fact.Effects.Count == 0 ? [] : [a.Fact],
                Between: null
            ));
        }
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, ct);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var identity = await identities.AtAsync(resolved.Value, ct);
        var sides = Parties.Read(request.Between, null).Value.As(identity);
        if (sides.Rejection is { } twice)
            return twice;
        var selection = FactQuestion.Selection(
            request.Kind,
            request.Holder,
            request.Toward,
            request.Qualifier,
            request.Value
        );
        if (sides.Value.ArePair)
            selection = selection with { Holders = sides.Value.One, Towards = sides.Value.Other, EitherWay = true };
        var between = await facts.BetweenAsync(resolved.Value, identity, selection, withEvents: true, ct);
        var found = await facts.ReadForVerdictAsync(resolved.Value, identity, selection, between, ct);
        return new Read(resolved.Value, identity, found, between);
    }

    /// <summary>The citations of what an answer rests on, and the actors that it asks about and that are not recorded.</summary>
    private async Task<(
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> Citations,
        IReadOnlyList<string> UnknownActors
    )> CitedAsync(
        FactsOnADay request,
        Moment moment,
        Identity identity,
        IEnumerable<RecordedEffect> rests,
        EventsBetween? events,
        CancellationToken ct
    )
    {
        var asked = Asked(request).Select(identity.Surviving);
        if (events is { CiteTheirOwn: true })
        {
            var effects = rests.ToArray();
            await events.ReadDetailsAsync(effects.Select(effect => (effect.Event, effect.Position)), ct);
            return (events.Citations(effects), events.Missing(asked));
        }
        var trip = new RoundTrip(source);
        var cited = Facts.OwnCitations(trip, moment, rests);
        var unknown = Recorded.Missing(trip, moment, RecordKind.Actor, asked);
        await trip.GoAsync(ct);
        return (await facts.UnitedAsync(moment, cited.Value, ct), unknown.Value);
    }

    private static Time.Day Began(LastHeld held) => held.Effect.Begins.Days.Latest ?? new(long.MaxValue);

    private const string Stance = "stance";

    /// <summary>The actors' keys as the question names them.</summary>
    private static string[] Asked(FactsOnADay request) =>
        [
            .. new[] { request.Holder, request.Toward }
                .OfType<string>()
                .Concat(Parties.Read(request.Between, null).Value.All),
        ];

    private async Task<IReadOnlyList<Note>> NotesAsync(
        FactsOnADay request,
        Moment moment,
        Identity identity,
        IReadOnlyList<FactEntry> entries,
        IReadOnlyList<string> unknownActors,
        EventsBetween? events,
        CancellationToken ct
    )
    {
        var sides = Parties.Read(request.Between, null).Value;
        var keys = Asked(request);
        var asked = keys.Select(identity.Surviving).ToArray();
        var unknown = unknownActors.ToList();
        if (request.Toward is { } toward && request.Kind is null or Stance && unknown.Contains(toward))
        {
            // A stance may be toward an issue.
            var neither = await Recorded.MissingAsync(source, moment, RecordKind.Issue, [toward], ct);
            if (neither.Count == 0 && toward != request.Holder)
                unknown.Remove(toward);
        }
        var notes = unknown
            .Select(Silences.UnknownActor)
            .Concat(Silences.Merged(keys.Distinct(StringComparer.Ordinal), identity))
            .ToList();
        if (entries.Count == 0)
        {
            var parties =
                sides.ArePair ? sides.As(identity).Value
                : asked is [var one, var other] ? new Parties([one], [other])
                : new Parties(asked, []);
            notes.Add(await silences.NoRecordAsync(moment, parties, identity, events, ct));
        }
        return Silences.InOrder(notes);
    }
}

/// <summary><c>GET /facts</c></summary>
public static class FactsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/facts", Read, "kind", "holder", "toward", "between", "qualifier", "value", "asOf", "knownAt")
            .WithName("facts")
            .WithSummary("Facts as of a day, as known at a moment; with kind, holder and toward also the verdict")
            .WithTags("questions");

    public static FactsOnADay Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("kind"),
            query.Text("holder"),
            query.Text("toward"),
            query.TextOrNone("qualifier"),
            query.Text("value"),
            query.Axes()
        )
        {
            Between = query.Text("between"),
        };
}
