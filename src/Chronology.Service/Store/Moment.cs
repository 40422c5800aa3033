using System.Globalization;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>The two axes as a question gives them.</summary>
/// <param name="AsOf">A day, or a month or year meaning its last day; null: today in UTC.</param>
/// <param name="KnownAt">A position, or an RFC 3339 instant; null: the head.</param>
public sealed record Axes(string? AsOf, string? KnownAt)
{
    public static Axes Now { get; } = new(null, null);

    /// <summary>The number of the rules to answer by; null: those adopted at the position.</summary>
    public string? Rules { get; init; }
}

/// <param name="At">When that position was recorded; null at 0.</param>
public sealed record KnownAt(long Position, string? At);

/// <summary>What an answer rests on, resolved, so that it can be asked again: the same basis gives the same bytes for ever.</summary>
/// <param name="Rules">Version of the rules answered by: that adopted at the position, unless another was asked for.</param>
/// <param name="Format">Version of the answers' shape.</param>
public sealed record Basis(string AsOf, KnownAt KnownAt, int Rules, int Format);

/// <summary>Where on both axes a question stands.</summary>
/// <param name="Position">What was recorded up to it, and nothing later.</param>
/// <param name="RecordedAt">Of that position; null at 0.</param>
/// <param name="Rules">By which it is answered.</param>
public sealed record Moment(string Chronology, Day AsOf, long Position, DateTimeOffset? RecordedAt, RulesVersion Rules)
{
    /// <summary>The version of the answers' shape.</summary>
    public const int Format = 3;

    public Basis Basis =>
        new(AsOf.ToString(), new(Position, RecordedAt is { } at ? Instants.Text(at) : null), Rules.Number, Format);

    /// <summary>The number of the day in UTC on which the position was recorded; the day asked about at 0.</summary>
    public long RecordedOn => RecordedAt is { } at ? Day.Of(at).Number : AsOf.Number;

    /// <summary>The last day on which anything not announced ahead can have begun, as known here.</summary>
    public long Clamp => Math.Min(AsOf.Number, RecordedOn);
}

/// <summary>The axes of a question, read but not yet resolved.</summary>
/// <param name="Position">Known at this position, or at <paramref name="Instant"/>, or at the head where both are null.</param>
public sealed record Asked(Day AsOf, long? Position, DateTimeOffset? Instant)
{
    /// <summary>Null: those adopted at the position.</summary>
    public RulesVersion? Rules { get; init; }
}

/// <summary>Which rules a chronology follows, from the row of its own record.</summary>
public static class AdoptedRules
{
    /// <summary>SQL for the number of the rules adopted at a position; null: none were, so the first are in force.</summary>
    /// <param name="chronology">SQL for the slug; likewise <paramref name="position"/>.</param>
    public static string At(string chronology, string position) =>
        $"""
            (select (a.state #>> '{RulesOf}')::integer from chronology.record a
            where a.chronology = {chronology} and a.kind = 'chronology' and a.key = 'itself'
              and a.from_position <= {position} and a.to_position > {position})
            """;

    private const string RulesOf = "{content,rules}";

    /// <summary>From a column that <see cref="At"/> gives.</summary>
    /// <exception cref="InvalidOperationException">They are of a newer version of the service.</exception>
    public static RulesVersion Read(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? RulesVersion.First
        : RulesVersion.Find(row.GetInt32(column)) is { } rules ? rules
        : throw new InvalidOperationException(
            $"The chronology follows the rules {row.GetInt32(column)}, which this version does not know: use a newer version."
        );
}

/// <summary>Turns the axes of a question into a moment.</summary>
public sealed class Moments(Reading source, TimeProvider clock)
{
    /// <returns>Or <c>no-such-chronology</c>, or <c>invalid-parameter</c>: unreadable, above the head, in the future.</returns>
    public async Task<Result<Moment>> ResolveAsync(string chronology, Axes axes, CancellationToken ct)
    {
        var read = Read(axes);
        if (read.Rejection is { } unreadable)
            return unreadable;
        return await KnownAtAsync(source, chronology, read.Value, ct);
    }

    internal static async Task<Result<Moment>> KnownAtAsync(
        Reading source,
        string chronology,
        Asked asked,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            $"select k.known, k.recorded_at, k.head, {AdoptedRules.At("$1", "k.known")} from chronology.known_at($1, $2, $3) k"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = asked.Position });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = asked.Instant });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Found(reader, chronology, asked, 3) : Writer.NoSuchChronology(chronology);
    }

    /// <summary>Reads the axes: <c>invalid-parameter</c> where they are unreadable or in the future.</summary>
    public Result<Asked> Read(Axes axes)
    {
        var now = clock.GetUtcNow();
        var asOf = axes.AsOf is null ? Day.Of(now) : Day.ParseQuestion(axes.AsOf);
        if (asOf.Rejection is { } unreadable)
            return unreadable with { Detail = $"“asOf”: {unreadable.Detail}" };
        var rules = ReadRules(axes.Rules);
        if (rules.Rejection is { } unknown)
            return unknown;
        return ReadKnownAt(axes.KnownAt, now)
            .Map(known => new Asked(asOf.Value, known.Position, known.Instant) { Rules = rules.Value });
    }

    /// <summary>The version of a number.</summary>
    /// <param name="text">Null: none is asked for.</param>
    /// <returns>Or <c>invalid-parameter</c>.</returns>
    public static Result<RulesVersion?> ReadRules(string? text) =>
        text is null ? (RulesVersion?)null
        : text.Length is >= 1 and <= 9
        && text.All(char.IsAsciiDigit)
        && text[0] != '0'
        && RulesVersion.Find(Number(text)) is { } found
            ? found
        : new Rejection(
            "invalid-parameter",
            $"“rules”: a version from 1 to {RulesVersion.All.Count}; without it the one adopted at the position."
        );

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The moment from a row that begins with the columns of <c>chronology.known_at</c>.</summary>
    /// <param name="adopted">The column that <see cref="AdoptedRules.At"/> gives.</param>
    internal static Result<Moment> Found(NpgsqlDataReader row, string chronology, Asked asked, int adopted) =>
        row.IsDBNull(0)
            ? Bad($"Position {asked.Position} is above the head, {row.GetInt64(2)}.")
            : new Moment(
                chronology,
                asked.AsOf,
                row.GetInt64(0),
                row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1),
                asked.Rules ?? AdoptedRules.Read(row, adopted)
            );

    private sealed record Known(long? Position, DateTimeOffset? Instant);

    private static Result<Known> ReadKnownAt(string? text, DateTimeOffset now)
    {
        if (text is null)
            return new Known(null, null);
        if (text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit))
            return new Known(long.Parse(text, CultureInfo.InvariantCulture), null);
        if (!Rfc3339.TryParse(text, out var instant))
            return Bad("Give a position such as 412, or an instant such as 2026-03-01T12:00:00Z.");
        return instant > now ? Bad("That instant lies in the future: nobody knows yet what will be known then.")
            : instant.Year < 1900 ? Bad("That instant lies before every recording: use position 0.")
            : new Known(null, Instants.OfMicroseconds(Instants.Microseconds(instant)));
    }

    private static Rejection Bad(string detail) => new("invalid-parameter", $"“knownAt”: {detail}");
}

/// <summary>Instants of RFC 3339: date, <c>T</c>, time with optional fraction, and <c>Z</c> or an offset.</summary>
public static class Rfc3339
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        return text.Length is >= 20 and <= 40
            && (text.EndsWith('Z') || text[^6] is '+' or '-')
            && DateTimeOffset.TryParseExact(
                text,
                Formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out instant
            );
    }
}
