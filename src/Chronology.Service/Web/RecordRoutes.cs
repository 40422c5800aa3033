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
    public static string Plural(this RecordKind kind) =>
        kind == RecordKind.Chronology ? "chronologies" : $"{kind.Name()}s";

    public static string AddressOf(RecordId id) =>
        id.Kind == RecordKind.Chronology ? ""
        : id.Scheme is { } scheme ? $"/schemes/{scheme}/eras/{id.OwnKey}"
        : $"/{id.Kind.Plural()}/{id.Key}";

    /// <summary>The pattern of those addresses, for all records of a kind.</summary>
    public static string PatternOf(RecordKind kind, string below) =>
        kind == RecordKind.Chronology ? below
        : kind == RecordKind.Era ? $"/schemes/{{scheme}}/eras/{{key}}{below}"
        : $"/{kind.Plural()}/{{key}}{below}";

    /// <summary>The record that an address of that pattern names.</summary>
    public static RecordId IdOf(RecordKind kind, RouteValueDictionary route) =>
        kind == RecordKind.Chronology ? RecordId.Itself
        : kind == RecordKind.Era ? RecordId.Era(route.Text("scheme"), route.Text("key"))
        : new(kind, route.Text("key"));

    /// <summary>The record at whose address, or below it, a path of the chronology is; null: at none.</summary>
    public static RecordId? NamedBy(string path) =>
        path is "/history" or "/blame" ? RecordId.Itself
        : path.Split('/') is ["", "schemes", var scheme, "eras", var era, ..] ? RecordId.Era(scheme, era)
        : path.Split('/') is ["", var plural, var key, ..]
            ? RecordKinds
                .Keyed.Where(kind => kind.Plural() == plural && kind != RecordKind.Era)
                .Select(kind => (RecordId?)new RecordId(kind, key))
                .FirstOrDefault()
        : null;

    /// <summary>Maps the address of a record of this kind, or one <paramref name="below"/> it (with its slash).</summary>
    public static RouteHandlerBuilder MapRecord(
        this IEndpointRouteBuilder routes,
        HttpMethod method,
        RecordKind kind,
        string below,
        Handling handle
    ) =>
        kind == RecordKind.Chronology
            ? routes.MapMethods(
                PatternOf(kind, below),
                [method.Method],
                (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                    handle(http, chronology, RecordId.Itself, sender, ct)
            )
        : kind == RecordKind.Era
            ? routes.MapMethods(
                PatternOf(kind, below),
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
            PatternOf(kind, below),
            [method.Method],
            (HttpContext http, string chronology, string key, ISender sender, CancellationToken ct) =>
                handle(http, chronology, new(kind, key), sender, ct)
        );
}
