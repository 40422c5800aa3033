using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using MediatR;
using Microsoft.AspNetCore.Routing.Template;

namespace Chronology.Service.Web;

/// <param name="Body">Written as JSON by <see cref="Answers.Json"/>.</param>
/// <param name="ETag">With its quotes; null: none.</param>
public sealed record Answered(object Body, string? ETag = null)
{
    /// <summary>Parameters that the question has besides the axes and that depend on now, as they were resolved; null: the basis says it.</summary>
    public IReadOnlyDictionary<string, string?> Resolved { get; init; } =
        System.Collections.Frozen.FrozenDictionary<string, string?>.Empty;

    /// <summary>Positions besides that of the basis at which the answer has read.</summary>
    public IReadOnlyList<long> ReadAlsoAt { get; init; } = [];
}

/// <summary>An answer as it is written.</summary>
/// <param name="Resolved">As of <see cref="Answered"/>; likewise <paramref name="ReadAlsoAt"/>.</param>
public sealed record WrittenAnswer(
    JsonObject Body,
    IReadOnlyDictionary<string, string?> Resolved,
    IReadOnlyList<long> ReadAlsoAt
);

/// <summary>How the question at an address is asked.</summary>
/// <param name="route">The values in the address.</param>
public delegate Task<Result<Answered>> Asking(
    string chronology,
    RouteValueDictionary route,
    Parameters query,
    ISender sender,
    CancellationToken ct
);

/// <summary>All questions that give an answer with a basis, by their address below the chronology, so that one can be asked again
/// whoever asked it first: over HTTP, on the command line, or long ago.</summary>
/// <remarks>It is filled by the slices' own mapping; what they map besides is not kept.</remarks>
public sealed class QuestionBook : IEndpointRouteBuilder, IServiceProvider
{
    private readonly List<(TemplateMatcher Address, Asking Ask)> questions = [];

    /// <param name="map">Maps the slices.</param>
    public QuestionBook(Action<IEndpointRouteBuilder> map) => map(this);

    ICollection<EndpointDataSource> IEndpointRouteBuilder.DataSources { get; } = [];

    IServiceProvider IEndpointRouteBuilder.ServiceProvider => this;

    IApplicationBuilder IEndpointRouteBuilder.CreateApplicationBuilder() =>
        throw new NotSupportedException("Nothing is served from here.");

    object? IServiceProvider.GetService(Type serviceType) => null;

    internal void Add(string pattern, Asking ask) =>
        questions.Add((new(TemplateParser.Parse(pattern.TrimStart('/')), []), ask));

    /// <summary>Asks the question at a path below the chronology.</summary>
    /// <returns>Null: there is none.</returns>
    public async Task<Result<WrittenAnswer>?> AskAsync(
        string chronology,
        string path,
        IQueryCollection query,
        ISender sender,
        CancellationToken ct
    )
    {
        foreach (var (address, ask) in questions)
        {
            var route = new RouteValueDictionary();
            if (!path.StartsWith('/') || !address.TryMatch(path, route))
                continue;
            var answered = await ask(chronology, route, new Parameters(query), sender, ct);
            return answered.Map(answer => new WrittenAnswer(
                JsonSerializer.SerializeToNode(answer.Body, Answers.Json)!.AsObject(),
                answer.Resolved,
                answer.ReadAlsoAt
            ));
        }
        return null;
    }
}
