using System.CommandLine;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Spectre.Console;

namespace Chronology.Service.Cli;

/// <summary><c>chronology rules</c>: the versions that there are, side by side, and the one that the chronology follows.</summary>
public static class RulesVerb
{
    /// <param name="Adopted">The version that the chronology follows at its head.</param>
    /// <param name="Revision">What <c>--if-match</c> of an adoption takes.</param>
    public sealed record RulesOfChronology(
        string Chronology,
        int Adopted,
        int Revision,
        IReadOnlyList<RulesVersionAnswer> Versions
    );

    public static Verb Of(Run run)
    {
        var all = new Option<bool>("--all") { Description = "Also the rules that are the same in every version" };
        var command = new System.CommandLine.Command(
            "rules",
            "The versions of the rules behind scores and stances, and which one the chronology follows"
        )
        {
            all,
            run.Chronology,
            run.Json,
        };
        command.SetAction(
            (parsed, ct) =>
                run.AnswerAsync(
                    parsed,
                    async (store, chronology) =>
                    {
                        var card = await store.Sender.Send(new OneChronology(chronology), ct);
                        if (card.Rejection is { } unknown)
                            return unknown;
                        var known = await store.Sender.Send(new KnownRules(), ct);
                        return known.Map(rules => new RulesOfChronology(
                            chronology,
                            card.Value.Rules,
                            card.Value.Revision,
                            rules.Versions
                        ));
                    },
                    (console, answer) => Tables.Rules(console, answer, parsed.GetValue(all)),
                    asking: true
                )
        );
        return new(command, "chronology rules", "chronology rules --all --json");
    }
}

public static partial class Tables
{
    public static void Rules(IAnsiConsole console, RulesVerb.RulesOfChronology answer, bool all)
    {
        Say(
            console,
            $"{answer.Chronology} follows rules {Number(answer.Adopted)}; its own record is at revision {Number(answer.Revision)}."
        );
        var table = New(["Rule", .. answer.Versions.Select(version => $"Rules {Number(version.Version)}"), "Meaning"]);
        for (var row = 0; row < answer.Versions[0].Rules.Count; row++)
        {
            var values = answer.Versions.Select(version => version.Rules[row].Value).ToArray();
            if (all || values.Distinct(StringComparer.Ordinal).Count() > 1)
                Row(table, [answer.Versions[0].Rules[row].Rule, .. values, answer.Versions[0].Rules[row].Meaning]);
        }
        Show(console, table);
        if (!all)
            Say(console, "The other rules are the same in every version: --all.");
    }
}
