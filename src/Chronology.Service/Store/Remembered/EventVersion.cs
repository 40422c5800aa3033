using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>What answers tell of one version of an event; it is never changed.</summary>
internal sealed record EventVersion(
    string Title,
    When When,
    DateAnswer Occurred,
    int? Order,
    ValueList<Citation> Citations
)
{
    /// <summary>Of each of these events the version that begins at a position.</summary>
    public static Pending<Dictionary<(string Event, long From), EventVersion>> Ask(
        RoundTrip trip,
        string chronology,
        IReadOnlyCollection<(string Event, long From)> versions
    )
    {
        if (versions.Count == 0)
            return Pending<Dictionary<(string, long), EventVersion>>.Of([]);
        var command = new NpgsqlBatchCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from unnest((select $2), (select $3)) as x (key, from_position)
            join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = x.key and r.from_position = x.from_position
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. versions.Select(one => one.Event)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. versions.Select(one => one.From)] });
        return trip.Ask(command, ReadAsync);
    }

    private static async Task<Dictionary<(string Event, long From), EventVersion>> ReadAsync(
        NpgsqlDataReader reader,
        CancellationToken ct
    )
    {
        var found = new Dictionary<(string, long), EventVersion>();
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            var state = Rows.Of(reader).State;
            var dated = state.Dated!;
            var when = dated.When();
            found[(state.Id.Key, reader.GetInt64(5))] = new(
                dated.Title,
                when,
                Brief(DateAnswer.Of(dated, when)),
                dated.Order,
                ((EventContent)state.Content)
                    .Citations.Select(citation => citation with { Source = Once(citation.Source) })
                    .ToValueList()
            );
        }
        return found;

        string Once(string source)
        {
            sources.TryAdd(source, source);
            return sources[source];
        }
    }

    /// <summary>The same date, with one text where several are alike: most of what is kept would be these.</summary>
    private static DateAnswer Brief(DateAnswer date) =>
        date with
        {
            Calendar = string.IsInterned(date.Calendar) ?? date.Calendar,
            Reading = string.IsInterned(date.Reading) ?? date.Reading,
            Earliest = date.Earliest == date.Edtf ? date.Edtf : date.Earliest,
            Latest = date.Latest == date.Edtf ? date.Edtf : date.Latest,
        };
}
