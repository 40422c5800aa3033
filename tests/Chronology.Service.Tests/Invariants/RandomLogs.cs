using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

/// <summary>Some orders and the days that pass before they are given, in one transaction.</summary>
internal sealed record Batch(int DaysLater, IReadOnlyList<Command> Commands)
{
    public override string ToString() =>
        $"\n+{DaysLater} days: {string.Join("; ", Commands.Select(command => Shown(command)))}";

    private static string Shown(Command command) =>
        command switch
        {
            Command.Record { Content: EventContent e } =>
                $"{command.Id} {e.Occurred}{string.Join(", ", e.Anchor ?? [])} {e.Credibility} order {e.Order} {string.Join(", ", e.Effects)}",
            Command.Correct c => $"{command.Id} {c.Changes.ToJsonString()}",
            Command.Merge m => $"{command.Id} into {m.Into}",
            _ => $"{command.GetType().Name} {command.Id}",
        };
}

/// <summary>Random chronologies: a handful of records, revised in all ways, with all sorts of dates around the days of recording.</summary>
internal static class RandomLogs
{
    public static readonly DateTimeOffset Began = new(2000, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly string[] OneDate =
    [
        "2000-03-05",
        "2000-03-05",
        "2000-03-06",
        "2000-03-04",
        "2000-03",
        "2000",
        "2001-02-03",
        "2001",
        "2003",
        "1999",
        "199X",
        "200X",
        "2000-0X",
        "2000-XX-05",
        "19XX",
        "1XXX",
        "2000-21",
        "1900?",
        "2002-07-01",
        "-0043-03-15",
        "Y170000002",
        "Y-170000002",
        "[2000-01-02,2000-03-05,2001-02]",
        "[2000-03-05,2002]",
        "[1890..2010]",
        "[1997..2001]",
        "[..2000-02]",
        "[..2002-02]",
        "[2001-01..]",
        "[1999-01..]",
        "2000-03-05T10:00:00Z",
        "2000-03-05T09:00:00Z",
        "2000-03-05T09:30:00",
    ];

    private static readonly string[] Intervals =
    [
        "1999/2000-03",
        "2000-02/..",
        "../2001",
        "2000/",
        "/2000",
        "199X/2001",
        "2000-03-05/2000-03-06",
        "2000-03-06/2004",
    ];

    /// <summary>The orders that any log begins with: whom and what it speaks of.</summary>
    public static IReadOnlyList<Command> Prelude { get; } =
    [
        Desk.Read(RecordKind.Source, """{"key":"s","kind":"press","csl":{"title":"Paper"}}"""),
        Desk.Read(RecordKind.Issue, """{"key":"i","title":"Issue","citations":[{"source":"s"}]}"""),
        .. "abc".Select(actor =>
            Desk.Read(RecordKind.Actor, $$"""{"key":"{{actor}}","kind":"state","name":"{{actor}}"}""")
        ),
        Desk.Read(RecordKind.Scheme, """{"key":"x","title":"Scheme","author":"Author"}"""),
        Desk.Read(
            RecordKind.Era,
            """{"scheme":"x","key":"y","title":"Era","span":"199X/2001","citations":[{"source":"s","quote":"…"}]}"""
        ),
    ];

    private static readonly Gen<JsonObject> Effects =
        from kind in Any(
            ("recognition", "de-jure"),
            ("recognition", "de-facto"),
            ("recognition", "withdrawn"),
            ("recognition", null),
            ("relations", "established"),
            ("relations", "severed"),
            ("office", "President"),
            ("office", "Minister"),
            ("office", null),
            ("control", "controls"),
            ("control", null),
            ("alliance", "defence"),
            ("alliance", null),
            ("stance", "supports"),
            ("stance", "opposes"),
            ("stance", null)
        )
        from parties in Any(("a", "b"), ("a", "b"), ("a", "b"), ("b", "a"), ("a", "c"))
        from own in Gen.Int[0, 2]
        from ends in Gen.Int[0, 3]
        from begin in Any(OneDate)
        from end in Any(OneDate)
        from basis in Any<string?>(null, "vote", "vote", "statement", "action")
        from vote in Any<string?>("yes", "no", "absent", null)
        from salience in Any<string?>(null, "low", "high")
        let stance = kind.Item1 == "stance"
        select new JsonObject
        {
            ["fact"] = kind.Item1,
            ["holder"] = parties.Item1,
            ["toward"] = kind.Item1 == "stance" ? "i" : parties.Item2,
            ["qualifier"] = kind.Item1 == "alliance" ? "Treaty" : null,
            ["value"] = kind.Item2,
            ["from"] = own == 0 ? begin : null,
            ["until"] = ends == 0 ? end : null,
            ["basis"] = stance ? basis : null,
            ["vote"] = stance && basis == "vote" ? vote : null,
            ["salience"] = stance ? salience : null,
        };

    private static readonly Gen<string> Anchors =
        from relation in Any("after", "before", "on")
        from offset in Any(null, null, "P3D", "P1M", "P1Y")
        from one in Gen.Int[0, 7]
        from other in Gen.Int[0, 7]
        from between in Gen.Int[0, 3]
        select between == 0
            ? $$"""[{"relation":"after","event":"e{{one}}"},{"relation":"before","event":"e{{other}}"}]"""
            : $$"""{"relation":"{{relation}}","event":"e{{one}}","offset":{{(offset is null || relation == "on" ? "null" : $"\"{offset}\"")}}}""";

    private static readonly Gen<JsonObject> Bodies =
        from interval in Gen.Int[0, 4]
        from anchored in Gen.Int[0, 3]
        from anchor in Anchors
        from one in Any(OneDate)
        from span in Any(Intervals)
        from order in Any<int?>(null, null, 1, 2)
        from credibility in Any("confirmed", "reported", "reported", "disputed", "refuted")
        from effects in Effects.List[0, 3]
        from title in Any("Title", "Other")
        from cited in Gen.Bool
        from type in Any(
            "recognition-granted",
            "recognition-granted",
            "call-held",
            "force-threatened",
            "statement-made"
        )
        from parties in Any("a", "a b", "ab ", "ab c", "a bc", "abc ")
        from intensity in Any<double?>(null, null, 2.75, -10)
        select new JsonObject
        {
            ["type"] = type,
            ["intensity"] = intensity,
            ["occurred"] =
                anchored == 0 ? null
                : interval == 0 ? span
                : one,
            ["anchor"] = anchored == 0 ? JsonNode.Parse(anchor) : null,
            ["title"] = title,
            ["order"] = order,
            ["actors"] = new JsonArray([.. Roles(parties)]),
            ["credibility"] = credibility,
            ["effects"] = new JsonArray([.. effects.Select(effect => effect.DeepClone())]),
            ["citations"] = cited ? new JsonArray(new JsonObject { ["source"] = "s", ["quote"] = "…" }) : [],
            ["noSource"] = cited ? null : "citation needed",
        };

    /// <summary>Who acts, a space, who receives.</summary>
    private static IEnumerable<JsonObject> Roles(string parties) =>
        parties
            .Split(' ')
            .SelectMany(
                (side, i) =>
                    side.Select(key => new JsonObject
                    {
                        ["actor"] = key.ToString(),
                        ["role"] = i == 0 ? "actor" : "recipient",
                    })
            );

    private static readonly Gen<RecordId> Ids = Gen.Int[0, 7]
        .Select(n => new RecordId(RecordKind.Event, $"e{n.ToString(CultureInfo.InvariantCulture)}"));

    /// <summary>Null: the model would not read it.</summary>
    private static Gen<Command?> Recording(Gen<RecordId> ids) =>
        Gen.Select(
            ids,
            Bodies,
            (id, body) =>
            {
                var whole = (JsonObject)body.DeepClone();
                whole["key"] = id.Key;
                return Try(() => Desk.Read(RecordKind.Event, whole.ToJsonString()));
            }
        );

    private static readonly Gen<Command?> Correcting =
        from id in Ids
        from now in Bodies
        from fields in Any<string[]>(
            ["occurred", "anchor"],
            ["occurred", "anchor"],
            ["effects"],
            ["occurred", "anchor", "effects", "title"],
            ["credibility"],
            ["order"],
            ["actors"],
            ["type", "intensity"],
            ["citations", "noSource"]
        )
        from reason in Any("correction", "correction", "refinement")
        select Try(() =>
            Desk.Read(
                Operation.Corrected,
                id,
                new JsonObject
                {
                    ["changes"] = new JsonObject(
                        fields.Select(field => KeyValuePair.Create(field, now[field]?.DeepClone()))
                    ),
                    ["reason"] = new JsonObject { ["code"] = reason, ["note"] = "better" },
                    ["citations"] = new JsonArray(new JsonObject { ["source"] = "s" }),
                }.ToJsonString()
            )
        );

    private static readonly Gen<Command?> Judging =
        from id in Ids
        from verb in Any(
            Operation.Retracted,
            Operation.Retracted,
            Operation.Reinstated,
            Operation.Reinstated,
            Operation.Disputed,
            Operation.Resolved,
            Operation.Merged,
            Operation.Merged,
            Operation.Split
        )
        from other in Ids
        select Try(() =>
            Desk.Read(
                verb,
                id,
                verb == Operation.Merged
                    ? $$$"""{"into":"{{{other.Key}}}","reason":{"code":"merge"}}"""
                    : """{"reason":{"code":"correction"}}"""
            )
        );

    private static readonly Gen<Command?> OfOthers =
        from what in Gen.Int[0, 8]
        from name in Any("one", "two")
        from span in Any([.. Intervals, "199X", "[1997,2003]"])
        select Try(() =>
            what switch
            {
                0 => Desk.Read(
                    Operation.Corrected,
                    new(RecordKind.Actor, "a"),
                    $$$"""{"changes":{"name":"{{{name}}}"},"reason":{"code":"correction"}}"""
                ),
                1 => Desk.Read(
                    Operation.Corrected,
                    new(RecordKind.Source, "s"),
                    $$$"""{"changes":{"publisher":"{{{name}}}"},"reason":{"code":"correction"}}"""
                ),
                2 => Desk.Read(Operation.Retracted, new(RecordKind.Issue, "i"), """{"reason":{"code":"correction"}}"""),
                3 => Desk.Read(
                    Operation.Corrected,
                    RecordId.Era("x", "y"),
                    $$$"""{"changes":{"span":"{{{span}}}","title":"{{{name}}}"},"reason":{"code":"correction"}}"""
                ),
                4 => Desk.Read(
                    name == "one" ? Operation.Retracted : Operation.Reinstated,
                    RecordId.Era("x", "y"),
                    """{"reason":{"code":"correction"}}"""
                ),
                5 => Desk.Read(
                    Operation.Corrected,
                    RecordId.Era("x", "y"),
                    """{"changes":{"opens":"e0","citations":null},"reason":{"code":"correction"}}"""
                ),
                6 => Desk.Read(
                    name == "one" ? Operation.Retracted : Operation.Reinstated,
                    new(RecordKind.Scheme, "x"),
                    """{"reason":{"code":"correction"}}"""
                ),
                7 => Desk.Read(
                    Operation.Corrected,
                    new(RecordKind.Actor, name == "one" ? "b" : "c"),
                    $$$"""{"changes":{"existed":"{{{span}}}"},"reason":{"code":"correction"}}"""
                ),
                _ => Desk.Read(
                    Operation.Reinstated,
                    new(RecordKind.Issue, "i"),
                    """{"reason":{"code":"correction"}}"""
                ),
            }
        );

    /// <summary>Actors that nothing else refers to, recorded, merged in chains, split, retracted and reinstated.</summary>
    private static readonly Gen<Command?> OfDoubles =
        from key in Any("d", "d", "f", "g")
        from other in Any("a", "d", "f", "g")
        from verb in Any<Operation?>(
            null,
            null,
            Operation.Merged,
            Operation.Merged,
            Operation.Split,
            Operation.Retracted,
            Operation.Reinstated
        )
        select verb is null
            ? Desk.Read(
                RecordKind.Actor,
                $$"""{"key":"{{key}}","kind":"state","name":"{{key}}","citations":[{"source":"s"}]}"""
            )
            : Desk.Read(
                verb.Value,
                new(RecordKind.Actor, key),
                verb == Operation.Merged
                    ? $$$"""{"into":"{{{other}}}","reason":{"code":"merge"}}"""
                    : """{"reason":{"code":"correction"}}"""
            );

    /// <summary>Who is who: a succession, an end, a merging or its undoing.</summary>
    private static readonly Gen<Command?> OfActors =
        from actor in Any("a", "a", "b", "c")
        from other in Any("b", "c")
        from kind in Any("continuator", "continuator", "successor", "secession")
        from day in Any<string?>([null, .. OneDate])
        from existed in Any<string?>(null, "../2000-03-05", "1990/200X", "1990/..")
        from what in Gen.Int[0, 5]
        select Try(() =>
            what switch
            {
                0 => Desk.Read(
                    Operation.Merged,
                    new(RecordKind.Actor, actor),
                    $$$"""{"into":"{{{other}}}","reason":{"code":"merge"}}"""
                ),
                1 => Desk.Read(Operation.Split, new(RecordKind.Actor, actor), """{"reason":{"code":"correction"}}"""),
                2 => Desk.Read(
                    Operation.Corrected,
                    new(RecordKind.Actor, actor),
                    new JsonObject
                    {
                        ["changes"] = new JsonObject
                        {
                            ["existed"] = existed,
                            ["kind"] = day is null ? "state" : "person",
                        },
                        ["reason"] = new JsonObject { ["code"] = "correction" },
                    }.ToJsonString()
                ),
                _ => Desk.Read(
                    Operation.Corrected,
                    new(RecordKind.Actor, actor),
                    new JsonObject
                    {
                        ["changes"] = new JsonObject
                        {
                            ["successors"] = new JsonArray(
                                new JsonObject
                                {
                                    ["actor"] = other,
                                    ["kind"] = kind,
                                    ["on"] = day,
                                }
                            ),
                        },
                        ["reason"] = new JsonObject { ["code"] = "correction" },
                    }.ToJsonString()
                ),
            }
        );

    /// <summary>The rules, adopted now and then, also those in force already.</summary>
    private static readonly Gen<Command?> Adopting = Any(1, 2).Select(rules => (Command?)Adopt(rules));

    public static Command Adopt(int rules) =>
        Desk.Read(
            Operation.Corrected,
            RecordId.Itself,
            $$$"""{"changes":{"rules":{{{rules.ToString(CultureInfo.InvariantCulture)}}}},"reason":{"code":"adoption"}}"""
        );

    public static Gen<List<Batch>> Logs { get; } =
        Gen.Select(
            Any(0, 0, 1, 40, 400),
            Gen.Frequency(
                (6, Recording(Ids)),
                (3, Correcting),
                (3, Judging),
                (1, OfOthers),
                (1, OfDoubles),
                (1, OfActors),
                (1, Adopting)
            ).List[1, 6],
            (later, commands) => new Batch(later, [.. commands.OfType<Command>()])
        ).List[1, 8];

    /// <summary>First recordings alone, of events of their own, with dates of their own.</summary>
    public static Gen<List<Command>> Recordings { get; } =
        Recording(Gen.Const(new RecordId(RecordKind.Event, "e")))
            .List[1, 12]
            .Select(commands =>
                commands
                    .OfType<Command.Record>()
                    .Where(command => command.Content is EventContent { Anchor: null })
                    .Select(
                        (command, n) =>
                            (Command)(
                                command with
                                {
                                    Id = new(RecordKind.Event, $"e{n.ToString(CultureInfo.InvariantCulture)}"),
                                }
                            )
                    )
                    .ToList()
            );

    /// <summary>Days that make a difference: those of the dates above and beside them, days of recording, and days far away.</summary>
    public static Gen<Day> Days { get; } =
        Gen.OneOf(
            Gen.Select(
                Any([
                    .. OneDate
                        .Select(text => When.OccurrenceFrom(text, "gregorian").Value.Window)
                        .SelectMany(window => new[] { window.Earliest, window.Latest })
                        .OfType<Day>()
                        .Distinct(),
                ]),
                Gen.Int[-1, 1],
                (day, beside) => day + beside
            ),
            Gen.Int[-500, 1500].Select(days => Day.Of(Began) + days),
            Any(new Day(-80_000_000_000), new Day(80_000_000_000))
        );

    /// <summary>Puts a log into a new chronology.</summary>
    public static async Task<string> RecordAsync(Desk desk, SetClock clock, IEnumerable<Batch> log)
    {
        var chronology = await desk.BeginAsync();
        await desk.AppendAsync(chronology, [.. Prelude]);
        foreach (var batch in log)
        {
            clock.Now = clock.Now.AddDays(batch.DaysLater);
            if (batch.Commands.Count > 0)
                await desk.AppendAsync(chronology, [.. batch.Commands]);
        }
        return chronology;
    }

    private static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static Command? Try(Func<Command> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
