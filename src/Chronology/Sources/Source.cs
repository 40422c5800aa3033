using System.Diagnostics;
using Chronology.Recording;

namespace Chronology.Sources;

/// <summary>The life of one record of a source: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public static class Source
{
    // Events

    public sealed record Recorded(SourceContent Content) : DomainEvent;

    public sealed record Reclassified(string Kind) : DomainEvent;

    public sealed record DescriptionCorrected(CslItem Csl, string? Publisher) : DomainEvent;

    /// <summary>Where it is found, and when it was last seen there.</summary>
    public sealed record LinksCorrected(string? Url, string? ArchivedUrl, string? Accessed) : DomainEvent;

    public sealed record Retracted : DomainEvent;

    public sealed record Reinstated : DomainEvent;

    // Fold

    internal static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        change is Recorded recorded
            ? Folding.First(state, id, recorded.Content)
            : Apply(Folding.Existing(state, id), (SourceContent)state!.Content, change);

    private static RecordState Apply(RecordState state, SourceContent content, DomainEvent change) =>
        change switch
        {
            Reclassified e => state with { Content = content with { Kind = e.Kind } },
            DescriptionCorrected e => state with { Content = content with { Csl = e.Csl, Publisher = e.Publisher } },
            LinksCorrected e => state with
            {
                Content = content with { Url = e.Url, ArchivedUrl = e.ArchivedUrl, Accessed = e.Accessed },
            },
            Retracted => state with { Status = RecordStatus.Retracted },
            Reinstated => state with { Status = RecordStatus.Active },
            _ => throw new UnreachableException($"{change.GetType()} is no change of a source."),
        };

    // Decisions

    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Map(after => Correct((SourceContent)state.Content, (SourceContent)after)),
            Command.Retract => Folding.Changes(new Retracted()),
            Command.Reinstate => Folding.Changes(new Reinstated()),
            _ => throw new UnreachableException($"{command.GetType()} is no order about a source that is there."),
        };

    private static ValueList<DomainEvent> Correct(SourceContent was, SourceContent now)
    {
        var changes = new List<DomainEvent>();
        if (now.Kind != was.Kind)
            changes.Add(new Reclassified(now.Kind));
        if ((now.Csl, now.Publisher) != (was.Csl, was.Publisher))
            changes.Add(new DescriptionCorrected(now.Csl, now.Publisher));
        if ((now.Url, now.ArchivedUrl, now.Accessed) != (was.Url, was.ArchivedUrl, was.Accessed))
            changes.Add(new LinksCorrected(now.Url, now.ArchivedUrl, now.Accessed));
        return changes.ToValueList();
    }
}
