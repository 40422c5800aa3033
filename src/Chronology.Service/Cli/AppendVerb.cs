using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Append;
using Chronology.Service.Store;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology append</c>: a record from a line, a file, options, the user's editor, or one on top of the other.</summary>
public static class AppendVerb
{
    private const int Suggested = 3;

    public static Verb Of(Run run)
    {
        var given = new Argument<string?>("line")
        {
            Description =
                $"An event in one line: DATE WHO, WHO -> WHOM: TYPE 'TITLE', and behind the title {QuickForm.Words}. With --kind a JSON file with one request body, - for standard input",
            HelpName = "LINE|FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var kind = new Option<string?>("--kind", "-k")
        {
            Description = "What is recorded; without it an event",
            HelpName = Named.Kinds,
        };
        kind.AcceptOnlyFromAmong([.. Named.Kinds.Split('|')]);
        var edit = new Option<bool>("--edit", "-e")
        {
            Description = "Go on in the editor that VISUAL or EDITOR names, before anything is sent",
        };
        var fields = new FieldOptions();
        var command = new Command("append", "Record something for the first time") { given, kind, edit };
        foreach (var option in fields.All)
            command.Options.Add(option);
        foreach (
            Option option in new Option[] { run.DryRun, run.TriedAsOf, run.Author, run.Via, run.Chronology, run.Json }
        )
            command.Options.Add(option);
        command.SetAction(
            async (parsed, ct) =>
            {
                var recording = parsed.GetValue(kind) is { } word ? Named.Kind(word)!.Value : RecordKind.Event;
                var spelled = fields.Read(parsed, recording);
                var from = parsed.GetValue(given);
                var editing = parsed.GetValue(edit);
                var caller = run.CallerOf(parsed);
                if (caller.Rejection is { } nobody)
                    return run.Refuse(nobody);
                var file = new JsonObject();
                if (parsed.GetValue(kind) is not null && (from is not null || (spelled.Count == 0 && !editing)))
                {
                    var read = await Body.ReadAsync(run.Around, from ?? "-", ct);
                    if ((read.Rejection ?? NoObject(read)) is { } unreadable)
                        return run.Refuse(unreadable);
                    file = Body.Node(read.Value)!.AsObject();
                }
                else if (from is not null || (spelled.Count == 0 && !editing))
                    spelled = FieldOptions.Over(QuickForm.Read(from, (string?)spelled["key"]), spelled);
                var draft = new Draft(recording, file, spelled, editing);
                return run.Tries(parsed)
                    ? await TryAsync(run, parsed, draft, caller.Value, ct)
                    : await AppendAsync(run, parsed, draft, caller.Value, ct);
            }
        );
        return new(
            command,
            $"chronology append \"{QuickForm.Example}\"",
            "chronology append \"1974-22 PLO -> USSR: mission-opened 'PLO mission in Moscow' effect:'representation PLO -> USSR = representative-office' src:ref-9 at:'p. 12' quote:'opened in Moscow'\"",
            "chronology append \"1991-10-18 USSR -> Israel: relations-restored 'Relations resumed' effect:'relations USSR -> Israel = established' third:'United States' nosrc:'citation needed'\"",
            "chronology append --key yes-to-3379 --type vote-cast --occurred 1975-11-10 --title 'Votes for 3379' --actor USSR --effect 'stance USSR -> resolution-3379 = supports basis:vote vote:yes authority:government' --citation \"ref-9 at:'p. 3'\"",
            "chronology append --kind actor --key oman --actor-kind state --name Oman --alias 'Sultanate of Oman from:1970'",
            "chronology append actor.json --kind actor",
            "echo '{\"key\":\"oman\",\"kind\":\"state\",\"name\":\"Oman\"}' | chronology append --kind actor",
            "chronology append --edit --type visit-made"
        );
    }

    /// <param name="File">As a file has it, with keys.</param>
    /// <param name="Spelled">As a person wrote it, with names.</param>
    private sealed record Draft(RecordKind Kind, JsonObject File, JsonObject Spelled, bool Edited);

    private static async Task<Result<JsonObject>> BodyAsync(
        OpenedStore store,
        string chronology,
        Draft draft,
        CancellationToken ct
    ) =>
        (await new Naming(store.Sender, chronology).ResolveAsync(draft.Spelled, ct)).Map(named =>
            FieldOptions.Over(draft.File, named)
        );

    private static async Task<int> TryAsync(
        Run run,
        ParseResult parsed,
        Draft draft,
        Caller caller,
        CancellationToken ct
    )
    {
        if (draft.Edited)
            throw new CommandException("usage", "--edit sends what it edits: leave out --dry-run.", Exit.Usage);
        Recording.Command.Record? recording = null;
        return await run.AnswerAsync(
            parsed,
            async (store, chronology) =>
            {
                var json = (await BodyAsync(store, chronology, draft, ct)).Then(Body.Of);
                var command = json.Then(body => RecordJson.ReadRecord(draft.Kind, body));
                if (command.Rejection is { } unreadable)
                    return json.IsOk ? Explain(unreadable, json.Value) : unreadable;
                recording = command.Value;
                var preview = await store.Sender.Send(
                    new PreviewOrder(chronology, new(recording), caller, parsed.GetValue(run.TriedAsOf)),
                    ct
                );
                return preview.Rejection is { } refused ? Explain(refused, json.Value) : preview;
            },
            (console, preview) => Tables.Preview(console, recording!.Id, preview)
        );
    }

    private static async Task<int> AppendAsync(
        Run run,
        ParseResult parsed,
        Draft draft,
        Caller caller,
        CancellationToken ct
    )
    {
        Recording.Command.Record? recording = null;
        return await run.AnswerAsync(
            parsed,
            async (store, chronology) =>
            {
                var named = await BodyAsync(store, chronology, draft, ct);
                if (named.Rejection is { } rejection)
                    return rejection;
                var body = named.Value;
                if (!draft.Edited)
                {
                    var json = Body.Of(body);
                    return json.Rejection is { } bad ? bad : (await SendAsync(json.Value)).Map(sent => (Receipt?)sent);
                }
                return await Editing.EditAsync(
                    run.Around,
                    store.Configuration,
                    draft.Kind.Name(),
                    Header(draft.Kind),
                    Template(draft.Kind, body),
                    SendAsync,
                    keep: false,
                    ct
                );

                async Task<Result<Receipt>> SendAsync(JsonElement json)
                {
                    var command = RecordJson.ReadRecord(draft.Kind, json);
                    if (command.Rejection is { } unreadable)
                        return Explain(unreadable, json);
                    recording = command.Value;
                    var receipt = await store.Sender.Send(new AppendOrder(chronology, new(recording), caller), ct);
                    return receipt.Rejection is { } refused ? Explain(refused, json) : receipt;
                }
            },
            (console, receipt) => Tables.Appended(console, draft.Kind, recording, receipt)
        );
    }

    private static Rejection? NoObject(Result<JsonElement> body) =>
        body.Value.ValueKind == JsonValueKind.Object
            ? null
            : new("invalid-parameter", "A request body is a JSON object.", "");

    /// <summary>Every field of the kind, filled in as far as the command line said.</summary>
    private static JsonObject Template(RecordKind kind, JsonObject said)
    {
        string[] lists = ["actors", "effects", "citations", "tags", "names", "successors"];
        var template = new JsonObject();
        foreach (var field in RecordJson.Fields(kind))
            template[field] = said[field]?.DeepClone() ?? (lists.Contains(field) ? new JsonArray() : null);
        return template;
    }

    private static IEnumerable<string> Header(RecordKind kind) =>
        [
            $"A new {kind.Name()}: fill in what is known, leave the rest null, save, and close the editor.",
            .. kind == RecordKind.Event
                ? new[]
                {
                    "actors: {\"actor\":KEY,\"role\":\"actor|recipient|third-party|via\"}; citations: {\"source\":KEY,\"locator\":null,\"quote\":null}, or else noSource;",
                    "effects: {\"fact\":\"recognition\",\"holder\":KEY,\"toward\":KEY,\"value\":\"de-jure\"}.",
                }
                : [],
            "Left as it is, the file records nothing.",
        ];

    /// <summary>A refusal in words that help at the keyboard.</summary>
    private static Rejection Explain(Rejection rejection, JsonElement body)
    {
        var key = Text(body, "key");
        return rejection.Code switch
        {
            "key-taken" => rejection with
            {
                Detail =
                    $"The key “{key}” is taken by a record that says something else: give another with --key, or correct that one.",
            },
            "source-required" => rejection with
            {
                Detail =
                    "Name a source with src:KEY (--citation KEY), or say with nosrc:'text' (--no-source) why there is none.",
                Pointer = null,
            },
            "unknown-type" => rejection with
            {
                Detail =
                    $"“{Text(body, "type")}” is not one of the event types; near it are {TypesLike(Text(body, "type"))}.",
                Pointer = null,
            },
            _ => rejection,
        };
    }

    private static string Text(JsonElement body, string field) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>The event types that share most with a word that is none: first whole words, then letters in a row.</summary>
    private static string TypesLike(string type) =>
        string.Join(
            " or ",
            Vocabulary
                .EventTypes.Keys.OrderByDescending(other => Shared(type.Split('-'), other.Split('-')))
                .ThenByDescending(other => Shared(Triples(type), Triples(other)) * 1_000 / (other.Length + type.Length))
                .ThenBy(other => other, StringComparer.Ordinal)
                .Take(Suggested)
        );

    private static int Shared(IEnumerable<string> some, IEnumerable<string> others) => some.Intersect(others).Count();

    private static IEnumerable<string> Triples(string word) =>
        Enumerable.Range(0, Math.Max(0, word.Length - 2)).Select(i => word.Substring(i, 3));
}
