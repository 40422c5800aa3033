using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chronology.Service.Tests;

/// <summary>The service over a migrated database, on a real port of 127.0.0.1, as a client sees it.</summary>
public sealed class Served : IAsyncDisposable
{
    private readonly WebApplication app;

    private Served(WebApplication app)
    {
        this.app = app;
        Client = new() { BaseAddress = new(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    /// <param name="clock">Null: the system's.</param>
    /// <param name="limits">Null: as in production.</param>
    public static async Task<Served> StartAsync(
        string connectionString,
        TimeProvider? clock = null,
        GroupLimits? limits = null
    )
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (clock is not null)
            builder.Services.AddSingleton(clock);
        if (limits is not null)
            builder.Services.AddSingleton(limits);
        builder.AddChronologyWeb();
        builder.Services.AddChronology(Database.Connect(connectionString));
        var built = builder.Build();
        built.MapChronology();
        await built.StartAsync(TestContext.Current.CancellationToken);
        return new(built);
    }

    /// <summary>Begins a chronology and gives the path of what is in it.</summary>
    public async Task<string> CreateAsync(string slug)
    {
        await PostAsync("/api/chronologies", $$"""{"slug":"{{slug}}","title":"{{slug}}"}""");
        return $"/api/chronologies/{slug}";
    }

    /// <summary>Imports lines and gives the report.</summary>
    public async Task<JsonObject> ImportAsync(string path, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        var response = await Client.PostAsync($"{path}/import", content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    /// <param name="revision">For <c>If-Match</c>.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? json = null,
        int? revision = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (revision is not null)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{revision}\"");
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<JsonObject> GetAsync(string path) =>
        (await Client.GetFromJsonAsync<JsonObject>(path, TestContext.Current.CancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        var source = app.Services.GetRequiredService<NpgsqlDataSource>();
        await app.DisposeAsync();
        await source.DisposeAsync();
    }

    [ModuleInitializer]
    internal static void MigrateWhatTestsCopy() =>
        TestServer.Migrate = async (connectionString, ct) =>
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await Migrations.ApplyAsync(source, ct);
        };
}
