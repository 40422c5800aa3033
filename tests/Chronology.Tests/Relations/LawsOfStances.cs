using System.Globalization;
using System.Numerics;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Relations;

public sealed class LawsOfStances
{
    private static Gen<string?> OneOf(params IReadOnlyList<string?> words) =>
        Gen.Int[0, words.Count - 1].Select(n => words[n]);

    private static readonly Gen<string?> Positions = OneOf(
        "strongly-supports",
        "supports",
        "conditional",
        "neutral",
        "opposes",
        "strongly-opposes",
        null
    );

    private static readonly Gen<EffectDate> Dates =
        from days in Gen.Long[-12_000, 12_000].HashSet[1, 3]
        from openBelow in Gen.Int[0, 9].Select(n => n == 0)
        from openAbove in Gen.Int[0, 9].Select(n => n == 0)
        select Timelines.On(
            "["
                + (openBelow ? $"..{new Day(days.Min())}," : "")
                + string.Join(',', days.Order().Select(day => new Day(day)))
                + (openAbove ? $",{new Day(days.Max())}.." : "")
                + "]"
        );

    private static readonly Gen<RecordedEffect> Pieces =
        from position in Positions
        from begins in Dates
        from basis in OneOf("statement", "vote", "sponsorship", "action", "policy")
        from vote in OneOf("yes", "no", "abstain", "absent", null)
        from salience in OneOf("low", "medium", "high", null)
        from authority in OneOf("head-of-state", "ministry", null)
        from credibility in OneOf("confirmed", "reported", "disputed")
        from name in Gen.Int[0, 999_999]
        select Taken.Stance($"e{name}", position, "1970", basis!, vote, salience, authority, credibility!) with
        {
            Begins = begins,
        };

    private static readonly Gen<List<RecordedEffect>> Some = Pieces.List[1, 3];

    private static readonly Gen<Day> Asked = Gen.Long[-12_000, 14_000].Select(day => new Day(day));

    [Fact]
    public void The_mean_and_its_bounds_are_those_of_exact_arithmetic_over_every_arrangement() =>
        Gen.Select(Some, Asked)
            .Sample(
                (effects, day) =>
                {
                    var worlds = new Worlds(effects, day);
                    return Taken.On(day, effects)?.Revealed.Position is not { } position
                        || ((position.Low, position.High) == worlds.Bounds() && position.Mean == worlds.OfEstimates());
                },
                iter: 500,
                print: Print
            );

    [Fact]
    public void The_mean_lies_between_its_bounds_and_these_on_the_scale() =>
        Gen.Select(Some, Asked)
            .Sample(
                (effects, day) =>
                    Taken.On(day, effects)?.Revealed.Position is not { } position
                    || (
                        position.Low >= -200
                        && position.Low <= position.Mean
                        && position.Mean <= position.High
                        && position.High <= 200
                        && position.Supporting + position.Neutral + position.Opposing is >= 99 and <= 101
                    ),
                iter: 5_000,
                print: Print
            );

    private static readonly Gen<List<(RecordedEffect Effect, bool IsInherited)>> Inherited =
        from pieces in Pieces.List[1, 3]
        from of in Gen.Bool.Array[3]
        select pieces.Select((piece, i) => (of[i] ? piece with { Key = Taken.Behind } : piece, of[i])).ToList();

    /// <summary>Of every day of a succession that may be, and of every day on which a piece may have begun: what then counts is what the holder
    /// itself and its predecessor before it said.</summary>
    [Fact]
    public void Whenever_the_place_was_taken_the_mean_lies_within_the_bounds_and_what_is_certain_stays_so() =>
        Gen.Select(Inherited, Dates, Asked)
            .Sample(
                (pieces, taken, day) =>
                {
                    List<RecordedEffect> effects = [.. pieces.Select(piece => piece.Effect)];
                    var told = Taken.Inheriting(taken.Edtf, day, effects)?.Revealed;
                    return Worlds
                        .Members(taken, day)
                        .All(on =>
                        {
                            var own = pieces.Where(piece => !piece.IsInherited).Select(piece => piece.Effect);
                            var passed = pieces
                                .Where(piece => piece.IsInherited)
                                .Select(piece =>
                                    Worlds
                                        .Members(piece.Effect.Begins, day)
                                        .Select(begun => on <= day && begun < on ? Own(piece.Effect, begun) : null)
                                        .Distinct()
                                );
                            return Choices(passed)
                                .All(choice =>
                                {
                                    var world = Taken.On(day, [.. own, .. choice])?.Revealed;
                                    return (
                                            told?.Verdict != StanceVerdict.Certain
                                            || world?.Verdict == StanceVerdict.Certain
                                        )
                                        && (
                                            world?.Position is not { } narrow
                                            || told?.Position is not { } wide
                                            || (wide.Low <= narrow.Low && narrow.High <= wide.High)
                                        );
                                });
                        });
                },
                iter: 2_000,
                print: t =>
                    Print((t.Item1.ConvertAll(piece => piece.Effect), t.Item3))
                    + $" {string.Join(' ', t.Item1.Select(piece => piece.IsInherited))} {t.Item2.Edtf}"
            );

    private static RecordedEffect Own(RecordedEffect inherited, Day begun) =>
        inherited with
        {
            Key = Taken.Key,
            Begins = Timelines.On($"{begun}"),
        };

    /// <summary>One of each; null: nothing of it.</summary>
    private static IEnumerable<RecordedEffect[]> Choices(IEnumerable<IEnumerable<RecordedEffect?>> passed) =>
        passed.Aggregate(
            (IEnumerable<RecordedEffect[]>)new[] { Array.Empty<RecordedEffect>() },
            (chosen, piece) =>
                from before in chosen
                from one in piece
                select before.Concat(one is null ? [] : [one]).ToArray()
        );

    [Fact]
    public void The_order_of_recording_does_not_matter() =>
        Gen.Select(Some, Asked)
            .Sample(
                (effects, day) => Equals(Taken.On(day, effects), Taken.On(day, [.. Enumerable.Reverse(effects)])),
                iter: 2_000,
                print: Print
            );

    [Fact]
    public void A_refuted_effect_changes_nothing() =>
        Gen.Select(Some, Asked, Pieces)
            .Sample(
                (effects, day, refuted) =>
                    Equals(
                        Taken.On(day, effects),
                        Taken.On(day, [.. effects, refuted with { Credibility = "refuted" }])
                    ),
                iter: 2_000,
                print: t => Print((t.Item1, t.Item2))
            );

    [Fact]
    public void What_happens_later_changes_nothing() =>
        Gen.Select(Some, Asked, Pieces)
            .Sample(
                (effects, day, later) =>
                    Equals(
                        Taken.On(day, effects),
                        Taken.On(day, [.. effects, later with { Begins = Timelines.On($"{day + 1}") }])
                    ),
                iter: 2_000,
                print: t => Print((t.Item1, t.Item2))
            );

    [Fact]
    public void Narrowing_a_date_never_widens_the_bounds() =>
        Gen.Select(Some, Asked, Gen.Int[0, 2], Gen.Int[0, 9])
            .Where((effects, _, which, _) => which < effects.Count)
            .Sample(
                (effects, day, which, member) =>
                {
                    var before = Taken.On(day, effects)?.Revealed;
                    var members = Worlds.Members(effects[which].Begins, day);
                    List<RecordedEffect> narrowed = [.. effects];
                    narrowed[which] = effects[which] with
                    {
                        Begins = Timelines.On($"{members[member % members.Count]}"),
                    };
                    var after = Taken.On(day, narrowed)?.Revealed;
                    return (before?.Verdict != StanceVerdict.Certain || after?.Verdict == StanceVerdict.Certain)
                        && (
                            before?.Position is not { } wide
                            || after?.Position is not { } narrow
                            || (wide.Low <= narrow.Low && narrow.High <= wide.High)
                        );
                },
                iter: 5_000,
                print: t => Print((t.Item1, t.Item2)) + $" {t.Item3} {t.Item4}"
            );

    [Fact]
    public void Believing_all_of_it_alike_more_or_less_does_not_move_the_mean() =>
        Gen.Select(Some, Asked)
            .Sample(
                (effects, day) =>
                {
                    var confirmed = With("confirmed");
                    return confirmed == With("reported") && confirmed == With("disputed");

                    int? With(string credibility) =>
                        Taken
                            .On(day, [.. effects.Select(effect => effect with { Credibility = credibility })])
                            ?.Revealed.Position?.Mean;
                },
                iter: 2_000,
                print: Print
            );

    [Fact]
    public void Time_alone_moves_nothing_but_what_is_stale_and_what_is_forgotten() =>
        Gen.Select(Pieces.Select(piece => piece with { Begins = Timelines.On("1970") }).List[1, 4], Gen.Long[1, 20])
            .Sample(
                (effects, eights) =>
                {
                    var (one, later) = (At(new Day(400)), At(new Day(400 + eights * 2_922)));
                    return (one is null) == (later is null) && (one is null || Math.Abs(one.Mean - later!.Mean) <= 1);

                    WeighedPosition? At(Day day) => Taken.On(day, effects)?.Revealed.Position;
                },
                iter: 2_000
            );

    [Fact]
    public void A_culture_that_writes_numbers_otherwise_changes_nothing()
    {
        var effects = (RecordedEffect[])
            [Taken.Stance("a", "conditional", "1970", "vote"), Taken.Stance("b", "opposes", "1975", "policy")];
        var before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberDecimalSeparator = ",";
        odd.NumberFormat.NegativeSign = "~";
        var told = Taken.On("1980", effects);
        try
        {
            CultureInfo.CurrentCulture = odd;
            Assert.Equal(1, StanceTerms.Halves("conditional", null));
            Assert.Equal(told, Taken.On("1980", effects));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Print((List<RecordedEffect> Effects, Day Day) instance) =>
        $"day {instance.Day}: "
        + string.Join(
            "; ",
            instance.Effects.Select(e =>
                $"{e.Event} {e.Value ?? "none"} {e.Begins.Edtf} {e.Stance!.Basis} {e.Stance.Vote} {e.Stance.Salience} {e.Credibility}"
            )
        );

    /// <summary>Every way in which days and credibilities can have fallen, one by one, in whole numbers of any size.</summary>
    private sealed class Worlds(IReadOnlyList<RecordedEffect> effects, Day asOf)
    {
        private readonly List<(int Halves, List<BigInteger> Weights, BigInteger Estimate)> pieces =
        [
            .. effects
                .Select(effect => (Effect: effect, Halves: HalvesOf(effect)))
                .Where(piece => piece.Halves is not null)
                .Select(piece => (piece.Halves!.Value, WeightsOf(piece.Effect, asOf), EstimateOf(piece.Effect, asOf))),
        ];

        /// <summary>Enough of the days of a window: those written, and where it has no first or no last, one long before and
        /// the one asked about and the next, as far as they are in it.</summary>
        public static List<Day> Members(EffectDate date, Day asOf) =>
            [
                .. date
                    .Edtf.Trim('[', ']')
                    .Split(',')
                    .Select(text => text.Replace("..", "", StringComparison.Ordinal))
                    .Select(text => Day.ParseQuestion(text).Value)
                    .Concat(date.Earliest is null ? [new Day(-200_000)] : [])
                    .Concat(date.Earliest is null || date.Latest is null ? [asOf, asOf + 1] : [])
                    .Where(date.Days.Contains)
                    .Distinct(),
            ];

        public (int Low, int High) Bounds()
        {
            var means = new HashSet<int>();
            Arrange(0, 0, 0, means);
            return (means.Min(), means.Max());
        }

        public int OfEstimates() =>
            Hundredths(
                pieces.Aggregate(BigInteger.Zero, (sum, piece) => sum + piece.Halves * piece.Estimate),
                pieces.Aggregate(BigInteger.Zero, (sum, piece) => sum + piece.Estimate)
            );

        private void Arrange(int next, BigInteger sum, BigInteger weight, HashSet<int> means)
        {
            if (next < pieces.Count)
            {
                foreach (var one in pieces[next].Weights)
                    Arrange(next + 1, sum + pieces[next].Halves * one, weight + one, means);
            }
            else if (weight > 0)
                means.Add(Hundredths(sum, weight));
        }

        /// <summary>In twelfths of no consequence: each credibility between the least and the greatest, in quarters.</summary>
        private static List<BigInteger> WeightsOf(RecordedEffect effect, Day asOf)
        {
            var (least, most) = CredibilityOf(effect);
            return
            [
                .. (
                    from day in Members(effect.Begins, asOf)
                    from quarters in Enumerable.Range(least, most - least + 1)
                    select SalienceOf(effect) * quarters * Left(day, asOf)
                ).Distinct(),
            ];
        }

        private static BigInteger EstimateOf(RecordedEffect effect, Day asOf)
        {
            var (least, most) = CredibilityOf(effect);
            var left = Members(effect.Begins, asOf).Select(day => Left(day, asOf)).ToList();
            return SalienceOf(effect) * (least + most) * (left.Min() + left.Max());
        }

        private static BigInteger Left(Day day, Day asOf) =>
            day > asOf ? 0 : RulesVersion.First.Stances.Left(asOf.Number - day.Number);

        private static (int Least, int Most) CredibilityOf(RecordedEffect effect) =>
            effect.Credibility switch
            {
                "confirmed" => (4, 4),
                "reported" => (2, 4),
                _ => (0, 4),
            };

        private static BigInteger SalienceOf(RecordedEffect effect) =>
            effect.Stance!.Salience switch
            {
                "low" => 1,
                "high" => 3,
                _ => 2,
            };

        private static int? HalvesOf(RecordedEffect effect) =>
            (effect.Value, effect.Stance!.Vote) switch
            {
                ("strongly-supports", _) => 4,
                ("supports", _) => 2,
                ("conditional", _) => 1,
                ("neutral", not "absent") => 0,
                ("opposes", _) => -2,
                ("strongly-opposes", _) => -4,
                (null, "yes") => 2,
                (null, "abstain") => 0,
                (null, "no") => -2,
                _ => null,
            };

        /// <summary>To the nearest, halves away from zero.</summary>
        private static int Hundredths(BigInteger sum, BigInteger weight)
        {
            var doubled = BigInteger.Abs(sum) * 100;
            return sum.Sign * (int)((doubled + weight) / (2 * weight));
        }
    }
}
