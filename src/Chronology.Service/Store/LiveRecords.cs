using Chronology.Recording;

namespace Chronology.Service.Store;

/// <summary>How many records of each kind are neither retracted nor merged: counted as they are written, in the columns of their head.</summary>
internal static class LiveRecords
{
    private static readonly (RecordKind Kind, string Column)[] Counted =
    [
        (RecordKind.Event, "events"),
        (RecordKind.Actor, "actors"),
        (RecordKind.Issue, "issues"),
        (RecordKind.Source, "sources"),
        (RecordKind.Scheme, "schemes"),
        (RecordKind.Era, "eras"),
    ];

    /// <summary>The columns, in the order of every list of counts.</summary>
    public static IReadOnlyList<string> Columns { get; } = [.. Counted.Select(of => of.Column)];

    /// <summary>SQL that adds a value for each column: <paramref name="value"/> of its place.</summary>
    public static string Add(Func<int, string> value) =>
        string.Join(", ", Columns.Select((column, i) => $"{column} = {column} + {value(i)}"));

    /// <summary>SQL that counts the rows themselves, a column for each kind.</summary>
    /// <param name="chronology">SQL for the slug.</param>
    public static string Of(string chronology) =>
        $"""
            select {string.Join(
                ", ",
                Counted.Select(of => $"count(*) filter (where r.kind = '{of.Kind.Name()}') as {of.Column}")
            )}
            from chronology.record r
            where r.chronology = {chronology} and r.to_position = {DerivedRows.Open} and r.status in ('active', 'disputed')
            """;

    /// <summary>By how much each count grows or falls.</summary>
    /// <param name="before">The records revised, as they stood; those that were not there are missing.</param>
    public static long[] Changes(
        IReadOnlyDictionary<RecordId, Placed> before,
        IReadOnlyDictionary<RecordId, Placed> after
    )
    {
        var changes = new long[Counted.Length];
        foreach (var (id, placed) in after)
        {
            var at = Array.FindIndex(Counted, of => of.Kind == id.Kind);
            if (at >= 0)
                changes[at] += One(placed) - (before.TryGetValue(id, out var old) ? One(old) : 0);
        }
        return changes;

        static long One(Placed placed) => placed.IsLive ? 1 : 0;
    }
}
