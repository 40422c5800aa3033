using System.Globalization;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Chronology.Sources;
using Chronology.Tests.Recording;
using JasperFx.Events;
using Marten;
using Marten.Events;

namespace Chronology.Service.Tests.Invariants;

/// <summary>A projection never skips an event: each gives one row, and what cannot be read stops it.</summary>
public sealed class Projecting(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static int slugs;

    private Desk desk = null!;
    private string chronology = "";
    private long position;

    public static TheoryData<string> Names => [.. Samples.Each.Select(EventNames.Of)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, TimeProvider.System);
        chronology = $"projecting-{Interlocked.Increment(ref slugs).ToString(CultureInfo.InvariantCulture)}";
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task gives_each_event_a_row_and_marten_gives_it_back(string name)
    {
        var sample = Samples.Each.Single(change => EventNames.Of(change) == name);
        var (id, first) = RecordOf(sample);
        DomainEvent[] changes = sample.GetType() == first.GetType() ? [sample] : [first, sample];

        foreach (var change in changes)
            await AppendAsync(id, change, Headers(sign: true));

        await using var session = desk.Store.QuerySession(chronology);
        var stored = await session.Events.FetchStreamAsync(id.StreamKey, token: Ct);
        Assert.Equal(changes, stored.Select(one => one.Data));
        Assert.Equal(changes.Select(EventNames.Of), stored.Select(one => one.EventTypeName));
        Assert.Equal(
            changes.Select((_, n) => $"{n + 1}"),
            await desk.TextsAsync(
                "select revision from chronology.record where chronology = $1 order by from_position",
                chronology
            )
        );
    }

    [Fact]
    public Task stops_at_an_event_of_no_known_kind() =>
        Assert.ThrowsAnyAsync<Exception>(() => AppendAsync(Samples.Ussr, new Unheard(), Headers(sign: true)));

    [Fact]
    public Task stops_at_an_event_that_is_not_the_record_s() =>
        Assert.ThrowsAnyAsync<Exception>(() =>
            AppendAsync(Samples.Ussr, new Issue.Recorded(Samples.Partition), Headers(sign: true))
        );

    [Fact]
    public Task stops_at_a_change_of_nothing() =>
        Assert.ThrowsAnyAsync<Exception>(() => AppendAsync(Samples.Ussr, new Actor.Retracted(), Headers(sign: true)));

    [Fact]
    public async Task stops_at_an_event_without_a_position()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            AppendAsync(Samples.Ussr, new Actor.Recorded(Samples.SovietUnion), headers: null)
        );
        await using var session = desk.Store.QuerySession(chronology);
        Assert.Empty(await session.Events.FetchStreamAsync(Samples.Ussr.StreamKey, token: Ct));
    }

    [Fact]
    public async Task anew_stops_at_a_stored_event_of_no_known_name()
    {
        var recorded = await desk.BeginAsync();
        await desk.RecordAsync(recorded, "a");
        await desk.ExecuteAsync(
            $"""
            insert into chronology.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, headers)
            select seq_id + 1000000, gen_random_uuid(), stream_id, version + 1, data, 'actor_unheard_of_v9', timestamp, tenant_id, 'Unheard, Of', headers
            from chronology.mt_events where tenant_id = '{recorded}'
            """
        );

        await Assert.ThrowsAnyAsync<Exception>(() => RebuildAsync(recorded));
    }

    [Fact]
    public async Task anew_stops_at_a_position_without_events()
    {
        var recorded = await desk.BeginAsync();
        await desk.RecordAsync(recorded, "a");
        await desk.ExecuteAsync(
            $"""
            insert into chronology.ledger select chronology, 2, recorded_at + interval '1 second', kind, 'b', revision, op, author, via,
                reason_code, reason_note, citations, salts, content, leaf from chronology.ledger where chronology = '{recorded}'
            """
        );

        await Assert.ThrowsAsync<InvalidOperationException>(() => RebuildAsync(recorded));
    }

    private Task RebuildAsync(string recorded) => new RebuildBeside(desk.Source, recorded, "_stopped").RunAsync(10, Ct);

    private static (RecordId Id, DomainEvent First) RecordOf(DomainEvent sample) =>
        sample.GetType().DeclaringType!.Name switch
        {
            nameof(DiplomaticEvent) => (Samples.Id, new DiplomaticEvent.Recorded(Samples.Recognition)),
            nameof(Actor) => (Samples.Ussr, new Actor.Recorded(Samples.SovietUnion)),
            nameof(Issue) => (Samples.Plan, new Issue.Recorded(Samples.Partition)),
            nameof(Scheme) => (Samples.Division, new Scheme.Recorded(Samples.ArticlesDivision)),
            nameof(Era) => (Samples.Soviet, new Era.Recorded(Samples.SovietPeriod)),
            nameof(TheChronology) => (RecordId.Itself, sample),
            _ => (Samples.Book, new Source.Recorded(Samples.Article)),
        };

    private RevisionHeaders? Headers(bool sign) =>
        sign ? new(++position, position, 1, Operation.Recorded, "ann", null, null, []) : null;

    private async Task AppendAsync(RecordId id, object change, RevisionHeaders? headers)
    {
        await using var session = desk.Store.LightweightSession(chronology);
        var stored = ((EventGraph)desk.Store.Options.Events).BuildEvent(change);
        headers?.WriteTo(stored);
        session.Events.Append(id.StreamKey, stored);
        await session.SaveChangesAsync(Ct);
    }

    private sealed record Unheard : DomainEvent;
}
