using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chronology.Service.Store.Embedded;

/// <summary>A private PostgreSQL cluster on 127.0.0.1 for whoever has no database server.</summary>
/// <remarks>
/// Several processes may use one data folder: the first starts PostgreSQL, the others attach, and the last to leave stops it.
/// It stops as well when that last one is killed. The data stays. On Windows a killed last user leaves PostgreSQL running until the next has come and gone.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "chronology";
    private const string Superuser = "chronology";

    private readonly Visit visit;
    private readonly IDisposable joined;
    private readonly IDisposable held;
    private bool left;

    private EmbeddedPostgres(Visit visit, bool attached, Postmaster server, IDisposable joined, IDisposable held)
    {
        this.visit = visit;
        this.joined = joined;
        this.held = held;
        IsAttached = attached;
        Port = server.Port;
        ConnectionString = ConnectionTo(Database, server.Port, visit.Folder);
    }

    /// <summary>Connects as the cluster's owner to the database <c>chronology</c>. Holds the password.</summary>
    public string ConnectionString { get; }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Whether another process had started the cluster already.</summary>
    public bool IsAttached { get; }

    /// <summary>Starts the cluster of the data folder, or attaches to it where it runs; makes it and its database where they are missing.</summary>
    /// <remarks>Under a second, or a few for a new cluster; longer after a crash, or where PostgreSQL has to be downloaded.</remarks>
    /// <exception cref="EmbeddedPostgresException">There is a reason why not that the user can mend.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var user = ServerUser.Choose();
        var folder = await ClusterFolder.OpenAsync(options.DataFolder, user, cancellation);
        using var turn = await folder.TakeTurnAsync(cancellation);
        var downloads = Path.Combine(Path.GetFullPath(options.DataFolder), "postgres-programs");
        var programs = await PostgresPrograms.FindAsync(
            options.BinFolder,
            folder.Major,
            downloads,
            logger,
            cancellation
        );
        var coming = new Visit(options, folder, user, programs, logger);
        return await coming.AttachAsync(cancellation) ?? await coming.StartAsync(cancellation);
    }

    /// <summary>Leaves the cluster, and stops it where nobody else is using it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (left)
        {
            return;
        }
        left = true;
        using var turn = await visit.Folder.TakeTurnAsync(CancellationToken.None);
        joined.Dispose();
        if (visit.Folder.IsUnused() && Postmaster.Find(visit.Folder.PidFile, out _) is not null)
        {
            var stopped = await Tool.RunAsync(
                visit.User.Command(visit.Programs.PgCtl, "stop", "-D", visit.Folder.Data, "-m", "fast", "-w"),
                CancellationToken.None
            );
            if (!stopped.Ok)
            {
                visit.Logger.LogWarning(
                    "PostgreSQL in {Folder} did not stop: {Output}",
                    visit.Folder.Data,
                    stopped.Output
                );
            }
        }
        held.Dispose();
    }

    private static string ConnectionTo(string database, int port, ClusterFolder folder) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = IPAddress.Loopback.ToString(),
            Port = port,
            Database = database,
            Username = Superuser,
            Password = File.ReadAllText(folder.PasswordFile).Trim(),
            Timezone = "UTC",
            KeepAlive = 30,
            ApplicationName = "chronology",
        }.ConnectionString;

    /// <summary>One process coming to the cluster; it has the turn.</summary>
    private sealed record Visit(
        EmbeddedPostgresOptions Options,
        ClusterFolder Folder,
        ServerUser User,
        PostgresPrograms Programs,
        ILogger Logger
    )
    {
        /// <summary>Attaches to the server that runs on this data; null where none does.</summary>
        public async Task<EmbeddedPostgres?> AttachAsync(CancellationToken cancellation)
        {
            for (var tries = 0; tries < 600; tries++)
            {
                if (Postmaster.Find(Folder.PidFile, out _) is not { } server)
                {
                    return null;
                }
                if (server.Port > 0 && Folder.TryHold() is { } held)
                {
                    var joined = Folder.TryJoin();
                    if (joined is not null && await AnswersAsync(server, cancellation) && StillHeld())
                    {
                        Logger.LogInformation(
                            "Using the PostgreSQL that runs on {Folder}, port {Port}",
                            Folder.Data,
                            server.Port
                        );
                        return new EmbeddedPostgres(this, attached: true, server, joined, held);
                    }
                    joined?.Dispose();
                    held.Dispose();
                }
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
            }
            throw new EmbeddedPostgresException(
                $"A PostgreSQL that chronology did not start, or that does not finish stopping, runs on {Folder.Data}: stop it and try again."
            );
        }

        /// <summary>Starts a server on this data, which no other process is using.</summary>
        public async Task<EmbeddedPostgres> StartAsync(CancellationToken cancellation)
        {
            if (!Folder.IsUnused())
            {
                throw new EmbeddedPostgresException(
                    $"Another process is using the database in {Folder.Data} but its PostgreSQL cannot be seen from here: end that process and try again."
                );
            }
            if (Folder.Major is null)
            {
                await CreateClusterAsync(cancellation);
            }
            await OpenPipeAsync(cancellation);
            var held = Folder.TryHold() ?? throw new IOException($"{Folder.Hold} could not be opened.");
            var joined = Folder.TryJoin() ?? throw new IOException($"{Folder.Data} could not be joined.");
            try
            {
                var server = await StartServerAsync(cancellation);
                await CreateDatabaseAsync(server, cancellation);
                Logger.LogInformation(
                    "Started PostgreSQL {Major} on {Folder}, port {Port}",
                    Programs.Major,
                    Folder.Data,
                    server.Port
                );
                return new EmbeddedPostgres(this, attached: false, server, joined, held);
            }
            catch
            {
                joined.Dispose();
                held.Dispose();
                throw;
            }
        }

        private bool StillHeld() => OperatingSystem.IsWindows() || File.Exists(Folder.Hold);

        private async Task CreateClusterAsync(CancellationToken cancellation)
        {
            if (Directory.Exists(Folder.UnfinishedData))
            {
                Directory.Delete(Folder.UnfinishedData, recursive: true);
            }
            await WritePasswordAsync(cancellation);
            var made = await InitDbAsync("C.UTF-8", cancellation);
            if (!made.Ok && made.Output.Contains("locale", StringComparison.Ordinal))
            {
                made = await InitDbAsync("C", cancellation);
            }
            if (!made.Ok)
            {
                throw new EmbeddedPostgresException(
                    $"PostgreSQL could not make its data in {Folder.Data} ({LastLine(made.Output)}): mend that or set CHRONOLOGY_DATA to another folder."
                );
            }
            Directory.Move(Folder.UnfinishedData, Folder.Data);
        }

        private Task<Tool.Outcome> InitDbAsync(string locale, CancellationToken cancellation) =>
            Tool.RunAsync(
                User.Command([
                    Programs.InitDb,
                    "-D",
                    Folder.UnfinishedData,
                    "-U",
                    Superuser,
                    "-A",
                    "scram-sha-256",
                    $"--pwfile={Folder.PasswordFile}",
                    "-E",
                    "UTF8",
                    $"--locale={locale}",
                    .. Options.Fsync ? Array.Empty<string>() : ["--no-sync"],
                ]),
                cancellation
            );

        private async Task WritePasswordAsync(CancellationToken cancellation)
        {
            File.Delete(Folder.PasswordFile);
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            await using (var file = new StreamWriter(Folder.PasswordFile, create))
            {
                await file.WriteLineAsync(RandomNumberGenerator.GetHexString(40, lowercase: true));
            }
            await User.OwnAsync(Folder.PasswordFile, cancellation);
        }

        private async Task OpenPipeAsync(CancellationToken cancellation)
        {
            if (OperatingSystem.IsWindows())
            {
                return;
            }
            File.Delete(Folder.Hold);
            var made = await Tool.RunAsync(["mkfifo", "-m", "600", Folder.Hold], cancellation);
            if (!made.Ok)
            {
                throw new EmbeddedPostgresException(
                    $"No named pipe could be made ({made.Output}): set CHRONOLOGY_DATA to a folder on a local disk."
                );
            }
        }

        private async Task<Postmaster> StartServerAsync(CancellationToken cancellation)
        {
            for (var tries = 1; ; tries++)
            {
                if (Postmaster.Find(Folder.PidFile, out var leftOver) is null && leftOver)
                {
                    Logger.LogWarning("{File} names a process that is no PostgreSQL: deleting it", Folder.PidFile);
                    File.Delete(Folder.PidFile);
                }
                if (File.Exists(Folder.Log))
                {
                    File.Move(Folder.Log, Folder.Log + ".before", overwrite: true);
                }
                var port = Options.Port == 0 ? FreePort() : Options.Port;
                var command = User.Command(
                    Programs.PgCtl,
                    "start",
                    "-D",
                    Folder.Data,
                    "-l",
                    Folder.Log,
                    "-w",
                    "-t",
                    "120",
                    "-o",
                    Settings(port)
                );
                var started = await Tool.RunAsync(
                    OperatingSystem.IsWindows()
                        ? command
                        : ["sh", "-c", StartAndWatch, "sh", Folder.Hold, Folder.PidFile, .. command],
                    cancellation
                );
                if (started.Ok && Postmaster.Find(Folder.PidFile, out _) is { } server)
                {
                    return server;
                }
                var log = File.Exists(Folder.Log)
                    ? await File.ReadAllTextAsync(Folder.Log, cancellation)
                    : started.Output;
                var portTaken = log.Contains("could not bind", StringComparison.Ordinal);
                var stillLeaving = log.Contains("shared memory block", StringComparison.Ordinal);
                if (tries == 20 || !(stillLeaving || (portTaken && Options.Port == 0)))
                {
                    throw new EmbeddedPostgresException(
                        portTaken
                            ? $"PostgreSQL could not listen on port {port} of 127.0.0.1: free the port or leave it to be chosen."
                            : $"PostgreSQL did not start on {Folder.Data} ({LastLine(log)}): its log is {Folder.Log}."
                    );
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
            }
        }

        private string Settings(int port)
        {
            var unsafeButFast = Options.Fsync ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
            return $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c timezone=UTC -c log_timezone=UTC{unsafeButFast}";
        }

        private async Task CreateDatabaseAsync(Postmaster server, CancellationToken cancellation)
        {
            await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres", server.Port, Folder));
            await using var exists = source.CreateCommand("select 1 from pg_database where datname = $1");
            exists.Parameters.AddWithValue(Database);
            if (await exists.ExecuteScalarAsync(cancellation) is null)
            {
                await using var create = source.CreateCommand($"create database {Database}");
                await create.ExecuteNonQueryAsync(cancellation);
            }
        }

        private async Task<bool> AnswersAsync(Postmaster server, CancellationToken cancellation)
        {
            try
            {
                await using var source = NpgsqlDataSource.Create(ConnectionTo(Database, server.Port, Folder));
                await using var ask = source.CreateCommand("select 1");
                await ask.ExecuteScalarAsync(cancellation);
                return true;
            }
            catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                throw new EmbeddedPostgresException(
                    $"The PostgreSQL on {Folder.Data} does not take the password in {Folder.PasswordFile}: restore that file.",
                    refusal
                );
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        private static string LastLine(string text) =>
            text.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? "no reason given";

        /// <summary>Starts PostgreSQL; then a shell waits in the background until nobody holds the pipe, and stops it.</summary>
        /// <remarks>
        /// A user who leaves in order has stopped PostgreSQL by then, and the shell just ends.
        /// After the pipe's name is gone nobody can come in; the second read waits for one who did just before.
        /// </remarks>
        private const string StartAndWatch = """
            trap '' HUP INT QUIT TERM
            hold=$1 pidfile=$2
            shift 2
            exec 3<>"$hold" 4<"$hold" 3>&-
            "$@" 4<&- || exit
            pid=$(head -n 1 "$pidfile")
            same() { [ "$(head -n 1 "$pidfile" 2>/dev/null)" = "$pid" ]; }
            {
                read -r nothing <&4
                same || exit 0
                rm -f "$hold"
                read -r nothing <&4
                same && kill -INT "$pid"
            } </dev/null >/dev/null 2>&1 &
            """;
    }
}
