using Chronology.Recording;
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
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                {
                    var query = new Parameters(http.Request);
                    var request = read(chronology, query);
                    return query.Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(request, ct));
                }
            )
            .Asks(asks)
            .Gives<TAnswer>(StatusCodes.Status200OK);
}
