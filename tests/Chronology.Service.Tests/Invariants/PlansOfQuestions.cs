using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Benchmarks;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Catalogue;
using Chronology.Service.Rebuild;
using Chronology.Service.Review;
using Chronology.Service.Store;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>A hundred thousand event versions, its rows those of the live projection, loaded once; three thousand actors for review, and as many coded events.</summary>
/// <remarks><c>CHRONOLOGY_BENCH_DB</c> (a connection string) names a database that the benchmarks have loaded, to be used in its place.</remarks>
public sealed class AWorld(TestServer server) : IAsyncLifetime
{
    public const string Slug = "bench-100000";
    public const int Versions = 100_000;
    public const int Provisional = 3_000;

    /// <summary>Events that a data set codes, three to a story.</summary>
    public const int Told = 3_000;

    private readonly TestDatabase database = new(server);
    private readonly string? given = Environment.GetEnvironmentVariable("CHRONOLOGY_BENCH_DB");

    public NpgsqlDataSource Source { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (given is null)
            await database.InitializeAsync();
        Source = Database.Connect(given ?? database.ConnectionString);
        await Loading.LoadAsync(Source, Slug, World.Versions(Versions), TestContext.Current.CancellationToken);
        await ProvideAsync();
    }

    /// <summary>Records provisional actors whose names have three words, each of which a dozen others have.</summary>
    private async Task ProvideAsync()
    {
        await using var store = EventStore.Open(Source);
        var told = Enumerable
            .Range(0, Told)
            .Select(i =>
            {
                var row = $$$"""
                    {"key":"told-{{{i}}}","type":"meeting-held","occurred":"2018-06-01","title":"They meet","noSource":"-",
                     "actors":[{"actor":"found-{{{i:0000}}}","role":"actor"}],
                     "coding":{"dataSet":"made","story":"{{{i / 3}}}","rows":[{"id":"{{{i}}}"}]}}
                    """;
                return new Order(Desk.Read(RecordKind.Event, row));
            });
        var actors = Enumerable
            .Range(0, Provisional)
            .Select(i =>
            {
                var content = new ActorContent(
                    "organisation",
                    $"{Word(i % 700)} {Word(i * 7 % 701)} {Word(i * 11 % 709)}",
                    [],
                    null,
                    [],
                    []
                )
                {
                    Provisional = true,
                };
                var id = new RecordId(RecordKind.Actor, string.Create(CultureInfo.InvariantCulture, $"found-{i:0000}"));
                return new Order(new Command.Record(id, content) { FromDataSet = true });
            })
            .ToArray();
        var made = await new Writer(Source, store, TimeProvider.System).AppendAsync(
            Slug,
            [.. actors, .. told],
            new Caller("test", null),
            allOrNothing: true,
            TestContext.Current.CancellationToken
        );
        Assert.All(made.Value, outcome => Assert.IsNotType<Outcome.Refused>(outcome));
        foreach (var table in new[] { "record", "actor_name" })
        {
            await using var analyse = Source.CreateCommand($"vacuum (analyze) chronology.{table}");
            await analyse.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        static string Word(int i) => $"{"BDKLMNPRST"[i % 10]}a{"kbdlmnprst"[i / 10 % 10]}u{"nbdlmkprst"[i / 100 % 10]}";
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await database.DisposeAsync();
    }
}

/// <summary>What the questions asked most read of a long history, about the two actors that meet most: by index, and no more than the answer needs.</summary>
public sealed class PlansOfQuestions(AWorld world) : IClassFixture<AWorld>
{
    /// <summary>Rows that a plan may touch in all its scans; the busiest pair has nine thousand events.</summary>
    private const int FewRows = 1_000;

    /// <summary>Pages of 8 kB.</summary>
    private const int FewPages = 1_500;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Parties Busiest = World
        .Pairs(1)
        .Take(2_000)
        .GroupBy(pair => (pair.Holder, pair.Toward))
        .OrderByDescending(group => group.Count())
        .Select(group => new Parties([group.Key.Holder], [group.Key.Toward]))
        .First();

    private static readonly Parties OneActor = new(Busiest.One, []);

    /// <summary>Day, and how many hundredths of the record are known.</summary>
    public static TheoryData<string, int> Moments =>
        new()
        {
            { "2026-06-30", 100 },
            { "1990-01-01", 100 },
            { "1951-01-01", 100 },
            { "2026-06-30", 5 },
            { "1985-05-05", 50 },
        };

    private async Task<Moment> AtAsync(string asOf, int known)
    {
        using var identities = new Identities(world.Source);
        using var moments = new Moments(world.Source, identities, new(world.Source), TimeProvider.System);
        var head = (await moments.ResolveAsync(AWorld.Slug, Axes.Now, Ct)).Value.Position;
        var position = (head * known / 100).ToString(CultureInfo.InvariantCulture);
        return (await moments.ResolveAsync(AWorld.Slug, new(asOf, position), Ct)).Value;
    }

    private static IEnumerable<FactKey> FactsOfTheBusiest =>
        new[] { "relations", "recognition", "hostility", "sanctions" }.Select(kind =>
            FactKey.Of(kind, Busiest.One[0], Busiest.Other[0], null, null)
        );

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task of_one_fact_read_what_may_decide_by_index(string asOf, int known)
    {
        var moment = await AtAsync(asOf, known);
        var asked = new List<Asked>
        {
            new(moment.AsOf, moment.Position, null),
            new(moment.AsOf, null, moment.RecordedAt),
            new(moment.AsOf, null, null),
        };
        foreach (var key in FactsOfTheBusiest)
        {
            var id = key.IdIn(AWorld.Slug);
            var statements = asked
                .Select(one => OneFact.Asking(AWorld.Slug, id, one))
                .Append(OneFact.Asking(id, moment))
                .Append(OneFact.AskingAtHeadOnRecord(AWorld.Slug, id, moment.AsOf));
            foreach (var (sql, values) in statements)
            {
                var command = new NpgsqlBatchCommand(sql);
                command.Parameters.AddRange(values);
                var (rows, pages, sequential, plan) = await TouchedAsync(command, walks: false);
                Assert.True(rows <= 60 && pages <= 120 && !sequential, $"{rows} rows, {pages} pages:\n{plan}");
                // The day since which it may have been decided is found by an index alone.
                Assert.True(
                    Nodes(JsonNode.Parse(plan)![0]!["Plan"]!)
                        .Any(node =>
                            (string)node["Node Type"]! == "Index Only Scan"
                            && (string?)node["Index Name"] == "effect_walk"
                        ),
                    plan
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task of_what_held_last_read_a_few_rows_by_index(string asOf, int known)
    {
        var moment = await AtAsync(asOf, known);
        foreach (var key in FactsOfTheBusiest)
        {
            var (rows, pages, sequential, plan) = await TouchedAsync(
                Facts.Begun(moment, Heritage.Plain(key), few: 16),
                walks: false
            );
            Assert.True(rows <= FewRows && pages <= FewPages && !sequential, $"{rows} rows, {pages} pages:\n{plan}");
        }
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task of_the_state_of_a_pair_read_a_few_rows_by_index(string asOf, int known)
    {
        var moment = await AtAsync(asOf, known);
        await AssertFewAsync(trip =>
        {
            Facts.Recorded(trip, moment, Identity.None, FactSelection.Of(Busiest));
            Timeline.Recent(trip, moment, Busiest, 10);
            Recorded.Missing(trip, moment, RecordKind.Actor, Busiest.All);
            ScoreTelling.Ask(trip, moment, Busiest);
            RecordedEras.InForce(trip, moment);
        });
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task of_what_stands_behind_it_read_a_few_rows_by_index(string asOf, int known)
    {
        var moment = await AtAsync(asOf, known);
        var recent = await RoundTrip.AskAsync(world.Source, trip => Timeline.Recent(trip, moment, Busiest, 10), Ct);
        var facts = await RoundTrip.AskAsync(
            world.Source,
            trip => Facts.Recorded(trip, moment, Identity.None, FactSelection.Of(Busiest)),
            Ct
        );
        Assert.Equal(10, recent.Count);
        Assert.NotEmpty(facts);

        await AssertFewAsync(trip =>
        {
            Facts.OwnCitations(trip, moment, facts.SelectMany(fact => fact.Effects));
            Seals.Ask(trip, AWorld.Slug, [moment.Position], [.. recent.Select(row => row.State.Id)]);
        });
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task of_what_an_actor_did_last_read_a_few_rows_by_index(string asOf, int known)
    {
        var moment = await AtAsync(asOf, known);
        await AssertFewAsync(trip => Timeline.Recent(trip, moment, OneActor, 10));
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task of_what_happened_last_anywhere_read_a_few_pages(string asOf, int known)
    {
        var moment = await AtAsync(asOf, known);
        // What was recorded later is passed over inside the index.
        await AssertFewAsync(
            trip => Timeline.Recent(trip, moment, Parties.Everyone, 10),
            pagesMost: FewPages + (AWorld.Versions / 50)
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(100)]
    public async Task of_what_some_positions_made_different_read_the_effects_of_their_records(int known)
    {
        const int Positions = 100;
        var moment = await AtAsync("2026-06-30", known);
        // Where a row may be looked at in two indexes, and an event has some revisions.
        await AssertReadsAsync(
            Candidates.Revised,
            6 * Positions,
            10 * Positions,
            AWorld.Slug,
            moment.Position - Positions,
            moment.Position,
            moment.AsOf.Number,
            new[] { World.Actor(0) }
        );
    }

    [Theory]
    [InlineData("1990-01-01", "1990-02-01")]
    [InlineData("2026-01-01", "2026-01-02")]
    [InlineData("1948-01-01", "1948-12-31")]
    public async Task of_what_begins_or_ends_between_two_days_read_these_days_and_the_vague_ones_of_a_year(
        string first,
        string last
    )
    {
        var moment = await AtAsync("2026-06-30", 100);
        var (one, other) = (Day.ParseQuestion(first).Value, Day.ParseQuestion(last).Value);
        await AssertReadsAsync(
            Candidates.Dated,
            3 * FewRows,
            3 * FewRows,
            AWorld.Slug,
            moment.Position,
            one.Number,
            other.Number,
            (long)one.Civil.Year,
            (long)other.Civil.Year
        );
    }

    private async Task AssertReadsAsync(string sql, int rowsMost, int pagesMost, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var (rows, pages, sequential, plan) = await TouchedAsync(command, walks: false);
        Assert.True(rows <= rowsMost && pages <= pagesMost && !sequential, $"{rows} rows, {pages} pages:\n{plan}");
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, null, "2020-01-01")]
    [InlineData("1951", null, null)]
    [InlineData("2024-02", "2024-03", null)]
    [InlineData("1970", "2000", "1999-01-01")]
    public async Task of_a_page_of_the_timeline_read_little_more_than_the_page(string? from, string? to, string? after)
    {
        var moment = await AtAsync("2026-06-30", 100);
        foreach (var parties in new[] { Busiest, OneActor, Parties.Everyone })
        {
            if (parties.IsEveryone && from is null && after is null)
                continue;
            var selection = new TimelineSelection(
                from is null ? null : Day.ParseQuestion(from, first: true).Value,
                to is null ? null : Day.ParseQuestion(to).Value,
                parties,
                null,
                null,
                [],
                Certainly: false,
                ["active", "disputed"]
            );
            var place = after is null ? null : new TimelinePlace(Day.ParseQuestion(after).Value.Number, 0, 0, "");
            await AssertFewAsync(trip => Timeline.Rows(trip, moment, selection, place, 20));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("found-1500")]
    [InlineData("found-2990")]
    public async Task of_a_page_of_provisional_actors_read_the_page_and_those_with_names_like_theirs(string after)
    {
        var moment = await AtAsync("2026-06-30", 100);
        var found = await RoundTrip.AskAsync(world.Source, trip => ActorNames.Provisional(trip, moment, after, 20), Ct);
        var names = found.Select(row => ((ActorContent)row.State.Content).Name).ToArray();
        var alike = await RoundTrip.AskAsync(world.Source, trip => ActorNames.Alike(trip, moment, names), Ct);
        Assert.InRange(alike.Count, found.Count, AWorld.Provisional / 5);

        await AssertFewAsync(trip => ActorNames.Provisional(trip, moment, after, 20));
        await AssertFewAsync(trip => ActorNames.Alike(trip, moment, names), 2 * FewRows, 4 * FewPages);
    }

    [Fact]
    public async Task of_who_told_these_stories_before_read_their_events()
    {
        string[] stories =
        [
            .. Enumerable
                .Range(0, 100)
                .Select(i => $"{(i * 7 % (AWorld.Told / 3)).ToString(CultureInfo.InvariantCulture)}"),
            "nobody's",
        ];
        var (rows, pages, sequential, plan) = await TouchedAsync(Page.EventsOf(AWorld.Slug, stories), walks: false);
        Assert.True(rows <= 3 * stories.Length && pages <= 5 * stories.Length && !sequential, plan);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(null, "1990-01-01")]
    [InlineData(null, "2026-01-01")]
    [InlineData("busiest", null)]
    [InlineData("busiest", "1990-01-01")]
    [InlineData("quietest", null)]
    public async Task of_a_page_of_duplicates_read_the_page_and_what_begins_within_its_days(
        string? actor,
        string? after
    )
    {
        var moment = await AtAsync("2026-06-30", 100);
        var named = actor switch
        {
            null => Parties.Everyone,
            "busiest" => new Parties([Busiest.One[0]], []),
            _ => new Parties([World.Actor(World.Actors - 1)], []),
        };
        var place = after is null ? null : new TimelinePlace(Day.ParseQuestion(after).Value.Number, 0, 0, "");
        var (events, places) = await RoundTrip.AskAsync(
            world.Source,
            trip => DuplicatesToReviewHandler.Looking(trip, moment, named, place),
            Ct
        );
        Assert.NotEmpty(events);
        var looked = events.Take(DuplicatesToReview.Looked).Select((row, i) => (row.State, places[i])).ToArray();

        await AssertFewAsync(
            trip => DuplicatesToReviewHandler.Looking(trip, moment, named, place),
            rowsMost: 6 * DuplicatesToReview.Looked,
            pagesMost: 20 * DuplicatesToReview.Looked
        );
        // Of these days the most: some of the events looked at are a year or a decade wide.
        await AssertFewAsync(
            trip => DuplicatesToReviewHandler.Comparing(trip, moment, Identity.None, looked),
            rowsMost: DuplicatesToReview.Looked * DuplicatesToReview.Compared,
            pagesMost: 2 * DuplicatesToReview.Looked * DuplicatesToReview.Compared
        );
    }

    [Fact]
    public async Task of_a_rebuild_compare_the_timelines_by_whole_sets()
    {
        await using var connection = await world.Source.OpenConnectionAsync(Ct);
        var finding = new TimelineDifferences(connection, AWorld.Slug, "").Finding(known: long.MaxValue);
        var (_, _, _, plan) = await TouchedAsync(new NpgsqlBatchCommand(finding), walks: false);
        Assert.DoesNotContain("\"SubPlan\"", plan, StringComparison.Ordinal);
    }

    [Fact]
    public Task for_the_card_of_a_chronology_count_nothing() =>
        AssertFewAsync(trip => ChronologyHandlers.Cards(trip, AWorld.Slug), rowsMost: 100, pagesMost: 100);

    [Fact]
    public async Task that_read_every_row_would_be_found_out()
    {
        await using var batch = world.Source.CreateBatch();
        var touched = await TouchedAsync(
            new NpgsqlBatchCommand("select count(*) from chronology.effect where length(effect::text) > 0"),
            walks: false
        );

        Assert.True(touched.Rows > FewRows);
        Assert.True(touched.Sequential);
    }

    private async Task AssertFewAsync(Action<RoundTrip> ask, int rowsMost = FewRows, int pagesMost = FewPages)
    {
        var trip = new RoundTrip(world.Source);
        ask(trip);
        foreach (var (command, walks) in trip.Asked)
        {
            var (rows, pages, sequential, plan) = await TouchedAsync(command, walks);
            Assert.True(
                rows <= rowsMost && pages <= pagesMost && !sequential,
                $"{rows} rows, {pages} pages:\n{command.CommandText}\n{plan}"
            );
        }
    }

    private sealed record Touched(long Rows, long Pages, bool Sequential, string Plan);

    private async Task<Touched> TouchedAsync(NpgsqlBatchCommand command, bool walks)
    {
        await using var connection = await world.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        if (walks)
        {
            await using var walking = new NpgsqlCommand("set local enable_bitmapscan = off", connection);
            await walking.ExecuteNonQueryAsync(Ct);
        }
        // As the service asks: the plan is made for whatever values may come.
        await RunAsync(connection, "set local plan_cache_mode = force_generic_plan");
        var parameters = command.Parameters.Cast<NpgsqlParameter>().ToList();
        var types = string.Join(", ", parameters.Select(TypeOf));
        await RunAsync(connection, $"prepare asked {(types.Length == 0 ? "" : $"({types})")} as {command.CommandText}");
        var values = string.Join(", ", parameters.Select(parameter => Literal(parameter.Value)));
        await using var explain = new NpgsqlCommand(
            $"explain (analyze, buffers, timing off, format json) execute asked {(values.Length == 0 ? "" : $"({values})")}",
            connection
        );
        var text = (string)(await explain.ExecuteScalarAsync(Ct))!;
        await RunAsync(connection, "deallocate asked");
        var plan = JsonNode.Parse(text)![0]!["Plan"]!;
        var scans = Nodes(plan).Where(node => node["Relation Name"] is not null).ToList();
        return new(
            scans.Sum(RowsOf),
            (long)plan["Shared Hit Blocks"]! + (long)plan["Shared Read Blocks"]!,
            scans.Any(node => (string)node["Node Type"]! == "Seq Scan" && RowsOf(node) > 0),
            text
        );
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static string TypeOf(NpgsqlParameter parameter) =>
        parameter.Value switch
        {
            long[] => "bigint[]",
            int[] => "integer[]",
            short[] => "smallint[]",
            string[] => "text[]",
            Guid[] => "uuid[]",
            long => "bigint",
            DateTimeOffset => "timestamptz",
            int => "integer",
            short => "smallint",
            bool => "boolean",
            Guid => "uuid",
            string => "text",
            _ => parameter.DataTypeName ?? "text[]",
        };

    private static string Literal(object? value) =>
        value switch
        {
            null or DBNull => "null",
            string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
            Guid or bool => $"'{value}'",
            DateTimeOffset instant => $"'{instant.ToString("O", CultureInfo.InvariantCulture)}'",
            Array members =>
                $"array[{string.Join(", ", members.Cast<object?>().Select(Literal))}]::{TypeOf(new NpgsqlParameter { Value = members })}",
            _ => string.Create(CultureInfo.InvariantCulture, $"'{value}'"),
        };

    private static long RowsOf(JsonNode scan)
    {
        var perLoop =
            (double)scan["Actual Rows"]!
            + ((double?)scan["Rows Removed by Filter"] ?? 0)
            + ((double?)scan["Rows Removed by Index Recheck"] ?? 0);
        return (long)(perLoop * (double)scan["Actual Loops"]!);
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode plan) =>
        (plan["Plans"]?.AsArray() ?? []).SelectMany(child => Nodes(child!)).Prepend(plan);
}
