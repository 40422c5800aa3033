using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>Reads a part of what was ever recorded between two actors.</summary>
/// <param name="one">The lesser of the two keys, in ordinal order.</param>
/// <param name="eventBytes">What an event takes, beside its key.</param>
internal abstract class PartReader(string chronology, string one, string other, int eventBytes)
{
    private readonly Dictionary<string, string> events = new(StringComparer.Ordinal);

    protected string Chronology { get; } = chronology;

    protected (string One, string Other) Of { get; } = (one, other);

    /// <summary>How many were read.</summary>
    public int Rows { get; private set; }

    /// <summary>How much memory it takes, about.</summary>
    public long Bytes { get; protected set; } = 1_000;

    /// <summary>Those of which anything was read, in ordinal order.</summary>
    protected string[] Events => [.. events.Keys.Order(StringComparer.Ordinal)];

    /// <summary>One round trip. Null: it is too great.</summary>
    /// <remarks>The head is read first: whatever the later statements see besides is of positions that it does not tell of.</remarks>
    public async Task<PairPart?> ReadAsync(Reading source, CancellationToken ct)
    {
        var trip = new RoundTrip(source);
        var head = trip.Ask(
            Command("select position from chronology.head where chronology = $1", Chronology),
            async (reader, cancel) => await reader.ReadAsync(cancel) ? reader.GetInt64(0) : 0
        );
        var read = Ask(trip);
        await trip.GoAsync(ct);
        return read(head.Value);
    }

    /// <returns>What makes the part, up to a position, once the round trip has been made; it gives null where that is too great.</returns>
    protected abstract Func<long, PairPart?> Ask(RoundTrip trip);

    /// <summary>The key of an event, one string for all its rows.</summary>
    protected string KeyOf(NpgsqlDataReader reader, int column)
    {
        Rows++;
        var key = reader.GetString(column);
        if (events.TryGetValue(key, out var known))
            return known;
        events.Add(key, key);
        Bytes += eventBytes + (2 * key.Length);
        return key;
    }

    /// <summary>SQL for the effects <c>e</c> on the facts <c>f</c> between <c>$2</c> and <c>$3</c> of chronology <c>$1</c>.</summary>
    protected const string EffectsBetween = """
        (values ($2, $3), ($3, $2)) as way (holder, toward)
        join chronology.fact f on f.chronology = $1 and f.holder = way.holder and f.toward = way.toward
        join chronology.effect e on e.fact = f.id
        """;

    protected static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
