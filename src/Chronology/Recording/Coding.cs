using System.Text.Json.Serialization;

namespace Chronology.Recording;

/// <summary>What a data set of coded events said of an event, as it said it: never what we judge, and never counted.</summary>
/// <remarks>These names and fields are the archive's format: add, never change. Texts are as the data set wrote them; null where it said nothing.</remarks>
/// <param name="DataSet">A key such as <c>icews</c> or <c>gdelt2</c>.</param>
/// <param name="Story">The data set's name of the report that was coded.</param>
/// <param name="Sentence">Which sentence of the report.</param>
/// <param name="Publisher">Who published the report.</param>
/// <param name="Url">Where the report stood.</param>
/// <param name="Reported">When the data set took the report in: RFC 3339, or a day. Neither when it happened nor when we recorded it.</param>
/// <param name="Mentions">How often, <paramref name="Sources"/>: by how many sources, <paramref name="Articles"/>: in how many articles it was reported: at least 0.</param>
/// <param name="Tone">The average tone of the reports, as text.</param>
/// <param name="Rows">The rows that tell of the event, by id: one, or two where the same story was coded in both directions.</param>
public sealed record Coding(
    string DataSet,
    string? Story,
    string? Sentence,
    string? Publisher,
    string? Url,
    string? Reported,
    int? Mentions,
    int? Sources,
    int? Articles,
    string? Tone,
    ValueList<CodedRow> Rows
)
{
    /// <summary>Where in the data set it stands: the rows, the story and the sentence; at most 500 characters.</summary>
    [JsonIgnore]
    public string Locator
    {
        get
        {
            var whole = $"event {string.Join(" and ", Rows.Select(row => row.Id))}";
            if (Story is not null)
                whole += $", story {Story}";
            if (Sentence is not null)
                whole += $", sentence {Sentence}";
            return whole.Length <= 500 ? whole : $"{whole[..499].TrimEnd()}…";
        }
    }

    /// <summary>Whether it says all that another coding says of what happened; how often it was reported is another matter.</summary>
    public bool Says(Coding other) => DataSet == other.DataSet && other.Rows.All(Rows.Contains);
}

/// <summary>One row of a data set.</summary>
/// <param name="Id">The data set's name of the row.</param>
/// <param name="Date">As coded.</param>
/// <param name="Code">The code of what happened, such as CAMEO <c>040</c>: text, with its leading zero.</param>
/// <param name="Intensity">The data set's own number, as text; scores do not use it.</param>
public sealed record CodedRow(
    string Id,
    string? Date,
    string? Code,
    string? Intensity,
    CodedActor? Source,
    CodedActor? Target
);

/// <param name="Name">As the data set names the actor.</param>
/// <param name="Code">The data set's code of the actor.</param>
/// <param name="Sectors">As listed.</param>
public sealed record CodedActor(string? Name, string? Code, string? Sectors, string? Country);
