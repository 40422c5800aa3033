using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Fills the score tables, when a migration makes them, from the event rows that were there before it.</summary>
public static class ScoresOfEarlierRows
{
    /// <summary>The migration that makes the tables.</summary>
    public const string Migration = "0006_scores";

    /// <remarks>Within the migration's transaction; one statement a chronology, so that its totals run on in order of position.</remarks>
    public static async Task FillAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = new Dictionary<string, Columns>(StringComparer.Ordinal);
        await using (
            var command = new NpgsqlCommand(
                """
                select r.chronology, r.key, r.revision, r.status, r.state::text, r.from_position, r.to_position
                from chronology.record r where r.kind = 'event'
                """,
                connection
            )
            {
                CommandTimeout = 0,
            }
        )
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var state = StoredState.Read(
                    new(RecordKind.Event, reader.GetString(1)),
                    reader.GetInt32(2),
                    reader.GetString(3),
                    reader.GetString(4)
                );
                var slug = reader.GetString(0);
                if (!rows.TryGetValue(slug, out var of))
                    rows[slug] = of = ScoreRows.New("");
                ScoreRows.Add(of, slug, state, state.Dated!.When(), reader.GetInt64(5), reader.GetInt64(6));
            }
        }
        foreach (var (slug, of) in rows)
        {
            if (ScoreRows.Statement("", of, FoldedPage.NothingClosed()) is { } fill)
                await Statement.RunAsync(connection, [fill], ct, unlimited: true);
        }
    }
}
