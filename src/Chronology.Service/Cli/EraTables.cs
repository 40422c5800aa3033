using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Eras;
using Chronology.Service.Web;
using Spectre.Console;

namespace Chronology.Service.Cli;

/// <summary>Eras summed up and told.</summary>
public static partial class Tables
{
    public static void EraSummaries(IAnsiConsole console, EraSummariesAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Eras.Count == 0)
            Say(console, "No eras.");
        foreach (var era in answer.Eras)
        {
            Say(console, "");
            Say(
                console,
                $"{Text(era["title"])} (era/{Text(era["scheme"])}/{Text(era["key"])}), {Text(era["span"]?["edtf"])}"
            );
            Account(console, era.Deserialize<EraAccount>(Answers.Json)!);
        }
        if (answer.Next is { } next)
            Say(console, $"There are more: --cursor {next}");
        Notes(console, answer.Notes);
    }

    private static void Account(IAnsiConsole console, EraAccount account)
    {
        var events = account.Events;
        Say(
            console,
            $"  Events: {events.Certain} surely in it, {events.Possible} possibly; {events.Disputed} disputed, {events.Unsourced} without a source, {events.Refuted} refuted"
        );
        var more = Math.Max(0, account.Actors.Count - ActorsShown) + account.MoreActors;
        if (account.Actors.Count > 0)
            Say(
                console,
                $"  Actors: {string.Join(", ", account.Actors.Take(ActorsShown).Select(actor => $"{actor.Actor} {actor.Events}"))}{(more > 0 ? $" and {more} more" : "")}"
            );
        if (account.Sources.Count > 0)
            Say(
                console,
                $"  Sources: {string.Join(", ", account.Sources.Select(of => $"{of.Kind} {of.Sources}, cited {of.Citations} times"))}"
            );
        if (account.Score is { } score)
            Say(console, $"  Score: {Shown(score)}");
        foreach (var sentence in account.Narrative)
            Say(console, $"  - {sentence.Text} [{string.Join(", ", sentence.Because.Select(one => one.Event))}]");
        foreach (var left in account.LeftOut)
            Say(console, $"  Left out: {left.Count} {left.Code}. {left.Why}");
        Notes(console, account.Notes);
    }

    private const int ActorsShown = 6;

    private static string Shown(EraScore score)
    {
        var end = $"{Shown(score.End)} at the end";
        return score is { Start: { } start, Min: { } min, Max: { } max, Trend: { } trend }
            ? $"{Shown(start)} at the start, {end}, least {Shown(min)} ({min.AsOf}), greatest {Shown(max)} ({max.AsOf}), {trend}"
            : end;
    }

    private static string Shown(ScorePoint point) =>
        FormattableString.Invariant($"{point.Value} [{point.Low} to {point.High}]");
}
