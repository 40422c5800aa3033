using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Compares the counts in a chronology's head with the live rows, and puts them right.</summary>
/// <remarks>Both are read by one statement, of one snapshot, so that nobody need wait: what is wrong with a count stays what it is
/// however many records are written meanwhile, each of which adds its own.</remarks>
internal sealed class CountDifferences(NpgsqlConnection connection, string chronology)
{
    private static readonly string Columns = string.Join(", ", LiveRecords.Columns);

    private long[]? missing;

    /// <summary>Finds whether the counts are those of the live rows; asked where these are right.</summary>
    /// <returns>At most one difference.</returns>
    public async Task<IReadOnlyList<RowDifference>> FindAsync(CancellationToken ct)
    {
        await using var command = Command(
            $"""
            select to_json(h)::text, to_json(n)::text, {string.Join(
                ", ",
                LiveRecords.Columns.Select(c => $"n.{c} - h.{c}")
            )}
            from (select {Columns} from chronology.head where chronology = $1) h
            cross join ({LiveRecords.Of("$1")}) n
            where row (h.*) is distinct from row (n.*)
            """
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return [];
        missing = [.. LiveRecords.Columns.Select((_, i) => reader.GetInt64(i + 2))];
        return [new("head", chronology, null, null, reader.GetString(0), reader.GetString(1))];
    }

    /// <summary>Adds what was found to be missing, in the transaction that is open and has the head's lock.</summary>
    public async Task MendAsync(long rebuild, CancellationToken ct)
    {
        if (missing is not null)
            await WriteAsync(
                rebuild,
                $"select {string.Join(", ", LiveRecords.Columns.Select((column, i) => $"{column} + ${i + 3} as {column}"))} from chronology.head where chronology = $1",
                missing,
                ct
            );
    }

    /// <summary>Counts anew, after rows have been swapped, in the transaction that is open and has the head's lock.</summary>
    public Task RecountAsync(long rebuild, CancellationToken ct) => WriteAsync(rebuild, LiveRecords.Of("$1"), [], ct);

    /// <param name="counted">SQL for the right counts; where they are there already, nothing is written.</param>
    private async Task WriteAsync(long rebuild, string counted, long[] values, CancellationToken ct)
    {
        await using var command = Command(
            $"""
            with right_counts as ({counted}),
            allowed as (select set_config('chronology.rebuilding', $2::text, true)),
            wrong as (
                select h.* from chronology.head h cross join right_counts n
                where h.chronology = $1 and ({Of("h")}) is distinct from ({Of("n")})),
            kept as (
                insert into chronology.superseded (rebuild, relation, live) select $2, 'head', to_json(w) from wrong w)
            update chronology.head h set ({Columns}) = ({Of(
                "n"
            )}) from right_counts n, allowed, wrong w where h.chronology = w.chronology
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = rebuild });
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await command.ExecuteNonQueryAsync(ct);

        static string Of(string row) => string.Join(", ", LiveRecords.Columns.Select(column => $"{row}.{column}"));
    }

    private NpgsqlCommand Command(string sql) =>
        new(sql, connection)
        {
            CommandTimeout = 0,
            Parameters = { new NpgsqlParameter<string> { TypedValue = chronology } },
        };
}
