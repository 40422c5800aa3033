using System.Collections.Frozen;

namespace Chronology.Rules;

/// <summary>How an event of each type is told in a sentence: rows of <c>narrative.tsv</c>.</summary>
public static class Phrases
{
    private static readonly FrozenDictionary<string, string> ByType = Table
        .Read("narrative")
        .ToFrozenDictionary(row => row["type"], row => row["phrase"]);

    /// <summary>What the actors of an event did, in the past tense and without themselves: <c>granted recognition to Israel</c>.</summary>
    /// <param name="recipients">Null: nobody is named, and what would name them is left out.</param>
    /// <returns>Null where the type says too little for a sentence: the event's own title has to tell it.</returns>
    public static string? Of(string type, string? recipients)
    {
        var phrase = ByType[type];
        if (phrase.Length == 0)
            return null;
        var optional = phrase.IndexOf('[', StringComparison.Ordinal);
        return recipients is null
            ? phrase[..optional]
            : phrase[..optional] + phrase[(optional + 1)..^1].Replace("{R}", recipients, StringComparison.Ordinal);
    }
}
