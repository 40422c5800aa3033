using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Service.Store;
using Microsoft.Extensions.Primitives;

namespace Chronology.Service.Web;

/// <summary>By what an answer can be found again, checked and quoted.</summary>
/// <param name="Id">Null where the question is too long for one: cite the answer.</param>
/// <param name="Hash">Over commitments: a redaction does not change it.</param>
/// <param name="Permalink">Without the host; null together with the id.</param>
/// <param name="Citation">Of an answer that is cited.</param>
public sealed record AnswerName(
    string? Id,
    string Hash,
    string? Permalink,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReadyCitation? Citation = null
)
{
    /// <summary>The answer that it names, as JSON in UTF-8: without its name.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Unnamed { get; init; }

    public static string PermalinkOf(string chronology, string id) => $"/api/chronologies/{chronology}/answers/{id}";
}

/// <summary>An answer that has a name.</summary>
public interface INamedAnswer
{
    /// <summary>Written right behind the basis.</summary>
    AnswerName? Answer { get; }
}

/// <summary>A citation to paste, and the same for reference managers.</summary>
/// <param name="Csl">A CSL-JSON item.</param>
public sealed record ReadyCitation(string Text, JsonObject Csl);

/// <summary>The ids of answers.</summary>
public static class AnswerIds
{
    private const int HashBytes = 16;

    /// <summary>Of an answer that is stored: 32 hexadecimal digits, the same for the same question and hash.</summary>
    public static string Cited(CanonicalQuestion question, Seal seal) =>
        Hex(SHA256.HashData(Encoding.UTF8.GetBytes($"{question}\n{seal.Text}")));

    /// <summary>Of one that is not: the question in base64url, a dot, and the first 16 bytes of the hash. Null: too long.</summary>
    public static string? Uncited(CanonicalQuestion question, Seal seal)
    {
        var text = Encoding.UTF8.GetBytes(question.ToString());
        return text.Length <= CanonicalQuestion.GreatestLength
            ? $"{Base64Url.EncodeToString(text)}.{Hex(seal.Hash)}"
            : null;
    }

    public static bool IsCited(string id) => id.Length == 2 * HashBytes && id.All(char.IsAsciiHexDigitLower);

    /// <summary>The question and the beginning of the hash in the id of an answer that is not stored; null: it is none.</summary>
    public static (CanonicalQuestion Question, string Hash)? Read(string id)
    {
        if (id.Length > 2 * CanonicalQuestion.GreatestLength || id.Split('.') is not [var asked, var hash])
            return null;
        if (!IsCited(hash) || !Base64Url.IsValid(asked))
            return null;
        try
        {
            var text = new UTF8Encoding(false, true).GetString(Base64Url.DecodeFromChars(asked));
            return CanonicalQuestion.Read(text) is { } question ? (question, hash) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static bool Begins(string hash, Seal seal) => Hex(seal.Hash) == hash;

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, HashBytes));
}

/// <summary>Names answers that nobody has cited yet.</summary>
public sealed class AnswerNames(Seals seals)
{
    /// <param name="path">Of the question, below the chronology.</param>
    /// <param name="parameters">Besides the axes; null values were not given.</param>
    /// <param name="answer">Not named yet.</param>
    /// <param name="read">As <see cref="Seals.OfAsync(string, long[], BlindAnswer, Func{NamedRecord, IReadOnlyList{SealedRecord}}, CancellationToken)"/>
    /// wants it.</param>
    public async Task<AnswerName> OfAsync<TAnswer>(
        Moment moment,
        string path,
        IEnumerable<KeyValuePair<string, string?>> parameters,
        TAnswer answer,
        Func<NamedRecord, IReadOnlyList<SealedRecord>?> read,
        CancellationToken ct
    )
    {
        var given = parameters
            .Where(p => p.Value is not null)
            .Select(p => KeyValuePair.Create(p.Key, new StringValues(p.Value)));
        var question = CanonicalQuestion.Of(path, given, moment.Basis);
        var json = JsonSerializer.SerializeToUtf8Bytes(answer, Answers.Json);
        var seal = await seals.OfAsync(moment.Chronology, [moment.Position], Blind(question, json), read, ct);
        var id = AnswerIds.Uncited(question, seal);
        return new(id, seal.Text, id is null ? null : AnswerName.PermalinkOf(moment.Chronology, id)) { Unnamed = json };
    }

    /// <param name="answer">In UTF-8.</param>
    public static BlindAnswer Blind(CanonicalQuestion question, byte[] answer) =>
        BlindAnswer.Of(answer, RecordRoutes.NamedBy(question.Path) is { } id ? new(id.Kind, id.Key) : null);
}
