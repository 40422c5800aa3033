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

    private async Task<Holder> HoldAsync()
    {
        var connection = await desk.Source.OpenConnectionAsync(Ct);
        var transaction = await connection.BeginTransactionAsync(Ct);
        await using var command = new NpgsqlCommand(
            $"select 1 from chronology.head where chronology = '{chronology}' for update",
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
