using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Eras;
using Chronology.Recording;
using CsCheck;
using static Chronology.Tests.Recording.Samples;

namespace Chronology.Tests.Recording;

public sealed class LawsOfRecording
{
    private static readonly Gen<string> Key = Any("ussr", "israel", "plo", "ref-1", "ref-2");
    private static readonly Gen<string?> Text = Any(null, "a", "Ж “x”", "\\\n\"", "😀");
    private static readonly Gen<string?> Day = Any(null, "1948-05-17", "1949", "1950-0X");

    private static readonly Gen<ValueList<Citation>> Citations = Gen.Select(
            Key,
            Text,
            Text,
            (source, locator, quote) => new Citation(source, locator, quote)
        )
        .List[1, 5]
        .Select(list => list.ToValueList());

    private static readonly Gen<Effect> OneEffect = Gen.Select(
        Any(
            ("recognition", "de-jure"),
            ("relations", null),
            ("office", "President"),
            ("agreement", "signed"),
            ("stance", "supports")
        ),
        Gen.Int[0, 1000],
        Any(null, "1948-05-17", "1949"),
        Any<string?>(null, "1950", "1960"),
        (kind, n, from, until) =>
            new Effect(
                kind.Item1,
                $"holder-{n}",
                "toward",
                kind.Item1 == "agreement" ? "Treaty" : null,
                kind.Item2,
                from,
                until,
                kind.Item1 == "stance" ? "vote" : null,
                kind.Item1 == "stance" ? "yes" : null,
                null,
                kind.Item1 == "stance" ? "government" : null,
                kind.Item1 == "stance" ? "speaker" : null
            )
    );

    private static readonly Gen<EventContent> Events =
        from type in Any("recognition-granted", "vote-cast", "war-begun")
        from date in Any<(string?, string, string?, string?)>(
            ("1948-05-17", "occurrence", null, null),
            ("1948-05", "occurrence", null, null),
            ("1948/1950", "extent", null, null),
            ("1948/1950", "occurrence", null, null),
            ("[1948-01-01..1948-05-17]", "occurrence", null, null),
            (null, "extent", "1947-0X", "1949")
        )
        from order in Any<int?>(null, 1, -2)
        from texts in Gen.Select(Text, Text, Text, Text)
        from title in Any("Title", "Other")
        from actors in Gen.Select(Key, Any("actor", "via"), (k, r) => new Participant(k, r)).List[0, 3]
        from effects in OneEffect.List[0, 3]
        from intensity in Any<decimal?>(null, 0m, -9.75m, 5.5m)
        from credibility in Any("confirmed", "reported", "disputed", "refuted")
        from citations in Citations
        from tags in Any<ValueList<string>>([], ["a"], ["b", "a"])
        select new EventContent(
            type,
            date.Item1,
            date.Item2,
            date.Item3,
            date.Item4,
            order,
            title,
            texts.Item1,
            texts.Item2,
            actors.ToValueList(),
            effects.DistinctBy(e => (e.Fact, e.Holder)).ToValueList(),
            intensity,
            credibility,
            "gregorian",
            texts.Item3,
            citations,
            texts.Item4,
            tags
        );

    private static readonly Gen<ActorContent> Actors =
        from kind in Any("state", "person")
        from name in Any("A", "B")
        from names in Gen.Select(Text, Day, (n, d) => new ActorName(n ?? "N", d, null)).List[0, 3]
        from existed in Any(null, "1922/1991", "1922-12-30/..")
        from successors in Gen.Select(Key, Day, (k, d) => new Successor(k, "successor", d)).List[0, 2]
        from citations in Citations
        select new ActorContent(kind, name, names.ToValueList(), existed, successors.ToValueList(), citations);

    private static readonly Gen<IssueContent> Issues = Gen.Select(
        Any("A", "B"),
        Text,
        Citations,
        (title, wording, citations) => new IssueContent(title, wording, citations)
    );

    private static readonly Gen<SourceContent> Sources =
        from kind in Any("press", "primary")
        from csl in Any("{}", """{"a":{"b":[1,2.5,null]},"c":"😀"}""", """{"a":{"d":true}}""")
        from url in Any(null, "https://example.org/x")
        from accessed in Day
        from publisher in Text
        select new SourceContent(kind, new(csl), url, null, accessed, publisher);

    private static readonly Gen<SchemeContent> Schemes = Gen.Select(
        Any("A", "B"),
        Text,
        (title, author) => new SchemeContent(title, author)
    );

    private static readonly Gen<EraContent> Eras =
        from title in Any("A", "B")
        from span in Any<(string?, string?, string?)>(
            ("1956/1990", null, null),
            ("1956-10/1990", null, null),
            ("177X", null, null),
            (null, "[1955,1956]", null),
            (null, "1956", "..")
        )
        from summary in Text
        from opens in Any(null, "one", "two")
        from closes in Any(null, "one", "two")
        from citations in Citations
        select new EraContent("article", title, span.Item1, span.Item2, span.Item3, summary, opens, closes, citations);

    private static readonly Gen<(RecordId Id, RecordContent Was, RecordContent Now)> Pairs = Gen.OneOf(
        Gen.Select(Schemes, Schemes, (a, b) => (Division, (RecordContent)a, (RecordContent)b)),
        Gen.Select(Eras, Eras, (a, b) => (Soviet, (RecordContent)a, (RecordContent)b)),
        Gen.Select(Events, Events, (a, b) => (Id, (RecordContent)a, (RecordContent)b)),
        Gen.Select(Actors, Actors, (a, b) => (Ussr, (RecordContent)a, (RecordContent)b)),
        Gen.Select(Issues, Issues, (a, b) => (Plan, (RecordContent)a, (RecordContent)b)),
        Gen.Select(Sources, Sources, (a, b) => (Book, (RecordContent)a, (RecordContent)b))
    );

    [Fact]
    public void what_is_written_is_read_again() =>
        Pairs.Sample(p => Assert.Equal(new Command.Record(p.Id, p.Was), Reread(p.Id, p.Was)));

    [Fact]
    public void what_is_stored_is_read_again() =>
        Pairs.Sample(p =>
        {
            var json = JsonSerializer.Serialize(p.Was, p.Was.GetType(), RecordJson.Options);
            Assert.Equal(p.Was, JsonSerializer.Deserialize(json, p.Was.GetType(), RecordJson.Options));
        });

    [Fact]
    public void folding_a_correction_gives_what_was_asked_for() =>
        Pairs.Sample(p =>
        {
            var state = Recorded(p.Id, p.Was);
            var decision = Deciding.Decide(ToBecome(p.Id, p.Was, p.Now), state).Value;
            if (decision is Decision.Changed changed)
            {
                Assert.Equal(p.Now, changed.After.Content);
                Assert.Equal(2, changed.After.Revision);
                Assert.Equal(Recorded(p.Id, p.Now).Status, changed.After.Status);
                Assert.Equal(changed.After, Folding.Revise(state, p.Id, changed.Events));
            }
            else
            {
                Assert.Equal(p.Was, p.Now);
            }
        });

    [Fact]
    public void a_correction_tells_each_change_once() =>
        Pairs.Sample(p =>
        {
            if (
                Deciding.Decide(ToBecome(p.Id, p.Was, p.Now), Recorded(p.Id, p.Was)).Value
                is not Decision.Changed changed
            )
                return;
            var state = Recorded(p.Id, p.Was);
            foreach (var change in changed.Events)
            {
                var next = Folding.Apply(state, p.Id, change);
                Assert.NotEqual(state, next);
                state = next;
            }
        });

    [Fact]
    public void the_same_command_twice_records_once() =>
        Pairs.Sample(p =>
        {
            var correct = ToBecome(p.Id, p.Was, p.Now);
            var once = Deciding.Decide(correct, Recorded(p.Id, p.Was)).Value is Decision.Changed changed
                ? changed.After
                : Recorded(p.Id, p.Was);
            Assert.Equal(new Decision.Unchanged(once), Deciding.Decide(correct, once).Value);
            var record = new Command.Record(p.Id, p.Now);
            Assert.Equal(new Decision.Unchanged(once), Deciding.Decide(record, once).Value);
        });

    [Fact]
    public void differences_name_the_fields_that_a_correction_names() =>
        Pairs.Sample(p =>
        {
            var (before, after) = (Recorded(p.Id, p.Was), Recorded(p.Id, p.Now));
            var (was, now) = (RecordJson.Write(p.Id, p.Was), RecordJson.Write(p.Id, p.Now));
            Assert.Equal(
                now.Select(f => f.Key).Where(f => !JsonNode.DeepEquals(was[f], now[f])),
                Differences.Between(before, after).Select(d => d.Field).Where(f => f != "status")
            );
            Assert.Empty(Differences.Between(before, before));
        });

    private static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static RecordState Recorded(RecordId id, RecordContent content) =>
        ((Decision.Changed)Deciding.Decide(new Command.Record(id, content), null).Value).After;

    private static Command.Record Reread(RecordId id, RecordContent content) =>
        RecordJson.ReadRecord(id.Kind, Json(RecordJson.Write(id, content).ToJsonString())).Value;

    /// <summary>The merge patch from one content to the other.</summary>
    private static Command ToBecome(RecordId id, RecordContent was, RecordContent now) =>
        new Command.Correct(id, (JsonObject)Patch(RecordJson.Write(id, was), RecordJson.Write(id, now)), Because(), []);

    private static JsonNode Patch(JsonObject was, JsonObject now)
    {
        var patch = new JsonObject();
        foreach (var name in was.Select(f => f.Key).Union(now.Select(f => f.Key)))
        {
            var (before, after) = (was[name], now[name]);
            if (JsonNode.DeepEquals(before, after) && name != "reading")
                continue;
            patch[name] =
                before is JsonObject old && after is JsonObject fresh ? Patch(old, fresh) : after?.DeepClone();
        }
        return patch;
    }
}
