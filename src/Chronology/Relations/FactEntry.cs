using Chronology.Recording;
using Chronology.Rules;

namespace Chronology.Relations;

/// <summary>How sure the value of a fact is.</summary>
public enum FactCertainty
{
    /// <summary>No arrangement of the uncertain dates gives another value.</summary>
    Certain,

    /// <summary>Some arrangement gives another value.</summary>
    Possible,

    /// <summary>Only disputed effects give a value.</summary>
    Claimed,
}

/// <summary>The answer to "does it hold" or "is that the value".</summary>
public enum Verdict
{
    Certain,
    Possible,

    /// <summary>Something is recorded, but it does not hold then.</summary>
    No,

    /// <summary>Only disputed effects say so.</summary>
    Claimed,

    /// <summary>The chronology is silent.</summary>
    NoRecord,
}

/// <summary>What one fact is on one day, and what that rests on.</summary>
/// <param name="Value">The value shown; <c>none</c> only where no other is possible.</param>
/// <param name="Alternatives">The other possible values, <c>none</c> included, in ordinal order.</param>
/// <param name="Since">When the shown value began; null with <c>none</c>.</param>
/// <param name="Until">The last day of the shown value; null where no end is known, and with <c>none</c>.</param>
/// <param name="Credibility">Of the effect that gives the shown value; null where nothing has begun.</param>
/// <param name="Because">The effects each of which may be the one that decides, by (earliest, latest, event, index).</param>
/// <param name="DisputedBy">Disputed effects that may decide instead, in the same order; none where the entry itself is claimed.</param>
/// <param name="LastHeld">Where nothing holds: what last did, if anything; null also where something may hold.</param>
/// <param name="IsRecorded">Whether there is any effect, even one that begins later.</param>
/// <param name="HeldAs">The predecessor that was the holder of the effect which gives the shown value; null: the holder itself.</param>
/// <param name="TowardAs">The predecessor that it was toward; null as <paramref name="HeldAs"/>.</param>
public sealed record FactEntry(
    FactKey Key,
    string Value,
    FactCertainty Certainty,
    ValueList<string> Alternatives,
    EffectDate? Since,
    EffectDate? Until,
    string? Credibility,
    ValueList<RecordedEffect> Because,
    ValueList<RecordedEffect> DisputedBy,
    LastHeld? LastHeld,
    bool IsRecorded,
    string? HeldAs,
    string? TowardAs
)
{
    /// <summary>Where the entry is claimed: the firm effects that would decide if what is disputed were not there, by (earliest, latest, event, index).</summary>
    public ValueList<RecordedEffect> ClaimedAgainst { get; init; } = [];

    /// <summary>Whether lists of facts show it: not where only <c>none</c> is possible.</summary>
    public bool IsListed => Value != Vocabulary.None;

    /// <summary>Does the fact hold? A refusal, a withdrawal or a severance is a value with which it does not.</summary>
    public Verdict Holds() =>
        !IsRecorded ? Verdict.NoRecord
        : Possible.All(value => Key.Kind.Holds(value) == false) ? Verdict.No
        : Certainty == FactCertainty.Claimed ? Verdict.Claimed
        : Possible.All(value => Key.Kind.Holds(value) == true) ? Verdict.Certain
        : Verdict.Possible;

    /// <summary>Is that the value? While a value is only claimed, <c>none</c> is possible.</summary>
    public Verdict Is(string value) =>
        !IsRecorded ? Verdict.NoRecord
        : Certainty == FactCertainty.Claimed && value == Vocabulary.None ? Verdict.Possible
        : !Possible.Contains(value) ? Verdict.No
        : Certainty switch
        {
            FactCertainty.Certain => Verdict.Certain,
            FactCertainty.Possible => Verdict.Possible,
            FactCertainty.Claimed => Verdict.Claimed,
            _ => throw new InvalidOperationException($"No certainty: {Certainty}"),
        };

    private IEnumerable<string> Possible => Alternatives.Prepend(Value);
}

/// <summary>The value that held last, and the effect that gave it, its last day no later than the end of the parties' existence.</summary>
/// <param name="HeldAs">As <see cref="FactEntry.HeldAs"/>; likewise <paramref name="TowardAs"/>.</param>
public sealed record LastHeld(string Value, RecordedEffect Effect, string? HeldAs, string? TowardAs);

public static class Verdicts
{
    /// <summary>Does any of them hold: of the values of a kind that is not functional, one verdict each.</summary>
    /// <returns>The first that occurs of certain, possible, claimed, no; no-record for none at all.</returns>
    public static Verdict OfAny(this IEnumerable<Verdict> verdicts)
    {
        var given = verdicts.ToHashSet();
        return given.Contains(Verdict.Certain) ? Verdict.Certain
            : given.Contains(Verdict.Possible) ? Verdict.Possible
            : given.Contains(Verdict.Claimed) ? Verdict.Claimed
            : given.Contains(Verdict.No) ? Verdict.No
            : Verdict.NoRecord;
    }
}
