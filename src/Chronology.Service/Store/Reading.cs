using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace Chronology.Service.Store;

/// <summary>Where questions read: the database, or what one open transaction sees of it, its own rows among them.</summary>
/// <remarks>Within a transaction one command runs at a time, and everything is over when the transaction is.</remarks>
public sealed class Reading
{
    private readonly NpgsqlDataSource? source;
    private readonly NpgsqlTransaction? transaction;

    private Reading(NpgsqlDataSource? source, NpgsqlTransaction? transaction) =>
        (this.source, this.transaction) = (source, transaction);

    public static Reading From(NpgsqlDataSource source) => new(source, null);

    public static Reading Within(NpgsqlTransaction transaction) => new(null, transaction);

    public static implicit operator Reading(NpgsqlDataSource source) => From(source);

    public bool IsWithinTransaction => transaction is not null;

    public NpgsqlCommand CreateCommand(string? text = null) =>
        source?.CreateCommand(text) ?? new NpgsqlCommand(text, transaction!.Connection, transaction);

    /// <summary>How Marten opens a session that reads the same.</summary>
    public SessionOptions Session(string chronology)
    {
        var options = transaction is null ? new SessionOptions() : SessionOptions.ForTransaction(transaction);
        options.TenantId = chronology;
        return options;
    }

    public NpgsqlBatch CreateBatch() => source?.CreateBatch() ?? new NpgsqlBatch(transaction!.Connection, transaction);
}
