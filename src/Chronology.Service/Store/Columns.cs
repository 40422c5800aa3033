using System.Collections.Concurrent;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Rows of one table, held by column, so that any number of them is one <c>insert … select from unnest(…)</c> or one COPY.</summary>
/// <param name="into">The table, with its schema.</param>
/// <param name="columns">Names and types; <c>text[]</c> is handed over as lines of text, <c>json</c> and <c>jsonb</c> as text, <c>folded</c> is text
/// that loses its diacritics, and <c>nextval('…')</c>, handed over as null, becomes the next number of a sequence.</param>
public sealed class Columns(string into, params (string Name, string Type)[] columns)
{
    /// <summary>Which text an insertion has.</summary>
    private readonly record struct Kind(string Into, (string Name, string Type)[] Columns, bool Single, string? More)
    {
        public bool Equals(Kind other) =>
            Single == other.Single
            && Into == other.Into
            && More == other.More
            && Columns.AsSpan().SequenceEqual(other.Columns);

        public override int GetHashCode() => HashCode.Combine(Into, Columns.Length, Single, More);
    }

    private static readonly ConcurrentDictionary<Kind, string> Texts = new();

    private readonly List<object?>[] values = [.. columns.Select(_ => new List<object?>())];

    public int Count => values[0].Count;

    public string Into => into;

    public IReadOnlyList<(string Name, string Type)> Described => columns;

    /// <summary>One row, in the order of the columns.</summary>
    public IEnumerable<object?> Row(int index) => values.Select(column => column[index]);

    /// <summary>One value, by the numbers of its row and column, from 0.</summary>
    public object? At(int row, int column) => values[column][row];

    public void Add(params ReadOnlySpan<object?> row)
    {
        for (var i = 0; i < values.Length; i++)
            values[i].Add(row[i]);
    }

    /// <summary>The rows of another of the same table, behind its own.</summary>
    public void Add(Columns others)
    {
        for (var i = 0; i < values.Length; i++)
            values[i].AddRange(others.values[i]);
    }

    /// <summary>The statement that inserts them: one array a column, or one value a column where there is one row, which costs the server less.</summary>
    /// <param name="more">What stands behind it: <c>on conflict …</c>, <c>returning …</c>; null: nothing.</param>
    public Statement Insert(string? more = null) =>
        new(
            Texts.GetOrAdd(new(into, columns, Count == 1, more), (kind, own) => own.Inserting(kind), this),
            Count == 1 ? Single() : Parameters()
        );

    private string Inserting(Kind kind)
    {
        var (_, _, single, more) = kind;
        var names = string.Join(", ", columns.Select(column => column.Name));
        if (single)
            return $"insert into {into} ({names}) values ({string.Join(", ", columns.Select(One))}) {more}".TrimEnd();
        var picked = string.Join(
            ", ",
            columns.Select(column =>
                column.Type switch
                {
                    "text[]" => $"string_to_array(x.{column.Name}, E'\\n')",
                    "folded" => $"chronology.fold(x.{column.Name})",
                    _ when IsNumbered(column.Type) => column.Type,
                    _ => $"x.{column.Name}",
                }
            )
        );
        var given = string.Join(", ", Given.Select(column => column.Name));
        return $"insert into {into} ({names}) select {picked} from {Unnested()} as x ({given}) {more}".TrimEnd();
    }

    private static string One((string Name, string Type) column) =>
        column.Type switch
        {
            "text[]" => "string_to_array(?::text, E'\\n')",
            "folded" => "chronology.fold(?::text)",
            _ when IsNumbered(column.Type) => column.Type,
            _ => $"?::{column.Type}",
        };

    private object[] Single() =>
        [
            .. columns
                .Select((column, i) => (column, i))
                .Where(one => !IsNumbered(one.column.Type))
                .Select(one => values[one.i][0] ?? DBNull.Value),
        ];

    /// <summary><c>unnest(?, …)</c> of <see cref="Parameters"/>.</summary>
    public string Unnested() => $"unnest({string.Join(", ", Given.Select(column => $"?::{Base(column.Type)}[]"))})";

    public object[] Parameters() =>
        [
            .. columns
                .Select((column, i) => (column, i))
                .Where(one => !IsNumbered(one.column.Type))
                .Select(one => ArrayOf(Base(one.column.Type), values[one.i])),
        ];

    private IEnumerable<(string Name, string Type)> Given => columns.Where(column => !IsNumbered(column.Type));

    internal static bool IsNumbered(string type) => type.StartsWith("nextval(", StringComparison.Ordinal);

    /// <summary>Writes them by binary COPY; none: no round trip.</summary>
    /// <param name="connection">With no reader open. In a transaction where they belong together with others.</param>
    /// <remarks>The same rows as of <see cref="Insert"/>, but a conflict ends the transaction.</remarks>
    public async Task CopyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (Count == 0)
            return;
        await FinishAsync(connection, ct);
        using var copy = new BinaryCopy(this);
        copy.Add(this);
        await copy.SendAsync(connection, ct);
    }

    /// <summary>Works out what COPY has no function for: folded texts, and numbers of sequences.</summary>
    /// <param name="connection">With no reader open.</param>
    internal async Task FinishAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Type == "folded")
                await FoldAsync(connection, values[i], ct);
            else if (IsNumbered(columns[i].Type))
                await NumberAsync(connection, columns[i].Type, values[i], ct);
        }
    }

    private static async Task NumberAsync(
        NpgsqlConnection connection,
        string next,
        List<object?> numbers,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand($"select {next} from generate_series(1, $1)", connection);
        command.Parameters.AddWithValue(numbers.Count);
        await using var reader = await command.ExecuteReaderAsync(ct);
        for (var i = 0; await reader.ReadAsync(ct); i++)
            numbers[i] = reader.GetInt64(0);
    }

    /// <summary>COPY calls no function, so that <c>chronology.fold</c> comes first: here for ASCII, asked of the server for all else.</summary>
    private static async Task FoldAsync(NpgsqlConnection connection, List<object?> texts, CancellationToken ct)
    {
        var odd = new List<int>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i] is not string text)
                continue;
            if (System.Text.Ascii.IsValid(text))
                texts[i] = FoldedAscii(text);
            else
                odd.Add(i);
        }
        if (odd.Count == 0)
            return;
        await using var command = new NpgsqlCommand(
            "select x.at, chronology.fold(x.text) from unnest($1, $2) as x (at, text)",
            connection
        );
        command.Parameters.AddWithValue(odd.ToArray());
        command.Parameters.AddWithValue(odd.Select(i => (string)texts[i]!).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            texts[reader.GetInt32(0)] = reader.GetString(1);
    }

    /// <summary><c>chronology.fold</c> of a text in ASCII: lower case, without apostrophes.</summary>
    public static string FoldedAscii(string text)
    {
        var lower = text.ToLowerInvariant();
        return lower.AsSpan().IndexOfAny('\'', '`') < 0
            ? lower
            : lower.Replace("'", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal);
    }

    private static string Base(string type) => type is "text[]" or "folded" ? "text" : type;

    private static object ArrayOf(string type, List<object?> members) =>
        type switch
        {
            "text" or "json" or "jsonb" => members.Select(member => (string?)member).ToArray(),
            "bigint" => members.Select(member => (long?)member).ToArray(),
            "integer" => members.Select(member => (int?)member).ToArray(),
            "smallint" => members.Select(member => (short?)member).ToArray(),
            "boolean" => members.Select(member => (bool?)member).ToArray(),
            "uuid" => members.Select(member => (Guid?)member).ToArray(),
            "timestamptz" => members.Select(member => (DateTimeOffset)member!).ToArray(),
            "bytea" => members.Select(member => (byte[])member!).ToArray(),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
}
