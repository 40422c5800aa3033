using Chronology.Service.Store;
using Chronology.Service.Store.Embedded;
using Npgsql;

namespace Chronology.Service.Cli;

/// <summary>How a command ended.</summary>
public static class Exit
{
    public const int Done = 0;

    /// <summary>Refused: something in the request has to change.</summary>
    public const int Refused = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>Something around the command is broken or out of reach.</summary>
    public const int Fault = 3;
}

/// <summary>A command cannot be carried out for a reason that its user can mend.</summary>
/// <param name="code">Kebab-case, stable.</param>
/// <param name="message">One sentence.</param>
public sealed class CommandException(string code, string message, int exit = Exit.Fault) : Exception(message)
{
    public string Code { get; } = code;

    public int Exit { get; } = exit;
}

/// <summary>Exceptions as one sentence for the person at the keyboard.</summary>
public static class Faults
{
    public static (string Code, string Detail, int Exit) Tell(Exception fault) =>
        fault switch
        {
            CommandException told => (told.Code, told.Message, told.Exit),
            AnswerDoesNotMatchException differs => (AnswerDoesNotMatchException.Code, differs.Message, Exit.Fault),
            BrokenBeforeCommitException { InnerException: { } inner } => Tell(inner),
            EmbeddedPostgresException embedded => ("unavailable", embedded.Message, Exit.Fault),
            PostgresException
            {
                SqlState: ['2', '8', ..] or ['3', 'D', ..] or ['5', '7', ..] or ['5', '3', ..]
            } refused => (
                "unavailable",
                $"The database does not let chronology in: {refused.MessageText}.",
                Exit.Fault
            ),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused => (
                "unavailable",
                $"The database's user may not do that: {refused.MessageText}.",
                Exit.Fault
            ),
            PostgresException broken => (
                "fault",
                $"The database reports {broken.SqlState}: {broken.MessageText}.",
                Exit.Fault
            ),
            NpgsqlException or TimeoutException => (
                "unavailable",
                $"The database cannot be reached: {Chain(fault)}.",
                Exit.Fault
            ),
            Marten.Exceptions.MartenCommandException { InnerException: { } inner } => Tell(inner),
            OperationCanceledException => ("interrupted", "Stopped before it was done.", Exit.Fault),
            IOException or UnauthorizedAccessException => ("fault", $"{Line(fault)}.", Exit.Fault),
            _ => ("fault", $"Something is broken in chronology ({fault.GetType().Name}: {Line(fault)}).", Exit.Fault),
        };

    private static string Chain(Exception fault) =>
        fault.InnerException is { } inner ? $"{Line(fault)}: {Line(inner)}" : Line(fault);

    private static string Line(Exception fault) => fault.Message.Split('\n')[0].Trim().TrimEnd('.');
}
