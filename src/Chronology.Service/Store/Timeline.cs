using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Which events a timeline lists.</summary>
/// <param name="From">First day, or null; an event is in if its bounds (of a set: a member) overlap [From, To].</param>
/// <param name="Certainly">Only events surely inside.</param>
/// <param name="Words">All must occur in title, description, quotes, or names of actors; lower case.</param>
/// <param name="Statuses">Words such as active.</param>
public sealed record TimelineSelection(
    Day? From,
    Day? To,
    Parties Parties,
    string? Type,
    string? Tag,
    IReadOnlyList<string> Words,
    bool Certainly,
    IReadOnlyList<string> Statuses
)
{
    /// <summary>Whether the events are found by who takes part in them. Words and tags have indexes of their own; what is retracted
    /// or merged stands in no timeline of an actor.</summary>
    public bool IsOfMembers =>
        Words.Count == 0 && Tag is null && Statuses.All(status => status is "active" or "disputed");
}

/// <summary>A record's row as known at a moment.</summary>
/// <param name="Position">Of its revision.</param>
public sealed record RecordedRow(RecordState State, long Position);

/// <summary>Where a page of a timeline ended: the sort key of its last event.</summary>
public sealed record TimelinePlace(long First, long Latest, int Order, string Key);

/// <summary>Reads events in the timeline's order: earliest (latest where that is open), latest, order, key.</summary>
public sealed class Timeline(Reading source)
{
    internal const string First =
        "(case when r.earliest > -9223372036854775808 then r.earliest when r.latest < 9223372036854775807 then r.latest else 9223372036854775807 end)";

    /// <summary>At most <paramref name="limit"/> events after <paramref name="after"/>, and the place to go on from; null: that was all.</summary>
    public async Task<(IReadOnlyList<RecordedRow> Events, TimelinePlace? Next)> PageAsync(
        Moment moment,
        TimelineSelection selection,
        TimelinePlace? after,
        int limit,
        CancellationToken ct
    )
    {
        var events = new List<RecordedRow>();
        var place = after;
        while (true)
        {
            // Sets can overlap the window by their envelope and yet have no member in it: read on until the page is full.
            var wanted = limit - events.Count + 1;
            var (rows, places) = await RoundTrip.AskAsync(
                source,
                // Words and tags are found by one index or another, as their number suggests.
                plansKept: selection.IsOfMembers,
                trip => Rows(trip, moment, selection, place, wanted),
                ct
            );
            for (var i = 0; i < rows.Count; i++)
            {
                if (!IsIn(rows[i], selection))
                {
                    place = places[i];
                    continue;
                }
                if (events.Count == limit)
                    return (events, place);
                events.Add(rows[i]);
                place = places[i];
            }
            if (rows.Count < wanted)
                return (events, null);
        }
    }

    /// <summary>The greatest by (latest, earliest, order, key) that have not surely not happened by the moment's day.</summary>
    public static Pending<IReadOnlyList<RecordedRow>> Recent(RoundTrip trip, Moment moment, Parties parties, int limit)
    {
        var timelines = TimelinesOf.In(moment.Chronology, parties);
        var command = new NpgsqlBatchCommand(timelines is null ? RecentOfMany : RecentOfFew);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.AsOf.Number });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = Refs(parties.One) });
        command.Parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = Refs(parties.Other) });
        if (timelines is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = timelines.Own });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = timelines.Crowded });
        }
        return trip.Ask(command, Store.Rows.ReadAsync, walks: timelines is not null);
    }

    private const string EveryRecord = "chronology.record r";

    private const string RecentOfMany =
        "select kind, key, revision, status, state, from_position from chronology.recent($1, $2, $3, $4, $5, $6)";

    private const string Visible = "e.from_position <= $2 and e.to_position > $2";

    // Walked back from the day: what lasted a day, what may have happened up to a year later, and the few that are vaguer.
    // Those of one day are in the order of their last days too.
    private const string RecentOfFew = $"""
        select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
        from (
            select distinct e.key, e.from_position, e.latest, e.earliest
            from (
                select e.* from unnest((select $7)) as t (id) cross join lateral (
                    (select e.key, e.from_position, e.latest, e.earliest from chronology.timeline e
                     where e."of" = t.id and e.width = 0 and chronology.place(e.earliest, e.latest) <= $3 and {Visible}
                     order by chronology.place(e.earliest, e.latest) desc fetch first ($4) rows with ties)
                    union all
                    (select e.key, e.from_position, e.latest, e.earliest from chronology.timeline e
                     where e."of" = t.id and e.width = 1 and e.latest <= least($3, 9223372036854770000) + 366 and e.earliest <= $3 and {Visible}
                     order by e.latest desc fetch first ($4) rows with ties)
                    union all
                    (select e.key, e.from_position, e.latest, e.earliest from chronology.timeline e
                     where e."of" = t.id and e.width = 2 and e.earliest <= $3 and {Visible}
                     order by e.latest desc fetch first ($4) rows with ties)) e
                union all
                select e.key, e.from_position, e.latest, e.earliest
                from unnest((select $8)) as t (id)
                join chronology.timeline e on e."of" = t.id and e.earliest <= $3 and {Visible}
                join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = e.key
                    and r.from_position = e.from_position and (r.refs && $5) is true and (r.refs && $6) is true) e
            order by e.latest desc, e.earliest desc fetch first ($4) rows with ties) e
        join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = e.key and r.from_position = e.from_position
        order by r.latest desc, r.earliest desc, coalesce(r.day_order, 0) desc, r.key desc
        limit $4
        """;

    /// <summary>The first rows after a place, and their places; a set among them may only seem to be in.</summary>
    internal static Pending<(IReadOnlyList<RecordedRow> Rows, IReadOnlyList<TimelinePlace> Places)> Rows(
        RoundTrip trip,
        Moment moment,
        TimelineSelection selection,
        TimelinePlace? after,
        int limit
    )
    {
        var command = new NpgsqlBatchCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(limit);
        command.Parameters.AddWithValue(selection.Statuses.ToArray());
        var walked = selection.IsOfMembers ? TimelinesOf.In(moment.Chronology, selection.Parties) : null;
        var conditions = new List<string> { Among(selection.Parties, command.Parameters, walked is not null) };
        if (selection.Type is not null)
            conditions.Add($"r.type = {Parameter(command.Parameters, selection.Type)}");
        if (selection.Tag is not null)
            conditions.Add($"r.refs @> {Parameter(command.Parameters, new[] { $"tag/{selection.Tag}" })}");
        if (selection.From is { } from)
            conditions.Add(
                $"{(selection.Certainly ? "r.earliest" : "r.latest")} >= {Parameter(command.Parameters, from.Number)}"
            );
        if (selection.To is { } to)
            conditions.Add(
                $"{(selection.Certainly ? "r.latest" : "r.earliest")} <= {Parameter(command.Parameters, to.Number)}"
            );
        foreach (var word in selection.Words)
        {
            var pattern = SearchText.Pattern(command.Parameters, word);
            conditions.Add(
                $"""
                (r.search like {pattern} or r.refs && array(
                    with recursive named (key) as (
                        select a.key from chronology.record a
                        where a.chronology = $1 and a.kind = 'actor' and a.from_position <= $2 and a.to_position > $2
                          and a.status in ('active', 'disputed', 'merged') and a.search like {pattern}
                        union
                        select m.key from named n
                        join chronology.record m on m.chronology = $1 and m.kind = 'actor' and m.status = 'merged'
                            and m.state ->> 'mergedInto' = n.key and m.from_position <= $2 and m.to_position > $2)
                    select 'actor/' || key from named))
                """
            );
        }
        if (after is not null)
        {
            conditions.Add(
                $"({First}, r.latest, coalesce(r.day_order, 0), r.key) > ({Parameter(command.Parameters, after.First)}, {Parameter(command.Parameters, after.Latest)}, {Parameter(command.Parameters, after.Order)}, {Parameter(command.Parameters, after.Key)})"
            );
        }
        var among =
            walked is not null ? Walked(command.Parameters, walked, selection, after, conditions)
            : selection is { From: not null, IsOfMembers: true, Parties.IsEveryone: true }
                ? WalkedSince(command.Parameters, selection, after, conditions)
            : EveryRecord;
        command.CommandText = $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, {First}, r.latest, coalesce(r.day_order, 0)
            from {among}
            where r.chronology = $1 and r.kind = 'event' and {(
                among == EveryRecord
                    ? $"r.from_position <= $2 and r.to_position > $2 and r.status = any($4) and {string.Join(" and ", conditions)}"
                    : "true"
            )}
            order by {First}, r.latest, coalesce(r.day_order, 0), r.key
            limit $3
            """;
        return trip.Ask<(IReadOnlyList<RecordedRow>, IReadOnlyList<TimelinePlace>)>(
            command,
            async (reader, ct) =>
            {
                var rows = new List<RecordedRow>();
                var places = new List<TimelinePlace>();
                while (await reader.ReadAsync(ct))
                {
                    rows.Add(Store.Rows.Of(reader));
                    places.Add(new(reader.GetInt64(6), reader.GetInt64(7), reader.GetInt32(8), reader.GetString(1)));
                }
                return (rows, places);
            }
        );
    }

    /// <summary>The rows <c>r</c> of these timelines, as many of each as a page can take, and those that stand beside the last of them.</summary>
    /// <remarks>Of what spans up to a year the walk begins a year before the first day asked about, so that nothing that reaches
    /// into it is missed; what is vaguer is few, and read from an index of its own.</remarks>
    private static string Walked(
        NpgsqlParameterCollection parameters,
        TimelinesOf walked,
        TimelineSelection selection,
        TimelinePlace? after,
        List<string> conditions
    )
    {
        var own = Parameter(parameters, walked.Own);
        var crowded = Parameter(parameters, walked.Crowded);
        var (first, last) = Bounds(parameters, selection, after);
        var met = string.Join(" and ", conditions);
        const string Place = "chronology.place(e.earliest, e.latest)";
        // One look-up for each entry walked, whatever the planner thinks of all records at once.
        var row = $"""
            cross join lateral (
                select from chronology.record r
                where r.chronology = $1 and r.kind = 'event' and r.key = e.key and r.from_position = e.from_position
                  and r.status = any($4) and {met}
                offset 0) r
            """;
        return $"""
            (select distinct e.key, e.from_position
             from (
                select e.* from unnest((select {own})) as t (id) cross join lateral (
                    (select e.key, e.from_position from chronology.timeline e {row}
                     where e."of" = t.id and e.width < 2 and {Place} >= {first} and {Place} <= {last} and {Visible}
                     order by {Place} fetch first ($3) rows with ties)
                    union all
                    (select e.key, e.from_position from chronology.timeline e {row}
                     where e."of" = t.id and e.width = 2 and {Visible}
                     order by {Place} fetch first ($3) rows with ties)) e
                union all
                select e.key, e.from_position
                from unnest((select {crowded})) as t (id)
                join chronology.timeline e on e."of" = t.id and {Visible}
                {row}) e) e
            join chronology.record r on r.key = e.key and r.from_position = e.from_position
            """;
    }

    /// <summary>The same of all events: from a year before the first day asked about, and the few that are vaguer.</summary>
    private static string WalkedSince(
        NpgsqlParameterCollection parameters,
        TimelineSelection selection,
        TimelinePlace? after,
        List<string> conditions
    )
    {
        var (first, last) = Bounds(parameters, selection, after);
        var met = string.Join(" and ", conditions);
        const string Row = """
            select r.key, r.from_position from chronology.record r
            where r.chronology = $1 and r.kind = 'event' and r.from_position <= $2 and r.to_position > $2 and r.status = any($4)
            """;
        const string Ordered = $"order by {First}, r.latest, coalesce(r.day_order, 0), r.key limit $3";
        return $"""
            ((({Row} and chronology.width_of(r.earliest, r.latest) < 2 and {First} >= {first} and {First} <= {last} and {met}
              {Ordered})
             union all
             ({Row} and chronology.width_of(r.earliest, r.latest) = 2 and {met}
              {Ordered})) e
            join chronology.record r on r.key = e.key and r.from_position = e.from_position)
            """;
    }

    /// <summary>The places from which and up to which what spans up to a year is walked.</summary>
    private static (string First, string Last) Bounds(
        NpgsqlParameterCollection parameters,
        TimelineSelection selection,
        TimelinePlace? after
    )
    {
        var since = Math.Max(
            Math.Max(selection.From?.Number ?? long.MinValue, long.MinValue + 366) - 366,
            after?.First ?? long.MinValue
        );
        return (Parameter(parameters, since), Parameter(parameters, selection.To?.Number ?? long.MaxValue));
    }

    private static bool IsIn(RecordedRow row, TimelineSelection selection)
    {
        if (selection.Certainly || (selection.From is null && selection.To is null))
            return true;
        return row.State.Dated!.When().Overlaps(selection.From, selection.To);
    }

    /// <summary>Key, earliest and latest of every event of some parties, each once: from their timelines, or from the records.</summary>
    /// <param name="parameters">Chronology and position are the first two.</param>
    public static string Dates(Moment moment, Parties parties, NpgsqlParameterCollection parameters)
    {
        var timelines = TimelinesOf.In(moment.Chronology, parties);
        var among = Among(parties, parameters, timelines is not null);
        if (timelines is not { } walked)
        {
            return $"""
                select r.key, r.earliest, r.latest from chronology.record r
                where r.chronology = $1 and r.kind = 'event' and r.from_position <= $2 and r.to_position > $2
                  and r.status in ('active', 'disputed') and {among}
                """;
        }
        return $"""
            select e.key, e.earliest, e.latest
            from unnest((select {Parameter(parameters, walked.Own)})) as t (id)
            join chronology.timeline e on e."of" = t.id and {Visible}
            union
            select e.key, e.earliest, e.latest
            from unnest((select {Parameter(parameters, walked.Crowded)})) as t (id)
            join chronology.timeline e on e."of" = t.id and {Visible}
            join chronology.record r on r.chronology = $1 and r.kind = 'event' and r.key = e.key and r.from_position = e.from_position
              and {among}
            """;
    }

    /// <summary>The condition that an event <c>r</c> is of these parties: one of each side takes part in it.</summary>
    /// <param name="walked">The events are found already: the condition is written so that no index over references serves it.</param>
    private static string Among(Parties parties, NpgsqlParameterCollection parameters, bool walked)
    {
        if (parties.IsEveryone)
            return "true";
        var sides = parties.ArePair ? new[] { parties.One, parties.Other } : [parties.One];
        return string.Join(
            " and ",
            sides.Select(side => $"(r.refs && {Parameter(parameters, Refs(side)!)}){(walked ? " is true" : "")}")
        );
    }

    /// <summary>Null for no side.</summary>
    private static string[]? Refs(IReadOnlyList<string> side) =>
        side.Count == 0 ? null : [.. side.Select(actor => $"actor/{actor}")];

    private static string Parameter(NpgsqlParameterCollection parameters, object value)
    {
        parameters.AddWithValue(value);
        return $"${parameters.Count.ToString(CultureInfo.InvariantCulture)}";
    }
}

/// <summary>Rows selected as kind, key, revision, status, state, from_position.</summary>
public static class Rows
{
    public static async Task<IReadOnlyList<RecordedRow>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await ReadAsync(reader, ct);
    }

    /// <summary>All that is left of the reader's present result.</summary>
    public static async Task<IReadOnlyList<RecordedRow>> ReadAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var rows = new List<RecordedRow>();
        while (await reader.ReadAsync(ct))
            rows.Add(Of(reader));
        return rows;
    }

    public static RecordedRow Of(NpgsqlDataReader reader)
    {
        var id = new RecordId(Words.Kind(reader.GetString(0)), reader.GetString(1));
        var state = StoredState.Read(id, reader.GetInt32(2), reader.GetString(3), reader.GetString(4));
        return new(state, state.Derived?.MadeAt ?? reader.GetInt64(5));
    }

    /// <summary>Those of these records of one kind that were recorded by a moment.</summary>
    public static async Task<IReadOnlyList<RecordedRow>> SomeAsync(
        Reading source,
        Moment moment,
        RecordKind kind,
        IEnumerable<string> keys,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = $2 and r.key = any($3) and r.from_position <= $4 and r.to_position > $4
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(kind.Name());
        command.Parameters.AddWithValue(keys.Distinct(StringComparer.Ordinal).ToArray());
        command.Parameters.AddWithValue(moment.Position);
        return await ReadAsync(command, ct);
    }

    /// <summary>One record as known at a moment; null: not recorded by then.</summary>
    public static async Task<RecordedRow?> OneAsync(Reading source, Moment moment, RecordId id, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = $2 and r.key = $3 and r.from_position <= $4 and r.to_position > $4
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(id.Kind.Name());
        command.Parameters.AddWithValue(id.Key);
        command.Parameters.AddWithValue(moment.Position);
        var rows = await ReadAsync(command, ct);
        return rows.Count > 0 ? rows[0] : null;
    }
}

/// <summary>Records as answers tell them.</summary>
public static class Told
{
    /// <summary>Every recorded field, then status, revision and position; of an event also happened and inForce by the moment's day, and whence its date where that is relative, of an era inForce, of an actor the name in use.</summary>
    /// <remarks>Of a record into which others are merged also their keys, and their citations after its own.</remarks>
    public static JsonObject Of(RecordedRow row, Moment moment, Merged merged)
    {
        var state = row.State;
        var told = RecordJson.Write(state.Id, state.Content);
        if (state.Dated is { } dated)
        {
            var when = dated.When();
            told["occurred"] = System.Text.Json.JsonSerializer.SerializeToNode(
                DateAnswer.Of(dated, when),
                Web.Answers.Json
            );
            if (state.Derived is { } derived)
                told["derivedFrom"] = System.Text.Json.JsonSerializer.SerializeToNode(derived.From, Web.Answers.Json);
            told["happened"] = RecordJson.Word(when.HappenedBy(moment.AsOf));
            told["inForce"] = when.InForceOn(moment.AsOf) is { } inForce ? RecordJson.Word(inForce) : null;
        }
        if (state.Content is EraContent era)
        {
            told["span"] = System.Text.Json.JsonSerializer.SerializeToNode(DateAnswer.Of(era), Web.Answers.Json);
            told["inForce"] = RecordJson.Word(EraSpan.Of(era).InForceOn(moment.AsOf));
        }
        if (state.Content is ActorContent actor)
            told["called"] = actor.CalledOn(moment.AsOf);
        told["status"] = RecordJson.Word(state.Status);
        if (state.MergedInto is not null)
            told["mergedInto"] = state.MergedInto;
        if (merged.Into(state.Id.Key) is { Count: > 0 } from)
        {
            told["citations"] = RecordJson.Write(merged.Citations(state));
            told["mergedFrom"] = new JsonArray([.. from.Select(one => JsonValue.Create(one.Id.Key))]);
        }
        told["revision"] = state.Revision;
        told["position"] = row.Position;
        return told;
    }
}
