using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Cite;
using Chronology.Service.Store;
using MediatR;
using Microsoft.Net.Http.Headers;

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
    ) => routes.MapQuestion(pattern, read, answer => new(answer!), byItsAxes: true, asks);

    /// <summary>The same of a question that the axes alone do not fix: other parameters of it depend on now.</summary>
    /// <param name="tell">What is written of the answer, and as what its parameters were resolved.</param>
    public static RouteHandlerBuilder MapQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        string pattern,
        Func<string, Parameters, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, Answered> tell,
        params string[] asks
    ) => routes.MapQuestion(pattern, read, tell, byItsAxes: false, asks);

    private static RouteHandlerBuilder MapQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        string pattern,
        Func<string, Parameters, IRequest<Result<TAnswer>>> read,
        Func<TAnswer, Answered> tell,
        bool byItsAxes,
        string[] asks
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
                byItsAxes,
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
                byItsAxes: true,
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
                byItsAxes: true,
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

    /// <param name="HasBasis">It takes <c>knownAt</c>.</param>
    /// <param name="HasAxes">It takes <c>asOf</c> too, and nothing else of it depends on now: its basis is known before it is asked.</param>
    private sealed record Question(Asking Ask, bool HasBasis, bool HasAxes);

    /// <summary>Maps the question, or where a book is being filled enters it there.</summary>
    private static RouteHandlerBuilder MapAsking(
        this IEndpointRouteBuilder routes,
        string pattern,
        Asking ask,
        Func<Question, RouteHandlerBuilder> map,
        bool byItsAxes,
        params string[] asks
    )
    {
        var hasBasis = asks.Contains("knownAt", StringComparer.Ordinal);
        var question = new Question(
            ask,
            hasBasis,
            hasBasis && byItsAxes && asks.Contains("asOf", StringComparer.Ordinal)
        );
        if (routes is not QuestionBook book)
        {
            var mapped = map(question).Asks(hasBasis ? [.. asks, Rules, Cite] : asks);
            return hasBasis ? mapped.WithMetadata(new SentHeaders(["If-None-Match"], ["ETag"])).Produces(304) : mapped;
        }
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
        if (!question.HasBasis)
        {
            var told = await question.Ask(chronology, http.Request.RouteValues, query, sender, ct);
            return told.Rejection is { } refused ? Problems.Of(refused) : Results.Json(told.Value.Body, Answers.Json);
        }
        var remembered = question.HasAxes ? await RememberedAsync(http, chronology, ct) : null;
        if (remembered is { Answer: { } known })
            return new Written(known, known.ETag);
        if (remembered is not null)
            query = new Parameters(remembered.Asked);
        var answered = await question.Ask(chronology, http.Request.RouteValues, query, sender, ct);
        if (answered.Rejection is { } rejection)
            return Problems.Of(rejection);
        var (body, tag) = (answered.Value.Body, answered.Value.ETag);
        var written = SentAnswer.Of(Answers.Written(body));
        if (tag is not null)
            return new Written(written, tag);
        if (remembered is not null)
            http.RequestServices.GetRequiredService<RememberedAnswers>().Remember(remembered.Question, written);
        return new Written(written, written.ETag);
    }

    /// <param name="Answer">Null: not given yet.</param>
    /// <param name="Asked">The question with its axes resolved.</param>
    private sealed record Remembered(RememberedAnswers.Question Question, SentAnswer? Answer, IQueryCollection Asked);

    /// <summary>The answer that was given to the same question of the same basis; null where the question is not one to be remembered.</summary>
    /// <remarks>No round trip where the question names its position, else one that finds it. Of what is wrong with a question nothing
    /// is said here: it is asked all the same, and refused as ever.</remarks>
    private static async Task<Remembered?> RememberedAsync(HttpContext http, string chronology, CancellationToken ct)
    {
        var given = http.Request.Query;
        var answers = http.RequestServices.GetRequiredService<RememberedAnswers>();
        if (answers.AreNone || given.ContainsKey("cursor") || given.ContainsKey(Cite))
            return null;
        var moments = http.RequestServices.GetRequiredService<Moments>();
        var axes = new Axes(One(given, "asOf"), One(given, "knownAt"));
        if (moments.Read(axes) is not { Rejection: null, Value: var read })
            return null;
        var path = http.Request.Path.Value!;
        var asOf = read.AsOf.ToString();
        // Before the position is read: what is forgotten from here on must not be remembered.
        if (answers.Of(chronology, path, given, asOf, read.Position ?? 0) is not { } question)
            return null;
        if (read.Position is null)
        {
            if (await moments.AtAsync(chronology, read, ct) is not { Rejection: null, Value: var moment })
                return null;
            read = read with { Position = moment.Position };
            question = answers.Of(chronology, path, given, asOf, moment.Position)!.Value with
            {
                Forgotten = question.Forgotten,
            };
        }
        var asked = given.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        asked["asOf"] = asOf;
        asked["knownAt"] = read.Position.Value.ToString(CultureInfo.InvariantCulture);
        return new(question, answers.TryFind(question, out var known) ? known : null, new QueryCollection(asked));
    }

    private static string? One(IQueryCollection given, string name) =>
        given.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>An answer, or that the client has it: 304.</summary>
    private sealed class Written(SentAnswer answer, string tag) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.Headers.ETag = tag;
            // The tag of a record is its revision, for If-Match: its answer also depends on the day.
            if (tag == answer.ETag && IsThere(httpContext.Request, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = answer.Body.Length;
            await response.BodyWriter.WriteAsync(answer.Body, httpContext.RequestAborted);
        }

        private static bool IsThere(HttpRequest request, string tag) =>
            request.Headers.IfNoneMatch is { Count: > 0 } given
            && EntityTagHeaderValue.TryParseList(given.ToArray()!, out var tags)
            && tags.Any(each => each.Equals(EntityTagHeaderValue.Any) || each.Tag == tag);
    }
}
