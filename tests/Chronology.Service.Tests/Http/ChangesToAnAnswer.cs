using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chronology.Service.Tests.Http;

public sealed class ChangesToAnAnswer(ServedOnce served) : OverHttp(served)
{
    private const string Question = "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1950-01-01";

    private async Task<string> CitedAsync(string question = Question)
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var cited = await GetAsync($"{question}&cite=true");
        return $"/answers/{cited["answer"]!["id"]}";
    }

    [Fact]
    public async Task are_none_while_nothing_is_recorded()
    {
        var changes = await GetAsync($"{await CitedAsync()}/changes");

        Assert.Equal(
            ("[]", true, null, AfterCast + 1),
            (
                changes["changedSince"]!.ToJsonString(),
                (bool)changes["same"]!,
                changes["next"],
                (int)changes["basis"]!["knownAt"]!["position"]!
            )
        );
        Assert.Equal("1950-01-01", (string?)changes["basis"]!["asOf"]);
    }

    [Fact]
    public async Task are_the_revisions_that_make_it_another_and_no_others()
    {
        var cited = await CitedAsync();
        await PatchAsync("/sources/ref", 1, """ "publisher":"Another" """);
        await RecordAsync(Effect("others", "1949", "recognition|plo|israel|de-facto"));
        await RecordAsync(Effect("too-late", "1951", "recognition|ussr|israel|withdrawn"));
        var head = (await PatchAsync("/events/recognised", 1, """ "occurred":"1948-05-18" """)).Position;
        await PatchAsync("/actors/ussr", 1, """ "name":"USSR" """);

        var changes = await GetAsync($"{cited}/changes");

        Assert.False((bool)changes["same"]!);
        Assert.Equal(
            (await GetAsync($"/changes?since={head - 1}&limit=1"))["changes"]!.ToJsonString(),
            changes["changedSince"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task are_also_those_after_which_it_rests_on_another_revision()
    {
        var cited = await CitedAsync();
        await PatchAsync("/events/recognised", 1, """ "description":"more of the same event" """);

        var changes = await GetAsync($"{cited}/changes");

        Assert.Equal(("corrected", false), (changes.Each("changedSince", "op"), (bool)changes["same"]!));
    }

    [Fact]
    public async Task tell_of_one_that_was_undone_that_the_answer_is_the_same()
    {
        var cited = await CitedAsync("/state?between=ussr,israel&asOf=1950-01-01");
        await DoAsync("dispute", "/events/recognised", 1);
        await RecordAsync(Event("beside", "1940"));
        await DoAsync("resolve", "/events/recognised", 2, ""","credibility":"reported" """);
        var changes = await GetAsync($"{cited}/changes");

        Assert.Equal("disputed resolved", changes.Each("changedSince", "op"));
        Assert.False((bool)changes["same"]!);

        var facts = await GetAsync("/facts?kind=recognition&holder=plo&toward=israel&asOf=1950-01-01&cite=true");
        await RecordAsync(Effect("mistaken", "1949", "recognition|plo|israel|de-jure"));
        await DoAsync("retract", "/events/mistaken", 1);
        var undone = await GetAsync($"/answers/{facts["answer"]!["id"]}/changes");

        Assert.Equal(("recorded retracted", true), (undone.Each("changedSince", "op"), (bool)undone["same"]!));
    }

    [Fact]
    public async Task come_a_page_at_a_time_and_none_is_cut()
    {
        var cited = await CitedAsync();
        for (var day = 1; day <= 5; day++)
        {
            await PatchAsync("/events/recognised", day, $""" "occurred":"1948-06-0{day}" """);
            await RecordAsync(Event($"beside-{day}", "1940"));
        }
        var whole = await GetAsync($"{cited}/changes");

        var paged = new List<string>();
        var since = "";
        for (var pages = 1; ; pages++)
        {
            var page = await GetAsync($"{cited}/changes?limit=3{since}");
            Assert.Equal(whole["basis"]!.ToJsonString(), page["basis"]!.ToJsonString());
            Assert.False((bool)page["same"]!);
            paged.AddRange(page.List("changedSince").Select(change => change!.ToJsonString()));
            if (page["next"] is not { } next)
            {
                Assert.Equal(4, pages);
                break;
            }
            since = $"&since={next}";
        }

        Assert.Equal("1948-06-05", (string?)(await GetAsync("/events/recognised"))["occurred"]!["edtf"]);
        Assert.Equal(5, paged.Count);
        Assert.Equal(whole.List("changedSince").Select(change => change!.ToJsonString()), paged);
    }

    [Fact]
    public async Task are_told_of_an_answer_that_is_not_stored()
    {
        await RecordAsync(Effect("recognised", "1948-05-17", "recognition|ussr|israel|de-jure"));
        var state = await GetAsync("/state?asOf=1950-01-01");
        await DoAsync("retract", "/events/recognised", 1);

        var changes = await GetAsync($"{state["answer"]!["permalink"]}/changes");

        Assert.Equal(
            ("retracted", "recognised", false),
            (changes.Each("changedSince", "op"), changes.Each("changedSince", "key"), (bool)changes["same"]!)
        );
    }

    [Theory]
    [InlineData("since=6")]
    [InlineData("since=8")]
    [InlineData("since=-1")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("until=9")]
    public async Task are_refused_beyond_the_answer_and_the_head(string query)
    {
        var refused = await GetAsync($"{await CitedAsync()}/changes?{query}");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-parameter"), (refused.Status, refused.Code));
    }
}

/// <summary>Somebody with the owner's rights has changed what was recorded.</summary>
public sealed class AnswersOfADoctoredStore(ServedOnce served) : OverHttp(served)
{
    private const string Question = "/events/recognised?asOf=1950-01-01";

    private static readonly string Body = Effect(
        "recognised",
        "1948-05-17",
        "recognition|ussr|israel|de-jure",
        ""","description":"The words of the record" """
    );

    private string Slug => Path.Split('/')[^1];

    private async Task DoctorAsync(string table, string change)
    {
        await using var source = NpgsqlDataSource.Create(Once.ConnectionString);
        await using var command = source.CreateCommand(
            $"""
            alter table chronology.{table} disable trigger user;
            {change};
            alter table chronology.{table} enable trigger user;
            """
        );
        Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private async Task<string> NamedAsync(string question)
    {
        await RecordAsync(Body);
        var cited = await GetAsync($"{question}&cite=true");
        var hash = (string)cited["answer"]!["hash"]!;
        await using var source = NpgsqlDataSource.Create(Once.ConnectionString);
        await using var command = source.CreateCommand("select question from chronology.answer where id = $1");
        command.Parameters.AddWithValue((string)cited["answer"]!["id"]!);
        var asked = (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        var id = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(asked));
        var permalink = $"/answers/{id}.{hash[7..39]}";
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(permalink)).Status);
        return permalink;
    }

    private async Task AssertFaultAsync(string path)
    {
        var fault = await GetAsync(path);
        Assert.Equal(
            (HttpStatusCode.InternalServerError, AnswerDoesNotMatchException.Code, "application/problem+json"),
            (fault.Status, fault.Code, fault.Media)
        );
    }

    [Fact]
    public async Task are_a_fault_where_a_text_of_the_derived_rows_is_another()
    {
        var permalink = await NamedAsync(Question);
        await DoctorAsync(
            "record",
            $"update chronology.record set state = replace(state::text, 'The words of the record', 'Other words')::json where chronology = '{Slug}' and key = 'recognised'"
        );

        await AssertFaultAsync(permalink);
        await AssertFaultAsync($"{Question}&cite=true");
    }

    [Fact]
    public async Task are_a_fault_where_an_effect_is_another()
    {
        var question = "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1950-01-01";
        var permalink = await NamedAsync(question);
        var stored = (string)(await GetAsync($"{question}&cite=true"))["answer"]!["id"]!;
        await DoctorAsync(
            "effect",
            $"update chronology.effect set effect = replace(effect::text, 'de-jure', 'de-facto')::json where chronology = '{Slug}'"
        );

        await AssertFaultAsync(permalink);
        await AssertFaultAsync($"{permalink}/changes");
        await AssertFaultAsync($"/answers/{stored}/changes");
        Assert.Equal("de-jure", (await GetAsync($"/answers/{stored}")).Each("facts", "value"));
    }

    [Fact]
    public async Task are_a_fault_also_where_it_is_remembered_what_was_recorded_before()
    {
        const string Asked = "/facts?kind=recognition&holder=ussr&toward=israel";
        var permalink = await NamedAsync($"{Asked}&asOf=1950-01-01");
        foreach (var day in new[] { "1950-01-02", "1950-01-03" })
            await GetAsync($"{Asked}&asOf={day}");
        await Service.Services.GetRequiredService<RememberedPairs>().ReadAsync();
        await DoctorAsync(
            "effect",
            $"update chronology.effect set effect = replace(effect::text, 'de-jure', 'de-facto')::json where chronology = '{Slug}'"
        );

        Assert.Equal("de-jure", (await GetAsync($"{Asked}&asOf=1950-01-04")).Each("facts", "value"));
        await AssertFaultAsync(permalink);
        await AssertFaultAsync($"{permalink}/changes");
    }

    [Fact]
    public async Task are_a_fault_where_the_stream_is_not_what_the_ledger_has_committed_to()
    {
        var permalink = await NamedAsync(Question);
        await DoctorAsync(
            "mt_events",
            $"update chronology.mt_events set data = replace(data::text, 'statement-made', 'war-declared')::jsonb where tenant_id = '{Slug}' and stream_id = 'event/recognised'"
        );

        await AssertFaultAsync(permalink);
    }

    [Fact]
    public async Task are_a_fault_by_an_id_that_this_service_has_not_made_and_it_is_logged()
    {
        var permalink = await NamedAsync(Question);
        var log = new Kept();
        Service.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);

        await AssertFaultAsync($"{permalink[..^32]}{new string('0', 32)}");

        Assert.Contains(log.Faults, fault => fault is AnswerDoesNotMatchException);
    }

    [Theory]
    [InlineData("update chronology.answer set body = '{}' where chronology = '{0}'")]
    [InlineData("delete from chronology.answer where chronology = '{0}'")]
    [InlineData("truncate chronology.answer")]
    public async Task cannot_be_made_of_the_stored_ones(string change)
    {
        await NamedAsync(Question);
        await using var source = NpgsqlDataSource.Create(Once.ConnectionString);
        await using var command = source.CreateCommand(change.Replace("{0}", Slug, StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal("CH001", refused.SqlState);
    }

    private sealed class Kept : ILoggerProvider, ILogger
    {
        public ConcurrentBag<Exception> Faults { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (exception is not null)
                Faults.Add(exception);
        }

        public void Dispose() { }
    }
}
