using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The head of a chronology, and when a position was recorded.</summary>
/// <param name="HeadRecordedAt">Null of a chronology without positions.</param>
/// <param name="RecordedAt">Of the position asked about; null at 0, and above the head.</param>
internal sealed record HeadAndPosition(long Head, DateTimeOffset? HeadRecordedAt, DateTimeOffset? RecordedAt);

/// <summary>Looks up heads and positions for all who ask at the same time: one statement at a time, which answers those who asked before it was
/// sent, so that each is told of all that was recorded before he asked. Who asks alone asks as if by himself.</summary>
internal sealed class HeadsTogether(Reading source)
{
    private readonly Lock ordering = new();
    private List<Waiter> waiting = [];
    private bool isTaken;

    private readonly record struct Question(string Chronology, long? Position);

    /// <summary>What becomes of one who waits.</summary>
    /// <param name="Leads">He asks next, for himself and all who wait then; false: here is his answer.</param>
    private readonly record struct Turn(bool Leads, HeadAndPosition? Found);

    private sealed class Waiter(Question asked)
    {
        public Question Asked { get; } = asked;

        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <param name="position">Null: only the head is asked for.</param>
    /// <returns>Null: no such chronology.</returns>
    public async ValueTask<HeadAndPosition?> AtAsync(string chronology, long? position, CancellationToken ct)
    {
        var asked = new Question(chronology, position);
        Waiter? mine = null;
        lock (ordering)
        {
            if (isTaken)
                waiting.Add(mine = new(asked));
            else
                isTaken = true;
        }
        if (mine is not null)
        {
            var turn = await mine.Turn.Task;
            if (!turn.Leads)
                return turn.Found;
        }
        List<Waiter> others;
        lock (ordering)
            (others, waiting) = (waiting, []);
        try
        {
            if (others.Count == 0)
                return await AloneAsync(asked, ct);
            // Not for one of them to call off.
            var found = await TogetherAsync(
                [.. others.Select(other => other.Asked).Append(asked).Distinct()],
                CancellationToken.None
            );
            foreach (var other in others)
                other.Turn.SetResult(new(Leads: false, found[other.Asked]));
            return found[asked];
        }
        finally
        {
            PassOn(others);
        }
    }

    /// <summary>To the first who waits; after a fault also those do whom it has left without an answer.</summary>
    private void PassOn(List<Waiter> others)
    {
        Waiter? next = null;
        lock (ordering)
        {
            waiting.InsertRange(0, others.Where(other => !other.Turn.Task.IsCompleted));
            isTaken = waiting.Count > 0;
            if (isTaken)
            {
                next = waiting[0];
                waiting.RemoveAt(0);
            }
        }
        next?.Turn.SetResult(new(Leads: true, null));
    }

    private async Task<HeadAndPosition?> AloneAsync(Question asked, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            asked.Position is null
                ? "select h.position, h.recorded_at, null from chronology.head h where h.chronology = $1"
                : """
                select h.position, h.recorded_at, l.recorded_at
                from chronology.head h
                left join chronology.ledger l on l.chronology = $1 and l.position = $2
                where h.chronology = $1
                """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = asked.Chronology });
        if (asked.Position is { } position)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Of(reader, 0) : null;
    }

    private async Task<Dictionary<Question, HeadAndPosition?>> TogetherAsync(Question[] asked, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select x.nr, h.position, h.recorded_at, l.recorded_at
            from unnest((select $1), (select $2)) with ordinality as x (chronology, position, nr)
            join chronology.head h on h.chronology = x.chronology
            left join chronology.ledger l on l.chronology = x.chronology and l.position = x.position
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. asked.Select(one => one.Chronology)] });
        command.Parameters.Add(new NpgsqlParameter<long?[]> { TypedValue = [.. asked.Select(one => one.Position)] });
        var found = asked.ToDictionary(one => one, _ => (HeadAndPosition?)null);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found[asked[reader.GetInt64(0) - 1]] = Of(reader, 1);
        return found;
    }

    private static HeadAndPosition Of(NpgsqlDataReader reader, int first)
    {
        return new(reader.GetInt64(first), At(first + 1), At(first + 2));

        DateTimeOffset? At(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
    }
}
