using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Compare;
using Chronology.Service.Store;
using Chronology.Service.Web;
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
/// <param name="Cited">The cited answers that it would change, whatever their days.</param>
/// <param name="Days">On other days that the record names, at most 8, where anything would change; left out where a day was asked about.</param>
public sealed record EffectPreview(
    bool DryRun,
    Basis Basis,
    WouldBe Would,
    Changed Changes,
    CitedChanges Cited,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChangedOn>? Days
);

/// <summary>The cited answers whose questions would be answered differently; each stays the same under its own address.</summary>
/// <param name="Changed">By how much they have to do with the change, then by id.</param>
/// <param name="Tried">How many were asked again: those first that name a record or a party of what would change.</param>
/// <param name="Untried">How many were not, for there are too many: nothing is said about these.</param>
public sealed record CitedChanges(IReadOnlyList<CitedChange> Changed, int Tried, long Untried)
{
    /// <summary>The most that are asked again.</summary>
    public const int Greatest = 50;

    public static CitedChanges None { get; } = new([], 0, 0);
}

/// <param name="Question">Path and parameters below the chronology, resolved.</param>
public sealed record CitedChange(string Id, string Question, string Permalink);

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
/// <param name="Stances">What is declared: the facts of that kind.</param>
/// <param name="Scores">Of each pair of actors for which an event weighs that is revised, or whose actor is merged, split or given another
/// lifespan; where rules would be adopted, of the pairs with the most events; as it was and as it would be.</param>
/// <param name="UntriedScores">How many more pairs there are, whose scores were not looked at.</param>
/// <param name="Shown">Each stance of which <c>GET /stances</c> would tell anything else, its evidence included, by holder and toward; of those
/// that only other rules change, where these would be adopted, the first 1,000.</param>
public record Changed(
    IReadOnlyList<FactLine> Facts,
    IReadOnlyList<FactLine> Stances,
    IReadOnlyList<EraLine> Eras,
    IReadOnlyList<ScoreLine> Scores,
    long UntriedScores,
    IReadOnlyList<StanceLine> Shown
);

/// <summary>What answers about another day would tell differently.</summary>
public sealed record ChangedOn(
    string AsOf,
    IReadOnlyList<FactLine> Facts,
    IReadOnlyList<FactLine> Stances,
    IReadOnlyList<EraLine> Eras,
    IReadOnlyList<ScoreLine> Scores,
    long UntriedScores,
    IReadOnlyList<StanceLine> Shown
) : Changed(Facts, Stances, Eras, Scores, UntriedScores, Shown)
{
    public static ChangedOn Day(Day day, Changed changed) =>
        new(
            day.ToString(),
            changed.Facts,
            changed.Stances,
            changed.Eras,
            changed.Scores,
            changed.UntriedScores,
            changed.Shown
        );
}

/// <summary>Writes the order, looks at what it changed, and takes it back.</summary>
public sealed class PreviewOrderHandler(Moments moments, Writer writer, QuestionsWithin questions)
    : IRequestHandler<PreviewOrder, Result<EffectPreview>>
{
    private const int GreatestDays = 8;

    public async Task<Result<EffectPreview>> Handle(PreviewOrder request, CancellationToken cancellationToken)
    {
        var asked = moments.Read(new(request.AsOf, null));
        if (asked.Rejection is { } unreadable)
            return unreadable;
        await using var trial = await writer.TryAsync(request.Chronology, request.Caller, cancellationToken);
        var tried = await trial.AppendAsync([request.Order], allOrNothing: true);
        if (tried.Rejection is { } rejection)
            return rejection;
        return tried.Value[0] switch
        {
            Outcome.Recorded made => await ToldAsync(made.State, RecordJson.Word(made.Operation)),
            Outcome.Unchanged same => await ToldAsync(same.State, null),
            Outcome.Refused refused => refused.Rejection,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        async Task<EffectPreview> ToldAsync(RecordState state, string? op)
        {
            using var look = new TrialLook(trial, request.Chronology, questions);
            var (before, after) = await look.MomentsAsync(asked.Value.AsOf, op is null ? 0 : 1, cancellationToken);
            var days = new List<ChangedOn>();
            if (op is not null && request.AsOf is null)
            {
                var dated = await look.DaysAsync(after, cancellationToken);
                foreach (var day in dated.Where(day => day != before.AsOf).Take(GreatestDays))
                {
                    var on = await look.ChangesAsync(
                        before with
                        {
                            AsOf = day,
                        },
                        after with
                        {
                            AsOf = day,
                        },
                        cancellationToken
                    );
                    if (on.Facts.Count + on.Stances.Count + on.Eras.Count + on.Scores.Count + on.Shown.Count > 0)
                        days.Add(ChangedOn.Day(day, on));
                }
            }
            return new EffectPreview(
                true,
                before.Basis,
                new(state.Id.OwnKey, state.Revision, RecordJson.Word(state.Status), op, state.Id.Scheme),
                await look.ChangesAsync(before, after, cancellationToken),
                await look.CitedAsync(before, after, cancellationToken),
                request.AsOf is null ? days : null
            );
        }
    }
}

/// <summary>Looks at what a trial has changed, from within it.</summary>
public sealed class TrialLook : IDisposable
{
    private const int GreatestStances = 1_000;

    private readonly Reading reading;
    private readonly string chronology;
    private readonly Identities identities;
    private readonly Candidates candidates;
    private readonly Comparing comparing;
    private readonly ComparingStances stances;
    private readonly QuestionsWithin questions;

    /// <summary>The most pairs of actors whose scores are looked at.</summary>
    public const int GreatestPairs = 200;

    public TrialLook(Trial trial, string chronology, QuestionsWithin questions)
    {
        (reading, this.chronology, this.questions) = (trial.Reading, chronology, questions);
        identities = new(reading);
        candidates = new(reading);
        comparing = Comparing.Over(reading, identities);
        stances = ComparingStances.Over(reading, identities);
    }

    /// <summary>The head before so many revisions of the trial, and after them.</summary>
    public async Task<(Moment Before, Moment After)> MomentsAsync(Day asOf, long revisions, CancellationToken ct)
    {
        var after = (await Moments.KnownAtAsync(reading, identities, chronology, new(asOf, null, null), ct)).Value;
        var asked = new Asked(asOf, after.Position - revisions, null);
        return ((await Moments.KnownAtAsync(reading, identities, chronology, asked, ct)).Value, after);
    }

    /// <summary>The days that what was recorded last names, in their order.</summary>
    public Task<IReadOnlyList<Day>> DaysAsync(Moment after, CancellationToken ct) =>
        candidates.DaysAsync(chronology, after.Position, ct);

    public async Task<Changed> ChangesAsync(Moment before, Moment after, CancellationToken ct)
    {
        var lines = await comparing.KnowledgeAsync(before, after, Parties.Everyone, ct);
        var actors = await candidates.ActorsAsync(before, after, ct);
        var (was, now) = (await identities.AtAsync(before, ct), await identities.AtAsync(after, ct));
        var merged = actors.Where(actor => was.Surviving(actor) != actor || now.Surviving(actor) != actor);
        var recorded = await candidates.PairsAsync(before, after, actors, merged, ct);
        var pairs = Comparing.Standing(recorded, now);
        // The revisions behind them are those that are not recorded.
        var facts = lines.OfType<FactLine>().Select(line => line with { Revisions = null }).ToLookup(IsStance);
        var adopts = before.Rules != after.Rules;
        var (heaviest, more) = adopts ? await candidates.HeaviestPairsAsync(after, GreatestPairs, ct) : ([], 0);
        return new(
            [.. facts[false]],
            [.. facts[true]],
            [.. lines.OfType<EraLine>().Select(line => line with { Revisions = null })],
            await comparing.ScoresAsync(
                before,
                after,
                pairs.Take(GreatestPairs).Union(Comparing.Standing(heaviest, now)),
                ct
            ),
            Math.Max(0, pairs.Count - GreatestPairs) + more,
            await ShownAsync(before, after, actors, ct)
        );
    }

    private async Task<IReadOnlyList<StanceLine>> ShownAsync(
        Moment before,
        Moment after,
        IReadOnlyList<string> actors,
        CancellationToken ct
    )
    {
        var merged = await candidates.MergedAsync(before, after, ct);
        var revised = await candidates.RevisedAsync(
            (before, await identities.AtAsync(before, ct)),
            (after, await identities.AtAsync(after, ct)),
            actors,
            merged.Select(into => into.Key),
            ct
        );
        var lines = await stances.BetweenAsync(before, after, revised, ct);
        if (before.Rules == after.Rules)
            return lines;
        var byRules = await comparing.StancesAsync(
            after with
            {
                Rules = before.Rules,
            },
            after,
            Parties.Everyone,
            GreatestStances,
            ct
        );
        return
        [
            .. lines
                .Concat(byRules.Where(line => !revised.Contains(line.Key)))
                .OrderBy(line => line.Holder, StringComparer.Ordinal)
                .ThenBy(line => line.Toward, StringComparer.Ordinal),
        ];
    }

    /// <summary>The cited answers that are other ones after the change, of those that are asked again.</summary>
    public async Task<CitedChanges> CitedAsync(Moment before, Moment after, CancellationToken ct)
    {
        if (before.Position == after.Position)
            return CitedChanges.None;
        await using var asker = questions.Over(reading);
        var words = await candidates.WordsAsync(chronology, before.Position, after.Position, ct);
        var (kept, all) = await asker.Answers.NamingAsync(chronology, [.. words], CitedChanges.Greatest, ct);
        var changed = new List<CitedChange>();
        foreach (var one in kept)
        {
            var question = CanonicalQuestion.Read(one.Question)!;
            var keeps = (await asker.Answers.KeepsItsRulesAsync(chronology, question, ct)).Value;
            var was = await asker.Answers.SaidAtAsync(chronology, question, before.Position, keeps, ct);
            if (was != await asker.Answers.SaidAtAsync(chronology, question, after.Position, keeps, ct))
                changed.Add(new(one.Id, one.Question, AnswerName.PermalinkOf(chronology, one.Id)));
        }
        return new(changed, kept.Count, all - kept.Count);
    }

    private static bool IsStance(FactLine line) => line.Fact == "stance";

    public void Dispose() => identities.Dispose();
}
