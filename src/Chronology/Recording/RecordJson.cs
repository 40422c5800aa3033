using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Chronology.Eras;
using Chronology.Rules;

namespace Chronology.Recording;

/// <summary>Records as JSON: the contract's request bodies, read by hand and written back, and the form in which they are stored.</summary>
public static partial class RecordJson
{
    /// <summary>How content and domain events are stored: camelCase, enums as kebab-case texts, nulls written,
    /// members in the order of their declaration; a missing member is a fault, not a default.</summary>
    public static JsonSerializerOptions Options { get; } = Frozen();

    /// <summary>The request body that records this content: every field in the contract's order, null where empty.</summary>
    /// <remarks><see cref="ReadRecord"/> gives the same content back.</remarks>
    public static JsonObject Write(RecordId id, RecordContent content) =>
        content switch
        {
            EventContent e => Write(id, e),
            ActorContent a => Write(id, a),
            IssueContent i => new JsonObject
            {
                ["key"] = id.Key,
                ["title"] = i.Title,
                ["wording"] = i.Wording,
                ["citations"] = Write(i.Citations),
            },
            SourceContent s => new JsonObject
            {
                ["key"] = id.Key,
                ["kind"] = s.Kind,
                ["csl"] = JsonNode.Parse(s.Csl.CanonicalJson),
                ["url"] = s.Url,
                ["archivedUrl"] = s.ArchivedUrl,
                ["accessed"] = s.Accessed,
                ["publisher"] = s.Publisher,
            },
            SchemeContent s => new JsonObject
            {
                ["key"] = id.Key,
                ["title"] = s.Title,
                ["author"] = s.Author,
            },
            EraContent e => new JsonObject
            {
                ["scheme"] = e.Scheme,
                ["key"] = id.OwnKey,
                ["title"] = e.Title,
                ["span"] = e.Span,
                ["start"] = e.Start,
                ["end"] = e.End,
                ["summary"] = e.Summary,
                ["opens"] = e.Opens,
                ["closes"] = e.Closes,
                ["citations"] = Write(e.Citations),
            },
            ChronologyContent c => new JsonObject { ["rules"] = c.Rules },
            _ => throw new ArgumentOutOfRangeException(nameof(content), content, null),
        };

    /// <summary>Citations in the contract's shape.</summary>
    public static JsonArray Write(IEnumerable<Citation> citations) =>
        List(
            citations,
            c => new JsonObject
            {
                ["source"] = c.Source,
                ["locator"] = c.Locator,
                ["quote"] = c.Quote,
            }
        );

    /// <summary>An enum's word on the wire: kebab-case.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static JsonObject Write(RecordId id, EventContent e)
    {
        var body = Plain(id, e);
        // What came later is left out where there is none: what was told before stays as it was.
        if (e.Coding is { } coding)
            body["coding"] = JsonSerializer.SerializeToNode(coding, Options);
        return body;
    }

    private static JsonObject Plain(RecordId id, EventContent e) =>
        new()
        {
            ["key"] = id.Key,
            ["type"] = e.Type,
            ["occurred"] = e.Occurred,
            ["reading"] = e.Reading,
            ["start"] = e.Start,
            ["end"] = e.End,
            ["order"] = e.Order,
            ["title"] = e.Title,
            ["description"] = e.Description,
            ["place"] = e.Place,
            ["actors"] = List(e.Actors, a => new JsonObject { ["actor"] = a.Actor, ["role"] = a.Role }),
            ["effects"] = List(e.Effects, Write),
            ["intensity"] = e.Intensity,
            ["credibility"] = e.Credibility,
            ["calendar"] = e.Calendar,
            ["asWritten"] = e.AsWritten,
            ["anchor"] = e.Anchor switch
            {
                null => null,
                [var one] => Write(one),
                var two => List(two, Write),
            },
            ["citations"] = Write(e.Citations),
            ["noSource"] = e.NoSource,
            ["tags"] = List(e.Tags, t => JsonValue.Create(t)),
        };

    private static JsonObject Write(Anchor a) =>
        new()
        {
            ["relation"] = a.Relation,
            ["event"] = a.Event,
            ["offset"] = a.Offset,
        };

    private static JsonObject Write(Effect e)
    {
        var effect = new JsonObject
        {
            ["fact"] = e.Fact,
            ["holder"] = e.Holder,
            ["toward"] = e.Toward,
            ["qualifier"] = e.Qualifier,
            ["value"] = e.Value ?? Vocabulary.None,
            ["from"] = e.From,
            ["until"] = e.Until,
        };
        if (e.Fact == Stance)
        {
            effect["basis"] = e.Basis;
            effect["vote"] = e.Vote;
            effect["salience"] = e.Salience;
            effect["authority"] = e.Authority;
            effect["speaker"] = e.Speaker;
        }
        return effect;
    }

    private static JsonObject Write(RecordId id, ActorContent a)
    {
        var body = Plain(id, a);
        if (a.Provisional)
            body["provisional"] = true;
        return body;
    }

    private static JsonObject Plain(RecordId id, ActorContent a) =>
        new()
        {
            ["key"] = id.Key,
            ["kind"] = a.Kind,
            ["name"] = a.Name,
            ["names"] = List(
                a.Names,
                n => new JsonObject
                {
                    ["name"] = n.Name,
                    ["from"] = n.From,
                    ["until"] = n.Until,
                }
            ),
            ["existed"] = a.Existed,
            ["successors"] = List(
                a.Successors,
                s => new JsonObject
                {
                    ["actor"] = s.Actor,
                    ["kind"] = s.Kind,
                    ["on"] = s.On,
                }
            ),
            ["citations"] = Write(a.Citations),
        };

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode> write) => new([.. items.Select(write)]);

    private static JsonSerializerOptions Frozen()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 2 * StrictJson.GreatestDepth,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            Converters =
            {
                new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false),
                new EventContentConverter(),
                new ParticipantConverter(),
                new EffectConverter(),
                new CitationConverter(),
            },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
