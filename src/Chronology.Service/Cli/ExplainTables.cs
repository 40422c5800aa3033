using System.Globalization;
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
        Considered(console, answer.Effects, answer.More);
        Settling(console, answer.Settling, answer.Untried);
        Notes(console, answer.Notes);
    }

    public static void ExplainStance(IAnsiConsole console, ExplainStanceAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Stance is { } stance)
            StanceItself(console, stance);
        if (answer.Effects.Count > 0)
        {
            var table = New("", "Begins", "Value", "Event, as declared, and as evidence");
            foreach (var effect in answer.Effects)
                table.AddRow(
                    Cell(Mark(effect.Declared.Part)),
                    Cell(effect.Declared.Begins.Edtf),
                    Cell(Valued(effect.Declared)),
                    Cell(
                        $"{effect.Declared.Title} ({effect.Event}, revision {effect.Declared.Revision})",
                        effect.Declared.Sentence,
                        effect.Evidence?.Sentence ?? "No evidence."
                    )
                );
            Show(console, table);
        }
        if (answer.More > 0)
            Say(console, $"{answer.More} more that are left out are not told.");
        Settling(console, answer.Settling, answer.Untried);
        Notes(console, answer.Notes);
    }

    public static void ExplainScore(IAnsiConsole console, ExplainScoreAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        Say(console, $"{answer.Between}: {Shown(answer.Score)}");
        foreach (var sentence in answer.Becomes.Sentences)
            Say(console, $"  {sentence}");
        if (answer.Contributions.Count > 0)
        {
            var table = New("Adds", "At least", "At most", "Event");
            foreach (var column in table.Columns.Take(3))
                column.RightAligned().NoWrap();
            foreach (var one in answer.Contributions)
                Row(
                    one.Adds,
                    $"{one.Title} ({one.Event}, revision {one.Revision})",
                    $"{one.Occurred.Edtf}, {Signed(one.Intensity)} {one.Credibility}, {one.HalfLife}"
                );
            if (answer.Rest.Events > 0)
                Row(answer.Rest, $"{answer.Rest.Events} more events");
            if (answer.Rounding != new AddedAnswer(0, 0, 0))
                Row(answer.Rounding, "rounding, a year at a time");
            Row(answer.Sum, "S, the sum");
            Show(console, table);

            void Row(AddedAnswer part, params string[] what) =>
                table.AddRow(Cell(Part(part.Estimate)), Cell(Part(part.Low)), Cell(Part(part.High)), Cell(what));
        }
        foreach (var left in answer.LeftOut)
            Say(
                console,
                $"Left out, {left.Count} {RecordJson.Word(left.Reason)}: {left.Why} {Listed(left.Events.Select(one => one.By is null ? one.Event : $"{one.Event} (into {one.By})"), left.Count)}"
            );
        if (answer.Settling.Count > 0)
        {
            Say(console, "What would bring the bounds together:");
            foreach (var way in answer.Settling)
                Say(console, $"  {way.Sentence}");
        }
        if (answer.Untried > 0)
            Say(console, $"{answer.Untried} more events set the bounds apart, each less.");
        Notes(console, answer.Notes);
    }

    public static void ExplainEra(IAnsiConsole console, ExplainEraAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        Say(console, $"era/{answer.Scheme}/{answer.Era}, surely {answer.FirstDay ?? "?"} to {answer.LastDay ?? "?"}");
        if (answer.Sentences.Count == 0)
            Say(console, "Nothing is told of it.");
        foreach (var sentence in answer.Sentences)
        {
            Say(console, "");
            Say(console, sentence.Text);
            Say(console, $"  {sentence.Code}, by the rule {sentence.Rule}: {sentence.Why}");
            foreach (var because in sentence.Because)
            {
                Say(console, $"  Rests on {Because(because)}");
                foreach (var citation in because.Citations)
                    Say(console, $"    {Cited(citation)}");
            }
            foreach (var left in sentence.LeftOut)
                Say(console, $"  Left out, {left.Count} {left.Code}: {left.Why}");
            foreach (var one in sentence.Uncertain)
                Say(console, $"  Uncertain, {one.What}: {one.Sentence} {one.SettledBy}");
            foreach (var one in sentence.Between)
                Say(console, $"  May lie between: {one.Event} ({one.Occurred.Edtf}, revision {one.Revision})");
            foreach (var on in sentence.Explained)
            {
                Say(console, $"  On {on.AsOf}: {(on.Fact is { } fact ? Told(fact) : RecordJson.Word(on.Verdict))}");
                foreach (var effect in on.Effects)
                    Say(
                        console,
                        $"    {Mark(effect.Part)} {effect.Event} ({effect.Begins.Edtf}, {Valued(effect)}): {effect.Sentence}"
                    );
                if (on.More > 0)
                    Say(console, $"    {on.More} more that are left out are not told.");
                foreach (var way in on.Settling)
                    Say(console, $"    {way.Sentence}");
            }
        }
        Notes(console, answer.Notes);
    }

    private static void Considered(IAnsiConsole console, IReadOnlyList<ExplainedAnswer> effects, long more)
    {
        if (effects.Count > 0)
        {
            var table = New("", "Begins", "Value", "Event, and why");
            foreach (var effect in effects)
                table.AddRow(
                    Cell(Mark(effect.Part)),
                    Cell(effect.Begins.Edtf),
                    Cell(Valued(effect)),
                    Cell($"{effect.Title} ({effect.Event}, revision {effect.Revision})", effect.Sentence)
                );
            Show(console, table);
        }
        if (more > 0)
            Say(console, $"{more} more that are left out are not told.");
    }

    private static void Settling(IAnsiConsole console, IReadOnlyList<SettlingAnswer> ways, int untried)
    {
        if (ways.Count > 0)
        {
            Say(console, "What would settle it:");
            foreach (var way in ways)
                Say(console, $"  {way.Sentence}");
        }
        if (untried > 0)
            Say(console, $"{untried} more effects that may decide were not tried.");
    }

    private static string Valued(ExplainedAnswer effect) =>
        effect.HeldAs is null && effect.TowardAs is null
            ? effect.Value
            : $"{effect.Value} (as {string.Join(", ", new[] { effect.HeldAs, effect.TowardAs }.OfType<string>())})";

    /// <summary>Some of so many, and how many more there are.</summary>
    private static string Listed(IEnumerable<string> keys, long count)
    {
        const int Greatest = 5;
        var shown = keys.Take(Greatest).ToArray();
        return $"{string.Join(", ", shown)}{(count > shown.Length ? $" and {Number(count - shown.Length)} more" : "")}.";
    }

    private static string Part(decimal number) => number.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    private static string Mark(EffectPart part) =>
        part switch
        {
            EffectPart.Chosen => "→",
            EffectPart.PossibleDecider => "?",
            EffectPart.ClaimedAgainst => "!",
            _ => "-",
        };
}
