using Chronology.Recording;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>One revision as folding needs it.</summary>
/// <param name="RecordedOn">The day in UTC on which it was recorded.</param>
/// <param name="Events">Its domain events, at least one, in their order.</param>
public sealed record FoldedRevision(long Position, Day RecordedOn, RecordId Id, IReadOnlyList<DomainEvent> Events);

/// <summary>What a run of revisions comes to in the derived tables: the rows that it adds, and the older ones that it closes.</summary>
/// <remarks>Folding is pure and needs no database; writing comes after, by <see cref="Statements"/> where a page is small and goes into a
/// batch of other statements, by <see cref="CopyAsync"/> where it has thousands of revisions. Both leave the same rows.</remarks>
public sealed class FoldedPage
{
    private sealed record Version(Placed Placed, long From, Day RecordedOn)
    {
        public long To { get; set; } = DerivedRows.Open;
    }

    private readonly string tables;
    private readonly string chronology;

    private FoldedPage(string tables, string chronology)
    {
        (this.tables, this.chronology) = (tables, chronology);
        Records = DerivedRows.NewRecords(tables);
        Facts = DerivedRows.NewFacts(tables);
        Effects = DerivedRows.NewEffects(tables);
        Scores = ScoreRows.New(tables);
    }

    public Columns Records { get; }

    /// <summary>Each key once; those that were recorded before may be among them.</summary>
    public Columns Facts { get; }

    public Columns Effects { get; }

    public Columns Scores { get; }

    /// <summary>Of the live tables alone: nothing is asked of those beside.</summary>
    public Columns Timelines { get; } = TimelineRows.New();

    /// <summary>The words of the names of its actors; of the live tables alone.</summary>
    public Columns Names { get; } = ActorNames.New();

    /// <summary>chronology, kind, key and position of what was open before and is not any more.</summary>
    public Columns Closed { get; } = NothingClosed();

    /// <summary>The records of this page as its last position leaves them: those revised, and those whose date moved.</summary>
    public IReadOnlyDictionary<RecordId, Placed> After { get; private set; } = new Dictionary<RecordId, Placed>();

    public static Columns NothingClosed() =>
        new("", ("chronology", "text"), ("kind", "text"), ("key", "text"), ("at", "bigint"));

    /// <param name="tables">What the names of the tables end in; empty: the live ones.</param>
    /// <param name="revisions">In the order of their positions.</param>
    /// <param name="before">The records revised, as they stood before; the events whose date follows theirs; and all that any of them
    /// follows or was merged into. Others do no harm.</param>
    public static FoldedPage Of(
        string tables,
        string chronology,
        IEnumerable<FoldedRevision> revisions,
        IReadOnlyDictionary<RecordId, Placed> before
    )
    {
        var latest = new Dictionary<RecordId, Version>();
        var versions = new List<Version>();
        var page = new FoldedPage(tables, chronology);
        // Only what follows something can follow a revision of this page.
        var relative = before.Where(b => b.Value.State.Derived is not null).Select(b => b.Key).ToHashSet();
        foreach (var revision in revisions)
        {
            var old = Now(revision.Id)?.State;
            var state = Anchoring
                .Date(Folding.Revise(old, revision.Id, revision.Events), revision.Position, NowOf)
                .Value;
            Put(new(state, revision.Position), revision);
            if (!Anchoring.Moves(old, state))
                continue;
            var following = relative
                .Select(id => Now(id)!)
                .Where(placed => placed.IsLive && placed.Follows(revision.Id.Key))
                .ToArray();
            foreach (var moved in Anchoring.Follow(following, NowOf).Value)
                Put(new(moved, moved.Derived!.MadeAt), revision);
        }
        var facts = new HashSet<Guid>();
        foreach (var version in versions)
            page.Add(version, facts);
        page.After = latest.ToDictionary(one => one.Key, one => one.Value.Placed);
        return page;

        Placed? Now(RecordId id) =>
            latest.TryGetValue(id, out var version) ? version.Placed : before.GetValueOrDefault(id);

        Placed? NowOf(string key) => Now(new(RecordKind.Event, key));

        void Put(Placed placed, FoldedRevision because)
        {
            var id = placed.State.Id;
            if (latest.TryGetValue(id, out var previous))
                previous.To = because.Position;
            else if (before.ContainsKey(id))
                page.Closed.Add(chronology, id.Kind.Name(), id.Key, because.Position);
            latest[id] = new(placed, because.Position, because.RecordedOn);
            versions.Add(latest[id]);
            if (placed.State.Derived is not null)
                relative.Add(id);
        }
    }

    private void Add(Version version, HashSet<Guid> facts)
    {
        DerivedRows.AddVersion(
            Records,
            Facts,
            Effects,
            Scores,
            tables.Length == 0 ? Timelines : null,
            chronology,
            version.Placed.State,
            version.From,
            version.To,
            version.RecordedOn,
            facts
        );
        if (tables.Length == 0)
            ActorNames.Add(Names, chronology, version.Placed.State);
    }

    /// <summary>Takes the rows of another chronology's page in, so that both are written by the same statements.</summary>
    /// <remarks><see cref="After"/> stays as it is.</remarks>
    public void Join(FoldedPage other)
    {
        Records.Add(other.Records);
        Facts.Add(other.Facts);
        Effects.Add(other.Effects);
        Scores.Add(other.Scores);
        Timelines.Add(other.Timelines);
        Names.Add(other.Names);
        Closed.Add(other.Closed);
    }

    /// <summary>The statements that write it, in their order.</summary>
    public IEnumerable<Statement> Statements() => [.. Changes(), .. Insertions()];

    /// <summary>Those that look at older rows, in their order: before <see cref="Insertions"/>.</summary>
    public IEnumerable<Statement> Changes()
    {
        foreach (var closing in Closings())
            yield return closing;
        if (ScoreRows.Statement(tables, Scores, Closed) is { } scores)
            yield return scores;
    }

    /// <summary>Those that only add rows, in any order.</summary>
    public IEnumerable<Statement> Insertions()
    {
        yield return Records.Insert();
        if (Timelines.Count > 0)
            yield return Timelines.Insert();
        if (Names.Count > 0)
            yield return ActorNames.Insert(Names);
        if (Effects.Count == 0)
            yield break;
        yield return Facts.Insert("on conflict do nothing");
        yield return Effects.Insert();
    }

    /// <summary>Writes it by COPY, the closings and running totals by one statement each.</summary>
    /// <param name="connection">In a transaction, with no reader open.</param>
    public async Task CopyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // Closing looks at open rows: those of this page come after it.
        var first = Closings().ToList();
        if (ScoreRows.Continuation(tables, Scores, Closed) is { } totals)
            first.Add(totals);
        if (Facts.Count > 0)
            first.Add(Facts.Insert("on conflict do nothing"));
        if (Names.Count > 0)
            first.Add(ActorNames.Insert(Names));
        await Statement.RunAsync(connection, first, ct);
        var others = Task.Run(() => new[] { Timelines, Scores, Effects }.Select(BinaryCopy.Of).ToArray(), ct);
        await Records.CopyAsync(connection, ct);
        foreach (var rows in await others)
        {
            using (rows)
                await rows.SendAsync(connection, ct);
        }
    }

    private IEnumerable<Statement> Closings()
    {
        if (Closed.Count == 0)
            yield break;
        yield return new(
            $"""
            update chronology.record{tables} r set to_position = x.at from {Closed.Unnested()} as x (chronology, kind, key, at)
            where r.chronology = x.chronology and r.kind = x.kind and r.key = x.key and r.to_position = {DerivedRows.Open}
            """,
            Closed.Parameters()
        );
        yield return new(
            $"""
            update chronology.effect{tables} e set to_position = x.at from {Closed.Unnested()} as x (chronology, kind, key, at)
            where x.kind = 'event' and e.chronology = x.chronology and e.event = x.key and e.to_position = {DerivedRows.Open}
            """,
            Closed.Parameters()
        );
    }
}
