using System.Diagnostics;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Sources;

namespace Chronology.Recording;

/// <summary>Which domain events an order leads to. Pure: what lies outside the record (is the actor known, is the record
/// referred to, does the event merged into exist) is the caller's to judge.</summary>
public static class Deciding
{
    /// <param name="state">The record as it stands; null: never recorded.</param>
    /// <returns>Or <c>key-taken</c> (the caller then compares with the content as first recorded), <c>no-such-event</c>,
    /// <c>event-retracted</c>, <c>event-merged</c> and likewise for the other kinds, <c>not-retracted</c>, <c>not-merged</c>,
    /// <c>not-disputed</c>, <c>already-disputed</c>, <c>cannot-merge</c>, <c>not-a-refinement</c>, and for a correction
    /// whatever <see cref="RecordJson.ReadRecord"/> refuses, with pointers that begin with <c>/changes</c>.</returns>
    public static Result<Decision> Decide(Command command, RecordState? state) =>
        DecideOn(command, state ?? RecordState.AtFirst(command.Id));

    private static Result<Decision> DecideOn(Command command, RecordState? state) =>
        command is Command.Record record ? Record(record, state)
        : state is null ? new Rejection($"no-such-{command.Id.Kind.Name()}", $"There is no {Named(command.Id)}.")
        : Refused(command, state) is { } rejection ? rejection
        : Changes(command, state).Map(changes => Decided(OperationOf(command), changes, state, command.Id));

    private static Result<Decision> Record(Command.Record record, RecordState? state)
    {
        if (state is null)
            return Decided(Operation.Recorded, ValueList.Of([Recorded(record.Content)]), null, record.Id);
        if (state.Content.Equals(record.Content))
            return new Decision.Unchanged(state);
        if (record.FromDataSet)
            return Again(record, state);
        const string Detail =
            "is taken by a record that says something else: choose another key, or correct that record.";
        return new Rejection("key-taken", $"The key “{record.Id.Key}” {Detail}", "/key");
    }

    /// <summary>The row of a data set once more. Who its actors are, what it is called, when it was: editors may have mended all that.</summary>
    private static Result<Decision> Again(Command.Record record, RecordState state) =>
        (record.Content, state.Content) switch
        {
            (EventContent { Coding: { } now }, EventContent { Coding: { } was }) when was.Says(now) =>
                new Decision.Unchanged(state),
            (EventContent, EventContent { Coding: not null }) => new Rejection(
                "coded-differently",
                $"The event “{record.Id.Key}” is recorded from a row that said something else: correct it if this row is right.",
                "/coding"
            ),
            (ActorContent, ActorContent) or (SourceContent, SourceContent) => new Decision.Unchanged(state),
            _ => new Rejection(
                "key-taken",
                $"The key “{record.Id.Key}” is taken by a record that is no row of this data set.",
                "/key"
            ),
        };

    private static DomainEvent Recorded(RecordContent content) =>
        content switch
        {
            EventContent c => new DiplomaticEvent.Recorded(c),
            ActorContent c => new Actor.Recorded(c),
            IssueContent c => new Issue.Recorded(c),
            SourceContent c => new Source.Recorded(c),
            SchemeContent c => new Scheme.Recorded(c),
            EraContent c => new Era.Recorded(c),
            _ => throw new UnreachableException($"{content.GetType()} is no content of a record."),
        };

    private static Decision Decided(
        Operation operation,
        ValueList<DomainEvent> changes,
        RecordState? state,
        RecordId id
    ) =>
        changes.Count == 0
            ? new Decision.Unchanged(state!)
            : new Decision.Changed(operation, changes, Folding.Revise(state, id, changes));

    /// <summary>active: correct, dispute, retract, merge; disputed: correct, resolve, retract, merge; retracted: reinstate; merged: split.</summary>
    private static Rejection? Refused(Command command, RecordState state)
    {
        var name = command.Id.Kind.Name();
        return (command, command.Id.Kind, state.Status) switch
        {
            (Command.Dispute or Command.Resolve, not RecordKind.Event, _) => new(
                "invalid-parameter",
                "Only events are disputed and resolved."
            ),
            (Command.Merge or Command.Split, not (RecordKind.Event or RecordKind.Actor), _) => new(
                "cannot-merge",
                "Only events and actors are merged and split."
            ),
            (Command.Reinstate, _, not RecordStatus.Retracted) => new(
                "not-retracted",
                $"The {Named(command.Id)} is not retracted."
            ),
            (Command.Split, _, not RecordStatus.Merged) => new("not-merged", $"The {Named(command.Id)} is not merged."),
            (Command.Reinstate or Command.Split, _, _) => null,
            (_, _, RecordStatus.Retracted) => new(
                $"{name}-retracted",
                $"The {Named(command.Id)} is retracted: reinstate it first."
            ),
            (_, _, RecordStatus.Merged) => new(
                $"{name}-merged",
                $"The {Named(command.Id)} is merged into “{state.MergedInto}”: split it first."
            ),
            (Command.Dispute, _, RecordStatus.Disputed) => new(
                "already-disputed",
                $"The {Named(command.Id)} is disputed already."
            ),
            (Command.Resolve, _, RecordStatus.Active) => new(
                "not-disputed",
                $"The {Named(command.Id)} is not disputed."
            ),
            (Command.Merge merge, _, _) when merge.Into == merge.Id.Key => new(
                "cannot-merge",
                $"The {Named(command.Id)} cannot be merged into itself.",
                "/into"
            ),
            _ => null,
        };
    }

    private static Result<ValueList<DomainEvent>> Changes(Command command, RecordState state) =>
        command.Id.Kind switch
        {
            RecordKind.Event => DiplomaticEvent.Decide(command, state),
            RecordKind.Actor => Actor.Decide(command, state),
            RecordKind.Issue => Issue.Decide(command, state),
            RecordKind.Source => Source.Decide(command, state),
            RecordKind.Scheme => Scheme.Decide(command, state),
            RecordKind.Era => Era.Decide(command, state),
            RecordKind.Chronology => TheChronology.Decide(command, state),
            _ => throw new UnreachableException($"{command.Id.Kind} is no kind of record."),
        };

    private static Operation OperationOf(Command command) =>
        command switch
        {
            Command.Correct { Id.Kind: RecordKind.Chronology } => Operation.Adopted,
            Command.Correct { Reason.Code: "refinement" } => Operation.Refined,
            Command.Correct { Reason.Code: "reassessment" } => Operation.Reassessed,
            Command.Correct => Operation.Corrected,
            Command.Retract => Operation.Retracted,
            Command.Reinstate => Operation.Reinstated,
            Command.Dispute => Operation.Disputed,
            Command.Resolve => Operation.Resolved,
            Command.Merge => Operation.Merged,
            Command.Split => Operation.Split,
            _ => throw new UnreachableException($"{command.GetType()} is no order about a record that is there."),
        };

    private static string Named(RecordId id) => $"{id.Kind.Name()} “{id.Key}”";
}
