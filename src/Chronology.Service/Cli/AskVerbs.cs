using System.CommandLine;
using System.Text;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Cite;
using Chronology.Service.Compare;
using Chronology.Service.Explain;
using Chronology.Service.Export;
using Chronology.Service.Search;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary>The verbs that ask: options named as the HTTP parameters, read by the same rules.</summary>
public static class AskVerbs
{
    private static readonly Dictionary<string, (string Value, string Description)> Known = new(StringComparer.Ordinal)
    {
        ["asOf"] = ("DAY", "The day asked about: 1974-07-01, or a month or year meaning its last day; default today"),
        ["knownAt"] = ("POSITION|INSTANT", "What was recorded up to then, and nothing later; default the head"),
        ["between"] = ("SIDES", "Two sides: ussr,plo or ussr,russia;plo,palestine"),
        ["actor"] = ("KEY", "One actor"),
        ["kind"] = ("KIND", "A kind of fact, such as recognition or representation"),
        ["holder"] = ("KEY", "The actor that holds the fact"),
        ["toward"] = ("KEY", "The actor or issue that it is toward"),
        ["qualifier"] = ("TEXT", "The fact's qualifier"),
        ["value"] = ("VALUE", "Ask whether this is the value"),
        ["from"] = ("DAY", "The first day; a month or year means its first day"),
        ["to"] = ("DAY", "The last day; a month or year means its last day"),
        ["type"] = ("TYPE", "A type of event"),
        ["tag"] = ("TAG", "A tag"),
        ["q"] = ("WORDS", "All these words, in title, description, quotes and names"),
        ["certainty"] = ("certain|possible", "Only events surely inside, or also those possibly inside (default)"),
        ["status"] = ("STATUSES", "active, disputed, retracted, merged; default active,disputed"),
        ["cursor"] = ("CURSOR", "Where the last page ended"),
        ["least"] = ("PERCENT", "Only pairs at least so much alike, 0 to 100; default 75"),
        ["limit"] = ("N", "At most so many, 1 to 1000; default 100"),
        ["rules"] = ("N", "The version of the rules to answer by; default the one adopted at the position"),
        ["since"] = ("POSITION", "What was recorded after it; default 0"),
    };

    public static IEnumerable<Verb> Of(Run run)
    {
        yield return StateVerb.Of(run);
        yield return Asking(
            run,
            "facts",
            "/facts",
            "Facts on a day; with --kind, --holder and --toward also the verdict whether it holds",
            ["kind", "holder", "toward", "between", "qualifier", "value", "asOf", "knownAt"],
            FactsEndpoint.Read,
            Tables.Facts,
            "chronology facts --kind representation --holder plo --toward ussr --as-of 1974-07-01",
            "chronology facts --between \"ussr,russia;plo,palestine,hamas\" --as-of 2006"
        );
        yield return ExplainVerb.Of(run);
        yield return Asking(
            run,
            "stances",
            "/stances",
            "Where actors stand: what they declared, what their words and deeds show, and the evidence",
            ["holder", "toward", "cursor", "limit", "asOf", "knownAt"],
            StancesEndpoint.Read,
            Tables.Stances,
            "chronology stances --holder ussr --toward resolution-3379 --as-of 1991-12-20",
            "chronology stances --holder russia --as-of 2014"
        );
        yield return Asking(
            run,
            "timeline",
            "/events",
            "Events in the order in which they happened",
            [
                "from",
                "to",
                "between",
                "actor",
                "type",
                "tag",
                "q",
                "certainty",
                "status",
                "cursor",
                "limit",
                "asOf",
                "knownAt",
            ],
            TimelineEndpoint.Read,
            Tables.Timeline,
            "chronology timeline --between ussr,plo --from 1974 --to 1975"
        );
        yield return Asking(
            run,
            "changes",
            null,
            "What was recorded after a position",
            ["since", "limit"],
            ChangesEndpoint.Read,
            Tables.Changes,
            "chronology changes --since 64"
        );
        yield return Comparing(run);
        yield return History(run);
        yield return Blamed(run);
        yield return Searching(run);
        yield return Exporting(run);
    }

    private static Verb Comparing(Run run)
    {
        var from = new Argument<string>("from")
        {
            Description = "A day, @ and a position or instant: 1974-07-01@64; without a day today, without @ the head",
            HelpName = "FROM",
        };
        var to = new Argument<string?>("to")
        {
            Description = "The same for the other answer; default today, as known at the head",
            HelpName = "TO",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var options = Options("between", "actor", "rules");
        options["rules"].Description =
            "The rules of the other answer, or of both: 2, 1..2; default those adopted at each one's position";
        var command = Command(
            run,
            "compare",
            "What lies between two answers: what the record learnt, what the world did, what the rules changed",
            options
        );
        command.Arguments.Add(from);
        command.Arguments.Add(to);
        command.Options.Add(run.Cite);
        command.SetAction(
            (parsed, ct) =>
                AskAsync(
                    run,
                    parsed,
                    "/compare",
                    Query(parsed, options, ("from", parsed.GetRequiredValue(from)), ("to", parsed.GetValue(to))),
                    CompareEndpoint.Read,
                    Tables.Comparison,
                    ct
                )
        );
        return new(
            command,
            "chronology compare 1974-07-01@64 1992-01-01 --between ussr,plo",
            "chronology compare @64 --actor plo",
            "chronology compare 1992 1992 --between ussr,israel --rules 1..2"
        );
    }

    private static Verb Blamed(Run run)
    {
        var record = new Argument<string>("record")
        {
            Description = "The record, such as event/plo-embassy-moscow",
            HelpName = "KIND/KEY",
        };
        var options = Options("asOf", "knownAt");
        var command = Command(run, "blame", "Which revision last set each part of a record, by whom and why", options);
        command.Arguments.Add(record);
        command.Options.Add(run.Cite);
        command.SetAction(
            async (parsed, ct) =>
            {
                var id = Named.Record(parsed.GetRequiredValue(record));
                if (id.Rejection is { } unreadable)
                    return run.Refuse(unreadable);
                return await AskAsync(
                    run,
                    parsed,
                    $"{RecordRoutes.AddressOf(id.Value)}/blame",
                    Query(parsed, options),
                    (chronology, q) => new BlameOfRecord(chronology, id.Value, q.Axes()),
                    (console, answer) => Tables.BlameOfRecord(console, id.Value, answer),
                    ct
                );
            }
        );
        return new(command, "chronology blame event/plo-embassy-moscow");
    }

    private static Verb Searching(Run run)
    {
        var words = new Argument<string[]>("words")
        {
            Description = "All these words, the last one perhaps only begun, whatever their case and diacritics",
            HelpName = "WORDS",
            Arity = ArgumentArity.OneOrMore,
        };
        var options = Options("cursor", "limit", "asOf", "knownAt");
        options["limit"].Description =
            $"At most so many, 1 to {SearchRecords.GreatestLimit}; default {SearchRecords.DefaultLimit}";
        var command = Command(
            run,
            "search",
            "Events, actors, issues, sources, schemes and eras by name, alias or text",
            options
        );
        command.Arguments.Add(words);
        command.Options.Add(run.Cite);
        command.SetAction(
            (parsed, ct) =>
                AskAsync(
                    run,
                    parsed,
                    "/search",
                    Query(parsed, options, ("q", string.Join(' ', parsed.GetRequiredValue(words)))),
                    SearchEndpoint.Read,
                    Tables.Search,
                    ct
                )
        );
        return new(command, "chronology search soviet union", "chronology search embassy --known-at 64 --limit 5");
    }

    private static Verb Exporting(Run run)
    {
        var output = new Option<string?>("--output", "-o")
        {
            Description = "A file to write, replacing what is there; without it standard output",
            HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Changes nothing: each line is JSON" };
        var options = Options("knownAt");
        options.Remove("rules");
        var command = new Command("export", "All revisions as lines that import takes")
        {
            output,
            options["knownAt"],
            run.Chronology,
            json,
        };
        command.SetAction(
            (parsed, ct) =>
                run.AnswerAsync(
                    parsed,
                    async (store, chronology) =>
                    {
                        var query = Query(parsed, options);
                        var request = new ExportLines(chronology, new(null, query.Text("knownAt")));
                        if (query.Refusal() is { } refusal)
                            return refusal;
                        var exported = await store.Sender.Send(request, ct);
                        return exported.Rejection is { } rejection
                            ? rejection
                            : await WriteAsync(run.Around, exported.Value, parsed.GetValue(output), ct);
                    },
                    (console, written) =>
                    {
                        if (parsed.GetValue(output) is { } file && !parsed.GetValue(json))
                            Tables.Exported(console, file, written);
                    },
                    asking: true
                )
        );
        return new(
            command,
            "chronology export --output palestine-russia.jsonl",
            "chronology export --known-at 64 | gzip > before.jsonl.gz"
        );
    }

    private static async Task<Result<Written>> WriteAsync(
        Surroundings around,
        Exported exported,
        string? file,
        CancellationToken ct
    )
    {
        var lines = 0L;
        if (file is null)
            return await WriteAsync(around.OutBytes);
        await using var created = Body.Create(file);
        return await ImportVerb.ShowAsync(
            around,
            file,
            exported.Basis.KnownAt.Position + 1,
            () => lines,
            () => WriteAsync(created)
        );

        async Task<Result<Written>> WriteAsync(Stream stream)
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
            writer.NewLine = "\n";
            await foreach (var line in exported.Lines.WithCancellation(ct))
            {
                await writer.WriteLineAsync(line.AsMemory(), ct);
                lines++;
            }
            return new Written(exported.Basis, lines);
        }
    }

    /// <summary>What an export has written.</summary>
    public sealed record Written(Basis Basis, long Lines);

    /// <summary>Of a record where one is named, else of the fact that the options name.</summary>
    private static Verb History(Run run)
    {
        var record = new Argument<string?>("record")
        {
            Description = "A record, such as event/plo-embassy-moscow",
            HelpName = "KIND/KEY",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var options = Options("kind", "holder", "toward", "qualifier", "value", "asOf", "knownAt");
        var command = Command(
            run,
            "history",
            "Who changed a record when and why; or what was said about a fact on a day, and since when",
            options
        );
        command.Arguments.Add(record);
        command.Options.Add(run.Cite);
        command.SetAction(
            async (parsed, ct) =>
            {
                var query = Query(parsed, options);
                if (parsed.GetValue(record) is not { } named)
                {
                    return await AskAsync(
                        run,
                        parsed,
                        "/facts/history",
                        query,
                        FactHistoryEndpoint.Read,
                        Tables.HistoryOfFact,
                        ct
                    );
                }
                var id = Named.Record(named);
                if (id.Rejection is { } unreadable)
                    return run.Refuse(unreadable);
                return await AskAsync(
                    run,
                    parsed,
                    $"{RecordRoutes.AddressOf(id.Value)}/history",
                    query,
                    (chronology, q) => new HistoryOfRecord(chronology, id.Value, q.Axes()),
                    (console, answer) => Tables.HistoryOfRecord(console, id.Value, answer),
                    ct
                );
            }
        );
        return new(
            command,
            "chronology history event/plo-embassy-moscow",
            "chronology history --kind representation --holder plo --toward ussr --as-of 1974-07-01"
        );
    }

    internal static Verb Asking<T>(
        Run run,
        string name,
        string? path,
        string description,
        string[] parameters,
        Func<string, Parameters, IRequest<Result<T>>> question,
        Action<IAnsiConsole, T> tell,
        params string[] examples
    )
    {
        var options = Options(parameters);
        var command = Command(run, name, description, options);
        if (path is not null)
            command.Options.Add(run.Cite);
        command.SetAction((parsed, ct) => AskAsync(run, parsed, path, Query(parsed, options), question, tell, ct));
        return new(command, examples);
    }

    /// <param name="path">Of the question over HTTP, below the chronology; null: its answer cannot be cited.</param>
    internal static Task<int> AskAsync<T>(
        Run run,
        ParseResult parsed,
        string? path,
        Parameters query,
        Func<string, Parameters, IRequest<Result<T>>> question,
        Action<IAnsiConsole, T> tell,
        CancellationToken ct
    )
    {
        if (path is not null && parsed.GetValue(run.Cite))
        {
            return run.AnswerAsync(
                parsed,
                async (store, chronology) =>
                    (await store.Sender.Send(new CiteAnswer(chronology, path, query.Given, null), ct)).Map(cited =>
                        cited.Whole
                    ),
                Tables.Cited,
                asking: true
            );
        }
        return run.AnswerAsync(
            parsed,
            async (store, chronology) =>
            {
                var request = question(chronology, query);
                return query.Refusal() is { } refusal ? refusal : await store.Sender.Send(request, ct);
            },
            tell,
            asking: true
        );
    }

    internal static Command Command(
        Run run,
        string name,
        string description,
        IReadOnlyDictionary<string, Option<string?>> options
    )
    {
        var command = new Command(name, description);
        foreach (var option in options.Values)
            command.Options.Add(option);
        command.Options.Add(run.Chronology);
        command.Options.Add(run.Json);
        return command;
    }

    /// <remarks>With <c>knownAt</c>, so that the answer has a basis, comes <c>rules</c>.</remarks>
    internal static Dictionary<string, Option<string?>> Options(params string[] parameters) =>
        parameters
            .SelectMany(name => name == "knownAt" ? [name, "rules"] : new[] { name })
            .ToDictionary(
                name => name,
                name => new Option<string?>($"--{System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name)}")
                {
                    Description = Known[name].Description,
                    HelpName = Known[name].Value,
                }
            );

    /// <summary>The options as the query of a URL would give them.</summary>
    internal static Parameters Query(
        ParseResult parsed,
        Dictionary<string, Option<string?>> options,
        params (string Key, string? Value)[] besides
    ) =>
        new(
            new QueryCollection(
                options
                    .Select(option => (option.Key, Value: parsed.GetValue(option.Value)))
                    .Concat(besides)
                    .Where(option => option.Value is not null)
                    .ToDictionary(option => option.Key, option => new StringValues(option.Value))
            )
        );
}

/// <summary>Records as the command line names them.</summary>
public static class Named
{
    public const string Kinds = "event|actor|issue|source|scheme|era";

    /// <summary><c>KIND/KEY</c>, or <c>era/SCHEME/KEY</c>.</summary>
    public static Result<RecordId> Record(string text) =>
        text.Split('/') switch
        {
            ["chronology"] or ["chronology", "itself"] => RecordId.Itself,
            ["era", { Length: > 0 } scheme, { Length: > 0 } key] => RecordId.Era(scheme, key),
            [not "era" and var kind, { Length: > 0 } key] when Kind(kind) is { } known => new RecordId(known, key),
            _ => new Rejection(
                "invalid-parameter",
                $"“{text}” names no record: write event/KEY, actor/KEY, issue/KEY, source/KEY, scheme/KEY, era/SCHEME/KEY or chronology."
            ),
        };

    public static RecordKind? Kind(string word) =>
        RecordKinds.Keyed.Where(kind => kind.Name() == word).Select(kind => (RecordKind?)kind).FirstOrDefault();
}
