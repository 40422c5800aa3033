using System.Net;
using System.Text.Json.Nodes;
using Chronology.Service.Rebuild;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Http;

public sealed class AdoptingRules(ServedOnce served) : OverHttp(served)
{
    private Task<Answer> AdoptAsync(int revision, string rules = "2", string more = "") =>
        TryAsync(revision, $$$"""{"changes":{"rules":{{{rules}}}},"reason":{"code":"adoption"}}""", more);

    private async Task<Answer> TryAsync(int? revision, string body, string more = "") =>
        await Answer.OfAsync(await Service.SendAsync(HttpMethod.Patch, $"{Path}{more}", body, revision));

    /// <summary>The body of an event of this type between the two, with whatever else it is to say.</summary>
    private static string Deed(string key, string occurred, string type, string more = "") =>
        $$"""{"key":"{{key}}","type":"{{type}}","occurred":"{{occurred}}","title":"{{key}}","noSource":"citation needed","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]{{more}}}""";

    /// <summary>A score whose bounds are between one point and two apart, and a stance shown by one vote alone.</summary>
    private Task<Answer> RecordAsync() =>
        RecordAsync(
            Deed("recognised", "1948-05-17", "recognition-granted", ""","credibility":"confirmed" """),
            Deed("recognised-again", "1949-03-01", "recognition-granted", ""","intensity":7 """),
            Event(
                "voted",
                "1948-11-29",
                ""","effects":[{"fact":"stance","holder":"ussr","toward":"plan","value":"supports","basis":"vote","vote":"yes"}]"""
            )
        );

    private async Task<JsonNode> BasisAsync(string axes) => (await GetAsync($"/state{axes}"))["basis"]!;

    [Fact]
    public async Task begins_with_the_first_which_nobody_has_adopted()
    {
        var card = await GetAsync("");

        Assert.Equal("\"0\" 1 0", $"{card.ETag} {card["rules"]} {card["revision"]}");
        Assert.Empty((await GetAsync("/history")).List("revisions"));
        Assert.Equal(1, (int)(await BasisAsync(""))["rules"]!);
    }

    [Fact]
    public async Task is_a_revision_of_the_chronology_with_its_position_author_and_reason()
    {
        var receipt = await TryAsync(
            0,
            """{"changes":{"rules":2},"reason":{"code":"adoption","note":"stricter"},"citations":[{"source":"ref","locator":"p. 2"}]}"""
        );
        var position = AfterCast + 1;

        Assert.Equal(HttpStatusCode.OK, receipt.Status);
        Assert.Equal(
            $"\"1\" itself 1 active {position} adopted",
            $"{receipt.ETag} {receipt["key"]} {receipt["revision"]} {receipt["status"]} {receipt["position"]} {receipt["op"]}"
        );
        var card = await GetAsync("");
        Assert.Equal($"\"1\" 2 1 {position}", $"{card.ETag} {card["rules"]} {card["revision"]} {await HeadAsync()}");
        var made = (await GetAsync("/history")).List("revisions").Single()!;
        Assert.Equal(
            $$"""1 {{position}} adopted {"code":"adoption","note":"stricter"} [{"field":"rules","before":1,"after":2}]""",
            $"{made["revision"]} {made["position"]} {made["op"]} {made["reason"]!.ToJsonString()} {made["changes"]!.ToJsonString()}"
        );
        Assert.Equal("ref", (string?)made["citations"]![0]!["source"]);
        var change = (await GetAsync($"/changes?since={AfterCast}")).List("changes").Single()!;
        Assert.Equal(
            $"{position} adopted chronology itself 1 adoption",
            $"{change["position"]} {change["op"]} {change["record"]} {change["key"]} {change["revision"]} {change["reason"]!["code"]}"
        );
        var blamed = (await GetAsync("/blame")).List("blame").Single()!;
        Assert.Equal("/rules 2 1", $"{blamed["place"]} {blamed["value"]} {blamed["revision"]}");
    }

    [Fact]
    public async Task answers_from_its_position_on_and_leaves_what_was_answered_before()
    {
        await RecordAsync();
        var before = await HeadAsync();
        string[] questions =
        [
            $"/state?between=ussr,israel&asOf=1950&knownAt={before}",
            $"/stances?asOf=1950&knownAt={before}",
            $"/score?between=ussr,israel&from=1948&to=1950&knownAt={before}",
            $"/facts?kind=stance&asOf=1950&knownAt={before}",
        ];
        var said = new List<string>();
        foreach (var question in questions)
            said.Add((await GetAsync(question)).Text);

        await AdoptAsync(0);

        foreach (var (question, was) in questions.Zip(said))
            Assert.Equal(was, (await GetAsync(question)).Text);
        Assert.Equal(
            (1, 2),
            ((int)(await BasisAsync($"?knownAt={before}"))["rules"]!, (int)(await BasisAsync(""))["rules"]!)
        );
        var (old, now) = (
            await GetAsync($"/state?between=ussr,israel&asOf=1950&knownAt={before}"),
            await GetAsync("/state?between=ussr,israel&asOf=1950")
        );
        Assert.Equal(
            ("B", "C", true),
            (
                (string?)old["score"]!["confidence"],
                (string?)now["score"]!["confidence"],
                (decimal)old["score"]!["value"]! == (decimal)now["score"]!["value"]!
            )
        );
        var revealed = (await GetAsync("/stances?holder=ussr&asOf=1950")).List("stances").Single()!["revealed"]!;
        Assert.Equal("insufficient-evidence", (string?)revealed["verdict"]);
    }

    [Theory]
    [InlineData("/state?between=ussr,israel&asOf=1950")]
    [InlineData("/stances?asOf=1950")]
    [InlineData("/score?between=ussr,israel&from=1948&to=1950")]
    [InlineData("/facts?asOf=1950")]
    [InlineData("/facts?kind=stance&holder=ussr&toward=plan&asOf=1950")]
    [InlineData("/events?asOf=1950")]
    [InlineData("/explain/stance?holder=ussr&toward=plan&asOf=1950")]
    [InlineData("/eras?asOf=1950")]
    [InlineData("/eras/suggestions?asOf=1950")]
    public async Task asked_under_the_first_says_what_it_said_before(string question)
    {
        await RecordAsync();
        var before = (await GetAsync(question)).Body!.AsObject();
        await AdoptAsync(0);
        var adopted = (await GetAsync(question)).Body!.AsObject();
        var first = (await GetAsync($"{question}&rules=1")).Body!.AsObject();
        var second = (await GetAsync($"{question}&rules=2")).Body!.AsObject();

        Assert.Equal((1, 2), ((int)first["basis"]!["rules"]!, (int)second["basis"]!["rules"]!));
        Assert.Equal(adopted.ToJsonString(), second.ToJsonString());
        foreach (var answer in new[] { before, first })
        {
            answer.Remove("basis");
            answer.Remove("answer");
        }
        Assert.Equal(before.ToJsonString(), first.ToJsonString());
    }

    [Fact]
    public async Task in_force_already_records_nothing()
    {
        var first = await AdoptAsync(0, "1");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(
            "0 0 null null",
            $"{first["revision"]} {first["position"]} {first["recordedAt"] ?? "null"} {first["op"] ?? "null"}"
        );

        await AdoptAsync(0);
        var again = await AdoptAsync(1);

        Assert.Equal($"1 {AfterCast + 1} null", $"{again["revision"]} {again["position"]} {again["op"] ?? "null"}");
        Assert.Equal(AfterCast + 1, await HeadAsync());
    }

    [Fact]
    public async Task that_were_in_force_before_is_allowed()
    {
        await AdoptAsync(0);
        Assert.Equal("adopted", (string?)(await AdoptAsync(1, "1"))["op"]);
        Assert.Equal("1 2", $"{(await GetAsync(""))["rules"]} {(await GetAsync(""))["revision"]}");
        Assert.Equal(
            "1 2 1",
            string.Join(
                ' ',
                new[]
                {
                    (await BasisAsync($"?knownAt={AfterCast}"))["rules"],
                    (await BasisAsync($"?knownAt={AfterCast + 1}"))["rules"],
                    (await BasisAsync($"?knownAt={AfterCast + 2}"))["rules"],
                }.Select(rules => rules!.ToString())
            )
        );
    }

    [Theory]
    [InlineData("""{"changes":{"rules":3},"reason":{"code":"adoption"}}""", 422, "unknown-rules", "/changes/rules")]
    [InlineData("""{"changes":{"rules":0},"reason":{"code":"adoption"}}""", 422, "unknown-rules", "/changes/rules")]
    [InlineData("""{"changes":{"rules":-1},"reason":{"code":"adoption"}}""", 422, "unknown-rules", "/changes/rules")]
    [InlineData(
        """{"changes":{"rules":2147483647},"reason":{"code":"adoption"}}""",
        422,
        "unknown-rules",
        "/changes/rules"
    )]
    [InlineData(
        """{"changes":{"rules":2147483648},"reason":{"code":"adoption"}}""",
        400,
        "invalid-parameter",
        "/changes/rules"
    )]
    [InlineData(
        """{"changes":{"rules":2.5},"reason":{"code":"adoption"}}""",
        400,
        "invalid-parameter",
        "/changes/rules"
    )]
    [InlineData(
        """{"changes":{"rules":"2"},"reason":{"code":"adoption"}}""",
        400,
        "invalid-parameter",
        "/changes/rules"
    )]
    [InlineData(
        """{"changes":{"rules":[2]},"reason":{"code":"adoption"}}""",
        400,
        "invalid-parameter",
        "/changes/rules"
    )]
    [InlineData(
        """{"changes":{"rules":null},"reason":{"code":"adoption"}}""",
        400,
        "invalid-parameter",
        "/changes/rules"
    )]
    [InlineData("""{"changes":{"title":"x"},"reason":{"code":"adoption"}}""", 400, "unknown-field", "/changes/title")]
    [InlineData(
        """{"changes":{"rules":2,"key":"x"},"reason":{"code":"adoption"}}""",
        400,
        "unknown-field",
        "/changes/key"
    )]
    [InlineData("""{"changes":{"rules":2}}""", 422, "reason-required", "/reason")]
    [InlineData("""{"changes":{"rules":2},"reason":{"code":"refinement"}}""", 400, "invalid-parameter", "/reason/code")]
    [InlineData(
        """{"changes":{"rules":2},"reason":{"code":"adoption"},"citations":[{"source":"none"}]}""",
        422,
        "unknown-source",
        "/citations/0/source"
    )]
    [InlineData("""{"rules":2,"reason":{"code":"adoption"}}""", 400, "unknown-field", "/rules")]
    [InlineData("""[2]""", 400, "invalid-parameter", "")]
    public async Task refuses_what_cannot_be_adopted_and_changes_nothing(
        string body,
        int status,
        string code,
        string pointer
    )
    {
        var refused = await TryAsync(0, body);

        Assert.Equal((status, code, pointer), ((int)refused.Status, refused.Code, refused.Pointer));
        Assert.Equal(AfterCast, await HeadAsync());
        Assert.Equal("1 0", $"{(await GetAsync(""))["rules"]} {(await GetAsync(""))["revision"]}");
    }

    [Fact]
    public async Task asks_for_the_revision_that_was_read()
    {
        const string Body = """{"changes":{"rules":2},"reason":{"code":"correction"}}""";

        Assert.Equal("revision-required", (await TryAsync(null, Body)).Code);
        Assert.Equal("stale-revision", (await TryAsync(1, Body)).Code);
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(0, Body)).Status);
        Assert.Equal("stale-revision", (await TryAsync(0, Body)).Code);
        Assert.Equal(AfterCast + 1, await HeadAsync());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("two")]
    [InlineData("1..2")]
    [InlineData("%2B1")]
    [InlineData("99999999999999999999")]
    [InlineData("%D9%A1")]
    [InlineData("")]
    public async Task refuses_to_answer_by_a_version_that_is_none(string rules)
    {
        foreach (
            var question in new[]
            {
                "/state?",
                "/stances?",
                "/facts?",
                "/facts?kind=recognition&holder=ussr&toward=israel&",
                "/facts/history?kind=recognition&holder=ussr&toward=israel&",
                "/events?",
                "/score?between=ussr,israel&from=1948&",
                "/eras?",
                "/eras/suggestions?",
                "/explain?kind=recognition&holder=ussr&toward=israel&",
                "/explain/stance?holder=ussr&toward=plan&",
                "/search?q=soviet&",
                "/actors?",
                "/actors/ussr?",
                "/actors/ussr/history?",
                "/history?",
                "/blame?",
            }
        )
        {
            var refused = await GetAsync($"{question}rules={rules}");
            Assert.True(
                refused is { Status: HttpStatusCode.BadRequest, Code: "invalid-parameter" },
                $"{question}: {refused.Text}"
            );
        }
    }

    [Fact]
    public async Task is_told_before_it_is_done()
    {
        await RecordAsync();
        var head = await HeadAsync();
        var preview = await AdoptAsync(0, "2", "?dryRun=true&asOf=1950");

        Assert.Equal(head, await HeadAsync());
        Assert.Equal("adopted 1", $"{preview["would"]!["op"]} {preview["would"]!["revision"]}");
        var score = preview["changes"]!["scores"]!.AsArray().Single()!;
        Assert.Equal(
            "israel,ussr B C",
            $"{score["between"]} {score["before"]!["confidence"]} {score["after"]!["confidence"]}"
        );
        var shown = preview["changes"]!["shown"]!.AsArray().Single()!;
        Assert.Equal(
            "ussr plan certain insufficient-evidence",
            $"{shown["holder"]} {shown["toward"]} {shown["before"]!["revealed"]!["verdict"]} {shown["after"]!["revealed"]!["verdict"]}"
        );
        Assert.Equal(0, (long)preview["changes"]!["untriedScores"]!);

        await AdoptAsync(0);
        var compared = await GetAsync($"/compare?from=1950@{head}&to=1950");
        Assert.Equal(shown.ToJsonString(), Without(compared.List("rules").Single()!, "about", "revisions"));
    }

    [Fact]
    public async Task is_told_of_the_scores_of_actors_that_stand()
    {
        await RecordAsync();
        await PostAsync("/actors", """{"key":"double","kind":"state","name":"Israel"}""");
        await PatchAsync(
            "/events/recognised-again",
            1,
            """ "actors":[{"actor":"ussr","role":"actor"},{"actor":"double","role":"recipient"}] """
        );
        await PostAsync("/actors/double/merge", """{"into":"israel","reason":{"code":"merge"}}""", 1);
        var preview = await AdoptAsync(0, "2", "?dryRun=true&asOf=1950");

        Assert.Equal("israel,ussr", (string?)preview["changes"]!["scores"]!.AsArray().Single()!["between"]);
    }

    private static string Without(JsonNode line, params string[] members)
    {
        foreach (var member in members)
            line.AsObject().Remove(member);
        return line.ToJsonString();
    }

    [Fact]
    public async Task is_the_third_part_of_a_comparison()
    {
        await RecordAsync();
        var head = await HeadAsync();
        await AdoptAsync(0);
        var compared = await GetAsync($"/compare?from=1950@{head}&to=1950&between=ussr,israel");

        Assert.Empty(compared.List("knowledge"));
        Assert.Empty(compared.List("world"));
        var line = compared.List("rules").Single()!;
        Assert.Equal(
            "score certainty B C",
            $"{line["about"]} {line["change"]} {line["before"]!["confidence"]} {line["after"]!["confidence"]}"
        );
        Assert.Equal("adopted", (string?)line["revisions"]!.AsArray().Single()!["op"]);
        Assert.Equal(0, (long)compared["unchanged"]!);
        Assert.Equal(
            "1 1 2",
            $"{compared["from"]!["rules"]} {compared["through"]!["rules"]} {compared["basis"]!["rules"]}"
        );
    }

    [Theory]
    [InlineData("2", "1 1 2", "score stance")]
    [InlineData("1..2", "1 1 2", "score stance")]
    [InlineData("2..1", "2 2 1", "score stance")]
    [InlineData("1", "1 1 1", "")]
    [InlineData("2..2", "2 2 2", "")]
    public async Task can_be_compared_before_it_is_done(string rules, string bases, string lines)
    {
        await RecordAsync();
        var compared = await GetAsync($"/compare?from=1950&to=1950&between=ussr,israel&rules={rules}");
        var all = await GetAsync($"/compare?from=1950&to=1950&rules={rules}");

        Assert.Equal(
            bases,
            $"{compared["from"]!["rules"]} {compared["through"]!["rules"]} {compared["basis"]!["rules"]}"
        );
        Assert.Equal(
            lines,
            string.Join(' ', compared.List("rules").Concat(all.List("rules")).Select(line => line!["about"]))
        );
    }

    [Theory]
    [InlineData("3")]
    [InlineData("1..3")]
    [InlineData("0..1")]
    [InlineData("..2")]
    [InlineData("1..2..1")]
    [InlineData("1...2")]
    [InlineData("1-2")]
    [InlineData("")]
    public async Task is_not_compared_with_a_version_that_is_none(string rules) =>
        Assert.Equal("invalid-parameter", (await GetAsync($"/compare?from=1950&rules={rules}")).Code);

    [Fact]
    public async Task changes_what_was_cited_under_the_rules_of_the_chronology()
    {
        await RecordAsync();
        const string Question = "/state?between=ussr,israel&asOf=1950&cite=true";
        var followed = await GetAsync(Question);
        var kept = await GetAsync($"{Question}&rules=2");
        await AdoptAsync(0);
        await RecordAsync(Event("elsewhere", "1980"));

        var changes = await GetAsync($"/answers/{followed["answer"]!["id"]}/changes");
        Assert.False((bool)changes["same"]!);
        Assert.Equal("adopted", changes.Each("changedSince", "op"));
        var ofKept = await GetAsync($"/answers/{kept["answer"]!["id"]}/changes");
        Assert.True((bool)ofKept["same"]!);
        Assert.Empty(ofKept.List("changedSince"));
        Assert.NotEqual((string?)followed["answer"]!["id"], (string?)kept["answer"]!["id"]);
        Assert.Contains(", by rules 2.", (string?)kept["answer"]!["citation"]!["text"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task keeps_permalinks_of_answers_that_nobody_cited()
    {
        await RecordAsync();
        foreach (var rules in new[] { "", "&rules=1", "&rules=2" })
        {
            var answer = await GetAsync($"/state?between=ussr,israel&asOf=1950&knownAt={AfterCast + 3}{rules}");
            await AdoptAsync(
                (int)(await GetAsync(""))["revision"]!,
                (await GetAsync(""))["rules"]!.ToString() == "1" ? "2" : "1"
            );
            var found = await GetAsync((string)answer["answer"]!["permalink"]!);

            Assert.Equal(HttpStatusCode.OK, found.Status);
            Assert.True(JsonNode.DeepEquals(answer["score"], found["score"]), found.Text);
            Assert.Equal((int)answer["basis"]!["rules"]!, (int)found["basis"]!["rules"]!);
        }
    }

    [Fact]
    public async Task can_be_cited_with_its_reason()
    {
        await TryAsync(0, """{"changes":{"rules":2},"reason":{"code":"adoption","note":"stricter"}}""");
        foreach (var question in new[] { "/history", "/blame" })
        {
            var cited = await GetAsync($"{question}?cite=true");
            Assert.True(cited.Status == HttpStatusCode.OK, cited.Text);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/answers/{cited["answer"]!["id"]}/commitments")).Status);
            Assert.Contains("stricter", cited.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task goes_with_an_export_into_a_chronology_of_another_name()
    {
        await AdoptAsync(0);
        await RecordAsync();
        await AdoptAsync(1, "1");
        await AdoptAsync(2);
        var lines = await Service.Client.GetStringAsync($"{Path}/export", TestContext.Current.CancellationToken);
        Assert.Contains(
            """{"record":"correct","of":"chronology","revision":1,"changes":{"rules":2},"reason":{"code":"adoption"}""",
            lines,
            StringComparison.Ordinal
        );
        var copy = await Once.CreateAsync();
        using var content = new StringContent(lines, null, "application/x-ndjson");
        var imported = await Answer.OfAsync(
            await Service.Client.PostAsync($"{copy}/import", content, TestContext.Current.CancellationToken)
        );

        Assert.DoesNotContain(imported.List("refused"), line => (string?)line!["code"] != "chronology-exists");
        Assert.Equal("2 3", $"{(await GetAsync(copy))["rules"]} {(await GetAsync(copy))["revision"]}");
        Assert.Equal(await HashAsync(Path), await HashAsync(copy));

        var head = await HeadAsync();
        var again = await ImportAsync(lines);
        Assert.Equal(0, (long)again["recorded"]!);
        Assert.Empty(again.List("refused"));
        Assert.Equal(head, await HeadAsync());
    }

    private async Task<string> HashAsync(string path) =>
        (
            await Service
                .Services.GetRequiredService<ISender>()
                .Send(new StateHashOf(path.Split('/')[^1], null), TestContext.Current.CancellationToken)
        )
            .Value
            .StateHash;

    [Fact]
    public async Task changes_the_hash_of_the_state()
    {
        var other = await Once.CreateAsync();
        using var content = new StringContent(Cast, null, "application/x-ndjson");
        await Service.Client.PostAsync($"{other}/import", content, TestContext.Current.CancellationToken);
        await AdoptAsync(0);
        await Service.SendAsync(HttpMethod.Post, $"{other}/actors", """{"key":"x","kind":"state","name":"X"}""");

        Assert.NotEqual(await HashAsync(Path), await HashAsync(other));
    }

    [Theory]
    [InlineData(
        """{"record":"correct","of":"chronology","revision":2,"changes":{"rules":2},"reason":{"code":"adoption"}}""",
        "stale-revision"
    )]
    [InlineData(
        """{"record":"correct","of":"chronology","key":"x","changes":{"rules":2},"reason":{"code":"adoption"}}""",
        "unknown-field"
    )]
    [InlineData(
        """{"record":"correct","of":"chronology","changes":{"rules":9},"reason":{"code":"adoption"}}""",
        "unknown-rules"
    )]
    [InlineData("""{"record":"correct","of":"chronology","changes":{"rules":2}}""", "reason-required")]
    [InlineData("""{"record":"retract","of":"chronology","reason":{"code":"correction"}}""", "invalid-parameter")]
    [InlineData("""{"record":"reinstate","of":"chronology","reason":{"code":"correction"}}""", "not-retracted")]
    [InlineData("""{"record":"merge","of":"chronology","into":"x","reason":{"code":"correction"}}""", "cannot-merge")]
    public async Task by_an_import_is_refused_where_it_is_wrong(string line, string code)
    {
        var report = await ImportAsync(line);

        Assert.Equal(code, report.Each("refused", "code"));
        Assert.Equal(AfterCast, await HeadAsync());
    }

    [Fact]
    public async Task is_possible_from_a_list_that_says_what_each_version_is()
    {
        var known = await GetAsync("/api/rules");

        Assert.Equal("1 2", known.Each("versions", "version"));
        var pieces = known
            .List("versions")
            .Select(version => version!["rules"]!.AsArray().Single(rule => (string?)rule!["rule"] == "least-pieces")!);
        Assert.Equal("2 3", string.Join(' ', pieces.Select(rule => rule["value"])));
    }
}
