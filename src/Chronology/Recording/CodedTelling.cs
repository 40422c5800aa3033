using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Rules;

namespace Chronology.Recording;

/// <summary>How one row of a data set tells a story that another row may tell from the other side.</summary>
/// <param name="Story">What both rows have in common: data set, date, story, sentence, what happened and between whom.</param>
/// <param name="Side">Which of the two it is.</param>
public sealed record CodedTelling(string Story, string Side)
{
    /// <summary>Null: the row has no other side, see <see cref="CodedTypes.MayBeReciprocal"/>.</summary>
    public static CodedTelling? Of(Coding coding, CodedRow row)
    {
        if (
            coding.Story is not { } story
            || row is not { Code: { } code, Source.Name: { } source, Target.Name: { } target }
            || source == target
            || !CodedTypes.MayBeReciprocal(code)
        )
            return null;
        string[] parties = string.CompareOrdinal(source, target) < 0 ? [source, target] : [target, source];
        // Of a visit the visitor is the same on both sides: one row makes it, the other hosts it.
        if (CodedTypes.IsVisit(code))
            parties = code == CodedTypes.Hosting ? [target, source] : [source, target];
        return new(
            string.Join(
                '\t',
                [coding.DataSet, row.Date, story, coding.Sentence ?? "", CodedTypes.Reciprocity(code), .. parties]
            ),
            $"{code}|{source}|{target}"
        );
    }

    /// <summary>What an event that a data set tells comes to, beside those that it has told of the same story.</summary>
    /// <param name="told">The events of its data set and story, whatever their status.</param>
    /// <returns>Or <c>coded-differently</c>: a row of it says something else by now, or some of its rows are there and others are not,
    /// so that they are to be told one by one.</returns>
    /// <remarks>What was retracted or merged is paired with nothing.</remarks>
    public static Result<Heard> Hear(Command.Record command, IEnumerable<RecordState> told)
    {
        if (command.Content is not EventContent { Coding: { } coding } content)
            return new Heard.New();
        var events = told.Where(state =>
                state.Content is EventContent { Coding: { } other } && other.DataSet == coding.DataSet
            )
            .ToArray();
        var holders = coding
            .Rows.Select(row => (Row: row, In: Array.Find(events, state => Holds(state, row))))
            .ToArray();
        foreach (var (row, holder) in holders)
        {
            if (holder is not null && !CodingOf(holder).Rows.Contains(row))
                return Differently(row, holder.Id.Key);
        }
        if (Array.TrueForAll(holders, held => held.In is not null))
            return new Heard.Before(holders[0].In!);
        if (Array.Find(holders, held => held.In is not null) is { In: { } some, Row: var there })
            return Differently(there, some.Id.Key);
        if (coding.Rows.Count > 1 || Of(coding, coding.Rows[0]) is not { } telling)
            return new Heard.New();
        var other = events
            .Where(state => state.Status is RecordStatus.Active or RecordStatus.Disputed)
            .Where(state =>
                CodingOf(state) is { Rows: [var row] } one
                && Of(one, row) is { } before
                && before.Story == telling.Story
                && before.Side != telling.Side
            )
            .OrderBy(state => CodingOf(state).Rows[0], Comparer<CodedRow>.Create(ById))
            .FirstOrDefault();
        return other is null ? new Heard.New() : new Heard.FromTheOtherSide(other, Together(other, content));
    }

    /// <summary>The order of rows by their numbers.</summary>
    public static int ById(CodedRow one, CodedRow other) =>
        one.Id.Length != other.Id.Length ? one.Id.Length - other.Id.Length : string.CompareOrdinal(one.Id, other.Id);

    private static Rejection Differently(CodedRow row, string key) =>
        new(
            "coded-differently",
            $"The row “{row.Id}” stands in the event “{key}” beside another, or said something else: correct that event if this row is right.",
            "/coding"
        );

    private static bool Holds(RecordState state, CodedRow row) =>
        CodingOf(state).Rows.Any(held => held.Id == row.Id && held.Date == row.Date);

    private static Coding CodingOf(RecordState state) => ((EventContent)state.Content).Coding!;

    /// <summary>The correction that makes one event of both sides. Whatever a person has corrected stays as it is.</summary>
    private static Command.Correct Together(RecordState state, EventContent now)
    {
        var was = (EventContent)state.Content;
        var (before, added) = (was.Coding!.Rows[0], now.Coding!.Rows[0]);
        var coding = was.Coding with
        {
            Rows = [.. new[] { before, added }.OrderBy(row => row.Id, StringComparer.Ordinal)],
        };
        var changes = new JsonObject
        {
            ["coding"] = new JsonObject { ["rows"] = JsonSerializer.SerializeToNode(coding.Rows, RecordJson.Options) },
        };
        // The event is called after the lesser of its rows.
        if (ById(added, before) < 0 && state.Revision == 1)
            (changes["title"], changes["place"]) = (now.Title, now.Place);
        if (BothActing(was, before) is { } actors)
            changes["actors"] = JsonSerializer.SerializeToNode(actors, RecordJson.Options);
        var cited = was.Citations.Select(citation =>
            citation.Source == was.Coding.DataSet && citation.Locator == was.Coding.Locator
                ? citation with
                {
                    Locator = coding.Locator,
                }
                : citation
        );
        changes["citations"] = RecordJson.Write(cited);
        return new(
            state.Id,
            changes,
            new("correction", $"Row {added.Id} of the data set tells the same story from the other side."),
            []
        );
    }

    /// <summary>Both parties in the roles that they have where an act is told from both sides; null: as they are.</summary>
    private static IReadOnlyList<Participant>? BothActing(EventContent was, CodedRow row)
    {
        if (
            CodedTypes.IsVisit(row.Code!)
            || was.Actors is not [{ Role: "actor", Actor: var source }, { Role: "recipient", Actor: var target }]
            || source == target
            || CodedTypes.Of(row.Code!) is not { } type
            || type.Code != was.Type
        )
            return null;
        string[] both =
            string.CompareOrdinal(row.Source!.Name, row.Target!.Name) < 0 ? [source, target] : [target, source];
        var acting = both.Select(actor => new Participant(actor, "actor"));
        return type.Direction == "mutual"
            ? [.. acting]
            : [.. acting, .. both.Select(actor => new Participant(actor, "recipient"))];
    }
}

/// <summary>What an event of a data set comes to. Closed.</summary>
public abstract record Heard
{
    private Heard() { }

    /// <summary>Nobody has told it.</summary>
    public sealed record New : Heard;

    /// <summary>All its rows stand in events.</summary>
    /// <param name="Event">That of the first.</param>
    public sealed record Before(RecordState Event) : Heard;

    /// <param name="Event">As it stands, told from one side.</param>
    /// <param name="Pairing">What makes one event of both.</param>
    public sealed record FromTheOtherSide(RecordState Event, Command.Correct Pairing) : Heard;
}
