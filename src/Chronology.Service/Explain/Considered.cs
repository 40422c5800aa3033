using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Explain;

/// <summary>All that is recorded of one fact at a moment, from the events that say so.</summary>
/// <param name="Effects">Those that take part, and those of predecessors that do not pass.</param>
/// <param name="Silent">Those of events that are retracted, merged or refuted.</param>
/// <param name="Contents">Of the events, by key.</param>
/// <param name="Unread">How many events that are retracted, merged or refuted, and have an effect of the kind between the two, were not read.</param>
public sealed record FoundEffects(
    IReadOnlyList<RecordedEffect> Effects,
    IReadOnlyList<SilentEffect> Silent,
    IReadOnlyDictionary<string, EventContent> Contents,
    long Unread
);

/// <summary>Reads what there is to consider about a fact.</summary>
/// <remarks>The work grows with the history of this fact alone: the effects on its keys, and by the index of references the events that
/// take part in nothing among those with effects between the two.</remarks>
public sealed class Considered(Reading source)
{
    /// <summary>The most events read that take part in nothing.</summary>
    public const int GreatestSilent = 1_000;

    public async Task<FoundEffects> ReadAsync(Moment moment, Identity identity, Heritage heritage, CancellationToken ct)
    {
        var key = heritage.Key;
        var holders = identity.KeysBehind(key.Holder);
        var towards = key.Toward is null ? null : identity.KeysBehind(key.Toward);
        var keys = heritage
            .Sources.Select(from => from.Key)
            .Concat(
                from holder in holders
                from toward in towards ?? [null!]
                where holder != toward
                select FactKey.Of(key.Fact, holder, toward, key.Qualifier, key.Value)
            )
            .Distinct()
            .ToList();
        var (standing, _) = await RowsAsync(
            moment,
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, 0::bigint
            from chronology.record r
            where r.chronology = $1 and r.kind = 'event' and r.from_position <= $2 and r.to_position > $2
              and r.key = any (array(select e.event from chronology.effect e
                where e.fact = any ($3) and e.from_position <= $2 and e.to_position > $2))
            """,
            ct,
            keys.SelectMany(one => new[] { one, one.EndingAll })
                .Distinct()
                .Select(one => one.IdIn(moment.Chronology))
                .ToArray()
        );
        var (silent, count) = await RowsAsync(
            moment,
            $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, count(*) over ()
            from chronology.record r
            where r.refs && $3 and r.refs && $4 and r.chronology = $1 and r.kind = 'event'
              and r.from_position <= $2 and r.to_position > $2
              and (r.status in ('retracted', 'merged') or r.state #>> '{"{content,credibility}"}' = 'refuted')
              and exists (select from json_array_elements(r.state #> '{"{content,effects}"}') x where x ->> 'fact' = $5)
            order by r.key
            limit {GreatestSilent}
            """,
            ct,
            RefsTo(holders),
            RefsTo(towards ?? holders),
            key.Fact
        );
        var own = keys.Select(one => one.EndingAll).ToHashSet();
        return new(
            [.. standing.SelectMany(row => RecordedEffect.Of(row.State, row.Position).Where(IsOfTheFact))],
            [.. silent.SelectMany(Silent).Where(left => IsOfTheFact(left.Effect))],
            standing
                .Concat(silent)
                .GroupBy(row => row.State.Id.Key)
                .ToDictionary(row => row.Key, row => (EventContent)row.First().State.Content),
            count - silent.Count
        );

        bool IsOfTheFact(RecordedEffect effect) =>
            own.Contains(effect.Key.EndingAll) && (effect.Key.Value is null || effect.Key.Value == key.Value);
    }

    private static IEnumerable<SilentEffect> Silent(RecordedRow row)
    {
        var state = row.State;
        var content = (EventContent)state.Content;
        var reason = state.Status switch
        {
            RecordStatus.Retracted => EffectReason.Retracted,
            RecordStatus.Merged => EffectReason.Merged,
            _ => EffectReason.Refuted,
        };
        // An effect of a refuted event is told all the same, as what it would be.
        return RecordedEffect
            .Of(state with { Content = content with { Credibility = "reported" } }, row.Position)
            .Select(effect => new SilentEffect(
                effect with
                {
                    Credibility = content.Credibility,
                },
                reason,
                state.MergedInto
            ));
    }

    private async Task<(IReadOnlyList<RecordedRow> Rows, long Count)> RowsAsync(
        Moment moment,
        string sql,
        CancellationToken ct,
        params object[] values
    )
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var rows = new List<RecordedRow>();
        var count = 0L;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(Rows.Of(reader));
            count = reader.GetInt64(6);
        }
        return (rows, count);
    }

    private static string[] RefsTo(IEnumerable<string> parties) => [.. parties.Select(party => $"party/{party}")];
}
