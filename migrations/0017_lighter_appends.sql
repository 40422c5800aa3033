-- What an append costs the server, made less; the answers stay as they are.

-- The same as before in one expression: the server puts it into the index entry in place of a call, which had to be planned for each
-- statement. What it gives has not changed, so that the index over it stays as it is.
create or replace function chronology.end_year(effect json) returns bigint language sql immutable parallel safe
    return case
        when coalesce(effect->'effect'->>'until',
                case when effect->>'reading' = 'extent' then coalesce(effect->>'end', split_part(effect->>'occurred', '/', 2)) end) is null then null
        when coalesce(effect->'effect'->>'until',
                case when effect->>'reading' = 'extent' then coalesce(effect->>'end', split_part(effect->>'occurred', '/', 2)) end) = '..' then null
        when coalesce(effect->'effect'->>'until',
                case when effect->>'reading' = 'extent' then coalesce(effect->>'end', split_part(effect->>'occurred', '/', 2)) end)
            ~ '^[0-9]{4}(-[0-9]{2}){0,2}(T.*|[?~%])?$' then
            substr(coalesce(effect->'effect'->>'until',
                case when effect->>'reading' = 'extent' then coalesce(effect->>'end', split_part(effect->>'occurred', '/', 2)) end), 1, 4)::bigint
        else -9223372036854775808
    end;

-- That a head only advances is asked in the trigger's condition, which needs no function where nothing is wrong.
drop trigger advances on chronology.head;
drop function chronology.only_advancing();
create trigger advances before update on chronology.head for each row
    when (
        new.chronology <> old.chronology
        or new.position < old.position
        or (new.position > old.position and new.recorded_at <= coalesce(greatest(old.recorded_at, old.floor), '-infinity'))
        or (new.position = old.position and new.recorded_at is distinct from old.recorded_at)
        or (old.floor is not null and (new.floor is null or new.floor < old.floor)))
    execute function chronology.refuse_change();

-- Whoever writes a version of an event writes its entries in timelines with it; the triggers still close them and take them out.
drop trigger enters on chronology.record;
drop function chronology.enter_timelines();
