using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Chronology.Recording;

/// <summary>An order to change one record, well-formed by itself; whether it is accepted depends on the record's state.</summary>
public abstract record Command(RecordId Id)
{
    /// <summary>Record it for the first time.</summary>
    public sealed record Record(RecordId Id, RecordContent Content) : Command(Id)
    {
        /// <summary>A reader of a data set orders it: a record that is there stays as it is, be it told otherwise by now; but an
        /// event whose coding says something else is refused.</summary>
        public bool FromDataSet { get; init; }
    }

    /// <summary>Change what it says by an RFC 7396 merge patch of its request body.</summary>
    public sealed record Correct(RecordId Id, JsonObject Changes, Reason Reason, ValueList<Citation> Citations)
        : Command(Id);

    public sealed record Retract(RecordId Id, Reason Reason, ValueList<Citation> Citations) : Command(Id);

    public sealed record Reinstate(RecordId Id, Reason Reason, ValueList<Citation> Citations) : Command(Id);

    public sealed record Dispute(RecordId Id, Reason Reason, ValueList<Citation> Citations) : Command(Id);

    /// <param name="Credibility">What it is now; null: what it was before the dispute.</param>
    public sealed record Resolve(RecordId Id, string? Credibility, Reason Reason, ValueList<Citation> Citations)
        : Command(Id);

    public sealed record Merge(RecordId Id, string Into, Reason Reason, ValueList<Citation> Citations) : Command(Id);

    public sealed record Split(RecordId Id, Reason Reason, ValueList<Citation> Citations) : Command(Id);

    /// <summary>Null for a first recording.</summary>
    public Reason? Why =>
        this switch
        {
            Record => null,
            Correct c => c.Reason,
            Retract c => c.Reason,
            Reinstate c => c.Reason,
            Dispute c => c.Reason,
            Resolve c => c.Reason,
            Merge c => c.Reason,
            Split c => c.Reason,
            _ => throw new UnreachableException(GetType().Name),
        };

    /// <summary>What supports the change itself (not the record): the citations beside the reason.</summary>
    public ValueList<Citation> Support =>
        this switch
        {
            Record => [],
            Correct c => c.Citations,
            Retract c => c.Citations,
            Reinstate c => c.Citations,
            Dispute c => c.Citations,
            Resolve c => c.Citations,
            Merge c => c.Citations,
            Split c => c.Citations,
            _ => throw new UnreachableException(GetType().Name),
        };
}

/// <summary>What a command does to a record. Closed.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>The record says so already: nothing is recorded.</summary>
    public sealed record Unchanged(RecordState State) : Decision;

    /// <param name="Events">At least one.</param>
    /// <param name="After">The record with these events folded in, its revision one higher.</param>
    public sealed record Changed(Operation Operation, ValueList<DomainEvent> Events, RecordState After) : Decision;
}
