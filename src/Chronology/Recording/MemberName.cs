using System.Collections.Concurrent;
using System.Text;

namespace Chronology.Recording;

/// <summary>A member's name in an answer: one object for each that was seen before, so that names are compared without reading them.</summary>
internal sealed class MemberName
{
    /// <summary>An answer's own names are some hundreds; what a record's JSON may add to them is not kept beyond these.</summary>
    private const int GreatestKept = 2_000;

    private const int GreatestLength = 64;

    private static readonly ConcurrentDictionary<string, MemberName> Seen = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, MemberName>.AlternateLookup<ReadOnlySpan<char>> SeenBySpan =
        Seen.GetAlternateLookup<ReadOnlySpan<char>>();

    private static int count;

    private MemberName(string text)
    {
        Text = text;
        Canonical = Encoding.UTF8.GetBytes(CanonicalJson.Text(text));
        IsRedactable = Ledger.IsRedactable(text);
        IsNaming = text is "event" or "scheme" or "key" or "mergedFrom";
        MayBeText =
            IsRedactable
            || text is "csl" or "called" or "before" or "after" or "value" or "names" or "author" or "place";
    }

    public string Text { get; }

    /// <summary>As canonical JSON in UTF-8.</summary>
    public byte[] Canonical { get; }

    /// <inheritdoc cref="Ledger.IsRedactable(string)"/>
    public bool IsRedactable { get; }

    /// <summary>Whether an object with such a member may name records that its texts are of.</summary>
    public bool IsNaming { get; }

    /// <summary>Whether it may be a text, or hold some.</summary>
    public bool MayBeText { get; }

    /// <param name="text">The same object for it from now on.</param>
    public static MemberName Known(string text) => Seen.GetOrAdd(text, static name => new(name) { isKept = true });

    private bool isKept;

    /// <summary>The name that was read after this one the last time, where both are kept: most answers have the same names in the same order.</summary>
    private MemberName? next;

    /// <param name="utf8">Without escapes.</param>
    /// <param name="before">The name that was read before it.</param>
    public static MemberName Of(ReadOnlySpan<byte> utf8, MemberName? before)
    {
        if (before?.next is { } expected && expected.Canonical.AsSpan()[1..^1].SequenceEqual(utf8))
            return expected;
        var found = Of(utf8);
        if (before is { isKept: true } && found.isKept)
            before.next = found;
        return found;
    }

    private static MemberName Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= GreatestLength)
        {
            Span<char> text = stackalloc char[GreatestLength];
            text = text[..Encoding.UTF8.GetChars(utf8, text)];
            if (SeenBySpan.TryGetValue(text, out var known))
                return known;
        }
        return Of(Encoding.UTF8.GetString(utf8));
    }

    public static MemberName Of(string text)
    {
        if (Seen.TryGetValue(text, out var known))
            return known;
        if (text.Length > GreatestLength || Volatile.Read(ref count) >= GreatestKept)
            return new(text);
        Interlocked.Increment(ref count);
        return Known(text);
    }
}
