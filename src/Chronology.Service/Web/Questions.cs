using Chronology.Recording;
using Chronology.Service.Store;
using MediatR;

namespace Chronology.Service.Web;

/// <summary>Addresses that ask: parameters read strictly, one request sent, its answer or rejection told.</summary>
public static class Questions
{
    /// <param name="read">Makes the request from the chronology's slug and the query; what is wrong with the query is told before it is sent.</param>
    /// <param name="asks">The parameters that it takes, for OpenAPI.</param>
    public static RouteHandlerBuilder MapQuestion<TAnswer>(
        this IEndpointRouteBuilder routes,
        string pattern,
        Func<string, Parameters, IRequest<Result<TAnswer>>> read,
        params string[] asks
    ) =>
        routes
            .MapGet(
                pattern,
                (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                    AskAsync(http, query => read(chronology, query), sender, ct)
            )
            .Asks(asks)
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
                .MapRecord(
                    HttpMethod.Get,
                    kind,
                    below,
                    (http, chronology, id, sender, ct) =>
                        AskAsync(http, query => read(chronology, id, query.Axes()), sender, ct)
                )
                .WithName($"{name}-{kind.Name()}")
                .WithSummary(summary)
                .WithTags(kind.Plural())
                .Asks("asOf", "knownAt")
                .Gives<TAnswer>(StatusCodes.Status200OK);
        }
    }

    private static async Task<IResult> AskAsync<TAnswer>(
        HttpContext http,
        Func<Parameters, IRequest<Result<TAnswer>>> read,
        ISender sender,
        CancellationToken ct
    )
    {
        var query = new Parameters(http.Request);
        var request = read(query);
        return query.Refusal() is { } refusal ? Problems.Of(refusal) : Answers.Of(await sender.Send(request, ct));
    }
}
