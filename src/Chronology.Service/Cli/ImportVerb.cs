using System.CommandLine;
using System.Globalization;
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
            Description =
                "Files of Chronology lines, ICEWS, GDELT or other tables, also packed (.gz, .zip); - is standard input",
            HelpName = "FILE",
            Arity = ArgumentArity.OneOrMore,
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "Record nothing of a file if any line of it is refused",
        };
        var format = new Option<string?>("--format")
        {
            Description =
                "lines, csv, icews, gdelt1 or gdelt2; without it, what the file's first line shows for certain",
            HelpName = "FORMAT",
        };
        format.AcceptOnlyFromAmong([.. Enum.GetValues<FileFormat>().Select(Word)]);
        var mapping = new Option<string?>("--mapping")
        {
            Description = "How the columns of a table become fields: a JSON file, see docs/import.md",
            HelpName = "FILE",
        };
        var command = new Command("import", "Record what files hold; doing it again changes nothing")
        {
            files,
            format,
            mapping,
            strict,
            run.DryRun,
            run.TriedAsOf,
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
                var mapped = await ReadMappingAsync(run.Around, parsed.GetValue(mapping), ct);
                if (mapped.Rejection is { } wrong)
                    return run.Refuse(wrong);
                var tries = run.Tries(parsed);
                await using var store = await OpenedStore.OpenAsync(run.Around, run.Given);
                var exit = Exit.Done;
                var told = 0;
                foreach (var file in parsed.GetRequiredValue(files))
                {
                    await using var bytes = Body.Open(run.Around, file);
                    var looked = await OpenedFile.OpenAsync(bytes, ct);
                    if (looked.Rejection is { } unreadable)
                        return run.Refuse(unreadable with { Detail = $"{file}: {unreadable.Detail}" });
                    var opened = looked.Value;
                    var chosen = Choose(file, parsed.GetValue(format), opened, mapped.Value);
                    if (chosen.Rejection is { } unclear)
                        return run.Refuse(unclear);
                    if (told++ > 0 && parsed.GetValue(run.Json))
                        await run.Around.Out.WriteLineAsync();
                    if (tries && chosen.Value == FileFormat.Lines)
                    {
                        var preview = await PreviewAsync(
                            store,
                            parsed.GetValue(run.Chronology),
                            opened,
                            parsed.GetValue(strict),
                            caller.Value,
                            parsed.GetValue(run.TriedAsOf),
                            ct
                        );
                        if (preview.Rejection is { } untried)
                            return run.Refuse(untried);
                        run.Tell(
                            parsed,
                            preview.Value,
                            (console, answer) => Tables.ImportPreview(console, file, answer)
                        );
                        await RefusedAsync(preview.Value.Would);
                        continue;
                    }
                    if (tries)
                    {
                        var slug = await store.ChronologyAsync(parsed.GetValue(run.Chronology), ct);
                        if (slug.Rejection is { } none)
                            return run.Refuse(none);
                        var first = await store.Sender.Send(
                            new FirstResults(new(slug.Value, opened.All, chosen.Value, mapped.Value)),
                            ct
                        );
                        if (first.Rejection is { } not)
                            return run.Refuse(not);
                        run.Tell(parsed, first.Value, (console, answer) => Tables.FirstResults(console, file, answer));
                        if (first.Value.Refused.Count > 0)
                            exit = Exit.Refused;
                        continue;
                    }
                    var progress = new Rows();
                    if (run.Around.ErrorIsTerminal && file != "-")
                        _ = progress.CountAsync(file, ct);
                    var began = run.Around.Clock.GetTimestamp();
                    var report = await ShowAsync(
                        run.Around,
                        () => file,
                        () => progress.Total,
                        () => progress.Done,
                        () =>
                            ImportAsync(
                                store,
                                parsed.GetValue(run.Chronology),
                                opened,
                                import =>
                                    import with
                                    {
                                        Format = chosen.Value,
                                        Mapping = mapped.Value,
                                        Progress = progress,
                                    },
                                parsed.GetValue(strict),
                                caller.Value,
                                ct
                            ),
                        () => progress.Rate(run.Around.Clock.GetElapsedTime(began))
                    );
                    if (report.Rejection is { } rejection)
                        return run.Refuse(rejection);
                    run.Tell(parsed, report.Value, (console, answer) => Tables.Import(console, file, answer));
                    await RefusedAsync(report.Value);
                }
                return exit;

                async Task RefusedAsync(ImportReport report)
                {
                    foreach (var refused in report.Refused)
                        await run.Around.Error.WriteLineAsync($"{refused.Code}: line {refused.Line}: {refused.Detail}");
                    if (report.Refused.Count > 0)
                        exit = Exit.Refused;
                }
            }
        );
        return new(
            command,
            "chronology import data/palestine-russia.chronology.jsonl",
            "chronology import big.jsonl.gz -c big --strict",
            "chronology import more.jsonl --dry-run --as-of 1974",
            "chronology import --format icews events.2018.tab.zip -c world --dry-run",
            "chronology import visits.csv --mapping visits.mapping.json -c world"
        );
    }

    /// <summary>The rows of a file: how many an import has dealt with so far, and how many there are.</summary>
    private sealed class Rows : IProgress<long>
    {
        private long done;
        private long total;

        public long Done => Volatile.Read(ref done);

        /// <summary>0: not known yet.</summary>
        public long Total => Volatile.Read(ref total);

        /// <summary>Counts the lines of the file, unpacked, while it is imported: of what is read nobody knows how much is recorded.</summary>
        /// <remarks>Never fails: whatever is wrong with the file, the import tells.</remarks>
        public async Task CountAsync(string file, CancellationToken ct)
        {
            try
            {
                await using var bytes = File.OpenRead(file);
                if (await OpenedFile.OpenAsync(bytes, ct) is not { IsOk: true, Value.All: var all })
                    return;
                await using var lines = all;
                var some = new byte[1 << 16];
                var counted = 0L;
                for (int read; (read = await lines.ReadAsync(some, ct)) > 0; )
                    counted += some.AsSpan(0, read).Count((byte)'\n');
                Volatile.Write(ref total, counted);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // No total: the bar shows that it goes on, and not how far it is.
            }
        }

        public string Rate(TimeSpan taken) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Done:#,0} rows ({Done / Math.Max(1, taken.TotalSeconds):#,0}/s)"
            );

        public void Report(long value) => Volatile.Write(ref done, value);
    }

    private static string Word(FileFormat format) => RecordJson.Word(format);

    private static async Task<Result<Mapping?>> ReadMappingAsync(
        Surroundings around,
        string? file,
        CancellationToken ct
    )
    {
        if (file is null)
            return (Mapping?)null;
        await using var stream = Body.Open(around, file);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, ct);
        return Mapping.Read(bytes.ToArray()).Map(mapping => (Mapping?)mapping);
    }

    private static Result<FileFormat> Choose(string file, string? said, OpenedFile opened, Mapping? mapping)
    {
        var format =
            said is not null ? Enum.GetValues<FileFormat>().Single(known => Word(known) == said)
            : mapping is not null ? FileFormat.Csv
            : opened.Format;
        return format switch
        {
            null => new Rejection(
                "unknown-format",
                $"Nobody can tell what {file} holds: say --format icews, gdelt1 or gdelt2, or give a --mapping."
            ),
            FileFormat.Csv when mapping is null => new Rejection(
                "invalid-mapping",
                "A table of its own kind needs a --mapping that says what its columns mean."
            ),
            not FileFormat.Csv when mapping is not null => new Rejection(
                "invalid-mapping",
                "A --mapping goes with --format csv; the other formats have their own."
            ),
            var one => one.Value,
        };
    }

    /// <summary>Into the chronology that is named, else the one that the file's first line describes, else the usual one;
    /// begins it where it is not there and that line tells its title.</summary>
    private static async Task<Result<ImportReport>> ImportAsync(
        OpenedStore store,
        string? named,
        OpenedFile file,
        Func<ImportLines, ImportLines> how,
        bool strict,
        Caller caller,
        CancellationToken ct
    )
    {
        var described = Described(file);
        var slug = await SlugAsync(store, named, described, ct);
        return slug.Rejection is { } none
            ? none
            : await ImportAsync(
                store.Sender,
                described,
                how(new ImportLines(slug.Value, file.All, strict, caller, Progress: null)),
                ct
            );
    }

    /// <summary>What the import would change in the chronology that it would go into, which has to be there.</summary>
    private static async Task<Result<ImportPreview>> PreviewAsync(
        OpenedStore store,
        string? named,
        OpenedFile file,
        bool strict,
        Caller caller,
        string? asOf,
        CancellationToken ct
    )
    {
        var slug = await SlugAsync(store, named, Described(file), ct);
        return slug.Rejection is { } none
            ? none
            : await store.Sender.Send(
                new PreviewImport(new ImportLines(slug.Value, file.All, strict, caller, Progress: null), asOf),
                ct
            );
    }

    private static async Task<Result<string>> SlugAsync(
        OpenedStore store,
        string? named,
        ImportLine.Chronology? described,
        CancellationToken ct
    ) => (named ?? described?.Slug) is { } slug ? slug : await store.ChronologyAsync(null, ct);

    /// <summary>Into <paramref name="slug"/>, which is begun as the first line describes it where it is not there.</summary>
    public static async Task<Result<ImportReport>> ImportAsync(
        ISender sender,
        string slug,
        Stream lines,
        bool strict,
        Caller caller,
        IProgress<long>? progress,
        CancellationToken ct
    )
    {
        var file = await OpenedFile.OpenAsync(lines, ct);
        return file.Rejection is { } unreadable
            ? unreadable
            : await ImportAsync(
                sender,
                Described(file.Value),
                new ImportLines(slug, file.Value.All, strict, caller, progress),
                ct
            );
    }

    private static async Task<Result<ImportReport>> ImportAsync(
        ISender sender,
        ImportLine.Chronology? described,
        ImportLines import,
        CancellationToken ct
    )
    {
        if (described is not null && (await sender.Send(new HeadingOf(import.Chronology), ct)).Rejection is not null)
        {
            var made = await sender.Send(
                new CreateChronology(
                    import.Chronology,
                    described.Title,
                    described.Description,
                    described.Licence,
                    import.Caller
                ),
                ct
            );
            if (made.Rejection is { } rejection && rejection.Code != "chronology-exists")
                return rejection;
        }
        return await sender.Send(import, ct);
    }

    /// <summary>What the first line that is not blank says of the chronology.</summary>
    private static ImportLine.Chronology? Described(OpenedFile file) =>
        file.FirstLine is { } first
        && StrictJson.Parse(first).Then(ImportLine.Read) is { IsOk: true, Value: ImportLine.Chronology described }
            ? described
            : null;

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
    /// <param name="counted">What is said of how far it is; null: how much is done, of how much, how fast.</param>
    public static async Task<T> ShowAsync<T>(
        Surroundings around,
        Func<string> what,
        Func<double> length,
        Func<double> done,
        Func<Task<T>> start,
        Func<string>? counted = null
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
                new CountColumn(counted),
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
