using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Time;
using Marten;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>The store as a service holds it, without HTTP in between.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public static readonly Caller Ann = new("ann", "a tool");
    private static int chronologies;

    /// <param name="manyRevisions">From so many revisions on a page is written by COPY.</param>
    public Desk(string connectionString, TimeProvider clock, int manyRevisions = 200)
    {
        Source = Database.Connect(connectionString);
        Store = EventStore.Open(Source);
        Writer = new(Source, Store, clock) { ManyRevisions = manyRevisions };
        Identities = new(Source);
        // Of logs as short as those of tests some blocks are whole.
        var times = new RecordedTimes(Source, blockSize: 4);
        Moments = new(Source, Identities, times, clock);
        Facts = new(Source, Identities, times);
        Clock = clock;
    }

    public NpgsqlDataSource Source { get; }

    public DocumentStore Store { get; }

    public Writer Writer { get; }

    public Moments Moments { get; }

    public Identities Identities { get; }

    public Facts Facts { get; }

    public TimeProvider Clock { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Begins a chronology that no other test knows and gives its slug.</summary>
    public async Task<string> BeginAsync()
    {
        var slug = $"c{Interlocked.Increment(ref chronologies).ToString(CultureInfo.InvariantCulture)}";
        var made = await new ChronologyHandlers(Source, Clock).Handle(
            new CreateChronology(slug, slug, null, null, Ann),
            Ct
        );
        Assert.True(made.IsOk);
        return slug;
    }

    /// <summary>Orders in one transaction; what is refused stays out.</summary>
    public async Task<IReadOnlyList<Outcome>> AppendAsync(string chronology, params Command[] commands) =>
        (
            await Writer.AppendAsync(
                chronology,
                [.. commands.Select(command => new Order(command))],
                Ann,
                allOrNothing: false,
                Ct
            )
        ).Value;

    /// <summary>Records an actor of that key; a key of its own each time makes a position each time.</summary>
    public async Task<Outcome.Recorded> RecordAsync(string chronology, string actor) =>
        Assert.IsType<Outcome.Recorded>(
            Assert.Single(
                await AppendAsync(
                    chronology,
                    Read(RecordKind.Actor, $$"""{"key":"{{actor}}","kind":"state","name":"{{actor}}"}""")
                )
            )
        );

    public async Task<Moment> AtAsync(string chronology, string? knownAt, string asOf = "2000-01-01") =>
        (await Moments.ResolveAsync(chronology, new(asOf, knownAt), Ct)).Value;

    /// <summary>What the service finds in the rows for every fact of the chronology, decided.</summary>
    public async Task<IReadOnlyList<FactEntry>> FactsAsync(Moment moment) =>
        [
            .. (await Facts.ReadAsync(moment, await Identities.AtAsync(moment, Ct), new FactSelection(), Ct)).Select(
                fact => fact.AsOf(moment.AsOf)
            ),
        ];

    public async Task<List<string>> TextsAsync(string sql, params object[] values)
    {
        await using var command = Source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            texts.Add(reader.GetValue(0).ToString()!);
        return texts;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    /// <exception cref="InvalidOperationException">The body is refused.</exception>
    public static Command Read(RecordKind kind, string body)
    {
        using var json = JsonDocument.Parse(body);
        var read = RecordJson.ReadRecord(kind, json.RootElement.Clone());
        return read.Rejection is { } refused ? throw new InvalidOperationException($"{refused} {body}") : read.Value;
    }

    /// <exception cref="InvalidOperationException">The body is refused.</exception>
    public static Command Read(Operation verb, RecordId id, string body)
    {
        using var json = JsonDocument.Parse(body);
        var read = RecordJson.ReadCommand(verb, id, json.RootElement.Clone());
        return read.Rejection is { } refused ? throw new InvalidOperationException($"{refused} {body}") : read.Value;
    }

    public async ValueTask DisposeAsync()
    {
        Moments.Dispose();
        Identities.Dispose();
        await Store.DisposeAsync();
        await Source.DisposeAsync();
    }
}

/// <summary>A clock that shows what it is set to, backwards too.</summary>
internal sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
