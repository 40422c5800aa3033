using System.Globalization;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Sources;
using Chronology.Time;

namespace Chronology.Eras;

/// <summary>What a sentence tells, by the rule that makes it.</summary>
public abstract record Telling
{
    private Telling() { }

    /// <summary>By what the sentence is found again, whatever else is told: the same for the same thing in every narrative of the era.</summary>
    public abstract string Code { get; }

    /// <summary>One of the key events.</summary>
    /// <param name="Place">Among them by weight, from 1.</param>
    public sealed record OfEvent(EraEvent Event, int Place) : Telling
    {
        public override string Code => $"event/{Event.Key}";
    }

    /// <summary>The longest silence.</summary>
    public sealed record OfSilence(EraSilence Silence) : Telling
    {
        public override string Code => "silence";
    }

    /// <summary>A declared stance that became another.</summary>
    public sealed record OfStance(StanceChange Change) : Telling
    {
        public override string Code => $"stance/{Change.Holder}/{Change.Toward}";
    }

    /// <summary>A fact at the end.</summary>
    public sealed record OfFact(FactAtEnd Fact) : Telling
    {
        public override string Code =>
            string.Join(
                '/',
                new[]
                {
                    "fact",
                    Fact.Fact,
                    Fact.Holder,
                    Fact.Toward,
                    Fact.Qualifier,
                    Vocabulary.FactKinds[Fact.Fact].Functional ? null : Fact.Value,
                }.OfType<string>()
            );
    }
}

/// <summary>One sentence of a narrative.</summary>
/// <param name="Because">The keys of the events that it tells; at least one, in the order told.</param>
/// <param name="Names">The other records whose names or titles stand in it, in ordinal order.</param>
public sealed record Sentence(Telling Tells, string Text, IReadOnlyList<string> Because, IReadOnlyList<RecordId> Names)
{
    public string Code => Tells.Code;
}

/// <summary>What a narrative does not tell.</summary>
/// <param name="Count">How many of it there are.</param>
/// <param name="Why">One sentence.</param>
public sealed record LeftOut(string Code, int Count, string Why);

/// <summary>A fact on the last sure day of an era.</summary>
/// <param name="Certainty">certain, possible or claimed.</param>
/// <param name="Alternatives">Other values that are possible.</param>
/// <param name="RecordedOf">The predecessors that it is recorded of, where holder or toward have it from them.</param>
/// <param name="Because">The keys of the events that may decide it.</param>
public sealed record FactAtEnd(
    string Fact,
    string Holder,
    string? Toward,
    string? Qualifier,
    string Value,
    string Certainty,
    IReadOnlyList<string> Alternatives,
    IReadOnlyList<string> RecordedOf,
    IReadOnlyList<string> Because
);

/// <summary>A declared stance that was another at the end of an era than at its start.</summary>
/// <param name="Before">none: nothing was declared.</param>
/// <param name="After">none: nothing was any more.</param>
/// <param name="Certainty">Of what it came to: certain, possible or claimed.</param>
/// <param name="RecordedOf">As of <see cref="FactAtEnd"/>, of what it came to.</param>
/// <param name="Because">The keys of the events behind what it came to; none where nothing was declared any more.</param>
public sealed record StanceChange(
    string Holder,
    string Toward,
    string Before,
    string After,
    string Certainty,
    IReadOnlyList<string> RecordedOf,
    IReadOnlyList<string> Because
);

/// <summary>The records whose names a narrative uses, as known at its moment. What is not among them is called by its key.</summary>
/// <param name="Surviving">The actor that stands for a key.</param>
public sealed record NamedRecords(
    IReadOnlyDictionary<RecordId, RecordContent> Contents,
    Func<string, string> Surviving
);

/// <summary>Tells an era in plain English, from the record and by rule alone: the same record gives the same sentences.</summary>
/// <remarks>Told are the key events in the order in which they happened, the longest silence, the changes of declared stances, and the facts at
/// the end that rest on the era's own events. Everything else is counted in what is left out.</remarks>
public sealed class Narrative
{
    /// <summary>How many facts at the end are told.</summary>
    public const int GreatestFacts = 10;

    /// <summary>How many changes of stances are told.</summary>
    public const int GreatestStances = 10;

    internal const int GreatestSources = 3;

    private readonly NamedRecords named;
    private readonly Day asOf;
    private readonly SortedSet<RecordId> used = new(
        Comparer<RecordId>.Create((one, other) => string.CompareOrdinal(one.StreamKey, other.StreamKey))
    );

    private Narrative(NamedRecords named, Day asOf) => (this.named, this.asOf) = (named, asOf);

    /// <param name="summary">Of the era.</param>
    /// <param name="isIn">Whether an event is in the era, certainly or possibly.</param>
    /// <param name="end">The last sure day of the era up to the day asked about; null: none, and then no facts.</param>
    /// <param name="facts">On that day, in their order.</param>
    /// <param name="asOf">The day asked about.</param>
    public static (IReadOnlyList<Sentence> Told, IReadOnlyList<LeftOut> LeftOut) Of(
        EraSummary summary,
        Func<string, bool> isIn,
        Day? end,
        IReadOnlyList<FactAtEnd> facts,
        IReadOnlyList<StanceChange> stances,
        NamedRecords named,
        Day asOf
    )
    {
        var narrative = new Narrative(named, asOf);
        var places = summary
            .KeyEvents.Select((one, place) => (one.Key, place))
            .ToDictionary(one => one.Key, one => one.place + 1);
        var events = summary.KeyEvents.Order(EraEvent.ByTime).ToArray();
        var told = new List<Sentence>();
        foreach (var one in events)
            told.Add(narrative.Tell(one, places[one.Key]));
        if (summary.Silence is { } silence)
            told.Add(narrative.Tell(silence));
        var own = stances.Where(change => IsOwn(change.Because)).ToArray();
        told.AddRange(own.Take(GreatestStances).Select(change => narrative.Tell(change, end)));
        var rested = facts.Where(fact => fact.Fact != Stance && IsOwn(fact.Because)).ToArray();
        told.AddRange(rested.Take(GreatestFacts).Select(fact => narrative.Tell(fact, end!.Value)));
        var elsewhere = facts.Count(fact => fact.Fact != Stance && !IsOwn(fact.Because));
        var unchanged =
            facts.Count(fact => fact.Fact == Stance) - stances.Count(change => change.After != Vocabulary.None);
        return (
            told,
            [
                .. new LeftOut[]
                {
                    new(
                        "weaker-events",
                        summary.Certain + summary.Possible - events.Length,
                        $"Of the events the {EraTally.GreatestKeyEvents} of the greatest intensity are told, those surely in the era first."
                    ),
                    new("refuted-events", summary.Refuted, "Refuted events are counted and not told."),
                    new(
                        "more-stances",
                        Math.Max(0, own.Length - GreatestStances),
                        $"The first {GreatestStances} changes of declared stances are told."
                    ),
                    new(
                        "stances-from-elsewhere",
                        stances.Count - own.Length,
                        "Changes of stances that rest on events outside the era, or on none, are not told."
                    ),
                    new("unchanged-stances", Math.Max(0, unchanged), "Stances that did not change are not told."),
                    new(
                        "more-facts",
                        Math.Max(0, rested.Length - GreatestFacts),
                        $"The first {GreatestFacts} facts at the end are told."
                    ),
                    new(
                        "facts-from-elsewhere",
                        elsewhere,
                        "Facts at the end that rest on events outside the era are not told."
                    ),
                }.Where(left => left.Count > 0),
            ]
        );

        bool IsOwn(IReadOnlyList<string> because) => because.Count > 0 && because.All(isIn);
    }

    private const string Stance = "stance";

    private Sentence Tell(EraEvent one, int rank)
    {
        var content = one.Content;
        var on = one.When.Latest ?? one.When.Earliest ?? asOf;
        var actors = Names(content, "actor", on);
        var phrase = actors is null ? null : Phrases.Of(content.Type, Names(content, "recipient", on));
        var through = Names(content, "via", on) is { } via ? $", through {via}" : "";
        var place = content.Place is null ? "" : $", at {content.Place}";
        var title = $"“{content.Title}”";
        var said = phrase is null ? $"{title}{through}{place}" : $"{actors} {phrase}{through}{place}: {title}";
        var possibly =
            one.In == Certainty.Certain ? ""
            : one.When.HappenedBy(asOf) == Certainty.Certain ? "possibly in this era, "
            : "possibly in this era and possibly not yet, ";
        var sources = Sources(one.Citations);
        var text = $"{possibly}{When(content)}, {said}";
        text = (content.Credibility, sources) switch
        {
            ("disputed", null) =>
                $"according to a source that is not given, {text}, which is disputed (no source is given)",
            ("disputed", _) => $"according to {sources}, {text}, which is disputed",
            (_, null) => $"{text} (no source is given)",
            ("confirmed", _) => text,
            _ => $"{text} (reported by {sources})",
        };
        return Said(new Telling.OfEvent(one, rank), text, [one.Key]);
    }

    private Sentence Tell(EraSilence silence)
    {
        var broken =
            silence.PossiblyBrokenBy == 0 ? ""
            : silence.PossiblyBrokenBy == 1 ? "; one event with an uncertain date may lie between"
            : $"; {Number(silence.PossiblyBrokenBy)} events with uncertain dates may lie between";
        return Said(
            new Telling.OfSilence(silence),
            $"nothing is recorded to have happened between {DateInWords.Of(silence.From)} and {DateInWords.Of(silence.Until)}, {Number(silence.Days)} days: the longest silence of the era{broken}",
            silence.After == silence.Before ? [silence.After] : [silence.After, silence.Before]
        );
    }

    private Sentence Tell(StanceChange change, Day? end)
    {
        var on = end ?? asOf;
        var (holder, toward) = (Actor(change.Holder, on), Named(change.Toward, on));
        var after = Hedged(Stance, change.After, change.Certainty, [], change.RecordedOf, on);
        return Said(
            new Telling.OfStance(change),
            change.Before == Vocabulary.None
                ? $"in the course of the era the declared stance of {holder} on {toward} came to be {after}"
                : $"in the course of the era the declared stance of {holder} on {toward} went from “{Label(Stance, change.Before)}” to {after}",
            change.Because
        );
    }

    private Sentence Tell(FactAtEnd fact, Day end)
    {
        var holder = Actor(fact.Holder, end);
        var toward = fact.Toward is null ? "nobody named" : Named(fact.Toward, end);
        var qualifier = fact.Qualifier is null ? "" : $" “{fact.Qualifier}”";
        var subject = fact.Fact switch
        {
            "recognition" => $"the recognition of {toward} by {holder} was",
            "relations" => $"the diplomatic relations between {holder} and {toward} were",
            "representation" => $"the representation of {holder} to {toward} was",
            "alliance" => $"the alliance{qualifier} of {holder} and {toward} was",
            "hostility" => $"the hostility between {holder} and {toward} was",
            "agreement" => $"the agreement{qualifier} of {holder} and {toward} was",
            "sanctions" => $"the sanctions of {holder} against {toward} were",
            "membership" => $"the membership of {holder} in {toward} was",
            "office" => $"the office of {holder} in {toward} was",
            "support" => $"the support of {holder} for {toward} was",
            "control" => $"the control of {holder} over {toward} was",
            _ => $"the {fact.Fact}{qualifier} of {holder} toward {toward} was",
        };
        var value = Hedged(fact.Fact, fact.Value, fact.Certainty, fact.Alternatives, fact.RecordedOf, end);
        return Said(new Telling.OfFact(fact), $"at its end, on {DateInWords.Of(end)}, {subject} {value}", fact.Because);
    }

    /// <summary>A value as sure as it is, and whose it is where it is inherited.</summary>
    private string Hedged(
        string fact,
        string value,
        string certainty,
        IReadOnlyList<string> alternatives,
        IReadOnlyList<string> recordedOf,
        Day on
    )
    {
        var others = DateInWords.List([.. alternatives.Select(other => $"“{Label(fact, other)}”")], "or");
        var inherited = DateInWords.List([.. recordedOf.Select(actor => Actor(actor, on))], "and");
        return (certainty == "possible" ? "possibly " : "")
            + $"“{Label(fact, value)}”"
            + (others.Length == 0 ? "" : $" (or {others})")
            + (inherited.Length == 0 ? "" : $", as recorded of {inherited}")
            + (certainty == "claimed" ? ", as only disputed sources say" : "");
    }

    private string When(EventContent content)
    {
        if (content.Anchor is not { } anchors)
            return DateInWords.Of(content.Occurred, content.Reading, content.Start, content.End, content.Calendar);
        var relative = anchors.Select(anchor =>
        {
            var id = new RecordId(RecordKind.Event, anchor.Event);
            var title = $"“{(Content<EventContent>(id)?.Title ?? anchor.Event)}”";
            return (anchor.Relation, anchor.Offset) switch
            {
                ("on", _) => $"on the day of {title}",
                (_, null) => $"some time {anchor.Relation} {title}",
                _ => $"{Offset.Parse(anchor.Offset).Value.InWords} {anchor.Relation} {title}",
            };
        });
        return DateInWords.List([.. relative], "and");
    }

    private string? Names(EventContent content, string role, Day on)
    {
        var names = content
            .Actors.Where(one => one.Role == role)
            .Select(one => named.Surviving(one.Actor))
            .Distinct(StringComparer.Ordinal)
            .Select(actor => Actor(actor, on))
            .ToArray();
        return names.Length == 0 ? null : DateInWords.List(names, "and");
    }

    private string? Sources(ValueList<Citation> citations)
    {
        var cited = citations.Select(citation => citation.Source).Distinct(StringComparer.Ordinal).ToArray();
        var names = cited
            .Take(GreatestSources)
            .Select(key =>
            {
                var id = new RecordId(RecordKind.Source, key);
                return Content<SourceContent>(id)?.Title() is { } title ? $"“{title}”" : key;
            });
        var more = cited.Length - GreatestSources;
        return cited.Length == 0 ? null
            : more > 0 ? DateInWords.List([.. names, $"{Number(more)} more"], "and")
            : DateInWords.List([.. names], "and");
    }

    /// <summary>By the name in use on the day.</summary>
    private string Actor(string key, Day on) => Content<ActorContent>(new(RecordKind.Actor, key))?.CalledOn(on) ?? key;

    /// <summary>An actor, or else an issue.</summary>
    private string Named(string key, Day on) =>
        Content<ActorContent>(new(RecordKind.Actor, key))?.CalledOn(on)
        ?? Content<IssueContent>(new(RecordKind.Issue, key))?.Title
        ?? key;

    private T? Content<T>(RecordId id)
        where T : RecordContent
    {
        if (named.Contents.GetValueOrDefault(id) is not T content)
            return null;
        used.Add(id);
        return content;
    }

    private static string Label(string fact, string value) =>
        value == Vocabulary.None ? value
        : Vocabulary.FactKinds[fact].Values is { } list && Vocabulary.Find(list, value) is { } term
            ? $"{char.ToLowerInvariant(term.Label[0])}{term.Label[1..]}"
        : value;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private Sentence Said(Telling tells, string text, IReadOnlyList<string> because)
    {
        var names = used.ToArray();
        used.Clear();
        return new(tells, $"{char.ToUpperInvariant(text[0])}{text[1..]}.", because, names);
    }
}
