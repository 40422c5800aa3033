using System.CommandLine;
using Chronology.Recording;
using Chronology.Service.Explain;

namespace Chronology.Service.Cli;

/// <summary><c>chronology explain</c>: a fact, and below it <c>stance</c>, <c>score</c> and <c>era</c>.</summary>
public static class ExplainVerb
{
    public static Verb Of(Run run)
    {
        var fact = AskVerbs.Asking(
            run,
            "explain",
            "/explain",
            "Why a fact is what it is on a day: what was considered, what was left out and why, and what would settle it; with stance, score or era why these are what they are",
            ["kind", "holder", "toward", "qualifier", "value", "asOf", "knownAt"],
            ExplainEndpoint.Read,
            Tables.Explain,
            "chronology explain --kind representation --holder plo --toward ussr --as-of 1974-07-01",
            "chronology explain --kind relations --holder ussr --toward israel --as-of 1970",
            "chronology explain score --between ussr,plo --as-of 1988"
        );
        Verb[] below =
        [
            AskVerbs.Asking(
                run,
                "stance",
                "/explain/stance",
                "Why an actor stands where it does: what it declared, what each piece of evidence weighs, and what was left out",
                ["holder", "toward", "asOf", "knownAt"],
                ExplainStanceEndpoint.Read,
                Tables.ExplainStance,
                "chronology explain stance --holder ussr --toward resolution-3379 --as-of 1991-12-20"
            ),
            AskVerbs.Asking(
                run,
                "score",
                "/explain/score",
                "Why the score of two sides is what it is: what each event adds, what was left out and why, and what would bring its bounds together",
                ["between", "limit", "asOf", "knownAt"],
                ExplainScoreEndpoint.Read,
                Tables.ExplainScore,
                "chronology explain score --between ussr,plo --as-of 1988",
                "chronology explain score --between \"ussr,russia;plo,palestine\" --as-of 2014 --limit 10"
            ),
            Era(run),
        ];
        foreach (var verb in below)
            fact.Command.Subcommands.Add(verb.Command);
        return fact with { Below = below };
    }

    private static Verb Era(Run run)
    {
        var era = new Argument<string>("era")
        {
            Description = "The era, such as article-lead/soviet-american-confrontation",
            HelpName = "SCHEME/KEY",
        };
        var sentence = new Option<string?>("--sentence")
        {
            Description = "Only this one, by its code, such as silence or event/plo-embassy-moscow",
            HelpName = "CODE",
        };
        var options = AskVerbs.Options("between", "actor", "asOf", "knownAt");
        var command = AskVerbs.Command(
            run,
            "era",
            "Why the narrative of an era says what it says: the rule behind each sentence, what it rests on, what was left out and why, and what would settle it",
            options
        );
        command.Arguments.Add(era);
        command.Options.Insert(0, sentence);
        command.Options.Add(run.Cite);
        command.SetAction(
            async (parsed, ct) =>
            {
                var given = parsed.GetRequiredValue(era);
                var id = Named.Record(given.StartsWith("era/", StringComparison.Ordinal) ? given : $"era/{given}");
                if (id.Rejection is { } unreadable)
                    return run.Refuse(unreadable);
                return await AskVerbs.AskAsync(
                    run,
                    parsed,
                    "/explain/era",
                    AskVerbs.Query(
                        parsed,
                        options,
                        ("scheme", id.Value.Scheme),
                        ("era", id.Value.OwnKey),
                        ("sentence", parsed.GetValue(sentence))
                    ),
                    ExplainEraEndpoint.Read,
                    Tables.ExplainEra,
                    ct
                );
            }
        );
        return new(
            command,
            "chronology explain era article-lead/soviet-american-confrontation --between ussr,plo --as-of 1990",
            "chronology explain era article-lead/soviet-american-confrontation --sentence silence --as-of 1990"
        );
    }
}
