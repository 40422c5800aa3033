using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;

namespace Chronology.Service.Cli;

/// <summary>JSON put before the user's editor: <c>VISUAL</c>, else <c>EDITOR</c>, else vi.</summary>
/// <remarks>The file is its user's alone. It goes when what it says is accepted or was left as it was; else it stays, and is named.</remarks>
internal static class Editing
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="file">Its name, without its ending.</param>
    /// <param name="header">Lines for the person who edits, told as comments above the JSON.</param>
    /// <param name="send">What is done with the JSON as it was saved.</param>
    /// <param name="keep">The file stays also where all went well, for nothing is recorded of it.</param>
    /// <returns>Null where the text was left as it was: nothing was done.</returns>
    public static async Task<Result<T?>> EditAsync<T>(
        Surroundings around,
        IConfiguration settings,
        string file,
        IEnumerable<string> header,
        JsonObject offered,
        Func<JsonElement, Task<Result<T>>> send,
        bool keep,
        CancellationToken ct
    )
        where T : class
    {
        var editor = Editor(around, settings);
        var folder = Directory.CreateTempSubdirectory("chronology-");
        var path = Path.Combine(folder.FullName, $"{file}.json");
        var text = $"{string.Concat(header.Select(line => $"// {line}\n"))}{offered.ToJsonString(Indented)}\n";
        var done = false;
        try
        {
            await WriteAsync(path, text, ct);
            await RunAsync(editor, path, ct);
            var edited = await File.ReadAllTextAsync(path, Encoding.UTF8, ct);
            if (edited == text)
                return (T?)null;
            var read = Body.Parse(WithoutComments(edited));
            var sent = read.Rejection is { } unreadable ? unreadable : await send(read.Value);
            done = sent.IsOk && !keep;
            return sent.Map(value => (T?)value);
        }
        finally
        {
            if (done || !await IsWorkAsync(path, text))
                folder.Delete(recursive: true);
            else
                await around.Error.WriteLineAsync($"kept: Nothing was recorded; what you wrote is in {path}.");
        }
    }

    private static string Editor(Surroundings around, IConfiguration settings) =>
        settings["VISUAL"] is { Length: > 0 } visual ? visual
        : settings["EDITOR"] is { Length: > 0 } editor ? editor
        : around.OutIsTerminal ? "vi"
        : throw new CommandException("usage", "Name an editor in the variable EDITOR.", Exit.Usage);

    private static async Task WriteAsync(string path, string text, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
    }

    /// <summary>The variable may hold a command with arguments: the shell reads it.</summary>
    private static async Task RunAsync(string editor, string path, CancellationToken ct)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", $"/c {editor} \"{path}\"")
            : new ProcessStartInfo("/bin/sh", ["-c", $"{editor} \"$@\"", editor, path]);
        start.UseShellExecute = false;
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0)
                throw new CommandException(
                    "editor-failed",
                    $"“{editor}” ended with {process.ExitCode}: nothing was sent."
                );
        }
        catch (Win32Exception)
        {
            throw new CommandException("editor-failed", $"“{editor}” cannot be run.");
        }
    }

    private static async Task<bool> IsWorkAsync(string path, string text) =>
        File.Exists(path) && await File.ReadAllTextAsync(path, Encoding.UTF8, CancellationToken.None) != text;

    private static string WithoutComments(string text) =>
        string.Join(
            '\n',
            text.Split('\n')
                .SkipWhile(line => line.Trim() is "" || line.TrimStart().StartsWith("//", StringComparison.Ordinal))
        );
}
