using Chronology.Recording;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>Whatever the service would do, the database keeps what was recorded.</summary>
public sealed class WhatWasRecorded(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Refused = "CH001";
    private Desk desk = null!;
    private string chronology = "";

    /// <summary>Tables in which nothing at all is changed.</summary>
    private static readonly string[] Kept = ["mt_events", "ledger", "chronology", "fact", "score_total"];

    public static TheoryData<string> Tables =>
        [
            "mt_events",
            "mt_streams",
            "ledger",
            "chronology",
            "head",
            "record",
            "fact",
            "effect",
            "score_event",
            "score_total",
        ];

    public async ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, new SetClock(RandomLogs.Began));
        chronology = await desk.BeginAsync();
        await desk.AppendAsync(chronology, [.. RandomLogs.Prelude]);
        await desk.AppendAsync(chronology, Desk.Read(RecordKind.Event, Clients.Recognition("e", "1990", "de-jure")));
        await desk.AppendAsync(
            chronology,
            Desk.Read(
                Operation.Corrected,
                new(RecordKind.Event, "e"),
                """{"changes":{"occurred":"1991"},"reason":{"code":"correction"}}"""
            )
        );
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task is_not_deleted(string table)
    {
        await AssertRefusedAsync($"delete from chronology.{table}");
        await AssertRefusedAsync($"truncate chronology.{table} cascade");
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task is_not_altered_in_any_column(string table)
    {
        foreach (var (column, type) in await ColumnsAsync(table))
        {
            if (Kept.Contains(table))
                await AssertRefusedAsync($"update chronology.{table} set {column} = {column}");
            // What may move, forwards: tested by itself below.
            if (
                (table, column)
                is
                    ("head", "position" or "recorded_at" or "floor")
                    or
                    ("record" or "effect" or "score_event", "to_position")
                    or
                    ("mt_streams", "version")
            )
                continue;
            await AssertRefusedAsync($"update chronology.{table} set {column} = {Other(column, type)}");
        }
    }

    [Theory]
    [InlineData("update chronology.head set position = position - 1")]
    [InlineData("update chronology.head set position = position + 1")]
    [InlineData("update chronology.head set position = position + 1, recorded_at = recorded_at - interval '1 second'")]
    [InlineData("update chronology.head set recorded_at = recorded_at + interval '1 second'")]
    [InlineData("update chronology.head set recorded_at = null")]
    [InlineData("update chronology.head set position = 0, recorded_at = null")]
    [InlineData("update chronology.head set floor = floor - interval '1 second'")]
    [InlineData("update chronology.head set floor = null")]
    [InlineData("update chronology.head set position = position + 1, recorded_at = floor")]
    [InlineData(
        "update chronology.record set to_position = 9223372036854775807 where to_position < 9223372036854775807"
    )]
    [InlineData("update chronology.record set to_position = to_position + 1 where to_position < 9223372036854775807")]
    [InlineData("update chronology.record set to_position = to_position where to_position < 9223372036854775807")]
    [InlineData("update chronology.record set to_position = from_position where to_position = 9223372036854775807")]
    [InlineData(
        "update chronology.record set to_position = 1000, status = 'retracted' where to_position = 9223372036854775807"
    )]
    [InlineData(
        """update chronology.record set to_position = 1000, state = '{"a":1}' where to_position = 9223372036854775807"""
    )]
    [InlineData(
        "update chronology.effect set to_position = 9223372036854775807 where to_position < 9223372036854775807"
    )]
    [InlineData("update chronology.effect set to_position = to_position - 1 where to_position < 9223372036854775807")]
    [InlineData(
        """update chronology.effect set to_position = 1000, effect = '{"a":1}' where to_position = 9223372036854775807"""
    )]
    [InlineData("update chronology.mt_streams set version = version - 1")]
    [InlineData("update chronology.mt_streams set version = version + 1, is_archived = true")]
    public async Task moves_forwards_only(string change)
    {
        await desk.ExecuteAsync(
            $"update chronology.head set floor = recorded_at + interval '1 hour' where floor is null"
        );
        await AssertRefusedAsync(change);
    }

    [Fact]
    public async Task is_closed_by_what_comes_after_it() =>
        Assert.Equal(
            ["8 9", "9 9223372036854775807"],
            await desk.TextsAsync(
                "select from_position || ' ' || to_position from chronology.effect where chronology = $1 order by from_position",
                chronology
            )
        );

    [Fact]
    public async Task is_still_all_there()
    {
        foreach (var table in Tables)
        {
            Assert.NotEmpty(await desk.TextsAsync($"select 1 from chronology.{(string)table.Data}"));
        }
        await Replay.AssertSoundAsync(desk, chronology);
    }

    private async Task AssertRefusedAsync(string sql)
    {
        try
        {
            await desk.ExecuteAsync(sql);
        }
        catch (PostgresException refusal)
        {
            Assert.True(refusal.SqlState == Refused, $"{sql}: {refusal.SqlState} {refusal.MessageText}");
            return;
        }
        Assert.Fail($"{sql}: done");
    }

    private async Task<IEnumerable<(string Column, string Type)>> ColumnsAsync(string table) =>
        (
            await desk.TextsAsync(
                "select column_name || ' ' || udt_name from information_schema.columns where table_schema = 'chronology' and table_name = $1",
                table
            )
        ).Select(column => (column.Split(' ')[0], column.Split(' ')[1]));

    /// <summary>A value of that type which the column does not hold.</summary>
    private static string Other(string column, string type) =>
        type switch
        {
            "text" or "varchar" => $"coalesce({column}, '') || 'x'",
            "int8" or "int4" or "int2" => $"coalesce({column}, 0) - 1",
            "bool" => $"not coalesce({column}, false)",
            "uuid" => "'00000000-0000-0000-0000-000000000000'",
            "timestamptz" => "'1999-01-01Z'",
            "bytea" => "decode(repeat('00', 32), 'hex')",
            "json" or "jsonb" => """'{"other":1}'""",
            "_text" => "array['other']",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, column),
        };
}
