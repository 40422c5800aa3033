using System.Diagnostics;
using Chronology.Service.Store.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Chronology.Service.Tests;

public sealed class UsingTheEmbeddedCluster : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Cluster => Path.Combine(folder.Path, "postgres");
    private string PidFile => Path.Combine(Cluster, "data", "postmaster.pid");

    [Fact]
    public async Task gives_a_utf8_database_that_waits_for_the_disk()
    {
        await using var postgres = await StartAsync(folder.Path);

        Assert.Equal("chronology", await AskAsync(postgres, "select current_database()"));
        Assert.Equal("UTF8", await AskAsync(postgres, "show server_encoding"));
        Assert.Equal("on", await AskAsync(postgres, "show fsync"));
        Assert.Equal("UTC", await AskAsync(postgres, "show timezone"));
        Assert.Equal("127.0.0.1", await AskAsync(postgres, "show listen_addresses"));
        Assert.False(postgres.IsAttached);
    }

    [Fact]
    public async Task asks_for_its_password()
    {
        await using var postgres = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
        {
            Password = "guess",
            Pooling = false,
        };

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(wrong.ConnectionString, "select 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(Cluster, "password"))
            );
        }
    }

    [Fact]
    public async Task stops_with_its_only_user()
    {
        var postgres = await StartAsync();
        await AskAsync(postgres, "select 1");

        await postgres.DisposeAsync();
        await postgres.DisposeAsync();

        Assert.False(File.Exists(PidFile));
        await Assert.ThrowsAsync<NpgsqlException>(() => AskAsync(Unpooled(postgres), "select 1"));
    }

    [Fact]
    public async Task keeps_its_data_over_a_restart()
    {
        await using (var first = await StartAsync())
        {
            await AskAsync(first, "create table kept as select 'so' as it_is");
        }

        await using var second = await StartAsync();

        Assert.Equal("so", await AskAsync(second, "select it_is from kept"));
    }

    [Fact]
    public async Task is_shared_by_a_second_user_and_stops_with_the_last()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        Assert.True(second.IsAttached);
        Assert.Equal(first.Port, second.Port);

        await first.DisposeAsync();
        Assert.Equal("1", await AskAsync(Unpooled(second), "select 1"));

        await second.DisposeAsync();
        Assert.False(File.Exists(PidFile));
    }

    [Fact]
    public async Task is_started_once_by_users_who_come_together()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync()));

        Assert.Single(users, user => !user.IsAttached);
        Assert.Single(users.Select(user => user.Port).Distinct());

        await Task.WhenAll(users.Select(user => user.DisposeAsync().AsTask()));
        Assert.False(File.Exists(PidFile));
    }

    [Fact]
    public async Task stops_when_its_only_user_is_killed_and_starts_again_with_its_data()
    {
        using var owner = await OwnerProcess.StartAsync(folder.Path);
        await using (var guest = await StartAsync())
        {
            await AskAsync(guest, "create table kept as select 'so' as it_is");
        }
        Assert.True(File.Exists(PidFile));

        await owner.KillAsync();
        await EventuallyAsync(() => !File.Exists(PidFile));

        await using var next = await StartAsync();
        Assert.False(next.IsAttached);
        Assert.Equal("so", await AskAsync(next, "select it_is from kept"));
    }

    [Fact]
    public async Task survives_the_killing_of_the_process_that_started_it()
    {
        using var owner = await OwnerProcess.StartAsync(folder.Path);
        await using var guest = await StartAsync();
        Assert.True(guest.IsAttached);

        await owner.KillAsync();
        await using var other = await StartAsync();

        Assert.True(other.IsAttached);
        Assert.Equal("1", await AskAsync(Unpooled(guest), "select 1"));
    }

    [Fact]
    public async Task can_be_started_right_after_its_user_was_killed()
    {
        using var owner = await OwnerProcess.StartAsync(folder.Path);
        await owner.KillAsync();

        await using var next = await StartAsync();

        Assert.Equal("1", await AskAsync(next, "select 1"));
    }

    [Fact]
    public async Task recovers_after_a_crash_of_the_server()
    {
        await using (var crashing = await StartAsync(folder.Path))
        {
            await AskAsync(crashing, "create table kept as select 'so' as it_is");
            using var server = Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(PidFile))[0]));
            server.Kill();
            await EventuallyAsync(() => server.HasExited);
        }
        Assert.True(File.Exists(PidFile));

        await using var next = await StartAsync();

        Assert.Equal("so", await AskAsync(next, "select it_is from kept"));
    }

    [Fact]
    public async Task is_not_misled_by_a_left_over_pid_that_now_is_another_process()
    {
        string[] pid;
        await using (await StartAsync())
        {
            pid = await File.ReadAllLinesAsync(PidFile);
        }
        pid[0] = $"{Environment.ProcessId}";
        await File.WriteAllLinesAsync(PidFile, pid);

        await using var next = await StartAsync();

        Assert.False(next.IsAttached);
        Assert.Equal("1", await AskAsync(next, "select 1"));
    }

    [Fact]
    public async Task begins_anew_where_making_the_cluster_was_interrupted()
    {
        Directory.CreateDirectory(Path.Combine(Cluster, "data.unfinished", "base"));

        await using var postgres = await StartAsync();

        Assert.Equal("1", await AskAsync(postgres, "select 1"));
    }

    [Fact]
    public async Task refuses_data_of_another_major_version()
    {
        await using (await StartAsync()) { }
        await File.WriteAllTextAsync(Path.Combine(Cluster, "data", "PG_VERSION"), "9\n");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);

        Assert.StartsWith("The data folder was made by PostgreSQL 9 but this machine has PostgreSQL ", refusal.Message);
    }

    [Fact]
    public async Task refuses_a_folder_that_cannot_be_written()
    {
        var file = Path.Combine(folder.Path, "a-file");
        await File.WriteAllTextAsync(file, "");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(file));

        Assert.StartsWith($"The data folder {file} cannot be written", refusal.Message);
        Assert.EndsWith("set CHRONOLOGY_DATA to another folder.", refusal.Message);
    }

    [Fact]
    public async Task refuses_a_folder_that_is_closed_to_the_user_of_the_server()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);

        Assert.EndsWith("set CHRONOLOGY_DATA to another folder.", refusal.Message);
    }

    [Fact]
    public async Task refuses_a_program_folder_without_programs()
    {
        var options = new EmbeddedPostgresOptions { DataFolder = folder.Path, BinFolder = folder.Path };

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(options));

        Assert.EndsWith("correct CHRONOLOGY_PG_BIN or leave it out.", refusal.Message);
    }

    [Fact]
    public async Task refuses_a_port_that_is_taken()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var options = new EmbeddedPostgresOptions { DataFolder = folder.Path, Port = port };

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(options));

        Assert.StartsWith($"PostgreSQL could not listen on port {port}", refusal.Message);
    }

    [Fact]
    public void is_where_the_settings_say()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("CHRONOLOGY_DATA", "here"), new("CHRONOLOGY_PG_BIN", "")])
            .Build();

        Assert.Equal(new EmbeddedPostgresOptions { DataFolder = "here" }, EmbeddedPostgresOptions.From(settings));
    }

    public void Dispose() => folder.Dispose();

    private Task<EmbeddedPostgres> StartAsync() =>
        StartAsync(new EmbeddedPostgresOptions { DataFolder = folder.Path, Fsync = false });

    private static Task<EmbeddedPostgres> StartAsync(string dataFolder) =>
        StartAsync(new EmbeddedPostgresOptions { DataFolder = dataFolder });

    private static Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options) =>
        EmbeddedPostgres.StartAsync(options, NullLogger.Instance, TestContext.Current.CancellationToken);

    private static string Unpooled(EmbeddedPostgres postgres) =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString;

    private static Task<string?> AskAsync(EmbeddedPostgres postgres, string sql) =>
        AskAsync(postgres.ConnectionString, sql);

    private static async Task<string?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var tries = 0; tries < 600 && !condition(); tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
        Assert.True(condition());
    }
}
