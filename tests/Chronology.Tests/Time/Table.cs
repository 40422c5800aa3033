namespace Chronology.Tests.Time;

/// <summary>A tab-separated table embedded in the test assembly; its first line names the columns.</summary>
internal static class Table
{
    public static IEnumerable<string[]> Rows(string name)
    {
        using var reader = new StreamReader(typeof(Table).Assembly.GetManifestResourceStream(name)!);
        return reader
            .ReadToEnd()
            .Split('\n')
            .Skip(1)
            .Where(line => line.Length > 0)
            .Select(line => line.Split('\t'))
            .ToList();
    }
}
