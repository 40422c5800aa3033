using System.Diagnostics;
using Chronology.Recording;

namespace Chronology.Actors;

/// <summary>The life of one record of an actor: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public static class Actor
{
    // Events

    public sealed record Recorded(ActorContent Content) : DomainEvent;

    public sealed record Reclassified(string Kind) : DomainEvent;

    /// <summary>The name it goes by in answers.</summary>
    public sealed record Renamed(string Name) : DomainEvent;

    /// <summary>Its names over time.</summary>
    public sealed record NamesCorrected(ValueList<ActorName> Names) : DomainEvent;

    public sealed record LifespanCorrected(string? Existed) : DomainEvent;

    public sealed record SuccessionCorrected(ValueList<Successor> Successors) : DomainEvent;

    /// <summary>Somebody has said who it is (false), or that it is yet to be said (true).</summary>
    public sealed record MarkedProvisional(bool Provisional) : DomainEvent;

    /// <param name="Index">Where the citation then stands in the list.</param>
    public sealed record SourceAttached(int Index, Citation Citation) : DomainEvent;

    /// <param name="Index">Where the citation stood in the list.</param>
    public sealed record SourceDetached(int Index, string Source) : DomainEvent;

    public sealed record Retracted : DomainEvent;

    public sealed record Reinstated : DomainEvent;

    /// <param name="Into">The key of the actor that stays.</param>
    public sealed record Merged(string Into) : DomainEvent;

    public sealed record Split : DomainEvent;

    // Fold

    internal static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        change is Recorded recorded
            ? Folding.First(state, id, recorded.Content)
            : Apply(Folding.Existing(state, id), (ActorContent)state!.Content, change);

    private static RecordState Apply(RecordState state, ActorContent content, DomainEvent change) =>
        change switch
        {
            Reclassified e => state with { Content = content with { Kind = e.Kind } },
            Renamed e => state with { Content = content with { Name = e.Name } },
            NamesCorrected e => state with { Content = content with { Names = e.Names } },
            LifespanCorrected e => state with { Content = content with { Existed = e.Existed } },
            SuccessionCorrected e => state with { Content = content with { Successors = e.Successors } },
            MarkedProvisional e => state with { Content = content with { Provisional = e.Provisional } },
            SourceAttached e => state with
            {
                Content = content with { Citations = Folding.Attach(content.Citations, e.Index, e.Citation) },
            },
            SourceDetached e => state with
            {
                Content = content with { Citations = Folding.Detach(content.Citations, e.Index, e.Source) },
            },
            Retracted => state with { Status = RecordStatus.Retracted },
            Reinstated => state with { Status = RecordStatus.Active },
            Merged e => state with { Status = RecordStatus.Merged, MergedInto = e.Into },
            Split => state with { Status = RecordStatus.Active, MergedInto = null },
            _ => throw new UnreachableException($"{change.GetType()} is no change of an actor."),
        };

    // Decisions

    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Then(after => Correct((ActorContent)state.Content, (ActorContent)after, c.Reason.Code)),
            Command.Retract => Folding.Changes(new Retracted()),
            Command.Reinstate => Folding.Changes(new Reinstated()),
            Command.Merge c => Folding.Changes(new Merged(c.Into)),
            Command.Split => Folding.Changes(new Split()),
            _ => throw new UnreachableException($"{command.GetType()} is no order about an actor that is there."),
        };

    private static Result<ValueList<DomainEvent>> Correct(ActorContent was, ActorContent now, string reason)
    {
        if (reason == "refinement" && Refining.Coarser(was, now) is { } coarser)
            return coarser;
        var changes = new List<DomainEvent>();
        if (now.Kind != was.Kind)
            changes.Add(new Reclassified(now.Kind));
        if (now.Name != was.Name)
            changes.Add(new Renamed(now.Name));
        if (now.Names != was.Names)
            changes.Add(new NamesCorrected(now.Names));
        if (now.Existed != was.Existed)
            changes.Add(new LifespanCorrected(now.Existed));
        if (now.Successors != was.Successors)
            changes.Add(new SuccessionCorrected(now.Successors));
        if (now.Provisional != was.Provisional)
            changes.Add(new MarkedProvisional(now.Provisional));
        changes.AddRange(
            Patching.Sources(
                was.Citations,
                now.Citations,
                (i, citation) => new SourceAttached(i, citation),
                (i, source) => new SourceDetached(i, source)
            )
        );
        return changes.ToValueList();
    }
}
