using System.Net;

namespace Chronology.Service.Tests.Http;

public sealed class MergingAndSplitting(ServedOnce served) : OverHttp(served)
{
    private const string Question = "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1960";
    private const string Letter = """ "citations":[{"source":"ref","locator":"p. 1"}] """;
    private const string Register =
        """ "citations":[{"source":"ref","locator":"p. 1"},{"source":"ref","locator":"p. 2"}] """;

    private Task<Answer> MergeAsync(string path, int revision, string into) =>
        DoAsync("merge", path, revision, $""","into":"{into}" """);

    private async Task RecogniseTwiceAsync() =>
        await RecordAsync(
            Effect("kept", "1950", "recognition|ussr|israel|de-jure", $",{Letter}"),
            Effect("double", "1955", "recognition|ussr|israel|withdrawn", $",{Register}")
        );

    [Fact]
    public async Task what_was_recorded_of_a_merged_actor_is_found_by_the_name_of_the_one_that_stays()
    {
        await ImportAsync(
            """
            {"record":"actor","key":"double","revision":1,"kind":"state","name":"The twin"}
            {"record":"actor","key":"triple","revision":1,"kind":"state","name":"Another twin"}
            {"record":"event","key":"said","revision":1,"type":"statement-made","occurred":"1960","title":"t","noSource":"t","actors":[{"actor":"triple","role":"actor"}]}
            """
        );
        Assert.Equal("", (await GetAsync("/events?q=soviet")).Each("events", "key"));
        await PostAsync("/actors/triple/merge", """{"into":"double","reason":{"code":"merge"}}""", 1);
        await PostAsync("/actors/double/merge", """{"into":"ussr","reason":{"code":"merge"}}""", 1);

        Assert.Equal("said", (await GetAsync("/events?q=soviet")).Each("events", "key"));
        Assert.Equal("said", (await GetAsync("/events?q=another")).Each("events", "key"));
    }

    [Fact]
    public async Task a_merged_event_takes_part_in_nothing_but_keeps_its_address()
    {
        await RecogniseTwiceAsync();
        var before = await GetAsync(Question);
        var merged = await MergeAsync("/events/double", 1, "kept");
        var read = await GetAsync("/events/double");

        Assert.Equal(
            (HttpStatusCode.OK, "\"2\"", "merged", "merged"),
            (merged.Status, merged.ETag, (string?)merged["op"], (string?)merged["status"])
        );
        Assert.Equal(("no", "certain"), (before.Verdict, (await GetAsync(Question)).Verdict));
        Assert.Equal("kept", (await GetAsync("/events")).Each("events", "key"));
        Assert.Equal("kept", (await GetAsync("/state?asOf=1960")).Each("recent", "key"));
        Assert.Equal("double", (await GetAsync("/events?status=merged")).Each("events", "key"));
        Assert.Equal(("merged", "kept"), ((string?)read["status"], (string?)read["mergedInto"]));
        Assert.Null(read["mergedFrom"]);
    }

    [Fact]
    public async Task the_one_that_stays_keeps_its_revision_and_tells_whom_it_stands_for_with_all_citations()
    {
        await RecogniseTwiceAsync();
        Assert.Null((await GetAsync("/events/kept"))["mergedFrom"]);
        await MergeAsync("/events/double", 1, "kept");
        var read = await GetAsync("/events/kept");
        var listed = (await GetAsync("/events")).List("events").Single()!;
        var because = (await GetAsync(Question)).List("because").Single()!;

        Assert.Equal((1, "\"1\"", "active"), ((int)read["revision"]!, read.ETag, (string?)read["status"]));
        Assert.Equal("""["double"]""", read["mergedFrom"]!.ToJsonString());
        Assert.Equal("""["double"]""", listed["mergedFrom"]!.ToJsonString());
        Assert.Equal("p. 1 p. 2", read.Each("citations", "locator"));
        Assert.Equal(read["citations"]!.ToJsonString(), listed["citations"]!.ToJsonString());
        Assert.Equal(read["citations"]!.ToJsonString(), because["citations"]!.ToJsonString());
    }

    [Fact]
    public async Task what_was_known_before_stays_as_it_was()
    {
        await RecogniseTwiceAsync();
        var questions = new[] { Question, "/events/kept?asOf=1960", "/events/double?asOf=1960", "/events?asOf=1960" };
        var known = $"&knownAt={AfterCast + 2}";
        var before = new List<string>();
        foreach (var question in questions)
            before.Add((await GetAsync(question + known)).Text);
        await MergeAsync("/events/double", 1, "kept");
        foreach (var (question, text) in questions.Zip(before))
            Assert.Equal(text, (await GetAsync(question + known)).Text);

        var merged = (await GetAsync($"/events/kept?asOf=1960&knownAt={AfterCast + 3}")).Text;
        await DoAsync("split", "/events/double", 2);
        Assert.Equal(merged, (await GetAsync($"/events/kept?asOf=1960&knownAt={AfterCast + 3}")).Text);
    }

    [Fact]
    public async Task splitting_gives_back_content_and_status()
    {
        await RecogniseTwiceAsync();
        await PatchAsync("/events/double", 1, """ "title":"Withdrawn" """);
        await DoAsync("dispute", "/events/double", 2);
        await MergeAsync("/events/double", 3, "kept");
        var split = await DoAsync("split", "/events/double", 4);
        var read = await GetAsync("/events/double");

        Assert.Equal(
            (HttpStatusCode.OK, "split", "disputed"),
            (split.Status, (string?)split["op"], (string?)split["status"])
        );
        Assert.Equal(
            ("disputed", "disputed", "Withdrawn"),
            ((string?)read["status"], (string?)read["credibility"], (string?)read["title"])
        );
        Assert.Null(read["mergedInto"]);
        Assert.Null((await GetAsync("/events/kept"))["mergedFrom"]);
        Assert.Equal("kept double", (await GetAsync("/events")).Each("events", "key"));
        await DoAsync("resolve", "/events/double", 5);
        Assert.Equal("reported", (string?)(await GetAsync("/events/double"))["credibility"]);
    }

    [Fact]
    public async Task chains_are_followed_and_never_come_back()
    {
        await RecordAsync(
            Event("a", "1950", ""","citations":[{"source":"ref","quote":"a"}]"""),
            Event("b", "1950", ""","citations":[{"source":"ref","quote":"b"}]"""),
            Event("c", "1950", ""","citations":[{"source":"ref","quote":"c"}]"""),
            Event("d", "1950", ""","citations":[{"source":"ref","quote":"d"}]""")
        );
        await MergeAsync("/events/c", 1, "b");
        await MergeAsync("/events/d", 1, "b");
        var onwards = await MergeAsync("/events/b", 1, "a");
        var read = await GetAsync("/events/a");

        Assert.Equal(HttpStatusCode.OK, onwards.Status);
        Assert.Equal("""["b","c","d"]""", read["mergedFrom"]!.ToJsonString());
        Assert.Equal("a b c d", read.Each("citations", "quote"));
        foreach (var merged in new[] { "b", "c", "d" })
        {
            var back = await MergeAsync("/events/a", 1, merged);
            Assert.Equal(
                (HttpStatusCode.UnprocessableEntity, "cannot-merge", "/into"),
                (back.Status, back.Code, back.Pointer)
            );
        }
        await DoAsync("split", "/events/b", 2);
        Assert.Null((await GetAsync("/events/a"))["mergedFrom"]);
        Assert.Equal("""["c","d"]""", (await GetAsync("/events/b"))["mergedFrom"]!.ToJsonString());
    }

    [Theory]
    [InlineData("events", "nowhere", "unknown-event")]
    [InlineData("events", "double", "cannot-merge")]
    [InlineData("events", "gone", "cannot-merge")]
    [InlineData("events", "ussr", "unknown-event")]
    [InlineData("actors", "nowhere", "unknown-actor")]
    [InlineData("actors", "kept", "unknown-actor")]
    [InlineData("actors", "ussr", "cannot-merge")]
    public async Task only_another_of_its_kind_that_takes_part_can_stay(string plural, string into, string code)
    {
        await RecogniseTwiceAsync();
        await RecordAsync(Event("gone", "1950"));
        await DoAsync("retract", "/events/gone", 1);
        var head = await HeadAsync();
        var refused = await MergeAsync(plural == "events" ? "/events/double" : "/actors/ussr", 1, into);

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, code, "/into"),
            (refused.Status, refused.Code, refused.Pointer)
        );
        Assert.Equal(head, await HeadAsync());
    }

    [Theory]
    [InlineData("merge", "event-merged", ""","into":"kept" """)]
    [InlineData("retract", "event-merged", "")]
    [InlineData("dispute", "event-merged", "")]
    [InlineData("resolve", "event-merged", "")]
    [InlineData("reinstate", "not-retracted", "")]
    public async Task a_merged_event_is_only_split(string verb, string code, string more)
    {
        await RecogniseTwiceAsync();
        await MergeAsync("/events/double", 1, "kept");
        var refused = await DoAsync(verb, "/events/double", 2, more);
        var corrected = await PatchAsync("/events/double", 2, """ "title":"x" """);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (refused.Status, refused.Code));
        Assert.Equal("event-merged", corrected.Code);
    }

    [Fact]
    public async Task what_is_not_merged_is_not_split()
    {
        await RecogniseTwiceAsync();

        Assert.Equal("not-merged", (await DoAsync("split", "/events/double", 1)).Code);
        Assert.Equal("not-merged", (await DoAsync("split", "/actors/ussr", 1)).Code);
    }

    [Fact]
    public async Task a_retracted_event_is_not_merged()
    {
        await RecogniseTwiceAsync();
        await DoAsync("retract", "/events/double", 1);

        Assert.Equal("event-retracted", (await MergeAsync("/events/double", 2, "kept")).Code);
    }

    [Fact]
    public async Task the_one_that_stays_cannot_be_retracted_nor_a_source_that_either_cites()
    {
        await ImportAsync("""{"record":"source","key":"other","revision":1,"kind":"press","csl":{"title":"Paper"}}""");
        await RecordAsync(Event("kept", "1950"), Event("double", "1950", ""","citations":[{"source":"other"}]"""));
        await MergeAsync("/events/double", 1, "kept");
        var retracted = await DoAsync("retract", "/events/kept", 1);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "still-referenced"), (retracted.Status, retracted.Code));
        Assert.Contains("event/double", (string?)retracted["detail"], StringComparison.Ordinal);
        Assert.Equal("still-referenced", (await DoAsync("retract", "/sources/other", 1)).Code);
        await DoAsync("split", "/events/double", 2);
        Assert.Equal(HttpStatusCode.OK, (await DoAsync("retract", "/events/kept", 1)).Status);
    }

    [Fact]
    public async Task an_event_and_an_actor_of_one_key_are_told_apart()
    {
        await RecordAsync(Event("ussr", "1950"), Event("double", "1950"));
        await MergeAsync("/events/double", 1, "ussr");

        Assert.Null((await GetAsync("/actors/ussr"))["mergedFrom"]);
        Assert.Equal(HttpStatusCode.OK, (await DoAsync("retract", "/actors/ussr", 1)).Status);
        Assert.Equal("still-referenced", (await DoAsync("retract", "/events/ussr", 1)).Code);
    }

    [Fact]
    public async Task actors_are_merged_and_split_too()
    {
        await PostAsync(
            "/actors",
            """{"key":"soviet-union","kind":"state","name":"USSR","citations":[{"source":"ref"}]}"""
        );
        var merged = await MergeAsync("/actors/soviet-union", 1, "ussr");
        var kept = await GetAsync("/actors/ussr");
        var refused = await PostAsync(
            "/events",
            Event("x", "1950", ""","actors":[{"actor":"soviet-union","role":"actor"}]""")
        );

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (merged.Status, merged.ETag));
        Assert.Equal("""["soviet-union"]""", kept["mergedFrom"]!.ToJsonString());
        Assert.Equal("ref", kept.Each("citations", "source"));
        Assert.DoesNotContain("soviet-union", (await GetAsync("/actors")).Each("actors", "key").Split(' '));
        Assert.Equal("ussr", (string?)(await GetAsync("/actors/soviet-union"))["mergedInto"]);
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "unknown-actor", "/actors/0/actor"),
            (refused.Status, refused.Code, refused.Pointer)
        );
        Assert.Contains("merged into “ussr”", (string?)refused["detail"], StringComparison.Ordinal);
        Assert.Equal("still-referenced", (await DoAsync("retract", "/actors/ussr", 1)).Code);
        Assert.Equal("split", (string?)(await DoAsync("split", "/actors/soviet-union", 2))["op"]);
    }

    [Fact]
    public async Task what_is_reinstated_may_name_an_actor_that_was_merged_meanwhile()
    {
        await RecordAsync(Event("x", "1950", ""","actors":[{"actor":"plo","role":"actor"}]"""));
        await DoAsync("retract", "/events/x", 1);
        await MergeAsync("/actors/plo", 1, "ussr");

        Assert.Equal(HttpStatusCode.OK, (await DoAsync("reinstate", "/events/x", 2)).Status);
    }

    [Fact]
    public async Task what_is_split_may_not_name_what_was_retracted_meanwhile()
    {
        await RecordAsync(
            Event("kept", "1950"),
            Event("double", "1950", ""","actors":[{"actor":"plo","role":"actor"}]""")
        );
        await MergeAsync("/events/double", 1, "kept");
        await DoAsync("retract", "/actors/plo", 1);

        Assert.Equal("unknown-actor", (await DoAsync("split", "/events/double", 2)).Code);
    }

    [Theory]
    [InlineData("/events/double/merge", """{"reason":{"code":"merge"}}""", 400, "invalid-parameter")]
    [InlineData("/events/double/merge", """{"into":"kept"}""", 422, "reason-required")]
    [InlineData("/events/double/merge", """{"into":"K!","reason":{"code":"merge"}}""", 400, "invalid-parameter")]
    [InlineData("/events/double/split", """{"into":"kept","reason":{"code":"split"}}""", 400, "unknown-field")]
    [InlineData("/issues/plan/merge", """{"into":"kept","reason":{"code":"merge"}}""", 404, "not-found")]
    public async Task a_merge_names_the_one_that_stays_and_a_reason(string path, string body, int status, string code)
    {
        await RecogniseTwiceAsync();
        var refused = await PostAsync(path, body, revision: 1);

        Assert.Equal((status, code), ((int)refused.Status, refused.Code));
    }

    [Fact]
    public async Task the_same_merge_again_is_stale_and_records_nothing()
    {
        await RecogniseTwiceAsync();
        var first = await MergeAsync("/events/double", 1, "kept");
        var again = await MergeAsync("/events/double", 1, "kept");

        Assert.Equal((HttpStatusCode.PreconditionFailed, "stale-revision"), (again.Status, again.Code));
        Assert.Equal(first.Position, await HeadAsync());
        Assert.Equal(428, (int)(await PostAsync("/events/double/split", """{"reason":{"code":"split"}}""")).Status);
    }

    [Fact]
    public async Task is_told_by_history_blame_and_changes()
    {
        await RecogniseTwiceAsync();
        await MergeAsync("/events/double", 1, "kept");
        await DoAsync("split", "/events/double", 2);
        var history = await GetAsync("/events/double/history");
        var blame = await GetAsync($"/events/double/blame?knownAt={AfterCast + 3}");

        Assert.Equal("recorded merged split", history.Each("revisions", "op"));
        Assert.Equal(
            """[{"field":"status","before":"active","after":"merged"},{"field":"mergedInto","before":null,"after":"kept"}]""",
            history.List("revisions")[1]!["changes"]!.ToJsonString()
        );
        Assert.Equal(
            """[{"field":"status","before":"merged","after":"active"},{"field":"mergedInto","before":"kept","after":null}]""",
            history.List("revisions")[2]!["changes"]!.ToJsonString()
        );
        Assert.Equal(
            "merged 2",
            blame
                .List("blame")
                .Where(part => (string?)part!["place"] == "/status")
                .Select(part => $"{part!["value"]} {part["revision"]}")
                .Single()
        );
        Assert.Equal("merged split", (await GetAsync($"/changes?since={AfterCast + 2}")).Each("changes", "op"));
    }

    [Fact]
    public async Task is_exported_and_imported_again()
    {
        const string Lines = """
            {"record":"merge","of":"event","key":"double","revision":2,"into":"kept","reason":{"code":"merge"}}
            {"record":"split","of":"event","key":"double","revision":3,"reason":{"code":"split"}}
            {"record":"merge","of":"event","key":"double","revision":4,"into":"later","reason":{"code":"merge"}}
            {"record":"event","key":"later","revision":1,"type":"statement-made","occurred":"1950","title":"later","noSource":"-"}
            """;
        await RecogniseTwiceAsync();
        var report = await ImportAsync(Lines);
        var again = await ImportAsync(Lines);
        var export = await Service.Client.GetStringAsync($"{Path}/export", TestContext.Current.CancellationToken);
        var copy = await Once.CreateAsync();
        await Service.ImportAsync(copy, export);

        Assert.Equal((4, 0), ((int)report["recorded"]!, report.List("refused").Count));
        Assert.Equal((0, 4), ((int)again["recorded"]!, (int)again["unchanged"]!));
        Assert.Contains("\"into\":\"later\"", export, StringComparison.Ordinal);
        Assert.Equal("later", (string?)(await Service.GetAsync($"{copy}/events/double"))["mergedInto"]);
    }
}
