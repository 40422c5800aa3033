using System.Text.Json.Serialization;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Stances;
using Chronology.Service.Store;

namespace Chronology.Service.Compare;

/// <summary>What is different, the first that applies.</summary>
public enum Change
{
    /// <summary>Only the second answer lists it.</summary>
    Appeared,

    /// <summary>Only the first answer lists it.</summary>
    Ended,

    /// <summary>Of a score, of a stance as declared or shown, and of a fact that has one value at a time: it is another.</summary>
    Value,

    /// <summary>How sure it is, or what else it may be; of a score, and of a stance that is shown, its bounds and what else is said beside its value.</summary>
    Certainty,

    /// <summary>Since when, or until when.</summary>
    Dates,

    /// <summary>What it is called.</summary>
    Wording,

    /// <summary>Only what it rests on.</summary>
    Grounds,
}

/// <summary>Where two answers tell one thing differently: <c>before</c> and <c>after</c> are what <c>GET /state</c> lists of it, null where nothing.</summary>
/// <param name="Revisions">Of knowledge: those behind the line, in position order; of rules the adoptions, none where the rules were asked for.</param>
/// <param name="Events">Of the world: those that begin or end between the two days, or perhaps do, by (earliest, latest, key).</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "about")]
[JsonDerivedType(typeof(FactLine), "fact")]
[JsonDerivedType(typeof(EraLine), "era")]
[JsonDerivedType(typeof(ScoreLine), "score")]
[JsonDerivedType(typeof(StanceLine), "stance")]
public abstract record DifferenceLine(
    [property: JsonPropertyOrder(1)] Change Change,
    [property: JsonPropertyOrder(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<ChangeAnswer>? Revisions,
    [property: JsonPropertyOrder(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<EventBehind>? Events
);

/// <param name="Value">Of a kind of fact that has several values at once: which one. Left out for others.</param>
/// <param name="Actors">Of the world: the actors that ended or followed one another between the two days, whose fact it is or was. Left out where there are none.</param>
public sealed record FactLine(
    string Fact,
    string Holder,
    string? Toward,
    string? Qualifier,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Value,
    Change Change,
    [property: JsonPropertyOrder(2)] FactAnswer? Before,
    [property: JsonPropertyOrder(2)] FactAnswer? After,
    IReadOnlyList<ChangeAnswer>? Revisions,
    IReadOnlyList<EventBehind>? Events,
    [property: JsonPropertyOrder(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<string>? Actors
) : DifferenceLine(Change, Revisions, Events);

public sealed record EraLine(
    string Scheme,
    string Era,
    Change Change,
    [property: JsonPropertyOrder(2)] EraInForce? Before,
    [property: JsonPropertyOrder(2)] EraInForce? After,
    IReadOnlyList<ChangeAnswer>? Revisions,
    IReadOnlyList<EventBehind>? Events
) : DifferenceLine(Change, Revisions, Events);

/// <param name="Between">The two sides, as a question names them.</param>
public sealed record ScoreLine(
    string Between,
    Change Change,
    [property: JsonPropertyOrder(2)] ScoreAnswer? Before,
    [property: JsonPropertyOrder(2)] ScoreAnswer? After,
    IReadOnlyList<ChangeAnswer>? Revisions,
    IReadOnlyList<EventBehind>? Events
) : DifferenceLine(Change, Revisions, Events);

/// <summary>Where the evidence shows another stance, or the same less or more surely: <c>before</c> and <c>after</c> are what <c>GET /stances</c> tells of it, null where nothing.</summary>
public sealed record StanceLine(
    string Holder,
    string Toward,
    Change Change,
    [property: JsonPropertyOrder(2)] StanceAnswer? Before,
    [property: JsonPropertyOrder(2)] StanceAnswer? After,
    IReadOnlyList<ChangeAnswer>? Revisions,
    IReadOnlyList<EventBehind>? Events
) : DifferenceLine(Change, Revisions, Events)
{
    internal FactKey Key => KeyOf(Holder, Toward);

    /// <summary>A stance has no qualifier.</summary>
    internal static FactKey KeyOf(string holder, string toward) => FactKey.Of(Stance.Kind, holder, toward, null, null);
}

/// <summary>An event of the world that made a difference.</summary>
public sealed record EventBehind(string Event, string Title, DateAnswer Occurred, int Revision, long Position);
