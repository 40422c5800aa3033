using System.Buffers;
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

    /// <summary>A single value under one of these names is a text that can be redacted, wherever it stands.</summary>
    internal static readonly FrozenSet<string> Redactable = FrozenSet.Create(
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
        JsonNode
            .Parse(Written(body).WrittenSpan, documentOptions: new() { MaxDepth = RecordJson.Options.MaxDepth })!
            .AsObject();

    private static ArrayBufferWriter<byte> Written(RevisionBody body)
    {
        var json = new ArrayBufferWriter<byte>(2_048);
        using var writer = new Utf8JsonWriter(
            json,
            new JsonWriterOptions { Encoder = RecordJson.Options.Encoder, SkipValidation = true }
        );
        writer.WriteStartObject();
        writer.WriteString("record", body.Record.Name());
        writer.WriteString("key", body.Key);
        writer.WriteNumber("revision", body.Revision);
        writer.WriteString("op", RecordJson.Word(body.Op));
        writer.WriteStartArray("events");
        foreach (var change in body.Events)
        {
            writer.WriteStartObject();
            writer.WriteString("event", EventNames.Of(change));
            writer.WritePropertyName("data");
            JsonSerializer.Serialize(writer, change, change.GetType(), RecordJson.Options);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("author", body.Author);
        writer.WriteString("via", body.Via);
        writer.WritePropertyName("reason");
        JsonSerializer.Serialize(writer, body.Reason, RecordJson.Options);
        writer.WritePropertyName("citations");
        JsonSerializer.Serialize(writer, body.Citations, RecordJson.Options);
        writer.WriteEndObject();
        writer.Flush();
        return json;
    }

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

    /// <summary>Commits again to what was committed to elsewhere, so that the commitments to its texts are the same.</summary>
    /// <returns>Or <c>invalid-parameter</c> with the pointer <c>/salts</c>: there is not exactly one salt for each text.</returns>
    public static Result<Commitment> Commit(RevisionBody body, IReadOnlyDictionary<string, byte[]> salts)
    {
        var used = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var isMissing = false;
        var hash = Hash(
            body,
            pointer =>
            {
                if (!salts.TryGetValue(pointer, out var given))
                    (isMissing, given) = (true, new byte[SaltLength]);
                used.Add(pointer, given);
                return given;
            }
        );
        if (isMissing || used.Count != salts.Count)
        {
            const string Detail =
                "The salts are not one for each text of the revision: leave “salts” out, or give those of the export.";
            return new Rejection("invalid-parameter", Detail, "/salts");
        }
        return new Commitment(hash, used);
    }

    /// <summary>The domain events with every redactable text replaced by its commitment: <c>text:HEX</c>, and inside <c>csl</c> <c>json:HEX</c>
    /// for a value that is no text.</summary>
    /// <remarks>They fold as the events themselves do: what a fold compares is never redactable.</remarks>
    /// <param name="salts">Those of <see cref="Commit(RevisionBody, Func{byte[]})"/>.</param>
    /// <exception cref="KeyNotFoundException">A text has no salt.</exception>
    public static ValueList<DomainEvent> Blinded(
        IReadOnlyList<DomainEvent> events,
        IReadOnlyDictionary<string, byte[]> salts
    ) =>
        events
            .Select(
                (change, i) =>
                    (DomainEvent)
                        Blind(
                                JsonSerializer.SerializeToNode(change, change.GetType(), RecordJson.Options),
                                $"/events/{i}/data",
                                false,
                                (value, pointer) =>
                                {
                                    var (kind, hash) = CommitmentTo(value, salts[pointer]);
                                    return JsonValue.Create($"{kind}:{hash}");
                                }
                            )
                            .Deserialize(change.GetType(), RecordJson.Options)!
            )
            .ToValueList();

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

    private static byte[] Hash(RevisionBody body, Func<string, byte[]> salt)
    {
        using var committed = new CommittedJson(salt);
        return SHA256.HashData(committed.Write(Written(body).WrittenSpan));
    }

    private static JsonNode? Blind(
        JsonNode? node,
        string pointer,
        bool commit,
        Func<JsonValue, string, JsonNode> committed
    )
    {
        switch (node)
        {
            case JsonObject members:
                var blinded = new JsonObject();
                foreach (var (name, value) in members)
                {
                    var deeper = commit || name == "csl" || (IsRedactable(name, pointer) && value is JsonValue);
                    blinded[name] = Blind(value, $"{pointer}/{Members.Escape(name)}", deeper, committed);
                }
                return blinded;
            case JsonArray items:
                return new JsonArray([.. items.Select((item, i) => Blind(item, $"{pointer}/{i}", commit, committed))]);
            case JsonValue value when commit:
                return committed(value, pointer);
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Whether a single value under this name is a text that can be redacted, wherever it stands.</summary>
    internal static bool IsRedactable(string name) => Redactable.Contains(name);

    /// <summary>The author of a scheme is a text of the record; the author of the revision is who is answerable for it.</summary>
    private static bool IsRedactable(string name, string pointer) =>
        IsRedactable(name) || (name == "author" && pointer.StartsWith("/events/", StringComparison.Ordinal));

    private static (string Kind, string Hash) CommitmentTo(JsonValue value, byte[] salt) =>
        value.GetValueKind() == JsonValueKind.String
            ? ("text", Committed(value.GetValue<string>(), salt))
            : ("json", Committed(CanonicalJson.Of(value), salt));

    private static string Committed(string text, byte[] salt) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Checked(salt), .. Encoding.UTF8.GetBytes(text)]));

    internal static byte[] Checked(byte[] salt) =>
        salt.Length == SaltLength ? salt : throw new ArgumentException("A salt has 16 bytes.", nameof(salt));
}
