using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Service.Eras;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.Explain;

/// <summary>Why the narrative of an era says what it says, sentence by sentence.</summary>
/// <param name="Sentence">The code of one; null: all of them.</param>
public sealed record ExplainEra(
    string Chronology,
    string? Scheme,
    string? Era,
    string? Sentence,
    string? Between,
    string? Actor,
    Axes Axes
) : IRequest<Result<ExplainEraAnswer>>, IValidated
{
    public Rejection? Refusal() =>
        this is not { Scheme: not null, Era: not null } ? new("invalid-parameter", "Give “scheme” and “era”.")
        : !Keys.IsKey(Scheme) ? new("invalid-parameter", "“scheme” is the key of a scheme, such as article.")
        : !Keys.IsKey(Era) ? new("invalid-parameter", "“era” is the key of an era of that scheme.")
        : Parties.Read(Between, Actor).Rejection;
}

/// <param name="FirstDay">The first day up to the day asked about on which the era surely was; null: there is none.</param>
/// <param name="LastDay">The last such day.</param>
/// <param name="Sentences">In the order of the narrative.</param>
/// <param name="LeftOut">What the narrative does not tell.</param>
public sealed record ExplainEraAnswer(
    Basis Basis,
    string Scheme,
    string Era,
    string? FirstDay,
    string? LastDay,
    IReadOnlyList<ExplainedSentenceAnswer> Sentences,
    IReadOnlyList<LeftOut> LeftOut,
    IReadOnlyList<Note> Notes
);

/// <summary>One sentence, as the summary tells it, and why.</summary>
/// <param name="Named">The revisions of the other records whose names stand in it.</param>
/// <param name="Rule">key-event, longest-silence, stance-change or fact-at-end.</param>
/// <param name="Why">What the rule says, and why it applies.</param>
/// <param name="LeftOut">What the rule passed over.</param>
/// <param name="Uncertain">What is not known, and what would settle it.</param>
/// <param name="Explained">Of a stance or a fact: why it was what it was, of a stance on the first and the last sure day of the era, of a fact on
/// the last.</param>
/// <param name="Between">Of a silence: the events that may break it, the first 100 of them.</param>
public sealed record ExplainedSentenceAnswer(
    string Code,
    string Text,
    IReadOnlyList<BecauseAnswer> Because,
    IReadOnlyList<string> Naming,
    IReadOnlyList<NamedAnswer> Named,
    string Rule,
    string Why,
    IReadOnlyList<LeftOut> LeftOut,
    IReadOnlyList<Uncertainty> Uncertain,
    IReadOnlyList<ExplainedOn> Explained,
    IReadOnlyList<BetweenAnswer> Between
);

/// <summary>The revision of a record from which its name is taken.</summary>
public sealed record NamedAnswer(string Record, string Key, int Revision, long Position);

/// <summary>Why a fact was what it was on a day, as <c>GET /explain</c> tells it.</summary>
public sealed record ExplainedOn(
    string AsOf,
    FactAnswer? Fact,
    Verdict Verdict,
    IReadOnlyList<ExplainedAnswer> Effects,
    long More,
    IReadOnlyList<SettlingAnswer> Settling,
    int Untried
);

/// <summary>An event of uncertain date.</summary>
public sealed record BetweenAnswer(string Event, int Revision, long Position, DateAnswer Occurred);

public sealed class ExplainEraHandler(Identities identities, Timeline timeline, ISender sender)
    : IRequestHandler<ExplainEra, Result<ExplainEraAnswer>>
{
    private const int GreatestBetween = 100;

    public async Task<Result<ExplainEraAnswer>> Handle(ExplainEra request, CancellationToken cancellationToken)
    {
        var id = RecordId.Era(request.Scheme!, request.Era!);
        var found = await sender.Send(
            new OneEraAccounted(request.Chronology, id, request.Between, request.Actor, request.Axes),
            cancellationToken
        );
        if (found.Rejection is { } rejection)
            return rejection;
        var era = found.Value;
        var asked = era
            .Told.Zip(era.Account.Narrative)
            .Where(sentence => request.Sentence is null || sentence.First.Code == request.Sentence)
            .ToArray();
        if (asked.Length == 0 && request.Sentence is not null)
        {
            return new Rejection(
                "no-such-sentence",
                $"The narrative has no sentence “{request.Sentence}”: leave “sentence” out for all that it has."
            );
        }
        var sentences = new List<ExplainedSentenceAnswer>();
        foreach (var (sentence, told) in asked)
        {
            var explained = await ExplainAsync(request.Chronology, era, sentence.Tells, cancellationToken);
            if (explained.Rejection is { } unexplained)
                return unexplained;
            var reason = SentenceReason.Of(sentence, era.Summary, era.Span, era.Account.LeftOut, era.Moment.AsOf);
            sentences.Add(
                new(
                    told.Code,
                    told.Text,
                    told.Because,
                    told.Naming,
                    [
                        .. sentence.Names.Select(name => new NamedAnswer(
                            name.Kind.Name(),
                            name.Key,
                            era.Named[name].State.Revision,
                            era.Named[name].Position
                        )),
                    ],
                    reason.Rule,
                    reason.Why,
                    reason.LeftOut,
                    reason.Uncertain,
                    explained.Value,
                    await BetweenAsync(request, era, sentence.Tells, cancellationToken)
                )
            );
        }
        return new ExplainEraAnswer(
            era.Moment.Basis,
            request.Scheme!,
            request.Era!,
            era.Account.FirstDay,
            era.Account.LastDay,
            sentences,
            era.Account.LeftOut,
            era.Account.Notes
        );
    }

    private async Task<Result<IReadOnlyList<ExplainedOn>>> ExplainAsync(
        string chronology,
        AccountedEra era,
        Telling tells,
        CancellationToken ct
    )
    {
        var sure = era.Sure;
        var asked = tells switch
        {
            Telling.OfStance { Change: var change } => new[] { sure!.Value.First, sure.Value.Last }
                .OfType<Day>()
                .Distinct()
                .Select(day => Question("stance", change.Holder, change.Toward, null, null, day)),
            Telling.OfFact { Fact: { Toward: { } toward } fact } =>
            [
                Question(
                    fact.Fact,
                    fact.Holder,
                    toward,
                    fact.Qualifier ?? "",
                    Vocabulary.FactKinds[fact.Fact].Functional ? null : fact.Value,
                    sure!.Value.Last
                ),
            ],
            _ => [],
        };
        var told = new List<ExplainedOn>();
        foreach (var question in asked)
        {
            var explained = await sender.Send(question, ct);
            if (explained.Rejection is { } rejection)
                return rejection;
            var one = explained.Value;
            told.Add(new(one.Basis.AsOf, one.Fact, one.Verdict, one.Effects, one.More, one.Settling, one.Untried));
        }
        return told;

        ExplainFact Question(string kind, string holder, string toward, string? qualifier, string? value, Day day) =>
            new(chronology, kind, holder, toward, qualifier, value, (era.Moment with { AsOf = day }).Axes());
    }

    private async Task<IReadOnlyList<BetweenAnswer>> BetweenAsync(
        ExplainEra request,
        AccountedEra era,
        Telling tells,
        CancellationToken ct
    )
    {
        if (tells is not Telling.OfSilence { Silence: { PossiblyBrokenBy: > 0 } silence })
            return [];
        var identity = await identities.AtAsync(era.Moment, ct);
        var parties = Parties.Read(request.Between, request.Actor).Value.As(identity).Value;
        var selection = new TimelineSelection(
            silence.From + 1,
            silence.Until + -1,
            parties.KeysIn(identity),
            null,
            null,
            [],
            Certainly: false,
            ["active", "disputed"]
        );
        var between = new List<BetweenAnswer>();
        TimelinePlace? place = null;
        do
        {
            (var page, place) = await timeline.PageAsync(era.Moment, selection, place, GreatestBetween, ct);
            foreach (var row in page)
            {
                var content = row.State.Dated!;
                var when = content.When();
                var may =
                    content.Credibility != "refuted"
                    && era.Span.Holds(when, era.Moment.AsOf) != Certainty.No
                    && when.Beginnings.Any(days => days.Overlaps(silence.From + 1, silence.Until + -1));
                if (may && between.Count < GreatestBetween)
                    between.Add(new(row.State.Id.Key, row.State.Revision, row.Position, DateAnswer.Of(content, when)));
            }
        } while (place is not null && between.Count < GreatestBetween);
        return between;
    }
}

/// <summary><c>GET /explain/era</c></summary>
public static class ExplainEraEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/explain/era", Read, "scheme", "era", "sentence", "between", "actor", "asOf", "knownAt")
            .WithName("explain-era")
            .WithSummary(
                "Why the narrative of an era says what it says: the rule behind each sentence, what it rests on, what was left out and why, and what would settle it"
            )
            .WithTags("questions");

    public static ExplainEra Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("scheme"),
            query.Text("era"),
            query.Text("sentence"),
            query.Text("between"),
            query.Text("actor"),
            query.Axes()
        );
}
