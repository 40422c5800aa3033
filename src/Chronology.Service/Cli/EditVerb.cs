using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology edit</c>: a correction written in the user's editor.</summary>
public static class EditVerb
{
    public static Verb Of(Run run)
    {
        var record = new Argument<string>("record")
        {
            Description = "The record, such as event/plo-embassy-moscow",
            HelpName = "KIND/KEY",
        };
        var reason = new Option<string?>("--reason")
        {
            Description = "Why: correction (default), refinement or reassessment",
            HelpName = "CODE",
        };
        var note = new Option<string?>("--note") { Description = "Why: in words", HelpName = "TEXT" };
        var command = new Command(
            "edit",
            "Correct a record in the editor that VISUAL or EDITOR names; what you change is sent as one correction of the revision you saw"
        )
        {
            record,
            reason,
            note,
            run.DryRun,
            run.TriedAsOf,
            run.Author,
            run.Via,
            run.Chronology,
            run.Json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var named = Named.Record(parsed.GetRequiredValue(record));
                var caller = run.CallerOf(parsed);
                if ((named.Rejection ?? caller.Rejection) is { } refusal)
                    return run.Refuse(refusal);
                var id = named.Value;
                if (run.Tries(parsed))
                    return await EditAsync(
                        (store, chronology, order) =>
                            store.Sender.Send(
                                new PreviewOrder(chronology, order, caller.Value, parsed.GetValue(run.TriedAsOf)),
                                ct
                            ),
                        Tables.EditTried
                    );
                return await EditAsync(
                    (store, chronology, order) =>
                        store.Sender.Send(new AppendOrder(chronology, order, caller.Value), ct),
                    Tables.Edited
                );

                Task<int> EditAsync<T>(
                    Func<OpenedStore, string, Order, Task<Result<T>>> send,
                    Action<Spectre.Console.IAnsiConsole, RecordId, T?> tell
                )
                    where T : class =>
                    run.AnswerAsync(
                        parsed,
                        async (store, chronology) =>
                        {
                            var answer = await store.Sender.Send(new OneRecord(chronology, id, Axes.Now), ct);
                            if (answer.Rejection is { } unknown)
                                return (Result<T?>)unknown;
                            var body = BodyOf(id.Kind, answer.Value.Fields);
                            var offered = new JsonObject
                            {
                                ["reason"] = new JsonObject
                                {
                                    ["code"] = parsed.GetValue(reason) ?? "correction",
                                    ["note"] = parsed.GetValue(note),
                                },
                                ["citations"] = new JsonArray(),
                                ["record"] = body.DeepClone(),
                            };
                            return await Editing.EditAsync(
                                run.Around,
                                store.Configuration,
                                id.ToString().Replace('/', '.'),
                                Header(id, answer.Value.Revision),
                                offered,
                                async edited =>
                                {
                                    var order = Correction(id, edited, body)
                                        .Map(correct => new Order(correct, answer.Value.Revision));
                                    return order.Rejection is { } rejection
                                        ? rejection
                                        : await send(store, chronology, order.Value);
                                },
                                keep: parsed.GetValue(run.DryRun),
                                ct
                            );
                        },
                        (console, sent) => tell(console, id, sent)
                    );
            }
        );
        return new(
            command,
            "chronology edit event/plo-embassy-moscow",
            "EDITOR=nano chronology edit era/article-sections/history --reason refinement",
            "chronology edit event/plo-embassy-moscow --dry-run"
        );
    }

    /// <summary>A record's request body, from an answer that tells dates with their bounds.</summary>
    private static JsonObject BodyOf(RecordKind kind, JsonObject told)
    {
        var body = new JsonObject();
        foreach (var field in RecordJson.Fields(kind))
            body[field] = told[field]?.DeepClone();
        foreach (var date in new[] { "occurred", "span" })
        {
            if (body[date] is JsonObject bounds)
                body[date] = (body["start"] ?? body["end"] ?? told["anchor"]) is null ? (string?)bounds["edtf"] : null;
        }
        return body;
    }

    private static IEnumerable<string> Header(RecordId id, int revision) =>
        [
            $"{id}, revision {revision}: change what is wrong in “record”, save, and close the editor.",
            "“reason” says why. Its code is correction (the record was wrong), refinement (the date is known more exactly)",
            "or reassessment (only credibility and sources change). “citations” are sources that support the change.",
            "Left as it is, the file changes nothing.",
        ];

    private static Result<Recording.Command> Correction(RecordId id, JsonElement edited, JsonObject body)
    {
        if (
            Body.Node(edited) is not JsonObject said
            || said["record"] is not JsonObject record
            || said.FirstOrDefault(member => member.Key is not ("reason" or "citations" or "record")).Key is not null
        )
            return new Rejection(
                "invalid-parameter",
                "The file has “reason”, “citations” and “record”, and nothing else."
            );
        said.Remove("record");
        said["changes"] = MergePatch.Between(body, record);
        return Body.Of(said).Then(json => RecordJson.ReadCommand(Operation.Corrected, id, json));
    }
}
