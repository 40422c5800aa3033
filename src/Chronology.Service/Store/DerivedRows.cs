using System.Runtime.InteropServices;
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
/// <remarks>The writer folds a page by the same <see cref="FoldedPage"/> in the transaction of the append; as Marten's projection it does so for
/// whatever else is appended, and under another <paramref name="tables"/> prefix it rebuilds beside the live tables.
/// A function of the events, their positions, and its own rows alone.</remarks>
/// <param name="tables">What the names of its tables end in; empty: the live ones.</param>
public sealed class DerivedRows(string tables = "") : IProjection
{
    public const string Name = "derived-rows";

    /// <summary>Of the shape of the rows: one more where the same revisions give other rows.</summary>
    public const int Version = 1;

    /// <summary>The <c>to_position</c> of a row that is still so.</summary>
    public const long Open = long.MaxValue;

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
                .Select(revision => new FoldedRevision(
                    revision.Key,
                    RevisionHeaders.RecordedOn(revision.First()),
                    IdOf(revision.First().StreamKey!),
                    [.. revision.Select(stored => (DomainEvent)stored.Data)]
                ))
                .ToArray();
            var before = await ReadAsync(operations, ofTenant.Key, revisions, cancellation);
            foreach (var statement in FoldedPage.Of(tables, ofTenant.Key, revisions, before).Statements())
                operations.QueueSqlCommand(statement.Sql, statement.Parameters);
        }
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
            ("effect", "json"),
            ("ends", "bigint")
        );

    /// <summary>The rows of one revision of a record.</summary>
    /// <param name="from">Its position, or that of the revision that moved its date.</param>
    /// <param name="to">The position from which another row tells of the record; <see cref="Open"/> where there is none.</param>
    /// <param name="recordedOn">The day in UTC on which <paramref name="from"/> was recorded.</param>
    /// <param name="timelines">Null for tables beside, which have none.</param>
    /// <param name="known">The facts that have a row; those added are put there.</param>
    public static void AddVersion(
        Columns records,
        Columns facts,
        Columns effects,
        Columns scores,
        Columns? timelines,
        string chronology,
        RecordState state,
        long from,
        long to,
        Day recordedOn,
        HashSet<Guid> known
    )
    {
        // Read once: reading a date costs more than all else that is made of it.
        var when = state.Dated?.When();
        AddRecord(records, chronology, state, when, from, to);
        if (when is null)
            return;
        AddEffects(effects, facts, chronology, state, when, from, to, recordedOn, known);
        ScoreRows.Add(scores, chronology, state, when, from, to);
        if (timelines is not null)
            TimelineRows.Add(timelines, chronology, state, when, from, to);
    }

    private static void AddRecord(
        Columns records,
        string chronology,
        RecordState state,
        When? occurred,
        long from,
        long to
    )
    {
        var when = state.Content is EraContent era ? EraSpan.Of(era).Extent : occurred;
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
            InLines(RefsOf(state)),
            SearchText.Of(state),
            StoredState.Write(state)
        );
    }

    /// <summary>Each once, in ordinal order.</summary>
    private static string InLines(IEnumerable<string> refs)
    {
        var lines = refs.ToList();
        lines.Sort(StringComparer.Ordinal);
        var last = 0;
        for (var i = 1; i < lines.Count; i++)
        {
            if (lines[i] != lines[last])
                lines[++last] = lines[i];
        }
        return string.Join('\n', CollectionsMarshal.AsSpan(lines)[..Math.Min(lines.Count, last + 1)]);
    }

    private static void AddEffects(
        Columns effects,
        Columns facts,
        string chronology,
        RecordState state,
        When occurred,
        long from,
        long to,
        Day recordedOn,
        HashSet<Guid> known
    )
    {
        if (state.Status is RecordStatus.Retracted or RecordStatus.Merged)
            return;
        var dated = state.Dated!;
        foreach (var effect in RecordedEffect.Of(state, from, occurred))
        {
            var key = effect.Key;
            var id = key.IdIn(chronology);
            if (known.Add(id))
            {
                facts.Add(
                    id,
                    chronology,
                    key.Fact,
                    key.Holder,
                    key.Toward ?? "",
                    key.Qualifier ?? "",
                    key.Value ?? "",
                    key.Kind.Functional || key.Value is null ? (Guid?)null : key.EndingAll.IdIn(chronology)
                );
            }
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
                StoredEffect.Write(dated, effect, from),
                StoredEffect.EndYear(dated, effect.Index)
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

    /// <summary>actor/KEY takes part; party/KEY stands in an effect or a succession; anchor/KEY is an event that the date follows,
    /// directly or through others; into/KEY it is merged into; the others as they are.</summary>
    public static IEnumerable<string> RefsOf(RecordState state)
    {
        var content = state.Content;
        if (state.MergedInto is { } into)
            yield return IntoRef(into);
        foreach (var from in state.Derived?.From ?? [])
            yield return $"anchor/{from.Event}";
        foreach (var reference in content.References())
        {
            var key = reference.To.Key;
            if (reference.To.Kind != RecordKind.Actor)
                yield return reference.To.StreamKey;
            else if (reference.IsParticipant)
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

    internal static RecordId IdOf(string stream)
    {
        var slash = stream.IndexOf('/', StringComparison.Ordinal);
        return new(Words.Kind(stream[..slash]), stream[(slash + 1)..]);
    }

    /// <summary>The records revised; the events whose date follows theirs; and all that any of them follows or was merged into.</summary>
    private async Task<IReadOnlyDictionary<RecordId, Placed>> ReadAsync(
        IDocumentOperations operations,
        string chronology,
        FoldedRevision[] revisions,
        CancellationToken cancellation
    )
    {
        var revised = revisions.Select(revision => revision.Id).Distinct().ToArray();
        var found = new Dictionary<RecordId, Placed>();
        var anchors = revised.Where(id => id.Kind == RecordKind.Event).Select(id => $"anchor/{id.Key}").ToArray();
        await RowsAsync("refs && $2 and status in ('active', 'disputed')", [anchors]);
        var asked = new HashSet<RecordId>();
        var wanted = revised
            .Union(revisions.SelectMany(revision => revision.Events.SelectMany(NamedBy)))
            .Union(found.Values.SelectMany(placed => NamedBy(placed.State)))
            .ToArray();
        while (wanted.Length > 0)
        {
            asked.UnionWith(wanted);
            await RowsAsync(
                "(r.kind, r.key) in (select * from unnest($2, $3))",
                wanted.Select(id => id.Kind.Name()).ToArray(),
                wanted.Select(id => id.Key).ToArray()
            );
            wanted = found
                .Values.SelectMany(placed => NamedBy(placed.State))
                .Where(id => !asked.Contains(id))
                .Distinct()
                .ToArray();
        }
        return found;

        async Task RowsAsync(string condition, params object[] values)
        {
            await using var command = new NpgsqlCommand(
                $"""
                select r.kind, r.key, r.revision, r.status, r.state::text, {StoredState.MadeAt}
                from chronology.record{tables} r
                where r.chronology = $1 and r.to_position = {Open} and {condition}
                """
            );
            command.Parameters.AddWithValue(chronology);
            foreach (var value in values)
                command.Parameters.AddWithValue(value);
            await using var reader = await operations.ExecuteReaderAsync(command, cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var id = new RecordId(Words.Kind(reader.GetString(0)), reader.GetString(1));
                var state = StoredState.Read(id, reader.GetInt32(2), reader.GetString(3), reader.GetString(4));
                found[id] = new(state, reader.GetInt64(5));
            }
        }
    }

    internal static IEnumerable<RecordId> NamedBy(DomainEvent change) =>
        change switch
        {
            DiplomaticEvent.Recorded e => Named(e.Content.Anchor),
            DiplomaticEvent.DateCorrected e => Named(e.Dating.Anchor),
            DiplomaticEvent.DateRefined e => Named(e.Dating.Anchor),
            DiplomaticEvent.Merged e => [new(RecordKind.Event, e.Into)],
            _ => [],
        };

    /// <summary>The events that the date of a record follows, and the one that it was merged into.</summary>
    internal static IEnumerable<RecordId> NamedBy(RecordState state) =>
        state.Content is not EventContent content ? []
        : state.MergedInto is { } into ? Named(content.Anchor).Append(new(RecordKind.Event, into))
        : Named(content.Anchor);

    private static IEnumerable<RecordId> Named(ValueList<Anchor>? anchors) =>
        (anchors ?? []).Select(anchor => new RecordId(RecordKind.Event, anchor.Event));
}
