using System.Diagnostics;
using Chronology.Recording;
using MediatR;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>A request that the service itself tries again when the store, not the author, is in the way.</summary>
public interface IRetried;

/// <summary>Repeats a request from the decision on after a conflict or a lost connection that another try can mend.</summary>
public sealed class Retrying<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    public const int Tries = 5;

    public async Task<TResponse> Handle(
        TRequest request,
        RequestHandlerDelegate<TResponse> next,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await next();
            }
            catch (Exception fault) when (request is IRetried && attempt < Tries && Mendable(fault))
            {
                Activity.Current?.AddEvent(new("retried"));
            }
        }
    }

    /// <summary>Conflicts of transactions, a stream that two began at once, and connections that broke before the commit was sent.
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
