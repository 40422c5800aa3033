using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chronology.Recording;

/// <summary>The members of a stored object that is read by hand: <see cref="System.Text.Json"/> takes three times as long for what an event says.</summary>
/// <remarks>As strict as <see cref="RecordJson.Options"/>: a required member that is missing is a fault, and unknown ones are passed over.</remarks>
/// <param name="required">The first so many must be there.</param>
internal sealed class StoredMembers(int required, params string[] names)
{
    private readonly byte[][] names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Goes on to the value of the next member that is known; at the end of the object, sees that none is missing.</summary>
    /// <param name="reader">At the beginning of the object at first.</param>
    /// <param name="at">-1 at first, then the number of the member whose value is next.</param>
    /// <param name="seen">0 at first.</param>
    /// <exception cref="JsonException">A required member is missing, or this is no object.</exception>
    public bool Next(ref Utf8JsonReader reader, ref int at, ref uint seen)
    {
        if (seen == 0 && at < 0 && reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object is expected here.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = Find(ref reader, at + 1);
            reader.Read();
            if (found < 0)
            {
                reader.TrySkip();
                continue;
            }
            at = found;
            seen |= 1u << found;
            return true;
        }
        var missing = ~seen & ((1u << required) - 1);
        return missing == 0
            ? false
            : throw new JsonException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The member “{Encoding.UTF8.GetString(names[System.Numerics.BitOperations.TrailingZeroCount(missing)])}” is missing."
                )
            );
    }

    private int Find(ref Utf8JsonReader reader, int first)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var at = first + i < names.Length ? first + i : first + i - names.Length;
            if (reader.ValueTextEquals(names[at]))
                return at;
        }
        return -1;
    }

    /// <exception cref="JsonException">It is null, or no text.</exception>
    public static string Text(ref Utf8JsonReader reader) =>
        TextOrNull(ref reader) ?? throw new JsonException("A text is expected here.");

    /// <exception cref="JsonException">It is no text.</exception>
    public static string? TextOrNull(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            _ => throw new JsonException("A text is expected here."),
        };
}
