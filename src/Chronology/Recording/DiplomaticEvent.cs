using System.Diagnostics;
using System.Text.Json.Serialization;
using Chronology.Time;

namespace Chronology.Recording;

/// <summary>The life of one record of a diplomatic event: its domain events, what they add up to, and which of them an order leads to.</summary>
/// <remarks>These names and fields are the archive's format: add, never change.</remarks>
public static class DiplomaticEvent
{
    // Events

    public sealed record Recorded(EventContent Content) : DomainEvent;

    /// <summary>The new date says more: each bound lies inside the old one.</summary>
    public sealed record DateRefined(Dating Dating) : DomainEvent;

    /// <summary>The old date was wrong.</summary>
    public sealed record DateCorrected(Dating Dating) : DomainEvent;

    public sealed record Retyped(string Type) : DomainEvent;

    public sealed record DescriptionCorrected(string Title, string? Description, string? Place, ValueList<string> Tags)
        : DomainEvent;

    public sealed record ActorsCorrected(ValueList<Participant> Actors) : DomainEvent;

    public sealed record EffectsCorrected(ValueList<Effect> Effects) : DomainEvent;

    /// <param name="Intensity">Null: again what the type gives.</param>
    public sealed record IntensityOverridden(decimal? Intensity) : DomainEvent;

    /// <param name="Index">Where the citation then stands in the list.</param>
    public sealed record SourceAttached(int Index, Citation Citation) : DomainEvent;

    /// <param name="Index">Where the citation stood in the list.</param>
    public sealed record SourceDetached(int Index, string Source) : DomainEvent;

    /// <param name="NoSource">Null: there is nothing left to explain.</param>
    public sealed record NoSourceExplained(string? NoSource) : DomainEvent;

    public sealed record CredibilityReassessed(string Credibility) : DomainEvent;

    /// <summary>What the data set said was kept wrongly, or is now said otherwise.</summary>
    /// <param name="Coding">Null: the event is no row of a data set.</param>
    public sealed record CodingCorrected(Coding? Coding) : DomainEvent;

    public sealed record Disputed : DomainEvent;

    public sealed record DisputeResolved(string Credibility) : DomainEvent;

    public sealed record Retracted : DomainEvent;

    public sealed record Reinstated : DomainEvent;

    /// <param name="Into">The key of the event that stays.</param>
    public sealed record Merged(string Into) : DomainEvent;

    public sealed record Split : DomainEvent;

    /// <summary>The fields that say when, which change together.</summary>
    public sealed record Dating(
        string? Occurred,
        string Reading,
        string? Start,
        string? End,
        int? Order,
        string Calendar,
        string? AsWritten
    )
    {
        /// <inheritdoc cref="EventContent.Anchor"/>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ValueList<Anchor>? Anchor { get; init; }

        internal static Dating Of(EventContent e) =>
            new(e.Occurred, e.Reading, e.Start, e.End, e.Order, e.Calendar, e.AsWritten) { Anchor = e.Anchor };
    }

    // Fold

    internal static RecordState Apply(RecordState? state, RecordId id, DomainEvent change) =>
        change is Recorded recorded
            ? Folding.First(state, id, recorded.Content)
            : Apply(Folding.Existing(state, id), (EventContent)state!.Content, change);

    private static RecordState Apply(RecordState state, EventContent content, DomainEvent change) =>
        change switch
        {
            DateRefined e => With(state, content, e.Dating),
            DateCorrected e => With(state, content, e.Dating),
            Retyped e => state with { Content = content with { Type = e.Type } },
            DescriptionCorrected e => state with
            {
                Content = content with { Title = e.Title, Description = e.Description, Place = e.Place, Tags = e.Tags },
            },
            ActorsCorrected e => state with { Content = content with { Actors = e.Actors } },
            EffectsCorrected e => state with { Content = content with { Effects = e.Effects } },
            IntensityOverridden e => state with { Content = content with { Intensity = e.Intensity } },
            SourceAttached e => state with
            {
                Content = content with { Citations = Folding.Attach(content.Citations, e.Index, e.Citation) },
            },
            SourceDetached e => state with
            {
                Content = content with { Citations = Folding.Detach(content.Citations, e.Index, e.Source) },
            },
            NoSourceExplained e => state with { Content = content with { NoSource = e.NoSource } },
            CredibilityReassessed e => Judged(state, content, e.Credibility),
            CodingCorrected e => state with { Content = content with { Coding = e.Coding } },
            Disputed => Judged(state, content, DisputedCredibility),
            DisputeResolved e => Judged(state, content, e.Credibility),
            Retracted => state with { Status = RecordStatus.Retracted },
            Reinstated => state with { Status = Folding.Standing(content) },
            Merged e => state with { Status = RecordStatus.Merged, MergedInto = e.Into },
            Split => state with { Status = Folding.Standing(content), MergedInto = null },
            _ => throw new UnreachableException($"{change.GetType()} is no change of an event."),
        };

    private static RecordState With(RecordState state, EventContent content, Dating dating) =>
        state with
        {
            Content = content with
            {
                Occurred = dating.Occurred,
                Reading = dating.Reading,
                Start = dating.Start,
                End = dating.End,
                Order = dating.Order,
                Calendar = dating.Calendar,
                AsWritten = dating.AsWritten,
                Anchor = dating.Anchor,
            },
        };

    private static RecordState Judged(RecordState state, EventContent content, string credibility) =>
        state with
        {
            Status = credibility == DisputedCredibility ? RecordStatus.Disputed : RecordStatus.Active,
            CredibilityBefore = credibility == DisputedCredibility ? content.Credibility : null,
            Content = content with { Credibility = credibility },
        };

    // Decisions

    internal const string DisputedCredibility = "disputed";

    internal static Result<ValueList<DomainEvent>> Decide(Command command, RecordState state) =>
        command switch
        {
            Command.Correct c => Patching
                .Patch(state, c)
                .Then(after => Correct((EventContent)state.Content, (EventContent)after, c.Reason.Code)),
            Command.Dispute => Folding.Changes(new Disputed()),
            Command.Resolve c => Resolve(c, state),
            Command.Retract => Folding.Changes(new Retracted()),
            Command.Reinstate => Folding.Changes(new Reinstated()),
            Command.Merge c => Folding.Changes(new Merged(c.Into)),
            Command.Split => Folding.Changes(new Split()),
            _ => throw new UnreachableException($"{command.GetType()} is no order about an event that is there."),
        };

    private static Result<ValueList<DomainEvent>> Resolve(Command.Resolve command, RecordState state) =>
        (command.Credibility ?? state.CredibilityBefore) switch
        {
            null => new Rejection(
                "invalid-parameter",
                "The event was recorded as disputed from the start: say which credibility it has now.",
                "/credibility"
            ),
            DisputedCredibility => new Rejection(
                "invalid-parameter",
                "A dispute is not resolved by a credibility of “disputed”.",
                "/credibility"
            ),
            var credibility => Folding.Changes(new DisputeResolved(credibility)),
        };

    private static Result<ValueList<DomainEvent>> Correct(EventContent was, EventContent now, string reason)
    {
        var refining = reason == "refinement";
        // Where a date is relative, whoever knows the anchors compares: Anchoring.Coarser.
        if (refining && was.Anchor is null && now.Anchor is null && Refining.Coarser(was, now) is { } coarser)
            return coarser;
        var changes = new List<DomainEvent>();
        if (now.Type != was.Type)
            changes.Add(new Retyped(now.Type));
        if (Dating.Of(now) is var dating && dating != Dating.Of(was))
            changes.Add(refining ? new DateRefined(dating) : new DateCorrected(dating));
        if ((now.Title, now.Description, now.Place, now.Tags) != (was.Title, was.Description, was.Place, was.Tags))
            changes.Add(new DescriptionCorrected(now.Title, now.Description, now.Place, now.Tags));
        if (now.Actors != was.Actors)
            changes.Add(new ActorsCorrected(now.Actors));
        if (now.Effects != was.Effects)
            changes.Add(new EffectsCorrected(now.Effects));
        if (now.Intensity != was.Intensity)
            changes.Add(new IntensityOverridden(now.Intensity));
        changes.AddRange(
            Patching.Sources(
                was.Citations,
                now.Citations,
                (i, citation) => new SourceAttached(i, citation),
                (i, source) => new SourceDetached(i, source)
            )
        );
        if (now.NoSource != was.NoSource)
            changes.Add(new NoSourceExplained(now.NoSource));
        if (now.Credibility != was.Credibility)
            changes.Add(new CredibilityReassessed(now.Credibility));
        if (now.Coding != was.Coding)
            changes.Add(new CodingCorrected(now.Coding));
        return changes.ToValueList();
    }
}
