using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Rows of one table in the binary format of COPY, as bytes that no garbage collector has to look into, sent in great pieces.</summary>
/// <remarks><see href="https://www.postgresql.org/docs/current/sql-copy.html">COPY, “Binary Format”</see>; each value as its type's receive function reads it.</remarks>
/// <param name="shape">The table and its columns.</param>
internal sealed class BinaryCopy(Columns shape) : IDisposable
{
    /// <summary>How a value is written: of the type of the same name, <see cref="Lines"/> an array of text given as lines.</summary>
    private enum Form
    {
        Text,
        Lines,
        Jsonb,
        Bigint,
        Integer,
        Smallint,
        Boolean,
        Uuid,
        Timestamptz,
        Bytea,
    }

    private const int Piece = 64 * 1024;
    private const int OidOfText = 25;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly long Epoch = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    private readonly Form[] forms = [.. shape.Described.Select(column => FormOf(column.Type))];
    private readonly List<(byte[] Bytes, int Length)> pieces = [];
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(2 * Piece);
    private int length;

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>These rows, none of whose columns has to be finished.</summary>
    public static BinaryCopy Of(Columns rows)
    {
        var copy = new BinaryCopy(rows);
        copy.Add(rows);
        return copy;
    }

    /// <param name="rows">Of the same shape, finished by <see cref="Columns.FinishAsync"/>.</param>
    public void Add(Columns rows)
    {
        for (var row = 0; row < rows.Count; row++)
            Add(rows, row);
    }

    /// <summary>One row of them, by its number from 0.</summary>
    public void Add(Columns rows, int row)
    {
        if (Count++ == 0)
        {
            Add([.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8]);
            Int32(0);
            Int32(0);
        }
        Int16((short)forms.Length);
        for (var i = 0; i < forms.Length; i++)
            Value(forms[i], rows.At(row, i));
        if (length >= Piece)
        {
            pieces.Add((bytes, length));
            (bytes, length) = (ArrayPool<byte>.Shared.Rent(2 * Piece), 0);
        }
    }

    /// <summary>Copies all rows, once; none: no round trip.</summary>
    /// <param name="connection">With no reader open.</param>
    /// <remarks>A conflict, or a value that the server refuses, ends the transaction.</remarks>
    public async Task SendAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (Count == 0)
            return;
        Int16(-1);
        pieces.Add((bytes, length));
        (bytes, length) = ([], 0);
        await using var stream = await connection.BeginRawBinaryCopyAsync(
            $"copy {shape.Into} ({string.Join(", ", shape.Described.Select(column => column.Name))}) from stdin (format binary)",
            ct
        );
        try
        {
            foreach (var piece in pieces)
                await stream.WriteAsync(piece.Bytes.AsMemory(0, piece.Length), ct);
        }
        catch
        {
            await GiveUpAsync(stream);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var piece in pieces)
            ArrayPool<byte>.Shared.Return(piece.Bytes);
        pieces.Clear();
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        (bytes, length) = ([], 0);
    }

    /// <summary>Else disposing of the stream would end the COPY as if that were all.</summary>
    private static async Task GiveUpAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync();
        }
        catch (Exception fault) when (fault is NpgsqlException or ObjectDisposedException)
        {
            // What went wrong first is what is told.
        }
    }

    private static Form FormOf(string type) =>
        type switch
        {
            "text" or "folded" or "json" => Form.Text,
            "text[]" => Form.Lines,
            "jsonb" => Form.Jsonb,
            "bigint" => Form.Bigint,
            "integer" => Form.Integer,
            "smallint" => Form.Smallint,
            "boolean" => Form.Boolean,
            "uuid" => Form.Uuid,
            "timestamptz" => Form.Timestamptz,
            "bytea" => Form.Bytea,
            _ when Columns.IsNumbered(type) => Form.Bigint,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };

    private void Value(Form form, object? value)
    {
        if (value is null)
        {
            Int32(-1);
            return;
        }
        var at = length;
        Int32(0);
        switch (form)
        {
            case Form.Text:
                Text((string)value);
                break;
            case Form.Lines:
                Lines((string)value);
                break;
            case Form.Jsonb:
                Free(1)[0] = 1;
                length++;
                Text((string)value);
                break;
            case Form.Bigint:
                Int64((long)value);
                break;
            case Form.Integer:
                Int32((int)value);
                break;
            case Form.Smallint:
                Int16((short)value);
                break;
            case Form.Boolean:
                Free(1)[0] = (bool)value ? (byte)1 : (byte)0;
                length++;
                break;
            case Form.Uuid:
                ((Guid)value).TryWriteBytes(Free(16), bigEndian: true, out var written);
                length += written;
                break;
            case Form.Timestamptz:
                Int64((((DateTimeOffset)value).UtcTicks - Epoch) / TimeSpan.TicksPerMicrosecond);
                break;
            case Form.Bytea:
                Add((byte[])value);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form), form, null);
        }
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), length - at - sizeof(int));
    }

    private void Text(string text) =>
        length += StrictUtf8.GetBytes(text, Free(StrictUtf8.GetMaxByteCount(text.Length)));

    /// <summary>As <c>string_to_array</c> has it: no text is no lines.</summary>
    private void Lines(string text)
    {
        Int32(text.Length == 0 ? 0 : 1);
        Int32(0);
        Int32(OidOfText);
        if (text.Length == 0)
            return;
        Int32(text.AsSpan().Count('\n') + 1);
        Int32(1);
        foreach (var line in text.AsSpan().Split('\n'))
        {
            var said = text.AsSpan(line);
            var free = Free(sizeof(int) + StrictUtf8.GetMaxByteCount(said.Length));
            var size = StrictUtf8.GetBytes(said, free[sizeof(int)..]);
            BinaryPrimitives.WriteInt32BigEndian(free, size);
            length += sizeof(int) + size;
        }
    }

    private void Int16(short number)
    {
        BinaryPrimitives.WriteInt16BigEndian(Free(sizeof(short)), number);
        length += sizeof(short);
    }

    private void Int32(int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(Free(sizeof(int)), number);
        length += sizeof(int);
    }

    private void Int64(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(Free(sizeof(long)), number);
        length += sizeof(long);
    }

    private void Add(ReadOnlySpan<byte> some)
    {
        some.CopyTo(Free(some.Length));
        length += some.Length;
    }

    /// <summary>Room behind what is there.</summary>
    private Span<byte> Free(int least)
    {
        if (bytes.Length - length < least)
        {
            var more = ArrayPool<byte>.Shared.Rent(Math.Max(2 * bytes.Length, length + least));
            bytes.AsSpan(0, length).CopyTo(more);
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = more;
        }
        return bytes.AsSpan(length);
    }
}
