using Chronology.Time;

namespace Chronology.Recording;

/// <summary>A record as it stands, and the position of its latest revision.</summary>
public sealed record Placed(RecordState State, long Position)
{
    /// <summary>Whether it takes part in answers.</summary>
    public bool IsLive => State.Status is RecordStatus.Active or RecordStatus.Disputed;

    /// <summary>Whether its date follows that of the event with this key, be it through others.</summary>
    public bool Follows(string key) => State.Derived?.From.Any(from => from.Event == key) == true;
}

/// <summary>Dates that follow other events: what they are, and whose change with an event's.</summary>
/// <remarks>Pure: what the other events are is the caller's to look up. A merged anchor stands for what it was merged into.
/// An event that takes no part (retracted, merged) keeps the date that it had then.</remarks>
public static class Anchoring
{
    /// <summary>The most events that a date may follow, one through another.</summary>
    public const int GreatestChain = 100;

    /// <summary>The record with the date that it has, if that follows other events.</summary>
    /// <param name="made">The position of the record's revision.</param>
    /// <param name="events">By key, as they stand; null: never recorded.</param>
    /// <returns>Or <c>dangling-anchor</c>, <c>anchor-cycle</c>; <c>end-before-start</c> where no day is left, or an effect would end
    /// before it begins; <c>invalid-parameter</c> where too many events follow one another.</returns>
    public static Result<RecordState> Date(RecordState state, long made, Func<string, Placed?> events)
    {
        if (state.Content is not EventContent { Anchor: { } anchors } content)
            return state.Derived is null ? state : state with { Derived = null };
        if (!new Placed(state, made).IsLive)
            return state with { Derived = state.Derived is { } kept ? kept with { MadeAt = made } : null };
        var chain = new List<RevisionAt>();
        Day? earliest = null;
        Day? latest = null;
        string? own = null;
        for (var i = 0; i < anchors.Count; i++)
        {
            var at = anchors.Count == 1 ? "/anchor/event" : $"/anchor/{i}/event";
            var found = Standing(anchors[i].Event, events, chain);
            if (chain.Exists(from => from.Event == state.Id.Key))
                return Cycle(state.Id.Key, at);
            if (found is not { } anchor)
                return Dangling(anchors[i].Event, at);
            var when = anchor.Dated!.When();
            var days = Days(anchors[i], when);
            earliest = Max(earliest, days.Earliest);
            latest = Min(latest, days.Latest);
            if (anchors[i].Relation == "on")
                own = TextOfOneDay(anchor.Dated, when);
        }
        if (earliest > latest)
            return EndsBefore(
                $"No day is left for “{state.Id.Key}”: what it came before lies before what it came after.",
                "/anchor"
            );
        if (chain.Count > GreatestChain)
        {
            return new Rejection(
                "invalid-parameter",
                $"The date of “{state.Id.Key}” would follow more than {GreatestChain} events one through another: give one of them a date.",
                "/anchor"
            );
        }
        return Fits(
            state with
            {
                Derived = new(own ?? Edtf.OneDayIn(new(earliest, latest)), chain.ToValueList(), made),
            },
            content
        );
    }

    /// <summary>Whether a revision may move the dates that follow this event's: never a first recording.</summary>
    public static bool Moves(RecordState? before, RecordState after) =>
        before is not null
        && after.Id.Kind == RecordKind.Event
        && (
            Said(before) != Said(after)
            || before.MergedInto != after.MergedInto
            || IsOther(before.Derived, after.Derived)
        );

    /// <summary>The events whose date changes with that of another, each with its new one.</summary>
    /// <param name="following">All that take part and whose date follows it, directly or through others.</param>
    /// <param name="events">As they stand, the change made.</param>
    /// <returns>Those only whose date or anchors are other than before, ordered by key; or the rejection of <see cref="Date"/>, which names the event that does not fit.</returns>
    public static Result<IReadOnlyList<RecordState>> Follow(IEnumerable<Placed> following, Func<string, Placed?> events)
    {
        var waiting = following.ToDictionary(event_ => event_.State.Id.Key, StringComparer.Ordinal);
        var moved = new SortedDictionary<string, Placed>(StringComparer.Ordinal);
        Rejection? misfit = null;
        while (misfit is null && waiting.Count > 0)
            Now(waiting.Keys.First());
        return misfit is null ? moved.Values.Select(event_ => event_.State).ToList() : misfit;

        // An anchor that itself waits is dated first; chains are short, and never lead back.
        Placed? Now(string key)
        {
            if (waiting.Remove(key, out var before))
            {
                var dated = Date(before.State, before.Position, Now);
                if (dated.Rejection is { } rejection)
                {
                    misfit ??= rejection with
                    {
                        Detail = $"The date of event “{key}” follows this one. {rejection.Detail}",
                        Pointer = null,
                    };
                }
                else if (IsOther(before.State.Derived, dated.Value.Derived))
                {
                    moved[key] = before with { State = dated.Value };
                }
            }
            return moved.GetValueOrDefault(key) ?? events(key);
        }
    }

    /// <summary>The events that cannot be recorded one after another, because each waits for the next and the last for the first.</summary>
    /// <param name="anchors">Of each event that is to be recorded, the events that its date follows.</param>
    /// <returns>Also those on the way from one ring to another. Takes time in proportion to the anchors.</returns>
    public static IReadOnlySet<string> Rings(IReadOnlyDictionary<string, IReadOnlyList<string>> anchors)
    {
        var followed = anchors.ToDictionary(
            e => e.Key,
            e => e.Value.Where(anchors.ContainsKey).ToArray(),
            StringComparer.Ordinal
        );
        var following = followed
            .SelectMany(e => e.Value.Select(anchor => (anchor, e.Key)))
            .ToLookup(pair => pair.anchor, pair => pair.Key, StringComparer.Ordinal);
        var left = followed.Keys.ToHashSet(StringComparer.Ordinal);
        Peel(key => followed[key], key => following[key]);
        Peel(key => following[key], key => followed[key]);
        return left;

        // Takes away what leads nowhere, then what led only there, and so on.
        void Peel(Func<string, IEnumerable<string>> onward, Func<string, IEnumerable<string>> back)
        {
            var ends = left.ToDictionary(key => key, key => onward(key).Count(left.Contains), StringComparer.Ordinal);
            var done = new Queue<string>(ends.Where(end => end.Value == 0).Select(end => end.Key));
            while (done.TryDequeue(out var key))
            {
                left.Remove(key);
                foreach (var before in back(key).Where(left.Contains))
                {
                    if (--ends[before] == 0)
                        done.Enqueue(before);
                }
            }
        }
    }

    /// <summary>For a refinement to or from a relative date: <c>not-a-refinement</c>, or null where every changed date is finer.</summary>
    public static Rejection? Coarser(RecordState was, RecordState now) =>
        (was, now) is ({ Content: EventContent before }, { Content: EventContent after })
        && (before.Anchor ?? after.Anchor) is not null
            ? Refining.Coarser(was.Dated!, now.Dated!)
            : null;

    /// <summary>What the anchor's key stands for, followed through merges; the steps are added to <paramref name="chain"/>.</summary>
    private static RecordState? Standing(string key, Func<string, Placed?> events, List<RevisionAt> chain)
    {
        var passed = new HashSet<string>(StringComparer.Ordinal);
        var named = key;
        while (named is not null && passed.Add(named))
        {
            if (events(named) is not { } found || found.State.Status == RecordStatus.Retracted)
                return null;
            Add(new(named, found.State.Revision, found.Position));
            if (!found.IsLive)
            {
                named = found.State.MergedInto;
                continue;
            }
            foreach (var from in found.State.Derived?.From ?? [])
                Add(from);
            return found.State;
        }
        return null;

        void Add(RevisionAt from)
        {
            if (!chain.Exists(there => there.Event == from.Event))
                chain.Add(from);
        }
    }

    private static DayRange Days(Anchor anchor, When when)
    {
        var offset = anchor.Offset is { } text ? Offset.Parse(text).Value : null;
        var (first, last) = (when.FirstDay, when.LastDay);
        return (anchor.Relation, offset) switch
        {
            ("after", null) => new(last.Earliest, null),
            ("after", _) => new(Moved(last.Earliest, offset.After), Moved(last.Latest, offset.After)),
            ("before", null) => new(null, first.Latest),
            ("before", _) => new(Moved(first.Earliest, offset.Before), Moved(first.Latest, offset.Before)),
            _ => new(first.Earliest, last.Latest),
        };

        static Day? Moved(Day? day, Func<Day, Day> move) => day is { } known ? move(known) : null;
    }

    /// <summary>The anchor's own text, with all that it says of its days; null where another calendar, a time of day or several days stand in the way.</summary>
    private static string? TextOfOneDay(EventContent anchor, When when) =>
        when is When.Occurrence { TimeOfDay: null } && anchor.Calendar == Calendar.Gregorian.Name
            ? anchor.Occurred
            : null;

    private static Result<RecordState> Fits(RecordState state, EventContent content)
    {
        var begins = state.Dated!.When().Earliest;
        for (var i = 0; i < content.Effects.Count; i++)
        {
            var effect = content.Effects[i];
            if (effect is not { From: null, Until: { } until })
                continue;
            if (When.OccurrenceFrom(until, content.Calendar).Value.Window.Latest < begins)
                return EndsBefore($"An effect of “{state.Id.Key}” would end before it begins.", $"/effects/{i}/until");
        }
        return state;
    }

    private static bool IsOther(DerivedDate? before, DerivedDate? after) =>
        before?.Edtf != after?.Edtf
        || !(before?.From ?? [])
            .Select(from => from.Event)
            .SequenceEqual((after?.From ?? []).Select(from => from.Event));

    private static (string?, string?, string?, string?, string?) Said(RecordState state) =>
        state.Content is EventContent e ? (e.Occurred, e.Reading, e.Start, e.End, e.Calendar) : default;

    /// <summary>What a date that follows no event that takes part is refused with.</summary>
    public static Rejection Dangling(string key, string pointer) =>
        new(
            "dangling-anchor",
            $"There is no event “{key}” whose date this one could follow: record it first.",
            pointer
        );

    /// <summary>What a date that would follow itself is refused with.</summary>
    public static Rejection Cycle(string key, string pointer) =>
        new("anchor-cycle", $"The date of “{key}” would follow itself: give one of these events a date.", pointer);

    private static Rejection EndsBefore(string detail, string pointer) => new("end-before-start", detail, pointer);

    private static Day? Max(Day? a, Day? b) => a is { } x && b is { } y ? Day.Max(x, y) : a ?? b;

    private static Day? Min(Day? a, Day? b) => a is { } x && b is { } y ? Day.Min(x, y) : a ?? b;
}
