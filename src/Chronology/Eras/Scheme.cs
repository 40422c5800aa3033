using System.Diagnostics;
using System.Text.Json.Serialization;
using Chronology.Recording;

namespace Chronology.Eras;

/// <summary>A periodisation: what its eras have in common. Several schemes stand side by side.</summary>
/// <param name="Author">Whose division it is; null where nobody is named.</param>
public sealed record SchemeContent(string Title, string? Author) : RecordContent
{
    [JsonIgnore]
    public override RecordKind Record => RecordKind.Scheme;

    public override IEnumerable<Reference> References() => [];
}

/// <summary>The life of one record of an era scheme: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public static class Scheme
{
    // Events

    public sealed record Recorded(SchemeContent Content) : DomainEvent;

    public sealed record Retitled(string Title) : DomainEvent;

    /// <param name="Author">Null: nobody is named.</param>
    public sealed record AuthorCorrected(string? Author) : DomainEvent;

    public sealed record Retracted : DomainEvent;

    public sealed record Reinstated : DomainEvent;

    // Fold

    internal static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        change is Recorded recorded
            ? Folding.First(state, id, recorded.Content)
            : Apply(Folding.Existing(state, id), (SchemeContent)state!.Content, change);

    private static RecordState Apply(RecordState state, SchemeContent content, DomainEvent change) =>
        change switch
        {
            Retitled e => state with { Content = content with { Title = e.Title } },
            AuthorCorrected e => state with { Content = content with { Author = e.Author } },
            Retracted => state with { Status = RecordStatus.Retracted },
            Reinstated => state with { Status = RecordStatus.Active },
            _ => throw new UnreachableException($"{change.GetType()} is no change of a scheme."),
        };

    // Decisions

    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Map(after => Correct((SchemeContent)state.Content, (SchemeContent)after)),
            Command.Retract => Folding.Changes(new Retracted()),
            Command.Reinstate => Folding.Changes(new Reinstated()),
            _ => throw new UnreachableException($"{command.GetType()} is no order about a scheme that is there."),
        };

    private static ValueList<DomainEvent> Correct(SchemeContent was, SchemeContent now)
    {
        var changes = new List<DomainEvent>();
        if (now.Title != was.Title)
            changes.Add(new Retitled(now.Title));
        if (now.Author != was.Author)
            changes.Add(new AuthorCorrected(now.Author));
        return changes.ToValueList();
    }
}
