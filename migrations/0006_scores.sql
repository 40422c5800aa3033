-- Relation scores: what each version of an event weighs for a pair of actors, and running totals of it by year.

-- One row for each pair of an event revision that weighs something; of an event with too many pairs one for each of its actors, of no weight.
-- pair: the first 16 bytes of SHA-256 over chronology and both keys. half_life: 0 transient, 1 normal, 2 structural.
-- first_day and last_day are day numbers (0 is 1970-01-01), the least and greatest bigint where the event is to be read for every day.
create table chronology.score_event (
    pair           uuid not null,
    half_life      smallint not null,
    -- The year of the last day; null: the days are unbounded, so that it is in no total.
    year           bigint,
    first_day      bigint not null,
    last_day       bigint not null,
    from_position  bigint not null,
    to_position    bigint not null,
    -- All days from the first to the last, in one year.
    plain          boolean not null,
    -- The event's only pair.
    alone          boolean not null,
    -- Credibility times intensity, in 400ths.
    weight_low     integer not null,
    weight         integer not null,
    weight_high    integer not null,
    -- What it adds at the end of its year, in billionths.
    low            bigint not null,
    estimate       bigint not null,
    high           bigint not null,
    chronology     text collate "C" not null,
    event          text collate "C" not null,
    -- Of days with gaps, or unbounded: the days and the parties. Null: all from the first to the last.
    days           json,
    constraint score_event_pkey primary key (chronology, event, from_position, pair)
);

-- plain: the events of one year are a range of it; odd: the few others, by where they end; shared: events that several pairs have.
create index score_event_plain on chronology.score_event (pair, first_day, last_day, from_position, to_position, half_life, weight_low, weight, weight_high)
    where plain;
create index score_event_odd on chronology.score_event (pair, last_day, first_day) where not plain;
create index score_event_shared on chronology.score_event (pair, year) where not alone and year is not null;

-- Running totals: what the events of a pair add that ended in a year, as known from this position on. Nothing is ever changed or closed.
create table chronology.score_total (
    pair           uuid not null,
    half_life      smallint not null,
    year           bigint not null,
    position       bigint not null,
    low            bigint not null,
    estimate       bigint not null,
    high           bigint not null,
    evidence       bigint not null,
    constraint score_total_pkey primary key (pair, half_life, year, position)
);

create trigger kept before delete on chronology.score_event for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.score_event for each statement execute function chronology.refuse_change();
create trigger closes before update on chronology.score_event for each row execute function chronology.only_closing();
create trigger kept before update or delete on chronology.score_total for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.score_total for each statement execute function chronology.refuse_change();
