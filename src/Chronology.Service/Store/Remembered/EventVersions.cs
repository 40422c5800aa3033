using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Time;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>What answers tell of one version of an event.</summary>
internal sealed record EventVersion(
    string Title,
    When When,
    DateAnswer Occurred,
    int? Order,
    ValueList<Citation> Citations
);

/// <summary>Versions of events in the memory of this process: none is ever changed.</summary>
internal sealed class EventVersions(Reading source, long bytes) : IDisposable
{
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = bytes });

    /// <summary>Of each of these events the version that begins at a position; a round trip where some are not in memory.</summary>
    public async ValueTask<IReadOnlyDictionary<(string Event, long From), EventVersion>> OfAsync(
        string chronology,
        IEnumerable<(string Event, long From)> asked,
        CancellationToken ct
    )
    {
        var found = new Dictionary<(string, long), EventVersion>();
        var missing = new List<(string Event, long From)>();
        foreach (var one in asked.Distinct())
        {
            if (kept.TryGetValue((chronology, one.Event, one.From), out EventVersion? known))
                found.Add(one, known!);
            else
                missing.Add(one);
        }
        if (missing.Count == 0)
            return found;
        await RoundTrip.AskAsync(source, trip => Ask(trip, chronology, missing, found), ct);
        return found;
    }

    private Pending<bool> Ask(
        RoundTrip trip,
        string chronology,
        List<(string Event, long From)> missing,
        Dictionary<(string, long), EventVersion> found
    )
    {
        var command = new NpgsqlBatchCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from unnest((select $2), (select $3)) as x (key, from_position)
            join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = x.key and r.from_position = x.from_position
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. missing.Select(m => m.Event)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. missing.Select(m => m.From)] });
        return trip.Ask(
            command,
            async (reader, ct) =>
            {
                while (await reader.ReadAsync(ct))
                {
                    var json = reader.GetString(4);
                    var id = new RecordId(Words.Kind(reader.GetString(0)), reader.GetString(1));
                    var state = StoredState.Read(id, reader.GetInt32(2), reader.GetString(3), json);
                    var dated = state.Dated!;
                    var when = dated.When();
                    var version = new EventVersion(
                        dated.Title,
                        when,
                        DateAnswer.Of(dated, when),
                        dated.Order,
                        ((EventContent)state.Content).Citations
                    );
                    var from = reader.GetInt64(5);
                    found[(id.Key, from)] = version;
                    kept.Set(
                        (chronology, id.Key, from),
                        version,
                        new MemoryCacheEntryOptions { Size = 500 + (2 * json.Length) }
                    );
                }
                return true;
            }
        );
    }

    public void Clear() => kept.Clear();

    public void Dispose() => kept.Dispose();
}
