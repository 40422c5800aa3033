using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Web;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary>The command line: each verb reads its options, sends the request that HTTP sends, and tells the answer.</summary>
public static class Commands
{
    /// <returns>See <see cref="Exit"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings around)
    {
        var (settings, rest) = Settings.Part(args);
        var run = new Run(around, settings);
        var root = Root(run);
        var parsed = root.Parse(
            rest,
            new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false }
        );
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                foreach (var error in parsed.Errors)
                    await around.Error.WriteLineAsync($"usage: {error.Message}");
                await around.Error.WriteLineAsync($"usage: {Named(parsed.CommandResult.Command)} --help says more.");
                return Exit.Usage;
            }
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = around.Out,
                    Error = around.Error,
                    EnableDefaultExceptionHandler = false,
                    // Signals are listened to by the surroundings: nothing cuts short a cluster that is being stopped.
                    ProcessTerminationTimeout = null,
                },
                around.Stopping
            );
        }
        catch (Exception fault)
        {
            var (code, detail, exit) = Faults.Tell(fault);
            await around.Error.WriteLineAsync($"{code}: {detail}");
            if (code == "fault" && Settings.Read(around, settings)["Logging:LogLevel:Default"] is "Debug" or "Trace")
                await around.Error.WriteLineAsync(fault.ToString());
            return exit;
        }
    }

    private static RootCommand Root(Run run)
    {
        var root = new RootCommand(
            "A sourced record of international relations: what was so as of a date, as known at a moment. Without a verb: serve."
        );
        Verb[] verbs =
        [
            ServeVerb.Of(run),
            .. AskVerbs.Of(run),
            AnswerVerb.Of(run),
            ErasVerb.Of(run),
            CreateVerb.Of(run),
            ImportVerb.Of(run),
            ReviewVerbs.Of(run),
            AppendVerb.Of(run),
            EditVerb.Of(run),
            .. ChangeVerbs.Of(run),
            RebuildVerb.Of(run),
            MigrateVerb.Of(run),
            RulesVerb.Of(run),
            StatusVerb.Of(run),
        ];
        foreach (var verb in verbs)
            root.Subcommands.Add(verb.Command);
        root.SetAction((_, ct) => ServeVerb.RunAsync(run, ct));
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples(
                (SynchronousCommandLineAction)help.Action!,
                verbs
                    .SelectMany(verb => verb.Below.Prepend(verb))
                    .ToDictionary(verb => verb.Command, verb => verb.Examples)
            );
        }
        return root;
    }

    private static string Named(Command command) =>
        command is RootCommand
            ? "chronology"
            : $"{Named(command.Parents.OfType<Command>().FirstOrDefault() ?? new RootCommand())} {command.Name}";

    private sealed class HelpWithExamples(
        SynchronousCommandLineAction help,
        Dictionary<Command, IReadOnlyList<string>> examples
    ) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var output = parseResult.InvocationConfiguration.Output;
            var exit = help.Invoke(parseResult);
            output.WriteLine("Example:");
            var command = parseResult.CommandResult.Command;
            foreach (
                var example in examples.GetValueOrDefault(command) ?? ["chronology serve", "chronology state --help"]
            )
                output.WriteLine($"  {example}");
            output.WriteLine();
            return exit;
        }
    }
}

/// <summary>A command and how it is used.</summary>
public sealed record Verb(Command Command, params IReadOnlyList<string> Examples)
{
    /// <summary>The verbs that stand below it.</summary>
    public IReadOnlyList<Verb> Below { get; init; } = [];
}

/// <summary>One run of the program: what is common to its verbs.</summary>
/// <param name="Given">Arguments that are settings.</param>
public sealed record Run(Surroundings Around, string[] Given)
{
    public Option<string?> Chronology { get; } =
        new("--chronology", "-c")
        {
            Description = $"Which chronology; without it {Settings.DefaultChronology}, or the only one there is",
            HelpName = "SLUG",
        };

    public Option<bool> Json { get; } = new("--json") { Description = "The contract's JSON, as HTTP gives it" };

    public Option<bool> Cite { get; } =
        new("--cite") { Description = "Keep the answer for ever and print how to cite it" };

    public Option<string?> Author { get; } =
        new("--author") { Description = "Who records; without it the user of this system", HelpName = "NAME" };

    public Option<string?> Via { get; } =
        new("--via") { Description = "The tool, agent or data set that it comes through", HelpName = "NAME" };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Record nothing; tell what would change" };

    public Option<string?> TriedAsOf { get; } =
        new("--as-of")
        {
            Description =
                "With --dry-run: the day for which it is told; without it today and the days that the record names",
            HelpName = "DAY",
        };

    /// <summary>Whether a change is tried, not made.</summary>
    /// <exception cref="CommandException">A day is given, but nothing is tried.</exception>
    public bool Tries(ParseResult parsed) =>
        parsed.GetValue(DryRun)
        || (
            parsed.GetValue(TriedAsOf) is null
                ? false
                : throw new CommandException("usage", "--as-of goes with --dry-run.", Exit.Usage)
        );

    public Result<Store.Caller> CallerOf(ParseResult parsed) =>
        Incoming.CallerNamed(parsed.GetValue(Author), "--author", parsed.GetValue(Via), "--via");

    /// <summary>Opens the store, finds the chronology, asks, and tells the answer or the refusal.</summary>
    public Task<int> AnswerAsync<T>(
        ParseResult parsed,
        Func<OpenedStore, string, Task<Result<T>>> ask,
        Action<IAnsiConsole, T> tell,
        bool asking = false,
        Func<T, object?>? json = null
    ) =>
        WithStoreAsync(
            parsed,
            asking,
            async (store, chronology) =>
            {
                var answer = await ask(store, chronology);
                return answer.Rejection is { } rejection ? Refuse(rejection) : Tell(parsed, answer.Value, tell, json);
            }
        );

    /// <summary>Opens the store and finds the chronology, or tells why it cannot be found.</summary>
    /// <param name="asking">Whether an embedded cluster without any chronology gets the one that ships.</param>
    public async Task<int> WithStoreAsync(ParseResult parsed, bool asking, Func<OpenedStore, string, Task<int>> act)
    {
        await using var store = await OpenedStore.OpenAsync(Around, Given);
        if (asking && store.IsEmbedded)
            await Shipped.ImportIntoEmptyAsync(store.Sender, Around.Stopping);
        var chronology = await store.ChronologyAsync(parsed.GetValue(Chronology), Around.Stopping);
        return chronology.Rejection is { } unknown ? Refuse(unknown) : await act(store, chronology.Value);
    }

    /// <param name="json">What <c>--json</c> prints, where that is not all of the answer.</param>
    public int Tell<T>(ParseResult parsed, T answer, Action<IAnsiConsole, T> tell, Func<T, object?>? json = null)
    {
        if (!parsed.GetValue(Json))
        {
            tell(Around.Screen(), answer);
            return Exit.Done;
        }
        Around.OutBytes.Write(JsonSerializer.SerializeToUtf8Bytes(json is null ? answer : json(answer), Answers.Json));
        // Where a program reads it, the bytes are those of HTTP to the last.
        if (Around.OutIsTerminal)
            Around.OutBytes.WriteByte((byte)'\n');
        Around.OutBytes.Flush();
        return Exit.Done;
    }

    public int Refuse(Rejection rejection)
    {
        var at = rejection.Pointer is { Length: > 0 } pointer ? $" ({pointer})" : "";
        Around.Error.WriteLine($"{rejection.Code}: {rejection.Detail}{at}");
        return Exit.Refused;
    }
}
