using System.Text.Json;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Chronology.Service.Tests.Invariants;
using Chronology.Sources;
using Chronology.Tests.Recording;
using CsCheck;

namespace Chronology.Service.Tests.Rebuild;

public sealed class RebuildingBesideTheLive(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Caller Ann = new("ann", null);
    private static readonly string[] Tables = ["record", "fact", "effect", "score_event", "score_total"];

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
    public async Task finds_nothing_where_nothing_is_wrong()
    {
        var chronology = await ExampleAsync();
        var before = await RowsAsync(chronology);

        var rebuilt = await RunAsync(chronology);

        Assert.Equal((RebuildStatus.Done, 0, null), (rebuilt.Status, rebuilt.Differences, rebuilt.Failure));
        Assert.NotNull(rebuilt.StateBefore);
        Assert.Equal(rebuilt.StateBefore, rebuilt.StateAfter);
        Assert.Equal(before, await RowsAsync(chronology));
        Assert.Empty(await SupersededAsync(rebuilt.Id));
    }

    /// <summary>Begun at an earlier position it catches up: with dates that follow others, merges and splits as with all else.</summary>
    [Fact]
    public Task agrees_with_what_was_recorded_since_it_began() =>
        Gen.Select(RandomLogs.Logs, Gen.Int[1, 9], Gen.Int[0, 100])
            .SampleAsync(
                async (log, page, share) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var head = (await desk.AtAsync(chronology, null)).Position;
                    await BeginAsync(chronology, page, head * share / 100);

                    var rebuilt = await RunAsync(chronology, page);

                    Assert.Equal((head * share / 100, 0L), (rebuilt.Position, rebuilt.Differences));
                },
                iter: 30,
                threads: 1
            );

    public static TheoryData<string, string, string> Damages =>
        new()
        {
            { "record", "update chronology.record set status = 'retracted' where key = 'f'", "record event f status" },
            {
                "record",
                "update chronology.record set to_position = 8 where key = 'e' and to_position > 8",
                "record event e to_position"
            },
            {
                "record",
                "update chronology.record set search = 'found by this' where key = 'f'",
                "record event f search"
            },
            {
                "record",
                "update chronology.record set state = replace(state::text, 'Other', 'Another')::json where key = 'f'",
                "record event f state"
            },
            { "record", "delete from chronology.record where key = 'f'", "record event f " },
            {
                "record",
                "insert into chronology.record select chronology, kind, 'ghost', from_position, to_position, revision, status, type, earliest, latest, day_order, refs, search, state from chronology.record where key = 'f'",
                "record event ghost "
            },
            {
                "effect",
                "update chronology.effect set start_first = start_first - 1 where event = 'f'",
                "effect f 0 start_first"
            },
            { "effect", "update chronology.effect set ahead = not ahead where event = 'f'", "effect f 0 ahead" },
            { "effect", "delete from chronology.effect where event = 'f'", "effect f 0 " },
            {
                "fact",
                "update chronology.fact set holder = 'c' where kind = 'recognition'",
                "fact recognition a b holder"
            },
            { "fact", "delete from chronology.fact where kind = 'recognition'", "fact recognition a b " },
            {
                "score_event",
                "update chronology.score_event set weight = weight + 1 where event = 'f'",
                "score_event f PAIR weight"
            },
            { "score_event", "delete from chronology.score_event where event = 'f'", "score_event f PAIR " },
            { "score_total", "update chronology.score_total set low = low - 1 where position = 7", "score_total PAIR" },
        };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task names_a_damaged_row_keeps_it_and_mends_it(string table, string damage, string named)
    {
        var chronology = await ExampleAsync();
        var right = await RowsAsync(chronology);
        await DamageAsync(table, damage, chronology);
        var wrong = await RowsAsync(chronology);

        var compared = await RunAsync(chronology, dryRun: true);
        var stillWrong = await RowsAsync(chronology);
        var rebuilt = await RunAsync(chronology);

        Assert.NotEqual(right, wrong);
        Assert.Equal(wrong, stillWrong);
        Assert.Equal(right, await RowsAsync(chronology));
        Assert.Equal(rebuilt.Differences, compared.Differences);
        Assert.Contains(rebuilt.Named, row => Told(row).StartsWith(named, StringComparison.Ordinal));
        Assert.Equal(rebuilt.Named, compared.Named);
        // What only the streams give had no live row to keep.
        var kept = await SupersededAsync(rebuilt.Id);
        Assert.Equal(
            rebuilt
                .Named.Where(row => row.Live is not null)
                .DistinctBy(row => (row.Table, row.Key, row.Position))
                .Count(),
            kept.Count
        );
        Assert.All(kept, row => Assert.Contains(row, wrong));
        Assert.Equal(0, (await RunAsync(chronology)).Differences);
        await AssertTimelinesAsync(chronology);
    }

    [Theory]
    [InlineData("delete from chronology.timeline e where e.key = 'f'", 3)]
    [InlineData("update chronology.timeline e set to_position = 9 where e.key = 'f'", 3)]
    [InlineData("update chronology.timeline e set earliest = earliest - 1 where e.key = 'g'", 6)]
    [InlineData("insert into chronology.timeline select e.* from chronology.timeline e where e.key = 'f'", 6)]
    [InlineData(
        "insert into chronology.timeline select \"of\", width, earliest, latest, from_position, to_position, 'ghost' from chronology.timeline e where e.key = 'f'",
        3
    )]
    public async Task mends_the_timelines_of_actors(string damage, int differences)
    {
        var chronology = await ExampleAsync();
        await desk.ExecuteAsync(
            $"""
            {damage} and e."of" in (
                select t from chronology.record r cross join lateral chronology.timelines_of(r.chronology, r.refs) t where r.chronology = '{chronology}')
            """
        );

        var compared = await RunAsync(chronology, dryRun: true);
        var rebuilt = await RunAsync(chronology);

        Assert.Equal((differences, differences), (compared.Differences, rebuilt.Differences));
        Assert.Equal(rebuilt.Named, compared.Named);
        Assert.All(rebuilt.Named, row => Assert.Equal("timeline", row.Table));
        Assert.Equal(rebuilt.Named.Count(row => row.Live is not null), (await SupersededAsync(rebuilt.Id)).Count);
        Assert.Equal(0, (await RunAsync(chronology)).Differences);
        await AssertTimelinesAsync(chronology);
    }

    [Fact]
    public async Task mends_the_counts_in_the_head()
    {
        var chronology = await ExampleAsync();
        const string Counts = "select concat_ws(' ', events, actors) from chronology.head where chronology = $1";
        await DamageAsync(
            "head",
            "update chronology.head set events = events + 2, actors = actors - 1 where position > 0",
            chronology
        );

        var compared = await RunAsync(chronology, dryRun: true);
        var stillWrong = await desk.TextsAsync(Counts, chronology);
        var rebuilt = await RunAsync(chronology);

        Assert.Equal(["5 2"], stillWrong);
        Assert.Equal(["3 3"], await desk.TextsAsync(Counts, chronology));
        Assert.Equal((1L, 1L), (compared.Differences, rebuilt.Differences));
        Assert.Equal(rebuilt.Named, compared.Named);
        Assert.Equal(("head", chronology), (rebuilt.Named[0].Table, rebuilt.Named[0].Key));
        Assert.Single(await SupersededAsync(rebuilt.Id));
        Assert.Equal(0, (await RunAsync(chronology)).Differences);
    }

    [Fact]
    public async Task puts_back_the_words_by_which_actors_are_found_but_not_where_it_only_compares()
    {
        var chronology = await ExampleAsync();
        var right = await NamesAsync(chronology);
        await desk.ExecuteAsync(
            $"begin; alter table chronology.actor_name disable trigger user; delete from chronology.actor_name where chronology = '{chronology}' and actor <> 'a'; alter table chronology.actor_name enable trigger user; commit;"
        );
        var some = await NamesAsync(chronology);

        await RunAsync(chronology, dryRun: true);
        var compared = await NamesAsync(chronology);
        await RunAsync(chronology);

        Assert.NotEqual(right, some);
        Assert.Equal(some, compared);
        Assert.Equal(right, await NamesAsync(chronology));
    }

    private Task<List<string>> NamesAsync(string chronology) =>
        desk.TextsAsync(
            "select n::text from chronology.actor_name n where n.chronology = $1 order by n::text collate \"C\"",
            chronology
        );

    /// <summary>Each event stands once in each of its timelines.</summary>
    private async Task AssertTimelinesAsync(string chronology) =>
        Assert.DoesNotContain(
            await desk.TextsAsync(
                """
                select r.key || ' ' || count(e.key) from chronology.record r
                cross join lateral chronology.timelines_of(r.chronology, r.refs) t
                left join chronology.timeline e on e."of" = t and e.key = r.key
                    and (e.from_position, e.to_position, e.earliest, e.latest) = (r.from_position, r.to_position, r.earliest, r.latest)
                where r.chronology = $1 and r.kind = 'event' and r.status in ('active', 'disputed')
                group by r.key, r.from_position, t
                """,
                chronology
            ),
            entries => !entries.EndsWith(" 1", StringComparison.Ordinal)
        );

    [Fact]
    public async Task brings_back_everything_from_the_streams_alone()
    {
        var chronology = await ExampleAsync();
        var other = await ExampleAsync();
        var (right, beside) = (await RowsAsync(chronology), await RowsAsync(other));
        foreach (var table in Tables.Reverse())
            await DamageAsync(
                table,
                table == "score_total"
                    ? "delete from chronology.score_total where pair in (select pair from chronology.score_event where chronology = 'C')"
                    : $"delete from chronology.{table} where true",
                chronology
            );

        var rebuilt = await RunAsync(chronology);

        Assert.Equal(right, await RowsAsync(chronology));
        Assert.Equal(beside, await RowsAsync(other));
        Assert.Equal(right.Count, rebuilt.Differences);
        Assert.NotEqual(rebuilt.StateBefore, rebuilt.StateAfter);
        Assert.Equal(rebuilt.StateAfter, (await RunAsync(chronology)).StateBefore);
        await AssertTimelinesAsync(chronology);
    }

    /// <summary>As they stand in databases since the first version, in which no derived row need be as it is today.</summary>
    [Fact]
    public async Task reads_every_event_that_was_ever_stored()
    {
        var chronology = await desk.BeginAsync();
        var folder = System.IO.Path.Combine(
            System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(Shipped.Path))!,
            "tests/Chronology.Tests/Recording/golden"
        );
        var expected = new List<string>();
        var position = 0;
        foreach (var sample in Samples.Each)
        {
            var name = EventNames.Of(sample);
            var kind = name[..name.IndexOf('_', StringComparison.Ordinal)];
            var id = new RecordId(Words.Kind(kind), kind == "era" ? $"x/{name}" : name);
            await desk.ExecuteAsync(
                $"insert into chronology.mt_streams (tenant_id, id, version) values ('{chronology}', '{id.StreamKey}', 2)"
            );
            DomainEvent first = kind switch
            {
                "event" => new DiplomaticEvent.Recorded(Samples.Recognition),
                "actor" => new Actor.Recorded(Samples.SovietUnion),
                "issue" => new Issue.Recorded(Samples.Partition),
                "scheme" => new Scheme.Recorded(Samples.ArticlesDivision),
                "era" => new Era.Recorded(Samples.SovietPeriod),
                "chronology" => sample,
                _ => new Source.Recorded(Samples.Article),
            };
            RecordState? state = null;
            foreach (var change in sample.GetType() == first.GetType() ? [sample] : new[] { first, sample })
            {
                position++;
                var version = state is null ? 1 : 2;
                var json = ReferenceEquals(change, sample)
                    ? await File.ReadAllTextAsync(System.IO.Path.Combine(folder, $"{name}.json"), Ct)
                    : JsonSerializer.Serialize(change, change.GetType(), RecordJson.Options);
                await desk.ExecuteAsync(
                    $$"""
                    insert into chronology.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, headers)
                    values (nextval('chronology.mt_events_sequence'), gen_random_uuid(), '{{id.StreamKey}}', {{version}}, $json${{json}}$json$, '{{EventNames.Of(
                        change
                    )}}', now(), '{{chronology}}', '', '{"position": {{position}}, "recordedAt": {{position}}}');
                    insert into chronology.ledger (chronology, position, recorded_at, kind, key, revision, op, author, salts, content, leaf)
                    select '{{chronology}}', {{position}}, 'epoch'::timestamptz + {{position}} * interval '1 us', '{{kind}}', '{{id.Key}}', {{version}}, 'recorded', 'ann', '{}', sha256(''), sha256('');
                    """
                );
                state = Folding.Revise(state, id, [change]);
                expected.Add($"{position} {id} {StoredState.Write(state)}");
            }
        }

        await new RebuildBeside(desk.Source, chronology, "_golden").RunAsync(7, Ct);

        Assert.Equal(
            expected,
            await desk.TextsAsync(
                "select from_position || ' ' || kind || '/' || key || ' ' || state::text from chronology.record_golden order by from_position"
            )
        );
    }

    [Fact]
    public async Task refuses_a_chronology_that_is_not_there() =>
        Assert.Equal(
            "no-such-chronology",
            (await New().RunAsync("nowhere", dryRun: false, Ann, 5, null, Ct)).Rejection?.Code
        );

    [Fact]
    public async Task is_refused_while_another_runs()
    {
        var chronology = await ExampleAsync();
        Result<RebuildAnswer>? second = null;
        var progress = new Watching(async seen =>
        {
            if (seen.Status == RebuildStatus.Comparing)
                second = await New().RunAsync(chronology, dryRun: false, Ann, 5, null, Ct);
        });

        var first = await New().RunAsync(chronology, dryRun: false, Ann, 5, progress, Ct);

        Assert.Equal("rebuild-running", second?.Rejection?.Code);
        Assert.Equal(RebuildStatus.Done, first.Value.Status);
    }

    [Fact]
    public async Task broken_off_goes_on_where_it_stood()
    {
        var chronology = await ExampleAsync();
        var seen = new List<RebuildProgress>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var breaking = new Watching(now =>
        {
            seen.Add(now);
            if (now.Done >= 3)
                stop.Cancel();
            return Task.CompletedTask;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            New().RunAsync(chronology, dryRun: false, Ann, 1, breaking, stop.Token)
        );
        var stood = long.Parse(
            (await desk.TextsAsync("select done from chronology.rebuild where chronology = $1", chronology)).Single(),
            System.Globalization.CultureInfo.InvariantCulture
        );
        var again = new List<RebuildProgress>();

        var rebuilt = await New().RunAsync(chronology, dryRun: false, Ann, 1, new Watching(Add), Ct);

        Assert.InRange(stood, 1, 8);
        Assert.Equal((RebuildStatus.Folding, stood), (again[0].Status, again[0].Done));
        Assert.All(again, now => Assert.InRange(now.Done, stood, 9));
        Assert.Equal((RebuildStatus.Done, 0), (rebuilt.Value.Status, rebuilt.Value.Differences));

        Task Add(RebuildProgress now)
        {
            again.Add(now);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task of_streams_that_cannot_be_read_fails_and_changes_nothing()
    {
        var chronology = await ExampleAsync();
        var before = await RowsAsync(chronology);
        await desk.ExecuteAsync(
            $"""
            insert into chronology.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, headers)
            select seq_id + 1000000, gen_random_uuid(), stream_id, version + 1, data, 'event_unheard_of_v9', timestamp, tenant_id, 'Unheard, Of', headers
            from chronology.mt_events where tenant_id = '{chronology}' and stream_id = 'event/f'
            """
        );

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(chronology));

        Assert.Equal(before, await RowsAsync(chronology));
        var failed = Assert.Single(
            await desk.TextsAsync(
                "select status || ' ' || failure from chronology.rebuild where chronology = $1",
                chronology
            )
        );
        Assert.StartsWith("failed There is a stored event “event_unheard_of_v9”", failed, StringComparison.Ordinal);
    }

    /// <summary>Eight writers go on while it folds and compares; one transaction is open until it has passed, and only then commits.</summary>
    [Fact]
    public async Task loses_nothing_while_others_write_and_one_holds_its_transaction_open()
    {
        var chronology = await ExampleAsync();
        var elsewhere = await ExampleAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var recorded = 0;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable
            .Range(0, 8)
            .Select(n => Task.Run(() => WriteAsync(n % 2 == 0 ? chronology : elsewhere, n)))
            .ToArray();
        await begun.Task;
        await using var held = await desk.Writer.TryAsync(chronology, Ann, Ct);
        var open = await held.AppendAsync(
            [new(Desk.Read(RecordKind.Event, Clients.Recognition("held", "1995", "withdrawn")))],
            allOrNothing: true
        );
        var at = Assert.IsType<Outcome.Recorded>(Assert.Single(open.Value)).Position;
        var committed = false;
        var progress = new Watching(async seen =>
        {
            // It has folded all that was committed; what is open now comes after it.
            if (committed || seen.Status != RebuildStatus.Comparing)
                return;
            await using var commit = held.Reading.CreateCommand("commit");
            await commit.ExecuteNonQueryAsync(Ct);
            committed = true;
        });

        var rebuilt = await New().RunAsync(chronology, dryRun: false, Ann, 3, progress, Ct);
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        Assert.True(committed);
        Assert.Equal((at - 1, 0), (rebuilt.Value.Position, rebuilt.Value.Differences));
        Assert.Equal(0, (await RunAsync(chronology)).Differences);
        Assert.Equal(0, (await RunAsync(elsewhere)).Differences);
        Assert.Equal(
            recorded + 1 + 2 * 9,
            (await desk.AtAsync(chronology, null)).Position + (await desk.AtAsync(elsewhere, null)).Position
        );
        await Replay.AssertSoundAsync(desk, chronology);

        async Task WriteAsync(string into, int writer)
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var outcome = await desk.AppendAsync(
                    into,
                    Desk.Read(RecordKind.Event, Clients.Recognition($"w{writer}-{i}", $"19{10 + (i % 80)}", "de-jure")),
                    Desk.Read(
                        Operation.Corrected,
                        new(RecordKind.Event, $"w{writer}-{i}"),
                        """{"changes":{"occurred":"1990-05"},"reason":{"code":"correction"}}"""
                    )
                );
                Assert.All(outcome, one => Assert.IsType<Outcome.Recorded>(one));
                if (Interlocked.Add(ref recorded, outcome.Count) > 20)
                    begun.TrySetResult();
            }
        }
    }

    private Rebuilding New() => new(desk.Source, clock);

    private async Task<RebuildAnswer> RunAsync(string chronology, int page = 4, bool dryRun = false) =>
        (await New().RunAsync(chronology, dryRun, Ann, page, null, Ct)).Value;

    /// <summary>A rebuild that was begun when the head was at that position.</summary>
    private async Task BeginAsync(string chronology, int page, long position)
    {
        await new Rebuilds(desk.Source, clock).AskAsync(chronology, dryRun: false, Ann, page, Ct);
        await desk.ExecuteAsync(
            $"update chronology.rebuild set status = 'folding', position = {position} where chronology = '{chronology}' and ended_at is null"
        );
    }

    private static string Told(RowDifference row)
    {
        var key = string.Join(' ', row.Key.Split(' ').Select(word => Guid.TryParse(word, out _) ? "PAIR" : word));
        return $"{row.Table} {key} {row.Column}";
    }

    private async Task DamageAsync(string table, string damage, string chronology)
    {
        var own = table switch
        {
            "score_total" => damage.Contains("'C'", StringComparison.Ordinal)
                ? "true"
                : $"pair in (select pair from chronology.score_event where chronology = '{chronology}')",
            _ => $"chronology = '{chronology}'",
        };
        await desk.ExecuteAsync(
            $"begin; alter table chronology.{table} disable trigger user; {damage.Replace("'C'", $"'{chronology}'", StringComparison.Ordinal)} and {own}; alter table chronology.{table} enable trigger user; commit;"
        );
    }

    private async Task<List<string>> RowsAsync(string chronology)
    {
        var rows = new List<string>();
        foreach (var table in Tables)
            rows.AddRange(
                await desk.TextsAsync(
                    $"""
                    select to_json(r)::text as row from chronology.{table} r
                    where {(
                        table == "score_total"
                            ? $"pair in (select pair from chronology.score_event where chronology = $1)"
                            : "chronology = $1"
                    )} order by row
                    """,
                    chronology
                )
            );
        return rows;
    }

    private Task<List<string>> SupersededAsync(long rebuild) =>
        desk.TextsAsync("select live::text from chronology.superseded where rebuild = $1 order by number", rebuild);

    /// <summary>Nine positions: a source, three actors, and five revisions of three events.</summary>
    private async Task<string> ExampleAsync()
    {
        var chronology = await desk.BeginAsync();
        Command[] commands =
        [
            Desk.Read(RecordKind.Source, """{"key":"s","kind":"press","csl":{"title":"Paper"}}"""),
            .. "abc".Select(actor =>
                Desk.Read(RecordKind.Actor, $$"""{"key":"{{actor}}","kind":"state","name":"{{actor}}"}""")
            ),
            Desk.Read(RecordKind.Event, Clients.Recognition("e", "1990", "de-jure")),
            Desk.Read(
                Operation.Corrected,
                new(RecordKind.Event, "e"),
                """{"changes":{"occurred":"1991-02"},"reason":{"code":"correction"}}"""
            ),
            Desk.Read(
                RecordKind.Event,
                Clients
                    .Recognition("f", "1991", "withdrawn")
                    .Replace("\"title\":\"f\"", "\"title\":\"Other\"", StringComparison.Ordinal)
            ),
            Desk.Read(
                RecordKind.Event,
                """{"key":"g","type":"call-held","anchor":{"relation":"after","event":"e","offset":"P3D"},"title":"Later","actors":[{"actor":"a","role":"actor"},{"actor":"c","role":"recipient"}],"noSource":"none"}"""
            ),
            Desk.Read(
                Operation.Corrected,
                new(RecordKind.Event, "e"),
                """{"changes":{"occurred":"1991-03-04"},"reason":{"code":"correction"}}"""
            ),
        ];
        Assert.All(await desk.AppendAsync(chronology, commands), outcome => Assert.IsType<Outcome.Recorded>(outcome));
        return chronology;
    }

    /// <summary>Acts on what is reported before the work goes on.</summary>
    private sealed class Watching(Func<RebuildProgress, Task> act) : IProgress<RebuildProgress>
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage(
            "Usage",
            "VSTHRD002",
            Justification = "Whoever reports does not wait, and the work is not to go on."
        )]
        public void Report(RebuildProgress value) => Task.Run(() => act(value)).GetAwaiter().GetResult();
    }
}
