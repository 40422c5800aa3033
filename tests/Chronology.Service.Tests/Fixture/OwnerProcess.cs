using System.Diagnostics;
using System.Runtime.CompilerServices;
using Chronology.Service.Store.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chronology.Service.Tests;

/// <summary>Another process that uses the cluster of a data folder until it is killed.</summary>
/// <remarks>It is this test program, started with a variable that makes it do that in place of running tests.</remarks>
public sealed class OwnerProcess : IDisposable
{
    private const string Variable = "CHRONOLOGY_TEST_OWNS";
    private readonly Process process;

    private OwnerProcess(Process process) => this.process = process;

    /// <summary>Starts it and waits until it has the cluster.</summary>
    public static async Task<OwnerProcess> StartAsync(string dataFolder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment[Variable] = dataFolder;
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OwnerProcess).Assembly.Location);
        }
        var owner = new OwnerProcess(Process.Start(start)!);
        Assert.Equal("owning", await owner.process.StandardOutput.ReadLineAsync());
        return owner;
    }

    /// <summary>Kills it in the way that leaves a process no last word.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    [ModuleInitializer]
    internal static void OwnWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } dataFolder)
        {
            return;
        }
        var options = new EmbeddedPostgresOptions { DataFolder = dataFolder };
        var starting = EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        ((IAsyncResult)starting).AsyncWaitHandle.WaitOne();
        Console.WriteLine(starting.IsCompletedSuccessfully ? "owning" : starting.Exception!.Message);
        Console.Out.Flush();
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne();
    }
}
