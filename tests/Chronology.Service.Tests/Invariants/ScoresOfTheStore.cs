using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Time;
using CsCheck;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

public sealed class ScoresOfTheStore(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Parties[] Sides =
    [
        new(["a"], ["b"]),
        new(["b"], ["c"]),
        new(["a"], ["b", "c"]),
        new(["b", "c"], ["a"]),
        new(["a", "nobody"], ["c", "b"]),
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public Task are_those_of_every_event_known_one_by_one_to_the_unit() =>
        Gen.Select(
                RandomLogs.Logs,
                Gen.Select(Gen.Int[0, 1_000], RandomLogs.Days, Gen.Int[0, 800], Gen.Int[0, Sides.Length - 1]).List[20]
            )
            .SampleAsync(
                async (log, questions) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var replay = await Replay.OfAsync(desk.Store, desk.Source, chronology);
                    foreach (var (place, day, before, which) in questions)
                    {
                        var position = place % (replay.Head + 1);
                        var moment = new Moment(
                            chronology,
                            day,
                            position,
                            replay.RecordedAt(position),
                            RulesVersion.First
                        );
                        var sides = Sides[which];
                        var (expected, undated) = replay.ScoresAt(position, sides.One, sides.Other);
                        var found = await new Scores(desk.Source, desk.Identities).ReadAsync(
                            moment,
                            sides,
                            day - before,
                            day,
                            Ct
                        );
                        foreach (var asked in new[] { day - before, day - before / 2, day })
                            Assert.Equal(expected.SumAt(asked), found.Evidence.SumAt(asked));
                        Assert.Equal(undated.Count(first => first is null || first <= day), found.UndatedBy(day));
                        if (before > 366)
                            Assert.Equal(expected.TrendAt(day), found.Evidence.TrendAt(day));
                    }
                },
                iter: 100,
                threads: 1
            );

    [Fact]
    public Task are_filled_from_rows_that_were_there_before_the_tables() =>
        RandomLogs.Logs.SampleAsync(
            async log =>
            {
                clock.Now = RandomLogs.Began;
                await RandomLogs.RecordAsync(desk, clock, log);
                await using var connection = await desk.Source.OpenConnectionAsync(Ct);
                await using var undone = await connection.BeginTransactionAsync(Ct);
                var live = await RowsAsync(connection);
                await using (
                    var emptied = new NpgsqlCommand(
                        """
                        alter table chronology.score_event disable trigger user;
                        alter table chronology.score_total disable trigger user;
                        delete from chronology.score_event;
                        delete from chronology.score_total
                        """,
                        connection
                    )
                )
                    await emptied.ExecuteNonQueryAsync(Ct);

                await ScoresOfEarlierRows.FillAsync(connection, Ct);

                Assert.Equal(live, await RowsAsync(connection));
            },
            iter: 20,
            threads: 1
        );

    private static async Task<IReadOnlyList<string>> RowsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select r from (select s::text from chronology.score_event s union all select t::text from chronology.score_total t) x (r)
            order by r collate "C"
            """,
            connection
        );
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            rows.Add(reader.GetString(0));
        return rows;
    }

    [Fact]
    public Task do_not_depend_on_the_order_of_recording() =>
        Gen.Select(RandomLogs.Recordings, Gen.Int, RandomLogs.Days.List[5])
            .SampleAsync(
                async (recordings, seed, days) =>
                {
                    var mixed = recordings.ToArray();
                    new Random(seed).Shuffle(mixed);
                    var sums = new List<ScoreSum[]>();
                    foreach (var order in new[] { [.. recordings], mixed })
                    {
                        clock.Now = RandomLogs.Began;
                        var chronology = await desk.BeginAsync();
                        await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);
                        foreach (var recording in order)
                            await desk.AppendAsync(chronology, recording);
                        var head = (await desk.AtAsync(chronology, null)).Position;
                        var told = new List<ScoreSum>();
                        foreach (var day in days)
                        {
                            var moment = new Moment(chronology, day, head, null, RulesVersion.First);
                            var found = await new Scores(desk.Source, desk.Identities).ReadAsync(
                                moment,
                                Sides[2],
                                day,
                                day,
                                Ct
                            );
                            told.Add(found.Evidence.SumAt(day));
                        }
                        sums.Add([.. told]);
                    }
                    Assert.Equal(sums[0], sums[1]);
                },
                iter: 30,
                threads: 1
            );
}
