using System.Text.Json.Nodes;
using Chronology.Service.Import;
using CsCheck;

namespace Chronology.Service.Tests.Import;

public sealed class PairingRows
{
    private static async Task<List<Draft>> DraftsAsync(params IEnumerable<string> rows)
    {
        var ct = TestContext.Current.CancellationToken;
        var drafts = new List<Draft>();
        var file = Made.Stream(rows.Prepend(Made.IcewsHeader));
        await foreach (var draft in IcewsRows.ReadAsync(TextRows.ReadAsync(file, '\t', false, ct), ct))
            drafts.Add(draft);
        return drafts;
    }

    private static string Told(Draft draft) =>
        draft switch
        {
            Draft.Body body => $"{Key(body)} {Roles(body)}",
            Draft.Paired paired => $"{paired.Line}={paired.With}",
            Draft.Refused refused => $"{refused.Line}:{refused.Rejection.Code}",
            _ => "",
        };

    private static string Key(Draft.Body body) => ((string)body.Fields["key"]!)["icews-2018-06-01-".Length..];

    private static string Roles(Draft.Body body) =>
        string.Join(',', body.Parties.Select(party => $"{party.Name}:{party.In["role"]}"));

    private static async Task<string> ToldAsync(params IEnumerable<string> rows) =>
        string.Join(' ', (await DraftsAsync(rows)).Select(Told));

    [Fact]
    public async Task makes_one_meeting_of_both_directions() =>
        Assert.Equal(
            "11 Bangladesh:actor,Vietnam:actor 3=2",
            await ToldAsync(
                Made.Icews(11, "Bangladesh", "040", "Vietnam"),
                Made.Icews(12, "Vietnam", "040", "Bangladesh")
            )
        );

    [Fact]
    public async Task refuses_a_row_that_names_somebody_without_a_letter() =>
        Assert.Equal(
            "2:nameless-actor 3:nameless-actor 13 Vietnam:actor,7:recipient",
            await ToldAsync(
                Made.Icews(11, "\u200B", "040", "Vietnam"),
                Made.Icews(12, "Vietnam", "040", "!!!"),
                Made.Icews(13, "Vietnam", "040", "7")
            )
        );

    [Fact]
    public async Task makes_one_visit_of_guest_and_host() =>
        Assert.Equal(
            "11 Vietnam:actor,Japan:recipient 3=2",
            await ToldAsync(Made.Icews(11, "Japan", "043", "Vietnam"), Made.Icews(12, "Vietnam", "042", "Japan"))
        );

    [Fact]
    public async Task lets_the_guest_act_where_only_the_host_is_told_of() =>
        Assert.Equal("11 Vietnam:actor,Japan:recipient", await ToldAsync(Made.Icews(11, "Japan", "043", "Vietnam")));

    [Fact]
    public async Task makes_each_act_toward_the_other_where_the_type_is_directed() =>
        Assert.Equal(
            "11 Japan:actor,Vietnam:actor,Japan:recipient,Vietnam:recipient 3=2",
            await ToldAsync(Made.Icews(11, "Vietnam", "036", "Japan"), Made.Icews(12, "Japan", "036", "Vietnam"))
        );

    [Theory]
    [InlineData("112", "112", "7", "2")]
    [InlineData("190", "190", "7", "2")]
    [InlineData("040", "046", "7", "2")]
    [InlineData("040", "040", "8", "2")]
    [InlineData("040", "040", "7", "3")]
    public async Task keeps_two_accusations_stories_sentences_or_codes_apart(
        string one,
        string other,
        string story,
        string sentence
    )
    {
        var drafts = await DraftsAsync(Made.Icews(11, "A", one, "B"), Made.Icews(12, "B", other, "A", story, sentence));
        Assert.Equal(["11", "12"], drafts.Cast<Draft.Body>().Select(Key));
    }

    [Fact]
    public async Task keeps_what_both_rows_say()
    {
        var body = (Draft.Body)(await DraftsAsync(Made.Icews(12, "B", "040", "A"), Made.Icews(11, "A", "040", "B")))[0];
        Assert.Equal(["11", "12"], body.Fields["coding"]!["rows"]!.AsArray().Select(row => (string?)row!["id"]));
        Assert.Equal("040", (string?)body.Fields["coding"]!["rows"]![0]!["code"]);
        Assert.Equal("event 11 and 12, story 7, sentence 2", (string?)body.Fields["citations"]![0]!["locator"]);
    }

    [Fact]
    public async Task leaves_a_third_row_to_itself() =>
        Assert.Equal(
            "11 A:actor,B:actor 4=2 12 A:actor,B:recipient",
            await ToldAsync(
                Made.Icews(11, "A", "040", "B"),
                Made.Icews(12, "A", "040", "B"),
                Made.Icews(13, "B", "040", "A")
            )
        );

    [Fact]
    public async Task tells_refused_rows_in_their_place() =>
        Assert.Equal(
            "11 A:actor,B:recipient 3:unmapped-code 4:wrong-columns 5:invalid-date 6:no-actor 15 A:actor,C:recipient",
            await ToldAsync(
                Made.Icews(11, "A", "111", "B"),
                Made.Icews(12, "A", "141", "B"),
                "13\t2018-06-01",
                Made.Icews(14, "A", "040", "B").Replace("2018-06-01", "01/06/2018", StringComparison.Ordinal),
                Made.Icews(15, "NA", "040", "NA"),
                Made.Icews(15, "A", "111", "C")
            )
        );

    [Fact]
    public async Task does_not_depend_on_the_order_of_rows()
    {
        var row = Gen.Select(
            Gen.Int[0, 2],
            Gen.Int[0, 2],
            Gen.Int[0, 4],
            Gen.Int[1, 2],
            (from, to, code, story) =>
                (
                    From: "ABC"[from..(from + 1)],
                    To: "ABC"[to..(to + 1)],
                    Code: new[] { "040", "042", "043", "036", "112" }[code],
                    Story: $"{story}"
                )
        );
        await row.Array[0, 30]
            .SelectMany(rows => Gen.Shuffle(Enumerable.Range(0, rows.Length).ToArray()).Select(order => (rows, order)))
            .SampleAsync(
                async sample =>
                {
                    var lines = sample
                        .rows.Select((r, i) => Made.Icews(100 + i, r.From, r.Code, r.To, r.Story))
                        .ToArray();
                    var straight = await BodiesAsync(lines);
                    var shuffled = await BodiesAsync(sample.order.Select(i => lines[i]));
                    Assert.Equal(straight, shuffled);
                },
                iter: 200
            );

        static async Task<string[]> BodiesAsync(IEnumerable<string> lines) =>
            [
                .. (await DraftsAsync(lines))
                    .OfType<Draft.Body>()
                    .Select(body => $"{body.Fields.ToJsonString()} {Roles(body)}")
                    .Order(StringComparer.Ordinal),
            ];
    }
}
