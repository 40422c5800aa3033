using System.Globalization;
using System.Text;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>A statement that returns no rows, with its values.</summary>
/// <param name="Sql">A <c>?</c> stands for each of <paramref name="Parameters"/>, in order, as Marten has it; for nothing else.</param>
public sealed record Statement(string Sql, object[] Parameters)
{
    /// <summary>One statement that does what these do, at once and in no order: none may rest on what another does, or begin with <c>with</c>.</summary>
    /// <remarks>For the server to begin and end once, and for it to be told so once.</remarks>
    /// <param name="statements">At least one.</param>
    public static Statement Together(params IReadOnlyList<Statement> statements)
    {
        if (statements is [var only])
            return only;
        var text = new StringBuilder("with ");
        for (var i = 0; i < statements.Count - 1; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}s{i} as ({statements[i].Sql})");
        text.Append(' ').Append(statements[^1].Sql);
        return new(text.ToString(), [.. statements.SelectMany(statement => statement.Parameters)]);
    }

    /// <summary>The same for Npgsql, whose placeholders are numbered.</summary>
    public NpgsqlBatchCommand ForNpgsql()
    {
        var text = new StringBuilder(Sql.Length + 32);
        var number = 0;
        var rest = Sql.AsSpan();
        for (int at; (at = rest.IndexOf('?')) >= 0; rest = rest[(at + 1)..])
            text.Append(rest[..at]).Append(CultureInfo.InvariantCulture, $"${++number}");
        var command = new NpgsqlBatchCommand(text.Append(rest).ToString());
        foreach (var parameter in Parameters)
            command.Parameters.Add(new() { Value = parameter });
        return command;
    }

    /// <summary>Longer than the server lets a statement run, so that it is the server that says why it ended.</summary>
    public const int Seconds = 90;

    /// <summary>Runs them in one round trip; none: no round trip.</summary>
    /// <param name="unlimited">They may take as long as they need: in a migration.</param>
    public static async Task RunAsync(
        NpgsqlConnection connection,
        IEnumerable<Statement> statements,
        CancellationToken ct,
        bool unlimited = false
    )
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = unlimited ? 0 : Seconds };
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement.ForNpgsql());
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(ct);
    }
}
