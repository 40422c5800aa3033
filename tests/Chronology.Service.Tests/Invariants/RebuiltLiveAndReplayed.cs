using Chronology.Service.Rebuild;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

public sealed class RebuiltLiveAndReplayed(TestDatabase database) : LawOfTheRows(database, manyRevisions: int.MaxValue);

/// <summary>The same where each page is written by COPY.</summary>
public sealed class RebuiltCopiedAndReplayed(TestDatabase database) : LawOfTheRows(database, manyRevisions: 1);

public abstract class LawOfTheRows(TestDatabase database, int manyRevisions)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private const int Samples = 40;

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock, manyRevisions);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return desk.DisposeAsync();
    }

    [Fact]
    public Task are_the_same_rows() =>
        Gen.Select(RandomLogs.Logs, Gen.Int[1, 9])
            .SampleAsync(
                async (log, page) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);

                    await Replay.AssertSoundAsync(desk, chronology);

                    await new RebuildBeside(desk.Source, chronology, "_rebuilt").RunAsync(
                        page,
                        TestContext.Current.CancellationToken
                    );
                    foreach (var table in new[] { "record", "fact", "effect", "score_event", "score_total" })
                        Assert.Equal(
                            await RowsAsync(table, chronology),
                            await RowsAsync($"{table}_rebuilt", chronology)
                        );
                },
                iter: Samples,
                threads: 1
            );

    private Task<List<string>> RowsAsync(string table, string chronology) =>
        desk.TextsAsync(
            $"select r::text as row from chronology.{table} r where {(table.StartsWith("score_total", StringComparison.Ordinal) ? $"pair in (select pair from chronology.{table.Replace("total", "event", StringComparison.Ordinal)} where chronology = $1)" : "chronology = $1")} order by row",
            chronology
        );
}
