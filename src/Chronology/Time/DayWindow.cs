namespace Chronology.Time;

/// <summary>The days on one of which something happened, began or ended: its true members, not only their envelope.</summary>
/// <remarks>Both bounds are in the window. A null bound means that none is known on that side (unbounded).
/// A window is never empty. Days are proleptic Gregorian, without a time zone.</remarks>
public abstract class DayWindow
{
    /// <summary>The first member, or null where the window is unbounded below.</summary>
    public abstract Day? Earliest { get; }

    /// <summary>The last member, or null where the window is unbounded above.</summary>
    public abstract Day? Latest { get; }

    /// <summary>The greatest member at or before <paramref name="day"/>; null where there is none.</summary>
    public abstract Day? LastOnOrBefore(Day day);

    /// <summary>The least member at or after <paramref name="day"/>; null where there is none.</summary>
    public abstract Day? FirstOnOrAfter(Day day);
}
