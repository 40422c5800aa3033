using System.Text.Json.Serialization;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Eras;

/// <summary>What an era adds up to, as of a day and as known at a moment.</summary>
/// <param name="FirstDay">The first day on which it surely was; null: it had no beginning, or none that is sure by the day asked about.</param>
/// <param name="LastDay">The last such day, not after the day asked about; null: there is none.</param>
/// <param name="KeyEvents">The 12 of greatest intensity, surely in the era before possibly, then the earlier.</param>
/// <param name="Actors">The 20 with the most events, then ordinal.</param>
/// <param name="MoreActors">How many there are besides.</param>
/// <param name="Sources">By kind, in the order of the kinds' codes.</param>
/// <param name="LongestSilence">Between two events surely in the era; null with fewer.</param>
/// <param name="Neighbours">The first 100 events by key that are possibly in this era and possibly in another of its scheme.</param>
/// <param name="MoreNeighbours">How many there are besides.</param>
/// <param name="FactsAtStart">On the first day; null where there is none.</param>
/// <param name="FactsAtEnd">On the last day; null where there is none.</param>
/// <param name="StanceChanges">Declared stances that were others on the last day than on the first.</param>
/// <param name="Score">Null unless the question is about two sides.</param>
public sealed record EraAccount(
    string? FirstDay,
    string? LastDay,
    EventsOfEra Events,
    IReadOnlyList<KeyEvent> KeyEvents,
    IReadOnlyList<EventsOfActor> Actors,
    int MoreActors,
    IReadOnlyList<SourcesOfKind> Sources,
    SilenceAnswer? LongestSilence,
    IReadOnlyList<Neighbouring> Neighbours,
    int MoreNeighbours,
    FactsOnDay? FactsAtStart,
    FactsOnDay? FactsAtEnd,
    IReadOnlyList<StanceChangeAnswer> StanceChanges,
    EraScore? Score,
    IReadOnlyList<SentenceAnswer> Narrative,
    IReadOnlyList<LeftOut> LeftOut,
    IReadOnlyList<Note> Notes
);

/// <summary>How many events happened, or began, in an era; refuted ones are in no other number.</summary>
/// <param name="Certain">Surely in it.</param>
/// <param name="Possible">Possibly in it.</param>
/// <param name="Unsourced">Without any citation.</param>
public sealed record EventsOfEra(
    int Certain,
    int Possible,
    int Disputed,
    int Unsourced,
    int Refuted,
    IReadOnlyList<EventsOfType> ByType
);

/// <param name="Intensity">-10 to 10, at most two decimals.</param>
/// <param name="In">certain or possible.</param>
public sealed record KeyEvent(
    string Event,
    int Revision,
    long Position,
    string Type,
    string Title,
    DateAnswer Occurred,
    decimal Intensity,
    string Credibility,
    Certainty In
);

/// <param name="Sources">How many are cited.</param>
/// <param name="Citations">How often.</param>
public sealed record SourcesOfKind(string Kind, int Sources, int Citations);

/// <param name="Facts">The first 100 in their order.</param>
/// <param name="More">How many there are besides.</param>
public sealed record FactsOnDay(string AsOf, IReadOnlyList<FactAnswer> Facts, int More);

/// <summary>The longest time inside an era in which nothing is recorded to have happened, or begun.</summary>
/// <param name="Days">From the one day to the other.</param>
/// <param name="After">The event before it.</param>
/// <param name="From">The last possible day of that event.</param>
/// <param name="Before">The event after it.</param>
/// <param name="Until">The first possible day of that event.</param>
/// <param name="PossiblyBrokenBy">How many events, whose days are uncertain, may lie between.</param>
public sealed record SilenceAnswer(
    long Days,
    string After,
    string From,
    string Before,
    string Until,
    int PossiblyBrokenBy
)
{
    public static SilenceAnswer Of(EraSilence silence) =>
        new(
            silence.Days,
            silence.After,
            silence.From.ToString(),
            silence.Before,
            silence.Until.ToString(),
            silence.PossiblyBrokenBy
        );
}

/// <param name="Certainty">Of what it came to: certain, possible or claimed.</param>
/// <param name="Because">What it came to rests on these.</param>
public sealed record StanceChangeAnswer(
    string Holder,
    string Toward,
    string Before,
    string After,
    string Certainty,
    IReadOnlyList<BecauseAnswer> Because
);

/// <summary>The score of two sides over an era.</summary>
/// <param name="Start">On its first day; null where there is none, and then there is no least, greatest or trend.</param>
/// <param name="Min">The least on the first day, at the ends of years and on the last day; the earliest of equals.</param>
/// <param name="Max">Likewise the greatest.</param>
/// <param name="Trend">From the first day to the last: improving, deteriorating, stable or uncertain.</param>
/// <param name="Undated">How many events may have happened by the last day but cannot be weighed, because nothing bounds their dates.</param>
/// <param name="TooManyPairs">How many have more than 64 pairs and weigh in no score.</param>
public sealed record EraScore(
    ScorePoint? Start,
    ScorePoint End,
    ScorePoint? Min,
    ScorePoint? Max,
    string? Trend,
    int Undated,
    long TooManyPairs
);

/// <param name="Code">By what <c>GET /explain/era</c> finds it, the same for the same thing in every narrative of the era: <c>event/KEY</c>, <c>silence</c>,
/// <c>stance/HOLDER/TOWARD</c>, <c>fact/KIND/HOLDER/TOWARD</c> and perhaps qualifier and value.</param>
/// <param name="Text">Plain English, by rule from what is recorded.</param>
/// <param name="Because">The events that it tells; at least one, each in the era certainly or possibly.</param>
/// <param name="Naming">The other records whose names stand in it: <c>actor/ussr</c>.</param>
public sealed record SentenceAnswer(
    string Code,
    string Text,
    IReadOnlyList<BecauseAnswer> Because,
    IReadOnlyList<string> Naming
);

/// <summary>An era as it was summed up and told, with what that was made from.</summary>
/// <param name="Told">The sentences of the account, in their order.</param>
/// <param name="Named">The records whose names stand in them, as known at the moment.</param>
/// <param name="Sure">The first and the last day on which it surely was; null: there is none.</param>
public sealed record AccountedEra(
    Moment Moment,
    EraAccount Account,
    EraSummary Summary,
    EraSpan Span,
    IReadOnlyList<Sentence> Told,
    IReadOnlyDictionary<RecordId, RecordedRow> Named,
    (Day? First, Day Last)? Sure
);

/// <summary>Sums up eras and tells them.</summary>
/// <remarks>Reads the events that may lie in the era by their first and last possible days, a page at a time.</remarks>
public sealed class EraAccounts(Timeline timeline, FactTelling facts, Scores scores, Reading source)
{
    private const int Page = EventTimeline.GreatestLimit;
    private const int GreatestFacts = 100;
    private const int GreatestActors = 20;
    private const int GreatestYears = 1_000;
    private const string Stance = "stance";

    /// <param name="parties">Actors that stand.</param>
    /// <param name="scheme">The eras of its scheme, by key; it may be among them.</param>
    public async Task<AccountedEra> OfAsync(
        Moment moment,
        Identity identity,
        Parties parties,
        RecordedRow era,
        IReadOnlyList<(string Era, EraSpan Span)> scheme,
        CancellationToken ct
    )
    {
        var span = EraSpan.Of((EraContent)era.State.Content);
        var tally = new EraTally([.. scheme.Where(other => other.Era != era.State.Id.OwnKey)], moment.AsOf);
        await foreach (var one in EventsAsync(moment, identity, parties, span, ct))
            tally.Add(one);
        var summary = tally.Sum();
        var sure = span.SureDays(moment.AsOf);
        var atStart = sure?.First is { } first ? await FactsAsync(moment, identity, parties, first, ct) : null;
        var atEnd = sure is { } days ? await FactsAsync(moment, identity, parties, days.Last, ct) : null;
        var stances = atStart is null || atEnd is null ? [] : StanceChanges(atStart, atEnd);
        var because = await BecauseAsync(moment, summary, [.. atEnd ?? []], ct);
        var named = await NamedAsync(moment, identity, summary, atEnd ?? [], ct);
        var (told, leftOut) = Narrative.Of(
            summary,
            tally.Has,
            sure?.Last,
            [.. (atEnd ?? []).Select(AtEnd)],
            stances,
            new(named.ToDictionary(one => one.Key, one => one.Value.State.Content), identity.Surviving),
            moment.AsOf
        );
        var score = sure is { } when
            ? await ScoreAsync(moment, parties.KeysIn(identity), when.First, when.Last, ct)
            : null;
        var account = new EraAccount(
            sure?.First?.ToString(),
            sure?.Last.ToString(),
            new(summary.Certain, summary.Possible, summary.Disputed, summary.Unsourced, summary.Refuted, summary.Types),
            [.. summary.KeyEvents.Select(Told)],
            [.. summary.Actors.Take(GreatestActors)],
            Math.Max(0, summary.Actors.Count - GreatestActors),
            await SourcesAsync(moment, summary.Citations, ct),
            summary.Silence is { } silence ? SilenceAnswer.Of(silence) : null,
            summary.Neighbours,
            summary.NeighbourCount - summary.Neighbours.Count,
            Bounded(sure?.First, atStart),
            Bounded(sure?.Last, atEnd),
            [.. stances.Select(change => Told(change, because))],
            score?.Score,
            [
                .. told.Select(sentence => new SentenceAnswer(
                    sentence.Code,
                    sentence.Text,
                    [.. sentence.Because.Select(key => because[key])],
                    [.. sentence.Names.Select(id => id.StreamKey)]
                )),
            ],
            leftOut,
            [.. Notes(sure is not null, score?.Years ?? 0)]
        );
        return new(moment, account, summary, span, told, named, sure);
    }

    private async IAsyncEnumerable<EraEvent> EventsAsync(
        Moment moment,
        Identity identity,
        Parties parties,
        EraSpan span,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        var selection = new TimelineSelection(
            span.Earliest,
            span.Latest < moment.AsOf ? span.Latest : moment.AsOf,
            parties.KeysIn(identity),
            null,
            null,
            [],
            Certainly: false,
            ["active", "disputed"]
        );
        TimelinePlace? place = null;
        do
        {
            var (page, next) = await timeline.PageAsync(moment, selection, place, Page, ct);
            var keys = page.Select(row => row.State.Id.Key);
            var merged = await Merged.ReadAsync(source, moment, RecordKind.Event, keys, ct);
            foreach (var row in page)
            {
                var content = row.State.Dated!;
                var when = content.When();
                var held = span.Holds(when, moment.AsOf);
                if (held == Certainty.No)
                    continue;
                yield return new(
                    row.State.Id.Key,
                    row.State.Revision,
                    row.Position,
                    content,
                    when,
                    [.. content.Actors.Select(one => identity.Surviving(one.Actor)).Distinct(StringComparer.Ordinal)],
                    merged.Citations(row.State),
                    row.State.Derived?.From,
                    held
                );
            }
            place = next;
        } while (place is not null);
    }

    private Task<IReadOnlyList<FactAnswer>> FactsAsync(
        Moment moment,
        Identity identity,
        Parties parties,
        Day day,
        CancellationToken ct
    ) => facts.ListedAsync(moment with { AsOf = day }, identity, FactSelection.Of(parties), ct);

    private static FactsOnDay? Bounded(Day? day, IReadOnlyList<FactAnswer>? all) =>
        all is null
            ? null
            : new(day!.Value.ToString(), [.. all.Take(GreatestFacts)], Math.Max(0, all.Count - GreatestFacts));

    private static FactAtEnd AtEnd(FactAnswer fact) =>
        new(
            fact.Fact,
            fact.Holder,
            fact.Toward,
            fact.Qualifier,
            fact.Value,
            RecordJson.Word(fact.Certainty),
            fact.Alternatives,
            RecordedOf(fact),
            Keys(fact)
        );

    private static IReadOnlyList<string> RecordedOf(FactAnswer fact) =>
        [.. new[] { fact.HeldAs, fact.TowardAs }.OfType<string>()];

    private static IReadOnlyList<string> Keys(FactAnswer fact) => [.. fact.Because.Select(because => because.Event)];

    private static IReadOnlyList<StanceChange> StanceChanges(
        IReadOnlyList<FactAnswer> atStart,
        IReadOnlyList<FactAnswer> atEnd
    )
    {
        var before = Stances(atStart);
        var after = Stances(atEnd);
        return
        [
            .. before
                .Keys.Union(after.Keys)
                .OrderBy(key => key.Holder, StringComparer.Ordinal)
                .ThenBy(key => key.Toward, StringComparer.Ordinal)
                .Select(key => (key, Was: before.GetValueOrDefault(key), Is: after.GetValueOrDefault(key)))
                .Where(stance => stance.Was?.Value != stance.Is?.Value)
                .Select(stance => new StanceChange(
                    stance.key.Holder,
                    stance.key.Toward,
                    stance.Was?.Value ?? Vocabulary.None,
                    stance.Is?.Value ?? Vocabulary.None,
                    RecordJson.Word(stance.Is?.Certainty ?? FactCertainty.Certain),
                    stance.Is is null ? [] : RecordedOf(stance.Is),
                    stance.Is is null ? [] : Keys(stance.Is)
                )),
        ];

        static Dictionary<(string Holder, string Toward), FactAnswer> Stances(IReadOnlyList<FactAnswer> facts) =>
            facts.Where(fact => fact.Fact == Stance).ToDictionary(fact => (fact.Holder, fact.Toward!));
    }

    private static StanceChangeAnswer Told(StanceChange change, IReadOnlyDictionary<string, BecauseAnswer> because) =>
        new(
            change.Holder,
            change.Toward,
            change.Before,
            change.After,
            change.Certainty,
            [.. change.Because.Select(key => because[key])]
        );

    private static KeyEvent Told(EraEvent one) =>
        new(
            one.Key,
            one.Revision,
            one.Position,
            one.Content.Type,
            one.Content.Title,
            DateAnswer.Of(one.Content, one.When),
            ScoreAnswer.Decimal((int)(one.Intensity * 100)),
            one.Content.Credibility,
            one.In
        );

    /// <summary>The revisions and passages behind every event that the narrative may tell.</summary>
    private async Task<IReadOnlyDictionary<string, BecauseAnswer>> BecauseAsync(
        Moment moment,
        EraSummary summary,
        IReadOnlyList<FactAnswer> atEnd,
        CancellationToken ct
    )
    {
        var because = new Dictionary<string, BecauseAnswer>(StringComparer.Ordinal);
        foreach (var one in summary.KeyEvents)
            because[one.Key] = new(one.Key, one.Revision, one.Position, one.Citations, one.DatedBy);
        foreach (var one in atEnd.SelectMany(fact => fact.Because))
            because.TryAdd(one.Event, one);
        if (summary.Silence is not { } silence)
            return because;
        string[] around = [silence.After, silence.Before];
        var missing = around.Where(key => !because.ContainsKey(key)).ToArray();
        var rows = await Rows.SomeAsync(source, moment, RecordKind.Event, missing, ct);
        var merged = await Merged.ReadAsync(source, moment, RecordKind.Event, missing, ct);
        foreach (var row in rows)
        {
            because[row.State.Id.Key] = new(
                row.State.Id.Key,
                row.State.Revision,
                row.Position,
                merged.Citations(row.State),
                row.State.Derived?.From
            );
        }
        return because;
    }

    private async Task<IReadOnlyDictionary<RecordId, RecordedRow>> NamedAsync(
        Moment moment,
        Identity identity,
        EraSummary summary,
        IReadOnlyList<FactAnswer> atEnd,
        CancellationToken ct
    )
    {
        var ids = new HashSet<RecordId>();
        foreach (var one in summary.KeyEvents)
        {
            ids.UnionWith(one.Actors.Select(Actor));
            ids.UnionWith(one.Citations.Select(citation => new RecordId(RecordKind.Source, citation.Source)));
            ids.UnionWith((one.Content.Anchor ?? []).Select(anchor => Event(anchor.Event)));
        }
        foreach (var fact in atEnd)
        {
            ids.Add(Actor(fact.Holder));
            ids.UnionWith(RecordedOf(fact).Select(Actor));
            if (fact.Toward is not { } toward)
                continue;
            ids.Add(Actor(toward));
            ids.Add(new(RecordKind.Issue, toward));
        }
        var rows = new Dictionary<RecordId, RecordedRow>();
        foreach (var of in ids.GroupBy(id => id.Kind, id => id.Key))
        {
            foreach (var row in await Rows.SomeAsync(source, moment, of.Key, of, ct))
                rows.Add(row.State.Id, row);
        }
        return rows;
    }

    private static RecordId Actor(string key) => new(RecordKind.Actor, key);

    private static RecordId Event(string key) => new(RecordKind.Event, key);

    private async Task<IReadOnlyList<SourcesOfKind>> SourcesAsync(
        Moment moment,
        IReadOnlyDictionary<string, int> citations,
        CancellationToken ct
    )
    {
        return
        [
            .. (await Rows.SomeAsync(source, moment, RecordKind.Source, citations.Keys, ct))
                .GroupBy(row => ((SourceContent)row.State.Content).Kind, row => citations[row.State.Id.Key])
                .OrderBy(of => of.Key, StringComparer.Ordinal)
                .Select(of => new SourcesOfKind(of.Key, of.Count(), of.Sum())),
        ];
    }

    /// <returns>And over how many years' ends it looks.</returns>
    private async Task<(EraScore Score, long Years)?> ScoreAsync(
        Moment moment,
        Parties parties,
        Day? first,
        Day last,
        CancellationToken ct
    )
    {
        if (!parties.ArePair)
            return null;
        var found = await scores.ReadAsync(moment, parties, first ?? last, last, ct);
        var end = found.Evidence.At(last);
        if (first is not { } start)
            return (
                new(null, ScorePoint.Of(last, end), null, null, null, found.UndatedBy(last), found.TooManyPairs),
                0
            );
        var years = last.Civil.Year - start.Civil.Year;
        var days = new List<Day> { start };
        for (var year = last.Civil.Year - Math.Min(years, GreatestYears); year < last.Civil.Year; year++)
            days.Add(ScoreEvidence.EndOf(year));
        days.Add(last);
        var points = days.Select(day => (Day: day, Score: found.Evidence.At(day))).ToArray();
        var min = points.MinBy(point => point.Score.Value);
        var max = points.MaxBy(point => point.Score.Value);
        return (
            new(
                ScorePoint.Of(start, points[0].Score),
                ScorePoint.Of(last, end),
                ScorePoint.Of(min.Day, min.Score),
                ScorePoint.Of(max.Day, max.Score),
                points[0].Score.TrendTo(end),
                found.UndatedBy(last),
                found.TooManyPairs
            ),
            years
        );
    }

    private static IEnumerable<Note> Notes(bool hasSureDays, long years)
    {
        if (years > GreatestYears)
            yield return new(
                "long-era",
                $"The least and the greatest score are of the first day and of the ends of the last {GreatestYears} years."
            );
        if (!hasSureDays)
            yield return new(
                "no-sure-day",
                "There is no day up to the day asked about on which the era surely was: it has no facts at start and end, and no score."
            );
    }
}
