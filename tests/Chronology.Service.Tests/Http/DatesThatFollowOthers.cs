using System.Net;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Events dated by others: the war ends, three days later comes the visit, and a week after that the embassy.</summary>
public sealed class DatesThatFollowOthers(ServedOnce served) : OverHttp(served)
{
    private const string Fact = "/facts?kind=representation&holder=ussr&toward=israel";

    [Fact]
    public async Task are_told_with_what_they_follow_from()
    {
        await RecordChainAsync();

        var visit = await GetAsync("/events/visit");
        var embassy = await GetAsync("/events/embassy");

        Assert.Equal("1948-05-17", Edtf(visit));
        Assert.Equal("three days later", (string?)visit["occurred"]!["asWritten"]);
        Assert.Equal("P3D", (string?)visit["anchor"]!["offset"]);
        Assert.Equal($"war:1@{AfterCast + 1}", From(visit["derivedFrom"]));
        Assert.Equal(("1948-05-24", "1948-05-24"), (Edtf(embassy), (string?)embassy["occurred"]!["earliest"]));
        Assert.Equal($"visit:1@{AfterCast + 2} war:1@{AfterCast + 1}", From(embassy["derivedFrom"]));
        Assert.Null((await GetAsync("/events/war"))["derivedFrom"]);
        Assert.Equal("war visit embassy", (await GetAsync("/events")).Each("events", "key"));
        Assert.Equal("1948-05-24", (string?)(await GetAsync("/state")).List("recent")[0]!["occurred"]!["edtf"]);
    }

    [Fact]
    public async Task move_with_a_correction_and_not_before_it()
    {
        await RecordChainAsync();
        var before = await HeadAsync();

        await PatchAsync("/events/war", 1, """ "occurred":"1949-01-07" """);
        var embassy = await GetAsync("/events/embassy");

        Assert.Equal(before + 1, await HeadAsync());
        Assert.Equal("1949-01-17", Edtf(embassy));
        Assert.Equal($"visit:1@{AfterCast + 2} war:2@{before + 1}", From(embassy["derivedFrom"]));
        Assert.Equal((1, AfterCast + 3), ((int)embassy["revision"]!, embassy.Position));
        Assert.Equal("1948-05-24", Edtf(await GetAsync($"/events/embassy?knownAt={before}")));
        Assert.Equal(
            $"visit:1@{AfterCast + 2} war:1@{AfterCast + 1}",
            From((await GetAsync($"/events/embassy?knownAt={before}"))["derivedFrom"])
        );
    }

    [Fact]
    public async Task move_the_facts_that_begin_with_them()
    {
        await RecordChainAsync();
        var before = await HeadAsync();
        await PatchAsync("/events/war", 1, """ "occurred":"1949-01-07" """);

        var now = await GetAsync($"{Fact}&asOf=1949-01-17");

        Assert.Equal("certain", now.Verdict);
        Assert.Equal("no", (await GetAsync($"{Fact}&asOf=1949-01-16")).Verdict);
        Assert.Equal("certain", (await GetAsync($"{Fact}&asOf=1949-01-16&knownAt={before}")).Verdict);
        var because = now.List("facts")[0]!["because"]![0]!;
        Assert.Equal(
            ("embassy", 1, AfterCast + 3),
            ((string?)because["event"], (int)because["revision"]!, (int)because["position"]!)
        );
        Assert.Equal("p. 5", (string?)because["citations"]![0]!["locator"]);
        Assert.Equal($"visit:1@{AfterCast + 2} war:2@{before + 1}", From(because["datedBy"]));
        Assert.Equal("1949-01-17", (string?)now.List("facts")[0]!["since"]!["edtf"]);
    }

    [Fact]
    public async Task make_no_revision_of_the_events_that_move()
    {
        await RecordChainAsync();
        var history = (await GetAsync("/events/embassy/history")).List("revisions").ToJsonString();
        var blame = (await GetAsync("/events/embassy/blame")).List("blame").ToJsonString();

        await PatchAsync("/events/war", 1, """ "occurred":"1949-01-07" """);

        Assert.Equal(history, (await GetAsync("/events/embassy/history")).List("revisions").ToJsonString());
        Assert.Equal(blame, (await GetAsync("/events/embassy/blame")).List("blame").ToJsonString());
        Assert.Contains("anchor", history, StringComparison.Ordinal);
        Assert.DoesNotContain("1948-05", history, StringComparison.Ordinal);
        Assert.Equal("war", (await GetAsync($"/changes?since={AfterCast + 3}")).Each("changes", "key"));
    }

    [Fact]
    public async Task are_changed_by_other_corrections_too()
    {
        await RecordChainAsync();
        await PatchAsync("/events/war", 1, """ "title":"The war is over" """);
        await PatchAsync("/events/embassy", 1, """ "title":"An embassy" """);
        await PatchAsync("/events/war", 2, """ "occurred":"1949-01-07" """);
        var embassy = await GetAsync("/events/embassy");

        Assert.Equal(("1949-01-17", 2), (Edtf(embassy), (int)embassy["revision"]!));
        Assert.Equal(AfterCast + 5, embassy.Position);
    }

    [Fact]
    public async Task follow_a_new_anchor_s_anchors_as_well()
    {
        await RecordChainAsync();
        await RecordAsync(Event("truce", "1950-01-01"));
        await PatchAsync("/events/visit", 1, """ "anchor":{"event":"truce"} """);
        Assert.Equal("1950-01-11", Edtf(await GetAsync("/events/embassy")));

        await PatchAsync("/events/truce", 1, """ "occurred":"1950-02-01" """);
        await PatchAsync("/events/war", 1, """ "occurred":"1960" """);

        Assert.Equal("1950-02-11", Edtf(await GetAsync("/events/embassy")));
    }

    [Fact]
    public async Task may_be_between_two()
    {
        await RecordAsync(
            Event("first", "1948"),
            Event("last", "1949-03"),
            Anchored("between", """[{"relation":"before","event":"last"},{"relation":"after","event":"first"}]""")
        );

        Assert.Equal("[1948-01-01..1949-03-31]", Edtf(await GetAsync("/events/between")));
        var refused = await PatchAsync("/events/last", 1, """ "occurred":"1947" """);
        Assert.Equal((422, "end-before-start"), ((int)refused.Status, refused.Code));
        Assert.Contains("between", (string?)refused["detail"], StringComparison.Ordinal);
        Assert.Equal(1, (int)(await GetAsync("/events/last"))["revision"]!);
        Assert.Equal(
            "end-before-start",
            (
                await PostAsync(
                    "/events",
                    Anchored("wrong", """[{"relation":"after","event":"last"},{"relation":"before","event":"first"}]""")
                )
            ).Code
        );
    }

    [Fact]
    public async Task are_refined_by_a_finer_date_only()
    {
        await RecordAsync(Event("war", "1948"), Anchored("visit", """{"relation":"after","event":"war"}"""));

        var coarser = await PatchAsync("/events/visit", 1, """ "anchor":null,"occurred":"1947" """, "refinement");
        var finer = await PatchAsync("/events/visit", 1, """ "anchor":null,"occurred":"1949" """, "refinement");
        var back = await PatchAsync(
            "/events/visit",
            2,
            """ "occurred":null,"anchor":{"relation":"after","event":"war"} """,
            "refinement"
        );

        Assert.Equal("not-a-refinement", coarser.Code);
        Assert.Equal((HttpStatusCode.OK, "refined"), (finer.Status, (string?)finer["op"]));
        Assert.Equal(("not-a-refinement", "/changes/anchor"), (back.Code, back.Pointer));
    }

    [Theory]
    [InlineData("nothing", "dangling-anchor", "/anchor/event")]
    [InlineData("gone", "dangling-anchor", "/anchor/event")]
    [InlineData("self", "anchor-cycle", "/anchor")]
    public async Task need_an_event_to_follow(string anchor, string code, string pointer)
    {
        await RecordAsync(Event("gone", "1948"));
        await DoAsync("retract", "/events/gone", 1);

        var refused = await PostAsync("/events", Anchored("self", $$"""{"relation":"on","event":"{{anchor}}"}"""));

        Assert.Equal((422, code, pointer), ((int)refused.Status, refused.Code, refused.Pointer));
    }

    [Theory]
    [InlineData("war", "war")]
    [InlineData("war", "visit")]
    [InlineData("war", "embassy")]
    [InlineData("visit", "embassy")]
    public async Task never_follow_themselves(string corrected, string anchor)
    {
        await RecordChainAsync();

        var refused = await PatchAsync(
            $"/events/{corrected}",
            1,
            $$""" "occurred":null,"anchor":{"relation":"after","event":"{{anchor}}","offset":null} """
        );

        Assert.Equal((422, "anchor-cycle"), ((int)refused.Status, refused.Code));
        Assert.Equal(AfterCast + 3, await HeadAsync());
    }

    [Fact]
    public async Task keep_what_they_follow_from_being_retracted()
    {
        await RecordChainAsync();

        var refused = await DoAsync("retract", "/events/war", 1);
        await DoAsync("retract", "/events/embassy", 1);
        await DoAsync("retract", "/events/visit", 1);
        await PatchAsync("/events/war", 1, """ "occurred":"1949" """);
        var gone = await GetAsync("/events/visit");
        var retracted = await DoAsync("retract", "/events/war", 2);

        Assert.Equal((422, "still-referenced"), ((int)refused.Status, refused.Code));
        Assert.Equal(("1948-05-17", "retracted"), (Edtf(gone), (string?)gone["status"]));
        Assert.Equal(HttpStatusCode.OK, retracted.Status);
        Assert.Equal("dangling-anchor", (await DoAsync("reinstate", "/events/visit", 2)).Code);
        await DoAsync("reinstate", "/events/war", 3);
        await DoAsync("reinstate", "/events/visit", 2);
        Assert.Equal("[1949-01-04..1950-01-03]", Edtf(await GetAsync("/events/visit")));
    }

    [Fact]
    public async Task may_stand_before_what_they_follow_in_a_file()
    {
        var report = await ImportAsync(
            $$$"""
            {"record":"event","revision":1,{{{Anchored(
                "visit",
                """{"relation":"after","event":"war","offset":"P3D"}"""
            )[1..]}}}
            {"record":"event","revision":1,{{{Event("war", "1948-05-14")[1..]}}}
            {"record":"correct","of":"event","key":"war","revision":2,"changes":{"occurred":"1949-01-07"},"reason":{"code":"correction"}}
            {"record":"correct","of":"event","key":"war","revision":3,"changes":{"occurred":null,"anchor":{"relation":"on","event":"visit"}},"reason":{"code":"correction"}}
            """
        );

        Assert.Equal(
            "4:anchor-cycle",
            string.Join(' ', report.List("refused").Select(r => $"{r!["line"]}:{r["code"]}"))
        );
        Assert.Equal("1949-01-10", Edtf(await GetAsync("/events/visit")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task that_lead_in_a_ring_are_refused_in_a_file(bool strict)
    {
        var report = await ImportAsync(
            $$"""
            {"record":"event","revision":1,{{Anchored("a", """{"relation":"after","event":"b"}""")[1..]}}
            {"record":"event","revision":1,{{Anchored("b", """{"relation":"after","event":"c"}""")[1..]}}
            {"record":"event","revision":1,{{Anchored("c", """{"relation":"after","event":"a"}""")[1..]}}
            {"record":"event","revision":1,{{Anchored("d", """{"relation":"after","event":"a"}""")[1..]}}
            {"record":"event","revision":1,{{Anchored("e", """{"relation":"after","event":"nothing"}""")[1..]}}
            """,
            strict
        );

        Assert.Equal(
            "1:anchor-cycle 2:anchor-cycle 3:anchor-cycle 4:dangling-anchor 5:dangling-anchor",
            string.Join(' ', report.List("refused").Select(r => $"{r!["line"]}:{r["code"]}"))
        );
        Assert.Equal(AfterCast, await HeadAsync());
    }

    [Fact]
    public async Task go_out_and_in_again_as_they_are()
    {
        await RecordChainAsync();
        await PatchAsync("/events/war", 1, """ "occurred":"1949-01-07" """);
        await RecordAsync(Event("peace", "1951"));
        await PatchAsync(
            "/events/visit",
            1,
            """ "anchor":[{"relation":"after","event":"war"},{"relation":"before","event":"peace"}] """
        );
        await PatchAsync("/events/embassy", 1, """ "anchor":null,"occurred":"1952" """);
        var lines = await Service.Client.GetStringAsync($"{Path}/export", TestContext.Current.CancellationToken);
        var copy = await Once.CreateAsync();
        foreach (var (path, recorded) in new[] { (Path, 0), (copy, (int)await HeadAsync()) })
        {
            var report = await Service.ImportAsync(path, lines);
            Assert.Empty(report["refused"]!.AsArray());
            Assert.Equal(recorded, (int)report["recorded"]!);
        }
        foreach (var key in new[] { "war", "visit", "embassy" })
        {
            for (var known = AfterCast + 3; known <= await HeadAsync(); known++)
            {
                Assert.Equal(
                    Said(await GetAsync($"{Path}/events/{key}?knownAt={known}")),
                    Said(await GetAsync($"{copy}/events/{key}?knownAt={known}"))
                );
            }
        }

        static string Said(Answer answer)
        {
            answer.Body!.AsObject().Remove("basis");
            return answer.Body.ToJsonString();
        }
    }

    private Task RecordChainAsync() =>
        RecordAsync(
            Event("war", "1948-05-14"),
            Anchored(
                "visit",
                """{"relation":"after","event":"war","offset":"P3D"}""",
                ""","asWritten":"three days later" """
            ),
            Anchored(
                "embassy",
                """{"relation":"after","event":"visit","offset":"P1W"}""",
                ""","citations":[{"source":"ref","locator":"p. 5"}],"effects":[{"fact":"representation","holder":"ussr","toward":"israel","value":"embassy"}]"""
            )
        );

    private static string Anchored(string key, string anchor, string more = "") =>
        $$"""{"key":"{{key}}","type":"statement-made","anchor":{{anchor}},"title":"{{key}}","noSource":"citation needed"{{more}}}""";

    private static string? Edtf(Answer answer) => (string?)answer["occurred"]!["edtf"];

    private static string From(JsonNode? revisions) =>
        string.Join(' ', revisions!.AsArray().Select(r => $"{r!["event"]}:{r["revision"]}@{r["position"]}"));
}
