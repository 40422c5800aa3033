using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Eras;
using Chronology.Service.Store;
using MediatR;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology eras</c></summary>
public static class ErasVerb
{
    private static readonly string[] OfSummaries = ["between", "actor", "cursor", "limit"];

    private const int Page = EventTimeline.GreatestLimit;

    /// <param name="Schemes">Those whose eras are told, as <c>GET /schemes</c> lists them.</param>
    public sealed record Told(IReadOnlyList<JsonObject> Schemes, ErasOfSchemeAnswer Eras);

    public static Verb Of(Run run)
    {
        var scheme = new Option<string?>("--scheme")
        {
            Description = "Only the eras of this scheme; without it those of every scheme",
            HelpName = "KEY",
        };
        var summary = new Option<bool>("--summary") { Description = "Sum up and tell each era" };
        var options = AskVerbs.Options(["asOf", "knownAt", .. OfSummaries]);
        var command = AskVerbs.Command(
            run,
            "eras",
            "Era schemes, their eras, and which of them a day is in; with --summary what happened in each",
            options
        );
        command.Options.Insert(0, scheme);
        command.Options.Insert(1, summary);
        command.Options.Add(run.Cite);
        command.Validators.Add(parsed =>
        {
            var lone = OfSummaries.Select(name => options[name]).Append<Option>(run.Cite);
            if (
                !parsed.GetValue(summary)
                && lone.FirstOrDefault(one => parsed.GetResult(one) is { Implicit: false }) is { } option
            )
                parsed.AddError($"{option.Name} goes with --summary.");
        });
        command.SetAction(
            (parsed, ct) =>
                parsed.GetValue(summary)
                    ? AskVerbs.AskAsync(
                        run,
                        parsed,
                        "/eras",
                        AskVerbs.Query(parsed, options, ("scheme", parsed.GetValue(scheme))),
                        EraEndpoints.Read,
                        Tables.EraSummaries,
                        ct
                    )
                    : run.AnswerAsync(
                        parsed,
                        async (store, chronology) =>
                        {
                            var query = AskVerbs.Query(parsed, options);
                            var axes = query.Axes();
                            return query.Refusal() is { } refusal
                                ? refusal
                                : await AskAsync(store.Sender, chronology, parsed.GetValue(scheme), axes, ct);
                        },
                        (console, told) => Tables.Eras(console, told),
                        asking: true,
                        json: told => told.Eras
                    )
        );
        return new(
            command,
            "chronology eras",
            "chronology eras --scheme article-sections --as-of 1974",
            "chronology eras --scheme article-lead --summary --between ussr,plo --as-of 2023"
        );
    }

    private static async Task<Result<Told>> AskAsync(
        ISender sender,
        string chronology,
        string? scheme,
        Axes axes,
        CancellationToken ct
    )
    {
        var schemes = await AllAsync(
            (cursor, at) => sender.Send(new ListOfRecords(chronology, RecordKind.Scheme, null, cursor, Page, at), ct),
            page => (page.Basis, page.Records, page.Next)
        );
        if (schemes.Rejection is { } rejection)
            return rejection;
        var (basis, all) = schemes.Value;
        var told = all.Where(one => scheme is null || (string?)one["key"] == scheme).ToArray();
        var eras = new List<JsonObject>();
        // One that is named is asked for though it is not listed: the answer says why.
        foreach (var key in scheme is null ? told.Select(one => (string)one["key"]!) : [scheme])
        {
            var ofScheme = await AllAsync(
                (cursor, at) => sender.Send(new ErasOfScheme(chronology, key, null, cursor, Page, at), ct),
                page => (page.Basis, page.Eras, page.Next)
            );
            if (ofScheme.Rejection is { } unknown)
                return unknown;
            eras.AddRange(ofScheme.Value.Records);
        }
        return new Told(told, new(basis, eras, null));

        async Task<Result<(Basis Basis, List<JsonObject> Records)>> AllAsync<T>(
            Func<string?, Axes, Task<Result<T>>> ask,
            Func<T, (Basis Basis, IReadOnlyList<JsonObject> Records, string? Next)> read
        )
        {
            var records = new List<JsonObject>();
            string? cursor = null;
            while (true)
            {
                // A cursor has fixed the position already.
                var answer = await ask(cursor, cursor is null ? axes : axes with { KnownAt = null });
                if (answer.Rejection is { } refused)
                    return refused;
                var page = read(answer.Value);
                records.AddRange(page.Records);
                // Everything after the first answer is asked on its basis.
                axes = new(page.Basis.AsOf, page.Basis.KnownAt.Position.ToString(CultureInfo.InvariantCulture))
                {
                    Rules = page.Basis.Rules.ToString(CultureInfo.InvariantCulture),
                };
                if (page.Next is null)
                    return (page.Basis, records);
                cursor = page.Next;
            }
        }
    }
}
