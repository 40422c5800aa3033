using Chronology.Recording;
using Chronology.Rules;

namespace Chronology.Relations;

/// <summary>Two actors without direction, in ordinal order; or, with an empty second, one whose event has too many pairs.</summary>
public sealed record ScoredPair
{
    private ScoredPair(string one, string other) => (One, Other) = (one, other);

    public string One { get; }

    public string Other { get; }

    /// <summary>An event of more pairs than these weighs in the score of none.</summary>
    public const int Greatest = 64;

    public static ScoredPair Of(string one, string other) =>
        string.CompareOrdinal(one, other) <= 0 ? new(one, other) : new(other, one);

    /// <summary>An actor of events that have too many pairs.</summary>
    public static ScoredPair Alone(string actor) => new(actor, "");

    /// <summary>Each actor with each recipient; of a mutual type also the actors among themselves. Each pair once, in ordinal order.</summary>
    /// <returns>Of more than <see cref="Greatest"/> pairs none, but each that acts or receives <see cref="Alone"/>.</returns>
    public static IReadOnlyList<ScoredPair> Of(EventContent content)
    {
        var isMutual = Vocabulary.EventTypes[content.Type].Direction == "mutual";
        // Two parties, as most events have.
        if (content.Actors is [var first, var second] && first.Actor != second.Actor)
        {
            return
                (first.Role, second.Role) is ("actor", "recipient") or ("recipient", "actor")
                || (isMutual && (first.Role, second.Role) is ("actor", "actor"))
                ? [Of(first.Actor, second.Actor)]
                : [];
        }
        var actors = InRole("actor");
        var recipients = InRole("recipient");
        var others = isMutual ? actors.Union(recipients) : recipients;
        var bound = others.ToArray();
        ScoredPair[] pairs =
        [
            .. actors
                .SelectMany(one => bound.Where(other => other != one).Select(other => Of(one, other)))
                .Distinct()
                .OrderBy(pair => pair.One, StringComparer.Ordinal)
                .ThenBy(pair => pair.Other, StringComparer.Ordinal),
        ];
        return pairs.Length <= Greatest
            ? pairs
            : [.. actors.Union(recipients).Order(StringComparer.Ordinal).Select(Alone)];

        string[] InRole(string role) =>
            [.. content.Actors.Where(p => p.Role == role).Select(p => p.Actor).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The pair's id in the database: the first 16 bytes of SHA-256 over slug, <c>|</c>, both keys with <c>|</c> between, in UTF-8.</summary>
    /// <remarks>The bytes stand in the Guid in big-endian order, as PostgreSQL shows and sorts a uuid.</remarks>
    public Guid IdIn(string chronology) => TextId.Of($"{chronology}|{One}|{Other}");
}
