using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chronology.Recording;
using Chronology.Relations;

namespace Chronology.Service.Store;

/// <summary>One effect with as much of its event as dates it and weighs it: enough to decide, without citations.</summary>
/// <remarks>As JSON, by hand and without what is as usual: most of a row would be members that are null, and most of what an answer
/// reads are these rows.</remarks>
public static partial class StoredEffect
{
    private const string UsualReading = "occurrence";

    private static string UsualCalendar => Time.Calendar.Gregorian.Name;

    private static readonly JsonWriterOptions AsStored = new()
    {
        Encoder = RecordJson.Options.Encoder,
        MaxDepth = RecordJson.Options.MaxDepth,
        SkipValidation = true,
    };

    /// <param name="content">With the date that it has.</param>
    /// <param name="from">The first position of the row.</param>
    public static string Write(EventContent content, RecordedEffect effect, long from)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, AsStored))
        {
            json.WriteStartObject();
            json.WriteNumber("revision"u8, effect.Revision);
            WriteUnless(json, "occurred"u8, content.Occurred, null);
            WriteUnless(json, "reading"u8, content.Reading, UsualReading);
            WriteUnless(json, "start"u8, content.Start, null);
            WriteUnless(json, "end"u8, content.End, null);
            if (content.Order is { } order)
                json.WriteNumber("order"u8, order);
            json.WriteString("credibility"u8, content.Credibility);
            WriteUnless(json, "calendar"u8, content.Calendar, UsualCalendar);
            WriteChange(json, content.Effects[effect.Index]);
            // Of the revision, where it is not that of the row.
            if (effect.Position != from)
                json.WriteNumber("position"u8, effect.Position);
            if (effect.DatedBy.Count > 0)
            {
                json.WritePropertyName("datedBy"u8);
                JsonSerializer.Serialize(json, effect.DatedBy, RecordJson.Options);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteChange(Utf8JsonWriter json, Effect change)
    {
        json.WriteStartObject("effect"u8);
        json.WriteString("fact"u8, change.Fact);
        json.WriteString("holder"u8, change.Holder);
        WriteUnless(json, "toward"u8, change.Toward, null);
        WriteUnless(json, "qualifier"u8, change.Qualifier, null);
        WriteUnless(json, "value"u8, change.Value, null);
        WriteUnless(json, "from"u8, change.From, null);
        WriteUnless(json, "until"u8, change.Until, null);
        WriteUnless(json, "basis"u8, change.Basis, null);
        WriteUnless(json, "vote"u8, change.Vote, null);
        WriteUnless(json, "salience"u8, change.Salience, null);
        WriteUnless(json, "authority"u8, change.Authority, null);
        WriteUnless(json, "speaker"u8, change.Speaker, null);
        json.WriteEndObject();
    }

    private static void WriteUnless(Utf8JsonWriter json, ReadOnlySpan<byte> member, string? value, string? usual)
    {
        if (value != usual)
            json.WriteString(member, value);
    }

    /// <summary>The year in which an effect ends by its own end, or by that of the extent of its event.</summary>
    /// <returns>Null: by nothing of its own. <see cref="long.MinValue"/>: by something that is not a plain year, month, day or time.</returns>
    public static long? EndYear(EventContent content, int index)
    {
        var ends = content.Effects[index].Until ?? (content.Reading == "extent" ? EndOf(content) : null);
        return ends is null or ".." ? null
            : PlainDate.IsMatch(ends) ? long.Parse(ends.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture)
            : long.MinValue;
    }

    private static string? EndOf(EventContent content) =>
        content.End
        ?? (
            content.Occurred is { } occurred
                ? occurred.Split('/') is [_, var end, ..]
                    ? end
                    : ""
                : null
        );

    [GeneratedRegex(
        "^[0-9]{4}(-[0-9]{2}){0,2}(T.*|[?~%])?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex PlainDate { get; }

    /// <returns>The effect, its citations left out.</returns>
    /// <param name="from">The first position of the row.</param>
    /// <exception cref="JsonException">This was not written by <see cref="Write"/>.</exception>
    public static RecordedEffect Read(string eventKey, int index, long from, string json)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            return Read(eventKey, index, from, bytes.AsSpan(0, Encoding.UTF8.GetBytes(json, bytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <param name="json">UTF-8.</param>
    /// <inheritdoc cref="Read(string, int, long, string)"/>
    public static RecordedEffect Read(string eventKey, int index, long from, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new() { MaxDepth = RecordJson.Options.MaxDepth });
        return Read(ref reader, eventKey, index, from);
    }

    private static RecordedEffect Read(ref Utf8JsonReader reader, string eventKey, int index, long from)
    {
        int? revision = null;
        var position = from;
        string? occurred = null;
        var reading = UsualReading;
        string? start = null;
        string? end = null;
        int? order = null;
        string? credibility = null;
        var calendar = UsualCalendar;
        Effect? change = null;
        ValueList<RevisionAt> datedBy = [];
        reader.Read();
        while (NextOf(ref reader))
        {
            if (Is(ref reader, "revision"u8))
                revision = reader.GetInt32();
            else if (Is(ref reader, "occurred"u8))
                occurred = reader.GetString();
            else if (Is(ref reader, "reading"u8))
                reading = reader.GetString()!;
            else if (Is(ref reader, "start"u8))
                start = reader.GetString();
            else if (Is(ref reader, "end"u8))
                end = reader.GetString();
            else if (Is(ref reader, "order"u8))
                order = reader.GetInt32();
            else if (Is(ref reader, "credibility"u8))
                credibility = reader.GetString();
            else if (Is(ref reader, "calendar"u8))
                calendar = reader.GetString()!;
            else if (Is(ref reader, "effect"u8))
                change = ReadChange(ref reader);
            else if (Is(ref reader, "position"u8))
                position = reader.GetInt64();
            else if (Is(ref reader, "datedBy"u8))
                datedBy = JsonSerializer.Deserialize<ValueList<RevisionAt>>(ref reader, RecordJson.Options)!;
            else
                throw Unknown();
        }
        if (revision is null || credibility is null || change is null)
            throw new JsonException("A stored effect lacks its revision, its credibility, or what it changes.");
        var content = new EventContent(
            "",
            occurred,
            reading,
            start,
            end,
            order,
            "",
            null,
            null,
            [],
            [change],
            null,
            credibility,
            calendar,
            null,
            [],
            null,
            []
        );
        return RecordedEffect.Of(eventKey, revision.Value, position, content)[0] with
        {
            Index = index,
            DatedBy = datedBy,
        };
    }

    private static Effect ReadChange(ref Utf8JsonReader reader)
    {
        string? fact = null;
        string? holder = null;
        string? toward = null;
        string? qualifier = null;
        string? value = null;
        string? from = null;
        string? until = null;
        string? basis = null;
        string? vote = null;
        string? salience = null;
        string? authority = null;
        string? speaker = null;
        while (NextOf(ref reader))
        {
            if (Is(ref reader, "fact"u8))
                fact = reader.GetString();
            else if (Is(ref reader, "holder"u8))
                holder = reader.GetString();
            else if (Is(ref reader, "toward"u8))
                toward = reader.GetString();
            else if (Is(ref reader, "qualifier"u8))
                qualifier = reader.GetString();
            else if (Is(ref reader, "value"u8))
                value = reader.GetString();
            else if (Is(ref reader, "from"u8))
                from = reader.GetString();
            else if (Is(ref reader, "until"u8))
                until = reader.GetString();
            else if (Is(ref reader, "basis"u8))
                basis = reader.GetString();
            else if (Is(ref reader, "vote"u8))
                vote = reader.GetString();
            else if (Is(ref reader, "salience"u8))
                salience = reader.GetString();
            else if (Is(ref reader, "authority"u8))
                authority = reader.GetString();
            else if (Is(ref reader, "speaker"u8))
                speaker = reader.GetString();
            else
                throw Unknown();
        }
        return fact is null || holder is null
            ? throw new JsonException("A stored effect lacks its fact or its holder.")
            : new(fact, holder, toward, qualifier, value, from, until, basis, vote, salience, authority, speaker);
    }

    /// <summary>Goes on to the name of the next member of the object that the reader is in; false: at its end.</summary>
    private static bool NextOf(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Whether the member is this one; then the reader goes on to its value.</summary>
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> member) =>
        reader.ValueTextEquals(member) && reader.Read();

    private static JsonException Unknown() => new("A stored effect has a member that this version does not know.");
}
