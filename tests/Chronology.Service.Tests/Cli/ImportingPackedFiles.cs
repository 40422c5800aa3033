using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Chronology.Service.Tests.Import;

namespace Chronology.Service.Tests.Cli;

public sealed class ImportingPackedFiles(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly byte[] Icews = Encoding.UTF8.GetBytes(
        string.Join(
            '\n',
            Made.IcewsHeader,
            Made.Icews(11, "Israel", "040", "Vietnam"),
            Made.Icews(12, "Vietnam", "040", "Israel"),
            Made.Icews(13, "Israel", "141", "Vietnam")
        )
    );

    private CommandLine Chronology => new(database.ConnectionString);

    private async Task<string> BeginAsync(string slug)
    {
        Assert.Equal(0, (await Chronology.RunAsync("create", slug, "--title", slug)).Exit);
        return slug;
    }

    private static void Pack(string path, byte[] bytes)
    {
        using var file = File.Create(path);
        if (path.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Create);
            using var entry = zip.CreateEntry("events.tab").Open();
            entry.Write(bytes);
            return;
        }
        using Stream packed = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        packed.Write(bytes);
    }

    [Theory]
    [InlineData("events.2018.tab")]
    [InlineData("events.2018.tab.gz")]
    [InlineData("events.2018.tab.zip")]
    [InlineData("named-otherwise.csv")]
    public async Task reads_what_is_in_them_whatever_they_are_called(string name)
    {
        var slug = await BeginAsync($"packed-{name.Replace(".", "-", StringComparison.Ordinal)}");
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, name);
        Pack(file, Icews);

        var told = await Chronology.RunAsync("import", file, "-c", slug, "--json");
        Assert.Equal(1, told.Exit);
        Assert.StartsWith("unmapped-code: line 4: ", told.Error, StringComparison.Ordinal);
        Assert.Equal("4 0 1", $"{told.Json["recorded"]} {told.Json["unchanged"]} {told.Json["paired"]}");

        var again = await Chronology.RunAsync("import", file, "-c", slug, "--format", "icews", "--json");
        Assert.Equal("0 1 1", $"{again.Json["recorded"]} {again.Json["unchanged"]} {again.Json["paired"]}");
    }

    /// <summary>Rows that do not pack well, so that a part of them can be read of a part of the file.</summary>
    private static readonly byte[] Many = Encoding.UTF8.GetBytes(
        string.Join(
            '\n',
            Enumerable
                .Range(1, 3_000)
                .Select(i =>
                    Made.Icews(
                        i,
                        "Israel",
                        "112",
                        "Vietnam",
                        story: Convert.ToHexString(SHA256.HashData([(byte)i, (byte)(i >> 8)]))
                    )
                )
                .Prepend(Made.IcewsHeader)
        )
    );

    [Theory]
    [InlineData("cut.gz")]
    [InlineData("flipped.gz")]
    [InlineData("flipped.zip")]
    public async Task says_that_a_file_is_damaged_and_goes_on_when_it_is_whole(string name)
    {
        var slug = await BeginAsync($"damaged-{name.Replace(".", "-", StringComparison.Ordinal)}");
        using var folder = new TemporaryFolder();
        var (file, whole) = (Path.Combine(folder.Path, name), Path.Combine(folder.Path, $"whole-{name}"));
        Pack(whole, Many);
        var bytes = await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken);
        if (name.StartsWith("cut", StringComparison.Ordinal))
            bytes = bytes[..(bytes.Length / 2)];
        else
            bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        var tried = await Chronology.RunAsync("import", file, "-c", slug, "--strict", "--json");
        Assert.Equal((1, 0), (tried.Exit, (long)tried.Json["recorded"]!));

        var told = await Chronology.RunAsync("import", file, "-c", slug, "--json");
        Assert.Equal(1, told.Exit);
        Assert.Equal("damaged-file", (string?)told.Json["refused"]!.AsArray()[^1]!["code"]);
        Assert.Contains("what follows is not read", told.Error, StringComparison.Ordinal);
        var recorded = (long)told.Json["recorded"]!;
        Assert.InRange(recorded, 100, 3_003);

        var again = await Chronology.RunAsync("import", whole, "-c", slug, "--json");
        // The source and two actors were made at first.
        var before = recorded - 3;
        if (name.StartsWith("cut", StringComparison.Ordinal))
            Assert.Equal(
                (0, 3_000 - before, before),
                (again.Exit, (long)again.Json["recorded"]!, (long)again.Json["unchanged"]!)
            );
        else
            Assert.True((long)again.Json["unchanged"]! > 0);
    }

    [Fact]
    public async Task records_nothing_of_a_zip_of_two_files()
    {
        var slug = await BeginAsync("packed-two");
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "two.zip");
        using (var zip = new ZipArchive(File.Create(file), ZipArchiveMode.Create))
        {
            foreach (var name in new[] { "a.tab", "b.tab" })
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Icews);
            }
        }

        var told = await Chronology.RunAsync("import", file, "-c", slug);
        Assert.Equal((1, ""), (told.Exit, told.Out));
        Assert.StartsWith(
            $"not-one-file: {file}: The zip holds 2 files: a.tab, b.tab.",
            told.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task tells_of_lines_what_a_damaged_file_would_change()
    {
        var slug = await BeginAsync("damaged-lines");
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "lines.gz");
        Pack(
            file,
            Encoding.UTF8.GetBytes(
                string.Concat(
                    Enumerable
                        .Range(1, 2_000)
                        .Select(i =>
                            $$"""{"record":"actor","key":"a{{i}}","revision":1,"kind":"state","name":"{{Convert.ToHexString(SHA256.HashData([(byte)i, (byte)(i >> 8)]))}}"}"""
                            + "\n"
                        )
                )
            )
        );
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);

        var tried = await Chronology.RunAsync("import", file, "-c", slug, "--dry-run", "--json");
        var told = await Chronology.RunAsync("import", file, "-c", slug, "--json");
        Assert.Equal((1, 1), (tried.Exit, told.Exit));
        Assert.InRange((long)told.Json["recorded"]!, 100, 1_999);
        Assert.Equal("damaged-file", (string?)told.Json["refused"]![0]!["code"]);
        var would = tried.Json["would"]!;
        Assert.Equal(
            $"{told.Json["recorded"]} {told.Json["refused"]!.ToJsonString()}",
            $"{would["recorded"]} {would["refused"]!.ToJsonString()}"
        );
    }

    [Fact]
    public async Task finds_in_a_packed_export_which_chronology_it_is_of()
    {
        var slug = await BeginAsync("packed-export");
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "export.gz");
        Pack(
            file,
            Encoding.UTF8.GetBytes(
                $$"""
                {"record":"chronology","slug":"{{slug}}","title":"{{slug}}","description":null,"licence":null}
                {"record":"actor","key":"oman","revision":1,"kind":"state","name":"Oman"}
                """
            )
        );

        var told = await Chronology.RunAsync("import", file, "--json");
        Assert.Equal((0, ""), (told.Exit, told.Error));
        Assert.Equal(1, (long)told.Json["recorded"]!);
        Assert.Contains(
            "Oman",
            (await Chronology.RunAsync("search", "oman", "-c", slug)).Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task says_how_to_tell_what_a_file_holds_that_does_not_show_it()
    {
        var slug = await BeginAsync("packed-unclear");
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "rows.tsv.gz");
        Pack(file, Encoding.UTF8.GetBytes(Made.Icews(11, "Israel", "040", "Vietnam")));

        var told = await Chronology.RunAsync("import", file, "-c", slug);
        Assert.Equal(1, told.Exit);
        Assert.StartsWith("unknown-format: ", told.Error, StringComparison.Ordinal);
        Assert.Equal("", told.Out);
    }
}
