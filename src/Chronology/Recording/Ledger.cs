using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>What the ledger holds of one revision, apart from its position and recorded time.</summary>
/// <param name="Revision">The record's, from 1.</param>
/// <param name="Author">The authenticated identity.</param>
/// <param name="Reason">Null for a first recording.</param>
/// <param name="Citations">What supports the change itself.</param>
public sealed record RevisionBody(
    RecordKind Record,
    string Key,
    int Revision,
    Operation Op,
    ValueList<DomainEvent> Events,
    string Author,
    string? Via,
    Reason? Reason,
    ValueList<Citation> Citations
);

/// <param name="ContentHash">32 bytes.</param>
/// <param name="Salts">16 bytes for each redactable text, by its RFC 6901 pointer into <see cref="Ledger.Body"/>.</param>
public sealed record Commitment(byte[] ContentHash, IReadOnlyDictionary<string, byte[]> Salts);

/// <summary>The leaves of the ledger: each commits to one revision in such a way that a text can later be erased
/// without changing any leaf.</summary>
/// <remarks>A redactable text is replaced by <c>{"text":"HEX"}</c>, any other value inside <c>csl</c> by <c>{"json":"HEX"}</c>, with
/// HEX = SHA-256(salt || UTF-8 of the text, or of the value's canonical JSON). Null stays null.</remarks>
public static class Ledger
{
    public const int SaltLength = 16;

    private static readonly FrozenSet<string> Redactable = FrozenSet.Create(
        StringComparer.Ordinal,
        "title",
        "description",
        "summary",
        "quote",
        "locator",
        "note",
        "asWritten",
        "name",
        "place",
        "wording",
        "noSource",
        "url",
        "archivedUrl",
        "publisher"
    );

    /// <summary>The revision as JSON, with its texts: <c>{"record","key","revision","op","events":[{"event","data"}],"author","via","reason","citations"}</c>.</summary>
    public static JsonObject Body(RevisionBody body) =>
        new()
        {
            ["record"] = body.Record.Name(),
            ["key"] = body.Key,
            ["revision"] = body.Revision,
            ["op"] = RecordJson.Word(body.Op),
            ["events"] = new JsonArray([
                .. body.Events.Select(e => new JsonObject
                {
                    ["event"] = EventNames.Of(e),
                    ["data"] = JsonSerializer.SerializeToNode(e, e.GetType(), RecordJson.Options),
                }),
            ]),
            ["author"] = body.Author,
            ["via"] = body.Via,
            ["reason"] = JsonSerializer.SerializeToNode(body.Reason, RecordJson.Options),
            ["citations"] = RecordJson.Write(body.Citations),
        };

    /// <summary>Commits to a revision for the first time.</summary>
    /// <param name="salt16">Gives 16 fresh random bytes each time; asked in the order of <see cref="Body"/>.</param>
    public static Commitment Commit(RevisionBody body, Func<byte[]> salt16)
    {
        var salts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var hash = Hash(
            body,
            pointer =>
            {
                var salt = salt16();
                salts.Add(pointer, salt);
                return salt;
            }
        );
        return new(hash, salts);
    }

    /// <summary>The content hash again, from the salts of <see cref="Commit"/>: equal exactly when nothing was altered.</summary>
    /// <exception cref="KeyNotFoundException">A text has no salt.</exception>
    public static byte[] ContentHash(RevisionBody body, IReadOnlyDictionary<string, byte[]> salts) =>
        Hash(body, pointer => salts[pointer]);

    /// <summary>SHA-256(0x00 || content hash || recordedAt || position), both numbers as big-endian int64.</summary>
    /// <param name="recordedAtMicros">Microseconds since 1970-01-01T00:00:00Z.</param>
    /// <param name="position">From 1.</param>
    public static byte[] Leaf(ReadOnlySpan<byte> contentHash, long recordedAtMicros, long position)
    {
        if (contentHash.Length != SHA256.HashSizeInBytes)
            throw new ArgumentException("A content hash has 32 bytes.", nameof(contentHash));
        Span<byte> leaf = stackalloc byte[1 + SHA256.HashSizeInBytes + 16];
        leaf[0] = 0;
        contentHash.CopyTo(leaf[1..]);
        BinaryPrimitives.WriteInt64BigEndian(leaf[33..], recordedAtMicros);
        BinaryPrimitives.WriteInt64BigEndian(leaf[41..], position);
        return SHA256.HashData(leaf);
    }

    private static byte[] Hash(RevisionBody body, Func<string, byte[]> salt) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Of(Blind(Body(body), "", false, salt))));

    private static JsonNode? Blind(JsonNode? node, string pointer, bool commit, Func<string, byte[]> salt)
    {
        switch (node)
        {
            case JsonObject members:
                var blinded = new JsonObject();
                foreach (var (name, value) in members)
                {
                    var deeper = commit || name == "csl" || (IsRedactable(name, pointer) && value is JsonValue);
                    blinded[name] = Blind(value, $"{pointer}/{Members.Escape(name)}", deeper, salt);
                }
                return blinded;
            case JsonArray items:
                return new JsonArray([.. items.Select((item, i) => Blind(item, $"{pointer}/{i}", commit, salt))]);
            case JsonValue value when commit:
                return value.GetValueKind() == JsonValueKind.String
                    ? new JsonObject { ["text"] = Committed(value.GetValue<string>(), salt(pointer)) }
                    : new JsonObject { ["json"] = Committed(CanonicalJson.Of(value), salt(pointer)) };
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Whether a single value under this name is a text that can be redacted, wherever it stands.</summary>
    internal static bool IsRedactable(string name) => Redactable.Contains(name);

    /// <summary>The author of a scheme is a text of the record; the author of the revision is who is answerable for it.</summary>
    private static bool IsRedactable(string name, string pointer) =>
        IsRedactable(name) || (name == "author" && pointer.StartsWith("/events/", StringComparison.Ordinal));

    private static string Committed(string text, byte[] salt)
    {
        if (salt.Length != SaltLength)
            throw new ArgumentException("A salt has 16 bytes.", nameof(salt));
        return Convert.ToHexStringLower(SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(text)]));
    }
}
