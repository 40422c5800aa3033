using System.Diagnostics;
using System.Globalization;
using System.Text;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Chronology.Benchmarks;

/// <summary>A2: eight writers at once, on eight chronologies and on one, against raw INSERTs by eight.</summary>
public static class Together
{
    private const int Writers = 8;
    private const int Rounds = 5;
    private const int Events = 40;

    /// <summary>Until the runtime has compiled what an append runs, which takes it some 1,500 of them, an append costs it five times as much.</summary>
    private const int WarmUps = 5;

    public static async Task RunAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddChronology(source);
        await using var provider = services.BuildServiceProvider();
        var sender = provider.GetRequiredService<ISender>();
        var caller = new Caller("bench", null);
        var run = DateTimeOffset
            .UnixEpoch.AddTicks(Stopwatch.GetTimestamp())
            .Ticks.ToString(CultureInfo.InvariantCulture);
        var chronologies = Enumerable.Range(0, Writers).Select(n => $"a2-{run}-{n}").ToArray();
        foreach (var slug in chronologies)
            await PrepareAsync(sender, slug, caller, ct);
        var connections = new List<(NpgsqlConnection Connection, NpgsqlCommand Insert)>();
        for (var n = 0; n < Writers; n++)
        {
            var connection = await source.OpenConnectionAsync(ct);
            if (n == 0)
            {
                await Loading.RunAsync(
                    connection,
                    "create schema if not exists bench; create table if not exists bench.plain (id bigint generated always as identity primary key, body jsonb not null)"
                );
            }
            var insert = new NpgsqlCommand("insert into bench.plain (body) values ($1)", connection);
            insert.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = "{}" });
            await insert.PrepareAsync(ct);
            connections.Add((connection, insert));
        }
        var asked = 0;
        (string Name, Func<int, int, Task> Write)[] contenders =
        [
            (
                "raw INSERT",
                (writer, i) =>
                {
                    connections[writer].Insert.Parameters[0].Value = Encoding.UTF8.GetString(Appending.Body(0, i));
                    return connections[writer].Insert.ExecuteNonQueryAsync(ct);
                }
            ),
            ("eight chronologies", (writer, i) => AppendAsync(chronologies[writer], i)),
            ("one chronology", (_, i) => AppendAsync(chronologies[0], i)),
        ];
        var rates = contenders.Select(_ => new List<double>()).ToArray();
        for (var round = -WarmUps; round < Rounds; round++)
        {
            for (var c = 0; c < contenders.Length; c++)
            {
                var first = asked;
                var write = contenders[c].Write;
                var start = Stopwatch.GetTimestamp();
                await Task.WhenAll(
                    Enumerable
                        .Range(0, Writers)
                        .Select(writer =>
                            Task.Run(
                                async () =>
                                {
                                    for (var i = 0; i < Events; i++)
                                        await write(writer, first + writer * Events + i);
                                },
                                ct
                            )
                        )
                );
                if (round >= 0)
                    rates[c].Add(Writers * Events / Stopwatch.GetElapsedTime(start).TotalSeconds);
                asked += Writers * Events;
            }
        }
        foreach (var (connection, insert) in connections)
        {
            await insert.DisposeAsync();
            await connection.DisposeAsync();
        }
        Rates.Print(
            $"A2: {Writers} writers, {Rounds} rounds of {Events} each",
            contenders.Select(c => c.Name),
            rates,
            "appends/s"
        );

        async Task AppendAsync(string slug, int i)
        {
            var command = RecordJson.ReadRecord(RecordKind.Event, Appending.Read(Appending.Body(0, i)));
            var receipt = await sender.Send(new AppendOrder(slug, new(command.Value), caller), ct);
            if (!receipt.IsOk)
                throw new InvalidOperationException(receipt.Rejection!.Detail);
        }
    }

    /// <summary>A chronology with the actors and sources that <see cref="Appending.Body"/> names.</summary>
    public static async Task PrepareAsync(ISender sender, string slug, Caller caller, CancellationToken ct)
    {
        await sender.Send(new CreateChronology(slug, slug, null, null, caller), ct);
        var lines = new StringBuilder();
        for (var i = 0; i < World.Actors; i++)
            lines
                .Append(
                    CultureInfo.InvariantCulture,
                    $$"""{"record":"actor","key":"{{World.Actor(i)}}","revision":1,"kind":"state","name":"{{World.Actor(i)}}"}"""
                )
                .Append('\n');
        for (var i = 0; i < 40; i++)
            lines
                .Append(
                    CultureInfo.InvariantCulture,
                    $$"""{"record":"source","key":"source-{{i}}","revision":1,"kind":"press"}"""
                )
                .Append('\n');
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(lines.ToString()));
        var report = await sender.Send(new Service.Import.ImportLines(slug, stream, true, caller, null), ct);
        if (report is not { IsOk: true, Value.Refused.Count: 0 })
            throw new InvalidOperationException("The actors of the benchmark were refused.");
    }
}

/// <summary>How contenders in turn are told: their rate, and its ratio to the first's in the same round.</summary>
internal static class Rates
{
    public static void Print(
        string title,
        IEnumerable<string> names,
        IReadOnlyList<IReadOnlyList<double>> rates,
        string unit
    )
    {
        Console.WriteLine();
        Console.WriteLine($"## {title}; medians");
        Console.WriteLine();
        Console.WriteLine($"| contender | {unit} | ratio |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var (name, own) in names.Zip(rates))
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {Median(own):0} | {Median(own.Zip(rates[0], (mine, first) => mine / first)):0.000} |"
                )
            );
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
