namespace Chronology.Service.Tests.Http;

/// <summary>Questions that name an actor of whom nothing was recorded: an empty list, and notes that say so.</summary>
public sealed class AskingAboutNobody(ServedOnce served) : OverHttp(served)
{
    [Theory]
    [InlineData("/state?actor=nobody")]
    [InlineData("/state?between=nobody,plo")]
    [InlineData("/facts?holder=nobody")]
    [InlineData("/facts?between=nobody,plo")]
    [InlineData("/facts/history?kind=recognition&holder=nobody&toward=plo")]
    [InlineData("/facts/history?kind=stance&holder=plo&toward=nobody")]
    [InlineData("/events?actor=nobody")]
    [InlineData("/events?between=nobody,plo")]
    [InlineData("/stances?holder=nobody")]
    [InlineData("/score?between=nobody,plo&from=1950&to=1960")]
    [InlineData("/compare?from=1950&to=1960&between=nobody,plo")]
    [InlineData("/explain?kind=recognition&holder=nobody&toward=plo")]
    [InlineData("/explain/stance?holder=nobody&toward=plo")]
    [InlineData("/explain/score?between=nobody,plo")]
    [InlineData("/eras/suggestions?actor=nobody")]
    public async Task names_it_and_says_that_nothing_is_recorded(string question)
    {
        await RecordAsync(Event("met", "1950", ""","actors":[{"actor":"plo","role":"actor"}]"""));
        var notes = (await GetAsync(question)).List("notes");

        Assert.Contains(
            notes,
            note => (string?)note!["code"] == "unknown-actor" && ((string)note["detail"]!).Contains("“nobody”")
        );
        Assert.Contains(notes, note => (string?)note!["code"] == "no-record");
    }

    [Theory]
    [InlineData("/events?between=plo,nobody;ussr")]
    [InlineData("/score?between=plo,nobody;ussr&from=1950&to=1960")]
    public async Task beside_somebody_names_it_and_tells_of_the_others(string question)
    {
        await RecordAsync(
            """{"key":"met","type":"meeting-held","occurred":"1950","title":"met","noSource":"-","actors":[{"actor":"plo","role":"actor"},{"actor":"ussr","role":"actor"}]}"""
        );

        Assert.Equal("unknown-actor", (await GetAsync(question)).Each("notes", "code"));
    }

    [Theory]
    [InlineData("/facts/history?kind=stance&holder=plo&toward=plan")]
    [InlineData("/facts/history?kind=recognition&holder=ussr&toward=israel")]
    [InlineData("/events?between=plo,ussr")]
    [InlineData("/events")]
    public async Task differs_from_silence_about_somebody(string question) =>
        Assert.Empty((await GetAsync(question)).List("notes"));
}
