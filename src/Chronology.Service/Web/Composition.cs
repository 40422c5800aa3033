using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Catalogue;
using Chronology.Service.Cite;
using Chronology.Service.Compare;
using Chronology.Service.Eras;
using Chronology.Service.Explain;
using Chronology.Service.Export;
using Chronology.Service.Import;
using Chronology.Service.Rebuild;
using Chronology.Service.Review;
using Chronology.Service.Search;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Marten;
using MediatR;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Scalar.AspNetCore;

namespace Chronology.Service.Web;

/// <summary>What HTTP, the command line and the tests are composed of.</summary>
public static class Composition
{
    /// <summary>The store, the writer, the readers and the requests, over a migrated database.</summary>
    public static IServiceCollection AddChronology(this IServiceCollection services, NpgsqlDataSource source)
    {
        services.AddSingleton(source);
        services.AddSingleton(Reading.From(source));
        services.AddSingleton<IDocumentStore>(_ => EventStore.Open(source));
        services.AddSingleton<Writer>();
        services.AddSingleton<FileReader>();
        services.TryAddSingleton(new GroupLimits());
        services.AddSingleton<Groups>();
        services.AddSingleton<QuestionsWithin>();
        services.TryAddTimeProvider();
        return services.AddQuestions();
    }

    /// <summary>The readers and the requests, over whatever <see cref="Reading"/> and the store there are.</summary>
    internal static IServiceCollection AddQuestions(this IServiceCollection services)
    {
        services.AddSingleton<RecordedTimes>();
        services.AddSingleton<Moments>();
        services.AddSingleton<Identities>();
        services.AddSingleton(given => new RememberedPairs(
            given.GetRequiredService<Reading>(),
            given.GetService<IConfiguration>()?.GetValue<int?>(RememberedPairs.Setting)
                ?? RememberedPairs.DefaultMegabytes
        ));
        services.AddSingleton<Facts>();
        services.AddSingleton<FactTelling>();
        services.AddSingleton<Considered>();
        services.AddSingleton<ScoreLeftOuts>();
        services.AddSingleton<Timeline>();
        services.AddSingleton<RecordedEras>();
        services.AddSingleton<Silences>();
        services.AddSingleton<Scores>();
        services.AddSingleton<ScoreTelling>();
        services.AddSingleton<StanceTelling>();
        services.AddSingleton<EraAccounts>();
        services.AddSingleton<Revisions>();
        services.AddSingleton<Candidates>();
        services.AddSingleton<Comparing>();
        services.AddSingleton<Seals>();
        services.AddSingleton<Rebuilding>();
        services.AddSingleton<AnswerNames>();
        services.AddTransient<KeptAnswers>();
        services.AddTransient<CitationTexts>();
        services.AddSingleton(_ => new QuestionBook(MapQuestions));
        services.AddSingleton(given => new RememberedAnswers(
            given.GetService<IConfiguration>()?.GetValue<int?>(RememberedAnswers.Setting)
                ?? RememberedAnswers.DefaultMegabytes
        ));
        services.AddSingleton<Memory>();
        services.AddMediatR(mediator =>
        {
            mediator.RegisterServicesFromAssemblyContaining<Writer>();
            mediator.AddOpenBehavior(typeof(Tracing<,>));
            mediator.AddOpenBehavior(typeof(Validating<,>));
            mediator.AddOpenBehavior(typeof(Retrying<,>));
        });
        return services;
    }

    private static void TryAddTimeProvider(this IServiceCollection services)
    {
        if (!services.Any(service => service.ServiceType == typeof(TimeProvider)))
            services.AddSingleton(TimeProvider.System);
    }

    /// <summary>OpenAPI, errors as problems, and limits.</summary>
    public static WebApplicationBuilder AddChronologyWeb(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 2 * Incoming.GreatestBody;
        });
        builder.Services.ConfigureHttpJsonOptions(json => Answers.Configure(json.SerializerOptions));
        builder.Services.AddOpenApi("v1", Description.Configure);
        builder.Services.AddHostedService<RebuildInBackground>();
        return builder;
    }

    /// <summary>Every route of the contract that this version has.</summary>
    public static WebApplication MapChronology(this WebApplication app)
    {
        app.UseExceptionHandler(errors => errors.Run(FaultAsync));
        app.UseStatusCodePages(context => StatusAsync(context.HttpContext));
        app.Use(AsGet);
        app.UseRouting();
        app.MapOpenApi("/openapi/v1.json");
        app.MapScalarApiReference("/docs");
        ChronologyEndpoints.Map(app);
        KnownRulesEndpoint.Map(app);
        AppendEndpoints.MapAdoption(app);
        var chronology = app.MapGroup("/api/chronologies/{chronology}");
        AppendEndpoints.Map(chronology);
        ImportEndpoint.Map(chronology);
        ExportEndpoint.Map(chronology);
        ProjectionEndpoints.Map(chronology);
        MapQuestions(chronology);
        AnswerEndpoints.Map(chronology);
        HealthEndpoints.Map(app);
        return app;
    }

    /// <summary>The questions about a chronology, below its address.</summary>
    private static void MapQuestions(IEndpointRouteBuilder chronology)
    {
        StateEndpoint.Map(chronology);
        ScoreEndpoint.Map(chronology);
        FactsEndpoint.Map(chronology);
        ExplainEndpoint.Map(chronology);
        ExplainStanceEndpoint.Map(chronology);
        ExplainScoreEndpoint.Map(chronology);
        ExplainEraEndpoint.Map(chronology);
        StancesEndpoint.Map(chronology);
        TimelineEndpoint.Map(chronology);
        RecordEndpoints.Map(chronology);
        ErasOfSchemeEndpoint.Map(chronology);
        EraEndpoints.Map(chronology);
        SuggestedErasEndpoint.Map(chronology);
        HistoryEndpoint.Map(chronology);
        BlameEndpoint.Map(chronology);
        FactHistoryEndpoint.Map(chronology);
        ChangesEndpoint.Map(chronology);
        CompareEndpoint.Map(chronology);
        SearchEndpoint.Map(chronology);
        ActorsToReviewEndpoint.Map(chronology);
        DuplicatesToReviewEndpoint.Map(chronology);
    }

    /// <summary>HEAD is answered as GET is; Kestrel, which read the method itself, sends no body.</summary>
    private static Task AsGet(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsHead(http.Request.Method))
            http.Request.Method = HttpMethods.Get;
        return next(http);
    }

    /// <summary>What only a fault can cause: no inner workings are shown; a database out of reach is 503.</summary>
    private static async Task FaultAsync(HttpContext http)
    {
        var fault = http.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (fault is BadHttpRequestException bad)
        {
            await Problems
                .Of(
                    bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                        ? new("too-large", "A body is at most 1 MB.")
                        : new("malformed-json", "The request did not arrive whole.")
                )
                .ExecuteAsync(http);
            return;
        }
        if (fault is AnswerDoesNotMatchException differs)
        {
            await Problems.Of(new(AnswerDoesNotMatchException.Code, differs.Message)).ExecuteAsync(http);
            return;
        }
        if (fault is OverloadedException)
        {
            http.Response.Headers.RetryAfter = "1";
            await Problems
                .Of(
                    new(
                        "unavailable",
                        "More appends wait for this chronology than the service holds: try again shortly."
                    )
                )
                .ExecuteAsync(http);
            return;
        }
        if (
            fault
            is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }
                or NpgsqlException { InnerException: TimeoutException }
        )
        {
            http.Response.Headers.RetryAfter = "2";
            await Problems
                .Of(
                    new(
                        "unavailable",
                        "This takes longer than is allowed just now: try again shortly, or ask for less."
                    )
                )
                .ExecuteAsync(http);
            return;
        }
        if (
            fault is BrokenBeforeCommitException
            || fault is NpgsqlException and not PostgresException
            || fault is PostgresException { SqlState: ['5', '7', ..] or ['5', '3', ..] or ['0', '8', ..] }
        )
        {
            http.Response.Headers.RetryAfter = "2";
            await Problems
                .Of(new("unavailable", "The database cannot be reached just now: try again shortly."))
                .ExecuteAsync(http);
            return;
        }
        await Results
            .Json(
                new JsonObject
                {
                    ["type"] = "about:blank",
                    ["title"] = "Fault",
                    ["status"] = 500,
                    ["code"] = "fault",
                    ["detail"] = "Something is broken in the service; nothing was changed. Its log says more.",
                },
                statusCode: 500,
                contentType: "application/problem+json"
            )
            .ExecuteAsync(http);
    }

    private static Task StatusAsync(HttpContext http) =>
        http.Response.StatusCode switch
        {
            404 => Problems.Of(new("not-found", "There is nothing at this address.")).ExecuteAsync(http),
            405 => Problems
                .Of(new("method-not-allowed", $"This address takes {http.Response.Headers.Allow}."))
                .ExecuteAsync(http),
            415 => Problems
                .Of(new("unsupported-media-type", "Send application/json; to import, application/x-ndjson."))
                .ExecuteAsync(http),
            >= 400 and < 500 => Problems.Of(new("invalid-parameter", "The request cannot be read.")).ExecuteAsync(http),
            _ => Task.CompletedTask,
        };
}

/// <summary><c>GET /health/live</c> and <c>/health/ready</c>.</summary>
public static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/health/live", () => Results.Json(new Health("live"), Answers.Json))
            .WithName("live")
            .WithSummary("Whether the service runs")
            .WithTags("health")
            .Produces<Health>();
        routes
            .MapGet(
                "/health/ready",
                async (HttpContext http, NpgsqlDataSource source, CancellationToken ct) =>
                {
                    if ((await Migrations.PendingAsync(source, ct)).Count == 0)
                        return Results.Json(new Health("ready"), Answers.Json);
                    http.Response.Headers.RetryAfter = "10";
                    return Problems.Of(new("unavailable", "Migrations are pending: run chronology migrate."));
                }
            )
            .WithName("ready")
            .WithSummary("Whether the database answers and is migrated")
            .WithTags("health")
            .Produces<Health>()
            .Refuses();
    }

    /// <param name="Status">live or ready.</param>
    public sealed record Health(string Status);
}
