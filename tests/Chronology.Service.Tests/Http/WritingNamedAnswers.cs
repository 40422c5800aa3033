using System.Text.Json;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;

namespace Chronology.Service.Tests.Http;

public sealed class WritingNamedAnswers
{
    private static readonly StateAnswer Unnamed = new(
        new Basis("1974-07-01", new KnownAt(412, "2026-03-01T12:00:00.000000Z"), 1, Moment.Format),
        null,
        [],
        [],
        null,
        [],
        [new("no-record", "Nothing is “recorded”, \"answer\":null.")]
    );

    [Theory]
    [InlineData("L3N0YXRl.0123", "/api/chronologies/c/answers/L3N0YXRl.0123")]
    [InlineData(null, null)]
    public void puts_the_name_where_it_would_have_been_written(string? id, string? permalink)
    {
        var name = new AnswerName(id, "sha256:00", permalink);
        var expected = JsonSerializer.SerializeToUtf8Bytes(Unnamed with { Answer = name }, Answers.Json);
        var written = JsonSerializer.SerializeToUtf8Bytes(Unnamed, Answers.Json);

        Assert.Equal(expected, Answers.Written(Unnamed with { Answer = name with { Unnamed = written } }));
        Assert.Equal(expected, Answers.Written(Unnamed with { Answer = name }));
        Assert.Equal(written, Answers.Written(Unnamed));
    }
}
