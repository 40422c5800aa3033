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
);

/// <summary>A record's row as known at a moment.</summary>
/// <param name="Position">Of its revision.</param>
public sealed record RecordedRow(RecordState State, long Position);

/// <summary>Where a page of a timeline ended: the sort key of its last event.</summary>
public sealed record TimelinePlace(long First, long Latest, int Order, string Key);

/// <summary>Reads events in the timeline's order: earliest (latest where that is open), latest, order, key.</summary>
public sealed class Timeline(Reading source)
{
    private const string First =
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
            var (rows, places) = await ReadAsync(moment, selection, place, wanted, ct);
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
    public async Task<IReadOnlyList<RecordedRow>> RecentAsync(
        Moment moment,
        Parties parties,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            "select kind, key, revision, status, state, from_position from chronology.recent($1, $2, $3, $4, $5, $6)"
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(moment.AsOf.Number);
        command.Parameters.AddWithValue(limit);
        command.Parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = Refs(parties.One) });
        command.Parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = Refs(parties.Other) });
        return await Rows.ReadAsync(command, ct);
    }

    private async Task<(IReadOnlyList<RecordedRow> Rows, IReadOnlyList<TimelinePlace> Places)> ReadAsync(
        Moment moment,
        TimelineSelection selection,
        TimelinePlace? after,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(limit);
        command.Parameters.AddWithValue(selection.Statuses.ToArray());
        var conditions = new List<string> { Among(selection.Parties, command) };
        if (selection.Type is not null)
            conditions.Add($"r.type = {Parameter(command, selection.Type)}");
        if (selection.Tag is not null)
            conditions.Add($"r.refs @> {Parameter(command, new[] { $"tag/{selection.Tag}" })}");
        if (selection.From is { } from)
            conditions.Add($"{(selection.Certainly ? "r.earliest" : "r.latest")} >= {Parameter(command, from.Number)}");
        if (selection.To is { } to)
            conditions.Add($"{(selection.Certainly ? "r.latest" : "r.earliest")} <= {Parameter(command, to.Number)}");
        foreach (var word in selection.Words)
        {
            var pattern = SearchText.Pattern(command, word);
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
                $"({First}, r.latest, coalesce(r.day_order, 0), r.key) > ({Parameter(command, after.First)}, {Parameter(command, after.Latest)}, {Parameter(command, after.Order)}, {Parameter(command, after.Key)})"
            );
        }
        command.CommandText = $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, {First}, r.latest, coalesce(r.day_order, 0)
            from chronology.record r
            where r.chronology = $1 and r.kind = 'event' and r.from_position <= $2 and r.to_position > $2
              and r.status = any($4) and {string.Join(" and ", conditions)}
            order by {First}, r.latest, coalesce(r.day_order, 0), r.key
            limit $3
            """;
        var rows = new List<RecordedRow>();
        var places = new List<TimelinePlace>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(Rows.Of(reader));
            places.Add(new(reader.GetInt64(6), reader.GetInt64(7), reader.GetInt32(8), reader.GetString(1)));
        }
        return (rows, places);
    }

    private static bool IsIn(RecordedRow row, TimelineSelection selection)
    {
        if (selection.Certainly || (selection.From is null && selection.To is null))
            return true;
        return row.State.Dated!.When().Overlaps(selection.From, selection.To);
    }

    /// <summary>The condition that an event <c>r</c> is of these parties: one of each side takes part in it.</summary>
    /// <param name="first">The number of the first parameter it adds, where others are put before; else they are added behind.</param>
    public static string Among(Parties parties, NpgsqlCommand command, int? first = null)
    {
        if (parties.IsEveryone)
            return "true";
        var number = first ?? command.Parameters.Count + 1;
        var sides = parties.ArePair ? new[] { parties.One, parties.Other } : [parties.One];
        var conditions = new List<string>();
        foreach (var side in sides)
        {
            command.Parameters.AddWithValue(Refs(side)!);
            conditions.Add($"r.refs && ${number.ToString(CultureInfo.InvariantCulture)}");
            number++;
        }
        return string.Join(" and ", conditions);
    }

    /// <summary>Null for no side.</summary>
    private static string[]? Refs(IReadOnlyList<string> side) =>
        side.Count == 0 ? null : [.. side.Select(actor => $"actor/{actor}")];

    private static string Parameter(NpgsqlCommand command, object value)
    {
        command.Parameters.AddWithValue(value);
        return $"${command.Parameters.Count.ToString(CultureInfo.InvariantCulture)}";
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
