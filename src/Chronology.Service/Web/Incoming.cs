using System.Globalization;
using System.Net;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Store;

namespace Chronology.Service.Web;

/// <summary>What a request brings, read strictly: an unknown or doubled parameter is refused, not ignored.</summary>
public static class Incoming
{
    public const int GreatestBody = 1_048_576;

    /// <summary>The JSON body; at most 1 MB, <c>application/json</c>.</summary>
    public static async Task<Result<JsonElement>> BodyAsync(HttpContext http, CancellationToken ct)
    {
        if (!IsMedia(http.Request, "application/json"))
            return new Rejection("unsupported-media-type", "Send application/json.");
        if (EncodingOf(http.Request) is not null)
            return new Rejection("unsupported-media-type", "Send it as it is: only an import may be packed.");
        if (http.Request.ContentLength > GreatestBody)
            return TooLarge;
        using var buffer = new MemoryStream();
        var chunk = new byte[16_384];
        int read;
        try
        {
            while ((read = await http.Request.Body.ReadAsync(chunk, ct)) > 0)
            {
                if (buffer.Length + read > GreatestBody)
                    return TooLarge;
                buffer.Write(chunk, 0, read);
            }
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge;
        }
        catch (BadHttpRequestException)
        {
            return new Rejection("malformed-json", "The body did not arrive whole.");
        }
        return StrictJson.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    private static readonly Rejection TooLarge = new("too-large", "A body is at most 1 MB.");

    public static bool IsMedia(HttpRequest request, string media) =>
        request.ContentType is { } type && type.Split(';')[0].Trim().Equals(media, StringComparison.OrdinalIgnoreCase);

    /// <summary>In which way the body is packed, in small letters; null: it is not.</summary>
    public static string? EncodingOf(HttpRequest request) =>
        request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() is { Length: > 0 } encoding
        && encoding != "identity"
            ? encoding
            : null;

    /// <summary>The revision in <c>If-Match: "n"</c>.</summary>
    /// <param name="least">The first that the record can be at.</param>
    /// <returns>Or <c>revision-required</c>, or <c>invalid-parameter</c>.</returns>
    public static Result<int> IfMatch(HttpRequest request, int least)
    {
        var given = request.Headers.IfMatch;
        if (given.Count == 0)
            return new Rejection("revision-required", "Say which revision you have read: If-Match: \"n\".");
        return
            given is [{ Length: > 2 } tag]
            && tag[0] == '"'
            && tag[^1] == '"'
            && int.TryParse(tag[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            && revision >= least
            ? revision
            : new Rejection("invalid-parameter", "If-Match takes one revision in quotes, such as \"3\".");
    }

    /// <summary>Until authentication arrives: <c>X-Author</c> from a loopback client, else the system's user.</summary>
    public static Result<Caller> CallerOf(HttpContext http)
    {
        var author = http.Request.Headers["X-Author"];
        var via = http.Request.Headers["X-Via"];
        if (author.Count > 1 || via.Count > 1)
            return new Rejection("invalid-parameter", "Give X-Author and X-Via at most once.");
        var local = http.Connection.RemoteIpAddress is null || IPAddress.IsLoopback(http.Connection.RemoteIpAddress);
        if (author.Count == 1 && !local)
            return new Rejection("invalid-parameter", "X-Author is taken from clients on this machine only.");
        return CallerNamed(author.Count == 1 ? author[0] : null, "X-Author", via.Count == 1 ? via[0] : null, "X-Via");
    }

    /// <summary>Who calls, as the call says under these names; without an author, the system's user.</summary>
    public static Result<Caller> CallerNamed(string? author, string authorIs, string? via, string viaIs) =>
        Named(author ?? SystemUser, authorIs) is { Rejection: { } bad } ? bad
        : via is not null && Named(via, viaIs) is { Rejection: { } worse } ? worse
        : new Caller(author ?? SystemUser, via);

    /// <summary>The user that the process runs as; in a container under an id of no name, the service itself.</summary>
    public static string SystemUser => Environment.UserName is { Length: > 0 } name ? name : "chronology";

    private static Result<string> Named(string? name, string header) =>
        name is { Length: > 0 and <= 200 } && name.Trim().Length > 0 && !name.Any(char.IsControl)
            ? name
            : new Rejection("invalid-parameter", $"{header} is 1 to 200 characters of text.");
}

/// <summary>The query part of a request. Reading is declared first, then <see cref="Refusal"/> tells what was wrong.</summary>
public sealed class Parameters
{
    private readonly IQueryCollection query;
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private Rejection? refusal;

    public Parameters(HttpRequest request)
        : this(request.Query) { }

    public Parameters(IQueryCollection query)
    {
        this.query = query;
        foreach (var (name, values) in query)
        {
            if (values.Count != 1)
                refusal ??= Bad(name, "is given more than once.");
            else if (values[0]!.Contains('\0', StringComparison.Ordinal) || values[0]!.Length > 4_000)
                refusal ??= Bad(name, "is no text that can be asked for.");
        }
    }

    /// <summary>What was given, read or not.</summary>
    public IQueryCollection Given => query;

    public string? Text(string name)
    {
        known.Add(name);
        var given = query[name];
        if (given.Count == 1 && given[0]!.Length == 0)
            refusal ??= Bad(name, "is empty: leave it out or give a value.");
        return given.Count == 1 ? given[0] : null;
    }

    /// <summary>As <see cref="Text"/>; empty means that there is none.</summary>
    public string? TextOrNone(string name)
    {
        known.Add(name);
        var given = query[name];
        return given.Count == 1 ? given[0] : null;
    }

    public Axes Axes() => new(Text("asOf"), Text("knownAt")) { Rules = Text("rules") };

    public int? Number(string name, int least, int greatest)
    {
        if (Text(name) is not { } text)
            return null;
        if (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= greatest
        )
            return number;
        refusal ??= Bad(name, $"is a whole number from {least} to {greatest}.");
        return null;
    }

    public long? Long(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        refusal ??= Bad(name, "is a whole number from 0.");
        return null;
    }

    public bool Flag(string name)
    {
        var text = Text(name);
        if (text is not null and not "true" and not "false")
            refusal ??= Bad(name, "is true or false.");
        return text == "true";
    }

    /// <summary>Null: everything that was given is known and readable.</summary>
    public Rejection? Refusal() =>
        refusal
        ?? query
            .Keys.Where(name => !known.Contains(name))
            .Order(StringComparer.Ordinal)
            .Select(name => Bad(name, "is not a parameter of this question."))
            .FirstOrDefault();

    private static Rejection Bad(string name, string what) => new("invalid-parameter", $"“{name}” {what}");
}
