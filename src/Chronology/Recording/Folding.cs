using System.Diagnostics;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Sources;

namespace Chronology.Recording;

/// <summary>What domain events add up to.</summary>
public static class Folding
{
    /// <summary>The record after one more domain event; the revision is left as it is (0 at first).</summary>
    /// <exception cref="UnreachableException">The event does not fit the record: the store is broken.</exception>
    public static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        id.Kind switch
        {
            RecordKind.Event => DiplomaticEvent.Apply(state, id, change),
            RecordKind.Actor => Actor.Apply(state, id, change),
            RecordKind.Issue => Issue.Apply(state, id, change),
            RecordKind.Source => Source.Apply(state, id, change),
            RecordKind.Scheme => Scheme.Apply(state, id, change),
            RecordKind.Era => Era.Apply(state, id, change),
            RecordKind.Chronology => TheChronology.Apply(state, id, change),
            _ => throw new UnreachableException($"{id.Kind} is no kind of record."),
        };

    /// <summary>The record after the domain events of one accepted command: one revision more.</summary>
    /// <exception cref="UnreachableException">There is none, or one does not fit the record.</exception>
    public static RecordState Revise(RecordState? state, RecordId id, IEnumerable<DomainEvent> ofOneCommand)
    {
        var after = state;
        foreach (var change in ofOneCommand)
            after = Apply(after, id, change);
        return ReferenceEquals(after, state) || after is null
            ? throw new UnreachableException($"A revision of {id} without domain events.")
            : after with
            {
                Revision = after.Revision + 1,
            };
    }

    internal static RecordState First(RecordState? state, RecordId id, RecordContent content) =>
        state is null
            ? new(id, 0, Standing(content), content, null, null)
            : throw new UnreachableException($"{id} is recorded twice.");

    internal static RecordState Existing(RecordState? state, RecordId id) =>
        state ?? throw new UnreachableException($"{id} is changed before it is recorded.");

    /// <summary>The status of a record that takes part.</summary>
    internal static RecordStatus Standing(RecordContent content) =>
        content is EventContent { Credibility: DiplomaticEvent.DisputedCredibility }
            ? RecordStatus.Disputed
            : RecordStatus.Active;

    internal static ValueList<Citation> Attach(ValueList<Citation> citations, int index, Citation citation) =>
        [.. citations.Take(index), citation, .. citations.Skip(index)];

    internal static ValueList<Citation> Detach(ValueList<Citation> citations, int index, string source) =>
        index < citations.Count && citations[index].Source == source
            ? [.. citations.Take(index), .. citations.Skip(index + 1)]
            : throw new UnreachableException($"The citation at {index} is not of {source}.");

    internal static Result<ValueList<DomainEvent>> Changes(DomainEvent change) => ValueList.Of([change]);
}
