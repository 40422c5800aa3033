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

    private static async Task<Merged> FollowAsync(
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

    private static async Task<IReadOnlyList<RecordedRow>> DirectlyAsync(
        Reading source,
        Moment moment,
        RecordKind kind,
        IEnumerable<string> keys,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = $2 and r.status = 'merged' and r.state ->> 'mergedInto' = any((select $4)::text[])
              and r.from_position <= $3 and r.to_position > $3
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(kind.Name());
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(keys.Distinct(StringComparer.Ordinal).ToArray());
        return await Rows.ReadAsync(command, ct);
    }

    /// <summary>Ordered by key.</summary>
    public IReadOnlyList<RecordState> Into(string key) =>
        [.. Behind(key).OrderBy(state => state.Id.Key, StringComparer.Ordinal)];

    /// <summary>A record's own citations, then those of what is merged into it that are not among them.</summary>
    public ValueList<Citation> Citations(RecordState state) => Citations(state.Id.Key, Own(state.Content));

    /// <param name="own">The citations of the record itself.</param>
    public ValueList<Citation> Citations(string key, ValueList<Citation> own) =>
        [.. own, .. Into(key).SelectMany(merged => Own(merged.Content)).Except(own)];

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
