using System.Text.Json.Nodes;
using Chronology.Recording;
using CsCheck;

namespace Chronology.Tests.Recording;

public sealed class MergingPatches
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", "{}")]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1,"b":null}""", """{}""", """{"a":null}""")]
    [InlineData("""{"a":null}""", """{"a":"x"}""", """{"a":"x"}""")]
    [InlineData("""{"a":"x"}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", """{"a":{"c":3}}""")]
    [InlineData("""{"a":1}""", """{"a":1.0}""", "{}")]
    public void says_what_differs(string before, string after, string patch) =>
        Assert.Equal(
            patch,
            MergePatch.Between(JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(after)!.AsObject()).ToJsonString()
        );

    [Fact]
    public void merged_into_what_was_gives_what_is() =>
        Objects
            .Select(Objects)
            .Sample(
                (before, after) =>
                    JsonNode.DeepEquals(after, Merged(before.DeepClone().AsObject(), MergePatch.Between(before, after)))
            );

    /// <summary>RFC 7396, section 2, as its pseudocode has it.</summary>
    private static JsonObject Merged(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else
                target[name] = value is JsonObject inner
                    ? Merged((target[name] as JsonObject)?.DeepClone().AsObject() ?? [], inner)
                    : value.DeepClone();
        }
        return target;
    }

    private static Gen<JsonObject> Objects { get; } = Of(2);

    private static Gen<JsonObject> Of(int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Int[0, 3].Select(number => (Func<JsonNode>)(() => JsonValue.Create(number))),
            Gen.Int[0, 2]
                .Array[0, 2]
                .Select(list => (Func<JsonNode>)(() => new JsonArray([.. list.Select(n => (JsonNode)n)])))
        );
        var value =
            depth == 0 ? leaf : Gen.OneOf(leaf, Of(depth - 1).Select(o => (Func<JsonNode>)(() => o.DeepClone())));
        return Gen.Dictionary(Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("c")), value)[0, 3]
            .Select(members => new JsonObject(
                members.Select(m => new KeyValuePair<string, JsonNode?>(m.Key, m.Value()))
            ));
    }
}
