using System.Globalization;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store.Remembered;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Which facts are asked about. All null: every fact of the chronology.</summary>
/// <param name="Kind">A kind of fact.</param>
/// <param name="Holders">With <paramref name="Towards"/>: facts from one of these to one of those.</param>
/// <param name="EitherWay">Also from one of <paramref name="Towards"/> to one of <paramref name="Holders"/>;
/// the pair of a symmetric kind is found in either order without it.</param>
/// <param name="Qualifier">Null: any; empty: none.</param>
/// <param name="Among">Of all these only the facts with one of these keys, under actors that stand; other keys are passed over.</param>
/// <param name="Endings">In place of facts the endings of all values of a kind that is not functional, by <see cref="FactKey.EndingAll"/>.</param>
public sealed record FactSelection(
    string? Kind = null,
    IReadOnlyList<string>? Holders = null,
    IReadOnlyList<string>? Towards = null,
    string? Qualifier = null,
    string? Value = null,
    bool EitherWay = false,
    IReadOnlySet<FactKey>? Among = null,
    bool Endings = false
)
{
    /// <summary>The facts between two sides, or to and from one actor, or all.</summary>
    public static FactSelection Of(Parties parties) =>
        parties.IsEveryone ? new()
        : parties.ArePair ? new(Holders: parties.One, Towards: parties.Other, EitherWay: true)
        : new(Holders: parties.One, EitherWay: true);

    /// <summary>The same of the actors that stand.</summary>
    public FactSelection As(Identity identity) =>
        this with
        {
            Holders = Holders?.Select(identity.Surviving).ToArray(),
            Towards = Towards?.Select(identity.Surviving).ToArray(),
        };

    /// <summary>Whether what was recorded on a key is asked for, where the selection is under the keys of all who stand behind its actors.</summary>
    /// <param name="isEnding">Whether its effects end all values of a kind that is not functional.</param>
    internal bool SelectsRecorded(FactKey key, bool isEnding) =>
        isEnding == Endings
        && (Kind is null || Kind == key.Fact)
        && (Qualifier is null || Qualifier == (key.Qualifier ?? ""))
        && (Value is null || isEnding || key.Kind.Functional || Value == key.Value)
        && Selects(key);

    /// <summary>Whether a fact is between the actors selected, and among the keys.</summary>
    public bool Selects(FactKey key)
    {
        return Among?.Contains(key) != false
            && (
                Match(key.Holder, key.Toward)
                || ((EitherWay || key.Kind.Symmetric) && key.Toward is not null && Match(key.Toward, key.Holder))
            );

        bool Match(string holder, string? toward) =>
            (Holders is null || Holders.Contains(holder)) && (Towards is null || Towards.Contains(toward));
    }
}

/// <summary>The effects that a question about one fact needs, their citations left out.</summary>
public sealed record FactEffects(Heritage Heritage, IReadOnlyList<RecordedEffect> Effects)
{
    public FactKey Key => Heritage.Key;

    public FactEntry AsOf(Day day) => FactsAsOf.Decide(Heritage, Effects, day);
}

/// <summary>The citations of events at positions.</summary>
/// <param name="Into">The events into which others are merged.</param>
public sealed record OwnCitations(
    Dictionary<(string Event, long Position), ValueList<Citation>> Of,
    HashSet<string> Into
);

/// <summary>Reads effects as known at a moment, of actors as they were identified then.</summary>
/// <param name="times">Null: positions and instants are looked up.</param>
/// <param name="pairs">Null: everything is asked of the database.</param>
public sealed class Facts(
    Reading source,
    Identities identities,
    RecordedTimes? times = null,
    RememberedPairs? pairs = null
)
{
    /// <summary>For each fact selected and recorded at the moment: the effects among which the model decides. Ordered by key.</summary>
    /// <remarks>Facts are those of the actors that stand at the moment, with what was recorded of actors merged into them and what
    /// they inherit; a key on which nothing has begun by the day comes with one effect that begins later, so that it counts as recorded.
    /// A value that no effect gave as known at the moment is not listed, whatever ends all values of its kind: it was not yet in the rows then.
    /// An index look-up for each key, flat in the length of its history.</remarks>
    /// <param name="identity">Of the moment.</param>
    public async Task<IReadOnlyList<FactEffects>> ReadAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        CancellationToken ct
    ) =>
        await ReadAsync(
            moment,
            identity,
            selection,
            await BetweenAsync(moment, identity, selection, withEvents: false, ct),
            ct
        );

    private async Task<IReadOnlyList<FactEffects>> ReadAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        Between? between,
        CancellationToken ct
    )
    {
        if (between?.Facts(identity, selection) is { } remembered)
            return remembered;
        var recorded = await RoundTrip.AskAsync(source, trip => Recorded(trip, moment, identity, selection), ct);
        return await StandingAsync(moment, identity, selection, recorded, ct);
    }

    /// <inheritdoc cref="RememberedPairs.Holds"/>
    internal bool IsRemembered(string chronology, FactKey key, bool withEvents) =>
        pairs?.Holds(chronology, key.Holder, key.Toward, withEvents) == true;

    /// <summary>What is remembered between the two sides of a selection, and all who stand behind them; null: ask the database.</summary>
    /// <inheritdoc cref="RememberedPairs.AskAsync"/>
    internal async ValueTask<Between?> BetweenAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        bool withEvents,
        CancellationToken ct
    )
    {
        if (pairs is null || selection is not { Holders: not null, Towards: not null, Among: null })
            return null;
        var behind = Behind(identity, selection);
        return await pairs.AskAsync(moment, behind.Holders!, behind.Towards!, withEvents, ct);
    }

    /// <summary>What a verdict rests on: the facts; where there are none, and all values of the kind can be ended together, the endings that
    /// have surely come by the moment's day.</summary>
    public async Task<IReadOnlyList<FactEffects>> ReadForVerdictAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        CancellationToken ct
    ) =>
        await ReadForVerdictAsync(
            moment,
            identity,
            selection,
            await BetweenAsync(moment, identity, selection, withEvents: false, ct),
            ct
        );

    /// <param name="between">As <see cref="BetweenAsync"/> gives it.</param>
    /// <inheritdoc cref="ReadForVerdictAsync(Moment, Identity, FactSelection, CancellationToken)"/>
    internal async Task<IReadOnlyList<FactEffects>> ReadForVerdictAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        Between? between,
        CancellationToken ct
    )
    {
        var found = await ReadAsync(moment, identity, selection, between, ct);
        if (
            found.Count > 0
            || selection is not { Kind: { } kind, Holders: not null, Towards: not null, EitherWay: false }
            || Vocabulary.FactKinds[kind].Functional
        )
            return found;
        var endings = await ReadAsync(moment, identity, selection with { Endings = true }, between, ct);
        return [.. endings.Where(one => FactsAsOf.HasSurelyEnded(one.Heritage, one.Effects, moment.AsOf))];
    }

    /// <summary>What <see cref="StandingAsync"/> makes the facts of: those recorded of the actors selected and of all who stand behind them.</summary>
    public static Pending<IReadOnlyList<FactEffects>> Recorded(
        RoundTrip trip,
        Moment moment,
        Identity identity,
        FactSelection selection
    ) => Recorded(trip, moment, Behind(identity, selection));

    /// <summary>The selection of what was recorded of the actors selected and of all who stand behind them.</summary>
    internal static FactSelection Behind(Identity identity, FactSelection selection)
    {
        if (identity.IsNone)
            return selection;
        var asked = selection.As(identity);
        return asked with
        {
            Holders = asked.Holders?.SelectMany(identity.KeysBehind).Distinct().ToArray(),
            Towards = asked.Towards?.SelectMany(identity.KeysBehind).Distinct().ToArray(),
            Among = asked
                .Among?.Where(key => identity.Surviving(key) == key)
                .SelectMany(key => identity.HeritageOf(key).Sources)
                .Select(source => source.Key)
                .ToHashSet(),
        };
    }

    /// <summary>The facts of the actors that stand; a round trip only where the history of one is that of several keys.</summary>
    /// <param name="recorded">As <see cref="Recorded(RoundTrip, Moment, Identity, FactSelection)"/> gives it for the same question.</param>
    public async Task<IReadOnlyList<FactEffects>> StandingAsync(
        Moment moment,
        Identity identity,
        FactSelection selection,
        IReadOnlyList<FactEffects> recorded,
        CancellationToken ct
    )
    {
        if (identity.IsNone)
            return recorded;
        var asked = selection.As(identity);
        var own = recorded.ToDictionary(fact => fact.Key);
        var heritages = recorded
            .SelectMany(fact => identity.Heirs(fact.Key))
            .Distinct()
            .Where(asked.Selects)
            .Select(identity.HeritageOf)
            .ToList();
        var others = await OfAsync(moment, [.. heritages.Where(heritage => !heritage.IsPlain)], ct);
        return
        [
            .. heritages
                .Where(heritage => heritage.IsPlain)
                .Select(heritage => own[heritage.Key])
                .Concat(others)
                .OrderBy(fact => fact.Key, FactKey.InOrder),
        ];
    }

    /// <summary>The effects of all that makes up the history of these facts; without the facts of which nothing is recorded at the moment.</summary>
    private async Task<IReadOnlyList<FactEffects>> OfAsync(
        Moment moment,
        IReadOnlyList<Heritage> heritages,
        CancellationToken ct
    )
    {
        if (heritages.Count == 0)
            return [];
        var sources = heritages.SelectMany((heritage, n) => heritage.Sources.Select(source => (n, source))).ToList();
        await using var command = source.CreateCommand(
            """
            select x.nr, null, null, e.event, e.idx, e.from_position, e.effect::text
            from unnest($1, $2, $3, $4, $5, $6) as x (nr, fact, ender, first, last, until)
            cross join lateral chronology.effects_passing(x.fact, x.ender, x.first, x.last, x.until, $7, $8) e
            """
        );
        command.Parameters.AddWithValue(sources.Select(s => s.n).ToArray());
        command.Parameters.AddWithValue(sources.Select(s => s.source.Key.IdIn(moment.Chronology)).ToArray());
        command.Parameters.AddWithValue(sources.Select(s => EnderOf(s.source.Key, moment.Chronology)).ToArray());
        command.Parameters.AddWithValue(
            sources.Select(s => LastDayBefore(s.source.SurelyBefore(moment.AsOf), moment.AsOf)).ToArray()
        );
        command.Parameters.AddWithValue(
            sources.Select(s => LastDayBefore(s.source.Before(moment.AsOf), moment.AsOf)).ToArray()
        );
        command.Parameters.AddWithValue(sources.Select(s => s.source.Before(new(long.MaxValue)).Number).ToArray());
        command.Parameters.AddWithValue(moment.RecordedOn);
        command.Parameters.AddWithValue(moment.Position);
        var found = heritages.Select(_ => new HashSet<RecordedEffect>()).ToList();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                found[reader.GetInt32(0)].Add(OneEffect(reader));
        }
        return
        [
            .. heritages
                .Select((heritage, n) => new FactEffects(heritage, [.. found[n].Where(heritage.Passes)]))
                .Where(fact => fact.Effects.Any(effect => fact.Key == fact.Key.EndingAll || effect.Value is not null)),
        ];
    }

    /// <summary>The day before, as far as the day asked about; the least of days where there is none.</summary>
    internal static long LastDayBefore(Day day, Day asOf) =>
        day.Number == long.MinValue ? long.MinValue : Math.Min(day.Number - 1, asOf.Number);

    private static Guid? EnderOf(FactKey key, string chronology) =>
        key.Kind.Functional ? null : key.EndingAll.IdIn(chronology);

    /// <summary>For each key recorded, as it was recorded.</summary>
    private static Pending<IReadOnlyList<FactEffects>> Recorded(RoundTrip trip, Moment moment, FactSelection selection)
    {
        var command = new NpgsqlBatchCommand();
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.AsOf.Number });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Clamp });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.RecordedOn });
        command.CommandText = EffectsOfFacts.Of(Selected(moment.Chronology, selection, command.Parameters));
        return trip.Ask(command, GroupAsync);
    }

    /// <summary>The facts <c>f</c> of a selection: of few pairs by their actors' keys, so that the statement is the same for all of them.</summary>
    private static string Selected(string chronology, FactSelection selection, NpgsqlParameterCollection parameters)
    {
        if (
            selection
                is not {
                    Holders: { } holders,
                    Towards: { } towards,
                    Kind: null,
                    Qualifier: null,
                    Value: null,
                    Among: null
                }
            || !selection.EitherWay
        )
            return $"chronology.fact f where f.chronology = $1 {Selecting(chronology, selection, parameters)}";
        var ways = holders
            .SelectMany(one => towards.SelectMany(other => new[] { (one, other), (other, one) }))
            .Distinct()
            .ToArray();
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ways.Select(way => way.Item1)] });
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ways.Select(way => way.Item2)] });
        return $"""
            unnest((select $6), (select $7)) as way (holder, toward)
            join chronology.fact f on f.chronology = $1 and f.holder = way.holder and f.toward = way.toward
            where not (f.value = '' and f.kind in ({NotFunctional}))
            """;
    }

    /// <summary>The moment, and of one key the effects among which the model decides: what <see cref="Moments.ResolveAsync"/> and
    /// <see cref="ReadAsync"/> say of it, in one round trip. No effects: the key was not recorded at that moment.</summary>
    /// <remarks>One statement, so that the position and the rows are of one snapshot. It takes a second round trip where
    /// the history of the fact is that of several keys, and where actors or rules may have been revised since what is known already;
    /// and two more for an instant after the head's, which first raises the floor.</remarks>
    /// <param name="key">Of a functional kind; the fact answered is that of the actors that stand.</param>
    /// <returns>Or <c>no-such-chronology</c>, or <c>invalid-parameter</c> for a position above the head.</returns>
    public async Task<Result<(Moment Moment, Identity Identity, FactEffects Fact)>> AskAsync(
        string chronology,
        FactKey key,
        Asked asked,
        CancellationToken ct
    )
    {
        var read = await AskAsync(chronology, key.IdIn(chronology), asked, ct);
        if (read.Rejection is { } rejection)
            return rejection;
        var (found, effects) = read.Value;
        var last = await identities.LastRevisionsAsync(chronology, found.Position, ct);
        var moment = found with { Rules = asked.Rules ?? last.Rules };
        var identity = await identities.AtAsync(moment, ct);
        var heritage = identity.HeritageOf(identity.Surviving(key));
        if (!heritage.IsPlain)
            return (
                moment,
                identity,
                (await OfAsync(moment, [heritage], ct)).FirstOrDefault(new FactEffects(heritage, []))
            );
        return (moment, identity, new FactEffects(heritage, effects));
    }

    private readonly record struct MomentAndEffects(Moment Moment, IReadOnlyList<RecordedEffect> Effects);

    private async Task<Result<MomentAndEffects>> AskAsync(
        string chronology,
        Guid fact,
        Asked asked,
        CancellationToken ct
    )
    {
        if (times?.Find(chronology, asked) is { } recorded)
            return await AskAsync(fact, Moments.At(chronology, asked, recorded), ct);
        var isHead = asked is { Position: null, Instant: null };
        var (sql, values) =
            isHead && times?.HasReached(chronology, asked.AsOf) == true
                ? OneFact.AskingAtHeadOnRecord(chronology, fact, asked.AsOf)
                : OneFact.Asking(chronology, fact, asked);
        RecordedPosition found;
        long head;
        IReadOnlyList<RecordedEffect> effects;
        await using (var command = source.CreateCommand(sql))
        {
            command.Parameters.AddRange(values);
            await using var reader = await command.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct))
                return Writer.NoSuchChronology(chronology);
            var known = Moments.Found(reader, chronology, asked);
            if (known.Rejection is { } rejection)
            {
                if (asked.Instant is null)
                    return rejection;
                await reader.DisposeAsync();
                var stamped = await Moments.KnownAtAsync(source, identities, chronology, asked, ct);
                return stamped.Rejection is { } refusal ? refusal : await AskAsync(fact, stamped.Value, ct);
            }
            found = new(known.Value.Position, known.Value.RecordedAt);
            head = reader.GetInt64(2);
            effects = await EffectsAsync(reader, ct);
        }
        if (times is not null)
            await times.TellAsync(chronology, found, head, ct);
        return new MomentAndEffects(Moments.At(chronology, asked, found), effects);
    }

    private async Task<MomentAndEffects> AskAsync(Guid fact, Moment moment, CancellationToken ct)
    {
        var (sql, values) = OneFact.Asking(fact, moment);
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new(moment, await EffectsAsync(reader, ct));
    }

    /// <summary>Those of the row that the reader stands on, and of all after it.</summary>
    private static async Task<IReadOnlyList<RecordedEffect>> EffectsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var effects = new List<RecordedEffect>();
        if (reader.IsDBNull(3))
            return effects;
        do
        {
            effects.Add(OneEffect(reader));
        } while (await reader.ReadAsync(ct));
        return effects;
    }

    private static RecordedEffect OneEffect(NpgsqlDataReader reader) =>
        StoredEffect.Read(reader.GetString(3), reader.GetInt16(4), reader.GetInt64(5), reader.GetString(6));

    /// <summary>Every version ever recorded of the effects on the keys selected, up to the moment, with the positions at which each was so.</summary>
    /// <remarks>The keys are those recorded; with a value, those of the effects that end all values too.</remarks>
    public async Task<IReadOnlyList<(RecordedEffect Effect, long From, long To)>> VersionsAsync(
        Moment moment,
        FactSelection selection,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.CommandText = $"""
            select null, null, null, e.event, e.idx, e.from_position, e.effect::text, e.to_position
            from chronology.fact f
            join chronology.effect e on e.fact = f.id and e.from_position <= $2
            where f.chronology = $1 {Selecting(moment.Chronology, selection, command.Parameters, withEnders: true)}
            order by e.from_position, e.event, e.idx
            """;
        var found = new List<(RecordedEffect, long, long)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((OneEffect(reader), reader.GetInt64(5), reader.GetInt64(7)));
        return found;
    }

    /// <summary>What last held of a fact, where it does not hold as of the moment; null also where it may hold, and where none ever did.</summary>
    /// <remarks>Reads the few effects that began last and what may have begun after the first of them, and goes further back only where none
    /// of these ever held. The cost is that of what was read, not of the history; of more than 4,096 that never held no more is asked.</remarks>
    /// <param name="few">How many of each key, at first.</param>
    public Task<LastHeld?> LastHeldAsync(Moment moment, FactEffects fact, CancellationToken ct, int few = 16) =>
        LastHeldAsync(moment, fact, null, ct, few);

    /// <param name="between">Where it is remembered.</param>
    /// <inheritdoc cref="LastHeldAsync(Moment, FactEffects, CancellationToken, int)"/>
    internal async Task<LastHeld?> LastHeldAsync(
        Moment moment,
        FactEffects fact,
        Between? between,
        CancellationToken ct,
        int few = 16
    )
    {
        const int Enough = 4_096;
        if (fact.AsOf(moment.AsOf).Holds() != Verdict.No)
            return null;
        for (; ; few *= 16)
        {
            var (effects, since) =
                between?.Begun(fact.Heritage, few) ?? await BegunAsync(moment, fact.Heritage, few, ct);
            var last = FactsAsOf.LastToHold(fact.Heritage, effects, moment.AsOf);
            // What was not read began before that day, whenever it was.
            if (since is not { } day || last?.Began >= day || few >= Enough)
                return last?.Held;
        }
    }

    /// <summary>The effects on a fact begun by the day that may have begun on some day or later: of each of its keys the number asked for, at least.</summary>
    /// <returns>With that day; null: they are all.</returns>
    internal async Task<(IReadOnlyList<RecordedEffect> Effects, Day? Since)> BegunAsync(
        Moment moment,
        Heritage heritage,
        int few,
        CancellationToken ct
    )
    {
        return await RoundTrip.AskAsync(source, trip => trip.Ask(Begun(moment, heritage, few), ReadAsync), ct);

        static async Task<(IReadOnlyList<RecordedEffect>, Day?)> ReadAsync(
            NpgsqlDataReader reader,
            CancellationToken ct
        )
        {
            var effects = new List<RecordedEffect>();
            var since = long.MinValue;
            while (await reader.ReadAsync(ct))
            {
                effects.Add(OneEffect(reader));
                since = Math.Max(since, reader.GetInt64(7));
            }
            return (effects, since == long.MinValue ? null : new Day(since));
        }
    }

    /// <inheritdoc cref="BegunAsync"/>
    internal static NpgsqlBatchCommand Begun(Moment moment, Heritage heritage, int few)
    {
        var sources = heritage.Sources;
        return new NpgsqlBatchCommand(
            """
            select distinct null, null, null, e.event, e.idx, e.from_position, e.effect::text, s.since
            from unnest((select $1), (select $2)) as x (fact, last)
            cross join lateral (select coalesce((
                select e.start_first from chronology.effect e
                where e.fact = x.fact and e.start_first <= least(x.last, $4) and e.from_position <= $3 and e.to_position > $3
                order by e.start_first desc offset $5 limit 1), -9223372036854775808) as since) s
            cross join lateral chronology.effects_since(x.fact, s.since, x.last, least(x.last, $4), $3) e
            """
        )
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. sources.Select(s => s.Key.IdIn(moment.Chronology))] },
                new NpgsqlParameter<long[]>
                {
                    TypedValue = [.. sources.Select(s => LastDayBefore(s.Before(moment.AsOf), moment.AsOf))],
                },
                new NpgsqlParameter<long> { TypedValue = moment.Position },
                new NpgsqlParameter<long> { TypedValue = moment.RecordedOn },
                new NpgsqlParameter<long> { TypedValue = few - 1 },
            },
        };
    }

    /// <summary>The citations of events as they stood at the positions of these effects' revisions, and those of what is merged into them by the moment.</summary>
    public async Task<IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>>> CitationsAsync(
        Moment moment,
        IEnumerable<RecordedEffect> effects,
        CancellationToken ct
    )
    {
        var own = await RoundTrip.AskAsync(source, trip => OwnCitations(trip, moment, effects), ct);
        return await UnitedAsync(moment, own, ct);
    }

    /// <summary>The citations of the events themselves, which <see cref="UnitedAsync"/> unites with those of others.</summary>
    public static Pending<OwnCitations> OwnCitations(RoundTrip trip, Moment moment, IEnumerable<RecordedEffect> effects)
    {
        var wanted = effects.Select(effect => (effect.Event, effect.Position)).Distinct().ToArray();
        if (wanted.Length == 0)
            return Pending<OwnCitations>.Of(new([], []));
        // Arrays stand in sub-selects, here and elsewhere, so that the server does not plan anew for their lengths each time.
        var command = new NpgsqlBatchCommand(
            """
            select x.key, x.from_position, (r.state #> '{content,citations}')::text, exists (
                select from chronology.record m
                where m.chronology = $1 and m.kind = 'event' and m.status = 'merged' and m.state ->> 'mergedInto' = x.key
                  and m.from_position <= $4 and m.to_position > $4)
            from unnest((select $2), (select $3)) as x (key, from_position)
            join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = x.key and r.from_position = x.from_position
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. wanted.Select(w => w.Event)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. wanted.Select(w => w.Position)] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        return trip.Ask(
            command,
            async (reader, ct) =>
            {
                var found = new OwnCitations([], new(StringComparer.Ordinal));
                while (await reader.ReadAsync(ct))
                {
                    var key = reader.GetString(0);
                    found.Of[(key, reader.GetInt64(1))] = JsonSerializer.Deserialize<ValueList<Citation>>(
                        reader.GetString(2),
                        RecordJson.Options
                    )!;
                    if (reader.GetBoolean(3))
                        found.Into.Add(key);
                }
                return found;
            }
        );
    }

    /// <summary>With the citations of what is merged into the events by the moment; a round trip only where something is.</summary>
    public async Task<IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>>> UnitedAsync(
        Moment moment,
        OwnCitations own,
        CancellationToken ct
    )
    {
        if (own.Into.Count == 0)
            return own.Of;
        var merged = await Merged.ReadAsync(source, moment, RecordKind.Event, own.Into, ct);
        return own.Of.ToDictionary(of => of.Key, of => merged.Citations(of.Key.Event, of.Value));
    }

    private static async Task<IReadOnlyList<FactEffects>> GroupAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new List<(FactKey Key, Guid Id, List<RecordedEffect> Effects)>();
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetGuid(0);
            if (found.Count == 0 || found[^1].Id != id)
                found.Add((KeyOf(reader), id, []));
            found[^1].Effects.Add(EffectOf(reader));
        }
        found.Sort((one, other) => FactKey.InOrder.Compare(one.Key, other.Key));
        return [.. found.Select(f => new FactEffects(Heritage.Plain(f.Key), f.Effects))];
    }

    /// <summary>The condition on <c>f</c>, its values added to <paramref name="parameters"/>.</summary>
    /// <param name="withEnders">Also the keys of the effects that end all values of a kind that is not functional; they are no facts themselves.</param>
    private static string Selecting(
        string chronology,
        FactSelection selection,
        NpgsqlParameterCollection parameters,
        bool withEnders = false
    )
    {
        var ender = $"f.value = '' and f.kind in ({NotFunctional})";
        var conditions = new List<string>
        {
            withEnders ? "true"
            : selection.Endings ? $"({ender})"
            : $"not ({ender})",
        };
        if (selection.Among is { } among)
            conditions.Add($"f.id = any({Parameter(among.Select(key => key.IdIn(chronology)).ToArray())})");
        if (selection.Kind is not null)
            conditions.Add($"f.kind = {Parameter(selection.Kind)}");
        if (selection.Qualifier is not null)
            conditions.Add($"f.qualifier = {Parameter(selection.Qualifier)}");
        if (selection.Value is not null)
            conditions.Add($"(f.value = {Parameter(selection.Value)} or f.kind not in ({NotFunctional}) or {ender})");
        var holders = selection.Holders is null ? null : Parameter(selection.Holders.ToArray());
        var towards = selection.Towards is null ? null : Parameter(selection.Towards.ToArray());
        if (Way(holders, towards) is { } way)
        {
            var turned = selection.EitherWay ? "" : $"f.kind in ({Symmetric}) and ";
            conditions.Add($"({way} or {turned}{Way(towards, holders)})");
        }
        return "and " + string.Join(" and ", conditions);

        static string? Way(string? holders, string? towards) =>
            (holders, towards) switch
            {
                (null, null) => null,
                (not null, null) => $"f.holder = any({holders})",
                (null, not null) => $"f.toward = any({towards})",
                _ => $"(f.holder = any({holders}) and f.toward = any({towards}))",
            };

        string Parameter(object value)
        {
            parameters.AddWithValue(value);
            return $"${parameters.Count.ToString(CultureInfo.InvariantCulture)}";
        }
    }

    private static readonly string NotFunctional = KindsThat(kind => !kind.Functional);

    private static readonly string Symmetric = KindsThat(kind => kind.Symmetric);

    private static string KindsThat(Func<FactKind, bool> are) =>
        string.Join(
            ", ",
            Vocabulary.FactKinds.Values.Where(are).Select(kind => $"'{kind.Code}'").Order(StringComparer.Ordinal)
        );

    /// <summary>The key from the columns kind, holder, toward, qualifier and value, which begin at <paramref name="first"/>.</summary>
    internal static FactKey KeyOf(NpgsqlDataReader reader, int first = 1) =>
        FactKey.Of(
            reader.GetString(first),
            reader.GetString(first + 1),
            Given(reader.GetString(first + 2)),
            Given(reader.GetString(first + 3)),
            Given(reader.GetString(first + 4))
        );

    private static RecordedEffect EffectOf(NpgsqlDataReader reader) =>
        StoredEffect.Read(reader.GetString(6), reader.GetInt16(7), reader.GetInt64(8), reader.GetString(9));

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
