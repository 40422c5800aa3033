using System.Diagnostics;
using Chronology.Recording;
using MediatR;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>A request that the service itself tries again when the store, not the author, is in the way.</summary>
public interface IRetried;

/// <summary>Repeats a request from the decision on after a conflict or a lost connection that another try can mend.</summary>
public sealed class Retrying<TRequest, TResponse>(TimeProvider clock) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    public Task<TResponse> Handle(
        TRequest request,
        RequestHandlerDelegate<TResponse> next,
        CancellationToken cancellationToken
    ) => request is IRetried ? Retries.RunAsync(() => next(), clock, cancellationToken) : next();
}

/// <summary>What the store fails at for a moment only is done again.</summary>
/// <remarks>At once the first time, then after longer and longer pauses: 1.4 seconds in all.</remarks>
public static class Retries
{
    public const int Tries = 5;

    /// <param name="task">Decides anew each time.</param>
    public static async Task<T> RunAsync<T>(Func<Task<T>> task, TimeProvider clock, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await task();
            }
            catch (Exception fault) when (attempt < Tries && Mendable(fault))
            {
                Activity.Current?.AddEvent(new("retried"));
            }
            if (attempt > 1)
                await Task.Delay(TimeSpan.FromMilliseconds(100 << (attempt - 1)), clock, ct);
        }
    }

    /// <summary>Conflicts of transactions, a stream that two began at once, a server that goes, comes or is full and said so before
    /// it committed, and connections that broke before the commit was sent.
    /// A commit whose answer was lost is the author's to ask about: it may stand.</summary>
    private static bool Mendable(Exception fault) =>
        fault switch
        {
            BrokenBeforeCommitException => true,
            PostgresException
            {
                SqlState: PostgresErrorCodes.SerializationFailure
                    or PostgresErrorCodes.DeadlockDetected
                    or PostgresErrorCodes.UniqueViolation
                    or PostgresErrorCodes.LockNotAvailable
                    or PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.TooManyConnections
            } => true,
            Marten.Exceptions.MartenCommandException { InnerException: { } inner } => Mendable(inner),
            Marten.Exceptions.ExistingStreamIdCollisionException => true,
            JasperFx.Events.EventStreamUnexpectedMaxEventIdException => true,
            _ => false,
        };
}

/// <summary>A request that can tell by itself, before anything is read, what is wrong with it.</summary>
public interface IValidated
{
    /// <summary>Null: nothing is.</summary>
    Rejection? Refusal();
}

/// <summary>Refuses what is wrong by itself, whoever sent it: HTTP, command line or page.</summary>
public sealed class Validating<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IValidated
    where TResponse : IRefusable<TResponse>
{
    public async Task<TResponse> Handle(
        TRequest request,
        RequestHandlerDelegate<TResponse> next,
        CancellationToken cancellationToken
    ) => request.Refusal() is { } rejection ? TResponse.Refused(rejection) : await next();
}

/// <summary>One span a request, named after it.</summary>
public sealed class Tracing<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    public async Task<TResponse> Handle(
        TRequest request,
        RequestHandlerDelegate<TResponse> next,
        CancellationToken cancellationToken
    )
    {
        using var activity = Telemetry.Source.StartActivity(typeof(TRequest).Name);
        return await next();
    }
}

public static class Telemetry
{
    public const string Name = "Chronology";

    public static ActivitySource Source { get; } = new(Name);
}

/// <summary>The connection was lost while nothing had been committed: the same order can safely be tried again.</summary>
public sealed class BrokenBeforeCommitException(Exception inner) : Exception(inner.Message, inner);
