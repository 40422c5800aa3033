using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Chronology.Service.Tests.Http;

/// <summary>Malformed and hostile requests: each is refused with a code, shows nothing of the inner workings, and records nothing.</summary>
public sealed class HostileRequests(ServedOnce served) : OverHttp(served)
{
    private const string Json = "application/json";
    private const string Good =
        """{"key":"new","type":"statement-made","occurred":"1950","title":"x","noSource":"-"}""";
    private const string Reason = """{"reason":{"code":"correction"}}""";

    /// <summary>Method, path, body (null: none; latin1: its code units are the bytes), status, code.</summary>
    public static TheoryData<string, string, string?, int, string> Requests { get; } =
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

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task are_refused(string method, string path, string? body, int status, string code)
    {
        await RecordAsync(Event("held", "1950"));
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

    [Theory]
    [InlineData("/events", Json, Good)]
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

    [Fact]
    public async Task text_like_sql_is_text()
    {
        const string Sql = "'); drop table chronology.record; -- %_\\\\";
        await RecordAsync(Event("held", "1950", $$""","description":"{{Sql}}" """));

        Assert.Equal(
            Sql.Replace("\\\\", "\\", StringComparison.Ordinal),
            (string?)(await GetAsync("/events/held"))["description"]
        );
        Assert.Equal("held", (await GetAsync($"/events?q={Uri.EscapeDataString("'); drop")}")).Each("events", "key"));
    }

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
        await using var source = NpgsqlDataSource.Create(Once.ConnectionString);
        var counted = new List<string>();
        foreach (
            var table in new[] { "chronology", "head", "ledger", "record", "fact", "effect", "mt_events", "mt_streams" }
        )
        {
            await using var count = source.CreateCommand($"select count(*) from chronology.{table}");
            counted.Add(
                Convert.ToString(
                    await count.ExecuteScalarAsync(TestContext.Current.CancellationToken),
                    CultureInfo.InvariantCulture
                )!
            );
        }
        await using var heads = source.CreateCommand(
            "select string_agg(chronology || position, ',' order by chronology) from chronology.head"
        );
        counted.Add((string)(await heads.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
        return string.Join(' ', counted);
    }

    private static string With(string members) =>
        $$"""{{{members}},"type":"statement-made","occurred":"1950","noSource":"-"{{(members.Contains("\"title\"", StringComparison.Ordinal) ? "" : ",\"title\":\"x\"")}}}""";

    private static string Deep(int levels) =>
        string.Concat(Enumerable.Repeat("{\"x\":", levels)) + "1" + new string('}', levels);
}
