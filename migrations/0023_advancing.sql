-- That a head only advances is asked by a function again: a condition of this length is read anew by the server for each statement, which
-- takes longer than calling a function that it has read once. What is refused stays the same. Forward only.

create function chronology.only_advancing() returns trigger language plpgsql as $$
begin
    if new.chronology <> old.chronology or new.position < old.position
        or (new.position > old.position and new.recorded_at <= coalesce(greatest(old.recorded_at, old.floor), '-infinity'))
        or (new.position = old.position and new.recorded_at is distinct from old.recorded_at)
        or (old.floor is not null and (new.floor is null or new.floor < old.floor))
        or (new.position = old.position and coalesce(current_setting('chronology.rebuilding', true), '') = ''
            and (new.events, new.actors, new.issues, new.sources, new.schemes, new.eras)
                <> (old.events, old.actors, old.issues, old.sources, old.schemes, old.eras)) then
        raise exception 'a head only advances' using errcode = 'CH001';
    end if;
    return new;
end $$;

drop trigger advances on chronology.head;
create trigger advances before update on chronology.head for each row execute function chronology.only_advancing();
