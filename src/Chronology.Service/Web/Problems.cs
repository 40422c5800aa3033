using System.Text.Json.Nodes;
using Chronology.Recording;

namespace Chronology.Service.Web;

/// <summary>Rejections as RFC 9457 problem details.</summary>
public static class Problems
{
    /// <summary>The HTTP status under which each code is told; the codes of the model's refusals are 422.</summary>
    public static int StatusOf(string code) =>
        code switch
        {
            "malformed-json"
            or "unknown-field"
            or "invalid-parameter"
            or "invalid-date"
            or "end-before-start-of-question" => 400,
            "no-such-chronology"
            or "no-such-event"
            or "no-such-actor"
            or "no-such-issue"
            or "no-such-source"
            or "no-such-scheme"
            or "no-such-era"
            or "no-such-answer"
            or "no-such-sentence"
            or "not-found" => 404,
            "method-not-allowed" => 405,
            "key-taken" or "chronology-exists" or "rebuild-running" => 409,
            "stale-revision" => 412,
            "too-large" => 413,
            "unsupported-media-type" => 415,
            "revision-required" => 428,
            "answer-does-not-match" => 500,
            "unavailable" => 503,
            _ => 422,
        };

    public static IResult Of(Rejection rejection, int? line = null) =>
        Results.Json(
            Body(rejection, line),
            statusCode: StatusOf(rejection.Code),
            contentType: "application/problem+json"
        );

    /// <summary><c>{"type","title","status","code","detail","pointer"?,"line"?}</c></summary>
    public static JsonObject Body(Rejection rejection, int? line = null)
    {
        var body = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = TitleOf(StatusOf(rejection.Code)),
            ["status"] = StatusOf(rejection.Code),
            ["code"] = rejection.Code,
            ["detail"] = rejection.Detail,
        };
        if (rejection.Pointer is not null)
            body["pointer"] = rejection.Pointer;
        if (line is not null)
            body["line"] = line;
        return body;
    }

    private static string TitleOf(int status) =>
        status switch
        {
            400 => "Bad request",
            404 => "Not found",
            405 => "Method not allowed",
            409 => "Conflict",
            412 => "Precondition failed",
            413 => "Content too large",
            415 => "Unsupported media type",
            428 => "Precondition required",
            500 => "Fault",
            503 => "Service unavailable",
            _ => "Refused",
        };
}
