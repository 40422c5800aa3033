using Chronology.Eras;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Eras;

public sealed class SummingUpAnEra
{
    private static readonly Day Today = Day.Of(2023, 12, 31);

    private static EraSpan Span(string? span, string? start = null, string? end = null) =>
        EraSpan.Read(span, start, end).Value;

    private static When Date(string edtf) => When.From(edtf, null, null, null, "gregorian").Value;

    [Theory]
    [InlineData("1956/1990", "1960", Certainty.Certain)]
    [InlineData("1956/1990", "1990-01-01", Certainty.Certain)]
    [InlineData("1956/1990", "1990-06-01", Certainty.Possible)] // It may have ended on 1 January.
    [InlineData("1956/1990", "1991", Certainty.No)]
    [InlineData("1956/1990", "[1985..1995]", Certainty.Possible)]
    [InlineData("1956/1990", "1960/2000", Certainty.Certain)] // Begun in it.
    [InlineData("1956/1990", "1950/1960", Certainty.No)] // Begun before.
    [InlineData("1956/1990", "{1960,1970}", Certainty.Certain)]
    [InlineData("1956/1990", "{1960,2000}", Certainty.Possible)]
    [InlineData("1956/..", "2000", Certainty.Certain)]
    [InlineData("1956/", "2000", Certainty.Possible)]
    [InlineData("../1990-06-30", "1800", Certainty.Certain)]
    [InlineData("1956/..", "2024-01-01", Certainty.No)] // After the day asked about.
    [InlineData("1956/..", "[2023..2024]", Certainty.Possible)]
    [InlineData("177X", "1775", Certainty.Possible)] // Somewhere inside the decade.
    [InlineData("[1956,1970]", "1960", Certainty.No)]
    [InlineData("[1956,1970]", "1970-05", Certainty.Possible)]
    public void holds_what_began_in_it(string span, string occurred, Certainty expected) =>
        Assert.Equal(expected, Span(span).Holds(Date(occurred), Today));

    [Theory]
    [InlineData("1956/1990", "1956-12-31", "1990-01-01")]
    [InlineData("1991-12-26/..", "1991-12-26", "2023-12-31")]
    [InlineData("../1990-06-30", null, "1990-06-30")]
    public void has_sure_days(string span, string? first, string last)
    {
        var sure = Span(span).SureDays(Today)!.Value;

        Assert.Equal((first, last), (sure.First?.ToString(), sure.Last.ToString()));
    }

    [Theory]
    [InlineData("177X")]
    [InlineData("1956/")]
    [InlineData("/1990")]
    [InlineData("2024/..")]
    [InlineData("1956/1956")]
    public void has_no_sure_day_where_none_is_sure(string span) => Assert.Null(Span(span).SureDays(Today));

    [Fact]
    public void counts_what_is_surely_and_what_is_possibly_in_it()
    {
        var sum = Sum(
            Event("a", "1960"),
            Event("b", "1970", type: "visit-made", credibility: "disputed", source: null),
            Event("c", "[1985..1995]", type: "visit-made"),
            Event("d", "1961", credibility: "refuted"),
            Event("e", "1995")
        );

        Assert.Equal((2, 1, 1, 1, 1), (sum.Certain, sum.Possible, sum.Disputed, sum.Unsourced, sum.Refuted));
        Assert.Equal([new("force-used", 1, 0), new("visit-made", 1, 1)], sum.Types);
        Assert.Equal([new("x", 3), new("y", 3)], sum.Actors);
        Assert.Equal(2, sum.Citations["s"]);
    }

    [Fact]
    public void key_events_are_those_surely_in_it_then_the_strongest_then_the_earliest()
    {
        var sum = Sum(
            Event("possible", "[1985..1995]", type: "war-begun"),
            Event("later", "1962", type: "visit-made"),
            Event("strong", "1970"),
            Event("earlier", "1961", type: "visit-made")
        );

        Assert.Equal(["strong", "earlier", "later", "possible"], sum.KeyEvents.Select(one => one.Key));
    }

    [Fact]
    public void the_longest_silence_lies_between_events_surely_in_it_and_says_what_may_break_it()
    {
        var sum = Sum(
            Event("a", "1960-01-01"),
            Event("b", "1962-01-01"),
            Event("c", "1970-01-01"),
            Event("lasting", "1961-01-01/1969"),
            Event("unsure", "[1963..1995]")
        );

        Assert.Equal(
            new EraSilence("b", Day.Of(1962, 1, 1), "c", Day.Of(1970, 1, 1), 2922, PossiblyBrokenBy: 1),
            sum.Silence
        );
    }

    [Fact]
    public void one_event_makes_no_silence() => Assert.Null(Sum(Event("a", "1960")).Silence);

    [Fact]
    public void names_what_may_be_a_neighbours()
    {
        var tally = new EraTally([("next", Span("1990/2000")), ("far", Span("2010/.."))], Today);
        foreach (var one in new[] { Event("both", "1990-05-01"), Event("own", "1960"), Event("here", "[1950..1960]") })
            tally.Add(one);

        var shared = Assert.Single(tally.Sum().Neighbours);

        Assert.Equal(("both", "next"), (shared.Event, Assert.Single(shared.Eras)));
    }

    private static readonly string[] Dates =
    [
        "1950",
        "1956",
        "1960-05-17",
        "1960-05",
        "196X",
        "1970",
        "[1969..]",
        "[..1972]",
        "[1985..1995]",
        "{1960,2000}",
        "1960/1970",
        "1990-06",
        "2000",
    ];

    private static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static readonly Gen<EraEvent[]> Events = Gen.Select(
            Gen.Int[0, Dates.Length - 1],
            Any("force-used", "visit-made", "context-event", "war-begun", "statement-made"),
            Any("confirmed", "reported", "disputed", "refuted"),
            Any<string?>("s", null)
        )
        .Array[0, 30]
        .Select(all =>
            all.Select((one, i) => Event($"e{i:00}", Dates[one.Item1], one.Item2, one.Item3, one.Item4)).ToArray()
        );

    [Fact]
    public void the_order_of_recording_does_not_matter() =>
        Gen.Select(Events, Gen.Int)
            .Sample(
                (events, seed) =>
                {
                    var mixed = events.ToArray();
                    new Random(seed).Shuffle(mixed);
                    Assert.Equal(Told(events), Told(mixed));
                }
            );

    [Fact]
    public void what_is_surely_outside_changes_nothing() =>
        Events.Sample(events => Assert.Equal(Told(events), Told([.. events, Event("out", "1991/2000")])));

    [Fact]
    public void every_sentence_rests_on_events_that_are_in_it() =>
        Events.Sample(events =>
        {
            var inIt = events.Where(one => one.In != Certainty.No).Select(one => one.Key).ToHashSet();
            foreach (var sentence in Tell(events).Told)
            {
                Assert.NotEmpty(sentence.Because);
                Assert.Subset(inIt, sentence.Because.ToHashSet());
            }
        });

    [Fact]
    public void told_and_left_out_are_all_there_is() =>
        Events.Sample(events =>
        {
            var (told, leftOut) = Tell(events);
            var sentences = told.Count(sentence => !sentence.Text.StartsWith("Nothing", StringComparison.Ordinal));

            Assert.Equal(
                events.Count(one => one.In != Certainty.No),
                sentences
                    + leftOut.Where(left => left.Code is "weaker-events" or "refuted-events").Sum(left => left.Count)
            );
        });

    private static string Told(EraEvent[] events)
    {
        var sum = Sum(events);
        return string.Join(
            '\n',
            [
                $"{sum.Certain} {sum.Possible} {sum.Disputed} {sum.Unsourced} {sum.Refuted} {sum.Silence}",
                .. sum.Types.Select(of => of.ToString()),
                .. sum.Actors.Select(of => of.ToString()),
                .. sum.KeyEvents.Select(one => one.Key),
                .. Tell(events).Told.Select(sentence => sentence.Text),
            ]
        );
    }

    private static EraTally Tally(EraEvent[] events)
    {
        var tally = new EraTally([], Today);
        foreach (var one in events.Where(one => one.In != Certainty.No))
            tally.Add(one);
        return tally;
    }

    private static EraSummary Sum(params EraEvent[] events) => Tally(events).Sum();

    private static (IReadOnlyList<Sentence> Told, IReadOnlyList<LeftOut> LeftOut) Tell(EraEvent[] events)
    {
        var tally = Tally(events);
        var nobody = new NamedRecords(new Dictionary<RecordId, RecordContent>(), key => key);
        return Narrative.Of(tally.Sum(), tally.Has, null, [], [], nobody, Today);
    }

    private static EraEvent Event(
        string key,
        string occurred,
        string type = "force-used",
        string credibility = "confirmed",
        string? source = "s"
    )
    {
        var when = Date(occurred);
        ValueList<Citation> citations = source is null ? [] : [new Citation(source, null, null)];
        var content = new EventContent(
            type,
            occurred,
            when.Reading,
            null,
            null,
            null,
            $"Title of {key}",
            null,
            null,
            [new Participant("x", "actor"), new Participant("y", "recipient")],
            [],
            null,
            credibility,
            "gregorian",
            null,
            citations,
            source is null ? "citation needed" : null,
            []
        );
        return new(key, 1, 1, content, when, ["x", "y"], citations, null, Span("1956/1990").Holds(when, Today));
    }
}
