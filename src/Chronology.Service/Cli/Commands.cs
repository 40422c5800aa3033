using Chronology.Service.Store;
using Chronology.Service.Web;

namespace Chronology.Service.Cli;

/// <summary>The command line.</summary>
public static class Commands
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var source = Database.Connect(Environment.GetEnvironmentVariable("CHRONOLOGY_DB")!);
        await Migrations.ApplyAsync(source, CancellationToken.None);
        builder.AddChronologyWeb();
        builder.Services.AddChronology(source);
        var app = builder.Build();
        app.MapChronology();
        await app.RunAsync();
        return 0;
    }
}
