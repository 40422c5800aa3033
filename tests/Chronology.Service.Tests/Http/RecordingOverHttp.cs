using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Chronology.Service.Tests;

public sealed class RecordingOverHttp(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private Served service = null!;
    private string path = "";

    public async ValueTask InitializeAsync()
    {
        service = await Served.StartAsync(database.ConnectionString);
        path = await service.CreateAsync(TestContext.Current.TestMethod!.MethodName.Replace('_', '-'));
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task gives_the_first_record_revision_one_at_position_one()
    {
        var response = await service.PostAsync(
            $"{path}/actors",
            """{"key":"ussr","kind":"state","name":"Soviet Union"}"""
        );
        var receipt = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("\"1\"", response.Headers.ETag!.Tag);
        Assert.Equal($"{path}/actors/ussr", response.Headers.Location!.OriginalString);
        Assert.Equal(1, (long)receipt!["position"]!);
    }
}
