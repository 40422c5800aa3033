namespace Chronology.Service.Tests.Http;

/// <summary>The questions that README and the shipped chronology promise an answer to.</summary>
public sealed class TheWorkedQuestions(ServedOnce served) : OverHttp(served)
{
    private string chronology = "";

    private async Task<Answer> AskAsync(string kind, string holder, string toward, string axes)
    {
        if (chronology.Length == 0)
        {
            chronology = await Once.CreateAsync();
            await Service.ImportAsync(chronology, await ShippedAsync());
        }
        return await GetAsync($"{chronology}/facts?kind={kind}&holder={holder}&toward={toward}&{axes}");
    }

    private static async Task<string> ShippedAsync()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Chronology.sln")))
            folder = folder.Parent!;
        return await File.ReadAllTextAsync(
            System.IO.Path.Combine(folder.FullName, "data", "palestine-russia.chronology.jsonl"),
            TestContext.Current.CancellationToken
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task the_shipped_chronology_imports_whole_and_a_second_time_changes_nothing(bool strict)
    {
        await PostAsync(
            "/api/chronologies",
            strict ? """{"slug":"strictly","title":"x"}""" : """{"slug":"palestine-russia","title":"x"}"""
        );
        var lines = (await ShippedAsync()).Split('\n', 2)[1];
        var count = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        var path = $"/api/chronologies/{(strict ? "strictly" : "palestine-russia")}";
        var query = strict ? "/import?strict=true" : "/import";
        var first = await SendAsync(path + query, lines);
        var second = await SendAsync(path + query, lines);

        Assert.Equal(($"{count} 0 0 []", count), first);
        Assert.Equal(($"0 {count} 0 []", count), second);
    }

    private async Task<(string, int)> SendAsync(string path, string lines)
    {
        using var content = new StringContent(lines, null, "application/x-ndjson");
        var report = await Answer.OfAsync(
            await Service.Client.PostAsync(path, content, TestContext.Current.CancellationToken)
        );
        return (
            $"{report["recorded"]} {report["unchanged"]} {report["unnumbered"]} {report["refused"]!.ToJsonString()}",
            (int)report.Position
        );
    }

    [Theory]
    [InlineData("recognition", "ussr", "israel", "asOf=1950", "certain", "de-jure")]
    [InlineData("recognition", "ussr", "israel", "asOf=1948-05-16", "no", "")]
    [InlineData("recognition", "ussr", "israel", "asOf=1950&knownAt=29", "no-record", "")]
    [InlineData("representation", "plo", "ussr", "asOf=1974-07-01&knownAt=64", "possible", "embassy")]
    [InlineData("representation", "plo", "ussr", "asOf=1974-07-01", "possible", "representative-office")]
    [InlineData("stance", "ussr", "resolution-3379", "asOf=1980", "certain", "supports")]
    [InlineData("stance", "russia", "oslo-agreements", "asOf=1994&knownAt=72", "certain", "supports")]
    [InlineData("stance", "russia", "oslo-agreements", "asOf=1994", "claimed", "supports")]
    [InlineData("relations", "ussr", "israel", "asOf=1980", "no", "severed")]
    [InlineData("relations", "israel", "ussr", "asOf=1980&value=severed", "possible", "severed")]
    public async Task are_answered(string kind, string holder, string toward, string axes, string verdict, string value)
    {
        var answer = await AskAsync(kind, holder, toward, axes);

        Assert.Equal((verdict, value), (answer.Verdict, answer.Each("facts", "value")));
    }
}
