using System.Numerics;
using Chronology.Relations;

namespace Chronology.Service.Store.Remembered;

/// <summary>The effects that were read last, of all facts in memory. Each has eight places, where it takes that of the one that was put there first.</summary>
/// <remarks>Whoever writes a place at the same time as another takes it from him: then that effect is read once more.</remarks>
internal sealed class EffectSlots
{
    /// <summary>What one takes, about.</summary>
    public const int SlotBytes = 500;

    private const int Places = 8;

    private sealed record Filled(long Fact, int N, RecordedEffect Effect);

    private readonly Filled?[] slots;

    /// <summary>Of what is in each slot, so that others need not be looked at.</summary>
    private readonly int[] hashes;

    /// <summary>Which of eight places is taken next.</summary>
    private readonly byte[] turns;

    /// <summary>So many take 8 GB.</summary>
    private const long Greatest = 16_777_216;

    /// <param name="count">About how many, from 8 to <see cref="Greatest"/>.</param>
    public EffectSlots(long count)
    {
        var rounded = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(count / 2 + 1, Places, Greatest));
        (slots, hashes, turns) = (new Filled?[rounded], new int[rounded], new byte[rounded / Places]);
    }

    /// <param name="fact">Its number.</param>
    /// <param name="n">The effect's number among those of the fact.</param>
    public RecordedEffect? Find(long fact, int n)
    {
        var hash = HashCode.Combine(fact, n);
        var first = FirstPlaceOf(hash);
        for (var place = first; place < first + Places; place++)
        {
            if (hashes[place] == hash && slots[place] is { } filled && filled.N == n && filled.Fact == fact)
                return filled.Effect;
        }
        return null;
    }

    /// <inheritdoc cref="Find"/>
    public void Keep(long fact, int n, RecordedEffect effect)
    {
        var hash = HashCode.Combine(fact, n);
        var first = FirstPlaceOf(hash);
        var place = first + (turns[first / Places]++ % Places);
        slots[place] = new(fact, n, effect);
        hashes[place] = hash;
    }

    private int FirstPlaceOf(int hash) => hash & (slots.Length - 1) & ~(Places - 1);
}
