using Chronology.Time;

namespace Chronology.Tests.Time;

public sealed class AskingAsOfADay
{
    public static TheoryData<string[]> Vectors => [.. Table.Rows("asof-vectors.tsv")];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void answers_as_the_vectors_say(string[] row)
    {
        var when = When.From(row[0], reading: null, start: null, end: null, "gregorian").Value;
        var day = Day.ParseQuestion(row[6]).Value;
        Assert.Equal(string.Join(" ", row[1..6]), string.Join(" ", [when.Reading, .. Shown(when)]));
        Assert.Equal(
            (row[7], row[8], row[9]),
            (Word(when.HappenedBy(day)), Word(when.EndedBy(day)), Word(when.InForceOn(day)))
        );
    }

    private static string[] Shown(When when)
    {
        var bounds = when.Bounds;
        if (bounds.Extent is not { } extent)
            return [.. Enumerable.Repeat((string[])[$"{bounds.Earliest}", $"{bounds.Latest}"], 2).SelectMany(b => b)];
        return
        [
            extent.StartEarliest?.ToString() ?? "-inf",
            extent.StartOpen ? "-inf" : $"{extent.StartLatest}",
            $"{extent.EndEarliest}",
            extent.EndLatest?.ToString() ?? "inf",
        ];
    }

    private static string Word(Certainty? certainty) => certainty?.ToString().ToLowerInvariant() ?? "";
}
