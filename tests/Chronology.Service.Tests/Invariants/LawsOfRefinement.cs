using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What is learned about dates takes possibilities away and adds none.</summary>
public sealed class LawsOfRefinement(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string[] OfRandomLogs =
    [
        "/state?between=a,b",
        "/state?between=a;b,c",
        "/state",
        "/facts?kind=alliance&holder=a",
        "/stances?limit=1000",
        "/score?between=a;b,c&from=1999",
        "/events?limit=1000",
    ];

    private static readonly string[] OfTheShipped =
    [
        "/state?between=ussr,russia;plo,palestine",
        "/state?between=ussr,russia;israel",
        "/state",
        "/stances?limit=1000",
        "/score?between=ussr,russia;plo,palestine,israel&from=1940",
        "/events?limit=1000",
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private Interview reader = null!;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        reader = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await desk.DisposeAsync();
    }

    /// <summary>Some uncertain dates made finer, one after the other.</summary>
    [Fact]
    public Task of_dates_narrows_every_answer() => SampleAsync(toOneDay: false);

    /// <summary>A world: each uncertain date is one of its days, each succession too.</summary>
    [Fact]
    public Task to_one_true_day_each_gives_a_world_within_every_answer() => SampleAsync(toOneDay: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task of_the_shipped_chronology_s_dates_narrows_every_answer(bool toOneDay)
    {
        var chronology = await reader.ShippedAsync();
        var head = await reader.HeadAsync(chronology);
        var recorded = await RefineAsync(chronology, head, new(new Random(3379), toOneDay, UnboundedToo: false));
        Assert.InRange(recorded, 50, int.MaxValue);
        foreach (var year in new[] { 1905, 1948, 1956, 1967, 1974, 1975, 1988, 1991, 1994, 2006, 2023 })
            await AssertNarrowerAsync(chronology, OfTheShipped, Day.Of(year, 6, 30), head);
    }

    private Task SampleAsync(bool toOneDay) =>
        Gen.Select(RandomLogs.Logs, Gen.Int, Gen.Bool, RandomLogs.Days.List[4])
            .SampleAsync(
                async (log, seed, unboundedToo, days) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var head = await reader.HeadAsync(chronology);
                    await RefineAsync(chronology, head, new(new Random(seed), toOneDay, unboundedToo));
                    // Scores take it that what nothing bounds happened while its actors existed, or leave it out as undated.
                    var questions = OfRandomLogs.Where(question => !unboundedToo || !IsOfScores(question)).ToArray();
                    foreach (var day in days)
                        await AssertNarrowerAsync(chronology, questions, day, head);
                },
                iter: 40,
                threads: 1
            );

    private static bool IsOfScores(string question) => question.Contains("between=", StringComparison.Ordinal);

    /// <returns>How many refinements were recorded.</returns>
    private async Task<int> RefineAsync(string chronology, long head, Narrowing narrowing)
    {
        var commands = new List<Command>();
        foreach (var (address, id) in await RecordsAsync(chronology, head))
        {
            var record = await reader.AskAsync(chronology, address, Day.Of(2000, 1, 1), head);
            commands.AddRange(
                narrowing
                    .Of(record)
                    .Select(changes =>
                        Desk.Read(
                            Operation.Corrected,
                            id,
                            new JsonObject
                            {
                                ["changes"] = changes,
                                ["reason"] = new JsonObject { ["code"] = "refinement" },
                            }.ToJsonString()
                        )
                    )
            );
        }
        var outcomes = commands.Count == 0 ? [] : await desk.AppendAsync(chronology, [.. commands]);
        return outcomes.Count(outcome => outcome is Outcome.Recorded);
    }

    /// <summary>The records that have dates, and where they are told.</summary>
    private async Task<List<(string Address, RecordId Id)>> RecordsAsync(string chronology, long head)
    {
        var records = new List<(string, RecordId)>();
        foreach (var key in await KeysAsync("events", "events"))
            records.Add(($"/events/{key}", new(RecordKind.Event, key)));
        foreach (var key in await KeysAsync("actors", "actors"))
            records.Add(($"/actors/{key}", new(RecordKind.Actor, key)));
        foreach (var scheme in await KeysAsync("schemes", "schemes"))
        foreach (var key in await KeysAsync($"schemes/{scheme}/eras", "eras"))
            records.Add(($"/schemes/{scheme}/eras/{key}", RecordId.Era(scheme, key)));
        return records;

        async Task<IEnumerable<string>> KeysAsync(string path, string list) =>
            (await reader.AskAsync(chronology, $"/{path}?limit=1000", Day.Of(2000, 1, 1), head))[list]!
                .AsArray()
                .Select(one => (string)one!["key"]!);
    }

    private async Task AssertNarrowerAsync(string chronology, string[] questions, Day day, long before)
    {
        var after = await reader.HeadAsync(chronology);
        foreach (var question in questions)
        {
            var wide = await reader.AskAsync(chronology, question, day, before);
            var narrow = await reader.AskAsync(chronology, question, day, after);
            if (wide["refused"] is not null)
                continue;
            foreach (var wrong in Widened.Between(wide, narrow))
                Assert.Fail($"{chronology} from {before} to {after}: {question} on {day}: {wrong}");
        }
    }
}

/// <summary>Changes of a record that make its uncertain dates finer.</summary>
/// <param name="UnboundedToo">Also dates that nothing bounds on a side.</param>
internal sealed record Narrowing(Random Random, bool ToOneDay, bool UnboundedToo)
{
    private static readonly Day Crowded = Day.Of(2000, 3, 5);

    public IEnumerable<JsonObject> Of(JsonObject record)
    {
        var calendar = (string?)record["calendar"] ?? "gregorian";
        if (record["anchor"] is null && record["occurred"] is { } date && (string?)date["reading"] != "occurrences")
        {
            if (Finer((string)date["edtf"]!, (string)date["calendar"]!) is { } occurred)
                yield return new() { ["occurred"] = occurred, ["calendar"] = "gregorian" };
        }
        if (record["span"] is { } span && Finer((string)span["edtf"]!, "gregorian") is { } lasting)
            yield return new() { ["span"] = lasting };
        foreach (var (list, fields) in new[] { ("effects", new[] { "from", "until" }), ("successors", ["on"]) })
        {
            if (record[list]?.DeepClone() is not JsonArray all)
                continue;
            var dates = (
                from one in all
                from field in fields
                where one![field] is JsonValue
                select (Of: one.AsObject(), Field: field, Finer: Finer((string)one[field]!, calendar))
            )
                .Where(date => date.Finer is not null)
                .ToArray();
            foreach (var (of, field, finer) in dates)
                of[field] = finer;
            if (dates.Length > 0 && calendar == "gregorian")
                yield return new() { [list] = all };
        }
    }

    private string? Finer(string edtf, string calendar)
    {
        var finer = string.Join('/', edtf.Split('/').Select(part => Inside(part, calendar) ?? part));
        return finer == edtf ? null : finer;
    }

    private string? Inside(string edtf, string calendar)
    {
        if (edtf is "" or ".." || When.OccurrenceFrom(edtf, calendar) is not { IsOk: true } read)
            return null;
        var days = read.Value.Window;
        if (days.Earliest == days.Latest || (!UnboundedToo && (days.Earliest is null || days.Latest is null)))
            return null;
        var (one, other) = (Member(days), Member(days));
        var (first, last) = (Day.Min(one, other), Day.Max(one, other));
        var texts = new[] { first, last }.Select(day => day.ToString()).ToArray();
        return texts.Any(text => text.TrimStart('-').Length != 10) ? null
            : ToOneDay || first == last ? texts[0]
            : Random.Next(2) == 0 ? $"[{texts[0]}..{texts[1]}]"
            : $"[{texts[0]},{texts[1]}]";
    }

    /// <summary>A true member; often the first, the last, or one of a day on which much happens.</summary>
    private Day Member(DayWindow days)
    {
        var first = days.Earliest ?? Day.Min(days.Latest ?? Crowded, Crowded) - 2_000;
        var last = days.Latest ?? Day.Max(first, Crowded) + 2_000;
        var day = Random.Next(5) switch
        {
            0 => first,
            1 => last,
            2 => Day.Max(first, Day.Min(Crowded, last)),
            _ => first + Random.NextInt64(last.Number - first.Number + 1),
        };
        return days.FirstOnOrAfter(day) ?? days.LastOnOrBefore(day)!.Value;
    }
}

/// <summary>Where an answer says more than one that it should lie within.</summary>
internal static class Widened
{
    /// <summary>Scores are told in hundredths, and the sums under them are rounded for each event.</summary>
    private const decimal Rounding = 0.01m;

    public static IEnumerable<string> Between(JsonObject wide, JsonObject narrow) =>
        [
            .. Of(Facts(wide["facts"]), Facts(narrow["facts"])),
            .. Of(Declared(wide["stances"]), Declared(narrow["stances"])),
            .. Revealed(wide["stances"], narrow["stances"]),
            .. Score(wide["score"], narrow["score"]),
            .. Series(wide["series"], narrow["series"]),
            .. Happened(wide["events"], narrow["events"]),
            .. Eras(wide["eras"], narrow["eras"]),
        ];

    private sealed record Values(bool Claimed, HashSet<string> Possible)
    {
        public static Values Nothing { get; } = new(false, [Vocabulary.None]);

        public static Values Of(JsonNode entry) =>
            new(
                (string?)entry["certainty"] == "claimed",
                [(string)entry["value"]!, .. entry["alternatives"]!.AsArray().Select(one => (string)one!)]
            );

        /// <summary>A claim is told where firm effects give nothing.</summary>
        public bool IsWithin(Values wide) =>
            Claimed && !wide.Claimed ? wide.Possible.Contains(Vocabulary.None) : Possible.IsSubsetOf(wide.Possible);

        public override string ToString() => $"{(Claimed ? "claimed " : "")}{string.Join('|', Possible)}";
    }

    private static Dictionary<string, Values> Facts(JsonNode? facts) =>
        Listed(facts)
            .ToDictionary(
                fact =>
                    $"{fact["fact"]} {fact["holder"]} {fact["toward"]} {fact["qualifier"]} {(Vocabulary.FactKinds[(string)fact["fact"]!].Functional ? "" : fact["value"])}",
                Values.Of
            );

    private static Dictionary<string, Values> Declared(JsonNode? stances) =>
        Listed(stances).ToDictionary(Named, stance => Values.Of(stance["declared"]!));

    private static IEnumerable<string> Of(Dictionary<string, Values> wide, Dictionary<string, Values> narrow) =>
        from key in wide.Keys.Union(narrow.Keys)
        let before = wide.GetValueOrDefault(key, Values.Nothing)
        let after = narrow.GetValueOrDefault(key, Values.Nothing)
        where !after.IsWithin(before)
        select $"{key}: {before} became {after}";

    private static IEnumerable<string> Revealed(JsonNode? wide, JsonNode? narrow)
    {
        var after = Listed(narrow).ToDictionary(Named, stance => stance["revealed"]!);
        foreach (var stance in Listed(wide))
        {
            var before = stance["revealed"]!;
            var now = after.GetValueOrDefault(Named(stance));
            if ((string?)before["verdict"] == "certain" && (string?)now?["verdict"] != "certain")
                yield return $"stance {Named(stance)}: certain became {now?["verdict"]}";
            if (now?["position"] is not null && before["position"] is not null && !IsWithin(now, before, 0))
                yield return $"stance {Named(stance)}: {before.ToJsonString()} became {now.ToJsonString()}";
        }
    }

    /// <summary>What was undated weighs in no sum until it is dated.</summary>
    private static IEnumerable<string> Score(JsonNode? wide, JsonNode? narrow)
    {
        if (wide is not null && (int)wide["undated"]! == 0 && !IsWithin(narrow!, wide, Rounding))
            yield return $"score {wide.ToJsonString()} became {narrow!.ToJsonString()}";
    }

    private static IEnumerable<string> Series(JsonNode? wide, JsonNode? narrow) =>
        Listed(wide)
            .Zip(Listed(narrow))
            .Where(point => !IsWithin(point.Second, point.First, Rounding))
            .Select(point => $"score {point.First.ToJsonString()} became {point.Second.ToJsonString()}");

    private static IEnumerable<string> Happened(JsonNode? wide, JsonNode? narrow)
    {
        var after = Listed(narrow).ToDictionary(one => (string)one["key"]!, one => (string)one["happened"]!);
        return from one in Listed(wide)
            let before = (string)one["happened"]!
            let now = after[(string)one["key"]!]
            where before != "possible" && before != now
            select $"{one["key"]} happened: {before} became {now}";
    }

    /// <summary>Of a state: an era that is not told is surely not then.</summary>
    private static IEnumerable<string> Eras(JsonNode? wide, JsonNode? narrow)
    {
        var (before, after) = (Certainties(wide), Certainties(narrow));
        return from era in before.Keys.Union(after.Keys)
            let was = before.GetValueOrDefault(era)
            let now = after.GetValueOrDefault(era)
            where was != "possible" && was != now
            select $"{era}: {was ?? "no"} became {now ?? "no"}";

        static Dictionary<string, string> Certainties(JsonNode? eras) =>
            Listed(eras).ToDictionary(era => $"{era["scheme"]}/{era["era"]}", era => (string)era["certainty"]!);
    }

    private static bool IsWithin(JsonNode narrow, JsonNode wide, decimal rounding) =>
        (decimal)narrow["low"]! >= (decimal)wide["low"]! - rounding
        && (decimal)narrow["high"]! <= (decimal)wide["high"]! + rounding;

    private static string Named(JsonNode stance) => $"{stance["holder"]} toward {stance["toward"]}";

    private static IEnumerable<JsonNode> Listed(JsonNode? list) => list?.AsArray().Select(one => one!) ?? [];
}
