using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Explain;

/// <summary>Why one fact is what it is on a day, as known at a moment.</summary>
public sealed record ExplainFact(
    string Chronology,
    string? Kind,
    string? Holder,
    string? Toward,
    string? Qualifier,
    string? Value,
    Axes Axes
) : IRequest<Result<ExplainAnswer>>, IValidated
{
    public Rejection? Refusal() =>
        this is { Kind: not null, Holder: not null, Toward: not null }
            ? FactQuestion.Refusal(Kind, Value)
            : new("invalid-parameter", "Give “kind”, “holder” and “toward”.");

    /// <summary>The one fact that is meant, whether or not it is recorded; null where several can be.</summary>
    internal FactKey? KeyAsked =>
        Vocabulary.FactKinds[Kind!] is { Functional: false } many
            ? Value is not null && (Qualifier is not null || !many.HasQualifier)
                ? FactKey.Of(Kind!, Holder!, Toward!, Qualifier, Value)
                : null
            : FactQuestion.KeyAsked(Kind, Holder, Toward, Qualifier);
}

/// <param name="Fact">As <c>GET /facts</c> tells it, also where nothing holds; null where nothing is recorded.</param>
/// <param name="Effects">All that were considered by (earliest, latest, key): whatever the record knows of this fact.</param>
/// <param name="More">How many effects or events are not told for want of room, those that begin first.</param>
/// <param name="Settling">What would settle a fact that is possible or claimed; none where it is certain.</param>
/// <param name="Untried">How many effects that may decide were not tried, those that begin first.</param>
public sealed record ExplainAnswer(
    Basis Basis,
    FactAnswer? Fact,
    Verdict Verdict,
    IReadOnlyList<ExplainedAnswer> Effects,
    long More,
    IReadOnlyList<SettlingAnswer> Settling,
    int Untried,
    IReadOnlyList<Note> Notes
);

/// <summary>One effect as it was considered.</summary>
/// <param name="Effect">Its place among the effects of the event, from 0.</param>
/// <param name="Position">Of the revision.</param>
/// <param name="HeldAs">The predecessor or merged actor that it is recorded of; left out where it is the holder itself.</param>
/// <param name="Ends">The last day of the value; null where no end is known.</param>
/// <param name="EndsBy">until (the effect's own), event (the event's end), existence (of one of the actors) or either of two; null with <c>ends</c>.</param>
/// <param name="Part">chosen, possible-decider, claimed-against (a firm one that gives no value, beside a claim) or left-out.</param>
/// <param name="Reason">Why it is left out: retracted, merged, refuted, disputed, later, superseded, not-inherited, not-yet-inherited; of one that
/// decides why its value does not stand: ended, or may not: may-have-ended; else null.</param>
/// <param name="By">The event that came after it, or that it is merged into; else null.</param>
/// <param name="Sentence">The same in plain English.</param>
public sealed record ExplainedAnswer(
    string Event,
    int Effect,
    int Revision,
    long Position,
    string Title,
    string Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    DayAnswer Begins,
    DayAnswer? Ends,
    string? EndsBy,
    string Credibility,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RevisionAt>? DatedBy,
    EffectPart Part,
    EffectReason? Reason,
    string? By,
    string Sentence
);

/// <summary>One thing that is uncertain, and what the fact would be whichever way it turned out.</summary>
/// <param name="What">beginning, end, credibility, order, succession or existence.</param>
/// <param name="Event">Left out where it is of no one event.</param>
/// <param name="Effect">Left out with <paramref name="Event"/>.</param>
/// <param name="Predecessor">Of a succession; else left out.</param>
/// <param name="Successor">Of a succession; else left out.</param>
/// <param name="On">The day that divides, or the day of the order; null for a credibility.</param>
public sealed record SettlingAnswer(
    Refinement What,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Event,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Effect,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Predecessor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Successor,
    string? On,
    IReadOnlyList<CaseAnswer> Cases,
    string Sentence
);

/// <summary>What the fact would be.</summary>
/// <param name="If">on-or-before or after the day; confirmed or refuted; last-of-the-day.</param>
public sealed record CaseAnswer(Finding If, string Value, FactCertainty Certainty, IReadOnlyList<string> Alternatives);

public sealed class ExplainFactHandler(
    Moments moments,
    Identities identities,
    Facts facts,
    Considered considered,
    ISender sender
) : IRequestHandler<ExplainFact, Result<ExplainAnswer>>
{
    /// <summary>The most effects that are left out and told.</summary>
    public const int GreatestTold = 1_000;

    public async Task<Result<ExplainAnswer>> Handle(ExplainFact request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var identity = await identities.AtAsync(moment, cancellationToken);
        var named = await KeyAsync(request, moment, identity, cancellationToken);
        if (named.Rejection is { } severalFacts)
            return severalFacts;
        var asked = await sender.Send(
            new FactsOnADay(
                request.Chronology,
                request.Kind,
                request.Holder,
                request.Toward,
                request.Qualifier,
                request.Value,
                moment.Axes()
            ),
            cancellationToken
        );
        if (asked.Rejection is { } refused)
            return refused;
        if (named.Value is not { } key)
            return new ExplainAnswer(moment.Basis, null, Verdict.NoRecord, [], 0, [], 0, asked.Value.Notes);

        var heritage = identity.HeritageOf(key);
        var found = await considered.ReadAsync(moment, identity, heritage, cancellationToken);
        var explanation = Explanation.Of(heritage, found.Effects, found.Silent, moment.AsOf);
        var citations = await facts.CitationsAsync(moment, FactTelling.Rests(explanation.Entry), cancellationToken);
        var verdict = asked.Value.Verdict!.Value;
        // Not by an ending alone that has not come by then.
        var isRecorded = explanation.Entry.IsRecorded && verdict != Verdict.NoRecord;
        var leftOut = explanation.Effects.Count(e => e.Part == EffectPart.LeftOut);
        var untold = explanation
            .Effects.Where(e => e.Part == EffectPart.LeftOut)
            .Take(leftOut - GreatestTold)
            .ToHashSet();
        return new ExplainAnswer(
            moment.Basis,
            isRecorded ? FactTelling.Tell(explanation.Entry, citations) : null,
            verdict,
            [
                .. explanation
                    .Effects.Where(e => !untold.Contains(e))
                    .Select(e => Tell(e, heritage, explanation.Entry, moment, found)),
            ],
            untold.Count + found.Unread,
            isRecorded ? [.. explanation.Settling.Ways.Select(Tell)] : [],
            explanation.Settling.Untried,
            asked.Value.Notes
        );
    }

    /// <returns>Null: nothing is recorded; or <c>invalid-parameter</c> where it is several facts.</returns>
    private async Task<Result<FactKey?>> KeyAsync(
        ExplainFact request,
        Moment moment,
        Identity identity,
        CancellationToken ct
    )
    {
        if (request.KeyAsked is { } key)
            return identity.Surviving(key);
        const int Greatest = 20;
        var selection = FactQuestion.Selection(
            request.Kind,
            request.Holder,
            request.Toward,
            request.Qualifier,
            request.Value
        );
        var recorded = await facts.ReadForVerdictAsync(moment, identity, selection, ct);
        if (recorded.Count < 2)
            return recorded.Count == 0 ? (FactKey?)null : recorded[0].Key;
        var keys = recorded.Select(fact => fact.Key).ToList();
        var differ = new (string By, int Number)[]
        {
            ("“qualifier”", keys.Select(one => one.Qualifier).Distinct().Count()),
            ("“value”", keys.Select(one => one.Value).Distinct().Count()),
        };
        var told = keys.Take(Greatest)
            .Select(one =>
                string.Join(
                    ": ",
                    new[] { one.Qualifier ?? (differ[0].Number > 1 ? "(empty)" : null), one.Value }.OfType<string>()
                )
            );
        return new Rejection(
            "invalid-parameter",
            $"{keys.Count} facts are recorded there; say which by {string.Join(" and ", differ.Where(by => by.Number > 1).Select(by => by.By))}: {string.Join("; ", told)}{(keys.Count > Greatest ? "; ..." : "")}."
        );
    }

    private static ExplainedAnswer Tell(
        ExplainedEffect explained,
        Heritage heritage,
        FactEntry entry,
        Moment moment,
        FoundEffects found
    )
    {
        var effect = explained.Effect;
        var content = found.Contents[effect.Event];
        return new(
            effect.Event,
            effect.Index,
            effect.Revision,
            effect.Position,
            content.Title,
            effect.Value ?? Vocabulary.None,
            Other(effect.Key.Holder, heritage.Key),
            Other(effect.Key.Toward, heritage.Key),
            DayAnswer.Of(effect.Begins)!,
            DayAnswer.Of(explained.Ends),
            explained.EndsBy switch
            {
                null => null,
                EndOfValue.Own => content.Effects[effect.Index].Until is null ? "event" : "until",
                EndOfValue.Existence => "existence",
                _ => "either",
            },
            effect.Credibility,
            effect.DatedBy.Count == 0 ? null : effect.DatedBy,
            explained.Part,
            explained.Reason,
            explained.By?.Event ?? explained.MergedInto,
            Sentences.Of(explained, entry, moment.AsOf)
        );
    }

    private static string? Other(string? actor, FactKey key) =>
        actor == key.Holder || actor == key.Toward ? null : actor;

    private static SettlingAnswer Tell(Settlement settlement) =>
        new(
            settlement.What,
            settlement.Effect?.Event,
            settlement.Effect?.Index,
            settlement.Succession?.Predecessor,
            settlement.Succession?.Successor,
            settlement.On?.ToString(),
            [
                .. settlement.Cases.Select(settled => new CaseAnswer(
                    settled.If,
                    settled.Then.Value,
                    settled.Then.Certainty,
                    settled.Then.Alternatives
                )),
            ],
            Sentences.Of(settlement)
        );
}

/// <summary><c>GET /explain</c></summary>
public static class ExplainEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/explain", Read, "kind", "holder", "toward", "qualifier", "value", "asOf", "knownAt")
            .WithName("explain")
            .WithSummary(
                "Why a fact is what it is: the effects considered, the chosen, those left out and why, and what would settle it"
            )
            .WithTags("questions");

    public static ExplainFact Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("kind"),
            query.Text("holder"),
            query.Text("toward"),
            query.TextOrNone("qualifier"),
            query.Text("value"),
            query.Axes()
        );
}
