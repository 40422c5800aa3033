using System.Globalization;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Compare;
using Chronology.Service.Import;
using Chronology.Service.Stances;
using Chronology.Time;
using Spectre.Console;

namespace Chronology.Service.Cli;

public static partial class Tables
{
    public static void Comparison(IAnsiConsole console, ComparisonAnswer answer)
    {
        Say(console, $"From {Basis(answer.From)}");
        Say(console, $"to {Basis(answer.Basis)}");
        var (day, other) = (answer.From.AsOf, answer.Basis.AsOf);
        var (position, to) = (answer.From.KnownAt.Position, answer.Basis.KnownAt.Position);
        if (position == to && day == other && answer.Rules.Count == 0)
            Say(console, "Nothing is different.");
        if (position != to)
        {
            Say(console, "");
            Lines(
                console,
                $"What the record came to say of {day}, from position {position} to {to}",
                answer.Knowledge,
                line => line.Revisions!.Select(Recorded)
            );
            Say(console, $"Revisions that changed nothing of it: {answer.Unchanged}.");
        }
        if (day != other)
        {
            Say(console, "");
            Lines(
                console,
                $"What changed in the world, from {day} to {other}",
                answer.World,
                line =>
                    line.Events!.Select(e => $"{e.Occurred.Edtf} {e.Title} ({e.Event})")
                        .Concat(((line as FactLine)?.Actors ?? []).Select(actor => $"actor/{actor}"))
            );
        }
        if (answer.Rules.Count > 0)
        {
            Say(console, "");
            Lines(
                console,
                $"What rules {answer.Basis.Rules} say instead of rules {answer.From.Rules}",
                answer.Rules,
                line => line.Revisions!.Select(Recorded)
            );
        }
        Notes(console, answer.Notes);
    }

    public static void Preview(IAnsiConsole console, RecordId id, EffectPreview preview)
    {
        var would = preview.Would;
        Say(
            console,
            would.Op is { } op
                ? $"Nothing is recorded. {id} would be {op}: revision {would.Revision}, {would.Status}."
                : $"Nothing is recorded, and nothing would be: revision {would.Revision} of {id} says so already."
        );
        if (would.Op is null)
            return;
        Changes(console, preview.Basis.AsOf, preview.Changes);
        foreach (var day in preview.Days ?? [])
            Changes(console, day.AsOf, day);
        CitedChanges(console, preview.Cited);
    }

    public static void ImportPreview(IAnsiConsole console, string file, ImportPreview preview)
    {
        var would = preview.Would;
        Say(
            console,
            $"Nothing is recorded. {(file == "-" ? "Standard input" : file)} would be {would.Recorded} recorded{Unnumbered(would)}, {would.Unchanged} unchanged, {would.Refused.Count} refused."
        );
        if (would.Recorded == 0)
            return;
        Changes(console, preview.Basis.AsOf, preview.Changes);
        CitedChanges(console, preview.Cited);
    }

    private static void Changes(IAnsiConsole console, string asOf, Changed changed)
    {
        Lines(
            console,
            $"As of {asOf}",
            [.. changed.Facts, .. changed.Stances, .. changed.Eras, .. changed.Scores, .. changed.Shown]
        );
        if (changed.UntriedScores > 0)
            Say(console, $"The scores of {Number(changed.UntriedScores)} more pairs were not looked at.");
    }

    private static void CitedChanges(IAnsiConsole console, CitedChanges cited)
    {
        if (cited.Changed.Count > 0)
        {
            Say(console, "Cited answers that would be others today");
            foreach (var one in cited.Changed)
                Say(console, $"  {one.Id} {one.Question}");
        }
        if (cited.Untried > 0)
            Say(
                console,
                $"{Number(cited.Tried)} cited answers were asked again; {Number(cited.Untried)} more were not."
            );
    }

    private static void Lines(IAnsiConsole console, string heading, IReadOnlyList<DifferenceLine> lines)
    {
        Say(console, heading);
        if (lines.Count == 0)
        {
            Say(console, "  Nothing is different.");
            return;
        }
        var table = New("What", "Before", "After");
        foreach (var line in lines)
        {
            var (what, before, after) = Told(line);
            Row(table, what, before, after);
        }
        Show(console, table);
    }

    /// <summary>Each line with all that is behind it below it, for that may be long.</summary>
    private static void Lines(
        IAnsiConsole console,
        string heading,
        IReadOnlyList<DifferenceLine> lines,
        Func<DifferenceLine, IEnumerable<string>> behind
    )
    {
        Say(console, heading);
        if (lines.Count == 0)
            Say(console, "  Nothing is different.");
        foreach (var line in lines)
        {
            var (what, before, after) = Told(line);
            Say(console, $"  {what}: {before} ⇒ {after}");
            foreach (var reason in behind(line))
                Say(console, $"      {reason}");
        }
    }

    private static (string What, string Before, string After) Told(DifferenceLine line) =>
        line switch
        {
            FactLine fact => (What(fact), Shown(fact.Before, fact.Change), Shown(fact.After, fact.Change)),
            EraLine era => ($"era {era.Scheme}/{era.Era}", Shown(era.Before), Shown(era.After)),
            StanceLine stance => (
                $"stance {stance.Holder} → {stance.Toward}, shown",
                Shown(stance.Before, stance.After),
                Shown(stance.After, stance.Before)
            ),
            ScoreLine score => ($"score {score.Between}", Shown(score.Before), Shown(score.After)),
            _ => throw new ArgumentOutOfRangeException(nameof(line), line, null),
        };

    private static string What(FactLine fact) =>
        $"{(fact.Qualifier is null ? fact.Fact : $"{fact.Fact}: {fact.Qualifier}")} {fact.Holder}{(fact.Toward is null ? "" : $" → {fact.Toward}")}";

    /// <summary>As much as tells the two sides of a line apart.</summary>
    private static string Shown(FactAnswer? fact, Change change) =>
        fact is null ? "—"
        : change == Change.Dates ? $"{Told(fact)}, {fact.Since?.Edtf ?? "?"}–{fact.Until?.Edtf}"
        : change == Change.Grounds
            ? $"{Told(fact)}, {fact.Credibility}, {string.Join(", ", fact.Because.Select(Because))}"
        : Told(fact);

    private static string Shown(Store.EraInForce? era) =>
        era is null ? "—" : $"{era.Title} ({RecordJson.Word(era.Certainty)})";

    private static string Shown(ScoreAnswer? score) =>
        score is null
            ? "—"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{score.Value} ({score.Band}, {score.Trend}, {score.Low} to {score.High}, {score.Confidence})"
            );

    /// <summary>As much as tells the two sides of a line apart.</summary>
    private static string Shown(StanceAnswer? stance, StanceAnswer? other)
    {
        if (stance is null)
            return "—";
        var shown = Position(stance);
        return other is null || shown != Position(other)
            ? shown
            : string.Join(
                ", ",
                stance
                    .Evidence.Select(Piece)
                    .Except(other.Evidence.Select(Piece), StringComparer.Ordinal)
                    .Prepend($"declared {stance.Declared.Value}{Sure(stance.Declared.Certainty)}")
                    .Prepend(shown)
            );

        static string Position(StanceAnswer stance) =>
            $"{Shown(stance.Revealed)}{(stance.Stale is Certainty.Certain or Certainty.Possible ? $", stale: {RecordJson.Word(stance.Stale.Value)}" : "")}";

        static string Piece(EvidenceAnswer piece) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{piece.Event} (revision {piece.Revision}, {piece.Value}, weight {piece.Weight.Value:0.00})"
            );
    }

    private static string Recorded(ChangeAnswer change) =>
        $"{change.Position}: {Named(change.Record, change.Scheme, change.Key)} {change.Op} by {By(change.Author, change.Via)}{(change.Reason is null ? "" : $", {Why(change.Reason)}")}";
}
