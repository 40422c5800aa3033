using System.Reflection;

namespace Chronology.Tests;

/// <summary>Files of the repository that tests hold to what the code does.</summary>
internal static class Repository
{
    /// <param name="path">From the root, with forward slashes.</param>
    public static string[] Lines(string path) => File.ReadAllLines(PathOf(path));

    public static string Text(string path) => File.ReadAllText(PathOf(path));

    private static string PathOf(string path) =>
        Path.GetFullPath(
            Path.Combine(
                typeof(Repository)
                    .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                    .Single(a => a.Key == "ProjectDirectory")
                    .Value!,
                "..",
                "..",
                path
            )
        );
}
