using System.Runtime.InteropServices;
using System.Text;
using Spectre.Console;

namespace Chronology.Service.Cli;

/// <summary>What a command has around it: streams, settings, the clock, and the wish to stop.</summary>
public sealed class Surroundings : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly CancellationTokenSource stopping = new();
    private readonly List<IDisposable> signals = [];

    /// <param name="output">Answers, in UTF-8.</param>
    /// <param name="error">Refusals, faults and progress, in UTF-8.</param>
    public Surroundings(Stream input, Stream output, Stream error)
    {
        In = input;
        OutBytes = output;
        Out = new StreamWriter(output, Utf8) { AutoFlush = true, NewLine = "\n" };
        Error = new StreamWriter(error, Utf8) { AutoFlush = true, NewLine = "\n" };
    }

    public Stream In { get; }
    public Stream OutBytes { get; }
    public TextWriter Out { get; }
    public TextWriter Error { get; }
    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Settings that stand above files, environment and arguments; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whether this process runs in a container.</summary>
    public bool InContainer { get; init; }

    /// <summary>Asked for by Ctrl-C, SIGTERM or <see cref="Stop"/>.</summary>
    public CancellationToken Stopping => stopping.Token;

    public static Surroundings OfProcess()
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Utf8;
        var surroundings = new Surroundings(
            Console.OpenStandardInput(),
            Console.OpenStandardOutput(),
            Console.OpenStandardError()
        )
        {
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InContainer =
                File.Exists("/.dockerenv")
                || File.Exists("/run/.containerenv")
                || Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true",
        };
        surroundings.ListenTo(PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP);
        return surroundings;
    }

    public void Stop() => stopping.Cancel();

    /// <summary>For tables: no colours and wide lines where no terminal shows them.</summary>
    public IAnsiConsole Screen() => ConsoleOn(Out, OutIsTerminal);

    public IAnsiConsole ErrorConsole() => ConsoleOn(Error, ErrorIsTerminal);

    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
        stopping.Dispose();
    }

    /// <summary>The first of them asks to stop; a second one ends the process as it always would.</summary>
    private void ListenTo(params PosixSignal[] which)
    {
        foreach (var signal in which)
        {
            signals.Add(
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = !stopping.IsCancellationRequested;
                        stopping.Cancel();
                    }
                )
            );
        }
    }

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool isTerminal) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
                Out = new Sheet(writer, isTerminal),
                Enrichment = new() { UseDefaultEnrichers = false },
            }
        );

    private sealed class Sheet(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        private const int Page = 200;

        public TextWriter Writer => writer;
        public bool IsTerminal => isTerminal;

        // A terminal without a size says 0, which nothing can be drawn on.
        public int Width =>
            !isTerminal ? Page
            : Console.WindowWidth is > 20 and var columns ? columns
            : 80;
        public int Height => isTerminal && Console.WindowHeight is > 2 and var lines ? lines : 24;

        public void SetEncoding(Encoding encoding) { }
    }
}
