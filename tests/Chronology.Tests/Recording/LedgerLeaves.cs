using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Sources;
using CsCheck;
using static Chronology.Tests.Recording.Samples;

namespace Chronology.Tests.Recording;

public sealed class LedgerLeaves
{
    private static readonly RevisionBody Refined = new(
        RecordKind.Event,
        Id.Key,
        2,
        Operation.Refined,
        [
            new DiplomaticEvent.DateRefined(
                new("1948-05-17", "occurrence", null, null, null, "gregorian", "May 17, 1948")
            ),
        ],
        "ann",
        "a tool",
        new("refinement", "a note"),
        [new("ref-3", "p. 620", null)]
    );

    [Fact]
    public void are_the_bytes_of_the_design() =>
        Assert.Equal(
            SHA256.HashData(
                Convert.FromHexString("00" + new string('a', 64) + "000000000000000A" + "0000000000000101")
            ),
            Ledger.Leaf(Convert.FromHexString(new string('a', 64)), 10, 257)
        );

    [Fact]
    public void commit_to_the_texts_and_show_the_rest()
    {
        var commitment = Ledger.Commit(Refined, CountingSalts());
        Assert.Equal(
            ["/events/0/data/dating/asWritten", "/reason/note", "/citations/0/locator"],
            commitment.Salts.Keys
        );
        var json =
            """{"author":"ann","citations":[{"locator":{"text":"3"},"quote":null,"source":"ref-3"}],"events":[{"data":{"dating":{"asWritten":{"text":"1"},"calendar":"gregorian","end":null,"occurred":"1948-05-17","order":null,"reading":"occurrence","start":null}},"event":"event_date_refined_v1"}],"key":"ussr-recognises-israel","op":"refined","reason":{"code":"refinement","note":{"text":"2"}},"record":"event","revision":2,"via":"a tool"}"""
                .Replace("\"1\"", $"\"{Committed(1, "May 17, 1948")}\"", StringComparison.Ordinal)
                .Replace("\"2\"", $"\"{Committed(2, "a note")}\"", StringComparison.Ordinal)
                .Replace("\"3\"", $"\"{Committed(3, "p. 620")}\"", StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(json)), commitment.ContentHash);
    }

    // Worked out apart from this code, in Python.
    [Fact]
    public void keep_their_bytes() =>
        Assert.Equal(
            "427aa88c27a691a3382d3354b6e7b840d4af04a68889696f4f3e2055e077b118",
            Convert.ToHexStringLower(Ledger.Commit(Refined, CountingSalts()).ContentHash)
        );

    [Fact]
    public void are_found_again_from_the_salts()
    {
        foreach (var change in Each)
        {
            var body = Refined with { Events = [change] };
            var commitment = Ledger.Commit(body, CountingSalts());
            Assert.Equal(commitment.ContentHash, Ledger.ContentHash(body, commitment.Salts));
        }
    }

    [Fact]
    public void are_the_same_again_from_salts_given()
    {
        var commitment = Ledger.Commit(Refined, CountingSalts());
        var again = Ledger.Commit(Refined, commitment.Salts.Reverse().ToDictionary()).Value;

        Assert.Equal(commitment.ContentHash, again.ContentHash);
        Assert.Equal(commitment.Salts, again.Salts);
    }

    [Theory]
    [InlineData("/reason/note", null)]
    [InlineData("/reason/note", "/reason/code")]
    [InlineData(null, "/citations/0/quote")]
    public void take_no_salts_but_those_of_their_texts(string? without, string? with)
    {
        var salts = Ledger.Commit(Refined, CountingSalts()).Salts.ToDictionary();
        if (without is not null)
            salts.Remove(without);
        if (with is not null)
            salts[with] = new byte[16];

        var refused = Ledger.Commit(Refined, salts).Rejection;

        Assert.Equal(("invalid-parameter", "/salts"), (refused?.Code, refused?.Pointer));
    }

    [Fact]
    public void show_their_commitments_in_the_place_of_texts_and_nothing_else_otherwise()
    {
        foreach (var change in Each)
        {
            var salts = Ledger
                .Commit(Refined with { Events = [change], Reason = null, Citations = [] }, CountingSalts())
                .Salts;
            var blinded = Flat(Ledger.Blinded([change], salts).Single());
            foreach (var (pointer, value) in Flat(change))
            {
                if (salts.ContainsKey($"/events/0/data{pointer}"))
                    Assert.Matches("^\"(text|json):[0-9a-f]{64}\"$", blinded[pointer]);
                else
                    Assert.Equal(value, blinded[pointer]);
            }
        }

        static Dictionary<string, string> Flat(DomainEvent change)
        {
            var leaves = new Dictionary<string, string>();
            Walk(JsonSerializer.SerializeToNode(change, change.GetType(), RecordJson.Options), "");
            return leaves;

            void Walk(JsonNode? node, string pointer)
            {
                if (node is JsonObject members)
                    members.ToList().ForEach(member => Walk(member.Value, $"{pointer}/{member.Key}"));
                else if (node is JsonArray items)
                    items.Select((item, i) => (item, i)).ToList().ForEach(x => Walk(x.item, $"{pointer}/{x.i}"));
                else
                    leaves.Add(pointer, node?.ToJsonString() ?? "null");
            }
        }
    }

    [Fact]
    public void differ_when_a_text_is_altered()
    {
        var commitment = Ledger.Commit(Refined, CountingSalts());
        Assert.NotEqual(
            commitment.ContentHash,
            Ledger.ContentHash(Refined with { Reason = new("refinement", "b note") }, commitment.Salts)
        );
    }

    [Fact]
    public void need_every_salt() =>
        Assert.Throws<KeyNotFoundException>(() => Ledger.ContentHash(Refined, new Dictionary<string, byte[]>()));

    [Theory]
    [InlineData("title", "/events/0/data/content/title")]
    [InlineData("name", "/events/0/data/content/names/0/name")]
    [InlineData("csl", "/events/0/data/content/csl/author/0/family")]
    [InlineData("csl number", "/events/0/data/content/csl/issued/date-parts/0/0")]
    [InlineData("wording", "/events/0/data/content/wording")]
    [InlineData("noSource", "/events/0/data/content/noSource")]
    [InlineData("summary", "/events/0/data/content/summary")]
    [InlineData("author of a scheme", "/events/0/data/content/author")]
    public void hide_what_may_have_to_be_erased(string what, string pointer)
    {
        DomainEvent change = what switch
        {
            "name" => new Actor.Recorded(SovietUnion),
            "csl" or "csl number" => new Source.Recorded(Article),
            "wording" => new Issue.Recorded(Partition),
            "summary" => new Era.Recorded(SovietPeriod),
            "author of a scheme" => new Scheme.Recorded(ArticlesDivision),
            _ => new DiplomaticEvent.Recorded(Vote),
        };
        Assert.Contains(pointer, Ledger.Commit(Refined with { Events = [change] }, CountingSalts()).Salts.Keys);
    }

    // What a leaf says in so many words: the body as a tree, its texts replaced, written canonically.
    [Fact]
    public void commit_to_whatever_a_source_may_say() =>
        Items.Sample(item =>
        {
            var body = Refined with
            {
                Events = [new Source.Recorded(Article with { Csl = new(CanonicalJson.Of(item)) })],
            };
            var commitment = Ledger.Commit(body, CountingSalts());
            Assert.Equal(
                SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Of(InWords(Ledger.Body(body), "", false)))),
                commitment.ContentHash
            );
            Assert.Equal(
                commitment.Salts.Values.Select(salt => salt[0]),
                commitment.Salts.Select((_, i) => (byte)(i + 1))
            );

            JsonNode? InWords(JsonNode? node, string pointer, bool isCommitted) =>
                node switch
                {
                    JsonObject members => new JsonObject(
                        members.Select(member =>
                            KeyValuePair.Create(
                                member.Key,
                                InWords(
                                    member.Value,
                                    $"{pointer}/{member.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}",
                                    isCommitted
                                        || member.Key == "csl"
                                        || (
                                            member.Value is JsonValue
                                            && member.Key
                                                is "url"
                                                    or "archivedUrl"
                                                    or "publisher"
                                                    or "note"
                                                    or "locator"
                                                    or "quote"
                                        )
                                )
                            )
                        )
                    ),
                    JsonArray items => new JsonArray([
                        .. items.Select((member, i) => InWords(member, $"{pointer}/{i}", isCommitted)),
                    ]),
                    JsonValue value when isCommitted => value.GetValueKind() == JsonValueKind.String
                        ? new JsonObject { ["text"] = Hex(value.GetValue<string>(), commitment.Salts[pointer]) }
                        : new JsonObject { ["json"] = Hex(CanonicalJson.Of(value), commitment.Salts[pointer]) },
                    _ => node?.DeepClone(),
                };
        });

    private static Gen<JsonNode> Items
    {
        get
        {
            // Names and texts that are escaped, that sort otherwise in UTF-8 than in UTF-16, and that a pointer has to escape.
            var text = Any(
                "",
                "a",
                "b~c",
                "d/e",
                "\"f\"",
                "\\",
                "\u0001\n",
                "\u2028",
                "ж",
                "\ufb01",
                "\U0001F54A",
                "csl"
            );
            var name = Gen.Select(text, text, (one, other) => one + other);
            Gen<JsonNode> value = Gen.OneOf(
                text.Select(JsonNode (said) => JsonValue.Create(said)),
                Any(0, -1.5, 1e21, 1948d).Select(JsonNode (number) => JsonValue.Create(number)),
                Gen.Bool.Select(JsonNode (flag) => JsonValue.Create(flag))
            );
            for (var depth = 0; depth < 3; depth++)
                value = Gen.OneOf(
                    value,
                    Object(value),
                    value.List[0, 3].Select(JsonNode (list) => new JsonArray([.. list.Select(one => one.DeepClone())]))
                );
            return Object(value);

            Gen<JsonNode> Object(Gen<JsonNode> members) =>
                Gen.Select(name, members)
                    .List[0, 6]
                    .Select(
                        JsonNode (list) =>
                            new JsonObject(
                                list.DistinctBy(member => member.Item1)
                                    .Select(member =>
                                        KeyValuePair.Create(member.Item1, (JsonNode?)member.Item2.DeepClone())
                                    )
                            )
                    );
        }
    }

    private static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static string Hex(string text, byte[] salt) =>
        Convert.ToHexStringLower(SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(text)]));

    private static Func<byte[]> CountingSalts()
    {
        byte n = 0;
        return () => Salt(++n);
    }

    private static byte[] Salt(byte n) => [.. Enumerable.Repeat(n, Ledger.SaltLength)];

    private static string Committed(byte salt, string text) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Salt(salt), .. Encoding.UTF8.GetBytes(text)]));
}
