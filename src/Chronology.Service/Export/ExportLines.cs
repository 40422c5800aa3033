using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Export;

/// <summary>All revisions up to a moment, in the order of their positions, as lines that an import takes.</summary>
public sealed record ExportLines(string Chronology, Axes Axes) : IRequest<Result<Exported>>;

/// <param name="Lines">Read as they are asked for; the chronology's own line first.</param>
public sealed record Exported(Basis Basis, IAsyncEnumerable<string> Lines);

public sealed class ExportLinesHandler(Moments moments, Revisions revisions, NpgsqlDataSource source, ISender sender)
    : IRequestHandler<ExportLines, Result<Exported>>
{
    private const int PageSize = 500;

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public async Task<Result<Exported>> Handle(ExportLines request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var heading = await sender.Send(new HeadingOf(request.Chronology), cancellationToken);
        return heading.Map(found => new Exported(
            resolved.Value.Basis,
            LinesAsync(found, resolved.Value, CancellationToken.None)
        ));
    }

    private async IAsyncEnumerable<string> LinesAsync(
        Heading heading,
        Moment moment,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        yield return Text(ExportLine.Of(heading.Slug, heading.Title, heading.Description, heading.Licence));
        for (var since = 0L; since < moment.Position; )
        {
            var page = await revisions.SinceAsync(heading.Slug, since, moment.Position, PageSize, ct);
            var salts = await LedgerRows.SaltsAsync(source, heading.Slug, since, page[^1].Entry.Position, ct);
            foreach (var revision in page)
            {
                var entry = revision.Entry;
                var line = ExportLine.Of(
                    revision.Before,
                    revision.After,
                    Words.Operation(entry.Op),
                    entry.Reason,
                    entry.Citations
                );
                line["position"] = entry.Position;
                line["recordedAt"] = entry.RecordedAt;
                line[ExportLine.AuthorOf(revision.Before, revision.After)] = entry.Author;
                if (entry.Via is not null)
                    line["via"] = entry.Via;
                yield return Salted(line, salts[entry.Position]);
            }
            since = page[^1].Entry.Position;
        }
    }

    /// <summary>The line with the salts of its texts, unless that makes it too long to be imported.</summary>
    private static string Salted(JsonObject line, string salts)
    {
        var plain = Text(line);
        line["salts"] = JsonNode.Parse(salts);
        var salted = Text(line);
        return salts == "{}" || Encoding.UTF8.GetByteCount(salted) > Incoming.GreatestBody ? plain : salted;
    }

    private static string Text(JsonObject line) => line.ToJsonString(Plain);
}

/// <summary><c>GET /export</c></summary>
public static class ExportEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet(
                "/export",
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                {
                    var query = new Parameters(http.Request);
                    var request = new ExportLines(chronology, new(null, query.Text("knownAt")));
                    if (query.Refusal() is { } refusal)
                        return Problems.Of(refusal);
                    var exported = await sender.Send(request, ct);
                    if (exported.Rejection is { } rejection)
                        return Problems.Of(rejection);
                    return Results.Stream(
                        async stream =>
                        {
                            await using var writer = new StreamWriter(stream, new UTF8Encoding(false))
                            {
                                NewLine = "\n",
                            };
                            await foreach (var line in exported.Value.Lines.WithCancellation(ct))
                                await writer.WriteLineAsync(line.AsMemory(), ct);
                        },
                        "application/x-ndjson"
                    );
                }
            )
            .WithName("export")
            .WithSummary("All revisions as lines that an import takes")
            .WithTags("import")
            .Asks("knownAt")
            .Produces<string>(StatusCodes.Status200OK, "application/x-ndjson")
            .Refuses(400, 404);
}
