using System.Globalization;
using System.Text.Json;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Time;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>A chronology folded by hand from its streams: what the ledger and every derived row are held against.</summary>
internal sealed class Replay
{
    private sealed record LedgerRow(
        long Position,
        long RecordedAt,
        string Kind,
        string Key,
        int Revision,
        string Op,
        string Salts,
        byte[] Content,
        byte[] Leaf
    );

    /// <summary>A record from one position until another, less it.</summary>
    /// <param name="MadeAt">The position of its revision: before <paramref name="From"/> where only its date has followed another's.</param>
    public sealed record Version(RecordState State, long From, long RecordedAt, long MadeAt)
    {
        public long Until { get; set; } = long.MaxValue;
    }

    private readonly string chronology;
    private readonly Dictionary<long, IEvent[]> revisions;
    private readonly List<LedgerRow> ledger;

    private Replay(string chronology, Dictionary<long, IEvent[]> revisions, List<LedgerRow> ledger)
    {
        (this.chronology, this.revisions, this.ledger) = (chronology, revisions, ledger);
        var latest = new Dictionary<string, Version>();
        foreach (var (position, events) in revisions.OrderBy(revision => revision.Key))
        {
            var stream = Assert.Single(events.Select(stored => stored.StreamKey!).Distinct());
            var slash = stream.IndexOf('/', StringComparison.Ordinal);
            var id = new RecordId(Words.Kind(stream[..slash]), stream[(slash + 1)..]);
            var before = latest.GetValueOrDefault(stream);
            var state = Folding.Revise(before?.State, id, events.Select(stored => (DomainEvent)stored.Data));
            var at = Number(events[0], "recordedAt");
            Put(Anchoring.Date(state, position, Event).Value, position);
            // All dates anew, anchors first: what the service looks up is not believed.
            var done = new HashSet<string>();
            foreach (var key in latest.Keys.Where(key => key.StartsWith("event/", StringComparison.Ordinal)).ToArray())
                Now(key["event/".Length..]);

            Placed? Now(string key)
            {
                if (done.Add(key) && Event(key) is { } found)
                {
                    var dated = Anchoring.Date(found.State, found.Position, Now).Value;
                    if (Shown(dated) != Shown(found.State))
                        Put(dated, found.Position);
                }
                return Event(key);
            }

            void Put(RecordState now, long madeAt)
            {
                var key = now.Id.StreamKey;
                latest.GetValueOrDefault(key)?.Until = position;
                latest[key] = new(now, position, at, madeAt);
                Versions.Add(latest[key]);
            }

            Placed? Event(string key) =>
                latest.GetValueOrDefault($"event/{key}") is { } found ? new(found.State, found.MadeAt) : null;
        }
        Versions.Sort(
            (a, b) =>
                a.From != b.From
                    ? a.From.CompareTo(b.From)
                    : string.CompareOrdinal(a.State.Id.StreamKey, b.State.Id.StreamKey)
        );

        static string Shown(RecordState state) =>
            $"{state.Derived?.Edtf} {string.Join(' ', (state.Derived?.From ?? []).Select(from => from.Event))}";
    }

    public List<Version> Versions { get; } = [];

    public long Head => ledger.Count;

    public DateTimeOffset? RecordedAt(long position) =>
        position == 0 ? null : Instants.OfMicroseconds(ledger[(int)position - 1].RecordedAt);

    public static async Task<Replay> OfAsync(IDocumentStore store, NpgsqlDataSource source, string chronology)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var session = store.QuerySession(chronology);
        var events = await session.Events.QueryAllRawEvents().ToListAsync(ct);
        await using var command = source.CreateCommand(
            """
            select position, recorded_at, kind, key, revision, op, salts::text, content, leaf
            from chronology.ledger where chronology = $1 order by position
            """
        );
        command.Parameters.AddWithValue(chronology);
        var rows = new List<LedgerRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(
                new(
                    reader.GetInt64(0),
                    Instants.Microseconds(reader.GetFieldValue<DateTimeOffset>(1)),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetString(5),
                    reader.GetString(6),
                    reader.GetFieldValue<byte[]>(7),
                    reader.GetFieldValue<byte[]>(8)
                )
            );
        return new(
            chronology,
            events
                .GroupBy(stored => Number(stored, "position"))
                .ToDictionary(
                    revision => revision.Key,
                    revision => revision.OrderBy(stored => stored.Version).ToArray()
                ),
            rows
        );
    }

    /// <summary>Positions without a gap, recorded instants that rise, a leaf for each revision, and rows that say what the streams say.</summary>
    public static async Task<Replay> AssertSoundAsync(Desk desk, string chronology)
    {
        var replay = await OfAsync(desk.Store, desk.Source, chronology);
        replay.AssertPositions(
            Assert.Single(
                await desk.TextsAsync("select position from chronology.head where chronology = $1", chronology)
            )
        );
        replay.AssertLeaves();
        Assert.Equal(replay.RecordRows(), await desk.TextsAsync(ReadRecords, chronology));
        await AssertCardAsync(desk, chronology);
        await replay.AssertStatesAsync(desk);
        await replay.AssertEffectsAsync(desk);
        await replay.AssertScoresAsync(desk);
        return replay;
    }

    /// <summary>What the card says is what counting all rows gives.</summary>
    private static async Task AssertCardAsync(Desk desk, string chronology)
    {
        var card = await new ChronologyHandlers(desk.Source, TimeProvider.System).Handle(
            new OneChronology(chronology),
            TestContext.Current.CancellationToken
        );
        var counts = card.Value.Counts;
        Assert.Equal(
            await desk.TextsAsync(
                """
                with live as (
                    select * from chronology.record
                    where chronology = $1 and to_position = 9223372036854775807 and status in ('active', 'disputed')),
                event as (select * from live where kind = 'event')
                select concat_ws(' ',
                    (select string_agg((select count(*) from live where live.kind = k.kind)::text, ' ' order by nr)
                     from unnest('{event,actor,issue,source,scheme,era}'::text[]) with ordinality as k (kind, nr)),
                    coalesce((select min(earliest) from event where earliest > -9223372036854775808)::text, 'null'),
                    coalesce((select max(latest) from event where latest < 9223372036854775807)::text, 'null'))
                """,
                chronology
            ),
            [
                string.Join(
                    ' ',
                    counts.Events,
                    counts.Actors,
                    counts.Issues,
                    counts.Sources,
                    counts.Schemes,
                    counts.Eras,
                    Number(card.Value.First),
                    Number(card.Value.Last)
                ),
            ]
        );

        static string Number(string? day) =>
            day is null ? "null" : Day.ParseQuestion(day).Value.Number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The effects that take part in facts, as known at a position, without citations.</summary>
    public IEnumerable<RecordedEffect> EffectsAt(long position) =>
        Versions.Where(version => version.From <= position && position < version.Until).SelectMany(EffectsOf);

    /// <summary>Every fact as the model decides it from all that is known, whatever a query would leave out; ordered by key.</summary>
    public IReadOnlyList<FactEntry> FactsAt(long position, Day asOf)
    {
        var actors = Versions.Where(version => version.From <= position && position < version.Until);
        return
        [
            .. Identity
                .Of(actors.Select(version => version.State).Where(state => state.Id.Kind == RecordKind.Actor))
                .Facts([.. EffectsAt(position)])
                .OrderBy(fact => fact.Heritage.Key.CanonicalText, StringComparer.Ordinal)
                .Select(fact => FactsAsOf.Decide(fact.Heritage, fact.Effects, asOf)),
        ];
    }

    /// <summary>The scores of two sides from every event that was known at a position, one by one, and how many nothing dates.</summary>
    public (ScoreEvidence Scores, IReadOnlyList<Day?> Undated) ScoresAt(
        long position,
        IReadOnlyList<string> one,
        IReadOnlyList<string> other
    )
    {
        var known = Versions.Where(version => version.From <= position && position < version.Until).ToList();
        var events = new List<ScoredEvent>();
        var undated = new List<Day?>();
        var pairs = one.SelectMany(a => other.Select(b => ScoredPair.Of(a, b))).ToHashSet();
        foreach (var version in known)
        {
            if (ScoredOf(version) is not { } scored)
                continue;
            var content = (EventContent)version.State.Content;
            if (!ScoredPair.Of(content).Any(pairs.Contains))
                continue;
            var (from, until) = (scored.IsOpen ? content.Actors : []).Aggregate(
                (From: (Day?)null, Until: (Day?)null),
                (life, party) =>
                    known
                        .Select(v => v.State)
                        .Single(state => state.Id == new RecordId(RecordKind.Actor, party.Actor))
                        .Content
                        is ActorContent { Existed: { } existed }
                    && When.From(existed, null, null, null, "gregorian").Value is When.Extent lived
                        ? (
                            new[] { life.From, lived.Start.Earliest }.Max(),
                            new[] { life.Until, lived.End.Latest }.Min()
                        )
                        : life
            );
            if (!scored.IsOpen)
                events.Add(scored);
            else if (scored.Within(from, until) is { } bounded)
                events.Add(bounded);
            else
                undated.Add(scored.Days.Earliest);
        }
        return (ScoreEvidence.Of(events, RulesVersion.First.Scale), undated);
    }

    private static ScoredEvent? ScoredOf(Version version) =>
        version.State is { Content: EventContent e, Status: RecordStatus.Active or RecordStatus.Disputed }
            ? ScoredEvent.Of(e, version.State.Dated!.When())
            : null;

    private static IEnumerable<RecordedEffect> EffectsOf(Version version) =>
        version.State is { Content: EventContent, Status: RecordStatus.Active or RecordStatus.Disputed }
            ? RecordedEffect.Of(version.State, version.MadeAt).Select(effect => effect with { Citations = [] })
            : [];

    private void AssertPositions(string head)
    {
        Assert.Equal(head, Head.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, ledger.Count).Select(n => (long)n), ledger.Select(row => row.Position));
        Assert.Equal(ledger.Select(row => row.Position), revisions.Keys.Order());
        Assert.All(ledger.Zip(ledger.Skip(1)), pair => Assert.True(pair.First.RecordedAt < pair.Second.RecordedAt));
        var streams = revisions.Values.SelectMany(events => events).GroupBy(stored => stored.StreamKey);
        Assert.All(
            streams,
            stream =>
                Assert.Equal(
                    Enumerable.Range(1, stream.Count()).Select(n => (long)n),
                    stream
                        .OrderBy(stored => Number(stored, "position"))
                        .ThenBy(stored => stored.Version)
                        .Select(stored => stored.Version)
                )
        );
    }

    private void AssertLeaves()
    {
        foreach (var (row, version) in ledger.Zip(Versions.Where(version => version.From == version.MadeAt)))
        {
            var events = revisions[row.Position];
            var first = events[0];
            Assert.Equal(
                (row.Kind, row.Key, row.Revision),
                (version.State.Id.Kind.Name(), version.State.Id.Key, version.State.Revision)
            );
            Assert.All(events, stored => Assert.Equal(row.RecordedAt, Number(stored, "recordedAt")));
            Assert.All(events, stored => Assert.Equal(row.Revision, Number(stored, "revision")));
            var body = new RevisionBody(
                version.State.Id.Kind,
                row.Key,
                row.Revision,
                Enum.GetValues<Operation>().Single(operation => RecordJson.Word(operation) == row.Op),
                events.Select(stored => (DomainEvent)stored.Data).ToValueList(),
                Header(first, "author")!,
                Header(first, "via"),
                RevisionHeaders.ReasonOf(first),
                Header(first, "citations") is { } citations
                    ? JsonSerializer.Deserialize<ValueList<Citation>>(citations, RecordJson.Options)!
                    : []
            );
            Assert.Equal(row.Op, Header(first, "op"));
            var salts = JsonSerializer.Deserialize<Dictionary<string, byte[]>>(row.Salts)!;
            Assert.Equal(row.Content, Ledger.ContentHash(body, salts));
            Assert.Equal(row.Leaf, Ledger.Leaf(row.Content, row.RecordedAt, row.Position));
        }
    }

    private const string ReadRecords = """
        select concat_ws(' ', kind, key, from_position, to_position, revision, status, coalesce(earliest::text, '-'), coalesce(latest::text, '-'))
        from chronology.record where chronology = $1 order by from_position, kind || '/' || key
        """;

    private IEnumerable<string> RecordRows() =>
        Versions.Select(version =>
        {
            var days = version.State.Content switch
            {
                EventContent => version.State.Dated!.When(),
                EraContent e => EraSpan.Of(e).Extent,
                _ => null,
            };
            var earliest = days is null ? "-" : Text(days.Earliest?.Number ?? long.MinValue);
            var latest = days is null ? "-" : Text(days.Latest?.Number ?? long.MaxValue);
            var status = RecordJson.Word(version.State.Status);
            return $"{version.State.Id.Kind.Name()} {version.State.Id.Key} {Text(version.From)} {Text(version.Until)} {Text(version.State.Revision)} {status} {earliest} {latest}";
        });

    private async Task AssertStatesAsync(Desk desk)
    {
        var states = await desk.TextsAsync(
            "select state::text from chronology.record where chronology = $1 order by from_position, kind || '/' || key",
            chronology
        );
        foreach (var (state, version) in states.Zip(Versions))
        {
            var expected = version.State;
            Assert.Equal(
                expected,
                StoredState.Read(expected.Id, expected.Revision, RecordJson.Word(expected.Status), state)
            );
        }
    }

    private async Task AssertEffectsAsync(Desk desk)
    {
        var expected = Versions.SelectMany(version =>
            EffectsOf(version)
                .Select(effect =>
                {
                    var first = effect.Begins.Days.Earliest?.Number ?? long.MinValue;
                    var last = effect.Begins.Days.Latest?.Number ?? long.MaxValue;
                    var ahead = first > Day.Of(Instants.OfMicroseconds(version.RecordedAt)).Number;
                    return $"{effect.Key.IdIn(chronology)} {Text(first)} {Text(last)} {Text(version.From)} {Text(version.Until)} {Flag(effect.IsFirm)} {Flag(ahead)} {effect.Event} {Text(effect.Index)}";
                })
        );
        Assert.Equal(
            expected,
            await desk.TextsAsync(
                """
                select concat_ws(' ', fact, start_first, start_last, from_position, to_position, firm, ahead, event, idx)
                from chronology.effect where chronology = $1 order by from_position, event, idx
                """,
                chronology
            )
        );
        var stored = await desk.TextsAsync(
            "select from_position || ' ' || effect::text from chronology.effect where chronology = $1 order by from_position, event, idx",
            chronology
        );
        foreach (var (text, effect) in stored.Zip(Versions.SelectMany(EffectsOf)))
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            var from = long.Parse(text[..space], CultureInfo.InvariantCulture);
            Assert.Equal(effect, StoredEffect.Read(effect.Event, effect.Index, from, text[(space + 1)..]));
        }
        var keys = Versions.SelectMany(EffectsOf).Select(effect => effect.Key).Distinct();
        Assert.Equal(
            keys.Select(key =>
                    $"{key.IdIn(chronology)} {key.Fact} {key.Holder} {key.Toward} {key.Qualifier} {key.Value} {(key.Kind.Functional || key.Value is null ? "" : key.EndingAll.IdIn(chronology))}"
                )
                .Order(StringComparer.Ordinal),
            (
                await desk.TextsAsync(
                    "select concat(id, ' ', kind, ' ', holder, ' ', toward, ' ', qualifier, ' ', value, ' ', ender) from chronology.fact where chronology = $1",
                    chronology
                )
            ).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>A running total at each position that changes one: the sum of what the versions then known add at the end of the year.</summary>
    private async Task AssertScoresAsync(Desk desk)
    {
        var changes = Versions
            .Select(version => (Version: version, Scored: ScoredOf(version)))
            .Where(one => one.Scored is { IsOpen: false })
            .SelectMany(one =>
                ScoredPair
                    .Of((EventContent)one.Version.State.Content)
                    .SelectMany(pair =>
                        new[] { (one.Version.From, Times: 1), (one.Version.Until, Times: -1) }.Select(at =>
                            (
                                Total: (Pair: pair.IdIn(chronology), one.Scored!.HalfLife, one.Scored.Year),
                                Position: at.Item1,
                                Sum: ScoreEvidence.AtYearsEnd(one.Scored) * at.Times
                            )
                        )
                    )
            )
            .Where(change => change.Position != long.MaxValue);
        var expected = new List<string>();
        foreach (var total in changes.GroupBy(change => change.Total))
        {
            var sum = default(ScoreSum);
            foreach (var at in total.GroupBy(change => change.Position).OrderBy(at => at.Key))
            {
                var change = at.Aggregate(default(ScoreSum), (a, b) => a + b.Sum);
                sum += change;
                if (change != default)
                    expected.Add(
                        $"{total.Key.Pair} {total.Key.HalfLife.Code} {Text(total.Key.Year)} {Text(at.Key)} {Text(sum.Low)} {Text(sum.Estimate)} {Text(sum.High)} {Text(sum.Evidence)}"
                    );
            }
        }
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            (
                await desk.TextsAsync(
                    """
                    select concat_ws(' ', t.pair, half_life, year, position, low, estimate, high, evidence) from chronology.score_total t
                    where pair in (select pair from chronology.score_event where chronology = $1)
                    """,
                    chronology
                )
            ).Order(StringComparer.Ordinal)
        );
    }

    private static string? Header(IEvent stored, string name) =>
        stored.Headers!.TryGetValue(name, out var value) ? value.ToString() : null;

    private static long Number(IEvent stored, string header) =>
        long.Parse(Header(stored, header)!, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Flag(bool so) => so ? "t" : "f";
}
