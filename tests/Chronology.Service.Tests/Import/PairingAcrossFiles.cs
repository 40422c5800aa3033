using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Chronology.Service.Tests.Import;

/// <summary>The second telling of a story comes later: in another file, or thousands of rows further down.</summary>
public sealed class PairingAcrossFiles(ServedOnce served) : OverHttp(served)
{
    private static readonly string[] Codes = ["040", "042", "043", "036", "112"];

    /// <summary>Each row that three actors can tell of one another with these codes in two stories, once.</summary>
    private static readonly string[] EveryRow =
    [
        .. from story in new[] { "1", "2" }
        from code in Codes
        from one in "ABC"
        from other in "ABC"
        where one != other
        select $"{one} {code} {other} {story}",
    ];

    private static string Row(int id, string row) =>
        row.Split(' ') is [var from, var code, var to, var story]
            ? Made.Icews(id, $"Actor {from}", code, $"Actor {to}", story)
            : throw new ArgumentException(row, nameof(row));

    private async Task<Answer> LoadAsync(string path, IEnumerable<string> rows, string more = "")
    {
        using var content = new ByteArrayContent(
            Encoding.UTF8.GetBytes(string.Join('\n', rows.Prepend(Made.IcewsHeader)))
        );
        content.Headers.ContentType = new("text/tab-separated-values");
        return await Answer.OfAsync(
            await Service.Client.PostAsync(
                $"{path}/import?format=icews{more}",
                content,
                TestContext.Current.CancellationToken
            )
        );
    }

    private static string Counts(Answer report) =>
        $"{report["recorded"]} {report["unchanged"]} {report["paired"]} {report.List("refused").Count}";

    private async Task<long> HeadOfAsync(string path) => (long)(await Service.GetAsync(path))["head"]!["position"]!;

    /// <summary>What the rows come to: every event but its key, its revision and where that was recorded.</summary>
    private async Task<string[]> EventsAsync(string path, bool withNumbers)
    {
        var events = (await Service.GetAsync($"{path}/events?limit=1000&asOf=2020-01-01"))["events"]!.AsArray();
        return
        [
            .. events
                .Select(listed =>
                {
                    var told = listed!.AsObject();
                    foreach (var name in new[] { "key", "revision", "position" })
                        told.Remove(name);
                    if (!withNumbers)
                    {
                        told["citations"] = null;
                        foreach (var row in told["coding"]!["rows"]!.AsArray())
                            row!["id"] = "";
                        told["coding"]!["rows"] = new JsonArray([
                            .. told["coding"]!["rows"]!
                                .AsArray()
                                .OrderBy(row => row!.ToJsonString(), StringComparer.Ordinal)
                                .Select(row => row!.DeepClone()),
                        ]);
                        // Of rows that say the same, one title or the other.
                        told["title"] = null;
                    }
                    return told.ToJsonString();
                })
                .Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task makes_one_event_of_both_files()
    {
        Assert.Equal("4 0 0 0", Counts(await LoadAsync(Path, [Row(11, "B 040 A 7")])));
        var after = await LoadAsync(Path, [Row(12, "A 040 B 7")]);
        Assert.Equal("0 0 1 0", Counts(after));

        var event11 = await GetAsync("/events/icews-2018-06-01-11");
        Assert.Equal(
            "actor-a actor, actor-b actor",
            string.Join(", ", event11.List("actors").Select(a => $"{a!["actor"]} {a["role"]}"))
        );
        Assert.Equal(
            "11 12 event 11 and 12, story 7, sentence 2",
            $"{string.Join(' ', event11["coding"]!["rows"]!.AsArray().Select(row => row!["id"]))} {event11["citations"]![0]!["locator"]}"
        );
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/events/icews-2018-06-01-12")).Status);

        var history = (await GetAsync("/events/icews-2018-06-01-11/history")).List("revisions");
        Assert.Equal(
            "recorded icews, corrected icews",
            string.Join(", ", history.Select(r => $"{r!["op"]} {r["via"]}"))
        );
        var before = await GetAsync($"/events/icews-2018-06-01-11?knownAt={(long)after["position"]! - 1}");
        Assert.Equal("Actor B — Consult — Actor A", (string?)before["title"]);
        Assert.Single(before["coding"]!["rows"]!.AsArray());
    }

    [Fact]
    public async Task finds_the_other_side_thousands_of_rows_above()
    {
        var report = await LoadAsync(
            Path,
            [
                Row(11, "A 042 B 7"),
                .. Enumerable.Range(100, 3_000).Select(i => Row(i, "A 141 B 7")),
                Row(12, "B 043 A 7"),
            ]
        );
        Assert.Equal("4 0 1 3000", Counts(report));
        Assert.Single((await GetAsync("/events?actor=actor-a")).List("events"));
    }

    [Fact]
    public async Task is_one_transaction_with_the_rest_where_the_import_is_strict()
    {
        string[] filler = [.. Enumerable.Range(100, 2_100).Select(i => Row(i, "A 112 C 9"))];
        Assert.Equal(
            $"{4 + 1 + filler.Length} 0 1 0",
            Counts(await LoadAsync(Path, [Row(11, "A 040 B 7"), .. filler, Row(12, "B 040 A 7")], "&strict=true"))
        );
        var head = await HeadAsync();
        Assert.Equal(
            "0 0 0 1",
            Counts(await LoadAsync(Path, [Row(21, "B 040 A 8"), Row(22, "A 141 B 8")], "&strict=true"))
        );
        Assert.Equal(head, await HeadAsync());
    }

    [Fact]
    public async Task takes_two_rows_apart_of_which_one_was_told_before()
    {
        await LoadAsync(Path, [Row(11, "A 040 B 7"), Row(13, "B 040 A 7")]);
        Assert.Equal("1 1 0 0", Counts(await LoadAsync(Path, [Row(11, "A 040 B 7"), Row(12, "B 040 A 7")])));
        Assert.Equal(
            "0 1 1 0",
            Counts(await LoadAsync(Path, [Row(12, "B 040 A 7"), Row(14, "A 040 B 7")], "&strict=true"))
        );
        Assert.Equal(
            "11,13 12,14",
            string.Join(
                ' ',
                (await GetAsync("/events?actor=actor-a"))
                    .List("events")
                    .Select(e => string.Join(',', e!["coding"]!["rows"]!.AsArray().Select(row => row!["id"])))
                    .Order(StringComparer.Ordinal)
            )
        );
    }

    [Fact]
    public async Task leaves_what_a_person_has_made_of_the_event()
    {
        await LoadAsync(Path, [Row(12, "A 036 B 7")]);
        await PatchAsync(
            "/events/icews-2018-06-01-12",
            1,
            """ "title":"They talk","actors":[{"actor":"actor-a","role":"actor"}] """
        );
        Assert.Equal("0 0 1 0", Counts(await LoadAsync(Path, [Row(11, "B 036 A 7")])));
        var made = await GetAsync("/events/icews-2018-06-01-12");
        Assert.Equal(
            "They talk 1 2",
            $"{made["title"]} {made.List("actors").Count} {made["coding"]!["rows"]!.AsArray().Count}"
        );
    }

    [Fact]
    public async Task pairs_with_nothing_that_was_retracted()
    {
        await LoadAsync(Path, [Row(11, "A 040 B 7")]);
        await PostAsync("/events/icews-2018-06-01-11/retract", """{"reason":{"code":"correction"}}""", 1);
        Assert.Equal("1 0 0 0", Counts(await LoadAsync(Path, [Row(12, "B 040 A 7")])));
        Assert.Equal("icews-2018-06-01-12", (await GetAsync("/events?actor=actor-a")).Each("events", "key"));
    }

    [Fact]
    public async Task refuses_a_second_telling_that_says_something_else_by_now()
    {
        await LoadAsync(Path, [Row(11, "A 040 B 7")]);
        await LoadAsync(Path, [Row(12, "B 040 A 7")]);
        var head = await HeadAsync();
        var report = await LoadAsync(Path, [Row(12, "B 040 A 7").Replace("\t1\t", "\t2\t", StringComparison.Ordinal)]);
        Assert.Equal("coded-differently", (string?)report.List("refused")[0]!["code"]);
        Assert.Equal(head, await HeadAsync());
    }

    [Fact]
    public async Task makes_nobody_for_a_row_that_is_refused_and_who_is_needed_for_the_next()
    {
        await LoadAsync(Path, [Row(11, "A 112 B 7")]);
        var report = await LoadAsync(
            Path,
            [
                Made.Icews(11, "Atlantis", "112", "Lemuria", "7"),
                Made.Icews(12, "Atlantis", "112", "Actor A", "7"),
                Made.Icews(13, "Lemuria", "141", "Actor A", "7"),
            ]
        );
        Assert.Equal("2 0 0 2", Counts(report));
        Assert.Equal(1, (long)report["provisional"]!);
        Assert.Equal(
            "coded-differently unmapped-code",
            string.Join(' ', report.List("refused").Select(refused => refused!["code"]))
        );
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/actors/atlantis")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/actors/lemuria")).Status);
    }

    [Fact]
    public async Task makes_nobody_for_a_row_that_was_told_before_of_whom_a_person_has_retracted()
    {
        await LoadAsync(Path, [Row(11, "A 112 B 7")]);
        await PostAsync("/events/icews-2018-06-01-11/retract", """{"reason":{"code":"correction"}}""", 1);
        await PostAsync("/actors/actor-a/retract", """{"reason":{"code":"correction"}}""", 1);
        var head = await HeadAsync();
        Assert.Equal("0 1 0 0", Counts(await LoadAsync(Path, [Row(11, "A 112 B 7")])));
        Assert.Equal(head, await HeadAsync());
    }

    [Fact]
    public Task comes_to_the_same_in_whatever_order_and_files() =>
        Gen.Select(
                Gen.Shuffle(Enumerable.Range(0, EveryRow.Length).ToArray()).Select(all => all[..24]),
                Gen.Int[0, 1000],
                Gen.Int[1, 4],
                Gen.Bool
            )
            .SampleAsync(
                async (rows, seed, files, strict) =>
                {
                    var told = rows.Select(i => Row(100 + i, EveryRow[i])).ToArray();
                    await AssertTheSameAsync(told, seed, files, strict, withNumbers: true);
                },
                iter: 15,
                threads: 1
            );

    [Fact]
    public Task comes_to_as_many_events_where_several_rows_say_the_same() =>
        Gen.Select(Gen.Int[0, 11].Array[2, 20], Gen.Int[0, 1000], Gen.Int[1, 4], Gen.Bool)
            .SampleAsync(
                async (rows, seed, files, strict) =>
                {
                    var told = rows.Select((i, at) => Row(100 + at, EveryRow[i])).ToArray();
                    await AssertTheSameAsync(told, seed, files, strict, withNumbers: false);
                },
                iter: 15,
                threads: 1
            );

    private async Task AssertTheSameAsync(string[] rows, int seed, int files, bool strict, bool withNumbers)
    {
        var (one, other) = (await Once.CreateAsync(), await Once.CreateAsync());
        await LoadAsync(one, rows);

        var mixed = rows.ToArray();
        new Random(seed).Shuffle(mixed);
        var parts = mixed.Chunk(Math.Max(1, (mixed.Length + files - 1) / files)).ToArray();
        var paired = 0L;
        foreach (var part in parts)
        {
            var report = await LoadAsync(other, part, strict ? "&strict=true" : "");
            Assert.Empty(report.List("refused"));
            Assert.Equal(0, (long)report["unchanged"]!);
            paired += (long)report["paired"]!;
        }
        var found = await EventsAsync(other, withNumbers);
        Assert.Equal(rows.Length, found.Length + paired);
        Assert.Equal(await EventsAsync(one, withNumbers), found);

        var head = await HeadOfAsync(other);
        foreach (var file in parts.Append(rows))
        {
            var again = await LoadAsync(other, file);
            Assert.Equal(
                (0, file.Length, 0),
                (
                    (long)again["recorded"]!,
                    (long)again["unchanged"]! + (long)again["paired"]!,
                    again.List("refused").Count
                )
            );
        }
        Assert.Equal(head, await HeadOfAsync(other));
    }
}
