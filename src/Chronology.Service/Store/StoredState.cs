using System.Text.Json;
using System.Text.Json.Serialization;
using Chronology.Eras;
using Chronology.Recording;

namespace Chronology.Service.Store;

/// <summary>A record's state as the derived rows keep it, beside the columns <c>revision</c> and <c>status</c>.</summary>
public static class StoredState
{
    private sealed record Shape(string? CredibilityBefore, string? MergedInto, JsonElement Content)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public DerivedDate? Derived { get; init; }
    }

    /// <summary>SQL for the position of the revision in a row <c>r</c>: of an anchored event it may be before the row's.</summary>
    public const string MadeAt = "coalesce((r.state #>> '{derived,madeAt}')::bigint, r.from_position)";

    public static string Write(RecordState state) =>
        JsonSerializer.Serialize(
            new Shape(
                state.CredibilityBefore,
                state.MergedInto,
                JsonSerializer.SerializeToElement(state.Content, state.Content.GetType(), RecordJson.Options)
            )
            {
                Derived = state.Derived,
            },
            RecordJson.Options
        );

    public static RecordState Read(RecordId id, int revision, string status, string json)
    {
        var shape = JsonSerializer.Deserialize<Shape>(json, RecordJson.Options)!;
        RecordContent content = id.Kind switch
        {
            RecordKind.Event => shape.Content.Deserialize<EventContent>(RecordJson.Options)!,
            RecordKind.Actor => shape.Content.Deserialize<ActorContent>(RecordJson.Options)!,
            RecordKind.Issue => shape.Content.Deserialize<IssueContent>(RecordJson.Options)!,
            RecordKind.Source => shape.Content.Deserialize<SourceContent>(RecordJson.Options)!,
            RecordKind.Scheme => shape.Content.Deserialize<SchemeContent>(RecordJson.Options)!,
            RecordKind.Era => shape.Content.Deserialize<EraContent>(RecordJson.Options)!,
            RecordKind.Chronology => shape.Content.Deserialize<ChronologyContent>(RecordJson.Options)!,
            _ => throw new ArgumentOutOfRangeException(nameof(id), id, null),
        };
        return new(id, revision, Words.Status(status), content, shape.CredibilityBefore, shape.MergedInto)
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
