using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Chronology.Recording;
using Chronology.Service.Store;

namespace Chronology.Service.Web;

/// <summary>Answers as JSON, the same bytes for the same answer: members in the order of their declaration.</summary>
public static class Answers
{
    public static JsonSerializerOptions Json { get; } = Configure(new(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.NumberHandling = JsonNumberHandling.Strict;
        // A record as deep as a request may be, inside the lists of an answer.
        options.MaxDepth = 2 * StrictJson.GreatestDepth;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(DateAnswer.Shape);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
        return options;
    }

    /// <summary>An answer in UTF-8. One that has been written to be named is not written again: its name is put where it belongs.</summary>
    public static byte[] Written(object answer) =>
        answer is INamedAnswer { Answer: { Unnamed.IsEmpty: false } name }
            ? Named(name)
            : JsonSerializer.SerializeToUtf8Bytes(answer, answer.GetType(), Json);

    private static byte[] Named(AnswerName name)
    {
        var unnamed = name.Unnamed.Span;
        var reader = new Utf8JsonReader(unnamed);
        reader.Read();
        reader.Read();
        reader.Skip();
        var behind = (int)reader.BytesConsumed;
        var answer = JsonSerializer.SerializeToUtf8Bytes(name, Json);
        var member = ""","answer":"""u8;
        var written = new byte[unnamed.Length + member.Length + answer.Length];
        unnamed[..behind].CopyTo(written);
        member.CopyTo(written.AsSpan(behind));
        answer.CopyTo(written, behind + member.Length);
        unnamed[behind..].CopyTo(written.AsSpan(behind + member.Length + answer.Length));
        return written;
    }

    public static IResult Of<T>(Result<T> result) =>
        result.Rejection is { } rejection ? Problems.Of(rejection) : Results.Json(result.Value, Json);

    /// <summary>The host that the client has asked, for links to be pasted elsewhere.</summary>
    public static string HostOf(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";
}
