using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.Compare;
using Chronology.Service.Store;
using Chronology.Service.Web;
using CsCheck;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What a preview says would change is what then changes.</summary>
public sealed class TriedChanges(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Caller Ann = new("ann", "a tool");

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

    private Task<Result<T>> SendAsync<T>(IRequest<Result<T>> request) =>
        service.GetRequiredService<ISender>().Send(request, TestContext.Current.CancellationToken);

    [Fact]
    public Task are_what_then_changes() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Logs, RandomLogs.Days)
            .SampleAsync(
                async (log, more, day) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var asOf = day.ToString();
                    foreach (var command in more.SelectMany(batch => batch.Commands).Take(8))
                    {
                        var head = (await desk.AtAsync(chronology, null)).Position;
                        var rows = await RowsAsync(chronology);
                        var preview = await SendAsync(new PreviewOrder(chronology, new(command), Ann, asOf));
                        Assert.Equal(rows, await RowsAsync(chronology));
                        var receipt = await SendAsync(new AppendOrder(chronology, new(command), Ann));

                        Assert.Equal(receipt.Rejection, preview.Rejection);
                        if (receipt.Rejection is not null)
                            continue;
                        var (made, would) = (receipt.Value, preview.Value.Would);
                        Assert.Equal(
                            (made.Key, made.Revision, made.Status, made.Op, made.Scheme),
                            (would.Key, would.Revision, would.Status, would.Op, would.Scheme)
                        );
                        Assert.Equal(head, preview.Value.Basis.KnownAt.Position);
                        var compared = await SendAsync(
                            new Comparison(
                                chronology,
                                At(asOf, head),
                                At(asOf, made.Op is null ? head : head + 1),
                                null,
                                null
                            )
                        );
                        var changes = preview.Value.Changes;
                        Assert.Equal(
                            compared.Value.Knowledge.Select(Told).Order(StringComparer.Ordinal),
                            changes
                                .Facts.Concat<DifferenceLine>(changes.Stances)
                                .Concat(changes.Eras)
                                .Select(Told)
                                .Order(StringComparer.Ordinal)
                        );
                        Assert.Equal(
                            compared.Value.Rules.Select(Told),
                            (changes.Shown ?? []).Concat<DifferenceLine>([]).Select(Told)
                        );
                        Assert.Equal(made.Op == "adopted", changes.Shown is not null);
                        if (command.Id.Kind is RecordKind.Event || made.Op == "adopted")
                            await AssertScoresAsync(chronology, asOf, head, changes.Scores);
                    }
                    await Replay.AssertSoundAsync(desk, chronology);
                },
                iter: 30,
                threads: 1
            );

    private async Task AssertScoresAsync(string chronology, string asOf, long head, IReadOnlyList<ScoreLine> told)
    {
        var now = (await desk.AtAsync(chronology, null)).Position;
        var changed = new List<string>();
        foreach (var between in new[] { "a,b", "a,c", "b,c" })
        {
            var compared = await SendAsync(new Comparison(chronology, At(asOf, head), At(asOf, now), between, null));
            if (compared.IsOk)
                changed.AddRange(
                    compared.Value.Knowledge.Concat(compared.Value.Rules).OfType<ScoreLine>().Select(Told)
                );
        }
        // Of actors merged into others, none of the record's own pairs may be concerned.
        Assert.Subset(changed.ToHashSet(), told.Select(Told).ToHashSet());
        if (
            (
                await desk.Identities.AtAsync(
                    await desk.AtAsync(chronology, null),
                    TestContext.Current.CancellationToken
                )
            ).IsNone
        )
            Assert.Equal(changed.Order(StringComparer.Ordinal), told.Select(Told).Order(StringComparer.Ordinal));
    }

    private static string At(string asOf, long position) => $"{asOf}@{position.ToString(CultureInfo.InvariantCulture)}";

    private static string Told(DifferenceLine line) =>
        JsonSerializer.Serialize(line with { Revisions = null, Events = null }, Answers.Json);

    private async Task<string> RowsAsync(string chronology) =>
        string.Join(
            '\n',
            await desk.TextsAsync("select h::text from chronology.head h where chronology = $1", chronology),
            string.Join(
                '\n',
                await desk.TextsAsync(
                    "select l::text from chronology.ledger l where chronology = $1 order by position",
                    chronology
                )
            ),
            string.Join(
                '\n',
                await desk.TextsAsync(
                    "select r::text from chronology.record r where chronology = $1 order by r::text",
                    chronology
                )
            ),
            string.Join(
                '\n',
                await desk.TextsAsync(
                    "select e::text from chronology.effect e where chronology = $1 order by e::text",
                    chronology
                )
            )
        );
}
