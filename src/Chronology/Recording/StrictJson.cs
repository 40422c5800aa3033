using System.Text.Json;
using System.Text.Unicode;

namespace Chronology.Recording;

/// <summary>Reads JSON that has exactly one meaning, whoever reads it and wherever it is stored.</summary>
public static class StrictJson
{
    /// <summary>The most bytes of a request body or of one line of an import.</summary>
    public const int GreatestLength = 1 << 20;

    public const int GreatestDepth = 64;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = GreatestDepth,
    };

    /// <returns>An element that owns its memory; or <c>too-large</c>; or <c>malformed-json</c> for anything that is not UTF-8,
    /// repeats a member name, holds NUL or a lone surrogate (escaped ones too), is nested deeper than
    /// <see cref="GreatestDepth"/>, or is more or less than one JSON value.</returns>
    public static Result<JsonElement> Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > GreatestLength)
            return new Rejection("too-large", "Send at most 1 MB at once.");
        if (!Utf8.IsValid(utf8.Span))
            return Malformed("it is not UTF-8");
        try
        {
            if (FirstBadText(utf8.Span) is { } bad)
                return Malformed(bad);
            return JsonElement.Parse(utf8.Span, Options);
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            // What is well formed and refused all the same.
            return Malformed("a member stands twice in one object");
        }
        catch (JsonException e)
        {
            return Malformed($"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} cannot be read");
        }
    }

    private static string? FirstBadText(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = GreatestDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                continue;
            try
            {
                if (reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                    return "a text holds NUL";
            }
            catch (InvalidOperationException)
            {
                return "a text holds half a surrogate pair";
            }
        }
        return null;
    }

    private static Rejection Malformed(string why) => new("malformed-json", $"This is not the JSON expected: {why}.");
}
