using System;
using System.Threading.Tasks;

namespace MediatR;

/// <summary>Allows for generic type constraints of objects implementing IRequest or IRequest{TResponse}.</summary>
public interface IBaseRequest { }

/// <summary>Marks a request with a void response.</summary>
public interface IRequest : IBaseRequest { }

/// <summary>Marks a request with a response.</summary>
public interface IRequest<out TResponse> : IBaseRequest { }

/// <summary>Marks a notification.</summary>
public interface INotification { }

/// <summary>Marks a request with a streaming response.</summary>
public interface IStreamRequest<out TResponse> { }

/// <summary>A void type, since <see cref="Void"/> is not a valid return type in C#.</summary>
public readonly struct Unit : IEquatable<Unit>, IComparable<Unit>, IComparable
{
    private static readonly Unit _value;

    /// <summary>The only value.</summary>
    public static ref readonly Unit Value => ref _value;

    /// <summary>A completed task of the only value.</summary>
    public static Task<Unit> Task { get; } = System.Threading.Tasks.Task.FromResult(_value);

    public int CompareTo(Unit other) => 0;

    int IComparable.CompareTo(object? obj) => 0;

    public override int GetHashCode() => 0;

    public bool Equals(Unit other) => true;

    public override bool Equals(object? obj) => obj is Unit;

    public static bool operator ==(Unit first, Unit second) => true;

    public static bool operator !=(Unit first, Unit second) => false;

    public override string ToString() => "()";
}
