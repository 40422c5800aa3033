using System.Text;
using Chronology.Recording;
using Chronology.Service.Store;

namespace Chronology.Service.Tests.Store;

/// <summary>By these a comparison finds the effects that end between two days.</summary>
public sealed class YearsInWhichEffectsEnd
{
    [Theory]
    [InlineData("\"occurred\":\"1990\"", "", null)]
    [InlineData("\"occurred\":\"1990/1995\",\"reading\":\"occurrence\"", "", null)]
    [InlineData("\"occurred\":\"1990/1995\",\"reading\":\"extent\"", "", 1995L)]
    [InlineData("\"occurred\":\"1990/1995-02\",\"reading\":\"extent\"", "", 1995L)]
    [InlineData("\"start\":\"1990\",\"end\":\"1996-02-03\",\"reading\":\"extent\"", "", 1996L)]
    [InlineData("\"occurred\":\"1990/..\",\"reading\":\"extent\"", "", null)]
    [InlineData("\"occurred\":\"1990/199X\",\"reading\":\"extent\"", "", long.MinValue)]
    [InlineData("\"occurred\":\"1990/1995\",\"reading\":\"extent\"", ",\"until\":\"1993\"", 1993L)]
    [InlineData("\"occurred\":\"1990\"", ",\"until\":\"1993-05~\"", 1993L)]
    [InlineData("\"occurred\":\"1990\"", ",\"until\":\"1993-21\"", 1993L)]
    [InlineData("\"occurred\":\"1990\"", ",\"until\":\"19XX\"", long.MinValue)]
    public void are_those_of_its_own_end_or_of_its_extents(string when, string until, long? year)
    {
        var json = StrictJson.Parse(
            Encoding.UTF8.GetBytes(
                $$"""
                {"key":"e","type":"statement-made",{{when}},"title":"E","noSource":"none",
                "actors":[{"actor":"a","role":"actor"},{"actor":"b","role":"recipient"}],
                "effects":[{"fact":"recognition","holder":"a","toward":"b","value":"de-jure"{{until}}}]}
                """
            )
        );
        var command = json.Then(body => RecordJson.ReadRecord(RecordKind.Event, body)).Value;

        Assert.Equal(year, StoredEffect.EndYear((EventContent)command.Content, 0));
    }
}
