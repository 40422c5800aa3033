using System.Threading.Channels;
using Chronology.Recording;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Folds a chronology's streams anew into tables beside the live ones: ADR 0015.</summary>
/// <remarks>A page of streams is read, folded and copied while the next is; whole streams, so that nothing written is closed later.
/// Events whose date follows others are set aside and folded together, in the order of their positions.
/// The tables are unlogged and without indexes, and what they hold is noted in one of their own: a killed process finds them as its last
/// page left them, and a server that has crashed finds them empty, notes and all, so that folding begins anew.</remarks>
/// <param name="tables">What their names end in; not empty, for those are the live ones.</param>
internal sealed class RebuildBeside(NpgsqlDataSource source, string chronology, string tables)
{
    public const string Usual = "_rebuilt";

    /// <summary>So many revisions are folded at a time, or a few more.</summary>
    private const int AtATime = 100;

    private static readonly (string Name, string JoinedBy)[] Tables =
    [
        ("record", "kind, key, from_position"),
        ("fact", "id"),
        ("effect", "event, idx, from_position, fact"),
        ("score_event", "event, pair, from_position"),
        ("score_total", "pair, half_life, year, position"),
    ];

    private static IEnumerable<string> Names => Tables.Select(of => of.Name);

    private readonly Streams streams = new(chronology);
    private readonly HashSet<Guid> facts = [];
    private readonly HashSet<RecordId> relative = [];

    /// <summary>The events that those set aside have to do with, themselves among them.</summary>
    private readonly HashSet<RecordId> related = [];

    private string Pages => $"chronology.page{tables}";

    /// <summary>A page of whole streams on its way.</summary>
    /// <param name="Last">The name of the last stream; null: there are no more.</param>
    private sealed record Page(int Number, string? Last, IReadOnlyList<FoldedRevision> Revisions)
    {
        /// <summary>Those of streams whose events follow others.</summary>
        public HashSet<RecordId> Relative { get; } =
        [.. Revisions.Where(revision => revision.Events.Any(IsRelative)).Select(revision => revision.Id)];

        public CopiedRows? Folded { get; init; }
    }

    /// <summary>What a page comes to, on its way into the tables.</summary>
    private sealed record CopiedRows(BinaryCopy Records, BinaryCopy Effects, BinaryCopy Scores, BinaryCopy Facts)
        : IDisposable
    {
        public static CopiedRows Of(string tables) =>
            new(
                new(DerivedRows.NewRecords(tables)),
                new(DerivedRows.NewEffects(tables)),
                new(ScoreRows.New(tables)),
                new(DerivedRows.NewFacts(tables))
            );

        public async Task SendAsync(NpgsqlConnection connection, CancellationToken ct)
        {
            foreach (var copy in new[] { Records, Effects, Scores, Facts })
                await copy.SendAsync(connection, ct);
        }

        public void Dispose()
        {
            foreach (var copy in new[] { Records, Effects, Scores, Facts })
                copy.Dispose();
        }
    }

    /// <summary>What the tables hold already.</summary>
    /// <param name="Last">The name of the last stream folded; null: all are.</param>
    private sealed record Progress(int Pages, string? Last, long Revisions, decimal Positions, long Until);

    /// <summary>The whole of it: tables made anew and filled with what the streams give up to the ledger's last position.</summary>
    /// <param name="page">How many streams are folded at a time.</param>
    /// <returns>That position.</returns>
    public async Task<long> RunAsync(int page, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var until = await HeadAsync(connection, ct);
        await DropAsync(connection, ct);
        return await FoldAsync(0, until, page, (_, _) => Task.CompletedTask, ct);
    }

    /// <summary>The last position of the ledger.</summary>
    public async Task<long> HeadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce(max(position), 0) from chronology.ledger where chronology = $1",
            connection
        );
        command.Parameters.AddWithValue(chronology);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Makes and fills the tables, or goes on where the same rebuild has stood.</summary>
    /// <param name="rebuild">Whose tables they are.</param>
    /// <param name="until">The position up to which revisions count.</param>
    /// <param name="noted">Called in the transaction of each page with the number of revisions folded so far.</param>
    /// <returns>The position that the tables tell of: <paramref name="until"/>, or a later one to which they were advanced before.</returns>
    /// <exception cref="InvalidOperationException">A position of the ledger has no events, or events that cannot be read.</exception>
    public async Task<long> FoldAsync(
        long rebuild,
        long until,
        int page,
        Func<NpgsqlConnection, long, Task> noted,
        CancellationToken ct
    )
    {
        await using var writing = await source.OpenConnectionAsync(ct);
        var stood = await StoodAsync(writing, rebuild, ct);
        if (stood is { Last: null })
            return stood.Until;
        var (revisions, positions) = (stood?.Revisions ?? 0, stood?.Positions ?? 0);
        await PipeAsync(
            (pages, stop) => ReadAsync(pages, stood?.Pages ?? 0, stood?.Last ?? "", until, page, stop),
            async (folded, stop) =>
            {
                await foreach (var one in folded.ReadAllAsync(stop))
                {
                    revisions += one.Revisions.Select(r => r.Position).Distinct().Count();
                    positions += one.Revisions.Sum(r => (decimal)r.Position);
                    relative.UnionWith(one.Relative);
                    await using var transaction = await writing.BeginTransactionAsync(stop);
                    await using (var quick = new NpgsqlCommand("set local synchronous_commit = off", writing))
                        await quick.ExecuteNonQueryAsync(stop);
                    using (one.Folded)
                        await one.Folded!.SendAsync(writing, stop);
                    if (one.Last is null)
                        await EndAsync(writing, revisions, positions, until, stop);
                    await NoteAsync(
                        writing,
                        rebuild,
                        one.Number,
                        one.Last,
                        one.Relative,
                        revisions,
                        positions,
                        until,
                        stop
                    );
                    await noted(writing, revisions);
                    await transaction.CommitAsync(stop);
                }
            },
            ct
        );
        return until;
    }

    /// <summary>Replaces the rows of these records, and of what follows them, by what their streams give up to a later position.</summary>
    /// <param name="connection">In a transaction, whose table <c>fresh_stream</c> names them; what else is folded anew is added to it,
    /// and the pairs and facts of all their rows to <c>fresh_pair</c> and <c>fresh_fact</c>.</param>
    public async Task AdvanceAsync(NpgsqlConnection connection, long rebuild, long until, CancellationToken ct)
    {
        var fresh = await FreshAsync(connection, ct);
        var revisions = await streams.OfAsync(connection, fresh, until, ct);
        relative.UnionWith(revisions.Where(r => r.Events.Any(IsRelative)).Select(r => r.Id));
        if (fresh.Exists(id => related.Contains(id) || relative.Contains(id)))
        {
            await AddFreshAsync(connection, relative, ct);
            fresh = [.. fresh.Union(relative)];
        }
        await TouchAsync(connection, tables, ct);
        await RunAsync(
            connection,
            $"""
            delete from chronology.record{tables} x using fresh_stream f where x.kind = f.kind and x.key = f.key;
            delete from chronology.effect{tables} x using fresh_stream f where f.kind = 'event' and x.event = f.key;
            delete from chronology.score_event{tables} x using fresh_stream f where f.kind = 'event' and x.event = f.key;
            """,
            ct
        );
        await CopyAsync(
            connection,
            FoldedPage.Of(tables, chronology, revisions.Where(r => !relative.Contains(r.Id)), Nothing),
            ct
        );
        if (fresh.Exists(relative.Contains))
            await CopyAsync(connection, await FoldRelativeAsync(connection, until, ct), ct);
        await TouchAsync(connection, tables, ct);
        await TouchAsync(connection, "", ct);
        await RunAsync(
            connection,
            $"""
            delete from chronology.score_total{tables} x using fresh_pair f where x.pair = f.pair;
            {ScoreRows.Totals(
                $"(select s.* from chronology.score_event{tables} s join fresh_pair f on f.pair = s.pair) given",
                tables
            )};
            """,
            ct
        );
        await using var note = new NpgsqlCommand(
            $"update {Pages} set position = $1, relative = $2 where rebuild = $3 and last is null",
            connection
        );
        note.Parameters.AddWithValue(until);
        note.Parameters.AddWithValue(relative.Select(id => id.StreamKey).ToArray());
        note.Parameters.AddWithValue(rebuild);
        await note.ExecuteNonQueryAsync(ct);
    }

    /// <summary>By which <see cref="AdvanceAsync"/> finds rows; wanted only where there is something to advance.</summary>
    public Task IndexAsync(NpgsqlConnection connection, CancellationToken ct) =>
        RunAsync(
            connection,
            $"""
            create index if not exists record{tables}_key on chronology.record{tables} (key, kind);
            create index if not exists effect{tables}_event on chronology.effect{tables} (event);
            create index if not exists score_event{tables}_event on chronology.score_event{tables} (event);
            create index if not exists score_event{tables}_pair on chronology.score_event{tables} (pair);
            create index if not exists score_total{tables}_pair on chronology.score_total{tables} (pair);
            create index if not exists fact{tables}_id on chronology.fact{tables} (id);
            """,
            ct
        );

    public Task DropAsync(NpgsqlConnection connection, CancellationToken ct) =>
        RunAsync(
            connection,
            $"drop table if exists {string.Join(", ", Names.Select(name => $"chronology.{name}{tables}"))}, {Pages}",
            ct
        );

    private static IReadOnlyDictionary<RecordId, Placed> Nothing { get; } = new Dictionary<RecordId, Placed>();

    private static bool IsRelative(DomainEvent change) =>
        change switch
        {
            DiplomaticEvent.Recorded e => e.Content.Anchor is not null,
            DiplomaticEvent.DateCorrected e => e.Dating.Anchor is not null,
            DiplomaticEvent.DateRefined e => e.Dating.Anchor is not null,
            _ => false,
        };

    /// <summary>Reads, folds and writes at the same time, a page of each on its way.</summary>
    private async Task PipeAsync(
        Func<ChannelWriter<Page>, CancellationToken, Task> read,
        Func<ChannelReader<Page>, CancellationToken, Task> write,
        CancellationToken ct
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pages = Channel.CreateBounded<Page>(1);
        var folded = Channel.CreateBounded<Page>(1);
        await Task.WhenAll(
            StageAsync(() => read(pages.Writer, stop.Token)),
            StageAsync(async () =>
            {
                await using var folding = await source.OpenConnectionAsync(stop.Token);
                await foreach (var page in pages.Reader.ReadAllAsync(stop.Token))
                {
                    await folded.Writer.WriteAsync(
                        page with
                        {
                            Folded = await FoldedAsync(folding, page, stop.Token),
                        },
                        stop.Token
                    );
                }
                folded.Writer.Complete();
            }),
            StageAsync(() => write(folded.Reader, stop.Token))
        );

        Task StageAsync(Func<Task> stage) =>
            Task.Run(
                async () =>
                {
                    try
                    {
                        await stage();
                    }
                    catch
                    {
                        await stop.CancelAsync();
                        throw;
                    }
                },
                CancellationToken.None
            );
    }

    /// <summary>Folds some streams after others: what is made of them is short-lived, and only bytes are kept.</summary>
    private async Task<CopiedRows> FoldedAsync(NpgsqlConnection connection, Page page, CancellationToken ct)
    {
        var copied = CopiedRows.Of(tables);
        for (var (from, until) = (0, 0); from < page.Revisions.Count; from = until)
        {
            until = Math.Min(from + AtATime, page.Revisions.Count);
            while (until < page.Revisions.Count && page.Revisions[until].Id == page.Revisions[until - 1].Id)
                until++;
            var some = FoldedPage.Of(
                tables,
                chronology,
                page.Revisions.Take(from..until).Where(r => !page.Relative.Contains(r.Id)),
                Nothing
            );
            await some.Records.FinishAsync(connection, ct);
            copied.Records.Add(some.Records);
            copied.Effects.Add(some.Effects);
            copied.Scores.Add(some.Scores);
            for (var row = 0; row < some.Facts.Count; row++)
            {
                if (facts.Add((Guid)some.Facts.At(row, 0)!))
                    copied.Facts.Add(some.Facts, row);
            }
        }
        return copied;
    }

    private async Task ReadAsync(
        ChannelWriter<Page> pages,
        int number,
        string after,
        long until,
        int count,
        CancellationToken ct
    )
    {
        await using var reading = await source.OpenConnectionAsync(ct);
        for (string? last = after; last is not null; after = last!)
        {
            last = await streams.LastOfAsync(reading, after, count, ct);
            var revisions = await streams.BetweenAsync(reading, after, last, until, ct);
            await pages.WriteAsync(new(++number, last, revisions), ct);
        }
        pages.Complete();
    }

    /// <summary>What pages cannot: events that follow others, and the running totals.</summary>
    private async Task EndAsync(
        NpgsqlConnection connection,
        long revisions,
        decimal positions,
        long until,
        CancellationToken ct
    )
    {
        if (revisions != until || positions != until * (until + 1m) / 2)
            throw await MissingAsync(connection, until, ct);
        if (relative.Count > 0)
            await CopyAsync(connection, await FoldRelativeAsync(connection, until, ct), ct);
        await RunAsync(
            connection,
            $"""
            set local statement_timeout = 0;
            set local work_mem = '128MB';
            {ScoreRows.Totals($"chronology.score_event{tables} given", tables)};
            """,
            ct
        );
        // What a comparison joins by, and a tenth of the usual sample: of whole rows it takes as long as filling small tables.
        await RunAsync(
            connection,
            $"set local default_statistics_target = 10; {string.Concat(Tables.Select(of => $"analyze chronology.{of.Name}{tables} ({of.JoinedBy});"))}",
            ct
        );
    }

    /// <summary>The events set aside, folded with all that their dates follow from, in the order of positions.</summary>
    private async Task<FoldedPage> FoldRelativeAsync(NpgsqlConnection connection, long until, CancellationToken ct)
    {
        related.Clear();
        var revisions = new List<FoldedRevision>();
        for (var wanted = relative.ToArray(); wanted.Length > 0; )
        {
            related.UnionWith(wanted);
            var read = await streams.OfAsync(connection, wanted, until, ct);
            revisions.AddRange(read);
            wanted =
            [
                .. read.SelectMany(r => r.Events.SelectMany(DerivedRows.NamedBy))
                    .Where(id => !related.Contains(id))
                    .Distinct(),
            ];
        }
        return FoldedPage.Of(tables, chronology, revisions.OrderBy(r => r.Position), Nothing);
    }

    private async Task CopyAsync(NpgsqlConnection connection, FoldedPage page, CancellationToken ct)
    {
        // A page of events set aside has also those that they follow, whose rows are there already.
        var isAside = page.After.Keys.Any(relative.Contains);
        await Only(page.Records, "key", isAside).CopyAsync(connection, ct);
        await Only(page.Effects, "event", isAside).CopyAsync(connection, ct);
        await Only(page.Scores, "event", isAside).CopyAsync(connection, ct);
        var fresh = new Columns(page.Facts.Into, [.. page.Facts.Described]);
        for (var row = 0; row < page.Facts.Count; row++)
        {
            if (facts.Add((Guid)page.Facts.At(row, 0)!))
                fresh.Add([.. page.Facts.Row(row)]);
        }
        await fresh.CopyAsync(connection, ct);
    }

    private Columns Only(Columns rows, string column, bool isAside)
    {
        if (!isAside)
            return rows;
        var at = rows.Described.Select(described => described.Name).ToList().IndexOf(column);
        var kept = new Columns(rows.Into, [.. rows.Described]);
        for (var row = 0; row < rows.Count; row++)
        {
            if (relative.Contains(new(RecordKind.Event, (string)rows.At(row, at)!)))
                kept.Add([.. rows.Row(row)]);
        }
        return kept;
    }

    /// <summary>Makes the table of notes, where it is not there.</summary>
    public Task MakeNotesAsync(NpgsqlConnection connection, CancellationToken ct) =>
        RunAsync(
            connection,
            $"create unlogged table if not exists {Pages} (rebuild bigint, page integer, last text, relative text[] not null, revisions bigint not null, positions numeric not null, position bigint not null, primary key (rebuild, page))",
            ct
        );

    private async Task<Progress?> StoodAsync(NpgsqlConnection connection, long rebuild, CancellationToken ct)
    {
        await MakeNotesAsync(connection, ct);
        facts.Clear();
        Progress? stood = null;
        await using (
            var command = new NpgsqlCommand(
                $"select page, last, relative, revisions, positions, position from {Pages} where rebuild = $1 order by page",
                connection
            )
        )
        {
            command.Parameters.AddWithValue(rebuild);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                relative.UnionWith(reader.GetFieldValue<string[]>(2).Select(DerivedRows.IdOf));
                stood = new(
                    reader.GetInt32(0),
                    await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1),
                    reader.GetInt64(3),
                    reader.GetDecimal(4),
                    reader.GetInt64(5)
                );
            }
        }
        if (stood is null)
        {
            await RunAsync(
                connection,
                string.Concat(
                    Names.Select(name =>
                        $"drop table if exists chronology.{name}{tables}; create unlogged table chronology.{name}{tables} (like chronology.{name});"
                    )
                ),
                ct
            );
            // The server need not find out that what was just written is JSON; it does when rows are put in the place of live ones.
            await RunAsync(
                connection,
                $"alter table chronology.record{tables} alter column state type text; alter table chronology.effect{tables} alter column effect type text",
                ct
            );
            return null;
        }
        await using (var known = new NpgsqlCommand($"select id from chronology.fact{tables}", connection))
        await using (var reader = await known.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                facts.Add(reader.GetGuid(0));
        }
        if (stood.Last is null && relative.Count > 0)
            await FoldRelativeAsync(connection, stood.Until, ct);
        return stood;
    }

    private async Task NoteAsync(
        NpgsqlConnection connection,
        long rebuild,
        int page,
        string? last,
        IEnumerable<RecordId> ofPage,
        long revisions,
        decimal positions,
        long until,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(
            $"insert into {Pages} (rebuild, page, last, relative, revisions, positions, position) values ($1, $2, $3, $4, $5, $6, $7)",
            connection
        );
        command.Parameters.AddWithValue(rebuild);
        command.Parameters.AddWithValue(page);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = last });
        command.Parameters.AddWithValue(ofPage.Select(id => id.StreamKey).ToArray());
        command.Parameters.AddWithValue(revisions);
        command.Parameters.AddWithValue(positions);
        command.Parameters.AddWithValue(until);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<InvalidOperationException> MissingAsync(
        NpgsqlConnection connection,
        long until,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select p.position from generate_series(1, $2) as p (position)
            left join chronology.ledger l on l.chronology = $1 and l.position = p.position
            where not exists (
                select from chronology.mt_events e
                where e.tenant_id = $1 and e.stream_id = l.kind || '/' || l.key and (e.headers ->> 'position')::bigint = p.position)
            order by p.position limit 1
            """,
            connection
        )
        {
            CommandTimeout = 0,
        };
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(until);
        return await command.ExecuteScalarAsync(ct) is long missing
            ? new($"Position {missing} of the ledger has no events in its stream.")
            : new("The streams have events of more positions than the ledger.");
    }

    private static async Task<List<RecordId>> FreshAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select kind, key from fresh_stream", connection);
        var fresh = new List<RecordId>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            fresh.Add(new(Words.Kind(reader.GetString(0)), reader.GetString(1)));
        return fresh;
    }

    private static async Task AddFreshAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<RecordId> records,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand(
            "insert into fresh_stream select * from unnest($1, $2) on conflict do nothing",
            connection
        );
        command.Parameters.AddWithValue(records.Select(id => id.Kind.Name()).ToArray());
        command.Parameters.AddWithValue(records.Select(id => id.Key).ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task TouchAsync(NpgsqlConnection connection, string ofTables, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            Timeout = 0,
            BatchCommands =
            {
                new(
                    $"insert into fresh_pair select distinct x.pair from chronology.score_event{ofTables} x join fresh_stream f on f.kind = 'event' and x.event = f.key where x.chronology = $1 on conflict do nothing"
                )
                {
                    Parameters = { new() { Value = chronology } },
                },
                new(
                    $"insert into fresh_fact select distinct x.fact from chronology.effect{ofTables} x join fresh_stream f on f.kind = 'event' and x.event = f.key where x.chronology = $1 on conflict do nothing"
                )
                {
                    Parameters = { new() { Value = chronology } },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
