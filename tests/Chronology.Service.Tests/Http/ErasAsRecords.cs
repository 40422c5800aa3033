using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Http;

/// <summary>Schemes and eras recorded, corrected, retracted and asked for by their addresses.</summary>
public sealed class ErasAsRecords(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Because = """{"reason":{"code":"correction"}}""";

    private Served service = null!;
    private string path = "";

    private string Schemes => $"{path}/schemes";
    private string Eras => $"{Schemes}/article/eras";
    private string Soviet => $"{Eras}/soviet-period";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
        await service.ImportAsync(
            path,
            """
            {"record":"source","key":"s","kind":"press","csl":{"title":"The Times"},"revision":1}
            {"record":"event","key":"arms","type":"statement-made","occurred":"1956","title":"First arms","citations":[{"source":"s"}],"revision":1}
            {"record":"scheme","key":"article","title":"The article's own division","author":"Wikipedia","revision":1}
            {"record":"era","scheme":"article","key":"soviet-period","title":"Soviet period","span":"1956/1990","summary":"Arms and influence.","opens":"arms","citations":[{"source":"s","locator":"p. 1"}],"revision":1}
            """
        );
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task are_created_at_their_own_addresses()
    {
        var scheme = await service.PostAsync(Schemes, """{"key":"other","title":"Another"}""");
        var era = await service.PostAsync(
            $"{Schemes}/other/eras",
            """{"key":"soviet-period","title":"S","span":"177X"}"""
        );
        var receipt = await BodyAsync(era);

        Assert.Equal(
            (HttpStatusCode.Created, $"{Schemes}/other", HttpStatusCode.Created, $"{Schemes}/other/eras/soviet-period"),
            (
                scheme.StatusCode,
                scheme.Headers.Location!.OriginalString,
                era.StatusCode,
                era.Headers.Location!.OriginalString
            )
        );
        Assert.Equal("\"1\"", era.Headers.ETag!.Tag);
        Assert.Equal(
            ("soviet-period", "other", 1, 6),
            ((string?)receipt["key"], (string?)receipt["scheme"], (int)receipt["revision"]!, (int)receipt["position"]!)
        );
        Assert.Equal("S", (string?)(await service.GetAsync($"{Schemes}/other/eras/soviet-period"))["title"]);
        Assert.Equal("Soviet period", (string?)(await service.GetAsync(Soviet))["title"]);
    }

    [Fact]
    public async Task recorded_again_are_recorded_once()
    {
        const string Same =
            """{"scheme":"article","key":"soviet-period","title":"Soviet period","span":"1956/1990","summary":"Arms and influence.","opens":"arms","closes":null,"citations":[{"source":"s","locator":"p. 1"}]}""";

        var again = await service.PostAsync(Eras, Same);
        var other = await service.PostAsync(Eras, Same.Replace("1990", "1991", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.OK, 4), (again.StatusCode, (int)(await BodyAsync(again))["position"]!));
        Assert.Equal((HttpStatusCode.Conflict, "key-taken"), await RefusedAsync(other));
    }

    /// <summary>Without what the era adds up to, which stands behind its record.</summary>
    private static string Recorded(JsonObject era) =>
        new JsonObject(
            era.TakeWhile(member => member.Key != "firstDay")
                .Where(member => member.Key != "basis")
                .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))
        ).ToJsonString();

    [Fact]
    public async Task tell_what_was_recorded_and_how_certain_the_day_is()
    {
        var era = await service.GetAsync($"{Soviet}?asOf=1956-06-01");

        Assert.Equal(
            """{"scheme":"article","key":"soviet-period","title":"Soviet period","span":{"edtf":"1956/1990","asWritten":null,"calendar":"gregorian","reading":"extent","earliest":"1956-01-01","latest":"1990-12-31","startEarliest":"1956-01-01","startLatest":"1956-12-31","endEarliest":"1990-01-01","endLatest":"1990-12-31","startOpen":false,"endOpen":false},"start":null,"end":null,"summary":"Arms and influence.","opens":"arms","closes":null,"citations":[{"source":"s","locator":"p. 1","quote":null}],"inForce":"possible","status":"active","revision":1,"position":4}""",
            Recorded(era)
        );
        Assert.Equal("certain", (string?)(await service.GetAsync($"{Soviet}?asOf=1957"))["inForce"]);
        Assert.Equal(
            """{"key":"article","title":"The article's own division","author":"Wikipedia","status":"active","revision":1,"position":3}""",
            Without(await service.GetAsync($"{Schemes}/article"), "basis")
        );
    }

    [Fact]
    public async Task are_corrected_and_keep_their_history()
    {
        var corrected = await service.SendAsync(
            HttpMethod.Patch,
            Soviet,
            """{"changes":{"span":"1956-07/1990","closes":"arms"},"reason":{"code":"refinement","note":"The month."}}""",
            1
        );
        var history = await service.GetAsync($"{Soviet}/history");
        var blame = await service.GetAsync($"{Soviet}/blame");

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (corrected.StatusCode, corrected.Headers.ETag!.Tag));
        Assert.Equal("1956/1990", (string?)(await service.GetAsync($"{Soviet}?knownAt=4"))["span"]!["edtf"]);
        Assert.Equal("1956-07/1990", (string?)(await service.GetAsync(Soviet))["span"]!["edtf"]);
        Assert.Equal(
            ["recorded", "refined"],
            history["revisions"]!.AsArray().Select(revision => (string?)revision!["op"])
        );
        Assert.Equal(
            ["span", "closes"],
            history["revisions"]![1]!["changes"]!.AsArray().Select(change => (string?)change!["field"])
        );
        Assert.Equal(
            [2, 1],
            new[] { "/span", "/title" }.Select(place =>
                (int)blame["blame"]!.AsArray().Single(part => (string?)part!["place"] == place)!["revision"]!
            )
        );
        var change = (await service.GetAsync($"{path}/changes?since=4"))["changes"]![0]!;
        Assert.Equal(
            "era article soviet-period 2",
            $"{change["record"]} {change["scheme"]} {change["key"]} {change["revision"]}"
        );
    }

    [Fact]
    public async Task stand_in_the_histories_and_blame_of_schemes_too()
    {
        await service.SendAsync(
            HttpMethod.Patch,
            $"{Schemes}/article",
            """{"changes":{"author":null},"reason":{"code":"correction"}}""",
            1
        );

        var history = await service.GetAsync($"{Schemes}/article/history");

        Assert.Equal(
            """[{"field":"author","before":"Wikipedia","after":null}]""",
            history["revisions"]![1]!["changes"]!.ToJsonString()
        );
        Assert.Equal(
            2,
            (await service.GetAsync($"{Schemes}/article/blame"))["blame"]!.AsArray().Max(p => (int)p!["revision"]!)
        );
    }

    [Theory]
    [InlineData(
        """{"key":"x","title":"X","span":"1990/1956"}""",
        HttpStatusCode.UnprocessableEntity,
        "end-before-start",
        "/span"
    )]
    [InlineData("""{"key":"x","title":"X","span":"the fifties"}""", HttpStatusCode.BadRequest, "invalid-date", "/span")]
    [InlineData("""{"key":"x","title":"X","span":"{1956,1957}"}""", HttpStatusCode.BadRequest, "invalid-date", "/span")]
    [InlineData("""{"key":"x","title":"X"}""", HttpStatusCode.BadRequest, "invalid-date", "/span")]
    [InlineData(
        """{"key":"x","title":"X","span":"1956","end":"1957"}""",
        HttpStatusCode.BadRequest,
        "invalid-parameter",
        "/span"
    )]
    [InlineData(
        """{"key":"x","title":"X","span":"1956","scheme":"other"}""",
        HttpStatusCode.BadRequest,
        "invalid-parameter",
        "/scheme"
    )]
    [InlineData("""{"key":"x","span":"1956"}""", HttpStatusCode.BadRequest, "invalid-parameter", "/title")]
    [InlineData("""{"key":"x/y","title":"X","span":"1956"}""", HttpStatusCode.BadRequest, "invalid-parameter", "/key")]
    [InlineData(
        """{"key":"x","title":"X","span":"1956","colour":"red"}""",
        HttpStatusCode.BadRequest,
        "unknown-field",
        "/colour"
    )]
    [InlineData(
        """{"key":"x","title":"X","span":"1956","opens":"no"}""",
        HttpStatusCode.UnprocessableEntity,
        "unknown-event",
        "/opens"
    )]
    [InlineData(
        """{"key":"x","title":"X","span":"1956","closes":"no"}""",
        HttpStatusCode.UnprocessableEntity,
        "unknown-event",
        "/closes"
    )]
    [InlineData(
        """{"key":"x","title":"X","span":"1956","citations":[{"source":"no"}]}""",
        HttpStatusCode.UnprocessableEntity,
        "unknown-source",
        "/citations/0/source"
    )]
    public async Task are_refused_where_they_are_wrong(string body, HttpStatusCode status, string code, string pointer)
    {
        var response = await service.PostAsync(Eras, body);

        Assert.Equal((status, code), await RefusedAsync(response));
        Assert.Equal(pointer, (string?)(await BodyAsync(response))["pointer"]);
    }

    [Fact]
    public async Task need_a_scheme_that_is_recorded() =>
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "unknown-scheme"),
            await RefusedAsync(
                await service.PostAsync($"{Schemes}/no/eras", """{"key":"x","title":"X","span":"1956"}""")
            )
        );

    [Theory]
    [InlineData("/schemes/no", "no-such-scheme")]
    [InlineData("/schemes/no/history", "no-such-scheme")]
    [InlineData("/schemes/no/blame", "no-such-scheme")]
    [InlineData("/schemes/no/eras", "no-such-scheme")]
    [InlineData("/schemes/no/eras/x", "no-such-era")]
    [InlineData("/schemes/article/eras/x", "no-such-era")]
    [InlineData("/schemes/article/eras/x/history", "no-such-era")]
    [InlineData("/schemes/article/eras/x/blame", "no-such-era")]
    [InlineData("/schemes/article/eras/soviet-period?knownAt=3", "no-such-era")]
    [InlineData("/schemes/article/eras?knownAt=2", "no-such-scheme")]
    public async Task that_are_not_there_are_not_found(string address, string code) =>
        Assert.Equal(
            (HttpStatusCode.NotFound, code),
            await RefusedAsync(await service.SendAsync(HttpMethod.Get, $"{path}{address}"))
        );

    [Fact]
    public async Task hold_on_to_their_scheme_and_their_turning_points()
    {
        Assert.Equal(Still, await RefusedAsync(await RetractAsync($"{Schemes}/article", 1)));
        Assert.Equal(Still, await RefusedAsync(await RetractAsync($"{path}/events/arms", 1)));

        Assert.Equal(HttpStatusCode.OK, (await RetractAsync(Soviet, 1)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await RetractAsync($"{Schemes}/article", 1)).StatusCode);
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "unknown-scheme"),
            await RefusedAsync(await service.SendAsync(HttpMethod.Post, $"{Soviet}/reinstate", Because, 2))
        );

        await service.SendAsync(HttpMethod.Post, $"{Schemes}/article/reinstate", Because, 2);
        Assert.Equal(
            HttpStatusCode.OK,
            (await service.SendAsync(HttpMethod.Post, $"{Soviet}/reinstate", Because, 2)).StatusCode
        );
    }

    private static (HttpStatusCode, string?) Still => (HttpStatusCode.UnprocessableEntity, "still-referenced");

    [Fact]
    public async Task are_changed_only_by_who_has_read_them()
    {
        Assert.Equal(
            ((HttpStatusCode)428, "revision-required"),
            await RefusedAsync(await service.PostAsync($"{Soviet}/retract", Because))
        );
        Assert.Equal(
            (HttpStatusCode.PreconditionFailed, "stale-revision"),
            await RefusedAsync(await RetractAsync(Soviet, 2))
        );
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await service.SendAsync(HttpMethod.Post, $"{Soviet}/dispute", Because, 1)).StatusCode
        );
    }

    [Fact]
    public async Task are_listed_in_the_order_in_which_they_began()
    {
        foreach (var era in (string[])["now 1991/..", "before ../1955", "a 1956", "gone 1900"])
        {
            var (key, span) = (era.Split(' ')[0], era.Split(' ')[1]);
            await service.PostAsync(Eras, $$"""{"key":"{{key}}","title":"Period {{key}}","span":"{{span}}"}""");
        }
        await RetractAsync($"{Eras}/gone", 1);
        await service.PostAsync(Schemes, """{"key":"article-2","title":"Another"}""");
        await service.PostAsync($"{Schemes}/article-2/eras", """{"key":"x","title":"X","span":"1956"}""");

        var first = await service.GetAsync($"{Eras}?limit=2");
        var rest = await service.GetAsync($"{Eras}?limit=2&cursor={first["next"]}");

        Assert.Equal(["before", "a", "soviet-period", "now"], [.. Keys(first, "eras"), .. Keys(rest, "eras")]);
        Assert.Null(rest["next"]);
        Assert.Equal("extent", (string?)first["eras"]![0]!["span"]!["reading"]);
        Assert.Equal(["soviet-period"], Keys(await service.GetAsync($"{Eras}?q=INFLUENCE"), "eras"));
        Assert.Equal(["soviet-period"], Keys(await service.GetAsync($"{Eras}?knownAt=4"), "eras"));
        Assert.Equal(["article", "article-2"], Keys(await service.GetAsync(Schemes), "schemes"));
        Assert.Equal(["article"], Keys(await service.GetAsync($"{Schemes}?q=own+wikipedia"), "schemes"));
    }

    [Fact]
    public async Task are_found_by_title()
    {
        var found = await service.GetAsync($"{path}/search?q=soviet+p");
        Assert.Equal(
            """[{"record":"era","key":"soviet-period","title":"Soviet period","names":[],"status":"active","revision":1,"scheme":"article"}]""",
            found["results"]!.ToJsonString()
        );
        var scheme = await service.GetAsync($"{path}/search?q=division");
        Assert.Equal("scheme/article", $"{scheme["results"]![0]!["record"]}/{scheme["results"]![0]!["key"]}");
        var page = await service.GetAsync($"{path}/search?q=i&limit=1");
        var places = new List<string>();
        for (; ; page = await service.GetAsync($"{path}/search?q=i&limit=1&cursor={page["next"]}"))
        {
            places.AddRange(page["results"]!.AsArray().Select(one => $"{one!["record"]}/{one["key"]}"));
            if (page["next"] is null)
                break;
        }
        Assert.Equal(["event/arms", "source/s", "scheme/article", "era/soviet-period"], places);
    }

    [Fact]
    public async Task have_addresses_that_are_described()
    {
        var described = (await service.GetAsync("/openapi/v1.json"))["paths"]!.AsObject();
        const string Own = "/api/chronologies/{chronology}/schemes/{scheme}/eras";

        Assert.Equal(
            ["", "/{key}", "/{key}/blame", "/{key}/history", "/{key}/reinstate", "/{key}/retract"],
            described
                .Select(address => address.Key)
                .Where(address => address.StartsWith(Own, StringComparison.Ordinal))
                .Select(address => address[Own.Length..])
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["chronology", "scheme", "key"],
            described[$"{Own}/{{key}}"]!["patch"]!["parameters"]!
                .AsArray()
                .Where(parameter => (string?)parameter!["in"] == "path")
                .Select(parameter => (string?)parameter!["name"])
        );
    }

    [Fact]
    public async Task are_counted_and_date_no_chronology()
    {
        await service.PostAsync(Eras, """{"key":"old","title":"Old","span":"1000/1100"}""");

        var card = await service.GetAsync(path);

        Assert.Equal((1, 2), ((int)card["counts"]!["schemes"]!, (int)card["counts"]!["eras"]!));
        Assert.Equal(("1956-01-01", "1956-12-31"), ((string?)card["first"], (string?)card["last"]));
    }

    private Task<HttpResponseMessage> RetractAsync(string address, int revision) =>
        service.SendAsync(HttpMethod.Post, $"{address}/retract", Because, revision);

    private static string[] Keys(JsonObject answer, string list) =>
        [.. answer[list]!.AsArray().Select(one => (string)one!["key"]!)];

    private static string Without(JsonObject answer, string field)
    {
        answer.Remove(field);
        return System.Text.Json.JsonSerializer.Serialize(answer, Web.Answers.Json);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> RefusedAsync(HttpResponseMessage response) =>
        (response.StatusCode, (string?)(await BodyAsync(response))["code"]);

    private static async Task<JsonObject> BodyAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return JsonNode.Parse(text)!.AsObject();
    }
}
