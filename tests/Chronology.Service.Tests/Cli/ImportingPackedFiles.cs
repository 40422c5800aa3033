using System.IO.Compression;
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
