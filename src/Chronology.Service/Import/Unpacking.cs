using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using Chronology.Recording;

namespace Chronology.Service.Import;

/// <summary>A packed file is damaged, or ends before its end: what was read before is as it was packed, as far as anybody can tell.</summary>
public sealed class DamagedFileException(Exception? inner = null) : IOException(Detail, inner)
{
    private const string Detail =
        "The packed file is damaged or cut off here; what follows is not read. Load the whole file again: what is recorded stays and is unchanged.";

    /// <summary><c>damaged-file</c>, for the line that could not be read.</summary>
    public static Rejection Rejection { get; } = new("damaged-file", Detail);
}

/// <summary>Reads a packed stream and sees that it is whole: what is damaged or cut off ends in a <see cref="DamagedFileException"/>,
/// never in an early end.</summary>
internal static class Unpacking
{
    private static readonly byte[] Seal = SealOf(RandomNumberGenerator.GetBytes(16));
    private static readonly byte[] PackedSeal = Packed(Seal);

    /// <summary>What is packed by gzip, in one member or several that were joined.</summary>
    /// <remarks><see cref="GZipStream"/> takes an early end for the end, and does not tell where a member ended.
    /// So a member of our own is put behind the last: it comes out as the last only where everything before it was whole.</remarks>
    public static Stream Gzip(Stream packed) => new Sealed(packed);

    /// <summary>What a zip holds as one of its files.</summary>
    /// <exception cref="InvalidDataException">It cannot be unpacked.</exception>
    public static async Task<Stream> ZipAsync(ZipArchiveEntry entry, CancellationToken ct) =>
        new Summed(await entry.OpenAsync(ct), entry.Crc32, entry.Length);

    /// <summary>The stream, behind which the file is damaged.</summary>
    public static Stream Damaged(Stream whole) => new Followed(whole, () => throw new DamagedFileException());

    /// <summary>Such that what is packed holds it but once: only unpacked it is twice the same.</summary>
    private static byte[] SealOf(byte[] half) => [.. half, .. half];

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private abstract class Reading : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (buffer.IsEmpty)
                return 0;
            try
            {
                return await SomeAsync(buffer, cancellationToken);
            }
            catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
            {
                throw new DamagedFileException(fault);
            }
        }

        /// <param name="buffer">Not empty.</param>
        protected abstract ValueTask<int> SomeAsync(Memory<byte> buffer, CancellationToken ct);

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>All of a stream, and then what is given once for all.</summary>
    private sealed class Followed(Stream first, Func<byte[]> then) : Reading
    {
        private MemoryStream? behind;

        protected override async ValueTask<int> SomeAsync(Memory<byte> buffer, CancellationToken ct)
        {
            if (behind is null)
            {
                var read = await first.ReadAsync(buffer, ct);
                if (read > 0)
                    return read;
                behind = new(then());
            }
            return await behind.ReadAsync(buffer, ct);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                (behind ?? Null).Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Gives nothing before more is known to follow than the seal may come out as where it is taken for the rest of a member
    /// that was cut off: whatever that is, it is never given. In the end what follows is the seal.</summary>
    private sealed class Sealed(Stream packed) : Reading
    {
        /// <summary>A byte of deflate comes out as at most 1,032: two bits for each copy of the greatest length, 258.</summary>
        private static readonly int Doubtful = 1_032 * PackedSeal.Length;

        private readonly GZipStream unpacked = new(new Followed(packed, () => PackedSeal), CompressionMode.Decompress);
        private readonly byte[] held = new byte[2 * Doubtful];
        private bool isWhole;
        private int from;
        private int to;

        protected override async ValueTask<int> SomeAsync(Memory<byte> buffer, CancellationToken ct)
        {
            while (!isWhole && to - from <= Doubtful)
            {
                held.AsSpan(from, to - from).CopyTo(held);
                (from, to) = (0, to - from);
                var read = await unpacked.ReadAsync(held.AsMemory(to), ct);
                to += read;
                if (read > 0)
                    continue;
                isWhole = held.AsSpan(0, to).EndsWith(Seal) ? true : throw new DamagedFileException();
                to -= Seal.Length;
            }
            var given = Math.Min(buffer.Length, to - from - (isWhole ? 0 : Doubtful));
            held.AsSpan(from, given).CopyTo(buffer.Span);
            from += given;
            return given;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                unpacked.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Sees in the end that sum and length are those that are written beside the file, which <see cref="ZipArchive"/> does not.</summary>
    private sealed class Summed(Stream unpacked, uint sum, long length) : Reading
    {
        private readonly Crc32 seen = new();
        private long count;

        protected override async ValueTask<int> SomeAsync(Memory<byte> buffer, CancellationToken ct)
        {
            var read = await unpacked.ReadAsync(buffer, ct);
            seen.Append(buffer.Span[..read]);
            count += read;
            return read > 0 || (seen.GetCurrentHashAsUInt32() == sum && count == length)
                ? read
                : throw new DamagedFileException();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                unpacked.Dispose();
            base.Dispose(disposing);
        }
    }
}
