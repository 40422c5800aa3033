using System.Text.Json;
using System.Text.Json.Serialization;
using static Chronology.Recording.StoredMembers;

namespace Chronology.Recording;

/// <summary>What an event says, as <see cref="RecordJson.Options"/> store it, by hand: nine records in ten are events.</summary>
/// <remarks>These names and their order are the archive's format: add, never change.</remarks>
internal sealed class EventContentConverter : JsonConverter<EventContent>
{
    private static readonly StoredMembers Members = new(
        18,
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
        "citations",
        "noSource",
        "tags",
        "anchor",
        "coding"
    );

    public override EventContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (at, seen) = (-1, 0u);
        var (type, reading, title, credibility, calendar) = ("", "", "", "", "");
        string? occurred = null;
        string? start = null;
        string? end = null;
        string? description = null;
        string? place = null;
        string? asWritten = null;
        string? noSource = null;
        int? order = null;
        decimal? intensity = null;
        ValueList<Participant> actors = [];
        ValueList<Effect> effects = [];
        ValueList<Citation> citations = [];
        ValueList<string> tags = [];
        ValueList<Anchor>? anchor = null;
        Coding? coding = null;
        while (Members.Next(ref reader, ref at, ref seen))
        {
            switch (at)
            {
                case 0:
                    type = Text(ref reader);
                    break;
                case 1:
                    occurred = TextOrNull(ref reader);
                    break;
                case 2:
                    reading = Text(ref reader);
                    break;
                case 3:
                    start = TextOrNull(ref reader);
                    break;
                case 4:
                    end = TextOrNull(ref reader);
                    break;
                case 5:
                    order = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32();
                    break;
                case 6:
                    title = Text(ref reader);
                    break;
                case 7:
                    description = TextOrNull(ref reader);
                    break;
                case 8:
                    place = TextOrNull(ref reader);
                    break;
                case 9:
                    actors = List<Participant>(ref reader, options);
                    break;
                case 10:
                    effects = List<Effect>(ref reader, options);
                    break;
                case 11:
                    intensity = reader.TokenType == JsonTokenType.Null ? null : reader.GetDecimal();
                    break;
                case 12:
                    credibility = Text(ref reader);
                    break;
                case 13:
                    calendar = Text(ref reader);
                    break;
                case 14:
                    asWritten = TextOrNull(ref reader);
                    break;
                case 15:
                    citations = List<Citation>(ref reader, options);
                    break;
                case 16:
                    noSource = TextOrNull(ref reader);
                    break;
                case 17:
                    tags = List<string>(ref reader, options);
                    break;
                case 18:
                    anchor = JsonSerializer.Deserialize<ValueList<Anchor>>(ref reader, options);
                    break;
                default:
                    coding = JsonSerializer.Deserialize<Coding>(ref reader, options);
                    break;
            }
        }
        return new(
            type,
            occurred,
            reading,
            start,
            end,
            order,
            title,
            description,
            place,
            actors,
            effects,
            intensity,
            credibility,
            calendar,
            asWritten,
            citations,
            noSource,
            tags
        )
        {
            Anchor = anchor,
            Coding = coding,
        };
    }

    public override void Write(Utf8JsonWriter writer, EventContent value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, value.Type);
        writer.WriteString("occurred"u8, value.Occurred);
        writer.WriteString("reading"u8, value.Reading);
        writer.WriteString("start"u8, value.Start);
        writer.WriteString("end"u8, value.End);
        if (value.Order is { } order)
            writer.WriteNumber("order"u8, order);
        else
            writer.WriteNull("order"u8);
        writer.WriteString("title"u8, value.Title);
        writer.WriteString("description"u8, value.Description);
        writer.WriteString("place"u8, value.Place);
        writer.WriteStartArray("actors"u8);
        foreach (var participant in value.Actors.members)
            ParticipantConverter.Write(writer, participant);
        writer.WriteEndArray();
        writer.WriteStartArray("effects"u8);
        foreach (var effect in value.Effects.members)
            EffectConverter.Write(writer, effect);
        writer.WriteEndArray();
        if (value.Intensity is { } intensity)
            writer.WriteNumber("intensity"u8, intensity);
        else
            writer.WriteNull("intensity"u8);
        writer.WriteString("credibility"u8, value.Credibility);
        writer.WriteString("calendar"u8, value.Calendar);
        writer.WriteString("asWritten"u8, value.AsWritten);
        writer.WriteStartArray("citations"u8);
        foreach (var citation in value.Citations.members)
            CitationConverter.Write(writer, citation);
        writer.WriteEndArray();
        writer.WriteString("noSource"u8, value.NoSource);
        writer.WriteStartArray("tags"u8);
        foreach (var tag in value.Tags.members)
            writer.WriteStringValue(tag);
        writer.WriteEndArray();
        if (value.Anchor is { } anchor)
        {
            writer.WritePropertyName("anchor"u8);
            JsonSerializer.Serialize(writer, anchor, options);
        }
        if (value.Coding is { } coding)
        {
            writer.WritePropertyName("coding"u8);
            JsonSerializer.Serialize(writer, coding, options);
        }
        writer.WriteEndObject();
    }

    private static ValueList<T> List<T>(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null
            ? throw new JsonException("A list is expected here.")
            : ((JsonConverter<ValueList<T>>)options.GetConverter(typeof(ValueList<T>))).Read(
                ref reader,
                typeof(ValueList<T>),
                options
            )!;
}

/// <inheritdoc cref="EventContentConverter"/>
internal sealed class ParticipantConverter : JsonConverter<Participant>
{
    private static readonly StoredMembers Members = new(2, "actor", "role");

    public override Participant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (at, seen, actor, role) = (-1, 0u, "", "");
        while (Members.Next(ref reader, ref at, ref seen))
        {
            if (at == 0)
                actor = Text(ref reader);
            else
                role = Text(ref reader);
        }
        return new(actor, role);
    }

    public override void Write(Utf8JsonWriter writer, Participant value, JsonSerializerOptions options) =>
        Write(writer, value);

    internal static void Write(Utf8JsonWriter writer, Participant value)
    {
        writer.WriteStartObject();
        writer.WriteString("actor"u8, value.Actor);
        writer.WriteString("role"u8, value.Role);
        writer.WriteEndObject();
    }
}

/// <inheritdoc cref="EventContentConverter"/>
internal sealed class EffectConverter : JsonConverter<Effect>
{
    private static readonly StoredMembers Members = new(
        12,
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

    public override Effect Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (at, seen, fact, holder) = (-1, 0u, "", "");
        Texts others = default;
        while (Members.Next(ref reader, ref at, ref seen))
        {
            if (at == 0)
                fact = Text(ref reader);
            else if (at == 1)
                holder = Text(ref reader);
            else
                others[at - 2] = TextOrNull(ref reader);
        }
        return new(
            fact,
            holder,
            others[0],
            others[1],
            others[2],
            others[3],
            others[4],
            others[5],
            others[6],
            others[7],
            others[8],
            others[9]
        );
    }

    public override void Write(Utf8JsonWriter writer, Effect value, JsonSerializerOptions options) =>
        Write(writer, value);

    internal static void Write(Utf8JsonWriter writer, Effect value)
    {
        writer.WriteStartObject();
        writer.WriteString("fact"u8, value.Fact);
        writer.WriteString("holder"u8, value.Holder);
        writer.WriteString("toward"u8, value.Toward);
        writer.WriteString("qualifier"u8, value.Qualifier);
        writer.WriteString("value"u8, value.Value);
        writer.WriteString("from"u8, value.From);
        writer.WriteString("until"u8, value.Until);
        writer.WriteString("basis"u8, value.Basis);
        writer.WriteString("vote"u8, value.Vote);
        writer.WriteString("salience"u8, value.Salience);
        writer.WriteString("authority"u8, value.Authority);
        writer.WriteString("speaker"u8, value.Speaker);
        writer.WriteEndObject();
    }

    /// <summary>All that may be null.</summary>
    [System.Runtime.CompilerServices.InlineArray(10)]
    private struct Texts
    {
        private string? first;
    }
}

/// <inheritdoc cref="EventContentConverter"/>
internal sealed class CitationConverter : JsonConverter<Citation>
{
    private static readonly StoredMembers Members = new(3, "source", "locator", "quote");

    public override Citation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (at, seen, source) = (-1, 0u, "");
        string? locator = null;
        string? quote = null;
        while (Members.Next(ref reader, ref at, ref seen))
        {
            if (at == 0)
                source = Text(ref reader);
            else if (at == 1)
                locator = TextOrNull(ref reader);
            else
                quote = TextOrNull(ref reader);
        }
        return new(source, locator, quote);
    }

    public override void Write(Utf8JsonWriter writer, Citation value, JsonSerializerOptions options) =>
        Write(writer, value);

    internal static void Write(Utf8JsonWriter writer, Citation value)
    {
        writer.WriteStartObject();
        writer.WriteString("source"u8, value.Source);
        writer.WriteString("locator"u8, value.Locator);
        writer.WriteString("quote"u8, value.Quote);
        writer.WriteEndObject();
    }
}
