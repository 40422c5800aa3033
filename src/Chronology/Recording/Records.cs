using System.Text.Json;
using System.Text.Json.Serialization;
using Chronology.Time;

namespace Chronology.Recording;

/// <summary>The kinds of record that a chronology holds.</summary>
public enum RecordKind
{
    Event,
    Actor,
    Issue,
    Source,
    Scheme,
    Era,

    /// <summary>The chronology itself: one record, without a key.</summary>
    Chronology,
}

/// <summary>Disputed exactly while an event's credibility is.</summary>
public enum RecordStatus
{
    Active,
    Disputed,
    Retracted,
    Merged,
}

/// <summary>What one accepted command did to one record.</summary>
public enum Operation
{
    Recorded,
    Corrected,
    Refined,
    Reassessed,
    Retracted,
    Reinstated,
    Disputed,
    Resolved,
    Merged,
    Split,
    Adopted,
}

/// <summary>A record of one chronology.</summary>
/// <param name="Key">Unique among the records of its kind: an era's is <c>SCHEME/KEY</c>, of any other kind it has no slash.</param>
public readonly record struct RecordId(RecordKind Kind, string Key)
{
    /// <summary>The chronology itself. Its key is no name of it, so that it is the same under every slug.</summary>
    public static RecordId Itself { get; } = new(RecordKind.Chronology, "itself");

    /// <summary>Whether a record of this kind can have such a key: an era's has its scheme before a slash, no other's has one.</summary>
    public bool IsPossible =>
        Kind switch
        {
            RecordKind.Chronology => this == Itself,
            RecordKind.Era => Key.Contains('/', StringComparison.Ordinal),
            _ => !Key.Contains('/', StringComparison.Ordinal),
        };

    public static RecordId Era(string scheme, string key) => new(RecordKind.Era, $"{scheme}/{key}");

    /// <summary>The Marten stream: <c>event/KEY</c>, <c>actor/KEY</c>, ..., <c>era/SCHEME/KEY</c>.</summary>
    public string StreamKey => $"{Kind.Name()}/{Key}";

    /// <summary>The <c>key</c> of the request body: an era's without its scheme.</summary>
    public string OwnKey => Kind == RecordKind.Era ? Key[(Slash + 1)..] : Key;

    /// <summary>The key of an era's scheme; null for every other kind.</summary>
    public string? Scheme => Kind == RecordKind.Era ? Key[..Slash] : null;

    private int Slash => Key.IndexOf('/', StringComparison.Ordinal);

    public override string ToString() => StreamKey;
}

public static class RecordKinds
{
    /// <summary>Those of which there are many, each with its key: all but the chronology itself.</summary>
    public static IReadOnlyList<RecordKind> Keyed { get; } =
    [.. Enum.GetValues<RecordKind>().Where(kind => kind != RecordKind.Chronology)];

    public static string Name(this RecordKind kind) =>
        kind switch
        {
            RecordKind.Event => "event",
            RecordKind.Actor => "actor",
            RecordKind.Issue => "issue",
            RecordKind.Source => "source",
            RecordKind.Scheme => "scheme",
            RecordKind.Era => "era",
            RecordKind.Chronology => "chronology",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}

/// <summary>Why a record was changed. Codes: the list <c>change_reason</c> of the vocabulary.</summary>
public sealed record Reason(string Code, string? Note);

/// <summary>What one record says at one revision, with the fields and names of the contract's request bodies (less the key).</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public abstract record RecordContent
{
    [JsonIgnore]
    public abstract RecordKind Record { get; }

    /// <summary>The records that this content refers to, each once per place, in the order of the fields.</summary>
    public abstract IEnumerable<Reference> References();
}

/// <param name="To">What is referred to; it must be recorded and not retracted, else <c>unknown-actor</c>, <c>unknown-issue</c>,
/// <c>unknown-source</c>, <c>unknown-event</c> or <c>unknown-scheme</c>; an anchor, <c>dangling-anchor</c>.</param>
/// <param name="OrIssue">A stance's <c>toward</c> may be an actor or an issue: then <paramref name="To"/> is the actor, and the issue of the same key does as well.</param>
/// <param name="Field">Of the content.</param>
/// <param name="Index">Of the item, where that is a list; null: it is none.</param>
/// <param name="Member">Of the item; null: the field itself.</param>
public sealed record Reference(RecordId To, bool OrIssue, string Field, int? Index, string? Member)
{
    private readonly string? pointer;

    /// <summary>RFC 6901 pointer to the place.</summary>
    public string Pointer
    {
        get =>
            pointer
            ?? (Index is { } index ? $"/{Field}/{index}/{Member}" : $"/{Field}{(Member is null ? "" : "/")}{Member}");
        init => pointer = value;
    }

    /// <summary>Whether it is the event that a date follows.</summary>
    public bool IsAnchor => Field == "anchor";

    /// <summary>Whether it is an actor that takes part in an event.</summary>
    public bool IsParticipant => Field == "actors";

    internal static Reference Actor(string key, string field, int index, string member) =>
        new(new(RecordKind.Actor, key), false, field, index, member);

    /// <summary>The sources that citations name.</summary>
    public static IEnumerable<Reference> Sources(ValueList<Citation> citations) =>
        citations.Select((c, i) => new Reference(new(RecordKind.Source, c.Source), false, "citations", i, "source"));
}

/// <summary>Where a statement stands in a source.</summary>
public sealed record Citation(string Source, string? Locator, string? Quote);

/// <param name="Role">actor, recipient, third-party or via.</param>
public sealed record Participant(string Actor, string Role);

/// <summary>What an event changes. Null and <c>none</c> mean the same in <paramref name="Value"/>.</summary>
/// <param name="From">EDTF occurrence; null: when the event took place.</param>
/// <param name="Until">EDTF occurrence: the last day; null: none is known (or the end of the event's extent).</param>
public sealed record Effect(
    string Fact,
    string Holder,
    string? Toward,
    string? Qualifier,
    string? Value,
    string? From,
    string? Until,
    string? Basis,
    string? Vote,
    string? Salience,
    string? Authority,
    string? Speaker
);

public sealed record EventContent(
    string Type,
    string? Occurred,
    string Reading,
    string? Start,
    string? End,
    int? Order,
    string Title,
    string? Description,
    string? Place,
    ValueList<Participant> Actors,
    ValueList<Effect> Effects,
    decimal? Intensity,
    string Credibility,
    string Calendar,
    string? AsWritten,
    ValueList<Citation> Citations,
    string? NoSource,
    ValueList<string> Tags
) : RecordContent
{
    /// <summary>Instead of a date of its own: the event that the date follows, or the two between which it lies, the earlier
    /// (<c>after</c>) first. Null, and then not stored: it has a date of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ValueList<Anchor>? Anchor { get; init; }

    /// <summary>What a data set of coded events said. Null, and then not stored: the event is no row of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Coding? Coding { get; init; }

    [JsonIgnore]
    public override RecordKind Record => RecordKind.Event;

    /// <exception cref="InvalidOperationException">The date is relative: only <see cref="RecordState.Dated"/> has one to read.</exception>
    public When When() => Time.When.From(Occurred, Reading, Start, End, Calendar).Value;

    public override IEnumerable<Reference> References()
    {
        for (var i = 0; i < Anchor?.Count; i++)
        {
            int? index = Anchor.Count == 1 ? null : i;
            yield return new(new(RecordKind.Event, Anchor[i].Event), false, "anchor", index, "event");
        }
        for (var i = 0; i < Actors.Count; i++)
            yield return Reference.Actor(Actors[i].Actor, "actors", i, "actor");
        for (var i = 0; i < Effects.Count; i++)
        {
            var effect = Effects[i];
            yield return Reference.Actor(effect.Holder, "effects", i, "holder");
            if (effect.Toward is { } toward)
                yield return new(new(RecordKind.Actor, toward), effect.Fact == "stance", "effects", i, "toward");
            if (effect.Speaker is { } speaker)
                yield return Reference.Actor(speaker, "effects", i, "speaker");
        }
        foreach (var source in Reference.Sources(Citations))
            yield return source;
    }
}

/// <summary>How a date follows another event's.</summary>
/// <param name="Relation">after, before or on.</param>
/// <param name="Event">Key.</param>
/// <param name="Offset">An ISO 8601 duration: exactly so long after or before; null: some time, or the same day.</param>
public sealed record Anchor(string Relation, string Event, string? Offset);

/// <param name="From">EDTF occurrence or null.</param>
public sealed record ActorName(string Name, string? From, string? Until);

/// <param name="Kind">continuator, successor, secession, merger or none.</param>
/// <param name="On">EDTF occurrence: the first day of the successor in its predecessor's place.</param>
public sealed record Successor(string Actor, string Kind, string? On);

/// <param name="Existed">An EDTF interval, or null.</param>
public sealed record ActorContent(
    string Kind,
    string Name,
    ValueList<ActorName> Names,
    string? Existed,
    ValueList<Successor> Successors,
    ValueList<Citation> Citations
) : RecordContent
{
    /// <summary>An import made it for a name that it could not match: somebody has yet to say who it is. False is not stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Provisional { get; init; }

    [JsonIgnore]
    public override RecordKind Record => RecordKind.Actor;

    public override IEnumerable<Reference> References() =>
        [
            .. Successors.Select((s, i) => Reference.Actor(s.Actor, "successors", i, "actor")),
            .. Reference.Sources(Citations),
        ];
}

public sealed record IssueContent(string Title, string? Wording, ValueList<Citation> Citations) : RecordContent
{
    [JsonIgnore]
    public override RecordKind Record => RecordKind.Issue;

    public override IEnumerable<Reference> References() => Reference.Sources(Citations);
}

/// <param name="Kind">primary, secondary, press or tertiary.</param>
/// <param name="Accessed">EDTF occurrence or null.</param>
public sealed record SourceContent(
    string Kind,
    CslItem Csl,
    string? Url,
    string? ArchivedUrl,
    string? Accessed,
    string? Publisher
) : RecordContent
{
    [JsonIgnore]
    public override RecordKind Record => RecordKind.Source;

    public override IEnumerable<Reference> References() => [];
}

/// <summary>A CSL-JSON item, kept as its RFC 8785 canonical text; equal to another with the same text.</summary>
[JsonConverter(typeof(CslItemConverter))]
public sealed record CslItem(string CanonicalJson);

/// <summary>One immutable change of one record. Closed: the cases nested in the aggregates.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public abstract record DomainEvent;

/// <summary>A record as its revisions so far leave it.</summary>
/// <param name="Revision">1 when first recorded; counts accepted commands, not domain events.</param>
/// <param name="CredibilityBefore">An event's credibility before it was disputed, else null.</param>
/// <param name="MergedInto">Key, while merged.</param>
public sealed record RecordState(
    RecordId Id,
    int Revision,
    RecordStatus Status,
    RecordContent Content,
    string? CredibilityBefore,
    string? MergedInto
)
{
    /// <summary>What a record is before its first revision: null for all but the chronology itself, which is there from the beginning.</summary>
    public static RecordState? AtFirst(RecordId id) =>
        id.Kind == RecordKind.Chronology ? TheChronology.AtFirst(id) : null;

    /// <summary>What the date of an anchored event follows from; null for every other, and for a state that was folded from its stream alone.</summary>
    public DerivedDate? Derived { get; init; }

    /// <summary>What an event says, with the date that it has: the derived one where it is anchored. Null for every other record.</summary>
    public EventContent? Dated =>
        Content is not EventContent content ? null
        : Derived is { } derived ? content with { Occurred = derived.Edtf }
        : content;
}

/// <summary>The date of an event whose date follows another's.</summary>
/// <param name="Edtf">A Gregorian date, to be read as an occurrence.</param>
/// <param name="From">All that it follows from: the anchor, what the anchor was merged into, its anchor and so on; each once.</param>
/// <param name="MadeAt">The position of the event's own revision, however often its date has followed since.</param>
public sealed record DerivedDate(string Edtf, ValueList<RevisionAt> From, long MadeAt);

/// <summary>A revision of an event, and the position at which it was recorded.</summary>
public sealed record RevisionAt(string Event, int Revision, long Position);

/// <summary>Stores the item as the object that it is, not as text within text.</summary>
public sealed class CslItemConverter : JsonConverter<CslItem>
{
    public override CslItem Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(CanonicalJson.Of(JsonElement.ParseValue(ref reader)));

    public override void Write(Utf8JsonWriter writer, CslItem value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.CanonicalJson);
}
