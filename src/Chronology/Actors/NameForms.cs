using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chronology.Rules;

namespace Chronology.Actors;

/// <summary>The forms in which names are compared. Pure: the same for ever, on every machine and database.</summary>
public static class NameForms
{
    /// <summary>Small letters that are written with others: with marks, joined, or Cyrillic.</summary>
    private static readonly FrozenDictionary<char, string> Letters = Vocabulary.PlainLetters;

    private static readonly FrozenSet<string> Articles = FrozenSet.Create(
        StringComparer.Ordinal,
        "al",
        "el",
        "ul",
        "the"
    );

    /// <summary>Groups of letters that transliterations use for one another, the longest first.</summary>
    private static readonly (string Written, char Heard)[] Sounds =
    [
        ("sch", 's'),
        ("tch", 'c'),
        ("sh", 's'),
        ("ch", 'c'),
        ("kh", 'k'),
        ("gh", 'k'),
        ("dh", 'd'),
        ("th", 't'),
        ("ph", 'f'),
        ("zh", 'z'),
        ("ck", 'k'),
        ("q", 'k'),
        ("g", 'k'),
        ("w", 'v'),
        ("e", 'a'),
        ("i", 'a'),
        ("y", 'a'),
        ("j", 'a'),
        ("o", 'u'),
    ];

    /// <summary>The words of a name without case, diacritics and punctuation, one space between: <c>Büyükelçi, İstanbul</c> is <c>buyukelci istanbul</c>.</summary>
    /// <remarks>By the table <c>letters.tsv</c>, not by what the machine knows of Unicode. Cyrillic letters are transliterated; letters of scripts
    /// without a table stay. Empty where the name has neither letter nor digit.</remarks>
    public static string Folded(string name)
    {
        var folded = new StringBuilder(name.Length);
        var gap = false;
        foreach (var c in name)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(c);
            if (
                category is UnicodeCategory.NonSpacingMark or UnicodeCategory.ModifierLetter
                || c is '\'' or '’' or '‘' or '`'
            )
                continue;
            if (!char.IsLetterOrDigit(c) && category is not UnicodeCategory.Surrogate)
            {
                gap = folded.Length > 0;
                continue;
            }
            if (gap)
                folded.Append(' ');
            gap = false;
            var lower = char.ToLowerInvariant(c);
            if (Letters.TryGetValue(lower, out var written))
                folded.Append(written);
            else
                folded.Append(lower);
        }
        return folded.ToString();
    }

    /// <summary>How a name may sound, whoever transliterated it: <c>Yasser</c> and <c>Yasir</c>, <c>Gaddafi</c> and <c>Qadhafi</c> are the same.</summary>
    /// <remarks>Of the folded name, without articles; vowels fall together as open (a, e, i) and round (o, u), doubled letters as one.</remarks>
    public static string Sounded(string name) => string.Join(' ', SoundedWords(name));

    /// <summary>The words of <see cref="Sounded"/>, those that are nothing left out.</summary>
    public static IReadOnlyList<string> SoundedWords(string name) =>
        [
            .. Folded(name)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Where(word => !Articles.Contains(word))
                .Select(Heard)
                .Where(word => word.Length > 0),
        ];

    /// <summary>The words by which a name is looked up: two names share one wherever they share a sounded word, or are folded alike.</summary>
    /// <returns>At least one, each once and at most 64 characters; of a name without a word one that begins with an equals sign.</returns>
    public static IReadOnlyList<string> FoundBy(string name) =>
        SoundedWords(name) is { Count: > 0 } words
            ? [.. words.Select(Beginning).Distinct(StringComparer.Ordinal)]
            : [Beginning($"={Folded(name)}")];

    /// <summary>How many letters, as sounded, a name has at least and at most that is 60 percent alike or more.</summary>
    public static (int Least, int Greatest) LettersOfAlike(string name)
    {
        var letters = Sounded(name).Length;
        return (letters * 6 / 10, (letters * 10 / 6) + 1);
    }

    /// <summary>Whether a name says enough for two that sound alike to be taken for one: several words and 8 letters, or one word of 7.</summary>
    public static bool IsTelling(string name)
    {
        var words = SoundedWords(name);
        var letters = Folded(name).Length - Math.Max(0, words.Count - 1);
        return words.Count > 1 ? letters >= 8 : letters >= 7;
    }

    /// <summary>A key made of a name: its folded words with hyphens; where that is nothing, too long, or no plain letters, ended by a part of its hash.</summary>
    /// <param name="distinct">End it by the hash anyway, for the plain key means another.</param>
    public static string Key(string name, bool distinct = false)
    {
        var folded = Folded(name);
        var plain = new string([
            .. folded.Replace(' ', '-').Where(c => c is '-' or (>= 'a' and <= 'z') or (>= '0' and <= '9')),
        ]).Trim('-');
        if (!distinct && plain.Length is > 0 and <= 100 && plain.Length == folded.Length)
            return plain;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folded)).AsSpan(0, 4));
        return plain.Length == 0 ? $"actor-{hash}" : $"{plain[..Math.Min(plain.Length, 100)].TrimEnd('-')}-{hash}";
    }

    /// <summary>How alike two names sound, 0 to 100: 100 times the letters that need no change over those of the longer.</summary>
    /// <param name="one">From <see cref="Sounded"/>.</param>
    /// <param name="other">From <see cref="Sounded"/>.</param>
    public static int Likeness(string one, string other)
    {
        var longer = Math.Max(one.Length, other.Length);
        return longer == 0 ? 100 : 100 * (longer - Distance(one, other)) / longer;
    }

    /// <summary>So that the longest word fits into an index.</summary>
    private static string Beginning(string word) =>
        word.Length <= 64 ? word : word[..(char.IsHighSurrogate(word[63]) ? 63 : 64)];

    /// <summary>Levenshtein's: how many letters are to be put in, taken out or changed.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }

    private static string Heard(string word)
    {
        var heard = new StringBuilder(word.Length);
        for (var at = 0; at < word.Length; )
        {
            var (written, sound) = Array.Find(
                Sounds,
                s => string.CompareOrdinal(word, at, s.Written, 0, s.Written.Length) == 0
            );
            var next = written is null ? word[at] : sound;
            at += written?.Length ?? 1;
            if (heard.Length == 0 || heard[^1] != next)
                heard.Append(next);
        }
        return heard.ToString();
    }
}
