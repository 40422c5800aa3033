using Chronology.Time;

namespace Chronology.Actors;

/// <summary>One actor takes another's place.</summary>
/// <param name="Kind">continuator, successor, secession, merger or none.</param>
/// <param name="On">The first day in the other's place is one of these days; unbounded where nothing is known of it.</param>
public sealed record Succession(string Predecessor, string Successor, string Kind, DayWindow On)
{
    /// <summary>Whether facts of the kind pass, as the list <c>succession</c> of the vocabulary says: of a continuator all,
    /// of a successor agreements, memberships and representation, of a merger agreements; nothing else.</summary>
    /// <param name="fact">The code of a kind of fact.</param>
    public bool Passes(string fact) =>
        Kind switch
        {
            "continuator" => true,
            "successor" => fact is "agreement" or "membership" or "representation",
            "merger" => fact is "agreement",
            _ => false,
        };

    /// <summary>Whether the predecessor is gone once its place is taken; beside a secession, and where there is no legal succession, it may live on.</summary>
    public bool EndsPredecessor => Kind is "continuator" or "successor" or "merger";
}
