using Chronology.Actors;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Finds by index the facts that may differ between two moments; all others are told alike at both.</summary>
public sealed class Candidates(Reading source)
{
    /// <summary>The facts of which effects were opened or closed between two positions: each version of an event opens its own and closes those
    /// of the one before. And the facts of the events united.</summary>
    internal const string Revised = """
        select e.fact from chronology.record o
        join chronology.effect e on e.chronology = $1 and e.event = o.key and (e.from_position = o.from_position or e.to_position = o.from_position)
        where o.chronology = $1 and o.from_position > $2 and o.from_position <= $3 and o.kind = 'event' and e.start_first <= $4
        union
        select e.fact from chronology.effect e
        where e.chronology = $1 and e.event = any($5) and e.from_position <= $3 and e.to_position > $2 and e.start_first <= $4
        """;

    /// <summary>The facts of which effects may begin or end between two days.</summary>
    /// <remarks>An end with a plain year is looked for a year around; the others wherever they may be.</remarks>
    internal const string Dated = """
        select e.fact from chronology.effect e
        where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
          and e.width = 0 and e.start_first between $3 and $4
        union
        select e.fact from chronology.effect e
        where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
          and e.width between 1 and 2 and e.start_first between $3 - 366 and $4 and e.start_last >= $3
        union
        select e.fact from chronology.effect e
        where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
          and e.width > 2 and e.start_first <= $4 and e.start_last >= $3
        union
        select e.fact from chronology.effect e
        where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
          and e.ends between $5 - 1 and $6 + 1 and e.start_first <= $4
        union
        select e.fact from chronology.effect e
        where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
          and e.ends = -9223372036854775808 and e.start_first <= $4
        """;

    /// <summary>The facts that may be told differently on one day as known at two positions.</summary>
    /// <param name="revised">The actors that are told differently of, as <see cref="ActorsAsync"/> gives them.</param>
    /// <param name="united">The events whose answers are told with or without another's, as <see cref="MergedAsync"/> gives them.</param>
    public async Task<IReadOnlySet<FactKey>> RevisedAsync(
        (Moment Moment, Identity Identity) one,
        (Moment Moment, Identity Identity) other,
        IReadOnlyList<string> revised,
        IEnumerable<string> united,
        CancellationToken ct
    )
    {
        var (chronology, asOf) = (one.Moment.Chronology, one.Moment.AsOf.Number);
        var (low, high) = Between(one.Moment, other.Moment);
        var touched = await KeysAsync(Revised, [chronology, low, high, asOf, united.ToArray()], ct);
        return await HeirsAsync(chronology, touched, revised, [one.Identity, other.Identity], ct);
    }

    /// <summary>The facts that may be told differently on two days as known at one position.</summary>
    /// <param name="turning">The actors that end or follow one another between the days.</param>
    public async Task<IReadOnlySet<FactKey>> DatedAsync(
        Moment moment,
        Day first,
        Day last,
        Identity identity,
        IReadOnlyList<string> turning,
        CancellationToken ct
    )
    {
        var touched = await KeysAsync(
            Dated,
            [moment.Chronology, moment.Position, first.Number, last.Number, first.Civil.Year, last.Civil.Year],
            ct
        );
        return await HeirsAsync(moment.Chronology, touched, turning, [identity], ct);
    }

    /// <summary>The positions at which what weighs in the score of the pairs by a day was recorded, or ended, between two positions.</summary>
    public async Task<IReadOnlyList<long>> ScoringAsync(
        IEnumerable<Guid> pairs,
        Moment one,
        Moment other,
        CancellationToken ct
    )
    {
        var (low, high) = Between(one, other);
        await using var command = source.CreateCommand(
            """
            with e as (
                select from_position, to_position from chronology.score_event where plain and pair = any($1) and first_day <= $4
                union all
                select from_position, to_position from chronology.score_event where not plain and pair = any($1) and first_day <= $4)
            select from_position from e where from_position > $2 and from_position <= $3
            union
            select to_position from e where to_position > $2 and to_position <= $3
            """
        );
        command.Parameters.AddWithValue(pairs.ToArray());
        command.Parameters.AddWithValue(low);
        command.Parameters.AddWithValue(high);
        command.Parameters.AddWithValue(one.AsOf.Number);
        var positions = new List<long>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            positions.Add(reader.GetInt64(0));
        return positions;
    }

    /// <summary>The events that weigh in the score of the pairs and perhaps happened after one day and by another, by (first possible day, last, key).</summary>
    public async Task<IReadOnlyList<string>> ScoredAsync(
        IEnumerable<Guid> pairs,
        Moment moment,
        Day first,
        Day last,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select event from (
                select event, first_day, last_day from chronology.score_event
                where plain and pair = any($1) and first_day <= $4 and last_day > $3 and from_position <= $2 and to_position > $2
                union
                select event, first_day, last_day from chronology.score_event
                where not plain and pair = any($1) and first_day <= $4 and last_day > $3 and from_position <= $2 and to_position > $2) e
            order by first_day, last_day, event
            """
        );
        command.Parameters.AddWithValue(pairs.ToArray());
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(first.Number);
        command.Parameters.AddWithValue(last.Number);
        return await TextsAsync(command, ct);
    }

    /// <summary>The pairs of the events whose weight may differ between two moments, as they were and as they are, in ordinal order: of those revised
    /// or dated anew, of those that name an actor merged or split, and of those that the lives of their actors alone date. None of an event with too many.</summary>
    /// <param name="actors">Told differently of, as <see cref="ActorsAsync"/> gives them.</param>
    /// <param name="merged">Those of them that are merged at one of the moments.</param>
    public async Task<IReadOnlyList<ScoredPair>> PairsAsync(
        Moment one,
        Moment other,
        IReadOnlyList<string> actors,
        IEnumerable<string> merged,
        CancellationToken ct
    )
    {
        var (low, high) = Between(one, other);
        await using var command = source.CreateCommand(
            $"""
            with e (key) as (
                select o.key from chronology.record o
                where o.chronology = $1 and o.from_position > $2 and o.from_position <= $3 and o.kind = 'event'
                union
                select r.key from chronology.record r
                where r.refs && $4 and r.chronology = $1 and r.kind = 'event' and r.from_position <= $3 and r.to_position > $2
                  and (r.refs && $5 or exists (select from chronology.score_event s
                      where s.chronology = $1 and s.event = r.key and s.from_position = r.from_position and s.year is null)))
            select distinct on (r.key, r.from_position) r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from e
            join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = e.key
                and r.from_position <= $3 and r.to_position > $2
            """
        );
        command.Parameters.AddWithValue(one.Chronology);
        command.Parameters.AddWithValue(low);
        command.Parameters.AddWithValue(high);
        command.Parameters.AddWithValue(RefsTo(actors));
        command.Parameters.AddWithValue(RefsTo(merged));
        return
        [
            .. (await Rows.ReadAsync(command, ct))
                .SelectMany(row => ScoredPair.Of((EventContent)row.State.Content))
                .Where(pair => pair.Other.Length > 0)
                .Distinct()
                .OrderBy(pair => pair.One, StringComparer.Ordinal)
                .ThenBy(pair => pair.Other, StringComparer.Ordinal),
        ];

        static string[] RefsTo(IEnumerable<string> parties) => [.. parties.Select(party => $"actor/{party}")];
    }

    /// <summary>The keys of the records revised between two positions, or dated anew, and of all that these refer to, as they were and as they are.</summary>
    public async Task<IReadOnlyList<string>> WordsAsync(string chronology, long low, long high, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            with revised as (
                select distinct o.kind, o.key from chronology.record o
                where o.chronology = $1 and o.from_position > $2 and o.from_position <= $3)
            select w from (
                select distinct unnest(string_to_array(v.key, '/') || array(select split_part(x, '/', 2) from unnest(r.refs) x)) as w
                from revised v
                join chronology.record r on r.chronology = $1 and r.kind = v.kind and r.key = v.key
                    and r.from_position <= $3 and r.to_position > $2) words
            where w <> ''
            order by w collate "C"
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(low);
        command.Parameters.AddWithValue(high);
        return await TextsAsync(command, ct);
    }

    /// <summary>The pairs with the most events that weigh, so many of them; and how many there are besides.</summary>
    /// <remarks>Reads what every event weighs.</remarks>
    public async Task<(IReadOnlyList<ScoredPair> Pairs, long More)> HeaviestPairsAsync(
        Moment moment,
        int greatest,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, p.pair, p.pairs
            from (
                select pair, min(event) as event, count(*) as events, count(*) over () as pairs
                from chronology.score_event
                where chronology = $1 and from_position <= $2 and to_position > $2 and (weight_low <> 0 or weight_high <> 0)
                group by pair
                order by events desc, pair
                limit $3) p
            join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = p.event
                and r.from_position <= $2 and r.to_position > $2
            order by p.events desc, p.pair
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(greatest);
        var pairs = new List<ScoredPair>();
        var all = 0L;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetGuid(6);
            all = reader.GetInt64(7);
            pairs.Add(
                ScoredPair
                    .Of((EventContent)Rows.Of(reader).State.Content)
                    .First(pair => pair.IdIn(moment.Chronology) == id)
            );
        }
        return (pairs, all - pairs.Count);
    }

    /// <summary>The days from which on what was recorded at a position, or ended there, surely has begun: effects and eras. In their order.</summary>
    public async Task<IReadOnlyList<Day>> DaysAsync(string chronology, long position, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            with d (earliest, latest) as (
                select e.start_first, e.start_last from chronology.record o
                join chronology.effect e on e.chronology = $1 and e.event = o.key and (e.from_position = $2 or e.to_position = $2)
                where o.chronology = $1 and o.from_position = $2 and o.kind = 'event'
                union
                select earliest, earliest from chronology.record
                where chronology = $1 and kind = 'era' and (from_position = $2 or to_position = $2))
            select distinct case when latest < {long.MaxValue} then latest else earliest end as day from d
            where latest > -9223372036854775808 and (latest < {long.MaxValue} or earliest > -9223372036854775808)
            order by day
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(position);
        var days = new List<Day>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            days.Add(new(reader.GetInt64(0)));
        return days;
    }

    /// <summary>The actors of whom it is told differently at two positions who they are: merged, followed by others, or with another lifespan. In ordinal order.</summary>
    public async Task<IReadOnlyList<string>> ActorsAsync(Moment one, Moment other, CancellationToken ct)
    {
        var (low, high) = Between(one, other);
        await using var command = source.CreateCommand(
            """
            select distinct r.key from chronology.record r
            where r.chronology = $1 and r.kind = 'actor' and r.from_position > $2 and r.from_position <= $3
            """
        );
        command.Parameters.AddWithValue(one.Chronology);
        command.Parameters.AddWithValue(low);
        command.Parameters.AddWithValue(high);
        var keys = await TextsAsync(command, ct);
        if (keys.Count == 0)
            return [];
        var before = await WhoAsync(one);
        var after = await WhoAsync(other);
        return
        [
            .. keys.Where(key =>
                    before.GetValueOrDefault(key, Who.NotTold) != after.GetValueOrDefault(key, Who.NotTold)
                )
                .Order(StringComparer.Ordinal),
        ];

        async Task<Dictionary<string, Who>> WhoAsync(Moment moment) =>
            (await Rows.SomeAsync(source, moment, RecordKind.Actor, keys, ct)).ToDictionary(
                row => row.State.Id.Key,
                row => Who.Of(row.State)
            );
    }

    /// <summary>For each event into which others were merged between two positions, or split off from it, those others; directly or through more of them.</summary>
    public async Task<ILookup<string, string>> MergedAsync(Moment one, Moment other, CancellationToken ct)
    {
        var (low, high) = Between(one, other);
        await using var command = source.CreateCommand(
            """
            with recursive m (key, into_key) as (
                select l.key, l.key from chronology.ledger l
                where l.chronology = $1 and l.position > $2 and l.position <= $3 and l.kind = 'event' and l.op in ('merged', 'split')
                union
                select m.key, r.state->>'mergedInto' from m
                join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = m.into_key
                    and r.status = 'merged' and r.from_position <= $3 and r.to_position > $2)
            select key, into_key from m where key <> into_key
            """
        );
        command.Parameters.AddWithValue(one.Chronology);
        command.Parameters.AddWithValue(low);
        command.Parameters.AddWithValue(high);
        var found = new List<(string Key, string Into)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((reader.GetString(0), reader.GetString(1)));
        return found.ToLookup(merged => merged.Into, merged => merged.Key, StringComparer.Ordinal);
    }

    private sealed record Who(string? MergedInto, ValueList<Successor> Successors, string? Existed, bool IsPerson)
    {
        public static Who NotTold { get; } = new(null, [], null, false);

        public static Who Of(RecordState state) =>
            state is { Status: RecordStatus.Active or RecordStatus.Disputed, Content: ActorContent actor }
                ? new(null, actor.Successors, actor.Existed, actor is { Kind: "person", Existed: not null })
                : NotTold with
                {
                    MergedInto = state.MergedInto,
                };
    }

    /// <summary>The facts for which effects on the keys count, and of the actors also all facts, by whichever identity.</summary>
    private async Task<IReadOnlySet<FactKey>> HeirsAsync(
        string chronology,
        IReadOnlyList<FactKey> touched,
        IReadOnlyList<string> actors,
        IReadOnlyList<Identity> identities,
        CancellationToken ct
    )
    {
        var recorded = touched.ToHashSet();
        if (actors.Count > 0)
        {
            var behind = identities
                .SelectMany(identity => actors.SelectMany(actor => identity.KeysBehind(identity.Surviving(actor))))
                .Concat(actors)
                .Distinct(StringComparer.Ordinal)
                .ToArray();
            recorded.UnionWith(
                await KeysAsync(
                    """
                    select f.id from chronology.fact f where f.chronology = $1 and f.holder = any($2)
                    union
                    select f.id from chronology.fact f where f.chronology = $1 and f.toward = any($2)
                    """,
                    [chronology, behind],
                    ct
                )
            );
        }
        // What ends all values of a kind counts for each value, under whichever key that was recorded.
        var enders = recorded
            .Where(IsEnder)
            .SelectMany(key =>
                identities.SelectMany(identity =>
                    identity.Heirs(key).SelectMany(heir => identity.HeritageOf(heir).Sources)
                )
            )
            .Select(behind => behind.Key)
            .ToHashSet();
        if (enders.Count > 0)
        {
            recorded.UnionWith(
                await KeysAsync(
                    "select f.id from chronology.fact f where f.ender = any($1)",
                    [enders.Select(key => key.IdIn(chronology)).ToArray()],
                    ct
                )
            );
        }
        return recorded
            .Where(key => !IsEnder(key))
            .SelectMany(key => identities.SelectMany(identity => identity.Heirs(key)))
            .ToHashSet();
    }

    private static bool IsEnder(FactKey key) => !key.Kind.Functional && key.Value is null;

    private static (long Low, long High) Between(Moment one, Moment other) =>
        (Math.Min(one.Position, other.Position), Math.Max(one.Position, other.Position));

    private static async Task<IReadOnlyList<string>> TextsAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            texts.Add(reader.GetString(0));
        return texts;
    }

    /// <summary>The keys whose ids the query gives.</summary>
    private async Task<IReadOnlyList<FactKey>> KeysAsync(string ids, object[] values, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            with t (id) as materialized ({ids})
            select f.kind, f.holder, f.toward, f.qualifier, f.value from t join chronology.fact f on f.id = t.id
            """
        );
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var keys = new List<FactKey>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            keys.Add(Facts.KeyOf(reader, 0));
        return keys;
    }
}
