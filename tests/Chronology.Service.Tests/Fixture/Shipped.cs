namespace Chronology.Service.Tests;

/// <summary>The worked chronology that ships with the product.</summary>
public static class Shipped
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, "data", "palestine-russia.chronology.jsonl"))
            ? System.IO.Path.Combine(folder, "data", "palestine-russia.chronology.jsonl")
            : Find(System.IO.Path.GetDirectoryName(folder)!);
}
