using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Append;
using Chronology.Service.Cite;
using Chronology.Service.Compare;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Web;
using CsCheck;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

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
    public Task are_what_then_changes() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Logs, RandomLogs.Days)
            .SampleAsync(
                async (log, more, day) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var asOf = day.ToString();
                    await CiteAsync(chronology, asOf);
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
                                null,
                                Axes.Now
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
                        if (made.Op == "adopted")
                            Assert.Equal(compared.Value.Rules.Select(Told), changes.Shown.Select(Told));
                        await AssertStancesAsync(
                            chronology,
                            asOf,
                            head,
                            made.Op is null ? head : head + 1,
                            changes.Shown
                        );
                        await AssertScoresAsync(chronology, asOf, head, changes.Scores);
                        Assert.Equal(0, changes.UntriedScores);
                        await AssertCitedAsync(chronology, head, preview.Value.Cited);
                    }
                    await Replay.AssertSoundAsync(desk, chronology);
                },
                iter: 30,
                threads: 1
            );

    /// <summary>What <c>/stances</c> tells at the one position and at the other is told of all stances of which these differ, and of no others.</summary>
    private async Task AssertStancesAsync(
        string chronology,
        string asOf,
        long before,
        long after,
        IReadOnlyList<StanceLine> told
    )
    {
        var (was, now) = (await StancesAsync(before), await StancesAsync(after));
        var differ = was
            .Keys.Union(now.Keys)
            .Select(key => (Key: key, Before: was.GetValueOrDefault(key), After: now.GetValueOrDefault(key)))
            .Where(stance => stance.Before != stance.After)
            .OrderBy(stance => stance.Key.Holder, StringComparer.Ordinal)
            .ThenBy(stance => stance.Key.Toward, StringComparer.Ordinal);
        Assert.Equal(
            differ,
            told.Select(line => (Key: (line.Holder, line.Toward), Before: Json(line.Before), After: Json(line.After)))
        );
        Assert.All(
            told,
            line =>
            {
                Assert.Equal(line.Before is null, line.Change == Change.Appeared);
                Assert.Equal(line.After is null, line.Change == Change.Ended);
            }
        );

        async Task<Dictionary<(string Holder, string Toward), string?>> StancesAsync(long position)
        {
            var axes = new Axes(asOf, position.ToString(CultureInfo.InvariantCulture));
            var answer = (await SendAsync(new StancesOnADay(chronology, null, null, null, 1_000, axes))).Value;
            Assert.Null(answer.Next);
            return answer.Stances.ToDictionary(stance => (stance.Holder, stance.Toward), Json);
        }

        static string? Json(StanceAnswer? stance) =>
            stance is null ? null : JsonSerializer.Serialize(stance, Answers.Json);
    }

    private async Task AssertScoresAsync(string chronology, string asOf, long head, IReadOnlyList<ScoreLine> told)
    {
        var present = await desk.AtAsync(chronology, null);
        var identity = await desk.Identities.AtAsync(present, TestContext.Current.CancellationToken);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (one, other) in new[] { ("a", "b"), ("a", "c"), ("b", "c") })
        {
            var pair = ScoredPair.Of(identity.Surviving(one), identity.Surviving(other));
            var between = $"{pair.One},{pair.Other}";
            var compared = await SendAsync(
                new Comparison(chronology, At(asOf, head), At(asOf, present.Position), between, null, Axes.Now)
            );
            if (compared.IsOk)
                changed.UnionWith(
                    compared.Value.Knowledge.Concat(compared.Value.Rules).OfType<ScoreLine>().Select(Told)
                );
        }
        Assert.Equal(changed.Order(StringComparer.Ordinal), told.Select(Told).Order(StringComparer.Ordinal));
    }

    /// <summary>What is told of the cited answers is what their own addresses then say of the new revision.</summary>
    private async Task AssertCitedAsync(string chronology, long head, CitedChanges told)
    {
        var changed = new List<string>();
        foreach (var id in await desk.TextsAsync("select id from chronology.answer where chronology = $1", chronology))
        {
            var changes = await SendAsync(new ChangesToAnswer(chronology, id, head, ChangesToAnswer.GreatestLimit));
            if (changes.Value.ChangedSince.Count > 0)
                changed.Add(id);
        }
        Assert.Equal(0, told.Untried);
        Assert.Equal(
            changed.Order(StringComparer.Ordinal),
            told.Changed.Select(one => one.Id).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>Some answers are cited, so that there is something to tell of.</summary>
    private async Task CiteAsync(string chronology, string asOf)
    {
        foreach (
            var (path, query) in new[]
            {
                ("/state", "between=a,b"),
                ("/events", "limit=3"),
                ("/actors/a/history", ""),
                ("/events/e1/blame", ""),
                ("/eras", ""),
                ("/explain/score", "between=a,c"),
                ("/compare", "from=1950@1"),
            }
        )
        {
            var asked = query
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('='))
                .Append(["asOf", asOf])
                .ToDictionary(pair => pair[0], pair => new StringValues(pair[1]), StringComparer.Ordinal);
            await SendAsync(new CiteAnswer(chronology, path, new QueryCollection(asked), null));
        }
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
