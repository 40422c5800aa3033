using System.Globalization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Benchmarks;

/// <summary>A made-up record of the world: 250 actors, pairs by Zipf, 1948 to 2026, 15 % recorded years late, 10 % revised later, a
/// fifth of those retracted; the same for the same size.</summary>
/// <remarks>Beyond that: 6 % of the dates are a month, a year or a decade, 1 % of the events are announced ahead, 4 % are disputed.</remarks>
public static class World
{
    public const int Actors = 250;
    private const int Sources = 40;

    private static readonly long First = Day.Of(1948, 1, 1).Number;
    private static readonly long Last = Day.Of(2026, 6, 30).Number;

    private static readonly (string Kind, string Type, string[] Values)[] Kinds =
    [
        ("relations", "negotiation-held", ["established", "downgraded", "suspended", "severed"]),
        ("recognition", "statement-made", ["refused", "de-facto", "de-jure", "withdrawn"]),
        ("hostility", "warning-issued", ["none", "threat", "display", "use", "war"]),
        ("sanctions", "warning-issued", ["none", "targeted", "comprehensive"]),
    ];

    /// <param name="RecordedAt">Microseconds; rises with the position.</param>
    /// <param name="To">The position of the record's next revision.</param>
    public sealed record Version(RecordState State, Operation Op, long Position, long To, long RecordedAt);

    /// <summary>One pair's fact as somebody asks for it, hot pairs more often.</summary>
    public sealed record Pair(string Kind, string Holder, string Toward);

    public static string Actor(int i) => $"actor-{i.ToString("000", CultureInfo.InvariantCulture)}";

    /// <summary>At least <paramref name="size"/> versions of events, after the actors and sources, in the order of their positions.</summary>
    /// <param name="corrections">Each event is corrected so many times; null: as above.</param>
    public static IEnumerable<Version> Versions(int size, int? corrections = null)
    {
        var (head, events) = Plan(size, corrections);
        var closes = new Dictionary<int, long>();
        var to = new long[events.Count];
        for (var i = events.Count - 1; i >= 0; i--)
        {
            to[i] = closes.GetValueOrDefault(events[i].Event, long.MaxValue);
            closes[events[i].Event] = head + i + 1;
        }
        var recordedAt = Micros(First - 1);
        for (var i = 0; i < head; i++)
        {
            var state = i < Actors ? ActorState(i) : SourceState(i - Actors);
            yield return new(state, Operation.Recorded, i + 1, long.MaxValue, recordedAt + i);
        }
        for (var i = 0; i < events.Count; i++)
        {
            recordedAt = Math.Max(recordedAt + head + 1, Micros(events[i].RecordedOn));
            yield return new(StateOf(events[i]), events[i].Op, head + i + 1, to[i], recordedAt);
        }
    }

    /// <summary>Pairs as they occur in events, in any number.</summary>
    public static IEnumerable<Pair> Pairs(int seed)
    {
        var random = new Random(seed);
        var zipf = new Zipf();
        while (true)
        {
            var (one, other) = zipf.Next(random);
            yield return new(Kinds[random.Next(Kinds.Length)].Kind, Actor(one), Actor(other));
        }
    }

    public static long RandomDay(Random random) => random.NextInt64(First, Last + 1);

    public static FactKey KeyOf(Pair pair) => FactKey.Of(pair.Kind, pair.Holder, pair.Toward, null, null);

    private sealed record Planned(int Event, int Revision, long RecordedOn, Operation Op, bool Disputed, Draft Draft);

    private sealed record Draft(int One, int Other, int Kind, int Value, string Occurred);

    private static (int Head, List<Planned> Events) Plan(int size, int? corrections)
    {
        var random = new Random(1948);
        var zipf = new Zipf();
        var planned = new List<Planned>(size + 1);
        for (var e = 0; planned.Count < size; e++)
        {
            var day = RandomDay(random);
            var draft = Drafted(random, zipf.Next(random), random.Next(Kinds.Length), day);
            var shape = random.Next(1000);
            var recordedOn =
                shape < 150 ? Math.Min(Last, day + random.Next(365, 30 * 365))
                : shape < 160 ? day - random.Next(10, 400)
                : Math.Min(Last, day + random.Next(0, 8));
            var disputed = random.Next(25) == 0;
            planned.Add(new(e, 1, recordedOn, Operation.Recorded, disputed, draft));
            var revised = corrections ?? (random.Next(10) == 0 ? 1 : 0);
            for (var r = 1; r <= revised && planned.Count < size; r++)
            {
                recordedOn = Math.Min(Last, recordedOn + random.Next(1, corrections is null ? 20 * 365 : 3 * 365));
                if (corrections is null && random.Next(5) == 0)
                {
                    planned.Add(new(e, r + 1, recordedOn, Operation.Retracted, disputed, draft));
                    break;
                }
                draft = Drafted(random, (draft.One, draft.Other), draft.Kind, day + random.Next(-20, 20));
                planned.Add(new(e, r + 1, recordedOn, Operation.Corrected, disputed, draft));
            }
        }
        return (Actors + Sources, [.. planned.OrderBy(p => p.RecordedOn).ThenBy(p => p.Event).ThenBy(p => p.Revision)]);
    }

    private static Draft Drafted(Random random, (int One, int Other) pair, int kind, long day)
    {
        var text = new Day(day).ToString();
        var shape = random.Next(1000);
        var occurred =
            shape < 40 ? text[..7]
            : shape < 55 ? text[..4]
            : shape < 60 ? text[..3] + "X"
            : text;
        return new(pair.One, pair.Other, kind, random.Next(Kinds[kind].Values.Length), occurred);
    }

    private static RecordState StateOf(Planned planned)
    {
        var d = planned.Draft;
        var (kind, type, values) = Kinds[d.Kind];
        var (one, other) = (Actor(d.One), Actor(d.Other));
        var number = planned.Event.ToString(CultureInfo.InvariantCulture);
        var content = new EventContent(
            type,
            d.Occurred,
            "occurrence",
            null,
            null,
            null,
            $"{one} and {other}: {kind} {values[d.Value]}",
            null,
            null,
            [new(one, "actor"), new(other, "recipient")],
            [new(kind, one, other, null, values[d.Value], null, null, null, null, null, null, null)],
            null,
            planned.Disputed ? "disputed" : "confirmed",
            "gregorian",
            null,
            [new($"source-{planned.Event % Sources}", $"p. {number}", $"As reported, item {number}.")],
            null,
            []
        );
        return new(
            new(RecordKind.Event, $"e-{number}"),
            planned.Revision,
            planned.Op == Operation.Retracted ? RecordStatus.Retracted
                : planned.Disputed ? RecordStatus.Disputed
                : RecordStatus.Active,
            content,
            null,
            null
        );
    }

    private static RecordState ActorState(int i) =>
        new(
            new(RecordKind.Actor, Actor(i)),
            1,
            RecordStatus.Active,
            new ActorContent("state", $"Actor {i}", [], null, [], []),
            null,
            null
        );

    private static RecordState SourceState(int i) =>
        new(
            new(RecordKind.Source, $"source-{i}"),
            1,
            RecordStatus.Active,
            new SourceContent(
                "press",
                new( /*lang=json*/
                    """{"title":"Daily","type":"article-newspaper"}"""
                ),
                null,
                null,
                null,
                null
            ),
            null,
            null
        );

    private static long Micros(long day) => day * 86_400_000_000L;

    /// <summary>Unordered pairs of actors, the k-th most frequent with a weight of 1/k.</summary>
    private sealed class Zipf
    {
        private readonly double[] sums;
        private readonly (int, int)[] pairs;

        public Zipf()
        {
            pairs =
            [
                .. Enumerable
                    .Range(0, Actors)
                    .SelectMany(a => Enumerable.Range(a + 1, Actors - a - 1).Select(b => (a, b))),
            ];
            new Random(250).Shuffle(pairs);
            sums = new double[pairs.Length];
            var sum = 0.0;
            for (var k = 0; k < pairs.Length; k++)
                sums[k] = sum += 1.0 / (k + 1);
        }

        public (int, int) Next(Random random)
        {
            var at = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
            return pairs[Math.Min(pairs.Length - 1, at < 0 ? ~at : at)];
        }
    }
}
