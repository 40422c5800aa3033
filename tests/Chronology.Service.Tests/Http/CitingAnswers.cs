using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Tests.Http;

public sealed class CitingAnswers(ServedOnce served) : OverHttp(served)
{
    private const string Told = "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1950-01-01";

    /// <summary>Every kind of answer that has a basis.</summary>
    public static TheoryData<string> Questions =>
        [
            "/state?asOf=1950",
            "/state?between=ussr,israel&asOf=1950",
            "/state?between=israel%3bussr,plo&asOf=1950",
            "/state?actor=ussr&asOf=-0043",
            "/state?asOf=%2B170000000-01-01",
            Told,
            "/facts?asOf=1950&kind=recognition&holder=ussr&toward=israel&value=de-facto",
            "/facts?asOf=1950&holder=nobody",
            "/facts/history?kind=recognition&holder=ussr&toward=israel&asOf=1950",
            "/events?asOf=1950",
            "/events?q=Die+Gro%C3%9Fe&asOf=1950&status=active,disputed,retracted,merged",
            "/events/recognised?asOf=1950",
            "/events/recognised/history?asOf=1950",
            "/events/recognised/blame?asOf=1950",
            "/actors?asOf=1950",
            "/actors/becu?asOf=1950",
            "/actors/becu/history?asOf=1950",
            "/actors/becu/blame?asOf=1950",
            "/issues/plan?asOf=1950",
            "/sources?asOf=1950",
            "/sources/ref?asOf=1950",
            "/sources/ref/history?asOf=1950",
            "/sources/ref/blame?asOf=1950",
            "/schemes?asOf=1950",
            "/schemes/article?asOf=1950",
            "/schemes/article/blame?asOf=1950",
            "/schemes/article/eras?asOf=1950",
            "/eras?asOf=1950",
            "/schemes/article/eras/war?asOf=1950",
            "/schemes/article/eras/war/history?asOf=1950",
            "/schemes/article/eras/war/blame?asOf=1950",
            "/search?q=a&asOf=1950",
            "/score?between=ussr,israel&from=1947&to=1950",
            "/score?between=ussr,israel&from=1947&step=month&asOf=1950",
            "/stances?asOf=1950",
            "/eras/suggestions?asOf=1950",
            "/explain?kind=recognition&holder=ussr&toward=israel&asOf=1950",
            "/explain/stance?holder=ussr&toward=israel&asOf=1950",
            "/explain/score?between=ussr,israel&asOf=1950",
            "/explain/era?scheme=article&era=war&asOf=1950",
            "/explain/era?scheme=article&era=war&sentence=event/recognised&asOf=1950",
            "/compare?from=1947@6&to=1950",
            "/compare?from=1950&to=1947@6&between=ussr,israel",
            "/compare?from=1947@6&asOf=1950&actor=ussr",
        ];

    /// <summary>Two revisions of an event with all sorts of texts, and an era.</summary>
    private async Task<long> RecordTextsAsync()
    {
        await ImportAsync(
            """
            {"record":"event","key":"recognised","revision":1,"type":"recognition-granted","occurred":"1948-05-17","title":"Recognised \"é\"","description":"De jure","place":"Moscow","asWritten":"May 17, 1948","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}],"effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure"}],"citations":[{"source":"ref","locator":"p. 1","quote":"recognised"}]}
            {"record":"correct","of":"event","key":"recognised","revision":2,"changes":{"title":"Recognised de jure","place":null},"reason":{"code":"correction","note":"a better title"}}
            {"record":"source","key":"book","revision":1,"kind":"press","csl":{"title":"A book","author":[{"family":"Beću","given":"Ana"}],"volume":2},"url":"https://example.org/x","publisher":"P"}
            {"record":"scheme","key":"article","revision":1,"title":"The article's","author":"Its author"}
            {"record":"era","scheme":"article","key":"war","revision":1,"title":"After the war","span":"1945/1955","summary":"Cold","citations":[{"source":"ref"}]}
            """
        );
        return await HeadAsync();
    }

    private static string With(string question, string more) =>
        question + (question.Contains('?', StringComparison.Ordinal) ? "&" : "?") + more;

    private async Task<Answer> CiteAsync(string question)
    {
        var cited = await GetAsync(With(question, "cite=true"));
        Assert.True(cited.Status == HttpStatusCode.OK, cited.Text);
        return cited;
    }

    private static string IdOf(Answer answer) => (string)answer["answer"]!["id"]!;

    private static string HashOf(Answer answer) => (string)answer["answer"]!["hash"]!;

    private static string Without(JsonNode answer, params string[] members)
    {
        var left = answer.DeepClone().AsObject();
        foreach (var member in members)
            left.Remove(member);
        return CanonicalJson.Of(left);
    }

    /// <summary>The id of the same answer if it had not been cited.</summary>
    private static string Uncited(Answer cited, string question) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(question))}.{HashOf(cited)["sha256:".Length..][..32]}";

    private async Task<long> RowsAsync() =>
        await CountAsync($"select count(*) from chronology.answer where chronology = '{Path.Split('/')[^1]}'");

    private async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Once.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken),
            CultureInfo.InvariantCulture
        );
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task keeps_its_canonical_bytes_whatever_is_recorded_later(string question)
    {
        await RecordTextsAsync();
        var cited = await CiteAsync(question);
        var permalink = (string)cited["answer"]!["permalink"]!;
        var kept = await GetAsync(permalink);

        await PatchAsync("/events/recognised", 2, """ "occurred":"1950-05" """);
        await DoAsync("retract", "/events/recognised", 3);
        await PatchAsync("/actors/becu", 1, """ "name":"Another" """);
        await PatchAsync("/sources/ref", 1, """ "csl":{"title":"Other"} """);
        await RecordAsync(Effect("withdrawn", "1949", "recognition|ussr|israel|withdrawn"));

        Assert.Equal(Without(cited.Body!, "answer"), kept.Text);
        Assert.Equal("application/json", kept.Media);
        Assert.Equal($"\"{HashOf(cited)}\"", kept.ETag);
        Assert.Equal(
            kept,
            await GetAsync(permalink),
            (one, other) => one!.Text == other!.Text && one.ETag == other.ETag
        );
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task is_worked_out_again_to_the_same_bytes_by_the_id_that_it_would_have_uncited(string question)
    {
        await RecordTextsAsync();
        var cited = await CiteAsync(question);
        await PatchAsync("/events/recognised", 2, """ "title":"Something else","occurred":"1950-05" """);
        await PatchAsync("/schemes/article/eras/war", 1, """ "title":"Else" """);
        var stored = await StoredAsync(IdOf(cited));

        var again = await GetAsync($"/answers/{Uncited(cited, stored)}");

        Assert.True(again.Status == HttpStatusCode.OK, again.Text);
        Assert.Equal((await GetAsync($"/answers/{IdOf(cited)}")).Text, again.Text);
        Assert.Equal($"\"{HashOf(cited)}\"", again.ETag);
    }

    private async Task<string> StoredAsync(string id)
    {
        await using var source = NpgsqlDataSource.Create(Once.ConnectionString);
        await using var command = source.CreateCommand("select question from chronology.answer where id = $1");
        command.Parameters.AddWithValue(id);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task has_a_hash_over_what_is_left_without_its_texts(string question)
    {
        await RecordTextsAsync();
        var cited = await CiteAsync(question);
        var commitments = await GetAsync($"/answers/{IdOf(cited)}/commitments");

        Assert.Equal(
            HashOf(cited),
            $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(commitments.Text)))}"
        );
        foreach (
            var text in new[]
            {
                "Recognised",
                "De jure",
                "Moscow",
                "May 17",
                "p. 1",
                "better",
                "Die",
                "Ana",
                "A book",
                "Its author",
                "After the war",
                "Cold",
                "example.org",
            }
        )
            Assert.DoesNotContain(text, commitments.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task twice_stores_it_once_and_takes_no_position()
    {
        var head = await RecordTextsAsync();
        var first = await CiteAsync("/state?between=ussr,israel&asOf=1950-12");
        var second = await CiteAsync($"/state?knownAt={head}&asOf=1950-12-31&between=ussr%2Cisrael");

        Assert.Equal(first.Text, second.Text);
        Assert.Equal((1, head), (await RowsAsync(), await HeadAsync()));
    }

    [Fact]
    public async Task of_another_question_stores_another_answer_though_it_says_the_same()
    {
        var one = await CiteAsync("/facts?asOf=1950&holder=ussr&kind=recognition");
        var other = await CiteAsync("/facts?asOf=1950&kind=recognition&holder=ussr&toward=israel");

        Assert.NotEqual(IdOf(one), IdOf(other));
        Assert.Equal(2, await RowsAsync());
    }

    [Fact]
    public async Task gives_the_answer_with_its_name_after_the_basis()
    {
        await RecordTextsAsync();
        var plain = await GetAsync(Told);
        var cited = await CiteAsync(Told);

        Assert.Equal(
            ["basis", "answer", "facts", "verdict"],
            cited.Body!.AsObject().Select(member => member.Key).Take(4)
        );
        Assert.Equal(Without(plain.Body!), Without(cited.Body!, "answer"));
        Assert.Equal($"{Path}/answers/{IdOf(cited)}", (string?)cited["answer"]!["permalink"]);
        Assert.Null(plain["answer"]);
    }

    [Fact]
    public async Task gives_a_citation_to_paste_with_the_names_known_then()
    {
        await RecordTextsAsync();
        var cited = await CiteAsync("/state?between=ussr,plo&asOf=1974-07-01&knownAt=9");
        await PatchAsync("/actors/ussr", 1, """ "name":"USSR" """);
        var citation = await GetAsync($"/answers/{IdOf(cited)}/citation");
        var recorded = (string)cited["basis"]!["knownAt"]!["at"]!;
        var url = new Uri(Service.Client.BaseAddress!, (string)cited["answer"]!["permalink"]!).ToString();

        Assert.Equal(
            $"{Path.Split('/')[^1]}. State of relations between Soviet Union and Palestine Liberation Organisation as of 1974-07-01, as known at position 9 ({recorded[..10]}). Chronology. {url}. {HashOf(cited)}.",
            (string?)citation["text"]
        );
        Assert.Equal(citation.Body!.ToJsonString(), cited["answer"]!["citation"]!.ToJsonString());
        var csl = citation["csl"]!;
        Assert.Equal(
            ("dataset", url, "9", Path.Split('/')[^1]),
            ((string?)csl["type"], (string?)csl["URL"], (string?)csl["version"], (string?)csl["container-title"])
        );
        Assert.Equal(
            recorded[..10],
            string.Join('-', csl["issued"]!["date-parts"]![0]!.AsArray().Select(part => $"{(int)part!:00}"))
        );
        Assert.Subset(CslNames, csl.AsObject().Select(member => member.Key).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Of the members that CSL-JSON has (csl-data.json, 1.0.2), those that could be meant.</summary>
    private static readonly HashSet<string> CslNames = new(StringComparer.Ordinal)
    {
        "id",
        "type",
        "title",
        "container-title",
        "version",
        "URL",
        "note",
        "issued",
        "accessed",
        "publisher",
    };

    [Fact]
    public async Task at_position_0_gives_a_citation_without_a_date()
    {
        var cited = await CiteAsync("/state?knownAt=0&asOf=1950-01-01");

        Assert.Contains(
            "State of relations as of 1950-01-01, as known at position 0. Chronology.",
            (string)cited["answer"]!["citation"]!["text"]!,
            StringComparison.Ordinal
        );
        Assert.Null(cited["answer"]!["citation"]!["csl"]!["issued"]);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/answers/{IdOf(cited)}")).Status);
    }

    [Fact]
    public async Task keeps_nothing_of_the_host_in_its_bytes()
    {
        var cited = await CiteAsync("/state?asOf=1950");

        Assert.DoesNotContain("127.0.0.1", (await GetAsync($"/answers/{IdOf(cited)}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task has_one_form_however_the_position_is_said()
    {
        await RecordTextsAsync();
        var state = await GetAsync("/state?asOf=1950-12-31&between=ussr,israel");
        var at = (string)state["basis"]!["knownAt"]!["at"]!;

        var named = state["answer"]!.ToJsonString();

        Assert.Equal(
            named,
            (await GetAsync($"/state?between=ussr%2Cisrael&asOf=1950&knownAt={await HeadAsync()}"))[
                "answer"
            ]!.ToJsonString()
        );
        Assert.Equal(
            named,
            (await GetAsync($"/State/?knownAt={at}&between=ussr,israel&asOf=1950-12"))["answer"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task that_nobody_has_cited_is_found_by_the_name_that_the_state_carries()
    {
        await RecordTextsAsync();
        var state = await GetAsync("/state?asOf=1950&between=ussr,israel");
        await DoAsync("retract", "/events/recognised", 2);
        var again = await GetAsync((string)state["answer"]!["permalink"]!);

        Assert.Equal(Without(state.Body!, "answer"), again.Text);
        Assert.Equal($"\"{HashOf(state)}\"", again.ETag);
        Assert.StartsWith(
            "/state?asOf=1950-12-31&between=ussr%2Cisrael&format=",
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(IdOf(state).Split('.')[0])),
            StringComparison.Ordinal
        );
        Assert.Equal(0, await RowsAsync());
    }

    [Fact]
    public async Task is_told_with_a_page_of_a_list_and_its_cursor()
    {
        await RecordTextsAsync();
        await RecordAsync(Event("later", "1950"), Event("last", "1951"));
        var cursor = (string)(await GetAsync("/events?limit=1&asOf=1950"))["next"]!;
        var cited = await CiteAsync($"/events?limit=1&asOf=1950&cursor={cursor}");
        await RecordAsync(Event("between", "1949"));

        Assert.Equal("later", cited.Each("events", "key"));
        Assert.Equal(
            (await GetAsync($"/answers/{IdOf(cited)}")).Text,
            (await GetAsync($"/answers/{Uncited(cited, await StoredAsync(IdOf(cited)))}")).Text
        );
        var changes = await GetAsync($"/answers/{IdOf(cited)}/changes");
        Assert.Equal(("between", false), (changes.Each("changedSince", "key"), (bool)changes["same"]!));
    }

    [Fact]
    public async Task is_refused_like_the_question()
    {
        Assert.Equal("invalid-parameter", (await GetAsync("/state?asOf=yesterday&cite=true")).Code);
        Assert.Equal("invalid-parameter", (await GetAsync("/state?cite=yes")).Code);
        Assert.Equal("invalid-parameter", (await GetAsync("/state?cite=true&cite=true")).Code);
        Assert.Equal("invalid-parameter", (await GetAsync("/state?asOf=1950&asOf=1951&cite=true")).Code);
        Assert.Equal("invalid-parameter", (await GetAsync("/state?colour=red&cite=true")).Code);
        Assert.Equal("invalid-parameter", (await GetAsync("/changes?cite=true")).Code);
        Assert.Equal("no-such-event", (await GetAsync("/events/nothing?cite=true")).Code);
        Assert.Equal("no-such-chronology", (await GetAsync("/api/chronologies/none/state?cite=true")).Code);
        Assert.Equal(0, await RowsAsync());
    }

    [Fact]
    public async Task does_not_depend_on_culture()
    {
        await RecordTextsAsync();
        var before = await CiteAsync("/state?asOf=-0043");
        var culture = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NegativeSign = "~";
        odd.DateTimeFormat.ShortDatePattern = "dd yyyy";
        try
        {
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = odd;
            Assert.Equal(before.Text, (await CiteAsync("/state?asOf=-0043")).Text);
        }
        finally
        {
            (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.CurrentCulture) = (null, culture);
        }
    }
}

public sealed class AnswersThatCannotBeFound(ServedOnce served) : OverHttp(served)
{
    private const string Digits = "00112233445566778899aabbccddeeff";

    private static string Id(string question, string hash = Digits) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(question))}.{hash}";

    public static TheoryData<string> Hostile =>
        [
            Digits,
            "x",
            $".{Digits}",
            $"a.{Digits}",
            $"%ff.{Digits}",
            $"____.{Digits}",
            $"{Digits}.{Digits}.{Digits}",
            Digits.ToUpperInvariant(),
            new string('a', 7_000),
            "..%2f..%2fetc%2fpasswd",
            "%27%3bdrop%20table%20answer",
            Id("/state"),
            Id("/state?asOf=1950-01-01"),
            Id("/state?asOf=1950-01-01&format=1&knownAt=1&rules=1", "zz"),
            Id("/state?asOf=1950-01-01&format=1&knownAt=99&rules=1"),
            Id("/state?asOf=1950-01-01&format=1&knownAt=99999999999999999999&rules=1"),
            Id("/state?asOf=1950-01-01&format=1&knownAt=-1&rules=1"),
            Id("/state?asOf=1950&format=1&knownAt=1&rules=1"),
            Id("/state?asOf=1950-01-01&format=1&knownAt=01&rules=1"),
            Id("/state?asOf=1950-01-01&format=99&knownAt=1&rules=1"),
            Id("/state?asOf=1950-01-01&format=1&knownAt=1&rules=7"),
            Id("/state?format=1&asOf=1950-01-01&knownAt=1&rules=1"),
            Id("/state?asOf=1950-01-01&asOf=1951-01-01&format=1&knownAt=1&rules=1"),
            Id("/state?asOf=1950-01-01&cite=true&format=1&knownAt=1&rules=1"),
            Id("/state?asOf=1950-01-01&colour=red&format=1&knownAt=1&rules=1"),
            Id("/answers/x?asOf=1950-01-01&format=1&knownAt=1&rules=1"),
            Id("/export?asOf=1950-01-01&format=1&knownAt=1&rules=1"),
            Id("/events/nothing?asOf=1950-01-01&format=1&knownAt=1&rules=1"),
            Id("//state?asOf=1950-01-01&format=1&knownAt=1&rules=1"),
            Id("http://example.org/state?asOf=1950-01-01&format=1&knownAt=1&rules=1"),
            Id("/search?asOf=1950-01-01&cursor=zzzz&format=1&knownAt=1&q=a&rules=1"),
        ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task are_no_such_answer(string id)
    {
        foreach (var below in new[] { "", "/citation", "/changes", "/commitments" })
        {
            var refused = await GetAsync($"/answers/{id}{below}");
            Assert.Equal((HttpStatusCode.NotFound, "no-such-answer"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task belong_to_their_chronology()
    {
        var cited = await GetAsync("/state?asOf=1950&cite=true");
        var id = (string)cited["answer"]!["id"]!;
        var other = await Once.CreateAsync();

        Assert.Equal("no-such-answer", (await GetAsync($"{other}/answers/{id}")).Code);
        Assert.Equal("no-such-chronology", (await GetAsync($"/api/chronologies/none/answers/{id}")).Code);
    }

    [Fact]
    public async Task have_no_id_where_the_question_is_too_long_and_are_cited_instead()
    {
        var sides = string.Join(',', Enumerable.Range(0, 30).Select(n => $"{new string('a', 100)}{n}"));
        var longer = await GetAsync($"/state?asOf=1950&between={sides};ussr");

        Assert.Null(longer["answer"]!["id"]);
        Assert.Null(longer["answer"]!["permalink"]);
        Assert.StartsWith("sha256:", (string)longer["answer"]!["hash"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task take_no_parameters()
    {
        var id = (string)(await GetAsync("/state?asOf=1950&cite=true"))["answer"]!["id"]!;

        foreach (var below in new[] { "", "/citation", "/changes", "/commitments" })
            Assert.Equal("invalid-parameter", (await GetAsync($"/answers/{id}{below}?knownAt=1")).Code);
    }
}
