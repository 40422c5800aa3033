using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests;

/// <summary>The service over a database of its own, started once for a test class.</summary>
public sealed class ServedOnce(TestServer server) : IAsyncLifetime
{
    private readonly TestDatabase database = new(server);
    private int chronologies;

    public Served Service { get; private set; } = null!;

    public string ConnectionString => database.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        Service = await Served.StartAsync(database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await database.DisposeAsync();
    }

    /// <summary>Begins a new chronology and gives the path of what is in it.</summary>
    public Task<string> CreateAsync() => Service.CreateAsync($"chronology-{Interlocked.Increment(ref chronologies)}");
}

/// <summary>An answer as a client gets it.</summary>
/// <param name="Body">Null where it is no JSON.</param>
public sealed record Answer(
    HttpStatusCode Status,
    JsonNode? Body,
    string Text,
    string? Media,
    string? ETag,
    string? Location
)
{
    public JsonNode? this[string member] => Body![member];

    public string? Code => (string?)this["code"];

    public string? Pointer => (string?)this["pointer"];

    public string? Verdict => (string?)this["verdict"];

    public long Position => (long)this["position"]!;

    public JsonArray List(string list) => this[list]!.AsArray();

    /// <summary>One member of each entry of a list, in the list's order.</summary>
    public string Each(string list, string member) =>
        string.Join(' ', List(list).Select(entry => entry![member]?.ToString() ?? "null"));

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var media = response.Content.Headers.ContentType?.MediaType;
            return new(
                response.StatusCode,
                media?.EndsWith("json", StringComparison.Ordinal) == true
                    ? JsonNode.Parse(text, documentOptions: new() { MaxDepth = 256 })
                    : null,
                text,
                media,
                response.Headers.ETag?.Tag,
                response.Headers.Location?.OriginalString
            );
        }
    }
}

/// <summary>What the tests of the slices share: a chronology of each test's own, at position 6, with a source, four actors and an issue in it.</summary>
public abstract class OverHttp(ServedOnce served) : IClassFixture<ServedOnce>, IAsyncLifetime
{
    /// <summary>The lines that every test's chronology begins with.</summary>
    protected const string Cast = """
        {"record":"source","key":"ref","revision":1,"kind":"secondary","csl":{"title":"A history"}}
        {"record":"actor","key":"ussr","revision":1,"kind":"state","name":"Soviet Union"}
        {"record":"actor","key":"israel","revision":1,"kind":"state","name":"Israel"}
        {"record":"actor","key":"plo","revision":1,"kind":"organisation","name":"Palestine Liberation Organisation"}
        {"record":"actor","key":"becu","revision":1,"kind":"person","name":"Ana Beću","names":[{"name":"Die Große"}]}
        {"record":"issue","key":"plan","revision":1,"title":"The plan"}
        """;

    protected const int AfterCast = 6;

    protected ServedOnce Once => served;

    protected Served Service => served.Service;

    /// <summary>The path of this test's chronology.</summary>
    protected string Path { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Path = await served.CreateAsync();
        await ImportAsync(Cast);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The body of an event, with whatever else it is to say: <c>,"order":1</c>.</summary>
    protected static string Event(string key, string occurred, string more = "") =>
        $$"""{"key":"{{key}}","type":"statement-made","occurred":"{{occurred}}","title":"{{key}}","noSource":"citation needed"{{more}}}""";

    /// <summary>The body of an event with one effect, <c>recognition|ussr|israel|de-jure</c>, and with whatever else it is to say.</summary>
    protected static string Effect(string key, string occurred, string effect, string more = "")
    {
        var (fact, holder, toward, value) = effect.Split('|') is [var f, var h, var t, var v]
            ? (f, h, t, v)
            : throw new ArgumentException(effect, nameof(effect));
        var written = value == "null" ? "null" : $"\"{value}\"";
        return Event(
            key,
            occurred,
            $$""","effects":[{"fact":"{{fact}}","holder":"{{holder}}","toward":"{{toward}}","value":{{written}}}]{{more}}"""
        );
    }

    /// <param name="path">Under this test's chronology, or absolute.</param>
    protected async Task<Answer> GetAsync(string path) =>
        await Answer.OfAsync(await Service.SendAsync(HttpMethod.Get, At(path)));

    protected async Task<Answer> PostAsync(string path, string json, int? revision = null) =>
        await Answer.OfAsync(await Service.SendAsync(HttpMethod.Post, At(path), json, revision));

    /// <summary>Records events one by one, which must be accepted; the last receipt.</summary>
    protected async Task<Answer> RecordAsync(params string[] events)
    {
        Answer? last = null;
        foreach (var body in events)
        {
            last = await PostAsync("/events", body);
            Assert.True(last.Status == HttpStatusCode.Created, last.Text);
        }
        return last!;
    }

    /// <param name="changes">The members of the merge patch.</param>
    protected async Task<Answer> PatchAsync(string path, int revision, string changes, string code = "correction") =>
        await Answer.OfAsync(
            await Service.SendAsync(
                HttpMethod.Patch,
                At(path),
                $$$"""{"changes":{{{{changes}}}},"reason":{"code":"{{{code}}}"}}""",
                revision
            )
        );

    /// <summary>Retract, reinstate, dispute or resolve.</summary>
    protected Task<Answer> DoAsync(string verb, string path, int revision, string more = "") =>
        PostAsync($"{path}/{verb}", $$$"""{"reason":{"code":"correction","note":"because"}{{{more}}}}""", revision);

    protected async Task<Answer> ImportAsync(string lines, bool strict = false) =>
        await ImportAsync(Encoding.UTF8.GetBytes(lines), strict);

    protected async Task<Answer> ImportAsync(byte[] lines, bool strict = false)
    {
        using var content = new ByteArrayContent(lines);
        content.Headers.ContentType = new("application/x-ndjson");
        var path = At($"/import{(strict ? "?strict=true" : "")}");
        return await Answer.OfAsync(
            await Service.Client.PostAsync(path, content, TestContext.Current.CancellationToken)
        );
    }

    protected async Task<long> HeadAsync() => (long)(await GetAsync(""))["head"]!["position"]!;

    private string At(string path) => path.StartsWith("/api", StringComparison.Ordinal) ? path : Path + path;
}
