using System.Diagnostics;
using System.Globalization;
using System.Net;
using Chronology.Recording;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>While one append waits for the head, which another node holds, all others gather behind it.</summary>
public sealed class AppendsThatArriveTogether(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Desk desk = null!;
    private Groups groups = null!;
    private string chronology = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, TimeProvider.System);
        groups = new(desk.Writer, new());
        chronology = await desk.BeginAsync();
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task share_a_transaction_and_have_each_its_own_position()
    {
        var outcomes = await TogetherAsync(Enumerable.Range(0, 64).Select(n => Sending(Actor($"a{n}"))));

        Assert.Equal(
            Enumerable.Range(1, 64).Select(n => (long)n),
            outcomes.Select(outcome => Assert.IsType<Outcome.Recorded>(outcome.Value).Position)
        );
        Assert.Equal(["2"], await TransactionsAsync());
        Assert.Equal(64, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }

    [Fact]
    public async Task are_at_most_as_many_as_the_limit_says()
    {
        groups = new(desk.Writer, new(GreatestGroup: 10));

        await TogetherAsync(Enumerable.Range(0, 31).Select(n => Sending(Actor($"a{n}"))));

        Assert.Equal(["4"], await TransactionsAsync());
    }

    [Fact]
    public async Task have_each_its_own_outcome_and_caller()
    {
        await desk.RecordAsync(chronology, "there");
        var stale = new Order(
            Desk.Read(
                Operation.Corrected,
                new(RecordKind.Actor, "there"),
                """{"changes":{"name":"x"},"reason":{"code":"correction"}}"""
            ),
            Expected: 7
        );

        var outcomes = await TogetherAsync(
            Sending(Actor("first")),
            Sending(Actor("second"), "bob"),
            Sending(Desk.Read(RecordKind.Event, Clients.Recognition("e", "1990", "de-jure", holder: "nobody"))),
            () => groups.AppendAsync(chronology, new(stale, Desk.Ann), Ct),
            Sending(Actor("there")),
            Sending(Actor("second", "Other")),
            Sending(Actor("third"), "eve")
        );

        Assert.Equal(
            ["recorded 2", "recorded 3", "unknown-actor", "stale-revision", "unchanged 1", "key-taken", "recorded 4"],
            outcomes.Select(outcome =>
                outcome.Value switch
                {
                    Outcome.Recorded made => $"recorded {made.Position}",
                    Outcome.Unchanged same => $"unchanged {same.Position}",
                    Outcome.Refused refused => refused.Rejection.Code,
                    _ => "?",
                }
            )
        );
        Assert.Equal(
            ["there ann", "first ann", "second bob", "third eve"],
            await desk.TextsAsync(
                "select key || ' ' || author from chronology.ledger where chronology = $1 order by position",
                chronology
            )
        );
        await Replay.AssertSoundAsync(desk, chronology);
    }

    [Fact]
    public async Task are_tried_alone_where_one_breaks_their_transaction()
    {
        // PostgreSQL has no NUL in a text: only a fault of the service can bring one there.
        var poison = Actor("poison", "a\\u0000b");
        await using var holder = await HoldAsync();
        var sent = Enumerable.Range(0, 9).Select(n => Append(n == 4 ? poison : Actor($"a{n}"))).ToArray();
        await holder.Transaction.CommitAsync(Ct);

        await Assert.ThrowsAnyAsync<PostgresException>(() => sent[4]);
        foreach (var other in sent.Where((_, n) => n != 4))
            Assert.IsType<Outcome.Recorded>((await other).Value);
        Assert.Equal(8, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }

    [Fact]
    public async Task go_on_where_one_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await using var holder = await HoldAsync();
        var first = Append(Actor("first"));
        var waiting = groups.AppendAsync(chronology, new(new(Actor("cancelled")), Desk.Ann), cancelled.Token);
        var other = Append(Actor("other"));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await holder.Transaction.CommitAsync(Ct);

        Assert.Equal(1, Assert.IsType<Outcome.Recorded>((await first).Value).Position);
        Assert.Equal(2, Assert.IsType<Outcome.Recorded>((await other).Value).Position);
        Assert.Equal(2, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }

    [Fact]
    public async Task are_turned_away_where_too_many_wait()
    {
        groups = new(desk.Writer, new(GreatestQueue: 2));
        await using var holder = await HoldAsync();
        var sent = Enumerable.Range(0, 3).Select(n => Append(Actor($"a{n}"))).ToArray();

        await Assert.ThrowsAsync<OverloadedException>(() => Append(Actor("one-too-many")));

        await holder.Transaction.CommitAsync(Ct);
        await Task.WhenAll(sent);
        Assert.Equal(3, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }

    [Fact]
    public async Task are_told_over_http_when_to_come_again()
    {
        await using var service = await Served.StartAsync(database.ConnectionString, limits: new(GreatestQueue: 0));
        await using var holder = await HoldAsync();
        var path = $"/api/chronologies/{chronology}/actors";
        var sent = Enumerable
            .Range(0, 4)
            .Select(n => service.Client.PostAsync(path, $$"""{"key":"a{{n}}","kind":"state","name":"a"}"""))
            .ToArray();
        using var response = await await Task.WhenAny(sent);
        await holder.Transaction.CommitAsync(Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("1", response.Headers.RetryAfter?.ToString());
        Assert.Contains("\"unavailable\"", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains(await Task.WhenAll(sent), one => one.StatusCode == HttpStatusCode.Created);
    }

    [Fact]
    public async Task to_one_chronology_do_not_wait_for_those_to_another()
    {
        var other = await desk.BeginAsync();
        await using var holder = await HoldAsync();
        var waiting = Append(Actor("a"));

        var outcome = await groups.AppendAsync(other, new(new(Actor("a")), Desk.Ann), Ct);

        Assert.IsType<Outcome.Recorded>(outcome.Value);
        Assert.False(waiting.IsCompleted);
        await holder.Transaction.CommitAsync(Ct);
        await waiting;
    }

    [Fact]
    public async Task to_several_chronologies_share_a_transaction_where_no_more_may_be_in_flight()
    {
        var all = await BeginAsync(5);

        var outcomes = await WithAllInFlightAsync(sent =>
        {
            sent.AddRange(all.SelectMany(slug => new[] { Append(slug, "a"), Append(slug, "b") }));
            sent.Add(Append(all[0], "a", "Other"));
            sent.Add(Append("nowhere", "a"));
        });

        Assert.Equal(
            [.. Enumerable.Repeat<string[]>(["1", "2"], 5).SelectMany(two => two), "key-taken", "no-such-chronology"],
            outcomes.Skip(1).Select(Told)
        );
        Assert.Equal(
            ["1"],
            await desk.TextsAsync(
                "select count(distinct xmin::text)::text from chronology.ledger where chronology = any($1)",
                (object)all
            )
        );
        foreach (var slug in all)
            Assert.Equal(2, (await Replay.AssertSoundAsync(desk, slug)).Head);
    }

    [Fact]
    public async Task to_several_chronologies_do_not_wait_for_the_one_that_is_held()
    {
        var all = await BeginAsync(3);
        var held = all[1];
        var holder = await HoldAsync(held);

        var waiting = Task.FromResult(default(Result<Outcome>));
        var outcomes = await WithAllInFlightAsync(sent =>
        {
            waiting = Append(held, "a");
            sent.AddRange(all.Where(slug => slug != held).Select(slug => Append(slug, "a")));
        });

        Assert.Equal(["1", "1", "1"], outcomes.Select(Told));
        Assert.False(waiting.IsCompleted);
        var next = Append(held, "b");
        await holder.Transaction.CommitAsync(Ct);
        await holder.DisposeAsync();
        Assert.Equal(["1", "2"], (await Task.WhenAll(waiting, next)).Select(Told));
    }

    [Fact]
    public async Task to_several_chronologies_are_tried_alone_where_one_breaks_their_transaction()
    {
        var all = await BeginAsync(3);

        var poison = Task.FromResult(default(Result<Outcome>));
        var outcomes = await WithAllInFlightAsync(sent =>
        {
            sent.Add(Append(all[0], "a"));
            sent.Add(Append(all[1], "before"));
            poison = Append(all[1], "poison", "a\\u0000b");
            sent.Add(Append(all[1], "after"));
            sent.Add(Append(all[2], "a"));
        });

        Assert.Equal(["1", "1", "1", "2", "1"], outcomes.Select(Told));
        await Assert.ThrowsAnyAsync<PostgresException>(() => poison);
        foreach (var slug in all)
            await Replay.AssertSoundAsync(desk, slug);
    }

    [Fact]
    public async Task are_each_part_of_the_trace_that_they_came_with()
    {
        var all = await BeginAsync(2);
        var roots = new List<string>();

        await WithAllInFlightAsync(sent =>
        {
            foreach (var slug in all)
            {
                using var own = new Activity(slug).Start();
                roots.Add(own.RootId!);
                sent.Add(Append(slug, "a"));
            }
        });

        Assert.Equal(2, roots.Distinct(StringComparer.Ordinal).Count());
        foreach (var (slug, root) in all.Zip(roots))
            Assert.Equal(
                [root],
                await desk.TextsAsync("select correlation_id from chronology.mt_events where tenant_id = $1", slug)
            );
    }

    [Fact]
    public async Task keep_the_order_of_each_client_on_two_nodes()
    {
        await using var elsewhere = new Desk(database.ConnectionString, TimeProvider.System);
        Groups[] nodes = [groups, new(elsewhere.Writer, new())];

        var clients = await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(client =>
                    Task.Run(async () =>
                    {
                        var positions = new List<long>();
                        for (var n = 0; n < 4; n++)
                        {
                            var sent = new Sent(new(Actor($"c{client}-{n}")), Desk.Ann);
                            var outcome = await nodes[client % 2].AppendAsync(chronology, sent, Ct);
                            positions.Add(Assert.IsType<Outcome.Recorded>(outcome.Value).Position);
                        }
                        return positions;
                    })
                )
        );

        Assert.All(clients, positions => Assert.Equal(positions.Order(), positions));
        Assert.Equal(Enumerable.Range(1, 128).Select(n => (long)n), clients.SelectMany(c => c).Order());
        Assert.Equal(128, (await Replay.AssertSoundAsync(desk, chronology)).Head);
    }

    [Fact]
    public async Task to_no_chronology_are_each_told_so()
    {
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(n => groups.AppendAsync("nowhere", new(new(Actor($"a{n}")), Desk.Ann), Ct))
        );

        Assert.All(outcomes, outcome => Assert.Equal("no-such-chronology", outcome.Rejection?.Code));
    }

    private static Command Actor(string key, string? name = null) =>
        Desk.Read(RecordKind.Actor, $$"""{"key":"{{key}}","kind":"state","name":"{{name ?? key}}"}""");

    private Task<Result<Outcome>> Append(Command command, string author = "ann") =>
        groups.AppendAsync(chronology, new(new(command), new(author, null)), Ct);

    private Func<Task<Result<Outcome>>> Sending(Command command, string author = "ann") =>
        () => Append(command, author);

    private Task<Result<Outcome>> Append(string slug, string key, string? name = null) =>
        groups.AppendAsync(slug, new(new(Actor(key, name)), Desk.Ann), Ct);

    private static string Told(Result<Outcome> outcome) =>
        outcome.Rejection?.Code
        ?? outcome.Value switch
        {
            Outcome.Recorded made => made.Position.ToString(CultureInfo.InvariantCulture),
            Outcome.Refused refused => refused.Rejection.Code,
            _ => "unchanged",
        };

    private async Task<string[]> BeginAsync(int count)
    {
        var all = new string[count];
        for (var n = 0; n < count; n++)
            all[n] = await desk.BeginAsync();
        return all;
    }

    /// <summary>Sends while the one transaction that may be in flight stands at its first write; then lets it go.</summary>
    /// <returns>The outcome of the first, which is to the test's own chronology, then those that were sent.</returns>
    private async Task<Result<Outcome>[]> WithAllInFlightAsync(Action<List<Task<Result<Outcome>>>> send)
    {
        groups = new(desk.Writer, new(InFlight: 1));
        await using var connection = await desk.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var command = new NpgsqlCommand("lock chronology.ledger in exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Ct);
        var sent = new List<Task<Result<Outcome>>> { Append(chronology, "first") };
        send(sent);
        await transaction.CommitAsync(Ct);
        return await Task.WhenAll(sent);
    }

    private Task<List<string>> TransactionsAsync() =>
        desk.TextsAsync(
            "select count(distinct xmin::text)::text from chronology.ledger where chronology = $1",
            chronology
        );

    /// <summary>Sends them, in their order, while the head is held; then lets go.</summary>
    private async Task<Result<Outcome>[]> TogetherAsync(params IEnumerable<Func<Task<Result<Outcome>>>> sending)
    {
        await using var holder = await HoldAsync();
        var sent = sending.Select(send => send()).ToArray();
        await holder.Transaction.CommitAsync(Ct);
        return await Task.WhenAll(sent);
    }

    private async Task<Holder> HoldAsync(string? slug = null)
    {
        var connection = await desk.Source.OpenConnectionAsync(Ct);
        var transaction = await connection.BeginTransactionAsync(Ct);
        await using var command = new NpgsqlCommand(
            $"select 1 from chronology.head where chronology = '{slug ?? chronology}' for update",
            connection
        );
        await command.ExecuteNonQueryAsync(Ct);
        return new(connection, transaction);
    }

    private sealed record Holder(NpgsqlConnection Connection, NpgsqlTransaction Transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
