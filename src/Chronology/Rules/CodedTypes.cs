using System.Collections.Frozen;

namespace Chronology.Rules;

/// <summary>Which type of event a CAMEO code stands for.</summary>
/// <remarks>The tables <c>event-types.tsv</c> and <c>cameo.tsv</c> say so: the first type that names the code; else the one of its nearest
/// parent; else of its root's “not specified” code (<c>03</c>: <c>030</c>); else the first type that names a code below the root. Only two things are said here.</remarks>
public static class CodedTypes
{
    /// <summary>The host's side of a visit: the visitor is its target.</summary>
    public const string Hosting = "043";

    private const string Visiting = "042";

    /// <summary>What the types below the root Coerce say is too particular to stand for another kind of coercion.</summary>
    private const string Coercing = "17";

    private static readonly FrozenDictionary<string, EventType> ByCode = Table
        .Read("event-types")
        .SelectMany(row => Vocabulary.EventTypes[row["type"]].Cameo.Select(code => (Code: code, Type: row["type"])))
        .DistinctBy(named => named.Code)
        .ToFrozenDictionary(named => named.Code, named => Vocabulary.EventTypes[named.Type], StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, EventType> ByRoot = Table
        .Read("event-types")
        .SelectMany(row =>
            Vocabulary.EventTypes[row["type"]].Cameo.Select(code => (Root: code[..2], Type: row["type"]))
        )
        .DistinctBy(named => named.Root)
        .ToFrozenDictionary(named => named.Root, named => Vocabulary.EventTypes[named.Type], StringComparer.Ordinal);

    /// <param name="code">Text, with its leading zero.</param>
    /// <returns>Null: the code is unknown, or no type comes near it.</returns>
    public static EventType? Of(string code)
    {
        if (!Vocabulary.Cameo.TryGetValue(code, out var known))
            return null;
        if (code == Hosting)
            return ByCode[Visiting];
        while (true)
        {
            if (ByCode.TryGetValue(known.Code, out var type))
                return type;
            if (known.Parent is not { } parent)
                break;
            known = Vocabulary.Cameo[parent];
        }
        return known.Code == Coercing
            ? null
            : ByCode.GetValueOrDefault($"{known.Code}0") ?? ByRoot.GetValueOrDefault(known.Code);
    }

    /// <summary>Whether two rows about the same two actors, each the other's source, tell of one event: a visit made and hosted,
    /// or the same code of an act that is mutual or friendly. Two accusations or two attacks are two events.</summary>
    public static bool AreReciprocal(string code, string other) =>
        (code, other) is (Visiting, Hosting) or (Hosting, Visiting)
        || (
            code == other
            && code is not Visiting and not Hosting
            && (Of(code) is { Direction: "mutual" } || IsFriendly(code))
        );

    /// <summary>Whether the code tells of a visit, made or hosted.</summary>
    public static bool IsVisit(string code) => code is Visiting or Hosting;

    /// <summary>Whether a row of this code may have a counterpart.</summary>
    public static bool MayBeReciprocal(string code) => code == Hosting || code == Visiting || AreReciprocal(code, code);

    /// <summary>The same text for codes that are reciprocal to one another.</summary>
    public static string Reciprocity(string code) => code == Hosting ? Visiting : code;

    /// <summary>CAMEO's roots 03 to 06: intent to cooperate, consult, diplomatic and material cooperation.</summary>
    private static bool IsFriendly(string code) => code.Length >= 2 && code[0] == '0' && code[1] is >= '3' and <= '6';
}
