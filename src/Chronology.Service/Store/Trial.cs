using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Changes that are made for one reader only, and undone when it is disposed: nothing is recorded, no position is taken.</summary>
/// <remarks>From the first order on the head is locked until then, so whatever it takes to try is got ready before.</remarks>
public sealed class Trial(
    NpgsqlTransaction transaction,
    Func<NpgsqlTransaction, IReadOnlyList<Order>, bool, Task<Result<IReadOnlyList<Outcome>>>> write
) : IAsyncDisposable
{
    private readonly NpgsqlConnection connection = transaction.Connection!;

    /// <summary>Sees what has been appended.</summary>
    public Reading Reading { get; } = Reading.Within(transaction);

    /// <summary>As <see cref="Writer.AppendAsync"/>.</summary>
    public Task<Result<IReadOnlyList<Outcome>>> AppendAsync(IReadOnlyList<Order> orders, bool allOrNothing) =>
        write(transaction, orders, allOrNothing);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
