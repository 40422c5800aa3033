namespace Chronology.Service.Tests;

/// <summary>The migrated database of one test class: take it as a class fixture.</summary>
public sealed class TestDatabase(TestServer server) : IAsyncLifetime
{
    /// <summary>Connects with the right to everything in this database.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync() => ConnectionString = await server.CreateMigratedDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (ConnectionString.Length > 0)
        {
            await server.DropDatabaseAsync(ConnectionString);
        }
    }
}
