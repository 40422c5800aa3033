-- Rebuilding the derived rows from the streams: what was asked for and how far it is, and the live rows that it replaced.

-- One row per rebuild. Never deleted: it tells which state was published before and after.
create table chronology.rebuild (
    id            bigint generated always as identity,
    chronology    text collate "C" not null,
    -- folding, comparing, swapping, done, failed; asked until it begins.
    status        text collate "C" not null default 'asked',
    -- Compares only: nothing is swapped.
    dry_run       boolean not null,
    asked_at      timestamptz not null,
    asked_by      text not null,
    -- Streams in a page.
    page          integer not null,
    -- The streams are folded up to this position. Null: not begun.
    position      bigint,
    -- Revisions folded so far.
    done          bigint not null default 0,
    -- State hashes of the live rows at that position.
    state_before  text,
    state_after   text,
    -- Rows that were not what the streams give, and the first of them by name.
    differences   bigint,
    named         json,
    -- One sentence.
    failure       text,
    ended_at      timestamptz,
    constraint rebuild_pkey primary key (id),
    constraint rebuild_chronology_fkey foreign key (chronology) references chronology.chronology (slug),
    constraint rebuild_page check (page > 0),
    constraint rebuild_ended check ((status in ('done', 'failed')) = (ended_at is not null))
);

-- Only one of a chronology at a time, and the last one of each.
create unique index rebuild_unended on chronology.rebuild (chronology) where ended_at is null;
create index rebuild_last on chronology.rebuild (chronology, id);

-- Live rows that a rebuild took out, whole, as they were.
create table chronology.superseded (
    rebuild       bigint not null,
    number        bigint generated always as identity,
    relation      text collate "C" not null,
    live          json not null,
    constraint superseded_pkey primary key (rebuild, number),
    constraint superseded_rebuild_fkey foreign key (rebuild) references chronology.rebuild (id)
);

create trigger kept before delete on chronology.rebuild for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.rebuild for each statement execute function chronology.refuse_change();
create trigger kept before update or delete on chronology.superseded for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.superseded for each statement execute function chronology.refuse_change();

-- A derived row goes only where a rebuild that has not ended replaces it, and then it is kept.
create function chronology.only_rebuilding() returns trigger language plpgsql as $$
declare
    rebuilding bigint := nullif(current_setting('chronology.rebuilding', true), '')::bigint;
begin
    if rebuilding is null or not exists (select from chronology.rebuild r where r.id = rebuilding and r.ended_at is null) then
        raise exception '% of % is refused: what was recorded stays', tg_op, tg_table_name using errcode = 'CH001';
    end if;
    insert into chronology.superseded (rebuild, relation, live) values (rebuilding, tg_table_name, to_json(old));
    return old;
end $$;

drop trigger kept on chronology.record;
create trigger kept before delete on chronology.record for each row execute function chronology.only_rebuilding();
drop trigger kept on chronology.effect;
create trigger kept before delete on chronology.effect for each row execute function chronology.only_rebuilding();
drop trigger kept on chronology.score_event;
create trigger kept before delete on chronology.score_event for each row execute function chronology.only_rebuilding();
drop trigger kept on chronology.fact;
create trigger kept before delete on chronology.fact for each row execute function chronology.only_rebuilding();
create trigger unchanged before update on chronology.fact for each row execute function chronology.refuse_change();
drop trigger kept on chronology.score_total;
create trigger kept before delete on chronology.score_total for each row execute function chronology.only_rebuilding();
create trigger unchanged before update on chronology.score_total for each row execute function chronology.refuse_change();
