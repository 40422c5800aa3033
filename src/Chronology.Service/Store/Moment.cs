using System.Globalization;
using System.Text.RegularExpressions;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Time;
using Microsoft.Extensions.Caching.Memory;
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
    public const int Format = 7;

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
        $"(select {Of("a")} from chronology.record a where {IsAt("a", chronology, position)})";

    /// <summary>SQL for what <see cref="At"/> gives, of the row of the chronology's own record.</summary>
    internal static string Of(string row) => $"({row}.state #>> '{RulesOf}')::integer";

    /// <summary>SQL for the condition that a row is that of the chronology's own record at a position.</summary>
    internal static string IsAt(string row, string chronology, string position) =>
        $"""
            {row}.chronology = {chronology} and {row}.kind = 'chronology' and {row}.key = 'itself'
              and {row}.from_position <= {position} and {row}.to_position > {position}
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
/// <remarks>When a position was recorded, and which rules were adopted there, never changes, so what was once read is kept, as long as there is room for it.</remarks>
public sealed class Moments(Reading source, Identities identities, RecordedTimes times, TimeProvider clock)
    : IDisposable
{
    private const int GreatestKept = 50_000;

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = GreatestKept });
    private readonly HeadsTogether heads = new(source);

    /// <remarks>One round trip, none where <see cref="RecordedTimes"/> tells the position or it was asked about before, two more for an
    /// instant after the head's; and another where actors or rules may have been revised since what is known already.</remarks>
    /// <returns>Or <c>no-such-chronology</c>, or <c>invalid-parameter</c>: unreadable, above the head, in the future.</returns>
    public async Task<Result<Moment>> ResolveAsync(string chronology, Axes axes, CancellationToken ct)
    {
        var read = Read(axes);
        return read.Rejection is { } unreadable ? unreadable : await AtAsync(chronology, read.Value, ct);
    }

    /// <inheritdoc cref="ResolveAsync(string, Axes, CancellationToken)"/>
    public async Task<Result<Moment>> AtAsync(string chronology, Asked asked, CancellationToken ct)
    {
        if (asked.Position is { } position && kept.TryGetValue((chronology, position), out Kept? of) && of is not null)
            return new Moment(chronology, asked.AsOf, position, of.RecordedAt, asked.Rules ?? of.Adopted);
        if (times.Find(chronology, asked) is { } known)
        {
            var at = At(chronology, asked, known);
            return asked.Rules is not null
                ? at
                : at with
                {
                    Rules = (await identities.LastRevisionsAsync(chronology, at.Position, ct)).Rules,
                };
        }
        var found = asked.Instant is null
            ? await LookUpAsync(chronology, asked, ct)
            : await AtInstantAsync(chronology, asked, ct);
        if (found.Rejection is not null)
            return found;
        var adopted = (await identities.LastRevisionsAsync(chronology, found.Value.Position, ct)).Rules;
        kept.Set(
            (chronology, found.Value.Position),
            new Kept(found.Value.RecordedAt, adopted),
            new MemoryCacheEntryOptions { Size = 1 }
        );
        return found.Value with { Rules = asked.Rules ?? adopted };
    }

    private sealed record Kept(DateTimeOffset? RecordedAt, RulesVersion Adopted);

    /// <summary>Forgets what was read.</summary>
    public void Forget() => kept.Clear();

    private async ValueTask<Result<Moment>> LookUpAsync(string chronology, Asked asked, CancellationToken ct)
    {
        if (await heads.AtAsync(chronology, asked.Position, ct) is not { } found)
            return Writer.NoSuchChronology(chronology);
        if (asked.Position > found.Head)
            return AboveHead(asked.Position, found.Head);
        var known = asked.Position is { } position
            ? new RecordedPosition(position, found.RecordedAt)
            : new(found.Head, found.HeadRecordedAt);
        await times.TellAsync(chronology, known, found.Head, ct);
        return At(chronology, asked, known);
    }

    private async Task<Result<Moment>> AtInstantAsync(string chronology, Asked asked, CancellationToken ct)
    {
        RecordedPosition? found;
        long head;
        await using (var command = source.CreateCommand(AtInstant))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = chronology });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = asked.Instant!.Value });
            await using var reader = await command.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct))
                return Writer.NoSuchChronology(chronology);
            found = PositionOf(reader);
            head = reader.GetInt64(2);
        }
        if (found is not { } known)
            return await KnownAtAsync(source, identities, chronology, asked, ct);
        await times.TellAsync(chronology, known, head, ct);
        return At(chronology, asked, known);
    }

    // Null where a later append may still be stamped at the instant or before.
    private const string AtInstant = """
        select case when $2 <= greatest(h.recorded_at, h.floor) then coalesce(l.position, 0) end, l.recorded_at, h.position
        from chronology.head h
        left join lateral (
            select position, recorded_at from chronology.ledger
            where chronology = $1 and recorded_at <= $2
            order by recorded_at desc limit 1) l on true
        where h.chronology = $1
        """;

    /// <remarks>Two round trips. What was adopted is read once the position is known: <c>known_at</c> may wait for an append in flight,
    /// and the statement that calls it would still not see what that has written.</remarks>
    internal static async Task<Result<Moment>> KnownAtAsync(
        Reading source,
        Identities identities,
        string chronology,
        Asked asked,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            "select known, recorded_at, head from chronology.known_at($1, $2, $3)"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = asked.Position });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = asked.Instant });
        Result<Moment> known;
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            known = await reader.ReadAsync(ct) ? Found(reader, chronology, asked) : Writer.NoSuchChronology(chronology);
        }
        return known.Rejection is not null || asked.Rules is not null
            ? known
            : known.Value with
            {
                Rules = (await identities.LastRevisionsAsync(chronology, known.Value.Position, ct)).Rules,
            };
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
    /// <remarks>Unless rules are asked for it still has to be told which were adopted.</remarks>
    internal static Result<Moment> Found(NpgsqlDataReader row, string chronology, Asked asked) =>
        PositionOf(row) is { } known ? At(chronology, asked, known) : AboveHead(asked.Position, row.GetInt64(2));

    /// <summary>The position of such a row; null: there is none.</summary>
    internal static RecordedPosition? PositionOf(NpgsqlDataReader row) =>
        row.IsDBNull(0) ? null : new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1));

    /// <inheritdoc cref="Found"/>
    internal static Moment At(string chronology, Asked asked, RecordedPosition known) =>
        new(chronology, asked.AsOf, known.Position, known.RecordedAt, asked.Rules ?? RulesVersion.First);

    private static Rejection AboveHead(long? position, long head) =>
        Bad($"Position {position} is above the head, {head}.");

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
            // Nothing was recorded then, and the floor need not be raised for it.
            : instant.Year < 1900 ? new Known(0, null)
            : new Known(null, Instants.OfMicroseconds(Instants.Microseconds(instant)));
    }

    private static Rejection Bad(string detail) => new("invalid-parameter", $"“knownAt”: {detail}");

    public void Dispose() => kept.Dispose();
}

/// <summary>Instants of RFC 3339: date, <c>T</c>, time with optional fraction, and <c>Z</c> or an offset, in either case.</summary>
public static partial class Rfc3339
{
    private const int GreatestFraction = 7;

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <remarks>Of a longer fraction than a tick's the rest is dropped: what was recorded at or before the instant stays the same.</remarks>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        return text.Length <= 40
            && Written().Match(text) is { Success: true } written
            && DateTimeOffset.TryParseExact(
                $"{written.Groups["time"].Value}{Fraction(written.Groups["fraction"].Value)}{written.Groups["zone"].Value}".ToUpperInvariant(),
                Formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out instant
            );
    }

    private static string Fraction(string digits) =>
        digits.Length == 0 ? "" : $".{digits[..Math.Min(digits.Length, GreatestFraction)]}";

    [GeneratedRegex(
        @"^(?<time>[0-9-]{10}T[0-9:]{8})(\.(?<fraction>[0-9]+))?(?<zone>Z|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Written();
}
