using System.CommandLine;
using System.Globalization;
using Chronology.Benchmarks;
using Chronology.Service.Store;
using Chronology.Service.Store.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

var size = new Option<int>("--size") { Description = "Versions of events", DefaultValueFactory = _ => 100_000 };
var only = new Option<string>("--only")
{
    Description = "Of a1,a2,a3,q1,q2,q3,q4,q5,q6,r1,r2,s1",
    DefaultValueFactory = _ => "a1,a2,a3,q1,q2,q3,q4,q5,q6,r1,r2,s1",
};
var command = new RootCommand("Measures Chronology against its floors, in turn, in one run.") { size, only };
command.SetAction(
    async (asked, ct) =>
    {
        var wanted = asked.GetValue(only)!.Split(',').ToHashSet(StringComparer.Ordinal);
        var versions = asked.GetValue(size);
        // Not a folder of the user's own: as root the cluster runs as another user.
        var folder = Directory.CreateDirectory(
            Path.Combine(
                Path.GetTempPath(),
                string.Create(CultureInfo.InvariantCulture, $"chronology-bench-{Environment.ProcessId}")
            )
        );
        var given = Environment.GetEnvironmentVariable("CHRONOLOGY_BENCH_DB");
        await using var cluster = given is { Length: > 0 }
            ? null
            : await EmbeddedPostgres.StartAsync(new() { DataFolder = folder.FullName }, NullLogger.Instance, ct);
        await using (var source = Database.Connect(cluster?.ConnectionString ?? given!))
        {
            await Migrations.ApplyAsync(source, ct);
            var slug = string.Create(CultureInfo.InvariantCulture, $"bench-{versions}");
            var corrected = slug + "-corrected";
            await Loading.LoadAsync(source, slug, World.Versions(versions), ct);
            if (wanted.Contains("q1") || wanted.Contains("q3"))
            {
                await Loading.LoadAsync(source, corrected, World.Versions(versions / 5, corrections: 10), ct);
                await Asking.RunAsync(source, slug, corrected, wanted.Contains("q1"), wanted.Contains("q3"), ct);
            }
            if (wanted.Contains("q2") || wanted.Contains("q6"))
            {
                var small = slug + "-small";
                await Loading.LoadAsync(source, small, World.Versions(10_000), ct);
                if (wanted.Contains("q2"))
                    await Asking.GrowAsync(source, small, slug, ct);
                if (wanted.Contains("q6"))
                    await Scoring.RunAsync(source, small, slug, ct);
            }
            if (wanted.Contains("q4"))
                await Serving.RunAsync(source, slug, ct);
            if (wanted.Contains("q5"))
                await WholeWorld.RunAsync(source, slug, ct);
            if (wanted.Contains("s1"))
                await Sizing.RunAsync(source, slug, ct);
            if (wanted.Contains("r1"))
                await Rebuilding.RunAsync(source, slug, World.Versions(versions), page: 2_000, ct);
            if (wanted.Contains("r2"))
                await Holding.RunAsync(source, TimeSpan.FromSeconds(45), ct);
            if (wanted.Contains("a1"))
                await Appending.RunAsync(source, slug, ct);
            if (wanted.Contains("a2"))
                await Together.RunAsync(source, ct);
            if (wanted.Contains("a3"))
                await Importing.RunAsync(source, Math.Clamp(versions / 10, 2_000, 50_000), ct);
        }
        if (cluster is not null)
            await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }
);
return await command.Parse(args).InvokeAsync();
