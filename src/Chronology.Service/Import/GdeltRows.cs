using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;

namespace Chronology.Service.Import;

/// <summary>The reader of GDELT events: tabs, no header, no quoting; 1.0 has 58 columns (older rows 57, without the address of the report), 2.0 has 61.</summary>
public static class GdeltRows
{
    private static readonly DataSet First = new(
        "gdelt1",
        "GDELT 1.0 Event Database",
        "https://www.gdeltproject.org",
        "The GDELT Project"
    );
    private static readonly DataSet Second = new(
        "gdelt2",
        "GDELT 2.0 Event Database",
        "https://www.gdeltproject.org",
        "The GDELT Project"
    );

    public static DataSet DataSet(FileFormat format) => format == FileFormat.Gdelt2 ? Second : First;

    /// <summary>How many columns a row may have.</summary>
    public static IReadOnlyList<int> Widths(FileFormat format) => format == FileFormat.Gdelt2 ? [61] : [58, 57];

    public static async IAsyncEnumerable<Draft> ReadAsync(
        FileFormat format,
        IAsyncEnumerable<TextRow> rows,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        await foreach (var row in rows.WithCancellation(ct))
        {
            if (row.Cell(0) is { } first && first.Equals("GLOBALEVENTID", StringComparison.OrdinalIgnoreCase))
                continue;
            var read = Read(format, row);
            yield return read.Rejection is { } rejection ? new Draft.Refused(row.Line, rejection) : read.Value;
        }
    }

    private static Result<Draft> Read(FileFormat format, TextRow row)
    {
        if (row.Refusal is { } refusal)
            return refusal;
        var widths = Widths(format);
        if (!widths.Contains(row.Cells.Length))
            return TextRows.WrongWidth(row, string.Join(" or ", widths)).Refusal!;
        if (row.Cell(0) is not { } id || !id.All(char.IsAsciiDigit))
            return new Rejection("invalid-parameter", "The first column is the number of the event.", "/key");
        if (DayOf(row.Cell(1)) is not { } date)
            return new Rejection("invalid-date", "The second column is a day such as 20180601.", "/occurred");
        if (row.Cell(26) is not { } code || CodedTypes.Of(code) is not { } type)
            return Coded.Unmapped(row.Cell(26) ?? "");
        var (source, target) = (Party(row, 5), Party(row, 15));
        if (source is null && target is null)
            return Coded.NoActor;
        if (Coded.Nameless(source?.Name, target?.Name) is { } nameless)
            return nameless;
        var set = DataSet(format);
        // Each place has one column more in 2.0.
        var place = format == FileFormat.Gdelt2 ? 52 : 50;
        var added = format == FileFormat.Gdelt2 ? 59 : 56;
        var url = row.Cell(added + 1);
        var coded = new CodedEvent(
            row.Line,
            date,
            code,
            type,
            new(id, date, code, row.Cell(30), Actor(row, 5), Actor(row, 15)),
            source,
            target
        );
        var coding = new Coding(
            set.Key,
            null,
            null,
            null,
            url is { Length: > 4_000 } ? url[..4_000] : url,
            Reported(row.Cell(added)),
            Count(row.Cell(31)),
            Count(row.Cell(32)),
            Count(row.Cell(33)),
            row.Cell(34),
            [coded.Row]
        );
        var parties = new List<NamedParty>();
        var named = url is null || url.Length > 400 ? $"event {id}" : $"event {id}, {url}";
        var fields = new JsonObject
        {
            ["key"] = $"{set.Key}-{id}",
            ["type"] = type.Code,
            ["occurred"] = date,
            ["title"] = Coded.Short(
                string.Join(
                    " — ",
                    new[]
                    {
                        source?.Name,
                        Vocabulary.Cameo[code].Description is { Length: > 0 } said ? said : type.Label,
                        target?.Name,
                    }.OfType<string>()
                ),
                500
            ),
            ["place"] = row.Cell(place) is { } where ? Coded.Short(where, 500) : null,
            ["actors"] = coded.Participants(parties),
            ["credibility"] = "reported",
            ["coding"] = JsonSerializer.SerializeToNode(coding, RecordJson.Options),
            ["citations"] = new JsonArray(new JsonObject { ["source"] = set.Key, ["locator"] = named }),
        };
        return new Draft.Body(row.Line, RecordKind.Event, fields, parties, FromDataSet: true, set.Key);
    }

    private static CodedParty? Party(TextRow row, int at)
    {
        if (row.Cell(at) is { } code)
            return CodedActors.Of(code) is { } known ? new(known.Name, known.Kind) : new(code, "organisation");
        return row.Cell(at + 1) is { } name ? new(name, "organisation") : null;
    }

    private static CodedActor? Actor(TextRow row, int at) =>
        row.Cell(at) is null && row.Cell(at + 1) is null
            ? null
            : new(row.Cell(at + 1), row.Cell(at), null, row.Cell(at + 2));

    private static string? DayOf(string? digits) =>
        DateOnly.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : null;

    /// <summary>DATEADDED: a day, or in 2.0 an instant in UTC.</summary>
    private static string? Reported(string? digits) =>
        DayOf(digits)
        ?? (
            DateTime.TryParseExact(
                digits,
                "yyyyMMddHHmmss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var at
            )
                ? at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                : digits
        );

    private static int? Count(string? digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}
