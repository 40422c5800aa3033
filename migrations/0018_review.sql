-- What imports leave for people to decide: the provisional actors and whom they may mean. Forward only.

-- The words by which the names of actors are found, as the service hears them: every name that an actor ever had. Never changed:
-- which names it has as known at a position, its record says.
create table chronology.actor_name (
    chronology  text collate "C" not null,
    form        text collate "C" not null,
    -- Of the whole name as heard.
    letters     smallint not null,
    actor       text collate "C" not null,
    constraint actor_name_pkey primary key (chronology, form, letters, actor)
);

create trigger kept before update or delete on chronology.actor_name for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.actor_name for each statement execute function chronology.refuse_change();

create index record_provisional on chronology.record (chronology, key) include (from_position, to_position)
    where kind = 'actor' and status = 'active' and (state #>> '{content,provisional}') = 'true';

-- The events of a story that a data set codes, as they are now: by these the second telling finds the first.
create index record_story on chronology.record (chronology, (state #>> '{content,coding,story}'))
    where kind = 'event' and to_position = 9223372036854775807 and (state #>> '{content,coding,story}') is not null;
