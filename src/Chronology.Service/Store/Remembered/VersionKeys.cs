namespace Chronology.Service.Store.Remembered;

/// <summary>Compares versions of events by the position at which each begins, which hardly two of them share, before their keys.</summary>
internal sealed class VersionKeys : IEqualityComparer<(string Event, long From)>
{
    public static VersionKeys Comparer { get; } = new();

    public bool Equals((string Event, long From) x, (string Event, long From) y) =>
        x.From == y.From && string.Equals(x.Event, y.Event, StringComparison.Ordinal);

    public int GetHashCode((string Event, long From) obj) => obj.From.GetHashCode();
}
