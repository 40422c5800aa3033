using System.Globalization;
using Chronology.Eras;
using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>What a record is found by: its texts in lower case; the database folds away the rest, by <c>chronology.fold</c>.</summary>
public static class SearchText
{
    public static string Of(RecordState state) =>
        (
            state.Content is EventContent { Description: null or "", Citations: [] } plain
                ? plain.Title
                : string.Join('\n', Texts(state).Where(text => !string.IsNullOrEmpty(text)))
        ).ToLowerInvariant();

    /// <summary>The words of a question, in lower case too.</summary>
    public static string[] WordsOf(string? question) =>
        (question ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The pattern of <c>like</c> for folded texts that have this word, added as a parameter; a trigram index can serve it.</summary>
    public static string Pattern(NpgsqlParameterCollection parameters, string word)
    {
        parameters.AddWithValue(word);
        return $"chronology.containing(${parameters.Count.ToString(CultureInfo.InvariantCulture)})";
    }

    /// <summary>The condition that a record <c>r</c> has all these words.</summary>
    public static string All(NpgsqlCommand command, IReadOnlyList<string> words) =>
        words.Count == 0
            ? "true"
            : string.Join(" and ", words.Select(word => $"r.search like {Pattern(command.Parameters, word)}"));

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
