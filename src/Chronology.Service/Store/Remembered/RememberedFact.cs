using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Service.Store.Remembered;

/// <summary>The positions at which a row is so: from the first up to the second, which is not one of them.</summary>
internal readonly record struct Positions(long From, long To)
{
    public bool Include(long position) => From <= position && position < To;
}

/// <summary>Every version ever recorded of the effects on one key, up to a position.</summary>
internal sealed class RememberedFact
{
    /// <summary>One effect, as its row has it.</summary>
    /// <param name="First">The first day on which it can have begun; the least number where that is unbounded.</param>
    /// <param name="Last">The last one; the greatest number where that is unbounded.</param>
    public readonly record struct Version(Positions At, long First, long Last, bool IsFirm, string Event, short Index);

    private static long facts;

    private readonly long number = Interlocked.Increment(ref facts);
    private readonly Version[] versions;
    private readonly int[] vague;

    /// <summary>All versions, one after another, UTF-8, and where each begins; last where they end.</summary>
    private readonly byte[] json;
    private readonly int[] begins;

    private readonly EffectSlots read;

    /// <param name="versions">At least one, in any order; each with what <see cref="StoredEffect.Write"/> wrote of it, UTF-8, together less
    /// than 2 GB.</param>
    /// <param name="read">Where effects are kept that were read from it.</param>
    public RememberedFact(IEnumerable<(Version Row, byte[] Json)> versions, EffectSlots read)
    {
        var ordered = versions.OrderBy(version => version.Row.First).ToArray();
        this.versions = [.. ordered.Select(version => version.Row)];
        vague =
        [
            .. Enumerable.Range(0, this.versions.Length).Where(n => this.versions[n].First != this.versions[n].Last),
        ];
        begins = new int[ordered.Length + 1];
        for (var n = 0; n < ordered.Length; n++)
            begins[n + 1] = begins[n] + ordered[n].Json.Length;
        json = new byte[begins[^1]];
        for (var n = 0; n < ordered.Length; n++)
            ordered[n].Json.CopyTo(json, begins[n]);
        this.read = read;
    }

    /// <summary>Whether an effect is there as known at a position.</summary>
    public bool IsRecordedAt(long position) => Array.Exists(versions, version => version.At.Include(position));

    /// <summary>All effects as known at a position.</summary>
    public IEnumerable<RecordedEffect> At(long position)
    {
        for (var n = 0; n < versions.Length; n++)
        {
            if (versions[n].At.Include(position))
                yield return Effect(n);
        }
    }

    /// <summary>The greatest first day among the firm effects that have surely begun by a day; the least number where none has.</summary>
    public long SurelyBegun(long day, long position)
    {
        for (var n = CountUpTo(day) - 1; n >= 0; n--)
        {
            ref readonly var version = ref versions[n];
            if (version.IsFirm && version.Last <= day && version.At.Include(position))
                return version.First;
        }
        return long.MinValue;
    }

    /// <summary>The first day of the n-th of those that begin last by a day, from 0; the least number where there are no more.</summary>
    public long FirstOfLast(int n, long day, long position)
    {
        for (var i = CountUpTo(day) - 1; i >= 0; i--)
        {
            if (versions[i].At.Include(position) && n-- == 0)
                return versions[i].First;
        }
        return long.MinValue;
    }

    /// <summary>The effects that may have begun by a day, and that may have begun on another or later.</summary>
    public void AddBegun(long since, long day, long position, ICollection<RecordedEffect> found)
    {
        var end = CountUpTo(day);
        var begin = since == long.MinValue ? 0 : CountUpTo(since - 1);
        for (var n = begin; n < end; n++)
        {
            if (versions[n].At.Include(position))
                found.Add(Effect(n));
        }
        foreach (var n in vague)
        {
            if (n >= begin)
                break;
            if (versions[n].Last >= since && versions[n].At.Include(position))
                found.Add(Effect(n));
        }
    }

    /// <summary>One of the effects that surely begin after a day; null: there is none.</summary>
    public RecordedEffect? BeginningAfter(long day, long position)
    {
        for (var n = versions.Length - 1; n >= 0 && versions[n].First > day; n--)
        {
            if (versions[n].At.Include(position))
                return Effect(n);
        }
        return null;
    }

    /// <summary>How many begin by a day, at the earliest.</summary>
    private int CountUpTo(long day) =>
        InOrder.CountWhile<Version>(versions, day, static (version, bound) => version.First <= bound);

    private RecordedEffect Effect(int n)
    {
        if (read.Find(number, n) is { } known)
            return known;
        ref readonly var row = ref versions[n];
        var effect = StoredEffect.Read(row.Event, row.Index, row.At.From, json.AsSpan(begins[n]..begins[n + 1]));
        read.Keep(number, n, effect);
        return effect;
    }
}
