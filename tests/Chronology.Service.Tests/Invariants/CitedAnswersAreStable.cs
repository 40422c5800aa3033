using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Chronology.Recording;
using Chronology.Service.Cite;
using Chronology.Service.Store;
using Chronology.Service.Web;
using CsCheck;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Chronology.Service.Tests.Invariants;

public sealed class CitedAnswersAreStable(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Samples = 12;

    private const string Between = "between=a,b";

    private static readonly (string Path, string Query)[] Questions =
    [
        ("/state", ""),
        ("/state", Between),
        ("/facts", "kind=recognition&holder=a&toward=b"),
        ("/facts/history", "kind=recognition&holder=a&toward=b"),
        ("/events", "limit=3"),
        ("/events", "status=active,disputed,retracted,merged"),
        ("/actors/a/history", ""),
        ("/sources/s/blame", ""),
        ("/schemes/x/eras", ""),
        ("/eras", ""),
        ("/eras", "actor=a"),
        ("/search", "q=title"),
        ("/score", "between=a,b&from=1900&to=1990"),
        ("/stances", ""),
        ("/explain", "kind=recognition&holder=a&toward=b"),
        ("/explain/stance", "holder=a&toward=b"),
        ("/explain/score", "between=a,b&limit=3"),
        ("/compare", "from=1950@3"),
        ("/compare", "from=1990@2&between=a,b"),
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private ServiceProvider services = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ISender Sender => services.GetRequiredService<ISender>();

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddLogging()
            .AddChronology(Database.Connect(database.ConnectionString))
            .BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await desk.DisposeAsync();
    }

    [Fact]
    public Task whatever_is_recorded_after_them() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Logs, RandomLogs.Days)
            .SampleAsync(
                async (log, later, day) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var cited = new List<(string Query, string Stored, string Uncited, string Body)>();
                    foreach (var (path, query) in Questions)
                        if (await CiteAsync(chronology, path, query, day) is var (stored, uncited, body))
                            cited.Add((query, stored, uncited, body));

                    foreach (var batch in later)
                    {
                        clock.Now = clock.Now.AddDays(batch.DaysLater);
                        if (batch.Commands.Count > 0)
                            await desk.AppendAsync(chronology, [.. batch.Commands]);
                    }

                    foreach (var (query, stored, uncited, body) in cited)
                    {
                        Assert.Equal(body, await BodyAsync(chronology, stored));
                        Assert.Equal(body, await BodyAsync(chronology, uncited));
                        if (query == Between)
                            await AssertChangesAsync(chronology, stored);
                    }
                },
                iter: Samples,
                threads: 1
            );

    /// <summary>Null where the question is refused: its two sides have been merged into one.</summary>
    private async Task<(string, string, string)?> CiteAsync(string chronology, string path, string query, Time.Day day)
    {
        var asked = query
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .Concat(query.Contains("to=", StringComparison.Ordinal) ? [] : new[] { new[] { "asOf", day.ToString() } })
            .ToDictionary(pair => pair[0], pair => new StringValues(pair[1]), StringComparer.Ordinal);
        var answer = await Sender.Send(new CiteAnswer(chronology, path, new QueryCollection(asked), null), Ct);
        if (answer.Rejection is not null)
        {
            Assert.Contains(Between, query, StringComparison.Ordinal);
            Assert.Equal("invalid-parameter", answer.Rejection.Code);
            return null;
        }
        var cited = answer.Value;
        var id = cited.Name.Id!;
        var question = Assert.Single(
            await desk.TextsAsync(
                "select question from chronology.answer where chronology = $1 and id = $2",
                chronology,
                id
            )
        );
        var whole = cited.Whole.DeepClone().AsObject();
        whole.Remove("answer");
        return (
            id,
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(question))}.{cited.Name.Hash["sha256:".Length..][..32]}",
            CanonicalJson.Of(whole)
        );
    }

    private async Task<string> BodyAsync(string chronology, string id) =>
        (await Sender.Send(new AnswerById(chronology, id), Ct)).Value.Body;

    /// <summary>Answers differ between two positions exactly if a revision that is told lies between them; where none is, they are the same.</summary>
    private async Task AssertChangesAsync(string chronology, string id)
    {
        var told = (
            await Sender.Send(new ChangesToAnswer(chronology, id, null, ChangesToAnswer.GreatestLimit), Ct)
        ).Value;
        Assert.Null(told.Next);
        var found = (await Sender.Send(new AnswerById(chronology, id), Ct)).Value;
        var changed = told.ChangedSince.Select(change => change.Position).ToHashSet();
        var first = await SaidAsync(found.Question.Position);
        var before = first;
        for (var position = found.Question.Position + 1; position <= told.Basis.KnownAt.Position; position++)
        {
            var now = await SaidAsync(position);
            Assert.Equal(changed.Contains(position), now != before);
            before = now;
        }
        Assert.Equal(told.Same, before == first);

        async Task<string> SaidAsync(long position)
        {
            var again = new QueryCollection(
                new Dictionary<string, StringValues>(StringComparer.Ordinal)
                {
                    ["between"] = "a,b",
                    ["asOf"] = found.Question.AsOf,
                    ["knownAt"] = position.ToString(CultureInfo.InvariantCulture),
                }
            );
            var said = await Sender.Send(new CiteAnswer(chronology, "/state", again, null), Ct);
            if (said.Rejection is { } refused)
                return refused.Code;
            var whole = said.Value.Whole;
            whole.Remove("answer");
            whole.Remove("basis");
            return CanonicalJson.Of(whole);
        }
    }
}
