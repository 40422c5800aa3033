using Chronology.Service.Store;
using Chronology.Service.Tests.Invariants;
using Chronology.Time;

namespace Chronology.Service.Tests.Store;

/// <summary>What is kept of when positions were recorded tells of positions and instants what the ledger tells.</summary>
public sealed class TimesOfPositions(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int BlockSize = 4;

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Day Today = Day.Of(2026, 1, 1);

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task are_those_of_the_ledger_for_every_position_and_instant_of_whole_blocks()
    {
        var (chronology, made) = await BeginAsync(11);
        var times = new RecordedTimes(desk.Source, BlockSize);
        foreach (var one in made)
            await TellTwiceAsync(times, chronology, one, head: 11);

        foreach (var one in made.Take(8))
        {
            Assert.Equal(one, times.Find(chronology, new(Today, one.Position, null)));
            Assert.Equal(one, times.Find(chronology, new(Today, null, one.RecordedAt)));
            var before = one.Position == 1 ? new RecordedPosition(0, null) : made[(int)one.Position - 2];
            Assert.Equal(before, times.Find(chronology, new(Today, null, one.RecordedAt!.Value.AddMicroseconds(-1))));
        }
        // What is behind them may still grow.
        Assert.All(made.Skip(8), one => Assert.Null(times.Find(chronology, new(Today, one.Position, null))));
        Assert.Null(times.Find(chronology, new(Today, null, made[7].RecordedAt!.Value.AddMicroseconds(1))));
        Assert.Null(times.Find(chronology, new(Today, null, null)));
        Assert.Null(times.Find("nowhere", new(Today, 1, null)));
    }

    [Fact]
    public async Task are_not_guessed_between_blocks_that_were_not_both_read()
    {
        var (chronology, made) = await BeginAsync(12);
        var times = new RecordedTimes(desk.Source, BlockSize);
        await TellTwiceAsync(times, chronology, made[4], head: 12);

        var lastOfBlock = made[7];
        var behindIt = lastOfBlock.RecordedAt!.Value.AddMicroseconds(1);
        Assert.Equal(lastOfBlock, times.Find(chronology, new(Today, null, lastOfBlock.RecordedAt)));
        Assert.Null(times.Find(chronology, new(Today, null, behindIt)));
        Assert.Null(times.Find(chronology, new(Today, null, made[4].RecordedAt!.Value.AddMicroseconds(-1))));

        await TellTwiceAsync(times, chronology, made[8], head: 12);
        await TellTwiceAsync(times, chronology, made[0], head: 12);

        Assert.Equal(lastOfBlock, times.Find(chronology, new(Today, null, behindIt)));
        Assert.Equal(made[3], times.Find(chronology, new(Today, null, made[4].RecordedAt!.Value.AddMicroseconds(-1))));
    }

    [Fact]
    public async Task say_which_day_the_record_has_reached_and_nothing_later()
    {
        var (chronology, made) = await BeginAsync(3);
        var times = new RecordedTimes(desk.Source, BlockSize);
        var reached = Day.Of(made[1].RecordedAt!.Value);
        Assert.False(times.HasReached(chronology, reached));

        await times.TellAsync(chronology, made[1], head: 3, Ct);
        await times.TellAsync(chronology, made[0], head: 3, Ct);

        Assert.True(times.HasReached(chronology, reached));
        Assert.False(times.HasReached(chronology, reached + 1));
        times.Forget();
        Assert.False(times.HasReached(chronology, reached));
    }

    [Fact]
    public async Task are_not_kept_within_a_transaction()
    {
        var (chronology, made) = await BeginAsync(5);
        await using var connection = await desk.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var times = new RecordedTimes(Reading.Within(transaction), BlockSize);

        await TellTwiceAsync(times, chronology, made[0], head: 5);

        Assert.Null(times.Find(chronology, new(Today, 1, null)));
        Assert.False(times.HasReached(chronology, Day.Of(made[0].RecordedAt!.Value)));
    }

    private static async Task TellTwiceAsync(RecordedTimes times, string chronology, RecordedPosition found, long head)
    {
        await times.TellAsync(chronology, found, head, Ct);
        await times.TellAsync(chronology, found, head, Ct);
    }

    /// <summary>A chronology of so many positions, each recorded on another day, with what the ledger says of them.</summary>
    private async Task<(string Chronology, IReadOnlyList<RecordedPosition> Made)> BeginAsync(int positions)
    {
        var chronology = await desk.BeginAsync();
        for (var n = 0; n < positions; n++)
        {
            clock.Now += TimeSpan.FromDays(1);
            await desk.RecordAsync(chronology, $"a{n}");
        }
        await using var command = desk.Source.CreateCommand(
            "select position, recorded_at from chronology.ledger where chronology = $1 order by position"
        );
        command.Parameters.AddWithValue(chronology);
        var made = new List<RecordedPosition>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            made.Add(new(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1)));
        Assert.Equal(positions, made.Count);
        return (chronology, made);
    }
}
