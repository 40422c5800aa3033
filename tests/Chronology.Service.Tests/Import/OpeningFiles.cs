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
        var opened = (await OpenedFile.OpenAsync(file, Ct)).Value;
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
                var entry = zip.CreateEntry(name);
                if (name.EndsWith('/'))
                    continue;
                using var file = entry.Open();
                file.Write(bytes);
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
                    if (all is not ([0x1F, 0x8B, ..] or [(byte)'P', (byte)'K', ..]))
                        Assert.True(IsAll((await OpenAsync(new MemoryStream(all))).All));
                    Assert.True(IsAll((await OpenAsync(new MemoryStream(Gzip(all)))).All));
                    Assert.True(IsAll((await OpenAsync(new MemoryStream(Zip(("a/", []), ("a/b", all))))).All));

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

    private static async Task<string?> RefusalOfAsync(Stream file) =>
        (await OpenedFile.OpenAsync(file, Ct)).Rejection is { } rejection
            ? $"{rejection.Code}: {rejection.Detail}"
            : null;

    [Fact]
    public async Task refuses_a_zip_that_holds_no_file()
    {
        Assert.Equal("not-one-file: The zip holds no file.", await RefusalOfAsync(new MemoryStream(Zip())));
        Assert.Equal(
            "not-one-file: The zip holds no file.",
            await RefusalOfAsync(new MemoryStream(Zip(("a/", []), ("a/b/", []))))
        );
    }

    [Fact]
    public async Task names_the_files_of_a_zip_that_holds_several() =>
        Assert.StartsWith(
            "not-one-file: The zip holds 2 files: a/one.tab, two.tab.",
            await RefusalOfAsync(new MemoryStream(Zip(("a/", []), ("a/one.tab", Rows("x")), ("two.tab", Rows("y"))))),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task leaves_out_what_macos_puts_beside_a_file() =>
        Assert.Equal(
            Rows("x"),
            (await OpenAsync(new MemoryStream(Zip(("one.tab", Rows("x")), ("__MACOSX/._one.tab", Rows("y")))))).All
        );

    [Fact]
    public async Task refuses_a_zip_of_which_the_end_is_missing() =>
        Assert.StartsWith(
            "damaged-file: ",
            await RefusalOfAsync(new MemoryStream(Zip(("a", Rows("x")))[..^10])),
            StringComparison.Ordinal
        );

    /// <summary>What can be read of it, and that it was not the whole.</summary>
    private static async Task<byte[]?> BeginningAsync(byte[] packed)
    {
        using var some = new MemoryStream();
        try
        {
            var opened = await OpenedFile.OpenAsync(new MemoryStream(packed), Ct);
            if (opened.Rejection is not null)
                return [];
            await opened.Value.All.CopyToAsync(some, 1_024, Ct);
        }
        catch (DamagedFileException)
        {
            return some.ToArray();
        }
        return null;
    }

    private static readonly Gen<byte[]> Text = Gen.Select(Gen.Char['a', 'f'].Array[1, 200], Gen.Int[1, 1_000])
        .Select((some, times) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string(some), times))));

    private static readonly Gen<byte[]> Noise = Gen.Byte.Array[1, 100_000];

    [Fact]
    public Task tells_wherever_a_gzip_was_cut_and_gives_nothing_that_was_not_in_it() =>
        Gen.Select(Gen.OneOf(Text, Noise), Gen.Double[0, 1], Gen.Bool)
            .SampleAsync(
                async (all, where, joined) =>
                {
                    // A cut between two members leaves a whole file, and one before the mark of gzip no gzip.
                    byte[] whole = joined ? Gzip(Rows("before"), all) : Gzip(all);
                    var least = joined ? Gzip(Rows("before")).Length + 1 : 2;
                    var cut = least + (int)(where * (whole.Length - 1 - least));

                    var found = await BeginningAsync(whole[..cut]);
                    Assert.NotNull(found);
                    byte[] expected = joined ? [.. Rows("before"), .. all] : all;
                    Assert.True(expected.AsSpan().StartsWith(found));
                },
                iter: 60
            );

    [Fact]
    public Task tells_that_a_byte_of_a_gzip_is_another_or_gives_every_byte() =>
        Gen.Select(Gen.OneOf(Text, Noise), Gen.Double[0, 1], Gen.Int[1, 255])
            .SampleAsync(
                async (all, where, flip) =>
                {
                    // The ten bytes before say nothing of what is packed.
                    var packed = Gzip(all);
                    packed[10 + (int)(where * (packed.Length - 11))] ^= (byte)flip;
                    if (await BeginningAsync(packed) is null)
                        Assert.True((await OpenAsync(new MemoryStream(packed))).All.AsSpan().SequenceEqual(all));
                },
                iter: 60
            );

    [Fact]
    public async Task tells_that_more_follows_than_was_packed() =>
        Assert.NotNull(await BeginningAsync([.. Gzip(Rows("a")), .. Rows("more")]));

    [Fact]
    public Task tells_that_a_byte_of_a_zip_is_another_or_gives_every_byte() =>
        Gen.Select(Gen.OneOf(Text, Noise), Gen.Double[0, 1], Gen.Int[1, 255])
            .SampleAsync(
                async (all, where, flip) =>
                {
                    // What is packed begins behind the name.
                    var packed = Zip(("a", all));
                    var length = new ZipArchive(new MemoryStream(packed)).Entries[0].CompressedLength;
                    packed[31 + (int)(where * (length - 1))] ^= (byte)flip;
                    // A bit or two say nothing: whether a block is the last, and what fills the last byte.
                    if (await BeginningAsync(packed) is null)
                        Assert.True((await OpenAsync(new MemoryStream(packed))).All.AsSpan().SequenceEqual(all));
                },
                iter: 60
            );
}
