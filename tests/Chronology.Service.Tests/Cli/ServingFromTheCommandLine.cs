using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Chronology.Service.Cli;

namespace Chronology.Service.Tests.Cli;

public sealed class ServingFromTheCommandLine(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task an_embedded_cluster_goes_from_nothing_to_a_worked_question_and_stops_when_asked()
    {
        using var folder = new TemporaryFolder();
        var first = await ServeAsync(folder);
        var again = await ServeAsync(folder);

        Assert.Equal(first.Lines, again.Lines);
        Assert.Contains(
            first.Lines,
            line =>
                line.StartsWith(
                    $"  as known at {CommandLine.BeforeTheCorrection} (before the correction): embassy (",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains(
            first.Lines,
            line =>
                line.StartsWith(
                    $"  as known at {CommandLine.Head} (now): representative-office (",
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(CommandLine.Head, first.Head);
    }

    [Fact]
    public async Task a_named_database_without_the_worked_chronology_is_served_as_it_is()
    {
        var served = new CommandLine(database.ConnectionString, ("urls", "http://127.0.0.1:0"));
        var output = new System.IO.Pipelines.Pipe();
        using var around = served.Around(Stream.Null, output.Writer.AsStream(), Stream.Null);
        var running = Commands.RunAsync([], around);
        using var lines = new StreamReader(output.Reader.AsStream());

        var greeting = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        var next = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        around.Stop();

        Assert.StartsWith("Chronology listens on http://127.0.0.1:", greeting, StringComparison.Ordinal);
        Assert.Equal("Ctrl-C stops it.", next);
        Assert.Equal(0, await running);
    }

    [Fact]
    public async Task a_port_that_is_taken_is_one_sentence()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;

        var told = await new CommandLine(database.ConnectionString).RunAsync(
            "serve",
            "--urls",
            $"http://127.0.0.1:{taken}"
        );

        Assert.Equal(3, told.Exit);
        Assert.StartsWith("address-in-use: ", told.Error, StringComparison.Ordinal);
        Assert.Equal(told.Error.Length - 1, told.Error.IndexOf('\n'));
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost", HttpStatusCode.OK)]
    public async Task a_page_of_another_host_name_gets_no_answer(string host, HttpStatusCode expected)
    {
        var served = new CommandLine(database.ConnectionString, ("urls", "http://127.0.0.1:0"));
        var output = new System.IO.Pipelines.Pipe();
        using var around = served.Around(Stream.Null, output.Writer.AsStream(), Stream.Null);
        var running = Commands.RunAsync(["serve"], around);
        using var lines = new StreamReader(output.Reader.AsStream());
        var greeting = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{AddressIn(greeting!)}/health/live");
        request.Headers.Host = host;

        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        around.Stop();
        await running;

        Assert.Equal(expected, response.StatusCode);
    }

    /// <summary>Starts the program as a process of its own, reads its greeting, and ends it by SIGTERM.</summary>
    private static async Task<(List<string> Lines, long Head)> ServeAsync(TemporaryFolder folder)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(Commands).Assembly.Location,
                "serve",
                "--urls",
                "http://127.0.0.1:0",
                $"--CHRONOLOGY_DATA={folder.Path}",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("CHRONOLOGY_DB");
        using var process = Process.Start(start)!;
        try
        {
            var greeting = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var lines = new List<string>();
            while (
                await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
                && line != "Ctrl-C stops it."
            )
            {
                if (!line.Contains("http://", StringComparison.Ordinal))
                    lines.Add(line);
            }
            using var client = new HttpClient();
            var card = JsonNode.Parse(
                await client.GetStringAsync(
                    $"{AddressIn(greeting!)}/api/chronologies/palestine-russia",
                    TestContext.Current.CancellationToken
                )
            )!;
            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            Assert.False(File.Exists(Path.Combine(folder.Path, "postgres", "data", "postmaster.pid")));
            return (lines, (long)card["head"]!["position"]!);
        }
        finally
        {
            process.Kill();
        }
    }

    private static string AddressIn(string greeting) =>
        greeting.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal)).TrimEnd(';');
}
