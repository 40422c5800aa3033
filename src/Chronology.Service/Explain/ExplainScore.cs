using System.Globalization;
using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.Explain;

/// <summary>Why the score of two sides is what it is on a day, as known at a moment.</summary>
/// <param name="Limit">The most events told singly, and told of each reason to be left out.</param>
public sealed record ExplainScore(string Chronology, string? Between, int Limit, Axes Axes)
    : IRequest<Result<ExplainScoreAnswer>>,
        IValidated
{
    public const int DefaultLimit = 100;
    public const int GreatestLimit = 1_000;

    public Rejection? Refusal() =>
        Between is null
            ? new("invalid-parameter", "“between”: name two actors (ussr,plo) or two sides (ussr,russia;plo,hamas).")
            : Parties.Read(Between, null).Rejection;
}

/// <param name="Score">As <c>GET /state</c> tells it.</param>
/// <param name="Sum">S and its bounds: to the unit <paramref name="Contributions"/>, <paramref name="Rest"/> and <paramref name="Rounding"/> together.</param>
/// <param name="Becomes">How the sum becomes what the score tells.</param>
/// <param name="Contributions">The events that add the most, whichever the sign, at most <c>limit</c>; of equals the wider, then by key.</param>
/// <param name="Rest">What all other events that weigh add.</param>
/// <param name="Rounding">By how much the sum differs from what the events add one by one: a year's events are rounded together.</param>
/// <param name="LeftOut">The events that name both sides and weigh nothing, by reason.</param>
/// <param name="Settling">What would bring the bounds together, of the events that set them apart the most.</param>
/// <param name="Untried">How many events set the bounds apart besides.</param>
public sealed record ExplainScoreAnswer(
    Basis Basis,
    string Between,
    ScoreAnswer Score,
    AddedAnswer Sum,
    ScoreReadingAnswer Becomes,
    IReadOnlyList<ContributionAnswer> Contributions,
    RestAnswer Rest,
    AddedAnswer Rounding,
    IReadOnlyList<ScoreLeftOutAnswer> LeftOut,
    IReadOnlyList<WideningAnswer> Settling,
    int Untried,
    IReadOnlyList<Note> Notes
);

/// <summary>A part of the sum S: exact, at most nine decimals.</summary>
public record AddedAnswer(decimal Low, decimal Estimate, decimal High)
{
    public static AddedAnswer Of(ScoreSum sum) => new(Exact(sum.Low), Exact(sum.Estimate), Exact(sum.High));

    internal static decimal Exact(long billionths) => billionths / (decimal)HalfLife.One;
}

/// <summary>What the events add that are not told singly.</summary>
/// <param name="Events">How many they are.</param>
public sealed record RestAnswer(long Events, decimal Low, decimal Estimate, decimal High)
    : AddedAnswer(Low, Estimate, High);

/// <summary>How the sum becomes what the score tells.</summary>
/// <param name="Value">Of the estimate.</param>
/// <param name="Low">Of the lower bound.</param>
/// <param name="High">Of the upper bound.</param>
/// <param name="Trend">Null without evidence.</param>
/// <param name="Width">From the lower to the upper bound of the score.</param>
/// <param name="Sentences">The same in plain English.</param>
public sealed record ScoreReadingAnswer(
    StepAnswer Value,
    StepAnswer Low,
    StepAnswer High,
    TrendReadingAnswer? Trend,
    decimal Width,
    IReadOnlyList<string> Sentences
);

/// <summary>A sum and the score that it reads as: 10 tanh(S/20), in whole hundredths.</summary>
/// <param name="From">Sums of this size and more, whichever the sign, read as a score of this size.</param>
/// <param name="Below">Sums of this size and more no longer do; null: there is no greater score.</param>
public sealed record StepAnswer(decimal Sum, decimal Score, decimal From, decimal? Below);

/// <summary>By how much the sum may have changed over twelve months.</summary>
/// <param name="Since">The day that the change is counted from.</param>
/// <param name="Threshold">A change by this much is a trend.</param>
public sealed record TrendReadingAnswer(string Since, decimal Least, decimal Greatest, decimal Threshold);

/// <summary>What one event adds to the sum.</summary>
/// <param name="HalfLife">transient, normal or structural.</param>
/// <param name="HalfLifeDays">Of that class.</param>
/// <param name="Intensity">-10 to 10, its own or that of its type.</param>
/// <param name="Weight">Intensity times credibility: the least, the middle and the greatest.</param>
/// <param name="Window">The first and the last day on which it may have happened, or begun; bounded by the lives of its parties where
/// <paramref name="IsBoundedByLives"/>.</param>
/// <param name="Age">In days, from the last and from the first of these days; negative where it lies ahead.</param>
/// <param name="WeighedAt">The day at whose end it is weighed: the day asked about, or the last of the year of its last day; from then on the
/// whole year loses weight together.</param>
public sealed record ContributionAnswer(
    string Event,
    int Revision,
    long Position,
    string Title,
    string Type,
    DateAnswer Occurred,
    string HalfLife,
    int HalfLifeDays,
    decimal Intensity,
    string Credibility,
    AddedAnswer Weight,
    SpanOfDays Window,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsBoundedByLives,
    AgeAnswer Age,
    string WeighedAt,
    AddedAnswer Adds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RevisionAt>? DatedBy,
    string Sentence
);

public sealed record SpanOfDays(string Earliest, string Latest);

public sealed record AgeAnswer(long Least, long Greatest);

/// <param name="Count">How many.</param>
/// <param name="Why">One sentence.</param>
/// <param name="Events">The first of them by first possible day and key, at most <c>limit</c>.</param>
public sealed record ScoreLeftOutAnswer(
    ScoreReason Reason,
    long Count,
    string Why,
    IReadOnlyList<LeftOutEventAnswer> Events
);

/// <param name="By">What it is merged into; left out for others.</param>
public sealed record LeftOutEventAnswer(
    string Event,
    int Revision,
    long Position,
    string Title,
    DateAnswer Occurred,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? By
);

/// <summary>One thing that is uncertain, and what the score would be whichever way it turned out.</summary>
/// <param name="What">date or credibility.</param>
/// <param name="Width">By how much the event sets the bounds of the sum apart.</param>
public sealed record WideningAnswer(
    string What,
    string Event,
    decimal Width,
    IReadOnlyList<ScoreCaseAnswer> Cases,
    string Sentence
);

/// <param name="If">on or after the day; confirmed or refuted.</param>
/// <param name="On">Null for a credibility.</param>
public sealed record ScoreCaseAnswer(ScoreFinding If, string? On, decimal Value, decimal Low, decimal High);

public sealed class ExplainScoreHandler(
    Moments moments,
    Identities identities,
    Scores scores,
    ScoreLeftOuts leftOuts,
    Silences silences,
    Reading source
) : IRequestHandler<ExplainScore, Result<ExplainScoreAnswer>>
{
    /// <summary>Of how many events it is told what would settle them.</summary>
    public const int GreatestWidenings = 10;

    public async Task<Result<ExplainScoreAnswer>> Handle(ExplainScore request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var identity = await identities.AtAsync(moment, cancellationToken);
        var asked = Parties.Read(request.Between, null).Value;
        var standing = asked.As(identity);
        if (standing.Rejection is { } twice)
            return twice;
        var parties = standing.Value;
        var sides = parties.KeysIn(identity);
        var day = moment.AsOf;
        var found = await scores.ReadAsync(moment, sides, ScoreEvidence.YearBefore(day), day, cancellationToken);
        var each = await scores.EachAsync(moment, sides, cancellationToken);
        var explained = ScoreExplanation.Of(
            each.Where(one => one.Bounded is not null).Select(one => (one.Event, one.Bounded!)),
            day,
            moment.Rules.Scale,
            request.Limit,
            GreatestWidenings
        );
        if (explained.Sum != found.Evidence.SumAt(day))
            throw new InvalidOperationException(
                $"The events between {parties} add up to {explained.Sum} on {day}, and their totals to {found.Evidence.SumAt(day)}."
            );
        var score = ScoreAnswer.Of(found, day);
        var undated = each.Where(one => one.Bounded is null && !(one.Recorded.Days.Earliest > day))
            .Select(one => one.Event)
            .ToArray();
        var later = explained
            .Later.Concat(
                each.Where(one => one.Bounded is null && one.Recorded.Days.Earliest > day).Select(one => one.Event)
            )
            .ToArray();
        var silent = await leftOuts.ReadAsync(moment, sides, request.Limit, cancellationToken);
        var listed = explained
            .Told.Select(one => one.Event)
            .Concat(explained.Widenings.Select(way => way.Of.Event))
            .Concat(later.Take(request.Limit))
            .Concat(explained.Forgotten.Take(request.Limit))
            .Concat(undated.Take(request.Limit));
        var rows = (await Rows.SomeAsync(source, moment, RecordKind.Event, listed, cancellationToken)).ToDictionary(
            row => row.State.Id.Key,
            StringComparer.Ordinal
        );
        var bounded = each.Where(one => one.Recorded.IsOpen && one.Bounded is not null)
            .Select(one => one.Event)
            .ToHashSet(StringComparer.Ordinal);
        return new ExplainScoreAnswer(
            moment.Basis,
            parties.ToString(),
            score,
            AddedAnswer.Of(explained.Sum),
            Becomes(found, score, explained.Sum, day, moment.Rules.Scale),
            [.. explained.Told.Select(one => Tell(one, rows[one.Event], bounded.Contains(one.Event), day))],
            new(
                explained.Rest.Evidence,
                AddedAnswer.Exact(explained.Rest.Low),
                AddedAnswer.Exact(explained.Rest.Estimate),
                AddedAnswer.Exact(explained.Rest.High)
            ),
            AddedAnswer.Of(explained.Rounding),
            [
                .. silent.Select(left => Tell(left.Reason, left.Count, left.Rows)),
                .. new (ScoreReason Reason, IReadOnlyList<string> Keys)[]
                {
                    (ScoreReason.Later, later),
                    (ScoreReason.Forgotten, explained.Forgotten),
                    (ScoreReason.Undated, undated),
                }
                    .Where(left => left.Keys.Count > 0)
                    .Select(left =>
                        Tell(left.Reason, left.Keys.Count, left.Keys.Take(request.Limit).Select(key => rows[key]))
                    ),
            ],
            [.. explained.Widenings.Select(way => Tell(way, score))],
            explained.Untried,
            await NotesAsync(moment, identity, asked, parties, score, cancellationToken)
        );
    }

    private async Task<IReadOnlyList<Note>> NotesAsync(
        Moment moment,
        Identity identity,
        Parties asked,
        Parties parties,
        ScoreAnswer score,
        CancellationToken ct
    )
    {
        var missing = await Recorded.MissingAsync(source, moment, RecordKind.Actor, parties.All, ct);
        var notes = missing
            .Select(Silences.UnknownActor)
            .Concat(Silences.Merged(asked.All, identity))
            .Concat(ScoreTelling.NotesOf(score))
            .ToList();
        if (score.Evidence == 0)
            notes.Add(await silences.NoRecordAsync(moment, parties, identity, ct));
        return
        [
            .. notes
                .OrderBy(note => note.Code, StringComparer.Ordinal)
                .ThenBy(note => note.Detail, StringComparer.Ordinal),
        ];
    }

    private static ScoreReadingAnswer Becomes(
        SidesEvidence found,
        ScoreAnswer score,
        ScoreSum sum,
        Day day,
        Scale scale
    )
    {
        var (value, low, high) = (Step(sum.Estimate, scale), Step(sum.Low, scale), Step(sum.High, scale));
        var since = ScoreEvidence.YearBefore(day);
        var (least, greatest) = found.Evidence.ChangeUpTo(day);
        var trend =
            sum.Evidence == 0
                ? null
                : new TrendReadingAnswer(
                    since.ToString(),
                    AddedAnswer.Exact(least),
                    AddedAnswer.Exact(greatest),
                    AddedAnswer.Exact(scale.Trend)
                );
        var width = score.High - score.Low;
        return new(
            value,
            low,
            high,
            trend,
            width,
            [
                Invariant(
                    $"{score.Value} is 10 tanh(S/20) of S = {value.Sum}, in hundredths; {score.Low} and {score.High} are the same of {low.Sum} and {high.Sum}."
                ),
                Invariant($"{score.Value} lies in the band “{score.Band}”."),
                trend is null
                    ? "Nothing has weight left on that day, so there is no trend."
                    : Invariant(
                        $"Since {trend.Since} the sum changed by {trend.Least} to {trend.Greatest}, and {trend.Threshold} is a trend: {score.Trend}."
                    ),
                score.Evidence == 0
                    ? "Without evidence the confidence is D."
                    : Invariant($"The bounds lie {width} apart: confidence {score.Confidence}."),
            ]
        );
    }

    private static StepAnswer Step(long sum, Scale scale)
    {
        var score = scale.Score(sum);
        var (from, below) = scale.SizesOf(score);
        return new(
            AddedAnswer.Exact(sum),
            ScoreAnswer.Decimal(score),
            AddedAnswer.Exact(from),
            below is { } next ? AddedAnswer.Exact(next) : null
        );
    }

    private static ContributionAnswer Tell(Contribution one, RecordedRow row, bool isBoundedByLives, Day day)
    {
        var content = row.State.Dated!;
        var scored = one.Scored;
        var (first, last) = (scored.Days.Earliest!.Value, scored.Days.Latest!.Value);
        var weight = new AddedAnswer(
            scored.Weight.Low / (decimal)Weight.One,
            scored.Weight.Estimate / (decimal)Weight.One,
            scored.Weight.High / (decimal)Weight.One
        );
        var intensity = ScoreAnswer.Decimal(
            (int)((content.Intensity ?? Vocabulary.EventTypes[content.Type].Intensity) * 100)
        );
        var adds = AddedAnswer.Of(one.Adds);
        var when = first == last ? $"on {first}" : $"between {first} and {last}";
        var ages =
            first == last ? Invariant($"{day.Number - first.Number} days before")
            : last > day ? Invariant($"up to {day.Number - first.Number} days before, perhaps not yet")
            : Invariant($"{day.Number - last.Number} to {day.Number - first.Number} days before");
        return new(
            one.Event,
            row.State.Revision,
            row.Position,
            content.Title,
            content.Type,
            DateAnswer.Of(content, content.When()),
            scored.HalfLife.Name,
            scored.HalfLife.Days,
            intensity,
            content.Credibility,
            weight,
            new(first.ToString(), last.ToString()),
            isBoundedByLives,
            new(day.Number - last.Number, day.Number - first.Number),
            (one.AtYearsEnd ? ScoreEvidence.EndOf(scored.Year) : day).ToString(),
            adds,
            row.State.Derived?.From is { Count: > 0 } from ? from : null,
            $"{content.Credibility}, {Signed(intensity)}, {when}, {ages}; {scored.HalfLife.Name}, halved every {scored.HalfLife.Days.ToString(CultureInfo.InvariantCulture)} days: adds {Signed(adds.Estimate)}"
                + (adds.Low == adds.High ? "." : $" ({Signed(adds.Low)} to {Signed(adds.High)}).")
        );
    }

    private static ScoreLeftOutAnswer Tell(ScoreReason reason, long count, IEnumerable<RecordedRow> rows) =>
        new(
            reason,
            count,
            Why(reason),
            [
                .. rows.Select(row => new LeftOutEventAnswer(
                    row.State.Id.Key,
                    row.State.Revision,
                    row.Position,
                    row.State.Dated!.Title,
                    DateAnswer.Of(row.State.Dated!, row.State.Dated!.When()),
                    row.State.MergedInto
                )),
            ]
        );

    private static string Why(ScoreReason reason) =>
        reason switch
        {
            ScoreReason.Retracted => "Retracted: it takes part in nothing.",
            ScoreReason.Merged => "Merged into another event, which stands for it.",
            ScoreReason.Refuted => "Refuted: it weighs nothing.",
            ScoreReason.TooManyPairs =>
                $"It binds over {ScoredPair.Greatest.ToString(CultureInfo.InvariantCulture)} pairs of actors, and so weighs in the score of none.",
            ScoreReason.NoWeight => "Its type has no persistence, or its intensity is 0: it weighs in no score.",
            ScoreReason.NotBetween =>
                "It names both sides, but in it none of the one acts toward any of the other, nor do they act together in what is mutual.",
            ScoreReason.Later => "It happened after the day asked about.",
            ScoreReason.Forgotten => "It happened so long ago that nothing is left of it.",
            ScoreReason.Undated => "Nothing bounds its date, not even the lives of its parties: it cannot be weighed.",
            _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
        };

    private static WideningAnswer Tell(ScoreWidening way, ScoreAnswer score)
    {
        var cases = way
            .Cases.Select(one => new ScoreCaseAnswer(
                one.If,
                one.On?.ToString(),
                ScoreAnswer.Decimal(one.Then.Value),
                ScoreAnswer.Decimal(one.Then.Low),
                ScoreAnswer.Decimal(one.Then.High)
            ))
            .ToArray();
        var told = cases.Select(one => $"{If(one)}: {Signed(one.Value)} ({Signed(one.Low)} to {Signed(one.High)})");
        var thing = way.OfDate ? $"{way.Of.Event} happened" : $"{way.Of.Event} is";
        return new(
            way.OfDate ? "date" : "credibility",
            way.Of.Event,
            AddedAnswer.Exact(way.Of.Width),
            cases,
            $"If {thing} {string.Join("; ", told)}; now {Signed(score.Value)} ({Signed(score.Low)} to {Signed(score.High)})."
        );
    }

    private static string If(ScoreCaseAnswer one) =>
        one.If switch
        {
            ScoreFinding.On => $"on {one.On}",
            ScoreFinding.After => $"after {one.On}",
            ScoreFinding.Confirmed => "confirmed",
            ScoreFinding.Refuted => "refuted",
            _ => throw new ArgumentOutOfRangeException(nameof(one), one.If, null),
        };

    private static string Signed(decimal number) =>
        number.ToString("+0.#########;-0.#########;0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary><c>GET /explain/score</c></summary>
public static class ExplainScoreEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/explain/score", Read, "between", "limit", "asOf", "knownAt")
            .WithName("explain-score")
            .WithSummary(
                "Why the score of two sides is what it is: what each event adds, what was left out and why, and what would bring its bounds together"
            )
            .WithTags("questions");

    public static ExplainScore Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("between"),
            query.Number("limit", 1, ExplainScore.GreatestLimit) ?? ExplainScore.DefaultLimit,
            query.Axes()
        );
}
