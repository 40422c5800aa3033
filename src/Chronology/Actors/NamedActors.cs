using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Actors;

/// <summary>Why an actor is proposed for a name.</summary>
public enum ProposalReason
{
    /// <summary>It has the very name, and so has another.</summary>
    SameName,

    /// <summary>It has the very name, but not at the time of what was told.</summary>
    SameNameAtAnotherTime,

    /// <summary>A name of it sounds alike.</summary>
    SoundsAlike,

    /// <summary>A name of it shares a word.</summary>
    SharesAWord,
}

/// <param name="Actor">Key of one that stands.</param>
/// <param name="Name">The name of it that is most alike.</param>
/// <param name="Similarity">Percent, see <see cref="NameForms.Likeness"/>.</param>
public sealed record ProposedActor(string Actor, string Name, int Similarity, ProposalReason Why);

/// <summary>The actors of a chronology by what they are called, now or once.</summary>
/// <remarks>Grows with the actors and their names, never with events.</remarks>
public sealed class NamedActors
{
    private sealed record Called(string Actor, string Name, Day? From, Day? Until, bool IsProvisional)
    {
        public bool InUse(Day? first, Day? last) => !(From > last) && !(Until < first);
    }

    private readonly Dictionary<string, (Called[] Names, string? Into)> actors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Called>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Called>> bySound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Called>> byWord = new(StringComparer.Ordinal);

    /// <summary>Whether an actor of this key was ever put here.</summary>
    public bool Has(string key) => actors.ContainsKey(key);

    /// <summary>Takes the actor in, instead of what was known of it. A retracted one has no names.</summary>
    public void Put(RecordState actor)
    {
        var content = (ActorContent)actor.Content;
        Forget(actor.Id.Key);
        var (first, last) = Bounds(content.Existed);
        Called[] names =
            actor.Status == RecordStatus.Retracted
                ? []
                :
                [
                    new(actor.Id.Key, content.Name, first, last, content.Provisional),
                    .. content.Names.Select(name => new Called(
                        actor.Id.Key,
                        name.Name,
                        Later(Window(name.From)?.Earliest, first),
                        Earlier(Window(name.Until)?.Latest, last),
                        content.Provisional
                    )),
                ];
        actors[actor.Id.Key] = (names, actor.MergedInto);
        foreach (var name in names)
        {
            Bucket(byName, NameForms.Folded(name.Name)).Add(name);
            Bucket(bySound, NameForms.Sounded(name.Name)).Add(name);
            foreach (var word in NameForms.SoundedWords(name.Name).Distinct(StringComparer.Ordinal))
                Bucket(byWord, word).Add(name);
        }
    }

    /// <summary>The actor that bore a name on some day of these; null where there is none, or more than one.</summary>
    /// <remarks>In this order: the actor into which an editor merged a provisional one of the name; the only actor of that very name; the
    /// provisional one of that very name; the only actor with a name that sounds alike, where the name is telling.</remarks>
    /// <param name="first">Null: unbounded.</param>
    /// <param name="last">Null: unbounded.</param>
    public string? Find(string name, Day? first, Day? last)
    {
        var same = byName.GetValueOrDefault(NameForms.Folded(name), []);
        if (Only(same.Where(called => called.IsProvisional && actors[called.Actor].Into is not null)) is { } decided)
            return decided;
        var settled = same.Where(called => !called.IsProvisional && called.InUse(first, last)).ToArray();
        if (Only(settled) is { } only)
            return only;
        var waiting = same.Where(called => called.IsProvisional && actors[called.Actor].Into is null)
            .Select(called => called.Actor)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (waiting is not null || settled.Length > 0 || !NameForms.IsTelling(name))
            return waiting;
        return Only(
            bySound
                .GetValueOrDefault(NameForms.Sounded(name), [])
                .Where(called => !called.IsProvisional && called.InUse(first, last))
        );
    }

    /// <summary>Who a name may mean, the likeliest first: at least 60 percent alike, a provisional one 80.</summary>
    /// <param name="except">The provisional actor itself.</param>
    public IReadOnlyList<ProposedActor> Propose(string name, string except, int most)
    {
        var (folded, sounded) = (NameForms.Folded(name), NameForms.Sounded(name));
        var namesakes = byName
            .GetValueOrDefault(folded, [])
            .Where(IsAnother)
            .Select(called => Standing(called.Actor))
            .ToHashSet();
        return
        [
            .. NameForms
                .SoundedWords(name)
                .SelectMany(word => byWord.GetValueOrDefault(word, []))
                .Concat(byName.GetValueOrDefault(folded, []))
                .Where(IsAnother)
                .Distinct()
                .Select(called =>
                {
                    var sound = NameForms.Sounded(called.Name);
                    var isSame = NameForms.Folded(called.Name) == folded;
                    return new ProposedActor(
                        Standing(called.Actor),
                        called.Name,
                        isSame ? 100 : Alike(name, called.Name),
                        isSame
                            ? namesakes.Count > 1
                                ? ProposalReason.SameName
                                : ProposalReason.SameNameAtAnotherTime
                            : sound == sounded
                                ? ProposalReason.SoundsAlike
                                : ProposalReason.SharesAWord
                    );
                })
                .Where(proposed => proposed.Similarity >= (IsProvisional(proposed.Actor) ? 80 : 60))
                .OrderByDescending(proposed => proposed.Similarity)
                .ThenBy(proposed => proposed.Why)
                .ThenBy(proposed => proposed.Actor, StringComparer.Ordinal)
                .ThenBy(proposed => proposed.Name, StringComparer.Ordinal)
                .DistinctBy(proposed => proposed.Actor)
                .Take(most),
        ];

        bool IsAnother(Called called) => Standing(called.Actor) != except && called.Actor != except;
    }

    /// <summary>A key for a new actor of this name, that no actor has.</summary>
    public string KeyFor(string name)
    {
        var key = NameForms.Key(name);
        if (!Has(key))
            return key;
        key = NameForms.Key(name, distinct: true);
        for (var i = 2; ; i++)
        {
            var next = i == 2 ? key : $"{key}-{i - 1}";
            if (!Has(next))
                return next;
        }
    }

    /// <summary>Forgets an actor that was put here.</summary>
    public void Remove(string key) => Forget(key);

    private bool IsProvisional(string key) => actors[key].Names is [{ IsProvisional: true }, ..];

    /// <summary>What stands in brackets must be as much alike as what stands before: <c>Police (India)</c> is not <c>Police (Iran)</c>.</summary>
    private static int Alike(string one, string other)
    {
        var (a, b) = (one.IndexOf('(', StringComparison.Ordinal), other.IndexOf('(', StringComparison.Ordinal));
        var whole = NameForms.Likeness(NameForms.Sounded(one), NameForms.Sounded(other));
        return a <= 0 || b <= 0
            ? whole
            : Math.Min(
                NameForms.Likeness(NameForms.Sounded(one[..a]), NameForms.Sounded(other[..b])),
                NameForms.Likeness(NameForms.Sounded(one[a..]), NameForms.Sounded(other[b..]))
            );
    }

    private string? Only(IEnumerable<Called> names)
    {
        var standing = names
            .Select(called => Standing(called.Actor))
            .Distinct(StringComparer.Ordinal)
            .Take(2)
            .ToArray();
        return standing is [var only] ? only : null;
    }

    private string Standing(string key)
    {
        // Merging into what is itself merged is refused; a ring cannot be.
        while (actors.TryGetValue(key, out var actor) && actor.Into is { } into)
            key = into;
        return key;
    }

    private void Forget(string key)
    {
        if (!actors.Remove(key, out var before))
            return;
        foreach (var name in before.Names)
        {
            byName[NameForms.Folded(name.Name)].Remove(name);
            bySound[NameForms.Sounded(name.Name)].Remove(name);
            foreach (var word in NameForms.SoundedWords(name.Name).Distinct(StringComparer.Ordinal))
                byWord[word].Remove(name);
        }
    }

    private static List<Called> Bucket(Dictionary<string, List<Called>> buckets, string form)
    {
        if (!buckets.TryGetValue(form, out var bucket))
            buckets[form] = bucket = [];
        return bucket;
    }

    private static DayWindow? Window(string? edtf) =>
        edtf is null ? null : When.OccurrenceFrom(edtf, Calendar.Gregorian.Name).Value.Window;

    private static (Day? First, Day? Last) Bounds(string? existed) =>
        existed is null ? (null, null)
        : When.From(existed, null, null, null, Calendar.Gregorian.Name).Value is { } lived
            ? (lived.Earliest, lived.Latest)
        : (null, null);

    private static Day? Later(Day? one, Day? other) => one is null || other > one ? other : one;

    private static Day? Earlier(Day? one, Day? other) => one is null || other < one ? other : one;
}
