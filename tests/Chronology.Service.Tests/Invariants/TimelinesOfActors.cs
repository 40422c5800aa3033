using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

public sealed class TimelinesOfActors(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Actors = 15;

    private static readonly string[] Dates =
    [
        "1950-05-17",
        "1950-05-17",
        "1950-05-18",
        "1950-05",
        "1950",
        "195X",
        "1949-12-31",
        "1951-02",
        "[1948,1952]",
        "[..1950-06]",
        "[1950-06..]",
        "1948/1951",
        "1950/..",
        "../..",
    ];

    private static readonly Parties[] Asked =
    [
        Of("a0"),
        Of("a0", "a1"),
        Of("a1", "a0"),
        Of("a2", "a0"),
        new(["a0", "a3"], ["a1", "a2"]),
        new(["a0", "a3"], []),
        Of("a0", "nobody"),
    ];

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    private static Parties Of(string one, params string[] other) => new([one], other);

    private static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private sealed record Happening(int Event, string Date, int? Order, int[] Actors, int Turn);

    /// <summary>Few actors take part in most events, and all of them in some.</summary>
    private static readonly Gen<Happening[]> Happenings = Gen.Select(
        Gen.Int[0, 11],
        Any(Dates),
        Any<int?>(null, null, 1, 2),
        Gen.OneOf(Gen.Int[0, 4].Array[1, 4], Gen.Const(Enumerable.Range(0, Actors).ToArray())),
        Gen.Int[0, 5],
        (e, date, order, actors, turn) => new Happening(e, date, order, [.. actors.Distinct()], turn)
    ).Array[1, 25];

    private static string BodyOf(Happening one) =>
        new JsonObject
        {
            ["key"] = $"e{Number(one.Event)}",
            ["type"] = "statement-made",
            ["occurred"] = one.Date,
            ["order"] = one.Order,
            ["title"] = "Title",
            ["actors"] = new JsonArray([
                .. one.Actors.Select(actor => new JsonObject { ["actor"] = $"a{Number(actor)}", ["role"] = "actor" }),
            ]),
            ["citations"] = new JsonArray(new JsonObject { ["source"] = "s" }),
        }.ToJsonString();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> RecordAsync(Happening[] happenings)
    {
        var chronology = await desk.BeginAsync();
        await desk.AppendAsync(
            chronology,
            [
                Desk.Read(RecordKind.Source, """{"key":"s","kind":"press","csl":{"title":"Paper"}}"""),
                .. Enumerable
                    .Range(0, Actors)
                    .Select(n =>
                        Desk.Read(
                            RecordKind.Actor,
                            $$"""{"key":"a{{Number(n)}}","kind":"state","name":"a{{Number(n)}}"}"""
                        )
                    ),
            ]
        );
        foreach (var one in happenings)
        {
            var id = new RecordId(RecordKind.Event, $"e{Number(one.Event)}");
            var reason = """{"reason":{"code":"correction"}}""";
            await desk.AppendAsync(
                chronology,
                one.Turn switch
                {
                    0 => Desk.Read(Operation.Retracted, id, reason),
                    1 => Desk.Read(Operation.Reinstated, id, reason),
                    2 => Desk.Read(
                        Operation.Corrected,
                        id,
                        $$$"""{"changes":{"occurred":"{{{one.Date}}}"},"reason":{"code":"correction"}}"""
                    ),
                    _ => Desk.Read(RecordKind.Event, BodyOf(one)),
                }
            );
        }
        return chronology;
    }

    [Fact]
    public Task are_walked_to_the_pages_that_reading_every_record_gives() =>
        Gen.Select(
                Happenings,
                Gen.Int[0, 40],
                Any<string?>(null, "1949", "1950-05-17", "1951"),
                Gen.Int[1, 5],
                Gen.Bool
            )
            .SampleAsync(
                async (happenings, known, bound, limit, certainly) =>
                {
                    var chronology = await RecordAsync(happenings);
                    var head = (await desk.AtAsync(chronology, null)).Position;
                    var moment = await desk.AtAsync(chronology, Number((int)(known % (head + 1))));
                    var timeline = new Timeline(desk.Source);
                    var from = bound is null ? (Day?)null : Day.ParseQuestion(bound, first: true).Value;
                    var to = bound is null || known % 2 == 0 ? (Day?)null : Day.ParseQuestion(bound).Value;
                    foreach (var parties in Asked)
                    {
                        var selection = new TimelineSelection(
                            from,
                            to,
                            parties,
                            null,
                            null,
                            [],
                            certainly,
                            ["active", "disputed"]
                        );
                        var all = await timeline.PageAsync(
                            moment,
                            selection with
                            {
                                Parties = Parties.Everyone,
                            },
                            null,
                            1_000,
                            Ct
                        );
                        var paged = new List<string>();
                        for (TimelinePlace? place = null; ; )
                        {
                            var (events, next) = await timeline.PageAsync(moment, selection, place, limit, Ct);
                            paged.AddRange(events.Select(row => $"{row.State.Id.Key}@{row.Position}"));
                            if (next is null)
                                break;
                            place = next;
                        }
                        Assert.Equal(
                            all.Events.Where(row => IsOf(row, parties))
                                .Select(row => $"{row.State.Id.Key}@{row.Position}"),
                            paged
                        );
                    }
                },
                iter: 60,
                threads: 1
            );

    [Fact]
    public Task are_walked_back_to_what_happened_last() =>
        Gen.Select(Happenings, Gen.Int[0, 40], Any("1947", "1950-05-17", "1950-05-31", "1952", "2020"), Gen.Int[1, 4])
            .SampleAsync(
                async (happenings, known, asOf, limit) =>
                {
                    var chronology = await RecordAsync(happenings);
                    var head = (await desk.AtAsync(chronology, null)).Position;
                    var moment = await desk.AtAsync(chronology, Number((int)(known % (head + 1))), asOf);
                    var everything = await RoundTrip.AskAsync(
                        desk.Source,
                        trip => Timeline.Recent(trip, moment, Parties.Everyone, 1_000),
                        Ct
                    );
                    foreach (var parties in Asked)
                    {
                        var recent = await RoundTrip.AskAsync(
                            desk.Source,
                            trip => Timeline.Recent(trip, moment, parties, limit),
                            Ct
                        );
                        Assert.Equal(
                            everything.Where(row => IsOf(row, parties)).Take(limit).Select(row => row.State.Id),
                            recent.Select(row => row.State.Id)
                        );
                    }
                },
                iter: 60,
                threads: 1
            );

    [Fact]
    public Task hold_what_the_records_say_whatever_is_corrected_and_closed() =>
        Happenings.SampleAsync(
            async happenings =>
            {
                await RecordAsync(happenings);

                Assert.Empty(
                    await desk.TextsAsync(
                        """
                        with said as (
                            select t, chronology.width_of(r.earliest, r.latest), r.earliest, r.latest, r.from_position, r.to_position, r.key
                            from chronology.record r cross join lateral chronology.timelines_of(r.chronology, r.refs) t
                            where r.kind = 'event' and r.status in ('active', 'disputed'))
                        (table said except all table chronology.timeline) union all (table chronology.timeline except all table said)
                        """
                    )
                );
            },
            iter: 20,
            threads: 1
        );

    private static bool IsOf(RecordedRow row, Parties parties)
    {
        var actors = ((EventContent)row.State.Content)
            .Actors.Select(part => part.Actor)
            .ToHashSet(StringComparer.Ordinal);
        return actors.Overlaps(parties.One) && (!parties.ArePair || actors.Overlaps(parties.Other));
    }
}
