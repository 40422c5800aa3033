using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology create</c></summary>
public static class CreateVerb
{
    public static Verb Of(Run run)
    {
        var slug = new Argument<string>("slug") { Description = "Its name in addresses", HelpName = "SLUG" };
        var title = new Option<string?>("--title") { Description = "Its title", HelpName = "TEXT" };
        var description = new Option<string?>("--description") { Description = "What it covers", HelpName = "TEXT" };
        var licence = new Option<string?>("--licence")
        {
            Description = "Under which its data may be used",
            HelpName = "TEXT",
        };
        var command = new Command("create", "Begin a chronology")
        {
            slug,
            title,
            description,
            licence,
            run.Author,
            run.Via,
            run.Json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var body = new JsonObject
                {
                    ["slug"] = parsed.GetValue(slug),
                    ["title"] = parsed.GetValue(title),
                    ["description"] = parsed.GetValue(description),
                    ["licence"] = parsed.GetValue(licence),
                };
                var given = Body.Of(body).Then(ImportLine.ReadChronology);
                var caller = run.CallerOf(parsed);
                if ((given.Rejection ?? caller.Rejection) is { } refusal)
                    return run.Refuse(refusal);
                await using var store = await OpenedStore.OpenAsync(run.Around, run.Given);
                var made = await store.Sender.Send(
                    new CreateChronology(
                        given.Value.Slug,
                        given.Value.Title,
                        given.Value.Description,
                        given.Value.Licence,
                        caller.Value
                    ),
                    ct
                );
                return made.Rejection is { } rejection
                    ? run.Refuse(rejection)
                    : run.Tell(parsed, made.Value, Tables.Created);
            }
        );
        return new(command, "chronology create my-chronology --title \"My chronology\" --licence CC0-1.0");
    }
}

/// <summary><c>chronology correct</c>, <c>retract</c>, <c>reinstate</c>, <c>dispute</c>, <c>resolve</c>, <c>merge</c>, <c>split</c>.</summary>
public static class ChangeVerbs
{
    public static IEnumerable<Verb> Of(Run run) =>
        [
            Change(
                run,
                "correct",
                "Correct a record by a merge patch, with a reason; correct chronology adopts rules",
                Operation.Corrected,
                "chronology correct event/plo-embassy-moscow --if-match 2 --set occurred=1974-08 --reason refinement --note \"The month is in the register.\"",
                "chronology correct actor/plo --if-match 1 --changes '{\"names\":[{\"name\":\"PLO\"}]}' --reason correction",
                "chronology correct chronology --if-match 0 --set rules=2 --reason adoption --note \"Stricter evidence.\""
            ),
            Change(
                run,
                "retract",
                "Take a record out, with a reason; it can be reinstated",
                Operation.Retracted,
                "chronology retract event/plo-embassy-moscow --if-match 2 --reason correction"
            ),
            Change(
                run,
                "reinstate",
                "Put a retracted record back as it was",
                Operation.Reinstated,
                "chronology reinstate event/plo-embassy-moscow --if-match 3 --reason correction"
            ),
            Change(
                run,
                "dispute",
                "Mark an event as disputed, with a reason",
                Operation.Disputed,
                "chronology dispute event/plo-embassy-moscow --if-match 2 --reason dispute --note \"The register has no such mission.\""
            ),
            Change(
                run,
                "resolve",
                "End a dispute about an event, with a reason",
                Operation.Resolved,
                "chronology resolve event/plo-embassy-moscow --if-match 3 --credibility confirmed --reason reassessment"
            ),
            Change(
                run,
                "merge",
                "Say that an event or actor is another one recorded twice, with a reason; it can be split",
                Operation.Merged,
                "chronology merge event/plo-mission-moscow --into plo-embassy-moscow --if-match 1 --reason merge --note \"The same mission, from another source.\"",
                "chronology merge actor/soviet-union --into ussr --if-match 1 --reason merge"
            ),
            Change(
                run,
                "split",
                "Undo a merge",
                Operation.Split,
                "chronology split event/plo-mission-moscow --if-match 2 --reason split"
            ),
        ];

    private static Verb Change(Run run, string name, string description, Operation verb, params string[] examples)
    {
        var record = new Argument<string>("record")
        {
            Description = "The record, such as event/plo-embassy-moscow; chronology: the chronology itself",
            HelpName = "KIND/KEY",
        };
        var ifMatch = new Option<string?>("--if-match")
        {
            Description = "The revision that you have read",
            HelpName = "REVISION",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "A field and its new value, any number of times; null empties it, {..} and [..] are JSON",
            HelpName = "FIELD=VALUE",
        };
        var changes = new Option<string?>("--changes")
        {
            Description = "All changes as an RFC 7396 merge patch",
            HelpName = "JSON",
        };
        var credibility = new Option<string?>("--credibility")
        {
            Description = "confirmed, reported or refuted; without it what it was before the dispute",
            HelpName = "CREDIBILITY",
        };
        var into = new Option<string?>("--into")
        {
            Description = "The key of the one that stays, of the same kind",
            HelpName = "KEY",
        };
        var reason = new Option<string?>("--reason") { Description = "Why: a code", HelpName = "CODE" };
        var note = new Option<string?>("--note") { Description = "Why: in words", HelpName = "TEXT" };
        var citations = new Option<string?>("--citations")
        {
            Description = "What supports the change: [{\"source\":\"...\"}]",
            HelpName = "JSON",
        };
        var command = new Command(name, description) { record, ifMatch };
        if (verb == Operation.Corrected)
        {
            command.Options.Add(set);
            command.Options.Add(changes);
        }
        if (verb == Operation.Resolved)
            command.Options.Add(credibility);
        if (verb == Operation.Merged)
            command.Options.Add(into);
        foreach (
            Option option in new Option[]
            {
                reason,
                note,
                citations,
                run.DryRun,
                run.TriedAsOf,
                run.Author,
                run.Via,
                run.Chronology,
                run.Json,
            }
        )
            command.Options.Add(option);
        command.SetAction(
            async (parsed, ct) =>
            {
                var order = Named
                    .Record(parsed.GetRequiredValue(record))
                    .Then(id =>
                        Revision(parsed.GetValue(ifMatch))
                            .Then(expected =>
                                Describe(id.Kind)
                                    .Then(Body.Of)
                                    .Then(body => RecordJson.ReadCommand(verb, id, body))
                                    .Map(command => new Order(command, expected))
                            )
                    );
                return await SendAsync(run, parsed, order, ct);

                Result<JsonObject> Describe(RecordKind kind)
                {
                    var body = new JsonObject();
                    if (verb == Operation.Corrected)
                    {
                        var patch = Patch.Of(kind, parsed.GetValue(changes), parsed.GetValue(set) ?? []);
                        if (patch.Rejection is { } unreadable)
                            return unreadable;
                        body["changes"] = patch.Value;
                    }
                    if (parsed.GetValue(credibility) is { } becomes)
                        body["credibility"] = becomes;
                    if (parsed.GetValue(into) is { } stays)
                        body["into"] = stays;
                    if (parsed.GetValue(reason) is not null || parsed.GetValue(note) is not null)
                        body["reason"] = new JsonObject
                        {
                            ["code"] = parsed.GetValue(reason),
                            ["note"] = parsed.GetValue(note),
                        };
                    if (parsed.GetValue(citations) is not { } cited)
                        return body;
                    var list = Body.Parse(cited);
                    if (list.Rejection is { } bad)
                        return bad with { Detail = $"--citations: {bad.Detail}" };
                    body["citations"] = Body.Node(list.Value);
                    return body;
                }
            }
        );
        return new(command, examples);
    }

    private static Result<int> Revision(string? given) =>
        given is null ? new Rejection("revision-required", "Say which revision you have read: --if-match N.")
        : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision >= 0
            ? revision
        : new Rejection("invalid-parameter", "--if-match takes one revision, such as 3.");

    private static async Task<int> SendAsync(Run run, ParseResult parsed, Result<Order> order, CancellationToken ct)
    {
        var caller = run.CallerOf(parsed);
        if ((order.Rejection ?? caller.Rejection) is { } refusal)
            return run.Refuse(refusal);
        if (run.Tries(parsed))
            return await run.AnswerAsync(
                parsed,
                (store, chronology) =>
                    store.Sender.Send(
                        new PreviewOrder(chronology, order.Value, caller.Value, parsed.GetValue(run.TriedAsOf)),
                        ct
                    ),
                (console, preview) => Tables.Preview(console, order.Value.Command.Id, preview)
            );
        return await run.AnswerAsync(
            parsed,
            (store, chronology) => store.Sender.Send(new AppendOrder(chronology, order.Value, caller.Value), ct),
            (console, receipt) => Tables.Receipt(console, order.Value.Command.Id, receipt)
        );
    }
}

/// <summary>The merge patch that options spell.</summary>
public static class Patch
{
    private static readonly string[] Numbers = ["order", "intensity", "rules"];

    /// <summary>A value is text, unless it is null, begins with {, [ or ", or its field is a number's.</summary>
    public static Result<JsonObject> Of(RecordKind kind, string? changes, IReadOnlyList<string> sets)
    {
        var patch = new JsonObject();
        if (changes is not null)
        {
            var read = Body.Parse(changes);
            if (read.Rejection is { } rejection)
                return rejection with { Detail = $"--changes: {rejection.Detail}" };
            if (Body.Node(read.Value) is not JsonObject given)
                return new Rejection("invalid-parameter", "--changes takes an object with the fields to change.");
            patch = given;
        }
        foreach (var set in sets)
        {
            if (set.Split('=', 2) is not [{ Length: > 0 } field, var text])
                return new Rejection("invalid-parameter", $"--set takes FIELD=VALUE, not “{set}”.");
            if (!RecordJson.Fields(kind).Contains(field, StringComparer.Ordinal))
                return new Rejection(
                    "unknown-field",
                    $"“{field}” is no field of {(kind is RecordKind.Source or RecordKind.Scheme ? "a" : "an")} {kind.Name()}."
                );
            if (patch.ContainsKey(field))
                return new Rejection("invalid-parameter", $"“{field}” is given more than once.");
            var isJson = text is "null" or ['{' or '[' or '"', ..] || Numbers.Contains(field, StringComparer.Ordinal);
            var value = isJson ? Body.Parse(text).Map(Body.Node) : (Result<JsonNode?>)JsonValue.Create(text);
            if (value.Rejection is { } bad)
                return bad with { Detail = $"--set {field}: {bad.Detail}" };
            patch[field] = value.Value;
        }
        return patch;
    }
}

/// <summary>Request bodies, read as strictly as those that come over HTTP.</summary>
public static class Body
{
    public static Result<JsonElement> Of(JsonObject body) => Parse(body.ToJsonString());

    public static Result<JsonElement> Parse(string json) => StrictJson.Parse(Encoding.UTF8.GetBytes(json));

    public static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());

    /// <param name="file">A path, or <c>-</c> for standard input.</param>
    public static async Task<Result<JsonElement>> ReadAsync(Surroundings around, string file, CancellationToken ct)
    {
        await using var stream = Open(around, file);
        using var bytes = new MemoryStream();
        var chunk = new byte[16_384];
        int read;
        while (bytes.Length <= StrictJson.GreatestLength && (read = await stream.ReadAsync(chunk, ct)) > 0)
            bytes.Write(chunk, 0, read);
        var json = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        return StrictJson.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
    }

    /// <exception cref="CommandException">It cannot be written.</exception>
    public static Stream Create(string file)
    {
        try
        {
            return File.Create(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException("no-such-file", $"“{file}” cannot be written.", Exit.Usage);
        }
    }

    /// <exception cref="CommandException">It cannot be opened.</exception>
    public static Stream Open(Surroundings around, string file)
    {
        if (file == "-")
            return around.In;
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException("no-such-file", $"“{file}” cannot be read.", Exit.Usage);
        }
    }
}
