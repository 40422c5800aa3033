using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Connections to PostgreSQL as this service uses it.</summary>
public static class Database
{
    /// <summary>A pool over <paramref name="connectionString"/>, with what the service relies on added to it:
    /// UTC sessions, prepared statements, and time limits on statements and idle transactions.</summary>
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
        settings.Options =
            $"{settings.Options} -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c jit=off".Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
