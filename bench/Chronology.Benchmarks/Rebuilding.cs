using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>R1: all derived rows of a chronology from its streams, against INSERT … SELECT over the same events, in turn.</summary>
public static class Rebuilding
{
    private const int Batch = 20_000;
    private const int Rounds = 3;

    public static async Task RunAsync(
        NpgsqlDataSource source,
        string chronology,
        IEnumerable<World.Version> versions,
        int page,
        CancellationToken ct
    )
    {
        await LoadAsync(source, chronology, versions, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await Loading.RunAsync(connection, "set statement_timeout = 0; create schema if not exists bench");
        var revisions = await Loading.OfAsync<long>(
            connection,
            $"select position from chronology.head where chronology = '{chronology}'"
        );
        var events = await Loading.OfAsync<long>(
            connection,
            $"select count(*) from chronology.mt_events where tenant_id = '{chronology}'"
        );
        var rounds = new List<(double Floor, double Logged, double Fold, double Compare)>();
        var processor = new List<(double Floor, double Fold, double Compare)>();
        var client = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var used = new List<double> { await ProcessorAsync(connection) };
            var unlogged = await InsertAsync(connection, chronology, "unlogged");
            used.Add(await ProcessorAsync(connection));
            var own = Environment.CpuUsage.TotalTime;
            var fold = await TimeAsync(() =>
                new RebuildBeside(source, chronology, RebuildBeside.Usual).RunAsync(page, ct)
            );
            client.Add((Environment.CpuUsage.TotalTime - own).TotalMicroseconds / events);
            used.Add(await ProcessorAsync(connection));
            var logged = await InsertAsync(connection, chronology, "");
            used.Add(await ProcessorAsync(connection));
            var differ = 0L;
            var compare = await TimeAsync(async () =>
            {
                await Loading.RunAsync(connection, "set work_mem = '64MB'");
                var differences = new RowDifferences(connection, chronology, RebuildBeside.Usual);
                differ = await differences.FindAsync(revisions, partly: false, ct);
                differ += await new TimelineDifferences(connection, chronology, RebuildBeside.Usual).FindAsync(
                    revisions,
                    ct
                );
                await Loading.RunAsync(connection, "discard temp");
            });
            if (differ > 0)
                throw new InvalidOperationException($"{differ} rows of {chronology} are not what its streams give.");
            used.Add(await ProcessorAsync(connection));
            rounds.Add((unlogged, logged, fold, compare));
            processor.Add((used[1] - used[0], used[2] - used[1], used[4] - used[3]));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Round {round + 1}: insert {unlogged:0.0} s unlogged, {logged:0.0} s logged; fold {fold:0.0} s; compare {compare:0.0} s; of processors {processor[^1].Floor:0.0}, {processor[^1].Fold:0.0} and {processor[^1].Compare:0.0} s; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
                )
            );
        }
        await new RebuildBeside(source, chronology, RebuildBeside.Usual).DropAsync(connection, ct);
        await Loading.RunAsync(connection, "drop table bench.copied; reset all");
        var (floor, alsoLogged, folded, compared) = (
            Median(rounds.Select(r => r.Floor)),
            Median(rounds.Select(r => r.Logged)),
            Median(rounds.Select(r => r.Fold)),
            Median(rounds.Select(r => r.Compare))
        );
        Console.WriteLine();
        Console.WriteLine("## R1: full rebuild of all projections");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{events:#,0} events, {revisions:#,0} revisions, pages of {page:#,0} streams; {Rounds} rounds, medians. The rebuilt rows equal the live ones byte for byte."
            )
        );
        Console.WriteLine();
        Console.WriteLine("| contender | s | events/s | of INSERT..SELECT |");
        Console.WriteLine("| --- | --- | --- | --- |");
        Row("INSERT..SELECT into an unlogged table", floor);
        Row("INSERT..SELECT into a logged table", alsoLogged);
        Row("fold into the tables beside", folded);
        Row("fold and compare with the live rows", folded + compared);

        Console.WriteLine();
        Console.WriteLine("Processor time, which others on the machine do not change, of client and server together:");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT..SELECT {Median(processor.Select(p => p.Floor)):0.00} s, fold {Median(processor.Select(p => p.Fold)):0.00} s ({Median(processor.Select(p => p.Floor / p.Fold)):0.00} of it on one processor, {Median(processor.Select(p => 2 * p.Floor / p.Fold)):0.00} on two), compare {Median(processor.Select(p => p.Compare)):0.00} s. The client's of the fold: {string.Join(", ", client.Select(us => us.ToString("0", CultureInfo.InvariantCulture)))} us an event, round by round."
            )
        );

        void Row(string name, double seconds) =>
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {seconds:0.0} | {events / seconds:#,0} | {Median(rounds.Select(r => r.Floor / (name.StartsWith("fold and", StringComparison.Ordinal) ? r.Fold + r.Compare : name.StartsWith("fold", StringComparison.Ordinal) ? r.Fold : name.Contains("unlogged", StringComparison.Ordinal) ? r.Floor : r.Logged))):0.00} |"
                )
            );
    }

    private static async Task<double> InsertAsync(NpgsqlConnection connection, string chronology, string kind)
    {
        await Loading.RunAsync(
            connection,
            $"""
            drop table if exists bench.copied;
            create {kind} table bench.copied (like chronology.mt_events);
            """
        );
        return await TimeAsync(() =>
            Loading.RunAsync(
                connection,
                $"insert into bench.copied select * from chronology.mt_events where tenant_id = '{chronology}'"
            )
        );
    }

    /// <summary>Writes the streams of a world whose rows are there already, unless they are there too.</summary>
    private static async Task LoadAsync(
        NpgsqlDataSource source,
        string chronology,
        IEnumerable<World.Version> versions,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (
            await Loading.OfAsync<long>(
                connection,
                $"select count(*) from chronology.mt_streams where tenant_id = '{chronology}'"
            ) > World.Actors
        )
            return;
        await Loading.RunAsync(
            connection,
            """
            set statement_timeout = 0;
            create schema if not exists bench;
            create unlogged table if not exists bench.event (number bigint generated always as identity, stream text, version bigint, type text, data json, headers json);
            """
        );
        var ends = new Dictionary<RecordId, (int Version, RecordState State)>();
        foreach (var batch in versions.Chunk(Batch))
        {
            var rows = new Columns(
                "bench.event",
                ("stream", "text"),
                ("version", "bigint"),
                ("type", "text"),
                ("data", "json"),
                ("headers", "json")
            );
            foreach (var version in batch)
            {
                var (at, before) = ends.GetValueOrDefault(version.State.Id);
                var headers = JsonSerializer.Serialize(
                    new
                    {
                        position = version.Position,
                        recordedAt = version.RecordedAt,
                        revision = version.State.Revision,
                        op = RecordJson.Word(version.Op),
                        author = "bench",
                    }
                );
                foreach (var change in Changes(before, version))
                    rows.Add(
                        version.State.Id.StreamKey,
                        (long)++at,
                        EventNames.Of(change),
                        JsonSerializer.Serialize(change, change.GetType(), RecordJson.Options),
                        headers
                    );
                ends[version.State.Id] = (at, version.State);
            }
            await rows.CopyAsync(connection, ct);
        }
        await Loading.RunAsync(
            connection,
            $"""
            insert into chronology.mt_streams (tenant_id, id, version, timestamp, created)
            select '{chronology}', stream, max(version), now(), now() from bench.event group by stream;
            insert into chronology.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, headers, is_archived)
            select nextval('chronology.mt_events_sequence'), gen_random_uuid(), stream, version, data::jsonb, type, now(), '{chronology}', type, headers::jsonb, false
            from bench.event order by number;
            drop table bench.event;
            """
        );
        await Loading.RunAsync(connection, "vacuum (analyze) chronology.mt_events");
        await Loading.RunAsync(connection, "vacuum (analyze) chronology.mt_streams");
        await Loading.RunAsync(connection, "checkpoint");
        await Loading.RunAsync(connection, "reset all");
    }

    private static DomainEvent[] Changes(RecordState? before, World.Version version) =>
        (version.State.Content, version.Op) switch
        {
            (EventContent e, Operation.Recorded) => [new DiplomaticEvent.Recorded(e)],
            (EventContent, Operation.Retracted) => [new DiplomaticEvent.Retracted()],
            (EventContent e, _) =>
            [
                new DiplomaticEvent.DateCorrected(
                    new(e.Occurred, e.Reading, e.Start, e.End, e.Order, e.Calendar, e.AsWritten)
                ),
                new DiplomaticEvent.DescriptionCorrected(e.Title, e.Description, e.Place, e.Tags),
                new DiplomaticEvent.EffectsCorrected(e.Effects),
            ],
            (ActorContent a, _) => [new Actors.Actor.Recorded(a)],
            (SourceContent s, _) => [new Sources.Source.Recorded(s)],
            _ => throw new UnreachableException($"{version.State.Id} after {before?.Id}"),
        };

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds of processor time that this process and the server's for its connections have used.</summary>
    private static async Task<double> ProcessorAsync(NpgsqlConnection connection)
    {
        var pids = await Loading.OfAsync<int[]>(
            connection,
            "select array_agg(pid) from pg_stat_activity where application_name = 'chronology' or backend_type = 'parallel worker'"
        );
        // pid (name) state …; the twelfth and thirteenth field after the name are ticks of a hundredth of a second.
        var ticks = pids.Append(Environment.ProcessId)
            .Select(pid => $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat")
            .Where(File.Exists)
            .Select(path => File.ReadAllText(path))
            .Select(stat => stat[(stat.LastIndexOf(')') + 2)..].Split(' '))
            .Sum(fields =>
                long.Parse(fields[11], CultureInfo.InvariantCulture)
                + long.Parse(fields[12], CultureInfo.InvariantCulture)
            );
        return ticks / 100.0;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
