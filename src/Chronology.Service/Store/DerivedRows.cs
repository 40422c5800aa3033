using System.Runtime.CompilerServices;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;
using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Folds revisions, in position order, into the versioned rows that every question reads.</summary>
/// <remarks>Inline it writes the live tables in the transaction of the append; under another <paramref name="tables"/> prefix the same
/// class rebuilds beside them. A function of the events, their positions, and its own rows alone.</remarks>
/// <param name="tables">What the names of its tables end in; empty: the live ones.</param>
public sealed class DerivedRows(string tables = "") : IProjection
{
    /// <summary>The <c>to_position</c> of a row that is still so.</summary>
    public const long Open = long.MaxValue;

    private static readonly ConditionalWeakTable<
        IDocumentOperations,
        IReadOnlyDictionary<RecordId, RecordState>
    > Known = [];

    /// <summary>Spares the projection a read: the writer has just read these states under the head's lock.</summary>
    public static void Knows(IDocumentOperations session, IReadOnlyDictionary<RecordId, RecordState> before) =>
        Known.AddOrUpdate(session, before);

    public async Task ApplyAsync(
        IDocumentOperations operations,
        IReadOnlyList<IEvent> events,
        CancellationToken cancellation
    )
    {
        foreach (var ofTenant in events.GroupBy(stored => stored.TenantId, StringComparer.Ordinal))
        {
            var revisions = ofTenant
                .GroupBy(RevisionHeaders.PositionOf)
                .OrderBy(revision => revision.Key)
                .Select(revision => new Revision(
                    revision.Key,
                    RevisionHeaders.RecordedOn(revision.First()),
                    IdOf(revision.First().StreamKey!),
                    [.. revision.Select(stored => (DomainEvent)stored.Data)]
                ))
                .ToArray();
            var before = Known.TryGetValue(operations, out var known)
                ? known
                : await ReadAsync(operations, ofTenant.Key, [.. revisions.Select(r => r.Id).Distinct()], cancellation);
            Write(operations, ofTenant.Key, revisions, before);
        }
    }

    private sealed record Revision(long Position, Day RecordedOn, RecordId Id, DomainEvent[] Events);

    private sealed record Version(RecordState State, long From, Day RecordedOn)
    {
        public long To { get; set; } = Open;
    }

    private void Write(
        IDocumentOperations operations,
        string chronology,
        Revision[] revisions,
        IReadOnlyDictionary<RecordId, RecordState> before
    )
    {
        var latest = new Dictionary<RecordId, Version>();
        var versions = new List<Version>();
        var closed = new Columns("", ("kind", "text"), ("key", "text"), ("at", "bigint"));
        foreach (var revision in revisions)
        {
            RecordState? state;
            if (latest.TryGetValue(revision.Id, out var previous))
            {
                previous.To = revision.Position;
                state = previous.State;
            }
            else if (before.TryGetValue(revision.Id, out state))
            {
                closed.Add(revision.Id.Kind.Name(), revision.Id.Key, revision.Position);
            }
            var version = new Version(
                Folding.Revise(state, revision.Id, revision.Events),
                revision.Position,
                revision.RecordedOn
            );
            latest[revision.Id] = version;
            versions.Add(version);
        }
        if (closed.Count > 0)
        {
            operations.QueueSqlCommand(
                $"""
                update chronology.record{tables} r set to_position = x.at from unnest(?::text[], ?::text[], ?::bigint[]) as x (kind, key, at)
                where r.chronology = ? and r.kind = x.kind and r.key = x.key and r.to_position = {Open}
                """,
                [.. closed.Parameters(), chronology]
            );
            operations.QueueSqlCommand(
                $"""
                update chronology.effect{tables} e set to_position = x.at from unnest(?::text[], ?::text[], ?::bigint[]) as x (kind, key, at)
                where x.kind = 'event' and e.chronology = ? and e.event = x.key and e.to_position = {Open}
                """,
                [.. closed.Parameters(), chronology]
            );
        }
        var records = NewRecords(tables);
        var effects = NewEffects(tables);
        var facts = NewFacts(tables);
        var scores = ScoreRows.New(tables);
        foreach (var version in versions)
        {
            AddVersion(
                records,
                facts,
                effects,
                chronology,
                version.State,
                version.From,
                version.To,
                version.RecordedOn
            );
            if (version.State.Content is EventContent content)
                ScoreRows.Add(scores, chronology, version.State, WhenOf(content), version.From, version.To);
        }
        operations.QueueSqlCommand(records.Insert(), records.Parameters());
        if (ScoreRows.Statement(tables, scores, chronology, closed) is var (score, parameters))
            operations.QueueSqlCommand(score, parameters);
        if (effects.Count == 0)
            return;
        operations.QueueSqlCommand(facts.Insert("on conflict do nothing"), facts.Parameters());
        operations.QueueSqlCommand(effects.Insert(), effects.Parameters());
    }

    public static Columns NewRecords(string tables) =>
        new(
            $"chronology.record{tables}",
            ("chronology", "text"),
            ("kind", "text"),
            ("key", "text"),
            ("from_position", "bigint"),
            ("to_position", "bigint"),
            ("revision", "integer"),
            ("status", "text"),
            ("type", "text"),
            ("earliest", "bigint"),
            ("latest", "bigint"),
            ("day_order", "integer"),
            ("refs", "text[]"),
            ("search", "folded"),
            ("state", "json")
        );

    public static Columns NewFacts(string tables) =>
        new(
            $"chronology.fact{tables}",
            ("id", "uuid"),
            ("chronology", "text"),
            ("kind", "text"),
            ("holder", "text"),
            ("toward", "text"),
            ("qualifier", "text"),
            ("value", "text"),
            ("ender", "uuid")
        );

    public static Columns NewEffects(string tables) =>
        new(
            $"chronology.effect{tables}",
            ("fact", "uuid"),
            ("width", "smallint"),
            ("start_first", "bigint"),
            ("start_last", "bigint"),
            ("from_position", "bigint"),
            ("to_position", "bigint"),
            ("firm", "boolean"),
            ("ahead", "boolean"),
            ("chronology", "text"),
            ("event", "text"),
            ("idx", "smallint"),
            ("effect", "json")
        );

    /// <summary>The rows of one revision of a record.</summary>
    /// <param name="from">Its position.</param>
    /// <param name="to">The position of the next revision of the record; <see cref="Open"/> where there is none.</param>
    /// <param name="recordedOn">The day in UTC on which it was recorded.</param>
    public static void AddVersion(
        Columns records,
        Columns facts,
        Columns effects,
        string chronology,
        RecordState state,
        long from,
        long to,
        Day recordedOn
    )
    {
        AddRecord(records, chronology, state, from, to);
        AddEffects(effects, facts, chronology, state, from, to, recordedOn);
    }

    private static void AddRecord(Columns records, string chronology, RecordState state, long from, long to)
    {
        var when = state.Content switch
        {
            EventContent content => WhenOf(content),
            EraContent era => EraSpan.Of(era).Extent,
            _ => null,
        };
        records.Add(
            chronology,
            state.Id.Kind.Name(),
            state.Id.Key,
            from,
            to,
            state.Revision,
            RecordJson.Word(state.Status),
            state.Content switch
            {
                EventContent e => e.Type,
                ActorContent a => a.Kind,
                SourceContent s => s.Kind,
                _ => "",
            },
            when is null ? null : when.Earliest?.Number ?? long.MinValue,
            when is null ? null : when.Latest?.Number ?? long.MaxValue,
            (state.Content as EventContent)?.Order,
            string.Join('\n', RefsOf(state).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            SearchText.Of(state),
            StoredState.Write(state)
        );
    }

    private static void AddEffects(
        Columns effects,
        Columns facts,
        string chronology,
        RecordState state,
        long from,
        long to,
        Day recordedOn
    )
    {
        if (state.Content is not EventContent content || state.Status is RecordStatus.Retracted or RecordStatus.Merged)
            return;
        foreach (var effect in RecordedEffect.Of(state.Id.Key, state.Revision, from, content))
        {
            var key = effect.Key;
            var id = key.IdIn(chronology);
            var ender = key.Kind.Functional || key.Value is null ? (Guid?)null : key.EndingAll.IdIn(chronology);
            facts.Add(
                id,
                chronology,
                key.Fact,
                key.Holder,
                key.Toward ?? "",
                key.Qualifier ?? "",
                key.Value ?? "",
                ender
            );
            var first = effect.Begins.Days.Earliest?.Number ?? long.MinValue;
            var last = effect.Begins.Days.Latest?.Number ?? long.MaxValue;
            effects.Add(
                id,
                WidthOf(first, last),
                first,
                last,
                from,
                to,
                effect.IsFirm,
                first > recordedOn.Number,
                chronology,
                state.Id.Key,
                (short)effect.Index,
                StoredEffect.Write(content, effect)
            );
        }
    }

    /// <summary>The class of a window: the last one of its days less the first, up to 0, 31, 366, 3,660, 36,600 or more.</summary>
    private static short WidthOf(long first, long last)
    {
        if (first == last)
            return 0;
        if (first == long.MinValue || last == long.MaxValue)
            return 5;
        return (last - first) switch
        {
            <= 31 => 1,
            <= 366 => 2,
            <= 3_660 => 3,
            <= 36_600 => 4,
            _ => 5,
        };
    }

    private static When WhenOf(EventContent content) =>
        When.From(content.Occurred, content.Reading, content.Start, content.End, content.Calendar).Value;

    /// <summary>actor/KEY takes part; party/KEY stands in an effect or a succession; into/KEY it is merged into; the others as they are.</summary>
    public static IEnumerable<string> RefsOf(RecordState state)
    {
        var content = state.Content;
        if (state.MergedInto is { } into)
            yield return IntoRef(into);
        foreach (var reference in content.References())
        {
            var key = reference.To.Key;
            if (reference.To.Kind != RecordKind.Actor)
                yield return reference.To.StreamKey;
            else if (reference.Pointer.StartsWith("/actors", StringComparison.Ordinal))
                yield return $"actor/{key}";
            else
                yield return $"party/{key}";
            if (reference.OrIssue)
                yield return $"issue/{key}";
        }
        if (content is EventContent { Tags: var tags })
        {
            foreach (var tag in tags)
                yield return $"tag/{tag}";
        }
    }

    /// <summary>The ref of what is merged into the record of this key, and of its kind.</summary>
    public static string IntoRef(string key) => $"into/{key}";

    private static RecordId IdOf(string stream)
    {
        var slash = stream.IndexOf('/', StringComparison.Ordinal);
        return new(Words.Kind(stream[..slash]), stream[(slash + 1)..]);
    }

    private async Task<IReadOnlyDictionary<RecordId, RecordState>> ReadAsync(
        IDocumentOperations operations,
        string chronology,
        RecordId[] ids,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select r.kind, r.key, r.revision, r.status, r.state::text
            from unnest($2, $3) as x (kind, key)
            join chronology.record{tables} r on r.chronology = $1 and r.kind = x.kind and r.key = x.key and r.to_position = {Open}
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(ids.Select(id => id.Kind.Name()).ToArray());
        command.Parameters.AddWithValue(ids.Select(id => id.Key).ToArray());
        var states = new Dictionary<RecordId, RecordState>();
        await using var reader = await operations.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = new RecordId(Words.Kind(reader.GetString(0)), reader.GetString(1));
            states[id] = StoredState.Read(id, reader.GetInt32(2), reader.GetString(3), reader.GetString(4));
        }
        return states;
    }
}
