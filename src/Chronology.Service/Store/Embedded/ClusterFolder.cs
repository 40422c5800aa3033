using System.Globalization;

namespace Chronology.Service.Store.Embedded;

/// <summary>The cluster's own folder: its data, its password, and who is using it.</summary>
/// <remarks>
/// Three things keep several processes on one cluster in order.
/// <c>turn.lock</c> is held by the one process that is just coming or going.
/// <c>users.lock</c> is shared by all that use the cluster, so that the last to leave knows it and stops PostgreSQL.
/// <c>hold</c> is a named pipe that all users keep open: its end is how the shell that watches learns that the last one was killed.
/// The system lets go of all three with the process, whichever way it ends.
/// </remarks>
internal sealed class ClusterFolder
{
    private readonly string folder;

    private ClusterFolder(string folder) => this.folder = folder;

    public string Data => Path.Combine(folder, "data");
    public string UnfinishedData => Path.Combine(folder, "data.unfinished");
    public string PasswordFile => Path.Combine(folder, "password");
    public string Log => Path.Combine(folder, "server.log");
    public string Hold => Path.Combine(folder, "hold");
    public string PidFile => Path.Combine(Data, "postmaster.pid");
    private string Turn => Path.Combine(folder, "turn.lock");
    private string Users => Path.Combine(folder, "users.lock");

    /// <summary>The major version that made the data; null before there is any.</summary>
    public int? Major =>
        File.Exists(Path.Combine(Data, "PG_VERSION"))
            ? int.Parse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")), CultureInfo.InvariantCulture)
            : null;

    /// <summary>Makes the folder where it is missing and opens it to the server's user alone.</summary>
    /// <exception cref="EmbeddedPostgresException">The folder cannot be written, or the server's user cannot reach it.</exception>
    public static async Task<ClusterFolder> OpenAsync(
        string dataFolder,
        ServerUser user,
        CancellationToken cancellation
    )
    {
        var cluster = new ClusterFolder(Path.Combine(Path.GetFullPath(dataFolder), "postgres"));
        try
        {
            Directory.CreateDirectory(cluster.folder);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(
                    cluster.folder,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                );
            }
            new FileStream(cluster.Users, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {dataFolder} cannot be written ({failure.Message}): give this user the right to it or set CHRONOLOGY_DATA to another folder.",
                failure
            );
        }
        if (Directory.Exists(cluster.Data) && !await user.OwnsAsync(cluster.Data, cancellation))
        {
            throw new EmbeddedPostgresException(
                $"The database in {cluster.Data} belongs to another user: run this as that user or set CHRONOLOGY_DATA to another folder."
            );
        }
        await user.OwnAsync(cluster.folder, cancellation);
        return cluster;
    }

    /// <summary>Waits until no other process is coming or going; the turn ends when the result is disposed.</summary>
    /// <exception cref="EmbeddedPostgresException">Another process has had the turn for two minutes.</exception>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken cancellation)
    {
        for (var tries = 0; tries < 2400; tries++)
        {
            if (TryLock(Turn, FileAccess.ReadWrite, FileShare.None) is { } turn)
            {
                return turn;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }
        throw new EmbeddedPostgresException(
            $"Another process has been starting or stopping the database in {folder} for two minutes: end it and try again."
        );
    }

    /// <summary>Joins the users of the cluster.</summary>
    public IDisposable? TryJoin() => TryLock(Users, FileAccess.Read, FileShare.Read);

    /// <summary>Whether no process, this one included, is among the users.</summary>
    public bool IsUnused()
    {
        using var alone = TryLock(Users, FileAccess.ReadWrite, FileShare.None);
        return alone is not null;
    }

    /// <summary>Keeps the watching shell from stopping PostgreSQL; null where the pipe is gone because it is doing so.</summary>
    public IDisposable? TryHold() =>
        OperatingSystem.IsWindows() ? Stream.Null : TryLock(Hold, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static FileStream? TryLock(string file, FileAccess access, FileShare share)
    {
        var mode = share == FileShare.ReadWrite ? FileMode.Open : FileMode.OpenOrCreate;
        try
        {
            return new FileStream(file, access == FileAccess.Read ? FileMode.Open : mode, access, share, bufferSize: 0);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
