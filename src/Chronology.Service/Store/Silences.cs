using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Notes that tell silence from a no.</summary>
public sealed class Silences(Reading source)
{
    public static Note UnknownActor(string key) =>
        new("unknown-actor", $"No actor “{key}” was recorded at that position.");

    /// <summary>The notes <c>merged</c>: for each of these keys that is merged, which actor the answer is about.</summary>
    public static IEnumerable<Note> Merged(IEnumerable<string> keys, Identity identity) =>
        keys.Where(key => identity.Surviving(key) != key)
            .Select(key => new Note(
                "merged",
                $"“{key}” is merged into “{identity.Surviving(key)}”: the answer is about “{identity.Surviving(key)}”."
            ));

    /// <summary>The note <c>no-record</c>: with the last recorded event of the parties and the longest silence between two of them,
    /// so that the reader can judge what the silence means.</summary>
    /// <param name="parties">Actors that stand; what was recorded of those merged into them counts for them.</param>
    public async Task<Note> NoRecordAsync(Moment moment, Parties parties, Identity identity, CancellationToken ct)
    {
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(moment.AsOf.Number);
        command.CommandText = $"""
            with e as (
                select key, latest, case when earliest > -9223372036854775808 then greatest(0, earliest - lag(latest) over (order by latest, earliest, key)) end as silence
                from ({Timeline.Dates(moment, parties.KeysIn(identity), command.Parameters)}) r
                where r.latest <= $3)
            select key, latest, (select max(silence) from e) from e order by latest desc, key desc limit 1
            """;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var whom = parties.IsEveryone ? "the chronology" : string.Join(" and ", parties.All);
        if (!await reader.ReadAsync(ct))
            return new(
                "no-record",
                $"Nothing is recorded of {whom} up to that day: the chronology is silent, which is not a no."
            );
        var silence = await reader.IsDBNullAsync(2, ct)
            ? "it is the only one"
            : $"the longest silence between two is {reader.GetInt64(2)} days";
        return new(
            "no-record",
            $"No such fact is recorded, which is not a no. The last recorded event of {whom} up to that day is {reader.GetString(0)} ({new Day(reader.GetInt64(1))}); {silence}."
        );
    }
}
