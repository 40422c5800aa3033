using System.Diagnostics;
using Chronology.Recording;

namespace Chronology.Actors;

/// <summary>The life of one record of an issue: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public static class Issue
{
    // Events

    public sealed record Recorded(IssueContent Content) : DomainEvent;

    public sealed record Retitled(string Title) : DomainEvent;

    public sealed record Reworded(string? Wording) : DomainEvent;

    /// <param name="Index">Where the citation then stands in the list.</param>
    public sealed record SourceAttached(int Index, Citation Citation) : DomainEvent;

    /// <param name="Index">Where the citation stood in the list.</param>
    public sealed record SourceDetached(int Index, string Source) : DomainEvent;

    public sealed record Retracted : DomainEvent;

    public sealed record Reinstated : DomainEvent;

    // Fold

    internal static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        change is Recorded recorded
            ? Folding.First(state, id, recorded.Content)
            : Apply(Folding.Existing(state, id), (IssueContent)state!.Content, change);

    private static RecordState Apply(RecordState state, IssueContent content, DomainEvent change) =>
        change switch
        {
            Retitled e => state with { Content = content with { Title = e.Title } },
            Reworded e => state with { Content = content with { Wording = e.Wording } },
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
            _ => throw new UnreachableException($"{change.GetType()} is no change of an issue."),
        };

    // Decisions

    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Map(after => Correct((IssueContent)state.Content, (IssueContent)after)),
            Command.Retract => Folding.Changes(new Retracted()),
            Command.Reinstate => Folding.Changes(new Reinstated()),
            _ => throw new UnreachableException($"{command.GetType()} is no order about an issue that is there."),
        };

    private static ValueList<DomainEvent> Correct(IssueContent was, IssueContent now)
    {
        var changes = new List<DomainEvent>();
        if (now.Title != was.Title)
            changes.Add(new Retitled(now.Title));
        if (now.Wording != was.Wording)
            changes.Add(new Reworded(now.Wording));
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
