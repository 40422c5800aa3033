using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Connections to PostgreSQL as this service uses it.</summary>
public static class Database
{
    /// <summary>A pool over <paramref name="connectionString"/>, with what the service relies on added to it:
    /// UTC sessions, prepared statements, and time limits on statements and idle transactions, unless its <c>Options</c> set others.</summary>
    public static NpgsqlDataSource Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Timezone = "UTC",
            KeepAlive = 30,
            ApplicationName = "chronology",
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            IncludeErrorDetail = false,
        };
        string[] own = ["statement_timeout=60s", "idle_in_transaction_session_timeout=60s", "jit=off"];
        settings.Options = string.Join(
                ' ',
                own.Where(option => settings.Options?.Contains(option.Split('=')[0], StringComparison.Ordinal) != true)
                    .Select(option => $"-c {option}")
                    .Prepend(settings.Options)
            )
            .Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
