using System.Text;

namespace Chronology.Service.Tests.Http;

public sealed class TextIsData(ServedOnce served) : OverHttp(served)
{
    [Theory]
    [InlineData("'); drop table chronology.record; -- %_\\")]
    [InlineData("<script>alert('x')</script><img src=x onerror=alert(1)>")]
    [InlineData("{{7*7}} ${jndi:ldap://x} %n%s ../../etc/passwd \u202egnp.exe")]
    [InlineData("${IFS}$(reboot)`reboot`;|&")]
    public async Task whatever_it_looks_like(string text)
    {
        var json = System.Text.Json.JsonSerializer.Serialize(text);
        await RecordAsync(Event("held", "1950", $$""","description":{{json}},"place":{{json}}"""));

        foreach (var path in new[] { "/events/held", "/events/held/history", "/events/held/blame", "/events?q=held" })
        {
            using var answer = await Service.SendAsync(HttpMethod.Get, Path + path);
            var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains(
                $"\"{System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"",
                Encoding.UTF8.GetString(bytes),
                StringComparison.Ordinal
            );
        }
        Assert.Equal(text, (string?)(await GetAsync("/events/held"))["description"]);
        Assert.Equal(
            "held",
            (await GetAsync($"/events?q={Uri.EscapeDataString(text.Split(' ')[0])}")).Each("events", "key")
        );
    }
}
