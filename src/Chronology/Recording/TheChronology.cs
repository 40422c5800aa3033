using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Chronology.Recording;

/// <summary>What a chronology says of itself in the record: the rules that it follows. Its title and the like are beside the record.</summary>
/// <param name="Rules">Number of a <see cref="Chronology.Rules.RulesVersion"/>.</param>
public sealed record ChronologyContent(int Rules) : RecordContent
{
    [JsonIgnore]
    public override RecordKind Record => RecordKind.Chronology;

    public override IEnumerable<Reference> References() => [];
}

/// <summary>The life of the one record that is the chronology itself: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>It is there from the beginning, at revision 0, under the first rules; so it is never recorded, retracted or merged.
/// These names and fields are the archive's format: add, never change.</remarks>
public static class TheChronology
{
    // Events

    public sealed record RulesAdopted(int Rules) : DomainEvent;

    // Fold

    /// <summary>What it is before its first revision.</summary>
    internal static RecordState AtFirst(RecordId id) =>
        new(id, 0, RecordStatus.Active, new ChronologyContent(Rules.RulesVersion.First.Number), null, null);

    internal static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        change switch
        {
            RulesAdopted e => (state ?? AtFirst(id)) with { Content = new ChronologyContent(e.Rules) },
            _ => throw new UnreachableException($"{change.GetType()} is no change of a chronology."),
        };

    // Decisions

    /// <returns>Nothing where the version is in force already; a version that was in force before may be adopted again.</returns>
    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Map(after =>
                    after.Equals(state.Content)
                        ? []
                        : ValueList.Of<DomainEvent>([new RulesAdopted(((ChronologyContent)after).Rules)])
                ),
            _ => new Rejection(
                "invalid-parameter",
                "A chronology is corrected, by adopting rules: nothing else can be done to it."
            ),
        };
}
