using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>Ask for a rebuild, to be run by the service in the background; one that is under way is not doubled.</summary>
/// <param name="DryRun">Compare only.</param>
public sealed record AskForRebuild(string Chronology, bool DryRun, Caller Caller) : IRequest<Result<RebuildAnswer>>;

/// <summary>Rebuild now, and answer when it has ended.</summary>
/// <param name="Progress">Null: nobody looks.</param>
public sealed record RebuildNow(string Chronology, bool DryRun, Caller Caller, IProgress<RebuildProgress>? Progress)
    : IRequest<Result<RebuildAnswer>>;

/// <summary>What is derived from a chronology's streams, and how it stands.</summary>
public sealed record ProjectionsOf(string Chronology) : IRequest<Result<ProjectionsAnswer>>;

/// <summary>Whether a projection is being built anew; readers are answered from the live rows all the while.</summary>
public enum ProjectionStatus
{
    Live,
    Rebuilding,
}

public sealed record ProjectionsAnswer(IReadOnlyList<ProjectionAnswer> Projections);

/// <param name="Name">derived-rows: records, effects with their facts, and scores, which are folded together.</param>
/// <param name="Version">Of the shape of the rows.</param>
/// <param name="Done">Revisions that are folded, of <paramref name="Total"/>.</param>
/// <param name="StateHash">The one that the last rebuild has published, of the position in <paramref name="Rebuild"/>; null: there was none.</param>
/// <param name="Rebuild">The last one; null: there was none.</param>
public sealed record ProjectionAnswer(
    string Name,
    int Version,
    ProjectionStatus Status,
    long Done,
    long Total,
    string? StateHash,
    RebuildAnswer? Rebuild
);

public sealed class ProjectionHandlers(
    NpgsqlDataSource source,
    Rebuilding rebuilding,
    TimeProvider clock,
    ISender sender
)
    : IRequestHandler<AskForRebuild, Result<RebuildAnswer>>,
        IRequestHandler<RebuildNow, Result<RebuildAnswer>>,
        IRequestHandler<ProjectionsOf, Result<ProjectionsAnswer>>
{
    private readonly Rebuilds rebuilds = new(source, clock);

    public async Task<Result<RebuildAnswer>> Handle(AskForRebuild request, CancellationToken cancellationToken)
    {
        var asked = await rebuilds.AskAsync(
            request.Chronology,
            request.DryRun,
            request.Caller,
            Rebuilding.UsualPage,
            cancellationToken
        );
        if (asked is null)
            return Writer.NoSuchChronology(request.Chronology);
        rebuilding.Asked.Release();
        return asked;
    }

    public Task<Result<RebuildAnswer>> Handle(RebuildNow request, CancellationToken cancellationToken) =>
        rebuilding.RunAsync(
            request.Chronology,
            request.DryRun,
            request.Caller,
            Rebuilding.UsualPage,
            request.Progress,
            cancellationToken
        );

    public async Task<Result<ProjectionsAnswer>> Handle(ProjectionsOf request, CancellationToken cancellationToken)
    {
        var chronology = await sender.Send(new HeadingOf(request.Chronology), cancellationToken);
        if (chronology.Rejection is { } unknown)
            return unknown;
        var last = await rebuilds.LastAsync(request.Chronology, cancellationToken);
        var head = chronology.Value.Position;
        var status = last is { Status: not (RebuildStatus.Done or RebuildStatus.Failed) }
            ? ProjectionStatus.Rebuilding
            : ProjectionStatus.Live;
        var rebuilt = status == ProjectionStatus.Rebuilding ? last : null;
        return new ProjectionsAnswer([
            new(
                DerivedRows.Name,
                DerivedRows.Version,
                status,
                rebuilt?.Done ?? head,
                rebuilt?.Total ?? head,
                last?.StateAfter ?? last?.StateBefore,
                last
            ),
        ]);
    }
}

/// <summary>Runs what was asked for, one after another, and what a process that is no more has left unended.</summary>
public sealed partial class RebuildInBackground(
    Rebuilding rebuilding,
    TimeProvider clock,
    ILogger<RebuildInBackground> logger
) : BackgroundService
{
    /// <summary>How long a rebuild waits at most that nobody has told this process of.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await rebuilding.ResumeAsync(null, stoppingToken)) { }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // It is noted as failed where another try would end alike; else it is tried again.
                LogFault(fault);
            }
            await WaitAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await rebuilding.Asked.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { }
        catch (OperationCanceledException)
        {
            // Stopping: the loop sees it.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A rebuild broke off.")]
    private partial void LogFault(Exception fault);
}

/// <summary><c>POST /admin/projections/rebuild</c> and <c>GET /admin/projections</c>, under a chronology.</summary>
public static class ProjectionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet(
                "/admin/projections",
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                    new Parameters(http.Request).Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(new ProjectionsOf(chronology), ct))
            )
            .WithName("projections")
            .WithSummary(
                "What is derived from the streams, whether it is being rebuilt, and what the last rebuild found"
            )
            .WithTags("admin")
            .Gives<ProjectionsAnswer>(StatusCodes.Status200OK);
        routes
            .MapPost(
                "/admin/projections/rebuild",
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                {
                    var caller = Incoming.CallerOf(http);
                    var query = new Parameters(http.Request);
                    var dryRun = query.Flag("dryRun");
                    if ((query.Refusal() ?? caller.Rejection) is { } refusal)
                        return Problems.Of(refusal);
                    var asked = await sender.Send(new AskForRebuild(chronology, dryRun, caller.Value), ct);
                    if (asked.Rejection is { } unknown)
                        return Problems.Of(unknown);
                    http.Response.Headers.Location = $"/api/chronologies/{chronology}/admin/projections";
                    return Results.Json(asked.Value, Answers.Json, statusCode: StatusCodes.Status202Accepted);
                }
            )
            .WithName("rebuild-projections")
            .WithSummary(
                "Rebuild from the streams, beside the live rows, in the background; one under way is not doubled"
            )
            .WithTags("admin")
            .WithMetadata(new SentHeaders(["X-Author", "X-Via"], ["Location"]))
            .Asks("dryRun")
            .Gives<RebuildAnswer>(StatusCodes.Status202Accepted);
    }
}
