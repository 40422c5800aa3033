using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Service.Store;

/// <summary>The entries of event versions in <c>chronology.timeline</c>: one for each actor that takes part, one for each two of them.</summary>
/// <remarks>Written with the rows of <c>chronology.record</c> by whoever writes those, of which they are a function; closed and taken out by
/// the triggers of that table. <c>chronology.timelines_of</c> says the same in SQL.</remarks>
public static class TimelineRows
{
    /// <summary>From so many actors on an event stands in no timeline of two, but in one of its own for each of them.</summary>
    private const int Crowd = 13;

    public static Columns New() =>
        new(
            "chronology.timeline",
            ("\"of\"", "bigint"),
            ("width", "smallint"),
            ("earliest", "bigint"),
            ("latest", "bigint"),
            ("from_position", "bigint"),
            ("to_position", "bigint"),
            ("key", "text")
        );

    /// <summary>The entries of one version; none of an event that takes part in nothing.</summary>
    /// <param name="when">When it happened as derived for this version.</param>
    public static void Add(Columns rows, string chronology, RecordState state, When when, long from, long to)
    {
        if (
            state
            is not {
                Content: EventContent content,
                Status: RecordStatus.Active or RecordStatus.Disputed,
                Id.Key: var key
            }
        )
            return;
        var earliest = when.Earliest?.Number ?? long.MinValue;
        var latest = when.Latest?.Number ?? long.MaxValue;
        string[] actors =
        [
            .. content
                .Actors.Select(party => party.Actor)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        foreach (var of in Of(chronology, actors))
            rows.Add(of, WidthOf(earliest, latest), earliest, latest, from, to, key);
    }

    /// <param name="ordered">Each once.</param>
    private static IEnumerable<long> Of(string chronology, string[] ordered)
    {
        for (var i = 0; i < ordered.Length; i++)
        {
            yield return TimelinesOf.IdOf(chronology, ordered[i], "");
            if (ordered.Length >= Crowd)
                yield return TimelinesOf.IdOf(chronology, ordered[i], "*");
            else
                for (var j = i + 1; j < ordered.Length; j++)
                    yield return TimelinesOf.IdOf(chronology, ordered[i], ordered[j]);
        }
    }

    /// <summary>As <c>chronology.width_of</c>: 0 one day, 1 up to 366 days more, 2 wider or unbounded.</summary>
    private static short WidthOf(long earliest, long latest) =>
        earliest == latest ? (short)0
        : earliest == long.MinValue || latest == long.MaxValue || latest - earliest > 366 ? (short)2
        : (short)1;
}
