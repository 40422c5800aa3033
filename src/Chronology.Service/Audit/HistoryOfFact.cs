using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;

namespace Chronology.Service.Audit;

/// <summary>What the chronology has said about one fact on one day, at each position where its answer changed.</summary>
public sealed record HistoryOfFact(
    string Chronology,
    string? Kind,
    string? Holder,
    string? Toward,
    string? Qualifier,
    string? Value,
    Axes Axes
) : IRequest<Result<FactHistoryAnswer>>, IValidated
{
    public Rejection? Refusal() =>
        this is { Kind: not null, Holder: not null, Toward: not null }
            ? FactQuestion.Refusal(Kind, Value)
            : new("invalid-parameter", "Give “kind”, “holder” and “toward”.");
}

public sealed record FactHistoryAnswer(Basis Basis, IReadOnlyList<FactHistoryEntry> History, IReadOnlyList<Note> Notes);

/// <param name="Facts">As <c>GET /facts</c> would list them at that position; their <c>because</c> without citations.</param>
public sealed record FactHistoryEntry(
    long Position,
    string RecordedAt,
    Verdict Verdict,
    IReadOnlyList<string> Values,
    IReadOnlyList<FactAnswer> Facts
);

public sealed class HistoryOfFactHandler(
    Moments moments,
    Identities identities,
    Facts facts,
    Silences silences,
    Reading source
) : IRequestHandler<HistoryOfFact, Result<FactHistoryAnswer>>
{
    public async Task<Result<FactHistoryAnswer>> Handle(HistoryOfFact request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var (holder, toward) = (request.Holder!, request.Toward!);
        var identified = await identities.UpToAsync(moment, cancellationToken);
        var versions = await facts.VersionsAsync(
            moment,
            new(
                request.Kind,
                KeysEverBehind(holder, identified),
                KeysEverBehind(toward, identified),
                request.Qualifier,
                request.Value
            ),
            cancellationToken
        );
        var positions = versions
            .SelectMany(version => new[] { version.From, version.To })
            .Concat(identified.Select(known => known.From))
            .Where(position => position > 0 && position <= moment.Position)
            .Distinct()
            .Order()
            .ToArray();
        var history = new List<FactHistoryEntry>();
        var before = (Verdict: Verdict.NoRecord, Told: "");
        foreach (var position in positions)
        {
            var identity = identified.Last(known => known.From <= position).Identity;
            var asked = new FactSelection(Holders: [identity.Surviving(holder)], Towards: [identity.Surviving(toward)]);
            var effects = versions.Where(v => v.From <= position && position < v.To).Select(v => v.Effect).ToArray();
            var entries = Selected(identity.Facts(effects));
            if (entries.Length == 0)
                entries = Selected(
                    identity
                        .Endings(effects)
                        .Where(one => FactsAsOf.HasSurelyEnded(one.Heritage, one.Effects, moment.AsOf))
                );
            var verdict = FactQuestion.Judge(entries, request.Value);
            var told = FactTelling.Ordered(
                entries
                    .Where(entry => FactQuestion.IsListed(entry, request.Value))
                    .Select(entry => FactTelling.Tell(entry, NoCitations))
            );
            var now = (verdict, string.Join('\n', told.Select(Shown)));
            if (now == before)
                continue;
            before = now;
            history.Add(new(position, "", verdict, [.. told.Select(fact => fact.Value)], told));

            FactEntry[] Selected(IEnumerable<(Heritage Heritage, IReadOnlyList<RecordedEffect> Effects)> found) =>
                [
                    .. found
                        .Where(fact => asked.Selects(fact.Heritage.Key))
                        .Select(fact => FactsAsOf.Decide(fact.Heritage, fact.Effects, moment.AsOf)),
                ];
        }
        return new FactHistoryAnswer(
            moment.Basis,
            await StampedAsync(request.Chronology, history, cancellationToken),
            await silences.OfAsync(
                moment,
                holder == toward ? new([holder], []) : new([holder], [toward]),
                identified[^1].Identity,
                nothingFound: history.Count == 0,
                cancellationToken,
                mayBeIssue: request.Kind == Stance && holder != toward ? toward : null
            )
        );
    }

    private const string Stance = "stance";

    private static string[] KeysEverBehind(string actor, IEnumerable<(long, Identity Identity)> identified) =>
        [
            .. identified
                .SelectMany(known => known.Identity.KeysBehind(known.Identity.Surviving(actor)))
                .Distinct(StringComparer.Ordinal),
        ];

    private static readonly Dictionary<(string, long), ValueList<Citation>> NoCitations = [];

    /// <summary>What makes two answers differ: the values and how sure they are, not which revision says so.</summary>
    private static string Shown(FactAnswer fact) =>
        $"{fact.HeldAs}|{fact.TowardAs}|{fact.Qualifier}|{fact.Value}|{fact.Certainty}|{string.Join(',', fact.Alternatives)}|{fact.Since}|{fact.Until}|{fact.Credibility}|{fact.DisputedBy?.Count}";

    private async Task<IReadOnlyList<FactHistoryEntry>> StampedAsync(
        string chronology,
        List<FactHistoryEntry> history,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            "select position, recorded_at from chronology.ledger where chronology = $1 and position = any($2)"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(history.Select(entry => entry.Position).ToArray());
        var stamps = new Dictionary<long, string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            stamps[reader.GetInt64(0)] = Instants.Text(reader.GetFieldValue<DateTimeOffset>(1));
        return [.. history.Select(entry => entry with { RecordedAt = stamps[entry.Position] })];
    }
}

/// <summary><c>GET /facts/history</c></summary>
public static class FactHistoryEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/facts/history", Read, "kind", "holder", "toward", "qualifier", "value", "asOf", "knownAt")
            .WithName("history-of-fact")
            .WithSummary("What was said about a fact on a day, at each position where that changed")
            .WithTags("audit");

    public static HistoryOfFact Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("kind"),
            query.Text("holder"),
            query.Text("toward"),
            query.TextOrNone("qualifier"),
            query.Text("value"),
            query.Axes()
        );
}
