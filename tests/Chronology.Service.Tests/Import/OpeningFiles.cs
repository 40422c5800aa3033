using System.IO.Compression;
using System.Text;
using Chronology.Service.Import;
using CsCheck;

namespace Chronology.Service.Tests.Import;

public sealed class OpeningFiles
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(FileFormat? Format, byte[] All)> OpenAsync(Stream file)
    {
        var opened = await OpenedFile.OpenAsync(file, Ct);
        using var all = new MemoryStream();
        await opened.All.CopyToAsync(all, Ct);
        return (opened.Format, all.ToArray());
    }

    private static byte[] Gzip(params byte[][] members)
    {
        using var packed = new MemoryStream();
        foreach (var member in members)
        {
            using var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(member);
        }
        return packed.ToArray();
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }
        return packed.ToArray();
    }

    private static byte[] Rows(params string[] rows) => Encoding.UTF8.GetBytes(string.Join('\n', rows));

    /// <summary>The samples stand beside the repository where they are there at all: they may not be shipped.</summary>
    private static string Sample(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Chronology.sln")))
            folder = folder.Parent!;
        var sample = Path.Combine(folder.Parent!.FullName, "shared", "data", "samples", name);
        Assert.SkipUnless(
            File.Exists(sample),
            $"There is no {sample}: made-up rows of the same form are read instead."
        );
        return sample;
    }

    public static TheoryData<FileFormat?, string> Made { get; } =
        new()
        {
            { FileFormat.Icews, Import.Made.IcewsHeader },
            { FileFormat.Icews, $"\uFEFF{Import.Made.IcewsHeader}\r" },
            { FileFormat.Icews, $"\n\n{Import.Made.IcewsHeader}" },
            { FileFormat.Gdelt1, Import.Made.Gdelt1(1, "RUS", "042", "ISR") },
            { FileFormat.Gdelt1, Import.Made.Gdelt1(1, "RUS", "042", "ISR", url: null) },
            { FileFormat.Gdelt2, Import.Made.Gdelt2(1, "RUS", "042", "ISR") },
            { FileFormat.Lines, """ {"record":"actor"}""" },
            { FileFormat.Lines, """{"record":"chronology","slug":"a"}""" },
            { FileFormat.Lines, "" },
            { FileFormat.Lines, "\uFEFF" },
            { null, Import.Made.Icews(1, "A", "040", "B") },
            { null, "date,source,target" },
            { null, "1\t2\t3" },
            {
                null,
                Import.Made.Gdelt1(1, "RUS", "042", "ISR").Replace("20130405", "yesterday", StringComparison.Ordinal)
            },
            { null, Import.Made.Gdelt2(1, "RUS", "042", "ISR") + "\tmore" },
            { null, Import.Made.IcewsHeader.Replace("CAMEO Code", "Code", StringComparison.Ordinal) },
        };

    [Theory]
    [MemberData(nameof(Made))]
    public async Task takes_them_for_what_their_first_line_shows_for_certain(FileFormat? format, string line)
    {
        var bytes = Rows(line, "anything");
        if (line.Length == 0 || line == "\uFEFF")
            bytes = Encoding.UTF8.GetBytes(line);

        Assert.Equal(format, (await OpenAsync(new MemoryStream(bytes))).Format);
        Assert.Equal(format, (await OpenAsync(new MemoryStream(Gzip(bytes)))).Format);
        Assert.Equal(format, (await OpenAsync(new MemoryStream(Zip(("a", bytes))))).Format);
    }

    [Theory]
    [InlineData(FileFormat.Icews, "icews-2018-06-01_02.tab")]
    [InlineData(FileFormat.Gdelt1, "gdelt1_sample_58col.tsv")]
    [InlineData(FileFormat.Gdelt2, "gdelt2_sample_61col.tsv")]
    [InlineData(null, "icews-rus-isr-pse-60k.tsv")]
    [InlineData(null, "palestine_recognition.tsv")]
    [InlineData(null, "palestine_recognition_revisions.tsv")]
    public async Task takes_the_samples_for_what_they_are(FileFormat? format, string name)
    {
        var bytes = await File.ReadAllBytesAsync(Sample(name), Ct);
        var (found, all) = await OpenAsync(new MemoryStream(Gzip(bytes)));

        Assert.Equal(format, found);
        Assert.Equal(bytes, all);
    }

    [Fact]
    public Task gives_every_byte_however_they_are_packed() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[1, 6_000], Gen.Int[0, 3])
            .SampleAsync(
                async (some, times, newlines) =>
                {
                    // Up to two megabytes, more than is looked at, whether or not there is the end of a line.
                    byte[] all =
                    [
                        .. Enumerable
                            .Repeat(some.Where(b => newlines > 0 || b != '\n').Append((byte)'x'), times)
                            .SelectMany(bytes => bytes),
                    ];
                    if (all is not ([0x1F, 0x8B, ..] or [(byte)'P', (byte)'K', 3, 4, ..]))
                        Assert.True(IsAll((await OpenAsync(new MemoryStream(all))).All));
                    Assert.True(IsAll((await OpenAsync(new MemoryStream(Gzip(all)))).All));
                    Assert.True(IsAll((await OpenAsync(new MemoryStream(Zip(("a", all), ("b", some))))).All));

                    bool IsAll(byte[] found) => found.AsSpan().SequenceEqual(all);
                },
                iter: 40
            );

    [Fact]
    public async Task reads_packed_files_that_were_joined_as_one() =>
        Assert.Equal(
            "ab",
            Encoding.UTF8.GetString((await OpenAsync(new MemoryStream(Gzip("a"u8.ToArray(), "b"u8.ToArray())))).All)
        );

    [Fact]
    public async Task does_not_take_a_packed_folder_without_files_for_an_empty_file() =>
        Assert.Null((await OpenAsync(new MemoryStream(Zip()))).Format);
}
