-- Who is who is resolved when asked, from the actors' rows as known at a position.

-- The last position at which an actor was revised: what is known of who is who changes there and nowhere else.
create index record_actors on chronology.record (chronology, from_position) where kind = 'actor';

-- What began last at the earliest among the firm effects on a key that surely had begun by a day; null: none had.
create function chronology.surely_begun(p_fact uuid, p_as_of bigint, p_recorded bigint, p_known bigint)
    returns bigint
    language sql stable as $$
    select greatest(
        (select e.start_first from chronology.effect e
         where e.fact = p_fact and e.start_first <= least(p_as_of, p_recorded) and e.start_last <= p_as_of
           and e.from_position <= p_known and e.to_position > p_known and e.firm
         order by e.start_first desc limit 1),
        case when p_as_of > p_recorded then
            (select e.start_first from chronology.effect e
             where e.ahead and e.fact = p_fact and e.start_first > p_recorded and e.start_first <= p_as_of and e.start_last <= p_as_of
               and e.from_position <= p_known and e.to_position > p_known and e.firm
             order by e.start_first desc limit 1)
        end)
$$;

-- The effects on one key that count for the history of another, where those count that began by some day from p_first to p_last:
-- all that began by p_last and could be the last to have begun by p_first or later. p_ender as in effects_as_of.
-- One effect that begins at any time before p_until is among them where there is one, so that the key counts as recorded.
create function chronology.effects_passing(
    p_fact uuid, p_ender uuid, p_first bigint, p_last bigint, p_until bigint, p_recorded bigint, p_known bigint)
    returns setof chronology.effect
    language plpgsql stable as $$
declare
    since bigint := coalesce(greatest(
        chronology.surely_begun(p_fact, p_first, p_recorded, p_known),
        chronology.surely_begun(p_ender, p_first, p_recorded, p_known)), -9223372036854775808);
begin
    if p_ender is not null then
        return query select * from chronology.effects_since(p_ender, since, p_last, least(p_last, p_recorded), p_known);
    end if;
    return query select * from chronology.effects_since(p_fact, since, p_last, least(p_last, p_recorded), p_known);
    return query
        select e.* from chronology.effect e
        where e.fact = p_fact and e.start_first < p_until and e.from_position <= p_known and e.to_position > p_known
        order by e.start_first desc limit 1;
end $$;
