using System.Collections.Frozen;
using System.Globalization;

namespace Chronology.Rules;

/// <summary>A kind of fact: a row of <c>fact-kinds.tsv</c>.</summary>
/// <param name="Functional">One value at a time per key; otherwise the value is part of the key.</param>
/// <param name="Symmetric">Holder and toward are a pair without direction.</param>
/// <param name="Values">The list of <see cref="Vocabulary"/> that holds its values; null: free text.</param>
/// <param name="HasQualifier">A qualifier (the name of a treaty, an agreement) is part of the key.</param>
/// <param name="Source">Where the entry comes from.</param>
public sealed record FactKind(
    string Code,
    bool Functional,
    bool Symmetric,
    string? Values,
    bool HasQualifier,
    string Meaning,
    string Source
)
{
    /// <summary>Whether a fact of this kind holds while it has <paramref name="value"/>: never with <c>none</c>, always with free text.</summary>
    /// <returns>Null where the value leaves it open (a representation of unknown level).</returns>
    public bool? Holds(string value) =>
        value == Vocabulary.None ? false
        : Values is null ? true
        : Vocabulary.Find(Values, value)?.Holds;
}

/// <summary>One entry of a closed list: a row of <c>vocab.tsv</c>.</summary>
/// <param name="Source">Where the entry comes from.</param>
/// <param name="Holds">Whether a fact with this value holds (a refusal, withdrawal or severance does not);
/// null where the list says nothing or the value is unknown.</param>
/// <param name="IsResult">A result of a rubric, refused in effects.</param>
/// <param name="Order">Its rank among the others, as text; of a credibility what it weighs (<c>0.5..1</c>).</param>
public sealed record Term(
    string List,
    string Code,
    string Label,
    string Source,
    bool? Holds,
    bool IsResult,
    string Order
);

/// <summary>One of the closed list of event types: a row of <c>event-types.tsv</c>.</summary>
/// <param name="Direction">directed, mutual or none.</param>
/// <param name="Cameo">Its codes in <see cref="Vocabulary.Cameo"/>, the first the usual one; empty where it has none.</param>
/// <param name="TypicalEffect">What a form suggests, as text; a type changes no fact by itself.</param>
/// <param name="Intensity">What it weighs in a score unless the event says otherwise: -10 to 10, at most two decimals.</param>
/// <param name="HalfLife">How long it weighs; null: it weighs in no score.</param>
/// <param name="Source">Where the entry comes from.</param>
public sealed record EventType(
    string Code,
    string Label,
    string Direction,
    IReadOnlyList<string> Cameo,
    string TypicalEffect,
    decimal Intensity,
    HalfLife? HalfLife,
    string Source
);

/// <summary>A code of CAMEO: a row of <c>cameo.tsv</c>.</summary>
/// <param name="Parent">The code above it; null for the twenty roots.</param>
public sealed record CameoCode(string Code, string? Parent, string Description, string Source);

/// <summary>The closed lists of the product, read from its own embedded tables; each entry names its source.</summary>
public static class Vocabulary
{
    /// <summary>The value of a fact that nothing gives a value to; in effects the same as null.</summary>
    public const string None = "none";

    private static readonly Term[] Terms =
    [
        .. Table
            .Read("vocab")
            .Select(row => new Term(
                row["list"],
                row["code"],
                row["label"],
                row["source"],
                row["holds"] is "yes" or "no" ? row["holds"] == "yes" : null,
                row["result"] == "yes",
                row["order"]
            )),
    ];

    private static readonly FrozenDictionary<string, Term[]> TermsByList = Terms
        .GroupBy(term => term.List)
        .ToFrozenDictionary(list => list.Key, list => list.ToArray());

    private static readonly FrozenDictionary<(string, string), Term> TermsByCode = Terms.ToFrozenDictionary(term =>
        (term.List, term.Code)
    );

    public static FrozenDictionary<string, EventType> EventTypes { get; } =
        Table
            .Read("event-types")
            .Select(row => new EventType(
                row["type"],
                row["label"],
                row["direction"],
                row["cameo"].Split('|', StringSplitOptions.RemoveEmptyEntries),
                row["typical_effect"],
                decimal.Parse(row["default_intensity"], CultureInfo.InvariantCulture),
                HalfLife.Named(row["persistence"]),
                row["source"]
            ))
            .ToFrozenDictionary(type => type.Code);

    public static FrozenDictionary<string, FactKind> FactKinds { get; } =
        Table
            .Read("fact-kinds")
            .Select(row => new FactKind(
                row["kind"],
                row["functional"] == "yes",
                row["symmetric"] == "yes",
                row["values"] is { Length: > 0 } values ? values : null,
                row["key"].Contains("qualifier", StringComparison.Ordinal),
                row["meaning"],
                row["source"]
            ))
            .ToFrozenDictionary(kind => kind.Code);

    public static FrozenDictionary<string, CameoCode> Cameo { get; } =
        Table
            .Read("cameo")
            .Select(row => new CameoCode(
                row["cameo"],
                row["parent"] is { Length: > 0 } parent ? parent : null,
                row["description"],
                row["source"]
            ))
            .ToFrozenDictionary(code => code.Code);

    /// <summary>How letters with marks, joined letters and Cyrillic ones are written plainly, in small letters.</summary>
    public static FrozenDictionary<char, string> PlainLetters { get; } =
        Table.Read("letters").ToFrozenDictionary(row => row["letter"][0], row => row["plain"]);

    /// <summary>The names of the lists, in the order of <c>vocab.tsv</c>.</summary>
    public static IReadOnlyList<string> Lists { get; } = [.. Terms.Select(term => term.List).Distinct()];

    /// <summary>The entries of a list in its own order; empty for an unknown list.</summary>
    public static IReadOnlyList<Term> List(string list) => TermsByList.GetValueOrDefault(list, []);

    /// <summary>The entry, or null where the list has none of that code.</summary>
    public static Term? Find(string list, string code) => TermsByCode.GetValueOrDefault((list, code));
}
