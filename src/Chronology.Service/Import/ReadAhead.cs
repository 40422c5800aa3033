using System.Threading.Channels;

namespace Chronology.Service.Import;

/// <summary>Reads a sequence on a thread of its own, so that reading and whatever is done with it go on at the same time.</summary>
/// <typeparam name="T">Of what is read.</typeparam>
internal sealed class ReadAhead<T> : IAsyncDisposable
{
    private const int ChunkSize = 250;

    private readonly Channel<IReadOnlyList<T>> chunks;
    private readonly CancellationTokenSource stopped;
    private readonly Task reading;

    /// <param name="prepare">Done to each on that thread.</param>
    /// <param name="most">So many are held, and one chunk, until they are asked for.</param>
    public ReadAhead(IAsyncEnumerable<T> sequence, Func<T, T> prepare, int most, CancellationToken ct)
    {
        chunks = Channel.CreateBounded<IReadOnlyList<T>>(
            new BoundedChannelOptions(Math.Max(1, most / ChunkSize)) { SingleReader = true, SingleWriter = true }
        );
        stopped = CancellationTokenSource.CreateLinkedTokenSource(ct);
        reading = Task.Run(() => ReadAsync(sequence, prepare, stopped.Token), CancellationToken.None);
    }

    /// <summary>Whether a chunk is there already.</summary>
    public bool HasMore => chunks.Reader.TryPeek(out _);

    /// <summary>In their order, none of them empty; what the sequence throws is thrown here.</summary>
    public IAsyncEnumerable<IReadOnlyList<T>> ChunksAsync() => chunks.Reader.ReadAllAsync(stopped.Token);

    private async Task ReadAsync(IAsyncEnumerable<T> sequence, Func<T, T> prepare, CancellationToken ct)
    {
        Exception? fault = null;
        try
        {
            var chunk = new List<T>(ChunkSize);
            await foreach (var one in sequence.WithCancellation(ct))
            {
                chunk.Add(prepare(one));
                if (chunk.Count < ChunkSize)
                    continue;
                await chunks.Writer.WriteAsync(chunk, ct);
                chunk = new(ChunkSize);
            }
            if (chunk.Count > 0)
                await chunks.Writer.WriteAsync(chunk, ct);
        }
        catch (Exception thrown)
        {
            fault = thrown;
        }
        chunks.Writer.Complete(fault);
    }

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        await reading;
        stopped.Dispose();
    }
}
