using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Chronology.Recording;

namespace Chronology.Service.Import;

/// <summary>The kinds of file that are read.</summary>
public enum FileFormat
{
    Lines,
    Csv,
    Icews,
    Gdelt1,
    Gdelt2,
}

/// <summary>A file whose beginning has been looked at.</summary>
/// <param name="All">From the first byte, unpacked.</param>
/// <param name="Format">Null: its beginning does not say for certain.</param>
public sealed record OpenedFile(Stream All, FileFormat? Format, byte[]? FirstLine)
{
    private const int Look = 1_048_576;

    /// <summary>Looks whether a file is packed (gzip; zip of one file, where the stream can seek), and what it holds.</summary>
    /// <param name="file">At its beginning.</param>
    /// <returns>Of which reading ends in a <see cref="DamagedFileException"/> where what is packed is not whole. Or <c>damaged-file</c>: not even
    /// the beginning can be read; or <c>not-one-file</c>: a zip of none, or of several.</returns>
    public static async Task<Result<OpenedFile>> OpenAsync(Stream file, CancellationToken ct)
    {
        try
        {
            var (first, all) = await PeekAsync(file, bytes => bytes.Length >= 4, ct);
            if (first is [0x1F, 0x8B, ..])
                return await LookAsync(Unpacking.Gzip(all), ct);
            if (first is not [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..])
                return await LookAsync(all, ct);
            if (!file.CanSeek)
                return new Rejection("unknown-format", "A zip cannot be read from here: give it as a file.");
            file.Position = 0;
            var only = OnlyFile(new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true));
            return only.Rejection is { } rejection
                ? rejection
                : await LookAsync(await Unpacking.ZipAsync(only.Value, ct), ct);
        }
        catch (Exception fault) when (fault is DamagedFileException or InvalidDataException)
        {
            return new Rejection(
                "damaged-file",
                "The packed file is damaged, cut off, or packed in a way that cannot be read: nothing of it was read."
            );
        }
    }

    /// <summary>Looks what a file holds that is not packed.</summary>
    /// <param name="all">At its beginning.</param>
    public static async Task<OpenedFile> LookAsync(Stream all, CancellationToken ct)
    {
        var (beginning, whole) = await PeekAsync(all, bytes => FirstLineOf(bytes, isAll: false) is not null, ct);
        var line = FirstLineOf(new(beginning), isAll: true);
        return new(whole, Guess(line), line);
    }

    /// <summary>Folders, and what macOS puts beside files, are left out.</summary>
    private static Result<ZipArchiveEntry> OnlyFile(ZipArchive zip)
    {
        const int Named = 5;
        ZipArchiveEntry[] files =
        [
            .. zip.Entries.Where(entry =>
                entry.Name.Length > 0 && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)
            ),
        ];
        return files switch
        {
            [var only] => only,
            [] => new Rejection("not-one-file", "The zip holds no file."),
            _ => new Rejection(
                "not-one-file",
                $"The zip holds {files.Length} files: {string.Join(", ", files.Take(Named).Select(entry => entry.FullName))}{(files.Length > Named ? " …" : "")}. Unpack it, and import those that you mean."
            ),
        };
    }

    /// <summary>What a first line shows for certain.</summary>
    public static FileFormat? Guess(byte[]? line)
    {
        if (line is null)
            return FileFormat.Lines;
        if (line.AsSpan().TrimStart(" \t"u8) is [(byte)'{', ..])
            return FileFormat.Lines;
        var cells = Encoding.UTF8.GetString(line).TrimEnd('\r').Split('\t');
        return cells.Length switch
        {
            IcewsRows.Columns when cells[0] == "Event ID" && cells[6] == "CAMEO Code" => FileFormat.Icews,
            57 or 58 when IsNumber(cells[0]) && IsNumber(cells[1]) => FileFormat.Gdelt1,
            61 when IsNumber(cells[0]) && IsNumber(cells[1]) => FileFormat.Gdelt2,
            _ => null,
        };

        static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
    }

    private static async Task<(byte[] Beginning, Stream All)> PeekAsync(
        Stream file,
        Func<ReadOnlySequence<byte>, bool> isEnough,
        CancellationToken ct
    )
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(ct);
            var done = read.IsCompleted || read.Buffer.Length > Look || isEnough(read.Buffer);
            var beginning = done ? read.Buffer.ToArray() : [];
            reader.AdvanceTo(read.Buffer.Start, done ? read.Buffer.Start : read.Buffer.End);
            if (done)
                return (beginning, reader.AsStream());
        }
    }

    private static byte[]? FirstLineOf(ReadOnlySequence<byte> bytes, bool isAll)
    {
        var reader = new SequenceReader<byte>(bytes);
        reader.IsNext("\uFEFF"u8, advancePast: true);
        reader.AdvancePastAny("\r\n"u8);
        return reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n') ? line.ToArray()
            : isAll && reader.Remaining > 0 ? reader.UnreadSequence.ToArray()
            : null;
    }
}
