using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>How many appends may share a commit, and how many may wait.</summary>
/// <param name="GreatestGroup">Appends in one transaction, at least 1.</param>
/// <param name="GreatestQueue">Appends to one chronology that wait for the one in flight; one more is turned away.</param>
/// <param name="InFlight">Transactions at once, at least 1, not counting those that wait for a head; null: one a processor, at least 2.</param>
public sealed record GroupLimits(int GreatestGroup = 64, int GreatestQueue = 1_024, int? InFlight = null);

/// <summary>More appends wait for a chronology than the service holds: try again shortly. Nothing was changed.</summary>
public sealed class OverloadedException(string chronology)
    : Exception($"Too many appends to “{chronology}” wait already.");

/// <summary>Appends that arrive together share a transaction, each with its own position, caller and outcome.</summary>
/// <remarks>An append that comes alone goes at once. Those that come while one to their chronology is in flight, or while as many
/// transactions are in flight as may be, gather, and go together, in the order in which they came. What is refused of one has no bearing on the
/// others. If their transaction fails, each is tried by itself, unless it may have been committed. Chronologies do not wait for one another:
/// those whose head another holds (an import, another node) wait for it apart from the others.</remarks>
public sealed class Groups(Writer writer, GroupLimits limits)
{
    /// <summary>A chronology to which appends wait or are in flight.</summary>
    private sealed class Line(string chronology)
    {
        public readonly Queue<Waiting> Waiting = [];
        public bool InFlight;

        public string Chronology => chronology;
    }

    private sealed class Waiting(Sent sent, CancellationToken given)
    {
        private readonly TaskCompletionSource<Result<Outcome>> outcome = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public Sent Sent => sent;

        public CancellationToken Given => given;

        public Task<Result<Outcome>> Outcome => outcome.Task;

        public void Tell(Result<Outcome> told) => outcome.TrySetResult(told);

        public void Tell(Exception fault)
        {
            if (fault is OperationCanceledException && given.IsCancellationRequested)
                GiveUp();
            else
                outcome.TrySetException(fault);
        }

        public void GiveUp() => outcome.TrySetCanceled(given);
    }

    /// <summary>Those of one line that go together.</summary>
    private sealed record Part(Line Line, IReadOnlyList<Waiting> Group)
    {
        public Gathered Gathered => new(Line.Chronology, [.. Group.Select(waiting => waiting.Sent)]);

        public void Tell(IReadOnlyList<Outcome> outcomes)
        {
            for (var i = 0; i < Group.Count; i++)
                Group[i].Tell(outcomes[i]);
        }

        public void Tell(Exception fault)
        {
            foreach (var waiting in Group)
                waiting.Tell(fault);
        }
    }

    private readonly int greatestInFlight = limits.InFlight ?? Math.Max(2, Environment.ProcessorCount);
    private readonly Lock gate = new();
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>The lines with appends that wait, but none in flight, in the order in which they came to be so.</summary>
    private readonly Queue<Line> ready = [];

    /// <summary>How many transactions are, of those that wait for nothing.</summary>
    private int inFlight;

    /// <summary>Decides and records one order, with what else arrives.</summary>
    /// <param name="ct">Cancelled while it waits: it is not tried. Cancelled later: whether it was recorded is not known here; the
    /// others of its group go on.</param>
    /// <returns>Its outcome; or the rejection <c>no-such-chronology</c>.</returns>
    /// <exception cref="OverloadedException">Too many wait already.</exception>
    /// <exception cref="BrokenBeforeCommitException">As of <see cref="Writer"/>.</exception>
    public async Task<Result<Outcome>> AppendAsync(string chronology, Sent sent, CancellationToken ct)
    {
        var own = new Waiting(sent, ct);
        List<Part>? first = null;
        var leads = false;
        lock (gate)
        {
            if (!lines.TryGetValue(chronology, out var line))
                lines.Add(chronology, line = new(chronology));
            else if (line.Waiting.Count >= limits.GreatestQueue)
                throw new OverloadedException(chronology);
            line.Waiting.Enqueue(own);
            if (!line.InFlight && line.Waiting.Count == 1)
                ready.Enqueue(line);
            if (inFlight == 0)
                first = Gathered();
            leads = first is null && inFlight < greatestInFlight;
            if (first is not null || leads)
                inFlight++;
        }
        if (first is not null)
            await LeadAsync(first);
        else if (leads)
            LeadOn();
        return await own.Outcome.WaitAsync(ct);
    }

    /// <summary>Commits the first, then hands on to those that have gathered meanwhile: it does not wait for their commits.</summary>
    private async Task LeadAsync(List<Part> first)
    {
        await CommitAsync(first);
        if (Next() is { } next)
            LeadOn(next);
    }

    /// <summary>Commits what gathers until nothing does.</summary>
    private void LeadOn(List<Part>? first = null) =>
        _ = Task.Run(
            async () =>
            {
                if (first is not null)
                    await CommitAsync(first);
                while (true)
                {
                    // Whoever was told of a commit just now may send the next: in one transaction they cost half as much as each in its own.
                    await Task.Yield();
                    if (Next() is not { } next)
                        return;
                    await CommitAsync(next);
                }
            },
            CancellationToken.None
        );

    /// <summary>What goes in the transaction that is due; null: nothing, and its place is free.</summary>
    private List<Part>? Next()
    {
        lock (gate)
        {
            var next = Gathered();
            if (next is null)
                inFlight--;
            return next;
        }
    }

    /// <summary>Those that go next; null: none.</summary>
    private List<Part>? Gathered()
    {
        List<Part>? next = null;
        var left = limits.GreatestGroup;
        while (left > 0 && ready.TryDequeue(out var line))
        {
            var group = new List<Waiting>();
            while (left > 0 && line.Waiting.TryDequeue(out var waiting))
            {
                if (waiting.Given.IsCancellationRequested)
                {
                    waiting.GiveUp();
                    continue;
                }
                group.Add(waiting);
                left--;
            }
            line.InFlight = group.Count > 0;
            if (line.InFlight)
                (next ??= []).Add(new(line, group));
            else
                lines.Remove(line.Chronology);
        }
        return next;
    }

    /// <summary>Lets others of these lines go.</summary>
    private void Release(IEnumerable<Line> ended)
    {
        foreach (var line in ended)
        {
            line.InFlight = false;
            if (line.Waiting.Count > 0)
                ready.Enqueue(line);
            else
                lines.Remove(line.Chronology);
        }
    }

    /// <summary>Never throws: each of the group is told, or waits for its head apart from the others.</summary>
    private async Task CommitAsync(IReadOnlyList<Part> parts)
    {
        IReadOnlyList<Part> apart = [];
        using (var all = new AllCancelled(parts))
        {
            try
            {
                var outcomes = await writer.TryAppendAsync([.. parts.Select(part => part.Gathered)], all.Token);
                for (var i = 0; i < parts.Count; i++)
                {
                    if (outcomes[i] is { } told)
                        parts[i].Tell(told);
                }
                if (outcomes.Contains(null))
                    apart = [.. parts.Where((_, i) => outcomes[i] is null)];
            }
            catch (Exception fault) when (MayStand(fault))
            {
                foreach (var part in parts)
                    part.Tell(fault);
            }
            catch (Exception fault) when (parts is [{ Group.Count: 1 }])
            {
                parts[0].Tell(fault);
            }
            catch (Exception)
            {
                // One of them, or the store for a moment: each finds out by itself, and is told its own fault.
                apart = parts;
            }
        }
        lock (gate)
            Release(parts.Except(apart).Select(part => part.Line));
        foreach (var part in apart)
            _ = Task.Run(() => CommitApartAsync(part), CancellationToken.None);
    }

    /// <summary>Waits for the head. Never throws: each of the part is told.</summary>
    private async Task CommitApartAsync(Part part)
    {
        var chronology = part.Line.Chronology;
        using (var all = new AllCancelled([part]))
        {
            try
            {
                var outcomes = await writer.AppendAsync(chronology, part.Gathered.Sent, allOrNothing: false, all.Token);
                if (outcomes.IsOk)
                    part.Tell(outcomes.Value);
                else
                    foreach (var waiting in part.Group)
                        waiting.Tell(outcomes.Rejection!);
            }
            catch (Exception fault) when (part.Group.Count == 1 || MayStand(fault))
            {
                part.Tell(fault);
            }
            catch (Exception)
            {
                foreach (var waiting in part.Group)
                    await CommitAloneAsync(chronology, waiting);
            }
        }
        bool leads;
        lock (gate)
        {
            Release([part.Line]);
            leads = ready.Count > 0 && inFlight < greatestInFlight;
            if (leads)
                inFlight++;
        }
        if (leads)
            LeadOn();
    }

    private async Task CommitAloneAsync(string chronology, Waiting waiting)
    {
        try
        {
            var outcomes = await writer.AppendAsync(chronology, [waiting.Sent], allOrNothing: true, waiting.Given);
            waiting.Tell(outcomes.Map(told => told[0]));
        }
        catch (Exception fault)
        {
            waiting.Tell(fault);
        }
    }

    /// <summary>Whether the transaction may have been committed all the same: its answer was lost.</summary>
    private static bool MayStand(Exception fault) =>
        fault
            is OperationCanceledException
                or (NpgsqlException and not PostgresException)
                or PostgresException { SqlState: PostgresErrorCodes.CrashShutdown };

    /// <summary>Cancelled once each of some tokens is.</summary>
    private sealed class AllCancelled : IDisposable
    {
        private readonly CancellationTokenSource source = new();
        private readonly List<CancellationTokenRegistration> registered = [];
        private int left;

        public AllCancelled(IEnumerable<Part> parts)
        {
            var all = parts.SelectMany(part => part.Group).Select(waiting => waiting.Given).ToArray();
            left = all.Length;
            foreach (var token in all)
                registered.Add(token.Register(Count));
        }

        public CancellationToken Token => source.Token;

        private void Count()
        {
            if (Interlocked.Decrement(ref left) == 0)
                source.Cancel();
        }

        public void Dispose()
        {
            foreach (var registration in registered)
                registration.Dispose();
            source.Dispose();
        }
    }
}
