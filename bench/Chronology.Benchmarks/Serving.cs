using System.Diagnostics;
using System.Globalization;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Service.Web;
using Chronology.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>Q4: the state of relations of a pair and a single fact over HTTP, beside endpoints that do no more than one look-up.</summary>
/// <remarks>Server and clients are one process on one machine: the clients' share of the processors is in every figure alike.</remarks>
public static class Serving
{
    private const int Connections = 64;
    private const int Pairs = 2_000;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <param name="Client">Of the service that answers.</param>
    private sealed record Endpoint(string Name, HttpClient Client, string[] Paths)
    {
        private int next = -1;

        /// <summary>Each path once before any is taken again.</summary>
        public Uri Next() =>
            new(Paths[(Interlocked.Increment(ref next) & int.MaxValue) % Paths.Length], UriKind.Relative);
    }

    public static async Task RunAsync(NpgsqlDataSource source, string chronology, CancellationToken ct)
    {
        await using var reading = await StartAsync(source, pairs: 0, answers: 0, ct);
        await using var working = await StartAsync(source, RememberedPairs.DefaultMegabytes, answers: 0, ct);
        await using var remembering = await StartAsync(
            source,
            RememberedPairs.DefaultMegabytes,
            RememberedAnswers.DefaultMegabytes,
            ct
        );
        using var cold = ClientOf(reading);
        using var known = ClientOf(working);
        using var warm = ClientOf(remembering);
        var endpoints = await EndpointsAsync(source, chronology, cold, known, warm);
        for (var time = 0; time < 2; time++)
        {
            foreach (var endpoint in endpoints.Where(endpoint => endpoint.Client == known))
            {
                for (var pair = 0; pair < Pairs; pair++)
                    await GetAsync(endpoint, ct);
            }
            await working.Services.GetRequiredService<RememberedPairs>().ReadAsync();
        }
        await new Contest("Q4: over HTTP, one client", Rounds: 5, Turns: 20, CallsATurn: 10).RunAsync([
            .. endpoints.Select(endpoint => new Contender(endpoint.Name, _ => GetAsync(endpoint, ct))),
        ]);
        await ThroughputAsync(endpoints, ct);
        await reading.StopAsync(ct);
        await working.StopAsync(ct);
        await remembering.StopAsync(ct);
    }

    /// <param name="pairs">Megabytes that the service keeps in memory of what was recorded between two actors.</param>
    /// <param name="answers">Megabytes of answers.</param>
    internal static async Task<WebApplication> StartAsync(
        NpgsqlDataSource source,
        int pairs,
        int answers,
        CancellationToken ct
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration[RememberedPairs.Setting] = pairs.ToString(CultureInfo.InvariantCulture);
        builder.Configuration[RememberedAnswers.Setting] = answers.ToString(CultureInfo.InvariantCulture);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddChronologyWeb();
        builder.Services.AddChronology(source);
        var app = builder.Build();
        app.MapChronology();
        MapFloors(app, source);
        await app.StartAsync(ct);
        return app;
    }

    internal static HttpClient ClientOf(WebApplication app) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = new(app.Urls.Single()) };

    private static void MapFloors(WebApplication app, NpgsqlDataSource source)
    {
        app.MapGet(
            "/floor/{chronology}/{key}",
            (string chronology, string key, CancellationToken ct) =>
                OneAsync(
                    "select state::text from chronology.record where chronology = $1 and kind = 'actor' and key = $2 and to_position = 9223372036854775807",
                    [
                        new NpgsqlParameter<string> { TypedValue = chronology },
                        new NpgsqlParameter<string> { TypedValue = key },
                    ],
                    ct
                )
        );
        app.MapGet(
            "/floor/{fact:guid}/{day:long}/{position:long}",
            (Guid fact, long day, long position, CancellationToken ct) =>
                OneAsync(
                    """
                    select effect::text from chronology.effect
                    where fact = $1 and start_first <= $2 and from_position <= $3 and to_position > $3
                    order by start_first desc limit 1
                    """,
                    [
                        new NpgsqlParameter<Guid> { TypedValue = fact },
                        new NpgsqlParameter<long> { TypedValue = day },
                        new NpgsqlParameter<long> { TypedValue = position },
                    ],
                    ct
                )
        );

        async Task<IResult> OneAsync(string sql, NpgsqlParameter[] parameters, CancellationToken ct)
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            return Results.Text((string?)await command.ExecuteScalarAsync(ct) ?? "null", "application/json");
        }
    }

    private static async Task<Endpoint[]> EndpointsAsync(
        NpgsqlDataSource source,
        string chronology,
        HttpClient cold,
        HttpClient known,
        HttpClient warm
    )
    {
        await using var connection = await source.OpenConnectionAsync();
        var head = await Loading.OfAsync<long>(
            connection,
            $"select position from chronology.head where chronology = '{chronology}'"
        );
        var random = new Random(4);
        // As somebody asks, hot pairs more often; each is asked about many times, of other days.
        var pairs = World.Pairs(4).Take(Pairs).ToArray();
        var asked = Enumerable
            .Range(0, 100_000)
            // Half each: the head, a position.
            .Select(n =>
                (
                    Pair: pairs[n % pairs.Length],
                    Day: new Day(World.RandomDay(random)),
                    Position: random.Next(2) == 0 ? head : random.NextInt64(head / 2, head + 1)
                )
            )
            .ToArray();
        var root = $"/api/chronologies/{chronology}";
        return
        [
            new("bare look-up by primary key", cold, Paths(q => $"/floor/{chronology}/{q.Pair.Holder}")),
            new(
                "bare as-of look-up",
                cold,
                Paths(q => $"/floor/{World.KeyOf(q.Pair).IdIn(chronology)}/{q.Day.Number}/{q.Position}")
            ),
            new("one fact, nothing remembered", cold, Paths(Fact)),
            new("state of a pair, nothing remembered", cold, Paths(State)),
            new("one fact, a new question", known, Paths(Fact)),
            new("state of a pair, a new question", known, Paths(State)),
            new("one of 500 facts, asked before", warm, [.. Paths(Fact).Take(500)]),
            new("one of 500 states, asked before", warm, [.. Paths(State).Take(500)]),
        ];

        FormattableString Fact((World.Pair Pair, Day Day, long Position) q) =>
            $"{root}/facts?kind={q.Pair.Kind}&holder={q.Pair.Holder}&toward={q.Pair.Toward}&asOf={q.Day}{Known(q.Position)}";

        FormattableString State((World.Pair Pair, Day Day, long Position) q) =>
            $"{root}/state?between={q.Pair.Holder},{q.Pair.Toward}&asOf={q.Day}{Known(q.Position)}";

        string Known(long position) =>
            position == head ? "" : string.Create(CultureInfo.InvariantCulture, $"&knownAt={position}");

        string[] Paths(Func<(World.Pair Pair, Day Day, long Position), FormattableString> path) =>
            [.. asked.Select(q => path(q).ToString(CultureInfo.InvariantCulture))];
    }

    private static async Task GetAsync(Endpoint endpoint, CancellationToken ct)
    {
        using var response = await endpoint.Client.GetAsync(endpoint.Next(), ct);
        response.EnsureSuccessStatusCode();
        await response.Content.LoadIntoBufferAsync(ct);
    }

    /// <summary>Requests a second, the endpoints in turn; the first turns of each are to warm up.</summary>
    private static async Task ThroughputAsync(Endpoint[] endpoints, CancellationToken ct)
    {
        const int Rounds = 7;
        // Until what the endpoints run is compiled for good.
        const int WarmUps = 3;
        var rates = endpoints.Select(_ => new List<double>()).ToArray();
        for (var round = -WarmUps; round < Rounds; round++)
        {
            for (var e = 0; e < endpoints.Length; e++)
            {
                var rate = await RateAsync(endpoints[e], ct);
                if (round >= 0)
                    rates[e].Add(rate);
            }
        }
        Console.WriteLine();
        Console.WriteLine($"## Q4: {Connections} connections");
        Console.WriteLine(
            $"{Rounds} rounds of {Turn.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s each, in turn; medians."
        );
        Console.WriteLine();
        Console.WriteLine("| endpoint | requests/s | of the first | of the second |");
        Console.WriteLine("| --- | --- | --- | --- |");
        for (var e = 0; e < endpoints.Length; e++)
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {endpoints[e].Name} | {Median(rates[e]):0} | {Median(Of(e, 0)):0.00} | {Median(Of(e, 1)):0.00} |"
                )
            );

        IEnumerable<double> Of(int e, int floor) => rates[e].Zip(rates[floor], (own, bare) => own / bare);

        static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
    }

    private static async Task<double> RateAsync(Endpoint endpoint, CancellationToken ct)
    {
        var answered = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(AskAsync, ct)));
        return answered / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task AskAsync()
        {
            while (Stopwatch.GetElapsedTime(start) < Turn)
            {
                await GetAsync(endpoint, ct);
                Interlocked.Increment(ref answered);
            }
        }
    }
}
