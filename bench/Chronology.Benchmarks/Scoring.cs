using System.Globalization;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Time;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>Q6: the relation score of a pair at (D, T), in a small chronology and in a great one.</summary>
public static class Scoring
{
    private sealed record Question(Parties Sides, Moment Moment);

    public static async Task RunAsync(NpgsqlDataSource source, string small, string great, CancellationToken ct)
    {
        using var identities = new Identities(source);
        var scores = new Scores(source, identities);
        var telling = new ScoreTelling(scores);
        var few = await QuestionsAsync(source, small, ct);
        var many = await QuestionsAsync(source, great, ct);
        await CheckAsync(source, scores, few, ct);
        await CheckAsync(source, scores, many, ct);
        await using var service = await Serving.StartAsync(source, pairs: 0, answers: 0, ct);
        using var client = Serving.ClientOf(service);
        await new Contest("Q6: the score of a pair at (D, T)", Rounds: 7, Turns: 40, CallsATurn: 25).RunAsync(
            Value("value and bounds, small", few),
            Value("value and bounds, great", many),
            Trend("with the trend, small", few),
            Trend("with the trend, great", many)
        );
        await new Contest("Q6: the same over HTTP", Rounds: 7, Turns: 40, CallsATurn: 25).RunAsync(
            Served("GET /score of one day, small", few),
            Served("GET /score of one day, great", many)
        );
        await service.StopAsync(ct);

        Contender Served(string name, Question[] questions) =>
            new(
                name,
                async i =>
                {
                    var (sides, moment) = questions[i % questions.Length];
                    var path = string.Create(
                        CultureInfo.InvariantCulture,
                        $"/api/chronologies/{moment.Chronology}/score?between={sides}&from={moment.AsOf}&to={moment.AsOf}&step=day&knownAt={moment.Position}"
                    );
                    using var response = await client.GetAsync(new Uri(path, UriKind.Relative), ct);
                    response.EnsureSuccessStatusCode();
                    await response.Content.LoadIntoBufferAsync(ct);
                }
            );

        Contender Value(string name, Question[] questions) =>
            new(
                name,
                async i =>
                {
                    var (sides, moment) = questions[i % questions.Length];
                    (await scores.ReadAsync(moment, sides, moment.AsOf, moment.AsOf, ct)).Evidence.At(moment.AsOf);
                }
            );

        Contender Trend(string name, Question[] questions) =>
            new(
                name,
                async i =>
                {
                    var (sides, moment) = questions[i % questions.Length];
                    await telling.OfAsync(moment, sides, ct);
                }
            );
    }

    private static async Task<Question[]> QuestionsAsync(
        NpgsqlDataSource source,
        string chronology,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var head = await Loading.OfAsync<long>(
            connection,
            $"select position from chronology.head where chronology = '{chronology}'"
        );
        var random = new Random(6);
        return
        [
            .. World
                .Pairs(6)
                .Take(5_000)
                .Select(pair => new Question(
                    new([pair.Holder], [pair.Toward]),
                    new(
                        chronology,
                        new Day(World.RandomDay(random)),
                        // Half each: the head, a position.
                        random.Next(2) == 0
                            ? head
                            : random.NextInt64(1, head + 1),
                        null,
                        RulesVersion.First
                    )
                )),
        ];
    }

    /// <summary>A sample of the questions: the sum equals that of every event of the pair visible at that position, one by one.</summary>
    private static async Task CheckAsync(
        NpgsqlDataSource source,
        Scores scores,
        Question[] questions,
        CancellationToken ct
    )
    {
        var evidence = 0L;
        foreach (var (sides, moment) in questions.Take(100))
        {
            await using var all = source.CreateCommand(
                "select half_life, first_day, last_day, weight_low, weight, weight_high from chronology.score_event where pair = $1 and from_position <= $2 and to_position > $2"
            );
            all.Parameters.AddWithValue(ScoredPair.Of(sides.One[0], sides.Other[0]).IdIn(moment.Chronology));
            all.Parameters.AddWithValue(moment.Position);
            var visible = new List<ScoredEvent>();
            await using var reader = await all.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                visible.Add(
                    new(
                        HalfLife.All[reader.GetInt16(0)],
                        new(reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5)),
                        new DayRange(new Day(reader.GetInt64(1)), new Day(reader.GetInt64(2))),
                        IsOpen: false
                    )
                );
            var expected = ScoreEvidence.Of(visible, moment.Rules.Scale).SumAt(moment.AsOf);
            var given = (await scores.ReadAsync(moment, sides, moment.AsOf, moment.AsOf, ct)).Evidence.SumAt(
                moment.AsOf
            );
            if (expected != given)
                throw new InvalidOperationException($"{moment}: {given}, not {expected}.");
            evidence += expected.Evidence;
        }
        Console.WriteLine(
            $"Checked 100 scores of {questions[0].Moment.Chronology} against all visible events: equal ({evidence} events)."
        );
    }
}
