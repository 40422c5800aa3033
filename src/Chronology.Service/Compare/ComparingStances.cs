using Chronology.Relations;
using Chronology.Service.Stances;
using Chronology.Service.Store;

namespace Chronology.Service.Compare;

/// <summary>The difference of two answers about stances: all that <c>GET /stances</c> tells, its evidence included.</summary>
public sealed class ComparingStances(Identities identities, Facts facts, StanceTelling stances)
{
    private const int AtOnce = 500;

    /// <param name="identities">Read there too.</param>
    public static ComparingStances Over(Reading reading, Identities identities)
    {
        var facts = new Facts(reading, identities);
        return new(identities, facts, new StanceTelling(facts, reading));
    }

    /// <summary>The stances with one of these keys where the two moments tell them differently, by holder and toward.</summary>
    /// <param name="among">All that may differ, as <see cref="Candidates.RevisedAsync"/> gives them; keys of other kinds are passed over.</param>
    public async Task<IReadOnlyList<StanceLine>> BetweenAsync(
        Moment before,
        Moment after,
        IEnumerable<FactKey> among,
        CancellationToken ct
    )
    {
        var lines = new List<StanceLine>();
        foreach (var keys in among.Where(key => key.Fact == Stance.Kind).Order(FactKey.InOrder).Chunk(AtOnce))
        {
            var (was, now) = (await ToldAsync(before, keys, ct), await ToldAsync(after, keys, ct));
            lines.AddRange(Differing.Between(was, now, Comparing.Same, FactKey.InOrder).Select(Line));
        }
        return lines;
    }

    private async Task<Dictionary<FactKey, StanceAnswer>> ToldAsync(
        Moment moment,
        IEnumerable<FactKey> keys,
        CancellationToken ct
    )
    {
        var identity = await identities.AtAsync(moment, ct);
        var selection = new FactSelection(Stance.Kind, Among: keys.ToHashSet());
        var recorded = await facts.ReadAsync(moment, identity, selection, ct);
        return (await stances.OfAsync(moment, identity, recorded, ct)).ToDictionary(told =>
            StanceLine.KeyOf(told.Holder, told.Toward)
        );
    }

    private static StanceLine Line(Difference<FactKey, StanceAnswer> line) =>
        new(line.About.Holder, line.About.Toward!, ChangeOf(line), line.Before, line.After, null, null);

    private static Change ChangeOf(Difference<FactKey, StanceAnswer> line) =>
        line switch
        {
            { Before: null } => Change.Appeared,
            { After: null } => Change.Ended,
            (_, { } a, { } b) when a.Revealed.Value != b.Revealed.Value || a.Declared.Value != b.Declared.Value =>
                Change.Value,
            (_, { } a, { } b) when Comparing.Same(WithoutGrounds(a), WithoutGrounds(b)) => Change.Grounds,
            _ => Change.Certainty,
        };

    private static StanceAnswer WithoutGrounds(StanceAnswer stance) =>
        stance with
        {
            Declared = stance.Declared with { Because = [], DisputedBy = null },
            Evidence = [],
        };
}
