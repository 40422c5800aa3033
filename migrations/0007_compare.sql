-- What may have changed between two positions or between two days is found by index, and only that is decided again. Forward only.

-- The year in which an effect's own dates say that it ends, give or take one (winters, calendars).
-- Null: nothing ends it. The least bigint: a date without one plain year, or an unknown end.
create function chronology.end_year(effect json) returns bigint language sql immutable parallel safe
    return (
        select case
            when ends is null or ends = '..' then null
            when ends ~ '^[0-9]{4}(-[0-9]{2}){0,2}(T.*|[?~%])?$' then substr(ends, 1, 4)::bigint
            else -9223372036854775808
        end
        from (select coalesce(
            effect->'effect'->>'until',
            case when effect->>'reading' = 'extent' then coalesce(effect->>'end', split_part(effect->>'occurred', '/', 2)) end)) x (ends));

-- opened, closed: between two positions; begins, ends: between two days, vast for the beginnings uncertain by more than a year.
create index effect_opened on chronology.effect (chronology, from_position, start_first, fact);
create index effect_closed on chronology.effect (chronology, to_position, start_first, fact)
    where to_position < 9223372036854775807;
create index effect_begins on chronology.effect (chronology, start_first, start_last, from_position, to_position, fact);
create index effect_begins_vast on chronology.effect (chronology, start_first, start_last, from_position, to_position, fact)
    where width > 2;
create index effect_ends on chronology.effect (chronology, chronology.end_year(effect), start_first, from_position, to_position, fact)
    where chronology.end_year(effect) is not null;
create index record_opened on chronology.record (chronology, from_position, kind, key);
create index fact_ender on chronology.fact (ender) where ender is not null;
