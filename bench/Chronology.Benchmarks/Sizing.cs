using System.Globalization;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>S1: bytes of the derived tables and their indexes, for each version of an event.</summary>
public static class Sizing
{
    public static async Task RunAsync(NpgsqlDataSource source, string chronology, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await Loading.RunAsync(connection, "set statement_timeout = 0");
        var versions = await Loading.OfAsync<long>(
            connection,
            $"select count(*) from chronology.record where chronology = '{chronology}' and kind = 'event'"
        );
        Console.WriteLine();
        Console.WriteLine("## S1: bytes of each version of an event");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{versions:#,0} versions; everything in these tables is of one chronology."
            )
        );
        Console.WriteLine();
        Console.WriteLine("| table or index | bytes |");
        Console.WriteLine("| --- | --- |");
        var total = 0.0;
        await using (
            var command = new NpgsqlCommand(
                """
                with derived as (
                    select oid, relname from pg_class
                    where oid = any(array['chronology.record', 'chronology.fact', 'chronology.effect', 'chronology.score_event', 'chronology.score_total', 'chronology.timeline']::regclass[]))
                select relname, 0, pg_table_size(oid) from derived
                union all
                select d.relname || ': ' || i.relname, 1, pg_relation_size(i.oid)
                from derived d join pg_index x on x.indrelid = d.oid join pg_class i on i.oid = x.indexrelid
                order by 1, 2
                """,
                connection
            )
        )
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var bytes = (double)reader.GetInt64(2) / versions;
                total += bytes;
                Console.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"| {reader.GetString(0)} | {bytes:0} |")
                );
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | {total:0} |"));
        foreach (var (table, columns) in new[] { ("record", "state::text, search, refs"), ("effect", "effect::text") })
        {
            await using var widths = new NpgsqlCommand(
                $"select {string.Join(", ", columns.Split(", ").Select(column => $"avg(pg_column_size({column}))::float8"))} from (select * from chronology.{table} limit 100000) x",
                connection
            );
            await using var reader = await widths.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{table}: {string.Join(", ", columns.Split(", ").Select((column, i) => $"{column} {reader.GetDouble(i):0}"))} bytes a row"
                )
            );
        }
        await Loading.RunAsync(connection, "reset all");
    }
}
