using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Service.Cli;

namespace Chronology.Service.Tests.Cli;

/// <summary>The command line over a database, its streams kept.</summary>
/// <param name="settings">Beside CHRONOLOGY_DB.</param>
internal sealed class CommandLine(string? connectionString, params (string Name, string Value)[] settings)
{
    public sealed record Ended(int Exit, byte[] Bytes, string Error)
    {
        public string Out => Encoding.UTF8.GetString(Bytes);

        public JsonObject Json => JsonNode.Parse(Bytes)!.AsObject();
    }

    public bool InContainer { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Task<Ended> RunAsync(params string[] args) => ReadAsync("", args);

    /// <param name="input">What stands on standard input.</param>
    public async Task<Ended> ReadAsync(string input, params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var around = Around(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error);
        var exit = await Commands.RunAsync(args, around);
        return new(exit, output.ToArray(), Encoding.UTF8.GetString(error.ToArray()));
    }

    public Surroundings Around(Stream input, Stream output, Stream error) =>
        new(input, output, error)
        {
            InContainer = InContainer,
            Clock = Clock,
            Settings = settings
                .Append((Name: "CHRONOLOGY_DB", Value: connectionString!))
                .Where(setting => setting.Value is not null)
                .ToDictionary(setting => setting.Name, setting => (string?)setting.Value),
        };

    /// <summary>The lines of the chronology that ships with the product.</summary>
    public static string Worked
    {
        get
        {
            using var resource = typeof(Commands).Assembly.GetManifestResourceStream(
                "data/palestine-russia.chronology.jsonl"
            )!;
            using var reader = new StreamReader(resource);
            return reader.ReadToEnd();
        }
    }

    /// <summary>The last position at which the worked chronology calls the mission in Moscow an embassy.</summary>
    public static int BeforeTheCorrection { get; } =
        Array.FindIndex(
            Worked.Split('\n'),
            line =>
                line.StartsWith(
                    """{"record":"correct","of":"event","key":"plo-embassy-moscow",""",
                    StringComparison.Ordinal
                )
        ) - 1;

    /// <summary>Its head.</summary>
    public static int Head { get; } = Worked.Count(c => c == '\n') - 1;
}
