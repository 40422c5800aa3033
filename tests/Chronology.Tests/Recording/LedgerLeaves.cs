using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Sources;
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

    private static Func<byte[]> CountingSalts()
    {
        byte n = 0;
        return () => Salt(++n);
    }

    private static byte[] Salt(byte n) => [.. Enumerable.Repeat(n, Ledger.SaltLength)];

    private static string Committed(byte salt, string text) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Salt(salt), .. Encoding.UTF8.GetBytes(text)]));
}
