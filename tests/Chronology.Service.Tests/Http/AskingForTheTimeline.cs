using System.Net;
using System.Text;

namespace Chronology.Service.Tests.Http;

public sealed class AskingForTheTimeline(ServedOnce served) : OverHttp(served)
{
    private async Task<string> KeysAsync(string question = "") =>
        (await GetAsync($"/events?{question}")).Each("events", "key");

    [Fact]
    public async Task orders_by_earliest_latest_order_key_and_open_bounds_last()
    {
        await RecordAsync(
            Event("no-bounds", "../.."),
            Event("b", "1950-05-17"),
            Event("a", "1950-05-17"),
            Event("second", "1950-05-17", ""","order":2"""),
            Event("first", "1950-05-17", ""","order":1"""),
            Event("month", "1950-05"),
            Event("year", "1950"),
            Event("open-end", "[1950-05-17..]"),
            Event("open-start", "[..1950-05-17]"),
            Event("ancient", "-0043-03-15"),
            Event("far", "Y170000002")
        );

        Assert.Equal("ancient year month a b open-start first second open-end far no-bounds", await KeysAsync());
    }

    [Theory]
    [InlineData("from=1950-05", "may whole june")]
    [InlineData("from=1950-06", "whole june")]
    [InlineData("to=1950-05", "april may whole")]
    [InlineData("to=1950-04-30", "april whole")]
    [InlineData("from=1950&to=1950", "april may whole june")]
    [InlineData("from=1950-05-17&to=1950-05-17", "may whole")]
    [InlineData("from=1951", "")]
    public async Task a_month_or_year_means_its_first_day_in_from_and_its_last_in_to(string question, string keys)
    {
        await RecordAsync(
            Event("april", "1950-04-30"),
            Event("may", "1950-05-17"),
            Event("june", "1950-06-01"),
            Event("whole", "1950")
        );
        var expected = keys.Split(' ').Order(StringComparer.Ordinal);

        Assert.Equal(expected, (await KeysAsync(question)).Split(' ').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("certain", "inside")]
    [InlineData("possible", "before inside after")]
    public async Task certainty_tells_those_surely_inside_from_the_others(string certainty, string keys)
    {
        await RecordAsync(
            Event("before", "1949-12/1950-02"),
            Event("inside", "1950-05"),
            Event("after", "[1950-12..]"),
            Event("out", "1952")
        );

        Assert.Equal(keys, await KeysAsync($"from=1950&to=1950&certainty={certainty}"));
    }

    [Theory]
    [InlineData("from=1980&to=1984", "")]
    [InlineData("from=1980&to=1985", "each one")]
    [InlineData("from=1970&to=1975", "each one")]
    public async Task a_set_is_in_by_its_members(string question, string keys)
    {
        await RecordAsync(Event("one", "[1975,1985]"), Event("each", "{1975,1985}"));

        Assert.Equal(keys, await KeysAsync(question));
    }

    [Fact]
    public async Task a_page_is_filled_past_sets_that_only_seem_to_be_in()
    {
        await RecordAsync(
            Event("seems-1", "[1975,1995]"),
            Event("seems-2", "{1975,1995}"),
            Event("in-1", "1981"),
            Event("in-2", "1982")
        );
        var first = await GetAsync("/events?from=1980&to=1985&limit=1");
        var second = await GetAsync($"/events?from=1980&to=1985&limit=1&cursor={first["next"]}");

        Assert.Equal("in-1", first.Each("events", "key"));
        Assert.Equal("in-2", second.Each("events", "key"));
        Assert.Null(second["next"]);
    }

    [Fact]
    public async Task filters_by_who_takes_part()
    {
        const string Both = ""","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]""";
        await RecordAsync(
            Event("both", "1950", Both),
            Event("alone", "1951", ""","actors":[{"actor":"ussr","role":"actor"}]"""),
            Event("plo", "1952", ""","actors":[{"actor":"plo","role":"actor"},{"actor":"becu","role":"via"}]"""),
            Effect("only-in-an-effect", "1953", "recognition|ussr|israel|de-jure")
        );

        Assert.Equal("both alone", await KeysAsync("actor=ussr"));
        Assert.Equal("both", await KeysAsync("between=ussr,israel"));
        Assert.Equal("both", await KeysAsync("between=israel,ussr"));
        Assert.Equal("both plo", await KeysAsync("between=ussr,plo;israel,becu"));
        Assert.Equal("plo", await KeysAsync("between=ussr,plo;becu"));
        Assert.Equal("", await KeysAsync("actor=atlantis"));
    }

    [Fact]
    public async Task filters_by_type_and_tag()
    {
        await RecordAsync(
            Event("tagged", "1950", ""","tags":["un","vote"]"""),
            Event("untagged", "1951").Replace("statement-made", "position-stated", StringComparison.Ordinal)
        );

        Assert.Equal("untagged", await KeysAsync("type=position-stated"));
        Assert.Equal("tagged", await KeysAsync("tag=vote"));
        Assert.Equal("", await KeysAsync("tag=vot"));
    }

    [Theory]
    [InlineData("becu", "named")]
    [InlineData("BEĆU", "named")]
    [InlineData("große", "named")]
    [InlineData("moscou", "quoted")]
    [InlineData("Élysée palace", "titled")]
    [InlineData("elysee PALACE", "titled")]
    [InlineData("elysee  missing", "")]
    [InlineData("described", "titled")]
    [InlineData("elysee described", "titled")]
    [InlineData("100%25", "percent")]
    [InlineData("%25", "percent")]
    [InlineData("%EF%BC%85", "percent")]
    [InlineData("_", "")]
    [InlineData("%5C", "")]
    [InlineData("'", "")]
    public async Task finds_all_words_whatever_their_case_and_diacritics(string words, string keys)
    {
        await RecordAsync(
            Event("titled", "1950")
                .Replace(
                    "\"title\":\"titled\"",
                    "\"title\":\"At the Élysée Palace\",\"description\":\"Described.\"",
                    StringComparison.Ordinal
                ),
            Event("quoted", "1951", ""","citations":[{"source":"ref","quote":"À Moscou même"}]"""),
            Event("named", "1952", ""","actors":[{"actor":"becu","role":"via"}]"""),
            Event("percent", "1953", ""","description":"100% agreed" """)
        );

        Assert.Equal(keys, await KeysAsync($"q={words}"));
    }

    [Fact]
    public async Task finds_an_actor_by_the_name_known_then()
    {
        await RecordAsync(Event("named", "1952", ""","actors":[{"actor":"plo","role":"actor"}]"""));
        await PatchAsync("/actors/plo", 1, """ "name":"The Organisation" """);

        Assert.Equal("", await KeysAsync("q=liberation"));
        Assert.Equal("named", await KeysAsync($"q=liberation&knownAt={AfterCast + 1}"));
    }

    [Fact]
    public async Task lists_what_stands_unless_asked_otherwise()
    {
        await RecordAsync(Event("active", "1950"), Event("disputed", "1951"), Event("retracted", "1952"));
        await DoAsync("dispute", "/events/disputed", 1);
        await DoAsync("retract", "/events/retracted", 1);

        Assert.Equal("active disputed", await KeysAsync());
        Assert.Equal("disputed", await KeysAsync("status=disputed"));
        Assert.Equal("active retracted", await KeysAsync("status=active,retracted"));
        Assert.Equal("", await KeysAsync("status=merged"));
    }

    [Fact]
    public async Task as_of_only_says_what_has_happened()
    {
        await RecordAsync(Event("may", "1950-05-17"), Event("year", "1951"), Event("later", "1952"));
        var events = await GetAsync("/events?asOf=1951-06-01");

        Assert.Equal("may year later", events.Each("events", "key"));
        Assert.Equal("certain possible no", events.Each("events", "happened"));
    }

    [Fact]
    public async Task the_cursor_fixes_what_is_known_while_others_record()
    {
        await RecordAsync(
            Event("a", "1950"),
            Event("b", "1950"),
            Event("c", "1951"),
            Event("open", "[1951..]"),
            Event("unknown", "../..")
        );
        var page = await GetAsync("/events?limit=1");
        var keys = new List<string>();
        var inserted = 0;
        while (true)
        {
            keys.Add(page.Each("events", "key"));
            Assert.Equal(AfterCast + 5, (long)page["basis"]!["knownAt"]!["position"]!);
            if (page["next"] is not { } next)
                break;
            await RecordAsync(Event($"late-{++inserted}", "1950"));
            if (inserted == 1)
                await DoAsync("retract", "/events/c", 1);
            page = await GetAsync($"/events?limit=1&cursor={next}");
        }

        Assert.Equal(["a", "b", "c", "open", "unknown"], keys);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("1e2")]
    [InlineData("ten")]
    [InlineData("99999999999")]
    [InlineData("")]
    public async Task a_page_has_1_to_1000_entries(string limit)
    {
        foreach (var list in new[] { "/events", "/actors", "/changes" })
        {
            var refused = await GetAsync($"{list}?limit={limit}");
            Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
        }
    }

    [Theory]
    [InlineData("limit=1")]
    [InlineData("limit=1000")]
    public async Task the_bounds_of_limit_are_allowed(string limit)
    {
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/events?{limit}")).Status);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!!")]
    [InlineData("MQ")]
    [InlineData("1|6|0|0|0|a")]
    [InlineData("[1|7|0|0|0|a]")]
    [InlineData("[2|6|0|0|0|a]")]
    [InlineData("[1|-6|0|0|0|a]")]
    [InlineData("[1|6|0|0|99999999999|a]")]
    [InlineData("[1|99999999999999999999|0|0|0|a]")]
    [InlineData("[1|6|0|0|0|]")]
    [InlineData("[1|6|0|0|0|\0]")]
    [InlineData("[1|6|0|0|0|a') or true--|]")]
    public async Task a_forged_cursor_is_refused(string cursor)
    {
        var forged =
            cursor[0] == '['
                ? Convert
                    .ToBase64String(Encoding.UTF8.GetBytes(cursor[1..^1]))
                    .TrimEnd('=')
                    .Replace('+', '-')
                    .Replace('/', '_')
                : cursor;
        foreach (var list in new[] { "/events", "/actors" })
        {
            var refused = await GetAsync($"{list}?cursor={Uri.EscapeDataString(forged)}");
            Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task a_cursor_and_a_position_are_not_given_together()
    {
        await RecordAsync(Event("a", "1950"), Event("b", "1950"));
        var next = (await GetAsync("/events?limit=1"))["next"];

        Assert.Equal("invalid-parameter", (await GetAsync($"/events?limit=1&cursor={next}&knownAt=1")).Code);
    }

    [Theory]
    [InlineData("from=1951&to=1950")]
    [InlineData("from=soon")]
    [InlineData("to=1950-02-30")]
    [InlineData("type=danced")]
    [InlineData("certainty=maybe")]
    [InlineData("tag=War")]
    [InlineData("status=gone")]
    [InlineData("status=active,")]
    [InlineData("actor=USSR")]
    [InlineData("actor=ussr&between=ussr,plo")]
    [InlineData("between=ussr")]
    [InlineData("between=ussr,plo,israel")]
    [InlineData("between=ussr,ussr")]
    [InlineData("between=ussr;")]
    [InlineData("between=ussr;plo;israel")]
    [InlineData("q=%00")]
    [InlineData("order=asc")]
    public async Task what_cannot_be_asked_is_refused(string question)
    {
        var refused = await GetAsync($"/events?{question}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }
}
