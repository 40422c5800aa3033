namespace Chronology.Service.Store.Remembered;

/// <summary>Looks things up that stand in an order.</summary>
internal static class InOrder
{
    /// <summary>How many come before the first of which something is not so.</summary>
    /// <param name="items">First all of which it is so, then all others.</param>
    public static int CountWhile<T>(T[] items, long bound, Func<T, long, bool> isSo)
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
