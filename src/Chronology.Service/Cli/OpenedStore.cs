using Chronology.Recording;
using Chronology.Service.Catalogue;
using Chronology.Service.Import;
using Chronology.Service.Store;
using Chronology.Service.Store.Embedded;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Cli;

/// <summary>The database that the settings name: by <c>CHRONOLOGY_DB</c>, or else the user's embedded cluster.</summary>
public sealed class OpenedDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? embedded;

    private OpenedDatabase(NpgsqlDataSource source, EmbeddedPostgres? embedded)
    {
        Source = source;
        this.embedded = embedded;
    }

    public NpgsqlDataSource Source { get; }

    public bool IsEmbedded => embedded is not null;

    /// <summary>Opens it without looking whether it is migrated; a named one is not connected to yet.</summary>
    public static async Task<OpenedDatabase> OpenAsync(IConfiguration settings, ILogger logger, CancellationToken ct)
    {
        if (settings[Settings.Database] is { Length: > 0 } named)
        {
            try
            {
                return new(Database.Connect(named), null);
            }
            catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
            {
                throw new CommandException(
                    "invalid-setting",
                    $"{Settings.Database} is no connection string such as \"Host=127.0.0.1;Database=chronology;Username=chronology\"."
                );
            }
        }
        var cluster = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.From(settings), logger, ct);
        return new(Database.Connect(cluster.ConnectionString), cluster);
    }

    /// <summary>Brings an embedded cluster up to date; a named database has to be so already.</summary>
    /// <exception cref="CommandException">Migrations are pending on a named database.</exception>
    public async Task RequireMigratedAsync(CancellationToken ct)
    {
        var pending = await PendingAsync(Source, ct);
        if (pending.Count == 0)
            return;
        if (!IsEmbedded)
            throw new CommandException(
                "migrations-pending",
                $"The database lacks {string.Join(", ", pending.Select(migration => migration.Name))}: run chronology migrate."
            );
        await Migrations.ApplyAsync(Source, ct);
    }

    /// <summary>As <see cref="Migrations.PendingAsync(NpgsqlDataSource, CancellationToken)"/>, its refusal told.</summary>
    public static async Task<IReadOnlyList<Migrations.Migration>> PendingAsync(
        NpgsqlDataSource source,
        CancellationToken ct
    )
    {
        try
        {
            return await Migrations.PendingAsync(source, ct);
        }
        catch (InvalidOperationException newer) when (newer is not ObjectDisposedException)
        {
            throw new CommandException("database-is-newer", newer.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (embedded is not null)
            await embedded.DisposeAsync();
    }
}

/// <summary>A migrated database with the requests on top of it.</summary>
public sealed class OpenedStore : IAsyncDisposable
{
    private readonly OpenedDatabase database;
    private readonly ServiceProvider services;

    private OpenedStore(OpenedDatabase database, ServiceProvider services, IConfiguration settings)
    {
        this.database = database;
        this.services = services;
        Configuration = settings;
    }

    public ISender Sender => services.GetRequiredService<ISender>();

    public IConfiguration Configuration { get; }

    public bool IsEmbedded => database.IsEmbedded;

    public static async Task<OpenedStore> OpenAsync(Surroundings around, string[] given)
    {
        var settings = Settings.Read(around, given);
        var registered = new ServiceCollection()
            .AddSingleton<IConfiguration>(settings)
            .AddSingleton(around.Clock)
            .AddLogging(logging => logging.AddLines(settings, LogLevel.Warning));
        OpenedDatabase opened;
        await using (var first = registered.BuildServiceProvider())
        {
            var logger = first.GetRequiredService<ILogger<EmbeddedPostgres>>();
            opened = await OpenedDatabase.OpenAsync(settings, logger, around.Stopping);
        }
        try
        {
            await opened.RequireMigratedAsync(around.Stopping);
            var requests = registered.AddChronology(opened.Source).BuildServiceProvider();
            return new(opened, requests, settings);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>The chronology that a command is about: named, or set, or the only one there is.</summary>
    public async Task<Result<string>> ChronologyAsync(string? named, CancellationToken ct)
    {
        if ((named ?? Configuration[Settings.DefaultChronology]) is { Length: > 0 } slug)
            return slug;
        var all = (await Sender.Send(new AllChronologies(), ct)).Value.Chronologies;
        return all switch
        {
            [] => new Rejection(
                "no-such-chronology",
                "There is no chronology yet: begin one with chronology create, or with chronology import."
            ),
            [var only] => only.Slug,
            _ => throw new CommandException(
                "which-chronology",
                $"There are several chronologies, say which one with -c: {string.Join(", ", all.Select(card => card.Slug))}.",
                Exit.Usage
            ),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}

/// <summary>The worked chronology that ships with the product.</summary>
public static class Shipped
{
    public const string Slug = "palestine-russia";
    private const string Resource = "data/palestine-russia.chronology.jsonl";

    /// <summary>Imports it where there is no chronology at all, so that a first question has an answer.</summary>
    public static async Task ImportIntoEmptyAsync(ISender sender, CancellationToken ct)
    {
        var all = (await sender.Send(new AllChronologies(), ct)).Value.Chronologies;
        if (all.Count == 0 || all is [{ Slug: Slug }])
            await ImportAsync(sender, ct);
    }

    /// <summary>Imports it where it is missing, or where an earlier import was cut short: every line carries its revision.</summary>
    public static async Task ImportAsync(ISender sender, CancellationToken ct)
    {
        var there = await sender.Send(new HeadingOf(Slug), ct);
        var content = await ReadAsync(ct);
        var records = content.Count((byte)'\n') - 1;
        if (there.IsOk && there.Value.Position >= records)
            return;
        using var lines = new MemoryStream(content, writable: false);
        var report = await ImportVerb.ImportAsync(
            sender,
            Slug,
            lines,
            strict: false,
            new Caller("chronology", "shipped"),
            progress: null,
            ct
        );
        if (report.Rejection is { } rejection)
            throw new InvalidOperationException(rejection.Detail);
    }

    private static async Task<byte[]> ReadAsync(CancellationToken ct)
    {
        await using var resource = typeof(Shipped).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[resource.Length];
        await resource.ReadExactlyAsync(bytes, ct);
        return bytes;
    }
}
