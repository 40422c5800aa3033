using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Chronology.Service.Store;

/// <summary>The timelines in which the events of some parties stand, as <c>chronology.timeline</c> has them: of one actor, or of two.</summary>
/// <param name="Own">Every event in them is the parties'.</param>
/// <param name="Crowded">Of these the events that some actor of each side takes part in: those of over 12 actors stand in no timeline of two.</param>
internal sealed record TimelinesOf(long[] Own, long[] Crowded)
{
    /// <summary>The most timelines that are walked side by side for one question.</summary>
    private const int Greatest = 64;

    /// <summary>Null where there are none or too many to be walked: all events, or sides of many actors.</summary>
    public static TimelinesOf? In(string chronology, Parties parties) =>
        parties.IsEveryone || parties.One.Count * Math.Max(1, parties.Other.Count) > Greatest ? null
        : parties.ArePair
            ? new(
                [
                    .. parties
                        .One.SelectMany(one => parties.Other.Select(other => IdOf(chronology, one, other)))
                        .Distinct(),
                ],
                [.. parties.One.Select(one => IdOf(chronology, one, "*"))]
            )
        : new([.. parties.One.Select(one => IdOf(chronology, one, "")).Distinct()], []);

    /// <summary>The first 8 bytes of SHA-256 over slug and keys with <c>|</c> between, as <c>chronology.timeline_id</c> gives them.</summary>
    public static long IdOf(string chronology, string one, string other)
    {
        if (other is not ("" or "*") && string.CompareOrdinal(one, other) > 0)
            (one, other) = (other, one);
        return BinaryPrimitives.ReadInt64BigEndian(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{chronology}|{one}|{other}"))
        );
    }
}
