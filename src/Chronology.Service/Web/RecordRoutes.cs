using Chronology.Recording;
using MediatR;

namespace Chronology.Service.Web;

/// <summary>Where records are addressed, below their chronology: <c>/events/KEY</c>, ..., <c>/schemes/SCHEME/eras/KEY</c>.</summary>
public static class RecordRoutes
{
    public delegate Task<IResult> Handling(
        HttpContext http,
        string chronology,
        RecordId id,
        ISender sender,
        CancellationToken ct
    );

    /// <summary>The last word of the collection's address, which is also its tag and its member in answers.</summary>
    public static string Plural(this RecordKind kind) => $"{kind.Name()}s";

    public static string AddressOf(RecordId id) =>
        id.Scheme is { } scheme ? $"/schemes/{scheme}/eras/{id.OwnKey}" : $"/{id.Kind.Plural()}/{id.Key}";

    /// <summary>Maps the address of a record of this kind, or one <paramref name="below"/> it (with its slash).</summary>
    public static RouteHandlerBuilder MapRecord(
        this IEndpointRouteBuilder routes,
        HttpMethod method,
        RecordKind kind,
        string below,
        Handling handle
    ) =>
        kind == RecordKind.Era
            ? routes.MapMethods(
                $"/schemes/{{scheme}}/eras/{{key}}{below}",
                [method.Method],
                (
                    HttpContext http,
                    string chronology,
                    string scheme,
                    string key,
                    ISender sender,
                    CancellationToken ct
                ) => handle(http, chronology, RecordId.Era(scheme, key), sender, ct)
            )
            : routes.MapMethods(
                $"/{kind.Plural()}/{{key}}{below}",
                [method.Method],
                (HttpContext http, string chronology, string key, ISender sender, CancellationToken ct) =>
                    handle(http, chronology, new(kind, key), sender, ct)
            );
}
