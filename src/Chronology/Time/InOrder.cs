namespace Chronology.Time;

/// <summary>Looks things up that stand in an order: by days, years or positions.</summary>
public static class InOrder
{
    /// <summary>How many come before the first of which something is not so.</summary>
    /// <param name="items">First all of which it is so, then all others.</param>
    /// <param name="bound">Handed to <paramref name="isSo"/>.</param>
    public static int CountWhile<T>(ReadOnlySpan<T> items, long bound, Func<T, long, bool> isSo)
    {
        var (low, high) = (0, items.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (isSo(items[middle], bound))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
