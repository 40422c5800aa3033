using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;

namespace Chronology.Service.Import;

/// <summary>The reader of ICEWS: 20 columns, a header, tabs, no quoting.</summary>
/// <remarks>Two rows of one date, story and sentence in which each's source is the other's target, and whose codes are reciprocal
/// (<see cref="CodedTypes.AreReciprocal"/>), are one event, under the lesser event id; where several rows say the same, they are
/// paired in the order of their ids. They need not stand together: rows wait for theirs while the next <see cref="Window"/> are read,
/// so the order of rows within that distance does not matter. Memory holds as many rows. What is further apart, or in another file, is
/// paired where it is recorded: <see cref="CodedTelling.Hear"/>.</remarks>
public static class IcewsRows
{
    public const int Columns = 20;

    /// <summary>In real files the two stand at most a few dozen rows apart.</summary>
    public const int Window = 2_000;

    public static DataSet DataSet { get; } =
        new(
            "icews",
            "Integrated Crisis Early Warning System (ICEWS): coded event data",
            "https://dataverse.harvard.edu/dataverse/icews",
            "Harvard Dataverse"
        );

    /// <param name="Coding">What the row says, by itself.</param>
    private sealed record Told(CodedEvent Event, string Title, string? Place, Coding Coding);

    private sealed class Held
    {
        public Held(Told told) => (Told, Telling) = (told, CodedTelling.Of(told.Coding, told.Event.Row));

        public Held(Draft.Refused refused) => (Told, Refused) = (null!, refused);

        public Told Told { get; }

        public Draft.Refused? Refused { get; }

        /// <summary>What it has in common with the row that may be told from the other side; null: it has no other side.</summary>
        public CodedTelling? Telling { get; }

        public Held? Other { get; set; }

        public bool IsTold { get; set; }
    }

    public static async IAsyncEnumerable<Draft> ReadAsync(
        IAsyncEnumerable<TextRow> rows,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var held = new Queue<Held>();
        var groups = new Dictionary<string, List<Held>>(StringComparer.Ordinal);
        await foreach (var row in rows.WithCancellation(ct))
        {
            if (IsHeader(row))
                continue;
            var read = Read(row);
            // What is refused waits as well: the order of the file is kept.
            var next = read.Rejection is { } rejection
                ? new Held(new Draft.Refused(row.Line, rejection))
                : new Held(read.Value);
            held.Enqueue(next);
            if (next.Telling is { Story: var group })
            {
                if (!groups.TryGetValue(group, out var members))
                    groups[group] = members = [];
                members.Add(next);
            }
            if (held.Count > Window)
            {
                foreach (var draft in Leave(held.Dequeue(), groups))
                    yield return draft;
            }
        }
        while (held.TryDequeue(out var last))
        {
            foreach (var draft in Leave(last, groups))
                yield return draft;
        }
    }

    public static bool IsHeader(TextRow row) =>
        row.Cells.Length > 1 && row.Cells[0].Trim() == "Event ID" && row.Cells[1].Trim() == "Event Date";

    private static IEnumerable<Draft> Leave(Held row, Dictionary<string, List<Held>> groups)
    {
        if (row.Refused is { } refused)
        {
            yield return refused;
            yield break;
        }
        if (row.Telling is { Story: var group })
        {
            var members = groups[group];
            if (row.Other is null)
                Pair(members);
            members.Remove(row);
            if (members.Count == 0)
                groups.Remove(group);
        }
        if (row.Other is not { } other)
        {
            yield return Body(row.Told, null);
            yield break;
        }
        var (first, second) = ById(row, other) < 0 ? (row, other) : (other, row);
        if (!row.IsTold)
        {
            row.IsTold = other.IsTold = true;
            yield return Body(first.Told, second.Told) with
            {
                Apart = () => [Body(first.Told, null), Body(second.Told, null)],
            };
            yield return new Draft.Paired(second.Told.Event.Line, first.Told.Event.Line);
        }
    }

    /// <summary>The rows of a group that wait, each side in the order of its ids, one of the one side with one of the other.</summary>
    private static void Pair(List<Held> members)
    {
        var sides = members
            .Where(member => member.Other is null)
            .GroupBy(member => member.Telling!.Side, StringComparer.Ordinal)
            .Select(side => side.Order(Comparer<Held>.Create(ById)).ToArray())
            .ToArray();
        if (sides is not [var one, var another])
            return;
        foreach (var (here, there) in one.Zip(another))
            (here.Other, there.Other) = (there, here);
    }

    private static int ById(Held one, Held other) => CodedTelling.ById(one.Told.Event.Row, other.Told.Event.Row);

    private static Result<Told> Read(TextRow row)
    {
        if (row.Refusal is { } refusal)
            return refusal;
        if (row.Cells.Length != Columns)
            return TextRows.WrongWidth(row, $"{Columns}").Refusal!;
        if (row.Cell(0) is not { } id)
            return new Rejection("invalid-parameter", "The row has no event id.", "/key");
        if (
            row.Cell(1) is not { } date
            || !DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        )
            return new Rejection("invalid-date", "The event date is a day such as 2018-06-01.", "/occurred");
        if (row.Cell(6) is not { } code || CodedTypes.Of(code) is not { } type)
            return Coded.Unmapped(row.Cell(6) ?? "");
        var (source, target) = (Party(row, 2), Party(row, 8));
        if (source is null && target is null)
            return Coded.NoActor;
        if (Coded.Nameless(source?.Name, target?.Name) is { } nameless)
            return nameless;
        var coded = new CodedEvent(
            row.Line,
            date,
            code,
            type,
            new(id, date, code, row.Cell(7), Actor(row, 2), Actor(row, 8)),
            source,
            target
        );
        var title = string.Join(
            " — ",
            new[] { source?.Name, row.Cell(5) ?? Vocabulary.Cameo[code].Description, target?.Name }.OfType<string>()
        );
        var place = string.Join(
            ", ",
            new[] { 14, 15, 16, 17 }.Select(i => Known(row, i)).OfType<string>().Distinct(StringComparer.Ordinal)
        );
        var coding = new Coding(
            DataSet.Key,
            Known(row, 11),
            Known(row, 12),
            Known(row, 13),
            null,
            null,
            null,
            null,
            null,
            null,
            [coded.Row]
        );
        return new Told(coded, title, place.Length == 0 ? null : place, coding);
    }

    private static Draft.Body Body(Told told, Told? other)
    {
        var e = told.Event;
        var parties = new List<NamedParty>();
        var coding = other is null
            ? told.Coding
            : told.Coding with
            {
                Rows = [.. new[] { e.Row, other.Event.Row }.OrderBy(row => row.Id, StringComparer.Ordinal)],
            };
        var fields = new JsonObject
        {
            ["key"] = $"{DataSet.Key}-{e.Date}-{e.Row.Id.ToLowerInvariant()}",
            ["type"] = e.Type.Code,
            ["occurred"] = e.Date,
            ["title"] = Coded.Short(told.Title, 500),
            ["place"] = told.Place is { } place ? Coded.Short(place, 500) : null,
            ["actors"] = other is null ? e.Participants(parties) : e.Together(parties),
            ["credibility"] = "reported",
            ["coding"] = JsonSerializer.SerializeToNode(coding, RecordJson.Options),
            ["citations"] = new JsonArray(new JsonObject { ["source"] = DataSet.Key, ["locator"] = coding.Locator }),
        };
        return new(e.Line, RecordKind.Event, fields, parties, FromDataSet: true, DataSet.Key);
    }

    private static CodedParty? Party(TextRow row, int at) =>
        Known(row, at) is { } name ? new(name, KindOf(name, Known(row, at + 1) ?? "", Known(row, at + 2))) : null;

    private static CodedActor? Actor(TextRow row, int at) =>
        Known(row, at) is { } name ? new(name, null, Known(row, at + 1), Known(row, at + 2)) : null;

    /// <summary>What an actor that nobody knows is taken for, by its sectors: an editor mends it.</summary>
    private static string KindOf(string name, string sectors, string? country)
    {
        if (sectors.Length == 0 || name == country)
            return "state";
        var listed = sectors.Split(',', StringSplitOptions.TrimEntries);
        var isGroup = name.EndsWith(')');
        return !isGroup && listed.Contains("Elite") ? "person"
            : listed.Any(sector =>
                sector is "Military" or "Insurgents" or "Rebel" or "Separatists" or "Unidentified Forces"
            )
                ? "armed-group"
            : listed.Any(sector => sector is "International Government Organization" or "Business" or "Media")
                ? "organisation"
            : isGroup && listed.Contains("Government") ? "government"
            : isGroup && listed.Contains("Parties") ? "party"
            : listed is ["Parties", ..] && !listed.Contains("Government") ? "party"
            : isGroup || listed.Contains("Social") ? "movement"
            : listed.Contains("Government") ? "person"
            : "organisation";
    }

    /// <summary>Null where ICEWS writes NA.</summary>
    private static string? Known(TextRow row, int at) => row.Cell(at) is { } text and not "NA" ? text : null;
}
