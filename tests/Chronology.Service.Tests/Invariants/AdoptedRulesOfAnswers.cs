using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Web;
using CsCheck;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Invariants;

/// <summary>An adoption changes nothing that was answered before, and under the old rules nothing at all.</summary>
public sealed class AdoptedRulesOfAnswers(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private ServiceProvider service = null!;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        service = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddChronology(Database.Connect(database.ConnectionString))
            .BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await desk.DisposeAsync();
    }

    private static readonly string?[] Sides = [null, "a,b", "a;b,c"];

    [Fact]
    public Task leave_what_was_answered_and_are_undone_by_asking_under_the_old() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Logs, RandomLogs.Days.List[3])
            .SampleAsync(
                async (log, later, days) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var before = await desk.AtAsync(chronology, null);
                    var other = before.Rules.Number == 1 ? 2 : 1;
                    var axes = days.Select(day => new Axes(day.ToString(), $"{before.Position}")).ToList();
                    var said = await SaidAsync(chronology, axes);

                    var adopted = Assert.IsType<Outcome.Recorded>(
                        Assert.Single(await desk.AppendAsync(chronology, RandomLogs.Adopt(other)))
                    );
                    Assert.Equal(said, await SaidAsync(chronology, axes));
                    Assert.Equal(other, (await desk.AtAsync(chronology, null)).Rules.Number);
                    // Asked under the old rules, the position of the adoption knows nothing new.
                    var under = axes.Select(at =>
                        at with
                        {
                            KnownAt = $"{adopted.Position}",
                            Rules = $"{before.Rules.Number}",
                        }
                    );
                    Assert.Equal(said.Select(Bare), (await SaidAsync(chronology, under)).Select(Bare));
                    // And so do the new ones say of the old position what they say of the new.
                    var anew = await SaidAsync(chronology, axes.Select(at => at with { Rules = $"{other}" }));
                    var now = await SaidAsync(
                        chronology,
                        axes.Select(at => at with { KnownAt = $"{adopted.Position}" })
                    );
                    Assert.Equal(anew.Select(Bare), now.Select(Bare));

                    foreach (var batch in later.Where(batch => batch.Commands.Count > 0))
                        await desk.AppendAsync(chronology, [.. batch.Commands]);
                    Assert.Equal(said, await SaidAsync(chronology, axes));
                    await Replay.AssertSoundAsync(desk, chronology);
                },
                iter: 30,
                threads: 1
            );

    /// <summary>States of some sides, and all stances, as they are written.</summary>
    private async Task<List<string>> SaidAsync(string chronology, IEnumerable<Axes> all)
    {
        var said = new List<string>();
        foreach (var axes in all)
        {
            foreach (var between in Sides)
                said.Add(await AskAsync(new StateOfRelations(chronology, between, null, axes)));
            said.Add(await AskAsync(new StancesOnADay(chronology, null, null, null, 1_000, axes)));
        }
        return said;
    }

    private async Task<string> AskAsync<T>(IRequest<Result<T>> question)
    {
        var answer = await service.GetRequiredService<ISender>().Send(question, TestContext.Current.CancellationToken);
        return answer.Rejection is { } refused ? refused.Code : JsonSerializer.Serialize(answer.Value, Answers.Json);
    }

    /// <summary>Without what names the position and the rules.</summary>
    private static string Bare(string answer)
    {
        if (!answer.StartsWith('{'))
            return answer;
        var told = System.Text.Json.Nodes.JsonNode.Parse(answer)!.AsObject();
        told.Remove("basis");
        told.Remove("answer");
        return told.ToJsonString();
    }
}
