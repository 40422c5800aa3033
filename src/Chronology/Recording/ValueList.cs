using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chronology.Recording;

/// <summary>An immutable list that equals another with equal members in the same order.</summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Of))]
[JsonConverter(typeof(ValueListConverterFactory))]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    internal readonly T[] members;

    internal ValueList(T[] members) => this.members = members;

    public static ValueList<T> Empty { get; } = new([]);

    public int Count => members.Length;

    public T this[int index] => members[index];

    public bool Equals(ValueList<T>? other) => other is not null && members.AsSpan().SequenceEqual(other.members);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public static bool operator ==(ValueList<T>? one, ValueList<T>? other) => Equals(one, other);

    public static bool operator !=(ValueList<T>? one, ValueList<T>? other) => !Equals(one, other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var member in members)
            hash.Add(member);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)members).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => members.GetEnumerator();
}

public static class ValueList
{
    public static ValueList<T> Of<T>(ReadOnlySpan<T> members) =>
        members.IsEmpty ? ValueList<T>.Empty : new(members.ToArray());

    public static ValueList<T> ToValueList<T>(this IEnumerable<T> members) => Of<T>(members.ToArray());
}

public sealed class ValueListConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(ValueList<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)
            Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<ValueList<T>>
    {
        private JsonConverter<T>? ofMembers;

        public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException("A list is expected here.");
            // Not by JsonSerializer: it reads the text of each value twice.
            ofMembers ??= (JsonConverter<T>)options.GetConverter(typeof(T));
            var members = new List<T>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                members.Add(
                    reader.TokenType == JsonTokenType.Null && !ofMembers.HandleNull
                        ? default!
                        : ofMembers.Read(ref reader, typeof(T), options)!
                );
            }
            return ValueList.Of<T>(CollectionsMarshal.AsSpan(members));
        }

        public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.members, options);
    }
}
