using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Store.Remembered;
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

    /// <summary>What is to be said of whom a question names: <c>unknown-actor</c>, <c>merged</c>, and <c>no-record</c> where
    /// nothing was found of them and one is unknown; by code.</summary>
    /// <param name="asked">As the question names them.</param>
    /// <param name="mayBeIssue">The one of them that may be an issue as well; null: none may.</param>
    public async Task<IReadOnlyList<Note>> OfAsync(
        Moment moment,
        Parties asked,
        Identity identity,
        bool nothingFound,
        CancellationToken ct,
        string? mayBeIssue = null
    )
    {
        if (asked.IsEveryone)
            return [];
        var noActors = await Recorded.MissingAsync(
            source,
            moment,
            RecordKind.Actor,
            asked.All.Select(identity.Surviving),
            ct
        );
        var unknown = noActors.ToList();
        if (
            mayBeIssue is not null
            && unknown.Contains(mayBeIssue)
            && await Recorded.MissingAsync(source, moment, RecordKind.Issue, [mayBeIssue], ct) is []
        )
            unknown.Remove(mayBeIssue);
        var notes = unknown.Select(UnknownActor).Concat(Merged(asked.All, identity)).ToList();
        if (nothingFound && unknown.Count > 0 && asked.As(identity) is { Rejection: null, Value: var standing })
            notes.Add(await NoRecordAsync(moment, standing, identity, ct));
        return InOrder(notes);
    }

    /// <summary>By code, those of one code by what they say.</summary>
    public static IReadOnlyList<Note> InOrder(IEnumerable<Note> notes) =>
        [
            .. notes
                .OrderBy(note => note.Code, StringComparer.Ordinal)
                .ThenBy(note => note.Detail, StringComparer.Ordinal),
        ];

    /// <summary>The note <c>no-record</c>: with the last recorded event of the parties and the longest silence between two of them,
    /// so that the reader can judge what the silence means.</summary>
    /// <param name="parties">Actors that stand; what was recorded of those merged into them counts for them.</param>
    public Task<Note> NoRecordAsync(Moment moment, Parties parties, Identity identity, CancellationToken ct) =>
        NoRecordAsync(moment, parties, identity, events: null, ct);

    /// <param name="events">Where the parties are two sides that are remembered.</param>
    /// <inheritdoc cref="NoRecordAsync(Moment, Parties, Identity, CancellationToken)"/>
    internal async Task<Note> NoRecordAsync(
        Moment moment,
        Parties parties,
        Identity identity,
        EventsBetween? events,
        CancellationToken ct
    )
    {
        var keys = parties.KeysIn(identity);
        return NoRecord(
            parties,
            events is not null && keys.ArePair ? events.Silence(keys) : await ReadAsync(moment, keys, ct)
        );
    }

    private async Task<Silence?> ReadAsync(Moment moment, Parties keys, CancellationToken ct)
    {
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(moment.AsOf.Number);
        command.CommandText = $"""
            with e as (
                select key, latest, case
                    when earliest > -9223372036854775808 and lag(latest) over w is not null then greatest(0, earliest - lag(latest) over w)
                    end as silence
                from ({Timeline.Dates(moment, keys, command.Parameters)}) r
                where r.latest <= $3
                window w as (order by latest, earliest, key))
            select key, latest, (select max(silence) from e), (select count(*) from e) from e order by latest desc, key desc limit 1
            """;
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(
                reader.GetString(0),
                new(reader.GetInt64(1)),
                await reader.IsDBNullAsync(2, ct) ? null : reader.GetInt64(2),
                reader.GetInt64(3)
            )
            : null;
    }

    private static Note NoRecord(Parties parties, Silence? silence)
    {
        var whom = parties.IsEveryone ? "the chronology" : string.Join(" and ", parties.All);
        if (silence is null)
            return new(
                "no-record",
                $"Nothing is recorded of {whom} up to that day: the chronology is silent, which is not a no."
            );
        var longest =
            silence.Events == 1 ? "it is the only one"
            : silence.Longest is { } days ? $"the longest silence between two is {days} days"
            : "how long they lie apart is not known";
        return new(
            "no-record",
            $"No such fact is recorded, which is not a no. The last recorded event of {whom} up to that day is {silence.Last} ({silence.On}); {longest}."
        );
    }
}

/// <summary>What surely happened by a day between some parties, for who has to judge what it means that nothing is recorded.</summary>
/// <param name="Last">The event that ended last, the greatest key of several.</param>
/// <param name="On">Its last possible day.</param>
/// <param name="Longest">The greatest number of days from the last possible day of one to the first possible day of the next; null: of
/// none both are known.</param>
/// <param name="Events">How many there are.</param>
internal sealed record Silence(string Last, Day On, long? Longest, long Events);
