using Chronology.Eras;
using Chronology.Recording;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store.Remembered;

/// <summary>Every version of every era, and the revisions that answers which tell of them are sealed with.</summary>
internal sealed class RememberedEras : RememberedPart
{
    /// <summary>Of more versions the database is asked.</summary>
    private const int Greatest = 1_000;

    private sealed record Version(Positions At, string Key, EraContent Content, EraSpan Span);

    /// <summary>In the order in which answers list eras.</summary>
    private Version[] Versions { get; init; } = [];

    private IReadOnlyDictionary<RecordId, IReadOnlyList<SealedRecord>> Sealed { get; init; } =
        new Dictionary<RecordId, IReadOnlyList<SealedRecord>>();

    public override bool IsTouchedBy(RevisedRecord revised) => revised.Id.Kind == RecordKind.Era;

    /// <returns>Null: too many; and how much memory they take, about.</returns>
    public static async Task<(RememberedEras? Eras, long Bytes)> ReadAsync(
        Reading source,
        string chronology,
        CancellationToken ct
    )
    {
        var trip = new RoundTrip(source);
        var head = trip.Ask(
            new("select position from chronology.head where chronology = $1")
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = chronology } },
            },
            async (reader, cancel) => await reader.ReadAsync(cancel) ? reader.GetInt64(0) : 0
        );
        var read = trip.Ask(
            new(
                """
                select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, r.to_position, r.earliest
                from chronology.record r
                where r.chronology = $1 and r.kind = 'era' and r.status = 'active'
                limit $2
                """
            )
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = chronology },
                    new NpgsqlParameter<int> { TypedValue = Greatest + 1 },
                },
            },
            VersionsAsync
        );
        await trip.GoAsync(ct);
        if (read.Value.Count > Greatest)
            return (null, 0);
        var made = Seals.Ask(
            trip,
            chronology,
            [head.Value],
            read.Value.Select(row => new RecordId(RecordKind.Era, row.Version.Key)).Distinct().ToArray()
        );
        await trip.GoAsync(ct);
        var eras = new RememberedEras
        {
            UpTo = head.Value,
            Versions =
            [
                .. read
                    .Value.OrderBy(row => row.Version.Content.Scheme, StringComparer.Ordinal)
                    .ThenBy(row => row.Earliest)
                    .ThenBy(row => row.Version.Key, StringComparer.Ordinal)
                    .Select(row => row.Version),
            ],
            Sealed = made.Value,
        };
        return (eras, 1_000 + read.Value.Sum(row => row.Bytes));
    }

    private static async Task<List<(Version Version, long Earliest, long Bytes)>> VersionsAsync(
        NpgsqlDataReader reader,
        CancellationToken ct
    )
    {
        var found = new List<(Version, long, long)>();
        while (await reader.ReadAsync(ct))
        {
            var row = Rows.Of(reader);
            var content = (EraContent)row.State.Content;
            found.Add(
                (
                    new(new(reader.GetInt64(5), reader.GetInt64(6)), row.State.Id.Key, content, EraSpan.Of(content)),
                    reader.GetInt64(7),
                    800 + (4 * reader.GetString(4).Length)
                )
            );
        }
        return found;
    }

    /// <summary>As <see cref="RecordedEras.InForce"/>.</summary>
    public IReadOnlyList<EraInForce> InForce(Moment moment) =>
        [
            .. Versions
                .Where(era => era.At.Include(moment.Position))
                .Select(era => new EraInForce(
                    era.Content.Scheme,
                    new RecordId(RecordKind.Era, era.Key).OwnKey,
                    era.Content.Title,
                    era.Span.InForceOn(moment.AsOf)
                ))
                .Where(era => era.Certainty != Certainty.No),
        ];

    /// <summary>As <see cref="Seals.Ask(RoundTrip, string, long[], IReadOnlyCollection{RecordId})"/> of an era; null: there is no such era.</summary>
    /// <param name="key">With its scheme's.</param>
    public IReadOnlyList<SealedRecord>? SealedOf(string key, long position) =>
        Sealed.GetValueOrDefault(new RecordId(RecordKind.Era, key)) is { } records
            ? SealedRecord.UpTo(records, position)
            : null;
}
