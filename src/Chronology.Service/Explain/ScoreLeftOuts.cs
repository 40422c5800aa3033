using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Explain;

/// <summary>Why an event that names both sides weighs nothing in their score.</summary>
public enum ScoreReason
{
    Retracted,

    /// <summary>Into another, which stands for it.</summary>
    Merged,
    Refuted,

    /// <summary>It binds more pairs of actors than weigh.</summary>
    TooManyPairs,

    /// <summary>Its type weighs in no score, or its intensity is 0.</summary>
    NoWeight,

    /// <summary>None of one side acts toward one of the other in it.</summary>
    NotBetween,

    /// <summary>It happened after the day.</summary>
    Later,

    /// <summary>So long ago that nothing is left.</summary>
    Forgotten,

    /// <summary>Nothing bounds its date, not even the lives of its parties.</summary>
    Undated,
}

/// <param name="Rows">The first by first possible day and key.</param>
/// <param name="Count">How many there are.</param>
public sealed record ScoreLeftOut(ScoreReason Reason, long Count, IReadOnlyList<RecordedRow> Rows);

/// <summary>Finds the events that name both sides and have no weight between them.</summary>
/// <remarks>By the index of references; the work grows with the number of events that name both sides.</remarks>
public sealed class ScoreLeftOuts(Reading source)
{
    /// <param name="sides">All keys under which things of them are recorded.</param>
    /// <param name="greatest">The most events told of each reason.</param>
    public async Task<IReadOnlyList<ScoreLeftOut>> ReadAsync(
        Moment moment,
        Parties sides,
        int greatest,
        CancellationToken ct
    )
    {
        var weighing = Vocabulary.EventTypes.Values.Where(type => type.HalfLife is not null).ToArray();
        await using var command = source.CreateCommand(
            """
            select kind, key, revision, status, state::text, from_position, reason, count from (
                select x.*, count(*) over (partition by reason) as count,
                    row_number() over (partition by reason order by earliest, key) as place
                from (
                    select r.*, case
                        when r.status in ('retracted', 'merged') then r.status
                        when r.state #>> '{content,credibility}' = 'refuted' then 'refuted'
                        when not (r.state #>> '{content,type}' = any($6))
                            or coalesce((r.state #>> '{content,intensity}')::numeric = 0, r.state #>> '{content,type}' = any($7))
                            then 'no-weight'
                        when exists (select from chronology.score_event s where s.chronology = $1 and s.event = r.key
                            and s.from_position <= $2 and s.to_position > $2 and s.pair = any($8)) then 'too-many-pairs'
                        else 'not-between' end as reason
                    from chronology.record r
                    where r.refs && $3 and r.refs && $4 and r.chronology = $1 and r.kind = 'event'
                      and r.from_position <= $2 and r.to_position > $2
                      and not exists (select from chronology.score_event s where s.chronology = $1 and s.event = r.key
                          and s.from_position <= $2 and s.to_position > $2 and s.pair = any($5))) x) y
            where place <= $9
            order by place
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(RefsTo(sides.One));
        command.Parameters.AddWithValue(RefsTo(sides.Other));
        command.Parameters.AddWithValue(
            sides
                .One.SelectMany(one => sides.Other.Select(other => ScoredPair.Of(one, other)))
                .Select(pair => pair.IdIn(moment.Chronology))
                .ToArray()
        );
        command.Parameters.AddWithValue(weighing.Select(type => type.Code).ToArray());
        command.Parameters.AddWithValue(
            weighing.Where(type => type.Intensity == 0).Select(type => type.Code).ToArray()
        );
        command.Parameters.AddWithValue(
            sides.All.Select(actor => ScoredPair.Alone(actor).IdIn(moment.Chronology)).ToArray()
        );
        command.Parameters.AddWithValue(greatest);
        var found = new List<(ScoreReason Reason, long Count, RecordedRow Row)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((ReasonOf(reader.GetString(6)), reader.GetInt64(7), Rows.Of(reader)));
        return
        [
            .. found
                .GroupBy(one => (one.Reason, one.Count), one => one.Row)
                .OrderBy(of => of.Key.Reason)
                .Select(of => new ScoreLeftOut(of.Key.Reason, of.Key.Count, [.. of])),
        ];
    }

    private static ScoreReason ReasonOf(string word) =>
        Enum.GetValues<ScoreReason>().Single(reason => RecordJson.Word(reason) == word);

    private static string[] RefsTo(IEnumerable<string> parties) =>
        [.. parties.SelectMany(party => new[] { $"actor/{party}", $"party/{party}" })];
}
