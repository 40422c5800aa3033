using System.Globalization;
using System.Text;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chronology.Benchmarks;

/// <summary>R2: a rebuild with eight writers going and an append whose transaction is held open.</summary>
public static class Holding
{
    private const int Writers = 8;

    public static async Task RunAsync(NpgsqlDataSource source, TimeSpan held, CancellationToken ct)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddChronology(source);
        await using var provider = services.BuildServiceProvider();
        var (sender, writer) = (provider.GetRequiredService<ISender>(), provider.GetRequiredService<Writer>());
        var caller = new Caller("bench", null);
        await using var connection = await source.OpenConnectionAsync(ct);
        var others = await Loading.OfAsync<long>(connection, "select count(*) from chronology.chronology");
        var slug = string.Create(CultureInfo.InvariantCulture, $"held-{others}");
        await sender.Send(new CreateChronology(slug, slug, null, null, caller), ct);
        await AppendAsync(RecordKind.Actor, """{"key":"a","kind":"state","name":"A"}""");
        await AppendAsync(RecordKind.Actor, """{"key":"b","kind":"state","name":"B"}""");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var acknowledged = 2L;
        var before = 0L;
        var writers = Enumerable.Range(0, Writers).Select(n => Task.Run(() => WriteAsync(n), ct)).ToArray();
        await Task.Delay(held / 3, ct);

        await using var open = await writer.TryAsync(slug, caller, ct);
        await open.AppendAsync([Order(RecordKind.Event, Event("held"))], allOrNothing: true);
        before = Interlocked.Read(ref acknowledged);
        var rebuilding = Task.Run(() => sender.Send(new RebuildNow(slug, false, caller, null), ct), ct);
        await Task.Delay(held, ct);
        var waiting = !rebuilding.IsCompleted;
        await using (var commit = open.Reading.CreateCommand("commit"))
            await commit.ExecuteNonQueryAsync(ct);
        var rebuilt = await rebuilding;
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        var again = await sender.Send(new RebuildNow(slug, true, caller, null), ct);
        var head = (await sender.Send(new OneChronology(slug), ct)).Value.Head.Position;
        Console.WriteLine();
        Console.WriteLine("## R2: a rebuild while others write");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Writers} writers; an append held open for {held.TotalSeconds:0} s from position {before + 1:#,0} on, for which the rebuild {(waiting ? "waited" : "did not wait")}. {acknowledged + 1:#,0} revisions acknowledged, head {head:#,0}: {acknowledged + 1 - head} lost. Differences: {rebuilt.Value.Differences} at the swap, {again.Value.Differences} afterwards."
            )
        );
        if (acknowledged + 1 != head || rebuilt.Value.Differences != 0 || again.Value.Differences != 0)
            throw new InvalidOperationException("Something was lost.");

        async Task WriteAsync(int n)
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await AppendAsync(RecordKind.Event, Event(string.Create(CultureInfo.InvariantCulture, $"w{n}-{i}")));
                Interlocked.Increment(ref acknowledged);
            }
        }

        async Task AppendAsync(RecordKind kind, string body)
        {
            var outcomes = await writer.AppendAsync(slug, [Order(kind, body)], caller, allOrNothing: true, ct);
            if (outcomes.Value[0] is not Outcome.Recorded)
                throw new InvalidOperationException($"{outcomes.Value[0]}");
        }
    }

    private static Order Order(RecordKind kind, string body) =>
        new(StrictJson.Parse(Encoding.UTF8.GetBytes(body)).Then(json => RecordJson.ReadRecord(kind, json)).Value);

    private static string Event(string key) =>
        $$"""
            {"key":"{{key}}","type":"recognition-granted","occurred":"1990","title":"{{key}}","noSource":"none",
            "actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],
            "effects":[{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"}]}
            """;
}
