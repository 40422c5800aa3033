using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Time;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>Writes a world into the derived tables and the ledger by COPY, its rows built by the live projection's own code.</summary>
public static class Loading
{
    private const int Batch = 20_000;

    /// <summary>Loads it unless the chronology is there already.</summary>
    public static async Task LoadAsync(
        NpgsqlDataSource source,
        string chronology,
        IEnumerable<World.Version> versions,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (
            await OfAsync<long>(connection, $"select count(*) from chronology.chronology where slug = '{chronology}'")
            > 0
        )
            return;
        var start = Stopwatch.GetTimestamp();
        await RunAsync(
            connection,
            $"""
            set statement_timeout = 0;
            set idle_in_transaction_session_timeout = 0;
            begin;
            insert into chronology.chronology (slug, title, created_at, created_by) values ('{chronology}', '{chronology}', now(), 'bench');
            insert into chronology.head (chronology) values ('{chronology}');
            """
        );
        var known = new HashSet<object?>();
        var names = ActorNames.New();
        World.Version? last = null;
        foreach (var batch in versions.Chunk(Batch))
        {
            foreach (var version in batch)
                ActorNames.Add(names, chronology, version.State);
            var built = batch
                .Chunk(Batch / 4)
                .AsParallel()
                .AsOrdered()
                .WithDegreeOfParallelism(2)
                .Select(part => Rows(chronology, part))
                .ToArray();
            foreach (var (records, facts, effects, scores, timelines, ledger) in built)
            {
                var fresh = DerivedRows.NewFacts("");
                for (var i = 0; i < facts.Count; i++)
                {
                    if (known.Add(facts.Row(i).First()))
                        fresh.Add([.. facts.Row(i)]);
                }
                foreach (var columns in new[] { records, fresh, effects, scores, timelines, ledger })
                    await columns.CopyAsync(connection, ct);
            }
            last = batch[^1];
        }
        await names.CopyAsync(connection, ct);
        await RunAsync(
            connection,
            ScoreRows.Totals($"(select * from chronology.score_event where chronology = '{chronology}') given")
        );
        await using (
            var head = new NpgsqlCommand(
                $"update chronology.head set position = $1, recorded_at = $2, ({string.Join(", ", LiveRecords.Columns)}) = ({LiveRecords.Of("$3")}) where chronology = $3",
                connection
            )
        )
        {
            head.Parameters.AddWithValue(last!.Position);
            head.Parameters.AddWithValue(Instants.OfMicroseconds(last.RecordedAt));
            head.Parameters.AddWithValue(chronology);
            await head.ExecuteNonQueryAsync(ct);
        }
        await RunAsync(connection, "commit");
        foreach (var table in new[] { "effect", "record", "timeline", "ledger", "fact", "score_event", "score_total" })
            await RunAsync(connection, $"vacuum (analyze) chronology.{table}");
        await RunAsync(connection, "checkpoint");
        await RunAsync(connection, "reset all");
        Console.WriteLine(
            $"Loaded {chronology}: {last!.Position} positions in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s."
        );
    }

    private static (
        Columns Records,
        Columns Facts,
        Columns Effects,
        Columns Scores,
        Columns Timelines,
        Columns Ledger
    ) Rows(string chronology, IEnumerable<World.Version> versions)
    {
        var (records, facts, effects) = (
            DerivedRows.NewRecords(""),
            DerivedRows.NewFacts(""),
            DerivedRows.NewEffects("")
        );
        var (scores, timelines) = (ScoreRows.New(""), TimelineRows.New());
        var ledger = Writer.NewLedger();
        var once = new HashSet<Guid>();
        foreach (var version in versions)
        {
            var at = Instants.OfMicroseconds(version.RecordedAt);
            DerivedRows.AddVersion(
                records,
                facts,
                effects,
                scores,
                timelines,
                chronology,
                version.State,
                version.Position,
                version.To,
                Day.Of(at),
                once
            );
            // A leaf of the right size, not of the revision: nothing that is measured here reads it.
            var content = SHA256.HashData(BitConverter.GetBytes(version.Position));
            ledger.Add(
                chronology,
                version.Position,
                at,
                version.State.Id.Kind.Name(),
                version.State.Id.Key,
                version.State.Revision,
                RecordJson.Word(version.Op),
                "bench",
                null,
                version.Op == Operation.Recorded ? null : "new-evidence",
                null,
                null,
                JsonSerializer.Serialize(
                    new Dictionary<string, byte[]> { ["/events/0/data/content/title"] = content[..16] }
                ),
                content,
                Ledger.Leaf(content, version.RecordedAt, version.Position)
            );
        }
        return (records, facts, effects, scores, timelines, ledger);
    }

    public static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> OfAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
