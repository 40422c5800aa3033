using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Import;

/// <summary>What the first rows of a file would become, for a person to check; nothing is recorded, and no lock is taken.</summary>
public sealed record FirstResults(FileToRead File) : IRequest<Result<FirstResultsAnswer>>
{
    /// <summary>Records that are shown, and refusals; reading ends when there are as many of either, or after <see cref="GreatestRead"/> lines.</summary>
    public const int Shown = 20;

    public const int GreatestRead = 10_000;
}

/// <param name="DryRun">Always true: nothing was recorded.</param>
/// <param name="Lines">How far the file was looked at.</param>
/// <param name="IsAll">Whether that is the whole file.</param>
/// <param name="Records">As they would be recorded, in the order of the file; the sources and actors that are made are among <paramref name="Actors"/>.</param>
/// <param name="Actors">Names that nobody is known by: they would become provisional actors.</param>
public sealed record FirstResultsAnswer(
    bool DryRun,
    FileFormat Format,
    long Lines,
    bool IsAll,
    IReadOnlyList<FirstRecord> Records,
    IReadOnlyList<RefusedLine> Refused,
    IReadOnlyList<PairedLine> Paired,
    IReadOnlyList<UnmatchedName> Actors
);

/// <param name="Record">event, actor, issue or source.</param>
/// <param name="Fields">The request body.</param>
public sealed record FirstRecord(long Line, string Record, JsonObject Fields);

/// <param name="With">The line that tells the same event from the other side.</param>
public sealed record PairedLine(long Line, long With);

/// <param name="Line">Where the name first stands.</param>
/// <param name="Actor">The key that it would get.</param>
public sealed record UnmatchedName(
    long Line,
    string Name,
    string Actor,
    string Kind,
    IReadOnlyList<ProposedActor> Proposals
);

public sealed class FirstResultsHandler(FileReader files, ISender sender)
    : IRequestHandler<FirstResults, Result<FirstResultsAnswer>>
{
    private const int Proposals = 3;

    public async Task<Result<FirstResultsAnswer>> Handle(FirstResults request, CancellationToken cancellationToken)
    {
        var heading = await sender.Send(new HeadingOf(request.File.Chronology), cancellationToken);
        if (heading.Rejection is { } rejection)
            return rejection;
        var known = new NamedActors();
        await files.LearnAsync(known, request.File.Chronology, 0, cancellationToken);
        var records = new List<FirstRecord>();
        var refused = new List<RefusedLine>();
        var paired = new List<PairedLine>();
        var actors = new List<UnmatchedName>();
        var heard = new HashSet<string>(StringComparer.Ordinal);
        var (lines, isAll) = (0L, true);
        await foreach (var line in files.ReadAsync(request.File, cancellationToken))
        {
            if (
                records.Count >= FirstResults.Shown
                || refused.Count >= FirstResults.Shown
                || lines >= FirstResults.GreatestRead
            )
            {
                isAll = false;
                break;
            }
            lines = Math.Max(lines, line.Number);
            switch (line)
            {
                case FileLine.Refused wrong:
                    refused.Add(
                        new(wrong.Number, wrong.Rejection.Code, wrong.Rejection.Detail, wrong.Rejection.Pointer)
                    );
                    break;
                case FileLine.Paired pair:
                    paired.Add(new(pair.Number, pair.With));
                    break;
                case FileLine.Ordered { Order: { Command: Command.Record command, Needs: var needs } }:
                    foreach (var (id, made) in needs.Select(need => (need.Command.Id, Made(need))))
                    {
                        if (heard.Add(id.Key))
                            actors.Add(
                                new(
                                    line.Number,
                                    made.Name,
                                    id.Key,
                                    made.Kind,
                                    known.Propose(made.Name, id.Key, Proposals)
                                )
                            );
                    }
                    records.Add(
                        new(line.Number, command.Id.Kind.Name(), RecordJson.Write(command.Id, command.Content))
                    );
                    break;
            }
        }
        return new FirstResultsAnswer(true, request.File.Format, lines, isAll, records, refused, paired, actors);

        static ActorContent Made(Order need) => (ActorContent)((Command.Record)need.Command).Content;
    }
}
