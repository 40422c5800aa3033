using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chronology.Recording;

/// <summary>JSON in UTF-8, read once: where each of its values stands, those inside another behind it.</summary>
/// <remarks>To be disposed of: what it is kept in is used again.</remarks>
internal sealed class JsonTree : IDisposable
{
    /// <param name="Start">Of the value's own text, of a string within its quotation marks.</param>
    /// <param name="Next">The number of the value that follows, behind all that are in this one.</param>
    private record struct Value(JsonTokenType Type, bool IsEscaped, int Start, int Length, int Next, MemberName? Name);

    private readonly ReadOnlyMemory<byte> json;
    private Value[] values;
    private int count;

    /// <param name="json">One value, of which no object names a member twice.</param>
    /// <param name="greatestDepth">Of arrays and objects in each other.</param>
    /// <exception cref="JsonException">Not JSON, or deeper.</exception>
    public JsonTree(ReadOnlyMemory<byte> json, int greatestDepth)
    {
        this.json = json;
        values = ArrayPool<Value>.Shared.Rent(Math.Max(16, json.Length / 16));
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = greatestDepth });
        var open = new Stack<int>(16);
        MemberName? name = null;
        MemberName? before = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.ValueIsEscaped
                        ? MemberName.Of(reader.GetString()!)
                        : MemberName.Of(reader.ValueSpan, before);
                    before = name;
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var begun = open.Pop();
                    values[begun].Next = count;
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(count);
                    break;
            }
            var isText = reader.TokenType == JsonTokenType.String;
            Add(
                new(
                    reader.TokenType,
                    reader.ValueIsEscaped,
                    (int)reader.TokenStartIndex + (isText ? 1 : 0),
                    reader.ValueSpan.Length,
                    count + 1,
                    name
                )
            );
            name = null;
        }
    }

    private void Add(Value value)
    {
        if (count == values.Length)
        {
            var more = ArrayPool<Value>.Shared.Rent(2 * count);
            values.CopyTo(more, 0);
            Dispose();
            values = more;
        }
        values[count++] = value;
    }

    public void Dispose()
    {
        ArrayPool<Value>.Shared.Return(values, clearArray: true);
        values = [];
    }

    /// <summary>The number of the whole.</summary>
    public const int Root = 0;

    public JsonTokenType TypeOf(int value) => values[value].Type;

    /// <summary>Neither object nor array nor null.</summary>
    public bool IsOne(int value) =>
        values[value].Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.Null);

    /// <summary>Where a value that is neither object nor array stands, a string with its quotation marks.</summary>
    public Range WhereIs(int value)
    {
        var one = values[value];
        return one.Type == JsonTokenType.String
            ? (one.Start - 1)..(one.Start + one.Length + 1)
            : one.Start..(one.Start + one.Length);
    }

    /// <summary>Of a member of an object.</summary>
    public MemberName NameOf(int value) => values[value].Name!;

    /// <summary>Those in an object or array, in their order.</summary>
    public Within In(int value) => new(this, value);

    /// <summary>The values in another one: no list of them is made.</summary>
    public readonly struct Within(JsonTree tree, int value)
    {
        public Numbers GetEnumerator() => new(tree, value);

        public bool All(Func<JsonTree, int, bool> isSo)
        {
            foreach (var one in this)
            {
                if (!isSo(tree, one))
                    return false;
            }
            return true;
        }
    }

    public struct Numbers(JsonTree tree, int value)
    {
        private readonly int end = tree.values[value].Next;
        private int next = value + 1;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            if (next >= end)
                return false;
            Current = next;
            next = tree.values[next].Next;
            return true;
        }
    }

    /// <summary>A member of an object; -1: it has none of this name.</summary>
    /// <param name="name">As <see cref="MemberName.Known"/> gives it.</param>
    public int Find(int value, MemberName name)
    {
        foreach (var member in In(value))
        {
            if (values[member].Name == name)
                return member;
        }
        return -1;
    }

    /// <summary>A string; null: it is none.</summary>
    public string? TextOf(int value) =>
        values[value] is { Type: JsonTokenType.String } said
            ? said.IsEscaped
                ? Unescaped(value)
                : Encoding.UTF8.GetString(Span(said))
            : null;

    /// <summary>The text of a member of an object that is a string; null: it has none.</summary>
    /// <param name="name">As <see cref="MemberName.Known"/> gives it.</param>
    public string? TextOf(int value, MemberName name) => Find(value, name) is >= 0 and var found ? TextOf(found) : null;

    /// <summary>Writes a value that is neither object nor array as canonical JSON.</summary>
    /// <exception cref="ArgumentException">A number is beyond the range of a double.</exception>
    public void WriteCanonical(int value, IBufferWriter<byte> writer)
    {
        var one = values[value];
        var said = Span(one);
        switch (one.Type)
        {
            case JsonTokenType.String when one.IsEscaped:
                writer.Write(Encoding.UTF8.GetBytes(CanonicalJson.Text(Unescaped(value))));
                break;
            // Nothing in it has to be escaped.
            case JsonTokenType.String:
                writer.Write(json.Span[WhereIs(value)]);
                break;
            case JsonTokenType.Number when !IsPlain(said):
                var number = double.Parse(said, CultureInfo.InvariantCulture);
                writer.Write(Encoding.UTF8.GetBytes(CanonicalJson.Number(number)));
                break;
            default:
                writer.Write(said);
                break;
        }
    }

    /// <summary>Whether it is an integer that a double holds exactly, as it would be written.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> number) =>
        number.Length <= 15
        && !number.StartsWith("-0"u8)
        && number.TrimStart((byte)'-').IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private string Unescaped(int value)
    {
        var reader = new Utf8JsonReader(json.Span[WhereIs(value)]);
        reader.Read();
        return reader.GetString()!;
    }

    private ReadOnlySpan<byte> Span(Value one) => json.Span.Slice(one.Start, one.Length);
}
