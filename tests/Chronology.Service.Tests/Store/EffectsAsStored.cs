using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Tests.Store;

/// <summary>Most of what an answer reads are these rows: they say nothing that is as usual.</summary>
public sealed class EffectsAsStored(TestServer server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static EventContent Event(string when, string effect)
    {
        var json = StrictJson.Parse(
            Encoding.UTF8.GetBytes(
                $$"""
                {"key":"e","type":"statement-made",{{when}},"title":"E","noSource":"none",
                "actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],"effects":[{{effect}}]}
                """
            )
        );
        return (EventContent)json.Then(body => RecordJson.ReadRecord(RecordKind.Event, body)).Value.Content;
    }

    private static RecordedEffect EffectOf(EventContent content) => RecordedEffect.Of("e", 3, 57, content)[0];

    private const string Recognised = """{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"}""";

    public static TheoryData<string, string> Many =>
        new()
        {
            { "\"occurred\":\"1990\"", Recognised },
            { "\"occurred\":\"1990-05/1995\",\"reading\":\"extent\"", Recognised },
            { "\"start\":\"1990\",\"end\":\"1996-02-03\",\"reading\":\"extent\",\"order\":2", Recognised },
            { "\"occurred\":\"1917-10-25\",\"calendar\":\"julian\",\"credibility\":\"disputed\"", Recognised },
            { "\"occurred\":\"1990\"", """{"fact":"recognition","holder":"a","toward":"b"}""" },
            {
                "\"occurred\":\"1990\"",
                """{"fact":"relations","holder":"a","toward":"b","value":"severed","from":"1991","until":"1993"}"""
            },
            {
                "\"occurred\":\"1990\"",
                """{"fact":"stance","holder":"a","toward":"b","value":"supports","basis":"statement","salience":"high","authority":"head-of-state","speaker":"a"}"""
            },
            {
                "\"occurred\":\"1990\"",
                """{"fact":"office","holder":"a","toward":"b","value":"Chair, \",\"from\":null,\"reading\":\"occurrence\",\\ “Ł”\u00ad\u2028\u0001"}"""
            },
            { "\"occurred\":\"1990\"", """{"fact":"office","holder":"a","toward":"b","value":",","until":"1993"}""" },
        };

    [Fact]
    public void say_no_more_than_what_is_not_as_usual()
    {
        var content = Event("\"occurred\":\"1990-05\"", Recognised);
        Assert.Equal(
            """{"revision":3,"occurred":"1990-05","credibility":"reported","effect":{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"}}""",
            StoredEffect.Write(content, EffectOf(content), from: 57)
        );
    }

    [Theory]
    [MemberData(nameof(Many))]
    public void are_read_as_they_were_written(string when, string effect)
    {
        var content = Event(when, effect);
        var written = EffectOf(content) with { DatedBy = [new("f", 2, 9)] };
        foreach (var from in new[] { 57, 60 })
            Assert.Equal(written, StoredEffect.Read("e", 0, from, StoredEffect.Write(content, written, from)));
    }

    [Theory]
    [InlineData("""{"occurred":"1990","credibility":"reported","effect":{"fact":"recognition","holder":"a"}}""")]
    [InlineData("""{"revision":3,"occurred":"1990","effect":{"fact":"recognition","holder":"a"}}""")]
    [InlineData("""{"revision":3,"occurred":"1990","credibility":"reported"}""")]
    [InlineData("""{"revision":3,"occurred":"1990","credibility":"reported","effect":{"fact":"recognition"}}""")]
    [InlineData("""{"revision":3,"when":"1990","credibility":"reported","effect":{"fact":"office","holder":"a"}}""")]
    [InlineData("""{"revision":3,"credibility":"reported","effect":{"fact":"office","holder":"a","of":"b"}}""")]
    public void are_no_guess_where_something_lacks_or_is_unknown(string json) =>
        Assert.Throws<JsonException>(() => StoredEffect.Read("e", 0, 57, json));

    /// <summary>As the versions before wrote them: every member, nulls too.</summary>
    private static string Whole(EventContent content) =>
        new JsonObject
        {
            ["revision"] = 3,
            ["occurred"] = content.Occurred,
            ["reading"] = content.Reading,
            ["start"] = content.Start,
            ["end"] = content.End,
            ["order"] = content.Order,
            ["credibility"] = content.Credibility,
            ["calendar"] = content.Calendar,
            ["effect"] = JsonSerializer.SerializeToNode(content.Effects[0], RecordJson.Options),
        }.ToJsonString(RecordJson.Options);

    [Fact]
    public async Task of_earlier_versions_become_what_this_one_writes()
    {
        await using var source = Database.Connect(await server.CreateDatabaseAsync(template: null));
        await ExecuteAsync(
            source,
            "create schema chronology; create table chronology.migration (name text primary key, applied_at timestamptz not null default now())"
        );
        foreach (
            var earlier in Migrations.Known.TakeWhile(migration =>
                string.CompareOrdinal(migration.Name, "0024_usual_effects") < 0
            )
        )
            await ExecuteAsync(
                source,
                $"{earlier.Sql}; insert into chronology.migration (name) values ('{earlier.Name}')"
            );
        var contents = Many.Select(row => Event(row.Data.Item1, row.Data.Item2)).ToArray();
        foreach (var (content, i) in contents.Select((content, i) => (content, i)))
            await ExecuteAsync(
                source,
                "insert into chronology.effect (fact, width, start_first, start_last, from_position, to_position, firm, ahead, chronology, event, idx, effect) values (gen_random_uuid(), 0, 1, 1, 57, 9223372036854775807, true, false, 'c', $1, 0, $2::json)",
                $"e{i}",
                Whole(content)
            );

        await Migrations.ApplyAsync(source, Ct);

        await using var command = source.CreateCommand("select effect::text from chronology.effect order by event");
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var found = new List<string>();
        while (await reader.ReadAsync(Ct))
            found.Add(reader.GetString(0));
        Assert.Equal(contents.Select(content => StoredEffect.Write(content, EffectOf(content), from: 57)), found);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, params string[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
