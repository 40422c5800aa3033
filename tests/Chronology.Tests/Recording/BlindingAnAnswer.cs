using System.Text;
using System.Text.Json;
using Chronology.Recording;

namespace Chronology.Tests.Recording;

public sealed class BlindingAnAnswer
{
    private static readonly NamedRecord Subject = new(RecordKind.Event, "subject");

    private static BlindAnswer Blind(string answer, NamedRecord? subject = null) =>
        BlindAnswer.Of(Encoding.UTF8.GetBytes(answer), subject);

    private static string RestOf(BlindAnswer blind) => Encoding.UTF8.GetString(blind.Rest.Span);

    private static string Canonical(string json) => CanonicalJson.Of(JsonElement.Parse(json));

    [Theory]
    [InlineData("""{"key":"x","title":"T"}""", """{"key":"x","title":{"text":true}}""")]
    [InlineData("""{"title":null}""", """{"title":null}""")]
    [InlineData("""{"names":["A","B"]}""", """{"names":[{"text":true},{"text":true}]}""")]
    [InlineData(
        """{"names":[{"name":"A","from":"1948","until":null}]}""",
        """{"names":[{"name":{"text":true},"from":"1948","until":null}]}"""
    )]
    [InlineData(
        """{"csl":{"title":"T","author":[{"family":"F"}],"volume":2}}""",
        """{"csl":{"title":{"text":true},"author":[{"family":{"text":true}}],"volume":{"text":true}}}"""
    )]
    [InlineData(
        """{"because":[{"event":"e","citations":[{"source":"s","locator":"p. 1","quote":null}]}]}""",
        """{"because":[{"event":"e","citations":[{"source":"s","locator":{"text":true},"quote":null}]}]}"""
    )]
    [InlineData("""{"place":"P","author":"A"}""", """{"place":{"text":true},"author":{"text":true}}""")]
    [InlineData(
        """{"op":"corrected","author":"ann","place":"/title","value":"T","reason":{"code":"correction","note":"n"}}""",
        """{"op":"corrected","author":"ann","place":"/title","value":{"text":true},"reason":{"code":"correction","note":{"text":true}}}"""
    )]
    [InlineData(
        """{"op":"recorded","place":"/effects/0","value":{"fact":"recognition","value":"de-jure"}}""",
        """{"op":"recorded","place":"/effects/0","value":{"fact":"recognition","value":"de-jure"}}"""
    )]
    [InlineData(
        """{"changes":[{"field":"title","before":null,"after":"T"},{"field":"occurred","before":"1948","after":"1949"}]}""",
        """{"changes":[{"field":"title","before":null,"after":{"text":true}},{"field":"occurred","before":"1948","after":"1949"}]}"""
    )]
    [InlineData(
        """{"facts":[{"fact":"recognition","holder":"a","value":"de-jure"}]}""",
        """{"facts":[{"fact":"recognition","holder":"a","value":"de-jure"}]}"""
    )]
    public void takes_out_its_texts_and_nothing_else(string answer, string rest) =>
        Assert.Equal(Canonical(rest), RestOf(Blind(answer, Subject)));

    [Theory]
    [InlineData("""{"b":1,"a":[true,false,null,{}],"c":{"z":[],"y":""}}""")]
    [InlineData("""{"n":[0,-0,-5,1.50,1e2,0.000001,1e-7,123456789012345,12345678901234567890,-0.0]}""")]
    [InlineData("""{"s":["\u00e9\n\"\\\/","plain","ż","\ud83d\ude00",""]}""")]
    [InlineData("""{"\u20ac":1,"\r":2,"1":3,"\ud83d\ude00":4,"\u0080":5,"ö":6,"a\"b":7}""")]
    public void is_canonical_json(string answer) => Assert.Equal(Canonical(answer), RestOf(Blind(answer)));

    [Fact]
    public void reads_names_that_follow_others_than_before()
    {
        foreach (
            var answer in new[] { """{"a":1,"b":2}""", """{"a":1,"c":2}""", """{"a":1,"b":2}""", """{"a":1,"bc":2}""" }
        )
            Assert.Equal(answer, RestOf(Blind(answer)));
    }

    /// <summary>No revision says a sentence of a narrative as it stands: those that it is made from stand for it.</summary>
    [Fact]
    public void takes_out_a_sentence_that_is_made_from_several_records()
    {
        var blind = Blind(
            """{"narrative":[{"text":"On 17 May 1948 ...","because":[{"event":"e"}],"naming":["actor/a","source/s"]}]}"""
        );

        Assert.Equal(
            Canonical(
                """{"narrative":[{"text":{"text":true},"because":[{"event":"e"}],"naming":["actor/a","source/s"]}]}"""
            ),
            RestOf(blind)
        );
        Assert.Equal(
            [new(RecordKind.Actor, "a"), new(RecordKind.Event, "e"), new(RecordKind.Source, "s")],
            blind.Owners.OrderBy(owner => owner.Key, StringComparer.Ordinal)
        );
        Assert.Empty(blind.Texts);
    }

    [Theory]
    [InlineData("""{"key":"x","title":{"redacted":412}}""")]
    [InlineData("""{"key":"x","title":"Another"}""")]
    public void leaves_the_same_when_a_text_is_redacted(string answer)
    {
        var (before, after) = (Blind("""{"key":"x","title":"T"}"""), Blind(answer));

        Assert.Equal(RestOf(before), RestOf(after));
        Assert.Equal(before.Owners, after.Owners);
    }

    [Theory]
    [InlineData("""{"event":"e","quote":"q"}""", "Event e")]
    [InlineData("""{"record":"source","key":"s","title":"t"}""", "Source s")]
    [InlineData("""{"scheme":"s","era":"e","title":"t"}""", "Era s/e")]
    [InlineData("""{"scheme":"s","key":"e","title":"t"}""", "Era s/e")]
    [InlineData("""{"key":"k","title":"t"}""", " k")]
    [InlineData("""{"key":"k","mergedFrom":["l"],"title":"t"}""", " k, l")]
    [InlineData("""{"reason":{"code":"correction","note":"n"}}""", "Event subject")]
    [InlineData("""{"key":"k","list":[{"key":"l","title":"t"}]}""", " l")]
    [InlineData("""{"key":"k","title":null}""", "")]
    public void names_the_records_that_its_texts_are_of(string answer, string owners) =>
        Assert.Equal(
            owners,
            string.Join(
                ",",
                Blind(answer, Subject)
                    .Owners.OrderBy(o => o.Key, StringComparer.Ordinal)
                    .Select(o => $"{o.Kind} {o.Key}")
            )
        );

    [Fact]
    public void refuses_a_text_that_belongs_to_nothing() =>
        Assert.Throws<InvalidOperationException>(() => Blind("""{"title":"T"}"""));

    [Fact]
    public void tells_the_texts_as_canonical_json() =>
        Assert.Equal(
            ["\"T\"", "2"],
            Blind("""{"key":"k","title":"T","csl":{"volume":2.0}}""").Texts.Order(StringComparer.Ordinal)
        );
}
