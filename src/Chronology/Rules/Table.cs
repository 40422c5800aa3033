using System.Text;

namespace Chronology.Rules;

/// <summary>An embedded table: a header line, then rows of as many cells, cells split by tabs, no quoting.</summary>
internal static class Table
{
    public static IEnumerable<Dictionary<string, string>> Read(string name)
    {
        using var stream =
            typeof(Vocabulary).Assembly.GetManifestResourceStream($"codes/{name}.tsv")
            ?? throw new InvalidOperationException($"The table {name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var header = reader.ReadLine()!.Split('\t');
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split('\t');
            if (cells.Length != header.Length)
                throw new InvalidOperationException($"The table {name} has a row of {cells.Length} cells: {line}");
            yield return header.Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second);
        }
    }
}
