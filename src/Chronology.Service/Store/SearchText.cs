using Chronology.Eras;
using Chronology.Recording;

namespace Chronology.Service.Store;

/// <summary>What a record is found by: its texts in lower case; the database takes the diacritics off.</summary>
public static class SearchText
{
    public static string Of(RecordState state) =>
        string.Join('\n', Texts(state).Where(text => !string.IsNullOrEmpty(text))).ToLowerInvariant();

    /// <summary>The words of a question, in lower case too.</summary>
    public static string[] WordsOf(string? question) =>
        (question ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string?> Texts(RecordState state) =>
        state.Content switch
        {
            EventContent e => [e.Title, e.Description, .. e.Citations.Select(citation => citation.Quote)],
            ActorContent a => [a.Name, .. a.Names.Select(name => name.Name), state.Id.Key],
            IssueContent i => [i.Title, i.Wording, state.Id.Key],
            SourceContent s => [s.Csl.CanonicalJson, s.Publisher, state.Id.Key],
            SchemeContent s => [s.Title, s.Author, state.Id.Key],
            EraContent e => [e.Title, e.Summary, state.Id.OwnKey],
            _ => [],
        };
}
