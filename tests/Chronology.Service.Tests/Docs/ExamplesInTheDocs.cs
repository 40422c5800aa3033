using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chronology.Service.Cli;
using Chronology.Service.Tests.Cli;
using Chronology.Service.Tests.Invariants;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Docs;

/// <summary>What README and the pages in docs show is what the program gives, over the chronology that ships with it.</summary>
/// <remarks>
/// Two forms are run: a block that begins with <c>$ </c> and a command, and a block with a <c>GET</c> followed by a block of its JSON.
/// JSON may be shown in part: <c>&lt;!-- shows facts verdict --&gt;</c> above the block names what, by paths such as <c>revisions/1</c>;
/// what is left out stands there as <c>...</c>. With <c>CHRONOLOGY_DOCS=write</c> the test writes the outputs into the documents.
/// </remarks>
public sealed partial class ExamplesInTheDocs(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Address = "http://127.0.0.1:5180";
    private const string Program = "dotnet run --project src/Chronology.Service";
    private const int Wide = 120;

    /// <summary>So that position 64 is stamped as the documents have it: each position comes a microsecond after the one before.</summary>
    private static readonly DateTimeOffset Imported = new DateTimeOffset(
        2026,
        11,
        22,
        18,
        19,
        17,
        TimeSpan.Zero
    ).AddMicroseconds(74_145);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("README.md", 4)]
    [InlineData("docs/explain.md", 5)]
    [InlineData("docs/time.md", 5)]
    [InlineData("docs/eras.md", 1)]
    [InlineData("docs/stances.md", 1)]
    public async Task are_what_the_program_gives(string document, int examples)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Shipped.Path))!, document);
        var written = await File.ReadAllTextAsync(path, Ct);
        var clock = new SetClock(Imported);
        await using var service = await Served.StartAsync(database.ConnectionString, clock);
        await Service.Cli.Shipped.ImportAsync(service.Services.GetRequiredService<ISender>(), Ct);

        var run = 0;
        var given = new StringBuilder();
        var copied = 0;
        foreach (var example in Examples().Matches(written).Cast<Match>())
        {
            var shows = example.Groups["shows"].Success ? example.Groups["shows"].Value.Split(' ') : null;
            var output = example.Groups["output"];
            given.Append(written, copied, output.Index - copied);
            given.Append(
                example.Groups["get"].Success ? await GetAsync(service, example.Groups["get"].Value, shows)
                : example.Groups["command"].Value is var command
                && command.StartsWith("curl '", StringComparison.Ordinal)
                    ? await GetAsync(
                        service,
                        command["curl '".Length..^1].Replace(Address, "", StringComparison.Ordinal),
                        shows
                    )
                : command == Program ? await ServeAsync(clock)
                : await AskAsync(Verb().Replace(command, ""), clock)
            );
            copied = output.Index + output.Length;
            run++;
        }
        given.Append(written, copied, written.Length - copied);

        if (Environment.GetEnvironmentVariable("CHRONOLOGY_DOCS") == "write")
            await File.WriteAllTextAsync(path, given.ToString(), Ct);
        else
            Assert.Equal(written, given.ToString());
        Assert.Equal(examples, run);
    }

    private static async Task<string> GetAsync(Served service, string path, string[]? shows)
    {
        var text = await service.Client.GetStringAsync(path, Ct);
        return Wrapped(shows is null ? text : Shown(JsonNode.Parse(text), [.. shows.Select(s => s.Split('/'))]));
    }

    private async Task<string> AskAsync(string arguments, SetClock clock)
    {
        var told = await new CommandLine(database.ConnectionString) { Clock = clock }.RunAsync(arguments.Split(' '));
        Assert.Equal((0, ""), (told.Exit, told.Error));
        return told.Out;
    }

    private async Task<string> ServeAsync(SetClock clock)
    {
        var output = new System.IO.Pipelines.Pipe();
        var served = new CommandLine(database.ConnectionString, ("urls", "http://127.0.0.1:0")) { Clock = clock };
        using var around = served.Around(Stream.Null, output.Writer.AsStream(), Stream.Null);
        var running = Commands.RunAsync([], around);
        using var reader = new StreamReader(output.Reader.AsStream());
        var lines = new StringBuilder();
        while (await reader.ReadLineAsync(Ct) is { } line)
        {
            lines.Append(Port().Replace(line, Address)).Append('\n');
            if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
                break;
        }
        around.Stop();
        await running;
        return lines.ToString();
    }

    /// <summary>What the paths lead to, and <c>...</c> for the rest.</summary>
    private static string Shown(JsonNode? node, string[][] paths)
    {
        if (paths.Any(path => path.Length == 0))
            return node is null ? "null" : node.ToJsonString(Service.Web.Answers.Json);
        var parts = new List<string>();
        foreach (var (name, value) in Members(node!))
        {
            var into = paths.Where(path => path[0] == name).Select(path => path[1..]).ToArray();
            if (into.Length > 0)
                parts.Add(node is JsonObject ? $"\"{name}\":{Shown(value, into)}" : Shown(value, into));
            else if (parts is [] or [.., not "..."])
                parts.Add("...");
        }
        var all = string.Join(',', parts);
        return node is JsonObject ? $"{{{all}}}" : $"[{all}]";
    }

    private static IEnumerable<(string Name, JsonNode? Value)> Members(JsonNode node) =>
        node is JsonObject o
            ? o.Select(member => (member.Key, member.Value))
            : node.AsArray().Select((item, i) => (i.ToString(System.Globalization.CultureInfo.InvariantCulture), item));

    /// <summary>Broken behind commas, where a line would be too wide.</summary>
    private static string Wrapped(string json)
    {
        var lines = new StringBuilder();
        var line = new StringBuilder();
        foreach (var piece in Pieces().Matches(json).Select(match => match.Value))
        {
            if (piece.Length > 0 && line.Length > 1 && line.Length + piece.Length > Wide)
            {
                lines.Append(line).Append('\n');
                line.Clear().Append(' ');
            }
            line.Append(piece);
        }
        return lines.Append(line).Append('\n').ToString();
    }

    [GeneratedRegex(
        """(?:<!-- shows (?<shows>[^\n]+) -->\n)?```\n\$ (?<command>[^\n]+)\n(?<output>(?:(?!```)[^\n]*\n)*)```|```\nGET (?<get>[^\n]+)\n```\n\n(?:<!-- shows (?<shows>[^\n]+) -->\n)?```json\n(?<output>(?:(?!```)[^\n]*\n)*)```""",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Examples();

    [GeneratedRegex(
        "^(?:dotnet run --project src/Chronology.Service --|chronology) ",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Verb();

    // Up to and with a comma, texts whole.
    [GeneratedRegex("""(?:"(?:[^"\\]|\\.)*"|[^",])*(?:,|$)""", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Pieces();

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Port();
}
