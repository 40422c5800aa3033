using System.Collections.Frozen;

namespace Chronology.Rules;

/// <summary>A kind of fact: rows of <c>fact-kinds.tsv</c>.</summary>
/// <param name="Functional">One value at a time per key; otherwise the value is part of the key.</param>
/// <param name="Symmetric">Holder and toward are a pair without direction.</param>
/// <param name="Values">The list of <see cref="Vocabulary"/> that holds its values; null: free text.</param>
public sealed record FactKind(
    string Code,
    bool Functional,
    bool Symmetric,
    string? Values,
    bool HasQualifier,
    string Meaning
);

/// <summary>One entry of a closed list: a row of <c>vocab.tsv</c>.</summary>
/// <param name="Holds">Whether a fact with this value holds (a refusal, withdrawal or severance does not);
/// null where the list says nothing or the value is unknown.</param>
/// <param name="IsResult">A result of a rubric, refused in effects.</param>
public sealed record Term(string List, string Code, string Label, string Source, bool? Holds, bool IsResult);

/// <summary>One of the closed list of event types: a row of <c>event-types.tsv</c>.</summary>
public sealed record EventType(
    string Code,
    string Label,
    string Direction,
    string Cameo,
    string TypicalEffect,
    string Source
);

/// <summary>The closed lists of the product, read from its own embedded tables; each entry names its source.</summary>
public static class Vocabulary
{
    public static FrozenDictionary<string, EventType> EventTypes { get; } = FrozenDictionary<string, EventType>.Empty;

    public static FrozenDictionary<string, FactKind> FactKinds { get; } = FrozenDictionary<string, FactKind>.Empty;

    /// <summary>The entries of a list in its own order; empty for an unknown list.</summary>
    public static IReadOnlyList<Term> List(string list) => [];

    /// <summary>The entry, or null where the list has none of that code.</summary>
    public static Term? Find(string list, string code) => null;
}
