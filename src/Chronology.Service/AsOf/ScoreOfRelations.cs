using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.AsOf;

/// <summary>How two sides stood over time: their score at the end of each day, month or year between two days.</summary>
/// <param name="From">The first day; of a month or year its first.</param>
/// <param name="To">The last day, of a month or year its last; null: the <c>asOf</c> of the axes.</param>
/// <param name="Step">day, month or year.</param>
public sealed record ScoreOfRelations(
    string Chronology,
    string? Between,
    string? From,
    string? To,
    string? Step,
    Axes Axes
) : IRequest<Result<ScoreSeries>>, IValidated
{
    /// <summary>As of <see cref="Axes.Rules"/>.</summary>
    public string? Rules { get; init; }

    public const int GreatestLength = 10_000;

    public Rejection? Refusal() =>
        Between is null
            ? new("invalid-parameter", "“between”: name two actors (ussr,plo) or two sides (ussr,russia;plo,hamas).")
        : Parties.Read(Between, null) is { Rejection: { } sides } ? sides
        : From is null ? new("invalid-parameter", "“from”: give the first day, month or year of the series.")
        : Day.ParseQuestion(From, first: true) is { Rejection: { } first }
            ? first with
            {
                Detail = $"“from”: {first.Detail}",
            }
        : To is not null && Axes.AsOf is not null
            ? new("invalid-parameter", "“to” and “asOf” are the same day here: give one of them.")
        : To is not null && Day.ParseQuestion(To) is { Rejection: { } last }
            ? last with
            {
                Detail = $"“to”: {last.Detail}",
            }
        : Step is not (null or "day" or "month" or "year") ? new("invalid-parameter", "“step” is day, month or year.")
        : null;
}

/// <param name="Basis">Its <c>asOf</c> is the last day asked about.</param>
/// <param name="Series">The last days of months or years, or all days, that lie between the two, in order.</param>
public sealed record ScoreSeries(Basis Basis, IReadOnlyList<ScorePoint> Series, IReadOnlyList<Note> Notes);

public sealed record ScorePoint(string AsOf, decimal Value, decimal Low, decimal High)
{
    public static ScorePoint Of(Day day, Score score) =>
        new(
            day.ToString(),
            ScoreAnswer.Decimal(score.Value),
            ScoreAnswer.Decimal(score.Low),
            ScoreAnswer.Decimal(score.High)
        );
}

/// <summary>The score of two sides as of a day.</summary>
/// <param name="Value">-10 to 10, at most two decimals, like its bounds.</param>
/// <param name="Low">The least that some arrangement of uncertain dates and credibility gives.</param>
/// <param name="High">The greatest.</param>
/// <param name="Band">friendly, good, normal, discord, tension or confrontation.</param>
/// <param name="Trend">Over twelve months: improving, deteriorating, stable or uncertain.</param>
/// <param name="Confidence">A to D, by how far the bounds lie apart; D without evidence.</param>
/// <param name="Evidence">How many events have weight left.</param>
/// <param name="Undated">How many may have happened but cannot be weighed, because nothing bounds their dates.</param>
/// <param name="TooManyPairs">How many have more than 64 pairs and weigh in no score.</param>
public sealed record ScoreAnswer(
    decimal Value,
    decimal Low,
    decimal High,
    string Band,
    string Trend,
    string Confidence,
    long Evidence,
    int Undated,
    long TooManyPairs
)
{
    /// <summary>At most two decimals, without trailing zeros.</summary>
    public static decimal Decimal(int hundredths) => hundredths / 100m;

    /// <param name="found">With the events of the year before the day one by one.</param>
    public static ScoreAnswer Of(SidesEvidence found, Day day)
    {
        var (score, trend) = found.Evidence.WithTrendAt(day);
        return new(
            Decimal(score.Value),
            Decimal(score.Low),
            Decimal(score.High),
            score.Band,
            trend,
            score.Confidence,
            score.Evidence,
            found.UndatedBy(day),
            found.TooManyPairs
        );
    }
}

/// <summary>Tells scores.</summary>
public sealed class ScoreTelling(Scores scores)
{
    /// <summary>Null where the question is not about two sides.</summary>
    public async Task<ScoreAnswer?> OfAsync(Moment moment, Parties parties, CancellationToken ct)
    {
        var trip = scores.Start();
        var asked = Ask(trip, moment, parties);
        await trip.GoAsync(ct);
        return await OfAsync(moment, asked, ct);
    }

    /// <summary>Asks for what <see cref="OfAsync(Moment, AskedScores?, CancellationToken)"/> tells; null where the question is not about two sides.</summary>
    public static AskedScores? Ask(RoundTrip trip, Moment moment, Parties parties) =>
        parties.ArePair ? Scores.Ask(trip, moment, parties, ScoreEvidence.YearBefore(moment.AsOf), moment.AsOf) : null;

    /// <summary>The same of two sides that are remembered.</summary>
    internal static AskedScores Ask(EventsBetween events, Moment moment, Parties sides) =>
        events.Weighed(sides, ScoreEvidence.YearBefore(moment.AsOf), moment.AsOf);

    /// <param name="asked">Of the same moment, once the round trip has been made.</param>
    /// <inheritdoc cref="OfAsync(Moment, Parties, CancellationToken)"/>
    public async Task<ScoreAnswer?> OfAsync(Moment moment, AskedScores? asked, CancellationToken ct)
    {
        if (asked is null)
            return null;
        return ScoreAnswer.Of(await scores.WeighedAsync(moment, asked, ct), moment.AsOf);
    }

    /// <summary>What a score leaves out, for the notes of an answer.</summary>
    public static IEnumerable<Note> NotesOf(ScoreAnswer? score)
    {
        if (score is { TooManyPairs: > 0 })
        {
            yield return new(
                "too-many-pairs",
                $"{score.TooManyPairs} of the events between the sides bind over {ScoredPair.Greatest} pairs of actors and weigh in no score."
            );
        }
    }
}

public sealed class ScoreOfRelationsHandler(Moments moments, Identities identities, Scores scores, Silences silences)
    : IRequestHandler<ScoreOfRelations, Result<ScoreSeries>>
{
    public async Task<Result<ScoreSeries>> Handle(ScoreOfRelations request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(
            request.Chronology,
            request.To is null ? request.Axes : request.Axes with { AsOf = request.To },
            cancellationToken
        );
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var from = Day.ParseQuestion(request.From!, first: true).Value;
        if (from > moment.AsOf)
            return new Rejection(
                "invalid-parameter",
                $"“from”, {from}, lies after “to”, {moment.AsOf}: exchange them."
            );
        var days = Days(from, moment.AsOf, request.Step ?? "year").Take(ScoreOfRelations.GreatestLength + 1).ToArray();
        if (days.Length > ScoreOfRelations.GreatestLength)
        {
            return new Rejection(
                "invalid-parameter",
                $"The series would have over {ScoreOfRelations.GreatestLength} points: ask for a shorter time or a longer step."
            );
        }
        var identity = await identities.AtAsync(moment, cancellationToken);
        var asked = Parties.Read(request.Between, null).Value;
        var sides = asked.As(identity);
        if (sides.Rejection is { } twice)
            return twice;
        var found = await scores.ReadAsync(moment, sides.Value.KeysIn(identity), from, moment.AsOf, cancellationToken);
        var series = days.Select(day => ScorePoint.Of(day, found.Evidence.At(day))).ToArray();
        return new ScoreSeries(
            moment.Basis,
            series,
            await silences.OfAsync(
                moment,
                asked,
                identity,
                nothingFound: series.All(point => point is { Low: 0, High: 0 }),
                cancellationToken
            )
        );
    }

    private static IEnumerable<Day> Days(Day from, Day to, string step)
    {
        for (var day = EndOf(from); day <= to; day = EndOf(day + 1))
            yield return day;

        Day EndOf(Day day)
        {
            var (year, month, _) = day.Civil;
            return step switch
            {
                "day" => day,
                "month" => Day.Of(year, month, Day.DaysIn(year, month)),
                _ => ScoreEvidence.EndOf(year),
            };
        }
    }
}

/// <summary><c>GET /score</c></summary>
public static class ScoreEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion(
                "/score",
                Read,
                answer =>
                    new(answer)
                    {
                        Resolved = new Dictionary<string, string?>(StringComparer.Ordinal) { ["to"] = null },
                    },
                "between",
                "from",
                "to",
                "step",
                "asOf",
                "knownAt"
            )
            .WithName("score")
            .WithSummary("How two sides stood over time, from -10 to 10, as known at a moment")
            .WithTags("questions");

    private static ScoreOfRelations Read(string chronology, Parameters query) =>
        new(chronology, query.Text("between"), query.Text("from"), query.Text("to"), query.Text("step"), query.Axes());
}
