using System.Net;
using Microsoft.AspNetCore.Http;

namespace Chronology.Service.Cli;

/// <summary>Where the server may listen: on this machine only, as long as there is no authentication.</summary>
public static class Addresses
{
    public const string Default = "http://127.0.0.1:5180";

    /// <summary>The addresses that the settings give, by ASP.NET Core's order: <c>urls</c>, else the ports, else the default.</summary>
    /// <returns>Null where Kestrel's own endpoints are set and nothing else is.</returns>
    public static string? Urls(IConfiguration settings)
    {
        if (settings[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
            return urls;
        var ports = Ports(settings, "http").Concat(Ports(settings, "https")).ToArray();
        if (ports.Length > 0)
            return string.Join(';', ports);
        return Endpoints(settings).Any() ? null : Default;
    }

    /// <summary>Why the server must not start; null: it may.</summary>
    public static CommandException? Refusal(IConfiguration settings, bool inContainer)
    {
        var everywhere = (
            Urls(settings)?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []
        )
            .Concat(Endpoints(settings))
            .Where(address => !IsLoopback(address))
            .ToArray();
        if (everywhere.Length == 0)
            return null;
        var trusted = settings[Settings.TrustedBind];
        if (trusted == "container" && inContainer)
            return null;
        return new(
            "refuses-to-listen",
            trusted switch
            {
                null or "" =>
                    $"{everywhere[0]} can be reached from other machines and there is no authentication yet: listen on {Default}.",
                "container" =>
                    $"{everywhere[0]} can be reached from other machines: {Settings.TrustedBind}=container counts only inside a container.",
                _ =>
                    $"{Settings.TrustedBind} is container or is left out: {everywhere[0]} can be reached from other machines.",
            }
        );
    }

    /// <summary>Whether Kestrel listens only on this machine for this address; any host that is no address and not localhost it takes for all.</summary>
    public static bool IsLoopback(string address)
    {
        BindingAddress read;
        try
        {
            read = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return false;
        }
        if (read.IsUnixPipe)
            return true;
        if (read.IsNamedPipe)
            return false;
        return read.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(read.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    private static IEnumerable<string> Ports(IConfiguration settings, string scheme) =>
        (settings[$"{scheme}_ports"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => $"{scheme}://*:{port}");

    private static IEnumerable<string> Endpoints(IConfiguration settings) =>
        settings
            .GetSection("Kestrel:Endpoints")
            .GetChildren()
            .Select(endpoint => endpoint["Url"] ?? $"endpoint {endpoint.Key}");
}
