using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Catalogue;

/// <summary>The versions of the rules that this service knows, and what each says.</summary>
public sealed record KnownRules : IRequest<Result<KnownRulesAnswer>>;

/// <param name="Versions">By number, from 1.</param>
public sealed record KnownRulesAnswer(IReadOnlyList<RulesVersionAnswer> Versions);

/// <param name="Version">What <c>rules</c> of a question and of an adoption takes.</param>
/// <param name="Rules">Its constants, the same ones in the same order in every version.</param>
public sealed record RulesVersionAnswer(int Version, IReadOnlyList<RuleAnswer> Rules);

/// <param name="Meaning">What it decides, with its unit.</param>
/// <param name="Reason">Why it has this value.</param>
public sealed record RuleAnswer(string Rule, string Value, string Meaning, string Reason);

public sealed class KnownRulesHandler : IRequestHandler<KnownRules, Result<KnownRulesAnswer>>
{
    public Task<Result<KnownRulesAnswer>> Handle(KnownRules request, CancellationToken cancellationToken) =>
        Task.FromResult<Result<KnownRulesAnswer>>(
            new KnownRulesAnswer([
                .. RulesVersion.All.Select(version => new RulesVersionAnswer(
                    version.Number,
                    [.. version.Rows.Select(rule => new RuleAnswer(rule.Name, rule.Value, rule.Meaning, rule.Reason))]
                )),
            ])
        );
}

/// <summary><c>GET /api/rules</c></summary>
public static class KnownRulesEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet(
                "/api/rules",
                async (HttpContext http, ISender sender, CancellationToken ct) =>
                    new Parameters(http.Request).Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(new KnownRules(), ct))
            )
            .WithName("list-rules")
            .WithSummary("The versions of the rules that a chronology can adopt and a question can ask under")
            .WithTags("chronologies")
            .Gives<KnownRulesAnswer>(StatusCodes.Status200OK);
}
