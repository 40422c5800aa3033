using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Tests.Http;

/// <summary>Malformed and hostile requests: each is refused with a code, shows nothing of the inner workings, and records nothing.</summary>
public sealed class HostileRequests(HostileRequests.Attacked attacked) : IClassFixture<HostileRequests.Attacked>
{
    /// <summary>A service with one chronology, which no test of this class changes: a record of each kind, each at revision 1.</summary>
    public sealed class Attacked(TestServer server) : IAsyncLifetime
    {
        private const string Records = """
            {"record":"source","key":"ref","revision":1,"kind":"secondary","csl":{"title":"A history"}}
            {"record":"actor","key":"ussr","revision":1,"kind":"state","name":"Soviet Union"}
            {"record":"issue","key":"plan","revision":1,"title":"The plan"}
            {"record":"event","key":"held","revision":1,"type":"statement-made","occurred":"1950","title":"held","noSource":"citation needed"}
            {"record":"scheme","key":"own","revision":1,"title":"A division"}
            {"record":"era","scheme":"own","key":"first","revision":1,"title":"First","span":"1950/1960"}
            """;

        private readonly ServedOnce once = new(server);

        public Served Service => once.Service;

        public string ConnectionString => once.ConnectionString;

        public string Path { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            await once.InitializeAsync();
            Path = await once.CreateAsync();
            Assert.Equal(6, (int)(await Service.ImportAsync(Path, Records))["recorded"]!);
        }

        public ValueTask DisposeAsync() => once.DisposeAsync();
    }

    private const string Json = "application/json";
    private const string Good =
        """{"key":"new","type":"statement-made","occurred":"1950","title":"x","noSource":"-"}""";
    private const string Reason = """{"reason":{"code":"correction"}}""";

    private static readonly Dictionary<RecordKind, (string Path, string Body)> Least = new()
    {
        [RecordKind.Event] = ("/events", Good),
        [RecordKind.Actor] = ("/actors", """{"key":"new","kind":"state","name":"x"}"""),
        [RecordKind.Issue] = ("/issues", """{"key":"new","title":"x"}"""),
        [RecordKind.Source] = ("/sources", """{"key":"new","kind":"press"}"""),
        [RecordKind.Scheme] = ("/schemes", """{"key":"new","title":"x"}"""),
        [RecordKind.Era] = ("/schemes/own/eras", """{"key":"new","title":"x","span":"1950/1960"}"""),
    };

    private static readonly string[] Records =
    [
        "/events/held",
        "/actors/ussr",
        "/issues/plan",
        "/sources/ref",
        "/schemes/own",
        "/schemes/own/eras/first",
    ];

    private static readonly string[] Questions =
    [
        "/state",
        "/facts",
        "/facts/history?kind=recognition&holder=ussr&toward=ussr",
        "/events",
        "/actors",
        "/issues",
        "/sources",
        "/schemes",
        "/schemes/own/eras",
        "/search?q=x",
        .. Records,
        .. Records.Select(record => $"{record}/history"),
        .. Records.Select(record => $"{record}/blame"),
    ];

    /// <summary>Method, path, body (null: none; latin1: its code units are the bytes), status, code.</summary>
    public static TheoryData<string, string, string?, int, string> Requests
    {
        get
        {
            var requests = Written;
            foreach (var (kind, (path, least)) in Least)
            {
                foreach (var name in RecordJson.Fields(kind))
                    requests.Add(
                        "POST",
                        path,
                        Wrong(least, name, name == "provisional" ? "yes" : null),
                        400,
                        "invalid-parameter"
                    );
                requests.Add("POST", path, least[..^1] + ",\"nope\":1}", 400, "unknown-field");
                requests.Add("POST", path, least[..^1] + ",\"key\":\"new\"}", 400, "malformed-json");
                requests.Add("POST", path, $"[{least}]", 400, "invalid-parameter");
                requests.Add("POST text/xml", path, least, 415, "unsupported-media-type");
                requests.Add("PUT", path, least, 405, "method-not-allowed");
            }
            foreach (var (list, members) in Lists)
            {
                foreach (var member in members)
                    requests.Add(
                        "POST",
                        list is "names" or "successors" ? "/actors" : "/events",
                        Wrong(
                            list is "names" or "successors" ? Least[RecordKind.Actor].Body : Good,
                            list,
                            new JsonArray(Entry(list, member))
                        ),
                        400,
                        "invalid-parameter"
                    );
            }
            foreach (var record in Records)
            {
                requests.Add("PATCH -", record, Reason, 428, "revision-required");
                requests.Add("PATCH 0", record, Reason, 400, "invalid-parameter");
                requests.Add(
                    "PATCH 2",
                    record,
                    """{"changes":{"title":"y","name":"y"},"reason":{"code":"correction"}}""",
                    412,
                    "stale-revision"
                );
                requests.Add("PATCH", record, "{}", 422, "reason-required");
                requests.Add("PATCH", record, Reason, 400, "invalid-parameter");
                requests.Add(
                    "PATCH",
                    record,
                    """{"changes":{"nope":1},"reason":{"code":"correction"}}""",
                    400,
                    "unknown-field"
                );
                requests.Add(
                    "PATCH",
                    record,
                    """{"changes":[],"reason":{"code":"correction"}}""",
                    400,
                    "invalid-parameter"
                );
                requests.Add(
                    "PATCH",
                    record,
                    """{"changes":{},"reason":{"code":"because"}}""",
                    400,
                    "invalid-parameter"
                );
                requests.Add(
                    "PATCH",
                    record,
                    """{"changes":{},"reason":{"code":"correction","note":7}}""",
                    400,
                    "invalid-parameter"
                );
                requests.Add("POST *", $"{record}/retract", Reason, 400, "invalid-parameter");
                requests.Add("POST", $"{record}/retract", "{}", 422, "reason-required");
                requests.Add("POST", $"{record}/reinstate", Reason, 422, "not-retracted");
                requests.Add("POST", $"{record}/retract?now=1", Reason, 400, "invalid-parameter");
                requests.Add("DELETE", record, null, 405, "method-not-allowed");
            }
            foreach (var question in Questions)
            {
                var more = question.Contains('?', StringComparison.Ordinal) ? '&' : '?';
                requests.Add("GET", $"{question}{more}asOf=1974-13", null, 400, "invalid-parameter");
                requests.Add("GET", $"{question}{more}knownAt=9999", null, 400, "invalid-parameter");
                requests.Add("GET", $"{question}{more}nope=1", null, 400, "invalid-parameter");
            }
            return requests;
        }
    }

    private static readonly (string List, string[] Members)[] Lists =
    [
        ("actors", ["actor", "role"]),
        ("effects", ["holder", "toward", "qualifier", "value", "from", "until"]),
        ("citations", ["source", "locator", "quote"]),
        ("names", ["name", "from", "until"]),
        ("successors", ["actor", "kind", "on"]),
    ];

    private static TheoryData<string, string, string?, int, string> Written =>
        new()
        {
            // Not the JSON expected
            { "POST", "/events", "", 400, "malformed-json" },
            { "POST", "/events", "{", 400, "malformed-json" },
            { "POST", "/events", "{}{}", 400, "malformed-json" },
            { "POST", "/events", "// comment\n{}", 400, "malformed-json" },
            { "POST", "/events", """{"key":"a",}""", 400, "malformed-json" },
            { "POST", "/events", """{'key':'a'}""", 400, "malformed-json" },
            { "POST", "/events", """{"key":"a","key":"b"}""", 400, "malformed-json" },
            { "POST", "/events", """{"key":"a","\u006bey":"b"}""", 400, "malformed-json" },
            { "POST", "/events", """{"key":"a\u0000"}""", 400, "malformed-json" },
            { "POST", "/events", "{\"key\":\"a\0\"}", 400, "malformed-json" },
            { "POST", "/events", """{"title":"\ud800"}""", 400, "malformed-json" },
            { "POST", "/events", """{"\udc00":1}""", 400, "malformed-json" },
            { "POST", "/events", "{\"title\":\"\u00ff\u00fe\"}", 400, "malformed-json" },
            { "POST", "/events", "{\"title\":\"\u00ed\u00a0\u0080\"}", 400, "malformed-json" },
            { "POST", "/events", "{\"title\":\"\u00c0\u00af\"}", 400, "malformed-json" },
            { "POST", "/events", """{"order":NaN}""", 400, "malformed-json" },
            { "POST", "/events", """{"order":01}""", 400, "malformed-json" },
            { "POST", "/sources", $$"""{"key":"d","kind":"press","csl":{{Deep(64)}}}""", 400, "malformed-json" },
            { "POST", "/sources", Deep(10_000), 400, "malformed-json" },
            { "PATCH", "/events/held", "[", 400, "malformed-json" },
            { "POST", "/api/chronologies", "{\"slug\":", 400, "malformed-json" },
            // Wrong types and values
            { "POST", "/events", "null", 400, "invalid-parameter" },
            { "POST", "/events", "[]", 400, "invalid-parameter" },
            { "POST", "/events", "\"x\"", 400, "invalid-parameter" },
            { "POST", "/events", "17", 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":17"), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"../x\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"UPPER\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"a\\nb\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"клюв\""), 400, "invalid-parameter" },
            { "POST", "/events", With($"\"key\":\"{new string('k', 129)}\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"'; drop table chronology.record; --\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"title\":{}"), 400, "invalid-parameter" },
            {
                "POST",
                "/events",
                With($"\"key\":\"new\",\"title\":\"{new string('t', 501)}\""),
                400,
                "invalid-parameter"
            },
            { "POST", "/events", With("\"key\":\"new\",\"order\":1.5"), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"order\":99999999999"), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"intensity\":1e999"), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"tags\":\"un\""), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"tags\":[1]"), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"actors\":[null]"), 400, "invalid-parameter" },
            { "POST", "/events", With("\"key\":\"new\",\"effects\":{}"), 400, "invalid-parameter" },
            {
                "POST",
                "/events",
                With("\"key\":\"new\",\"anchor\":{\"relation\":\"after\",\"event\":\"held\"}"),
                400,
                "invalid-parameter"
            },
            { "POST", "/events", With("\"key\":\"new\",\"calendar\":\"maya\""), 400, "invalid-parameter" },
            { "POST", "/actors", """{"key":"x","kind":"planet","name":"x"}""", 400, "invalid-parameter" },
            { "POST", "/sources", """{"key":"x","kind":"press","csl":[]}""", 400, "invalid-parameter" },
            {
                "POST",
                "/sources",
                """{"key":"x","kind":"press","csl":{"n":123456789012345678901234567890}}""",
                400,
                "invalid-parameter"
            },
            {
                "POST",
                "/sources",
                """{"key":"x","kind":"press","url":"javascript:alert(1)"}""",
                400,
                "invalid-parameter"
            },
            {
                "POST",
                "/sources",
                """{"key":"x","kind":"press","url":"file:///etc/passwd"}""",
                400,
                "invalid-parameter"
            },
            { "POST", "/actors", """{"key":"x","kind":"state","name":"x","existed":"1950"}""", 400, "invalid-date" },
            { "POST", "/issues", """{"key":"x"}""", 400, "invalid-parameter" },
            { "POST", "/api/chronologies", """{"slug":"A B","title":"x"}""", 400, "invalid-parameter" },
            { "POST", "/api/chronologies", """{"slug":"x"}""", 400, "invalid-parameter" },
            // Unknown members
            { "POST", "/events", With("\"key\":\"new\",\"position\":1"), 400, "unknown-field" },
            { "POST", "/events", With("\"key\":\"new\",\"__proto__\":{}"), 400, "unknown-field" },
            { "POST", "/events", With("\"key\":\"new\",\"$type\":\"System.IO.FileInfo\""), 400, "unknown-field" },
            { "POST", "/events", With("\"Key\":\"new\""), 400, "unknown-field" },
            {
                "POST",
                "/actors",
                """{"key":"x","kind":"state","name":"x","names":[{"name":"y","on":1}]}""",
                400,
                "unknown-field"
            },
            { "POST", "/api/chronologies", """{"slug":"x","title":"x","head":9}""", 400, "unknown-field" },
            {
                "PATCH",
                "/events/held",
                """{"changes":{"status":"active"},"reason":{"code":"correction"}}""",
                400,
                "unknown-field"
            },
            {
                "PATCH",
                "/events/held",
                """{"changes":{},"reason":{"code":"correction"},"into":"x"}""",
                400,
                "unknown-field"
            },
            { "POST", "/events/held/retract", """{"reason":{"code":"correction","x":1}}""", 400, "unknown-field" },
            // Too large, wrong media type, wrong method
            {
                "POST",
                "/events",
                With($"\"key\":\"new\",\"description\":\"{new string('d', 1 << 20)}\""),
                413,
                "too-large"
            },
            {
                "POST",
                "/events",
                With($"\"key\":\"new\",\"description\":\"{new string('d', 3 << 20)}\""),
                413,
                "too-large"
            },
            { "POST text/plain", "/events", Good, 415, "unsupported-media-type" },
            { "POST ", "/events", Good, 415, "unsupported-media-type" },
            { "POST application/x-www-form-urlencoded", "/actors", "key=x", 415, "unsupported-media-type" },
            { "POST application/json", "/import", "{}", 415, "unsupported-media-type" },
            { "PATCH application/merge-patch+json", "/events/held", Reason, 415, "unsupported-media-type" },
            { "PUT", "/events/held", Good, 405, "method-not-allowed" },
            { "DELETE", "/events/held", null, 405, "method-not-allowed" },
            { "DELETE", "/events", null, 405, "method-not-allowed" },
            { "POST", "/state", "{}", 405, "method-not-allowed" },
            { "POST", "/facts", "{}", 405, "method-not-allowed" },
            { "GET", "/import", null, 405, "method-not-allowed" },
            { "TRACE", "/events", null, 405, "method-not-allowed" },
            { "DELETE", "/api/chronologies", null, 405, "method-not-allowed" },
            { "POST", "/health/live", "{}", 405, "method-not-allowed" },
            // Addresses
            { "GET", "/events/..%2f..%2fsecret", null, 404, "no-such-event" },
            { "GET", "/events/%2e%2e%2fx", null, 404, "no-such-event" },
            { "GET", "/events/%ED%A0%80", null, 404, "no-such-event" },
            { "GET", "/events/%F0%9F%92%A3", null, 404, "no-such-event" },
            { "GET", "/events/a%0Ab", null, 404, "no-such-event" },
            { "GET", "/events/HELD", null, 404, "no-such-event" },
            { "GET", "/events/held'%20or%20'1'='1", null, 404, "no-such-event" },
            { "GET", "/events/%25", null, 404, "no-such-event" },
            { "GET", $"/events/{new string('k', 4_000)}", null, 404, "no-such-event" },
            { "GET", "/events/held/history/x", null, 404, "not-found" },
            { "GET", "/events//held", null, 404, "not-found" },
            { "GET", "/wp-admin.php", null, 404, "not-found" },
            { "GET", "/api/chronologies/%27%3Bdrop%20table%20x/events", null, 404, "no-such-chronology" },
            { "POST", "/api/chronologies/nowhere/import", "", 404, "no-such-chronology" },
            { "GET", "/openapi/v2.json", null, 404, "not-found" },
            // Parameters
            { "GET", "/events?q=a&q=b", null, 400, "invalid-parameter" },
            { "GET", "/events?limit=1&LIMIT=2", null, 400, "invalid-parameter" },
            { "GET", "/events?q=%00", null, 400, "invalid-parameter" },
            { "GET", $"/events?q={new string('q', 4_001)}", null, 400, "invalid-parameter" },
            { "GET", "/events?actor=%27%20or%201=1--", null, 400, "invalid-parameter" },
            { "GET", "/events?type=%27%3B--", null, 400, "invalid-parameter" },
            { "GET", "/events?cursor=MXw5OTk5OTl8MHwwfDB8YQ", null, 400, "invalid-parameter" },
            { "GET", "/facts?kind=recognition%27", null, 400, "invalid-parameter" },
            { "GET", "/state?between=ussr,israel%00", null, 400, "invalid-parameter" },
            { "GET", "/state?asOf=1948-05-17%27", null, 400, "invalid-parameter" },
            { "GET", "/changes?since=-1", null, 400, "invalid-parameter" },
            { "GET", "/changes?since=99999999999999999999", null, 400, "invalid-parameter" },
            { "GET", "/actors?sort=name", null, 400, "invalid-parameter" },
            { "GET", "/events/held?revision=1", null, 400, "invalid-parameter" },
            { "GET", "?x=1", null, 400, "invalid-parameter" },
            { "POST", "/events?force=true", Good, 400, "invalid-parameter" },
            { "POST", "/import?strict=maybe", "", 400, "invalid-parameter" },
            { "POST", "/import?strict=true&strict=false", "", 400, "invalid-parameter" },
            // Revisions
            {
                "PATCH",
                "/events/held",
                """{"changes":{"key":"x"},"reason":{"code":"correction"}}""",
                400,
                "invalid-parameter"
            },
            { "PATCH -", "/events/held", Reason, 428, "revision-required" },
            {
                "PATCH 9",
                "/events/held",
                """{"changes":{"title":"y"},"reason":{"code":"correction"}}""",
                412,
                "stale-revision"
            },
            { "PATCH one", "/events/held", Reason, 400, "invalid-parameter" },
            { "POST -", "/events/held/retract", Reason, 428, "revision-required" },
            { "POST 2147483648", "/events/held/retract", Reason, 400, "invalid-parameter" },
            { "POST 2", "/events/held/dispute", Reason, 412, "stale-revision" },
        };

    [Fact]
    public void are_more_than_two_hundred() =>
        Assert.True(Requests.Select(row => (row.Data.Item1, row.Data.Item2, row.Data.Item3)).Distinct().Count() >= 200);

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task are_refused(string method, string path, string? body, int status, string code)
    {
        var before = await RowsAsync();

        using var request = Request(method, path, body);
        var refused = await Answer.OfAsync(
            await Service.Client.SendAsync(request, TestContext.Current.CancellationToken)
        );

        Assert.Equal((status, code), ((int)refused.Status, refused.Code));
        Assert.Equal("application/problem+json", refused.Media);
        Assert.Equal(status, (int)refused["status"]!);
        Assert.True(((string)refused["detail"]!).Length > 10);
        foreach (
            var inner in new[] { "Exception", "Npgsql", "Marten", "   at ", "select ", "System.", "/src/", ".cs:" }
        )
            Assert.DoesNotContain(inner, Told(refused, path, body), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await RowsAsync());
    }

    /// <summary>Whatever addresses there come to be: each refuses what it does not know, and whom it does not expect.</summary>
    [Fact]
    public async Task are_refused_by_every_operation_that_is_described()
    {
        var before = await RowsAsync();
        var accepted = new List<string>();
        var sent = 0;
        foreach (var (template, operations) in (await Service.GetAsync("/openapi/v1.json"))["paths"]!.AsObject())
        {
            var path = Filled(template);
            foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" })
            {
                if (operations![method.ToLowerInvariant()] is not { } operation)
                {
                    await SendAsync(method, path, method == "GET" ? null : "{}");
                    continue;
                }
                if (!template.StartsWith("/api", StringComparison.Ordinal))
                    continue;
                await SendAsync(method, $"{path}?nope=1", operation["requestBody"] is null ? null : "{}");
                foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
                {
                    if ((string?)parameter!["in"] != "query")
                        continue;
                    var name = (string?)parameter["name"];
                    // An empty qualifier is that of a fact without one.
                    if (name != "qualifier")
                        await SendAsync(method, $"{path}?{name}=", null);
                    await SendAsync(method, $"{path}?{name}=%00", null);
                    await SendAsync(method, $"{path}?{name}=1&{name}=2", null);
                }
                if (operation["requestBody"] is null)
                    continue;
                if (!path.EndsWith("/import", StringComparison.Ordinal))
                    foreach (
                        var body in new[] { "", "{", "[]", "null", """{"a":1,"a":2}""", "{\"a\":\"\0\"}", Deep(65) }
                    )
                        await SendAsync(method, path, body);
                await SendAsync($"{method} text/plain", path, "{}");
                await SendAsync($"{method} ", path, "{}");
            }
        }

        Assert.Empty(accepted);
        Assert.True(sent > 400, $"{sent}");
        Assert.Equal(before, await RowsAsync());

        async Task SendAsync(string method, string path, string? body)
        {
            sent++;
            using var request = Request(method, path, body);
            var answer = await Answer.OfAsync(
                await Service.Client.SendAsync(request, TestContext.Current.CancellationToken)
            );
            if (
                (int)answer.Status is < 400 or >= 500
                || answer.Media != "application/problem+json"
                || answer.Code is null
            )
                accepted.Add($"{method} {path} {body}: {(int)answer.Status} {answer.Code}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task a_body_of_unsaid_length_is_too_large_whoever_notices_it(int megabytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(
            Service.Client.BaseAddress!.Host,
            Service.Client.BaseAddress.Port,
            TestContext.Current.CancellationToken
        );
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        string? answer;
        try
        {
            var head =
                $"POST {Path}/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Json}\r\nTransfer-Encoding: chunked\r\n\r\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head), TestContext.Current.CancellationToken);
            var chunk = Encoding.UTF8.GetBytes($"100000\r\n{new string('x', 1 << 20)}\r\n");
            for (var sent = 0; sent < megabytes; sent++)
                await stream.WriteAsync(chunk, TestContext.Current.CancellationToken);
            answer = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            answer = null; // The service has answered and hung up while more was being sent.
        }

        Assert.True(answer?.StartsWith("HTTP/1.1 413", StringComparison.Ordinal) != false, answer);
    }

    [Theory]
    [InlineData("/events", Json, Good)]
    [InlineData("/actors", Json, """{"key":"oman","kind":"state","name":"Oman"}""")]
    [InlineData("/schemes/own/eras", Json, """{"key":"new","title":"x","span":"1950/1960"}""")]
    [InlineData("/import", "application/x-ndjson", """{"record":"issue","key":"one","title":"One"}""")]
    public async Task a_body_that_ends_half_way_records_nothing(string path, string media, string body)
    {
        var before = await RowsAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(
            Service.Client.BaseAddress!.Host,
            Service.Client.BaseAddress.Port,
            TestContext.Current.CancellationToken
        );
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes(
                $"POST {Path}{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media}\r\nContent-Length: {body.Length + 50}\r\n\r\n{body}"
            ),
            TestContext.Current.CancellationToken
        );
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        string? answer;
        try
        {
            answer = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            answer = null; // The service hung up in its turn.
        }

        Assert.True(answer?.StartsWith("HTTP/1.1 400", StringComparison.Ordinal) != false, answer);
        Assert.Equal(before, await RowsAsync());
    }

    [Theory]
    [InlineData("GET /api/chronologies/x/events/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /api/chronologies HTTP/1.1\r\n\r\n")]
    [InlineData("G\0T / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("POST /api/chronologies HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")]
    [InlineData(
        "POST /api/chronologies HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    )]
    public async Task what_is_no_http_is_turned_away(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(
            Service.Client.BaseAddress!.Host,
            Service.Client.BaseAddress.Port,
            TestContext.Current.CancellationToken
        );
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);

        Assert.Matches("^HTTP/1.1 (4..|505) ", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private Served Service => attacked.Service;

    private string Path => attacked.Path;

    private HttpRequestMessage Request(string method, string path, string? body)
    {
        var space = method.IndexOf(' ', StringComparison.Ordinal);
        var (verb, how) = space < 0 ? (method, null) : (method[..space], method[(space + 1)..]);
        var absolute =
            path.StartsWith("/api", StringComparison.Ordinal)
            || path.StartsWith("/health", StringComparison.Ordinal)
            || path.StartsWith("/openapi", StringComparison.Ordinal);
        var address = new Uri(
            Service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) + (absolute ? path : Path + path),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var request = new HttpRequestMessage(new(verb), address);
        var media =
            how is not null && (how.Length == 0 || how.Contains('/', StringComparison.Ordinal)) ? how
            : path.Contains("/import", StringComparison.Ordinal) ? "application/x-ndjson"
            : Json;
        if (body is not null)
        {
            request.Content = new ByteArrayContent(
                body.All(c => c < 256) ? Encoding.Latin1.GetBytes(body) : Encoding.UTF8.GetBytes(body)
            );
            // Refused unread: the client asks before it sends so much.
            request.Headers.ExpectContinue = body.Length > 1 << 20;
            if (media.Length > 0)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", media);
        }
        var revision = how is null || how.Contains('/', StringComparison.Ordinal) ? "1" : how;
        if (revision is not "-")
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        return request;
    }

    /// <summary>The answer less what it repeats of the request.</summary>
    private static string Told(Answer refused, string path, string? body) =>
        body?.Contains("System.", StringComparison.Ordinal) == true || path.Contains("select", StringComparison.Ordinal)
            ? (string)refused["title"]!
            : refused.Text;

    /// <summary>How many rows each table has, and every head.</summary>
    private async Task<string> RowsAsync()
    {
        string[] tables = ["chronology", "head", "ledger", "record", "fact", "effect", "mt_events", "mt_streams"];
        await using var source = NpgsqlDataSource.Create(attacked.ConnectionString);
        await using var command = source.CreateCommand(
            $"""
            select concat_ws(' ', {string.Join(
                ", ",
                tables.Select(table => $"(select count(*) from chronology.{table})")
            )},
                (select string_agg(chronology || position, ',' order by chronology) from chronology.head))
            """
        );
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>An address of this test's chronology, for what its template leaves open.</summary>
    private string Filled(string template)
    {
        var parts = template.Split('/');
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = parts[i] switch
            {
                "{chronology}" => Path[(Path.LastIndexOf('/') + 1)..],
                "{scheme}" => "own",
                "{key}" => Records.First(record => record.Split('/')[^2] == parts[i - 1]).Split('/')[^1],
                ['{', ..] => "1",
                var word => word,
            };
        }
        return string.Join('/', parts);
    }

    /// <summary>A body with one member that is true, which none can be but a flag.</summary>
    private static string Wrong(string body, string field, JsonNode? value = null)
    {
        var wrong = JsonNode.Parse(body)!.AsObject();
        wrong[field] = value ?? true;
        return wrong.ToJsonString();
    }

    /// <summary>An entry of a list with one member that is true; of an effect the others are what they may be.</summary>
    private static JsonObject Entry(string list, string member)
    {
        var entry =
            list == "effects"
                ? new JsonObject
                {
                    ["fact"] = "office",
                    ["holder"] = "ussr",
                    ["toward"] = "ussr",
                    ["value"] = "x",
                }
                : [];
        entry[member] = true;
        return entry;
    }

    private static string With(string members) =>
        $$"""{{{members}},"type":"statement-made","occurred":"1950","noSource":"-"{{(members.Contains("\"title\"", StringComparison.Ordinal) ? "" : ",\"title\":\"x\"")}}}""";

    private static string Deep(int levels) =>
        string.Concat(Enumerable.Repeat("{\"x\":", levels)) + "1" + new string('}', levels);
}
