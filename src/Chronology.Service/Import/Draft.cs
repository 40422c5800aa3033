using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Service.Import;

/// <summary>What a reader makes of rows before the actors that they name are matched. Closed.</summary>
/// <param name="Line">Of the file, from 1.</param>
public abstract record Draft(long Line)
{
    /// <summary>A request body in which the actors are yet to be named by their keys.</summary>
    /// <param name="FromDataSet">Whether the rows are coded: see <see cref="Command.Record.FromDataSet"/>.</param>
    /// <param name="Via">The data set, or null.</param>
    public sealed record Body(
        long Line,
        RecordKind Kind,
        JsonObject Fields,
        IReadOnlyList<NamedParty> Parties,
        bool FromDataSet,
        string? Via
    ) : Draft(Line)
    {
        /// <summary>Of two rows that are one event: each by itself, for where one of them has been told before. Null: it is one row.</summary>
        public Func<IReadOnlyList<Body>>? Apart { get; init; }
    }

    public sealed record Refused(long Line, Rejection Rejection) : Draft(Line);

    /// <summary>The row tells of the event of another row, told from the other side.</summary>
    /// <param name="With">The line of that row.</param>
    public sealed record Paired(long Line, long With) : Draft(Line);
}

/// <summary>An actor that a row names.</summary>
/// <param name="Kind">What it is taken for where it is nobody known.</param>
/// <param name="In">The object in which <paramref name="Member"/> gets its key.</param>
public sealed record NamedParty(string Name, string Kind, JsonObject In, string Member);

/// <summary>A data set of coded events, and the source that its events cite.</summary>
/// <param name="Key">Of the source, and the data set's name in <c>via</c> and <c>coding</c>.</param>
public sealed record DataSet(string Key, string Title, string? Url, string? Publisher)
{
    /// <summary>The body that records the source.</summary>
    public JsonObject Source() =>
        new()
        {
            ["key"] = Key,
            ["kind"] = "tertiary",
            ["csl"] = new JsonObject { ["type"] = "dataset", ["title"] = Title },
            ["url"] = Url,
            ["publisher"] = Publisher,
        };
}

/// <summary>An event as one row of a data set codes it.</summary>
internal sealed record CodedEvent(
    long Line,
    string Date,
    string Code,
    Rules.EventType Type,
    CodedRow Row,
    CodedParty? Source,
    CodedParty? Target
)
{
    /// <summary>The row as an event of its own: the source acts, the target receives; of a visit that is told by the host, the target.</summary>
    public JsonArray Participants(List<NamedParty> parties)
    {
        var (actor, recipient) = Code == Rules.CodedTypes.Hosting ? (Target, Source) : (Source, Target);
        var participants = new JsonArray();
        Take(participants, parties, actor, "actor");
        Take(participants, parties, recipient, "recipient");
        return participants;
    }

    /// <summary>Both rows as one event: of a visit the visitor acts; of a mutual act both; of one that is directed each toward the other.</summary>
    public JsonArray Together(List<NamedParty> parties)
    {
        if (Rules.CodedTypes.Reciprocity(Code) != Code || Type.Code == "visit-made")
            return Participants(parties);
        var participants = new JsonArray();
        var both = new[] { Source, Target }.OrderBy(party => party!.Name, StringComparer.Ordinal).ToArray();
        foreach (var party in both)
            Take(participants, parties, party, "actor");
        if (Type.Direction != "mutual")
        {
            foreach (var party in both)
                Take(participants, parties, party, "recipient");
        }
        return participants;
    }

    private static void Take(JsonArray participants, List<NamedParty> parties, CodedParty? party, string role)
    {
        if (party is null)
            return;
        var participant = new JsonObject { ["actor"] = null, ["role"] = role };
        participants.Add(participant);
        parties.Add(new(party.Name, party.Kind, participant, "actor"));
    }
}

/// <param name="Name">By which the actor is matched.</param>
internal sealed record CodedParty(string Name, string Kind);

/// <summary>The parts of bodies that data sets share.</summary>
internal static class Coded
{
    public static Rejection Unmapped(string code) =>
        new("unmapped-code", $"The code “{Shown(code)}” of what happened stands for no type of event.", "/type");

    public static Rejection NoActor { get; } = new("no-actor", "Neither a source nor a target is named.", "/actors");

    /// <summary>What is wrong with the names of the parties that are there: one without a letter or digit could be anybody's.</summary>
    public static Rejection? Nameless(params ReadOnlySpan<string?> names)
    {
        foreach (var name in names)
        {
            if (name is not null && NameForms.Folded(name).Length == 0)
                return new("nameless-actor", "The name of an actor has neither a letter nor a digit.", "/actors");
        }
        return null;
    }

    /// <summary>At most so many characters, so that a title is never what a row is refused for.</summary>
    public static string Short(string text, int greatest) =>
        text.Length <= greatest ? text : $"{text[..(greatest - 1)].TrimEnd()}…";

    private static string Shown(string code) => Short(code, 20);
}
