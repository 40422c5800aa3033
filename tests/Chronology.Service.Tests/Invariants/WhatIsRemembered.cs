using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

/// <summary>Two readers of one database: one remembers what was recorded between two actors, the other asks the database each time.</summary>
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
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private Interview remembering = null!;
    private Interview forgetful = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        remembering = new(database.ConnectionString, clock);
        forgetful = new(database.ConnectionString, clock, remembered: 0);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await remembering.DisposeAsync();
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

        // Whoever reads a row waits for this transaction, which waits for him.
        await using var connection = await desk.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var locking = connection.CreateCommand();
        locking.CommandText =
            "lock table chronology.record, chronology.fact, chronology.effect, chronology.timeline, chronology.score_event, chronology.score_total, chronology.ledger, chronology.head";
        await locking.ExecuteNonQueryAsync(Ct);

        Assert.Equal(Text(expected[0]), Text(await remembering.AskAsync(chronology, State, days[1], head)));
        Assert.Equal(Text(expected[1]), Text(await remembering.AskAsync(chronology, Fact, days[1], head)));
    }

    [Fact]
    public async Task is_not_kept_of_two_actors_with_too_many_events()
    {
        var chronology = await forgetful.ShippedAsync();
        var moment = await desk.AtAsync(chronology, null);
        using var few = new RememberedPairs(desk.Source, 1, greatestPair: 2);
        using var enough = new RememberedPairs(desk.Source, 1);

        Assert.False(await IsRememberedAsync(few, moment));
        Assert.True(await IsRememberedAsync(enough, moment));
    }

    [Fact]
    public async Task is_given_up_by_a_redaction()
    {
        var chronology = await forgetful.ShippedAsync();
        var moment = await desk.AtAsync(chronology, null);
        using var pairs = new RememberedPairs(desk.Source, 1);
        Assert.True(await IsRememberedAsync(pairs, moment));

        pairs.Forget(chronology);

        Assert.False(pairs.Holds(chronology, "israel", "ussr"));
        Assert.Null(await pairs.AskAsync(moment, ["ussr"], ["israel"], Ct));
    }

    private static async Task<bool> IsRememberedAsync(RememberedPairs pairs, Moment moment)
    {
        Assert.Null(await pairs.AskAsync(moment, ["ussr"], ["israel"], Ct));
        Assert.Null(await pairs.AskAsync(moment, ["ussr"], ["israel"], Ct));
        await pairs.ReadAsync();
        return await pairs.AskAsync(moment, ["ussr"], ["israel"], Ct) is not null
            && pairs.Holds(moment.Chronology, "israel", "ussr");
    }

    private async Task AssertToldAlikeAsync(string chronology, string question, Day day, long position)
    {
        var expected = await forgetful.AskAsync(chronology, question, day, position);
        // By the database until it was asked about twice, then from memory.
        for (var time = 0; time < 3; time++)
        {
            var told = await remembering.AskAsync(chronology, question, day, position);
            Assert.True(
                Text(expected) == Text(told),
                $"{question} on {day} at {position}:\n{Text(expected)}\n{Text(told)}"
            );
            await remembering.Remembered.ReadAsync();
        }
    }

    private static string Text(System.Text.Json.Nodes.JsonObject answer) => CanonicalJson.Of(answer);
}
