using Chronology.Eras;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Tests.Eras;

/// <summary>The Soviet Union and Israel, in an era from 1948 to 1991.</summary>
public sealed class TellingAnEra
{
    private static readonly Day Today = Day.Of(1991, 12, 31);
    private static readonly EraSpan Span = EraSpan.Read("1948-01-01/1991-12-31", null, null).Value;

    private static readonly Dictionary<RecordId, RecordContent> Records = new()
    {
        [new(RecordKind.Actor, "ussr")] = Actor("Soviet Union", new ActorName("Union of Councils", "1985", null)),
        [new(RecordKind.Actor, "israel")] = Actor("Israel"),
        [new(RecordKind.Actor, "molotov")] = Actor("Vyacheslav Molotov"),
        [new(RecordKind.Issue, "plan")] = new IssueContent("The plan", null, []),
        [new(RecordKind.Source, "brown")] = new SourceContent(
            "secondary",
            new CslItem("""{"title":"The Recognition of Israel"}"""),
            null,
            null,
            null,
            null
        ),
        [new(RecordKind.Event, "independence")] = Event(
            "israel-independent",
            occurred: "1948-05-14",
            title: "Independence"
        ).Content,
    };

    [Fact]
    public void says_who_did_what_to_whom_and_when() =>
        Assert.Equal(
            "On 17 May 1948, Soviet Union granted recognition to Israel, through Vyacheslav Molotov, at Moscow: “Recognised”.",
            Tell(Event(credibility: "confirmed", place: "Moscow", via: "molotov"))
        );

    [Fact]
    public void says_by_whom_it_is_reported() =>
        Assert.Equal(
            "On 17 May 1948, Soviet Union granted recognition to Israel: “Recognised” (reported by “The Recognition of Israel”).",
            Tell(Event())
        );

    [Fact]
    public void says_that_it_is_disputed() =>
        Assert.Equal(
            "According to “The Recognition of Israel”, on 17 May 1948, Soviet Union granted recognition to Israel: “Recognised”, which is disputed.",
            Tell(Event(credibility: "disputed"))
        );

    [Fact]
    public void says_that_no_source_is_given() =>
        Assert.Equal(
            "On 17 May 1948, Soviet Union granted recognition to Israel: “Recognised” (no source is given).",
            Tell(Event(source: null))
        );

    [Fact]
    public void says_that_it_may_lie_elsewhere() =>
        Assert.StartsWith(
            "Possibly in this era and possibly not yet, at some time from 1980 on, Soviet Union",
            Tell(Event(occurred: "[1980..]"))
        );

    [Fact]
    public void says_that_it_may_lie_before() =>
        Assert.StartsWith(
            "Possibly in this era, at some time between 1947 and 1948, ",
            Tell(Event(occurred: "[1947..1948]"))
        );

    [Fact]
    public void calls_actors_by_the_name_of_the_day() =>
        Assert.StartsWith("On 2 March 1987, Union of Councils granted", Tell(Event(occurred: "1987-03-02")));

    [Fact]
    public void says_what_a_relative_date_follows() =>
        Assert.StartsWith(
            "Three days after “Independence”, Soviet Union granted",
            Tell(Event(anchor: new Anchor("after", "independence", "P3D")))
        );

    [Fact]
    public void lets_the_title_tell_what_the_type_does_not() =>
        Assert.Equal("On 17 May 1948, “Recognised”.", Tell(Event(type: "context-event", credibility: "confirmed")));

    [Fact]
    public void names_the_records_that_it_speaks_of() =>
        Assert.Equal(
            ["actor/israel", "actor/ussr", "source/brown"],
            Narrate([Event()], [], []).Told[0].Names.Select(id => id.StreamKey)
        );

    [Fact]
    public void tells_what_was_so_at_the_end_and_how_surely()
    {
        FactAtEnd[] facts =
        [
            Fact("recognition", "de-jure", "certain", "e"),
            Fact("relations", "severed", "possible", "e") with
            {
                Alternatives = ["none"],
            },
            Fact("sanctions", "targeted", "claimed", "e"),
            Fact("representation", "embassy", "certain", "e") with
            {
                RecordedOf = ["molotov"],
            },
            Fact("membership", "member", "certain", "elsewhere"),
        ];

        var (told, leftOut) = Narrate([Event()], facts, []);

        Assert.Equal(
            [
                "At its end, on 31 December 1991, the recognition of Israel by Union of Councils was “recognised de jure”.",
                "At its end, on 31 December 1991, the diplomatic relations between Union of Councils and Israel were possibly “severed” (or “none”).",
                "At its end, on 31 December 1991, the sanctions of Union of Councils against Israel were “persons, goods or sectors”, as only disputed sources say.",
                "At its end, on 31 December 1991, the representation of Union of Councils to Israel was “embassy, ambassador or nuncio”, as recorded of Vyacheslav Molotov.",
            ],
            told.Skip(1).Select(sentence => sentence.Text)
        );
        Assert.Equal(("facts-from-elsewhere", 1), (Assert.Single(leftOut).Code, leftOut[0].Count));
    }

    [Fact]
    public void tells_which_declared_stances_changed()
    {
        StanceChange[] changes =
        [
            new("ussr", "plan", "none", "supports", "certain", [], ["e"]),
            new("ussr", "israel", "supports", "opposes", "possible", [], ["e"]),
            new("israel", "plan", "supports", "none", "certain", [], []),
        ];

        var (told, leftOut) = Narrate([Event()], [], changes);

        Assert.Equal(
            [
                "In the course of the era the declared stance of Union of Councils on The plan came to be “supports”.",
                "In the course of the era the declared stance of Union of Councils on Israel went from “supports” to possibly “opposes”.",
            ],
            told.Skip(1).Select(sentence => sentence.Text)
        );
        Assert.Equal(("stances-from-elsewhere", 1), (Assert.Single(leftOut).Code, leftOut[0].Count));
    }

    [Fact]
    public void tells_the_longest_silence() =>
        Assert.Equal(
            "Nothing is recorded to have happened between 17 May 1948 and 2 March 1987, 14168 days: the longest silence of the era; one event with an uncertain date may lie between.",
            Narrate([Event(), Event("f", occurred: "1987-03-02"), Event("g", occurred: "[1960..]")], [], [])
                .Told[3]
                .Text
        );

    [Fact]
    public void says_how_many_it_leaves_out()
    {
        var events = Enumerable.Range(0, 20).Select(i => Event($"e{i}", occurred: $"19{60 + i}")).ToArray();

        var left = Assert.Single(
            Narrate([.. events, Event("r", credibility: "refuted")], [], []).LeftOut,
            one => one.Code == "weaker-events"
        );

        Assert.Equal(8, left.Count);
    }

    /// <summary>A type without its phrase could not be told.</summary>
    [Fact]
    public void has_a_phrase_for_every_type() =>
        Assert.All(
            Vocabulary.EventTypes.Keys,
            type =>
            {
                var with = Phrases.Of(type, "R");
                Assert.Equal(with is null, Phrases.Of(type, null) is null);
                Assert.True(
                    with is null
                        ? type == "context-event"
                        : with.EndsWith('R') || with.Contains(" R", StringComparison.Ordinal)
                );
            }
        );

    private static string Tell(EraEvent one) => Narrate([one], [], []).Told[0].Text;

    private static (IReadOnlyList<Sentence> Told, IReadOnlyList<LeftOut> LeftOut) Narrate(
        EraEvent[] events,
        FactAtEnd[] facts,
        StanceChange[] stances
    )
    {
        var tally = new EraTally([], Today);
        foreach (var one in events)
            tally.Add(one);
        return Narrative.Of(tally.Sum(), tally.Has, Today, facts, stances, new(Records, key => key), Today);
    }

    private static FactAtEnd Fact(string kind, string value, string certainty, string because) =>
        new(kind, "ussr", "israel", null, value, certainty, [], [], [because]);

    private static ActorContent Actor(string name, params ActorName[] names) =>
        new("state", name, names.ToValueList(), null, [], []);

    private static EraEvent Event(
        string key = "e",
        string type = "recognition-granted",
        string occurred = "1948-05-17",
        string title = "Recognised",
        string credibility = "reported",
        string? source = "brown",
        string? place = null,
        string? via = null,
        Anchor? anchor = null
    )
    {
        var when = When.From(occurred, null, null, null, "gregorian").Value;
        ValueList<Citation> citations = source is null ? [] : [new Citation(source, null, null)];
        Participant[] actors = [new("ussr", "actor"), new("israel", "recipient")];
        var content = new EventContent(
            type,
            occurred,
            when.Reading,
            null,
            null,
            null,
            title,
            null,
            place,
            (via is null ? actors : [.. actors, new(via, "via")]).ToValueList(),
            [],
            null,
            credibility,
            "gregorian",
            null,
            citations,
            source is null ? "citation needed" : null,
            []
        )
        {
            Anchor = anchor is null ? null : [anchor],
        };
        return new(key, 1, 1, content, when, ["ussr", "israel"], citations, null, Span.Holds(when, Today));
    }
}
