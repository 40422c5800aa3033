using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Marten;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace Chronology.Service.Store;

/// <summary>What an answer that was given, or the ledger beneath it, no longer says: the invariant is broken.</summary>
public sealed class AnswerDoesNotMatchException(string detail) : Exception(detail)
{
    public const string Code = "answer-does-not-match";
}

/// <summary>The hash of an answer and what it was taken over.</summary>
public sealed class Seal
{
    private readonly ReadOnlyMemory<byte> rest;
    private readonly List<SealedRecord> records;

    /// <param name="rest">The answer without its texts, as canonical JSON in UTF-8.</param>
    /// <param name="records">Those that its texts are from; kept, in their order and each once.</param>
    internal Seal(ReadOnlyMemory<byte> rest, List<SealedRecord> records)
    {
        this.rest = rest;
        records.Sort(static (one, other) => string.CompareOrdinal(one.StreamKey, other.StreamKey));
        var count = 0;
        for (var n = 0; n < records.Count; n++)
        {
            if (n == 0 || records[n].StreamKey != records[count - 1].StreamKey)
                records[count++] = records[n];
        }
        records.RemoveRange(count, records.Count - count);
        this.records = records;
        Hash = Take(SHA256.HashData);
    }

    /// <summary>Canonical JSON <c>{"answer","revisions":[{"record","key","revision","content"}]}</c>: the answer without its
    /// texts, and the ledger's content hashes (hexadecimal) of all revisions of the records that the texts are from.</summary>
    public string Hashed => Take(Encoding.UTF8.GetString);

    /// <summary>Of those revisions.</summary>
    public IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRevision>> Positions =>
        records.ToDictionary(record => record.Id, record => record.Revisions);

    /// <summary>SHA-256 of <see cref="Hashed"/> in UTF-8.</summary>
    public byte[] Hash { get; }

    /// <summary>As answers show it.</summary>
    public string Text => TextOf(Hash);

    public static string TextOf(byte[] hash) => $"sha256:{Convert.ToHexStringLower(hash)}";

    private T Take<T>(Func<ReadOnlySpan<byte>, T> from)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(100 + rest.Length + records.Sum(record => record.Committed.Length + 1));
        try
        {
            var length = 0;
            Append("""{"answer":"""u8);
            Append(rest.Span);
            Append(""","revisions":["""u8);
            for (var n = 0; n < records.Count; n++)
            {
                if (n > 0)
                    Append(","u8);
                Append(records[n].Committed);
            }
            Append("]}"u8);
            return from(bytes.AsSpan(0, length));

            void Append(ReadOnlySpan<byte> part)
            {
                part.CopyTo(bytes.AsSpan(length));
                length += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}

/// <param name="Content">The ledger's hash of it, which commits to every text.</param>
public sealed record SealedRevision(long Position, int Revision, byte[] Content);

/// <summary>A record and those of its revisions that answers which tell of it are sealed with.</summary>
/// <param name="id">Of the record.</param>
/// <param name="revisions">In their order.</param>
public sealed class SealedRecord(RecordId id, IReadOnlyList<SealedRevision> revisions)
{
    private readonly long last = revisions.Count == 0 ? 0 : revisions[^1].Position;
    private byte[]? committed;

    public RecordId Id { get; } = id;

    internal string StreamKey { get; } = id.StreamKey;

    public IReadOnlyList<SealedRevision> Revisions { get; } = revisions;

    /// <summary>The revisions in a seal, with commas between them, in UTF-8.</summary>
    internal byte[] Committed =>
        committed ??= Encoding.UTF8.GetBytes(string.Join(',', Revisions.Select(made => CommittedOne(Id, made))));

    // Canonical as it stands: the members in the order of their names.
    private static string CommittedOne(RecordId id, SealedRevision made) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"content":"{{Convert.ToHexStringLower(made.Content)}}","key":"{{id.Key}}","record":"{{id.Kind.Name()}}","revision":{{made.Revision}}}"""
        );

    /// <summary>The same as known at a position; without the records that were not there yet.</summary>
    internal static IReadOnlyList<SealedRecord> UpTo(IReadOnlyList<SealedRecord> records, long position)
    {
        for (var n = 0; n < records.Count; n++)
        {
            if (records[n].last > position)
                return [.. records.Select(one => one.UpTo(position)).Where(one => one.Revisions.Count > 0)];
        }
        return records;
    }

    private SealedRecord UpTo(long position) =>
        new(Id, [.. Revisions.Where(revision => revision.Position <= position)]);
}

/// <summary>Hashes answers over commitments, so that redacting a text changes no hash: the texts are left out, and the revisions that
/// they are from stand for them by what the ledger holds.</summary>
public sealed class Seals(Reading source, IDocumentStore store)
{
    /// <summary>A pure function of the answer and of what was recorded up to the position.</summary>
    /// <param name="positions">At which the answer has read.</param>
    public Task<Seal> OfAsync(string chronology, long[] positions, BlindAnswer blind, CancellationToken ct) =>
        OfAsync(chronology, positions, blind, static _ => null, ct);

    /// <param name="read">What was asked for before, of every record that a name may mean; null: not all of them were. No round trip where
    /// all that are needed were.</param>
    /// <inheritdoc cref="OfAsync(string, long[], BlindAnswer, CancellationToken)"/>
    public async Task<Seal> OfAsync(
        string chronology,
        long[] positions,
        BlindAnswer blind,
        Func<NamedRecord, IReadOnlyList<SealedRecord>?> read,
        CancellationToken ct
    )
    {
        var records = new List<SealedRecord>(32);
        var rest = new List<RecordId>();
        foreach (var named in blind.Owners)
        {
            if (read(named) is { } known)
                records.AddRange(known);
            else
                rest.AddRange(Meant(named));
        }
        if (rest.Count > 0)
        {
            var others = await RoundTrip.AskAsync(source, trip => Ask(trip, chronology, positions, rest), ct);
            foreach (var known in others.Values)
                records.AddRange(known);
        }
        return new(blind.Rest, records);
    }

    /// <summary>Checks the texts of an answer against the revisions that it is sealed with, and those against the ledger.</summary>
    /// <exception cref="AnswerDoesNotMatchException">A text is in none of them, or one is not what the ledger has committed to.</exception>
    public async Task CheckAsync(string chronology, BlindAnswer blind, Seal seal, CancellationToken ct)
    {
        var contents = seal
            .Positions.Values.SelectMany(made => made)
            .ToDictionary(made => made.Position, m => m.Content);
        if (contents.Count == 0)
            return;
        var (events, salts) = await ReadAsync(chronology, seal.Positions.Keys, [.. contents.Keys], ct);
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in await LedgerRows.AtAsync(source, chronology, [.. contents.Keys], ct))
        {
            var body = new RevisionBody(
                entry.Id.Kind,
                entry.Key,
                entry.Revision,
                Words.Operation(entry.Op),
                events[entry.Position].ToValueList(),
                entry.Author,
                entry.Via,
                entry.Reason,
                entry.Citations
            );
            if (!IsCommitted(body, salts[entry.Position], contents[entry.Position]))
                throw new AnswerDoesNotMatchException(
                    $"Revision {entry.Revision} of {entry.Id} is not what the ledger has committed to at position {entry.Position}."
                );
            Collect(Ledger.Body(body), said);
        }
        if (!said.IsSupersetOf(blind.Texts))
            throw new AnswerDoesNotMatchException("The answer has a text that no revision of its records says.");
    }

    private static bool IsCommitted(RevisionBody body, Dictionary<string, byte[]> salts, byte[] content)
    {
        try
        {
            return Ledger.ContentHash(body, salts).AsSpan().SequenceEqual(content);
        }
        catch (KeyNotFoundException)
        {
            return false;
        }
    }

    private static void Collect(JsonNode? node, HashSet<string> said)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (_, value) in members)
                    Collect(value, said);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Collect(item, said);
                break;
            case JsonValue value:
                said.Add(CanonicalJson.Of(value));
                break;
        }
    }

    /// <summary>Asks for the records that are meant by these names.</summary>
    /// <inheritdoc cref="Ask(RoundTrip, string, long[], IReadOnlyCollection{RecordId})"/>
    public static Pending<IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRecord>>> Ask(
        RoundTrip trip,
        string chronology,
        long[] positions,
        IEnumerable<NamedRecord> named
    ) => Ask(trip, chronology, positions, [.. named.SelectMany(Meant).Distinct()]);

    /// <summary>For each of these records: all revisions up to the last of the positions of it, and of what is merged into it at one of
    /// them, whose texts are told with its own.</summary>
    public static Pending<IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRecord>>> Ask(
        RoundTrip trip,
        string chronology,
        long[] positions,
        IReadOnlyCollection<RecordId> ids
    )
    {
        if (ids.Count == 0)
            return Pending<IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRecord>>>.Of(
                new Dictionary<RecordId, IReadOnlyList<SealedRecord>>()
            );
        var asked = ids.Distinct().ToArray();
        var command = new NpgsqlBatchCommand(
            """
            with recursive owner (nr, kind, key) as (
                select x.nr, x.kind collate "C", x.key collate "C"
                from unnest((select $3), (select $4)) with ordinality as x (kind, key, nr)
                union
                select o.nr, r.kind, r.key from owner o
                join chronology.record r on r.chronology = $1 and r.kind = o.kind and r.status = 'merged'
                    and r.state ->> 'mergedInto' = o.key
                    -- In most chronologies nothing is: one look-up says so for all of them.
                    and (select exists (select from chronology.record m where m.chronology = $1 and m.status = 'merged'))
                    and exists (select from unnest($5) as p (at) where r.from_position <= p.at and r.to_position > p.at))
            select o.nr, l.kind, l.key, l.revision, l.content, l.position
            from owner o
            join chronology.ledger l on l.chronology = $1 and l.kind = o.kind and l.key = o.key and l.position <= $2
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = positions.Max() });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. asked.Select(id => id.Kind.Name())] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. asked.Select(id => id.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = positions });
        return trip.Ask<IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRecord>>>(
            command,
            async (reader, ct) =>
            {
                var made = new List<(RecordId Asked, RecordId Id, SealedRevision Revision)>();
                while (await reader.ReadAsync(ct))
                {
                    made.Add(
                        (
                            asked[reader.GetInt64(0) - 1],
                            new(Words.Kind(reader.GetString(1)), reader.GetString(2)),
                            new(reader.GetInt64(5), reader.GetInt32(3), reader.GetFieldValue<byte[]>(4))
                        )
                    );
                }
                var of = made.ToLookup(m => m.Asked);
                return asked.ToDictionary(
                    id => id,
                    id =>
                        (IReadOnlyList<SealedRecord>)
                            [
                                .. of[id]
                                    .GroupBy(m => m.Id, m => m.Revision)
                                    .Select(one => new SealedRecord(one.Key, [.. one.OrderBy(r => r.Revision)])),
                            ]
                );
            }
        );
    }

    /// <summary>As <see cref="OfAsync(string, long[], BlindAnswer, Func{NamedRecord, IReadOnlyList{SealedRecord}}, CancellationToken)"/> wants it.</summary>
    /// <param name="read">As <see cref="Ask(RoundTrip, string, long[], IReadOnlyCollection{RecordId})"/> gives it.</param>
    internal static Func<NamedRecord, IReadOnlyList<SealedRecord>?> Among(
        IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRecord>> read
    ) =>
        named =>
        {
            var found = new List<SealedRecord>();
            foreach (var id in Meant(named))
            {
                if (!read.TryGetValue(id, out var records))
                    return null;
                found.AddRange(records);
            }
            return found;
        };

    /// <summary>The records that a name may mean.</summary>
    internal static IEnumerable<RecordId> Meant(NamedRecord named) =>
        named.Kind is { } kind
            ? [new(kind, named.Key)]
            : Kinds.Select(each => new RecordId(each, named.Key)).Where(id => id.IsPossible);

    private static readonly RecordKind[] Kinds = Enum.GetValues<RecordKind>();

    private async Task<(
        ILookup<long, DomainEvent> Events,
        Dictionary<long, Dictionary<string, byte[]>> Salts
    )> ReadAsync(string chronology, IEnumerable<RecordId> ids, long[] positions, CancellationToken ct)
    {
        var streams = ids.Select(id => id.StreamKey).ToArray();
        await using var session = store.QuerySession(source.Session(chronology));
        var stored = await session
            .Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(streams))
            .OrderBy(e => e.StreamKey)
            .ThenBy(e => e.Version)
            .ToListAsync(ct);
        await using var command = source.CreateCommand(
            "select position, salts::text from chronology.ledger where chronology = $1 and position = any($2)"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(positions);
        var salts = new Dictionary<long, Dictionary<string, byte[]>>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            salts[reader.GetInt64(0)] = JsonSerializer.Deserialize<Dictionary<string, byte[]>>(
                reader.GetString(1),
                RecordJson.Options
            )!;
        }
        return (stored.ToLookup(RevisionHeaders.PositionOf, e => (DomainEvent)e.Data), salts);
    }
}
