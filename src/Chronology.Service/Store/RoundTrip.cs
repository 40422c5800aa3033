using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Questions to the database that go together and come back together: one round trip, on one connection.</summary>
/// <remarks>Each has a snapshot of its own; what they are asked about is fixed by positions, so that they agree all the same.</remarks>
/// <param name="plansKept">The server plans each statement once, whatever its values: left to itself it takes the many conditions on
/// positions and days for a reason to plan anew each time, which costs more than the answer.</param>
public sealed class RoundTrip(Reading source, bool plansKept = true)
{
    private const string KeepPlans = "select set_config('plan_cache_mode', 'force_generic_plan', true)";

    private const string WalkIndexes = "select set_config('enable_bitmapscan', 'off', true)";
    private const string AsBefore = "select set_config('enable_bitmapscan', 'on', true)";

    private sealed record Question(
        NpgsqlBatchCommand Command,
        bool Walks,
        Func<NpgsqlDataReader, CancellationToken, Task> ReadAsync
    );

    private readonly List<Question> asked = [];

    /// <summary>What has been asked since the last time, as it will be sent: those that walk come last, so that what they need is set once.</summary>
    internal IEnumerable<(NpgsqlBatchCommand Command, bool Walks)> Asked =>
        InOrder.Select(question => (question.Command, question.Walks));

    private IEnumerable<Question> InOrder => asked.OrderBy(question => question.Walks);

    /// <summary>Adds a question; nothing is sent before <see cref="GoAsync"/>.</summary>
    /// <param name="readAsync">Reads its rows, and no others.</param>
    /// <param name="walks">It takes the first few rows in the order of an index: all of them must not be collected and sorted,
    /// however few the server takes them for.</param>
    public Pending<T> Ask<T>(
        NpgsqlBatchCommand command,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> readAsync,
        bool walks = false
    )
    {
        var pending = new Pending<T>();
        asked.Add(new(command, walks, async (reader, ct) => pending.Come(await readAsync(reader, ct))));
        return pending;
    }

    /// <summary>Sends what has been asked since the last time, and reads every answer; sends nothing where nothing was asked.</summary>
    public async Task GoAsync(CancellationToken ct)
    {
        if (asked.Count == 0)
            return;
        var questions = InOrder.ToList();
        var walking = questions.FindIndex(question => question.Walks);
        await using var batch = source.CreateBatch();
        if (plansKept)
            batch.BatchCommands.Add(new(KeepPlans));
        for (var i = 0; i < questions.Count; i++)
        {
            if (i == walking)
                batch.BatchCommands.Add(new(WalkIndexes));
            batch.BatchCommands.Add(questions[i].Command);
        }
        // By itself the batch is a transaction, with which its settings end.
        if (walking >= 0 && source.IsWithinTransaction)
            batch.BatchCommands.Add(new(AsBefore));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (plansKept)
            await reader.NextResultAsync(ct);
        for (var i = 0; i < questions.Count; i++)
        {
            if (i == walking)
                await reader.NextResultAsync(ct);
            await questions[i].ReadAsync(reader, ct);
            await reader.NextResultAsync(ct);
        }
        asked.Clear();
    }

    /// <summary>Asks one question by itself.</summary>
    public static async Task<T> AskAsync<T>(Reading source, Func<RoundTrip, Pending<T>> ask, CancellationToken ct) =>
        await AskAsync(source, plansKept: true, ask, ct);

    /// <inheritdoc cref="AskAsync{T}(Reading, Func{RoundTrip, Pending{T}}, CancellationToken)"/>
    public static async Task<T> AskAsync<T>(
        Reading source,
        bool plansKept,
        Func<RoundTrip, Pending<T>> ask,
        CancellationToken ct
    )
    {
        var trip = new RoundTrip(source, plansKept);
        var pending = ask(trip);
        await trip.GoAsync(ct);
        return pending.Value;
    }
}

/// <summary>An answer that is there once the round trip has been made.</summary>
public sealed class Pending<T>
{
    private T value = default!;
    private bool hasCome;

    /// <exception cref="InvalidOperationException">The round trip has not been made.</exception>
    public T Value => hasCome ? value : throw new InvalidOperationException("The question has not been sent yet.");

    /// <summary>An answer that needed no question.</summary>
    public static Pending<T> Of(T value)
    {
        var pending = new Pending<T>();
        pending.Come(value);
        return pending;
    }

    internal void Come(T given) => (value, hasCome) = (given, true);
}
