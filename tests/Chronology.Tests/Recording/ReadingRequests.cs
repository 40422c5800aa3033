using System.Text;
using System.Text.Json.Nodes;
using Chronology.Eras;
using Chronology.Recording;
using static Chronology.Tests.Recording.Samples;

namespace Chronology.Tests.Recording;

public sealed class HostileJson
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    [InlineData("[1,]")]
    [InlineData("/* */{}")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":{\"b\":1,\"\\u0062\":2}}")]
    [InlineData("{\"a\":\"\\u0000\"}")]
    [InlineData("{\"a\\u0000\":1}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("[\"\\ud800\\ud800\"]")]
    [InlineData("NaN")]
    [InlineData("[01]")]
    public void is_malformed(string json) => Assert.Equal("malformed-json", Code(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void that_is_not_utf8_is_malformed()
    {
        Assert.Equal("malformed-json", Code([(byte)'"', 0xC3, (byte)'"']));
        Assert.Equal("malformed-json", Code([(byte)'"', 0xED, 0xA0, 0x80, (byte)'"']));
        Assert.Equal("malformed-json", Code([0xFF, 0xFE, 0x7B, 0x00]));
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "malformed-json")]
    public void is_nested_64_deep_at_most(int depth, string? code) =>
        Assert.Equal(code, Code(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth))));

    [Theory]
    [InlineData(StrictJson.GreatestLength, null)]
    [InlineData(StrictJson.GreatestLength + 1, "too-large")]
    public void has_a_megabyte_at_most(int length, string? code) =>
        Assert.Equal(code, Code(Encoding.UTF8.GetBytes("\"" + new string('x', length - 2) + "\"")));

    [Theory]
    [InlineData("""{"a":1,"a":1}""", "This is not the JSON expected: a member stands twice in one object.")]
    [InlineData("{\n}}", "This is not the JSON expected: line 2, byte 2 cannot be read.")]
    public void says_what_is_wrong(string json, string detail) =>
        Assert.Equal(detail, StrictJson.Parse(Encoding.UTF8.GetBytes(json)).Rejection?.Detail);

    [Fact]
    public void apart_any_text_is_kept() =>
        Assert.Equal("😀é", StrictJson.Parse("\"\\ud83d\\ude00é\""u8.ToArray()).Value.GetString());

    private static string? Code(byte[] utf8) => StrictJson.Parse(utf8).Rejection?.Code;
}

public sealed class ReadingARecord
{
    [Fact]
    public void fills_in_what_goes_without_saying()
    {
        Assert.Equal(
            ("occurrence", "gregorian", "reported", null, 0),
            (
                Recognition.Reading,
                Recognition.Calendar,
                Recognition.Credibility,
                Recognition.Intensity,
                Recognition.Tags.Count
            )
        );
        Assert.Equal(-4.5m, Vote.Intensity);
    }

    [Theory]
    [InlineData("""{"colour":"red"}""", "unknown-field", "/colour")]
    [InlineData("""{"a/b~":1}""", "unknown-field", "/a~1b~0")]
    [InlineData("""{"key":"Upper"}""", "invalid-parameter", "/key")]
    [InlineData("""{"key":"../x"}""", "invalid-parameter", "/key")]
    [InlineData("""{"key":null}""", "invalid-parameter", "/key")]
    [InlineData("""{"type":"picnic"}""", "unknown-type", "/type")]
    [InlineData("""{"type":7}""", "invalid-parameter", "/type")]
    [InlineData("""{"occurred":"yesterday"}""", "invalid-date", "/occurred")]
    [InlineData("""{"occurred":null}""", "invalid-date", "/occurred")]
    [InlineData("""{"occurred":"1991/1985"}""", "end-before-start", "/occurred")]
    [InlineData("""{"occurred":null,"start":"1991","end":"1985"}""", "end-before-start", null)]
    [InlineData("""{"start":"1991"}""", "invalid-parameter", null)]
    [InlineData("""{"reading":"guess"}""", "invalid-parameter", "/reading")]
    [InlineData("""{"calendar":"mayan"}""", "invalid-parameter", "/calendar")]
    [InlineData("""{"title":"  "}""", "invalid-parameter", "/title")]
    [InlineData("""{"order":1.5}""", "invalid-parameter", "/order")]
    [InlineData("""{"order":99999999999}""", "invalid-parameter", "/order")]
    [InlineData("""{"intensity":10.5}""", "invalid-parameter", "/intensity")]
    [InlineData("""{"intensity":1.234}""", "invalid-parameter", "/intensity")]
    [InlineData("""{"intensity":1e999}""", "invalid-parameter", "/intensity")]
    [InlineData("""{"intensity":"5"}""", "invalid-parameter", "/intensity")]
    [InlineData("""{"credibility":"sure"}""", "invalid-parameter", "/credibility")]
    [InlineData("""{"anchor":{"relation":"after","event":"x"}}""", "invalid-parameter", "/anchor")]
    [InlineData("""{"occurred":null,"anchor":{"relation":"after"}}""", "invalid-parameter", "/anchor/event")]
    [InlineData("""{"citations":[]}""", "source-required", "/citations")]
    [InlineData("""{"citations":[],"noSource":"  "}""", "source-required", "/citations")]
    [InlineData("""{"citations":{}}""", "invalid-parameter", "/citations")]
    [InlineData("""{"citations":[null]}""", "invalid-parameter", "/citations/0")]
    [InlineData("""{"citations":[{"source":"r","page":1}]}""", "unknown-field", "/citations/0/page")]
    [InlineData("""{"tags":["a","a"]}""", "invalid-parameter", "/tags")]
    [InlineData("""{"tags":["a","B"]}""", "invalid-parameter", "/tags/1")]
    [InlineData("""{"tags":[1]}""", "invalid-parameter", "/tags/0")]
    [InlineData("""{"actors":[{"actor":"ussr","role":"boss"}]}""", "invalid-parameter", "/actors/0/role")]
    [InlineData("""{"actors":["ussr"]}""", "invalid-parameter", "/actors/0")]
    public void refuses_what_is_wrong_and_says_where(string changes, string code, string? pointer)
    {
        var rejection = RecordJson.ReadRecord(RecordKind.Event, Json(Patched(EventBody, changes))).Rejection;
        Assert.Equal(code, rejection?.Code);
        if (pointer is not null)
            Assert.Equal(pointer, rejection!.Pointer);
    }

    [Theory]
    [InlineData("""{"fact":"friendship"}""", "unknown-value", "fact")]
    [InlineData("""{"value":"perhaps"}""", "unknown-value", "value")]
    [InlineData("""{"value":""}""", "unknown-value", "value")]
    [InlineData("""{"toward":null}""", "invalid-parameter", "toward")]
    [InlineData("""{"qualifier":"x"}""", "invalid-parameter", "qualifier")]
    [InlineData("""{"vote":"yes"}""", "invalid-parameter", "vote")]
    [InlineData("""{"speaker":"malik"}""", "invalid-parameter", "speaker")]
    [InlineData("""{"fact":"relations","toward":"ussr","value":"severed"}""", "invalid-parameter", "toward")]
    [InlineData("""{"fact":"stance","value":"ambiguous"}""", "unknown-value", "value")]
    [InlineData("""{"fact":"stance","value":"no-position"}""", "unknown-value", "value")]
    [InlineData("""{"fact":"stance","value":"supports","vote":"maybe"}""", "unknown-value", "vote")]
    [InlineData("""{"fact":"stance","value":"supports","basis":"rumour"}""", "unknown-value", "basis")]
    [InlineData("""{"from":"{1948,1949}"}""", "effect-needs-one-date", "from")]
    [InlineData("""{"until":"{1948,1949}"}""", "effect-needs-one-date", "until")]
    [InlineData("""{"from":"1948/1949"}""", "invalid-date", "from")]
    [InlineData("""{"from":"1950","until":"1949"}""", "end-before-start", "until")]
    [InlineData("""{"until":"1948-04"}""", "end-before-start", "until")]
    public void refuses_effects_that_say_nothing_definite(string changes, string code, string field)
    {
        var effect = Patched("""{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure"}""", changes);
        var rejection = RecordJson
            .ReadRecord(RecordKind.Event, Json(Patched(EventBody, $$"""{"effects":[{{effect}}]}""")))
            .Rejection;
        Assert.Equal((code, $"/effects/0/{field}"), (rejection?.Code, rejection?.Pointer));
    }

    [Theory]
    [InlineData("""{"from":"1950"}""", "end-before-start")]
    [InlineData("""{"from":"1950","until":"1951"}""", null)]
    [InlineData("""{"from":"1949-12-31"}""", null)]
    public void refuses_an_effect_that_begins_when_its_event_is_over(string changes, string? code)
    {
        var effect = Patched("""{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure"}""", changes);
        var body = Patched(EventBody, $$"""{"occurred":"1948/1949","effects":[{{effect}}]}""");
        Assert.Equal(code, RecordJson.ReadRecord(RecordKind.Event, Json(body)).Rejection?.Code);
    }

    [Fact]
    public void refuses_two_effects_on_one_fact()
    {
        const string Effects = """
            {"effects":[{"fact":"relations","holder":"ussr","toward":"israel","value":"established"},
                        {"fact":"relations","holder":"israel","toward":"ussr","value":"severed"}]}
            """;
        var rejection = RecordJson.ReadRecord(RecordKind.Event, Json(Patched(EventBody, Effects))).Rejection;
        Assert.Equal(("duplicate-effect", "/effects/1"), (rejection?.Code, rejection?.Pointer));
        Assert.Equal(
            2,
            Effect(Effects.Replace("\"severed\"", "\"severed\",\"from\":\"1967\"", StringComparison.Ordinal)).Count
        );
    }

    [Fact]
    public void refuses_an_effect_dated_by_several_days_unless_it_names_one()
    {
        const string Several = """{"occurred":"{1947,1948}"}""";
        var rejection = RecordJson.ReadRecord(RecordKind.Event, Json(Patched(EventBody, Several))).Rejection;
        Assert.Equal(("effect-needs-one-date", "/effects/0/from"), (rejection?.Code, rejection?.Pointer));
        Assert.Single(
            Effect(
                """{"occurred":"{1947,1948}","effects":[{"fact":"recognition","holder":"a","toward":"b","value":"de-jure","from":"1948"}]}"""
            )
        );
    }

    [Theory]
    [InlineData("""{"fact":"recognition","holder":"a","toward":"b","value":"none"}""", null)]
    [InlineData("""{"fact":"office","holder":"a","toward":"b","value":"none"}""", null)]
    [InlineData("""{"fact":"office","holder":"a","toward":"b","value":"President"}""", "President")]
    [InlineData("""{"fact":"control","holder":"a","toward":"b"}""", "controls")]
    [InlineData("""{"fact":"control","holder":"a","toward":"b","value":null}""", null)]
    public void takes_null_and_none_for_the_same(string effect, string? value) =>
        Assert.Equal(value, Effect($$"""{"effects":[{{effect}}]}""")[0].Value);

    [Theory]
    [InlineData(RecordKind.Actor, """{"key":"a","kind":"robot","name":"n"}""", "/kind")]
    [InlineData(RecordKind.Actor, """{"key":"a","kind":"state","name":""}""", "/name")]
    [InlineData(RecordKind.Actor, """{"key":"a","kind":"state","name":"n","existed":"1948"}""", "/existed")]
    [InlineData(
        RecordKind.Actor,
        """{"key":"a","kind":"state","name":"n","successors":[{"actor":"b","kind":"heir"}]}""",
        "/successors/0/kind"
    )]
    [InlineData(
        RecordKind.Actor,
        """{"key":"a","kind":"state","name":"n","names":[{"name":"m","from":"1950","until":"1949"}]}""",
        "/names/0/until"
    )]
    [InlineData(RecordKind.Issue, """{"key":"a"}""", "/title")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"none"}""", "/kind")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"press","csl":[]}""", "/csl")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"press","csl":{"n":[1e999]}}""", "/csl/n/0")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"press","csl":{"n":9007199254740993}}""", "/csl/n")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"press","url":"javascript:alert(1)"}""", "/url")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"press","archivedUrl":"/local"}""", "/archivedUrl")]
    [InlineData(RecordKind.Source, """{"key":"a","kind":"press","accessed":"soon"}""", "/accessed")]
    public void refuses_what_is_wrong_in_other_kinds(RecordKind kind, string body, string pointer) =>
        Assert.Equal(pointer, RecordJson.ReadRecord(kind, Json(body)).Rejection?.Pointer);

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    public void refuses_what_is_no_object(string body)
    {
        foreach (var kind in RecordKinds.Keyed)
            Assert.Equal("invalid-parameter", RecordJson.ReadRecord(kind, Json(body)).Rejection?.Code);
        Assert.Equal("invalid-parameter", ImportLine.Read(Json(body)).Rejection?.Code);
    }

    [Fact]
    public void names_what_it_refers_to() =>
        Assert.Equal(
            [
                "actor/ussr /actors/0/actor",
                "actor/ussr /effects/0/holder",
                "actor/resolution-3379 /effects/0/toward or issue",
                "actor/malik /effects/0/speaker",
            ],
            Vote.References().Select(r => $"{r.To} {r.Pointer}{(r.OrIssue ? " or issue" : "")}")
        );

    private static ValueList<Effect> Effect(string changes) =>
        ((EventContent)Read(RecordKind.Event, Patched(EventBody, changes))).Effects;

    private static string Patched(string body, string changes)
    {
        var patched = JsonNode.Parse(body)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
            patched[name] = value?.DeepClone();
        return patched.ToJsonString();
    }
}

public sealed class ReadingAnOrder
{
    [Theory]
    [InlineData(Operation.Retracted, "{}", "reason-required", "/reason")]
    [InlineData(Operation.Retracted, """{"reason":null}""", "reason-required", "/reason")]
    [InlineData(Operation.Retracted, """{"reason":{}}""", "reason-required", "/reason/code")]
    [InlineData(Operation.Retracted, """{"reason":{"code":"whim"}}""", "invalid-parameter", "/reason/code")]
    [InlineData(Operation.Retracted, """{"reason":"because"}""", "invalid-parameter", "/reason")]
    [InlineData(Operation.Retracted, """{"reason":{"code":"correction"},"into":"x"}""", "unknown-field", "/into")]
    [InlineData(Operation.Corrected, """{"reason":{"code":"correction"}}""", "invalid-parameter", "/changes")]
    [InlineData(
        Operation.Corrected,
        """{"reason":{"code":"merge"},"changes":{}}""",
        "invalid-parameter",
        "/reason/code"
    )]
    [InlineData(Operation.Merged, """{"reason":{"code":"merge"}}""", "invalid-parameter", "/into")]
    [InlineData(
        Operation.Resolved,
        """{"reason":{"code":"reassessment"},"credibility":"disputed"}""",
        "invalid-parameter",
        "/credibility"
    )]
    public void refuses_what_is_wrong(Operation verb, string body, string code, string pointer)
    {
        var rejection = RecordJson.ReadCommand(verb, Id, Json(body)).Rejection;
        Assert.Equal((code, pointer), (rejection?.Code, rejection?.Pointer));
    }

    [Fact]
    public void keeps_reason_and_support() =>
        Assert.Equal(
            new Command.Merge(Id, "other", new("merge", "same day"), [new("ref-3", null, null)]),
            RecordJson
                .ReadCommand(
                    Operation.Merged,
                    Id,
                    Json(
                        """{"into":"other","reason":{"code":"merge","note":"same day"},"citations":[{"source":"ref-3"}]}"""
                    )
                )
                .Value
        );
}

public sealed class ReadingAnImport
{
    [Fact]
    public void takes_a_chronology() =>
        Assert.Equal(
            new ImportLine.Chronology("palestine-russia", "Title", null, "CC0-1.0"),
            ImportLine
                .Read(Json("""{"record":"chronology","slug":"palestine-russia","title":"Title","licence":"CC0-1.0"}"""))
                .Value
        );

    [Fact]
    public void takes_a_record_with_what_an_export_adds() =>
        Assert.Equal(
            new ImportLine.Order(
                new Command.Record(new(RecordKind.Issue, "plan"), new IssueContent("Plan", null, [])),
                1,
                "wikidata",
                null
            ),
            ImportLine
                .Read(
                    Json(
                        """{"record":"issue","key":"plan","title":"Plan","revision":1,"via":"wikidata","author":"ann","recordedAt":"2024-01-01T00:00:00Z"}"""
                    )
                )
                .Value
        );

    [Fact]
    public void takes_a_scheme_whose_author_is_not_who_recorded_it() =>
        Assert.Equal(
            new Command.Record(Division, ArticlesDivision),
            Order(
                """{"record":"scheme","key":"article","title":"The article's own division","author":"Wikipedia","revision":1,"recordedBy":"ann"}"""
            ).Command
        );

    [Fact]
    public void takes_an_era_under_the_key_of_its_scheme() =>
        Assert.Equal(
            new Command.Record(
                new(RecordKind.Era, "article/x"),
                new EraContent("article", "X", "1956/1990", null, null, null, null, null, [])
            ),
            Order("""{"record":"era","scheme":"article","key":"x","title":"X","span":"1956/1990"}""").Command
        );

    [Fact]
    public void takes_a_change_of_an_era_with_its_scheme() =>
        Assert.Equal(
            new Command.Retract(Soviet, new("correction", null), []),
            Order(
                """{"record":"retract","of":"era","key":"soviet-period","scheme":"article","reason":{"code":"correction"}}"""
            ).Command
        );

    private static ImportLine.Order Order(string json) => (ImportLine.Order)ImportLine.Read(Json(json)).Value;

    [Fact]
    public void takes_a_correction()
    {
        var line = (ImportLine.Order)
            ImportLine
                .Read(
                    Json(
                        """{"record":"correct","of":"event","key":"x","revision":2,"changes":{"title":"T"},"reason":{"code":"correction"}}"""
                    )
                )
                .Value;
        Assert.Equal((2, null), (line.Revision, line.Via));
        Assert.Equal("""{"title":"T"}""", Assert.IsType<Command.Correct>(line.Command).Changes.ToJsonString());
    }

    [Theory]
    [InlineData(
        """{"record":"merge","of":"event","key":"x","reason":{"code":"merge"}}""",
        "invalid-parameter",
        "/into"
    )]
    [InlineData("""{"record":"split","of":"event","key":"x"}""", "reason-required", "/reason")]
    [InlineData("""{"record":"scheme","key":"x"}""", "invalid-parameter", "/title")]
    [InlineData("""{"record":"era","key":"x","title":"t","span":"1956/1990"}""", "invalid-parameter", "/scheme")]
    [InlineData(
        """{"record":"era","scheme":"a/b","key":"x","title":"t","span":"1956"}""",
        "invalid-parameter",
        "/scheme"
    )]
    [InlineData("""{"record":"retract","of":"source","key":"x","scheme":"a"}""", "unknown-field", "/scheme")]
    [InlineData("""{"record":1}""", "invalid-parameter", "/record")]
    [InlineData("{}", "invalid-parameter", "/record")]
    [InlineData("""{"record":"issue","key":"x","title":"t","of":"event"}""", "unknown-field", "/of")]
    [InlineData("""{"record":"issue","key":"x","title":"t","revision":0}""", "invalid-parameter", "/revision")]
    [InlineData("""{"record":"retract","of":"verse","key":"x"}""", "invalid-parameter", "/of")]
    [InlineData("""{"record":"retract","of":"era","key":"x"}""", "invalid-parameter", "/scheme")]
    [InlineData("""{"record":"retract","of":"event","key":"x"}""", "reason-required", "/reason")]
    public void refuses_what_is_wrong(string json, string code, string pointer)
    {
        var rejection = ImportLine.Read(Json(json)).Rejection;
        Assert.Equal((code, pointer), (rejection?.Code, rejection?.Pointer));
    }
}
