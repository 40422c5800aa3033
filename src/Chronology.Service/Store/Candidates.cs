using System.Globalization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Finds by index the facts that may differ between two moments; all others are told alike at both.</summary>
public sealed class Candidates(NpgsqlDataSource source)
{
    // The effects with an unknown end, and those that end beside a year, are looked for a year around.
    private const string Anywhere = "-9223372036854775808";

    /// <summary>The facts that may be told differently on one day as known at two positions.</summary>
    /// <param name="low">The lower position, itself not looked at.</param>
    public Task<IReadOnlyList<FactKey>> RevisedAsync(
        string chronology,
        Day asOf,
        long low,
        long high,
        CancellationToken ct
    ) =>
        KeysAsync(
            $"""
            select e.fact from chronology.effect e
            where e.chronology = $1 and e.from_position > $2 and e.from_position <= $3 and e.start_first <= $4
            union
            select e.fact from chronology.effect e
            where e.chronology = $1 and e.to_position > $2 and e.to_position <= $3 and e.to_position < {DerivedRows.Open}
              and e.start_first <= $4
            """,
            [chronology, low, high, asOf.Number],
            ct
        );

    /// <summary>The facts that may be told differently on two days as known at one position.</summary>
    public Task<IReadOnlyList<FactKey>> DatedAsync(
        string chronology,
        long position,
        Day one,
        Day other,
        CancellationToken ct
    )
    {
        var (first, last) = (Day.Min(one, other), Day.Max(one, other));
        return KeysAsync(
            $"""
            select e.fact from chronology.effect e
            where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
              and e.width <= 2 and e.start_first between $3 - 366 and $4 and e.start_last >= $3
            union
            select e.fact from chronology.effect e
            where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
              and e.width > 2 and e.start_first <= $4 and e.start_last >= $3
            union
            select e.fact from chronology.effect e
            where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
              and chronology.end_year(e.effect) between $5 - 1 and $6 + 1 and e.start_first <= $4
            union
            select e.fact from chronology.effect e
            where e.chronology = $1 and e.from_position <= $2 and e.to_position > $2
              and chronology.end_year(e.effect) = {Anywhere} and e.start_first <= $4
            """,
            [chronology, position, first.Number, last.Number, first.Civil.Year, last.Civil.Year],
            ct
        );
    }

    /// <summary>The facts of these keys; of the key that ends all values of a kind, the facts of each value.</summary>
    private async Task<IReadOnlyList<FactKey>> KeysAsync(string touched, object[] values, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            with t as materialized ({touched})
            select f.kind, f.holder, f.toward, f.qualifier, f.value from t join chronology.fact f on f.id = t.fact
            union
            select f.kind, f.holder, f.toward, f.qualifier, f.value from t join chronology.fact f on f.ender = t.fact
            """
        );
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        var keys = new List<FactKey>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            keys.Add(Facts.KeyOf(reader, 0));
        return keys;
    }
}
