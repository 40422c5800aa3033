using System.Buffers;
using System.CommandLine;
using System.IO.Pipelines;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Import;
using Chronology.Service.Store;
using MediatR;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology import</c></summary>
public static class ImportVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static Verb Of(Run run)
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Files of lines, each a request body with “record” beside it; - is standard input",
            HelpName = "FILE",
            Arity = ArgumentArity.OneOrMore,
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "Record nothing of a file if any line of it is refused",
        };
        var command = new Command("import", "Record the lines of files; doing it again changes nothing")
        {
            files,
            strict,
            run.Author,
            run.Via,
            run.Chronology,
            run.Json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var caller = run.CallerOf(parsed);
                if (caller.Rejection is { } nobody)
                    return run.Refuse(nobody);
                await using var store = await OpenedStore.OpenAsync(run.Around, run.Given);
                var exit = Exit.Done;
                var told = 0;
                foreach (var file in parsed.GetRequiredValue(files))
                {
                    await using var lines = Body.Open(run.Around, file);
                    var report = await ShowAsync(
                        run.Around,
                        file,
                        lines.CanSeek ? lines.Length : 0,
                        () => lines.Position,
                        () =>
                            ImportAsync(
                                store,
                                parsed.GetValue(run.Chronology),
                                lines,
                                parsed.GetValue(strict),
                                caller.Value,
                                ct
                            )
                    );
                    if (report.Rejection is { } rejection)
                        return run.Refuse(rejection);
                    if (told++ > 0 && parsed.GetValue(run.Json))
                        await run.Around.Out.WriteLineAsync();
                    run.Tell(parsed, report.Value, (console, answer) => Tables.Import(console, file, answer));
                    foreach (var refused in report.Value.Refused)
                        await run.Around.Error.WriteLineAsync($"{refused.Code}: line {refused.Line}: {refused.Detail}");
                    if (report.Value.Refused.Count > 0)
                        exit = Exit.Refused;
                }
                return exit;
            }
        );
        return new(
            command,
            "chronology import data/palestine-russia.chronology.jsonl",
            "gunzip -c big.jsonl.gz | chronology import - -c big --strict"
        );
    }

    /// <summary>Into the chronology that is named, else the one that the file's first line describes, else the usual one;
    /// begins it where it is not there and that line tells its title.</summary>
    private static async Task<Result<ImportReport>> ImportAsync(
        OpenedStore store,
        string? named,
        Stream lines,
        bool strict,
        Caller caller,
        CancellationToken ct
    )
    {
        var (described, all) = await PeekAsync(lines, ct);
        var slug = named ?? described?.Slug;
        if (slug is null)
        {
            var usual = await store.ChronologyAsync(null, ct);
            if (usual.Rejection is { } none)
                return none;
            slug = usual.Value;
        }
        return await ImportAsync(store.Sender, slug, described, all, strict, caller, progress: null, ct);
    }

    /// <summary>Into <paramref name="slug"/>, which is begun as the first line describes it where it is not there.</summary>
    public static async Task<Result<ImportReport>> ImportAsync(
        ISender sender,
        string slug,
        Stream lines,
        bool strict,
        Caller caller,
        IProgress<ImportReport>? progress,
        CancellationToken ct
    )
    {
        var (described, all) = await PeekAsync(lines, ct);
        return await ImportAsync(sender, slug, described, all, strict, caller, progress, ct);
    }

    private static async Task<Result<ImportReport>> ImportAsync(
        ISender sender,
        string slug,
        ImportLine.Chronology? described,
        Stream lines,
        bool strict,
        Caller caller,
        IProgress<ImportReport>? progress,
        CancellationToken ct
    )
    {
        if (described is not null && (await sender.Send(new OneChronology(slug), ct)).Rejection is not null)
        {
            var made = await sender.Send(
                new CreateChronology(slug, described.Title, described.Description, described.Licence, caller),
                ct
            );
            if (made.Rejection is { } rejection && rejection.Code != "chronology-exists")
                return rejection;
        }
        return await sender.Send(new ImportLines(slug, lines, strict, caller, progress), ct);
    }

    /// <summary>What the first line that is not blank says of the chronology, and all lines from the first.</summary>
    private static async Task<(ImportLine.Chronology? Described, Stream All)> PeekAsync(
        Stream lines,
        CancellationToken ct
    )
    {
        var reader = PipeReader.Create(lines, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(ct);
            var first = FirstLine(read.Buffer, read.IsCompleted);
            var done = first is not null || read.IsCompleted || read.Buffer.Length > StrictJson.GreatestLength;
            reader.AdvanceTo(read.Buffer.Start, done ? read.Buffer.Start : read.Buffer.End);
            if (!done)
                continue;
            var line = first is null ? default(Result<ImportLine>?) : StrictJson.Parse(first).Then(ImportLine.Read);
            return (line is { IsOk: true } read1 ? read1.Value as ImportLine.Chronology : null, reader.AsStream());
        }
    }

    private static byte[]? FirstLine(ReadOnlySequence<byte> bytes, bool isAll)
    {
        var reader = new SequenceReader<byte>(bytes);
        reader.IsNext("\uFEFF"u8, advancePast: true);
        reader.AdvancePastAny(" \t\r\n"u8);
        return reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n') ? line.ToArray()
            : isAll && reader.Remaining > 0 ? reader.UnreadSequence.ToArray()
            : null;
    }

    /// <summary>A progress bar for whoever has waited a second and looks at a terminal.</summary>
    /// <param name="length">How much there is to do; 0: nobody knows.</param>
    public static Task<T> ShowAsync<T>(
        Surroundings around,
        string what,
        double length,
        Func<double> done,
        Func<Task<T>> start
    ) => ShowAsync(around, () => what, () => length, done, start);

    /// <inheritdoc cref="ShowAsync{T}(Surroundings, string, double, Func{double}, Func{Task{T}})"/>
    public static async Task<T> ShowAsync<T>(
        Surroundings around,
        Func<string> what,
        Func<double> length,
        Func<double> done,
        Func<Task<T>> start
    )
    {
        var work = start();
        if (
            !around.ErrorIsTerminal
            || await Task.WhenAny(work, Task.Delay(Patience, around.Clock, around.Stopping)) == work
        )
            return await work;
        await around
            .ErrorConsole()
            .Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new CountColumn(),
                new RemainingTimeColumn()
            )
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(Markup.Escape(what()));
                while (!work.IsCompleted)
                {
                    bar.Description = Markup.Escape(what());
                    bar.IsIndeterminate = length() == 0;
                    bar.MaxValue = Math.Max(1, length());
                    if (length() > 0)
                        bar.Value = done();
                    await Task.Delay(Patience / 10, around.Clock, CancellationToken.None);
                }
            });
        return await work;
    }
}
