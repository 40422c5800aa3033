using Chronology.Recording;
using Chronology.Relations;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Chronology.Service.Store;

/// <summary>Who is who as known at a moment, from the actors' rows.</summary>
/// <remarks>What is known at a position never changes, so what was once read is kept, as long as there is room for it.</remarks>
public sealed class Identities(Reading source) : IDisposable
{
    private const int GreatestKept = 200_000;

    /// <summary>The actors that are anything but themselves alone: merged, with successors, or with an existence that is told.</summary>
    private const string Concerned = """
        r.chronology = $1 and r.kind = 'actor' and r.from_position <= $2
        and (r.status = 'merged' or r.state #>> '{content,successors}' <> '[]' or r.state #>> '{content,existed}' is not null)
        """;

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = GreatestKept });

    private readonly StretchesOfPositions stretches = new(source);

    public async ValueTask<Identity> AtAsync(Moment moment, CancellationToken ct)
    {
        var last = await LastRevisionsAsync(moment.Chronology, moment.Position, ct);
        return await LastRevisedAsync(moment.Chronology, last.Actors, ct);
    }

    /// <inheritdoc cref="StretchesOfPositions.AtAsync"/>
    internal ValueTask<LastRevisions> LastRevisionsAsync(string chronology, long position, CancellationToken ct) =>
        stretches.AtAsync(chronology, position, ct);

    /// <param name="position">The last at which an actor was revised; null: there is none.</param>
    private async ValueTask<Identity> LastRevisedAsync(string chronology, long? position, CancellationToken ct)
    {
        if (position is not { } revised)
            return Identity.None;
        if (kept.TryGetValue((chronology, revised), out Identity? known))
            return known!;
        await using var command = source.CreateCommand(
            $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where {Concerned} and r.to_position > $2
            order by r.key
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(revised);
        var actors = await Rows.ReadAsync(command, ct);
        var identity = Identity.Of(actors.Select(actor => actor.State));
        return kept.Set((chronology, revised), identity, new MemoryCacheEntryOptions { Size = 1 + actors.Count });
    }

    /// <summary>Who was who from each position on at which that changed, up to the moment; the first is 0.</summary>
    public async Task<IReadOnlyList<(long From, Identity Identity)>> UpToAsync(Moment moment, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position, r.to_position
            from chronology.record r
            where {Concerned}
            order by r.key, r.from_position
            """
        );
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        var versions = new List<(RecordState State, long From, long To)>();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var row = Rows.Of(reader);
                versions.Add((row.State, row.Position, reader.GetInt64(6)));
            }
        }
        return
        [
            .. versions
                .SelectMany(version => new[] { version.From, version.To })
                .Where(position => position <= moment.Position)
                .Prepend(0)
                .Distinct()
                .Order()
                .Select(position =>
                    (
                        position,
                        Identity.Of(versions.Where(v => v.From <= position && position < v.To).Select(v => v.State))
                    )
                ),
        ];
    }

    /// <summary>Forgets what was read.</summary>
    public void Forget()
    {
        stretches.Forget();
        kept.Clear();
    }

    public void Dispose() => kept.Dispose();
}
