using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Review;
using Chronology.Service.Store;
using Chronology.Service.Tests.Invariants;
using CsCheck;
using Npgsql;

namespace Chronology.Service.Tests.Review;

/// <summary>What is found by index is held against what all actors of the chronology, read at once, come to.</summary>
public sealed class WhomANameMayMean(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string[] Words =
    [
        "Yasser",
        "Yasir",
        "Ясир",
        "Arafat",
        "Arafāt",
        "Gaddafi",
        "Qadhafi",
        "Muammar",
        "Police",
        "Polis",
        "(India)",
        "(Iran)",
        "(Indía)",
        "The",
        "al",
        "ul-",
        "عرفات",
        "中国",
        "🙂",
        "?",
        "of",
        "Ministry",
        "Ministerium",
        "GOVERNMENT",
        "a",
        new string('x', 70),
        new string('x', 66),
    ];

    private static readonly Gen<string> Names = Gen.Int[0, Words.Length - 1]
        .Array[1, 4]
        .Select(words => string.Join(' ', words.Select(i => Words[i])));

    /// <summary>What is done to actors, in turn: recorded, named anew, given another name, merged, split, retracted, settled.</summary>
    private static readonly Gen<(int Actor, int Verb, string Name, int Other)[]> Logs = Gen.Select(
        Gen.Int[0, 11],
        Gen.Int[0, 9],
        Names,
        Gen.Int[0, 11]
    ).Array[1, 40];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    private static RecordId Id(int actor) => new(RecordKind.Actor, $"a{actor}");

    private static Command Of(int actor, int verb, string name, int other)
    {
        var reason = new Reason("correction", null);
        return verb switch
        {
            < 4 => new Command.Record(
                Id(actor),
                new ActorContent("person", name, [], null, [], []) { Provisional = actor % 3 != 0 }
            ),
            4 => new Command.Correct(Id(actor), new JsonObject { ["name"] = name }, reason, []),
            5 => new Command.Correct(
                Id(actor),
                new JsonObject { ["names"] = new JsonArray(new JsonObject { ["name"] = name }) },
                reason,
                []
            ),
            6 => new Command.Merge(Id(actor), Id(other).Key, new("merge", null), []),
            7 => new Command.Split(Id(actor), new("split", null), []),
            8 => new Command.Retract(Id(actor), reason, []),
            _ => new Command.Correct(Id(actor), new JsonObject { ["provisional"] = null }, reason, []),
        };
    }

    private async Task<string> ByAllAsync(string chronology, long position)
    {
        await using var command = desk.Source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position from chronology.record r
            where r.chronology = $1 and r.kind = 'actor' and r.from_position <= $2 and r.to_position > $2
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(position);
        var all = await Rows.ReadAsync(command, Ct);
        var actors = new NamedActors();
        foreach (var row in all)
            actors.Put(row.State);
        return string.Join(
            '\n',
            all.Select(row => row.State)
                .Where(state => state is { Status: RecordStatus.Active, Content: ActorContent { Provisional: true } })
                .OrderBy(state => state.Id.Key, StringComparer.Ordinal)
                .Select(state =>
                    Told(state.Id.Key, actors.Propose(((ActorContent)state.Content).Name, state.Id.Key, 5))
                )
        );
    }

    private async Task<string> ByPagesAsync(string chronology, long position, int limit)
    {
        var handler = new ActorsToReviewHandler(desk.Moments, desk.Source);
        var told = new List<string>();
        string? cursor = null;
        do
        {
            var axes = cursor is null ? new Axes("2000-01-01", $"{position}") : Axes.Now;
            var page = (await handler.Handle(new(chronology, cursor, limit, axes), Ct)).Value;
            Assert.True(page.Actors.Count <= limit);
            told.AddRange(page.Actors.Select(actor => Told(actor.Key, actor.Proposals)));
            cursor = page.Next;
        } while (cursor is not null);
        return string.Join('\n', told);
    }

    private static string Told(string key, IReadOnlyList<ProposedActor> proposals) =>
        $"{key}: {string.Join(", ", proposals.Select(p => $"{p.Actor} {p.Name} {p.Similarity} {p.Why}"))}";

    [Fact]
    public Task is_the_same_by_index_as_among_all_actors_at_every_position() =>
        Logs.SampleAsync(
            async log =>
            {
                clock.Now = RandomLogs.Began;
                var chronology = await desk.BeginAsync();
                foreach (var (actor, verb, name, other) in log)
                    await desk.AppendAsync(chronology, Of(actor, verb, name, other));
                var head = (await desk.AtAsync(chronology, null)).Position;
                foreach (var position in new[] { head / 3, head * 2 / 3, head })
                    Assert.Equal(
                        await ByAllAsync(chronology, position),
                        await ByPagesAsync(chronology, position, limit: 3)
                    );
            },
            iter: 60,
            threads: 1
        );

    [Fact]
    public async Task is_known_of_actors_that_were_there_before_the_index()
    {
        await desk.RecordAsync(await desk.BeginAsync(), "arafat");
        await using var connection = await desk.Source.OpenConnectionAsync(Ct);
        await using var undone = await connection.BeginTransactionAsync(Ct);
        var live = await NamesAsync(connection);
        Assert.NotEmpty(live);
        await using (
            var emptied = new NpgsqlCommand(
                "alter table chronology.actor_name disable trigger user; delete from chronology.actor_name",
                connection
            )
        )
            await emptied.ExecuteNonQueryAsync(Ct);

        await ActorNames.FillAsync(connection, Ct);

        Assert.Equal(live, await NamesAsync(connection));
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """select n::text from chronology.actor_name n order by n::text collate "C" """,
            connection
        );
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            rows.Add(reader.GetString(0));
        return rows;
    }
}
