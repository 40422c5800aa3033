using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

public sealed class FactsOfTheStore(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public Task are_those_decided_from_all_that_was_known() =>
        Gen.Select(RandomLogs.Logs, Gen.Select(Gen.Int[0, 1_000], RandomLogs.Days).List[30])
            .SampleAsync(
                async (log, questions) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var replay = await Replay.OfAsync(desk.Store, desk.Source, chronology);
                    foreach (var (place, day) in questions)
                    {
                        var position = place % (replay.Head + 1);
                        var moment = new Moment(
                            chronology,
                            day,
                            position,
                            replay.RecordedAt(position),
                            RulesVersion.First
                        );
                        var all = replay.FactsAt(position, day);
                        var found = await desk.FactsAsync(moment);
                        Assert.True(
                            all.Select(Told).SequenceEqual(found.Select(Told).Order(StringComparer.Ordinal)),
                            $"{chronology}, position {position}, {day}:\n{string.Join('\n', all.Select(Told))}\nbut found\n{string.Join('\n', found.Select(Told))}"
                        );
                        await AssertLastHeldAsync(moment, all);
                        await AssertOneByOneAsync(moment, replay, all);
                    }
                },
                iter: 100,
                threads: 1
            );

    [Fact]
    public Task are_the_same_after_a_retraction_as_before_the_recording() =>
        Gen.Select(RandomLogs.Logs, RandomLogs.Recordings, RandomLogs.Days.List[5])
            .SampleAsync(
                async (log, recordings, days) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    var one = recordings
                        .OfType<Command.Record>()
                        .Take(1)
                        .Select(recording => recording with { Id = new(RecordKind.Event, "withdrawn") })
                        .ToArray();
                    if (one.Length == 0)
                        return;
                    var before = (await desk.AtAsync(chronology, null)).Position;
                    var told = await AllAsync(chronology, before, days);
                    await desk.AppendAsync(chronology, one);
                    await desk.AppendAsync(
                        chronology,
                        Desk.Read(Operation.Retracted, one[0].Id, """{"reason":{"code":"correction"}}""")
                    );
                    var head = (await desk.AtAsync(chronology, null)).Position;

                    Assert.Equal(told, await AllAsync(chronology, before, days));
                    Assert.Equal(told, await AllAsync(chronology, head, days));
                },
                iter: 50,
                threads: 1
            );

    [Fact]
    public Task are_those_of_a_chronology_without_the_event_that_is_merged_into_another() =>
        Gen.Select(RandomLogs.Recordings, RandomLogs.Days.List[5])
            .SampleAsync(
                async (recordings, days) =>
                {
                    clock.Now = RandomLogs.Began;
                    if (recordings.Count < 2)
                        return;
                    var (merged, into) = (recordings[0].Id, recordings[^1].Id);
                    var without = await RandomLogs.RecordAsync(desk, clock, [new(0, [.. recordings.Skip(1)])]);
                    var whole = await RandomLogs.RecordAsync(desk, clock, [new(0, recordings)]);
                    var before = (await desk.AtAsync(whole, null)).Position;
                    var told = await AllAsync(whole, before, days);
                    Assert.IsType<Outcome.Recorded>(
                        (
                            await desk.AppendAsync(
                                whole,
                                Desk.Read(
                                    Operation.Merged,
                                    merged,
                                    $$$"""{"into":"{{{into.Key}}}","reason":{"code":"merge"}}"""
                                )
                            )
                        ).Single()
                    );

                    Assert.Equal(await AllAsync(without, before - 1, days), await AllAsync(whole, before + 1, days));
                    Assert.Equal(told, await AllAsync(whole, before, days));

                    await desk.AppendAsync(
                        whole,
                        Desk.Read(Operation.Split, merged, """{"reason":{"code":"split"}}""")
                    );
                    Assert.Equal(told, await AllAsync(whole, before + 2, days));
                },
                iter: 40,
                threads: 1
            );

    [Fact]
    public Task do_not_depend_on_the_order_of_recording() =>
        Gen.Select(RandomLogs.Recordings, Gen.Int[0, 1_000_000], Gen.Int[0, 500].List[12], RandomLogs.Days.List[5])
            .SampleAsync(
                async (recordings, seed, pauses, days) =>
                {
                    var orders = new[] { recordings, [.. recordings.OrderBy(r => Mixed(r.Id.Key, seed))] };
                    var answers = new List<IReadOnlyList<string>>();
                    foreach (var order in orders)
                    {
                        clock.Now = RandomLogs.Began;
                        var log = order.Select((recording, n) => new Batch(pauses[n], [recording]));
                        var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                        answers.Add(await AllAsync(chronology, recordings.Count + RandomLogs.Prelude.Count, days));
                    }

                    Assert.Equal(answers[0], answers[1]);

                    static int Mixed(string key, int seed) =>
                        key.Aggregate(seed, (hash, letter) => unchecked(hash * 31 + letter * 7919)) % 1009;
                },
                iter: 50,
                threads: 1
            );

    /// <summary>An office that nobody was known to hold does not come to be known before it was recorded.</summary>
    [Fact]
    public async Task of_a_value_first_recorded_later_were_not_recorded_before()
    {
        var chronology = await desk.BeginAsync();
        await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);
        await desk.AppendAsync(chronology, Office("ends", "2000", null));
        var before = await desk.AtAsync(chronology, null);
        Assert.Empty(await desk.FactsAsync(before));

        await desk.AppendAsync(chronology, Office("begins", "1999", "President"));

        Assert.Empty(await desk.FactsAsync(before));
        Assert.Single(await desk.FactsAsync(await desk.AtAsync(chronology, null)));
    }

    private static Command Office(string key, string occurred, string? value) =>
        Desk.Read(
            RecordKind.Event,
            $$"""
            {"key":"{{key}}","type":"recognition-granted","occurred":"{{occurred}}","title":"T","noSource":"none",
             "effects":[{"fact":"office","holder":"a","toward":"b","value":{{(value is null
                ? "null"
                : $"\"{value}\"")}}}]}
            """
        );

    /// <summary>Asked for by itself, by position and by the instant of that position, each fact is the same; what is not recorded is not found.</summary>
    private async Task AssertOneByOneAsync(Moment moment, Replay replay, IReadOnlyList<FactEntry> all)
    {
        var keys = replay.Versions.SelectMany(version => replay.EffectsAt(version.From)).Select(effect => effect.Key);
        var at = moment.Position % 2 == 0 ? null : moment.RecordedAt;
        foreach (var key in keys.Where(key => key.Kind.Functional).Distinct().Take(3))
        {
            var asked = await desk.Facts.AskAsync(
                moment.Chronology,
                key,
                new(moment.AsOf, at is null ? moment.Position : null, at),
                TestContext.Current.CancellationToken
            );
            Assert.Equal(moment, asked.Value.Moment with { Rules = moment.Rules });
            var found = asked.Value.Fact.Effects;
            Assert.Equal(
                all.Where(entry => entry.Key == asked.Value.Identity.Surviving(key)).Select(Told),
                found.Count == 0 ? [] : [Told(asked.Value.Fact.AsOf(moment.AsOf))]
            );
        }
    }

    private async Task AssertLastHeldAsync(Moment moment, IReadOnlyList<FactEntry> all)
    {
        foreach (var entry in all.Where(entry => entry.Holds() == Verdict.No).Take(3))
        {
            var identity = await desk.Identities.AtAsync(moment, TestContext.Current.CancellationToken);
            var (holder, toward) = (entry.Key.Holder, entry.Key.Toward);
            var fact = (
                await desk.Facts.ReadAsync(
                    moment,
                    identity,
                    new(entry.Key.Fact, [holder], toward is null ? null : [toward], Value: entry.Key.Value),
                    TestContext.Current.CancellationToken
                )
            ).Single(fact => fact.Key == entry.Key);

            // As few at first as make it look again.
            var held = await desk.Facts.LastHeldAsync(moment, fact, TestContext.Current.CancellationToken, few: 1);

            Assert.Equal(entry.LastHeld is { } last ? Told(last) : null, held is null ? null : Told(held));
        }
    }

    private async Task<IReadOnlyList<string>> AllAsync(string chronology, long position, IEnumerable<Day> days)
    {
        var told = new List<string>();
        foreach (var day in days)
        {
            var moment = (await desk.AtAsync(chronology, $"{position}")) with { AsOf = day };
            told.AddRange(
                (await desk.FactsAsync(moment)).Where(entry => entry.IsRecorded).Select(entry => $"{day} {Told(entry)}")
            );
        }
        return told;
    }

    /// <summary>All that an entry says, less the positions at which it came to be known and what it needs a second question for.</summary>
    private static string Told(FactEntry entry) =>
        $"{entry.Key.CanonicalText} = {entry.Value} {entry.Certainty} ({string.Join(", ", entry.Alternatives)}) {entry.Since?.Edtf} to {entry.Until?.Edtf}, as {entry.HeldAs} toward {entry.TowardAs}, {entry.Credibility}, because {Told(entry.Because)}, disputed by {Told(entry.DisputedBy)}, {(entry.IsRecorded ? "recorded" : "unrecorded")}, holds {entry.Holds()}";

    private static string Told(LastHeld held) =>
        $"{held.Value} {Told([held.Effect])} until {held.Effect.LastDay?.Edtf}, as {held.HeldAs}, {held.TowardAs}";

    private static string Told(IEnumerable<RecordedEffect> effects) =>
        string.Join(
            ", ",
            effects.Select(effect => $"{effect.Event}/{effect.Index} {effect.Begins.Edtf} {effect.Value}")
        );
}
