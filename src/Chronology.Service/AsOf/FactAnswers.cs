using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;

namespace Chronology.Service.AsOf;

/// <summary>One fact as it was on the day asked.</summary>
/// <param name="HeldAs">The predecessor that the effect shown is recorded of, in the holder's place; left out where it is the holder's own.</param>
/// <param name="TowardAs">The predecessor in the place of <c>toward</c>; as <c>heldAs</c>.</param>
/// <param name="Value">The possible value whose effect has the greatest latest day; <c>alternatives</c> are the others, <c>none</c> included.</param>
/// <param name="Certainty">certain, possible or claimed.</param>
/// <param name="Because">The effects that may be the one that decides, by (earliest, latest, key).</param>
/// <param name="DisputedBy">Disputed effects that would decide instead.</param>
public sealed record FactAnswer(
    string Fact,
    string Holder,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    string? Toward,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    string? Qualifier,
    string Value,
    FactCertainty Certainty,
    IReadOnlyList<string> Alternatives,
    DayAnswer? Since,
    DayAnswer? Until,
    string? Credibility,
    IReadOnlyList<BecauseAnswer> Because,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BecauseAnswer>? DisputedBy
);

/// <summary>The event, its revision and that revision's position, and the passages that an answer rests on.</summary>
public sealed record BecauseAnswer(string Event, int Revision, long Position, IReadOnlyList<Citation> Citations);

/// <summary>What last held before a fact came to hold no more.</summary>
public sealed record LastHeldAnswer(
    string Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    DayAnswer? Since,
    DayAnswer? Until,
    BecauseAnswer Because
);

/// <summary>Facts decided by the model, told with their citations.</summary>
public sealed class FactTelling(Facts facts)
{
    /// <summary>The facts that answers list, in their order: (fact, holder, toward, qualifier, value), ordinal.</summary>
    public async Task<IReadOnlyList<FactAnswer>> ListedAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        CancellationToken ct
    )
    {
        var entries = Decide(moment, await facts.ReadAsync(moment, identity, selection, ct));
        var listed = entries.Where(entry => entry.IsListed).ToList();
        var citations = await facts.CitationsAsync(moment.Chronology, listed.SelectMany(Rests), ct);
        return Ordered([.. listed.Select(entry => Tell(entry, citations))]);
    }

    public static IReadOnlyList<FactEntry> Decide(Moment moment, IReadOnlyList<FactEffects> found) =>
        [.. found.Select(fact => fact.AsOf(moment.AsOf))];

    public static IEnumerable<RecordedEffect> Rests(FactEntry entry) =>
        entry.Because.Concat(entry.DisputedBy).Concat(entry.LastHeld is { } last ? [last.Effect] : []);

    public static IReadOnlyList<FactAnswer> Ordered(IEnumerable<FactAnswer> answers) =>
        [
            .. answers
                .OrderBy(a => a.Fact, StringComparer.Ordinal)
                .ThenBy(a => a.Holder, StringComparer.Ordinal)
                .ThenBy(a => a.Toward ?? "", StringComparer.Ordinal)
                .ThenBy(a => a.Qualifier ?? "", StringComparer.Ordinal)
                .ThenBy(a => a.Value, StringComparer.Ordinal),
        ];

    public static FactAnswer Tell(
        FactEntry entry,
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> citations
    ) =>
        new(
            entry.Key.Fact,
            entry.Key.Holder,
            entry.HeldAs,
            entry.Key.Toward,
            entry.TowardAs,
            entry.Key.Qualifier,
            entry.Value,
            entry.Certainty,
            entry.Alternatives,
            DayAnswer.Of(entry.Since),
            DayAnswer.Of(entry.Until),
            entry.Credibility,
            Because(entry.Because, citations),
            entry.DisputedBy.Count == 0 ? null : Because(entry.DisputedBy, citations)
        );

    public static IReadOnlyList<BecauseAnswer> Because(
        IEnumerable<RecordedEffect> effects,
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> citations
    ) =>
        [
            .. effects
                .Select(effect => (effect.Event, effect.Revision, effect.Position))
                .Distinct()
                .Select(e => new BecauseAnswer(
                    e.Event,
                    e.Revision,
                    e.Position,
                    citations.GetValueOrDefault((e.Event, e.Position)) ?? []
                )),
        ];
}
