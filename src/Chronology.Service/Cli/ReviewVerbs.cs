using System.Globalization;
using Chronology.Recording;
using Chronology.Service.Import;
using Chronology.Service.Review;
using Chronology.Service.Web;
using MediatR;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology review actors</c> and <c>chronology review duplicates</c></summary>
public static class ReviewVerbs
{
    public static Verb Of(Run run)
    {
        var actors = Asking(
            run,
            "actors",
            "/review/actors",
            "Provisional actors, and whom each may be; say so by chronology merge actor/KEY --into KEY --if-match REVISION --reason merge",
            ["cursor", "limit", "asOf", "knownAt"],
            ActorsToReviewEndpoint.Read,
            (sender, asked, ct) => sender.Send(asked, ct),
            Tables.ActorsToReview,
            "chronology review actors -c world",
            "chronology review actors -c world --limit 10 --json"
        );
        var duplicates = Asking(
            run,
            "duplicates",
            "/review/duplicates",
            "Pairs of events of one type and of overlapping days with actors in common, and how much they are alike; say that they are one by chronology merge event/KEY --into KEY --if-match REVISION --reason merge",
            ["actor", "least", "cursor", "limit", "asOf", "knownAt"],
            DuplicatesToReviewEndpoint.Read,
            (sender, asked, ct) =>
            {
                var found = 0;
                return ImportVerb.ShowAsync(
                    run.Around,
                    () => "Comparing events",
                    () => 0,
                    () => 0,
                    () => ManyAsync(sender, asked, pairs => Volatile.Write(ref found, pairs), ct),
                    () => string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref found):#,0} pairs")
                );
            },
            Tables.DuplicatesToReview,
            "chronology review duplicates -c world --least 80",
            "chronology review duplicates -c world --actor russia"
        );
        var command = new Command("review", "What imports leave for people to decide")
        {
            actors.Command,
            duplicates.Command,
        };
        return new(command, [.. actors.Examples, .. duplicates.Examples]) { Below = [actors, duplicates] };
    }

    /// <summary>Goes on over pages until there are as many pairs as were asked for, or all events were compared.</summary>
    /// <param name="found">Told how many there are so far.</param>
    private static async Task<Result<DuplicatesToReviewAnswer>> ManyAsync(
        ISender sender,
        DuplicatesToReview asked,
        Action<int> found,
        CancellationToken ct
    )
    {
        var first = await sender.Send(asked, ct);
        if (first.Rejection is not null)
            return first;
        var pairs = first.Value.Duplicates.ToList();
        var next = first.Value.Next;
        // The cursor keeps what was known at the first page.
        var axes = asked.Axes with
        {
            KnownAt = null,
        };
        while (next is not null && pairs.Count < asked.Limit)
        {
            found(pairs.Count);
            var page = await sender.Send(
                asked with
                {
                    Cursor = next,
                    Limit = asked.Limit - pairs.Count,
                    Axes = axes,
                },
                ct
            );
            if (page.Rejection is { } rejection)
                return rejection;
            pairs.AddRange(page.Value.Duplicates);
            next = page.Value.Next;
        }
        return first.Value with { Duplicates = pairs, Next = next };
    }

    private static Verb Asking<TAsked, T>(
        Run run,
        string name,
        string path,
        string description,
        string[] parameters,
        Func<string, Parameters, TAsked> question,
        Func<ISender, TAsked, CancellationToken, Task<Result<T>>> ask,
        Action<IAnsiConsole, T> tell,
        params string[] examples
    )
        where TAsked : IRequest<Result<T>>
    {
        var options = AskVerbs.Options(parameters);
        var command = AskVerbs.Command(run, name, description, options);
        command.Options.Add(run.Cite);
        command.SetAction(
            (parsed, ct) =>
            {
                var query = AskVerbs.Query(parsed, options);
                // What is cited is one page, as over HTTP.
                if (parsed.GetValue(run.Cite))
                    return AskVerbs.AskAsync(run, parsed, path, query, (slug, of) => question(slug, of), tell, ct);
                return run.AnswerAsync(
                    parsed,
                    async (store, chronology) =>
                    {
                        var asked = question(chronology, query);
                        return query.Refusal() is { } refusal ? refusal : await ask(store.Sender, asked, ct);
                    },
                    tell,
                    asking: true
                );
            }
        );
        return new(command, examples);
    }
}

public static partial class Tables
{
    public static void ActorsToReview(IAnsiConsole console, ActorsToReviewAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Actors.Count == 0)
        {
            Say(console, "No actor is provisional.");
            return;
        }
        var table = New("Provisional actor", "Revision", "Name", "Kind", "May be", "Alike", "Why");
        foreach (var actor in answer.Actors)
        {
            Row(
                table,
                actor.Key,
                $"{actor.Revision}",
                actor.Name,
                actor.Kind,
                Proposed(actor, 0),
                Alike(actor, 0),
                Why(actor, 0)
            );
            for (var i = 1; i < actor.Proposals.Count; i++)
                Row(table, null, null, null, null, Proposed(actor, i), Alike(actor, i), Why(actor, i));
        }
        Show(console, table);
        if (answer.Next is { } next)
            Say(console, $"There are more: --cursor {next}");

        static string? Proposed(ProvisionalActor actor, int i) =>
            i < actor.Proposals.Count ? $"{actor.Proposals[i].Name} ({actor.Proposals[i].Actor})" : null;

        static string? Alike(ProvisionalActor actor, int i) =>
            i < actor.Proposals.Count ? $"{actor.Proposals[i].Similarity} %" : null;

        static string? Why(ProvisionalActor actor, int i) =>
            i < actor.Proposals.Count ? RecordJson.Word(actor.Proposals[i].Why).Replace('-', ' ') : null;
    }

    public static void DuplicatesToReview(IAnsiConsole console, DuplicatesToReviewAnswer answer)
    {
        Say(console, Basis(answer.Basis));
        if (answer.Duplicates.Count == 0)
            Say(console, "No events look alike.");
        else
        {
            var table = New("Alike", "Day", "Event", "Perhaps the same", "Type");
            foreach (var pair in answer.Duplicates)
            {
                Row(table, $"{pair.Similarity} %", pair.One.Occurred.Edtf, Side(pair.One), Side(pair.Other), pair.Type);
            }
            Show(console, table);
        }
        if (answer.Next is { } next)
            Say(console, $"There are more events to compare: --cursor {next}");
        Notes(console, answer.Notes);

        static string Side(DuplicateSide side) => $"{side.Title} ({side.Key}, revision {side.Revision})";
    }

    /// <summary>What the first rows of a file would become.</summary>
    public static void FirstResults(IAnsiConsole console, string file, FirstResultsAnswer answer)
    {
        Say(
            console,
            $"{file}, read as {RecordJson.Word(answer.Format)}: {(answer.IsAll ? "all" : "the first")} {answer.Lines} lines. Nothing was recorded."
        );
        var table = New("Line", "Record", "When", "Type", "Title", "Actors");
        foreach (var record in answer.Records)
        {
            var fields = record.Fields;
            Row(
                table,
                $"{record.Line}",
                $"{record.Record} {fields["key"]}",
                $"{fields["occurred"]}",
                $"{fields["type"] ?? fields["kind"]}",
                $"{fields["title"] ?? fields["name"]}",
                string.Join(", ", (fields["actors"]?.AsArray() ?? []).Select(a => $"{a!["actor"]} ({a["role"]})"))
            );
        }
        Show(console, table);
        foreach (var pair in answer.Paired)
            Say(console, $"Line {pair.Line} tells the event of line {pair.With} from the other side.");
        if (answer.Actors.Count > 0)
        {
            var unmatched = New("Line", "Name nobody is known by", "Would be", "Kind", "May be");
            foreach (var actor in answer.Actors)
            {
                Row(
                    unmatched,
                    $"{actor.Line}",
                    actor.Name,
                    actor.Actor,
                    actor.Kind,
                    string.Join(", ", actor.Proposals.Select(p => $"{p.Name} ({p.Actor}, {p.Similarity} %)"))
                );
            }
            Show(console, unmatched);
        }
        foreach (var refused in answer.Refused)
            Say(console, $"{refused.Code}: line {refused.Line}: {refused.Detail}");
    }
}
