using Chronology.Rules;

namespace Chronology.Relations;

/// <summary>What one answer about facts is about: of a functional kind everything but the value, of other kinds with the value.</summary>
/// <remarks>Equal when all fields are, compared ordinally. Made by <see cref="Of"/> only, so that one fact has one key:
/// the pair of a symmetric kind is in ordinal order, and an empty qualifier or value is none.</remarks>
public sealed record FactKey
{
    private FactKey(string fact, string holder, string? toward, string? qualifier, string? value) =>
        (Fact, Holder, Toward, Qualifier, Value) = (fact, holder, toward, qualifier, value);

    public string Fact { get; }

    public string Holder { get; }

    public string? Toward { get; }

    public string? Qualifier { get; }

    /// <summary>Null for a functional kind; for another kind null stands for all values: the key of the effects that end them.</summary>
    public string? Value { get; }

    /// <summary>The kind of fact.</summary>
    public FactKind Kind => Vocabulary.FactKinds[Fact];

    /// <summary>Of a kind that is not functional: the key of the null effects, which end all values. Of a functional kind: the key itself.</summary>
    public FactKey EndingAll => Value is null ? this : new(Fact, Holder, Toward, Qualifier, null);

    /// <summary>Whether both have the same <see cref="EndingAll"/>.</summary>
    public bool IsOfOneHistoryWith(FactKey other) =>
        Fact == other.Fact && Holder == other.Holder && Toward == other.Toward && Qualifier == other.Qualifier;

    /// <summary>One line of the fields, unambiguous, the same for ever: <c>recognition|ussr|israel||</c>.</summary>
    /// <remarks><c>\</c> and <c>|</c> in a field are preceded by <c>\</c>; null is an empty field.</remarks>
    public string CanonicalText =>
        $"{Escaped(Fact)}|{Escaped(Holder)}|{Escaped(Toward)}|{Escaped(Qualifier)}|{Escaped(Value)}";

    /// <param name="value">Ignored for functional kinds; null and <c>none</c> are the same.</param>
    /// <exception cref="ArgumentException"><paramref name="fact"/> is not a kind of fact.</exception>
    public static FactKey Of(string fact, string holder, string? toward, string? qualifier, string? value)
    {
        var kind =
            Vocabulary.FactKinds.GetValueOrDefault(fact)
            ?? throw new ArgumentException($"No kind of fact: {fact}", nameof(fact));
        var (first, second) =
            kind.Symmetric && toward is not null && string.CompareOrdinal(holder, toward) > 0
                ? (toward, holder)
                : (holder, toward);
        return new(
            fact,
            first,
            second,
            qualifier is "" ? null : qualifier,
            kind.Functional || value is "" or Vocabulary.None ? null : value
        );
    }

    /// <summary>The key's id in the database: the first 16 bytes of SHA-256 over slug, <c>|</c> and <see cref="CanonicalText"/> in UTF-8.</summary>
    /// <remarks>The bytes stand in the Guid in big-endian order, as PostgreSQL shows and sorts a uuid.</remarks>
    /// <param name="chronology">The chronology's slug.</param>
    public Guid IdIn(string chronology) => TextId.Of($"{chronology}|{CanonicalText}");

    /// <summary>The order in which answers list facts: kind, holder, toward, qualifier, value, each ordinal, nothing first.</summary>
    public static IComparer<FactKey> InOrder { get; } =
        Comparer<FactKey>.Create(
            (a, b) =>
                string.CompareOrdinal(a.Fact, b.Fact) is not 0 and var fact ? fact
                : string.CompareOrdinal(a.Holder, b.Holder) is not 0 and var holder ? holder
                : string.CompareOrdinal(a.Toward, b.Toward) is not 0 and var toward ? toward
                : string.CompareOrdinal(a.Qualifier, b.Qualifier) is not 0 and var qualifier ? qualifier
                : string.CompareOrdinal(a.Value, b.Value)
        );

    public override string ToString() => CanonicalText;

    private static string? Escaped(string? field) =>
        field is null || field.AsSpan().IndexOfAny('\\', '|') < 0
            ? field
            : field.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
