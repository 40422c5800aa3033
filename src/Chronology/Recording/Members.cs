using System.Globalization;
using System.Text.Json;

namespace Chronology.Recording;

/// <summary>The first thing wrong with a request; reading goes on with stand-ins and what was read is then thrown away.</summary>
internal sealed class Findings
{
    public Rejection? First { get; private set; }

    public void Refuse(string code, string detail, string pointer) => First ??= new(code, detail, pointer);

    public Result<T> Or<T>(Func<T> value) => First is { } rejection ? rejection : value();
}

/// <summary>The members of one JSON object, read by hand: unknown ones are refused, null is as good as absent.</summary>
internal sealed class Members
{
    private readonly JsonElement element;
    private readonly Findings findings;

    /// <param name="known">Null: whoever has read it before has refused what is unknown.</param>
    public Members(JsonElement element, string pointer, Findings findings, params string[]? known)
    {
        this.element = element;
        this.findings = findings;
        Pointer = pointer;
        if (element.ValueKind != JsonValueKind.Object)
        {
            findings.Refuse("invalid-parameter", "An object is expected here.", pointer);
            return;
        }
        if (known is null)
            return;
        foreach (var member in element.EnumerateObject())
        {
            var name = member.Name;
            if (Array.IndexOf(known, name) < 0)
                Unknown(findings, pointer, name);
        }
    }

    public string Pointer { get; }

    public static void Unknown(Findings findings, string pointer, string name) =>
        findings.Refuse(
            "unknown-field",
            $"There is no field “{(name.Length > 64 ? name[..64] + "…" : name)}” here.",
            $"{pointer}/{Escape(name)}"
        );

    public static string Escape(string segment) =>
        segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public string At(string name) => $"{Pointer}/{name}";

    public void Refuse(string name, string detail, string code = "invalid-parameter") =>
        findings.Refuse(code, detail, At(name));

    /// <summary>Whether the member is written at all, be it as null.</summary>
    public bool Has(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    /// <summary>Null where the member is absent or null.</summary>
    public JsonElement? Value(string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>A text of some length, or null where there is none: absent, null, or nothing but white space.</summary>
    public string? Text(string name, int greatest)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            Refuse(name, $"“{name}” is a text.");
            return null;
        }
        var text = value.GetString()!;
        if (text.Length > greatest)
            Refuse(name, $"“{name}” has at most {greatest} characters.");
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    public string RequiredText(string name, int greatest)
    {
        var text = Text(name, greatest);
        if (text is null)
            Refuse(name, $"“{name}” is required: a text of 1 to {greatest} characters.");
        return text ?? "";
    }

    /// <summary>A short word that code compares: white space in it is kept and so refused by whoever compares.</summary>
    public string? Word(string name)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= 500)
            return value.GetString();
        Refuse(name, $"“{name}” is a short text.");
        return null;
    }

    public string? OneOf(string name, IReadOnlyCollection<string> choices, string code = "invalid-parameter")
    {
        var word = Word(name);
        if (word is null || choices.Contains(word))
            return word;
        Refuse(name, $"“{name}” is one of {string.Join(", ", choices)}.", code);
        return null;
    }

    public string RequiredOneOf(string name, IReadOnlyCollection<string> choices, string code = "invalid-parameter")
    {
        var word = OneOf(name, choices, code);
        if (word is null)
            Refuse(name, $"“{name}” is required: one of {string.Join(", ", choices)}.", code);
        return word ?? "";
    }

    public string? Key(string name)
    {
        var word = Word(name);
        if (word is not null && !Keys.IsKey(word))
            Refuse(
                name,
                $"“{name}” is a key: 1 to 128 of a-z, 0-9, dot, underscore and hyphen, the first a letter or digit."
            );
        return word;
    }

    public string RequiredKey(string name)
    {
        var key = Key(name);
        if (key is null)
            Refuse(name, $"“{name}” is required: the key of a record.");
        return key ?? "";
    }

    public int? Integer(string name)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
            return number;
        Refuse(name, $"“{name}” is an integer.");
        return null;
    }

    /// <summary>An integer of at least 0.</summary>
    public int? Count(string name)
    {
        var number = Integer(name);
        if (number < 0)
            Refuse(name, $"“{name}” is at least 0.");
        return number;
    }

    /// <summary>False where the member is absent or null.</summary>
    public bool Flag(string name)
    {
        if (Value(name) is not { } value)
            return false;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse(name, $"“{name}” is true or false.");
        return false;
    }

    /// <summary>An absolute http or https address.</summary>
    public string? Url(string name)
    {
        var text = Text(name, 2_000);
        if (
            text is not null
            && !(
                Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
                && uri.Host.Length > 0
            )
        )
            Refuse(name, $"“{name}” is an absolute address that begins with http:// or https://.");
        return text;
    }

    /// <summary>The items of an array, each with its pointer; none where the member is absent or null.</summary>
    public ValueList<T> List<T>(string name, int greatest, Func<JsonElement, string, T> read)
    {
        if (Value(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            Refuse(name, $"“{name}” is a list.");
            return [];
        }
        if (value.GetArrayLength() > greatest)
        {
            Refuse(name, $"“{name}” has at most {greatest} entries.");
            return [];
        }
        return value
            .EnumerateArray()
            .Select((item, i) => read(item, $"{At(name)}/{i.ToString(CultureInfo.InvariantCulture)}"))
            .ToValueList();
    }
}

/// <summary>The shapes of names that address something.</summary>
public static class Keys
{
    /// <summary>A key or slug: <c>[a-z0-9][a-z0-9._-]{0,127}</c>.</summary>
    public static bool IsKey(string text) => Fits(text, 128);

    /// <summary>A tag: <c>[a-z0-9][a-z0-9._-]{0,63}</c>.</summary>
    public static bool IsTag(string text) => Fits(text, 64);

    private static bool Fits(string text, int greatest) =>
        text.Length >= 1
        && text.Length <= greatest
        && IsLetterOrDigit(text[0])
        && text.All(c => IsLetterOrDigit(c) || c is '.' or '_' or '-');

    private static bool IsLetterOrDigit(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9');
}
