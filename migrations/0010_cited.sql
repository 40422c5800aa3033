-- The cited answers that a change may alter are found by the keys that their questions name. Forward only.

-- Every word of a canonical question: the keys that it names among them.
create function chronology.question_words(question text) returns text[] language sql immutable parallel safe
    return regexp_split_to_array(regexp_replace(question, '%[0-9A-F]{2}', ' ', 'g'), '[^a-z0-9._-]+');

create index answer_words on chronology.answer using gin (chronology.question_words(question));
