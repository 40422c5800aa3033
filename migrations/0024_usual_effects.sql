-- What is as usual is not written in an effect's row any more: members that are null, the reading of an occurrence, the Gregorian calendar.
-- Byte for byte what the service writes, so that a rebuild finds nothing that differs. Nothing that was recorded changes: rows are derived.
-- Inside a text a quotation mark is escaped, so that none of these can begin in one.

-- A change of type to what it is already, because that writes table and indexes anew, without dead rows, in one pass.
alter table chronology.effect alter column effect type json using regexp_replace(
    effect::text,
    ',"(?:(?:occurred|start|end|order|toward|qualifier|value|from|until|basis|vote|salience|authority|speaker)":null|reading":"occurrence"|calendar":"gregorian")',
    '', 'g')::json;
