using System.Globalization;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Explain;
using Chronology.Service.Store;
using Chronology.Service.Web;
using CsCheck;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What is listed of a score, and what is summed up of the rest, is the score.</summary>
public sealed class ExplainedScoresOfTheStore(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private ServiceProvider service = null!;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        service = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddLogging()
            .AddChronology(Database.Connect(database.ConnectionString))
            .BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await desk.DisposeAsync();
    }

    private Task<Result<T>> SendAsync<T>(IRequest<Result<T>> request) =>
        service.GetRequiredService<ISender>().Send(request, TestContext.Current.CancellationToken);

    [Fact]
    public Task add_up_and_leave_no_event_unaccounted_for() =>
        Gen.Select(
                RandomLogs.Logs,
                Gen.Select(Gen.Int[0, 1_000], RandomLogs.Days, Gen.Int[0, 4], Gen.Int[1, 4]).List[10]
            )
            .SampleAsync(
                async (log, questions) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var replay = await Replay.OfAsync(desk.Store, desk.Source, chronology);
                    foreach (var (place, day, which, limit) in questions)
                    {
                        var position = place % (replay.Head + 1);
                        var between = ((string[])["a,b", "b,c", "a;b,c", "b,c;a", "c,a"])[which];
                        var axes = new Axes(day.ToString(), position.ToString(CultureInfo.InvariantCulture));
                        var explained = await SendAsync(new ExplainScore(chronology, between, limit, axes));
                        var state = await SendAsync(new StateOfRelations(chronology, between, null, axes));
                        Assert.Equal(state.Rejection, explained.Rejection);
                        if (explained.Rejection is not null)
                            continue;
                        var told = explained.Value;

                        Assert.Equal(state.Value.Score, told.Score);
                        Assert.Equal(told.Sum.Low, Sum(told, part => part.Low));
                        Assert.Equal(told.Sum.Estimate, Sum(told, part => part.Estimate));
                        Assert.Equal(told.Sum.High, Sum(told, part => part.High));
                        Assert.Equal(told.Score.Evidence, told.Contributions.Count + told.Rest.Events);
                        Assert.Equal(told.Score.Undated, Left(told, ScoreReason.Undated));
                        Assert.Equal(told.Score.Value, told.Becomes.Value.Score);
                        var naming = await desk.TextsAsync(
                            $"""
                            select key from chronology.record where chronology = $1 and kind = 'event'
                              and from_position <= {axes.KnownAt} and to_position > {axes.KnownAt}
                            """,
                            chronology
                        );
                        // Nothing is told twice, and nothing that is no event.
                        var all = told
                            .Contributions.Select(one => one.Event)
                            .Concat(told.LeftOut.SelectMany(left => left.Events.Select(one => one.Event)))
                            .ToArray();
                        Assert.Equal(all.Distinct(StringComparer.Ordinal), all);
                        Assert.Subset(naming.ToHashSet(), all.ToHashSet());
                        Assert.All(told.LeftOut, left => Assert.Equal(Math.Min(left.Count, limit), left.Events.Count));
                    }
                },
                iter: 60,
                threads: 1
            );

    private static long Left(ExplainScoreAnswer told, ScoreReason reason) =>
        told.LeftOut.Where(left => left.Reason == reason).Sum(left => left.Count);

    private static decimal Sum(ExplainScoreAnswer told, Func<AddedAnswer, decimal> part) =>
        told.Contributions.Sum(one => part(one.Adds)) + part(told.Rest) + part(told.Rounding);
}
