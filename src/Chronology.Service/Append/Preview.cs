using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Compare;
using Chronology.Service.Store;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.Append;

/// <summary>What an order would change; nothing is recorded.</summary>
/// <param name="AsOf">The day for which it is told; null: today, and besides the days that the record names.</param>
public sealed record PreviewOrder(string Chronology, Order Order, Caller Caller, string? AsOf)
    : IRequest<Result<EffectPreview>>,
        IRetried;

/// <param name="DryRun">Always true: nothing was recorded.</param>
/// <param name="Basis">What <paramref name="Changes"/> starts from: the day, and the head.</param>
/// <param name="Would">What would become of the order.</param>
/// <param name="Changes">On the day of the basis.</param>
/// <param name="Days">On other days that the record names, at most 8, where anything would change; left out where a day was asked about.</param>
public sealed record EffectPreview(
    bool DryRun,
    Basis Basis,
    WouldBe Would,
    Changed Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChangedOn>? Days
);

/// <summary>The receipt that the order would get, without the position and instant that nobody can promise.</summary>
/// <param name="Op">Null where nothing would be recorded, because the record says so already.</param>
/// <param name="Scheme">An era's.</param>
public sealed record WouldBe(
    string Key,
    int Revision,
    string Status,
    string? Op,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scheme
);

/// <summary>What answers about one day would tell differently, line by line from what to what.</summary>
/// <param name="Facts">All but stances.</param>
/// <param name="Scores">Of each pair of the event's actors, as it was and as it would be.</param>
public record Changed(
    IReadOnlyList<FactLine> Facts,
    IReadOnlyList<FactLine> Stances,
    IReadOnlyList<EraLine> Eras,
    IReadOnlyList<ScoreLine> Scores
);

/// <summary>What answers about another day would tell differently.</summary>
public sealed record ChangedOn(
    string AsOf,
    IReadOnlyList<FactLine> Facts,
    IReadOnlyList<FactLine> Stances,
    IReadOnlyList<EraLine> Eras,
    IReadOnlyList<ScoreLine> Scores
) : Changed(Facts, Stances, Eras, Scores);

/// <summary>Writes the order, looks at what it changed, and takes it back.</summary>
public sealed class PreviewOrderHandler(Moments moments, Writer writer)
    : IRequestHandler<PreviewOrder, Result<EffectPreview>>
{
    private const int GreatestDays = 8;

    private static readonly Changed Nothing = new([], [], [], []);

    public async Task<Result<EffectPreview>> Handle(PreviewOrder request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, new(request.AsOf, null), cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var before = resolved.Value;
        var changes = Nothing;
        var days = new List<ChangedOn>();
        var tried = await writer.TryAsync(
            request.Chronology,
            request.Order,
            request.Caller,
            async (transaction, position) =>
            {
                var reading = Reading.Within(transaction);
                using var identities = new Identities(reading);
                var comparing = Comparing.Over(reading, identities);
                var asked = new Asked(before.AsOf, position - 1, null);
                before = (await Moments.KnownAtAsync(reading, request.Chronology, asked, cancellationToken)).Value;
                asked = asked with { Position = position };
                var after = (await Moments.KnownAtAsync(reading, request.Chronology, asked, cancellationToken)).Value;
                var candidates = new Candidates(reading);
                var pairs = await candidates.PairsAsync(request.Chronology, position, cancellationToken);
                changes = await ChangesAsync(comparing, before, after, pairs, cancellationToken);
                if (request.AsOf is not null)
                    return;
                var dated = await candidates.DaysAsync(request.Chronology, position, cancellationToken);
                foreach (var day in dated.Where(day => day != before.AsOf).Take(GreatestDays))
                {
                    var on = await ChangesAsync(
                        comparing,
                        before with
                        {
                            AsOf = day,
                        },
                        after with
                        {
                            AsOf = day,
                        },
                        pairs,
                        cancellationToken
                    );
                    if (on.Facts.Count + on.Stances.Count + on.Eras.Count + on.Scores.Count > 0)
                        days.Add(new(day.ToString(), on.Facts, on.Stances, on.Eras, on.Scores));
                }
            },
            cancellationToken
        );
        return tried.Then(outcome =>
            outcome switch
            {
                Outcome.Recorded made => Told(made.State, RecordJson.Word(made.Operation)),
                Outcome.Unchanged same => Told(same.State, null),
                Outcome.Refused refused => (Result<EffectPreview>)refused.Rejection,
                _ => throw new System.Diagnostics.UnreachableException(),
            }
        );

        Result<EffectPreview> Told(RecordState state, string? op) =>
            new EffectPreview(
                true,
                before.Basis,
                new(state.Id.OwnKey, state.Revision, RecordJson.Word(state.Status), op, state.Id.Scheme),
                changes,
                request.AsOf is null ? days : null
            );
    }

    private static async Task<Changed> ChangesAsync(
        Comparing comparing,
        Moment before,
        Moment after,
        IReadOnlyList<ScoredPair> pairs,
        CancellationToken ct
    )
    {
        var lines = await comparing.KnowledgeAsync(before, after, Parties.Everyone, ct);
        // The revision behind each is the one that is not recorded.
        var facts = lines.OfType<FactLine>().Select(line => line with { Revisions = null }).ToLookup(IsStance);
        return new(
            [.. facts[false]],
            [.. facts[true]],
            [.. lines.OfType<EraLine>().Select(line => line with { Revisions = null })],
            await comparing.ScoresAsync(before, after, pairs, ct)
        );
    }

    private static bool IsStance(FactLine line) => line.Fact == "stance";
}
