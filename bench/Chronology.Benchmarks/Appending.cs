using System.Globalization;
using System.Text;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Append;
using Chronology.Service.Store;
using Chronology.Service.Web;
using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;

namespace Chronology.Benchmarks;

/// <summary>A1: one append through the whole path against a raw INSERT of the same JSON.</summary>
public static class Appending
{
    public static async Task RunAsync(NpgsqlDataSource source, string chronology, CancellationToken ct)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddChronology(source);
        await using var provider = services.BuildServiceProvider();
        var sender = provider.GetRequiredService<ISender>();
        await using var connection = await source.OpenConnectionAsync(ct);
        await Loading.RunAsync(
            connection,
            """
            create schema if not exists bench;
            create table if not exists bench.plain (id bigint generated always as identity primary key, body jsonb not null);
            """
        );
        await using var insert = new NpgsqlCommand("insert into bench.plain (body) values ($1)", connection);
        var body = insert.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Jsonb });
        body.Value = "{}";
        await insert.PrepareAsync(ct);
        using var marten = DocumentStore.For(options =>
        {
            options.Connection(source);
            EventStore.Configure(options);
            options.Projections.All.Clear();
        });
        var caller = new Caller("bench", null);
        var run = await Loading.OfAsync<long>(connection, "select count(*) from chronology.mt_streams");
        await new Contest("A1: one append", Rounds: 7, Turns: 20, CallsATurn: 10, WarmUps: 10).RunAsync(
            new(
                "raw INSERT of the same JSON",
                async i =>
                {
                    body.Value = Encoding.UTF8.GetString(Body(run, i));
                    await insert.ExecuteNonQueryAsync(ct);
                }
            ),
            new(
                "the whole path (AppendOrder)",
                async i =>
                {
                    var command = RecordJson.ReadRecord(RecordKind.Event, Read(Body(run, i)));
                    var receipt = await sender.Send(new AppendOrder(chronology, new(command.Value), caller), ct);
                    if (!receipt.IsOk)
                        throw new InvalidOperationException(receipt.Rejection!.Detail);
                }
            ),
            new(
                "Marten alone, no ledger, no projections",
                async i =>
                {
                    var command = RecordJson.ReadRecord(RecordKind.Event, Read(Body(run, i)));
                    await using var session = marten.LightweightSession("elsewhere");
                    var recorded = new DiplomaticEvent.Recorded((EventContent)((Command.Record)command.Value).Content);
                    session.Events.StartStream(command.Value.Id.StreamKey, recorded);
                    await session.SaveChangesAsync(ct);
                }
            )
        );
    }

    public static JsonElement Read(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>An event as a client sends it: two actors, one effect, one citation with a quote.</summary>
    public static byte[] Body(long run, int i)
    {
        var random = new Random(i);
        var one = World.Actor(random.Next(World.Actors / 2));
        var other = World.Actor(World.Actors / 2 + random.Next(World.Actors / 2));
        var day = new Time.Day(World.RandomDay(random));
        return Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"key":"a-{{run}}-{{i}}","type":"statement-made","occurred":"{{day}}","title":"{{one}} recognises {{other}}",
                "description":"In a note handed over by its ambassador the government of {{one}} declared that it recognises {{other}}.",
                "actors":[{"actor":"{{one}}","role":"actor"},{"actor":"{{other}}","role":"recipient"}],
                "effects":[{"fact":"recognition","holder":"{{one}}","toward":"{{other}}","value":"de-jure"}],
                "credibility":"confirmed",
                "citations":[{"source":"source-{{i % 40}}","locator":"p. {{i
                    % 300}}","quote":"It was announced today that recognition has been extended."}]}
                """
            )
        );
    }
}
