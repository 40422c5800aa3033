using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Explain;
using Spectre.Console;

namespace Chronology.Service.Cli;

/// <summary>An explanation: the fact, what was considered, and what would settle it.</summary>
public static partial class Tables
{
    public static void Explain(IAnsiConsole console, ExplainAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Fact is { } fact)
            Say(
                console,
                $"{fact.Fact}{(fact.Qualifier is null ? "" : $" ({fact.Qualifier})")}: {fact.Holder} → {fact.Toward} = {Told(fact)}"
                    + (fact.Since is { } since ? $", since {since.Edtf}" : "")
            );
        Say(console, $"Verdict: {RecordJson.Word(answer.Verdict)}");
        if (answer.Effects.Count > 0)
        {
            var table = New("", "Begins", "Value", "Event", "Why");
            foreach (var effect in answer.Effects)
                Row(
                    table,
                    Mark(effect.Part),
                    effect.Begins.Edtf,
                    effect.HeldAs is null && effect.TowardAs is null
                        ? effect.Value
                        : $"{effect.Value} (as {string.Join(", ", new[] { effect.HeldAs, effect.TowardAs }.OfType<string>())})",
                    $"{effect.Title} ({effect.Event}, revision {effect.Revision})",
                    effect.Sentence
                );
            Show(console, table);
        }
        if (answer.More > 0)
            Say(console, $"{answer.More} more that are left out are not told.");
        if (answer.Settling.Count > 0)
        {
            Say(console, "What would settle it:");
            foreach (var way in answer.Settling)
                Say(console, $"  {way.Sentence}");
        }
        if (answer.Untried > 0)
            Say(console, $"{answer.Untried} more effects that may decide were not tried.");
        Notes(console, answer.Notes);
    }

    private static string Mark(EffectPart part) =>
        part switch
        {
            EffectPart.Chosen => "→",
            EffectPart.PossibleDecider => "?",
            EffectPart.ClaimedAgainst => "!",
            _ => "-",
        };
}
