using Chronology.Actors;
using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>Who is who among the actors, as known at one position: merged actors, successions, and ends of existence.</summary>
/// <remarks>Rows and effects keep the keys as recorded; asked about a fact, this says whose effects make up its history.</remarks>
public sealed class Identity
{
    /// <summary>The most ways from one actor's predecessors to it that are followed, the shortest first.</summary>
    public const int GreatestWays = 100;

    private readonly Dictionary<string, string> mergedInto = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> mergedFrom;
    private readonly ILookup<string, Succession> predecessors;
    private readonly ILookup<string, Succession> successors;
    private readonly Dictionary<string, EffectDate> endsOfPredecessors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EffectDate> endsOfPersons = new(StringComparer.Ordinal);
    private readonly HashSet<string> concerned;
    private readonly Dictionary<string, When.Extent> lives;

    private Identity(IReadOnlyList<RecordState> actors)
    {
        foreach (var actor in actors)
        {
            if (actor is { Status: RecordStatus.Merged, MergedInto: { } into })
                mergedInto[actor.Id.Key] = into;
        }
        foreach (var merged in mergedInto.Keys.ToList())
            mergedInto[merged] = Last(merged);
        mergedFrom = mergedInto.ToLookup(merging => merging.Value, merging => merging.Key, StringComparer.Ordinal);

        var standing = actors
            .Where(actor => actor.Status is RecordStatus.Active or RecordStatus.Disputed)
            .ToDictionary(actor => actor.Id.Key, actor => (ActorContent)actor.Content, StringComparer.Ordinal);
        var links = new List<Succession>();
        foreach (var (key, content) in standing)
        {
            var own = content
                .Successors.Where(successor => Surviving(successor.Actor) != key)
                .Select(successor =>
                    (
                        Link: new Succession(key, Surviving(successor.Actor), successor.Kind, OnOf(successor, content)),
                        HasDate: successor.On is not null
                    )
                )
                .ToList();
            links.AddRange(own.Select(successor => successor.Link));
            var saysWhetherItEnded = TellsEnd(content, out var end);
            if (content.Kind == "person" && end is not null)
                endsOfPersons[key] = end;
            if (!saysWhetherItEnded)
                end = DayBeforeFirst([.. own.Where(s => s.HasDate && s.Link.EndsPredecessor).Select(s => s.Link.On)]);
            if (own.Count > 0 && end is not null)
                endsOfPredecessors[key] = end;
        }
        lives = standing
            .Where(actor => actor.Value.Existed is not null)
            .ToDictionary(
                actor => actor.Key,
                actor => (When.Extent)When.From(actor.Value.Existed, null, null, null, Calendar.Gregorian.Name).Value,
                StringComparer.Ordinal
            );
        predecessors = links.Distinct().ToLookup(link => link.Successor, StringComparer.Ordinal);
        successors = links.Distinct().ToLookup(link => link.Predecessor, StringComparer.Ordinal);
        concerned =
        [
            .. mergedInto.Values,
            .. links.Select(link => link.Successor),
            .. endsOfPredecessors.Keys,
            .. endsOfPersons.Keys,
        ];

        DayWindow OnOf(Successor successor, ActorContent predecessor) =>
            successor.On is { } on
                ? When.OccurrenceFrom(on, Calendar.Gregorian.Name).Value.Window
                : Unknown(predecessor, standing.GetValueOrDefault(Surviving(successor.Actor)));
    }

    /// <summary>Nobody is anyone else.</summary>
    public static Identity None { get; } = new([]);

    /// <summary>Whether every fact has its own effects alone.</summary>
    public bool IsNone => concerned.Count == 0;

    /// <param name="actors">At least those merged, those with successors, and those of which <c>existed</c> is recorded.</param>
    public static Identity Of(IEnumerable<RecordState> actors) => new([.. actors]);

    /// <summary>When an actor existed, as recorded of this very key; null: that is not told, or it does not stand.</summary>
    public When.Extent? LifeOf(string actor) => lives.GetValueOrDefault(actor);

    /// <summary>The actor that stands for this key: the one into which it is merged, else itself.</summary>
    public string Surviving(string actor) => mergedInto.GetValueOrDefault(actor, actor);

    /// <summary>The same fact under the keys of the actors that stand.</summary>
    public FactKey Surviving(FactKey key) =>
        Between(key, Surviving(key.Holder), key.Toward is null ? null : Surviving(key.Toward));

    /// <summary>The keys under which things of this actor are recorded: its own, then those merged into it, in ordinal order.</summary>
    /// <param name="actor">One that stands.</param>
    public IReadOnlyList<string> KeysOf(string actor) => [actor, .. mergedFrom[actor].Order(StringComparer.Ordinal)];

    /// <summary>All keys under which facts may be recorded that count for this actor: its own, its predecessors', and those merged into them.</summary>
    /// <param name="actor">One that stands.</param>
    public IReadOnlyList<string> KeysBehind(string actor) =>
        [
            .. WaysTo(actor, link => link.EndsPredecessor)
                .SelectMany(way => KeysOf(way.Actor!))
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>The facts for which effects on a key count: under the actors that stand, and their successors. The former first.</summary>
    /// <param name="recorded">A key as recorded.</param>
    public IEnumerable<FactKey> Heirs(FactKey recorded)
    {
        var key = Surviving(recorded);
        return (
            from holder in Successors(key.Holder, key.Fact)
            from toward in key.Toward is null ? NoKey : Successors(key.Toward, key.Fact)
            where holder != toward || (holder == key.Holder && toward == key.Toward)
            select Between(key, holder, toward)
        ).Distinct();
    }

    /// <summary>Whose effects make up the history of a fact.</summary>
    /// <param name="key">Under actors that stand.</param>
    public Heritage HeritageOf(FactKey key)
    {
        if (!concerned.Contains(key.Holder) && (key.Toward is null || !concerned.Contains(key.Toward)))
            return Heritage.Plain(key);
        var sources =
            from holder in WaysTo(key.Holder, link => link.Passes(key.Fact))
            from toward in WaysTo(key.Toward, link => link.Passes(key.Fact))
            where holder.Actor != toward.Actor || (holder.Actor == key.Holder && toward.Actor == key.Toward)
            from held in KeysOf(holder.Actor!)
            from of in toward.Actor is null ? NoKey : KeysOf(toward.Actor)
            let way = holder.Way.Concat(toward.Way).ToValueList()
            group (holder.Actor, Toward: toward.Actor, Way: way) by Between(key, held, of) into source
            let first = source.First()
            select new HeritageSource(
                source.Key,
                first.Actor == key.Holder ? null : first.Actor,
                first.Toward == key.Toward ? null : first.Toward,
                source.Select(s => s.Way).Distinct().ToValueList()
            );
        return new(key, sources.ToValueList(), EndOf(key));
    }

    /// <summary>The facts of these effects, each with those effects that count for it on some day.</summary>
    /// <remarks>A value that no effect gives is no fact, whatever ends all values of its kind.</remarks>
    public IEnumerable<(Heritage Heritage, IReadOnlyList<RecordedEffect> Effects)> Facts(
        IReadOnlyCollection<RecordedEffect> effects
    ) => Of(effects, key => key.Kind.Functional || key.Value is not null);

    /// <summary>What ends all values of a kind that is not functional, by <see cref="FactKey.EndingAll"/>: recorded, though it may end nothing that is.</summary>
    public IEnumerable<(Heritage Heritage, IReadOnlyList<RecordedEffect> Effects)> Endings(
        IReadOnlyCollection<RecordedEffect> effects
    ) =>
        Of(
            [.. effects.Where(effect => !effect.Key.Kind.Functional && effect.Key.Value is null)],
            key => key.Value is null
        );

    private IEnumerable<(Heritage Heritage, IReadOnlyList<RecordedEffect> Effects)> Of(
        IReadOnlyCollection<RecordedEffect> effects,
        Func<FactKey, bool> are
    ) =>
        from key in effects.Select(effect => effect.Key).Distinct().Where(are).SelectMany(Heirs).Distinct()
        let heritage = HeritageOf(key)
        let counting = effects.Where(heritage.Passes).ToList()
        where counting.Exists(effect => key == key.EndingAll || effect.Value is not null)
        select (heritage, (IReadOnlyList<RecordedEffect>)counting);

    /// <summary>The actors of whom one takes another's place, or whose existence ends, perhaps between two days, both in. In ordinal order.</summary>
    public IReadOnlyList<string> ActorsTurning(Day first, Day last) =>
        [
            .. predecessors
                .SelectMany(links => links)
                .Where(link => link.On.FirstOnOrAfter(first) <= last)
                .SelectMany(link => new[] { link.Predecessor, link.Successor })
                .Concat(
                    endsOfPredecessors
                        .Concat(endsOfPersons)
                        .Where(end => end.Value.Days.FirstOnOrAfter(first) <= last)
                        .Select(end => end.Key)
                )
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private EffectDate? EndOf(FactKey key)
    {
        var end = EffectDate.Sooner(
            endsOfPredecessors.GetValueOrDefault(key.Holder),
            key.Toward is null ? null : endsOfPredecessors.GetValueOrDefault(key.Toward)
        );
        return key.Fact == "office" ? EffectDate.Sooner(end, endsOfPersons.GetValueOrDefault(key.Holder)) : end;
    }

    private static readonly IReadOnlyList<string?> NoKey = [null];

    /// <summary>The actor itself, then its predecessors, with the successions that lead from each to it: the fewest first. Of nobody, nobody.</summary>
    private List<(string? Actor, ValueList<Succession> Way)> WaysTo(string? actor, Func<Succession, bool> passes)
    {
        var found = new List<(string? Actor, ValueList<Succession> Way)> { (actor, []) };
        if (actor is null)
            return found;
        for (var i = 0; i < found.Count && found.Count < GreatestWays; i++)
        {
            var (reached, way) = found[i];
            foreach (var link in predecessors[reached!].Where(passes))
            {
                if (link.Predecessor != actor && way.All(taken => taken.Predecessor != link.Predecessor))
                    found.Add((link.Predecessor, way.Append(link).ToValueList()));
            }
        }
        return found;
    }

    private List<string> Successors(string actor, string fact)
    {
        var found = new List<string> { actor };
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var link in successors[found[i]].Where(link => link.Passes(fact)))
            {
                if (!found.Contains(link.Successor))
                    found.Add(link.Successor);
            }
        }
        return found;
    }

    private string Last(string merged)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (mergedInto.TryGetValue(merged, out var into) && seen.Add(merged))
            merged = into;
        return merged;
    }

    private static FactKey Between(FactKey key, string holder, string? toward) =>
        FactKey.Of(key.Fact, holder, toward, key.Qualifier, key.Value);

    /// <summary>Whether anything is said of the end of its existence.</summary>
    /// <param name="end">Its last day; null where nothing is said, and where it lasts on.</param>
    private static bool TellsEnd(ActorContent actor, out EffectDate? end)
    {
        end = null;
        if (Lifespan(actor.Existed) is not { } extent)
            return false;
        if (extent.EndOpen)
            return true;
        var text = actor.Existed!.Split('/')[^1];
        if (text.Length > 0)
            end = new(text, extent.End);
        return end is not null;
    }

    private static When.Extent? Lifespan(string? existed) =>
        existed is null ? null : When.From(existed, null, null, null, Calendar.Gregorian.Name).Value as When.Extent;

    /// <summary>The days on which the one can have taken the other's place: not before the other may have ended, and while it may have been there itself.</summary>
    private static DayRange Unknown(ActorContent predecessor, ActorContent? successor)
    {
        var ended = TellsEnd(predecessor, out var end) ? end?.Earliest : null;
        var life = Lifespan(successor?.Existed);
        var begun = life?.Start.Earliest;
        var from =
            ended is { } a && begun is { } b ? Day.Max(a, b)
            : ended is not null ? ended
            : begun;
        var until = life?.End.Latest;
        return from > until ? DayRange.Unbounded : new(from, until);
    }

    /// <summary>The day before the earliest of some days; null of none.</summary>
    private static EffectDate? DayBeforeFirst(IReadOnlyList<DayWindow> days)
    {
        if (days.Count == 0)
            return null;
        var window = DayWindow.UnionOf(days).Within(null, days.Min(on => on.Latest))!.DayBefore();
        return new(EffectDate.Text(window), window);
    }
}
