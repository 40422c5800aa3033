using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The question asked most, as plain SQL: what <c>chronology.known_at</c> and <c>chronology.effects_as_of</c> say of one key.</summary>
/// <remarks>Columns: known, recorded_at, head (as of known_at; null where the position is given), event, idx, from_position, effect.
/// A row for each effect; where none has begun by the day one that begins later, as of <c>chronology.effect_after</c>; one without where
/// there is none at all; none for no such chronology.
/// Known is null for a position above the head, and for an instant at or before which a later append may still be stamped.
/// Each value that a walk is bounded by is handed down a nested loop as a parameter: joined in any other way it would be read past, and
/// compared itself the server would plan the statement anew each time, for which it takes longer than for answering.
/// Of thirteen scans the server needed two fifths of its time to start them, so there is a text for each sort of question that leaves out those
/// that cannot find anything.</remarks>
internal static class OneFact
{
    /// <summary>The statement and its values, where nothing is known yet of the position asked about.</summary>
    public static (string Sql, NpgsqlParameter[] Values) Asking(string chronology, Guid fact, Asked asked)
    {
        NpgsqlParameter[] values = [Fact(fact), Number(asked.AsOf.Number), Chronology(chronology)];
        return asked switch
        {
            { Position: { } position } => (AtPosition, [.. values, Number(position)]),
            { Instant: { } instant } => (
                AtInstant,
                [.. values, new NpgsqlParameter<DateTimeOffset> { TypedValue = instant }]
            ),
            _ => (AtHead, values),
        };
    }

    /// <summary>The same at the head, as of a day on or before that on which its position was recorded.</summary>
    public static (string Sql, NpgsqlParameter[] Values) AskingAtHeadOnRecord(string chronology, Guid fact, Day day) =>
        (AtHeadOnRecord, [Fact(fact), Number(day.Number), Chronology(chronology)]);

    /// <summary>The same at a moment.</summary>
    public static (string Sql, NpgsqlParameter[] Values) Asking(Guid fact, Moment moment) =>
        (
            moment.AsOf.Number <= moment.RecordedOn ? OnRecord : Ahead,
            [Fact(fact), Number(moment.AsOf.Number), Number(moment.Position), Number(moment.RecordedOn)]
        );

    private static NpgsqlParameter<Guid> Fact(Guid fact) => new() { TypedValue = fact };

    private static NpgsqlParameter<long> Number(long number) => new() { TypedValue = number };

    private static NpgsqlParameter<string> Chronology(string chronology) => new() { TypedValue = chronology };

    private const string Given =
        "null::bigint as head, null::timestamptz as recorded_at, $3 as known, $4 as recorded_on";

    private static readonly string OnRecord = Asking(Given, "", mayBeAhead: false);

    private static readonly string Ahead = Asking(Given, "", mayBeAhead: true);

    private const string OfHead = "from chronology.head h where h.chronology = $3";

    private static readonly string AtHeadOnRecord = Asking(
        Known("h.position", "h.recorded_at"),
        OfHead,
        mayBeAhead: false
    );

    private static readonly string AtHead = Asking(Known("h.position", "h.recorded_at"), OfHead, mayBeAhead: true);

    private static readonly string AtPosition = Asking(
        Known("case when $4 <= h.position then $4 end", "l.recorded_at"),
        """
        from chronology.head h
        left join chronology.ledger l on l.chronology = $3 and l.position = $4
        where h.chronology = $3
        """,
        mayBeAhead: true
    );

    private static readonly string AtInstant = Asking(
        Known("case when $4 <= greatest(h.recorded_at, h.floor) then coalesce(l.position, 0) end", "l.recorded_at"),
        """
        from chronology.head h
        left join lateral (
            select position, recorded_at from chronology.ledger
            where chronology = $3 and recorded_at <= $4
            order by recorded_at desc limit 1) l on true
        where h.chronology = $3
        """,
        mayBeAhead: true
    );

    private static string Known(string position, string recordedAt) =>
        $"""
            h.position as head, {recordedAt} as recorded_at, {position} as known,
            ({recordedAt} at time zone 'UTC')::date - date '1970-01-01' as recorded_on
            """;

    /// <param name="known">SQL for the columns head, recorded_at, known and recorded_on (a day's number).</param>
    /// <param name="from">SQL for where these are from.</param>
    /// <param name="mayBeAhead">The day may be after that on which the position was recorded: then what was announced ahead may have begun.</param>
    private static string Asking(string known, string from, bool mayBeAhead)
    {
        const string Visible = "x.from_position <= m.known and x.to_position > m.known";
        const string Effect = "select x.event, x.idx, x.from_position, x.effect from chronology.effect x";
        // The last day on which anything not announced ahead can have begun.
        var clamp = mayBeAhead ? "m.clamp" : "m.day";
        var sinceAhead = !mayBeAhead
            ? "null"
            : $"""
                case when m.day > m.clamp then
                    (select x.start_first from chronology.effect x
                     where x.ahead and x.fact = m.fact and x.start_first > m.clamp and x.start_first <= m.day and x.start_last <= m.day
                       and {Visible} and x.firm
                     order by x.start_first desc limit 1)
                end
                """;
        var decidingAhead = !mayBeAhead
            ? ""
            : $"""
                union all
                {Effect}
                where m.day > m.clamp and x.ahead and x.fact = m.fact and x.start_first > m.clamp and x.start_first <= m.day
                  and x.start_last >= d.since and {Visible}
                """;
        return $"""
            select m.known, m.recorded_at, m.head, coalesce(e.event, a.event), coalesce(e.idx, a.idx), coalesce(e.from_position, a.from_position),
                coalesce(e.effect, a.effect)::text
            from (
                select k.*, least(k.day, k.recorded_on) as clamp
                from (select $1 as fact, $2 as day, {known} {from} offset 0) k
                offset 0) m
            cross join lateral (
                select coalesce(greatest(
                    (select x.start_first from chronology.effect x
                     where x.fact = m.fact and x.start_first <= {clamp} and x.start_last <= m.day and {Visible} and x.firm
                     order by x.start_first desc limit 1),
                    {sinceAhead}), -9223372036854775808) as since
                offset 0) d
            left join lateral (
                {Effect}
                where x.fact = m.fact and x.start_first <= {clamp} and x.start_first >= d.since and {Visible}
                union all
                {Effect}
                where x.width between 1 and 2 and x.fact = m.fact and x.start_first <= {clamp}
                  and x.start_first < d.since and x.start_first >= greatest(d.since, -9223372036854700000) - 366 and x.start_last >= d.since
                  and {Visible}
                union all
                {Effect}
                where x.width > 2 and x.fact = m.fact and x.start_first <= {clamp}
                  and x.start_first < d.since and x.start_last >= d.since and {Visible}
                {decidingAhead}) e on true
            left join lateral (
                ({Effect}
                where e.event is null and x.fact = m.fact and x.start_first > m.day and x.start_first <= m.recorded_on and {Visible}
                order by x.start_first desc limit 1)
                union all
                ({Effect}
                where e.event is null and x.ahead and x.fact = m.fact and x.start_first > greatest(m.day, m.recorded_on) and {Visible}
                order by x.start_first desc limit 1)
                limit 1) a on true
            """;
    }
}
