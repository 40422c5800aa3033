using System.CommandLine;
using Chronology.Recording;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Store.Embedded;
using Chronology.Service.Web;
using MediatR;
using Microsoft.AspNetCore.Connections;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology serve</c>: the HTTP service, until it is asked to stop.</summary>
public static class ServeVerb
{
    public static Verb Of(Run run)
    {
        var command = new Command(
            "serve",
            $"Serve the page and the API on {Addresses.Default} (also without a verb). Settings are arguments too: --urls http://127.0.0.1:8080"
        );
        command.SetAction((_, ct) => RunAsync(run, ct));
        return new(command, "chronology serve", "chronology serve --urls http://127.0.0.1:8080");
    }

    public static async Task<int> RunAsync(Run run, CancellationToken ct)
    {
        var around = run.Around;
        var builder = Builder(around, run.Given);
        var settings = builder.Configuration;
        if (Addresses.Refusal(settings, around.InContainer) is { } refusal)
            throw refusal;
        if (Addresses.Urls(settings) is { } urls)
            builder.WebHost.UseUrls(urls);
        using var logs = LoggerFactory.Create(logging => logging.AddLines(settings, LogLevel.Information));
        await using var database = await OpenedDatabase.OpenAsync(settings, logs.CreateLogger<EmbeddedPostgres>(), ct);
        await database.RequireMigratedAsync(ct);
        builder.Services.AddSingleton(around.Clock);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.AddObserving().AddChronologyWeb();
        builder.Services.AddChronology(database.Source);
        await using var app = builder.Build();
        app.MapChronology();
        var sender = app.Services.GetRequiredService<ISender>();
        if (database.IsEmbedded)
            await Shipped.ImportAsync(sender, ct);
        await StartAsync(app, ct);
        await GreetAsync(around, app.Urls, sender, ct);
        await app.WaitForShutdownAsync(ct);
        return Exit.Done;
    }

    private static WebApplicationBuilder Builder(Surroundings around, string[] given)
    {
        var hosting = Settings.Read(around, given);
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                Args = given,
                ApplicationName = typeof(ServeVerb).Assembly.GetName().Name,
                // The settings and files that ship with the program, from wherever it is started.
                ContentRootPath = hosting[WebHostDefaults.ContentRootKey] ?? AppContext.BaseDirectory,
            }
        );
        builder.Configuration.AddInMemoryCollection(around.Settings);
        builder.Logging.AddLines(builder.Configuration, LogLevel.Information);
        return builder;
    }

    private static async Task StartAsync(WebApplication app, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new CommandException(
                "address-in-use",
                $"Another program listens there ({taken.Message.TrimEnd('.')}): end it, or choose another port with --urls http://127.0.0.1:PORT."
            );
        }
        catch (System.Net.Sockets.SocketException denied)
        {
            throw new CommandException("address-unusable", $"The server cannot listen there: {denied.Message}.");
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
        {
            throw new CommandException(
                "invalid-setting",
                $"The server cannot listen as the settings say: {unreadable.Message.Split('\n')[0].Trim()}"
            );
        }
    }

    /// <summary>The address, and one question on both axes with its answers.</summary>
    private static async Task GreetAsync(
        Surroundings around,
        IEnumerable<string> addresses,
        ISender sender,
        CancellationToken ct
    )
    {
        var console = around.Screen();
        var address = addresses.FirstOrDefault() ?? Addresses.Default;
        Tables.Say(
            console,
            $"Chronology listens on {string.Join(", ", addresses)}; its questions are described at {address}/docs."
        );
        if ((await sender.Send(new HeadingOf(Shipped.Slug), ct)).IsOk)
            await WorkAsync(around, address, sender, ct);
        Tables.Say(console, "Ctrl-C stops it.");
    }

    private static async Task WorkAsync(Surroundings around, string address, ISender sender, CancellationToken ct)
    {
        const string Day = "1974-07-01";
        var console = around.Screen();
        var history = await sender.Send(
            new HistoryOfFact(Shipped.Slug, "representation", "plo", "ussr", null, null, new(Day, null)),
            ct
        );
        if (history.Rejection is not null || history.Value.History.Count == 0)
            return;
        Tables.Say(console, $"What was the PLO's representation in Moscow on {Day}?");
        var changedAt = history.Value.History[^1].Position;
        if (history.Value.History.Count > 1)
            await TellAsync(
                (changedAt - 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
                "before the correction"
            );
        await TellAsync(null, "now");
        Tables.Say(
            console,
            $"  {address}/api/chronologies/{Shipped.Slug}/facts?kind=representation&holder=plo&toward=ussr&asOf={Day}"
        );

        async Task TellAsync(string? knownAt, string when)
        {
            var answer = await sender.Send(
                new FactsOnADay(Shipped.Slug, "representation", "plo", "ussr", null, null, new Axes(Day, knownAt)),
                ct
            );
            if (answer.Rejection is not null)
                return;
            var told = answer.Value.Facts is [var fact, ..]
                ? $"{Tables.Told(fact)}, because of {string.Join(", ", fact.Because.Select(Tables.Because))}"
                : "none";
            Tables.Say(console, $"  as known at {answer.Value.Basis.KnownAt.Position} ({when}): {told}");
        }
    }
}
