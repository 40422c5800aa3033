using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Chronology.Recording;
using Chronology.Service.Web;
using CsvHelper;

namespace Chronology.Service.Import;

/// <summary>One row of a table.</summary>
/// <param name="Line">Of the file, from 1, on which the row begins.</param>
/// <param name="Cells">Empty where the row cannot be read.</param>
/// <param name="Refusal">Null: it can be read.</param>
public sealed record TextRow(long Line, string[] Cells, Rejection? Refusal)
{
    public static string[] NoCells { get; } = [];

    /// <summary>The cell without blanks around it; null where it is empty or beyond the last.</summary>
    public string? Cell(int index) => index < Cells.Length && Cells[index].Trim() is { Length: > 0 } text ? text : null;
}

/// <summary>Reads tables of text: memory holds one row.</summary>
public static class TextRows
{
    /// <summary>The rows in their order, the header among them, empty lines left out.</summary>
    /// <param name="file">UTF-8, with or without a byte order mark. Not disposed.</param>
    /// <param name="separator">ASCII.</param>
    /// <param name="quoted">By RFC 4180; else a quote is a character like any other.</param>
    /// <returns>A row of more than 1 MB, or with a quote that has no end, is refused and is the last: nobody knows where it ends. Where the file
    /// is damaged, the last is refused for that.</returns>
    public static async IAsyncEnumerable<TextRow> ReadAsync(
        Stream file,
        char separator,
        bool quoted,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        CsvMalformedRecord? malformed = null;
        Rejection? last = null;
        await using var reader = CsvReader.Create(
            file,
            new CsvReaderOptions
            {
                Separator = separator,
                HasHeader = false,
                Mode = quoted ? CsvMode.Rfc4180 : CsvMode.NoEscape,
                MaxRecordSize = Incoming.GreatestBody,
                TrackLineNumbers = true,
                Encoding = System.Text.Encoding.UTF8,
                OnMalformedRecord = quoted ? record => malformed = record : null,
            },
            leaveOpen: true
        );
        var line = 0L;
        while (true)
        {
            malformed = null;
            bool more;
            try
            {
                more = await reader.ReadAsync(ct);
            }
            catch (CsvFormatException)
            {
                (more, last) = (false, TooLong);
            }
            catch (DamagedFileException)
            {
                (more, last) = (false, DamagedFileException.Rejection);
            }
            if (!more)
            {
                if (last is not null)
                    yield return new TextRow(line + 1, TextRow.NoCells, last);
                yield break;
            }
            line = reader.LineNumber;
            yield return malformed is { Reason: CsvMalformedReason.UnterminatedQuote }
                ? Refused(
                    line,
                    "malformed-row",
                    "A quote has no end; what follows this line is not read, for nobody knows where the row ends."
                )
            : malformed is not null
                ? Refused(line, "malformed-row", "A quote stands where none may: write it twice inside a quoted text.")
            : !Utf8.IsValid(reader.RawRecord) ? Refused(line, "malformed-text", "The row is not UTF-8.")
            : reader.RawRecord.Contains((byte)0) ? Refused(line, "malformed-text", "The row has a NUL in it.")
            : new TextRow(line, Cells(reader), null);
        }
    }

    private static Rejection TooLong { get; } =
        new("too-large", "A row is at most 1 MB; what follows is not read, for nobody knows where this one ends.");

    /// <summary>What a row of the wrong width is told.</summary>
    public static TextRow WrongWidth(TextRow row, string expected) =>
        Refused(row.Line, "wrong-columns", $"The row has {row.Cells.Length} columns; expected are {expected}.");

    private static string[] Cells(CsvReader reader)
    {
        var cells = new string[reader.FieldCount];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = reader.GetString(i);
        return cells;
    }

    private static TextRow Refused(long line, string code, string detail) =>
        new(line, TextRow.NoCells, new(code, detail));
}
