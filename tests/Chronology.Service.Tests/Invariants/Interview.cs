using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Export;
using Chronology.Service.Import;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chronology.Service.Tests.Invariants;

/// <summary>Asks what a reader asks, through the requests that HTTP sends, and keeps what is told.</summary>
internal sealed class Interview : IAsyncDisposable
{
    /// <summary>Questions about any log of <see cref="RandomLogs"/>.</summary>
    public static readonly string[] OfRandomLogs =
    [
        "/state",
        "/state?between=a,b",
        "/state?between=a;b,c",
        "/state?actor=c",
        "/facts?kind=recognition&holder=a&toward=b",
        "/facts?kind=alliance&holder=a&toward=c",
        "/stances?limit=1000",
        "/score?between=a;b,c&from=1998",
        "/score?between=b,c&from=1998-06&step=year",
        "/events?limit=1000",
        "/events?limit=1000&from=2000-03-05&to=2000-03-05&certainty=certain",
        "/schemes/x/eras",
    ];

    /// <summary>Questions about the chronology that ships with the product.</summary>
    public static readonly string[] OfTheShipped =
    [
        "/state",
        "/state?between=ussr,plo",
        "/state?between=ussr,russia;plo,palestine,hamas",
        "/state?actor=israel",
        "/facts?kind=recognition&holder=ussr&toward=israel",
        "/facts?kind=representation&holder=plo&toward=ussr",
        "/stances?limit=1000",
        "/stances?holder=russia&toward=oslo-agreements",
        "/score?between=ussr,russia;israel&from=1900",
        "/score?between=ussr,russia;plo,palestine&from=1900",
        "/events?limit=1000",
        "/schemes/article-sections/eras",
    ];

    private static int copies;

    private readonly ServiceProvider services;
    private readonly QuestionBook book;
    private readonly ISender sender;

    /// <param name="remembered">Megabytes of pairs that it remembers; null: as many as a service does; 0: nor does it remember when the positions of
    /// logs as short as those of tests were recorded.</param>
    /// <param name="greatestPair">As <see cref="RememberedPairs"/> takes it.</param>
    public Interview(
        string connectionString,
        TimeProvider clock,
        int? remembered = null,
        int greatestPair = RememberedPairs.DefaultGreatestPair
    )
    {
        services = new ServiceCollection()
            .AddSingleton(clock)
            .AddLogging()
            .AddChronology(Database.Connect(connectionString))
            .AddSingleton(given => new RememberedPairs(
                given.GetRequiredService<Reading>(),
                remembered ?? RememberedPairs.DefaultMegabytes,
                greatestPair
            ))
            .AddSingleton(given =>
                remembered == 0
                    ? new RecordedTimes(given.GetRequiredService<Reading>())
                    : new RecordedTimes(given.GetRequiredService<Reading>(), blockSize: 4)
            )
            .BuildServiceProvider();
        book = services.GetRequiredService<QuestionBook>();
        sender = services.GetRequiredService<ISender>();
    }

    public RememberedPairs Remembered => services.GetRequiredService<RememberedPairs>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The whole answer, or <c>{"refused":code}</c>.</summary>
    /// <param name="question">An address below the chronology; a series of scores ends with the day.</param>
    public async Task<JsonObject> AskAsync(string chronology, string question, Day day, long position)
    {
        var (path, query) = question.Split('?') is [var before, var after] ? (before, after) : (question, "");
        var asked = QueryHelpers.ParseQuery(query);
        asked[path == "/score" ? "to" : "asOf"] = day.ToString();
        asked["knownAt"] = position.ToString(CultureInfo.InvariantCulture);
        var told = (await book.AskAsync(chronology, path, new QueryCollection(asked), sender, Ct))!.Value;
        return told.Rejection is { } refused ? new() { ["refused"] = refused.Code } : told.Value.Body;
    }

    /// <summary>What is told, a question and a day a text, less what names the moment that it was asked at.</summary>
    /// <param name="besidePositions">Less also every position and revision.</param>
    public async Task<IReadOnlyList<string>> ToldAsync(
        string chronology,
        IEnumerable<string> questions,
        IReadOnlyCollection<Day> days,
        long position,
        bool besidePositions = false
    )
    {
        var told = new List<string>();
        foreach (var question in questions)
        foreach (var day in days)
        {
            var answer = await AskAsync(chronology, question, day, position);
            answer.Remove("basis");
            answer.Remove("answer");
            var rest = besidePositions ? WithoutPositions(answer)! : answer;
            told.Add($"{question} on {day}: {CanonicalJson.Of(rest)}");
        }
        return told;
    }

    public async Task<long> HeadAsync(string chronology) =>
        (await sender.Send(new OneChronology(chronology), Ct)).Value.Head.Position;

    /// <summary>The first so many positions as lines that an import takes, the chronology's own first.</summary>
    public async Task<IReadOnlyList<string>> ExportAsync(string chronology, long? position = null)
    {
        var known = position?.ToString(CultureInfo.InvariantCulture);
        var exported = await sender.Send(new ExportLines(chronology, new(null, known)), Ct);
        return await exported.Value.Lines.ToListAsync(Ct);
    }

    /// <summary>A chronology made of such lines, all of which it takes.</summary>
    public async Task<string> OfLinesAsync(IEnumerable<string> lines)
    {
        var slug = $"of-lines-{Interlocked.Increment(ref copies).ToString(CultureInfo.InvariantCulture)}";
        var ann = new Caller("ann", null);
        Assert.True((await sender.Send(new CreateChronology(slug, slug, null, null, ann), Ct)).IsOk);
        var own = lines.Where(line => !line.StartsWith("""{"record":"chronology",""", StringComparison.Ordinal));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', own)));
        var report = await sender.Send(new ImportLines(slug, stream, Strict: false, ann, null), Ct);
        Assert.Empty(report.Value.Refused);
        return slug;
    }

    public async Task<string> ShippedAsync() => await OfLinesAsync(await File.ReadAllLinesAsync(Shipped.Path, Ct));

    public async ValueTask DisposeAsync() => await services.DisposeAsync();

    private static JsonNode? WithoutPositions(JsonNode? node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members
                    .Where(member =>
                        member.Key is not ("position" or "revision" or "next") || member.Value is not JsonValue
                    )
                    .Select(member => KeyValuePair.Create(member.Key, WithoutPositions(member.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(WithoutPositions)]),
            _ => node?.DeepClone(),
        };
}
