using System.Text.Json;

namespace Chronology.Recording;

/// <summary>One line of an import. Closed: one of the nested cases.</summary>
public abstract record ImportLine
{
    private static readonly string[] Framing = ["record", "revision", "via", "salts", .. ExportedOnly];

    private ImportLine() { }

    /// <summary>Members that an export adds and an import does not take over: who and when are the importer's.</summary>
    /// <remarks><c>recordedBy</c> stands for <c>author</c> where that is a field of the record: in the line that records a scheme.</remarks>
    private static string[] ExportedOnly => ["author", "recordedBy", "recordedAt", "position"];

    /// <summary>The chronology itself, as in the body of <c>POST /api/chronologies</c>.</summary>
    public sealed record Chronology(string Slug, string Title, string? Description, string? Licence) : ImportLine;

    /// <param name="Revision">The one that the line makes, at least 1; null: not numbered.</param>
    /// <param name="Via">The tool, agent or data set.</param>
    /// <param name="Salts">16 bytes for each text of the revision, by its pointer, as an export gives them; null: fresh ones.</param>
    public sealed record Order(Command Command, int? Revision, string? Via, IReadOnlyDictionary<string, byte[]>? Salts)
        : ImportLine;

    /// <param name="line">From <see cref="StrictJson"/>.</param>
    public static Result<ImportLine> Read(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object)
            return new Rejection("invalid-parameter", "Each line is one JSON object.", "");
        var record =
            line.TryGetProperty("record", out var said) && said.ValueKind == JsonValueKind.String
                ? said.GetString()
                : null;
        return record switch
        {
            "chronology" => ReadChronology(line, Framing).Map(c => (ImportLine)c),
            "event" => ReadRecord(RecordKind.Event, line),
            "actor" => ReadRecord(RecordKind.Actor, line),
            "issue" => ReadRecord(RecordKind.Issue, line),
            "source" => ReadRecord(RecordKind.Source, line),
            "scheme" => ReadRecord(RecordKind.Scheme, line),
            "era" => ReadRecord(RecordKind.Era, line),
            "correct" => ReadCommand(Operation.Corrected, line),
            "retract" => ReadCommand(Operation.Retracted, line),
            "reinstate" => ReadCommand(Operation.Reinstated, line),
            "dispute" => ReadCommand(Operation.Disputed, line),
            "resolve" => ReadCommand(Operation.Resolved, line),
            "merge" => ReadCommand(Operation.Merged, line),
            "split" => ReadCommand(Operation.Split, line),
            _ => new Rejection(
                "invalid-parameter",
                "“record” says what the line is: chronology, actor, issue, source, event, scheme, era, correct, retract, reinstate, dispute, resolve, merge or split.",
                "/record"
            ),
        };
    }

    /// <summary>Reads the body of <c>POST /api/chronologies</c>.</summary>
    public static Result<Chronology> ReadChronology(JsonElement body) => ReadChronology(body, []);

    private static Result<Chronology> ReadChronology(JsonElement body, string[] besides)
    {
        var findings = new Findings();
        var members = new Members(body, "", findings, ["slug", "title", "description", "licence", .. besides]);
        var chronology = new Chronology(
            members.RequiredKey("slug"),
            members.RequiredText("title", 500),
            members.Text("description", 20_000),
            members.Text("licence", 500)
        );
        return findings.Or(() => chronology);
    }

    private static Result<ImportLine> ReadRecord(RecordKind kind, JsonElement line) =>
        RecordJson.ReadRecord(kind, line, Framing).Then(command => Framed(line, command));

    private static Result<ImportLine> ReadCommand(Operation verb, JsonElement line)
    {
        var findings = new Findings();
        var members = new Members(line, "", findings, known: null);
        var of = members.RequiredOneOf("of", [.. Enum.GetValues<RecordKind>().Select(k => k.Name())]);
        var key = of == RecordKind.Chronology.Name() ? RecordId.Itself.Key : members.RequiredKey("key");
        var scheme = of == RecordKind.Era.Name() ? members.RequiredKey("scheme") : null;
        if (findings.First is { } rejection)
            return rejection;
        var kind = Enum.GetValues<RecordKind>().Single(k => k.Name() == of);
        var id = scheme is null ? new RecordId(kind, key) : RecordId.Era(scheme, key);
        string[] naming =
            kind == RecordKind.Chronology ? ["of"]
            : scheme is null ? ["of", "key"]
            : ["of", "key", "scheme"];
        return RecordJson.ReadCommand(verb, id, line, [.. naming, .. Framing]).Then(command => Framed(line, command));
    }

    private static Result<ImportLine> Framed(JsonElement line, Command command)
    {
        var findings = new Findings();
        var members = new Members(line, "", findings, known: null);
        var revision = members.Integer("revision");
        if (revision < 1)
            members.Refuse("revision", "“revision” counts from 1.");
        var via = members.Text("via", 500);
        var salts = ReadSalts(members);
        return findings.Or<ImportLine>(() => new Order(command, revision, via, salts));
    }

    private static Dictionary<string, byte[]>? ReadSalts(Members members)
    {
        if (members.Value("salts") is not { } given)
            return null;
        var salts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (given.ValueKind != JsonValueKind.Object)
        {
            members.Refuse("salts", "“salts” is an object: a salt for each text, by its pointer.");
            return null;
        }
        foreach (var salt in given.EnumerateObject())
        {
            if (
                salt.Value.ValueKind == JsonValueKind.String
                && salt.Value.TryGetBytesFromBase64(out var bytes)
                && bytes.Length == Ledger.SaltLength
            )
                salts.Add(salt.Name, bytes);
            else
                members.Refuse($"salts/{Members.Escape(salt.Name)}", "A salt is 16 bytes in base64.");
        }
        return salts;
    }
}
