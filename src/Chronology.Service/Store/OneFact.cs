using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The question asked most, as plain SQL: what <c>chronology.known_at</c> and <c>chronology.effects_as_of</c> say of one key.</summary>
/// <remarks><c>$1</c> chronology, <c>$2</c> fact, <c>$3</c> day, <c>$4</c> position or instant. Columns: known, recorded_at, head (as
/// of known_at), event, idx, from_position, effect. A row for each effect; where none has begun by the day one that begins later, as of
/// <c>chronology.effect_after</c>; one without where there is none at all; none for no such chronology.
/// Known is null for a position above the head, and for an instant at or before which a later append may still be stamped.
/// Each value that a walk is bounded by is handed down a nested loop as a parameter; joined in any other way it would be read past.</remarks>
internal static class OneFact
{
    /// <summary>The statement and its values.</summary>
    public static (string Sql, NpgsqlParameter[] Values) Asking(string chronology, Guid fact, Asked asked)
    {
        NpgsqlParameter[] values =
        [
            new NpgsqlParameter<string> { TypedValue = chronology },
            new NpgsqlParameter<Guid> { TypedValue = fact },
            new NpgsqlParameter<long> { TypedValue = asked.AsOf.Number },
        ];
        return asked switch
        {
            { Position: { } position } => (
                AtPosition,
                [.. values, new NpgsqlParameter<long> { TypedValue = position }]
            ),
            { Instant: { } instant } => (
                AtInstant,
                [.. values, new NpgsqlParameter<DateTimeOffset> { TypedValue = instant }]
            ),
            _ => (AtHead, values),
        };
    }

    private static readonly string AtHead = Asking("h.position", "h.recorded_at", "");

    private static readonly string AtPosition = Asking(
        "case when $4 <= h.position then $4 end",
        "l.recorded_at",
        "left join chronology.ledger l on l.chronology = $1 and l.position = $4"
    );

    private static readonly string AtInstant = Asking(
        "case when $4 <= greatest(h.recorded_at, h.floor) then coalesce(l.position, 0) end",
        "l.recorded_at",
        """
        left join lateral (
            select position, recorded_at from chronology.ledger
            where chronology = $1 and recorded_at <= $4
            order by recorded_at desc limit 1) l on true
        """
    );

    private static string Asking(string known, string recordedAt, string from) =>
        $"""
            select m.known, m.recorded_at, m.head, coalesce(e.event, a.event), coalesce(e.idx, a.idx), coalesce(e.from_position, a.from_position),
                coalesce(e.effect, a.effect)::text
            from (
                select {known} as known, {recordedAt} as recorded_at, h.position as head,
                    ({recordedAt} at time zone 'UTC')::date - date '1970-01-01' as recorded_on,
                    least($3, ({recordedAt} at time zone 'UTC')::date - date '1970-01-01') as clamp
                from chronology.head h {from}
                where h.chronology = $1
                offset 0) m
            cross join lateral (
                select coalesce(greatest(
                    (select x.start_first from chronology.effect x
                     where x.fact = $2 and x.start_first <= m.clamp and x.start_last <= $3
                       and x.from_position <= m.known and x.to_position > m.known and x.firm
                     order by x.start_first desc limit 1),
                    case when $3 > m.clamp then
                        (select x.start_first from chronology.effect x
                         where x.ahead and x.fact = $2 and x.start_first > m.clamp and x.start_first <= $3 and x.start_last <= $3
                           and x.from_position <= m.known and x.to_position > m.known and x.firm
                         order by x.start_first desc limit 1)
                    end), -9223372036854775808) as since
                offset 0) d
            left join lateral (
                select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                where x.fact = $2 and x.start_first <= m.clamp and x.start_first >= d.since
                  and x.from_position <= m.known and x.to_position > m.known
                union all
                select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                where x.width between 1 and 2 and x.fact = $2 and x.start_first <= m.clamp
                  and x.start_first < d.since and x.start_first >= greatest(d.since, -9223372036854700000) - 366 and x.start_last >= d.since
                  and x.from_position <= m.known and x.to_position > m.known
                union all
                select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                where x.width > 2 and x.fact = $2 and x.start_first <= m.clamp
                  and x.start_first < d.since and x.start_last >= d.since
                  and x.from_position <= m.known and x.to_position > m.known
                union all
                select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                where $3 > m.clamp and x.ahead and x.fact = $2 and x.start_first > m.clamp and x.start_first <= $3 and x.start_last >= d.since
                  and x.from_position <= m.known and x.to_position > m.known) e on true
            left join lateral (
                (select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                where e.event is null and x.fact = $2 and x.start_first > $3 and x.start_first <= m.recorded_on
                  and x.from_position <= m.known and x.to_position > m.known
                order by x.start_first desc limit 1)
                union all
                (select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                where e.event is null and x.ahead and x.fact = $2 and x.start_first > greatest($3, m.recorded_on)
                  and x.from_position <= m.known and x.to_position > m.known
                order by x.start_first desc limit 1)
                limit 1) a on true
            """;
}
