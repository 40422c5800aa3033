using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Http;

public sealed class TheDescription(ServedOnce served) : OverHttp(served)
{
    private async Task<JsonObject> DocumentAsync() => await Service.GetAsync("/openapi/v1.json");

    private async Task<JsonNode> SchemaAsync(string name) =>
        (await DocumentAsync())["components"]!["schemas"]![name] ?? throw new KeyNotFoundException(name);

    private static string Names(JsonNode? properties) =>
        string.Join(' ', properties!.AsObject().Select(property => property.Key));

    [Fact]
    public async Task names_every_route_of_the_api_and_no_other()
    {
        var mapped = Service
            .Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(route =>
                (
                    Path: route.RoutePattern.RawText!,
                    Methods: route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
                )
            )
            .Where(route =>
                route.Path.StartsWith("/api", StringComparison.Ordinal)
                || route.Path.StartsWith("/health", StringComparison.Ordinal)
            )
            .SelectMany(route => route.Methods.Select(method => $"{method} {route.Path}"))
            .Distinct()
            .Order(StringComparer.Ordinal);
        var described = (await DocumentAsync())["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(op => $"{op.Key.ToUpperInvariant()} {path.Key}"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(mapped, described);
    }

    [Theory]
    [InlineData(
        "Event",
        "key type occurred reading start end order title description place actors effects intensity credibility calendar asWritten citations noSource tags anchor coding",
        "key type title"
    )]
    [InlineData("Actor", "key kind name names existed successors citations provisional", "key kind name")]
    [InlineData("Issue", "key title wording citations", "key title")]
    [InlineData("Source", "key kind csl url archivedUrl accessed publisher", "key kind")]
    public async Task a_body_has_its_key_and_requires_only_what_must_be_there(
        string name,
        string fields,
        string required
    )
    {
        var schema = await SchemaAsync(name);

        Assert.Equal(fields, Names(schema["properties"]));
        Assert.Equal(
            required.Split(' ').Order(StringComparer.Ordinal),
            schema["required"]!.AsArray().Select(field => (string?)field).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task a_problem_has_a_code()
    {
        Assert.Equal("type title status code detail pointer", Names((await SchemaAsync("Problem"))["properties"]));
    }

    [Fact]
    public async Task every_refusal_is_a_problem()
    {
        foreach (var (path, operations) in (await DocumentAsync())["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                foreach (var (status, response) in operation!["responses"]!.AsObject())
                {
                    var said = $"{method} {path} {status}";
                    if (status == "304")
                    {
                        Assert.Null(response!["content"]);
                        continue;
                    }
                    var media = response!["content"]!.AsObject().Single();
                    var problem = status[0] is '4' or '5';
                    var answer = path.EndsWith("/export", StringComparison.Ordinal)
                        ? "application/x-ndjson"
                        : "application/json";
                    Assert.True(media.Key == (problem ? "application/problem+json" : answer), said);
                    if (problem)
                        Assert.EndsWith("/Problem", (string?)media.Value!["schema"]!["$ref"], StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [InlineData("/events/told", "EventAnswer")]
    [InlineData("/events/since", "EventAnswer")]
    [InlineData("/events/after", "EventAnswer")]
    [InlineData("/actors/ussr", "ActorAnswer")]
    [InlineData("/issues/plan", "IssueAnswer")]
    [InlineData("/sources/ref", "SourceAnswer")]
    [InlineData("/actors", "ActorList")]
    [InlineData("/events", "TimelineAnswer")]
    [InlineData("/eras", "EraSummariesAnswer")]
    [InlineData("/schemes/own/eras", "EraList")]
    [InlineData("/schemes/own/eras/first", "SummedEra")]
    [InlineData("/state", "StateAnswer")]
    [InlineData("/facts?kind=recognition&holder=ussr&toward=israel", "FactsAnswer")]
    [InlineData("/facts", "FactsAnswer")]
    [InlineData("/facts/history?kind=recognition&holder=ussr&toward=israel", "FactHistoryAnswer")]
    [InlineData("/explain?kind=recognition&holder=ussr&toward=israel", "ExplainAnswer")]
    [InlineData("/explain/stance?holder=ussr&toward=israel", "ExplainStanceAnswer")]
    [InlineData("/stances", "StancesAnswer")]
    [InlineData("/changes", "ChangesAnswer")]
    [InlineData("/compare?from=1940", "ComparisonAnswer")]
    [InlineData("/search?q=told", "SearchAnswer")]
    [InlineData("/events/told/blame", "BlameAnswer")]
    [InlineData("/actors/ussr/history", "HistoryAnswer")]
    [InlineData("", "ChronologyCard")]
    public async Task an_answer_is_as_described(string path, string name)
    {
        await RecordAsync(
            Effect("told", "1950", "recognition|ussr|israel|de-jure"),
            Event("since", "1950/", ""","anchor":null"""),
            Event("after", "1950", ""","occurred":null,"anchor":{"relation":"after","event":"told","offset":"P1D"}""")
                .Replace("\"occurred\":\"1950\",", "", StringComparison.Ordinal),
            Effect("denied", "1960", "recognition|ussr|israel|null", ""","credibility":"disputed" """),
            Effect("stood", "1951", "stance|ussr|plan|supports")
        );
        await PostAsync("/schemes", """{"key":"own","title":"A division"}""");
        await PostAsync("/schemes/own/eras", """{"key":"first","title":"First","span":"1940/1960"}""");

        Assert.Empty(Schema.Differences(await DocumentAsync(), name, (await GetAsync(path)).Body));
    }

    [Fact]
    public async Task what_a_change_gives_is_as_described_recorded_or_tried()
    {
        var document = await DocumentAsync();
        await RecordAsync(Effect("told", "1950", "recognition|ussr|israel|de-jure"));
        var made = await PatchAsync("/events/told", 1, """ "title":"other" """);
        var tried = await PostAsync(
            "/events?dryRun=true&asOf=1970",
            Event(
                "new",
                "1960",
                """
                ,"effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"withdrawn"},
                            {"fact":"stance","holder":"ussr","toward":"plan","value":"supports","basis":"vote","vote":"yes"}]
                """
            )
        );

        Assert.Empty(Schema.Differences(document, "Receipt", made.Body));
        Assert.Empty(Schema.Differences(document, "EffectPreview", tried.Body));
        var given = document["paths"]!["/api/chronologies/{chronology}/events"]!["post"]!["responses"]!["200"]![
            "content"
        ]!["application/json"]!["schema"]!["anyOf"]!.AsArray();
        Assert.Equal(
            ["#/components/schemas/Receipt", "#/components/schemas/EffectPreview"],
            given.Select(schema => (string?)schema!["$ref"])
        );
    }

    [Fact]
    public async Task an_export_may_be_refused()
    {
        var responses = (await DocumentAsync())["paths"]!["/api/chronologies/{chronology}/export"]!["get"]![
            "responses"
        ]!;

        Assert.Equal("200 400 404 503", Names(responses));
    }

    [Fact]
    public async Task every_reference_leads_somewhere()
    {
        var document = await DocumentAsync();
        foreach (var reference in References(document))
        {
            JsonNode? target = document;
            foreach (var segment in reference[2..].Split('/'))
                target = target?[segment];
            Assert.True(target is not null, reference);
        }

        static IEnumerable<string> References(JsonNode? node) =>
            node switch
            {
                JsonObject o => o.SelectMany(member =>
                    member is { Key: "$ref", Value: JsonValue } ? [(string)member.Value!] : References(member.Value)
                ),
                JsonArray a => a.SelectMany(References),
                _ => [],
            };
    }

    [Fact]
    public async Task a_change_names_the_revision_that_it_needs()
    {
        var parameters = (await DocumentAsync())["paths"]!["/api/chronologies/{chronology}/events/{key}"]!["patch"]![
            "parameters"
        ]!.AsArray();

        Assert.Contains(
            parameters,
            parameter => (string?)parameter!["name"] == "If-Match" && (bool)parameter["required"]!
        );
    }

    [Fact]
    public async Task is_shown_to_people_at_docs()
    {
        var page = await Answer.OfAsync(await Service.SendAsync(HttpMethod.Get, "/docs/"));

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.Status, page.Media));
        Assert.Contains("openapi", page.Text, StringComparison.Ordinal);
    }
}
