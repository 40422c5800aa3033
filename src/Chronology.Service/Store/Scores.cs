using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The events of two sides as known at a position, for scores as of the days from one to another.</summary>
/// <param name="Undated">First possible days (null: unbounded) of events whose days stay unbounded on a side.</param>
/// <param name="TooManyPairs">How many events between the sides have too many pairs to weigh in any score.</param>
public sealed record SidesEvidence(ScoreEvidence Evidence, IReadOnlyList<Day?> Undated, long TooManyPairs)
{
    /// <summary>How many events without bounds may have happened by a day.</summary>
    public int UndatedBy(Day day) => Undated.Count(first => first is null || first <= day);
}

/// <summary>An event that weighs between two sides on some day.</summary>
/// <param name="Recorded">Weighed as recorded.</param>
/// <param name="Bounded">The same with bounded days; null: nothing bounds them.</param>
public sealed record SidesEvent(string Event, ScoredEvent Recorded, ScoredEvent? Bounded);

/// <summary>What has been asked for a score.</summary>
public sealed record AskedScores(
    Pending<IEnumerable<KeyValuePair<(HalfLife, long), ScoreSum>>> Totals,
    Pending<Dictionary<(HalfLife, long), ScoreSum>> Shared,
    Pending<SingleEvents> Singles
);

/// <summary>The events that no running total of a year holds whole.</summary>
/// <param name="Plain">Of plain days.</param>
/// <param name="Odd">Of others, with who had to exist for each to happen.</param>
/// <param name="TooManyPairs">How many events between the sides have too many pairs to weigh in any score.</param>
public sealed record SingleEvents(
    List<ScoreEvidence.Counted> Plain,
    List<(ScoredEvent Event, IReadOnlyList<string> Parties)> Odd,
    long TooManyPairs
);

/// <summary>Reads what scores rest on: running totals of the years before the first day asked about, single events from then on.</summary>
/// <remarks>One round trip, and another where an event's days are unbounded and it is not known yet who is who at that moment. Each event counts once, whichever of its pairs belong to the sides.</remarks>
public sealed class Scores(Reading source, Identities identities)
{
    private const string Visible = "from_position <= $2 and to_position > $2";

    /// <param name="first">The first day that will be asked about; for a trend the day a year before.</param>
    /// <param name="last">The last one.</param>
    public async Task<SidesEvidence> ReadAsync(Moment moment, Parties sides, Day first, Day last, CancellationToken ct)
    {
        var trip = Start();
        var asked = Ask(trip, moment, sides, first, last);
        await trip.GoAsync(ct);
        return await WeighedAsync(moment, asked, ct);
    }

    /// <summary>A round trip to where these scores are read.</summary>
    public RoundTrip Start() => new(source);

    /// <summary>Behind the columns of a group: there is no order of this type, so that the server has to hash, which of thousands of rows takes
    /// a quarter of the time of sorting them. By itself it expects one row, and sorts.</summary>
    private const string Hashed = ", '0'::xid";

    /// <summary>Asks for what <see cref="WeighedAsync"/> makes the evidence of.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static AskedScores Ask(RoundTrip trip, Moment moment, Parties sides, Day first, Day last)
    {
        var year = first.Civil.Year;
        Guid[] pairs =
        [
            .. sides
                .One.SelectMany(one => sides.Other.Select(other => ScoredPair.Of(one, other)))
                .Select(pair => pair.IdIn(moment.Chronology)),
        ];
        var januaryFirst = Day.Of(year, 1, 1).Number;
        var totals = trip.Ask<IEnumerable<KeyValuePair<(HalfLife, long), ScoreSum>>>(
            Command(
                """
                select h.half_life, y.year, sum(coalesce(l.low, y.low))::bigint, sum(coalesce(l.estimate, y.estimate))::bigint,
                    sum(coalesce(l.high, y.high))::bigint, sum(coalesce(l.evidence, y.evidence))::bigint
                from unnest((select $1)) as p (pair)
                cross join unnest((select $3), (select $4)) as h (half_life, since)
                cross join lateral (
                    with recursive y as (
                        (select s.year, s.position, s.low, s.estimate, s.high, s.evidence from chronology.score_total s
                         where s.pair = p.pair and s.half_life = h.half_life and s.year >= h.since and s.year < $5
                         order by s.year desc, s.position desc limit 1)
                        union all
                        select s.* from y cross join lateral (
                            select s.year, s.position, s.low, s.estimate, s.high, s.evidence from chronology.score_total s
                            where s.pair = p.pair and s.half_life = h.half_life and s.year >= h.since and s.year < y.year
                            order by s.year desc, s.position desc limit 1) s)
                    select * from y) y
                -- Only of a year that has grown since.
                left join lateral (
                    select l.* from chronology.score_total l
                    where y.position > $2
                      and l.pair = p.pair and l.half_life = h.half_life and l.year = y.year and l.position <= $2
                    order by l.position desc limit 1) l on true
                where y.position <= $2 or l.position is not null
                group by h.half_life, y.year
                """,
                pairs,
                moment.Position,
                HalfLife.All.Select(one => (short)one.Code).ToArray(),
                // Of what ended before these years nothing is left on the first day.
                HalfLife.All.Select(one => (first - one.Forgotten).Civil.Year).ToArray(),
                year
            ),
            async (reader, cancel) => await SumsAsync(reader, cancel)
        );
        var singles = trip.Ask(
            Command(
                $"""
                select half_life, first_day, last_day, weight_low, weight, weight_high, null as days, {(
                    pairs.Length == 1
                        ? "count(*) from chronology.score_event e where e.pair = (select $1)[1]"
                        : "count(distinct event) from unnest((select $1)) as p (pair) join chronology.score_event e on e.pair = p.pair where true"
                )}
                  and plain and first_day >= $3 and first_day <= $4 and {Visible}
                group by 1, 2, 3, 4, 5, 6{(pairs.Length == 1 ? Hashed : "")}
                union all
                (select distinct on (event) half_life, first_day, last_day, weight_low, weight, weight_high, coalesce(days::text, ''), 1
                 from unnest((select $1)) as p (pair) join chronology.score_event e on e.pair = p.pair
                 where not plain and last_day >= $3 and first_day <= $4 and {Visible}
                 order by event)
                union all
                select null, null, null, null, null, null, null, count(distinct one.event)
                from (
                    select event from unnest((select $5)) as p (pair) join chronology.score_event e on e.pair = p.pair
                    where not plain and first_day <= $4 and {Visible}) one
                join (
                    select event from unnest((select $6)) as p (pair) join chronology.score_event e on e.pair = p.pair
                    where not plain and first_day <= $4 and {Visible}) other
                    on other.event = one.event
                """,
                pairs,
                moment.Position,
                januaryFirst,
                last.Number,
                Alone(sides.One),
                Alone(sides.Other)
            ),
            SinglesAsync
        );
        var shared =
            pairs.Length == 1
                ? Pending<Dictionary<(HalfLife, long), ScoreSum>>.Of([])
                : trip.Ask(
                    Command(
                        $"""
                        select half_life, year, (sum(low * (pairs - 1)))::bigint, (sum(estimate * (pairs - 1)))::bigint, (sum(high * (pairs - 1)))::bigint, (sum(pairs - 1))::bigint
                        from (select half_life, year, low, estimate, high, count(*) as pairs from chronology.score_event
                              where not alone and year is not null and pair = any($1) and year < $3 and {Visible}
                              group by event, half_life, year, low, estimate, high having count(*) > 1) e
                        group by half_life, year
                        """,
                        pairs,
                        moment.Position,
                        year
                    ),
                    SumsAsync
                );
        return new(totals, shared, singles);

        Guid[] Alone(IEnumerable<string> side) =>
            [.. side.Select(actor => ScoredPair.Alone(actor).IdIn(moment.Chronology))];
    }

    /// <summary>The evidence, once the round trip has been made; another one where an event's days are unbounded and it is not known yet who is who.</summary>
    public async Task<SidesEvidence> WeighedAsync(Moment moment, AskedScores asked, CancellationToken ct)
    {
        var totals = asked.Totals.Value;
        if (asked.Shared.Value is { Count: > 0 } shared)
            totals = totals.Select(total =>
                KeyValuePair.Create(total.Key, total.Value - shared.GetValueOrDefault(total.Key))
            );
        var (singles, odd, tooManyPairs) = asked.Singles.Value;
        var open = new List<(ScoredEvent Event, IReadOnlyList<string> Parties)>();
        foreach (var (one, parties) in odd)
        {
            if (one.IsOpen)
                open.Add((one, parties));
            else
                singles.Add(new(one, 1));
        }
        var undated = new List<Day?>();
        foreach (var (one, bounded) in await BoundedAsync(moment, open, ct))
        {
            if (bounded is not null)
                singles.Add(new(bounded, 1));
            else
                undated.Add(one.Days.Earliest);
        }
        return new(new ScoreEvidence(totals, singles, moment.Rules.Scale), undated, tooManyPairs);
    }

    /// <summary>Every event that weighs between two sides on some day, as known at a position, one by one and by key.</summary>
    /// <remarks>The work grows with their number.</remarks>
    public async Task<IReadOnlyList<SidesEvent>> EachAsync(Moment moment, Parties sides, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            select distinct on (event) half_life, first_day, last_day, weight_low, weight, weight_high, coalesce(days::text, ''), event from (
                select * from chronology.score_event where plain and pair = any($1) and {Visible}
                union all
                select * from chronology.score_event where not plain and pair = any($1) and {Visible}) e
            order by event
            """
        );
        command.Parameters.AddWithValue(
            sides
                .One.SelectMany(one => sides.Other.Select(other => ScoredPair.Of(one, other)))
                .Select(pair => pair.IdIn(moment.Chronology))
                .ToArray()
        );
        command.Parameters.AddWithValue(moment.Position);
        var each = new List<SidesEvent>();
        var open = new List<(ScoredEvent Event, IReadOnlyList<string> Parties)>();
        var openKeys = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var key = reader.GetString(7);
                var (one, parties) = OddOf(reader);
                if (!one.IsOpen)
                {
                    each.Add(new(key, one, one));
                    continue;
                }
                open.Add((one, parties));
                openKeys.Add(key);
            }
        }
        each.AddRange(
            (await BoundedAsync(moment, open, ct)).Zip(
                openKeys,
                (one, key) => new SidesEvent(key, one.Event, one.Bounded)
            )
        );
        each.Sort((one, other) => string.CompareOrdinal(one.Event, other.Event));
        return each;
    }

    /// <summary>The events with the days that the lives of their parties leave; null where these too are unbounded. In the same order.</summary>
    private async Task<IReadOnlyList<(ScoredEvent Event, ScoredEvent? Bounded)>> BoundedAsync(
        Moment moment,
        IReadOnlyList<(ScoredEvent Event, IReadOnlyList<string> Parties)> open,
        CancellationToken ct
    )
    {
        if (open.Count == 0)
            return [];
        var identity = await identities.AtAsync(moment, ct);
        return
        [
            .. open.Select(one =>
            {
                var (from, until) = Together(one.Parties.Select(identity.LifeOf));
                return (one.Event, one.Event.Within(from, until));
            }),
        ];
    }

    /// <summary>An event with the days that its row has, and who had to exist for it to happen; of one with plain days nobody.</summary>
    internal static (ScoredEvent Event, IReadOnlyList<string> Parties) OddOf(NpgsqlDataReader row)
    {
        var one = EventOf(row);
        if (row.GetString(6) is not { Length: > 0 } kept)
            return (one, []);
        var (days, parties) = ScoreRows.Read(kept);
        return (one with { Days = days, IsOpen = days.Earliest is null || days.Latest is null }, parties);
    }

    /// <summary>The days on which all of them may have existed; null where unbounded.</summary>
    private static (Day? From, Day? Until) Together(IEnumerable<When.Extent?> lives)
    {
        Day? from = null;
        Day? until = null;
        foreach (var life in lives.OfType<When.Extent>())
        {
            if (life.Start.Earliest is { } begins && !(begins < from))
                from = begins;
            if (life.End.Latest is { } ends && !(ends > until))
                until = ends;
        }
        return (from, until);
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }

    private static async Task<Dictionary<(HalfLife, long), ScoreSum>> SumsAsync(
        NpgsqlDataReader reader,
        CancellationToken ct
    )
    {
        var sums = new Dictionary<(HalfLife, long), ScoreSum>();
        while (await reader.ReadAsync(ct))
            sums.Add(YearOf(reader), SumOf(reader));
        return sums;
    }

    private static async Task<SingleEvents> SinglesAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var plain = new List<ScoreEvidence.Counted>();
        var odd = new List<(ScoredEvent, IReadOnlyList<string>)>();
        var tooManyPairs = 0L;
        while (await reader.ReadAsync(ct))
        {
            // Rows are read whole.
            if (reader.IsDBNull(0))
                tooManyPairs = reader.GetInt64(7);
            else if (reader.IsDBNull(6))
                plain.Add(new(EventOf(reader), reader.GetInt64(7)));
            else
                odd.Add(OddOf(reader));
        }
        return new(plain, odd, tooManyPairs);
    }

    private static (HalfLife, long) YearOf(NpgsqlDataReader row) => (HalfLife.All[row.GetInt16(0)], row.GetInt64(1));

    private static ScoreSum SumOf(NpgsqlDataReader row) =>
        new(row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

    private static ScoredEvent EventOf(NpgsqlDataReader row) =>
        new(
            HalfLife.All[row.GetInt16(0)],
            new(row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
            new DayRange(new Day(row.GetInt64(1)), new Day(row.GetInt64(2))),
            IsOpen: false
        );
}
