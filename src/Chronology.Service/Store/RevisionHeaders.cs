using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Time;
using JasperFx.Events;

namespace Chronology.Service.Store;

/// <summary>What every domain event says, in Marten's headers, of the revision that it is part of.</summary>
/// <param name="RecordedAt">Microseconds since 1970-01-01 UTC.</param>
public sealed record RevisionHeaders(
    long Position,
    long RecordedAt,
    int Revision,
    Operation Operation,
    string Author,
    string? Via,
    Reason? Reason,
    ValueList<Citation> Citations
)
{
    public void WriteTo(IEvent stored)
    {
        stored.SetHeader("position", Position);
        stored.SetHeader("recordedAt", RecordedAt);
        stored.SetHeader("revision", Revision);
        stored.SetHeader("op", RecordJson.Word(Operation));
        stored.SetHeader("author", Author);
        if (Via is not null)
            stored.SetHeader("via", Via);
        if (Reason is not null)
            stored.SetHeader("reason", JsonSerializer.Serialize(Reason, RecordJson.Options));
        if (Citations.Count > 0)
            stored.SetHeader("citations", JsonSerializer.Serialize(Citations, RecordJson.Options));
    }

    /// <summary>Null for a first recording.</summary>
    public static Reason? ReasonOf(IEvent stored) =>
        stored.Headers?.TryGetValue("reason", out var value) == true
            ? JsonSerializer.Deserialize<Reason>(value.ToString()!, RecordJson.Options)
            : null;

    /// <summary>What supports the change itself.</summary>
    public static ValueList<Citation> CitationsOf(IEvent stored) =>
        stored.Headers?.TryGetValue("citations", out var value) == true
            ? JsonSerializer.Deserialize<ValueList<Citation>>(value.ToString()!, RecordJson.Options)!
            : [];

    /// <summary>The position alone: all that folding needs.</summary>
    /// <exception cref="InvalidOperationException">The event was appended by something other than this service.</exception>
    public static long PositionOf(IEvent stored) => Number(stored, "position");

    /// <summary>The day in UTC on which the revision was recorded.</summary>
    /// <exception cref="InvalidOperationException">The event was appended by something other than this service.</exception>
    public static Day RecordedOn(IEvent stored) => Day.Of(Instants.OfMicroseconds(Number(stored, "recordedAt")));

    private static long Number(IEvent stored, string header) =>
        stored.Headers?.TryGetValue(header, out var value) == true
            ? Convert.ToInt64(value.ToString(), CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"Event {stored.Id} carries no {header}.");
}
