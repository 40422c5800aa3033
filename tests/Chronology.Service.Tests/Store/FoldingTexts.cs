using System.Text.Json.Nodes;
using Chronology.Service.Store;
using Npgsql;

namespace Chronology.Service.Tests.Store;

public sealed class FoldingTexts(TestServer server, TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Records = """
        {"record":"actor","key":"oman","revision":1,"kind":"state","name":"سَلْطَنَة عُمان","names":[{"name":"Sultanate of Oman"}]}
        {"record":"actor","key":"lodz","revision":1,"kind":"place","name":"Łódź"}
        {"record":"actor","key":"gromyko","revision":1,"kind":"person","name":"Андре́й Громы́ко"}
        {"record":"actor","key":"strasse","revision":1,"kind":"place","name":"Ægirs Straße, d’Ivoire 100%"}
        {"record":"issue","key":"partition","revision":1,"title":"The Arab–Israeli question","wording":"al-ʿArab_1"}
        {"record":"event","key":"speech","revision":1,"type":"statement-made","occurred":"1950","title":"A speech in Łódź","actors":[{"actor":"gromyko","role":"actor"}],"noSource":"-"}
        """;

    private static readonly string[] Questions =
    [
        "lodz",
        "łódź",
        "громыко",
        "Громы́ко",
        "عمان",
        "aegirs strasse",
        "d'ivoire",
        "divoire",
        "100%",
        "%",
        "_",
        "\\",
        "arab-israeli",
        "al-arab_1",
        "a",
        "om",
        "sultan",
        "nothing like it",
        "speech громыко",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task in_ascii_is_done_here_as_the_database_does_it()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var every = new string([.. Enumerable.Range(1, 127).Select(c => (char)c)]) + "O'Brien`s ''";
        await using var command = source.CreateCommand("select chronology.fold($1)");
        command.Parameters.AddWithValue(every.ToLowerInvariant());

        Assert.Equal((string?)await command.ExecuteScalarAsync(Ct), Columns.FoldedAscii(every.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("łódź", "lodz")]
    [InlineData("øresund", "oresund")]
    [InlineData("đukanović", "dukanovic")]
    [InlineData("ısparta", "isparta")]
    [InlineData("İzmir", "izmir")]
    [InlineData("æsop œuvre straße þing eiður", "aesop oeuvre strasse thing eidur")]
    [InlineData("ħal ŧ", "hal t")]
    [InlineData("côte d’ivoire d'ivoire d´ivoire", "cote divoire divoire divoire")]
    [InlineData("sanʿa qurʾan hawaiʻi", "sana quran hawaii")]
    [InlineData("arab‑israeli – 1948−49", "arab-israeli - 1948-49")]
    [InlineData("«да» “yes” „ja“", "\"да\" \"yes\" \"ja\"")]
    [InlineData("ёлка й ї", "елка и і")]
    [InlineData("ὀδυσσεύς", "οδυσσευσ")]
    [InlineData("أَحْمَد ـ إبراهيم", "احمد  ابراهيم")]
    [InlineData("שָׁלוֹם־בית צה״ל", "שלום-בית צה\"ל")]
    [InlineData("ﬁn ｆｕｌｌ ²", "fin full 2")]
    [InlineData("ℌ", "h")]
    [InlineData("a\u200bb\u00adc", "abc")]
    [InlineData("plain 'ascii'", "plain ascii")]
    public async Task writes_letters_plainly(string text, string folded)
    {
        Assert.Equal(folded, await AskAsync(database.ConnectionString, "select chronology.fold($1)", text));
        Assert.Equal(folded, await AskAsync(database.ConnectionString, "select chronology.fold($1)", folded));
    }

    [Fact]
    public async Task that_were_folded_before_gives_the_same_as_folding_them_now()
    {
        var connection = await server.CreateDatabaseAsync(template: null);
        await using var source = Database.Connect(connection);
        await using (var before = source.CreateCommand(Until("0004_search")))
            await before.ExecuteNonQueryAsync(Ct);
        await using (
            var row = source.CreateCommand(
                """
                insert into chronology.record (chronology, kind, key, from_position, to_position, revision, status, type, refs, search, state)
                values ('c', 'source', 'a', 1, 9, 1, 'active', '', '{}', chronology.fold('łódź d’ivoire é straße'), '{}')
                """
            )
        )
            await row.ExecuteNonQueryAsync(Ct);
        var old = await AskAsync(connection, "select search from chronology.record");

        await Migrations.ApplyAsync(source, Ct);

        Assert.Equal("łodz d’ivoire e straße", old);
        Assert.Equal("lodz divoire e strasse", await AskAsync(connection, "select search from chronology.record"));
        await Assert.ThrowsAsync<PostgresException>(() =>
            AskAsync(connection, "update chronology.record set search = 'x' returning search")
        );
    }

    [Fact]
    public async Task is_indexed_where_the_server_can()
    {
        Assert.Equal("True", await AskAsync(database.ConnectionString, "select chronology.index_search()"));
        var plan = await AskAsync(
            database.ConnectionString,
            """
            set enable_seqscan = off; set enable_indexscan = off; set enable_indexonlyscan = off;
            explain (format json, costs off) select from chronology.record r where r.search like chronology.containing('embassy')
            """
        );

        Assert.Contains("record_search", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task answers_alike_with_and_without_the_extension()
    {
        var connection = await server.CreateMigratedDatabaseAsync();
        await using var service = await Served.StartAsync(connection);
        var path = await service.CreateAsync("folded");
        await service.ImportAsync(path, Records);
        var indexed = await AnswersAsync(service, path);

        await AskAsync(connection, "drop extension pg_trgm cascade");
        var plain = await AnswersAsync(service, path);

        Assert.Equal(indexed, plain);
        Assert.Equal("", await AskAsync(connection, "select to_regclass('chronology.record_search')::text"));
        Assert.Equal(["actor/lodz", "event/speech"], Found(indexed[0]));
        Assert.Equal(["actor/gromyko"], Found(indexed[6]));
        Assert.Equal(["actor/oman"], Found(indexed[12]));
    }

    [Fact]
    public async Task goes_without_an_index_where_the_extension_may_not_be_made()
    {
        var connection = await server.CreateMigratedDatabaseAsync();
        await using var source = Database.Connect(connection);
        await using var one = await source.OpenConnectionAsync(Ct);
        // A role belongs to the whole server: it is made in a transaction that is not committed.
        await using var transaction = await one.BeginTransactionAsync(Ct);
        var role = new NpgsqlConnectionStringBuilder(connection).Database;
        await using var command = new NpgsqlCommand(
            $"""
            drop extension pg_trgm cascade;
            create role {role};
            grant usage on schema chronology to {role};
            set local role {role};
            select chronology.index_search();
            """,
            one
        );

        Assert.Equal(false, await command.ExecuteScalarAsync(Ct));
    }

    private static async Task<string[]> AnswersAsync(Served service, string path)
    {
        var answers = new List<string>();
        foreach (var question in Questions)
        {
            var words = Uri.EscapeDataString(question);
            foreach (var list in new[] { "search", "actors", "events" })
                answers.Add(await service.Client.GetStringAsync($"{path}/{list}?q={words}&asOf=2000&knownAt=6", Ct));
        }
        return [.. answers];
    }

    private static string[] Found(string answer) =>
        [.. JsonNode.Parse(answer)!["results"]!.AsArray().Select(found => $"{found!["record"]}/{found["key"]}")];

    /// <summary>The schema as it was before a migration.</summary>
    private static string Until(string migration) =>
        string.Join(
            ";\n",
            Migrations
                .Known.TakeWhile(known => string.CompareOrdinal(known.Name, migration) < 0)
                .Select(known => $"{known.Sql}\n; insert into chronology.migration (name) values ('{known.Name}')")
                .Prepend(
                    "create schema chronology; create table chronology.migration (name text primary key, applied_at timestamptz not null default now())"
                )
        );

    private static async Task<string?> AskAsync(string connectionString, string sql, params string[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.AddWithValue(parameter);
        return (await command.ExecuteScalarAsync(Ct))?.ToString();
    }
}
