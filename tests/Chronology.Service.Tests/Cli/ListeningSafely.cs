using Chronology.Service.Cli;
using Microsoft.Extensions.Configuration;

namespace Chronology.Service.Tests.Cli;

public sealed class ListeningSafely
{
    [Theory]
    [InlineData("http://127.0.0.1:5180", true)]
    [InlineData("https://127.9.9.9:1", true)]
    [InlineData("http://[::1]:5180", true)]
    [InlineData("http://localhost:5180", true)]
    [InlineData("http://LOCALHOST", true)]
    [InlineData("http://unix:/run/chronology.sock", true)]
    [InlineData("http://0.0.0.0:5180", false)]
    [InlineData("http://[::]:5180", false)]
    [InlineData("http://+:5180", false)]
    [InlineData("http://*:5180", false)]
    [InlineData("http://example.org:5180", false)]
    [InlineData("http://localhost.example.org:5180", false)]
    [InlineData("http://192.168.1.4", false)]
    [InlineData("http://0:5180", false)]
    [InlineData("5180", false)]
    public void knows_an_address_of_this_machine_alone(string address, bool isLoopback) =>
        Assert.Equal(isLoopback, Addresses.IsLoopback(address));

    [Theory]
    [InlineData("urls=http://0.0.0.0:0")]
    [InlineData("urls=http://127.0.0.1:0;http://+:0")]
    [InlineData("http_ports=8080")]
    [InlineData("https_ports=8443")]
    [InlineData("Kestrel:Endpoints:Http:Url=http://*:0")]
    [InlineData("urls=http://127.0.0.1:0 Kestrel:Endpoints:Http:Url=http://[::]:0")]
    [InlineData("urls=http://0.0.0.0:0 CHRONOLOGY_TRUSTED_BIND=container")]
    [InlineData("urls=http://0.0.0.0:0 CHRONOLOGY_TRUSTED_BIND=yes")]
    public async Task refuses_to_serve_other_machines_without_authentication(string settings)
    {
        var told = await new CommandLine("Host=127.0.0.1;Port=1", Pairs(settings)).RunAsync("serve");

        Assert.Equal(3, told.Exit);
        Assert.StartsWith("refuses-to-listen: ", told.Error, StringComparison.Ordinal);
        Assert.Empty(told.Out);
    }

    [Theory]
    [InlineData("serve", "--urls", "http://0.0.0.0:0")]
    [InlineData("--urls", "http://0.0.0.0:0")]
    [InlineData("--urls=http://0.0.0.0:0")]
    [InlineData("serve", "--Kestrel:Endpoints:Http:Url=http://0.0.0.0:0")]
    public async Task refuses_it_to_arguments_too(params string[] args)
    {
        var told = await new CommandLine("Host=127.0.0.1;Port=1").RunAsync(args);

        Assert.Equal(3, told.Exit);
        Assert.StartsWith("refuses-to-listen: ", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task goes_on_in_a_container_that_is_trusted()
    {
        var settings = Pairs("urls=http://0.0.0.0:0 CHRONOLOGY_TRUSTED_BIND=container");

        var told = await new CommandLine("Host=127.0.0.1;Port=1", settings) { InContainer = true }.RunAsync("serve");

        Assert.StartsWith("unavailable: ", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_a_container_that_nobody_called_trusted()
    {
        var settings = Pairs("urls=http://0.0.0.0:0");

        var told = await new CommandLine("Host=127.0.0.1;Port=1", settings) { InContainer = true }.RunAsync("serve");

        Assert.StartsWith("refuses-to-listen: ", told.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "http://127.0.0.1:5180")]
    [InlineData("http_ports=8080;8081", "http://*:8080;http://*:8081")]
    [InlineData("urls=http://127.0.0.1:9 http_ports=8080", "http://127.0.0.1:9")]
    [InlineData("Kestrel:Endpoints:Http:Url=http://127.0.0.1:9", null)]
    public void listens_where_the_settings_say(string settings, string? expected) =>
        Assert.Equal(
            expected,
            Addresses.Urls(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(Pairs(settings).ToDictionary(pair => pair.Name, pair => (string?)pair.Value))
                    .Build()
            )
        );

    private static (string Name, string Value)[] Pairs(string settings) =>
        [
            .. settings
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(setting => setting.Split('=', 2))
                .Select(pair => (pair[0], pair[1])),
        ];
}
