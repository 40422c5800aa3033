using System.Diagnostics;
using System.Globalization;

namespace Chronology.Service.Store.Embedded;

/// <summary>The server process as its <c>postmaster.pid</c> tells of it.</summary>
internal sealed record Postmaster(int ProcessId, int Port)
{
    /// <summary>The server that runs on this data; null where none does, be the file left over or not.</summary>
    /// <param name="pidFile">The cluster's <c>postmaster.pid</c>.</param>
    /// <param name="leftOver">Whether the file names a living process that is something else, which PostgreSQL itself takes for a server.</param>
    public static Postmaster? Find(string pidFile, out bool leftOver)
    {
        leftOver = false;
        string text;
        try
        {
            text = File.ReadAllText(pidFile);
        }
        catch (IOException)
        {
            return null;
        }
        var lines = text.Split('\n');
        if (!int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId) || !IsAlive(processId))
        {
            return null;
        }
        if (!Serves(processId, text))
        {
            leftOver = true;
            return null;
        }
        var port = lines.Length > 3 && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var read) ? read : 0;
        return new Postmaster(processId, port);
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>A server's working folder is its data, so it sees the same file there.</summary>
    private static bool Serves(int processId, string pidFileText)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return File.ReadAllText($"/proc/{processId}/cwd/postmaster.pid") == pidFileText;
            }
            using var process = Process.GetProcessById(processId);
            return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
