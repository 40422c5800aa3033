using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Tests.Relations;

/// <summary>Effects and questions in few words.</summary>
internal static class Timelines
{
    public static EffectDate On(string edtf) => new(edtf, Occurrence(edtf).Window);

    public static RecordedEffect Effect(
        this FactKey key,
        string @event,
        string? value,
        string begins,
        string? until = null,
        int? order = null,
        string credibility = "reported"
    ) =>
        new(
            FactKey.Of(key.Fact, key.Holder, key.Toward, key.Qualifier, value),
            value == "none" ? null : value,
            @event,
            Index: 0,
            Revision: 1,
            Position: 1,
            On(begins),
            Occurrence(begins).TimeOfDay,
            until is null ? null : On(until),
            order,
            credibility,
            ValueList<Citation>.Empty
        );

    public static FactEntry AsOf(this FactKey key, string day, params IReadOnlyList<RecordedEffect> effects) =>
        FactsAsOf.Decide(key, effects, Day.ParseQuestion(day).Value);

    /// <summary>Value, certainty and alternatives in one line: <c>embassy possible (none)</c>.</summary>
    public static string Said(this FactEntry entry) =>
        $"{entry.Value} {entry.Certainty.ToString().ToLowerInvariant()}"
        + (entry.Alternatives.Count == 0 ? "" : $" ({string.Join(", ", entry.Alternatives)})");

    public static IEnumerable<string> Events(this IEnumerable<RecordedEffect> effects) =>
        effects.Select(effect => effect.Event);

    private static When.Occurrence Occurrence(string edtf) => When.OccurrenceFrom(edtf, "gregorian").Value;
}
