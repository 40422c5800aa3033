using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Eras;

/// <summary>The eras of one scheme, or of all side by side, each summed up: of two sides, of one actor, or of the whole chronology.</summary>
/// <param name="Scheme">Null: all schemes.</param>
public sealed record EraSummaries(
    string Chronology,
    string? Scheme,
    string? Between,
    string? Actor,
    string? Cursor,
    int Limit,
    Axes Axes
) : IRequest<Result<EraSummariesAnswer>>, IValidated
{
    public const int DefaultLimit = 100;

    public Rejection? Refusal() =>
        Parties.Read(Between, Actor).Rejection ?? TimelineCursor.Open(Cursor, Axes).Rejection;
}

/// <param name="Eras">By (scheme, first possible day, key).</param>
/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record EraSummariesAnswer(
    Basis Basis,
    IReadOnlyList<JsonObject> Eras,
    string? Next,
    IReadOnlyList<Note> Notes
);

/// <summary>One era as recorded, whatever its status, and summed up.</summary>
public sealed record OneEra(string Chronology, RecordId Id, string? Between, string? Actor, Axes Axes)
    : IRequest<Result<OneRecordAnswer>>,
        IValidated
{
    public Rejection? Refusal() => Parties.Read(Between, Actor).Rejection;
}

/// <summary>One era with what it was told from.</summary>
public sealed record OneEraAccounted(string Chronology, RecordId Id, string? Between, string? Actor, Axes Axes)
    : IRequest<Result<AccountedEra>>,
        IValidated
{
    public Rejection? Refusal() => Parties.Read(Between, Actor).Rejection;
}

public sealed class EraSummariesHandler(
    Moments moments,
    Identities identities,
    RecordedEras eras,
    EraAccounts accounts,
    Reading source
)
    : IRequestHandler<EraSummaries, Result<EraSummariesAnswer>>,
        IRequestHandler<OneEra, Result<OneRecordAnswer>>,
        IRequestHandler<OneEraAccounted, Result<AccountedEra>>
{
    private const int Page = EventTimeline.GreatestLimit;

    public async Task<Result<EraSummariesAnswer>> Handle(EraSummaries request, CancellationToken cancellationToken)
    {
        var place = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, place.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
        {
            return place.Cursor is not null && place.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        }
        var moment = resolved.Value;
        var identity = await identities.AtAsync(moment, cancellationToken);
        var asked = Parties.Read(request.Between, request.Actor).Value;
        var standing = asked.As(identity);
        if (standing.Rejection is { } twice)
            return twice;
        var (page, next) = await eras.SideBySideAsync(
            moment,
            request.Scheme,
            place.Cursor?.Place,
            request.Limit,
            cancellationToken
        );
        var spans = new Dictionary<string, IReadOnlyList<(string Era, EraSpan Span)>>(StringComparer.Ordinal);
        var told = new List<JsonObject>();
        foreach (var row in page)
        {
            var scheme = row.State.Id.Scheme!;
            if (!spans.TryGetValue(scheme, out var beside))
                spans[scheme] = beside = await SpansAsync(moment, scheme, cancellationToken);
            var era = await accounts.OfAsync(moment, identity, standing.Value, row, beside, cancellationToken);
            told.Add(Told(row, moment, era.Account));
        }
        var notes = await NotesAsync(moment, identity, asked, standing.Value, request.Scheme, cancellationToken);
        return new EraSummariesAnswer(
            moment.Basis,
            told,
            next is null ? null : TimelineCursor.Write(new(moment.Position, next)),
            notes
        );
    }

    public async Task<Result<OneRecordAnswer>> Handle(OneEra request, CancellationToken cancellationToken)
    {
        var found = await AccountedAsync(
            new(request.Chronology, request.Id, request.Between, request.Actor, request.Axes),
            cancellationToken
        );
        return found.Map(one => new OneRecordAnswer(
            one.Era.Moment.Basis,
            Told(one.Row, one.Era.Moment, one.Era.Account),
            one.Row.State.Revision
        ));
    }

    public async Task<Result<AccountedEra>> Handle(OneEraAccounted request, CancellationToken cancellationToken) =>
        (await AccountedAsync(request, cancellationToken)).Map(one => one.Era);

    private async Task<Result<(RecordedRow Row, AccountedEra Era)>> AccountedAsync(
        OneEraAccounted request,
        CancellationToken ct
    )
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, ct);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        if (await Rows.OneAsync(source, moment, request.Id, ct) is not { } row)
            return OneRecordHandler.NoSuch(request.Id);
        var identity = await identities.AtAsync(moment, ct);
        var asked = Parties.Read(request.Between, request.Actor).Value;
        var standing = asked.As(identity);
        if (standing.Rejection is { } twice)
            return twice;
        var beside = await SpansAsync(moment, request.Id.Scheme!, ct);
        var era = await accounts.OfAsync(moment, identity, standing.Value, row, beside, ct);
        var notes = await NotesAsync(moment, identity, asked, standing.Value, null, ct);
        var account = era.Account with { Notes = Ordered(era.Account.Notes.Concat(notes)) };
        return (row, era with { Account = account });
    }

    private static JsonObject Told(RecordedRow row, Moment moment, EraAccount account)
    {
        var told = Store.Told.Of(row, moment, Merged.None);
        foreach (var (name, value) in JsonSerializer.SerializeToNode(account, Answers.Json)!.AsObject())
            told[name] = value?.DeepClone();
        return told;
    }

    private async Task<IReadOnlyList<(string Era, EraSpan Span)>> SpansAsync(
        Moment moment,
        string scheme,
        CancellationToken ct
    )
    {
        var spans = new List<(string, EraSpan)>();
        TimelinePlace? place = null;
        do
        {
            (var page, place) = await eras.SideBySideAsync(moment, scheme, place, Page, ct);
            spans.AddRange(page.Select(row => (row.State.Id.OwnKey, EraSpan.Of((EraContent)row.State.Content))));
        } while (place is not null);
        return spans;
    }

    private async Task<IReadOnlyList<Note>> NotesAsync(
        Moment moment,
        Identity identity,
        Parties asked,
        Parties standing,
        string? scheme,
        CancellationToken ct
    )
    {
        var unknown = await Recorded.MissingAsync(source, moment, RecordKind.Actor, standing.All, ct);
        var notes = unknown.Select(Silences.UnknownActor).Concat(Silences.Merged(asked.All, identity)).ToList();
        if (scheme is not null)
        {
            notes.AddRange(
                (await Recorded.MissingAsync(source, moment, RecordKind.Scheme, [scheme], ct)).Select(key => new Note(
                    "unknown-scheme",
                    $"No scheme “{key}” was recorded at that position."
                ))
            );
        }
        return Ordered(notes);
    }

    private static IReadOnlyList<Note> Ordered(IEnumerable<Note> notes) =>
        [
            .. notes
                .OrderBy(note => note.Code, StringComparer.Ordinal)
                .ThenBy(note => note.Detail, StringComparer.Ordinal),
        ];
}

/// <summary><c>GET /eras</c> and <c>GET /schemes/{s}/eras/{e}</c></summary>
public static class EraEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapQuestion(
                "/eras",
                (chronology, query) => Read(chronology, query),
                "scheme",
                "between",
                "actor",
                "cursor",
                "limit",
                "asOf",
                "knownAt"
            )
            .WithName("sum-up-eras")
            .WithSummary("The eras of one scheme, or of all side by side, each summed up and told")
            .WithTags("questions");
        routes
            .MapRecordQuestion(
                RecordKind.Era,
                "",
                (chronology, id, query) =>
                    new OneEra(chronology, id, query.Text("between"), query.Text("actor"), query.Axes()),
                answer => new(RecordEndpoints.Flat(answer), $"\"{answer.Revision}\""),
                "between",
                "actor",
                "asOf",
                "knownAt"
            )
            .WithName("get-era")
            .WithSummary("One era as known at a moment, whatever its status, summed up and told")
            .Gives<Described.SummedEra>(StatusCodes.Status200OK);
    }

    public static EraSummaries Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("scheme"),
            query.Text("between"),
            query.Text("actor"),
            query.Text("cursor"),
            query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EraSummaries.DefaultLimit,
            query.Axes()
        );
}
