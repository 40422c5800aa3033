using System.Text.Json.Serialization.Metadata;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Service.Store;

/// <summary>A date in an answer. Days are ISO 8601, null where unbounded; the six last members are there for extents, and only for them.</summary>
public sealed record DateAnswer(
    string? Edtf,
    string? AsWritten,
    string Calendar,
    string Reading,
    string? Earliest,
    string? Latest,
    string? StartEarliest,
    string? StartLatest,
    string? EndEarliest,
    string? EndLatest,
    bool? StartOpen,
    bool? EndOpen
)
{
    private static readonly string[] OfExtents =
    [
        "startEarliest",
        "startLatest",
        "endEarliest",
        "endLatest",
        "startOpen",
        "endOpen",
    ];

    /// <summary>Leaves out of an occurrence what only an extent has. An extent's unbounded ends are null, and there.</summary>
    internal static void Shape(JsonTypeInfo type)
    {
        if (type.Type != typeof(DateAnswer))
            return;
        foreach (var member in type.Properties.Where(member => OfExtents.Contains(member.Name, StringComparer.Ordinal)))
            member.ShouldSerialize = (date, _) => ((DateAnswer)date).StartOpen is not null;
    }

    public static DateAnswer Of(EventContent content, When when) =>
        Of(
            content.Occurred ?? $"{content.Start}/{content.End}",
            content.AsWritten,
            content.Calendar,
            content.Reading,
            when.Bounds
        );

    public static DateAnswer Of(EraContent content)
    {
        var extent = EraSpan.Of(content).Extent;
        return Of(
            content.Span ?? $"{content.Start}/{content.End}",
            null,
            Time.Calendar.Gregorian.Name,
            extent.Reading,
            extent.Bounds
        );
    }

    private static DateAnswer Of(string edtf, string? asWritten, string calendar, string reading, DateBounds bounds)
    {
        var extent = bounds.Extent;
        return new(
            edtf,
            asWritten,
            calendar,
            reading,
            bounds.Earliest?.ToString(),
            bounds.Latest?.ToString(),
            extent?.StartEarliest?.ToString(),
            extent?.StartLatest?.ToString(),
            extent?.EndEarliest?.ToString(),
            extent?.EndLatest?.ToString(),
            extent?.StartOpen,
            extent?.EndOpen
        );
    }
}

/// <summary>A first or last day of a fact.</summary>
public sealed record DayAnswer(string Edtf, string? Earliest, string? Latest)
{
    public static DayAnswer? Of(EffectDate? date) =>
        date is null ? null : new(date.Edtf, date.Earliest?.ToString(), date.Latest?.ToString());
}

/// <summary>Something worth knowing beside an answer.</summary>
public sealed record Note(string Code, string Detail);
