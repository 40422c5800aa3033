using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What the answers of state, facts, stances, scores, eras and the timeline do not depend on.</summary>
public sealed class LawsOfToldAnswers(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Day[] DaysOfTheShipped =
    [
        Day.Of(1948, 5, 17),
        Day.Of(1956, 12, 31),
        Day.Of(1974, 7, 1),
        Day.Of(1991, 12, 20),
        Day.Of(1994, 12, 31),
        Day.Of(2023, 12, 31),
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private Interview reader = null!;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        reader = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await desk.DisposeAsync();
    }

    [Fact]
    public Task in_any_order_of_recording_the_same_is_told() =>
        Gen.Select(RandomLogs.Recordings, Gen.Int, Gen.Int[0, 500], RandomLogs.Days.List[3])
            .SampleAsync(
                async (recordings, seed, pause, days) =>
                {
                    var mixed = recordings.ToArray();
                    new Random(seed).Shuffle(mixed);
                    var one = await RecordedAsync(recordings);
                    var other = await RecordedAsync(mixed);

                    Assert.Equal(await ToldAsync(one), await ToldAsync(other));

                    async Task<string> RecordedAsync(IEnumerable<Command> order)
                    {
                        clock.Now = RandomLogs.Began;
                        return await RandomLogs.RecordAsync(desk, clock, order.Select(c => new Batch(pause, [c])));
                    }

                    async Task<IReadOnlyList<string>> ToldAsync(string chronology) =>
                        await reader.ToldAsync(
                            chronology,
                            Interview.OfRandomLogs,
                            days,
                            await reader.HeadAsync(chronology),
                            besidePositions: true
                        );
                },
                iter: 30,
                threads: 1
            );

    [Fact]
    public async Task in_any_order_of_recording_the_same_is_told_by_the_shipped_chronology()
    {
        var lines = await File.ReadAllLinesAsync(Shipped.Path, TestContext.Current.CancellationToken);
        var first = lines.Where(line => !IsChange(line)).ToArray();
        new Random(7).Shuffle(first);
        var one = await reader.OfLinesAsync(lines);
        var other = await reader.OfLinesAsync([.. first, .. lines.Where(IsChange)]);

        Assert.Equal(await ToldAsync(one), await ToldAsync(other));

        async Task<IReadOnlyList<string>> ToldAsync(string chronology) =>
            await reader.ToldAsync(
                chronology,
                Interview.OfTheShipped,
                DaysOfTheShipped,
                lines.Length - 1,
                besidePositions: true
            );
    }

    [Fact]
    public Task after_a_retraction_the_same_is_told_as_before_the_recording() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Recordings, Gen.Int[0, 500], RandomLogs.Days.List[3])
            .SampleAsync(
                async (log, recordings, pause, days) =>
                {
                    if (recordings.Count == 0)
                        return;
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var before = await reader.HeadAsync(chronology);
                    var withdrawn = new RecordId(RecordKind.Event, "withdrawn");
                    clock.Now = clock.Now.AddDays(pause);
                    var outcomes = await desk.AppendAsync(
                        chronology,
                        recordings[0] with
                        {
                            Id = withdrawn,
                        },
                        Desk.Read(Operation.Retracted, withdrawn, """{"reason":{"code":"correction"}}""")
                    );
                    var after = await reader.HeadAsync(chronology);

                    Assert.Equal(outcomes.Count(outcome => outcome is Outcome.Recorded), after - before);
                    Assert.Equal(
                        await reader.ToldAsync(chronology, Interview.OfRandomLogs, days, before),
                        await reader.ToldAsync(chronology, Interview.OfRandomLogs, days, after)
                    );
                },
                iter: 30,
                threads: 1
            );

    [Fact]
    public async Task after_retractions_the_shipped_chronology_tells_what_it_would_without_the_events()
    {
        var lines = await File.ReadAllLinesAsync(Shipped.Path, TestContext.Current.CancellationToken);
        var whole = await reader.OfLinesAsync(lines);
        var retracted = new HashSet<string>(StringComparer.Ordinal);
        foreach (
            var key in lines
                .Where(line => !IsChange(line))
                .Select(KeyOfEvent)
                .OfType<string>()
                .Where((_, n) => n % 9 == 0)
        )
        {
            var outcomes = await desk.AppendAsync(
                whole,
                Desk.Read(Operation.Retracted, new(RecordKind.Event, key), """{"reason":{"code":"correction"}}""")
            );
            if (outcomes is [Outcome.Recorded])
                retracted.Add(key);
        }
        var without = await reader.OfLinesAsync(
            lines.Where(line => KeyOfEvent(line) is not { } key || !retracted.Contains(key))
        );

        Assert.InRange(retracted.Count, 10, int.MaxValue);
        Assert.Equal(await ToldAsync(without), await ToldAsync(whole));

        async Task<IReadOnlyList<string>> ToldAsync(string chronology) =>
            await reader.ToldAsync(
                chronology,
                Interview.OfTheShipped,
                DaysOfTheShipped,
                await reader.HeadAsync(chronology),
                besidePositions: true
            );
    }

    [Fact]
    public Task at_a_position_is_told_what_a_chronology_of_the_first_positions_alone_tells() =>
        Gen.Select(RandomLogs.Logs, Gen.Int[0, 1_000], RandomLogs.Days.List[3])
            .SampleAsync(
                async (log, place, days) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var position = place % (await reader.HeadAsync(chronology) + 1);
                    await AssertOfTheFirstAloneAsync(chronology, position, Interview.OfRandomLogs, days);
                },
                iter: 30,
                threads: 1
            );

    [Fact]
    public async Task at_a_position_the_shipped_chronology_tells_what_its_first_positions_alone_tell()
    {
        var chronology = await reader.ShippedAsync();
        foreach (var position in new[] { 0, 64, 130, 260, 340 })
            await AssertOfTheFirstAloneAsync(chronology, position, Interview.OfTheShipped, DaysOfTheShipped);
    }

    /// <summary>Positions and revisions are told alike too.</summary>
    private async Task AssertOfTheFirstAloneAsync(
        string chronology,
        long position,
        string[] questions,
        IReadOnlyCollection<Day> days
    )
    {
        clock.Now = clock.Now.AddYears(1);
        var copy = await reader.OfLinesAsync(await reader.ExportAsync(chronology, position));

        Assert.Equal(position, await reader.HeadAsync(copy));
        Assert.Equal(
            await reader.ToldAsync(copy, questions, days, position),
            await reader.ToldAsync(chronology, questions, days, position)
        );
    }

    private static bool IsChange(string line) => JsonNode.Parse(line)!["of"] is not null;

    /// <summary>The event that a line records or changes; null: another record.</summary>
    private static string? KeyOfEvent(string line)
    {
        var read = JsonNode.Parse(line)!;
        return "event" == (string?)(read["of"] ?? read["record"]) ? (string?)read["key"] : null;
    }
}
