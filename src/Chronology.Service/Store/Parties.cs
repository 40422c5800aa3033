using Chronology.Recording;
using Chronology.Relations;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Whom a question is about: two sides, one actor, or all.</summary>
public sealed record Parties(IReadOnlyList<string> One, IReadOnlyList<string> Other)
{
    public static Parties Everyone { get; } = new([], []);

    public bool IsEveryone => One.Count == 0;

    public bool ArePair => Other.Count > 0;

    /// <summary>Whether they are one actor on each side.</summary>
    private bool AreTwo => One.Count == 1 && Other.Count == 1;

    /// <summary>The same parties as the actors that stand.</summary>
    /// <returns>Or <c>invalid-parameter</c> where one of them stands on both sides.</returns>
    public Result<Parties> As(Identity identity)
    {
        if (identity.IsNone && AreTwo)
            return this;
        var standing = new Parties(Standing(One, identity), Standing(Other, identity));
        return standing.One.Intersect(standing.Other, StringComparer.Ordinal).FirstOrDefault() is { } both
            ? new Rejection(
                "invalid-parameter",
                $"“between”: “{both}” stands on both sides, for an actor of one is merged into it: leave it out of the other."
            )
            : standing;
    }

    /// <summary>The ids of the pairs of actors that weigh in a score of the two sides.</summary>
    public IEnumerable<Guid> PairsIn(string chronology) =>
        One.SelectMany(one => Other.Select(other => ScoredPair.Of(one, other)))
            .Concat(One.Concat(Other).Select(ScoredPair.Alone))
            .Select(pair => pair.IdIn(chronology));

    /// <summary>The two sides as <c>between</c> names them.</summary>
    public override string ToString() =>
        AreTwo ? $"{One[0]},{Other[0]}" : $"{string.Join(',', One)};{string.Join(',', Other)}";

    /// <summary>Every key under which things of these parties are recorded.</summary>
    public Parties KeysIn(Identity identity) =>
        identity.IsNone ? this : new([.. One.SelectMany(identity.KeysOf)], [.. Other.SelectMany(identity.KeysOf)]);

    private static string[] Standing(IReadOnlyList<string> side, Identity identity) =>
        [.. side.Select(identity.Surviving).Distinct(StringComparer.Ordinal)];

    /// <summary>Each once, in ordinal order.</summary>
    public IEnumerable<string> All =>
        !AreTwo ? One.Concat(Other).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        : string.CompareOrdinal(One[0], Other[0]) < 0 ? [One[0], Other[0]]
        : [Other[0], One[0]];

    /// <summary><c>between=ussr,plo</c>, or sides <c>ussr,russia;plo,hamas</c>; or <c>actor=ussr</c>; or neither.</summary>
    public static Result<Parties> Read(string? between, string? actor)
    {
        if (between is not null && actor is not null)
            return new Rejection("invalid-parameter", "Give “between” or “actor”, not both.");
        if (actor is not null)
            return Keys.IsKey(actor)
                ? new Parties([actor], [])
                : new Rejection("invalid-parameter", "“actor”: one actor, by its key.");
        if (between is null)
            return Everyone;
        var sides = between.Contains(';', StringComparison.Ordinal)
            ? between.Split(';').Select(side => side.Split(',')).ToArray()
            : [.. between.Split(',').Select(one => new[] { one })];
        return
            sides.Length == 2
            && sides.All(side => side.All(Keys.IsKey))
            && !sides[0].Intersect(sides[1], StringComparer.Ordinal).Any()
            ? new Parties(sides[0], sides[1])
            : new Rejection(
                "invalid-parameter",
                "“between”: two actors (ussr,plo), or two sides of actors (ussr,russia;plo,hamas), by their keys."
            );
    }
}

/// <summary>Which records of one kind were there as known at a moment.</summary>
public static class Recorded
{
    /// <summary>Those of <paramref name="keys"/> that are not recorded, or are retracted, in ordinal order.</summary>
    public static Task<IReadOnlyList<string>> MissingAsync(
        Reading source,
        Moment moment,
        RecordKind kind,
        IEnumerable<string> keys,
        CancellationToken ct
    ) => RoundTrip.AskAsync(source, trip => Missing(trip, moment, kind, keys), ct);

    /// <inheritdoc cref="MissingAsync"/>
    public static Pending<IReadOnlyList<string>> Missing(
        RoundTrip trip,
        Moment moment,
        RecordKind kind,
        IEnumerable<string> keys
    )
    {
        var asked = keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (asked.Length == 0)
            return Pending<IReadOnlyList<string>>.Of([]);
        var command = new NpgsqlBatchCommand(
            """
            select x.key from unnest((select $4)) as x (key)
            where not exists (select from chronology.record r
                where r.chronology = $1 and r.kind = $2 and r.key = x.key and r.from_position <= $3 and r.to_position > $3
                  and r.status in ('active', 'disputed'))
            order by x.key collate "C"
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = moment.Chronology });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind.Name() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = asked });
        return trip.Ask<IReadOnlyList<string>>(
            command,
            async (reader, ct) =>
            {
                var missing = new List<string>();
                while (await reader.ReadAsync(ct))
                    missing.Add(reader.GetString(0));
                return missing;
            }
        );
    }
}
