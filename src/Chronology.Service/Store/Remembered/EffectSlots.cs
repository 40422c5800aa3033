using System.Numerics;
using Chronology.Relations;

namespace Chronology.Service.Store.Remembered;

/// <summary>The effects that were read last, of all facts in memory. Each has two places; it takes that of the one that was put there earlier.</summary>
/// <remarks>Whoever writes a place at the same time as another takes it from him: then the effect is read once more.</remarks>
/// <param name="count">About how many; at least 2.</param>
internal sealed class EffectSlots(long count)
{
    /// <summary>What one takes, about.</summary>
    public const int SlotBytes = 500;

    private sealed record Filled(long Fact, int N, RecordedEffect Effect);

    private readonly Filled?[] slots = new Filled?[BitOperations.RoundUpToPowerOf2((ulong)Math.Max(2, count / 2 + 1))];

    /// <param name="fact">Its number.</param>
    /// <param name="n">The effect's number among those of the fact.</param>
    public RecordedEffect? Find(long fact, int n)
    {
        var place = PlaceOf(fact, n);
        return Is(slots[place]) ? slots[place]!.Effect
            : Is(slots[place ^ 1]) ? slots[place ^ 1]!.Effect
            : null;

        bool Is(Filled? filled) => filled is not null && filled.N == n && filled.Fact == fact;
    }

    /// <inheritdoc cref="Find"/>
    public void Keep(long fact, int n, RecordedEffect effect)
    {
        var place = PlaceOf(fact, n);
        slots[place ^ 1] = slots[place];
        slots[place] = new(fact, n, effect);
    }

    private int PlaceOf(long fact, int n) => HashCode.Combine(fact, n) & (slots.Length - 1);
}
