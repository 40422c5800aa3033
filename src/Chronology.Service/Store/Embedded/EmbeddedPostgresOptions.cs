using Microsoft.Extensions.Configuration;

namespace Chronology.Service.Store.Embedded;

/// <summary>Where the private cluster keeps its data and how it runs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder of the service's data; the cluster lives in its subfolder <c>postgres</c>. Made if missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null looks for them on the machine.</summary>
    public string? BinFolder { get; init; }

    /// <summary>Whether a commit waits for the disk. Turn off only for data that nobody keeps, as in tests.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>The port on 127.0.0.1; 0 takes a free one. Ignored when attaching to a cluster that runs already.</summary>
    public int Port { get; init; }

    /// <summary>Reads <c>CHRONOLOGY_DATA</c> (data folder) and <c>CHRONOLOGY_PG_BIN</c> (program folder); both may be absent.</summary>
    /// <exception cref="EmbeddedPostgresException">No data folder is named and the user has no home.</exception>
    public static EmbeddedPostgresOptions From(IConfiguration configuration) =>
        new()
        {
            DataFolder = configuration["CHRONOLOGY_DATA"] is { Length: > 0 } data ? data : DefaultDataFolder(),
            BinFolder = configuration["CHRONOLOGY_PG_BIN"] is { Length: > 0 } bin ? bin : null,
        };

    /// <summary>The user's data folder (on Linux <c>$XDG_DATA_HOME/chronology</c>); <c>/var/lib/chronology</c> for root.</summary>
    /// <remarks>Root's home is closed to the unprivileged user that PostgreSQL has to run as.</remarks>
    /// <exception cref="EmbeddedPostgresException">The user has no home.</exception>
    public static string DefaultDataFolder()
    {
        if (ServerUser.IsRoot && Environment.GetEnvironmentVariable("XDG_DATA_HOME") is not { Length: > 0 })
        {
            return "/var/lib/chronology";
        }
        var user = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify
        );
        return user.Length > 0
            ? Path.Combine(user, "chronology")
            : throw new EmbeddedPostgresException(
                "This user has no home folder to keep the database in: set CHRONOLOGY_DATA to a folder."
            );
    }
}
