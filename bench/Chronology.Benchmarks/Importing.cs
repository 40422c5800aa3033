using System.Diagnostics;
using System.Globalization;
using System.Text;
using Chronology.Service.Import;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Chronology.Benchmarks;

/// <summary>A3: an import with validation, ledger and projections, in events a second, against binary COPY of the same lines.</summary>
public static class Importing
{
    private const int Rounds = 3;
    private const int CopyBatch = 20_000;

    /// <param name="events">In each file; memory is also told for files of four and of sixteen times as many.</param>
    public static async Task RunAsync(NpgsqlDataSource source, int events, CancellationToken ct)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddChronology(source);
        await using var provider = services.BuildServiceProvider();
        var sender = provider.GetRequiredService<ISender>();
        var caller = new Caller("bench", null);
        var run = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        await using var connection = await source.OpenConnectionAsync(ct);
        await Loading.RunAsync(
            connection,
            "create schema if not exists bench; create table if not exists bench.plain (id bigint generated always as identity primary key, body jsonb not null)"
        );
        var client = new List<double>();
        var slug = $"a3-{run}";
        await Together.PrepareAsync(sender, slug, caller, ct);
        var (copied, imported, repeated) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            var first = (round + 1) * events;
            var size = round < 0 ? Math.Min(events, 2_000) : events;
            var copy = await RateAsync(size, () => CopyAsync(connection, first, size, ct));
            var own = Environment.CpuUsage.TotalTime;
            var import = await RateAsync(size, () => ImportAsync(first, size, 1));
            var used = Environment.CpuUsage.TotalTime - own;
            var again = await RateAsync(size, () => ImportAsync(first, size, 0));
            if (round < 0)
                continue;
            copied.Add(copy);
            imported.Add(import);
            repeated.Add(again);
            client.Add(used.TotalMicroseconds / size);
        }
        Rates.Print(
            string.Create(CultureInfo.InvariantCulture, $"A3: {Rounds} rounds of {events} events"),
            ["COPY BINARY of the lines", "import", "import of the same file again"],
            [copied, imported, repeated],
            "events/s"
        );
        Console.WriteLine(
            $"Processor time of the client while importing: {string.Join(", ", client.Select(us => us.ToString("0", CultureInfo.InvariantCulture)))} us an event, round by round."
        );
        foreach (var size in new[] { events, 4 * events, 16 * events })
        {
            var held = await HeldAsync(() => ImportAsync(1_000_000_000 + size, size, 1));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Held in memory at most, after a full collection twice a second, while {size} events ({size * 0.85 / 1000:0} MB of lines) were imported: {held / 1_048_576} MB."
                )
            );
        }

        async Task ImportAsync(int from, int size, int share)
        {
            await using var lines = new Lines(from, size);
            var report = await sender.Send(new ImportLines(slug, lines, false, caller, null), ct);
            if (report is not { IsOk: true, Value.Refused.Count: 0 } || report.Value.Recorded != share * size)
                throw new InvalidOperationException("The import of the benchmark is not what it should be.");
        }
    }

    private static async Task<double> RateAsync(int size, Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return size / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>What is in use at most, garbage left out: how much garbage stands about depends on the machine's memory.</summary>
    private static async Task<long> HeldAsync(Func<Task> work)
    {
        var held = 0L;
        var done = work();
        while (!done.IsCompleted)
        {
            held = Math.Max(held, GC.GetTotalMemory(forceFullCollection: true));
            await Task.WhenAny(done, Task.Delay(500));
        }
        await done;
        return held;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, int from, int size, CancellationToken ct)
    {
        foreach (var batch in Enumerable.Range(from, size).Chunk(CopyBatch))
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                "copy bench.plain (body) from stdin (format binary)",
                ct
            );
            foreach (var i in batch)
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(Encoding.UTF8.GetString(Line(i)), NpgsqlDbType.Jsonb, ct);
            }
            await copy.CompleteAsync(ct);
        }
    }

    private static byte[] Line(int i) =>
        [
            .. """{"record":"event","revision":1,"""u8,
            .. Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(Appending.Body(3, i)).Replace("\n", "", StringComparison.Ordinal)[1..]
            ),
        ];

    /// <summary>The lines as a file of them would give them, made as they are read: nothing holds them all.</summary>
    private sealed class Lines(int from, int count) : Stream
    {
        private byte[] line = [];
        private int at;
        private int next;

        public override int Read(Span<byte> buffer)
        {
            if (at == line.Length)
            {
                if (next == count)
                    return 0;
                (line, at) = ([.. Line(from + next++), (byte)'\n'], 0);
            }
            var length = Math.Min(buffer.Length, line.Length - at);
            line.AsSpan(at, length).CopyTo(buffer);
            at += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
