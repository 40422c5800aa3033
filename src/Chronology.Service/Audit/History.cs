using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Marten;
using MediatR;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace Chronology.Service.Audit;

/// <summary>All revisions of one record up to a moment: who changed what, when, why.</summary>
public sealed record HistoryOfRecord(string Chronology, RecordId Id, Axes Axes) : IRequest<Result<HistoryAnswer>>;

public sealed record HistoryAnswer(Basis Basis, IReadOnlyList<RevisionAnswer> Revisions);

/// <param name="Op">recorded, corrected, refined, reassessed, retracted, reinstated, disputed, resolved, merged or split.</param>
/// <param name="Citations">What supports the change itself.</param>
public sealed record RevisionAnswer(
    int Revision,
    long Position,
    string RecordedAt,
    string Author,
    string? Via,
    string Op,
    Reason? Reason,
    IReadOnlyList<Citation> Citations,
    IReadOnlyList<FieldChange> Changes
);

public sealed class HistoryOfRecordHandler(Moments moments, NpgsqlDataSource source, IDocumentStore store)
    : IRequestHandler<HistoryOfRecord, Result<HistoryAnswer>>
{
    public async Task<Result<HistoryAnswer>> Handle(HistoryOfRecord request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var entries = await LedgerRows.OfRecordAsync(source, moment, request.Id, cancellationToken);
        if (entries.Count == 0)
            return OneRecordHandler.NoSuch(request.Id);
        await using var session = store.QuerySession(new SessionOptions { TenantId = request.Chronology });
        var stream = await session.Events.FetchStreamAsync(request.Id.StreamKey, token: cancellationToken);
        var byPosition = stream.ToLookup(RevisionHeaders.PositionOf, stored => (DomainEvent)stored.Data);
        var revisions = new List<RevisionAnswer>();
        RecordState? state = null;
        foreach (var entry in entries)
        {
            var after = Folding.Revise(state, request.Id, byPosition[entry.Position]);
            revisions.Add(
                new(
                    entry.Revision,
                    entry.Position,
                    entry.RecordedAt,
                    entry.Author,
                    entry.Via,
                    entry.Op,
                    entry.Reason,
                    entry.Citations,
                    Differences.Between(state, after)
                )
            );
            state = after;
        }
        return new HistoryAnswer(moment.Basis, revisions);
    }
}

/// <summary>One position of the ledger.</summary>
public sealed record LedgerRow(
    long Position,
    string RecordedAt,
    string Op,
    string Record,
    string Key,
    int Revision,
    Reason? Reason,
    string Author,
    string? Via,
    ValueList<Citation> Citations
);

/// <summary>Reads the ledger in position order.</summary>
public static class LedgerRows
{
    private const string Columns =
        "select position, recorded_at, op, kind, key, revision, reason_code, reason_note, author, via, citations::text from chronology.ledger";

    public static async Task<IReadOnlyList<LedgerRow>> OfRecordAsync(
        NpgsqlDataSource source,
        Moment moment,
        RecordId id,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            $"{Columns} where chronology = $1 and kind = $2 and key = $3 and position <= $4 order by position"
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(id.Kind.Name());
        command.Parameters.AddWithValue(id.Key);
        command.Parameters.AddWithValue(moment.Position);
        return await ReadAsync(command, ct);
    }

    /// <summary>At most <paramref name="limit"/> rows after <paramref name="since"/>.</summary>
    public static async Task<IReadOnlyList<LedgerRow>> SinceAsync(
        NpgsqlDataSource source,
        string chronology,
        long since,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            $"{Columns} where chronology = $1 and position > $2 order by position limit $3"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(since);
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, ct);
    }

    private static async Task<IReadOnlyList<LedgerRow>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var rows = new List<LedgerRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(
                new(
                    reader.GetInt64(0),
                    Instants.Text(reader.GetFieldValue<DateTimeOffset>(1)),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetInt32(5),
                    await reader.IsDBNullAsync(6, ct)
                        ? null
                        : new(reader.GetString(6), await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7)),
                    reader.GetString(8),
                    await reader.IsDBNullAsync(9, ct) ? null : reader.GetString(9),
                    await reader.IsDBNullAsync(10, ct)
                        ? []
                        : JsonSerializer.Deserialize<ValueList<Citation>>(reader.GetString(10), RecordJson.Options)!
                )
            );
        }
        return rows;
    }
}

/// <summary><c>GET /events/{key}/history</c> and the like.</summary>
public static class HistoryEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            var plural = $"{kind.Name()}s";
            routes
                .MapGet(
                    $"/{plural}/{{key}}/history",
                    async (HttpContext http, string chronology, string key, ISender sender, CancellationToken ct) =>
                    {
                        var query = new Parameters(http.Request);
                        var request = new HistoryOfRecord(chronology, new(kind, key), query.Axes());
                        return query.Refusal() is { } refusal
                            ? Problems.Of(refusal)
                            : Answers.Of(await sender.Send(request, ct));
                    }
                )
                .WithName($"history-of-{kind.Name()}")
                .WithSummary("Who changed what, when and why")
                .WithTags(plural)
                .Asks("asOf", "knownAt")
                .Gives<HistoryAnswer>(StatusCodes.Status200OK);
        }
    }
}
