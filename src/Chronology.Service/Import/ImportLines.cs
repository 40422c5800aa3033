using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Import;

/// <summary>Record the lines of a file, each a request body with <c>record</c> beside it.</summary>
/// <param name="Lines">NDJSON in UTF-8, of any length; a line is at most 1 MB.</param>
/// <param name="Strict">Record nothing if any line is refused.</param>
/// <param name="Progress">Told the number of the last line that was dealt with, after each batch.</param>
public sealed record ImportLines(string Chronology, Stream Lines, bool Strict, Caller Caller, IProgress<long>? Progress)
    : IRequest<Result<ImportReport>>
{
    /// <summary>Of <see cref="Lines"/>.</summary>
    public FileFormat Format { get; init; } = FileFormat.Lines;

    /// <summary>How columns become fields: with <see cref="FileFormat.Csv"/>, and only then.</summary>
    public Mapping? Mapping { get; init; }

    internal FileToRead File => new(Chronology, Lines, Format, Mapping);
}

/// <summary>What importing a file would change; nothing is recorded.</summary>
/// <param name="AsOf">The day for which it is told; null: today.</param>
public sealed record PreviewImport(ImportLines Import, string? AsOf) : IRequest<Result<ImportPreview>>
{
    public const int GreatestLength = 16 * 1_048_576;
}

/// <param name="DryRun">Always true: nothing was recorded.</param>
/// <param name="Basis">What <paramref name="Changes"/> starts from: the day, and the head.</param>
/// <param name="Would">The report that the import would get; its position is the present head.</param>
/// <param name="Cited">The cited answers that it would change, whatever their days.</param>
public sealed record ImportPreview(bool DryRun, Basis Basis, ImportReport Would, Changed Changes, CitedChanges Cited);

/// <param name="Unnumbered">Of the recorded, those whose line names no revision: not safe to repeat.</param>
/// <param name="Position">The head after the import.</param>
public sealed record ImportReport(
    long Recorded,
    long Unchanged,
    long Unnumbered,
    IReadOnlyList<RefusedLine> Refused,
    long Position
)
{
    /// <summary>Lines that tell the event of another line from the other side.</summary>
    public long Paired { get; init; }

    /// <summary>Of the recorded, actors made for names that nobody is known by.</summary>
    public long Provisional { get; init; }
}

/// <param name="Line">From 1.</param>
public sealed record RefusedLine(long Line, string Code, string Detail, string? Pointer);

/// <summary>Reads a file line by line and hands it to the writer in batches, the next one read while one is written.</summary>
/// <remarks>A line that refers to what stands further down waits until the rest of the file has been read: references may point
/// forward. Memory holds two batches, the lines that wait, of which there are at most <see cref="GreatestWaiting"/>, and what is told of
/// refused ones. A batch is as large as is written in two fifths of a second, for whoever appends meanwhile waits as long.
/// With <c>strict</c> the whole file is one batch and one transaction.</remarks>
public sealed class ImportLinesHandler(
    Writer writer,
    Moments moments,
    FileReader files,
    QuestionsWithin questions,
    ISender sender,
    TimeProvider clock
) : IRequestHandler<ImportLines, Result<ImportReport>>, IRequestHandler<PreviewImport, Result<ImportPreview>>
{
    /// <summary>Lines that wait for what stands further down. More are refused, unless what is read by then helps some of them.</summary>
    public const int GreatestWaiting = 100_000;

    private const int LeastBatch = 100;
    private const int GreatestBatch = 5_000;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(400);

    private sealed class Tally
    {
        public long Recorded;
        public long Unchanged;
        public long Unnumbered;
        public long Paired;
        public long Provisional;
        public List<RefusedLine> Refused { get; } = [];

        public ImportReport Report(long position) =>
            new(Recorded, Unchanged, Unnumbered, [.. Refused.OrderBy(refused => refused.Line)], position)
            {
                Paired = Paired,
                Provisional = Provisional,
            };
    }

    private delegate Task<Result<IReadOnlyList<Outcome>>> Appending(IReadOnlyList<Order> orders, bool allOrNothing);

    public Task<Result<ImportReport>> Handle(ImportLines request, CancellationToken cancellationToken) =>
        ImportAsync(
            request,
            (orders, allOrNothing) =>
                Retries.RunAsync(
                    () =>
                        writer.AppendAsync(request.Chronology, orders, request.Caller, allOrNothing, cancellationToken),
                    clock,
                    cancellationToken
                ),
            cancellationToken
        );

    public async Task<Result<ImportPreview>> Handle(PreviewImport request, CancellationToken cancellationToken)
    {
        var asked = moments.Read(new(request.AsOf, null));
        if (asked.Rejection is { } unreadable)
            return unreadable;
        // All of it first: nothing waits for a client while the head is locked.
        using var lines = new MemoryStream();
        var chunk = new byte[81_920];
        var isWhole = true;
        try
        {
            int read;
            while ((read = await request.Import.Lines.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (lines.Length + read > PreviewImport.GreatestLength)
                    return new Rejection("too-large", "A file that is tried is at most 16 MB.");
                lines.Write(chunk, 0, read);
            }
        }
        catch (DamagedFileException)
        {
            isWhole = false;
        }
        lines.Position = 0;
        var import = request.Import with { Lines = isWhole ? lines : Unpacking.Damaged(lines) };
        await using var trial = await writer.TryAsync(import.Chronology, import.Caller, cancellationToken);
        var report = await ImportAsync(import, trial.AppendAsync, cancellationToken);
        if (report.Rejection is { } rejection)
            return rejection;
        using var look = new TrialLook(trial, import.Chronology, questions);
        var (before, after) = await look.MomentsAsync(asked.Value.AsOf, report.Value.Recorded, cancellationToken);
        return new ImportPreview(
            true,
            before.Basis,
            report.Value,
            await look.ChangesAsync(before, after, cancellationToken),
            await look.CitedAsync(before, after, cancellationToken)
        );
    }

    private async Task<Result<ImportReport>> ImportAsync(
        ImportLines request,
        Appending append,
        CancellationToken cancellationToken
    )
    {
        var heading = await sender.Send(new HeadingOf(request.Chronology), cancellationToken);
        if (heading.Rejection is { } rejection)
            return rejection;
        var tally = new Tally();
        var waiting = new List<FileLine.Ordered>();
        var batch = new List<FileLine.Ordered>();
        var size = LeastBatch;
        // A file that was loaded before is not committed to anew, line by line.
        var news = true;
        await using var ahead = new ReadAhead<FileLine>(
            files.ReadAsync(request.File, cancellationToken),
            line =>
                Volatile.Read(ref news) && line is FileLine.Ordered ordered
                    ? ordered with
                    {
                        Order = ordered.Order.Prepare(request.Caller),
                    }
                    : line,
            GreatestBatch,
            cancellationToken
        );
        await foreach (var lines in ahead.ChunksAsync())
        {
            foreach (var line in lines)
            {
                switch (line)
                {
                    case FileLine.Ordered ordered:
                        batch.Add(ordered);
                        break;
                    case FileLine.Refused refused:
                        tally.Refused.Add(Told(refused.Number, refused.Rejection));
                        break;
                    case FileLine.Paired:
                        tally.Paired++;
                        break;
                    case FileLine.Described described:
                        Describe(described.Number, described.Chronology, heading.Value, tally);
                        break;
                }
            }
            if (request.Strict || batch.Count < LeastBatch || (batch.Count < size && ahead.HasMore))
                continue;
            var (began, recorded, lastLine) = (clock.GetTimestamp(), tally.Recorded, lines[^1].Number);
            await AppendAsync(append, batch, waiting, tally);
            Volatile.Write(ref news, (tally.Recorded - recorded) * 2 >= batch.Count);
            size = SizeOf(batch.Count, clock.GetElapsedTime(began));
            batch.Clear();
            if (waiting.Count > GreatestWaiting)
                await HelpAsync(append, waiting, tally);
            request.Progress?.Report(lastLine);
        }
        if (request.Strict)
            return await StrictlyAsync(request, append, batch, tally, cancellationToken);
        await AppendAsync(append, batch, waiting, tally);
        for (var before = -1; waiting.Count > 0 && waiting.Count != before; )
        {
            before = waiting.Count;
            await TryAgainAsync(append, waiting, tally);
        }
        await RefuseAsync(append, waiting, Rings(waiting), tally);
        return await ReportAsync(request, tally, cancellationToken);
    }

    /// <summary>How many lines the next batch may have, after one of so many took so long.</summary>
    private static int SizeOf(int lines, TimeSpan took) =>
        (int)Math.Clamp(lines * Math.Min(2, Turn / took), LeastBatch, GreatestBatch);

    private static async Task TryAgainAsync(Appending append, List<FileLine.Ordered> waiting, Tally tally)
    {
        var again = waiting.ToArray();
        waiting.Clear();
        foreach (var some in again.Chunk(LeastBatch))
            await AppendAsync(append, some, waiting, tally);
    }

    /// <summary>Makes room among the lines that wait: what came meanwhile may have helped them; what does not fit is refused.</summary>
    private static async Task HelpAsync(Appending append, List<FileLine.Ordered> waiting, Tally tally)
    {
        await TryAgainAsync(append, waiting, tally);
        if (waiting.Count <= GreatestWaiting / 2)
            return;
        await RefuseAsync(append, waiting.Skip(GreatestWaiting / 2), new HashSet<string>(), tally);
        waiting.RemoveRange(GreatestWaiting / 2, waiting.Count - GreatestWaiting / 2);
    }

    /// <summary>Tells the lines that nothing has helped what is wrong with them.</summary>
    private static async Task RefuseAsync(
        Appending append,
        IEnumerable<FileLine.Ordered> lines,
        IReadOnlySet<string> rings,
        Tally tally
    )
    {
        foreach (var some in lines.Chunk(LeastBatch))
            await AppendAsync(append, some, waiting: null, tally, rings);
    }

    /// <summary>All lines in one transaction: in the order of the file, or, where that refers forward, in one in which what is referred to comes first.</summary>
    private async Task<Result<ImportReport>> StrictlyAsync(
        ImportLines request,
        Appending append,
        List<FileLine.Ordered> batch,
        Tally tally,
        CancellationToken ct
    )
    {
        var paired = tally.Paired;
        if (tally.Refused.Count == 0 && batch.Count > 0)
        {
            var ordered = batch;
            var outcomes = await TogetherAsync();
            if (
                outcomes.IsOk
                && outcomes.Value.Any(outcome =>
                    outcome is Outcome.Refused { Rejection.Code: var code } && MayYetCome(code)
                )
            )
            {
                ordered = Ordered(batch);
                outcomes = await TogetherAsync();
            }
            while (outcomes.IsOk && ordered.Zip(outcomes.Value).Any(one => IsToldBefore(one.First, one.Second)))
            {
                var apart = new List<FileLine.Ordered>(ordered.Count + 1);
                foreach (var (line, outcome) in ordered.Zip(outcomes.Value))
                {
                    if (IsToldBefore(line, outcome))
                        Part(line, apart, tally);
                    else
                        apart.Add(line);
                }
                ordered = apart;
                outcomes = await TogetherAsync();
            }
            if (outcomes.Rejection is { } rejection)
                return rejection;
            var rings = Rings(batch);
            paired = tally.Paired;
            for (var i = 0; i < ordered.Count; i++)
                Count(ordered[i], Told(ordered[i], outcomes.Value[i], rings), tally, waiting: null);

            Task<Result<IReadOnlyList<Outcome>>> TogetherAsync() =>
                append([.. ordered.Select(line => line.Order)], allOrNothing: true);
        }
        if (tally.Refused.Count > 0)
            (tally.Recorded, tally.Unchanged, tally.Unnumbered, tally.Provisional, tally.Paired) = (0, 0, 0, 0, paired);
        return await ReportAsync(request, tally, ct);
    }

    /// <summary>The lines of each record in their order, and behind the lines that record what they refer to.</summary>
    private static List<FileLine.Ordered> Ordered(List<FileLine.Ordered> lines)
    {
        var byRecord = lines
            .GroupBy(line => line.Order.Command.Id)
            .ToDictionary(group => group.Key, group => group.ToArray());
        var placed = new HashSet<RecordId>();
        var ordered = new List<FileLine.Ordered>(lines.Count);
        foreach (var line in lines)
            Place(line.Order.Command.Id);
        return
        [
            .. ordered
                .Select((line, at) => (line, at))
                .OrderBy(x => x.line.Order.Command is Command.Record ? 0 : 1)
                .ThenBy(x => x.line.Order.Command is Command.Record ? x.at : x.line.Number)
                .Select(x => x.line),
        ];

        void Place(RecordId id)
        {
            var path = new Stack<RecordId>([id]);
            while (path.TryPeek(out var next))
            {
                if (
                    !placed.Contains(next)
                    && Needs(next)
                        .FirstOrDefault(needed =>
                            byRecord.ContainsKey(needed) && !placed.Contains(needed) && !path.Contains(needed)
                        )
                        is { Key: not null } first
                )
                {
                    path.Push(first);
                    continue;
                }
                path.Pop();
                if (placed.Add(next))
                    ordered.AddRange(byRecord[next]);
            }
        }

        IEnumerable<RecordId> Needs(RecordId id) =>
            byRecord[id]
                .Select(line => line.Order.Command)
                .OfType<Command.Record>()
                .SelectMany(record => record.Content.References())
                .SelectMany(reference =>
                    reference.OrIssue
                        ? [reference.To, new RecordId(RecordKind.Issue, reference.To.Key)]
                        : new[] { reference.To }
                );
    }

    private static async Task AppendAsync(
        Appending append,
        IReadOnlyList<FileLine.Ordered> lines,
        List<FileLine.Ordered>? waiting,
        Tally tally,
        IReadOnlySet<string>? rings = null
    )
    {
        if (lines.Count == 0)
            return;
        var outcomes = await append([.. lines.Select(line => line.Order)], allOrNothing: false);
        var apart = new List<FileLine.Ordered>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (IsToldBefore(lines[i], outcomes.Value[i]))
                Part(lines[i], apart, tally);
            else
                Count(lines[i], Told(lines[i], outcomes.Value[i], rings ?? NoRings), tally, waiting);
        }
        await AppendAsync(append, apart, waiting, tally);
    }

    private static IReadOnlySet<string> NoRings { get; } = new HashSet<string>();

    /// <summary>Whether one of two rows that were read as one event is told of already: both are to be told by themselves.</summary>
    private static bool IsToldBefore(FileLine.Ordered line, Outcome outcome) =>
        line.Apart is not null && outcome is Outcome.Refused { Rejection.Code: "coded-differently" };

    private static void Part(FileLine.Ordered line, List<FileLine.Ordered> apart, Tally tally)
    {
        // The second of them was counted as it was read.
        tally.Paired--;
        foreach (var one in line.Apart!())
        {
            if (one is FileLine.Ordered ordered)
                apart.Add(ordered);
            else if (one is FileLine.Refused refused)
                tally.Refused.Add(Told(refused.Number, refused.Rejection));
        }
    }

    /// <summary>The events of lines whose dates follow one another in a ring.</summary>
    private static IReadOnlySet<string> Rings(IEnumerable<FileLine.Ordered> lines) =>
        Anchoring.Rings(
            lines
                .Select(line => line.Order.Command)
                .OfType<Command.Record>()
                .Where(command => command.Content is EventContent { Anchor: not null })
                .DistinctBy(command => command.Id)
                .ToDictionary(
                    command => command.Id.Key,
                    IReadOnlyList<string> (command) =>
                        [.. ((EventContent)command.Content).Anchor!.Select(anchor => anchor.Event)]
                )
        );

    /// <summary>That an anchor is not there is true of every line of a ring, and helps nobody.</summary>
    private static Outcome Told(FileLine.Ordered line, Outcome outcome, IReadOnlySet<string> rings) =>
        outcome is Outcome.Refused { Rejection: { Code: "dangling-anchor", Pointer: { } at } }
        && line.Order.Command is Command.Record { Id: { Kind: RecordKind.Event, Key: var key } }
        && rings.Contains(key)
            ? new Outcome.Refused(Anchoring.Cycle(key, at))
            : outcome;

    private static void Count(FileLine.Ordered line, Outcome outcome, Tally tally, List<FileLine.Ordered>? waiting)
    {
        switch (outcome)
        {
            case Outcome.Recorded { Operation: not Operation.Recorded } when line.Order.Command is Command.Record:
                tally.Paired++;
                break;
            case Outcome.Recorded recorded:
                tally.Recorded += 1 + recorded.Before.Count;
                tally.Unnumbered += line.Order is { Makes: null, Command: not Command.Record { FromDataSet: true } }
                    ? 1
                    : 0;
                tally.Provisional += recorded
                    .Before.Append(recorded.State)
                    .Count(state => state is { Revision: 1, Content: ActorContent { Provisional: true } });
                break;
            case Outcome.Unchanged:
                tally.Unchanged++;
                break;
            case Outcome.Refused refused when waiting is not null && MayYetCome(refused.Rejection.Code):
                waiting.Add(line);
                break;
            case Outcome.Refused refused:
                tally.Refused.Add(Told(line.Number, refused.Rejection));
                break;
        }
    }

    private static bool MayYetCome(string code) =>
        code.StartsWith("unknown-", StringComparison.Ordinal) && code is not "unknown-type" and not "unknown-value"
        || code.StartsWith("no-such-", StringComparison.Ordinal)
        || code is "dangling-anchor" or "stale-revision";

    private static void Describe(long number, ImportLine.Chronology described, Heading heading, Tally tally)
    {
        if (
            described.Slug != heading.Slug
            || (
                described.Title == heading.Title
                && described.Description == heading.Description
                && described.Licence == heading.Licence
            )
        )
            tally.Unchanged++;
        else
            tally.Refused.Add(
                Told(
                    number,
                    new("chronology-exists", $"“{heading.Slug}” is there with another title, description or licence.")
                )
            );
    }

    private async Task<Result<ImportReport>> ReportAsync(ImportLines request, Tally tally, CancellationToken ct) =>
        (await sender.Send(new HeadingOf(request.Chronology), ct)).Map(heading => tally.Report(heading.Position));

    private static RefusedLine Told(long line, Rejection rejection) =>
        new(line, rejection.Code, rejection.Detail, rejection.Pointer);
}

/// <summary><c>POST /import</c></summary>
public static class ImportEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost(
                "/import",
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                {
                    var query = new Parameters(http.Request);
                    var strict = query.Flag("strict");
                    var format = ReadFormat(query.Text("format"));
                    var trying = Trying.Read(query);
                    var caller = Incoming.CallerOf(http);
                    if ((query.Refusal() ?? format.Rejection ?? caller.Rejection) is { } refusal)
                        return Problems.Of(refusal);
                    var media = format.Value == FileFormat.Lines ? "application/x-ndjson" : "text/tab-separated-values";
                    if (!Incoming.IsMedia(http.Request, media))
                        return Problems.Of(
                            new("unsupported-media-type", $"Send {media}, or say the format in “format”.")
                        );
                    var lines = Unpacked(http.Request);
                    if (lines.Rejection is { } packed)
                        return Problems.Of(packed);
                    if (
                        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is
                        { IsReadOnly: false } size
                    )
                        size.MaxRequestBodySize = null;
                    var import = new ImportLines(chronology, lines.Value, strict, caller.Value, null)
                    {
                        Format = format.Value,
                    };
                    if (trying is null)
                        return Answers.Of(await sender.Send(import, ct));
                    return format.Value == FileFormat.Lines
                        ? Answers.Of(await sender.Send(new PreviewImport(import, trying.AsOf), ct))
                        : Answers.Of(await sender.Send(new FirstResults(import.File), ct));
                }
            )
            .WithName("import")
            .WithSummary("Record the lines of a file; good lines are recorded, bad ones reported by number")
            .WithTags("import")
            .Asks("strict", "format", "dryRun", "asOf")
            .Accepts<System.Text.Json.Nodes.JsonObject>("application/x-ndjson", "text/tab-separated-values")
            .WithMetadata(new SentHeaders(["Content-Encoding", "X-Author", "X-Via"], []))
            .Gives<Described.Either<ImportReport, ImportPreview, FirstResultsAnswer>>(StatusCodes.Status200OK)
            .Refuses(413, 415);

    /// <summary>The body, unpacked as its <c>Content-Encoding</c> says.</summary>
    private static Result<Stream> Unpacked(HttpRequest request) =>
        Incoming.EncodingOf(request) switch
        {
            null => request.Body,
            "gzip" or "x-gzip" => Unpacking.Gzip(request.Body),
            _ => new Rejection("unsupported-media-type", "Lines may be packed by gzip, and in no other way."),
        };

    /// <summary>A mapping cannot be sent: what needs one is imported on the command line.</summary>
    private static Result<FileFormat> ReadFormat(string? text) =>
        text switch
        {
            null or "lines" => FileFormat.Lines,
            "icews" => FileFormat.Icews,
            "gdelt1" => FileFormat.Gdelt1,
            "gdelt2" => FileFormat.Gdelt2,
            _ => new Rejection("invalid-parameter", "“format” is lines, icews, gdelt1 or gdelt2."),
        };
}
