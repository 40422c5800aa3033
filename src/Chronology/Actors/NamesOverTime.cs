using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Actors;

public static class NamesOverTime
{
    /// <summary>The name in use on a day: the first of its names whose time certainly has the day in it, else the first that possibly has, else its name.</summary>
    /// <remarks>Both bounds are in. A name without any dates is another name, not one of a time.</remarks>
    public static string CalledOn(this ActorContent actor, Day day)
    {
        var dated = actor
            .Names.Where(name => name.From is not null || name.Until is not null)
            .Select(name => (name.Name, Certainty: InUse(name, day)))
            .ToList();
        return dated.Find(name => name.Certainty == Certainty.Certain).Name
            ?? dated.Find(name => name.Certainty == Certainty.Possible).Name
            ?? actor.Name;
    }

    private static Certainty InUse(ActorName name, Day day)
    {
        var from = WindowOf(name.From);
        var until = WindowOf(name.Until);
        return from?.Earliest > day || until?.Latest < day ? Certainty.No
            : (from is null || from.Latest <= day) && (until is null || until.Earliest >= day) ? Certainty.Certain
            : Certainty.Possible;
    }

    private static DayWindow? WindowOf(string? edtf) =>
        edtf is null ? null : When.OccurrenceFrom(edtf, Calendar.Gregorian.Name).Value.Window;
}
