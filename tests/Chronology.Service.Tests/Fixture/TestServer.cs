using System.Security.Cryptography;
using Chronology.Service.Store.Embedded;
using Chronology.Service.Tests;
using DotNet.Testcontainers.Builders;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Testcontainers.PostgreSql;

[assembly: AssemblyFixture(typeof(TestServer))]

namespace Chronology.Service.Tests;

/// <summary>The PostgreSQL server of a test run, started when the first test asks for a database.</summary>
/// <remarks>
/// <c>CHRONOLOGY_TEST_DB</c> (a connection string) names one; else a container, where Docker answers; else a private cluster.
/// <c>CHRONOLOGY_TEST_REQUIRE_DOCKER=1</c> turns not having a container into a failure.
/// </remarks>
public sealed class TestServer : IAsyncLifetime
{
    private const string Ways =
        "The tests need PostgreSQL: set CHRONOLOGY_TEST_DB to a connection string, start Docker, or install PostgreSQL.";

    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly string run = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly List<string> created = [];
    private IAsyncDisposable? started;
    private string? server;
    private string? template;
    private int databases;

    /// <summary>Brings an empty database (by its connection string) to the schema that the tests expect; null leaves it empty.</summary>
    /// <remarks>Set it in a module initializer. It runs once, on the database that the others are copied from.</remarks>
    public static Func<string, CancellationToken, Task>? Migrate { get; set; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes a database and gives its connection string.</summary>
    /// <param name="template">The name of a database to copy, to which nobody may be connected; null makes an empty one.</param>
    public Task<string> CreateDatabaseAsync(string? template) => CreateAsync($"template {template ?? "template0"}");

    /// <summary>Makes a migrated database that sorts and folds texts as a language does.</summary>
    /// <param name="locale">Of ICU, such as <c>tr-TR</c>.</param>
    public async Task<string> CreateMigratedDatabaseAsync(string locale)
    {
        var made = await CreateAsync(
            $"template template0 encoding 'UTF8' locale_provider icu icu_locale '{locale}' lc_collate 'C' lc_ctype 'C'"
        );
        await Migrate!(made, TestContext.Current.CancellationToken);
        return made;
    }

    private async Task<string> CreateAsync(string options)
    {
        await starting.WaitAsync();
        try
        {
            server ??= await StartAsync();
        }
        finally
        {
            starting.Release();
        }
        var name = $"test_{run}_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"create database {name} {options}");
        lock (created)
        {
            created.Add(name);
        }
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    /// <summary>Makes a migrated database and gives its connection string.</summary>
    public async Task<string> CreateMigratedDatabaseAsync()
    {
        if (Migrate is not { } migrate)
        {
            return await CreateDatabaseAsync(template: null);
        }
        if (template is null)
        {
            var empty = new NpgsqlConnectionStringBuilder(await CreateDatabaseAsync(template: null))
            {
                Pooling = false,
            };
            await starting.WaitAsync();
            try
            {
                if (template is null)
                {
                    await migrate(empty.ConnectionString, TestContext.Current.CancellationToken);
                    template = empty.Database;
                }
            }
            finally
            {
                starting.Release();
            }
        }
        return await CreateDatabaseAsync(template);
    }

    /// <summary>Drops a database that this server made, whoever is connected.</summary>
    public async Task DropDatabaseAsync(string connectionString)
    {
        NpgsqlConnection.ClearPool(new NpgsqlConnection(connectionString));
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await ExecuteAsync($"drop database if exists {name} with (force)");
        lock (created)
        {
            created.Remove(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (started is null && server is not null)
        {
            foreach (var name in created)
            {
                await ExecuteAsync($"drop database if exists {name} with (force)");
            }
        }
        if (started is not null)
        {
            await started.DisposeAsync();
        }
        starting.Dispose();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("CHRONOLOGY_TEST_DB") is { Length: > 0 } named)
        {
            Say($"the server of CHRONOLOGY_TEST_DB ({new NpgsqlConnectionStringBuilder(named).Host})");
            return named;
        }
        var image = Environment.GetEnvironmentVariable("TESTCONTAINERS_POSTGRES_IMAGE") is { Length: > 0 } set
            ? set
            : "postgres:18";
        string withoutDocker;
        try
        {
            var container = new PostgreSqlBuilder(image)
                .WithCommand("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
                .Build();
            started = container;
            await container.StartAsync();
            Say($"a container of {image}");
            return container.GetConnectionString();
        }
        catch (Exception failure)
        {
            if (Environment.GetEnvironmentVariable("CHRONOLOGY_TEST_REQUIRE_DOCKER") == "1")
            {
                throw new InvalidOperationException(
                    $"CHRONOLOGY_TEST_REQUIRE_DOCKER is set, but no container of {image} could be started.",
                    failure
                );
            }
            withoutDocker =
                failure is DockerUnavailableException
                    ? "Docker does not answer"
                    : $"no container of {image}: {failure.Message.Split('\n')[0]}";
        }
        try
        {
            var cluster = await ThrowawayCluster.StartAsync();
            started = cluster;
            Say($"a private cluster ({withoutDocker})");
            return cluster.ConnectionString;
        }
        catch (EmbeddedPostgresException failure)
        {
            throw new InvalidOperationException($"{Ways} ({withoutDocker}; {failure.Message})", failure);
        }
    }

    private static void Say(string which) => Console.Error.WriteLine($"PostgreSQL of this test run: {which}");

    private sealed class ThrowawayCluster(TemporaryFolder folder, EmbeddedPostgres postgres) : IAsyncDisposable
    {
        public string ConnectionString => postgres.ConnectionString;

        public static async Task<ThrowawayCluster> StartAsync()
        {
            var folder = new TemporaryFolder();
            try
            {
                var options = new EmbeddedPostgresOptions { DataFolder = folder.Path, Fsync = false };
                var postgres = await EmbeddedPostgres.StartAsync(
                    options,
                    NullLogger.Instance,
                    TestContext.Current.CancellationToken
                );
                return new ThrowawayCluster(folder, postgres);
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await postgres.DisposeAsync();
            folder.Dispose();
        }
    }
}
