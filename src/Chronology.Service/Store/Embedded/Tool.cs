using System.Diagnostics;

namespace Chronology.Service.Store.Embedded;

/// <summary>Runs small programs to their end, in the root folder and without the caller's PG* settings.</summary>
internal static class Tool
{
    /// <summary>The exit code, and what was printed on both streams.</summary>
    internal sealed record Outcome(int ExitCode, string Output)
    {
        public bool Ok => ExitCode == 0;
    }

    public static async Task<Outcome> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = OperatingSystem.IsWindows() ? "" : "/",
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        foreach (
            var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList()
        )
        {
            start.Environment.Remove(name);
        }
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        var printed = process.StandardOutput.ReadToEndAsync(cancellation);
        var complained = process.StandardError.ReadToEndAsync(cancellation);
        var output = string.Join('\n', await Task.WhenAll(printed, complained)).Trim();
        await process.WaitForExitAsync(cancellation);
        return new Outcome(process.ExitCode, output);
    }
}
