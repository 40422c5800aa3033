using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Append;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Catalogue;
using Chronology.Service.Cite;
using Chronology.Service.Import;
using Chronology.Service.Search;
using Chronology.Service.Store;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chronology.Service.Cli;

/// <summary>Answers for people.</summary>
public static partial class Tables
{
    public static void State(IAnsiConsole console, StateAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        foreach (var era in answer.Eras)
            Say(console, $"Era: {era.Title} (era/{era.Scheme}/{era.Era}), {RecordJson.Word(era.Certainty)}");
        FactTable(console, answer.Facts);
        if (answer.Score is { Evidence: > 0 } score)
            Say(
                console,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Score: {score.Value} ({score.Low} to {score.High}), {score.Band}, {score.Trend}; confidence {score.Confidence}, {score.Evidence} events"
                )
            );
        if (answer.Recent.Count > 0)
        {
            var recent = New("Most recent", "Event", "Happened");
            foreach (var e in answer.Recent)
                Row(recent, e.Occurred.Edtf, $"{e.Title} ({e.Key})", RecordJson.Word(e.Happened));
            Show(console, recent);
        }
        Notes(console, answer.Notes);
    }

    public static void Facts(IAnsiConsole console, FactsAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Verdict is { } verdict)
            Say(console, $"Verdict: {RecordJson.Word(verdict)}");
        FactTable(console, answer.Facts);
        if (answer.LastHeld is { } last)
            Say(
                console,
                $"Last held: {last.Value}, since {last.Since?.Edtf ?? "?"} ({last.Because.Event}, revision {last.Because.Revision})"
            );
        foreach (var because in answer.Because ?? [])
        {
            foreach (var citation in because.Citations)
                Say(console, $"  {because.Event}: {Cited(citation)}");
        }
        Notes(console, answer.Notes);
    }

    public static void Timeline(IAnsiConsole console, TimelineAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Events.Count == 0)
            Say(console, "No events.");
        else
        {
            var table = New("Occurred", "Happened", "Event", "Key", "Credibility");
            foreach (var e in answer.Events)
                Row(
                    table,
                    Text(e["occurred"]?["edtf"]),
                    Text(e["happened"]),
                    Text(e["title"]),
                    Text(e["key"]),
                    Text(e["credibility"])
                );
            Show(console, table);
        }
        if (answer.Next is { } next)
            Say(console, $"There are more: --cursor {next}");
        Notes(console, answer.Notes);
    }

    public static void Eras(IAnsiConsole console, ErasVerb.Told told)
    {
        Say(console, Basis(told.Eras.Basis));
        if (told.Schemes.Count == 0)
            Say(console, "No schemes.");
        foreach (var scheme in told.Schemes)
        {
            var by = scheme["author"] is { } author ? $", by {Text(author)}" : "";
            Say(console, $"{Text(scheme["title"])} (scheme/{Text(scheme["key"])}){by}");
            var table = New("Era", "Title", "Span", "On the day");
            foreach (var era in told.Eras.Eras.Where(era => Text(era["scheme"]) == Text(scheme["key"])))
                Row(table, Text(era["key"]), Text(era["title"]), Text(era["span"]?["edtf"]), Text(era["inForce"]));
            if (table.Rows.Count > 0)
                Show(console, table);
            else
                Say(console, "  No eras.");
        }
    }

    public static void Changes(IAnsiConsole console, ChangesAnswer answer)
    {
        if (answer.Changes.Count == 0)
        {
            Say(console, $"Nothing was recorded after {answer.Next}.");
            return;
        }
        ChangeTable(console, answer.Changes);
        Say(console, $"Go on from here: --since {answer.Next}");
    }

    private static void ChangeTable(IAnsiConsole console, IReadOnlyList<ChangeAnswer> changes)
    {
        var table = New("Position", "Recorded", "What", "Record", "Revision", "Author", "Why");
        foreach (var change in changes)
            Row(
                table,
                Number(change.Position),
                change.RecordedAt,
                change.Op,
                Named(change.Record, change.Scheme, change.Key),
                Number(change.Revision),
                By(change.Author, change.Via),
                Why(change.Reason)
            );
        Show(console, table);
    }

    public static void Cited(IAnsiConsole console, JsonObject answer)
    {
        Citation(console, Text(answer["answer"]!["citation"]!["text"]));
        Citation(console, $"Its address: {Text(answer["answer"]!["permalink"])}");
    }

    /// <summary>A line to be copied: whole, however wide the terminal is.</summary>
    public static void Citation(IAnsiConsole console, string line) => console.Profile.Out.Writer.WriteLine(Clean(line));

    public static void ChangesToAnswer(IAnsiConsole console, AnswerChanges answer)
    {
        Say(console, answer.Same ? "The answer is the same today." : "The answer is another one today.");
        if (answer.ChangedSince.Count > 0)
            ChangeTable(console, answer.ChangedSince);
        if (answer.Next is { } next)
            Say(console, $"There are more revisions to try: --since {next}");
    }

    public static void HistoryOfRecord(IAnsiConsole console, RecordId id, HistoryAnswer answer)
    {
        Say(console, $"{id}, {Basis(answer.Basis)}");
        var table = New("Revision", "Position", "Recorded", "What", "Changes", "Author", "Why");
        foreach (var revision in answer.Revisions)
            Row(
                table,
                Number(revision.Revision),
                Number(revision.Position),
                revision.RecordedAt,
                revision.Op,
                revision.Op == "recorded"
                    ? $"{revision.Changes.Count} fields"
                    : string.Join(
                        "; ",
                        revision.Changes.Select(change =>
                            $"{change.Field}: {Short(change.Before)} → {Short(change.After)}"
                        )
                    ),
                By(revision.Author, revision.Via),
                Why(revision.Reason)
            );
        Show(console, table);
    }

    public static void BlameOfRecord(IAnsiConsole console, RecordId id, BlameAnswer answer)
    {
        Say(console, $"{id}, {Basis(answer.Basis)}");
        var table = New("Place", "Value", "Revision", "Position", "Author", "What", "Why");
        foreach (var part in answer.Blame)
            Row(
                table,
                part.Place,
                Short(part.Value),
                Number(part.Revision),
                Number(part.Position),
                By(part.Author, part.Via),
                part.Op,
                Why(part.Reason)
            );
        Show(console, table);
    }

    public static void Search(IAnsiConsole console, SearchAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Results.Count == 0)
            Say(console, "Nothing is found.");
        else
        {
            var table = New("Record", "Name or title", "Other names", "Status");
            foreach (var found in answer.Results)
                Row(
                    table,
                    Named(found.Record, found.Scheme, found.Key),
                    found.Title,
                    string.Join(", ", found.Names),
                    found.Status
                );
            Show(console, table);
        }
        if (answer.Next is { } next)
            Say(console, $"There are more: --cursor {next}");
    }

    public static void Exported(IAnsiConsole console, string file, AskVerbs.Written written) =>
        Say(console, $"{file}: {written.Lines} lines, as known at position {written.Basis.KnownAt.Position}.");

    public static void HistoryOfFact(IAnsiConsole console, FactHistoryAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.History.Count == 0)
        {
            Say(console, "Nothing has been said about it.");
            Notes(console, answer.Notes);
            return;
        }
        var table = New("From position", "Recorded", "Verdict", "Value", "Because");
        foreach (var entry in answer.History)
            Row(
                table,
                Number(entry.Position),
                entry.RecordedAt,
                RecordJson.Word(entry.Verdict),
                string.Join(", ", entry.Facts.Select(fact => Told(fact))),
                string.Join(", ", entry.Facts.SelectMany(fact => fact.Because).Select(Because))
            );
        Show(console, table);
        Notes(console, answer.Notes);
    }

    public static void Receipt(IAnsiConsole console, RecordId id, Receipt receipt) =>
        Say(
            console,
            receipt.Op is { } op
                ? $"{id}: {op}, revision {receipt.Revision} at position {receipt.Position}, {receipt.Status}."
                : $"{id}: unchanged, revision {receipt.Revision} at position {receipt.Position} says so already."
        );

    /// <summary>The receipt, and of an event what it says.</summary>
    public static void Appended(IAnsiConsole console, RecordKind kind, Command.Record? recording, Receipt? receipt)
    {
        if (receipt is null || recording is null)
        {
            Say(console, $"{kind.Name()}: left as it was, nothing was sent.");
            return;
        }
        Receipt(console, recording.Id, receipt);
        if (recording.Content is not EventContent e)
            return;
        var sources =
            e.Citations.Count > 0
                ? $"from {string.Join("; ", e.Citations.Select(Cited))}"
                : $"without a source: {e.NoSource}";
        Say(console, $"  {When(e)} {Parties(e)}: {e.Type}, “{e.Title}”, {sources}");
        foreach (var effect in e.Effects)
            Say(console, $"  {Told(effect)}");
    }

    public static void Edited(IAnsiConsole console, RecordId id, Receipt? receipt)
    {
        if (receipt is null)
            Say(console, $"{id}: left as it was, nothing was sent.");
        else
            Receipt(console, id, receipt);
    }

    public static void EditTried(IAnsiConsole console, RecordId id, EffectPreview? preview)
    {
        if (preview is null)
            Say(console, $"{id}: left as it was, nothing was sent.");
        else
            Preview(console, id, preview);
    }

    private static string When(EventContent e) =>
        e.Occurred
        ?? (
            e.Anchor is { } anchors
                ? string.Join(" and ", anchors.Select(a => $"{a.Offset} {a.Relation} {a.Event}".TrimStart()))
                : $"{e.Start} to {e.End}"
        );

    private static string Told(Effect effect) =>
        $"{effect.Fact}{(effect.Qualifier is null ? "" : $" ({effect.Qualifier})")}: {effect.Holder} → {effect.Toward} = {effect.Value ?? "none"}"
        + (effect.From is null ? "" : $", from {effect.From}")
        + (effect.Until is null ? "" : $", until {effect.Until}");

    private static string Parties(EventContent e)
    {
        var told = new StringBuilder(With("actor"));
        if (With("recipient") is { Length: > 0 } recipients)
            told.Append(CultureInfo.InvariantCulture, $" → {recipients}");
        foreach (var role in new[] { "via", "third-party" })
        {
            if (With(role) is { Length: > 0 } others)
                told.Append(CultureInfo.InvariantCulture, $", {role} {others}");
        }
        return told.ToString();

        string With(string role) => string.Join(", ", e.Actors.Where(a => a.Role == role).Select(a => a.Actor));
    }

    public static void Created(IAnsiConsole console, ChronologyCard card) =>
        Say(console, $"{card.Slug}: begun, “{card.Title}”.");

    public static void Import(IAnsiConsole console, string file, ImportReport report)
    {
        var paired = report.Paired > 0 ? $", {report.Paired} paired" : "";
        Say(
            console,
            $"{(file == "-" ? "Standard input" : file)}: {report.Recorded} recorded{Unnumbered(report)}, {report.Unchanged} unchanged{paired}, {report.Refused.Count} refused; the head is {report.Position}."
        );
        if (report.Provisional > 0)
            Say(
                console,
                $"{report.Provisional} of them are provisional actors, made for names that nobody is known by: chronology review actors."
            );
    }

    private static string Unnumbered(ImportReport report) =>
        report.Unnumbered > 0 ? $" ({report.Unnumbered} without a revision: not safe to repeat)" : "";

    public static void Migrated(IAnsiConsole console, MigrateVerb.MigrateAnswer answer)
    {
        foreach (var name in answer.Applied)
            Say(console, $"Applied {name}.");
        if (answer.Applied.Count == 0)
            Say(console, "The database is up to date.");
    }

    public static void Status(IAnsiConsole console, StatusVerb.StatusAnswer answer)
    {
        Say(
            console,
            $"{(answer.Database == "named" ? $"The database of {Settings.Database}" : "The embedded database")}: {answer.Status}."
        );
        if (answer.Chronologies.Count == 0)
            return;
        var table = New("Chronology", "Title", "Head", "Recorded", "Rules");
        foreach (var one in answer.Chronologies)
            Row(table, one.Slug, one.Title, Number(one.Head.Position), one.Head.At, Number(one.Rules));
        Show(console, table);
        foreach (var one in answer.Chronologies.Where(one => one.StateHash is not null))
            Say(console, $"State of {one.Slug} at position {Number(one.Head.Position)}: {one.StateHash}");
    }

    public static void Rebuilt(IAnsiConsole console, RebuildVerb.RebuildsAnswer answer)
    {
        foreach (var one in answer.Rebuilds)
        {
            var what = one.Differences switch
            {
                0 => "nothing differs",
                1 => $"one row {(one.DryRun ? "differs" : "differed and is replaced")}",
                _ => $"{one.Differences} rows {(one.DryRun ? "differ" : "differed and are replaced")}",
            };
            Say(console, $"{one.Chronology}: rebuilt up to position {one.Position}; {what}.");
            Say(console, $"State before: {one.StateBefore}");
            Say(console, $"State after:  {one.StateAfter}");
            if (one.Named.Count == 0)
                continue;
            var table = New("Table", "Row", "Position", "Column", "Live", "Rebuilt");
            foreach (var row in one.Named)
                Row(
                    table,
                    row.Table,
                    row.Key,
                    row.Position?.ToString(CultureInfo.InvariantCulture),
                    row.Column ?? "(the row)",
                    row.Live ?? "(none)",
                    row.Rebuilt ?? "(none)"
                );
            Show(console, table);
        }
    }

    /// <summary>One line: the value, how sure it is, and what else it may be.</summary>
    public static string Told(FactAnswer fact)
    {
        var told = new StringBuilder(fact.Value);
        told.Append(CultureInfo.InvariantCulture, $" ({RecordJson.Word(fact.Certainty)}");
        if (fact.Alternatives.Count > 0)
            told.Append(CultureInfo.InvariantCulture, $", or {string.Join(", ", fact.Alternatives)}");
        return told.Append(')').ToString();
    }

    public static string Because(BecauseAnswer because) => $"{because.Event} (revision {because.Revision})";

    public static string Cited(Citation citation) =>
        $"{citation.Source}{(citation.Locator is null ? "" : $", {citation.Locator}")}{(citation.Quote is null ? "" : $": “{citation.Quote}”")}";

    /// <summary>A line of text as it is, without what would steer a terminal.</summary>
    /// <remarks>On a terminal what does not fit goes on below its own beginning.</remarks>
    public static void Say(IAnsiConsole console, string line)
    {
        var clean = Clean(line);
        var text = clean.TrimStart(' ');
        var indent = clean.Length - text.Length;
        if (indent == 0 || text.Length == 0 || !console.Profile.Out.IsTerminal)
            console.WriteLine(clean);
        else
            console.Write(new Padder(new Text($"{text}\n"), new Padding(indent, 0, 0, 0)));
    }

    private static void FactTable(IAnsiConsole console, IReadOnlyList<FactAnswer> facts)
    {
        if (facts.Count == 0)
        {
            Say(console, "No facts hold.");
            return;
        }
        if (console.Profile.Out.IsTerminal && console.Profile.Width < Roomy)
        {
            NarrowFactTable(console, facts);
            return;
        }
        var table = New("Fact", "Holder", "Toward", "Value", "Since", "Until", "Because");
        foreach (var fact in facts)
            Row(
                table,
                fact.Qualifier is null ? fact.Fact : $"{fact.Fact}: {fact.Qualifier}",
                As(fact.Holder, fact.HeldAs),
                As(fact.Toward, fact.TowardAs),
                Told(fact),
                fact.Since?.Edtf,
                fact.Until?.Edtf,
                BecauseOf(fact)
            );
        Show(console, table);
    }

    /// <summary>From this many columns on a table of many columns breaks no words.</summary>
    private const int Roomy = 110;

    /// <summary>The same with two lines to a cell.</summary>
    private static void NarrowFactTable(IAnsiConsole console, IReadOnlyList<FactAnswer> facts)
    {
        var table = New("Fact", "Value", "Because");
        foreach (var fact in facts)
            table.AddRow(
                Cell(
                    fact.Qualifier is null ? fact.Fact : $"{fact.Fact}: {fact.Qualifier}",
                    $"{As(fact.Holder, fact.HeldAs)}{(fact.Toward is null ? "" : $" → {As(fact.Toward, fact.TowardAs)}")}"
                ),
                Cell(Told(fact), $"{fact.Since?.Edtf ?? "?"} – {fact.Until?.Edtf}"),
                Cell(BecauseOf(fact))
            );
        Show(console, table);
    }

    private static string BecauseOf(FactAnswer fact) =>
        string.Join(", ", fact.Because.Select(Because))
        + (fact.DisputedBy is { } by ? $"; disputed by {string.Join(", ", by.Select(Because))}" : "");

    private static string? As(string? actor, string? predecessor) =>
        predecessor is null ? actor : $"{actor} (as {predecessor})";

    private static void Notes(IAnsiConsole console, IReadOnlyList<Note> notes)
    {
        foreach (var note in notes)
            Say(console, $"{note.Code}: {note.Detail}");
    }

    private static string Basis(Basis basis) =>
        $"as of {basis.AsOf}, as known at position {basis.KnownAt.Position}{(basis.KnownAt.At is { } at ? $" ({at})" : "")}{(basis.Rules == RulesVersion.First.Number ? "" : $", by rules {basis.Rules}")}";

    private static Table New(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
        return table;
    }

    /// <summary>With its bold headings on a terminal; elsewhere as lines that end where their text does.</summary>
    private static void Show(IAnsiConsole console, Table table)
    {
        if (console.Profile.Out.IsTerminal)
        {
            console.Write(table);
            return;
        }
        var text = string.Concat(table.GetSegments(console).Select(segment => segment.Text));
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            console.WriteLine(line);
    }

    private static void Row(Table table, params string?[] cells) =>
        table.AddRow(cells.Select(cell => (IRenderable)new Text(Clean(cell ?? ""))));

    /// <summary>Lines of text in one cell.</summary>
    private static IRenderable Cell(params string[] lines) => new Text(string.Join('\n', lines.Select(Clean)));

    /// <summary>As the verbs take it: <c>KIND/KEY</c>, or <c>era/SCHEME/KEY</c>.</summary>
    private static string Named(string record, string? scheme, string key) =>
        scheme is null ? $"{record}/{key}" : $"{record}/{scheme}/{key}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(JsonNode? node) =>
        node?.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? node.GetValue<string>()
            : node?.ToJsonString() ?? "";

    private static string By(string author, string? via) => via is null ? author : $"{author} via {via}";

    private static string Why(Reason? reason) =>
        reason is null ? ""
        : reason.Note is null ? reason.Code
        : $"{reason.Code}: {reason.Note}";

    private static string Short(JsonNode? node)
    {
        const int Greatest = 120;
        var text =
            node is null ? "nothing"
            : node.GetValueKind() == System.Text.Json.JsonValueKind.String ? node.GetValue<string>()
            : node.ToJsonString(Web.Answers.Json);
        return text.Length <= Greatest ? text : $"{text[..Greatest]}…";
    }

    private static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
