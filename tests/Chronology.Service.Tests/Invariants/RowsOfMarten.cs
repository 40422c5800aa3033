using System.Diagnostics;
using Chronology.Recording;
using Chronology.Service.Store;
using JasperFx.Events;
using Marten;
using Marten.Events;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What the writer puts into Marten's tables is what a session of Marten puts there.</summary>
public sealed class RowsOfMarten(TestServer server, TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Command[] Commands =
    [
        .. RandomLogs.Prelude,
        Desk.Read(RecordKind.Event, Clients.Recognition("e", "1990", "de-jure")),
        Desk.Read(
            Operation.Corrected,
            new(RecordKind.Event, "e"),
            """
            {"changes":{"occurred":"1991","title":"“Łódź” & <b>","effects":[],"credibility":"confirmed"},
             "reason":{"code":"correction","note":"all wrong"},"citations":[{"source":"s"}]}
            """
        ),
    ];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task are_the_same_column_by_column(int manyRevisions, int together)
    {
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System, manyRevisions);
        var chronology = await desk.BeginAsync();
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = heard => heard == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var outer = source.StartActivity("outer");
        using var inner = source.StartActivity("inner");
        foreach (var some in Commands.Chunk(Math.Min(together, Commands.Length)))
            Assert.All(await desk.AppendAsync(chronology, some), one => Assert.IsType<Outcome.Recorded>(one));

        var plain = await server.CreateMigratedDatabaseAsync();
        await using var elsewhere = Database.Connect(plain);
        using var marten = DocumentStore.For(options =>
        {
            options.Connection(elsewhere);
            EventStore.Configure(options);
            options.Projections.All.Clear();
        });
        await using (var reading = desk.Store.QuerySession(chronology))
        {
            var stored = await reading.Events.QueryAllRawEvents().OrderBy(e => e.Sequence).ToListAsync(Ct);
            foreach (var revision in stored.GroupBy(RevisionHeaders.PositionOf).OrderBy(r => r.Key))
            {
                await using var session = marten.LightweightSession(chronology);
                session.Events.Append(revision.First().StreamKey!, revision.Select(Again));
                await session.SaveChangesAsync(Ct);
            }
        }
        await using var other = new Desk(plain, TimeProvider.System);

        foreach (
            var (table, random) in new[]
            {
                ("mt_events", "array['id','timestamp','seq_id']"),
                ("mt_streams", "array['timestamp','created']"),
            }
        )
        {
            var sql =
                $"select (to_jsonb(t) - {random})::text from chronology.{table} t where tenant_id = $1 order by 1";
            var expected = await other.TextsAsync(sql, chronology);
            Assert.NotEmpty(expected);
            Assert.Equal(expected, await desk.TextsAsync(sql, chronology));
        }
        Assert.Equal(
            ["true"],
            await desk.TextsAsync(
                "select (bool_and(abs(extract(epoch from now() - timestamp)) < 3600) and count(distinct id) = count(*))::text from chronology.mt_events where tenant_id = $1",
                chronology
            )
        );
        await server.DropDatabaseAsync(plain);

        IEvent Again(IEvent old)
        {
            var copy = ((EventGraph)marten.Options.Events).BuildEvent(old.Data);
            foreach (var (name, value) in old.Headers!)
                copy.SetHeader(name, value);
            return copy;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task are_gone_on_with_by_a_session_of_marten(int manyRevisions)
    {
        await using var desk = new Desk(database.ConnectionString, TimeProvider.System, manyRevisions);
        var chronology = await desk.BeginAsync();
        await desk.AppendAsync(chronology, Commands);

        await using (var session = desk.Store.LightweightSession(chronology))
        {
            var state = await session.Events.FetchStreamStateAsync("event/e", Ct);
            Assert.Equal(5, state!.Version);
            var stored = ((EventGraph)desk.Store.Options.Events).BuildEvent(new DiplomaticEvent.Retracted());
            new RevisionHeaders(10, 0, 3, Operation.Retracted, "ann", null, null, []).WriteTo(stored);
            session.Events.Append("event/e", 6, stored);
            await session.SaveChangesAsync(Ct);
        }

        await using var reading = desk.Store.QuerySession(chronology);
        Assert.Equal(
            [1, 2, 3, 4, 5, 6],
            (await reading.Events.FetchStreamAsync("event/e", token: Ct)).Select(one => one.Version)
        );
    }
}
