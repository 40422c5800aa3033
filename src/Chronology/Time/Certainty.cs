namespace Chronology.Time;

/// <summary>Whether something was so by, or on, a day, given dates that may be uncertain.</summary>
public enum Certainty
{
    No,
    Possible,
    Certain,
}
