using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>RFC 8785, the JSON canonicalization scheme: one text for one value.</summary>
/// <remarks>Members in the order of their names' UTF-16 code units, numbers as ECMAScript writes the nearest double,
/// no white space. The value must have no repeated names and no lone surrogates (<see cref="StrictJson"/>).</remarks>
public static class CanonicalJson
{
    /// <summary>The greatest integer that a double holds together with all smaller ones.</summary>
    public const long GreatestInteger = 9_007_199_254_740_991;

    private static readonly SearchValues<char> Escaped = SearchValues.Create([
        '"',
        '\\',
        .. Enumerable.Range(0, ' ').Select(code => (char)code),
    ]);

    /// <exception cref="ArgumentException">A number is beyond the range of a double.</exception>
    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <inheritdoc cref="Of(JsonElement)"/>
    public static string Of(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>Whether the canonical text still says the number: an integer up to <see cref="GreatestInteger"/>, or a fraction within a double's range.</summary>
    public static bool Keeps(JsonElement number)
    {
        var value = number.GetDouble();
        return double.IsFinite(value) && (!double.IsInteger(value) || Math.Abs(value) <= GreatestInteger);
    }

    /// <summary>A number as ECMAScript's Number::toString writes it (ECMA-262, 6.1.6.1.20).</summary>
    /// <exception cref="ArgumentException">Not finite.</exception>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException("RFC 8785 has no text for a number that is not finite.", nameof(value));
        if (double.IsInteger(value) && Math.Abs(value) <= GreatestInteger)
            return ((long)value).ToString(CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        // "R" gives the shortest digits that read back as the same double.
        var (digits, point) = Digits(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));
        var count = digits.Length;
        if (point is > 0 and <= 21)
        {
            return count <= point
                ? $"{sign}{digits}{new string('0', point - count)}"
                : $"{sign}{digits[..point]}.{digits[point..]}";
        }
        if (point is > -6 and <= 0)
            return $"{sign}0.{new string('0', -point)}{digits}";
        var exponent = point - 1;
        var power = $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString(CultureInfo.InvariantCulture)}";
        return count == 1 ? $"{sign}{digits}{power}" : $"{sign}{digits[..1]}.{digits[1..]}{power}";
    }

    /// <summary>The significant digits, and where the decimal point stands after the first of them.</summary>
    private static (string Digits, int Point) Digits(string text)
    {
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? mantissa.Length : dot;
        var all = dot < 0 ? mantissa : mantissa.Remove(dot, 1);
        var leading = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), whole - leading + exponent);
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                text.Append('{');
                var first = true;
                foreach (var (name, member) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    if (!first)
                        text.Append(',');
                    first = false;
                    AppendText(text, name);
                    text.Append(':');
                    Append(text, member);
                }
                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0)
                        text.Append(',');
                    Append(text, items[i]);
                }
                text.Append(']');
                break;
            case JsonValue written when written.TryGetValue<JsonElement>(out var element):
                Append(text, element);
                break;
            case JsonValue said when said.TryGetValue<string>(out var words):
                AppendText(text, words);
                break;
            default:
                Append(text, JsonSerializer.SerializeToElement(value, RecordJson.Options));
                break;
        }
    }

    internal static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var first = true;
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    if (!first)
                        text.Append(',');
                    first = false;
                    AppendText(text, member.Name);
                    text.Append(':');
                    Append(text, member.Value);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var rest = false;
                foreach (var member in value.EnumerateArray())
                {
                    if (rest)
                        text.Append(',');
                    rest = true;
                    Append(text, member);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                AppendText(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetDouble()));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    /// <summary>A text between its quotation marks.</summary>
    internal static string Text(string value)
    {
        if (value.AsSpan().IndexOfAny(Escaped) < 0)
            return $"\"{value}\"";
        var text = new StringBuilder(value.Length + 8);
        AppendText(text, value);
        return text.ToString();
    }

    internal static void AppendText(StringBuilder text, string value)
    {
        if (value.AsSpan().IndexOfAny(Escaped) < 0)
        {
            text.Append('"').Append(value).Append('"');
            return;
        }
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }
}
