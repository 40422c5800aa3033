using System.CommandLine;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.Cli;

/// <summary><c>chronology state</c>: once, or with <c>--watch</c> again whenever the answer may have changed.</summary>
public static class StateVerb
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    public static Verb Of(Run run)
    {
        var watch = new Option<bool>("--watch")
        {
            Description =
                "Ask again whenever something is recorded, until Ctrl-C; with --json a line of JSON for each answer",
        };
        var options = AskVerbs.Options("between", "actor", "asOf", "knownAt");
        var command = AskVerbs.Command(run, "state", "The state of relations on a day, as known at a moment", options);
        command.Options.Add(run.Cite);
        command.Options.Add(watch);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(watch))
                return;
            if (result.GetValue(options["knownAt"]) is not null)
                result.AddError("--watch follows what is recorded: leave out --known-at.");
            if (result.GetValue(run.Cite))
                result.AddError("--watch shows passing answers: cite one without it.");
        });
        command.SetAction(
            (parsed, ct) =>
            {
                var query = AskVerbs.Query(parsed, options);
                return parsed.GetValue(watch)
                    ? run.WithStoreAsync(
                        parsed,
                        asking: true,
                        (store, chronology) => WatchAsync(run, parsed, store, StateEndpoint.Read(chronology, query), ct)
                    )
                    : AskVerbs.AskAsync(run, parsed, "/state", query, StateEndpoint.Read, Tables.State, ct);
            }
        );
        return new(
            command,
            "chronology state --between ussr,plo --as-of 1974-07-01",
            "chronology state --between ussr,plo --as-of 1974-07-01 --known-at 64",
            "chronology state --between ussr,plo --as-of 1974-07-01 --watch"
        );
    }

    /// <summary>Tells the state, and again after each look that finds something recorded, or another day where today is asked about.</summary>
    /// <returns><see cref="Exit.Done"/> when somebody stops it.</returns>
    private static async Task<int> WatchAsync(
        Run run,
        ParseResult parsed,
        OpenedStore store,
        StateOfRelations question,
        CancellationToken ct
    )
    {
        using var looks = new PeriodicTimer(BetweenLooks, run.Around.Clock);
        try
        {
            while (true)
            {
                var answer = await store.Sender.Send(question, ct);
                if (answer.Rejection is { } rejection)
                    return run.Refuse(rejection);
                Show(run, parsed, answer.Value);
                do await looks.WaitForNextTickAsync(ct);
                while (!await IsOutdatedAsync(answer.Value));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Exit.Done;
        }

        async Task<bool> IsOutdatedAsync(StateAnswer answer)
        {
            if (question.Axes.AsOf is null && answer.Basis.AsOf != Day.Of(run.Around.Clock.GetUtcNow()).ToString())
                return true;
            var since = answer.Basis.KnownAt.Position;
            var recorded = await store.Sender.Send(new ChangesSince(question.Chronology, since, 1), ct);
            return recorded.Rejection is not null || recorded.Value.Changes.Count > 0;
        }
    }

    private static void Show(Run run, ParseResult parsed, StateAnswer answer)
    {
        if (parsed.GetValue(run.Json))
        {
            run.Around.Out.WriteLine(JsonSerializer.Serialize(answer, Answers.Json));
            return;
        }
        var screen = run.Around.Screen();
        if (run.Around.OutIsTerminal)
            screen.Clear(home: true);
        Tables.State(screen, answer);
        run.Around.Out.Flush();
    }
}
