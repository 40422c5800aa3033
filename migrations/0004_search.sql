-- Search: one folding of texts, and an index for it where the server can have one.

-- A text as it is compared: without diacritics, apostrophes and what cannot be seen, letters that Unicode does not decompose
-- written plainly, dashes and quotes written in one way. Case is folded by the service before, and of the letters that only come
-- out here by the last step. Made of what every PostgreSQL has, and not of the extension unaccent: what is found must not
-- depend on which extensions a server has.
create or replace function chronology.fold(t text) returns text language sql immutable parallel safe
    return case when octet_length(t) = char_length(t) then translate(lower(t collate "C"), '''`', '') collate "default"
    else lower(
        replace(replace(replace(replace(
            translate(
                regexp_replace(
                    normalize(translate(t, U&'\00B4\02B9\00AD', ''), NFKD),
                    -- Combining marks: of Latin, Greek and Cyrillic, of Hebrew, of Arabic with its tatweel, for symbols; joiners and direction marks.
                    U&'[\0300-\036F\0483-\0487\0591-\05BD\05BF\05C1\05C2\05C4\05C5\05C7\0610-\061A\0640\064B-\065F\0670\06D6-\06DC\06DF-\06E4\06E7\06E8\06EA-\06ED\1AB0-\1AFF\1DC0-\1DFF\20D0-\20FF\FE00-\FE0F\FE20-\FE2F\061C\200B-\200F\202A-\202E\2060-\2064\2066-\2069\FEFF]',
                    '', 'g'),
                -- The letters of the second text stand for those of the first; the apostrophes at its end for nothing.
                U&'łøđðħŧıĸŋɓɗƙς\0671\2010\2012\2013\2014\2015\2212\05BE\201C\201D\201E\201F\00AB\00BB\05F4''`\2018\2019\201A\201B\2032\2035\02BB\02BC\02BD\02BE\02BF\02C8\A78C\05F3',
                U&'loddhtiknbdkσ\0627-------"""""""'),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th') collate "C") collate "default"
    end;

-- The pattern of LIKE for texts that have this word, itself folded; null, which no text is like, where nothing of it is left.
create function chronology.containing(word text) returns text language sql immutable parallel safe
    return '%' || replace(replace(replace(nullif(chronology.fold(word), ''), '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- What was written by the folding before is folded again: it took less away, so that nothing is missing.
alter table chronology.record disable trigger closes;
update chronology.record set search = chronology.fold(search) where search <> chronology.fold(search);
alter table chronology.record enable trigger closes;

-- Makes the index that finds parts of words, where pg_trgm is there or can be had; whether it is there now.
-- Answers are the same without it, and slower. To be called again once an administrator has installed pg_trgm.
create function chronology.index_search() returns boolean language plpgsql as $$
declare
    home name;
begin
    select n.nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm';
    if not found then
        create extension pg_trgm schema chronology;
        home := 'chronology';
    end if;
    execute format('create index if not exists record_search on chronology.record using gin (search %I.gin_trgm_ops)', home);
    return true;
exception when others then
    -- No right to create it, not in this server's packages, not on its list of allowed ones.
    raise notice 'search goes without an index: %', sqlerrm;
    return false;
end $$;

select chronology.index_search();
