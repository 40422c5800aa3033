using Chronology.Recording;
using Chronology.Service.Store;

namespace Chronology.Service.Tests.Invariants;

public sealed class OneCommand(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Desk desk = null!;
    private string chronology = "";

    public async ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, new SetClock(RandomLogs.Began));
        chronology = await desk.BeginAsync();
        await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);
        await desk.AppendAsync(chronology, Desk.Read(RecordKind.Event, Clients.Recognition("e", "1990", "de-jure")));
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task of_many_events_is_one_revision_at_one_position()
    {
        var corrected = Assert.IsType<Outcome.Recorded>(
            Assert.Single(
                await desk.AppendAsync(
                    chronology,
                    Desk.Read(
                        Operation.Corrected,
                        new(RecordKind.Event, "e"),
                        """
                        {"changes":{"occurred":"1991","title":"Other","effects":[],"credibility":"confirmed"},
                         "reason":{"code":"correction","note":"all wrong"},"citations":[{"source":"s"}]}
                        """
                    )
                )
            )
        );

        Assert.Equal((9, 2), (corrected.Position, corrected.State.Revision));
        Assert.Equal(
            [
                "9 event_date_corrected_v1",
                "9 event_description_corrected_v1",
                "9 event_effects_corrected_v1",
                "9 event_credibility_reassessed_v1",
            ],
            await desk.TextsAsync(
                "select (headers ->> 'position') || ' ' || type from chronology.mt_events where tenant_id = $1 and version > 1 order by version",
                chronology
            )
        );
        Assert.Equal(9, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }

    [Fact]
    public async Task refused_takes_no_position()
    {
        var outcomes = await desk.AppendAsync(
            chronology,
            Desk.Read(RecordKind.Event, Clients.Recognition("f", "1990", "de-jure", holder: "nobody")),
            Desk.Read(RecordKind.Event, Clients.Recognition("e", "1990", "de-jure")),
            Desk.Read(RecordKind.Event, Clients.Recognition("f", "1990", "de-jure"))
        );

        Assert.IsType<Outcome.Refused>(outcomes[0]);
        Assert.Equal(8, Assert.IsType<Outcome.Unchanged>(outcomes[1]).Position);
        Assert.Equal(9, Assert.IsType<Outcome.Recorded>(outcomes[2]).Position);
        Assert.Equal(9, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }
}
