using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Service.Store.Remembered;

/// <summary>What was recorded between the actors of two sides as known at a moment, from memory: what the statements of <see cref="Facts"/>
/// say of them.</summary>
/// <param name="pairs">Of different actors.</param>
internal sealed class Between(Moment moment, IReadOnlyList<RememberedFacts> pairs)
{
    /// <summary>Null: not asked for, or not in memory of every pair.</summary>
    public EventsBetween? Events { get; init; }

    /// <summary>A history of several keys with more effects than these is better asked of the database.</summary>
    private const int GreatestHistory = 2_000;

    private RememberedFact? FactOf(FactKey key) =>
        pairs.Select(pair => pair.Find(key)).FirstOrDefault(fact => fact is not null);

    /// <summary>As <see cref="Facts.ReadAsync"/>; null: ask the database.</summary>
    public IReadOnlyList<FactEffects>? Facts(Identity identity, FactSelection selection)
    {
        var recorded = Store.Facts.Behind(identity, selection);
        var plain = new List<FactEffects>();
        for (var n = 0; n < pairs.Count; n++)
        {
            foreach (var entry in pairs[n].Facts)
            {
                if (recorded.SelectsRecorded(entry.Key, entry.IsEnding) && Of(entry) is { } one)
                    plain.Add(one);
            }
        }
        if (identity.IsNone)
            return pairs is [_] ? plain : Ordered(plain);
        var own = plain.ToDictionary(fact => fact.Key);
        var asked = selection.As(identity);
        var found = new List<FactEffects>();
        foreach (var key in own.Keys.SelectMany(identity.Heirs).Distinct().Where(asked.Selects))
        {
            var heritage = identity.HeritageOf(key);
            if (heritage.IsPlain)
            {
                found.Add(own[key]);
                continue;
            }
            if (OfAll(heritage) is not { } effects)
                return null;
            if (effects.Any(effect => key == key.EndingAll || effect.Value is not null))
                found.Add(new(heritage, effects));
        }
        return Ordered(found);
    }

    private static List<FactEffects> Ordered(List<FactEffects> facts)
    {
        facts.Sort(static (a, b) => FactKey.InOrder.Compare(a.Key, b.Key));
        return facts;
    }

    /// <summary>The effects on one key among which the model decides; null: none was recorded.</summary>
    private FactEffects? Of(RememberedFacts.Entry entry)
    {
        var (day, position) = (moment.AsOf.Number, moment.Position);
        var (key, own) = (entry.Key, entry.Fact);
        var ender = key.Value is null ? null : FactOf(key.EndingAll);
        if (ender is not null && !own.IsRecordedAt(position))
            return null;
        var since = own.SurelyBegun(day, position);
        if (ender is not null)
            since = Math.Max(since, ender.SurelyBegun(day, position));
        var effects = new List<RecordedEffect>();
        own.AddBegun(since, day, position, effects);
        ender?.AddBegun(since, day, position, effects);
        if (effects.Count == 0 && own.BeginningAfter(day, position) is { } later)
            effects.Add(later);
        return effects.Count == 0 ? null : new(Heritage.Plain(key), effects);
    }

    /// <summary>All effects that make up a history; null: too many.</summary>
    private List<RecordedEffect>? OfAll(Heritage heritage)
    {
        var effects = new List<RecordedEffect>();
        foreach (var key in heritage.Sources.SelectMany(from => new[] { from.Key, from.Key.EndingAll }).Distinct())
        {
            foreach (var effect in FactOf(key)?.At(moment.Position) ?? [])
            {
                if (heritage.Passes(effect))
                    effects.Add(effect);
                if (effects.Count > GreatestHistory)
                    return null;
            }
        }
        return effects;
    }

    /// <summary>As <see cref="Facts.BegunAsync"/>.</summary>
    public (IReadOnlyList<RecordedEffect> Effects, Day? Since) Begun(Heritage heritage, int few)
    {
        var effects = new List<RecordedEffect>();
        var greatest = long.MinValue;
        foreach (var from in heritage.Sources)
        {
            if (FactOf(from.Key) is not { } fact)
                continue;
            var last = Store.Facts.LastDayBefore(from.Before(moment.AsOf), moment.AsOf);
            var since = fact.FirstOfLast(few - 1, last, moment.Position);
            fact.AddBegun(since, last, moment.Position, effects);
            greatest = Math.Max(greatest, since);
        }
        return (effects, greatest == long.MinValue ? null : new Day(greatest));
    }
}
