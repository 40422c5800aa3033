namespace Chronology.Recording;

/// <summary>Why a request was refused, in a form that its sender can act on. A value, never thrown.</summary>
/// <param name="Code">Stable, kebab-case, one of the contract's codes.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Pointer">RFC 6901 pointer into the request's body, or null where none applies.</param>
public sealed record Rejection(string Code, string Detail, string? Pointer = null);

/// <summary>An answer that can be a rejection instead.</summary>
public interface IRefusable<out TSelf>
{
    static abstract TSelf Refused(Rejection rejection);
}

/// <summary>A value, or the rejection that stands in its place.</summary>
public readonly record struct Result<T> : IRefusable<Result<T>>
{
    private readonly T? value;

    private Result(T? value, Rejection? rejection) => (this.value, Rejection) = (value, rejection);

    /// <summary>Null exactly when there is a value.</summary>
    public Rejection? Rejection { get; }

    public bool IsOk => Rejection is null;

    /// <exception cref="InvalidOperationException">This is a rejection.</exception>
    public T Value =>
        Rejection is null ? value! : throw new InvalidOperationException($"{Rejection.Code}: {Rejection.Detail}");

    public Result<TOut> Then<TOut>(Func<T, Result<TOut>> next) => Rejection is null ? next(value!) : Rejection;

    public Result<TOut> Map<TOut>(Func<T, TOut> map) => Rejection is null ? map(value!) : Rejection;

    public static Result<T> Refused(Rejection rejection) => rejection;

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Rejection rejection) => new(default, rejection);
}
