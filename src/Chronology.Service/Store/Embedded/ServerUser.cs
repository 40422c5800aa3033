namespace Chronology.Service.Store.Embedded;

/// <summary>The user that PostgreSQL runs as: whoever runs the service, or an unprivileged one where that is root.</summary>
internal sealed class ServerUser
{
    private readonly string? name;
    private readonly string? group;

    private ServerUser(string? name, string? group)
    {
        this.name = name;
        this.group = group;
    }

    /// <summary>PostgreSQL refuses to run as this one.</summary>
    public static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <exception cref="EmbeddedPostgresException">The service runs as root and cannot become anybody else.</exception>
    public static ServerUser Choose()
    {
        if (!IsRoot)
        {
            return new ServerUser(null, null);
        }
        if (!OperatingSystem.IsLinux() || PostgresPrograms.OnPath("setpriv") is null)
        {
            throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root, and setpriv is not here to change the user: run this as an ordinary user or set CHRONOLOGY_DB."
            );
        }
        var accounts = File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length > 3)
            .ToList();
        var account =
            accounts.Find(fields => fields[0] == "postgres") ?? accounts.Find(fields => fields[0] == "nobody");
        return account is not null
            ? new ServerUser(account[0], account[3])
            : throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody: run this as an ordinary user or set CHRONOLOGY_DB."
            );
    }

    /// <summary>The command as this user runs it.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> command) =>
        name is null ? [.. command] : ["setpriv", $"--reuid={name}", $"--regid={group}", "--clear-groups", .. command];

    /// <summary>Whether the file or folder is this user's and can be reached; always, where the user is not changed.</summary>
    public async Task<bool> OwnsAsync(string path, CancellationToken cancellation) =>
        name is null || (await Tool.RunAsync(Command("test", "-O", path), cancellation)).Ok;

    /// <summary>Hands the file or folder (not what is in it) to this user.</summary>
    /// <exception cref="EmbeddedPostgresException">The user cannot reach it.</exception>
    public async Task OwnAsync(string path, CancellationToken cancellation)
    {
        if (await OwnsAsync(path, cancellation))
        {
            return;
        }
        await Tool.RunAsync(["chown", $"{name}:{group}", path], cancellation);
        if (!await OwnsAsync(path, cancellation))
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL runs as the user {name}, who cannot reach {path}: let others enter its parent folders or set CHRONOLOGY_DATA to another folder."
            );
        }
    }
}
