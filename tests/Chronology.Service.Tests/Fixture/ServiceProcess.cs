using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Chronology.Service.Tests;

/// <summary>The service over a migrated database in a process of its own, until it is killed.</summary>
/// <remarks>It is this test program, started with a variable that makes it do that in place of running tests.</remarks>
public sealed class ServiceProcess : IDisposable
{
    private const string Variable = "CHRONOLOGY_TEST_SERVES";
    private const string Abroad = "CHRONOLOGY_TEST_ABROAD";
    private readonly Process process;

    private ServiceProcess(Process process, string address)
    {
        this.process = process;
        Client = new() { BaseAddress = new(address) };
    }

    public HttpClient Client { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static Task<ServiceProcess> StartAsync(string connectionString) =>
        StartAsync(connectionString, timeZone: null);

    /// <summary>Starts it where that is the time zone and numbers and dates are written in a way of their own.</summary>
    public static Task<ServiceProcess> StartAbroadAsync(string connectionString, string timeZone) =>
        StartAsync(connectionString, timeZone);

    private static async Task<ServiceProcess> StartAsync(string connectionString, string? timeZone)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment[Variable] = connectionString;
        if (timeZone is not null)
        {
            start.Environment[Abroad] = "1";
            start.Environment["TZ"] = timeZone;
            start.Environment["LC_ALL"] = start.Environment["LANG"] = "tr_TR.UTF-8";
        }
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(ServiceProcess).Assembly.Location);
        var started = Process.Start(start)!;
        return new(started, (await started.StandardOutput.ReadLineAsync())!);
    }

    /// <summary>Kills it in the way that leaves a process no last word.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        Client.Dispose();
        process.Kill();
        process.Dispose();
    }

    // Nothing of this assembly may run on another thread before its initializers have ended: only the service's own code does.
    [ModuleInitializer]
    internal static void ServeWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } connectionString)
            return;
        if (Environment.GetEnvironmentVariable(Abroad) is { Length: > 0 })
            CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = OddCulture();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddChronologyWeb();
        builder.Services.AddChronology(Database.Connect(connectionString));
        var app = builder.Build();
        app.MapChronology();
        ((IAsyncResult)app.StartAsync()).AsyncWaitHandle.WaitOne();
        Console.WriteLine(app.Urls.Single());
        Console.Out.Flush();
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne();
    }

    // The build knows no culture by name, so that a system's cannot matter: this is what could be set all the same.
    private static CultureInfo OddCulture()
    {
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberDecimalSeparator = ",";
        odd.NumberFormat.NumberGroupSeparator = ".";
        odd.NumberFormat.NegativeSign = "~";
        odd.NumberFormat.PositiveSign = "#";
        odd.DateTimeFormat.DateSeparator = odd.DateTimeFormat.TimeSeparator = "_";
        odd.DateTimeFormat.ShortDatePattern = "dd/MM/yyyy";
        odd.DateTimeFormat.LongTimePattern = "ss:mm:HH";
        return odd;
    }
}
