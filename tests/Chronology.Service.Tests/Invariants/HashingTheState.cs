using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Export;
using Chronology.Service.Import;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Chronology.Service.Web;
using CsCheck;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Invariants;

public sealed class HashingTheState(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static int copies;

    private readonly SetClock clock = new(RandomLogs.Began);
    private Desk desk = null!;
    private ServiceProvider services = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        desk = new(database.ConnectionString, clock);
        services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(clock)
            .AddChronology(desk.Source)
            .BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await desk.DisposeAsync();
    }

    [Fact]
    public Task of_a_copy_gives_the_same_whoever_makes_it_and_when() =>
        RandomLogs.Logs.SampleAsync(
            async log =>
            {
                clock.Now = RandomLogs.Began;
                var original = await RandomLogs.RecordAsync(desk, clock, log);
                var lines = await ExportAsync(original);
                clock.Now = RandomLogs.Began.AddYears(7);
                var copy = await BeginAsync();
                var report = await ImportAsync(copy, lines, new("bob", "another tool"));
                var own = await ImportAsync(original, lines, new("bob", "another tool"));

                Assert.Equal((0, lines.Count - 1), (report.Refused.Count, (int)report.Recorded));
                Assert.Equal(await HashAsync(original), await HashAsync(copy));
                Assert.Equal((0, 0, lines.Count), (own.Refused.Count, (int)own.Recorded, (int)own.Unchanged));
            },
            iter: 25,
            threads: 1
        );

    [Fact]
    public Task of_rows_built_anew_gives_the_same() =>
        Gen.Select(RandomLogs.Logs, Gen.Int[1, 9])
            .SampleAsync(
                async (log, page) =>
                {
                    clock.Now = RandomLogs.Began;
                    var chronology = await RandomLogs.RecordAsync(desk, clock, log);
                    await new RebuildBeside(desk.Source, chronology, "_rebuilt").RunAsync(page, Ct);

                    Assert.Equal(await HashAsync(chronology), await HashAsync(chronology, tables: "_rebuilt"));
                },
                iter: 20,
                threads: 1
            );

    [Fact]
    public Task at_a_position_stays_what_it_was_there() =>
        RandomLogs.Logs.SampleAsync(
            async log =>
            {
                clock.Now = RandomLogs.Began;
                var chronology = await RandomLogs.RecordAsync(desk, clock, log.Take(1));
                var position = (await desk.AtAsync(chronology, null)).Position;
                var before = await HashAsync(chronology);
                foreach (var batch in log.Skip(1).Where(batch => batch.Commands.Count > 0))
                    await desk.AppendAsync(chronology, [.. batch.Commands]);

                Assert.Equal(before, await HashAsync(chronology, position));
            },
            iter: 20,
            threads: 1
        );

    [Fact]
    public async Task with_other_salts_gives_another()
    {
        var original = await ExampleAsync();
        var lines = (await ExportAsync(original)).Select(line => Altered(line, l => l.Remove("salts"))).ToList();
        var copy = await BeginAsync();
        var report = await ImportAsync(copy, lines, new("ann", null));

        Assert.Empty(report.Refused);
        Assert.NotEqual(await HashAsync(original), await HashAsync(copy));
    }

    public static TheoryData<string, string> Alterations =>
        new()
        {
            { "\"title\":\"A title\"", "\"title\":\"Another\"" },
            { "\"quote\":\"so it was\"", "\"quote\":\"so it is\"" },
            { "\"quote\":\"so it was\"", "\"quote\":\"SO IT WAS\"" },
            { "\"source\":\"s\",\"locator\":\"p. 1\"", "\"source\":\"t\",\"locator\":\"p. 1\"" },
            { "\"occurred\":\"1990\"", "\"occurred\":\"1990-01\"" },
            { "\"order\":1", "\"order\":2" },
            { "\"value\":\"de-jure\"", "\"value\":\"de-facto\"" },
            { "\"role\":\"recipient\"", "\"role\":\"third-party\"" },
            { "\"credibility\":\"confirmed\"", "\"credibility\":\"reported\"" },
            { "\"tags\":[\"one\"]", "\"tags\":[\"two\"]" },
            { "\"volume\":7", "\"volume\":8" },
            { "\"volume\":7", "\"volume\":\"7\"" },
            { "\"into\":\"e\"", "\"into\":\"g\"" },
        };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task of_a_copy_in_which_one_thing_is_altered_gives_another(string said, string altered)
    {
        var original = await ExampleAsync();
        var lines = await ExportAsync(original);
        var copy = await BeginAsync();
        var at = lines.FindIndex(line => line.Contains(said, StringComparison.Ordinal));
        lines[at] = lines[at].Replace(said, altered, StringComparison.Ordinal);
        var report = await ImportAsync(copy, lines, new("ann", null));

        Assert.Empty(report.Refused);
        Assert.NotEqual(await HashAsync(original), await HashAsync(copy));
    }

    [Fact]
    public async Task of_a_copy_in_another_order_gives_another()
    {
        var original = await ExampleAsync();
        var lines = await ExportAsync(original);
        var copy = await BeginAsync();
        (lines[1], lines[2]) = (lines[2], lines[1]);
        var report = await ImportAsync(copy, lines, new("ann", null));

        Assert.Empty(report.Refused);
        Assert.NotEqual(await HashAsync(original), await HashAsync(copy));
    }

    [Fact]
    public async Task strictly_imported_gives_the_same_too()
    {
        var original = await ExampleAsync();
        var copy = await BeginAsync();
        await ImportAsync(copy, await ExportAsync(original), new("ann", null), strict: true);

        Assert.Equal(await HashAsync(original), await HashAsync(copy));
    }

    public static TheoryData<string> Tamperings =>
        [
            "update chronology.record set to_position = 20 where key = 'e' and to_position = 9223372036854775807",
            "update chronology.record set revision = revision + 1 where key = 'f'",
            "update chronology.record set status = 'retracted' where key = 'f'",
            "update chronology.record set type = 'visit-made' where key = 'f'",
            "update chronology.record set earliest = earliest - 1 where key = 'f'",
            "update chronology.record set latest = latest + 1 where key = 'f'",
            "update chronology.record set day_order = 7 where key = 'f'",
            "update chronology.record set refs = array['actor/a'] where key = 'f'",
            "update chronology.record set search = 'found by this' where key = 'f'",
            "update chronology.record set state = replace(state::text, 'A title', 'A  title')::json where key = 'e'",
            "update chronology.record set state = replace(state::text, '1991', '1992')::json where key = 'f'",
            "update chronology.record set state = replace(state::text, 'null', '\"null\"')::json where key = 'f'",
            "update chronology.record set state = '1'::json where key = 'f'",
            "insert into chronology.record select chronology, kind, 'ghost', from_position, to_position, revision, status, type, earliest, latest, day_order, refs, search, state from chronology.record where key = 'f'",
            "delete from chronology.record where key = 'f'",
            "update chronology.effect set start_first = start_first - 1 where event = 'f'",
            "update chronology.effect set start_last = start_last + 1 where event = 'f'",
            "update chronology.effect set width = 5 where event = 'f'",
            "update chronology.effect set firm = not firm where event = 'f'",
            "update chronology.effect set ahead = not ahead where event = 'f'",
            "update chronology.effect set idx = 3 where event = 'f'",
            "update chronology.effect set to_position = 20 where event = 'f'",
            "update chronology.effect set fact = '00000000-0000-0000-0000-000000000000' where event = 'f'",
            "update chronology.effect set effect = replace(effect::text, 'withdrawn', 'de-facto')::json where event = 'f'",
            "delete from chronology.effect where event = 'f'",
            "update chronology.fact set holder = 'c' where kind = 'recognition'",
            "update chronology.fact set ender = '00000000-0000-0000-0000-000000000000' where kind = 'recognition'",
            "update chronology.fact set id = '00000000-0000-0000-0000-000000000000' where kind = 'office'",
            "delete from chronology.fact where kind = 'office'",
            "update chronology.mt_events set data = replace(data::text, 'A title', 'A  title')::jsonb where true",
        ];

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task of_rows_altered_behind_the_service_gives_another(string tampering)
    {
        var chronology = await ExampleAsync();
        var before = await HashAsync(chronology);
        var table = tampering.Split(' ').First(word => word.StartsWith("chronology.", StringComparison.Ordinal));

        var own = $"{(table == "chronology.mt_events" ? "tenant_id" : "chronology")} = '{chronology}'";

        await desk.ExecuteAsync(
            $"begin; alter table {table} disable trigger user; {tampering} and {own}; alter table {table} enable trigger user; commit;"
        );

        Assert.NotEqual(before, await HashAsync(chronology));
    }

    /// <summary>A row that shows commitments where it should show texts is no right row.</summary>
    [Fact]
    public async Task of_rows_that_show_the_commitments_gives_another()
    {
        var chronology = await ExampleAsync();
        var before = await HashAsync(chronology);
        var salt = await desk.TextsAsync(
            "select salts->>'/events/0/data/content/title' from chronology.ledger where chronology = $1 and key = 'e'",
            chronology
        );
        var commitment = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData([
                .. Convert.FromBase64String(salt[0]),
                .. Encoding.UTF8.GetBytes("A title"),
            ])
        );
        await desk.ExecuteAsync(
            $"""
            begin; alter table chronology.record disable trigger user;
            update chronology.record set state = replace(state::text, 'A title', 'text:{commitment}')::json where key = 'e';
            alter table chronology.record enable trigger user; commit;
            """
        );

        Assert.NotEqual(before, await HashAsync(chronology));
    }

    [Theory]
    [InlineData("""{"/events/0/data/content/title":"AAAAAAAAAAAAAAAAAAAAAA=="}""", "/salts")]
    [InlineData("{}", "/salts")]
    [InlineData("""{"/x":"AAAAAAAAAAAAAAAAAAAAAA=="}""", "/salts")]
    [InlineData("""{"/events/0/data/content/title":"AAAA"}""", "/salts/~1events~10~1data~1content~1title")]
    [InlineData("""{"/events/0/data/content/title":"not base64"}""", "/salts/~1events~10~1data~1content~1title")]
    [InlineData("""{"/events/0/data/content/title":16}""", "/salts/~1events~10~1data~1content~1title")]
    [InlineData("[]", "/salts")]
    public async Task salts_that_are_not_those_of_the_texts_are_refused(string salts, string pointer)
    {
        var chronology = await BeginAsync();
        const string Plan = """{"record":"issue","key":"plan","revision":1,"title":"Plan","wording":"Words"}""";
        var report = await ImportAsync(
            chronology,
            [Altered(Plan, line => line["salts"] = JsonNode.Parse(salts))],
            new("ann", null)
        );

        var refused = Assert.Single(report.Refused);
        Assert.Equal(("invalid-parameter", pointer, 0L), (refused.Code, refused.Pointer, report.Position));
    }

    // Worked out apart from this code, in Python.
    [Fact]
    public async Task keeps_its_bytes()
    {
        var chronology = await BeginAsync();
        await ImportAsync(
            chronology,
            [
                """{"record":"actor","key":"a","revision":1,"kind":"state","name":"Ä","salts":{"/events/0/data/content/name":"AQEBAQEBAQEBAQEBAQEBAQ=="}}""",
                """{"record":"actor","key":"b","revision":1,"kind":"state","name":"B","salts":{"/events/0/data/content/name":"AgICAgICAgICAgICAgICAg=="}}""",
                """{"record":"merge","of":"actor","key":"b","revision":2,"into":"a","reason":{"code":"merge"}}""",
            ],
            new("ann", null)
        );

        Assert.Equal(
            "sha256:cfd09ab55acd38ed7bda7ad448bb1f79cc7835d40923bdc9d60f0ac881534016",
            await HashAsync(chronology)
        );
    }

    [Fact]
    public async Task of_nothing_there_is_none()
    {
        var sender = services.GetRequiredService<ISender>();

        Assert.Equal("no-such-chronology", (await sender.Send(new StateHashOf("nowhere", null), Ct)).Rejection?.Code);
        var empty = await BeginAsync();
        Assert.Equal("invalid-parameter", (await sender.Send(new StateHashOf(empty, 1), Ct)).Rejection?.Code);
        Assert.Equal(await HashAsync(empty), await HashAsync(await BeginAsync()));
    }

    /// <summary>A chronology with a text, date, order, effect and citation of each sort.</summary>
    private async Task<string> ExampleAsync()
    {
        var chronology = await BeginAsync();
        var report = await ImportAsync(
            chronology,
            [
                """{"record":"source","key":"s","revision":1,"kind":"press","csl":{"title":"Paper","volume":7}}""",
                """{"record":"source","key":"t","revision":1,"kind":"press"}""",
                """{"record":"actor","key":"a","revision":1,"kind":"state","name":"A"}""",
                """{"record":"actor","key":"b","revision":1,"kind":"state","name":"B"}""",
                """{"record":"event","key":"e","revision":1,"type":"recognition-granted","occurred":"1990","order":1,"title":"A title","actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],"effects":[{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"},{"fact":"office","holder":"a","toward":"b","value":"President"}],"credibility":"confirmed","citations":[{"source":"s","locator":"p. 1","quote":"so it was"}],"tags":["one"]}""",
                """{"record":"event","key":"f","revision":1,"type":"recognition-granted","occurred":"1991","title":"Other","effects":[{"fact":"recognition","holder":"a","toward":"b","value":"withdrawn"}],"noSource":"none"}""",
                """{"record":"event","key":"g","revision":1,"type":"statement-made","occurred":"1991","title":"Third","noSource":"none"}""",
                """{"record":"event","key":"h","revision":1,"type":"statement-made","occurred":"1991","title":"Double","citations":[{"source":"s","quote":"twice"}]}""",
                """{"record":"merge","of":"event","key":"h","revision":2,"into":"e","reason":{"code":"merge","note":"the same"}}""",
            ],
            new("ann", null)
        );
        Assert.Empty(report.Refused);
        return chronology;
    }

    private async Task<string> BeginAsync()
    {
        var slug = $"hashed-{Interlocked.Increment(ref copies)}";
        var made = await services
            .GetRequiredService<ISender>()
            .Send(new CreateChronology(slug, slug, null, null, new("ann", null)), Ct);
        Assert.True(made.IsOk);
        return slug;
    }

    private async Task<string> HashAsync(string chronology, long? position = null, string tables = "") =>
        (await new StateHash(desk.Source).OfAsync(chronology, position, tables, Ct)).Value.StateHash;

    private async Task<List<string>> ExportAsync(string chronology)
    {
        var exported = await services.GetRequiredService<ISender>().Send(new ExportLines(chronology, Axes.Now), Ct);
        var lines = new List<string>();
        await foreach (var line in exported.Value.Lines)
            lines.Add(line);
        return lines;
    }

    private async Task<ImportReport> ImportAsync(
        string chronology,
        IEnumerable<string> lines,
        Caller caller,
        bool strict = false
    )
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var report = await services
            .GetRequiredService<ISender>()
            .Send(new ImportLines(chronology, stream, strict, caller, null), Ct);
        return report.Value;
    }

    private static string Altered(string line, Action<JsonObject> alter)
    {
        var read = JsonNode.Parse(line)!.AsObject();
        alter(read);
        return read.ToJsonString();
    }
}
