using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;

namespace Chronology.Service.AsOf;

/// <summary>Events in the order in which they happened, filtered, a page at a time.</summary>
public sealed record EventTimeline(
    string Chronology,
    string? From,
    string? To,
    string? Between,
    string? Actor,
    string? Type,
    string? Tag,
    string? Text,
    string? Certainty,
    string? Status,
    string? Cursor,
    int Limit,
    Axes Axes
) : IRequest<Result<TimelineAnswer>>, IValidated
{
    public const int DefaultLimit = 100;
    public const int GreatestLimit = 1_000;

    private static readonly string[] Statuses = ["active", "disputed", "retracted", "merged"];

    public Rejection? Refusal() => Selection().Rejection ?? TimelineCursor.Open(Cursor, Axes).Rejection;

    /// <summary>The filters read; or what is wrong with one.</summary>
    public Result<TimelineSelection> Selection()
    {
        var parties = Parties.Read(Between, Actor);
        if (parties.Rejection is { } unreadable)
            return unreadable;
        Day? from = null;
        Day? to = null;
        if (From is not null)
        {
            var read = Day.ParseQuestion(From, first: true);
            if (read.Rejection is { } bad)
                return bad with { Detail = $"“from”: {bad.Detail}" };
            from = read.Value;
        }
        if (To is not null)
        {
            var read = Day.ParseQuestion(To);
            if (read.Rejection is { } bad)
                return bad with { Detail = $"“to”: {bad.Detail}" };
            to = read.Value;
        }
        if (from > to)
            return Bad("to", "lies before “from”.");
        if (Type is not null && !Vocabulary.EventTypes.ContainsKey(Type))
            return Bad("type", $"{Type} is no type of event.");
        if (Certainty is not null and not "certain" and not "possible")
            return Bad("certainty", "is certain or possible.");
        var statuses = Status?.Split(',') ?? ["active", "disputed"];
        if (statuses.Except(Statuses, StringComparer.Ordinal).Any())
            return Bad("status", $"is one or more of {string.Join(",", Statuses)}.");
        return new TimelineSelection(
            from,
            to,
            parties.Value,
            Type,
            Tag,
            [.. SearchText.WordsOf(Text).Distinct(StringComparer.Ordinal)],
            Certainty == "certain",
            statuses
        );
    }

    private static Rejection Bad(string name, string what) => new("invalid-parameter", $"“{name}” {what}");
}

/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record TimelineAnswer(
    Basis Basis,
    IReadOnlyList<JsonObject> Events,
    string? Next,
    IReadOnlyList<Note> Notes
);

public sealed class EventTimelineHandler(
    Moments moments,
    Identities identities,
    Timeline timeline,
    Silences silences,
    Reading source
) : IRequestHandler<EventTimeline, Result<TimelineAnswer>>
{
    public async Task<Result<TimelineAnswer>> Handle(EventTimeline request, CancellationToken cancellationToken)
    {
        var place = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, place.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return place.Cursor is not null && place.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        var moment = resolved.Value;
        var selection = request.Selection().Value;
        var identity = await identities.AtAsync(moment, cancellationToken);
        var standing = selection.Parties.As(identity);
        if (standing.Rejection is { } twice)
            return twice;
        var (events, next) = await timeline.PageAsync(
            moment,
            selection with
            {
                Parties = standing.Value.KeysIn(identity),
            },
            place.Cursor?.Place,
            request.Limit,
            cancellationToken
        );
        var keys = events.Select(row => row.State.Id.Key);
        var merged = await Merged.ReadAsync(source, moment, RecordKind.Event, keys, cancellationToken);
        return new TimelineAnswer(
            moment.Basis,
            [.. events.Select(row => Told.Of(row, moment, merged))],
            next is null ? null : TimelineCursor.Write(new(moment.Position, next)),
            await silences.OfAsync(
                moment,
                selection.Parties,
                identity,
                nothingFound: events.Count == 0 && place.Cursor is null,
                cancellationToken
            )
        );
    }
}

/// <summary>An opaque place in a timeline, and the position at which it is read.</summary>
public sealed record TimelineCursor(long Known, TimelinePlace Place)
{
    public static Rejection Forged { get; } =
        new("invalid-parameter", "“cursor” is none that this service has given out.");

    public static string Write(TimelineCursor cursor) =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"1|{cursor.Known}|{cursor.Place.First}|{cursor.Place.Latest}|{cursor.Place.Order}|{cursor.Place.Key}"
                )
            )
        );

    /// <summary>The place to go on from, if any, and the axes that it fixes: no page shows another record than the first.</summary>
    public static Result<(TimelineCursor? Cursor, Axes Axes)> Open(string? text, Axes axes) =>
        Read(text)
            .Then<(TimelineCursor?, Axes)>(cursor =>
                cursor is null ? (null, axes)
                : axes.KnownAt is not null
                    ? new Rejection("invalid-parameter", "“knownAt”: the cursor has fixed it already.")
                : (cursor, axes with { KnownAt = cursor.Known.ToString(CultureInfo.InvariantCulture) })
            );

    private static Result<TimelineCursor?> Read(string? text)
    {
        if (text is null)
            return (TimelineCursor?)null;
        if (text.Length > 500 || !Base64Url.IsValid(text))
            return Forged;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|');
        const NumberStyles Signed = NumberStyles.AllowLeadingSign;
        return
            parts is ["1", var known, var first, var latest, var order, { Length: > 0 and <= 257 } key]
            && long.TryParse(known, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            && long.TryParse(first, Signed, CultureInfo.InvariantCulture, out var f)
            && long.TryParse(latest, Signed, CultureInfo.InvariantCulture, out var l)
            && int.TryParse(order, Signed, CultureInfo.InvariantCulture, out var o)
            && !key.Contains('\0', StringComparison.Ordinal)
            ? new TimelineCursor(position, new(f, l, o, key))
            : Forged;
    }
}

/// <summary><c>GET /events</c></summary>
public static class TimelineEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion(
                "/events",
                Read,
                "from",
                "to",
                "between",
                "actor",
                "type",
                "tag",
                "q",
                "certainty",
                "status",
                "cursor",
                "limit",
                "asOf",
                "knownAt"
            )
            .WithName("timeline")
            .WithSummary("Events in the order in which they happened")
            .WithTags("events");

    public static EventTimeline Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("from"),
            query.Text("to"),
            query.Text("between"),
            query.Text("actor"),
            query.Text("type"),
            query.Text("tag"),
            query.Text("q"),
            query.Text("certainty"),
            query.Text("status"),
            query.Text("cursor"),
            query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EventTimeline.DefaultLimit,
            query.Axes()
        );
}
