using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chronology.Service.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Chronology.Service.Web;

/// <summary>An answer as it is sent.</summary>
/// <param name="ETag">With its quotes.</param>
public sealed record SentAnswer(byte[] Body, string ETag)
{
    /// <summary>Tagged by the first 16 bytes of its SHA-256: the same bytes, the same tag, on every node.</summary>
    public static SentAnswer Of(byte[] body) =>
        new(body, $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"");
}

/// <summary>Answers that were given, in the memory of this process: the answer to a basis is the same bytes for ever, so that it need
/// not be worked out again.</summary>
/// <remarks>Up to a number of megabytes; then what was asked for longest ago goes first. ADR 0012.</remarks>
public sealed class RememberedAnswers : IDisposable
{
    /// <summary>Setting: megabytes, 0 for none; 64 by default.</summary>
    public const string Setting = "CHRONOLOGY_REMEMBERED_MB";

    public const int DefaultMegabytes = 64;

    /// <summary>A greater answer, in bytes, is not remembered.</summary>
    private const int GreatestAnswer = 1_048_576;

    private readonly MemoryCache? kept;
    private readonly ConcurrentDictionary<string, int> forgotten = new(StringComparer.Ordinal);

    /// <param name="megabytes">0: nothing is remembered.</param>
    public RememberedAnswers(int megabytes) =>
        kept =
            megabytes <= 0 ? null : new MemoryCache(new MemoryCacheOptions { SizeLimit = megabytes * 1024L * 1024L });

    /// <summary>Whether none is ever remembered.</summary>
    public bool AreNone => kept is null;

    /// <summary>One question of one basis.</summary>
    /// <param name="Forgotten">How often the chronology's answers had been forgotten when it was asked.</param>
    public readonly record struct Question(string Chronology, int Forgotten, string Text);

    /// <summary>The question as it is remembered; null: it is not.</summary>
    /// <param name="path">Of the request.</param>
    /// <param name="given">Each at most once.</param>
    /// <param name="asOf">The day that the question means, whatever it says.</param>
    /// <param name="position">The position, likewise.</param>
    public Question? Of(string chronology, string path, IQueryCollection given, string asOf, long position)
    {
        if (kept is null)
            return null;
        var text = new StringBuilder(path, 256);
        foreach (var (name, value) in given.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            // A zero parts what is given: with one inside, two questions could look alike.
            if (
                value.Count != 1
                || name.Contains('\0', StringComparison.Ordinal)
                || value[0]!.Contains('\0', StringComparison.Ordinal)
            )
                return null;
            if (name is not ("asOf" or "knownAt"))
                text.Append('\0').Append(name).Append('\0').Append(value[0]);
        }
        text.Append('\0').Append(asOf).Append('\0').Append(CultureInfo.InvariantCulture, $"{position}");
        return new(chronology, forgotten.GetValueOrDefault(chronology), text.ToString());
    }

    public bool TryFind(Question question, [NotNullWhen(true)] out SentAnswer? answer)
    {
        answer = null;
        return kept is not null && kept.TryGetValue(question, out answer);
    }

    /// <summary>Remembers an answer, unless answers of the chronology have been forgotten since it was asked.</summary>
    public void Remember(Question question, SentAnswer answer)
    {
        if (
            kept is null
            || answer.Body.Length > GreatestAnswer
            || forgotten.GetValueOrDefault(question.Chronology) != question.Forgotten
        )
            return;
        var size = answer.Body.Length + (2 * question.Text.Length) + 300;
        kept.Set(question, answer, new MemoryCacheEntryOptions { Size = size });
    }

    /// <summary>Forgets every answer of a chronology, and each that is being worked out now: what a redaction must do, once it is committed.</summary>
    public void Forget(string chronology) => forgotten.AddOrUpdate(chronology, 1, (_, times) => times + 1);

    public void Dispose() => kept?.Dispose();
}
