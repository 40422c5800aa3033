using System.Collections.Concurrent;
using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>How many appends may share a commit, and how many may wait.</summary>
/// <param name="GreatestGroup">Appends in one transaction, at least 1.</param>
/// <param name="GreatestQueue">Appends to one chronology that wait for the one in flight; one more is turned away.</param>
public sealed record GroupLimits(int GreatestGroup = 64, int GreatestQueue = 1_024);

/// <summary>More appends wait for a chronology than the service holds: try again shortly. Nothing was changed.</summary>
public sealed class OverloadedException(string chronology)
    : Exception($"Too many appends to “{chronology}” wait already.");

/// <summary>Appends that arrive together for one chronology share a transaction, each with its own position, caller and outcome.</summary>
/// <remarks>An append that comes alone goes at once. Those that come while one is in flight gather, and go together when it has
/// ended; in the order in which they came. What is refused of one has no bearing on the others. If their transaction fails, each
/// is tried by itself, unless it may have been committed. Chronologies do not wait for one another; other nodes wait at the head's lock.</remarks>
public sealed class Groups(Writer writer, GroupLimits limits)
{
    private sealed class Line
    {
        public readonly Lock Gate = new();
        public readonly Queue<Waiting> Waiting = [];
        public bool InFlight;

        /// <summary>Taken out of the dictionary: whoever comes begins another.</summary>
        public bool Gone;
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

        public void Tell(Exception fault) => outcome.TrySetException(fault);

        public void GiveUp() => outcome.TrySetCanceled(given);
    }

    private readonly ConcurrentDictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>Decides and records one order, with what else arrives for the chronology.</summary>
    /// <param name="ct">Cancelled while it waits: it is not tried. Cancelled later: whether it was recorded is not known here; the
    /// others of its group go on.</param>
    /// <returns>Its outcome; or the rejection <c>no-such-chronology</c>.</returns>
    /// <exception cref="OverloadedException">Too many wait already.</exception>
    /// <exception cref="BrokenBeforeCommitException">As of <see cref="Writer"/>.</exception>
    public async Task<Result<Outcome>> AppendAsync(string chronology, Sent sent, CancellationToken ct)
    {
        var own = new Waiting(sent, ct);
        while (true)
        {
            var line = lines.GetOrAdd(chronology, _ => new());
            lock (line.Gate)
            {
                if (line.Gone)
                    continue;
                if (line.InFlight && line.Waiting.Count >= limits.GreatestQueue)
                    throw new OverloadedException(chronology);
                if (line.InFlight)
                {
                    line.Waiting.Enqueue(own);
                    break;
                }
                line.InFlight = true;
            }
            await LeadAsync(chronology, line, own);
            break;
        }
        return await own.Outcome.WaitAsync(ct);
    }

    /// <summary>Commits the first, then hands on to those that have gathered meanwhile: it does not wait for their commits.</summary>
    private async Task LeadAsync(string chronology, Line line, Waiting first)
    {
        await CommitAsync(chronology, [first]);
        var group = Next(chronology, line);
        if (group.Count > 0)
            _ = Task.Run(() => LeadOnAsync(chronology, line, group), CancellationToken.None);
    }

    private async Task LeadOnAsync(string chronology, Line line, IReadOnlyList<Waiting> group)
    {
        for (; group.Count > 0; group = Next(chronology, line))
            await CommitAsync(chronology, group);
    }

    /// <summary>Those that go next; none: the line is gone.</summary>
    private List<Waiting> Next(string chronology, Line line)
    {
        var group = new List<Waiting>();
        lock (line.Gate)
        {
            while (group.Count < limits.GreatestGroup && line.Waiting.TryDequeue(out var waiting))
            {
                if (waiting.Given.IsCancellationRequested)
                    waiting.GiveUp();
                else
                    group.Add(waiting);
            }
            if (group.Count == 0)
            {
                line.Gone = true;
                lines.TryRemove(chronology, out _);
            }
        }
        return group;
    }

    /// <summary>Never throws: each of the group is told.</summary>
    private async Task CommitAsync(string chronology, IReadOnlyList<Waiting> group)
    {
        if (group.Count == 1)
        {
            await CommitAloneAsync(chronology, group[0]);
            return;
        }
        using var all = new AllCancelled(group.Select(waiting => waiting.Given));
        try
        {
            var outcomes = await writer.AppendAsync(
                chronology,
                [.. group.Select(waiting => waiting.Sent)],
                allOrNothing: false,
                all.Token
            );
            for (var i = 0; i < group.Count; i++)
            {
                var own = i;
                group[i].Tell(outcomes.Map(told => told[own]));
            }
        }
        catch (Exception fault) when (MayStand(fault))
        {
            foreach (var waiting in group)
                waiting.Tell(fault);
        }
        catch (Exception)
        {
            // One of them, or the store for a moment: each finds out by itself, and is told its own fault.
            foreach (var waiting in group)
                await CommitAloneAsync(chronology, waiting);
        }
    }

    private async Task CommitAloneAsync(string chronology, Waiting waiting)
    {
        try
        {
            var outcomes = await writer.AppendAsync(chronology, [waiting.Sent], allOrNothing: true, waiting.Given);
            waiting.Tell(outcomes.Map(told => told[0]));
        }
        catch (OperationCanceledException) when (waiting.Given.IsCancellationRequested)
        {
            waiting.GiveUp();
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

        public AllCancelled(IEnumerable<CancellationToken> tokens)
        {
            var all = tokens.ToArray();
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
