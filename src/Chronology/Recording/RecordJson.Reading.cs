using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Eras;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Recording;

public static partial class RecordJson
{
    /// <summary>The most entries of a list in a request: participants, effects, citations, names, successors.</summary>
    public const int GreatestList = 1_000;

    private const string Stance = "stance";
    private const string Gregorian = "gregorian";

    private static readonly string[] ActorKinds =
    [
        "state",
        "government",
        "organisation",
        "movement",
        "armed-group",
        "party",
        "person",
        "place",
    ];
    private static readonly string[] SourceKinds = ["primary", "secondary", "press", "tertiary"];
    private static readonly string[] Roles = ["actor", "recipient", "third-party", "via"];
    private static readonly string[] Readings = ["occurrence", "occurrences", "extent"];
    private static readonly string[] Relations = ["after", "before", "on"];
    private static readonly string[] Calendars = [Gregorian, "julian"];
    private static readonly string[] Bases = ["statement", "vote", "sponsorship", "action", "policy"];
    private static readonly string[] SuccessionKinds = ["continuator", "successor", "secession", "merger", "none"];
    private static readonly string[] Credibilities = ["confirmed", "reported", "disputed", "refuted"];

    private static readonly string[] FactKinds = [.. Vocabulary.FactKinds.Keys.Order(StringComparer.Ordinal)];

    private static readonly string[] EventFields =
    [
        "key",
        "type",
        "occurred",
        "reading",
        "start",
        "end",
        "order",
        "title",
        "description",
        "place",
        "actors",
        "effects",
        "intensity",
        "credibility",
        "calendar",
        "asWritten",
        "anchor",
        "citations",
        "noSource",
        "tags",
        "coding",
    ];
    private static readonly string[] ActorFields =
    [
        "key",
        "kind",
        "name",
        "names",
        "existed",
        "successors",
        "citations",
        "provisional",
    ];
    private static readonly string[] ChronologyFields = ["rules"];
    private static readonly string[] IssueFields = ["key", "title", "wording", "citations"];
    private static readonly string[] SourceFields =
    [
        "key",
        "kind",
        "csl",
        "url",
        "archivedUrl",
        "accessed",
        "publisher",
    ];
    private static readonly string[] SchemeFields = ["key", "title", "author"];
    private static readonly string[] EraFields =
    [
        "scheme",
        "key",
        "title",
        "span",
        "start",
        "end",
        "summary",
        "opens",
        "closes",
        "citations",
    ];

    /// <summary>The fields of a kind's request body in the contract's order, the key (an era's scheme and key) first.</summary>
    public static IReadOnlyList<string> Fields(RecordKind kind) =>
        kind switch
        {
            RecordKind.Event => EventFields,
            RecordKind.Actor => ActorFields,
            RecordKind.Issue => IssueFields,
            RecordKind.Source => SourceFields,
            RecordKind.Scheme => SchemeFields,
            RecordKind.Era => EraFields,
            RecordKind.Chronology => ChronologyFields,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    /// <summary>Reads a request body that records something for the first time.</summary>
    /// <param name="body">From <see cref="StrictJson"/>.</param>
    /// <returns>Or the first thing wrong, with its pointer: <c>unknown-field</c>, <c>invalid-parameter</c>, <c>invalid-date</c>,
    /// <c>unknown-type</c>, <c>unknown-value</c>, <c>source-required</c>, <c>end-before-start</c>, <c>duplicate-effect</c>,
    /// <c>effect-needs-one-date</c>.</returns>
    public static Result<Command.Record> ReadRecord(RecordKind kind, JsonElement body) => ReadRecord(kind, body, []);

    /// <summary>Reads a request body that records an era of a scheme that is named elsewhere; the body may name it again, but no other.</summary>
    /// <returns>Or what <see cref="ReadRecord(RecordKind, JsonElement)"/> refuses.</returns>
    public static Result<Command.Record> ReadEra(string scheme, JsonElement body) =>
        ReadRecord(RecordKind.Era, body, [], scheme);

    /// <summary>Reads what a person or tool asks of a record that is there already.</summary>
    /// <param name="verb">Corrected (PATCH; also Refined and Reassessed), Retracted, Reinstated, Disputed, Resolved, Merged or Split.</param>
    /// <param name="body"><c>{"changes":{},"reason":{"code","note"},"citations":[]}</c>; <c>changes</c> only with Corrected,
    /// <c>credibility</c> only with Resolved, <c>into</c> only with Merged.</param>
    /// <returns>Or <c>reason-required</c>, <c>unknown-field</c>, <c>invalid-parameter</c>. The changes themselves are judged by <see cref="Deciding"/>.</returns>
    public static Result<Command> ReadCommand(Operation verb, RecordId id, JsonElement body) =>
        ReadCommand(verb, id, body, []);

    internal static Result<Command.Record> ReadRecord(
        RecordKind kind,
        JsonElement body,
        IReadOnlyCollection<string> besides,
        string? scheme = null
    )
    {
        var findings = new Findings();
        var members = new Members(body, "", findings, [.. Fields(kind), .. besides]);
        var key = kind == RecordKind.Chronology ? RecordId.Itself.Key : members.RequiredKey("key");
        RecordContent content = kind switch
        {
            RecordKind.Event => ReadEvent(members, findings),
            RecordKind.Actor => ReadActor(members, findings),
            RecordKind.Issue => new IssueContent(
                members.RequiredText("title", 500),
                members.Text("wording", 20_000),
                Citations(members, findings)
            ),
            RecordKind.Source => ReadSource(members, findings),
            RecordKind.Scheme => new SchemeContent(members.RequiredText("title", 500), members.Text("author", 500)),
            RecordKind.Era => ReadEra(members, findings, scheme),
            RecordKind.Chronology => ReadRules(members),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
        if (content is EventContent { Anchor: { } anchors } && anchors.Any(anchor => anchor.Event == key))
            members.Refuse("anchor", "The date of an event cannot follow itself.", "anchor-cycle");
        return findings.Or(() =>
            new Command.Record(content is EraContent era ? RecordId.Era(era.Scheme, key) : new(kind, key), content)
        );
    }

    internal static Result<Command> ReadCommand(
        Operation verb,
        RecordId id,
        JsonElement body,
        IReadOnlyCollection<string> besides
    )
    {
        var findings = new Findings();
        string[] own = verb switch
        {
            Operation.Corrected or Operation.Refined or Operation.Reassessed => ["changes"],
            Operation.Resolved => ["credibility"],
            Operation.Merged => ["into"],
            Operation.Retracted or Operation.Reinstated or Operation.Disputed or Operation.Split => [],
            _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, null),
        };
        var members = new Members(body, "", findings, [.. own, "reason", "citations", .. besides]);
        var correcting = own is ["changes"];
        var reason = ReadReason(
            members,
            findings,
            id.Kind == RecordKind.Chronology ? Adopting
                : correcting ? Correcting
                : Reasons
        );
        var citations = Citations(members, findings);
        if (verb is Operation.Disputed or Operation.Resolved && id.Kind != RecordKind.Event)
            findings.Refuse("invalid-parameter", "Only events are disputed and resolved.", "");
        if (verb is Operation.Merged or Operation.Split && id.Kind is not (RecordKind.Event or RecordKind.Actor))
            findings.Refuse("cannot-merge", "Only events and actors are merged and split.", "");
        Command command;
        switch (verb)
        {
            case Operation.Retracted:
                command = new Command.Retract(id, reason, citations);
                break;
            case Operation.Reinstated:
                command = new Command.Reinstate(id, reason, citations);
                break;
            case Operation.Disputed:
                command = new Command.Dispute(id, reason, citations);
                break;
            case Operation.Split:
                command = new Command.Split(id, reason, citations);
                break;
            case Operation.Merged:
                command = new Command.Merge(id, members.RequiredKey("into"), reason, citations);
                break;
            case Operation.Resolved:
                var credibility = members.OneOf("credibility", [.. Credibilities.Where(c => c != "disputed")]);
                command = new Command.Resolve(id, credibility, reason, citations);
                break;
            default:
                var changes = members.Value("changes");
                if (changes is null || changes.Value.ValueKind != JsonValueKind.Object)
                {
                    members.Refuse("changes", "“changes” is required: an object with the fields to change.");
                    changes = null;
                }
                var patch = changes is { } c ? JsonObject.Create(c)! : [];
                command = new Command.Correct(id, patch, reason, citations);
                break;
        }
        return findings.Or(() => command);
    }

    private static readonly string[] Adopting = ["adoption", "correction", "reassessment"];
    private static readonly string[] Correcting = ["correction", "refinement", "reassessment"];
    private static readonly string[] Reasons = [.. Vocabulary.List("change_reason").Select(t => t.Code)];

    private static ChronologyContent ReadRules(Members members)
    {
        var rules = members.Integer("rules");
        if (rules is null)
            members.Refuse("rules", "“rules” is required: the number of a version.");
        else if (RulesVersion.Find(rules.Value) is null)
        {
            members.Refuse(
                "rules",
                $"There are no rules {rules}: this service knows the versions 1 to {RulesVersion.All.Count}.",
                "unknown-rules"
            );
        }
        return new(rules ?? 0);
    }

    private static Reason ReadReason(Members members, Findings findings, string[] codes)
    {
        if (members.Value("reason") is not { } reason)
        {
            members.Refuse(
                "reason",
                "Say why: a reason with a code, and a note if there is more to say.",
                "reason-required"
            );
            return new("", null);
        }
        var said = new Members(reason, members.At("reason"), findings, "code", "note");
        if (said.Value("code") is null)
            said.Refuse("code", "The reason needs a code.", "reason-required");
        return new(said.RequiredOneOf("code", codes), said.Text("note", 2_000));
    }

    private static EventContent ReadEvent(Members members, Findings findings)
    {
        var type = members.Word("type");
        if (type is null)
            members.Refuse("type", "“type” is required: one of the event types.");
        else if (!Vocabulary.EventTypes.ContainsKey(type))
            members.Refuse("type", "This is not one of the event types.", "unknown-type");

        var calendar = members.OneOf("calendar", Calendars) ?? Gregorian;
        var occurred = members.Word("occurred");
        var start = members.Word("start");
        var end = members.Word("end");
        var said = members.OneOf("reading", Readings);
        var anchor = Anchors(members, findings);
        var when = anchor is null ? ReadWhen(members, findings, occurred, said, start, end, calendar) : null;
        if (anchor is not null)
            RefuseBesides(members, occurred ?? start ?? end, said, calendar);

        var citations = Citations(members, findings);
        var noSource = members.Text("noSource", 2_000);
        var effects = members.List("effects", GreatestList, (e, at) => ReadEffect(e, at, findings, when, calendar));
        RefuseDuplicates(effects, members, findings);
        var content = new EventContent(
            type ?? "",
            occurred,
            said ?? when?.Reading ?? (anchor is null ? "" : Readings[0]),
            start,
            end,
            members.Integer("order"),
            members.RequiredText("title", 500),
            members.Text("description", 20_000),
            members.Text("place", 500),
            members.List("actors", GreatestList, (a, at) => ReadParticipant(a, at, findings)),
            effects,
            Intensity(members),
            members.OneOf("credibility", Credibilities) ?? "reported",
            calendar,
            members.Text("asWritten", 500),
            citations,
            noSource,
            Tags(members)
        )
        {
            Anchor = anchor,
            Coding = ReadCoding(members, findings),
        };
        if (citations.Count == 0 && noSource is null)
        {
            const string Detail = "Cite at least one source, or say in “noSource” why there is none.";
            members.Refuse("citations", Detail, "source-required");
        }
        return content;
    }

    private static Coding? ReadCoding(Members members, Findings findings)
    {
        if (members.Value("coding") is not { } given)
            return null;
        var coding = new Members(
            given,
            members.At("coding"),
            findings,
            "dataSet",
            "story",
            "sentence",
            "publisher",
            "url",
            "reported",
            "mentions",
            "sources",
            "articles",
            "tone",
            "rows"
        );
        var rows = coding.List("rows", GreatestList, (row, at) => ReadCodedRow(row, at, findings));
        if (rows.Count == 0)
            coding.Refuse("rows", "A coding has at least one row.");
        return new(
            coding.RequiredKey("dataSet"),
            coding.Text("story", 500),
            coding.Text("sentence", 500),
            coding.Text("publisher", 500),
            coding.Text("url", 4_000),
            coding.Text("reported", 500),
            coding.Count("mentions"),
            coding.Count("sources"),
            coding.Count("articles"),
            coding.Text("tone", 500),
            [.. rows.OrderBy(row => row.Id, StringComparer.Ordinal)]
        );
    }

    private static CodedRow ReadCodedRow(JsonElement item, string at, Findings findings)
    {
        var row = new Members(item, at, findings, "id", "date", "code", "intensity", "source", "target");
        return new(
            row.RequiredText("id", 500),
            row.Text("date", 500),
            row.Text("code", 500),
            row.Text("intensity", 500),
            Actor("source"),
            Actor("target")
        );

        CodedActor? Actor(string name)
        {
            if (row.Value(name) is not { } given)
                return null;
            var actor = new Members(given, row.At(name), findings, "name", "code", "sectors", "country");
            return new(
                actor.Text("name", 500),
                actor.Text("code", 500),
                actor.Text("sectors", 5_000),
                actor.Text("country", 500)
            );
        }
    }

    /// <summary>What the date follows, in the order after, before; null where it follows nothing.</summary>
    private static ValueList<Anchor>? Anchors(Members members, Findings findings)
    {
        if (members.Value("anchor") is not { } anchor)
            return null;
        if (anchor.ValueKind != JsonValueKind.Array)
            return [ReadAnchor(anchor, members.At("anchor"), findings)];
        var both = members.List("anchor", 2, (item, at) => ReadAnchor(item, at, findings));
        if (
            both
            is not [{ Relation: "after" }, { Relation: "before" }]
                and not [{ Relation: "before" }, { Relation: "after" }]
        )
            members.Refuse(
                "anchor",
                "A date between two events has two anchors in a list, one “after” and one “before”; a single one stands without a list."
            );
        return [.. both.OrderBy(a => a.Relation, StringComparer.Ordinal)];
    }

    private static Anchor ReadAnchor(JsonElement item, string at, Findings findings)
    {
        var members = new Members(item, at, findings, "relation", "event", "offset");
        var relation = members.RequiredOneOf("relation", Relations);
        var key = members.RequiredKey("event");
        var offset = members.Word("offset");
        if (offset is not null && relation == "on")
            members.Refuse("offset", "What happened on the day of another event has no offset from it.");
        else if (offset is not null && Offset.Parse(offset).Rejection is { } unreadable)
            members.Refuse("offset", unreadable.Detail, unreadable.Code);
        return new(relation, key, offset);
    }

    private static void RefuseBesides(Members members, string? date, string? reading, string calendar)
    {
        if (date is not null)
            members.Refuse(
                "anchor",
                "Give either a date or an “anchor” that it follows, not both: set the other to null."
            );
        if (reading is not null && reading != Readings[0])
            members.Refuse("reading", "What is dated by an anchor is one occurrence.");
        if (calendar != Gregorian)
            members.Refuse("calendar", "A date that follows another event is counted in the Gregorian calendar.");
    }

    private static When? ReadWhen(
        Members members,
        Findings findings,
        string? occurred,
        string? reading,
        string? start,
        string? end,
        string calendar
    )
    {
        if (occurred is null && start is null && end is null)
        {
            members.Refuse(
                "occurred",
                "Say when: “occurred”, “start” and “end” of something that lasted, or an “anchor”.",
                "invalid-date"
            );
            return null;
        }
        if (occurred is not null && (start is not null || end is not null))
        {
            members.Refuse("occurred", "Give either “occurred” or “start” and “end”, not both.");
            return null;
        }
        var when = When.From(occurred, reading, start, end, calendar);
        if (when.Rejection is not { } rejection)
            return when.Value;
        var at =
            rejection.Pointer
            ?? (
                occurred is not null ? "/occurred"
                : start is not null ? "/start"
                : "/end"
            );
        findings.Refuse(rejection.Code, rejection.Detail, at);
        return null;
    }

    private static Participant ReadParticipant(JsonElement item, string at, Findings findings)
    {
        var members = new Members(item, at, findings, "actor", "role");
        return new(members.RequiredKey("actor"), members.RequiredOneOf("role", Roles));
    }

    private static Effect ReadEffect(JsonElement item, string at, Findings findings, When? when, string calendar)
    {
        var members = new Members(
            item,
            at,
            findings,
            "fact",
            "holder",
            "toward",
            "qualifier",
            "value",
            "from",
            "until",
            "basis",
            "vote",
            "salience",
            "authority",
            "speaker"
        );
        var fact = members.RequiredOneOf("fact", FactKinds, "unknown-value");
        var kind = Vocabulary.FactKinds.GetValueOrDefault(fact);
        var holder = members.RequiredKey("holder");
        var toward = members.RequiredKey("toward");
        if (kind is { Symmetric: true } && holder == toward)
            members.Refuse("toward", "This fact is between two: “holder” and “toward” are the same actor.");
        var qualifier = members.Text("qualifier", 500);
        if (qualifier is not null && kind is { HasQualifier: false })
            members.Refuse("qualifier", $"A fact of the kind {fact} has no qualifier.");
        var from = members.Word("from");
        var until = members.Word("until");
        RefuseDates(members, from, until, when, calendar);

        var stance = fact == Stance;
        if (!stance)
        {
            foreach (var name in (string[])["basis", "vote", "salience", "authority", "speaker"])
            {
                if (members.Value(name) is not null)
                    members.Refuse(name, $"Only stances have “{name}”.");
            }
        }
        return new(
            fact,
            holder,
            toward,
            qualifier,
            EffectValue(members, kind),
            from,
            until,
            stance ? members.OneOf("basis", Bases, "unknown-value") : null,
            stance ? Listed(members, "vote") : null,
            stance ? Listed(members, "salience") : null,
            stance ? Listed(members, "authority") : null,
            stance ? members.Key("speaker") : null
        );
    }

    private static string? EffectValue(Members members, FactKind? kind)
    {
        if (kind is null)
            return null;
        // fact-kinds.tsv: control means "controls" where nothing is said; a written null ends it.
        if (kind.Code == "control" && !members.Has("value"))
            return "controls";
        var value = members.Word("value");
        if (value is null or "none")
            return null;
        if (kind.Values is null)
        {
            if (string.IsNullOrWhiteSpace(value))
                members.Refuse("value", "The value is empty; null ends the fact.", "unknown-value");
            return value;
        }
        var term = Vocabulary.Find(kind.Values, value);
        if (term is null)
        {
            var choices = string.Join(", ", Vocabulary.List(kind.Values).Where(t => !t.IsResult).Select(t => t.Code));
            members.Refuse(
                "value",
                $"The value of a fact of the kind {kind.Code} is one of {choices}.",
                "unknown-value"
            );
        }
        else if (term.IsResult)
        {
            members.Refuse("value", $"“{value}” is worked out, never recorded.", "unknown-value");
        }
        return value;
    }

    private static string? Listed(Members members, string name) =>
        members.OneOf(name, [.. Vocabulary.List(name).Select(t => t.Code)], "unknown-value");

    /// <param name="when">The event's own date, which stands in for a <paramref name="from"/> that is not given; null where it cannot be read.</param>
    private static void RefuseDates(Members members, string? from, string? until, When? when, string calendar)
    {
        if (from is null && when is When.Occurrences)
        {
            const string Detail = "The event happened on several days: say in “from” on which of them this began.";
            members.Refuse("from", Detail, "effect-needs-one-date");
        }
        var began = from is null ? null : ReadOccurrence(members, "from", from, calendar);
        var ended = until is null ? null : ReadOccurrence(members, "until", until, calendar);
        var earliest = from is null ? when?.Earliest : began?.Window.Earliest;
        if (ended?.Window.Latest is { } last && earliest is { } first && last < first)
            members.Refuse("until", "The last day lies before the first.", "end-before-start");
        if (
            until is null
            && when is When.Extent { EndOpen: false, End.Latest: { } over }
            && began?.Window.Earliest > over
        )
        {
            const string Detail =
                "This begins after the event is over, and would end with it: give it an “until”, or an event of its own.";
            members.Refuse("from", Detail, "end-before-start");
        }
    }

    private static When.Occurrence? ReadOccurrence(Members members, string name, string edtf, string calendar)
    {
        if (
            edtf.StartsWith('{')
            && When.From(edtf, null, null, null, calendar)
                is { IsOk: true, Value: When.Occurrences { Members.Count: > 1 } }
        )
        {
            members.Refuse(name, "One date is needed here, not several.", "effect-needs-one-date");
            return null;
        }
        var read = When.OccurrenceFrom(edtf, calendar);
        if (read.Rejection is not { } rejection)
            return read.Value;
        members.Refuse(name, rejection.Detail, rejection.Code);
        return null;
    }

    private static void RefuseDuplicates(ValueList<Effect> effects, Members members, Findings findings)
    {
        var seen = new HashSet<(string, string, string?, string?, string?)>();
        for (var i = 0; i < effects.Count; i++)
        {
            var effect = effects[i];
            if (effect.From is not null || !Vocabulary.FactKinds.TryGetValue(effect.Fact, out var kind))
                continue;
            var turned = kind.Symmetric && string.CompareOrdinal(effect.Holder, effect.Toward) > 0;
            var key = (
                effect.Fact,
                turned ? effect.Toward! : effect.Holder,
                turned ? effect.Holder : effect.Toward,
                effect.Qualifier,
                kind.Functional ? null : effect.Value
            );
            if (!seen.Add(key))
            {
                const string Detail =
                    "This event changes the same fact twice on one date: give one of the two its own “from”.";
                findings.Refuse("duplicate-effect", Detail, $"{members.At("effects")}/{i}");
            }
        }
    }

    private static decimal? Intensity(Members members)
    {
        if (members.Value("intensity") is not { } value)
            return null;
        if (
            value.ValueKind == JsonValueKind.Number
            && value.TryGetDecimal(out var number)
            && number is >= -10 and <= 10
            && decimal.Round(number, 2) == number
        )
            return decimal.Round(number, 2) / 1.00m; // the shortest form, so that equal numbers are written alike
        members.Refuse("intensity", "“intensity” is a number from -10 to 10 with at most two decimals.");
        return null;
    }

    private static ValueList<string> Tags(Members members)
    {
        var tags = members.List("tags", 100, (t, _) => t.ValueKind == JsonValueKind.String ? t.GetString()! : "");
        for (var i = 0; i < tags.Count; i++)
        {
            if (!Keys.IsTag(tags[i]))
                members.Refuse(
                    $"tags/{i}",
                    "A tag is 1 to 64 of a-z, 0-9, dot, underscore and hyphen, the first a letter or digit."
                );
        }
        if (tags.Distinct(StringComparer.Ordinal).Count() < tags.Count)
            members.Refuse("tags", "Each tag is given once.");
        return tags;
    }

    private static ValueList<Citation> Citations(Members members, Findings findings) =>
        members.List(
            "citations",
            GreatestList,
            (item, at) =>
            {
                var citation = new Members(item, at, findings, "source", "locator", "quote");
                return new Citation(
                    citation.RequiredKey("source"),
                    citation.Text("locator", 500),
                    citation.Text("quote", 10_000)
                );
            }
        );

    private static ActorContent ReadActor(Members members, Findings findings) =>
        new(
            members.RequiredOneOf("kind", ActorKinds),
            members.RequiredText("name", 500),
            members.List(
                "names",
                GreatestList,
                (item, at) =>
                {
                    var name = new Members(item, at, findings, "name", "from", "until");
                    var (from, until) = (name.Word("from"), name.Word("until"));
                    RefuseDates(name, from, until, null, Gregorian);
                    return new ActorName(name.RequiredText("name", 500), from, until);
                }
            ),
            Existed(members),
            members.List(
                "successors",
                GreatestList,
                (item, at) =>
                {
                    var successor = new Members(item, at, findings, "actor", "kind", "on");
                    var on = successor.Word("on");
                    if (on is not null)
                        ReadOccurrence(successor, "on", on, Gregorian);
                    return new Successor(
                        successor.RequiredKey("actor"),
                        successor.RequiredOneOf("kind", SuccessionKinds),
                        on
                    );
                }
            ),
            Citations(members, findings)
        )
        {
            Provisional = members.Flag("provisional"),
        };

    private static string? Existed(Members members)
    {
        if (members.Word("existed") is not { } existed)
            return null;
        var when = When.From(existed, null, null, null, Gregorian);
        if (when.Rejection is { } rejection)
            members.Refuse("existed", rejection.Detail, rejection.Code);
        else if (when.Value is not When.Extent)
            members.Refuse("existed", "“existed” is an interval such as 1922-12-30/1991-12-26.", "invalid-date");
        return existed;
    }

    /// <param name="elsewhere">The scheme that the body need not name; null: it must.</param>
    private static EraContent ReadEra(Members members, Findings findings, string? elsewhere)
    {
        var scheme = elsewhere is null ? members.RequiredKey("scheme") : members.Key("scheme") ?? elsewhere;
        if (elsewhere is not null && scheme != elsewhere)
            members.Refuse(
                "scheme",
                $"The era is recorded in the scheme “{elsewhere}”: leave “scheme” out, or name it."
            );
        else if (!Keys.IsKey(scheme))
            members.Refuse("scheme", "There can be no scheme with this key.");
        var (span, start, end) = (members.Word("span"), members.Word("start"), members.Word("end"));
        if (EraSpan.Read(span, start, end).Rejection is { } wrong)
            findings.Refuse(wrong.Code, wrong.Detail, wrong.Pointer ?? members.At("span"));
        return new(
            scheme,
            members.RequiredText("title", 500),
            span,
            start,
            end,
            members.Text("summary", 20_000),
            members.Key("opens"),
            members.Key("closes"),
            Citations(members, findings)
        );
    }

    private static SourceContent ReadSource(Members members, Findings findings)
    {
        var accessed = members.Word("accessed");
        if (accessed is not null)
            ReadOccurrence(members, "accessed", accessed, Gregorian);
        return new(
            members.RequiredOneOf("kind", SourceKinds),
            Csl(members, findings),
            members.Url("url"),
            members.Url("archivedUrl"),
            accessed,
            members.Text("publisher", 500)
        );
    }

    private static CslItem Csl(Members members, Findings findings)
    {
        if (members.Value("csl") is not { } csl)
            return new("{}");
        if (csl.ValueKind != JsonValueKind.Object)
        {
            members.Refuse("csl", "“csl” is an object: one CSL-JSON item.");
            return new("{}");
        }
        if (FirstLossyNumber(csl, members.At("csl")) is { } pointer)
        {
            findings.Refuse(
                "invalid-parameter",
                "This number is too great to be kept exactly: write it as a text.",
                pointer
            );
            return new("{}");
        }
        return new(CanonicalJson.Of(csl));
    }

    private static string? FirstLossyNumber(JsonElement value, string pointer) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => CanonicalJson.Keeps(value) ? null : pointer,
            JsonValueKind.Object => value
                .EnumerateObject()
                .Select(m => FirstLossyNumber(m.Value, $"{pointer}/{Members.Escape(m.Name)}"))
                .FirstOrDefault(p => p is not null),
            JsonValueKind.Array => value
                .EnumerateArray()
                .Select((item, i) => FirstLossyNumber(item, $"{pointer}/{i}"))
                .FirstOrDefault(p => p is not null),
            _ => null,
        };
}
