using System.Diagnostics;
using System.Text.Json.Serialization;
using Chronology.Recording;

namespace Chronology.Eras;

/// <summary>One named period of a scheme. Dates are EDTF as recorded; <see cref="EraSpan"/> reads them.</summary>
/// <param name="Scheme">The key of the scheme that it belongs to, for good.</param>
/// <param name="Span">Instead of <paramref name="Start"/> and <paramref name="End"/>: an interval; or one date, somewhere inside which it lies.</param>
/// <param name="Start">An occurrence; null is unknown (not both), <c>..</c> is open. Likewise <paramref name="End"/>.</param>
/// <param name="Opens">The key of the event that opens it, or null.</param>
/// <param name="Closes">The key of the event that closes it, or null.</param>
public sealed record EraContent(
    string Scheme,
    string Title,
    string? Span,
    string? Start,
    string? End,
    string? Summary,
    string? Opens,
    string? Closes,
    ValueList<Citation> Citations
) : RecordContent
{
    [JsonIgnore]
    public override RecordKind Record => RecordKind.Era;

    public override IEnumerable<Reference> References()
    {
        yield return new(new(RecordKind.Scheme, Scheme), false, "scheme", null, null);
        if (Opens is not null)
            yield return new(new(RecordKind.Event, Opens), false, "opens", null, null);
        if (Closes is not null)
            yield return new(new(RecordKind.Event, Closes), false, "closes", null, null);
        foreach (var source in Reference.Sources(Citations))
            yield return source;
    }
}

/// <summary>The life of one record of an era: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public static class Era
{
    // Events

    public sealed record Recorded(EraContent Content) : DomainEvent;

    /// <summary>The new span says more: each bound lies inside the old one.</summary>
    public sealed record SpanRefined(string? Span, string? Start, string? End) : DomainEvent;

    /// <summary>The old span was wrong.</summary>
    public sealed record SpanCorrected(string? Span, string? Start, string? End) : DomainEvent;

    public sealed record DescriptionCorrected(string Title, string? Summary) : DomainEvent;

    /// <summary>Which events open and close it.</summary>
    public sealed record TurningPointsCorrected(string? Opens, string? Closes) : DomainEvent;

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
            : Apply(Folding.Existing(state, id), (EraContent)state!.Content, change);

    private static RecordState Apply(RecordState state, EraContent content, DomainEvent change) =>
        change switch
        {
            SpanRefined e => With(state, content, e.Span, e.Start, e.End),
            SpanCorrected e => With(state, content, e.Span, e.Start, e.End),
            DescriptionCorrected e => state with { Content = content with { Title = e.Title, Summary = e.Summary } },
            TurningPointsCorrected e => state with { Content = content with { Opens = e.Opens, Closes = e.Closes } },
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
            _ => throw new UnreachableException($"{change.GetType()} is no change of an era."),
        };

    private static RecordState With(RecordState state, EraContent content, string? span, string? start, string? end) =>
        state with
        {
            Content = content with { Span = span, Start = start, End = end },
        };

    // Decisions

    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Then(after => Correct((EraContent)state.Content, (EraContent)after, c.Reason.Code)),
            Command.Retract => Folding.Changes(new Retracted()),
            Command.Reinstate => Folding.Changes(new Reinstated()),
            _ => throw new UnreachableException($"{command.GetType()} is no order about an era that is there."),
        };

    private static Result<ValueList<DomainEvent>> Correct(EraContent was, EraContent now, string reason)
    {
        var refining = reason == "refinement";
        var redated = (now.Span, now.Start, now.End) != (was.Span, was.Start, was.End);
        if (refining && redated && !EraSpan.Of(now).IsRefinementOf(EraSpan.Of(was)))
            return Refining.NotARefinement(now.Span != was.Span && now.Span is not null ? "/changes/span" : "/changes");
        var changes = new List<DomainEvent>();
        if (redated)
        {
            changes.Add(
                refining
                    ? new SpanRefined(now.Span, now.Start, now.End)
                    : new SpanCorrected(now.Span, now.Start, now.End)
            );
        }
        if ((now.Title, now.Summary) != (was.Title, was.Summary))
            changes.Add(new DescriptionCorrected(now.Title, now.Summary));
        if ((now.Opens, now.Closes) != (was.Opens, was.Closes))
            changes.Add(new TurningPointsCorrected(now.Opens, now.Closes));
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
