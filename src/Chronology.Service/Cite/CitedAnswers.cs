using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Audit;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Cite;

/// <summary>Asks a question and keeps its answer for ever. It records nothing: no position is taken.</summary>
/// <param name="Path">Of the question, below the chronology.</param>
/// <param name="Query">As its address takes them.</param>
/// <param name="Host">For the links of the citation, such as <c>https://example.org</c>; null: none.</param>
public sealed record CiteAnswer(string Chronology, string Path, IQueryCollection Query, string? Host)
    : IRequest<Result<CitedAnswer>>;

/// <param name="Whole">The answer with its name in it, after the basis.</param>
public sealed record CitedAnswer(JsonObject Whole, AnswerName Name);

/// <summary>An answer by its id: a stored one as it was given, any other worked out again.</summary>
public sealed record AnswerById(string Chronology, string Id) : IRequest<Result<FoundAnswer>>;

/// <summary>The citation of an answer, stored or not.</summary>
public sealed record CitationOfAnswer(string Chronology, string Id, string? Host) : IRequest<Result<ReadyCitation>>;

/// <summary>Which revisions after an answer have changed what its question is answered, up to the present head.</summary>
/// <param name="Since">Not before the answer's position, which it is where null.</param>
/// <param name="Limit">How many revisions are tried, each by asking the question as known at it.</param>
public sealed record ChangesToAnswer(string Chronology, string Id, long? Since, int Limit)
    : IRequest<Result<AnswerChanges>>
{
    public const int DefaultLimit = 200;
    public const int GreatestLimit = 1_000;
}

/// <param name="Basis">Of the answer today: the same day, known at the head.</param>
/// <param name="Same">Whether the answer today is the cited one, although revisions may have changed it in between.</param>
/// <param name="ChangedSince">In the order of their positions.</param>
/// <param name="Next">The <c>since</c> of the next page; null: every revision up to the head was tried.</param>
public sealed record AnswerChanges(Basis Basis, bool Same, IReadOnlyList<ChangeAnswer> ChangedSince, long? Next);

public sealed class CitedAnswerHandlers(KeptAnswers answers, CitationTexts citations, Moments moments, Reading source)
    : IRequestHandler<CiteAnswer, Result<CitedAnswer>>,
        IRequestHandler<AnswerById, Result<FoundAnswer>>,
        IRequestHandler<CitationOfAnswer, Result<ReadyCitation>>,
        IRequestHandler<ChangesToAnswer, Result<AnswerChanges>>
{
    public async Task<Result<CitedAnswer>> Handle(CiteAnswer request, CancellationToken cancellationToken)
    {
        var query = new QueryCollection(
            request.Query.Where(given => given.Key != "cite").ToDictionary(given => given.Key, given => given.Value)
        );
        var asked = await answers.AskAsync(request.Chronology, request.Path, query, cancellationToken);
        if (asked.Rejection is { } rejection)
            return rejection;
        var question = asked.Value.Question;
        var name = await answers.KeepAsync(request.Chronology, asked.Value, cancellationToken);
        var citation = await CitationAsync(request.Chronology, question, name, request.Host, cancellationToken);
        return citation.Map(ready =>
        {
            var named = name with { Citation = ready };
            var whole = asked.Value.Answer;
            whole.Insert(1, "answer", JsonSerializer.SerializeToNode(named, Answers.Json));
            return new CitedAnswer(whole, named);
        });
    }

    public Task<Result<FoundAnswer>> Handle(AnswerById request, CancellationToken cancellationToken) =>
        answers.FindAsync(request.Chronology, request.Id, cancellationToken);

    public async Task<Result<ReadyCitation>> Handle(CitationOfAnswer request, CancellationToken cancellationToken)
    {
        var found = await answers.FindAsync(request.Chronology, request.Id, cancellationToken);
        return found.Rejection is { } rejection
            ? rejection
            : await CitationAsync(
                request.Chronology,
                found.Value.Question,
                found.Value.Name,
                request.Host,
                cancellationToken
            );
    }

    public async Task<Result<AnswerChanges>> Handle(ChangesToAnswer request, CancellationToken cancellationToken)
    {
        var found = await answers.FindAsync(request.Chronology, request.Id, cancellationToken);
        if (found.Rejection is { } rejection)
            return rejection;
        var question = found.Value.Question;
        var since = request.Since ?? question.Position;
        var keeps = await answers.KeepsItsRulesAsync(request.Chronology, question, cancellationToken);
        if (keeps.Rejection is { } gone)
            return gone;
        var byItsRules = keeps.Value;
        var head = await moments.ResolveAsync(
            request.Chronology,
            new(question.AsOf, null) { Rules = byItsRules ? question.Axes.Rules : null },
            cancellationToken
        );
        if (head.Rejection is { } unknown)
            return unknown;
        var until = head.Value.Position;
        if (since < question.Position || since > until)
        {
            return new Rejection(
                "invalid-parameter",
                $"“since” is a position from {question.Position}, that of the answer, to {until}, the head."
            );
        }
        var entries = (await LedgerRows.SinceAsync(source, request.Chronology, since, request.Limit, cancellationToken))
            .Where(entry => entry.Position <= until)
            .ToArray();
        var given = await SaidAtAsync(question.Position);
        if (question.IsOfThisService && given != KeptAnswers.Said(JsonNode.Parse(found.Value.Body)!.AsObject()))
        {
            throw new AnswerDoesNotMatchException(
                $"Worked out again, the answer to {question} is not the one that was cited as {request.Id}."
            );
        }
        var changes = new List<ChangeAnswer>();
        var before = since == question.Position ? given : await SaidAtAsync(since);
        foreach (var entry in entries)
        {
            var now = await SaidAtAsync(entry.Position);
            if (now != before)
                changes.Add(ChangeAnswer.Of(entry));
            before = now;
        }
        var tried = entries.Length > 0 ? entries[^1].Position : since;
        return new AnswerChanges(
            head.Value.Basis,
            given == (tried == until ? before : await SaidAtAsync(until)),
            changes,
            tried < until ? tried : null
        );

        Task<string> SaidAtAsync(long position) =>
            answers.SaidAtAsync(request.Chronology, question, position, byItsRules, cancellationToken);
    }

    private async Task<Result<ReadyCitation>> CitationAsync(
        string chronology,
        CanonicalQuestion question,
        AnswerName name,
        string? host,
        CancellationToken ct
    )
    {
        var moment = await moments.ResolveAsync(chronology, question.Axes, ct);
        return moment.Rejection is { } rejection
            ? rejection
            : await citations.OfAsync(moment.Value, question, name, host, ct);
    }
}

/// <summary><c>GET /answers/{id}</c>, and below it <c>/citation</c>, <c>/changes</c> and <c>/commitments</c>.</summary>
public static class AnswerEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet(
                "/answers/{id}",
                async (HttpContext http, string chronology, string id, ISender sender, CancellationToken ct) =>
                    await FoundAsync(http, chronology, id, sender, found => found.Body, ct)
            )
            .WithName("answer")
            .WithSummary("An answer by its id: the same bytes for ever")
            .WithTags("answers")
            .WithMetadata(new SentHeaders([], ["ETag"]))
            .Gives<JsonObject>(StatusCodes.Status200OK)
            .Refuses(500);
        routes
            .MapGet(
                "/answers/{id}/commitments",
                async (HttpContext http, string chronology, string id, ISender sender, CancellationToken ct) =>
                    await FoundAsync(http, chronology, id, sender, found => found.Hashed, ct)
            )
            .WithName("commitments-of-answer")
            .WithSummary(
                "What the answer's hash is the SHA-256 of: the answer without its texts, and the content hashes of the revisions that they are from"
            )
            .WithTags("answers")
            .WithMetadata(new SentHeaders([], ["ETag"]))
            .Gives<JsonObject>(StatusCodes.Status200OK)
            .Refuses(500);
        routes
            .MapGet(
                "/answers/{id}/citation",
                async (HttpContext http, string chronology, string id, ISender sender, CancellationToken ct) =>
                    new Parameters(http.Request).Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(new CitationOfAnswer(chronology, id, Answers.HostOf(http)), ct))
            )
            .WithName("citation-of-answer")
            .WithSummary("A ready citation of an answer: text and CSL-JSON")
            .WithTags("answers")
            .Gives<ReadyCitation>(StatusCodes.Status200OK)
            .Refuses(500);
        routes
            .MapGet(
                "/answers/{id}/changes",
                async (HttpContext http, string chronology, string id, ISender sender, CancellationToken ct) =>
                {
                    var query = new Parameters(http.Request);
                    var request = new ChangesToAnswer(
                        chronology,
                        id,
                        query.Long("since"),
                        query.Number("limit", 1, ChangesToAnswer.GreatestLimit) ?? ChangesToAnswer.DefaultLimit
                    );
                    return query.Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(request, ct));
                }
            )
            .WithName("changes-to-answer")
            .WithSummary("The revisions that would change the answer today")
            .WithTags("answers")
            .Asks("since", "limit")
            .Gives<AnswerChanges>(StatusCodes.Status200OK)
            .Refuses(500);
    }

    private static async Task<IResult> FoundAsync(
        HttpContext http,
        string chronology,
        string id,
        ISender sender,
        Func<FoundAnswer, string> tell,
        CancellationToken ct
    )
    {
        if (new Parameters(http.Request).Refusal() is { } refusal)
            return Problems.Of(refusal);
        var found = await sender.Send(new AnswerById(chronology, id), ct);
        if (found.Rejection is { } rejection)
            return Problems.Of(rejection);
        http.Response.Headers.ETag = $"\"{found.Value.Name.Hash}\"";
        return Results.Content(tell(found.Value), "application/json");
    }
}
