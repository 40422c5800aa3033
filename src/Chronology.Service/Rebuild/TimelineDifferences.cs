using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Compares the entries of <c>chronology.timeline</c> with those that the rebuilt records give, as known at a position, and mends them.</summary>
/// <remarks>On one connection, in whose temporary table <c>wrong_timeline</c> is left what differs. Entries need no second look under the
/// head's lock: they are a function of their record's row, and are made anew of the row that is live then.
/// An entry of a timeline that no record of the chronology names is not found, and no question asks for it.</remarks>
internal sealed class TimelineDifferences(NpgsqlConnection connection, string chronology, string tables)
{
    private const string Place = "chronology.place";

    /// <summary>Finds what differs as known at the position that the tables beside tell of.</summary>
    /// <returns>How many entries.</returns>
    public async Task<long> FindAsync(long known, CancellationToken ct)
    {
        await RunAsync($"create temp table wrong_timeline as {Finding(known)}", ct);
        await using var command = Command("select count(*) from wrong_timeline");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>What differs, found by joining whole sets: nothing is asked for each entry.</summary>
    internal string Finding(long known) =>
        $"""
            with said as materialized (
                select t as "of", r.key, r.from_position, r.to_position, r.earliest, r.latest, chronology.width_of(r.earliest, r.latest) as width
                from chronology.record{tables} r cross join lateral chronology.timelines_of(r.chronology, r.refs) t
                where r.kind = 'event' and r.status in ('active', 'disputed')),
            live as (
                select e."of", e.key, e.from_position, case when e.to_position > {known} then {DerivedRows.Open} else e.to_position end as to_position,
                    e.earliest, e.latest, e.width, count(*) over (partition by e."of", e.key, e.from_position) as times
                from chronology.timeline e
                where e."of" in (select "of" from said) and e.from_position <= {known})
            select coalesce(s."of", l."of") as "of", coalesce(s.key, l.key) as key, coalesce(s.from_position, l.from_position) as from_position,
                {Shown("l")} as live, {Shown("s")} as rebuilt, l.earliest, l.latest
            from said s full join live l on l."of" = s."of" and l.key = s.key and l.from_position = s.from_position
            where (s.to_position, s.earliest, s.latest, s.width) is distinct from (l.to_position, l.earliest, l.latest, l.width)
                or l.times > 1
            """;

    /// <summary>The first of what was found, by key.</summary>
    public async Task<IReadOnlyList<RowDifference>> NameAsync(int limit, CancellationToken ct)
    {
        var named = new List<RowDifference>();
        await using var command = Command(
            $"""
            select key || ' ' || "of", from_position, live::text, rebuilt::text from wrong_timeline
            order by key, "of", from_position limit {limit}
            """
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            named.Add(
                new(
                    "timeline",
                    reader.GetString(0),
                    reader.GetInt64(1),
                    null,
                    await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2),
                    await reader.IsDBNullAsync(3, ct) ? null : reader.GetString(3)
                )
            );
        }
        return named;
    }

    /// <summary>Takes the wrong entries out, keeps them in <c>chronology.superseded</c>, and puts in those of the records that are live,
    /// in the transaction that is open.</summary>
    public Task MendAsync(long rebuild, CancellationToken ct) =>
        RunAsync(
            $"""
            with gone as (
                delete from chronology.timeline e using wrong_timeline w
                where w.live is not null and e."of" = w."of" and {Place}(e.earliest, e.latest) = {Place}(w.earliest, w.latest)
                  and e.from_position = w.from_position and e.key = w.key
                returning e.*)
            insert into chronology.superseded (rebuild, relation, live) select {rebuild}, 'timeline', to_json(gone) from gone;
            insert into chronology.timeline ("of", width, earliest, latest, from_position, to_position, key)
            select distinct t, chronology.width_of(r.earliest, r.latest), r.earliest, r.latest, r.from_position, r.to_position, r.key
            from wrong_timeline w
            join chronology.record r on r.chronology = {Own} and r.kind = 'event' and r.key = w.key and r.from_position = w.from_position
            cross join lateral chronology.timelines_of(r.chronology, r.refs) t
            where t = w."of" and r.status in ('active', 'disputed') and not exists (
                select from chronology.timeline e
                where e."of" = t and {Place}(e.earliest, e.latest) = {Place}(r.earliest, r.latest)
                  and e.from_position = r.from_position and e.key = r.key);
            """,
            ct
        );

    private string Own => $"'{chronology.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>An entry as JSON; null where the side has none.</summary>
    private static string Shown(string side) =>
        $"case when {side}.key is not null then json_build_object('earliest', {side}.earliest, 'latest', {side}.latest, 'width', {side}.width, 'to_position', {side}.to_position) end";

    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = 0 };

    private async Task RunAsync(string sql, CancellationToken ct)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
