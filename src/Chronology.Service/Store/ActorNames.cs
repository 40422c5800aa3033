using Chronology.Actors;
using Chronology.Recording;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>By which words the names of actors are found: each word of every name that an actor ever had, as it is heard.</summary>
/// <remarks>Rows are added and never changed: whether an actor has the name at a position, its record tells.</remarks>
public static class ActorNames
{
    /// <summary>The migration that makes the table.</summary>
    public const string Migration = "0018_review";

    public static Columns New() =>
        new(
            "chronology.actor_name",
            ("chronology", "text"),
            ("form", "text"),
            ("letters", "smallint"),
            ("actor", "text")
        );

    /// <summary>The words of one version; of other records than actors none.</summary>
    public static void Add(Columns names, string chronology, RecordState state)
    {
        if (state.Content is not ActorContent actor)
            return;
        foreach (
            var (form, letters) in actor
                .Names.Select(name => name.Name)
                .Append(actor.Name)
                .SelectMany(name => NameForms.FoundBy(name).Select(form => (form, NameForms.Sounded(name).Length)))
                .Distinct()
        )
            names.Add(chronology, form, (short)letters, state.Id.Key);
    }

    /// <summary>Inserts them, but those that are there.</summary>
    public static Statement Insert(Columns names) => names.Insert("on conflict do nothing");

    /// <summary>The actors with a name that shares a word with one of these and is about as long, as known at the moment, each once.</summary>
    /// <remarks>Among them are all that <see cref="NamedActors.Propose"/> could propose, but not whom those are merged into.</remarks>
    public static Pending<IReadOnlyList<RecordedRow>> Alike(RoundTrip trip, Moment moment, IEnumerable<string> names)
    {
        var wanted = names
            .SelectMany(name =>
                NameForms.FoundBy(name).Select(form => (Form: form, Letters: NameForms.LettersOfAlike(name)))
            )
            .Distinct()
            .ToArray();
        var command = new NpgsqlBatchCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state, r.from_position
            from (
                select distinct n.actor
                from unnest($3, $4, $5) as w (form, least, greatest)
                cross join lateral (
                    select n.actor from chronology.actor_name n
                    where n.chronology = $1 and n.form = w.form and n.letters between w.least and w.greatest
                    offset 0) n) c
            cross join lateral (
                select r.kind, r.key, r.revision, r.status, r.state::text as state, r.from_position from chronology.record r
                where r.chronology = $1 and r.kind = 'actor' and r.key = c.actor and r.from_position <= $2 and r.to_position > $2
                offset 0) r
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. wanted.Select(one => one.Form)] });
        command.Parameters.Add(
            new NpgsqlParameter<short[]> { TypedValue = [.. wanted.Select(one => (short)one.Letters.Least)] }
        );
        command.Parameters.Add(
            new NpgsqlParameter<short[]>
            {
                TypedValue = [.. wanted.Select(one => (short)Math.Min(one.Letters.Greatest, short.MaxValue))],
            }
        );
        return trip.Ask(command, Rows.ReadAsync, walks: true);
    }

    /// <summary>The provisional actors that stand at the moment, after this key, in the order of their keys.</summary>
    public static Pending<IReadOnlyList<RecordedRow>> Provisional(
        RoundTrip trip,
        Moment moment,
        string after,
        int limit
    )
    {
        var command = new NpgsqlBatchCommand(
            """
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = 'actor' and r.status = 'active' and (r.state #>> '{content,provisional}') = 'true'
              and r.from_position <= $2 and r.to_position > $2 and r.key > $3
            order by r.key
            limit $4
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return trip.Ask(command, Rows.ReadAsync, walks: true);
    }

    /// <summary>Fills the table, when the migration makes it, from the rows of actors that were there before it.</summary>
    /// <remarks>Within the migration's transaction.</remarks>
    public static Task FillAsync(NpgsqlConnection connection, CancellationToken ct) =>
        FillAsync(connection, null, "", ct);

    /// <summary>Puts in what is missing of a chronology's names, by the rows of its actors.</summary>
    /// <param name="chronology">Null: of all.</param>
    /// <param name="tables">What the name of the table of these rows ends in; empty: the live one.</param>
    public static async Task FillAsync(
        NpgsqlConnection connection,
        string? chronology,
        string tables,
        CancellationToken ct
    )
    {
        var names = New();
        await using (
            var command = new NpgsqlCommand(
                $"""
                select r.chronology, r.key, r.revision, r.status, r.state::text
                from chronology.record{tables} r where r.kind = 'actor' and ($1::text is null or r.chronology = $1)
                """,
                connection
            )
            {
                CommandTimeout = 0,
                Parameters = { new NpgsqlParameter<string?> { TypedValue = chronology } },
            }
        )
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var id = new RecordId(RecordKind.Actor, reader.GetString(1));
                Add(
                    names,
                    reader.GetString(0),
                    StoredState.Read(id, reader.GetInt32(2), reader.GetString(3), reader.GetString(4))
                );
            }
        }
        if (names.Count > 0)
            await Statement.RunAsync(connection, [Insert(names)], ct, unlimited: true);
    }
}
