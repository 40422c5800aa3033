-- What Chronology keeps beside Marten's streams: the heads, the ledger, and the derived rows.
-- A chronology's name is its slug, and Marten's tenant id.

create table chronology.chronology (
    slug         text collate "C" not null,
    title        text not null,
    description  text,
    licence      text,
    created_at   timestamptz not null,
    created_by   text not null,
    constraint chronology_pkey primary key (slug)
);

-- One row per chronology, locked by each append while it takes its positions.
-- floor: no later append is stamped at or before it, because a question has been answered "as known at" that instant.
create table chronology.head (
    chronology   text collate "C" not null,
    position     bigint not null default 0,
    recorded_at  timestamptz,
    floor        timestamptz,
    constraint head_pkey primary key (chronology),
    constraint head_chronology_fkey foreign key (chronology) references chronology.chronology (slug),
    constraint head_stamped check ((position = 0) = (recorded_at is null))
) with (fillfactor = 50);

-- One row per position: which command made it, and its leaf. Never changed.
create table chronology.ledger (
    chronology   text collate "C" not null,
    position     bigint not null,
    recorded_at  timestamptz not null,
    kind         text collate "C" not null,
    key          text collate "C" not null,
    revision     integer not null,
    op           text collate "C" not null,
    author       text not null,
    via          text,
    reason_code  text,
    reason_note  text,
    citations    json,
    -- Salts of the redactable texts, by JSON pointer into the revision's canonical body.
    salts        json not null,
    content      bytea not null,
    leaf         bytea not null,
    constraint ledger_pkey primary key (chronology, position) include (recorded_at),
    constraint ledger_position_from_one check (position >= 1),
    constraint ledger_hashes check (octet_length(content) = 32 and octet_length(leaf) = 32)
);

create unique index ledger_recorded_at on chronology.ledger (chronology, recorded_at) include (position);
create unique index ledger_revision on chronology.ledger (chronology, kind, key, revision);

-- One row per revision of a record, valid for positions in [from_position, to_position); open: the greatest bigint.
-- For events: earliest and latest are day numbers (0 is 1970-01-01), the least and greatest bigint where unbounded.
create table chronology.record (
    chronology     text collate "C" not null,
    kind           text collate "C" not null,
    key            text collate "C" not null,
    from_position  bigint not null,
    to_position    bigint not null,
    revision       integer not null,
    status         text collate "C" not null,
    type           text collate "C" not null,
    earliest       bigint,
    latest         bigint,
    day_order      integer,
    -- What it refers to: actor/KEY takes part, party/KEY stands in an effect, source/KEY, issue/KEY, tag/TAG.
    refs           text[] collate "C" not null,
    -- Titles, names, descriptions and quotes, without case and diacritics.
    search         text not null,
    -- The record as its revisions so far leave it.
    state          json not null,
    constraint record_pkey primary key (chronology, kind, key, from_position)
);

create index record_timeline on chronology.record
    (chronology, (case when earliest > -9223372036854775808 then earliest when latest < 9223372036854775807 then latest else 9223372036854775807 end), latest, (coalesce(day_order, 0)), key)
    include (from_position, to_position)
    where kind = 'event';
create index record_latest on chronology.record
    (chronology, latest desc, earliest desc, (coalesce(day_order, 0)) desc, key desc)
    include (from_position, to_position)
    where kind = 'event';
create index record_refs on chronology.record using gin (refs);

-- The keys of facts ever recorded. id: the first 16 bytes of SHA-256 over chronology and key, so that rebuilding mints nothing.
create table chronology.fact (
    id             uuid not null,
    chronology     text collate "C" not null,
    kind           text collate "C" not null,
    holder         text collate "C" not null,
    toward         text collate "C" not null,
    qualifier      text collate "C" not null,
    value          text collate "C" not null,
    -- Of a kind that is not functional: the key of the effects that end every value.
    ender          uuid,
    constraint fact_pkey primary key (id)
);

create index fact_holder on chronology.fact (chronology, holder, toward);
create index fact_toward on chronology.fact (chronology, toward, holder);

-- One row per effect of an event revision that takes part in facts.
-- width: 0 one day, 1 up to 31 days, 2 up to 366, 3 up to 3,660, 4 up to 36,600, 5 wider or unbounded.
create table chronology.effect (
    fact           uuid not null,
    width          smallint not null,
    start_first    bigint not null,
    start_last     bigint not null,
    from_position  bigint not null,
    to_position    bigint not null,
    firm           boolean not null,
    -- Surely begins after the day on which it was recorded: announced.
    ahead          boolean not null,
    chronology     text collate "C" not null,
    event          text collate "C" not null,
    idx            smallint not null,
    effect         json not null,
    constraint effect_pkey primary key (chronology, event, from_position, idx)
);

-- All columns that a question filters by are keys, not included ones, so that rows it skips are skipped inside the index.
-- walk: what began last; wide: uncertain beginnings of up to a year, looked for no further back than a year;
-- vast: the few wider ones, wherever they begin; ahead: announced.
create index effect_walk on chronology.effect (fact, start_first desc, start_last, from_position, to_position, firm);
create index effect_wide on chronology.effect (fact, start_first desc, start_last, from_position, to_position)
    where width between 1 and 2;
create index effect_vast on chronology.effect (fact, start_first desc, start_last, from_position, to_position)
    where width > 2;
create index effect_ahead on chronology.effect (fact, start_first desc, start_last, from_position, to_position, firm)
    where ahead;

-- The database itself refuses to change what was recorded. A migration that must, disables the trigger by name.
create function chronology.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: what was recorded stays', tg_op, tg_table_name using errcode = 'CH001';
end $$;

create function chronology.only_closing() returns trigger language plpgsql as $$
declare
    closed bigint := new.to_position;
begin
    if old.to_position = 9223372036854775807 and closed > old.from_position then
        new.to_position := old.to_position;
        -- Byte for byte: json has no equality.
        if new *= old then
            new.to_position := closed;
            return new;
        end if;
    end if;
    raise exception 'only the closing of an open row of % is allowed', tg_table_name using errcode = 'CH001';
end $$;

create function chronology.only_advancing() returns trigger language plpgsql as $$
begin
    if new.chronology <> old.chronology
        or new.position < old.position
        or (new.position > old.position and new.recorded_at <= coalesce(greatest(old.recorded_at, old.floor), '-infinity'))
        or (new.position = old.position and new.recorded_at is distinct from old.recorded_at)
        or (old.floor is not null and (new.floor is null or new.floor < old.floor)) then
        raise exception 'a head only advances' using errcode = 'CH001';
    end if;
    return new;
end $$;

create function chronology.only_growing() returns trigger language plpgsql as $$
declare
    grown chronology.mt_streams := new;
begin
    if new.version > old.version then
        new.version := old.version;
        new.timestamp := old.timestamp;
        if new *= old then
            return grown;
        end if;
    end if;
    raise exception 'a stream only grows' using errcode = 'CH001';
end $$;

create trigger kept before update or delete on chronology.mt_events for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.mt_events for each statement execute function chronology.refuse_change();
create trigger kept before delete on chronology.mt_streams for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.mt_streams for each statement execute function chronology.refuse_change();
create trigger grows before update on chronology.mt_streams for each row execute function chronology.only_growing();
create trigger kept before update or delete on chronology.ledger for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.ledger for each statement execute function chronology.refuse_change();
create trigger kept before update or delete on chronology.chronology for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.chronology for each statement execute function chronology.refuse_change();
create trigger kept before delete on chronology.head for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.head for each statement execute function chronology.refuse_change();
create trigger advances before update on chronology.head for each row execute function chronology.only_advancing();
create trigger kept before update or delete on chronology.fact for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.fact for each statement execute function chronology.refuse_change();
create trigger kept before delete on chronology.record for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.record for each statement execute function chronology.refuse_change();
create trigger closes before update on chronology.record for each row execute function chronology.only_closing();
create trigger kept before delete on chronology.effect for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.effect for each statement execute function chronology.refuse_change();
create trigger closes before update on chronology.effect for each row execute function chronology.only_closing();

-- A text without diacritics (case is folded by the service): NFKD less its combining marks.
create function chronology.fold(t text) returns text language sql immutable parallel safe
    return regexp_replace(normalize(t, NFKD), U&'[\0300-\036F]', '', 'g');

-- The position that a question means, and when it was recorded. No row: no such chronology.
-- By position: that one (position null: above the head). By instant: the last recorded at or before it; an instant after
-- the head's raises the floor first, which waits for an append in flight and binds every later one, whatever its clock says.
create function chronology.known_at(p_chronology text, p_position bigint, p_instant timestamptz)
    returns table (known bigint, recorded_at timestamptz, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    at_head chronology.head;
begin
    select * into at_head from chronology.head h where h.chronology = p_chronology;
    if not found then
        return;
    end if;
    if p_instant is not null then
        if p_instant > coalesce(at_head.recorded_at, '-infinity') and p_instant > coalesce(at_head.floor, '-infinity') then
            update chronology.head h set floor = greatest(h.floor, p_instant) where h.chronology = p_chronology;
        end if;
        return query
            select coalesce(l.position, 0::bigint), l.recorded_at, h.position
            from chronology.head h
            left join lateral (
                select position, recorded_at from chronology.ledger
                where chronology = p_chronology and recorded_at <= p_instant
                order by recorded_at desc limit 1) l on true
            where h.chronology = p_chronology;
    elsif p_position is null or p_position = at_head.position then
        return query select at_head.position, at_head.recorded_at, at_head.position;
    elsif p_position > at_head.position then
        return query select null::bigint, null::timestamptz, at_head.position;
    else
        return query
            select p_position, (select l.recorded_at from chronology.ledger l where l.chronology = p_chronology and l.position = p_position), at_head.position;
    end if;
end $$;

-- The effects on one key that began on or before a day and may have begun on or after another.
create function chronology.effects_since(p_fact uuid, p_since bigint, p_as_of bigint, p_clamp bigint, p_known bigint)
    returns setof chronology.effect
    language sql stable as $$
    select e.* from chronology.effect e
    where e.fact = p_fact and e.start_first <= p_clamp and e.start_first >= p_since
      and e.from_position <= p_known and e.to_position > p_known
    union all
    select e.* from chronology.effect e
    where e.width between 1 and 2 and e.fact = p_fact and e.start_first <= p_clamp
      and e.start_first < p_since and e.start_first >= greatest(p_since, -9223372036854700000) - 366 and e.start_last >= p_since
      and e.from_position <= p_known and e.to_position > p_known
    union all
    select e.* from chronology.effect e
    where e.width > 2 and e.fact = p_fact and e.start_first <= p_clamp
      and e.start_first < p_since and e.start_last >= p_since
      and e.from_position <= p_known and e.to_position > p_known
    union all
    select e.* from chronology.effect e
    where p_as_of > p_clamp
      and e.ahead and e.fact = p_fact and e.start_first > p_clamp and e.start_first <= p_as_of and e.start_last >= p_since
      and e.from_position <= p_known and e.to_position > p_known
$$;

-- One of the effects on a key that begin after a day, so that the key counts as recorded. p_recorded: the day of the position's recording.
create function chronology.effect_after(p_fact uuid, p_as_of bigint, p_recorded bigint, p_known bigint)
    returns setof chronology.effect
    language sql stable as $$
    (select e.* from chronology.effect e
     where e.fact = p_fact and e.start_first > p_as_of and e.start_first <= p_recorded
       and e.from_position <= p_known and e.to_position > p_known
     order by e.start_first desc limit 1)
    union all
    (select e.* from chronology.effect e
     where e.ahead and e.fact = p_fact and e.start_first > p_as_of and e.start_first > p_recorded
       and e.from_position <= p_known and e.to_position > p_known
     order by e.start_first desc limit 1)
    limit 1
$$;

-- The effects among which the model decides what a fact was as of a day, as known at a position:
-- all that began on or before the day and could still be the last to have begun. p_clamp = least(day, day of the position's
-- recording): an effect not announced ahead cannot be known later than that, so the walk need not look past it.
create function chronology.effects_as_of(p_fact uuid, p_ender uuid, p_as_of bigint, p_clamp bigint, p_known bigint)
    returns setof chronology.effect
    language plpgsql stable as $$
declare
    -- Of the firm effects that have surely begun, what begins last at the earliest: what began before that decides nothing.
    deciding bigint := coalesce(greatest(
        (select e.start_first from chronology.effect e
         where e.fact = p_fact and e.start_first <= p_clamp and e.start_last <= p_as_of
           and e.from_position <= p_known and e.to_position > p_known and e.firm
         order by e.start_first desc limit 1),
        case when p_as_of > p_clamp then
            (select e.start_first from chronology.effect e
             where e.ahead and e.fact = p_fact and e.start_first > p_clamp and e.start_first <= p_as_of and e.start_last <= p_as_of
               and e.from_position <= p_known and e.to_position > p_known and e.firm
             order by e.start_first desc limit 1)
        end),
        -9223372036854775808);
begin
    if p_ender is not null then
        deciding := greatest(deciding,
            (select e.start_first from chronology.effect e
             where e.fact = p_ender and e.start_first <= p_clamp and e.start_last <= p_as_of
               and e.from_position <= p_known and e.to_position > p_known and e.firm
             order by e.start_first desc limit 1),
            case when p_as_of > p_clamp then
                (select e.start_first from chronology.effect e
                 where e.ahead and e.fact = p_ender and e.start_first > p_clamp and e.start_first <= p_as_of and e.start_last <= p_as_of
                   and e.from_position <= p_known and e.to_position > p_known and e.firm
                 order by e.start_first desc limit 1)
            end);
        return query select * from chronology.effects_since(p_ender, deciding, p_as_of, p_clamp, p_known);
    end if;
    return query select * from chronology.effects_since(p_fact, deciding, p_as_of, p_clamp, p_known);
end $$;
