-- The events of each actor, and of each two actors, in the order of time: what an index over the members of record.refs would be,
-- if one could have an order. Filled from record alone, by its triggers, and so never part of a state hash. Forward only.

-- One row for each actor of an event version that takes part in anything, and one for each two of them.
-- of: which actor, or which two; the first 8 bytes of SHA-256 over chronology and keys. earliest, latest: as in record.
-- width: 0 one day, 1 up to 366 days more, 2 wider or unbounded.
create table chronology.timeline (
    "of"           bigint not null,
    width          smallint not null,
    earliest       bigint not null,
    latest         bigint not null,
    from_position  bigint not null,
    to_position    bigint not null,
    key            text collate "C" not null
);

-- Where an event stands in a timeline: its first possible day, or the last where that is open.
create function chronology.place(earliest bigint, latest bigint) returns bigint language sql immutable parallel safe
    return case when earliest > -9223372036854775808 then earliest else latest end;

-- walk: in the timeline's order; vast: the few of over a year, wherever they begin; uncertain: by the last possible day.
create index timeline_walk on chronology.timeline ("of", (chronology.place(earliest, latest)), from_position, to_position);
create index timeline_vast on chronology.timeline ("of", latest, earliest, from_position, to_position) where width = 2;
create index timeline_uncertain on chronology.timeline ("of", latest, earliest, from_position, to_position) where width = 1;

create function chronology.width_of(earliest bigint, latest bigint) returns smallint language sql immutable parallel safe
    return case
        when earliest = latest then 0
        when earliest = -9223372036854775808 or latest = 9223372036854775807 then 2
        when latest - earliest <= 366 then 1
        else 2
    end;

-- Of the whole chronology's timeline the few that are vaguer than a year: the others are walked from a year before the day asked about.
create index record_vast on chronology.record (chronology, latest, earliest, from_position, to_position)
    where kind = 'event' and chronology.width_of(earliest, latest) = 2;

-- The timeline of one actor (other is empty), of two in the order of their keys, or (other is *) of one actor's events that have more
-- than 12 actors: those stand in no timeline of two.
create function chronology.timeline_id(chronology text, one text, other text) returns bigint language sql immutable parallel safe
    return ('x' || encode(substr(sha256(convert_to(chronology || '|' || one || '|' || other, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint;

-- The timelines in which an event with these references stands.
create function chronology.timelines_of(chronology text, refs text[]) returns setof bigint
    language plpgsql immutable parallel safe rows 3 as $$
declare
    actors text[] := array(select substr(ref, 7) from unnest(refs) ref where starts_with(ref, 'actor/') order by ref collate "C");
begin
    for i in 1 .. cardinality(actors) loop
        return next chronology.timeline_id(chronology, actors[i], '');
        if cardinality(actors) > 12 then
            return next chronology.timeline_id(chronology, actors[i], '*');
            continue;
        end if;
        for j in i + 1 .. cardinality(actors) loop
            return next chronology.timeline_id(chronology, actors[i], actors[j]);
        end loop;
    end loop;
end $$;

create function chronology.enter_timelines() returns trigger language plpgsql as $$
begin
    insert into chronology.timeline ("of", width, earliest, latest, from_position, to_position, key)
    select t, chronology.width_of(r.earliest, r.latest), r.earliest, r.latest, r.from_position, r.to_position, r.key
    from entered r cross join lateral chronology.timelines_of(r.chronology, r.refs) t
    where r.kind = 'event' and r.status in ('active', 'disputed');
    return null;
end $$;

-- Closes, or takes out, the entries of the rows that were: each is found by the index, however many there are.
create function chronology.close_timelines() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
begin
    update chronology.timeline e set to_position = r.to_position
    from closed r cross join lateral chronology.timelines_of(r.chronology, r.refs) t
    where r.kind = 'event' and r.status in ('active', 'disputed')
      and e."of" = t and chronology.place(e.earliest, e.latest) = chronology.place(r.earliest, r.latest)
      and e.from_position = r.from_position and e.key = r.key and e.to_position <> r.to_position;
    return null;
end $$;

create function chronology.leave_timelines() returns trigger language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
begin
    delete from chronology.timeline e
    using gone r cross join lateral chronology.timelines_of(r.chronology, r.refs) t
    where r.kind = 'event' and r.status in ('active', 'disputed')
      and e."of" = t and chronology.place(e.earliest, e.latest) = chronology.place(r.earliest, r.latest)
      and e.from_position = r.from_position and e.key = r.key;
    return null;
end $$;

create trigger enters after insert on chronology.record referencing new table as entered
    for each statement execute function chronology.enter_timelines();
create trigger leaves_open after update on chronology.record referencing new table as closed
    for each statement execute function chronology.close_timelines();
create trigger leaves after delete on chronology.record referencing old table as gone
    for each statement execute function chronology.leave_timelines();

insert into chronology.timeline ("of", width, earliest, latest, from_position, to_position, key)
select t, chronology.width_of(r.earliest, r.latest), r.earliest, r.latest, r.from_position, r.to_position, r.key
from chronology.record r cross join lateral chronology.timelines_of(r.chronology, r.refs) t
where r.kind = 'event' and r.status in ('active', 'disputed');
