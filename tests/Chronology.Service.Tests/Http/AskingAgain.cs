using System.Net;
using Chronology.Service.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Http;

/// <summary>The same question asked again, which the service need not work out again.</summary>
public sealed class AskingAgain(ServedOnce served) : OverHttp(served)
{
    private const string Between = "between=ussr,israel&asOf=1950-05-31";

    private const string Actors =
        ""","actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}]""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private RememberedAnswers Remembered => Service.Services.GetRequiredService<RememberedAnswers>();

    private async Task<Answer> AskAsync(string question, string? has = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path + question);
        if (has is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", has);
        return await Answer.OfAsync(await Service.Client.SendAsync(request, Ct));
    }

    public static TheoryData<string> Questions =>
        [
            $"/state?{Between}",
            $"/state?{Between}&knownAt=7",
            "/state?asOf=1950-05",
            "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1950-05-31&knownAt=7",
            "/events?asOf=1950-05-31",
            "/events?between=ussr,israel",
            "/actors?q=union",
            "/score?between=ussr,israel&from=1948&to=1951",
        ];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task gives_the_same_bytes_and_the_same_tag(string question)
    {
        await RecordAsync(Event("meeting", "1950-05-17", Actors));
        var first = await AskAsync(question);

        var again = await AskAsync(question);
        Remembered.Forget(Path.Split('/')[^1]);
        var anew = await AskAsync(question);

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal((first.Text, first.ETag), (again.Text, again.ETag));
        Assert.Equal((first.Text, first.ETag), (anew.Text, anew.ETag));
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task by_who_has_the_answer_is_told_that_it_still_is(string question)
    {
        await RecordAsync(Event("meeting", "1950-05-17", Actors));
        var tag = (await AskAsync(question)).ETag!;

        var still = await AskAsync(question, $"\"other\", {tag}");
        var weak = await AskAsync(question, $"W/{tag}");
        var other = await AskAsync(question, "\"other\"");

        Assert.Equal((HttpStatusCode.NotModified, "", tag), (still.Status, still.Text, still.ETag));
        Assert.Equal(HttpStatusCode.NotModified, weak.Status);
        Assert.Equal(HttpStatusCode.OK, other.Status);
    }

    [Theory]
    [MemberData(nameof(Questions))]
    [InlineData("/events/nobody-knows")]
    [InlineData("/export")]
    public async Task by_HEAD_tells_all_but_the_body(string question)
    {
        await RecordAsync(Event("meeting", "1950-05-17", Actors));
        using var head = new HttpRequestMessage(HttpMethod.Head, Path + question);

        using var told = await Service.Client.SendAsync(head, Ct);
        using var asked = await Service.Client.GetAsync(Path + question, Ct);

        Assert.Equal(asked.StatusCode, told.StatusCode);
        Assert.Equal(asked.Headers.ETag, told.Headers.ETag);
        Assert.Equal(asked.Content.Headers.ContentType, told.Content.Headers.ContentType);
        Assert.NotEqual("", await asked.Content.ReadAsStringAsync(Ct));
        Assert.Equal("", await told.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task by_HEAD_still_refuses_to_change_anything()
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, Path + "/import");

        using var told = await Service.Client.SendAsync(head, Ct);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, told.StatusCode);
    }

    [Fact]
    public async Task after_something_was_recorded_gives_what_is_known_now()
    {
        var before = await AskAsync($"/state?{Between}");
        await RecordAsync(Event("meeting", "1950-05-17", Actors));

        var after = await AskAsync($"/state?{Between}", before.ETag);
        var then = await AskAsync($"/state?{Between}&knownAt={AfterCast}");

        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.Equal("meeting", after.Each("recent", "key"));
        Assert.Equal(before.Text, then.Text);
    }

    [Theory]
    [InlineData("&between=ussr,israel", "invalid-parameter")]
    [InlineData("&between=plo,israel", "invalid-parameter")]
    [InlineData("&unknown=1", "invalid-parameter")]
    [InlineData("&cite=perhaps", "invalid-parameter")]
    [InlineData("&knownAt=999", "invalid-parameter")]
    public async Task with_something_wrong_in_it_is_refused_as_ever(string wrong, string code)
    {
        await AskAsync($"/state?{Between}");

        Assert.Equal(code, (await AskAsync($"/state?{Between}{wrong}")).Code);
    }

    [Fact]
    public async Task in_another_chronology_gives_that_ones_answer()
    {
        await RecordAsync(Event("meeting", "1950-05-17", Actors));
        var here = await AskAsync($"/state?{Between}&knownAt=7");
        var other = await Once.CreateAsync();

        using var there = await Service.Client.GetAsync($"{other}/state?{Between}&knownAt=7", Ct);

        Assert.Equal(HttpStatusCode.OK, here.Status);
        Assert.Equal(HttpStatusCode.BadRequest, there.StatusCode);
    }

    [Fact]
    public void while_the_answers_are_forgotten_is_not_remembered()
    {
        var slug = Path.Split('/')[^1];
        using var answers = new RememberedAnswers(1);
        var query = new Microsoft.AspNetCore.Http.QueryCollection();
        var asked = answers.Of(slug, "/state", query, "1950-05-31", 7)!.Value;

        answers.Forget(slug);
        answers.Remember(asked, SentAnswer.Of([1]));

        Assert.False(answers.TryFind(asked, out _));
        Assert.False(answers.TryFind(answers.Of(slug, "/state", query, "1950-05-31", 7)!.Value, out _));
    }

    [Fact]
    public async Task of_a_record_keeps_the_revision_as_its_tag()
    {
        await RecordAsync(Event("meeting", "1950-05-17", Actors));

        var known = await AskAsync("/events/meeting", "\"1\"");

        Assert.Equal((HttpStatusCode.OK, "\"1\""), (known.Status, known.ETag));
    }
}
