using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>What has been merged into records, directly or through others, as known at a moment.</summary>
public sealed class Merged
{
    private readonly ILookup<string, RecordState> into;

    private Merged(IEnumerable<RecordState> merged) =>
        into = merged.ToLookup(state => state.MergedInto!, StringComparer.Ordinal);

    /// <summary>Nothing has been merged.</summary>
    public static Merged None { get; } = new([]);

    /// <summary>Reads what has been merged into events or actors of these keys: one look-up, and one more for each link of the longest chain.</summary>
    public static async Task<Merged> ReadAsync(
        Reading source,
        Moment moment,
        RecordKind kind,
        IEnumerable<string> keys,
        CancellationToken ct
    ) =>
        kind is RecordKind.Event or RecordKind.Actor
            ? await FollowAsync(source, moment, await DirectlyAsync(source, moment, kind, keys, ct), ct)
            : None;

    /// <summary>Reads on from the rows that <see cref="Asking"/> gave.</summary>
    public static async Task<Merged> FollowAsync(
        Reading source,
        Moment moment,
        IReadOnlyList<RecordedRow> direct,
        CancellationToken ct
    )
    {
        var found = new Dictionary<string, RecordState>(StringComparer.Ordinal);
        for (var rows = direct; rows.Count > 0; )
        {
            var fresh = rows.Select(row => row.State).Where(state => found.TryAdd(state.Id.Key, state)).ToArray();
            rows =
                fresh.Length == 0
                    ? []
                    : await DirectlyAsync(source, moment, fresh[0].Id.Kind, fresh.Select(state => state.Id.Key), ct);
        }
        return found.Count == 0 ? None : new(found.Values);
    }

    /// <summary>The command whose rows are what has been merged directly into records of these keys.</summary>
    public static NpgsqlBatchCommand Asking(Moment moment, RecordKind kind, IEnumerable<string> keys) =>
        new(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.refs && $4 and r.chronology = $1 and r.kind = $2 and r.status = 'merged'
              and r.from_position <= $3 and r.to_position > $3
            """
        )
        {
            Parameters =
            {
                new() { Value = moment.Chronology },
                new() { Value = kind.Name() },
                new() { Value = moment.Position },
                new() { Value = keys.Distinct(StringComparer.Ordinal).Select(DerivedRows.IntoRef).ToArray() },
            },
        };

    private static async Task<IReadOnlyList<RecordedRow>> DirectlyAsync(
        Reading source,
        Moment moment,
        RecordKind kind,
        IEnumerable<string> keys,
        CancellationToken ct
    )
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(Asking(moment, kind, keys));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await Rows.ReadAsync(reader, ct);
    }

    /// <summary>Ordered by key.</summary>
    public IReadOnlyList<RecordState> Into(string key) =>
        [.. Behind(key).OrderBy(state => state.Id.Key, StringComparer.Ordinal)];

    /// <summary>A record's own citations, then those of what is merged into it that are not among them.</summary>
    public ValueList<Citation> Citations(RecordState state) =>
        [
            .. Own(state.Content),
            .. Into(state.Id.Key).SelectMany(merged => Own(merged.Content)).Except(Own(state.Content)),
        ];

    private IEnumerable<RecordState> Behind(string key) =>
        into[key].SelectMany(state => Behind(state.Id.Key).Prepend(state));

    private static ValueList<Citation> Own(RecordContent content) =>
        content switch
        {
            EventContent e => e.Citations,
            ActorContent a => a.Citations,
            _ => [],
        };
}
