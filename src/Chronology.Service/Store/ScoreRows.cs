using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Service.Store;

/// <summary>The rows that relation scores are read from: what each event version weighs for its pairs, and the running totals of it.</summary>
public static class ScoreRows
{
    private sealed record Shape(IReadOnlyList<long?[]> Days, IReadOnlyList<string> Parties);

    public static Columns New(string tables) =>
        new(
            $"chronology.score_event{tables}",
            ("pair", "uuid"),
            ("half_life", "smallint"),
            ("year", "bigint"),
            ("first_day", "bigint"),
            ("last_day", "bigint"),
            ("from_position", "bigint"),
            ("to_position", "bigint"),
            ("plain", "boolean"),
            ("alone", "boolean"),
            ("weight_low", "integer"),
            ("weight", "integer"),
            ("weight_high", "integer"),
            ("low", "bigint"),
            ("estimate", "bigint"),
            ("high", "bigint"),
            ("chronology", "text"),
            ("event", "text"),
            ("days", "json")
        );

    /// <summary>The rows of one revision of an event; none where it weighs nothing.</summary>
    /// <param name="when">When it happened as derived for this version.</param>
    public static void Add(Columns rows, string chronology, RecordState state, When when, long from, long to)
    {
        var content = (EventContent)state.Content;
        if (
            state.Status is RecordStatus.Retracted or RecordStatus.Merged
            || ScoredEvent.Of(content, when) is not { } scored
        )
            return;
        var pairs = ScoredPair.Of(content);
        foreach (var pair in pairs)
        {
            var counts = pair.Other.Length > 0;
            var bounded = counts && !scored.IsOpen;
            var sum = bounded ? ScoreEvidence.AtYearsEnd(scored) : default;
            var first = scored.IsOpen ? null : scored.Days.Earliest;
            var weight = counts ? scored.Weight : default;
            rows.Add(
                pair.IdIn(chronology),
                (short)scored.HalfLife.Code,
                bounded ? scored.Year : null,
                first?.Number ?? long.MinValue,
                bounded ? scored.Days.Latest!.Value.Number : long.MaxValue,
                from,
                to,
                bounded && first!.Value.Civil.Year == scored.Year && scored.Days is DayRange,
                pairs.Count == 1,
                weight.Low,
                weight.Estimate,
                weight.High,
                sum.Low,
                sum.Estimate,
                sum.High,
                chronology,
                state.Id.Key,
                counts && (scored.IsOpen || scored.Days is not DayRange) ? Write(scored.Days, content) : null
            );
        }
    }

    /// <summary>The days of an odd event, and who had to exist for it to happen.</summary>
    public static (DayWindow Days, IReadOnlyList<string> Parties) Read(string json)
    {
        var shape = JsonSerializer.Deserialize<Shape>(json, RecordJson.Options)!;
        return (
            DayWindow.OfRanges(shape.Days.Select(run => new DayRange(DayOf(run[0]), DayOf(run[1])))),
            shape.Parties
        );

        static Day? DayOf(long? number) => number is { } day ? new Day(day) : null;
    }

    /// <summary>One statement that writes new rows, closes those of revised events, and continues the totals of their pairs and years.</summary>
    /// <param name="revised">As <see cref="FoldedPage.Closed"/>.</param>
    /// <returns>Null where there is nothing to write.</returns>
    public static Statement? Statement(string tables, Columns rows, Columns revised)
    {
        if (rows.Count == 0 && revised.Count == 0)
            return null;
        var insert = rows.Insert("returning *");
        return revised.Count == 0
            ? new($"with given as ({insert.Sql}) {Continue(tables, Given("given"))}", insert.Parameters)
            : new(
                $"""
                with given as ({insert.Sql}),
                taken as ({Closing(tables, revised)})
                {Continue(tables, $"{Given("given")} union all {Taken}")}
                """,
                [.. insert.Parameters, .. revised.Parameters()]
            );
    }

    /// <summary>As <see cref="Statement"/>, but the new rows are written apart from it, and after it.</summary>
    public static Statement? Continuation(string tables, Columns rows, Columns revised)
    {
        var changes = Changes(rows);
        if (changes.Count == 0 && revised.Count == 0)
            return null;
        return revised.Count == 0
            ? new(Continue(tables, $"select * from {changes.Unnested()}"), changes.Parameters())
            : new(
                $"""
                with taken as ({Closing(tables, revised)})
                {Continue(tables, $"{Taken} union all select * from {changes.Unnested()}")}
                """,
                [.. revised.Parameters(), .. changes.Parameters()]
            );
    }

    private static string Closing(string tables, Columns revised) =>
        $"""
            update chronology.score_event{tables} s set to_position = x.at from {revised.Unnested()} as x (chronology, kind, key, at)
            where x.kind = 'event' and s.chronology = x.chronology and s.event = x.key and s.to_position = {DerivedRows.Open}
            returning s.*
            """;

    private const string Taken =
        "select pair, half_life, year, to_position, -low, -estimate, -high, -1::bigint from taken where year is not null";

    /// <summary>What <see cref="Given"/> makes of rows, made of them here.</summary>
    private static Columns Changes(Columns rows)
    {
        var changes = new Columns(
            "",
            ("pair", "uuid"),
            ("half_life", "smallint"),
            ("year", "bigint"),
            ("position", "bigint"),
            ("low", "bigint"),
            ("estimate", "bigint"),
            ("high", "bigint"),
            ("evidence", "bigint")
        );
        var named = rows.Described.Select((column, i) => (column.Name, i)).ToDictionary(c => c.Name, c => c.i);
        var (pair, halfLife, year, low, estimate, high, from, to) = (
            named["pair"],
            named["half_life"],
            named["year"],
            named["low"],
            named["estimate"],
            named["high"],
            named["from_position"],
            named["to_position"]
        );
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows.At(i, year) is null)
                continue;
            Add(i, from, 1);
            if ((long)rows.At(i, to)! < DerivedRows.Open)
                Add(i, to, -1);
        }
        return changes;

        void Add(int row, int position, long sign) =>
            changes.Add(
                rows.At(row, pair),
                rows.At(row, halfLife),
                rows.At(row, year),
                rows.At(row, position),
                sign * (long)rows.At(row, low)!,
                sign * (long)rows.At(row, estimate)!,
                sign * (long)rows.At(row, high)!,
                sign
            );
    }

    /// <summary>The statement that totals all rows of a source that have no totals yet, such as those of a chronology just copied in.</summary>
    /// <param name="rows">A table or query with the columns of <see cref="New"/>, and its alias.</param>
    public static string Totals(string rows, string tables = "") =>
        $"""
            insert into chronology.score_total{tables} (pair, half_life, year, position, low, estimate, high, evidence)
            select c.pair, c.half_life, c.year, c.position, sum(c.low) over w, sum(c.estimate) over w, sum(c.high) over w, sum(c.evidence) over w
            from ({Net(Given(rows))}) c
            window w as (partition by c.pair, c.half_life, c.year order by c.position)
            """;

    /// <summary>What versions add where they begin, and take back where they end.</summary>
    private static string Given(string rows) =>
        $"""
            select pair, half_life, year, from_position, low, estimate, high, 1 from {rows} where year is not null
            union all select pair, half_life, year, to_position, -low, -estimate, -high, -1 from {rows} where year is not null and to_position < {DerivedRows.Open}
            """;

    private static string Continue(string tables, string changes) =>
        $"""
            insert into chronology.score_total{tables} (pair, half_life, year, position, low, estimate, high, evidence)
            select c.pair, c.half_life, c.year, c.position, coalesce(t.low, 0) + sum(c.low) over w, coalesce(t.estimate, 0) + sum(c.estimate) over w,
                coalesce(t.high, 0) + sum(c.high) over w, coalesce(t.evidence, 0) + sum(c.evidence) over w
            from ({Net(changes)}) c
            left join lateral (select * from chronology.score_total{tables} l
                where l.pair = c.pair and l.half_life = c.half_life and l.year = c.year order by l.position desc limit 1) t on true
            window w as (partition by c.pair, c.half_life, c.year order by c.position)
            """;

    /// <summary>What changes come to at each position; nothing where they cancel out.</summary>
    private static string Net(string changes) =>
        $"""
            select pair, half_life, year, position, sum(low) as low, sum(estimate) as estimate, sum(high) as high, sum(evidence) as evidence
                from ({changes}) as v (pair, half_life, year, position, low, estimate, high, evidence)
                group by pair, half_life, year, position
                having (sum(low), sum(estimate), sum(high), sum(evidence)) <> (0, 0, 0, 0)
            """;

    private static string Write(DayWindow days, EventContent content) =>
        JsonSerializer.Serialize(
            new Shape(
                [.. days.Runs().Select(run => new[] { run.Earliest?.Number, run.Latest?.Number })],
                [
                    .. content
                        .Actors.Where(party => party.Role is "actor" or "recipient")
                        .Select(party => party.Actor)
                        .Distinct(StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal),
                ]
            ),
            RecordJson.Options
        );
}
