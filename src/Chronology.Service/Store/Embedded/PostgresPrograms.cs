using System.Globalization;
using Microsoft.Extensions.Logging;
using MysticMind.PostgresEmbed;

namespace Chronology.Service.Store.Embedded;

/// <summary>The PostgreSQL programs of one folder.</summary>
internal sealed record PostgresPrograms(string Folder, int Major)
{
    private const string MajorToDownload = "18";

    private static string Extension => OperatingSystem.IsWindows() ? ".exe" : "";

    public string InitDb => Program("initdb");
    public string PgCtl => Program("pg_ctl");

    private string Program(string name) => Path.Combine(Folder, name + Extension);

    /// <summary>The first fitting programs: those named, those on the machine, or else downloaded once.</summary>
    /// <param name="named">The only folder to look in; null looks everywhere.</param>
    /// <param name="major">The version that the data needs; null takes any.</param>
    /// <param name="downloads">The folder that keeps a download.</param>
    /// <param name="logger">Told of a download.</param>
    /// <param name="cancellation">Stops looking.</param>
    /// <exception cref="EmbeddedPostgresException">There are none of that version, or none at all and none can be had.</exception>
    public static async Task<PostgresPrograms> FindAsync(
        string? named,
        int? major,
        string downloads,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var found = new List<PostgresPrograms>();
        foreach (var folder in named is null ? await CandidatesAsync(cancellation) : [Path.GetFullPath(named)])
        {
            if (await InAsync(folder, cancellation) is not { } programs)
            {
                continue;
            }
            if (major is null || programs.Major == major)
            {
                return programs;
            }
            found.Add(programs);
        }
        if (found.Count > 0)
        {
            var versions = string.Join(", ", found.Select(one => one.Major).Distinct());
            throw new EmbeddedPostgresException(
                $"The data folder was made by PostgreSQL {major} but this machine has PostgreSQL {versions}: install version {major}, name its programs in CHRONOLOGY_PG_BIN, or set CHRONOLOGY_DATA to another folder."
            );
        }
        if (named is not null)
        {
            throw new EmbeddedPostgresException(
                $"There are no PostgreSQL programs (initdb, pg_ctl, postgres) in {named}: correct CHRONOLOGY_PG_BIN or leave it out."
            );
        }
        return await DownloadAsync(major, downloads, logger, cancellation);
    }

    /// <summary>The program's full name, links followed; null where the search path does not have it.</summary>
    public static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program + Extension))
            .Where(File.Exists)
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)
            .FirstOrDefault();

    private static async Task<IEnumerable<string>> CandidatesAsync(CancellationToken cancellation)
    {
        var told = OnPath("pg_config") is { } config ? await Tool.RunAsync([config, "--bindir"], cancellation) : null;
        return new[]
        {
            OnPath("initdb") is { } initDb ? Path.GetDirectoryName(initDb) : null,
            told is { Ok: true } ? told.Output : null,
        }
            .OfType<string>()
            .Concat(Installed("/usr/lib/postgresql", "*", "bin"))
            .Concat(Installed("/usr", "pgsql-*", "bin"))
            .Concat(Installed("/opt/homebrew/opt", "postgresql*", "bin"))
            .Concat(Installed("/usr/local/opt", "postgresql*", "bin"))
            .Concat(Installed("/home/linuxbrew/.linuxbrew/opt", "postgresql*", "bin"))
            .Concat(Installed("/Applications/Postgres.app/Contents/Versions", "*", "bin"))
            .Concat(
                Installed(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles) + "/PostgreSQL", "*", "bin")
            )
            .Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Installed(string root, string pattern, string inner) =>
        Directory.Exists(root)
            ? Directory
                .EnumerateDirectories(root, pattern)
                .OrderDescending(StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering))
                .Select(folder => Path.Combine(folder, inner))
            : [];

    private static async Task<PostgresPrograms?> InAsync(string folder, CancellationToken cancellation)
    {
        var programs = new PostgresPrograms(folder, 0);
        if (!File.Exists(programs.InitDb) || !File.Exists(programs.PgCtl) || !File.Exists(programs.Program("postgres")))
        {
            return null;
        }
        var version = await Tool.RunAsync([programs.Program("postgres"), "--version"], cancellation);
        var digits = version.Output.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit).ToArray();
        return version.Ok && int.TryParse(digits, CultureInfo.InvariantCulture, out var major)
            ? programs with
            {
                Major = major,
            }
            : null;
    }

    private static async Task<PostgresPrograms> DownloadAsync(
        int? major,
        string downloads,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var version = major?.ToString(CultureInfo.InvariantCulture) ?? MajorToDownload;
        logger.LogInformation(
            "No PostgreSQL on this machine: downloading version {Version} into {Folder}",
            version,
            downloads
        );
        try
        {
            var server = new PgServer(
                new PgServerOptions
                {
                    PgVersion = version,
                    DbDir = downloads,
                    BinariesDir = downloads,
                }
            );
            await server.InstallAsync(cancellation);
            return await InAsync(Path.Combine(server.InstallDir, "bin"), cancellation)
                ?? throw new IOException($"The download in {server.InstallDir} lacks the programs.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new EmbeddedPostgresException(
                $"There is no PostgreSQL on this machine and downloading it failed ({failure.Message}): install PostgreSQL, name its programs in CHRONOLOGY_PG_BIN, or set CHRONOLOGY_DB.",
                failure
            );
        }
    }
}
