using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Service.Store;
using MediatR;
using Npgsql;

namespace Chronology.Service.Rebuild;

/// <summary>One hash over everything derived of a chronology up to a position.</summary>
/// <param name="Position">Null: the head.</param>
public sealed record StateHashOf(string Chronology, long? Position) : IRequest<Result<StateHashAnswer>>;

/// <param name="StateHash"><c>sha256:HEX</c>.</param>
public sealed record StateHashAnswer(long Position, string StateHash);

public sealed class StateHashHandler(NpgsqlDataSource source) : IRequestHandler<StateHashOf, Result<StateHashAnswer>>
{
    public Task<Result<StateHashAnswer>> Handle(StateHashOf request, CancellationToken cancellationToken) =>
        new StateHash(source).OfAsync(request.Chronology, request.Position, "", cancellationToken);
}

/// <summary>Hashes the derived rows of a chronology, texts by their commitments: ADR 0007.</summary>
/// <remarks>Equal for equal revisions with equal salts, whatever the slug, the authors and the time. A row that is not what its revisions
/// give changes it. Reads every stream, a page of positions at a time, on one snapshot.</remarks>
internal sealed class StateHash(NpgsqlDataSource source)
{
    private const int PageSize = 500;

    /// <param name="position">Null: the head.</param>
    /// <param name="tables">What the names of the tables end in; empty: the live ones.</param>
    /// <returns>Or <c>no-such-chronology</c>, or <c>invalid-parameter</c> for a position that is not there.</returns>
    public async Task<Result<StateHashAnswer>> OfAsync(
        string chronology,
        long? position,
        string tables,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        if (await HeadAsync(connection, chronology, ct) is not { } head)
            return Writer.NoSuchChronology(chronology);
        var known = position ?? head;
        if (known < 0 || known > head)
            return new Rejection("invalid-parameter", $"There is no position {known}: the head is {head}.");
        var rows = new Snapshot(transaction, chronology, known, head, tables);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"chronology-state 1 {known.ToString(CultureInfo.InvariantCulture)}");
        for (var since = 0L; since < known; since += PageSize)
        {
            foreach (var row in await rows.RowsAsync(since, Math.Min(since + PageSize, known), ct))
                Add(hash, CanonicalJson.Of(row));
        }
        foreach (var effect in await rows.AstrayAsync(ct))
            Add(hash, CanonicalJson.Of(effect));
        await foreach (var fact in rows.FactsAsync(ct))
            Add(hash, CanonicalJson.Of(fact));
        return new StateHashAnswer(known, $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }

    private static void Add(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes($"{line}\n"));

    private static async Task<long?> HeadAsync(NpgsqlConnection connection, string chronology, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select position from chronology.head where chronology = $1",
            connection
        );
        command.Parameters.AddWithValue(chronology);
        return (long?)await command.ExecuteScalarAsync(ct);
    }

    /// <summary>A record after one of its revisions, with its texts and with the commitments to them.</summary>
    private sealed record Folded(RecordState State, JsonNode Content, JsonNode Blinded);

    private sealed record RecordRow(RecordId Id, long From, int Revision, JsonObject Line);

    /// <summary>Reads the rows, on the snapshot.</summary>
    private sealed class Snapshot(
        NpgsqlTransaction transaction,
        string chronology,
        long known,
        long head,
        string tables
    )
    {
        /// <summary>By position: the record's row, then those of its effects.</summary>
        public async Task<IEnumerable<JsonObject>> RowsAsync(long since, long until, CancellationToken ct)
        {
            var records = await RecordsAsync(since, until, ct);
            var revisions = await RevisionsAsync([.. records.Select(row => row.Id).Distinct()], ct);
            foreach (var row in records)
            {
                if (
                    row.Line["state"] is JsonObject state
                    && revisions.GetValueOrDefault((row.Id, row.Revision)) is { } folded
                )
                    state["content"] = Blinded(state["content"], folded.Content, folded.Blinded);
            }
            foreach (var (row, search) in await MisfoundAsync(records, revisions, ct))
                row.Line["search"] = search;
            var effects = await EffectsAsync(
                "e.event = any($4) and e.from_position > $2 and e.from_position <= $3",
                ct,
                since,
                until,
                records.Where(row => row.Id.Kind == RecordKind.Event).Select(row => row.Id.Key).Distinct().ToArray()
            );
            return records
                .Select(row => (row.From, row.Line))
                .Concat(effects)
                .OrderBy(row => row.From)
                .Select(row => row.Line);
        }

        private async Task<IReadOnlyList<RecordRow>> RecordsAsync(long since, long until, CancellationToken ct)
        {
            await using var command = Command(
                $"""
                select r.kind, r.key, r.from_position, r.to_position, r.revision, r.status, r.type, r.earliest, r.latest, r.day_order, r.refs, r.state::text
                from chronology.record{tables} r
                where r.chronology = $1 and r.from_position > $2 and r.from_position <= $3
                order by r.from_position, r.kind, r.key
                """,
                since,
                until
            );
            var rows = new List<RecordRow>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var line = new JsonObject
                {
                    ["record"] = reader.GetString(0),
                    ["key"] = reader.GetString(1),
                    ["from"] = Text(reader.GetInt64(2)),
                    ["to"] = Until(reader.GetInt64(3)),
                    ["revision"] = reader.GetInt32(4),
                    ["status"] = reader.GetString(5),
                    ["type"] = reader.GetString(6),
                    ["earliest"] = await reader.IsDBNullAsync(7, ct) ? null : Text(reader.GetInt64(7)),
                    ["latest"] = await reader.IsDBNullAsync(8, ct) ? null : Text(reader.GetInt64(8)),
                    ["order"] = await reader.IsDBNullAsync(9, ct) ? null : reader.GetInt32(9),
                    ["refs"] = new JsonArray([.. reader.GetFieldValue<string[]>(10).Select(r => JsonValue.Create(r))]),
                    ["state"] = Json(reader.GetString(11)),
                };
                rows.Add(
                    new(
                        new(Words.Kind(reader.GetString(0)), reader.GetString(1)),
                        reader.GetInt64(2),
                        reader.GetInt32(4),
                        line
                    )
                );
            }
            return rows;
        }

        /// <summary>The effects up to the position that no version of an event opens there: none, where nothing is wrong.</summary>
        public async Task<IEnumerable<JsonObject>> AstrayAsync(CancellationToken ct) =>
            (
                await EffectsAsync(
                    $"e.from_position <= $2 and not exists (select from chronology.record{tables} r where r.chronology = $1 and r.kind = 'event' and r.key = e.event and r.from_position = e.from_position)",
                    ct,
                    known
                )
            ).Select(row => row.Line);

        /// <summary>Effects with the fact that they change named in full; <c>ahead</c> depends on the day of recording and is in only where it is wrong.</summary>
        private async Task<IReadOnlyList<(long From, JsonObject Line)>> EffectsAsync(
            string condition,
            CancellationToken ct,
            params object[] values
        )
        {
            await using var command = Command(
                $"""
                select e.from_position, e.to_position, e.event, e.idx, e.width, e.start_first, e.start_last, e.firm, e.effect::text,
                    coalesce(array[f.kind, f.holder, f.toward, f.qualifier, f.value], array[e.fact::text]),
                    case when e.ahead is distinct from (e.start_first > (l.recorded_at at time zone 'UTC')::date - date '1970-01-01') then e.ahead end
                from chronology.effect{tables} e
                left join chronology.fact{tables} f on f.id = e.fact
                left join chronology.ledger l on l.chronology = e.chronology and l.position = e.from_position
                where e.chronology = $1 and {condition}
                order by e.from_position, e.event, e.idx
                """,
                values
            );
            var rows = new List<(long, JsonObject)>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var line = new JsonObject
                {
                    ["effect"] = Json(reader.GetString(8)),
                    ["of"] = new JsonArray([.. reader.GetFieldValue<string[]>(9).Select(f => JsonValue.Create(f))]),
                    ["event"] = reader.GetString(2),
                    ["index"] = reader.GetInt16(3),
                    ["from"] = Text(reader.GetInt64(0)),
                    ["to"] = Until(reader.GetInt64(1)),
                    ["width"] = reader.GetInt16(4),
                    ["first"] = Text(reader.GetInt64(5)),
                    ["last"] = Text(reader.GetInt64(6)),
                    ["firm"] = reader.GetBoolean(7),
                };
                if (!await reader.IsDBNullAsync(10, ct))
                    line["ahead"] = reader.GetBoolean(10);
                rows.Add((reader.GetInt64(0), line));
            }
            return rows;
        }

        /// <summary>The keys of facts recorded up to the position, in the order of their texts; their ids, which contain the slug, only where they are wrong.</summary>
        public async IAsyncEnumerable<JsonObject> FactsAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
        )
        {
            await using var command = Command(
                $"""
                select f.kind, f.holder, f.toward, f.qualifier, f.value, f.id, f.ender
                from chronology.fact{tables} f
                where f.chronology = $1
                  and coalesce((select min(e.from_position) from chronology.effect{tables} e where e.fact = f.id), 0) <= $2
                order by f.kind, f.holder, f.toward, f.qualifier, f.value, f.id
                """,
                known
            );
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var texts = Enumerable.Range(0, 5).Select(reader.GetString).ToArray();
                var id = reader.GetGuid(5);
                var ender = await reader.IsDBNullAsync(6, ct) ? (Guid?)null : reader.GetGuid(6);
                var line = new JsonObject { ["fact"] = new JsonArray([.. texts.Select(t => JsonValue.Create(t))]) };
                if (!IsRight(texts, id, ender))
                    (line["id"], line["ender"]) = (id.ToString(), ender?.ToString());
                yield return line;
            }
        }

        private bool IsRight(string[] texts, Guid id, Guid? ender)
        {
            if (!Vocabulary.FactKinds.ContainsKey(texts[0]))
                return false;
            var key = FactKey.Of(texts[0], texts[1], Given(texts[2]), Given(texts[3]), Given(texts[4]));
            var ending = key.Kind.Functional || key.Value is null ? (Guid?)null : key.EndingAll.IdIn(chronology);
            return (id, ender) == (key.IdIn(chronology), ending);

            static string? Given(string text) => text.Length == 0 ? null : text;
        }

        /// <summary>The rows that are found by other words than those of their record, and these words.</summary>
        private async Task<IReadOnlyList<(RecordRow Row, string Search)>> MisfoundAsync(
            IReadOnlyList<RecordRow> rows,
            Dictionary<(RecordId, int), Folded> revisions,
            CancellationToken ct
        )
        {
            await using var command = Command(
                $"""
                select x.n, r.search
                from unnest($2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[]) as x (n, kind, key, from_position, search)
                join chronology.record{tables} r
                  on r.chronology = $1 and r.kind = x.kind and r.key = x.key and r.from_position = x.from_position
                where r.search is distinct from chronology.fold(x.search)
                order by x.n
                """,
                Enumerable.Range(0, rows.Count).ToArray(),
                rows.Select(row => row.Id.Kind.Name()).ToArray(),
                rows.Select(row => row.Id.Key).ToArray(),
                rows.Select(row => row.From).ToArray(),
                rows.Select(row =>
                        revisions.GetValueOrDefault((row.Id, row.Revision)) is { } folded
                            ? SearchText.Of(folded.State)
                            : null
                    )
                    .ToArray()
            );
            var found = new List<(RecordRow, string)>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                found.Add((rows[reader.GetInt32(0)], reader.GetString(1)));
            return found;
        }

        /// <summary>These records after each of their revisions up to the position.</summary>
        private async Task<Dictionary<(RecordId, int), Folded>> RevisionsAsync(RecordId[] ids, CancellationToken ct)
        {
            var salts = await SaltsAsync(ids, ct);
            var folded = new Dictionary<(RecordId, int), Folded>();
            var stored = await new Streams(chronology).OfAsync(transaction.Connection!, ids, known, ct);
            foreach (var stream in stored.GroupBy(revision => revision.Id))
            {
                RecordState? plain = null;
                RecordState? blind = null;
                foreach (var revision in stream)
                {
                    if (!salts.TryGetValue(revision.Position, out var ofTexts))
                        break;
                    plain = Folding.Revise(plain, stream.Key, revision.Events);
                    blind = Folding.Revise(blind, stream.Key, Ledger.Blinded(revision.Events, ofTexts));
                    folded[(stream.Key, plain.Revision)] = new(plain, Content(plain), Content(blind));
                }
            }
            return folded;

            static JsonNode Content(RecordState state) =>
                JsonSerializer.SerializeToNode(state.Content, state.Content.GetType(), RecordJson.Options)!;
        }

        /// <summary>The salts of these records' revisions, by position.</summary>
        private async Task<Dictionary<long, Dictionary<string, byte[]>>> SaltsAsync(
            RecordId[] ids,
            CancellationToken ct
        )
        {
            await using var command = Command(
                """
                select l.position, l.salts::text
                from unnest($2, $3) as x (kind, key)
                join chronology.ledger l on l.chronology = $1 and l.kind = x.kind and l.key = x.key and l.position <= $4
                """,
                ids.Select(id => id.Kind.Name()).ToArray(),
                ids.Select(id => id.Key).ToArray(),
                known
            );
            var salts = new Dictionary<long, Dictionary<string, byte[]>>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                salts.Add(
                    reader.GetInt64(0),
                    JsonSerializer.Deserialize<Dictionary<string, byte[]>>(reader.GetString(1), RecordJson.Options)!
                );
            return salts;
        }

        /// <summary>A command on the snapshot, with the chronology as its first parameter.</summary>
        private NpgsqlCommand Command(string sql, params object[] values)
        {
            var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
            command.Parameters.AddWithValue(chronology);
            foreach (var value in values)
                command.Parameters.AddWithValue(value);
            return command;
        }

        /// <summary>The end of a row as known at the position; null: it is still so.</summary>
        private string? Until(long to) => to == DerivedRows.Open || (to > known && to <= head) ? null : Text(to);
    }

    private static JsonNode? Json(string text) =>
        JsonNode.Parse(text, documentOptions: new() { MaxDepth = RecordJson.Options.MaxDepth });

    /// <summary>Day numbers and positions as text: the greatest are no numbers of JSON.</summary>
    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a row says with its texts replaced by their commitments; what the revisions do not give is marked, for it could look like one.</summary>
    private static JsonNode? Blinded(JsonNode? row, JsonNode? plain, JsonNode? blind) =>
        (row, plain, blind) switch
        {
            (JsonObject r, JsonObject p, JsonObject b) => new JsonObject(
                r.Select(member => KeyValuePair.Create(member.Key, Blinded(member.Value, p[member.Key], b[member.Key])))
            ),
            (JsonArray r, JsonArray p, JsonArray b) => new JsonArray([
                .. r.Select((item, i) => Blinded(item, p.ElementAtOrDefault(i), b.ElementAtOrDefault(i))),
            ]),
            _ when JsonNode.DeepEquals(row, plain) => blind?.DeepClone(),
            _ => new JsonObject { ["not"] = row?.DeepClone() },
        };
}
