using Chronology.Recording;
using Chronology.Relations;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>Reads what was ever recorded between two actors.</summary>
/// <param name="one">The lesser of the two keys, in ordinal order.</param>
/// <param name="greatest">With more rows of one sort the pair is not read.</param>
internal sealed class PairReader(string chronology, string one, string other, int greatest)
{
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);

    /// <summary>How many were read.</summary>
    public int Rows { get; private set; }

    /// <summary>How much memory it takes, about.</summary>
    public long Bytes { get; private set; } = 1_000;

    /// <summary>One round trip. Null: too many rows.</summary>
    /// <remarks>The head is read first: whatever the later statements see besides is of positions that it does not tell of.</remarks>
    public async Task<RememberedPair?> ReadAsync(Reading source, CancellationToken ct)
    {
        var trip = new RoundTrip(source);
        var head = trip.Ask(
            Command("select position from chronology.head where chronology = $1", chronology),
            async (reader, cancel) => await reader.ReadAsync(cancel) ? reader.GetInt64(0) : 0
        );
        var effects = trip.Ask(
            Command(
                """
                select f.id, f.kind, f.holder, f.toward, f.qualifier, f.value, e.from_position, e.to_position, e.start_first, e.start_last,
                    e.firm, e.event, e.idx, e.effect::text
                from (values ($2, $3), ($3, $2)) as way (holder, toward)
                join chronology.fact f on f.chronology = $1 and f.holder = way.holder and f.toward = way.toward
                join chronology.effect e on e.fact = f.id
                limit $4
                """,
                chronology,
                one,
                other,
                greatest + 1
            ),
            FactsAsync
        );
        var weights = trip.Ask(
            Command(
                """
                select half_life, first_day, last_day, weight_low, weight, weight_high, coalesce(days::text, ''), event, from_position, to_position,
                    year, plain, low, estimate, high
                from chronology.score_event where pair = $1
                limit $2
                """,
                ScoredPair.Of(one, other).IdIn(chronology),
                greatest + 1
            ),
            WeightsAsync
        );
        var tooManyPairs = trip.Ask(
            Command(
                """
                select o.event, o.from_position, o.to_position, o.first_day, o.last_day from chronology.score_event o
                join chronology.score_event t on t.pair = $2 and not t.plain and t.event = o.event and t.from_position = o.from_position
                where o.pair = $1 and not o.plain
                limit $3
                """,
                ScoredPair.Alone(one).IdIn(chronology),
                ScoredPair.Alone(other).IdIn(chronology),
                greatest + 1
            ),
            EntriesAsync
        );
        var timeline = trip.Ask(
            Command(
                """
                select e.key, e.from_position, e.to_position, e.earliest, e.latest from chronology.timeline e where e."of" = $2
                union all
                select e.key, e.from_position, e.to_position, e.earliest, e.latest from chronology.timeline e
                join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = e.key and r.from_position = e.from_position
                    and r.refs @> $4
                where e."of" = $3
                limit $5
                """,
                chronology,
                TimelinesOf.IdOf(chronology, one, other),
                TimelinesOf.IdOf(chronology, one, "*"),
                new[] { $"actor/{one}", $"actor/{other}" },
                greatest + 1
            ),
            EntriesAsync
        );
        var standing = trip.Ask(
            Command(
                """
                select key, from_position, to_position from chronology.record
                where chronology = $1 and kind = 'actor' and key in ($2, $3) and status in ('active', 'disputed')
                """,
                chronology,
                one,
                other
            ),
            StandingAsync
        );
        var merged = trip.Ask(
            Command(
                """
                select exists (
                    select from chronology.record m
                    where m.chronology = $1 and m.status = 'merged' and (m.kind = 'event' or exists (
                        select from chronology.record e where e.chronology = $1 and e.kind = 'event' and e.key = m.state ->> 'mergedInto')))
                """,
                chronology
            ),
            async (reader, cancel) => await reader.ReadAsync(cancel) && reader.GetBoolean(0)
        );
        await trip.GoAsync(ct);
        if (
            effects.Value is not { } facts
            || weights.Value.Length > greatest
            || tooManyPairs.Value.Length > greatest
            || timeline.Value.Length > greatest
        )
        {
            Bytes = 0;
            return null;
        }
        return new()
        {
            UpTo = head.Value,
            Of = (one, other),
            Facts = facts,
            Weights = new(weights.Value),
            TooManyPairs = tooManyPairs.Value,
            Timeline = timeline.Value,
            Standing = standing.Value,
            AreEventsMerged = merged.Value,
            Events = texts.Keys.ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <returns>Null: too many.</returns>
    private async Task<Dictionary<FactKey, RememberedFact>?> FactsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var facts = new Dictionary<Guid, (FactKey Key, List<RememberedFact.Version> Versions)>();
        var count = 0;
        while (await reader.ReadAsync(ct))
        {
            count++;
            var id = reader.GetGuid(0);
            if (!facts.TryGetValue(id, out var of))
                facts.Add(id, of = (Facts.KeyOf(reader), []));
            var json = reader.GetFieldValue<byte[]>(13);
            of.Versions.Add(
                new(
                    new(reader.GetInt64(6), reader.GetInt64(7)),
                    reader.GetInt64(8),
                    reader.GetInt64(9),
                    reader.GetBoolean(10),
                    KeyOf(reader, 11),
                    reader.GetInt16(12),
                    json
                )
            );
            // The row, its text, and what is read from some of them.
            Bytes += 200 + json.Length;
        }
        return count > greatest ? null : facts.Values.ToDictionary(of => of.Key, of => new RememberedFact(of.Versions));
    }

    private async Task<RememberedWeight[]> WeightsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new List<RememberedWeight>();
        while (await reader.ReadAsync(ct))
        {
            var (scored, parties) = Scores.OddOf(reader);
            found.Add(
                new(
                    new(reader.GetInt64(8), reader.GetInt64(9)),
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.IsDBNull(10) ? null : reader.GetInt64(10),
                    reader.GetBoolean(11),
                    new(reader.GetInt64(12), reader.GetInt64(13), reader.GetInt64(14), 1),
                    scored,
                    parties,
                    KeyOf(reader, 7)
                )
            );
            Bytes += 250;
        }
        return [.. found];
    }

    private async Task<RememberedEntry[]> EntriesAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new List<RememberedEntry>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(
                new(
                    new(reader.GetInt64(1), reader.GetInt64(2)),
                    reader.GetInt64(3),
                    reader.GetInt64(4),
                    KeyOf(reader, 0)
                )
            );
            // With what answers tell of the version.
            Bytes += 1_000;
        }
        return [.. found.OrderByDescending(entry => entry.Latest).ThenByDescending(entry => entry.Earliest)];
    }

    private static async Task<ILookup<string, Positions>> StandingAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new List<(string Key, Positions At)>();
        while (await reader.ReadAsync(ct))
            found.Add((reader.GetString(0), new(reader.GetInt64(1), reader.GetInt64(2))));
        return found.ToLookup(row => row.Key, row => row.At, StringComparer.Ordinal);
    }

    /// <summary>The key of an event, one string for all its rows.</summary>
    private string KeyOf(NpgsqlDataReader reader, int column)
    {
        Rows++;
        var key = reader.GetString(column);
        if (texts.TryGetValue(key, out var known))
            return known;
        texts.Add(key, key);
        // Itself, its place among the events, and the revisions of it that answers are sealed with.
        Bytes += 300 + (2 * key.Length);
        return key;
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
