using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using CsCheck;

namespace Chronology.Service.Tests.Invariants;

public sealed class LawsOfSuccession(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Day On = Day.Of(2000, 3, 5);

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    /// <summary>One chronology records what a did and then that b continued a; in the other, b did it all.</summary>
    [Fact]
    public Task after_a_certain_day_answers_are_those_of_a_chronology_that_recorded_it_of_the_successor() =>
        Gen.Select(RandomLogs.Recordings, Gen.Int[0, 1_000].List[4])
            .SampleAsync(
                async (recordings, later) =>
                {
                    var events = recordings.OfType<Command.Record>().Where(IsOfAAlone).ToArray();
                    var one = await desk.BeginAsync();
                    await desk.AppendAsync(one, [.. RandomLogs.Prelude, .. events, Continued()]);
                    var other = await desk.BeginAsync();
                    await desk.AppendAsync(other, [.. RandomLogs.Prelude, .. events.Select(OfB), Named("a")]);
                    foreach (var days in later)
                    {
                        var day = On + days;
                        Assert.Equal(await ToldAsync(other, day, "b", "c"), await ToldAsync(one, day, "b", "c"));
                    }
                },
                iter: 40,
                threads: 1
            );

    [Fact]
    public async Task what_is_recorded_of_a_merged_actor_counts_for_the_one_that_stays()
    {
        var chronology = await desk.BeginAsync();
        await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);
        await desk.AppendAsync(
            chronology,
            Desk.Read(
                RecordKind.Event,
                """
                {"key":"e","type":"recognition-granted","occurred":"1999","title":"T","noSource":"none",
                 "actors":[{"actor":"a","role":"actor"}],
                 "effects":[{"fact":"recognition","holder":"a","toward":"c","value":"de-jure"}]}
                """
            )
        );
        await desk.AppendAsync(
            chronology,
            Desk.Read(Operation.Merged, new(RecordKind.Actor, "a"), """{"into":"b","reason":{"code":"correction"}}""")
        );
        var merged = (await desk.AtAsync(chronology, null)).Position;

        Assert.Equal("no-record", (await AskAsync(chronology, "b", merged - 1)).Verdict());
        foreach (var key in new[] { "a", "b" })
        {
            var answer = await AskAsync(chronology, key, merged);
            Assert.Equal("certain", answer.Verdict());
            Assert.Equal("b", (string?)answer["facts"]![0]!["holder"]);
            Assert.Null(answer["facts"]![0]!["heldAs"]);
            Assert.Equal(key == "a", answer["notes"]!.ToJsonString().Contains("merged", StringComparison.Ordinal));
            var identity = await desk.Identities.AtAsync(await desk.AtAsync(chronology, null), Ct);
            Assert.Equal(["b", "a"], identity.KeysOf(identity.Surviving(key)));
        }
        Assert.Equal("certain", (await AskAsync(chronology, "a", merged - 1)).Verdict());
        var timeline = new EventTimelineHandler(
            desk.Moments,
            desk.Identities,
            new(desk.Source),
            new(desk.Source),
            desk.Source
        );
        var twice = await timeline.Handle(
            new(chronology, null, null, "a,b", null, null, null, null, null, null, null, 10, Axes.Now),
            Ct
        );
        Assert.Equal("invalid-parameter", twice.Rejection?.Code);
        var ofB = await timeline.Handle(
            new(chronology, null, null, null, "b", null, null, null, null, null, null, 10, Axes.Now),
            Ct
        );
        Assert.Equal("e", (string?)Assert.Single(ofB.Value.Events)["key"]);
    }

    private async Task<JsonNode> AskAsync(string chronology, string holder, long position)
    {
        var answer = await new FactsOnADayHandler(
            desk.Moments,
            desk.Identities,
            desk.Facts,
            new(desk.Source),
            desk.Source
        ).Handle(
            new(
                chronology,
                "recognition",
                holder,
                "c",
                null,
                null,
                new("2000-01-01", position.ToString(CultureInfo.InvariantCulture))
            ),
            Ct
        );
        return JsonSerializer.SerializeToNode(answer.Value, Answers.Json)!;
    }

    private async Task<string> ToldAsync(string chronology, Day day, string holder, string toward)
    {
        var moment = (await desk.AtAsync(chronology, null)) with { AsOf = day };
        var identity = await desk.Identities.AtAsync(moment, Ct);
        var listed = await new FactTelling(desk.Facts).ListedAsync(
            moment,
            identity,
            new(Holders: [holder], EitherWay: true),
            Ct
        );
        var told = listed.Select(fact =>
            JsonSerializer.Serialize(fact with { HeldAs = null, TowardAs = null }, Answers.Json)
        );
        var one = await desk.Facts.AskAsync(
            chronology,
            FactKey.Of("recognition", holder, toward, null, null),
            new(day, null, null),
            Ct
        );
        var entry = one.Value.Fact.AsOf(day);
        return $"{day}\n{string.Join('\n', told)}\n{entry.Holds()} {entry.Value} {string.Join(',', entry.Alternatives)}";
    }

    /// <summary>Whether its effects are all of a, and surely begin before the day or surely not: then it is certain which pass.</summary>
    private static bool IsOfAAlone(Command.Record recording)
    {
        var content = (EventContent)recording.Content;
        return RecordedEffect
            .Of("e", 1, 1, content)
            .All(effect => effect.Key.Holder == "a" && effect.Key.Toward != "b" && effect.Begins.Days.Latest < On);
    }

    private static Command OfB(Command.Record recording)
    {
        var content = (EventContent)recording.Content;
        return recording with
        {
            Content = content with { Effects = [.. content.Effects.Select(effect => effect with { Holder = "b" })] },
        };
    }

    private static Command Continued() =>
        Desk.Read(
            Operation.Corrected,
            new(RecordKind.Actor, "a"),
            """{"changes":{"successors":[{"actor":"b","kind":"continuator","on":"2000-03-05"}]},"reason":{"code":"correction"}}"""
        );

    /// <summary>Takes a position, so that both chronologies are at the same.</summary>
    private static Command Named(string actor) =>
        Desk.Read(
            Operation.Corrected,
            new(RecordKind.Actor, actor),
            """{"changes":{"name":"another"},"reason":{"code":"correction"}}"""
        );
}

file static class Told
{
    public static string Verdict(this JsonNode answer) => (string)answer["verdict"]!;
}
