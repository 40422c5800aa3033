using Chronology.Recording;
using Chronology.Relations;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>Reads what was ever recorded between two actors beside their facts, and from which events those are.</summary>
/// <param name="greatest">With more rows of one sort the pair is not read.</param>
/// <remarks>An effect may be of an event that is not between the two; what answers cite of it is kept with the others.</remarks>
/// <inheritdoc cref="PartReader"/>
internal sealed class PairReader(string chronology, string one, string other, int greatest)
    // An event's place among the events, and the revisions of it that answers are sealed with.
    : PartReader(chronology, one, other, eventBytes: 300)
{
    protected override Func<long, PairPart?> Ask(RoundTrip trip)
    {
        var effects = trip.Ask(
            Command(
                $"""
                select distinct e.event
                from {EffectsBetween}
                limit $4
                """,
                Chronology,
                Of.One,
                Of.Other,
                greatest + 1
            ),
            EventsAsync
        );
        var weights = trip.Ask(
            Command(
                """
                -- There is an index of the plain ones, and one of the others.
                select half_life, first_day, last_day, weight_low, weight, weight_high, coalesce(days::text, ''), event, from_position, to_position,
                    year, plain, low, estimate, high
                from (
                    select * from chronology.score_event where plain and pair = $1
                    union all
                    select * from chronology.score_event where not plain and pair = $1) e
                limit $2
                """,
                ScoredPair.Of(Of.One, Of.Other).IdIn(Chronology),
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
                ScoredPair.Alone(Of.One).IdIn(Chronology),
                ScoredPair.Alone(Of.Other).IdIn(Chronology),
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
                Chronology,
                TimelinesOf.IdOf(Chronology, Of.One, Of.Other),
                TimelinesOf.IdOf(Chronology, Of.One, "*"),
                new[] { $"actor/{Of.One}", $"actor/{Of.Other}" },
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
                Chronology,
                Of.One,
                Of.Other
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
                Chronology
            ),
            async (reader, cancel) => await reader.ReadAsync(cancel) && reader.GetBoolean(0)
        );
        return upTo =>
            Math.Max(effects.Value, weights.Value.Length) > greatest
            || Math.Max(tooManyPairs.Value.Length, timeline.Value.Length) > greatest
                ? null
                : new RememberedPair
                {
                    UpTo = upTo,
                    Of = Of,
                    Weights = new(weights.Value),
                    TooManyPairs = tooManyPairs.Value,
                    Timeline = timeline.Value,
                    Standing = standing.Value,
                    AreEventsMerged = merged.Value,
                    Events = Events,
                };
    }

    /// <returns>How many there are.</returns>
    private async Task<int> EventsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var count = 0;
        for (; await reader.ReadAsync(ct); count++)
            KeyOf(reader, 0);
        return count;
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
}
