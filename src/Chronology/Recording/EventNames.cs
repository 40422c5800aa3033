using Chronology.Actors;
using Chronology.Eras;
using Chronology.Sources;

namespace Chronology.Recording;

/// <summary>The names under which domain events are stored, apart from what their classes are called.</summary>
/// <remarks>A stored name is never changed or used again.</remarks>
public static class EventNames
{
    public static IReadOnlyDictionary<Type, string> All { get; } =
        new Dictionary<Type, string>
        {
            [typeof(DiplomaticEvent.Recorded)] = "event_recorded_v1",
            [typeof(DiplomaticEvent.DateRefined)] = "event_date_refined_v1",
            [typeof(DiplomaticEvent.DateCorrected)] = "event_date_corrected_v1",
            [typeof(DiplomaticEvent.Retyped)] = "event_retyped_v1",
            [typeof(DiplomaticEvent.DescriptionCorrected)] = "event_description_corrected_v1",
            [typeof(DiplomaticEvent.ActorsCorrected)] = "event_actors_corrected_v1",
            [typeof(DiplomaticEvent.EffectsCorrected)] = "event_effects_corrected_v1",
            [typeof(DiplomaticEvent.IntensityOverridden)] = "event_intensity_overridden_v1",
            [typeof(DiplomaticEvent.SourceAttached)] = "event_source_attached_v1",
            [typeof(DiplomaticEvent.SourceDetached)] = "event_source_detached_v1",
            [typeof(DiplomaticEvent.NoSourceExplained)] = "event_no_source_explained_v1",
            [typeof(DiplomaticEvent.CredibilityReassessed)] = "event_credibility_reassessed_v1",
            [typeof(DiplomaticEvent.CodingCorrected)] = "event_coding_corrected_v1",
            [typeof(DiplomaticEvent.Disputed)] = "event_disputed_v1",
            [typeof(DiplomaticEvent.DisputeResolved)] = "event_dispute_resolved_v1",
            [typeof(DiplomaticEvent.Retracted)] = "event_retracted_v1",
            [typeof(DiplomaticEvent.Reinstated)] = "event_reinstated_v1",
            [typeof(DiplomaticEvent.Merged)] = "event_merged_v1",
            [typeof(DiplomaticEvent.Split)] = "event_split_v1",
            [typeof(Actor.Recorded)] = "actor_recorded_v1",
            [typeof(Actor.Reclassified)] = "actor_reclassified_v1",
            [typeof(Actor.Renamed)] = "actor_renamed_v1",
            [typeof(Actor.NamesCorrected)] = "actor_names_corrected_v1",
            [typeof(Actor.LifespanCorrected)] = "actor_lifespan_corrected_v1",
            [typeof(Actor.SuccessionCorrected)] = "actor_succession_corrected_v1",
            [typeof(Actor.MarkedProvisional)] = "actor_marked_provisional_v1",
            [typeof(Actor.SourceAttached)] = "actor_source_attached_v1",
            [typeof(Actor.SourceDetached)] = "actor_source_detached_v1",
            [typeof(Actor.Retracted)] = "actor_retracted_v1",
            [typeof(Actor.Reinstated)] = "actor_reinstated_v1",
            [typeof(Actor.Merged)] = "actor_merged_v1",
            [typeof(Actor.Split)] = "actor_split_v1",
            [typeof(Issue.Recorded)] = "issue_recorded_v1",
            [typeof(Issue.Retitled)] = "issue_retitled_v1",
            [typeof(Issue.Reworded)] = "issue_reworded_v1",
            [typeof(Issue.SourceAttached)] = "issue_source_attached_v1",
            [typeof(Issue.SourceDetached)] = "issue_source_detached_v1",
            [typeof(Issue.Retracted)] = "issue_retracted_v1",
            [typeof(Issue.Reinstated)] = "issue_reinstated_v1",
            [typeof(Source.Recorded)] = "source_recorded_v1",
            [typeof(Source.Reclassified)] = "source_reclassified_v1",
            [typeof(Source.DescriptionCorrected)] = "source_description_corrected_v1",
            [typeof(Source.LinksCorrected)] = "source_links_corrected_v1",
            [typeof(Source.Retracted)] = "source_retracted_v1",
            [typeof(Source.Reinstated)] = "source_reinstated_v1",
            [typeof(Scheme.Recorded)] = "scheme_recorded_v1",
            [typeof(Scheme.Retitled)] = "scheme_retitled_v1",
            [typeof(Scheme.AuthorCorrected)] = "scheme_author_corrected_v1",
            [typeof(Scheme.Retracted)] = "scheme_retracted_v1",
            [typeof(Scheme.Reinstated)] = "scheme_reinstated_v1",
            [typeof(Era.Recorded)] = "era_recorded_v1",
            [typeof(Era.SpanRefined)] = "era_span_refined_v1",
            [typeof(Era.SpanCorrected)] = "era_span_corrected_v1",
            [typeof(Era.DescriptionCorrected)] = "era_description_corrected_v1",
            [typeof(Era.TurningPointsCorrected)] = "era_turning_points_corrected_v1",
            [typeof(Era.SourceAttached)] = "era_source_attached_v1",
            [typeof(Era.SourceDetached)] = "era_source_detached_v1",
            [typeof(Era.Retracted)] = "era_retracted_v1",
            [typeof(Era.Reinstated)] = "era_reinstated_v1",
            [typeof(TheChronology.RulesAdopted)] = "chronology_rules_adopted_v1",
        };

    /// <exception cref="KeyNotFoundException">The type has no stored name: a bug.</exception>
    public static string Of(DomainEvent change) => All[change.GetType()];
}
