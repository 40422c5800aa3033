using Chronology.Service.Store;

namespace Chronology.Service.Tests.Invariants;

public sealed class RecordedTime(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2020, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    private readonly SetClock clock = new(Noon);
    private Desk desk = null!;
    private string chronology = "";

    public async ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        chronology = await desk.BeginAsync();
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task is_the_clock_s_in_whole_microseconds()
    {
        clock.Now = Noon.AddTicks(12_345_678);

        Assert.Equal(Noon.AddTicks(12_345_670), (await desk.RecordAsync(chronology, "a")).RecordedAt);
    }

    [Fact]
    public async Task rises_where_the_clock_stands_still_or_goes_back()
    {
        var stamps = new List<DateTimeOffset>();
        foreach (var now in new[] { Noon, Noon, Noon.AddHours(-1), Noon.AddYears(-1), Noon.AddSeconds(1) })
        {
            clock.Now = now;
            stamps.Add((await desk.RecordAsync(chronology, $"a{stamps.Count}")).RecordedAt);
        }

        Assert.Equal(
            [Noon, Noon + Microsecond, Noon + 2 * Microsecond, Noon + 3 * Microsecond, Noon.AddSeconds(1)],
            stamps
        );
        await Replay.AssertSoundAsync(desk, chronology);
    }

    [Fact]
    public async Task rises_within_one_transaction()
    {
        var outcomes = await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);

        Assert.Equal(
            Enumerable.Range(0, outcomes.Count).Select(n => (n + 1L, Noon + n * Microsecond)),
            outcomes.OfType<Outcome.Recorded>().Select(made => (made.Position, made.RecordedAt))
        );
    }

    [Fact]
    public async Task comes_after_each_instant_that_was_asked_about_whatever_a_slow_clock_says()
    {
        await desk.RecordAsync(chronology, "a");
        clock.Now = Noon.AddSeconds(5);
        var asked = await desk.AtAsync(chronology, "2020-05-01T12:00:05Z");

        await using var slow = new Desk(database.ConnectionString, new SetClock(Noon.AddSeconds(1)));
        var made = await slow.RecordAsync(chronology, "b");

        Assert.Equal(1, asked.Position);
        Assert.Equal(Noon.AddSeconds(5) + Microsecond, made.RecordedAt);
        Assert.Equal(asked, await desk.AtAsync(chronology, "2020-05-01T12:00:05Z"));
    }

    [Fact]
    public async Task is_bound_by_an_instant_asked_before_anything_was_recorded()
    {
        Assert.Equal((0, null), Known(await desk.AtAsync(chronology, "2020-05-01T12:00:00Z")));
        clock.Now = Noon.AddHours(-1);

        Assert.Equal(Noon + Microsecond, (await desk.RecordAsync(chronology, "a")).RecordedAt);
        clock.Now = Noon;
        Assert.Equal((0, null), Known(await desk.AtAsync(chronology, "2020-05-01T12:00:00Z")));
    }

    [Fact]
    public async Task is_not_bound_by_a_question_without_an_instant_or_by_a_position()
    {
        await desk.RecordAsync(chronology, "a");
        clock.Now = Noon.AddSeconds(5);
        await desk.AtAsync(chronology, null);
        await desk.AtAsync(chronology, "1");
        clock.Now = Noon.AddSeconds(1);

        Assert.Equal(Noon.AddSeconds(1), (await desk.RecordAsync(chronology, "b")).RecordedAt);
    }

    [Theory]
    [InlineData("2020-05-01T11:59:59.999999Z", 0)]
    [InlineData("2020-05-01T12:00:00Z", 1)]
    [InlineData("2020-05-01T14:00:00+02:00", 1)]
    [InlineData("2020-05-01T12:00:00.5Z", 1)]
    [InlineData("2020-05-01T12:00:00.9999999Z", 1)]
    [InlineData("2020-05-01T12:00:01Z", 2)]
    [InlineData("2020-05-01T12:00:01.000001Z", 2)]
    public async Task between_two_stamps_knows_the_earlier_revision(string instant, long position)
    {
        await desk.RecordAsync(chronology, "a");
        clock.Now = Noon.AddSeconds(1);
        await desk.RecordAsync(chronology, "b");
        clock.Now = Noon.AddSeconds(2);

        Assert.Equal(position, (await desk.AtAsync(chronology, instant)).Position);
    }

    [Fact]
    public async Task at_position_0_knows_nothing()
    {
        await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);

        var nothing = await desk.AtAsync(chronology, "0");

        Assert.Equal((0, null), Known(nothing));
        Assert.Null(nothing.Basis.KnownAt.At);
        Assert.Empty(await desk.FactsAsync(nothing));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("2020-05-01T12:00:00.0000001Z")]
    [InlineData("yesterday")]
    [InlineData("-1")]
    public async Task that_is_above_the_head_or_to_come_or_unreadable_is_refused(string knownAt)
    {
        await desk.RecordAsync(chronology, "a");

        var refused = await desk.Moments.ResolveAsync(
            chronology,
            new(null, knownAt),
            TestContext.Current.CancellationToken
        );

        Assert.Equal("invalid-parameter", refused.Rejection?.Code);
    }

    [Fact]
    public async Task of_an_append_in_flight_is_waited_for_by_a_question_about_a_later_instant()
    {
        await desk.RecordAsync(chronology, "a");
        using var held = new HeldClock(Noon.AddSeconds(1));
        await using var writing = new Desk(database.ConnectionString, held);
        var append = Task.Run(() => writing.RecordAsync(chronology, "b"));
        await held.IsAskedAsync();

        clock.Now = Noon.AddSeconds(2);
        var question = Task.Run(() => desk.AtAsync(chronology, "2020-05-01T12:00:02Z"));
        await UntilOneWaitsAsync();
        Assert.False(question.IsCompleted);
        held.Release();

        Assert.Equal(Noon.AddSeconds(1), (await append).RecordedAt);
        Assert.Equal(2, (await question).Position);
    }

    [Fact]
    public async Task of_an_append_in_flight_is_not_waited_for_by_a_question_about_the_past_or_the_head()
    {
        await desk.RecordAsync(chronology, "a");
        using var held = new HeldClock(Noon.AddSeconds(1));
        await using var writing = new Desk(database.ConnectionString, held);
        var append = Task.Run(() => writing.RecordAsync(chronology, "b"));
        await held.IsAskedAsync();

        Assert.Equal(1, (await desk.AtAsync(chronology, null)).Position);
        Assert.Equal(1, (await desk.AtAsync(chronology, "1")).Position);
        Assert.Equal(1, (await desk.AtAsync(chronology, "2020-05-01T12:00:00Z")).Position);

        held.Release();
        Assert.Equal(2, (await append).Position);
    }

    [Fact]
    public async Task of_one_chronology_is_not_waited_for_by_another()
    {
        using var held = new HeldClock(Noon);
        await using var writing = new Desk(database.ConnectionString, held);
        var append = Task.Run(() => writing.RecordAsync(chronology, "a"));
        await held.IsAskedAsync();

        var other = await desk.BeginAsync();
        Assert.Equal(1, (await desk.RecordAsync(other, "a")).Position);
        clock.Now = Noon.AddSeconds(1);
        Assert.Equal(1, (await desk.AtAsync(other, "2020-05-01T12:00:01Z")).Position);

        Assert.False(append.IsCompleted);
        held.Release();
        Assert.Equal(1, (await append).Position);
    }

    private static (long, DateTimeOffset?) Known(Moment moment) => (moment.Position, moment.RecordedAt);

    /// <summary>Asks the database until somebody there waits for a lock.</summary>
    private async Task UntilOneWaitsAsync()
    {
        while (
            await desk.TextsAsync(
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
                is []
        )
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A clock that keeps whoever asks it waiting: a writer asks it while it holds the head.</summary>
    private sealed class HeldClock(DateTimeOffset now) : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim released = new();
        private readonly SemaphoreSlim asked = new(0);

        public Task IsAskedAsync() => asked.WaitAsync(TestContext.Current.CancellationToken);

        public void Release() => released.Set();

        public override DateTimeOffset GetUtcNow()
        {
            asked.Release();
            released.Wait();
            return now;
        }

        public void Dispose()
        {
            released.Set();
            released.Dispose();
            asked.Dispose();
        }
    }
}
