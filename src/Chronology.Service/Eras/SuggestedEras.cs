using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;
using Npgsql;

namespace Chronology.Service.Eras;

/// <summary>Years in which an era may have begun, by how the yearly flow of events changed its level: of two sides, of one actor, or of the whole chronology.</summary>
public sealed record SuggestedEras(string Chronology, string? Between, string? Actor, Axes Axes)
    : IRequest<Result<SuggestedErasAnswer>>,
        IValidated
{
    public Rejection? Refusal() => Parties.Read(Between, Actor).Rejection;
}

/// <param name="Suggestions">In the order of their years; never eras that anybody recorded.</param>
public sealed record SuggestedErasAnswer(
    Basis Basis,
    IReadOnlyList<SuggestedEra> Suggestions,
    IReadOnlyList<Note> Notes
);

/// <param name="Year">From this year on the flow runs at another level.</param>
/// <param name="On">The first possible day of the strongest event within a year of its beginning; without one, its first day.</param>
/// <param name="Event">That event's key; null where there is none.</param>
/// <param name="Before">The mean weight of the events of a year (intensity times credibility) from the cut before to this one.</param>
/// <param name="After">The same up to the next cut, or to the end.</param>
/// <param name="Confidence">The share of the penalties tried that keep the cut, 0 to 1, at most two decimals.</param>
public sealed record SuggestedEra(
    long Year,
    string On,
    string? Event,
    decimal Before,
    decimal After,
    decimal Confidence
);

public sealed class SuggestedErasHandler(Moments moments, Identities identities, Silences silences, Reading source)
    : IRequestHandler<SuggestedEras, Result<SuggestedErasAnswer>>
{
    /// <summary>No year farther back takes part.</summary>
    private const int GreatestYears = 500;

    private sealed record Weighed(string Key, DayWindow Days, int Weight);

    public async Task<Result<SuggestedErasAnswer>> Handle(SuggestedEras request, CancellationToken cancellationToken)
    {
        var resolved = await moments.ResolveAsync(request.Chronology, request.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        var asked = Parties.Read(request.Between, request.Actor).Value;
        var identity = await identities.AtAsync(moment, cancellationToken);
        var standing = asked.As(identity);
        if (standing.Rejection is { } twice)
            return twice;
        var parties = standing.Value.KeysIn(identity);
        var last = moment.AsOf.Civil.Year;
        var events = await ReadAsync(moment, parties, Day.Of(last - GreatestYears + 1, 1, 1), cancellationToken);
        var first = events.Count == 0 ? last : events.Min(one => one.Days.Earliest!.Value.Civil.Year);
        var flow = FlowOf(events, first, (int)(last - first) + 1);
        var changes = events.Count == 0 ? [] : ChangePoints.Of(flow);
        int[] ends = [0, .. changes.Select(change => change.At), flow.Length];
        var notes = new List<Note>(
            await silences.OfAsync(moment, asked, identity, nothingFound: events.Count == 0, cancellationToken)
        )
        {
            new(
                "suggestion",
                "These are suggestions by computation from the recorded events, not eras that anybody recorded."
            ),
        };
        var thin = moment.Rules.Suggestions;
        if (events.Count < thin.FewEvents || flow.Length < thin.FewYears)
        {
            notes.Add(
                new(
                    "thin-data",
                    $"{events.Count} events in {flow.Length} years are thin data: what they suggest, or that they suggest nothing, says little."
                )
            );
        }
        return new SuggestedErasAnswer(
            moment.Basis,
            [
                .. changes.Select(
                    (change, i) =>
                        Suggested(
                            events,
                            first + change.At,
                            Mean(flow[ends[i]..ends[i + 1]]),
                            Mean(flow[ends[i + 1]..ends[i + 2]]),
                            change.Kept
                        )
                ),
            ],
            Silences.InOrder(notes)
        );
    }

    private static SuggestedEra Suggested(List<Weighed> events, long year, decimal before, decimal after, int kept)
    {
        var begins = Day.Of(year, 1, 1);
        var strongest = events
            .Where(one => one.Days.Earliest > begins - 366 && one.Days.Latest < begins + 366)
            .OrderByDescending(one => Math.Abs(one.Weight))
            .ThenBy(one => one.Days.Earliest)
            .ThenBy(one => one.Key, StringComparer.Ordinal)
            .FirstOrDefault();
        return new(
            year,
            (strongest?.Days.Earliest ?? begins).ToString(),
            strongest?.Key,
            before,
            after,
            ScoreAnswer.Decimal(100 * kept / ChangePoints.Penalties)
        );
    }

    /// <summary>To two decimals.</summary>
    private static decimal Mean(long[] thousandths) =>
        ScoreAnswer.Decimal((int)(thousandths.Sum() / (10 * thousandths.Length)));

    /// <summary>What the events of each year weigh, in thousandths; an uncertain date spreads it evenly over its days.</summary>
    private static long[] FlowOf(List<Weighed> events, long first, int years)
    {
        var flow = new long[years];
        foreach (var one in events)
        {
            var runs = one.Days.Runs().ToArray();
            var days = runs.Sum(run => run.Latest!.Value.Number - run.Earliest!.Value.Number + 1);
            foreach (var run in runs)
            {
                for (var year = run.Earliest!.Value.Civil.Year; year <= run.Latest!.Value.Civil.Year; year++)
                {
                    var from = Day.Max(run.Earliest.Value, Day.Of(year, 1, 1));
                    var to = Day.Min(run.Latest.Value, ScoreEvidence.EndOf(year));
                    flow[year - first] += one.Weight * 1_000L * (to.Number - from.Number + 1) / (Weight.One * days);
                }
            }
        }
        return flow;
    }

    /// <summary>Events that weigh in scores and surely happened from <paramref name="since"/> on and by the moment's day.</summary>
    private async Task<List<Weighed>> ReadAsync(Moment moment, Parties parties, Day since, CancellationToken ct)
    {
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(since.Number);
        command.Parameters.AddWithValue(moment.AsOf.Number);
        var whose = "true";
        if (parties.ArePair)
        {
            whose = "s.pair = any($5)";
            command.Parameters.AddWithValue(
                parties
                    .One.SelectMany(one => parties.Other.Select(other => ScoredPair.Of(one, other)))
                    .Select(pair => pair.IdIn(moment.Chronology))
                    .ToArray()
            );
        }
        else if (!parties.IsEveryone)
        {
            whose = """
                exists (select from chronology.record r where r.chronology = s.chronology and r.kind = 'event' and r.key = s.event
                    and r.from_position <= $2 and r.to_position > $2 and r.refs && $5)
                """;
            command.Parameters.AddWithValue(parties.One.Select(actor => $"actor/{actor}").ToArray());
        }
        command.CommandText = $"""
            select distinct on (s.event) s.event, s.first_day, s.last_day, s.weight, s.days::text
            from chronology.score_event s
            where s.chronology = $1 and s.from_position <= $2 and s.to_position > $2 and s.year is not null
              and s.first_day >= $3 and s.last_day <= $4 and {whose}
            order by s.event
            """;
        var events = new List<Weighed>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            events.Add(
                new(
                    reader.GetString(0),
                    await reader.IsDBNullAsync(4, ct)
                        ? new DayRange(new Day(reader.GetInt64(1)), new Day(reader.GetInt64(2)))
                        : ScoreRows.Read(reader.GetString(4)).Days,
                    reader.GetInt32(3)
                )
            );
        }
        return events;
    }
}

/// <summary><c>GET /eras/suggestions</c></summary>
public static class SuggestedErasEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion(
                "/eras/suggestions",
                (chronology, query) =>
                    new SuggestedEras(chronology, query.Text("between"), query.Text("actor"), query.Axes()),
                "between",
                "actor",
                "asOf",
                "knownAt"
            )
            .WithName("suggest-eras")
            .WithSummary("Years in which an era may have begun, by how the flow of events changed: suggestions")
            .WithTags("questions");
}
