using System.Text.Json;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Audit;
using Chronology.Service.Stances;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Compare;

/// <summary>The difference of two answers about the state of relations: its facts, eras and score. What cannot have changed is not decided again.</summary>
/// <remarks>The latest events and the notes of an answer are no lines: they say what lies around a state, not what it is.</remarks>
public sealed class Comparing(
    Identities identities,
    FactTelling facts,
    RecordedEras eras,
    ScoreTelling scores,
    Facts recordedFacts,
    StanceTelling stances,
    Candidates candidates,
    Reading source
)
{
    /// <param name="identities">Read there too.</param>
    public static Comparing Over(Reading reading, Identities identities)
    {
        var facts = new Facts(reading, identities);
        return new(
            identities,
            new FactTelling(facts),
            new RecordedEras(reading),
            new ScoreTelling(new Scores(reading, identities)),
            facts,
            new StanceTelling(facts, reading),
            new Candidates(reading),
            reading
        );
    }

    /// <summary>What the record came to say differently of one day: two moments of the same day.</summary>
    /// <remarks>Behind a line stand the revisions of the events that decided its fact, before or after, of the actors that made it theirs, and of its era.</remarks>
    public async Task<IReadOnlyList<DifferenceLine>> KnowledgeAsync(
        Moment before,
        Moment after,
        Parties parties,
        CancellationToken ct
    )
    {
        var (low, high) = (Math.Min(before.Position, after.Position), Math.Max(before.Position, after.Position));
        if (low == high)
            return [];
        var one = (before, await identities.AtAsync(before, ct));
        var other = (after, await identities.AtAsync(after, ct));
        var revised = await candidates.ActorsAsync(before, after, ct);
        var merged = await candidates.MergedAsync(before, after, ct);
        var among = await candidates.RevisedAsync(one, other, revised, merged.Select(into => into.Key), ct);
        var ofFacts = await FactsAsync(one, other, parties, among, revised, ct);
        var ofEras = await ErasAsync(before, after, ct);
        var records = ofFacts.SelectMany(Records).Concat(ofEras.Select(line => line.About));
        var revisions = (await LedgerRows.RevisingAsync(source, before.Chronology, low, high, records, ct)).ToLookup(
            row => row.Id,
            ChangeAnswer.Of
        );
        return
        [
            .. ofFacts.Select(line => Line(line.Difference, Revising(Records(line)))),
            .. ofEras.Select(line => Line(line, Revising([line.About]))),
            .. await ScoreAsync(one, other, parties, RevisionsOfScoreAsync, ct),
        ];

        async Task<ScoreLine> RevisionsOfScoreAsync(ScoreLine line, IEnumerable<Guid> pairs)
        {
            var positions = await candidates.ScoringAsync(pairs, before, after, ct);
            var rows = await LedgerRows.AtAsync(source, before.Chronology, [.. positions], ct);
            var ofActors = await LedgerRows.RevisingAsync(
                source,
                before.Chronology,
                low,
                high,
                revised.Select(actor => new RecordId(RecordKind.Actor, actor)),
                ct
            );
            return line with
            {
                Revisions =
                [
                    .. rows.UnionBy(ofActors, row => row.Position).OrderBy(row => row.Position).Select(ChangeAnswer.Of),
                ],
            };
        }

        IEnumerable<RecordId> Records(FactDifference line)
        {
            var events = line.Behind.SelectMany(effect =>
                effect.DatedBy.Select(anchor => anchor.Event).Prepend(effect.Event)
            );
            return events
                .Concat(events.SelectMany(into => merged[into]))
                .Select(key => new RecordId(RecordKind.Event, key))
                .Concat(line.Actors.Select(actor => new RecordId(RecordKind.Actor, actor)));
        }

        IReadOnlyList<ChangeAnswer> Revising(IEnumerable<RecordId> behind) =>
            [.. behind.Distinct().SelectMany(id => revisions[id]).OrderBy(revision => revision.Position)];
    }

    /// <summary>The adoptions of rules between two moments, in the order of their positions.</summary>
    public async Task<IReadOnlyList<ChangeAnswer>> AdoptionsAsync(Moment one, Moment other, CancellationToken ct) =>
        [
            .. (
                await LedgerRows.RevisingAsync(
                    source,
                    one.Chronology,
                    Math.Min(one.Position, other.Position),
                    Math.Max(one.Position, other.Position),
                    [RecordId.Itself],
                    ct
                )
            ).Select(ChangeAnswer.Of),
        ];

    /// <summary>What other rules say: two moments that differ in nothing else.</summary>
    /// <remarks>Facts and eras are the same under all rules. Reads every stance of the parties; without parties, all that there are.</remarks>
    /// <param name="adoptions">Those behind every line.</param>
    public async Task<IReadOnlyList<DifferenceLine>> RulesAsync(
        Moment before,
        Moment after,
        Parties parties,
        IReadOnlyList<ChangeAnswer> adoptions,
        CancellationToken ct
    )
    {
        if (before.Rules == after.Rules)
            return [];
        var identity = await identities.AtAsync(before, ct);
        var ofScore = await ScoreAsync(
            (before, identity),
            (after, identity),
            parties,
            (line, _) => Task.FromResult(line with { Revisions = adoptions }),
            ct
        );
        var ofStances = await StancesAsync(before, after, parties, int.MaxValue, ct);
        return [.. ofScore, .. ofStances.Select(line => line with { Revisions = adoptions })];
    }

    /// <summary>The stances of these parties under two versions of the rules, where they differ, by holder and toward.</summary>
    /// <param name="greatest">Of so many facts at most, in the order of their keys.</param>
    public async Task<IReadOnlyList<StanceLine>> StancesAsync(
        Moment before,
        Moment after,
        Parties parties,
        int greatest,
        CancellationToken ct
    )
    {
        var identity = await identities.AtAsync(before, ct);
        var standing = parties.As(identity).Value;
        var selection = FactSelection.Of(standing) with { Kind = Stance.Kind };
        var recorded = await recordedFacts.ReadAsync(before, identity, selection, ct);
        var lines = new List<StanceLine>();
        foreach (var page in recorded.Take(greatest).Chunk(StancesAtOnce))
        {
            var was = await stances.OfAsync(before, identity, page, ct);
            var now = await stances.OfAsync(after, identity, page, ct);
            lines.AddRange(was.Zip(now).Where(pair => !Same(pair.First, pair.Second)).Select(Line));
        }
        return lines;
    }

    private const int StancesAtOnce = 500;

    private static StanceLine Line((StanceAnswer Before, StanceAnswer After) line) =>
        new(
            line.Before.Holder,
            line.Before.Toward,
            line.Before.Revealed.Value == line.After.Revealed.Value ? Change.Certainty : Change.Value,
            line.Before,
            line.After,
            null,
            null
        );

    /// <summary>The pairs of the actors that stand for those of these, each once, in ordinal order.</summary>
    public static IReadOnlyList<ScoredPair> Standing(IEnumerable<ScoredPair> recorded, Identity identity) =>
        [
            .. recorded
                .Select(pair => ScoredPair.Of(identity.Surviving(pair.One), identity.Surviving(pair.Other)))
                .Where(pair => pair.One != pair.Other)
                .Distinct()
                .OrderBy(pair => pair.One, StringComparer.Ordinal)
                .ThenBy(pair => pair.Other, StringComparer.Ordinal),
        ];

    /// <summary>The scores of these pairs of actors where they differ.</summary>
    /// <param name="pairs">Of actors that stand at the second moment.</param>
    public async Task<IReadOnlyList<ScoreLine>> ScoresAsync(
        Moment before,
        Moment after,
        IEnumerable<ScoredPair> pairs,
        CancellationToken ct
    )
    {
        var one = (Moment: before, Identity: await identities.AtAsync(before, ct));
        var other = (Moment: after, Identity: await identities.AtAsync(after, ct));
        var lines = new List<ScoreLine>();
        foreach (var pair in pairs)
        {
            var parties = new Parties([pair.One], [pair.Other]);
            if (parties.As(one.Identity).IsOk)
                lines.AddRange(await ScoreAsync(one, other, parties, (line, _) => Task.FromResult(line), ct));
        }
        return lines;
    }

    /// <summary>What became different in the world: two moments of the same position.</summary>
    public async Task<IReadOnlyList<DifferenceLine>> WorldAsync(
        Moment before,
        Moment after,
        Parties parties,
        CancellationToken ct
    )
    {
        if (before.AsOf == after.AsOf)
            return [];
        var (first, last) = (Day.Min(before.AsOf, after.AsOf), Day.Max(before.AsOf, after.AsOf));
        var identity = await identities.AtAsync(before, ct);
        var actors = identity.ActorsTurning(first, last);
        var among = await candidates.DatedAsync(before, first, last, identity, actors, ct);
        var ofFacts = await FactsAsync((before, identity), (after, identity), parties, among, actors, ct);
        var turning = ofFacts.ToDictionary(
            line => line.Difference.About,
            line =>
                line.Behind.Where(effect => Turns(effect, first, last))
                    .Order(FactsAsOf.ByBegin)
                    .Select(effect => effect.Event)
                    .Distinct(StringComparer.Ordinal)
                    .ToArray()
        );
        var events = await EventsAsync(before, turning.Values.SelectMany(keys => keys), ct);
        return
        [
            .. ofFacts.Select(line =>
                Line(
                    line.Difference,
                    events: [.. turning[line.Difference.About].Select(key => events[key])],
                    actors: line.Actors
                )
            ),
            .. (await ErasAsync(before, after, ct)).Select(line => Line(line, events: [])),
            .. await ScoreAsync((before, identity), (after, identity), parties, EventsOfScoreAsync, ct),
        ];

        async Task<ScoreLine> EventsOfScoreAsync(ScoreLine line, IEnumerable<Guid> pairs)
        {
            var keys = await candidates.ScoredAsync(pairs, before, first, last, ct);
            var scored = await EventsAsync(before, keys, ct);
            return line with { Events = [.. keys.Select(key => scored[key])] };
        }
    }

    /// <param name="Behind">The effects that decided the fact, in either answer, also where it is not listed.</param>
    /// <param name="Actors">Those of the actors asked about whose effects are or were the fact's.</param>
    private sealed record FactDifference(
        Difference<FactKey, FactAnswer> Difference,
        IReadOnlyList<RecordedEffect> Behind,
        IReadOnlyList<string> Actors
    );

    private async Task<IReadOnlyList<FactDifference>> FactsAsync(
        (Moment Moment, Identity Identity) before,
        (Moment Moment, Identity Identity) after,
        Parties parties,
        IReadOnlySet<FactKey> among,
        IReadOnlyList<string> actors,
        CancellationToken ct
    )
    {
        if (among.Count == 0)
            return [];
        var selection = FactSelection.Of(parties) with { Among = among };
        var one = await facts.ToldAsync(before.Moment, before.Identity, selection, ct);
        var other = await facts.ToldAsync(after.Moment, after.Identity, selection, ct);
        var behind = one.Concat(other)
            .ToLookup(
                fact => fact.Entry.Key,
                fact => fact.Entry.Because.Concat(fact.Entry.DisputedBy).Concat(fact.Entry.ClaimedAgainst)
            );
        return
        [
            .. Differing
                .Between(Listed(one), Listed(other), Same, FactKey.InOrder)
                .Select(line => new FactDifference(
                    line,
                    [.. behind[line.About].SelectMany(effects => effects)],
                    [.. actors.Where(BehindOf(line.About).Contains)]
                )),
        ];

        HashSet<string> BehindOf(FactKey key) =>
            actors.Count == 0
                ? []
                : new[] { key.Holder, key.Toward }
                    .OfType<string>()
                    .SelectMany(actor => before.Identity.KeysBehind(actor).Concat(after.Identity.KeysBehind(actor)))
                    .ToHashSet(StringComparer.Ordinal);

        static Dictionary<FactKey, FactAnswer> Listed(IEnumerable<ToldFact> told) =>
            told.Where(fact => fact.Told is not null).ToDictionary(fact => fact.Entry.Key, fact => fact.Told!);
    }

    private async Task<IReadOnlyList<Difference<RecordId, EraInForce>>> ErasAsync(
        Moment before,
        Moment after,
        CancellationToken ct
    ) =>
        Differing.Between(
            (await eras.InForceAsync(before, ct)).ToDictionary(Id),
            (await eras.InForceAsync(after, ct)).ToDictionary(Id),
            Same,
            Comparer<RecordId>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key))
        );

    /// <param name="explain">Adds what is behind the line; the ids are those of the pairs of actors whose events weigh in it.</param>
    private async Task<IReadOnlyList<ScoreLine>> ScoreAsync(
        (Moment Moment, Identity Identity) before,
        (Moment Moment, Identity Identity) after,
        Parties parties,
        Func<ScoreLine, IEnumerable<Guid>, Task<ScoreLine>> explain,
        CancellationToken ct
    )
    {
        if (!parties.ArePair)
            return [];
        var one = parties.As(before.Identity).Value.KeysIn(before.Identity);
        var other = parties.As(after.Identity).Value.KeysIn(after.Identity);
        var (was, now) = (await scores.OfAsync(before.Moment, one, ct), await scores.OfAsync(after.Moment, other, ct));
        if (was == now)
            return [];
        var change = was?.Value == now?.Value ? Change.Certainty : Change.Value;
        return
        [
            await explain(
                new(parties.ToString(), change, was, now, null, null),
                one.PairsIn(before.Moment.Chronology).Union(other.PairsIn(before.Moment.Chronology))
            ),
        ];
    }

    private async Task<Dictionary<string, EventBehind>> EventsAsync(
        Moment moment,
        IEnumerable<string> keys,
        CancellationToken ct
    ) =>
        (await Rows.SomeAsync(source, moment, RecordKind.Event, keys, ct)).ToDictionary(
            row => row.State.Id.Key,
            Behind
        );

    private static RecordId Id(EraInForce era) => RecordId.Era(era.Scheme, era.Era);

    /// <summary>To the byte, as answers are.</summary>
    internal static bool Same<T>(T one, T other) =>
        JsonSerializer
            .SerializeToUtf8Bytes(one, Answers.Json)
            .AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, Answers.Json));

    /// <summary>Whether the effect may begin or come to its end between the two days.</summary>
    private static bool Turns(RecordedEffect effect, Day first, Day last) =>
        effect.Begins.Days.FirstOnOrAfter(first + 1) <= last || effect.LastDay?.Days.FirstOnOrAfter(first) < last;

    private static EventBehind Behind(RecordedRow row)
    {
        var content = row.State.Dated!;
        return new(
            row.State.Id.Key,
            content.Title,
            DateAnswer.Of(content, content.When()),
            row.State.Revision,
            row.Position
        );
    }

    private static FactLine Line(
        Difference<FactKey, FactAnswer> line,
        IReadOnlyList<ChangeAnswer>? revisions = null,
        IReadOnlyList<EventBehind>? events = null,
        IReadOnlyList<string>? actors = null
    ) =>
        new(
            line.About.Fact,
            line.About.Holder,
            line.About.Toward,
            line.About.Qualifier,
            line.About.Value,
            ChangeOf(line),
            line.Before,
            line.After,
            revisions,
            events,
            actors is { Count: > 0 } ? actors : null
        );

    private static EraLine Line(
        Difference<RecordId, EraInForce> line,
        IReadOnlyList<ChangeAnswer>? revisions = null,
        IReadOnlyList<EventBehind>? events = null
    ) => new(line.About.Scheme!, line.About.OwnKey, ChangeOf(line), line.Before, line.After, revisions, events);

    private static Change ChangeOf(Difference<FactKey, FactAnswer> line) =>
        line switch
        {
            { Before: null } => Change.Appeared,
            { After: null } => Change.Ended,
            (_, { } a, { } b) when a.Value != b.Value => Change.Value,
            (_, { } a, { } b) when a.Certainty != b.Certainty || !a.Alternatives.SequenceEqual(b.Alternatives) =>
                Change.Certainty,
            (_, { } a, { } b) when a.Since != b.Since || a.Until != b.Until => Change.Dates,
            _ => Change.Grounds,
        };

    private static Change ChangeOf(Difference<RecordId, EraInForce> line) =>
        line switch
        {
            { Before: null } => Change.Appeared,
            { After: null } => Change.Ended,
            (_, { } a, { } b) when a.Certainty != b.Certainty => Change.Certainty,
            _ => Change.Wording,
        };
}
