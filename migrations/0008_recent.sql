-- The last events of some parties that may have happened by a day, in the order of that index. Planned for the very parties:
-- those of two that meet all the time are found by walking back, those of two that seldom met by what refers to them.
-- p_one, p_other: references of which an event has one; null: any.
create function chronology.recent(
    p_chronology text, p_position bigint, p_as_of bigint, p_limit integer, p_one text[], p_other text[])
    returns table (kind text, key text, revision integer, status text, state text, from_position bigint)
    language plpgsql stable set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
    return query
        select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
        from chronology.record r
        where r.chronology = p_chronology and r.kind = 'event' and r.from_position <= p_position and r.to_position > p_position
          and r.status in ('active', 'disputed') and r.earliest <= p_as_of
          and (p_one is null or r.refs && p_one) and (p_other is null or r.refs && p_other)
        order by r.latest desc, r.earliest desc, coalesce(r.day_order, 0) desc, r.key desc
        limit p_limit;
end $$;
