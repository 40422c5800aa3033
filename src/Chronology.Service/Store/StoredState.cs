using System.Text.Json;
using System.Text.Json.Serialization;
using Chronology.Eras;
using Chronology.Recording;

namespace Chronology.Service.Store;

/// <summary>A record's state as the derived rows keep it, beside the columns <c>revision</c> and <c>status</c>.</summary>
public static class StoredState
{
    private sealed record Shape<T>(string? CredibilityBefore, string? MergedInto, T Content)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public DerivedDate? Derived { get; init; }
    }

    /// <summary>SQL for the position of the revision in a row <c>r</c>: of an anchored event it may be before the row's.</summary>
    public const string MadeAt = "coalesce((r.state #>> '{derived,madeAt}')::bigint, r.from_position)";

    public static string Write(RecordState state) =>
        state.Content switch
        {
            EventContent content => Write(state, content),
            ActorContent content => Write(state, content),
            IssueContent content => Write(state, content),
            // Its CSL item is canonical text, and escaped otherwise here.
            SourceContent content => Write(state, JsonSerializer.SerializeToElement(content, RecordJson.Options)),
            SchemeContent content => Write(state, content),
            EraContent content => Write(state, content),
            ChronologyContent content => Write(state, content),
            _ => throw new ArgumentOutOfRangeException(nameof(state), state.Id, null),
        };

    private static string Write<T>(RecordState state, T content) =>
        JsonSerializer.Serialize(
            new Shape<T>(state.CredibilityBefore, state.MergedInto, content) { Derived = state.Derived },
            RecordJson.Options
        );

    public static RecordState Read(RecordId id, int revision, string status, string json) =>
        id.Kind switch
        {
            RecordKind.Event => Read<EventContent>(id, revision, status, json),
            RecordKind.Actor => Read<ActorContent>(id, revision, status, json),
            RecordKind.Issue => Read<IssueContent>(id, revision, status, json),
            RecordKind.Source => Read<SourceContent>(id, revision, status, json),
            RecordKind.Scheme => Read<SchemeContent>(id, revision, status, json),
            RecordKind.Era => Read<EraContent>(id, revision, status, json),
            RecordKind.Chronology => Read<ChronologyContent>(id, revision, status, json),
            _ => throw new ArgumentOutOfRangeException(nameof(id), id, null),
        };

    private static RecordState Read<T>(RecordId id, int revision, string status, string json)
        where T : RecordContent
    {
        var shape = JsonSerializer.Deserialize<Shape<T>>(json, RecordJson.Options)!;
        return new(id, revision, Words.Status(status), shape.Content, shape.CredibilityBefore, shape.MergedInto)
        {
            Derived = shape.Derived,
        };
    }
}

/// <summary>The words of <see cref="RecordJson.Word"/> read back from the store.</summary>
public static class Words
{
    public static RecordStatus Status(string word) =>
        word switch
        {
            "active" => RecordStatus.Active,
            "disputed" => RecordStatus.Disputed,
            "retracted" => RecordStatus.Retracted,
            "merged" => RecordStatus.Merged,
            _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
        };

    public static Operation Operation(string word) =>
        Enum.GetValues<Operation>().First(operation => RecordJson.Word(operation) == word);

    public static RecordKind Kind(string word) =>
        word switch
        {
            "event" => RecordKind.Event,
            "actor" => RecordKind.Actor,
            "issue" => RecordKind.Issue,
            "source" => RecordKind.Source,
            "scheme" => RecordKind.Scheme,
            "era" => RecordKind.Era,
            "chronology" => RecordKind.Chronology,
            _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
        };
}
