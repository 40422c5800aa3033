using Chronology.Relations;
using CsCheck;

namespace Chronology.Tests.Relations;

public sealed class DifferencesOfAnswers
{
    private static readonly Gen<Dictionary<int, string>> Answers = Gen.Dictionary(
        Gen.Int[0, 9],
        Gen.Int[0, 2].Select(i => new[] { "certain", "possible", "claimed" }[i])
    )[0, 8];

    private static IReadOnlyList<Difference<int, string>> Between(
        IReadOnlyDictionary<int, string> one,
        IReadOnlyDictionary<int, string> other
    ) => Differing.Between(one, other, (a, b) => a == b, Comparer<int>.Default);

    [Fact]
    public void applied_to_the_first_give_the_second() =>
        Gen.Select(Answers, Answers)
            .Sample(
                (one, other) =>
                    one.Apply(Between(one, other)).OrderBy(t => t.Key).SequenceEqual(other.OrderBy(t => t.Key))
            );

    [Fact]
    public void through_a_third_answer_give_the_second_too() =>
        Gen.Select(Answers, Answers, Answers)
            .Sample(
                (one, through, other) =>
                    one.Apply(Between(one, through))
                        .Apply(Between(through, other))
                        .OrderBy(t => t.Key)
                        .SequenceEqual(other.OrderBy(t => t.Key))
            );

    [Fact]
    public void are_none_of_an_answer_and_itself() => Answers.Sample(one => Between(one, one).Count == 0);

    [Fact]
    public void turned_round_tell_the_same_backwards() =>
        Gen.Select(Answers, Answers)
            .Sample(
                (one, other) =>
                    Between(other, one)
                        .Select(line => line with { Before = line.After, After = line.Before })
                        .SequenceEqual(Between(one, other))
            );

    [Fact]
    public void name_what_appeared_what_ended_and_what_is_told_otherwise() =>
        Assert.Equal(
            [new(1, "certain", null), new(2, "certain", "possible"), new(4, null, "claimed")],
            Between(
                new Dictionary<int, string>
                {
                    [1] = "certain",
                    [2] = "certain",
                    [3] = "certain",
                },
                new Dictionary<int, string>
                {
                    [2] = "possible",
                    [3] = "certain",
                    [4] = "claimed",
                }
            )
        );
}
