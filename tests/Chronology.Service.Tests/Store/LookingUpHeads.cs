using Chronology.Service.Store;
using Chronology.Service.Tests.Invariants;

namespace Chronology.Service.Tests.Store;

/// <summary>Many look up heads and positions at the same time: one statement answers those who asked before it was sent.</summary>
public sealed class LookingUpHeads(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Many = 40;

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private HeadsTogether heads = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        heads = new(desk.Source);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task everybody_is_told_what_he_asked_for()
    {
        var one = await BeginAsync(3);
        var other = await BeginAsync(5);
        var asked = Enumerable
            .Range(0, Many)
            .Select(n =>
                (
                    Chronology: (n % 3) switch
                    {
                        0 => one,
                        1 => other,
                        _ => "nowhere",
                    },
                    Position: n % 4 == 0 ? null : (long?)(n % 7)
                )
            )
            .ToArray();
        var alone = new List<HeadAndPosition?>();
        foreach (var (chronology, position) in asked)
            alone.Add(await heads.AtAsync(chronology, position, Ct));

        var together = await Task.WhenAll(
            asked.Select(ask => Task.Run(() => heads.AtAsync(ask.Chronology, ask.Position, Ct).AsTask(), Ct))
        );

        Assert.Equal(alone, together);
        Assert.Contains(together, found => found is { Head: 5, RecordedAt: not null });
        Assert.Contains(together, found => found is { Head: 3, RecordedAt: null });
        Assert.Contains(together, found => found is null);
    }

    [Fact]
    public async Task nobody_is_told_less_than_was_recorded_before_he_asked()
    {
        var chronology = await desk.BeginAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => WriteAsync(writer), Ct)));

        async Task WriteAsync(int writer)
        {
            for (var n = 0; n < 10; n++)
            {
                var made = await desk.RecordAsync(chronology, $"a{writer}-{n}");
                var found = await heads.AtAsync(chronology, null, Ct);
                Assert.True(found!.Head >= made.Position, $"{found.Head} after {made.Position}");
            }
        }
    }

    [Fact]
    public async Task who_waits_is_answered_though_the_one_who_asked_for_him_gives_up()
    {
        var chronology = await BeginAsync(2);
        using var givingUp = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var connection = await desk.Source.OpenConnectionAsync(Ct);
        Task<HeadAndPosition?> first;
        Task<HeadAndPosition?>[] others;
        await using (var holding = await connection.BeginTransactionAsync(Ct))
        {
            await using var locking = connection.CreateCommand();
            locking.CommandText = "lock table chronology.head";
            await locking.ExecuteNonQueryAsync(Ct);
            first = heads.AtAsync(chronology, null, givingUp.Token).AsTask();
            others = [.. Enumerable.Range(0, 3).Select(_ => heads.AtAsync(chronology, 1, Ct).AsTask())];
            await givingUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        foreach (var found in await Task.WhenAll(others))
            Assert.Equal((2, true), (found!.Head, found.RecordedAt is not null));
    }

    private async Task<string> BeginAsync(int positions)
    {
        var chronology = await desk.BeginAsync();
        for (var n = 0; n < positions; n++)
            await desk.RecordAsync(chronology, $"a{n}");
        return chronology;
    }
}
