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
) : IRequest<Result<TimelineAnswer>>
{
    public const int DefaultLimit = 100;
    public const int GreatestLimit = 1_000;
}

/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record TimelineAnswer(Basis Basis, IReadOnlyList<JsonObject> Events, string? Next);

public sealed class EventTimelineHandler(Moments moments, Timeline timeline)
    : IRequestHandler<EventTimeline, Result<TimelineAnswer>>
{
    private static readonly string[] Statuses = ["active", "disputed", "retracted", "merged"];

    public async Task<Result<TimelineAnswer>> Handle(EventTimeline request, CancellationToken cancellationToken)
    {
        var selection = Selecting(request);
        if (selection.Rejection is { } unreadable)
            return unreadable;
        var cursor = TimelineCursor.Read(request.Cursor);
        if (cursor.Rejection is { } forged)
            return forged;
        var axes = request.Axes;
        if (cursor.Value is { } from)
        {
            // The cursor fixes what is known, so that no page shows another record than the first.
            if (axes.KnownAt is not null)
                return new Rejection("invalid-parameter", "“knownAt”: the cursor has fixed it already.");
            axes = axes with { KnownAt = from.Known.ToString(CultureInfo.InvariantCulture) };
        }
        var resolved = await moments.ResolveAsync(request.Chronology, axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return cursor.Value is not null && rejection.Code == "invalid-parameter" && axes.AsOf is null
                ? TimelineCursor.Forged
                : rejection;
        var moment = resolved.Value;
        var (events, next) = await timeline.PageAsync(
            moment,
            selection.Value,
            cursor.Value?.Place,
            request.Limit,
            cancellationToken
        );
        return new TimelineAnswer(
            moment.Basis,
            [.. events.Select(row => Told.Of(row, moment))],
            next is null ? null : TimelineCursor.Write(new(moment.Position, next))
        );
    }

    private static Result<TimelineSelection> Selecting(EventTimeline request)
    {
        var parties = Parties.Read(request.Between, request.Actor);
        if (parties.Rejection is { } unreadable)
            return unreadable;
        Day? from = null;
        Day? to = null;
        if (request.From is not null)
        {
            var read = Day.ParseQuestion(request.From, first: true);
            if (read.Rejection is { } bad)
                return bad with { Detail = $"“from”: {bad.Detail}" };
            from = read.Value;
        }
        if (request.To is not null)
        {
            var read = Day.ParseQuestion(request.To);
            if (read.Rejection is { } bad)
                return bad with { Detail = $"“to”: {bad.Detail}" };
            to = read.Value;
        }
        if (from > to)
            return Bad("to", "lies before “from”.");
        if (request.Type is not null && !Vocabulary.EventTypes.ContainsKey(request.Type))
            return Bad("type", $"{request.Type} is no type of event.");
        if (request.Certainty is not null and not "certain" and not "possible")
            return Bad("certainty", "is certain or possible.");
        var statuses = request.Status?.Split(',') ?? ["active", "disputed"];
        if (statuses.Except(Statuses, StringComparer.Ordinal).Any())
            return Bad("status", $"is one or more of {string.Join(",", Statuses)}.");
        return new TimelineSelection(
            from,
            to,
            parties.Value,
            request.Type,
            request.Tag,
            [.. SearchText.WordsOf(request.Text).Distinct(StringComparer.Ordinal)],
            request.Certainty == "certain",
            statuses
        );
    }

    private static Rejection Bad(string name, string what) => new("invalid-parameter", $"“{name}” {what}");
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

    public static Result<TimelineCursor?> Read(string? text)
    {
        if (text is null)
            return (TimelineCursor?)null;
        if (text.Length > 500 || !Base64Url.IsValid(text))
            return Forged;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|');
        const NumberStyles Signed = NumberStyles.AllowLeadingSign;
        return
            parts is ["1", var known, var first, var latest, var order, { Length: > 0 and <= 128 } key]
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
            .MapGet(
                "/events",
                async (HttpContext http, string chronology, ISender sender, CancellationToken ct) =>
                {
                    var query = new Parameters(http.Request);
                    var request = new EventTimeline(
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
                    return query.Refusal() is { } refusal
                        ? Problems.Of(refusal)
                        : Answers.Of(await sender.Send(request, ct));
                }
            )
            .WithName("timeline")
            .WithSummary("Events in the order in which they happened")
            .WithTags("events")
            .Asks(
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
            .Gives<TimelineAnswer>(StatusCodes.Status200OK);
}
