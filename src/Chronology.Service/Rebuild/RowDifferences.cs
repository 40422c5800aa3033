using System.Text.Json;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Where a live row and the row that the streams give are not the same.</summary>
/// <param name="Key">What tells the row apart from others of its table, without its position.</param>
/// <param name="Position">From which on the row is so; null: the table has none.</param>
/// <param name="Column">Null: the whole row, which only one side has.</param>
/// <param name="Live">As JSON, cut after 200 characters; null: the live tables have no such row.</param>
/// <param name="Rebuilt">Likewise; null: the streams give no such row.</param>
public sealed record RowDifference(
    string Table,
    string Key,
    long? Position,
    string? Column,
    string? Live,
    string? Rebuilt
);

/// <summary>Compares live rows with those beside them, as known at a position, and puts the ones in the place of the others.</summary>
/// <remarks>On one connection, in whose temporary tables <c>wrong_TABLE</c> the keys of what differs are left.
/// A live row counts as it was at the position: begun at or before it, and open unless closed at or before it.
/// JSON is compared byte for byte, by its SHA-256.</remarks>
internal sealed class RowDifferences(NpgsqlConnection connection, string chronology, string tables)
{
    private const int GreatestLength = 200;

    /// <param name="Position">The column of the position from which on a row is so.</param>
    /// <param name="Fresh">The temporary table of the rows that a partial comparison is about, and how a row <c>x</c> is found by one of it <c>f</c>.</param>
    private sealed record Relation(
        string Name,
        string[] Key,
        string? Position,
        (string Table, string By) Fresh,
        IReadOnlyList<(string Name, string Type)> Columns
    )
    {
        public string List => string.Join(", ", Columns.Select(column => column.Name));

        public string On(string one, string other) =>
            string.Join(" and ", Key.Select(column => $"{one}.{column} = {other}.{column}"));
    }

    /// <summary>The rows of a side: all of the chronology, those that <c>fresh_…</c> name, or whichever a further condition names.</summary>
    private enum Scope
    {
        All,
        Fresh,
        One,
    }

    private const string OfStream = "f.kind = 'event' and x.event = f.key";

    private static readonly Relation[] Relations =
    [
        new(
            "record",
            ["kind", "key", "from_position"],
            "from_position",
            ("fresh_stream", "x.kind = f.kind and x.key = f.key"),
            DerivedRows.NewRecords("").Described
        ),
        new("fact", ["id"], null, ("fresh_fact", "x.id = f.fact"), DerivedRows.NewFacts("").Described),
        new(
            "effect",
            ["event", "idx", "from_position"],
            "from_position",
            ("fresh_stream", OfStream),
            DerivedRows.NewEffects("").Described
        ),
        new(
            "score_event",
            ["event", "pair", "from_position"],
            "from_position",
            ("fresh_stream", OfStream),
            ScoreRows.New("").Described
        ),
        new(
            "score_total",
            ["pair", "half_life", "year", "position"],
            "position",
            ("fresh_pair", "x.pair = f.pair"),
            [
                ("pair", "uuid"),
                ("half_life", "smallint"),
                ("year", "bigint"),
                ("position", "bigint"),
                ("low", "bigint"),
                ("estimate", "bigint"),
                ("high", "bigint"),
                ("evidence", "bigint"),
            ]
        ),
    ];

    /// <summary>Makes the temporary tables of what is to be compared again.</summary>
    public Task BeginAsync(CancellationToken ct) =>
        RunAsync(
            """
            create temp table suspect_stream (kind text collate "C", key text collate "C", primary key (kind, key));
            create temp table suspect_fact (fact uuid primary key);
            create temp table suspect_pair (pair uuid primary key);
            create temp table fresh_stream (like suspect_stream including indexes);
            create temp table fresh_fact (like suspect_fact including indexes);
            create temp table fresh_pair (like suspect_pair including indexes);
            """,
            ct
        );

    /// <summary>Fills <c>fresh_stream</c> with the records revised after one position and up to another.</summary>
    public async Task FreshenAsync(long since, long until, CancellationToken ct)
    {
        await RunAsync("truncate fresh_stream, fresh_fact, fresh_pair", ct);
        await RunAsync(
            "insert into fresh_stream select distinct kind, key from chronology.ledger where chronology = $1 and position > $2 and position <= $3",
            ct,
            chronology,
            since,
            until
        );
        await RunAsync("analyze fresh_stream", ct);
    }

    /// <summary>Adds to <c>fresh_…</c> all that was found to differ before.</summary>
    public Task FreshenSuspectsAsync(CancellationToken ct) =>
        RunAsync(
            """
            insert into fresh_stream select * from suspect_stream on conflict do nothing;
            insert into fresh_fact select * from suspect_fact on conflict do nothing;
            insert into fresh_pair select * from suspect_pair on conflict do nothing;
            """,
            ct
        );

    /// <summary>Finds what differs as known at a position.</summary>
    /// <param name="partly">Only what the tables <c>fresh_…</c> name.</param>
    /// <returns>How many rows.</returns>
    public async Task<long> FindAsync(long known, bool partly, CancellationToken ct)
    {
        if (partly)
            await RunAsync("analyze fresh_stream; analyze fresh_fact; analyze fresh_pair", ct);
        var scope = partly ? Scope.Fresh : Scope.All;
        foreach (var of in Relations)
        {
            await RunAsync($"drop table if exists wrong_{of.Name}", ct);
            await RunAsync(
                $"""
                create temp table wrong_{of.Name} as
                select {string.Join(", ", of.Key.Select(column => $"coalesce(l.{column}, r.{column}) as {column}"))},
                    l.{of.Key[0]} is not null as in_live, r.{of.Key[0]} is not null as in_rebuilt
                from ({Live(of, known, scope, hashed: true)}) l
                full join ({Rebuilt(of, scope, hashed: true)}) r on {of.On("l", "r")}
                where ({Values(of, "l")}) is distinct from ({Values(of, "r")})
                """,
                ct
            );
        }
        // A fact that a later position was the first to use is no difference yet.
        await RunAsync(
            $"delete from wrong_fact w where not w.in_rebuilt and exists (select from chronology.effect e where e.fact = w.id and e.from_position > {known})",
            ct
        );
        await using var command = Command(
            $"select {string.Join(" + ", Relations.Select(of => $"(select count(*) from wrong_{of.Name})"))}"
        );
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Remembers what was found, to be compared again when nobody can write.</summary>
    public Task SuspectAsync(CancellationToken ct) =>
        RunAsync(
            """
            insert into suspect_stream select kind, key from wrong_record on conflict do nothing;
            insert into suspect_stream select 'event', event from wrong_effect on conflict do nothing;
            insert into suspect_stream select 'event', event from wrong_score_event on conflict do nothing;
            insert into suspect_pair select pair from wrong_score_event on conflict do nothing;
            insert into suspect_pair select pair from wrong_score_total on conflict do nothing;
            insert into suspect_fact select id from wrong_fact on conflict do nothing;
            """,
            ct
        );

    /// <summary>Takes the wrong live rows out and puts in those that the streams give, in the transaction that is open.</summary>
    /// <remarks>The rows taken out are kept in <c>chronology.superseded</c>, by the trigger that lets them go.</remarks>
    public async Task SwapAsync(long rebuild, CancellationToken ct)
    {
        await RunAsync($"select set_config('chronology.rebuilding', '{rebuild}', true)", ct);
        foreach (var of in Relations)
        {
            await RunAsync(
                $"""
                delete from chronology.{of.Name} x using wrong_{of.Name} w where w.in_live and {of.On("x", "w")}{(
                    of.Name == "score_total" ? "" : " and x.chronology = $1"
                )}
                """,
                ct,
                of.Name == "score_total" ? [] : [chronology]
            );
            // A row that was lost or damaged behind its triggers may have left its entries in timelines, and comes with new ones.
            if (of.Name == "record")
                await RunAsync(
                    $"""
                    delete from chronology.timeline e
                    using chronology.record{tables} x join wrong_record w on w.in_rebuilt and {of.On("x", "w")}
                    cross join lateral chronology.timelines_of(x.chronology, x.refs) t
                    where x.kind = 'event' and e."of" = t and chronology.place(e.earliest, e.latest) = chronology.place(x.earliest, x.latest)
                      and e.from_position = x.from_position and e.key = x.key
                    """,
                    ct
                );
            var picked = string.Join(", ", of.Columns.Select(column => Column(column, hashed: false)));
            await RunAsync(
                $"""
                insert into chronology.{of.Name} ({of.List})
                select {picked} from chronology.{of.Name}{tables} x join wrong_{of.Name} w on w.in_rebuilt and {of.On(
                    "x",
                    "w"
                )}
                {(of.Name == "fact" ? "on conflict do nothing" : "")}
                """,
                ct
            );
            if (of.Name == "record")
                await RunAsync(
                    $"""
                    insert into chronology.timeline ("of", width, earliest, latest, from_position, to_position, key)
                    select t, chronology.width_of(x.earliest, x.latest), x.earliest, x.latest, x.from_position, x.to_position, x.key
                    from chronology.record{tables} x join wrong_record w on w.in_rebuilt and {of.On("x", "w")}
                    cross join lateral chronology.timelines_of(x.chronology, x.refs) t
                    where x.kind = 'event' and x.status in ('active', 'disputed')
                    """,
                    ct
                );
        }
    }

    /// <summary>The first of what was found, by table and key.</summary>
    public async Task<IReadOnlyList<RowDifference>> NameAsync(long known, int limit, CancellationToken ct)
    {
        var named = new List<RowDifference>();
        foreach (var of in Relations)
        {
            if (named.Count >= limit)
                break;
            await using var command = Command(
                $"""
                select to_json(l)::text, to_json(r)::text
                from (select * from wrong_{of.Name} order by {string.Join(", ", of.Key)} limit {limit}) w
                left join lateral ({Live(of, known, Scope.One, hashed: false)} and {of.On("x", "w")}) l on true
                left join lateral ({Rebuilt(of, Scope.One, hashed: false)} where {of.On("x", "w")}) r on true
                order by {string.Join(", ", of.Key.Select(column => $"w.{column}"))}
                """
            );
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                named.AddRange(
                    Told(
                        of,
                        await reader.IsDBNullAsync(0, ct) ? null : reader.GetString(0),
                        await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1)
                    )
                );
            }
        }
        return [.. named.Take(limit)];
    }

    private static IEnumerable<RowDifference> Told(Relation of, string? live, string? rebuilt)
    {
        if (live is null && rebuilt is null)
            return [];
        using var row = JsonDocument.Parse(rebuilt ?? live!);
        var key = string.Join(
            ' ',
            of.Key.Where(column => column != of.Position)
                .Select(column => row.RootElement.GetProperty(column).ToString())
        );
        if (of.Name == "fact")
            key = string.Join(
                ' ',
                new[] { "kind", "holder", "toward", "qualifier", "value" }
                    .Select(column => row.RootElement.GetProperty(column).GetString())
                    .Where(text => text is { Length: > 0 })
            );
        long? position = of.Position is null ? null : row.RootElement.GetProperty(of.Position).GetInt64();
        if (live is null || rebuilt is null)
            return [new(of.Name, key, position, null, Short(live), Short(rebuilt))];
        using var other = JsonDocument.Parse(live);
        return
        [
            .. of
                .Columns.Select(column =>
                    (
                        column.Name,
                        Live: other.RootElement.GetProperty(column.Name).GetRawText(),
                        Rebuilt: row.RootElement.GetProperty(column.Name).GetRawText()
                    )
                )
                .Where(column => column.Live != column.Rebuilt)
                .Select(column => new RowDifference(
                    of.Name,
                    key,
                    position,
                    column.Name,
                    Short(column.Live),
                    Short(column.Rebuilt)
                )),
        ];

        static string? Short(string? text) =>
            text is { Length: > GreatestLength } ? $"{text[..GreatestLength]}…" : text;
    }

    private static string Values(Relation of, string side) =>
        string.Join(", ", of.Columns.Select(column => $"{side}.{column.Name}"));

    private string Live(Relation of, long known, Scope scope, bool hashed)
    {
        var columns = of.Columns.Select(column =>
            column.Name == "to_position"
                ? $"case when x.to_position > {known} then {DerivedRows.Open} else x.to_position end as to_position"
                : Column(column, hashed)
        );
        var own = $"'{chronology.Replace("'", "''", StringComparison.Ordinal)}'";
        var mine =
            of.Name != "score_total" ? $"x.chronology = {own}"
            : scope == Scope.All
                ? $"x.pair in (select pair from chronology.score_event where chronology = {own} union select pair from chronology.score_event{tables})"
            : "true";
        var begun = of.Position is null ? "true" : $"x.{of.Position} <= {known}";
        return $"select {string.Join(", ", columns)} from chronology.{of.Name} x{Joined(of, scope)} where {mine} and {begun}";
    }

    private string Rebuilt(Relation of, Scope scope, bool hashed) =>
        $"select {string.Join(", ", of.Columns.Select(column => Column(column, hashed)))} from chronology.{of.Name}{tables} x{Joined(of, scope)}";

    private static string Column((string Name, string Type) column, bool hashed) =>
        column.Type != "json" ? $"x.{column.Name}"
        // Beside the live rows it is text.
        : hashed ? $"sha256(convert_to(x.{column.Name}::text, 'UTF8')) as {column.Name}"
        : $"x.{column.Name}::json as {column.Name}";

    private static string Joined(Relation of, Scope scope) =>
        scope == Scope.Fresh ? $" join {of.Fresh.Table} f on {of.Fresh.By}" : "";

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }

    private async Task RunAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }
}
