using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;
using Npgsql;

namespace Chronology.Service.Catalogue;

/// <summary>Begin a chronology, at position 0.</summary>
public sealed record CreateChronology(string Slug, string Title, string? Description, string? Licence, Caller Caller)
    : IRequest<Result<ChronologyCard>>;

public sealed record AllChronologies : IRequest<Result<ChronologiesAnswer>>;

public sealed record OneChronology(string Slug) : IRequest<Result<ChronologyCard>>;

/// <summary>What a chronology is called, and its head's position: what imports, exports and citations need of it, at a cost that its size has no part in.</summary>
public sealed record HeadingOf(string Slug) : IRequest<Result<Heading>>;

public sealed record Heading(string Slug, string Title, string? Description, string? Licence, long Position);

public sealed record ChronologiesAnswer(IReadOnlyList<ChronologyCard> Chronologies);

/// <param name="First">The first day of any event, or null; <paramref name="Last"/>: the last.</param>
/// <param name="Rules">The version adopted at the head; 1 where none was adopted.</param>
/// <param name="Revision">Of the chronology's own record, which is its ETag: how often rules were adopted.</param>
public sealed record ChronologyCard(
    string Slug,
    string Title,
    string? Description,
    string? Licence,
    RecordCounts Counts,
    string? First,
    string? Last,
    KnownAt Head,
    int Rules,
    int Revision
);

/// <summary>Records that are neither retracted nor merged.</summary>
public sealed record RecordCounts(long Events, long Actors, long Issues, long Sources, long Schemes, long Eras);

public sealed class ChronologyHandlers(NpgsqlDataSource source, TimeProvider clock)
    : IRequestHandler<CreateChronology, Result<ChronologyCard>>,
        IRequestHandler<AllChronologies, Result<ChronologiesAnswer>>,
        IRequestHandler<OneChronology, Result<ChronologyCard>>,
        IRequestHandler<HeadingOf, Result<Heading>>
{
    public async Task<Result<ChronologyCard>> Handle(CreateChronology request, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            """
            with made as (
                insert into chronology.chronology (slug, title, description, licence, created_at, created_by)
                values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning slug)
            insert into chronology.head (chronology) select slug from made
            """
        );
        command.Parameters.AddWithValue(request.Slug);
        command.Parameters.AddWithValue(request.Title);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = request.Description });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = request.Licence });
        command.Parameters.AddWithValue(clock.GetUtcNow().ToUniversalTime());
        command.Parameters.AddWithValue(request.Caller.Author);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return new Rejection("chronology-exists", $"There is a chronology “{request.Slug}” already.", "/slug");
        return (await ReadAsync(request.Slug, cancellationToken))[0];
    }

    public async Task<Result<ChronologiesAnswer>> Handle(
        AllChronologies request,
        CancellationToken cancellationToken
    ) => new ChronologiesAnswer(await ReadAsync(null, cancellationToken));

    public async Task<Result<ChronologyCard>> Handle(OneChronology request, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(request.Slug, cancellationToken);
        return found.Count > 0 ? found[0] : Writer.NoSuchChronology(request.Slug);
    }

    public async Task<Result<Heading>> Handle(HeadingOf request, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            """
            select c.slug, c.title, c.description, c.licence, h.position
            from chronology.chronology c join chronology.head h on h.chronology = c.slug
            where c.slug = $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Slug });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return Writer.NoSuchChronology(request.Slug);
        return new Heading(
            reader.GetString(0),
            reader.GetString(1),
            await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2),
            await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3),
            reader.GetInt64(4)
        );
    }

    private Task<IReadOnlyList<ChronologyCard>> ReadAsync(string? slug, CancellationToken ct) =>
        RoundTrip.AskAsync(source, trip => Cards(trip, slug), ct);

    private static readonly string LiveEvent =
        $"r.kind = 'event' and r.to_position = {DerivedRows.Open} and r.status in ('active', 'disputed')";

    /// <summary>Asks for one card, or all of them by slug; the cost of each is the same however long its history.</summary>
    /// <param name="slug">Null: all.</param>
    internal static Pending<IReadOnlyList<ChronologyCard>> Cards(RoundTrip trip, string? slug)
    {
        var command = new NpgsqlBatchCommand(
            $$"""
            select c.slug, c.title, c.description, c.licence, h.position, h.recorded_at, h.{{string.Join(
                ", h.",
                LiveRecords.Columns
            )}},
                (select r.earliest from chronology.record r
                 where r.chronology = c.slug and {{LiveEvent}} and r.earliest > -9223372036854775808
                 order by {{Timeline.First}} limit 1),
                greatest(
                    (select r.latest from chronology.record r
                     where r.chronology = c.slug and {{LiveEvent}} and chronology.width_of(r.earliest, r.latest) = 0
                     order by {{Timeline.First}} desc limit 1),
                    (select r.latest from chronology.record r
                     where r.chronology = c.slug and {{LiveEvent}} and chronology.width_of(r.earliest, r.latest) = 1
                     order by r.latest desc limit 1),
                    (select r.latest from chronology.record r
                     where r.chronology = c.slug and {{LiveEvent}} and chronology.width_of(r.earliest, r.latest) = 2 and r.latest < {{DerivedRows.Open}}
                     order by r.latest desc limit 1)),
                {{AdoptedRules.At("c.slug", "h.position")}},
                coalesce((select a.revision from chronology.record a
                    where a.chronology = c.slug and a.kind = 'chronology' and a.key = 'itself' and a.to_position = {{DerivedRows.Open}}), 0)
            from chronology.chronology c
            join chronology.head h on h.chronology = c.slug
            {{(slug is null ? "" : "where c.slug = $1")}}
            order by c.slug
            """
        );
        if (slug is not null)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = slug });
        return trip.Ask(command, CardsAsync);
    }

    private static async Task<IReadOnlyList<ChronologyCard>> CardsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var cards = new List<ChronologyCard>();
        while (await reader.ReadAsync(ct))
        {
            cards.Add(
                new(
                    reader.GetString(0),
                    reader.GetString(1),
                    await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2),
                    await reader.IsDBNullAsync(3, ct) ? null : reader.GetString(3),
                    new(
                        reader.GetInt64(6),
                        reader.GetInt64(7),
                        reader.GetInt64(8),
                        reader.GetInt64(9),
                        reader.GetInt64(10),
                        reader.GetInt64(11)
                    ),
                    await reader.IsDBNullAsync(12, ct) ? null : new Day(reader.GetInt64(12)).ToString(),
                    await reader.IsDBNullAsync(13, ct) ? null : new Day(reader.GetInt64(13)).ToString(),
                    new(
                        reader.GetInt64(4),
                        await reader.IsDBNullAsync(5, ct)
                            ? null
                            : Instants.Text(reader.GetFieldValue<DateTimeOffset>(5))
                    ),
                    AdoptedRules.Read(reader, 14).Number,
                    reader.GetInt32(15)
                )
            );
        }
        return cards;
    }
}

/// <summary><c>POST</c> and <c>GET /api/chronologies</c>, <c>GET /api/chronologies/{c}</c>.</summary>
public static class ChronologyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(
                "/api/chronologies",
                async (HttpContext http, ISender sender, CancellationToken ct) =>
                {
                    var caller = Incoming.CallerOf(http);
                    if ((new Parameters(http.Request).Refusal() ?? caller.Rejection) is { } refusal)
                        return Problems.Of(refusal);
                    var body = (await Incoming.BodyAsync(http, ct)).Then(ImportLine.ReadChronology);
                    if (body.Rejection is { } rejection)
                        return Problems.Of(rejection);
                    var given = body.Value;
                    var made = await sender.Send(
                        new CreateChronology(given.Slug, given.Title, given.Description, given.Licence, caller.Value),
                        ct
                    );
                    if (made.Rejection is { } taken)
                        return Problems.Of(taken);
                    http.Response.Headers.Location = $"/api/chronologies/{given.Slug}";
                    return Results.Json(made.Value, Answers.Json, statusCode: StatusCodes.Status201Created);
                }
            )
            .WithName("create-chronology")
            .WithSummary("Begin a chronology")
            .WithTags("chronologies")
            .Accepts<Described.ChronologyBody>("application/json")
            .WithMetadata(new SentHeaders(["X-Author"], ["Location"]))
            .Gives<ChronologyCard>(StatusCodes.Status201Created)
            .Refuses(409, 413, 415);
        routes
            .MapGet(
                "/api/chronologies",
                async (HttpContext http, ISender sender, CancellationToken ct) =>
                    new Parameters(http.Request).Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(new AllChronologies(), ct))
            )
            .WithName("list-chronologies")
            .WithSummary("All chronologies")
            .WithTags("chronologies")
            .Gives<ChronologiesAnswer>(StatusCodes.Status200OK);
        routes
            .MapGet(
                "/api/chronologies/{chronology}",
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                {
                    if (new Parameters(http.Request).Refusal() is { } refusal)
                        return Problems.Of(refusal);
                    var card = await sender.Send(new OneChronology(chronology), ct);
                    if (card.IsOk)
                        http.Response.Headers.ETag = $"\"{card.Value.Revision}\"";
                    return Answers.Of(card);
                }
            )
            .WithName("get-chronology")
            .WithSummary("One chronology: its counts, first and last date, head, and the rules that it follows")
            .WithTags("chronologies")
            .WithMetadata(new SentHeaders([], ["ETag"]))
            .Gives<ChronologyCard>(StatusCodes.Status200OK);
    }
}
