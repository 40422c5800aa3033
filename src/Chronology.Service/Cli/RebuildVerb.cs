using System.CommandLine;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Rebuild;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology rebuild</c></summary>
public static class RebuildVerb
{
    /// <param name="Rebuilds">In the order of their slugs.</param>
    public sealed record RebuildsAnswer(IReadOnlyList<RebuildAnswer> Rebuilds);

    private sealed class Watched : IProgress<RebuildProgress>
    {
        public RebuildProgress Last { get; private set; } = new(RebuildStatus.Asked, 0, 0);

        public void Report(RebuildProgress value) => Last = value;
    }

    public static Verb Of(Run run)
    {
        var all = new Option<bool>("--all") { Description = "Every chronology, one after another" };
        var accept = new Option<bool>("--accept")
        {
            Description = "Differences are expected, such as after an upgrade: do not end as refused because of them",
        };
        var dry = new Option<bool>("--dry-run") { Description = "Compare only; tell what would be replaced" };
        var command = new Command(
            "rebuild",
            "Derive everything anew from the streams beside what is live, and replace what differs; goes on where it was broken off"
        )
        {
            all,
            dry,
            accept,
            run.Author,
            run.Chronology,
            run.Json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var caller = run.CallerOf(parsed);
                if (caller.Rejection is { } nobody)
                    return run.Refuse(nobody);
                await using var store = await OpenedStore.OpenAsync(run.Around, run.Given);
                var slugs = await SlugsAsync(store, parsed.GetValue(run.Chronology), parsed.GetValue(all), ct);
                if (slugs.Rejection is { } unknown)
                    return run.Refuse(unknown);
                var rebuilt = new List<RebuildAnswer>();
                foreach (var slug in slugs.Value)
                {
                    var watched = new Watched();
                    var one = await ImportVerb.ShowAsync(
                        run.Around,
                        () => $"{slug}: {RecordJson.Word(watched.Last.Status)}",
                        () => watched.Last.Status == RebuildStatus.Folding ? watched.Last.Total : 0,
                        () => watched.Last.Done,
                        () => store.Sender.Send(new RebuildNow(slug, parsed.GetValue(dry), caller.Value, watched), ct)
                    );
                    if (one.Rejection is { } rejection)
                        return run.Refuse(rejection);
                    rebuilt.Add(one.Value);
                }
                run.Tell(parsed, new RebuildsAnswer(rebuilt), Tables.Rebuilt);
                return parsed.GetValue(accept) || rebuilt.TrueForAll(one => one.Differences == 0)
                    ? Exit.Done
                    : Exit.Refused;
            }
        );
        return new(command, "chronology rebuild --chronology palestine-russia", "chronology rebuild --all --dry-run");
    }

    private static async Task<Result<IReadOnlyList<string>>> SlugsAsync(
        OpenedStore store,
        string? named,
        bool all,
        CancellationToken ct
    )
    {
        if (all && named is not null)
            throw new CommandException("usage", "--all and --chronology do not go together.", Exit.Usage);
        if (!all)
            return (await store.ChronologyAsync(named, ct)).Map(IReadOnlyList<string> (slug) => [slug]);
        var found = await store.Sender.Send(new AllChronologies(), ct);
        return found.Value.Chronologies.Select(card => card.Slug).ToArray();
    }
}
