using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Service.Web;
using Chronology.Time;
using CsCheck;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>Three readers of one database: one remembers what was recorded between two actors, one their facts alone, and one asks the database
/// each time.</summary>
public sealed class WhatIsRemembered(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string[] OfRandomLogs =
    [
        "/state?between=a,b",
        "/state?between=a,c",
        "/state?between=a;b,c",
        "/state?between=d,b",
        "/facts?kind=recognition&holder=a&toward=b",
        "/facts?kind=recognition&holder=a&toward=b&value=de-jure",
        "/facts?kind=relations&holder=b&toward=a",
        "/facts?kind=alliance&holder=a&toward=c",
        "/facts?kind=office&holder=a&toward=b&value=President",
        "/facts?kind=control&holder=b&toward=a",
        "/facts?kind=stance&holder=a&toward=i",
        "/facts?holder=a&toward=b",
        "/facts?between=a;b,c",
        "/facts?kind=relations&holder=a&toward=nobody",
        "/explain?kind=relations&holder=a&toward=b",
        "/stances?holder=a&toward=i",
    ];

    private static readonly string[] OfTheShipped =
    [
        "/state?between=russia,plo",
        "/state?between=russia,palestine",
        "/state?between=ussr,plo",
        "/state?between=russia,israel",
        "/state?between=ussr,russia;plo,palestine,hamas",
        "/facts?kind=recognition&holder=russia&toward=israel",
        "/facts?kind=representation&holder=plo&toward=russia",
        "/facts?kind=relations&holder=israel&toward=russia",
        "/facts?holder=russia&toward=hamas",
        "/facts?kind=support&holder=ussr&toward=plo&value=political",
        "/facts?kind=control&holder=ussr&toward=israel",
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private Interview remembering = null!;
    private Interview rememberingFacts = null!;
    private Interview forgetful = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        remembering = new(database.ConnectionString, clock);
        rememberingFacts = new(database.ConnectionString, clock, greatestPair: 0);
        forgetful = new(database.ConnectionString, clock, remembered: 0);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await remembering.DisposeAsync();
        await rememberingFacts.DisposeAsync();
        await forgetful.DisposeAsync();
        await desk.DisposeAsync();
    }

    [Fact]
    public Task is_told_as_the_database_tells_it_whatever_is_recorded_meanwhile() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Days.List[2], Gen.Int)
            .SampleAsync(
                async (log, days, seed) =>
                {
                    var random = new Random(seed);
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, []);
                    foreach (var batch in log)
                    {
                        clock.Now = clock.Now.AddDays(batch.DaysLater);
                        await desk.AppendAsync(chronology, [.. batch.Commands]);
                        var head = await forgetful.HeadAsync(chronology);
                        foreach (var question in random.GetItems(OfRandomLogs, 5))
                        foreach (var day in days)
                        {
                            await AssertToldAlikeAsync(chronology, question, day, head);
                            await AssertToldAlikeAsync(chronology, question, day, random.NextInt64(0, head + 1));
                        }
                    }
                },
                iter: 100,
                threads: 1
            );

    [Fact]
    public async Task is_told_as_the_database_tells_it_of_the_shipped_chronology()
    {
        var random = new Random(1947);
        var chronology = await forgetful.ShippedAsync();
        var head = await forgetful.HeadAsync(chronology);
        foreach (var question in OfTheShipped)
        {
            for (var n = 0; n < 12; n++)
            {
                var day = Day.Of(random.Next(1940, 2025), random.Next(1, 13), random.Next(1, 28));
                await AssertToldAlikeAsync(chronology, question, day, n % 2 == 0 ? head : random.NextInt64(head + 1));
            }
        }
    }

    [Fact]
    public async Task needs_no_row_for_another_day_of_two_actors_that_were_asked_about()
    {
        var chronology = await forgetful.ShippedAsync();
        var head = await forgetful.HeadAsync(chronology);
        const string State = "/state?between=russia,israel";
        const string Fact = "/facts?kind=recognition&holder=ussr&toward=israel";
        Day[] days = [Day.Of(1992, 1, 1), Day.Of(1992, 1, 2)];
        var expected = new[]
        {
            await forgetful.AskAsync(chronology, State, days[1], head),
            await forgetful.AskAsync(chronology, Fact, days[1], head),
        };
        foreach (var question in new[] { State, State, Fact })
        {
            await remembering.AskAsync(chronology, question, days[0], head);
            await remembering.AskAsync(chronology, question, days[0], head);
            await remembering.Remembered.ReadAsync();
        }

        await using var locked = await LockAsync([
            "record",
            "fact",
            "effect",
            "timeline",
            "score_event",
            "score_total",
            "ledger",
            "head",
        ]);

        Assert.Equal(Text(expected[0]), Text(await remembering.AskAsync(chronology, State, days[1], head)));
        Assert.Equal(Text(expected[1]), Text(await remembering.AskAsync(chronology, Fact, days[1], head)));
    }

    [Fact]
    public async Task needs_no_effect_where_the_facts_alone_are_remembered()
    {
        var chronology = await forgetful.ShippedAsync();
        var head = await forgetful.HeadAsync(chronology);
        (string Question, Day Day, string Has)[] asked =
        [
            ("/facts?kind=recognition&holder=ussr&toward=israel", Day.Of(1960, 1, 1), "citations"),
            ("/facts?kind=support&holder=ussr&toward=plo&value=political", Day.Of(2000, 1, 1), "lastHeld"),
            ("/facts?kind=control&holder=ussr&toward=israel", Day.Of(1970, 1, 1), "no-record"),
        ];
        var expected = new List<string>();
        foreach (var (question, day, has) in asked)
        {
            expected.Add(Text(await forgetful.AskAsync(chronology, question, day, head)));
            Assert.Contains(has, expected[^1], StringComparison.Ordinal);
            for (var time = 0; time < 2; time++)
                await rememberingFacts.AskAsync(chronology, question, day, head);
            await rememberingFacts.Remembered.ReadAsync();
        }

        await using var locked = await LockAsync(["fact", "effect"]);

        var told = new List<string>();
        foreach (var (question, day, _) in asked)
            told.Add(Text(await rememberingFacts.AskAsync(chronology, question, day, head)));
        Assert.Equal(expected, told);
    }

    [Fact]
    public async Task is_the_facts_alone_of_two_actors_with_too_many_events()
    {
        var chronology = await forgetful.ShippedAsync();
        var moment = await desk.AtAsync(chronology, null);
        using var few = new RememberedPairs(desk.Source, 1, greatestPair: 2);
        using var enough = new RememberedPairs(desk.Source, 1);

        Assert.True(await IsRememberedAsync(few, moment));
        Assert.True(await IsRememberedAsync(enough, moment));
        Assert.Null((await AskAsync(few, moment))!.Events);
        Assert.NotNull((await AskAsync(enough, moment))!.Events);
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    [InlineData(null, true)]
    public async Task is_something_where_the_setting_leaves_room_for_it(string? megabytes, bool isRemembered)
    {
        var chronology = await forgetful.ShippedAsync();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(
                new ConfigurationBuilder()
                    .AddInMemoryCollection([KeyValuePair.Create(RememberedPairs.Setting, megabytes)])
                    .Build()
            )
            .AddLogging()
            .AddChronology(desk.Source)
            .BuildServiceProvider();

        Assert.Equal(
            isRemembered,
            await IsRememberedAsync(
                services.GetRequiredService<RememberedPairs>(),
                await desk.AtAsync(chronology, null)
            )
        );
    }

    [Fact]
    public async Task is_no_more_than_was_asked_for()
    {
        var chronology = await forgetful.ShippedAsync();
        var moment = await desk.AtAsync(chronology, null);
        using var pairs = new RememberedPairs(desk.Source, 1);
        for (var time = 0; time < 3; time++)
        {
            await AskAsync(pairs, moment, withEvents: false);
            await pairs.ReadAsync();
        }

        Assert.True(pairs.Holds(chronology, "israel", "ussr", withEvents: true));
        Assert.Null((await AskAsync(pairs, moment))!.Events);
        await pairs.ReadAsync();
        Assert.Null((await AskAsync(pairs, moment))!.Events);
        await pairs.ReadAsync();
        Assert.NotNull((await AskAsync(pairs, moment))!.Events);
    }

    [Fact]
    public async Task is_all_of_two_actors_once_one_fact_of_them_was_asked_about_twice()
    {
        var chronology = await forgetful.ShippedAsync();
        var moment = await desk.AtAsync(chronology, null);
        using var pairs = new RememberedPairs(desk.Source, 1);
        for (var time = 0; time < 2; time++)
        {
            Assert.False(pairs.Holds(chronology, "israel", "ussr", withEvents: true));
            await pairs.ReadAsync();
        }

        Assert.NotNull((await AskAsync(pairs, moment))!.Events);
    }

    [Fact]
    public async Task is_nothing_of_two_actors_whose_facts_take_more_than_a_quarter_of_the_memory()
    {
        var chronology = await RandomLogs.RecordAsync(desk, clock, []);
        await desk.AppendAsync(chronology, [.. Enumerable.Range(0, 1_200).Select(Recognition)]);
        var moment = await desk.AtAsync(chronology, null);
        using var little = new RememberedPairs(desk.Source, 1);
        using var enough = new RememberedPairs(desk.Source, 4);

        Assert.False(await IsRememberedAsync(little, moment, "a", "b"));
        Assert.True(await IsRememberedAsync(enough, moment, "a", "b"));
    }

    [Fact]
    public async Task gives_way_to_what_is_asked_about_later()
    {
        var chronology = await RandomLogs.RecordAsync(desk, clock, []);
        await desk.AppendAsync(
            chronology,
            [
                .. Enumerable
                    .Range(0, 12)
                    .Select(n => Desk.Read(RecordKind.Actor, $$"""{"key":"d{{n}}","kind":"state","name":"d"}""")),
                .. Enumerable.Range(0, 600).Select(n => Recognition(n, "a", $"d{n % 12}")),
                .. Enumerable.Range(600, 200).Select(n => Recognition(n, "a", "b")),
            ]
        );
        var moment = await desk.AtAsync(chronology, null);
        using var pairs = new RememberedPairs(desk.Source, 1);

        for (var n = 0; n < 12; n++)
            Assert.True(await IsRememberedAsync(pairs, moment, "a", $"d{n}"));
        Assert.True(await IsRememberedAsync(pairs, moment, "a", "b"));
        Assert.False(pairs.Holds(chronology, "a", "d0", withEvents: true));
    }

    private static Command Recognition(int n) => Recognition(n, "a", "b");

    private static Command Recognition(int n, string holder, string toward) =>
        Desk.Read(
            RecordKind.Event,
            $$"""
            {"key":"recognised-{{n}}","type":"recognition-granted","occurred":"1990","title":"Title","credibility":"confirmed",
             "actors":[{"actor":"{{holder}}","role":"actor"},{"actor":"{{toward}}","role":"recipient"}],
             "effects":[{"fact":"recognition","holder":"{{holder}}","toward":"{{toward}}","value":"de-jure"}],
             "citations":[{"source":"s","quote":"…"}]}
            """
        );

    [Fact]
    public async Task is_given_up_by_a_redaction()
    {
        var chronology = await forgetful.ShippedAsync();
        var moment = await desk.AtAsync(chronology, null);
        using var pairs = new RememberedPairs(desk.Source, 1);
        Assert.True(await IsRememberedAsync(pairs, moment));

        pairs.Forget(chronology);

        Assert.False(pairs.Holds(chronology, "israel", "ussr", withEvents: true));
        Assert.Null(await AskAsync(pairs, moment));
    }

    private static ValueTask<Between?> AskAsync(
        RememberedPairs pairs,
        Moment moment,
        string one = "ussr",
        string other = "israel",
        bool withEvents = true
    ) => pairs.AskAsync(moment, [one], [other], withEvents, Ct);

    private static async Task<bool> IsRememberedAsync(
        RememberedPairs pairs,
        Moment moment,
        string one = "ussr",
        string other = "israel"
    )
    {
        for (var time = 0; time < 2; time++)
        {
            Assert.Null(await AskAsync(pairs, moment, one, other));
            await pairs.ReadAsync();
        }
        return await AskAsync(pairs, moment, one, other) is not null
            && pairs.Holds(moment.Chronology, other, one, withEvents: true);
    }

    /// <summary>Until it is disposed whoever reads a row of these tables waits; whoever waits for him in the meantime never ends.</summary>
    private async Task<NpgsqlConnection> LockAsync(IEnumerable<string> tables)
    {
        var connection = await desk.Source.OpenConnectionAsync(Ct);
        await using var locking = connection.CreateCommand();
        locking.CommandText = $"begin; lock table {string.Join(", ", tables.Select(table => $"chronology.{table}"))}";
        await locking.ExecuteNonQueryAsync(Ct);
        return connection;
    }

    private async Task AssertToldAlikeAsync(string chronology, string question, Day day, long position)
    {
        var expected = await forgetful.AskAsync(chronology, question, day, position);
        foreach (var reader in new[] { remembering, rememberingFacts })
        {
            // By the database until it was asked about twice, then from memory.
            for (var time = 0; time < 3; time++)
            {
                var told = await reader.AskAsync(chronology, question, day, position);
                Assert.True(
                    Text(expected) == Text(told),
                    $"{question} on {day} at {position}:\n{Text(expected)}\n{Text(told)}"
                );
                await reader.Remembered.ReadAsync();
            }
        }
    }

    private static string Text(System.Text.Json.Nodes.JsonObject answer) => CanonicalJson.Of(answer);
}
