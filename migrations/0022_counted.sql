-- How many records of each kind take part, counted as they are written: what a chronology's card says must not cost more the longer its history is. Forward only.

alter table chronology.head
    add events  bigint not null default 0,
    add actors  bigint not null default 0,
    add issues  bigint not null default 0,
    add sources bigint not null default 0,
    add schemes bigint not null default 0,
    add eras    bigint not null default 0;

update chronology.head h
set (events, actors, issues, sources, schemes, eras) = (
    select count(*) filter (where r.kind = 'event'), count(*) filter (where r.kind = 'actor'), count(*) filter (where r.kind = 'issue'),
        count(*) filter (where r.kind = 'source'), count(*) filter (where r.kind = 'scheme'), count(*) filter (where r.kind = 'era')
    from chronology.record r
    where r.chronology = h.chronology and r.to_position = 9223372036854775807 and r.status in ('active', 'disputed'));

-- As before, and the counts change with the position, or when a rebuild finds them wrong.
drop trigger advances on chronology.head;
create trigger advances before update on chronology.head for each row
    when (new.chronology <> old.chronology or new.position < old.position
        or (new.position > old.position and new.recorded_at <= coalesce(greatest(old.recorded_at, old.floor), '-infinity'))
        or (new.position = old.position and new.recorded_at is distinct from old.recorded_at)
        or (old.floor is not null and (new.floor is null or new.floor < old.floor))
        or (new.position = old.position and coalesce(current_setting('chronology.rebuilding', true), '') = ''
            and (new.events, new.actors, new.issues, new.sources, new.schemes, new.eras)
                <> (old.events, old.actors, old.issues, old.sources, old.schemes, old.eras)))
    execute function chronology.refuse_change();
