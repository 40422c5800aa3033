using System.Text.RegularExpressions;

namespace Chronology.Service.Cli;

/// <summary>The settings of every verb: appsettings.json beside the program, the environment, arguments, the later over the earlier.</summary>
public static partial class Settings
{
    public const string Database = "CHRONOLOGY_DB";
    public const string DefaultChronology = "CHRONOLOGY_CHRONOLOGY";
    public const string TrustedBind = "CHRONOLOGY_TRUSTED_BIND";

    /// <summary>The same as the server's, without a server.</summary>
    /// <param name="given">Arguments that are settings, each as <c>--name=value</c>.</param>
    public static IConfigurationRoot Read(Surroundings around, string[] given)
    {
        var hosting = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables("DOTNET_")
            .AddCommandLine(given)
            .Build();
        return new ConfigurationBuilder()
            .SetBasePath(hosting[WebHostDefaults.ContentRootKey] ?? AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddJsonFile(
                $"appsettings.{hosting[WebHostDefaults.EnvironmentKey] ?? Environments.Production}.json",
                optional: true,
                reloadOnChange: false
            )
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .AddCommandLine(given)
            .AddInMemoryCollection(around.Settings)
            .Build();
    }

    /// <summary>Parts arguments that are settings, as ASP.NET Core takes them (<c>--urls X</c>, <c>--Kestrel:Endpoints:A:Url=X</c>,
    /// <c>--CHRONOLOGY_DB=X</c>), from those that are the verb's.</summary>
    /// <returns>The settings each as <c>--name=value</c>.</returns>
    public static (string[] Settings, string[] Verb) Part(IReadOnlyList<string> args)
    {
        var settings = new List<string>();
        var rest = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--")
            {
                rest.AddRange(args.Skip(i));
                break;
            }
            var name = SettingName().Match(args[i]);
            if (!name.Success)
                rest.Add(args[i]);
            else if (name.Length < args[i].Length)
                settings.Add(args[i]);
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                settings.Add($"{args[i]}={args[++i]}");
            else
                rest.Add(args[i]);
        }
        return ([.. settings], [.. rest]);
    }

    [GeneratedRegex(
        "^--(urls|environment|contentRoot|https?_ports|AllowedHosts|(CHRONOLOGY|OTEL)_[A-Z_]+|[A-Za-z][A-Za-z0-9_.]*(:[A-Za-z0-9_.]+)+)(=|$)",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex SettingName();

    /// <summary>One line an entry, on the standard error stream.</summary>
    /// <param name="least">What is logged where the settings do not say.</param>
    public static ILoggingBuilder AddLines(this ILoggingBuilder logging, IConfiguration settings, LogLevel least)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        logging.AddConfiguration(settings.GetSection("Logging"));
        // What it would log, the command tells in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddSimpleConsole(lines =>
        {
            lines.SingleLine = true;
            lines.UseUtcTimestamp = true;
            lines.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            lines.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace
        );
        return logging;
    }
}
