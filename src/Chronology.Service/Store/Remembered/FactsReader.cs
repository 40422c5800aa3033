using Chronology.Relations;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>Reads the effects ever recorded between two actors.</summary>
/// <param name="greatest">If they take more bytes, no more of them is read.</param>
/// <param name="read">Where effects are kept that were read.</param>
/// <inheritdoc cref="PartReader"/>
internal sealed class FactsReader(string chronology, string one, string other, long greatest, EffectSlots read)
    : PartReader(chronology, one, other, eventBytes: 40)
{
    /// <summary>A fact: its key, its place among the facts, and what holds its versions.</summary>
    private const int FactBytes = 600;

    /// <summary>A version: its row, where its JSON begins, and its place among the vague ones.</summary>
    private const int VersionBytes = 56;

    protected override Func<long, PairPart?> Ask(RoundTrip trip)
    {
        var facts = trip.Ask(
            Command(
                $"""
                select f.id, f.kind, f.holder, f.toward, f.qualifier, f.value, e.from_position, e.to_position, e.start_first, e.start_last,
                    e.firm, e.event, e.idx, e.effect::text
                from {EffectsBetween}
                limit $4
                """,
                Chronology,
                Of.One,
                Of.Other,
                1 + (greatest / VersionBytes)
            ),
            FactsAsync
        );
        return upTo =>
            facts.Value is not { } found
                ? null
                : new RememberedFacts(found)
                {
                    UpTo = upTo,
                    Of = Of,
                    Events = Events,
                };
    }

    /// <returns>Null: they take too much.</returns>
    private async Task<Dictionary<FactKey, RememberedFact>?> FactsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var facts = new Dictionary<Guid, (FactKey Key, List<(RememberedFact.Version Row, byte[] Json)> Versions)>();
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetGuid(0);
            if (!facts.TryGetValue(id, out var of))
            {
                facts.Add(id, of = (Facts.KeyOf(reader), []));
                Bytes += FactBytes;
            }
            var json = reader.GetFieldValue<byte[]>(13);
            of.Versions.Add(
                (
                    new(
                        new(reader.GetInt64(6), reader.GetInt64(7)),
                        reader.GetInt64(8),
                        reader.GetInt64(9),
                        reader.GetBoolean(10),
                        KeyOf(reader, 11),
                        reader.GetInt16(12)
                    ),
                    json
                )
            );
            Bytes += VersionBytes + json.Length;
            if (Bytes > greatest)
                return null;
        }
        return facts.Values.ToDictionary(of => of.Key, of => new RememberedFact(of.Versions, read));
    }
}
