using Chronology.Eras;
using Chronology.Recording;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>An era that is or may be in force on the day asked about.</summary>
/// <param name="Scheme">Key of its scheme.</param>
/// <param name="Era">Its own key.</param>
/// <param name="Certainty">certain or possible.</param>
public sealed record EraInForce(string Scheme, string Era, string Title, Certainty Certainty);

/// <summary>Reads eras as known at a moment, by their rows' first and last possible days.</summary>
/// <remarks>Eras that are retracted are left out. The scheme of an era that is not is not retracted either: the writer sees to it.
/// Each query reads the primary key's range of the eras, or of one scheme's, never the events'.</remarks>
public sealed class RecordedEras(Reading source)
{
    /// <summary>The eras of all schemes that are certainly or possibly in force on the moment's day, by (scheme, first possible day, key).</summary>
    public Task<IReadOnlyList<EraInForce>> InForceAsync(Moment moment, CancellationToken ct) =>
        RoundTrip.AskAsync(source, trip => InForce(trip, moment), ct);

    /// <inheritdoc cref="InForceAsync"/>
    public static Pending<IReadOnlyList<EraInForce>> InForce(RoundTrip trip, Moment moment)
    {
        var command = new NpgsqlBatchCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = 'era' and r.from_position <= $2 and r.to_position > $2
              and r.status = 'active' and r.earliest <= $3 and r.latest >= $3
            order by split_part(r.key, '/', 1) collate "C", r.earliest, r.key
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.AsOf.Number });
        return trip.Ask<IReadOnlyList<EraInForce>>(
            command,
            async (reader, ct) =>
                [
                    .. (await Rows.ReadAsync(reader, ct))
                        .Select(row => (row.State.Id, Content: (EraContent)row.State.Content))
                        .Select(era => new EraInForce(
                            era.Content.Scheme,
                            era.Id.OwnKey,
                            era.Content.Title,
                            EraSpan.Of(era.Content).InForceOn(moment.AsOf)
                        ))
                        // The row's days are an envelope: a date can have gaps between its members.
                        .Where(era => era.Certainty != Certainty.No),
                ]
        );
    }

    /// <summary>At most <paramref name="limit"/> eras of one scheme or of all (null) after <paramref name="after"/>, by (scheme, first possible day, key),
    /// and the place to go on from; null: that was all.</summary>
    public async Task<(IReadOnlyList<RecordedRow> Eras, TimelinePlace? Next)> SideBySideAsync(
        Moment moment,
        string? scheme,
        TimelinePlace? after,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, r.earliest
            from chronology.record r
            where r.chronology = $1 and r.kind = 'era' and r.from_position <= $2 and r.to_position > $2 and r.status = 'active'
              and ($3::text is null or r.key > $3 || '/' and r.key < $3 || '0')
              and ($4::bigint is null
                or (split_part(r.key, '/', 1) collate "C", r.earliest, r.key) > (split_part($5, '/', 1) collate "C", $4, $5))
            order by split_part(r.key, '/', 1) collate "C", r.earliest, r.key
            limit $6
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = scheme });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = after?.First });
        command.Parameters.AddWithValue(after?.Key ?? "");
        command.Parameters.AddWithValue(limit + 1);
        var rows = new List<RecordedRow>();
        var places = new List<TimelinePlace>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(Rows.Of(reader));
            places.Add(new(reader.GetInt64(6), 0, 0, rows[^1].State.Id.Key));
        }
        return rows.Count > limit ? (rows[..limit], places[limit - 1]) : (rows, null);
    }

    /// <summary>At most <paramref name="limit"/> eras of a scheme after <paramref name="after"/>, by (first possible day, key), and the place to go on from; null: that was all.</summary>
    /// <param name="words">All must occur in title, summary or key; lower case.</param>
    public async Task<(IReadOnlyList<RecordedRow> Eras, TimelinePlace? Next)> OfSchemeAsync(
        Moment moment,
        string scheme,
        IReadOnlyList<string> words,
        TimelinePlace? after,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(scheme);
        command.Parameters.AddWithValue(limit + 1);
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = after?.First });
        command.Parameters.AddWithValue(after?.Key ?? "");
        command.CommandText = $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, r.earliest
            from chronology.record r
            where r.chronology = $1 and r.kind = 'era' and r.key > $3 || '/' and r.key < $3 || '0'
              and r.from_position <= $2 and r.to_position > $2 and r.status = 'active'
              and ($5::bigint is null or (r.earliest, r.key) > ($5, $3 || '/' || $6))
              and {SearchText.All(command, words)}
            order by r.earliest, r.key
            limit $4
            """;
        var rows = new List<RecordedRow>();
        var places = new List<TimelinePlace>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(Rows.Of(reader));
            places.Add(new(reader.GetInt64(6), 0, 0, rows[^1].State.Id.OwnKey));
        }
        return rows.Count > limit ? (rows[..limit], places[limit - 1]) : (rows, null);
    }
}
