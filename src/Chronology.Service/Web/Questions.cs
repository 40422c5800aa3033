using System.Globalization;
using Chronology.Recording;
using Chronology.Service.Cite;
using Chronology.Service.Store;
using MediatR;

namespace Chronology.Service.Web;

/// <summary>Addresses that ask: parameters read strictly, one request sent, its answer or rejection told. An answer with a basis can
/// be cited.</summary>
public static class Questions
{
    private const string Cite = "cite";
    private const string Rules = "rules";

    /// <param name="read">Makes the request from the chronology's slug and the query; what is wrong with the query is told before it is sent.</param>
    /// <param name="asks">The parameters that it takes, for OpenAPI; with <c>knownAt</c> the answer has a basis, and <c>rules</c> besides.</param>
    public static RouteHandlerBuilder MapQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        string pattern,
        Func<string, Parameters, IRequest<Result<TAnswer>>> read,
        params string[] asks
    ) => routes.MapQuestion(pattern, read, answer => new(answer!), asks);

    /// <summary>The same with something to say about how the answer is asked for again.</summary>
    /// <param name="tell">What is written of the answer, and as what its parameters were resolved.</param>
    public static RouteHandlerBuilder MapQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        string pattern,
        Func<string, Parameters, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, Answered> tell,
        params string[] asks
    ) =>
        routes
            .MapAsking(
                pattern,
                Asked((chronology, _, query) => read(chronology, query), tell),
                ask =>
                    routes.MapGet(
                        pattern,
                        (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                            AnswerAsync(http, chronology, ask, sender, ct)
                    ),
                asks
            )
            .Gives<TAnswer>(StatusCodes.Status200OK);

    /// <summary>The same for every kind of record, at an address below each record's own.</summary>
    /// <param name="below">With its slash.</param>
    /// <param name="name">The operation's; the kind follows it.</param>
    public static void MapRecordQuestions<TAnswer>(
        this IEndpointRouteBuilder routes,
        string below,
        string name,
        string summary,
        Func<string, RecordId, Axes, IRequest<Result<TAnswer>>> read
    )
    {
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            routes
                .MapRecordQuestion(kind, below, read, answer => new(answer!))
                .WithName($"{name}-{kind.Name()}")
                .WithSummary(summary)
                .Gives<TAnswer>(StatusCodes.Status200OK);
        }
    }

    /// <summary>For one kind of record, at its address or below it.</summary>
    /// <param name="tell">What is written of the answer.</param>
    public static RouteHandlerBuilder MapRecordQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        RecordKind kind,
        string below,
        Func<string, RecordId, Axes, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, Answered> tell
    ) =>
        routes.MapRecordQuestion(
            kind,
            below,
            (chronology, id, query) => read(chronology, id, query.Axes()),
            tell,
            "asOf",
            "knownAt"
        );

    /// <summary>The same with parameters besides the axes.</summary>
    /// <param name="asks">All that it takes, the axes too.</param>
    public static RouteHandlerBuilder MapRecordQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        RecordKind kind,
        string below,
        Func<string, RecordId, Parameters, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, Answered> tell,
        params string[] asks
    ) =>
        routes
            .MapAsking(
                RecordRoutes.PatternOf(kind, below),
                Asked((chronology, route, query) => read(chronology, RecordRoutes.IdOf(kind, route), query), tell),
                ask =>
                    routes.MapRecord(
                        HttpMethod.Get,
                        kind,
                        below,
                        (http, chronology, _, sender, ct) => AnswerAsync(http, chronology, ask, sender, ct)
                    ),
                asks
            )
            .WithTags(kind.Plural());

    /// <summary>A list of records: <c>q</c>, <c>cursor</c>, <c>limit</c> and the axes.</summary>
    /// <param name="tell">What is written of the answer.</param>
    public static RouteHandlerBuilder MapListOf<TAnswer>(
        this IEndpointRouteBuilder routes,
        RecordKind kind,
        string pattern,
        Func<string, RouteValueDictionary, Parameters, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, object> tell
    ) =>
        routes
            .MapAsking(
                pattern,
                Asked(read, answer => new(tell(answer))),
                ask =>
                    kind == RecordKind.Era
                        ? routes.MapGet(
                            pattern,
                            (
                                HttpContext http,
                                string chronology,
                                string scheme,
                                ISender sender,
                                CancellationToken ct
                            ) => AnswerAsync(http, chronology, ask, sender, ct)
                        )
                        : routes.MapGet(
                            pattern,
                            (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                                AnswerAsync(http, chronology, ask, sender, ct)
                        ),
                "q",
                "cursor",
                "limit",
                "asOf",
                "knownAt"
            )
            .WithTags(kind.Plural())
            .GivesMany(kind);

    /// <summary>A value in the address.</summary>
    public static string Text(this RouteValueDictionary route, string name) =>
        Convert.ToString(route[name], CultureInfo.InvariantCulture)!;

    private sealed record Question(Asking Ask, bool HasBasis);

    /// <summary>Maps the question, or where a book is being filled enters it there.</summary>
    private static RouteHandlerBuilder MapAsking(
        this IEndpointRouteBuilder routes,
        string pattern,
        Asking ask,
        Func<Question, RouteHandlerBuilder> map,
        params string[] asks
    )
    {
        var question = new Question(ask, asks.Contains("knownAt", StringComparer.Ordinal));
        if (routes is not QuestionBook book)
            return map(question).Asks(question.HasBasis ? [.. asks, Rules, Cite] : asks);
        if (question.HasBasis)
            book.Add(pattern, ask);
        return new([]);
    }

    private static Asking Asked<TAnswer>(
        Func<string, RouteValueDictionary, Parameters, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, Answered> tell
    ) =>
        async (chronology, route, query, sender, ct) =>
        {
            var request = read(chronology, route, query);
            if (query.Refusal() is { } refusal)
                return refusal;
            return (await sender.Send(request, ct)).Map(tell);
        };

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        string chronology,
        Question question,
        ISender sender,
        CancellationToken ct
    )
    {
        var query = new Parameters(http.Request);
        if (question.HasBasis && query.Flag(Cite))
        {
            var path = http.Request.Path.Value![$"/api/chronologies/{chronology}".Length..];
            return Answers.Of(
                (await sender.Send(new CiteAnswer(chronology, path, http.Request.Query, Answers.HostOf(http)), ct)).Map(
                    cited => cited.Whole
                )
            );
        }
        var answered = await question.Ask(chronology, http.Request.RouteValues, query, sender, ct);
        if (answered.Rejection is { } rejection)
            return Problems.Of(rejection);
        if (answered.Value.ETag is { } tag)
            http.Response.Headers.ETag = tag;
        return Results.Json(answered.Value.Body, Answers.Json);
    }
}
