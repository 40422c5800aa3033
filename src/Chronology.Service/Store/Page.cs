using System.Text.Json;
using Chronology.Recording;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>What a writer holds while it has a chronology's head: the states that its orders are decided on, and the positions taken.</summary>
internal sealed class Page
{
    /// <summary>A record as it stands, its state only where an order is for it.</summary>
    /// <param name="Events">How many domain events its stream has; 0 where no order is for it.</param>
    private sealed record Standing(
        RecordStatus Status,
        string? MergedInto,
        RecordState? State,
        long Position,
        long RecordedAt,
        long Events
    );

    private readonly NpgsqlConnection connection;
    private readonly Dictionary<RecordId, Standing?> standing = [];
    private readonly HashSet<RecordId> touched = [];

    /// <summary>Of those touched, the ones whose date follows others.</summary>
    private readonly HashSet<RecordId> relative = [];
    private readonly Dictionary<RecordId, List<PageRevision>> revised = [];

    /// <summary>The events that orders of this page revise: what follows them is read at once, when the first of them moves.</summary>
    private readonly HashSet<string> movable;

    /// <summary>What the rows say follows any of <see cref="movable"/>; null: not read yet.</summary>
    private HashSet<RecordId>? followers;

    /// <summary>The events of the stories that rows of data sets in this page may tell from the other side.</summary>
    private readonly Dictionary<string, HashSet<RecordId>> stories = new(StringComparer.Ordinal);

    private readonly long floor;
    private long? now;

    private Page(
        NpgsqlTransaction transaction,
        string chronology,
        IReadOnlyList<Order> orders,
        long position,
        long recordedAt,
        long floor
    )
    {
        (Transaction, connection, Chronology, Position, RecordedAt, this.floor) = (
            transaction,
            transaction.Connection!,
            chronology,
            position,
            recordedAt,
            floor
        );
        movable = orders
            .Select(order => order.Command)
            .Where(command => command is not Command.Record && command.Id.Kind == RecordKind.Event)
            .Select(command => command.Id.Key)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Which holds the lock; whatever is read meanwhile is read on its connection, for writers that wait may hold all others.</summary>
    public NpgsqlTransaction Transaction { get; }

    public string Chronology { get; }

    /// <summary>The last position taken.</summary>
    public long Position { get; private set; }

    /// <summary>Of <see cref="Position"/>, in microseconds; long.MinValue before the first.</summary>
    public long RecordedAt { get; private set; }

    /// <summary>In the order of their positions.</summary>
    public List<PageRevision> Revisions { get; } = [];

    /// <summary>The records as they stood before this page: those revised, and those that have to do with their dates.</summary>
    public Dictionary<RecordId, Placed> Before { get; } = [];

    /// <summary>The revisions of some records that were there before this page, as far as an order had to be held against them.</summary>
    public Dictionary<RecordId, IReadOnlyList<Made>> Streams { get; } = [];

    /// <summary>What is read of a chronology.</summary>
    /// <param name="Own">Those of <paramref name="Ids"/> whose states are read; of the others, whether and how they stand.</param>
    private sealed record Wanted(string Chronology, RecordId[] Ids, HashSet<RecordId> Own);

    /// <summary>Locks the heads and reads, in one round trip.</summary>
    /// <param name="asked">Each chronology once, with the orders for it.</param>
    /// <param name="waits">For heads that others hold. Else those chronologies have no page: whoever holds a head never waits for another.</param>
    /// <returns>A page for each; null: no such chronology, or its head is held.</returns>
    public static async Task<IReadOnlyList<Page?>> OpenAsync(
        NpgsqlTransaction transaction,
        IReadOnlyList<(string Chronology, IReadOnlyList<Order> Orders)> asked,
        bool waits,
        CancellationToken ct
    )
    {
        var wanted = new Wanted[asked.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            var (chronology, orders) = asked[i];
            var own = orders
                .Select(order => order.Command.Id)
                .Union(orders.SelectMany(order => AnchorsOf(order.Command)))
                .ToHashSet();
            var ids = own.Union(orders.SelectMany(order => ReferencesOf(order.Command)))
                .Union(orders.SelectMany(order => order.Needs).Select(need => need.Command.Id))
                .ToArray();
            wanted[i] = new(chronology, ids, own);
        }
        await using var batch = new NpgsqlBatch(transaction.Connection!)
        {
            Timeout = Statement.Seconds,
            BatchCommands = { Locking([.. asked.Select(one => one.Chronology)], waits), Reading(wanted) },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var pages = new Dictionary<string, Page>(asked.Count, StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            var chronology = reader.GetString(0);
            var at = wanted.AsSpan().IndexOf(wanted.First(one => one.Chronology == chronology));
            var page = new Page(
                transaction,
                chronology,
                asked[at].Orders,
                reader.GetInt64(1),
                reader.IsDBNull(2) ? long.MinValue : Instants.Microseconds(reader.GetFieldValue<DateTimeOffset>(2)),
                reader.IsDBNull(3) ? long.MinValue : Instants.Microseconds(reader.GetFieldValue<DateTimeOffset>(3))
            );
            foreach (var id in wanted[at].Ids)
                page.standing.TryAdd(id, null);
            pages.Add(chronology, page);
        }
        await reader.NextResultAsync(ct);
        await ReadAsync(reader, pages, ct);
        return [.. asked.Select(one => pages.GetValueOrDefault(one.Chronology))];
    }

    /// <remarks>An append looks up by keys: plans made for its values are the same again, at 0.25 ms for making them.</remarks>
    private static NpgsqlBatchCommand Locking(string[] chronologies, bool waits) =>
        new(
            $"""
            select chronology, position, recorded_at, floor, set_config('plan_cache_mode', 'force_generic_plan', true)
            from chronology.head where chronology = {(
                chronologies.Length == 1 ? "$1" : "any($1) order by chronology"
            )} for update{(waits ? "" : " skip locked")}
            """
        )
        {
            Parameters =
            {
                chronologies.Length == 1
                    ? new NpgsqlParameter<string> { TypedValue = chronologies[0] }
                    : new NpgsqlParameter<string[]> { TypedValue = chronologies },
            },
        };

    /// <summary>Finds, in one query, the events of each story that some row of a data set may tell from the other side; none: no query.</summary>
    /// <remarks>Rows whose key is taken are judged by the event that has it.</remarks>
    public async Task ReadStoriesAsync(IEnumerable<Command> commands, CancellationToken ct)
    {
        foreach (var command in commands)
        {
            if (
                command is Command.Record { FromDataSet: true }
                && StoryOf(command) is { } story
                && StateOf(command.Id) is null
            )
                stories.TryAdd(story, []);
        }
        if (stories.Count == 0)
            return;
        var found = new List<RecordId>();
        await using (
            var batch = new NpgsqlBatch(connection) { BatchCommands = { EventsOf(Chronology, [.. stories.Keys]) } }
        )
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var id = new RecordId(RecordKind.Event, reader.GetString(1));
                stories[reader.GetString(0)].Add(id);
                found.Add(id);
            }
        }
        await NeedAsync(found, ct);
    }

    /// <summary>Each of these stories with the key of each event that tells it now.</summary>
    internal static NpgsqlBatchCommand EventsOf(string chronology, string[] stories) =>
        new(
            $$"""
            select s.story, r.key
            from unnest($2) as s (story)
            cross join lateral (
                select r.key from chronology.record r
                where r.chronology = $1 and r.kind = 'event' and r.to_position = {{DerivedRows.Open}}
                  and r.state::text like '%"coding":{%' and (r.state #>> '{content,coding,story}') = s.story
                offset 0) r
            """
        )
        {
            Parameters =
            {
                new() { Value = chronology },
                new() { Value = stories },
            },
        };

    /// <summary>The events of the row's story as they stand, those of this page among them; none where it has no other side.</summary>
    public IEnumerable<RecordState> ToldOf(Command.Record command) =>
        StoryOf(command) is { } story && stories.TryGetValue(story, out var events)
            ? events.Select(StateOf).OfType<RecordState>()
            : [];

    private static string? StoryOf(Command command) =>
        command is Command.Record { Content: EventContent { Coding: { } coding } }
        && coding.Rows.Any(row => CodedTelling.Of(coding, row) is not null)
            ? coding.Story
            : null;

    /// <summary>Whether the record was ever made, whatever has become of it. Of what an order is for or refers to.</summary>
    public bool IsThere(RecordId id) => standing[id] is not null;

    public RecordState? StateOf(RecordId id) => standing.GetValueOrDefault(id)?.State ?? RecordState.AtFirst(id);

    /// <summary>Where and when the record's present revision was made; null where it has none yet.</summary>
    public (long Position, long RecordedAt)? MadeAt(RecordId id) =>
        standing[id] is { } found ? (found.Position, found.RecordedAt) : null;

    /// <summary>The next position; returns its recorded instant in microseconds.</summary>
    public long Take(TimeProvider clock)
    {
        now ??= Instants.Microseconds(clock.GetUtcNow());
        Position++;
        RecordedAt = Math.Max(now.Value, Math.Max(Next(RecordedAt), Next(floor)));
        return RecordedAt;

        static long Next(long instant) => instant == long.MinValue ? instant : instant + 1;
    }

    /// <summary>The revisions of one record in this page.</summary>
    public IReadOnlyList<PageRevision> RevisionsOf(RecordId id) => revised.GetValueOrDefault(id) ?? [];

    /// <summary>A record as its next revision leaves it.</summary>
    public void Put(RecordState state, PageRevision revision)
    {
        var events = (standing.GetValueOrDefault(state.Id)?.Events ?? 0) + revision.Events.Count;
        standing[state.Id] = new(
            state.Status,
            state.MergedInto,
            state,
            revision.Headers.Position,
            revision.Headers.RecordedAt,
            events
        );
        Touch(state);
        if (state.Content is EventContent { Coding.Story: { } story } && stories.TryGetValue(story, out var ofStory))
            ofStory.Add(state.Id);
        Revisions.Add(revision);
        if (!revised.TryGetValue(state.Id, out var ofRecord))
            revised.Add(state.Id, ofRecord = []);
        ofRecord.Add(revision);
    }

    /// <summary>How many domain events the record's stream has, those of this page included.</summary>
    public long EventsOf(RecordId id) => standing[id]!.Events;

    private void Touch(RecordState state)
    {
        touched.Add(state.Id);
        if (state.Derived is not null)
            relative.Add(state.Id);
    }

    /// <summary>An event whose date has followed another's; its latest revision is what it was.</summary>
    public void Move(RecordState state)
    {
        standing[state.Id] = standing[state.Id]! with { State = state };
        Touch(state);
    }

    /// <summary>What a change comes to in this chronology: the record, then the events whose dates follow from its.</summary>
    /// <returns>Or what the rest of the chronology has against it: a reference into nothing, one that would dangle, a merge into what
    /// takes no part, a date that does not follow.</returns>
    /// <remarks>A merge goes from a record that takes part into another that does, so that following merges never comes back.
    /// What is reinstated or split may refer to what has been merged meanwhile.</remarks>
    public async Task<Result<IReadOnlyList<RecordState>>> ConsequencesAsync(
        Command command,
        RecordState? before,
        Decision.Changed changed,
        CancellationToken ct
    )
    {
        if (await RefusalAsync(command, before, changed.After, ct) is { } refusal)
            return refusal;
        if (changed.After is not { Id: { Kind: RecordKind.Event, Key: var key } } after)
            return new[] { changed.After };
        await NeedAsync(DerivedRows.NamedBy(after), ct);
        var dated = Anchoring.Date(after, Position + 1, Event);
        if (dated.Rejection is { } undated)
            return command is Command.Correct ? undated with { Pointer = $"/changes{undated.Pointer}" } : undated;
        if (changed.Operation == Operation.Refined && Anchoring.Coarser(before!, dated.Value) is { } coarser)
            return coarser;
        if (!Anchoring.Moves(before, dated.Value))
            return new[] { dated.Value };
        var following = await FollowingAsync(key, ct);
        await NeedAsync(following.SelectMany(placed => DerivedRows.NamedBy(placed.State)), ct);
        return Anchoring
            .Follow(following, named => named == key ? new(dated.Value, Position + 1) : Event(named))
            .Map(IReadOnlyList<RecordState> (moved) => [dated.Value, .. moved]);
    }

    /// <summary>What would speak against the change if these records stood, which are not there.</summary>
    public async Task<Rejection?> RefusalBesideAsync(
        IEnumerable<RecordId> presumed,
        Command command,
        RecordState? before,
        Decision.Changed changed,
        CancellationToken ct
    )
    {
        foreach (var id in presumed)
            standing[id] = new(RecordStatus.Active, null, null, 0, 0, 0);
        try
        {
            return (await ConsequencesAsync(command, before, changed, ct)).Rejection;
        }
        finally
        {
            foreach (var id in presumed)
                standing[id] = null;
        }
    }

    private Placed? Event(string key) => At(new(RecordKind.Event, key));

    private Placed? At(RecordId id) => standing[id] is { State: { } state } found ? new(state, found.Position) : null;

    /// <summary>Reads the states of these events, and of what they were merged into, as far as they are not known here.</summary>
    private async Task NeedAsync(IEnumerable<RecordId> events, CancellationToken ct)
    {
        var wanted = events.ToHashSet();
        while (true)
        {
            var unread = wanted
                .Where(id => !standing.TryGetValue(id, out var found) || found is { State: null })
                .ToArray();
            if (unread.Length > 0)
                await ReadAsync(unread, [.. unread], ct);
            var further = wanted.Select(At).Select(found => found?.State.MergedInto).OfType<string>();
            var count = wanted.Count;
            wanted.UnionWith(further.Select(key => new RecordId(RecordKind.Event, key)).ToArray());
            if (wanted.Count == count)
                return;
        }
    }

    /// <summary>The events that take part and whose date follows this one's, directly or through others.</summary>
    private async Task<IReadOnlyList<Placed>> FollowingAsync(string key, CancellationToken ct)
    {
        if (followers is null || !movable.Contains(key))
        {
            movable.Add(key);
            followers = await FollowersAsync([.. movable.Select(revised => $"anchor/{revised}")], ct);
            await NeedAsync(followers, ct);
        }
        return
        [
            .. followers
                .Union(relative)
                .Select(At)
                .OfType<Placed>()
                .Where(placed => placed.IsLive && placed.Follows(key)),
        ];
    }

    private async Task<HashSet<RecordId>> FollowersAsync(string[] refs, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select key from chronology.record
            where refs && $2 and chronology = $1 and to_position = {DerivedRows.Open} and status in ('active', 'disputed')
            """,
            connection
        );
        command.Parameters.AddWithValue(Chronology);
        command.Parameters.AddWithValue(refs);
        var found = new HashSet<RecordId>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add(new(RecordKind.Event, reader.GetString(0)));
        return found;
    }

    private async Task<Rejection?> RefusalAsync(
        Command command,
        RecordState? before,
        RecordState after,
        CancellationToken ct
    )
    {
        var fresh = Reference.Sources(command.Support).ToList();
        if (after.Status is RecordStatus.Active or RecordStatus.Disputed)
        {
            var old =
                before is null || command is Command.Reinstate or Command.Split
                    ? []
                    : before.Content.References().Select(r => (r.To, r.OrIssue)).ToHashSet();
            fresh.AddRange(
                after
                    .Content.References()
                    .Where(r => !old.Contains((r.To, r.OrIssue)) && !(r.IsAnchor && command is Command.Reinstate))
                    .Select(r => command is Command.Correct ? r with { Pointer = $"/changes{r.Pointer}" } : r)
            );
        }
        return await DanglingAsync(fresh, command is Command.Reinstate or Command.Split, ct)
            ?? (command is Command.Merge merge ? await NotMergeableAsync(Into(merge), ct) : null)
            ?? (after.Status == RecordStatus.Retracted ? await StillReferencedAsync(after.Id, ct) : null);
    }

    /// <param name="orMerged">What is merged will do.</param>
    private async Task<Rejection?> DanglingAsync(
        IReadOnlyList<Reference> references,
        bool orMerged,
        CancellationToken ct
    )
    {
        await KnowAsync(references.SelectMany(Targets), ct);
        foreach (var reference in references)
        {
            if (Targets(reference).Any(id => IsLive(id) || (orMerged && standing[id]?.Status == RecordStatus.Merged)))
                continue;
            if (reference.IsAnchor)
                return Anchoring.Dangling(reference.To.Key, reference.Pointer);
            var kind = reference.To.Kind.Name();
            return new(
                $"unknown-{kind}",
                standing[reference.To]?.MergedInto is { } into
                        ? $"The {kind} “{reference.To.Key}” is merged into “{into}”: name that one."
                    : reference.OrIssue ? $"There is no actor and no issue “{reference.To.Key}”: record it first."
                    : $"There is no {kind} “{reference.To.Key}”: record it first.",
                reference.Pointer
            );
        }
        return null;
    }

    private async Task<Rejection?> NotMergeableAsync(RecordId into, CancellationToken ct)
    {
        await KnowAsync([into], ct);
        var kind = into.Kind.Name();
        return standing[into] switch
        {
            null => new($"unknown-{kind}", $"There is no {kind} “{into.Key}”: record it first.", "/into"),
            { Status: RecordStatus.Retracted } => new(
                "cannot-merge",
                $"The {kind} “{into.Key}” is retracted: reinstate it first, or merge into another.",
                "/into"
            ),
            { MergedInto: { } onwards } => new(
                "cannot-merge",
                $"The {kind} “{into.Key}” is itself merged into “{onwards}”: merge into that one.",
                "/into"
            ),
            _ => null,
        };
    }

    private async Task KnowAsync(IEnumerable<RecordId> ids, CancellationToken ct)
    {
        var unread = ids.Where(id => !standing.ContainsKey(id)).Distinct().ToArray();
        if (unread.Length == 0)
            return;
        await ReadAsync(unread, [], ct);
    }

    private bool IsLive(RecordId id) => standing[id]?.Status is RecordStatus.Active or RecordStatus.Disputed;

    private async Task<Rejection?> StillReferencedAsync(RecordId id, CancellationToken ct)
    {
        string[] refs = id.Kind switch
        {
            RecordKind.Actor => [$"actor/{id.Key}", $"party/{id.Key}"],
            RecordKind.Event => [id.StreamKey, $"anchor/{id.Key}"],
            _ => [id.StreamKey],
        };
        var merged = DerivedRows.IntoRef(id.Key);
        // What a merged record cites is told by the one that it is merged into.
        var told = id.Kind == RecordKind.Source;
        var user = touched
            .Where(t => t != id)
            .Where(t =>
                IsLive(t) || (told && standing[t]!.Status == RecordStatus.Merged)
                    ? DerivedRows.RefsOf(standing[t]!.State!).Intersect(refs, StringComparer.Ordinal).Any()
                    : t.Kind == id.Kind && standing[t]!.MergedInto == id.Key
            )
            .Select(t => (RecordId?)t)
            .FirstOrDefault();
        if (user is null)
        {
            await using var command = new NpgsqlCommand(
                $"""
                select kind, key from chronology.record
                where refs && ($2 || $3) and chronology = $1 and to_position = {DerivedRows.Open}
                  and (refs && $2 and (status in ('active', 'disputed') or $5 and status = 'merged')
                    or refs && $3 and kind = $4 and status = 'merged')
                order by kind, key
                """,
                connection
            );
            command.Parameters.AddWithValue(Chronology);
            command.Parameters.AddWithValue(refs);
            command.Parameters.AddWithValue(new[] { merged });
            command.Parameters.AddWithValue(id.Kind.Name());
            command.Parameters.AddWithValue(told);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (user is null && await reader.ReadAsync(ct))
            {
                var found = new RecordId(Words.Kind(reader.GetString(0)), reader.GetString(1));
                user = touched.Contains(found) || found == id ? null : found;
            }
        }
        return user is null
            ? null
            : new("still-referenced", $"{id} is referred to by {user}: correct, retract or split that first.");
    }

    private static IEnumerable<RecordId> ReferencesOf(Command command) =>
        command switch
        {
            Command.Record { Content: var content } => content.References().SelectMany(Targets),
            Command.Merge merge => Cited(merge).Append(Into(merge)),
            _ => Cited(command),
        };

    private static IEnumerable<RecordId> Cited(Command command) =>
        command.Support.Select(citation => new RecordId(RecordKind.Source, citation.Source));

    private static RecordId Into(Command.Merge merge) => new(merge.Id.Kind, merge.Into);

    private static IEnumerable<RecordId> AnchorsOf(Command command) =>
        command is Command.Record { Content: EventContent { Anchor: { } anchors } }
            ? anchors.Select(anchor => new RecordId(RecordKind.Event, anchor.Event))
            : [];

    private static IEnumerable<RecordId> Targets(Reference reference) =>
        reference.OrIssue ? [reference.To, new(RecordKind.Issue, reference.To.Key)] : [reference.To];

    private static NpgsqlBatchCommand Reading(params ReadOnlySpan<Wanted> wanted)
    {
        var count = 0;
        foreach (var one in wanted)
            count += one.Ids.Length;
        var (chronologies, kinds, keys, own) = (
            new string[count],
            new string[count],
            new string[count],
            new bool[count]
        );
        var at = 0;
        foreach (var one in wanted)
        {
            foreach (var id in one.Ids)
            {
                (chronologies[at], kinds[at], keys[at]) = (one.Chronology, id.Kind.Name(), id.Key);
                own[at++] = one.Own.Contains(id);
            }
        }
        return new(
            $"""
            select r.kind, r.key, r.revision, r.status, case when x.own then r.state::text end, m.made_at, l.recorded_at,
                case when r.status = 'merged' then r.state->>'mergedInto' end, s.version, r.chronology
            from unnest($1, $2, $3, $4) as x (chronology, kind, key, own)
            join chronology.record r on r.chronology = x.chronology and r.kind = x.kind and r.key = x.key and r.to_position = {DerivedRows.Open}
            cross join lateral (select case when x.own then {StoredState.MadeAt} else r.from_position end as made_at) m
            left join chronology.ledger l on l.chronology = x.chronology and l.position = case when x.own then m.made_at end
            left join chronology.mt_streams s on s.tenant_id = x.chronology and s.id = case when x.own then x.kind || '/' || x.key end
            """
        )
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = chronologies },
                new NpgsqlParameter<string[]> { TypedValue = kinds },
                new NpgsqlParameter<string[]> { TypedValue = keys },
                new NpgsqlParameter<bool[]> { TypedValue = own },
            },
        };
    }

    private async Task ReadAsync(RecordId[] ids, HashSet<RecordId> own, CancellationToken ct)
    {
        foreach (var id in ids)
            standing.TryAdd(id, null);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Reading(new Wanted(Chronology, ids, own)) },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await ReadAsync(reader, new Dictionary<string, Page>(StringComparer.Ordinal) { [Chronology] = this }, ct);
    }

    /// <param name="pages">By their chronologies; rows of others are those of heads that were not locked.</param>
    private static async Task ReadAsync(NpgsqlDataReader reader, Dictionary<string, Page> pages, CancellationToken ct)
    {
        while (await reader.ReadAsync(ct))
        {
            if (pages.TryGetValue(reader.GetString(9), out var page))
                page.Take(reader);
        }
    }

    private void Take(NpgsqlDataReader reader)
    {
        var id = new RecordId(Words.Kind(reader.GetString(0)), reader.GetString(1));
        var status = reader.GetString(3);
        var state = reader.IsDBNull(4) ? null : StoredState.Read(id, reader.GetInt32(2), status, reader.GetString(4));
        standing[id] = new(
            Words.Status(status),
            reader.IsDBNull(7) ? null : reader.GetString(7),
            state,
            reader.GetInt64(5),
            reader.IsDBNull(6) ? 0 : Instants.Microseconds(reader.GetFieldValue<DateTimeOffset>(6)),
            reader.IsDBNull(8) ? 0 : reader.GetInt64(8)
        );
        if (state is not null)
            Before[id] = new(state, reader.GetInt64(5));
    }
}

/// <summary>A revision that was made before.</summary>
internal sealed record Made(Reason? Why, ValueList<Citation> Support, ValueList<DomainEvent> Events);

/// <summary>One accepted command of a page.</summary>
internal sealed record PageRevision(
    RecordId Id,
    ValueList<DomainEvent> Events,
    RevisionHeaders Headers,
    Commitment Commitment,
    Trace Trace
)
{
    public FoldedRevision Folded =>
        new(Headers.Position, Day.Of(Instants.OfMicroseconds(Headers.RecordedAt)), Id, Events);

    /// <summary>Its row of the ledger.</summary>
    public void AddTo(Columns ledger, string chronology) =>
        ledger.Add(
            chronology,
            Headers.Position,
            Instants.OfMicroseconds(Headers.RecordedAt),
            Id.Kind.Name(),
            Id.Key,
            Headers.Revision,
            RecordJson.Word(Headers.Operation),
            Headers.Author,
            Headers.Via,
            Headers.Reason?.Code,
            Headers.Reason?.Note,
            Headers.Citations.Count == 0 ? null : JsonSerializer.Serialize(Headers.Citations, RecordJson.Options),
            JsonSerializer.Serialize(Commitment.Salts, RecordJson.Options),
            Commitment.ContentHash,
            Ledger.Leaf(Commitment.ContentHash, Headers.RecordedAt, Headers.Position)
        );
}
