using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Compare;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using CsCheck;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What is found by index and decided again is all that differs between two answers, and makes the second of the first.</summary>
public sealed class ComparedAnswers(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private ServiceProvider service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        service = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddChronology(Database.Connect(database.ConnectionString))
            .BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await desk.DisposeAsync();
    }

    private Task<Result<T>> SendAsync<T>(IRequest<Result<T>> question) =>
        service.GetRequiredService<ISender>().Send(question, Ct);

    private static readonly string?[] Sides = [null, null, "a,b", "a;b,c", "b,a"];

    private sealed record Point(int Place, Day Day);

    private static readonly Gen<Point> Points = Gen.Select(
        Gen.Int[0, 1_000],
        RandomLogs.Days,
        (place, day) => new Point(place, day)
    );

    private static readonly string?[] Rules = [null, null, "1", "2", "1..2", "2..1"];

    [Fact]
    public Task knowledge_then_world_then_rules_make_the_second_of_the_first() =>
        Gen.Select(
                RandomLogs.Logs,
                Gen.Select(
                    Points,
                    Points,
                    Gen.Int[0, Sides.Length - 1].Select(i => Sides[i]),
                    Gen.Int[0, Rules.Length - 1].Select(i => Rules[i])
                ).List[15]
            )
            .SampleAsync(
                async (log, questions) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    clock.Now = clock.Now.AddYears(1);
                    var head = (await desk.AtAsync(chronology, null)).Position;
                    foreach (var (one, other, between, rules) in questions)
                    {
                        var (from, to) = (Text(one, head), Text(other, head));
                        var asked = await SendAsync(
                            new Comparison(chronology, from, to, between, null, Axes.Now with { Rules = rules })
                        );
                        // Where one actor is merged into another of the other side, there is nothing between them.
                        if (asked.Rejection is { Code: "invalid-parameter" } && between is not null)
                            continue;
                        var compared = asked.Value;
                        var first = await StateAsync(chronology, compared.From, between);
                        var through = await StateAsync(chronology, compared.Through, between);
                        var byFirstRules = compared.Basis with { Rules = compared.From.Rules };
                        var third = await StateAsync(chronology, byFirstRules, between);
                        var second = await StateAsync(chronology, compared.Basis, between);

                        AssertLeads(first, compared.Knowledge, through, $"{chronology}: {from} to {to}, knowledge");
                        AssertLeads(through, compared.World, third, $"{chronology}: {from} to {to}, world");
                        AssertLeads(
                            third,
                            [.. compared.Rules.Where(line => line is not StanceLine)],
                            second,
                            $"{chronology}: {from} to {to}, rules {rules}"
                        );
                        Assert.Equal(compared.From.Rules, compared.Through.Rules);
                        if (between is null)
                        {
                            AssertLeads(
                                await StancesAsync(chronology, byFirstRules),
                                [.. compared.Rules.OfType<StanceLine>()],
                                await StancesAsync(chronology, compared.Basis),
                                $"{chronology}: {from} to {to}, rules {rules}, stances"
                            );
                        }
                        var adopted = await AreAdoptedAsync(compared.From) && await AreAdoptedAsync(compared.Basis);
                        Assert.All(compared.Rules, line => Assert.Equal(adopted, line.Revisions!.Count > 0));

                        async Task<bool> AreAdoptedAsync(Basis basis) =>
                            (
                                await desk.AtAsync(
                                    chronology,
                                    basis.KnownAt.Position.ToString(CultureInfo.InvariantCulture)
                                )
                            )
                                .Rules
                                .Number == basis.Rules;
                        Assert.All(compared.Knowledge, line => Assert.NotEmpty(line.Revisions!));
                        Assert.All(
                            compared.World.OfType<FactLine>(),
                            line => Assert.True(line.Events!.Count > 0 || line.Actors is not null)
                        );
                        Assert.InRange(
                            compared.Unchanged,
                            0,
                            Math.Abs(one.Place % (head + 1) - other.Place % (head + 1))
                        );
                    }
                },
                iter: 60,
                threads: 1
            );

    private static string Text(Point point, long head) =>
        $"{point.Day}@{(point.Place % (head + 1)).ToString(CultureInfo.InvariantCulture)}";

    private async Task<Dictionary<string, string>> StateAsync(string chronology, Basis basis, string? between)
    {
        var state = (await SendAsync(new StateOfRelations(chronology, between, null, At(basis)))).Value;
        return state
            .Facts.Select(fact => (About(fact), Json(fact)!))
            .Concat(state.Eras.Select(era => ($"{era.Scheme}/{era.Era}", Json(era)!)))
            .Concat(state.Score is null ? [] : [("score", Json(state.Score)!)])
            .ToDictionary(told => told.Item1, told => told.Item2);
    }

    private async Task<Dictionary<string, string>> StancesAsync(string chronology, Basis basis) =>
        (await SendAsync(new StancesOnADay(chronology, null, null, null, 1_000, At(basis)))).Value.Stances.ToDictionary(
            stance => $"{stance.Holder} {stance.Toward}",
            stance => Json(stance)!
        );

    private static Axes At(Basis basis) =>
        new(basis.AsOf, basis.KnownAt.Position.ToString(CultureInfo.InvariantCulture))
        {
            Rules = basis.Rules.ToString(CultureInfo.InvariantCulture),
        };

    private static string About(FactAnswer fact) =>
        FactKey.Of(fact.Fact, fact.Holder, fact.Toward, fact.Qualifier, fact.Value).CanonicalText;

    /// <summary>Each line says what the one answer says, and leads to what the other says; no line says what both do.</summary>
    private static void AssertLeads(
        Dictionary<string, string> before,
        IReadOnlyList<DifferenceLine> lines,
        Dictionary<string, string> after,
        string which
    )
    {
        var told = lines
            .Select(line =>
                line switch
                {
                    FactLine f => new Difference<string, string>(
                        FactKey.Of(f.Fact, f.Holder, f.Toward, f.Qualifier, f.Value).CanonicalText,
                        Json(f.Before),
                        Json(f.After)
                    ),
                    EraLine e => new Difference<string, string>($"{e.Scheme}/{e.Era}", Json(e.Before), Json(e.After)),
                    StanceLine stance => new(
                        $"{stance.Holder} {stance.Toward}",
                        Json(stance.Before),
                        Json(stance.After)
                    ),
                    ScoreLine score => new("score", Json(score.Before), Json(score.After)),
                    _ => throw new InvalidOperationException($"{line}"),
                }
            )
            .ToList();
        Assert.All(told, line => Assert.Equal(before.GetValueOrDefault(line.About), line.Before));
        Assert.All(told, line => Assert.NotEqual(line.Before, line.After));
        var made = before.Apply(told);
        Assert.True(
            made.OrderBy(t => t.Key, StringComparer.Ordinal)
                .SequenceEqual(after.OrderBy(t => t.Key, StringComparer.Ordinal)),
            $"{which}: made\n{string.Join('\n', made)}\nbut the answer is\n{string.Join('\n', after)}"
        );
    }

    private static string? Json<T>(T? told) => told is null ? null : JsonSerializer.Serialize(told, Answers.Json);
}
