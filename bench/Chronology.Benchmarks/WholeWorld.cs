using System.Data.Common;
using System.Globalization;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using DuckDB.NET.Data;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>Q5: every fact of every pair as of D as known at T, against DuckDB over the same effects.</summary>
public static class WholeWorld
{
    /// <summary>The rule of <see cref="FactsAsOf"/> for facts of functional kinds whose effects have neither last days nor orders, set-based.</summary>
    /// <remarks>Both dialects know every word of it. $1 the day, $2 the position.</remarks>
    private const string Decided = """
        , surely as (
            select fact,
                coalesce(max(case when firm and start_last <= $1 then start_first end), -9223372036854775808) as firm_since,
                coalesce(max(case when start_last <= $1 then start_first end), -9223372036854775808) as since,
                coalesce(bool_or(firm and start_last <= $1), false) as firm_begun,
                coalesce(bool_or(start_last <= $1), false) as begun
            from seen group by fact)
        , weighed as (
            select s.*, m.firm_begun, m.begun,
                s.firm and least(s.start_last, $1) >= m.firm_since as decides,
                least(s.start_last, $1) >= m.since as contests
            from seen s join surely m on m.fact = s.fact)
        , basis as (
            select fact,
                not bool_or(decides and value is not null) and bool_or(contests and not firm and value is not null) as claimed,
                bool_or(decides) as decided
            from weighed group by fact)
        , standing as (
            select w.*, b.claimed,
                case when b.decided and not b.claimed then w.decides else w.contests end as counts,
                case when b.decided and not b.claimed then not w.firm_begun else not w.begun end as nothing_yet
            from weighed w join basis b on b.fact = w.fact)
        , last as (
            select fact, value,
                row_number() over (partition by fact order by start_last desc, start_first desc, event, idx) as nr
            from standing where counts and value is not null)
        , many as (
            select fact, bool_or(claimed) as claimed,
                count(distinct value) + max(case when nothing_yet or value is null then 1 else 0 end) as found
            from standing where counts group by fact)
        select l.fact, l.value, case when m.claimed then 'Claimed' when m.found = 1 then 'Certain' else 'Possible' end as certainty
        from last l join many m on m.fact = l.fact
        where l.nr = 1
        """;

    private const string InDuckDb = $"""
        with seen as (
            select * from effect where from_position <= $2 and to_position > $2 and start_first <= $1)
        {Decided}
        """;

    private const string InPostgres = $"""
        with seen as materialized (
            select fact, start_first, start_last, firm, event, idx, nullif(effect #>> '{"{effect,value}"}', 'none') as value
            from chronology.effect where chronology = $3 and from_position <= $2 and to_position > $2 and start_first <= $1)
        {Decided}
        """;

    /// <summary>With more effects the statement of PostgreSQL, which reads them all, takes minutes.</summary>
    private const long GreatestInOne = 1_500_000;

    public static async Task RunAsync(NpgsqlDataSource source, string chronology, CancellationToken ct)
    {
        using var identities = new Identities(source);
        using var moments = new Moments(source, identities, new(source), TimeProvider.System);
        var facts = new Facts(source, identities);
        await using var duck = new DuckDBConnection("DataSource=:memory:");
        await duck.OpenAsync(ct);
        var effects = await CopyAsync(source, duck, chronology, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        var asked = new List<Moment>();
        foreach (
            var (asOf, hundredths) in new[]
            {
                ("2026-06-30", 100),
                ("1990-01-01", 100),
                ("2026-06-30", 50),
                ("1970-01-01", 60),
            }
        )
        {
            var head = (await moments.ResolveAsync(chronology, Axes.Now, ct)).Value.Position;
            var position = (head * hundredths / 100).ToString(CultureInfo.InvariantCulture);
            asked.Add((await moments.ResolveAsync(chronology, new(asOf, position), ct)).Value);
        }
        var inOne = effects <= GreatestInOne;
        foreach (var moment in asked)
        {
            var own = await OursAsync(facts, identities, moment, ct);
            var theirs = await ReadAsync(InDuck(duck, moment), ct);
            AssertEqual(theirs, own, moment, "the model's");
            if (inOne)
                AssertEqual(theirs, await ReadAsync(InOne(connection, moment), ct), moment, "PostgreSQL's");
            Console.WriteLine(
                $"Checked the world as of {moment.AsOf} at position {moment.Position}: {own.Count} facts hold, by DuckDB as by us."
            );
        }
        Console.WriteLine(
            $"{effects} versions of effects; each call takes one of {asked.Count} moments, and reads every row."
        );
        var contenders = new List<Contender>
        {
            new("DuckDB, in process, all cores", async i => await ReadAsync(InDuck(duck, asked[i % asked.Count]), ct)),
            new(
                "ours: read, and decided by the model",
                async i => await OursAsync(facts, identities, asked[i % asked.Count], ct)
            ),
            new("its statement alone, every row read", async i => await AskAsync(source, asked[i % asked.Count], ct)),
        };
        if (inOne)
            contenders.Add(
                new(
                    "the rule in one set-based statement of PostgreSQL, for comparison",
                    async i => await ReadAsync(InOne(connection, asked[i % asked.Count]), ct)
                )
            );
        await new Contest("Q5: the whole world at (D, T)", Rounds: 5, Turns: asked.Count, CallsATurn: 1).RunAsync([
            .. contenders,
        ]);
    }

    private static async Task<Dictionary<Guid, string>> OursAsync(
        Facts facts,
        Identities identities,
        Moment moment,
        CancellationToken ct
    )
    {
        var identity = await identities.AtAsync(moment, ct);
        var found = await facts.ReadAsync(moment, identity, new FactSelection(), ct);
        var told = new Dictionary<Guid, string>(found.Count);
        foreach (var fact in found)
        {
            var entry = fact.AsOf(moment.AsOf);
            if (entry.Value != "none")
                told.Add(entry.Key.IdIn(moment.Chronology), $"{entry.Value} {entry.Certainty}");
        }
        return told;
    }

    /// <summary>What <see cref="Facts.ReadAsync"/> sends, its rows fetched and nothing made of them.</summary>
    private static async Task AskAsync(NpgsqlDataSource source, Moment moment, CancellationToken ct)
    {
        var trip = new RoundTrip(source);
        Facts.Recorded(trip, moment, Identity.None, new FactSelection());
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new("select set_config('plan_cache_mode', 'force_generic_plan', true)"));
        batch.BatchCommands.Add(trip.Asked.Single().Command);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
            _ = reader.GetString(9);
    }

    private static DbCommand InDuck(DuckDBConnection duck, Moment moment)
    {
        var command = duck.CreateCommand();
        command.CommandText = InDuckDb;
        command.Parameters.Add(new DuckDBParameter(moment.AsOf.Number));
        command.Parameters.Add(new DuckDBParameter(moment.Position));
        return command;
    }

    private static DbCommand InOne(NpgsqlConnection connection, Moment moment)
    {
        var command = new NpgsqlCommand(InPostgres, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(moment.AsOf.Number);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(moment.Chronology);
        return command;
    }

    private static async Task<Dictionary<Guid, string>> ReadAsync(DbCommand command, CancellationToken ct)
    {
        await using (command)
        {
            var told = new Dictionary<Guid, string>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                told.Add(reader.GetGuid(0), $"{reader.GetString(1)} {reader.GetString(2)}");
            return told;
        }
    }

    /// <summary>The effects of the chronology, all their versions, in the order of the store, as columns of DuckDB.</summary>
    private static async Task<long> CopyAsync(
        NpgsqlDataSource source,
        DuckDBConnection duck,
        string chronology,
        CancellationToken ct
    )
    {
        await using (var create = duck.CreateCommand())
        {
            create.CommandText =
                "create table effect (fact uuid, start_first bigint, start_last bigint, from_position bigint, to_position bigint, firm boolean, event varchar, idx integer, value varchar)";
            await create.ExecuteNonQueryAsync(ct);
        }
        await using var reading = source.CreateCommand(
            """
            select fact, start_first, start_last, from_position, to_position, firm, event, idx, effect::text
            from chronology.effect where chronology = $1
            """
        );
        reading.Parameters.AddWithValue(chronology);
        await using var reader = await reading.ExecuteReaderAsync(ct);
        using var appender = duck.CreateAppender("effect");
        var count = 0L;
        while (await reader.ReadAsync(ct))
        {
            var effect = StoredEffect.Read(
                reader.GetString(6),
                reader.GetInt16(7),
                reader.GetInt64(3),
                reader.GetString(8)
            );
            if (
                !effect.Key.Kind.Functional
                || effect.LastDay is not null
                || effect.Order is not null
                || effect.TimeOfDay is not null
            )
                throw new InvalidOperationException($"{effect.Key}: the statement says nothing of such effects.");
            appender
                .CreateRow()
                .AppendValue(reader.GetGuid(0))
                .AppendValue(reader.GetInt64(1))
                .AppendValue(reader.GetInt64(2))
                .AppendValue(reader.GetInt64(3))
                .AppendValue(reader.GetInt64(4))
                .AppendValue(reader.GetBoolean(5))
                .AppendValue(effect.Event)
                .AppendValue(effect.Index)
                .AppendValue(effect.Value)
                .EndRow();
            count++;
        }
        return count;
    }

    private static void AssertEqual(
        Dictionary<Guid, string> expected,
        Dictionary<Guid, string> given,
        Moment moment,
        string whose
    )
    {
        var differing = expected
            .Keys.Union(given.Keys)
            .Where(fact => expected.GetValueOrDefault(fact) != given.GetValueOrDefault(fact))
            .ToArray();
        if (differing.Length > 0)
            throw new InvalidOperationException(
                $"As of {moment.AsOf} at {moment.Position} {differing.Length} facts differ; the first, {differing[0]}, is {expected.GetValueOrDefault(differing[0])} in DuckDB, and {whose} is {given.GetValueOrDefault(differing[0])}."
            );
    }
}
