using System.Globalization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Explain;

/// <summary>Why an actor stands where it does on a day, as known at a moment: declared and shown.</summary>
public sealed record ExplainStance(string Chronology, string? Holder, string? Toward, Axes Axes)
    : IRequest<Result<ExplainStanceAnswer>>,
        IValidated
{
    public Rejection? Refusal() =>
        this is { Holder: not null, Toward: not null } ? null : new("invalid-parameter", "Give “holder” and “toward”.");
}

/// <param name="Stance">As <c>GET /stances</c> tells it, with its evidence; null where there is none.</param>
/// <param name="Effects">All that were considered, as <c>GET /explain</c> tells them of the declared stance, each also as evidence.</param>
/// <param name="More">As there.</param>
/// <param name="Settling">What would settle the declared stance.</param>
/// <param name="Untried">As there.</param>
public sealed record ExplainStanceAnswer(
    Basis Basis,
    StanceAnswer? Stance,
    IReadOnlyList<ExplainedEvidenceAnswer> Effects,
    long More,
    IReadOnlyList<SettlingAnswer> Settling,
    int Untried,
    IReadOnlyList<Note> Notes
);

/// <summary>One effect, as what was declared and as evidence of what is shown.</summary>
/// <param name="Evidence">Null: it is left out of the evidence too, for the reason that <paramref name="Declared"/> gives.</param>
public sealed record ExplainedEvidenceAnswer(string Event, ExplainedAnswer Declared, ShareAnswer? Evidence);

/// <summary>What a piece of evidence counts for.</summary>
/// <param name="P">What it counts as, -2 to 2; null: it takes no position and weighs nothing.</param>
/// <param name="Share">Of the weight of all the evidence, 0 to 1, two decimals; null with <paramref name="P"/>.</param>
/// <param name="Sentence">The same in plain English.</param>
public sealed record ShareAnswer(decimal? P, WeightAnswer Weight, decimal? Share, string Sentence);

public sealed class ExplainStanceHandler(Moments moments, ISender sender)
    : IRequestHandler<ExplainStance, Result<ExplainStanceAnswer>>
{
    public async Task<Result<ExplainStanceAnswer>> Handle(ExplainStance request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var axes = resolved.Value.Axes();
        var asked = await sender.Send(
            new StancesOnADay(request.Chronology, request.Holder, request.Toward, null, 1, axes),
            cancellationToken
        );
        if (asked.Rejection is { } refused)
            return refused;
        var explained = await sender.Send(
            new ExplainFact(
                request.Chronology,
                Relations.Stance.Kind,
                request.Holder,
                request.Toward,
                null,
                null,
                axes
            ),
            cancellationToken
        );
        if (explained.Rejection is { } unexplained)
            return unexplained;
        var stance = asked.Value.Stances is [var one, ..] ? one : null;
        var evidence = (stance?.Evidence ?? [])
            .GroupBy(piece => (piece.Event, piece.Position))
            .ToDictionary(pieces => pieces.Key, pieces => new Queue<EvidenceAnswer>(pieces));
        var total = stance?.Evidence.Sum(piece => piece.P is null ? 0 : piece.Weight.Value) ?? 0;
        return new ExplainStanceAnswer(
            resolved.Value.Basis,
            stance,
            [
                .. explained.Value.Effects.Select(effect => new ExplainedEvidenceAnswer(
                    effect.Event,
                    effect,
                    !IsLeftOut(effect.Reason)
                    && evidence.TryGetValue((effect.Event, effect.Position), out var pieces)
                    && pieces.TryDequeue(out var piece)
                        ? Tell(piece, total)
                        : null
                )),
            ],
            explained.Value.More,
            explained.Value.Settling,
            explained.Value.Untried,
            asked.Value.Notes
        );
    }

    /// <summary>Whether it is no evidence either: what is superseded, ended or disputed is.</summary>
    private static bool IsLeftOut(EffectReason? reason) =>
        reason
            is EffectReason.Retracted
                or EffectReason.Merged
                or EffectReason.Refuted
                or EffectReason.Later
                or EffectReason.NotInherited
                or EffectReason.NotYetInherited;

    private static ShareAnswer Tell(EvidenceAnswer piece, decimal total)
    {
        if (piece.P is not { } p)
            return new(null, piece.Weight, null, "Takes no position, and weighs nothing.");
        var share = total == 0 ? 0 : Math.Round(100 * piece.Weight.Value / total, MidpointRounding.AwayFromZero) / 100;
        return new(
            p,
            piece.Weight,
            share,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Counts as {p:+0.0;-0.0;0.0} with a weight of {piece.Weight.Value:0.00} ({piece.Weight.Low:0.00} to {piece.Weight.High:0.00}), {100 * share:0}% of all the evidence."
            )
        );
    }
}

/// <summary><c>GET /explain/stance</c></summary>
public static class ExplainStanceEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/explain/stance", Read, "holder", "toward", "asOf", "knownAt")
            .WithName("explain-stance")
            .WithSummary(
                "Why an actor stands where it does: what it declared, what each piece of evidence weighs, and what was left out"
            )
            .WithTags("questions");

    public static ExplainStance Read(string chronology, Parameters query) =>
        new(chronology, query.Text("holder"), query.Text("toward"), query.Axes());
}
