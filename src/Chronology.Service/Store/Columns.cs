namespace Chronology.Service.Store;

/// <summary>Rows of one table, held by column, so that any number of them is one <c>insert … select from unnest(…)</c>.</summary>
/// <param name="into">The table, with its schema.</param>
/// <param name="columns">Names and types; <c>text[]</c> is handed over as lines of text, <c>json</c> as text, <c>folded</c> is text that loses its diacritics.</param>
public sealed class Columns(string into, params (string Name, string Type)[] columns)
{
    private readonly List<object?>[] values = [.. columns.Select(_ => new List<object?>())];

    public int Count => values[0].Count;

    public string Into => into;

    public IReadOnlyList<(string Name, string Type)> Described => columns;

    /// <summary>One row, in the order of the columns.</summary>
    public IEnumerable<object?> Row(int index) => values.Select(column => column[index]);

    public void Add(params object?[] row)
    {
        for (var i = 0; i < values.Length; i++)
            values[i].Add(row[i]);
    }

    /// <summary>The statement, with a <c>?</c> for each column's array in <see cref="Parameters"/>.</summary>
    public string Insert(string? onConflict = null)
    {
        var names = string.Join(", ", columns.Select(column => column.Name));
        var picked = string.Join(
            ", ",
            columns.Select(column =>
                column.Type switch
                {
                    "text[]" => $"string_to_array(x.{column.Name}, E'\\n')",
                    "folded" => $"chronology.fold(x.{column.Name})",
                    _ => $"x.{column.Name}",
                }
            )
        );
        var arrays = string.Join(", ", columns.Select(column => $"?::{Base(column.Type)}[]"));
        return $"insert into {into} ({names}) select {picked} from unnest({arrays}) as x ({names}) {onConflict}".TrimEnd();
    }

    public object[] Parameters() => [.. columns.Select((column, i) => ArrayOf(Base(column.Type), values[i]))];

    private static string Base(string type) => type is "text[]" or "folded" ? "text" : type;

    private static object ArrayOf(string type, List<object?> members) =>
        type switch
        {
            "text" or "json" => members.Select(member => (string?)member).ToArray(),
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
