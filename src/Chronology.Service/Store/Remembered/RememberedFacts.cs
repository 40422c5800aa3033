using Chronology.Relations;

namespace Chronology.Service.Store.Remembered;

/// <summary>The effects ever recorded between two actors.</summary>
internal sealed class RememberedFacts : PairPart
{
    /// <summary>In the order of their keys.</summary>
    /// <param name="IsEnding">Its effects end all values of a kind that is not functional.</param>
    public readonly record struct Entry(FactKey Key, RememberedFact Fact, bool IsEnding);

    private readonly Dictionary<FactKey, RememberedFact> byKey;

    public RememberedFacts(Dictionary<FactKey, RememberedFact> facts)
    {
        byKey = facts;
        Facts =
        [
            .. facts
                .OrderBy(one => one.Key, FactKey.InOrder)
                .Select(one => new Entry(one.Key, one.Value, one.Key is { Value: null, Kind.Functional: false })),
        ];
    }

    public Entry[] Facts { get; }

    public RememberedFact? Find(FactKey key) => byKey.GetValueOrDefault(key);
}
