using System.Globalization;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Compare;

/// <summary>What lies between two answers about the state of relations: what the record learnt, what the world did, what the rules changed.</summary>
/// <param name="From">Of the first answer: a day, <c>@</c> and a position or instant; without a day today, without <c>@</c> the head.</param>
/// <param name="To">Of the second answer, likewise; null: as <paramref name="Axes"/> says.</param>
/// <param name="Axes">Of the second answer, where <paramref name="To"/> does not say them. Its rules are those of the second answer, of both,
/// or of the first: <c>2</c>, <c>1..2</c>, <c>1..</c>; those that are not named are the ones adopted at their position.</param>
public sealed record Comparison(string Chronology, string? From, string? To, string? Between, string? Actor, Axes Axes)
    : IRequest<Result<ComparisonAnswer>>,
        IValidated
{
    public Rejection? Refusal() =>
        Parties.Read(Between, Actor).Rejection
        ?? Point("from", From).Rejection
        ?? (
            To is null ? null
            : Axes with { Rules = null } == Axes.Now ? Point("to", To).Rejection
            : new("invalid-parameter", "“to” says “asOf” and “knownAt” already: give it or them.")
        )
        ?? Moments.ReadRules(RulesNamed.First).Rejection
        ?? Moments.ReadRules(RulesNamed.Second).Rejection;

    internal Result<Axes> Second => To is null ? Axes : Point("to", To);

    /// <summary>The rules of the two answers as they are named; null where they are not.</summary>
    internal (string? First, string? Second) RulesNamed =>
        Axes.Rules?.Split("..", 2) switch
        {
            null => (null, null),
            [var second] => (null, second),
            [var first, ""] => (first, null),
            var both => (both[0], both[1]),
        };

    /// <summary>The axes of one of the two answers.</summary>
    internal static Result<Axes> Point(string name, string? text)
    {
        if (text is null)
            return new Rejection(
                "invalid-parameter",
                $"Give “{name}”: a day, @ and a position or instant, such as 1974-07-01@120."
            );
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var day = at < 0 ? text : text[..at];
        var known = at < 0 ? null : text[(at + 1)..];
        return known is ""
            ? new Rejection(
                "invalid-parameter",
                $"“{name}”: after @ comes a position such as 412, or an instant such as 2026-03-01T12:00:00Z."
            )
            : new Axes(day.Length == 0 ? null : day, known);
    }
}

/// <param name="Basis">Of the second answer, (D2, T2).</param>
/// <param name="From">The basis of the first answer, (D1, T1).</param>
/// <param name="Through">The basis of the answer between them, (D1, T2), by the rules of the first.</param>
/// <param name="Knowledge">From the first answer to the one between: what was recorded, corrected or withdrawn. Eras after facts, as all three.</param>
/// <param name="World">From the one between to the second as the first's rules would have it.</param>
/// <param name="Rules">What the second's rules change on that: score and stances; empty where both answers follow the same.</param>
/// <param name="Notes">Of whom the question names, as the second answer knows them.</param>
/// <param name="Unchanged">How many of the revisions between T1 and T2 are behind no line of knowledge, nor of rules.</param>
public sealed record ComparisonAnswer(
    Basis Basis,
    Basis From,
    Basis Through,
    IReadOnlyList<DifferenceLine> Knowledge,
    IReadOnlyList<DifferenceLine> World,
    IReadOnlyList<DifferenceLine> Rules,
    long Unchanged,
    IReadOnlyList<Note> Notes
);

public sealed class ComparisonHandler(Moments moments, Identities identities, Comparing comparing, Silences silences)
    : IRequestHandler<Comparison, Result<ComparisonAnswer>>
{
    public async Task<Result<ComparisonAnswer>> Handle(Comparison request, CancellationToken cancellationToken)
    {
        var (before, after) = request.RulesNamed;
        var second = await PointAsync(request.Chronology, "to", request.Second.Value, after, cancellationToken);
        if (second.Rejection is { } unreadable)
            return unreadable;
        var first = await PointAsync(
            request.Chronology,
            "from",
            Comparison.Point("from", request.From).Value,
            before,
            cancellationToken
        );
        if (first.Rejection is { } rejection)
            return rejection;
        var (from, to) = (first.Value, second.Value);
        var through = to with { AsOf = from.AsOf, Rules = from.Rules };
        var byFirstRules = to with { Rules = from.Rules };
        var parties = Parties.Read(request.Between, request.Actor).Value;
        foreach (var moment in new[] { from, to })
        {
            if (parties.As(await identities.AtAsync(moment, cancellationToken)).Rejection is { } twice)
                return twice;
        }
        var knowledge = await comparing.KnowledgeAsync(from, through, parties, cancellationToken);
        // However the rules were named: the same question is to have the same answer.
        var adopted =
            await FollowsItsRulesAsync(from, cancellationToken) && await FollowsItsRulesAsync(to, cancellationToken);
        var adoptions = adopted ? await comparing.AdoptionsAsync(from, to, cancellationToken) : [];
        var rules = await comparing.RulesAsync(byFirstRules, to, parties, adoptions, cancellationToken);
        var world = await comparing.WorldAsync(through, byFirstRules, parties, cancellationToken);
        return new ComparisonAnswer(
            to.Basis,
            from.Basis,
            through.Basis,
            knowledge,
            world,
            rules,
            Math.Abs(to.Position - from.Position)
                - knowledge
                    .Concat(rules)
                    .SelectMany(line => line.Revisions!)
                    .Select(revision => revision.Position)
                    .Distinct()
                    .LongCount(),
            await silences.OfAsync(
                to,
                parties,
                await identities.AtAsync(to, cancellationToken),
                nothingFound: !knowledge.Concat(world).Concat(rules).Any(line => line is not EraLine),
                cancellationToken
            )
        );
    }

    /// <summary>Whether the rules of a moment are those that its chronology had adopted by then.</summary>
    private async Task<bool> FollowsItsRulesAsync(Moment moment, CancellationToken ct) =>
        (await moments.AtAsync(moment.Chronology, new(moment.AsOf, moment.Position, null), ct)).Value.Rules
        == moment.Rules;

    private async Task<Result<Moment>> PointAsync(
        string chronology,
        string name,
        Axes axes,
        string? rules,
        CancellationToken ct
    )
    {
        var resolved = await moments.ResolveAsync(chronology, axes with { Rules = rules }, ct);
        return resolved.Rejection is { Code: "invalid-parameter" } unreadable
            ? unreadable with
            {
                Detail = $"“{name}”, {unreadable.Detail}",
            }
            : resolved;
    }
}

/// <summary><c>GET /compare</c></summary>
public static class CompareEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion(
                "/compare",
                Read,
                answer =>
                    new(answer)
                    {
                        Resolved = new Dictionary<string, string?>(StringComparer.Ordinal)
                        {
                            ["from"] = string.Create(
                                CultureInfo.InvariantCulture,
                                $"{answer.From.AsOf}@{answer.From.KnownAt.Position}"
                            ),
                            ["to"] = null,
                            ["rules"] = string.Create(
                                CultureInfo.InvariantCulture,
                                $"{answer.From.Rules}..{answer.Basis.Rules}"
                            ),
                        },
                        ReadAlsoAt = [answer.From.KnownAt.Position],
                    },
                "between",
                "actor",
                "asOf",
                "knownAt"
            )
            .WithMetadata(new AskedPoints("from", "to"))
            .WithName("compare")
            .WithSummary(
                "What lies between two answers: what the record learnt, what the world did, what the rules changed"
            )
            .WithTags("questions");

    public static Comparison Read(string chronology, Parameters query) =>
        new(chronology, query.Text("from"), query.Text("to"), query.Text("between"), query.Text("actor"), query.Axes());
}
