-- Fewer and narrower indexes: what one of the others finds with a few more rows has none of its own. The answers stay as they are.

-- What was opened or closed at some positions is found from the records of these positions, by the effects' primary key: each version of an
-- event opens at its position its effects and closes there those of the version before.
drop index chronology.effect_opened;
drop index chronology.effect_closed;

-- Beginnings of one day are found by it alone, with one entry for the many of a day; of the uncertain ones a year is looked through,
-- and these are few.
drop index chronology.effect_begins;
create index effect_begins on chronology.effect (chronology, start_first) where width = 0;
create index effect_begins_vague on chronology.effect (chronology, start_first, start_last, from_position, to_position, fact)
    where width between 1 and 2;

-- By position alone: the rows of neighbouring positions are neighbours.
drop index chronology.record_opened;
create index record_opened on chronology.record (chronology, from_position);

-- No column that is only carried along: whoever walks it reads the rows, but those recorded later are skipped inside the index.
drop index chronology.record_timeline;
create index record_timeline on chronology.record
    (chronology, (case when earliest > -9223372036854775808 then earliest when latest < 9223372036854775807 then latest else 9223372036854775807 end), latest, (coalesce(day_order, 0)), key, from_position)
    where kind = 'event';

-- The last events by their last day are among the last by their first, but for those that are vague.
drop index chronology.record_latest;
create index record_vague on chronology.record (chronology, latest, earliest, from_position, to_position)
    where kind = 'event' and chronology.width_of(earliest, latest) = 1;

-- Most events have no coding: the text tells it before the JSON is parsed, which took longer than all B-trees of the row.
drop index chronology.record_story;
create index record_story on chronology.record (chronology, (state #>> '{content,coding,story}'))
    where kind = 'event' and to_position = 9223372036854775807 and state::text like '%"coding":{%'
      and (state #>> '{content,coding,story}') is not null;

-- The last events of some parties that may have happened by a day, in the order of their last days: among as many of those that begin
-- last, for nothing else can end later but what spans more than a day. Planned for the very parties: those of two that meet all the time are
-- found by walking back, those of two that seldom met by what refers to them.
-- p_one, p_other: references of which an event has one; null: any.
create or replace function chronology.recent(
    p_chronology text, p_position bigint, p_as_of bigint, p_limit integer, p_one text[], p_other text[])
    returns table (kind text, key text, revision integer, status text, state text, from_position bigint)
    language plpgsql stable set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
    return query
        select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
        from (
            (select r.key, r.from_position from chronology.record r
             where r.chronology = p_chronology and r.kind = 'event' and r.from_position <= p_position and r.to_position > p_position
               and r.status in ('active', 'disputed')
               and (case when r.earliest > -9223372036854775808 then r.earliest when r.latest < 9223372036854775807 then r.latest else 9223372036854775807 end) <= p_as_of
               and (p_one is null or r.refs && p_one) and (p_other is null or r.refs && p_other)
             order by (case when r.earliest > -9223372036854775808 then r.earliest when r.latest < 9223372036854775807 then r.latest else 9223372036854775807 end) desc,
                 r.latest desc, coalesce(r.day_order, 0) desc, r.key desc
             limit p_limit)
            union
            (select r.key, r.from_position from chronology.record r
             where r.chronology = p_chronology and r.kind = 'event' and r.from_position <= p_position and r.to_position > p_position
               and r.status in ('active', 'disputed') and chronology.width_of(r.earliest, r.latest) = 1
               and r.latest <= least(p_as_of, 9223372036854770000) + 366 and r.earliest <= p_as_of
               and (p_one is null or r.refs && p_one) and (p_other is null or r.refs && p_other)
             order by r.latest desc, r.earliest desc, coalesce(r.day_order, 0) desc, r.key desc
             limit p_limit)
            union
            (select r.key, r.from_position from chronology.record r
             where r.chronology = p_chronology and r.kind = 'event' and r.from_position <= p_position and r.to_position > p_position
               and r.status in ('active', 'disputed') and chronology.width_of(r.earliest, r.latest) = 2
               and r.earliest <= p_as_of
               and (p_one is null or r.refs && p_one) and (p_other is null or r.refs && p_other)
             order by r.latest desc, r.earliest desc, coalesce(r.day_order, 0) desc, r.key desc
             limit p_limit)) e
        join chronology.record r
          on r.chronology = p_chronology and r.kind = 'event' and r.key = e.key and r.from_position = e.from_position
        order by r.latest desc, r.earliest desc, coalesce(r.day_order, 0) desc, r.key desc
        limit p_limit;
end $$;
