-- Answers that somebody has cited: kept as they were given, whatever is recorded later.
-- id: of the question and the hash, so that citing again keeps nothing twice. It takes no position: citing records nothing.
create table chronology.answer (
    chronology  text collate "C" not null,
    id          text collate "C" not null,
    -- Path and parameters below the chronology, resolved.
    question    text not null,
    -- What the answer was known at.
    position    bigint not null,
    -- SHA-256 of hashed.
    hash        bytea not null,
    -- The canonical JSON (RFC 8785) of the answer.
    body        text not null,
    -- The same without its texts, and the content hashes of the revisions that they are from: what a redaction leaves as it is.
    hashed      text not null,
    cited_at    timestamptz not null,
    constraint answer_pkey primary key (chronology, id),
    constraint answer_chronology_fkey foreign key (chronology) references chronology.chronology (slug),
    constraint answer_hash check (hash = sha256(convert_to(hashed, 'UTF8')))
);

create trigger kept before update or delete on chronology.answer for each row execute function chronology.refuse_change();
create trigger kept_whole before truncate on chronology.answer for each statement execute function chronology.refuse_change();

-- What was merged into a record: few rows, looked for with every answer that tells the record's texts.
create index record_merged on chronology.record (chronology, kind, (state ->> 'mergedInto')) where status = 'merged';
