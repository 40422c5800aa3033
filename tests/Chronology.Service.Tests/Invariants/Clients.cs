using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests.Invariants;

/// <summary>What a client of the service sends and keeps.</summary>
internal static class Clients
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>An event that says who recognises whom since when.</summary>
    public static string Recognition(string key, string occurred, string value, string holder = "a") =>
        $$"""
            {"key":"{{key}}","type":"recognition-granted","occurred":"{{occurred}}","title":"{{key}}","noSource":"a test",
             "actors":[{"actor":"{{holder}}","role":"actor"},{"actor":"b","role":"recipient"}],
             "effects":[{"fact":"recognition","holder":"{{holder}}","toward":"b","value":"{{value}}"}]}
            """;

    public static async Task<HttpResponseMessage> PostAsync(
        this HttpClient client,
        string path,
        string body,
        int? revision = null,
        HttpMethod? method = null
    )
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (revision is not null)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        return await client.SendAsync(request, Ct);
    }

    /// <summary>Begins a chronology with the states a, b and c in it; gives the path of what is in it.</summary>
    public static async Task<string> BeginAsync(this HttpClient client, string slug)
    {
        using var made = await client.PostAsync("/api/chronologies", $$"""{"slug":"{{slug}}","title":"{{slug}}"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        foreach (var actor in "abc")
            await client.PositionAsync(
                $"/api/chronologies/{slug}/actors",
                $$"""{"key":"{{actor}}","kind":"state","name":"{{actor}}"}"""
            );
        return $"/api/chronologies/{slug}";
    }

    /// <summary>Sends what must be accepted and gives its position.</summary>
    public static async Task<long> PositionAsync(this HttpClient client, string path, string body)
    {
        using var response = await client.PostAsync(path, body, method: HttpMethod.Post);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync(Ct)}");
        return await response.PositionAsync();
    }

    public static async Task<long> PositionAsync(this HttpResponseMessage response) =>
        (long)(await response.Content.ReadFromJsonAsync<JsonObject>(Ct))!["position"]!;

    /// <summary>The bytes of an answer that must be one.</summary>
    public static async Task<string> BytesAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Ct);
        var bytes = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {bytes}");
        return bytes;
    }
}
