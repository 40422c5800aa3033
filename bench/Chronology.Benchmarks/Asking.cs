using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Time;
using Npgsql;
using NpgsqlTypes;

namespace Chronology.Benchmarks;

/// <summary>Q1 to Q3: the fact of a pair as of D as known at T.</summary>
public static class Asking
{
    private sealed record Question(World.Pair Pair, Day AsOf, long? Position, DateTimeOffset? Instant);

    public static async Task RunAsync(
        NpgsqlDataSource source,
        string chronology,
        string corrected,
        bool ordinary,
        bool worst,
        CancellationToken ct
    )
    {
        using var identities = new Identities(source);
        var times = new RecordedTimes(source);
        using var moments = new Moments(source, identities, times, TimeProvider.System);
        using var pairs = new RememberedPairs(source, RememberedPairs.DefaultMegabytes);
        var facts = new Facts(source, identities, times);
        var remembering = new Facts(source, identities, times, pairs);
        await using var connection = await source.OpenConnectionAsync(ct);
        var usual = await QuestionsAsync(connection, chronology, far: false);
        var far = await QuestionsAsync(connection, chronology, far: true);
        var often = await QuestionsAsync(connection, corrected, far: true);
        await CheckAsync(source, connection, facts, chronology, usual, ct);
        await CheckAsync(source, connection, facts, chronology, far, ct);
        await CheckAsync(source, connection, facts, corrected, often, ct);

        await using var floor = new NpgsqlCommand(
            "select $1::text, $2::text, $3::text, $4::bigint, $5::bigint",
            connection
        );
        foreach (
            var type in new[]
            {
                NpgsqlDbType.Text,
                NpgsqlDbType.Text,
                NpgsqlDbType.Text,
                NpgsqlDbType.Bigint,
                NpgsqlDbType.Bigint,
            }
        )
            floor.Parameters.Add(new() { NpgsqlDbType = type, Value = type == NpgsqlDbType.Text ? "" : 0L });
        await floor.PrepareAsync(ct);
        var bare = new Contender(
            "SELECT without a table",
            async i =>
            {
                var q = usual[i % usual.Length];
                floor.Parameters[0].Value = q.Pair.Kind;
                floor.Parameters[1].Value = q.Pair.Holder;
                floor.Parameters[2].Value = q.Pair.Toward;
                floor.Parameters[3].Value = q.AsOf.Number;
                floor.Parameters[4].Value = q.Position ?? 0;
                await using var reader = await floor.ExecuteReaderAsync(ct);
                await reader.ReadAsync(ct);
            }
        );
        // As a service that has run for a while: what is read in the background would be in every figure. Of what is wanted in a
        // burst some is dropped, and wanted again when it is asked about.
        for (var time = 0; ordinary && time < 6; time++)
        {
            foreach (var q in usual)
                await RememberAsync(moments, identities, remembering, chronology, q, ct);
            await pairs.ReadAsync();
        }
        var contest = new Contest("Q1: one fact at (D, T)", Rounds: 9, Turns: 40, CallsATurn: 25);
        if (ordinary)
        {
            await contest.RunAsync(
                bare,
                new(
                    "one index look-up and its row, for comparison",
                    async i =>
                    {
                        var q = usual[i % usual.Length];
                        await using var command = source.CreateCommand(
                            "select event, effect::text from chronology.effect where fact = $1 and start_first <= $2 order by start_first desc limit 1"
                        );
                        command.Parameters.Add(
                            new NpgsqlParameter<Guid> { TypedValue = World.KeyOf(q.Pair).IdIn(chronology) }
                        );
                        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = q.AsOf.Number });
                        await using var reader = await command.ExecuteReaderAsync(ct);
                        await reader.ReadAsync(ct);
                    }
                ),
                Ours("fact at (D, T), decided", facts, chronology, usual, cited: false, ct),
                Ours("and its citations (second round trip)", facts, chronology, usual, cited: true, ct),
                new(
                    "fact at (D, T) of a pair asked about before",
                    async i =>
                    {
                        var q = usual[i % usual.Length];
                        var (moment, _, fact) = await RememberAsync(
                            moments,
                            identities,
                            remembering,
                            chronology,
                            q,
                            ct
                        );
                        fact.AsOf(moment.AsOf);
                    }
                )
            );
        }
        if (worst)
        {
            await (contest with { Title = "Q3: the worst cases against Q1" }).RunAsync(
                Ours("fact at (D, T), decided", facts, chronology, usual, cited: false, ct),
                Ours("D today, T far back", facts, chronology, far, cited: false, ct),
                Ours("10 corrections an event, D today, T far back", facts, corrected, often, cited: false, ct)
            );
        }
    }

    /// <summary>Q2: the same question of a small chronology and of a great one.</summary>
    public static async Task GrowAsync(NpgsqlDataSource source, string small, string great, CancellationToken ct)
    {
        using var identities = new Identities(source);
        var facts = new Facts(source, identities, new(source));
        await using var connection = await source.OpenConnectionAsync(ct);
        var few = await QuestionsAsync(connection, small, far: false);
        var many = await QuestionsAsync(connection, great, far: false);
        var (most, _) = await RestingOnAsync(few, small, int.MaxValue);
        var (all, _) = await RestingOnAsync(many, great, int.MaxValue);
        var (_, like) = await RestingOnAsync(many, great, most);
        Console.WriteLine(
            $"An answer rests on at most {most} effects in {small}, on at most {all} in {great}, where {like.Length} of {many.Length} rest on no more than {most}."
        );
        await new Contest("Q2: the growth of Q1", Rounds: 9, Turns: 40, CallsATurn: 25).RunAsync(
            Ours("fact at (D, T), decided, small", facts, small, few, cited: false, ct),
            Ours("fact at (D, T), decided, great", facts, great, many, cited: false, ct),
            Ours("the same, answers no larger than in the small", facts, great, like, cited: false, ct)
        );

        // The most effects that an answer rests on, and the questions whose answers rest on no more than so many.
        async Task<(int Most, Question[] Within)> RestingOnAsync(Question[] questions, string slug, int limit)
        {
            var greatest = 0;
            var within = new List<Question>();
            foreach (var q in questions)
            {
                var (_, _, fact) = await AskAsync(facts, slug, q, ct);
                greatest = Math.Max(greatest, fact.Effects.Count);
                if (fact.Effects.Count <= limit)
                    within.Add(q);
            }
            return (greatest, [.. within]);
        }
    }

    private static Contender Ours(
        string name,
        Facts facts,
        string slug,
        Question[] questions,
        bool cited,
        CancellationToken ct
    ) =>
        new(
            name,
            async i =>
            {
                var q = questions[i % questions.Length];
                var (moment, _, fact) = await AskAsync(facts, slug, q, ct);
                var entry = fact.AsOf(q.AsOf);
                if (cited)
                    await facts.CitationsAsync(moment, FactTelling.Rests(entry), ct);
            }
        );

    private static async Task<Question[]> QuestionsAsync(NpgsqlConnection connection, string chronology, bool far)
    {
        var random = new Random(42);
        var head = await Loading.OfAsync<long>(
            connection,
            $"select position from chronology.head where chronology = '{chronology}'"
        );
        var today = Day.Of(2026, 6, 30);
        var questions = new List<Question>();
        foreach (var pair in World.Pairs(far ? 7 : 8).Take(5000))
        {
            if (far)
            {
                questions.Add(new(pair, today, random.NextInt64(head / 20, head / 4), null));
                continue;
            }
            var asOf = new Day(World.RandomDay(random));
            // A third each: the head, a position, an instant.
            questions.Add(
                random.Next(3) switch
                {
                    0 => new(pair, asOf, null, null),
                    1 => new(pair, asOf, random.NextInt64(1, head + 1), null),
                    _ => new(pair, asOf, null, Instants.OfMicroseconds(World.RandomDay(random) * 86_400_000_000L)),
                }
            );
        }
        return [.. questions];
    }

    private static async Task<(Moment Moment, Identity Identity, FactEffects Fact)> AskAsync(
        Facts facts,
        string chronology,
        Question q,
        CancellationToken ct
    ) => (await facts.AskAsync(chronology, World.KeyOf(q.Pair), new(q.AsOf, q.Position, q.Instant), ct)).Value;

    /// <summary>As <c>GET /facts</c> asks: of the database what is asked for the first time, and of what is remembered from then on.</summary>
    private static async Task<(Moment Moment, Identity Identity, FactEffects Fact)> RememberAsync(
        Moments moments,
        Identities identities,
        Facts facts,
        string chronology,
        Question q,
        CancellationToken ct
    )
    {
        var key = World.KeyOf(q.Pair);
        if (!facts.IsRemembered(chronology, key, withEvents: false))
            return await AskAsync(facts, chronology, q, ct);
        var moment = (await moments.AtAsync(chronology, new(q.AsOf, q.Position, q.Instant), ct)).Value;
        var identity = await identities.AtAsync(moment, ct);
        var found = await facts.ReadAsync(moment, identity, new(key.Fact, [key.Holder], [key.Toward!]), ct);
        return (moment, identity, found.Count > 0 ? found[0] : new(Heritage.Plain(key), []));
    }

    /// <summary>A sample of the questions: the answer equals the model's over every effect visible at that position.</summary>
    private static async Task CheckAsync(
        NpgsqlDataSource source,
        NpgsqlConnection connection,
        Facts facts,
        string chronology,
        Question[] questions,
        CancellationToken ct
    )
    {
        await using var all = new NpgsqlCommand(
            "select event, idx, from_position, effect::text from chronology.effect where fact = $1 and from_position <= $2 and to_position > $2",
            connection
        );
        all.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Uuid });
        all.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Bigint });
        var recorded = 0;
        foreach (var q in questions.Take(300))
        {
            var (moment, _, fact) = await AskAsync(facts, chronology, q, ct);
            var key = World.KeyOf(q.Pair);
            all.Parameters[0].Value = key.IdIn(chronology);
            all.Parameters[1].Value = moment.Position;
            var visible = new List<RecordedEffect>();
            await using (var reader = await all.ExecuteReaderAsync(ct))
            {
                while (await reader.ReadAsync(ct))
                    visible.Add(
                        StoredEffect.Read(
                            reader.GetString(0),
                            reader.GetInt16(1),
                            reader.GetInt64(2),
                            reader.GetString(3)
                        )
                    );
            }
            var expected = FactsAsOf.Decide(key, visible, q.AsOf) with { LastHeld = null };
            var given = fact.AsOf(q.AsOf) with { LastHeld = null };
            if (!Equals(expected, given))
                throw new InvalidOperationException($"{chronology}: {q} is {given}, not {expected}.");
            recorded += expected.IsRecorded ? 1 : 0;
        }
        Console.WriteLine(
            $"Checked 300 answers of {chronology} against the model over all visible effects: equal ({recorded} recorded)."
        );
    }
}
