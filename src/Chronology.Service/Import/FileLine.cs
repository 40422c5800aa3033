using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;

namespace Chronology.Service.Import;

/// <summary>What a reader makes of one line of a file. Closed: one of the nested cases.</summary>
/// <param name="Number">Of the line, from 1.</param>
public abstract record FileLine(long Number)
{
    /// <summary>Something to record. A line may come to several.</summary>
    public sealed record Ordered(long Number, Order Order) : FileLine(Number)
    {
        /// <summary>Of two lines that are one event: each by itself, for where one of them has been told before. Null: it is one line.</summary>
        public Func<IReadOnlyList<FileLine>>? Apart { get; init; }
    }

    /// <summary>The line cannot be read, or says what cannot be recorded.</summary>
    public sealed record Refused(long Number, Rejection Rejection) : FileLine(Number);

    /// <summary>The line tells of what another line tells, from the other side: both are one event.</summary>
    /// <param name="With">The number of that line.</param>
    public sealed record Paired(long Number, long With) : FileLine(Number);

    /// <summary>The line says which chronology the file is of.</summary>
    public sealed record Described(long Number, ImportLine.Chronology Chronology) : FileLine(Number);
}

/// <summary>The reader of Chronology lines: NDJSON, each line a request body with <c>record</c> beside it.</summary>
public static class ChronologyLines
{
    private static readonly Rejection TooLong = new("too-large", "A line is at most 1 MB.");

    /// <summary>The lines in their order, blank ones left out; memory holds one line.</summary>
    /// <param name="file">UTF-8 of any length; a line is at most 1 MB. Not disposed.</param>
    public static async IAsyncEnumerable<FileLine> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (number, bytes) in LinesAsync(file, ct))
            yield return Read(number, bytes.Then(whole => StrictJson.Parse(whole)).Then(ImportLine.Read));
    }

    private static FileLine Read(long number, Result<ImportLine> line) =>
        line switch
        {
            { Rejection: { } unreadable } => new FileLine.Refused(number, unreadable),
            { Value: ImportLine.Chronology described } => new FileLine.Described(number, described),
            { Value: ImportLine.Order said } => new FileLine.Ordered(
                number,
                new(said.Command, null, said.Revision, said.Via, said.Salts)
            ),
            _ => throw new System.Diagnostics.UnreachableException($"{line.Value.GetType()} is no line of a file."),
        };

    /// <summary>Lines by number from 1, blank ones left out; refused is one that is longer than 1 MB, and where the file is damaged the last.</summary>
    private static async IAsyncEnumerable<(long Number, Result<byte[]> Bytes)> LinesAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var reader = PipeReader.Create(stream);
        var line = new ArrayBufferWriter<byte>();
        var number = 0L;
        var tooLong = false;
        while (true)
        {
            ReadResult read;
            var isDamaged = false;
            try
            {
                read = await reader.ReadAsync(ct);
            }
            catch (DamagedFileException)
            {
                (read, isDamaged) = (default, true);
            }
            if (isDamaged)
            {
                yield return (number + 1, DamagedFileException.Rejection);
                break;
            }
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                Keep(buffer.Slice(0, end));
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                if (Take() is { } whole)
                    yield return whole;
            }
            Keep(buffer);
            reader.AdvanceTo(read.Buffer.End);
            if (!read.IsCompleted)
                continue;
            if ((line.WrittenCount > 0 || tooLong) && Take() is { } last)
                yield return last;
            break;
        }
        await reader.CompleteAsync();

        void Keep(ReadOnlySequence<byte> bytes)
        {
            tooLong |= line.WrittenCount + bytes.Length > Incoming.GreatestBody + 1;
            if (tooLong)
                return;
            foreach (var segment in bytes)
                line.Write(segment.Span);
        }

        (long, Result<byte[]>)? Take()
        {
            number++;
            var text = line.WrittenSpan;
            if (text is [.., (byte)'\r'])
                text = text[..^1];
            if (number == 1 && text.StartsWith("\uFEFF"u8))
                text = text[3..];
            var blank = !tooLong && text.Trim(" \t"u8).IsEmpty;
            var bytes = tooLong || blank ? null : text.ToArray();
            line.Clear();
            tooLong = false;
            return blank ? null : (number, bytes is null ? TooLong : bytes);
        }
    }
}
