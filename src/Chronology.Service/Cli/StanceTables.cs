using System.Globalization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Stances;
using Chronology.Time;
using Spectre.Console;

namespace Chronology.Service.Cli;

/// <summary>One stance with its evidence; several as a line each.</summary>
public static partial class Tables
{
    public static void Stances(IAnsiConsole console, StancesAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Stances is [var one])
            Stance(console, one);
        else if (answer.Stances.Count > 0)
        {
            var table = New("Holder", "Toward", "Declared", "Shown", "Evidence", "Last reaffirmed");
            foreach (var stance in answer.Stances)
                Row(
                    table,
                    stance.Holder,
                    stance.Toward,
                    stance.Declared.Value + Sure(stance.Declared.Certainty),
                    Shown(stance.Revealed),
                    $"{stance.Count}{(stance.Window is { } window ? $", {Span(window)}" : "")}",
                    Reaffirmed(stance)
                );
            Show(console, table);
            Say(console, "The evidence of one: --holder and --toward.");
        }
        if (answer.Next is { } next)
            Say(console, $"There are more: --cursor {next}");
        Notes(console, answer.Notes);
    }

    private static void Stance(IAnsiConsole console, StanceAnswer stance)
    {
        StanceItself(console, stance);
        Evidence(console, stance);
    }

    private static void StanceItself(IAnsiConsole console, StanceAnswer stance)
    {
        var by = string.Join(", ", new[] { stance.Declared.Speaker, stance.Declared.Authority }.OfType<string>());
        Say(console, $"{stance.Holder} toward {stance.Toward}");
        Say(
            console,
            $"  declared         {stance.Declared.Value}{Sure(stance.Declared.Certainty)}"
                + (stance.Declared.Since is { } since ? $" since {since.Edtf}" : "")
                + (by.Length > 0 ? $", by {by}" : "")
                + (
                    stance.Declared.Alternatives.Count > 0
                        ? $"; or {string.Join(", ", stance.Declared.Alternatives)}"
                        : ""
                )
        );
        Say(console, $"  shown            {Shown(stance.Revealed)}");
        if (stance.Revealed is { Supporting: { } supporting, Neutral: { } neutral, Opposing: { } opposing })
            Say(
                console,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  by weight        {supporting * 100:0}% supporting, {neutral * 100:0}% neutral, {opposing * 100:0}% opposing"
                )
            );
        if (stance.SayDoGap is { } gap)
            Say(console, $"  says, does       {Signed(gap.Say)}, {Signed(gap.Do)}: a gap of {Signed(gap.Gap)}");
        if (stance.Salience is { } salience)
            Say(console, string.Create(CultureInfo.InvariantCulture, $"  salience         {salience} of 3"));
        if (stance.LastReaffirmed is not null)
            Say(console, $"  last reaffirmed  {Reaffirmed(stance)}");
    }

    private static void Evidence(IAnsiConsole console, StanceAnswer stance)
    {
        var table = New("Date", "Position", "Weight", "Event");
        table.Columns[2].RightAligned();
        foreach (var piece in stance.Evidence)
            table.AddRow(
                Cell(piece.Date.Edtf),
                Cell(piece.P is { } p ? $"{piece.Value} ({Signed(p)})" : piece.Value),
                Cell(string.Create(CultureInfo.InvariantCulture, $"{piece.Weight.Value:0.00}")),
                Cell(
                    $"{piece.Event} (revision {piece.Revision})",
                    $"{(piece.Vote is { } vote ? $"{piece.Basis}: {vote}" : piece.Basis)}, {piece.Credibility}, happened {RecordJson.Word(piece.Happened)}"
                )
            );
        Show(console, table);
    }

    /// <summary><c>opposes -0.59 (-0.86 to -0.09)</c></summary>
    private static string Shown(RevealedAnswer revealed) =>
        revealed is { Position: { } position, Low: { } low, High: { } high }
            ? $"{revealed.Value} {Signed(position)}"
                + (low == high ? "" : $" ({Signed(low)} to {Signed(high)})")
                + (revealed.Verdict == StanceVerdict.Certain ? "" : ", possibly")
            : RecordJson.Word(revealed.Verdict);

    private static string Sure(FactCertainty certainty) =>
        certainty == FactCertainty.Certain ? "" : $" ({RecordJson.Word(certainty)})";

    private static string? Reaffirmed(StanceAnswer stance) =>
        stance.LastReaffirmed is not { } last ? null
        : stance.Stale is null or Certainty.No ? Span(last)
        : $"{Span(last)}, {(stance.Stale == Certainty.Certain ? "stale" : "possibly stale")}";

    private static string Span(SpanAnswer days) =>
        days.Earliest == days.Latest ? days.Latest ?? "?" : $"{days.Earliest ?? "?"} to {days.Latest ?? "?"}";

    private static string Signed(decimal number) => number.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
