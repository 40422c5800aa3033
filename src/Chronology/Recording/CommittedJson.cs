using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chronology.Recording;

/// <summary>Writes JSON canonically, in one pass, with its redactable texts replaced by their commitments.</summary>
/// <remarks>Members are written as they come and then put in the order of their names: salts are asked for in the order of the JSON.</remarks>
/// <param name="salt">Gives the 16 bytes for the text at an RFC 6901 pointer.</param>
internal sealed class CommittedJson(Func<string, byte[]> salt) : IDisposable
{
    /// <summary>A member as written, with a comma behind it, and its name between the quotation marks.</summary>
    /// <param name="Escaped">The name itself, where what is written is not just that.</param>
    private readonly record struct Member(int Start, int End, int NameEnd, string? Escaped)
    {
        public ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> written) => written[(Start + 1)..NameEnd];
    }

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Redactable =
        Ledger.Redactable.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly int LongestRedactable = Ledger.Redactable.Max(name => name.Length);

    private const int Few = 24;

    private readonly Buffer written = new(4_096);
    private readonly Buffer pointer = new(256);
    private readonly Buffer scratch = new(1_024);
    private readonly List<Member> members = [];

    /// <param name="json">One value, in UTF-8, of which no member is named twice.</param>
    /// <returns>Valid until this is disposed.</returns>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = RecordJson.Options.MaxDepth });
        reader.Read();
        Value(ref reader, isCommitted: false);
        return written.Filled;
    }

    public void Dispose()
    {
        written.Dispose();
        pointer.Dispose();
        scratch.Dispose();
    }

    private void Value(ref Utf8JsonReader reader, bool isCommitted)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Object(ref reader, isCommitted);
                break;
            case JsonTokenType.StartArray:
                Array(ref reader, isCommitted);
                break;
            case JsonTokenType.Null:
                written.Add("null"u8);
                break;
            case JsonTokenType.String when isCommitted:
                written.Add("""{"text":"""u8);
                CommitTo(Unescaped(ref reader));
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                Text(reader.GetString()!);
                break;
            case JsonTokenType.String:
                Text(reader.ValueSpan);
                break;
            case var _ when isCommitted:
                written.Add("""{"json":"""u8);
                CommitTo(Encoding.UTF8.GetBytes(Literal(ref reader)));
                break;
            default:
                written.Add(Encoding.UTF8.GetBytes(Literal(ref reader)));
                break;
        }
    }

    private void Object(ref Utf8JsonReader reader, bool isCommitted)
    {
        written.Add((byte)'{');
        var (start, first, at) = (written.Length, members.Count, pointer.Length);
        var isInOrder = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var escaped = reader.ValueIsEscaped ? reader.GetString()! : null;
            var from = written.Length;
            if (escaped is null)
                Text(name);
            else
                Text(escaped);
            var member = new Member(from, written.Length, written.Length - 1, escaped);
            isInOrder &= members.Count == first || Compare(members[^1], member, written.Filled) < 0;
            written.Add((byte)':');
            reader.Read();
            var isText =
                reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.Null)
                && IsRedactable(name);
            Step(name, escaped);
            Value(ref reader, isCommitted || isText || name.SequenceEqual("csl"u8));
            pointer.Length = at;
            written.Add((byte)',');
            members.Add(member with { End = written.Length });
        }
        if (!isInOrder)
            Sort(start, CollectionsMarshal.AsSpan(members)[first..]);
        members.RemoveRange(first, members.Count - first);
        Close(start, (byte)'}');
    }

    private void Array(ref Utf8JsonReader reader, bool isCommitted)
    {
        written.Add((byte)'[');
        var (start, at) = (written.Length, pointer.Length);
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            pointer.Add((byte)'/');
            Utf8Formatter.TryFormat(i, pointer.Free(10), out var digits);
            pointer.Length += digits;
            Value(ref reader, isCommitted);
            pointer.Length = at;
            written.Add((byte)',');
        }
        Close(start, (byte)']');
    }

    /// <summary>Goes on to a member.</summary>
    private void Step(ReadOnlySpan<byte> name, string? escaped)
    {
        pointer.Add((byte)'/');
        if (escaped is null && name.IndexOfAny((byte)'~', (byte)'/') < 0)
            pointer.Add(name);
        else
            pointer.Add(Encoding.UTF8.GetBytes(Members.Escape(escaped ?? Encoding.UTF8.GetString(name))));
    }

    /// <summary>The author of a scheme is a text of the record; the author of the revision is who is answerable for it.</summary>
    private bool IsRedactable(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestRedactable)
            return false;
        Span<char> text = stackalloc char[name.Length];
        return Ascii.ToUtf16(name, text, out _) == OperationStatus.Done
            && (Redactable.Contains(text) || (text is "author" && pointer.Filled.StartsWith("/events/"u8)));
    }

    private void Sort(int start, Span<Member> ofObject)
    {
        if (ofObject.Length > Few)
            ofObject.Sort((one, other) => Compare(one, other, written.Filled));
        else
            SortFew(ofObject, written.Filled);
        scratch.Length = 0;
        scratch.Add(written.Filled[start..]);
        written.Length = start;
        foreach (var member in ofObject)
            written.Add(scratch.Filled[(member.Start - start)..(member.End - start)]);
    }

    /// <summary>By insertion: what an event says has two dozen members at most.</summary>
    private static void SortFew(Span<Member> ofObject, ReadOnlySpan<byte> written)
    {
        for (var i = 1; i < ofObject.Length; i++)
        {
            var member = ofObject[i];
            var at = i;
            for (; at > 0 && Compare(member, ofObject[at - 1], written) < 0; at--)
                ofObject[at] = ofObject[at - 1];
            ofObject[at] = member;
        }
    }

    /// <summary>By the names' UTF-16 code units.</summary>
    private static int Compare(Member one, Member other, ReadOnlySpan<byte> written)
    {
        var a = one.NameIn(written);
        var b = other.NameIn(written);
        if (one.Escaped is not null || other.Escaped is not null)
            return string.CompareOrdinal(
                one.Escaped ?? Encoding.UTF8.GetString(a),
                other.Escaped ?? Encoding.UTF8.GetString(b)
            );
        // Most differ in their first letter.
        var same = a.Length > 0 && b.Length > 0 && a[0] != b[0] ? 0 : a.CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length - b.Length : Rank(a[same]) - Rank(b[same]);

        // What UTF-16 writes as a surrogate pair comes before U+E000.
        static int Rank(byte unit) =>
            unit switch
            {
                >= 0xF0 => unit - 2,
                >= 0xEE => unit + 5,
                _ => unit,
            };
    }

    /// <summary>In the place of the last comma, where there is one.</summary>
    private void Close(int start, byte bracket)
    {
        if (written.Length > start)
            written.Length--;
        written.Add(bracket);
    }

    private static ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    /// <summary>A number, true or false.</summary>
    private static string Literal(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => CanonicalJson.Number(reader.GetDouble()),
            JsonTokenType.True => "true",
            _ => "false",
        };

    /// <summary>The rest of <c>{"text":"HEX"}</c>.</summary>
    private void CommitTo(ReadOnlySpan<byte> text)
    {
        scratch.Length = 0;
        scratch.Add(Ledger.Checked(salt(Encoding.UTF8.GetString(pointer.Filled))));
        scratch.Add(text);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(scratch.Filled, hash);
        written.Add((byte)'"');
        Convert.TryToHexStringLower(hash, written.Free(2 * hash.Length), out var hex);
        written.Length += hex;
        written.Add("\"}"u8);
    }

    /// <param name="text">Without anything that is escaped.</param>
    private void Text(ReadOnlySpan<byte> text)
    {
        var free = written.Free(text.Length + 2);
        free[0] = (byte)'"';
        text.CopyTo(free[1..]);
        free[text.Length + 1] = (byte)'"';
        written.Length += text.Length + 2;
    }

    private void Text(string text) => written.Add(Encoding.UTF8.GetBytes(CanonicalJson.Text(text)));

    /// <summary>Bytes of which more are always to be had.</summary>
    private sealed class Buffer(int size) : IDisposable
    {
        private byte[] bytes = ArrayPool<byte>.Shared.Rent(size);

        public int Length { get; set; }

        public ReadOnlySpan<byte> Filled => bytes.AsSpan(0, Length);

        /// <summary>Room behind what is filled.</summary>
        public Span<byte> Free(int least)
        {
            if (bytes.Length - Length < least)
            {
                var more = ArrayPool<byte>.Shared.Rent(Math.Max(2 * bytes.Length, Length + least));
                Filled.CopyTo(more);
                Dispose();
                bytes = more;
            }
            return bytes.AsSpan(Length);
        }

        public void Add(byte one)
        {
            Free(1)[0] = one;
            Length++;
        }

        public void Add(ReadOnlySpan<byte> some)
        {
            some.CopyTo(Free(some.Length));
            Length += some.Length;
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
    }
}
