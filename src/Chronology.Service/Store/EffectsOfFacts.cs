namespace Chronology.Service.Store;

/// <summary>The effects among which the model decides, for any number of facts in one statement: what <c>chronology.effects_as_of</c> and
/// <c>chronology.effect_after</c> say of each, without a call for each. What begins later is looked for only where no firm effect has surely begun.</summary>
/// <remarks><c>$1</c> chronology, <c>$2</c> day, <c>$3</c> the clamp, <c>$4</c> position, <c>$5</c> the day on which it was recorded.
/// Columns: id and key of the fact, event, idx, from_position, effect; by id, which is the order of the indexes: of many facts
/// each page is read once, and rows come while the next are looked for.</remarks>
internal static class EffectsOfFacts
{
    private const string Known = "x.from_position <= $4 and x.to_position > $4";

    /// <param name="selected">The rows <c>f</c> of <c>chronology.fact</c>, from the word after <c>from</c> to the end of a condition.</param>
    public static string Of(string selected) =>
        $"""
            select f.id, f.kind, f.holder, f.toward, f.qualifier, f.value, e.event, e.idx, e.from_position, e.effect::text
            from (
                select f.* from {selected}
                  and (f.ender is null or exists (
                    select from chronology.effect x where x.fact = f.id and {Known}))
                order by f.id
                offset 0) f
            cross join lateral (
                select coalesce(max(s.start_first), -9223372036854775808) as since
                from (values (f.id), (f.ender)) as k (fact)
                cross join lateral (
                    (select x.start_first from chronology.effect x
                     where x.fact = k.fact and x.start_first <= $3 and x.start_last <= $2 and {Known} and x.firm
                     order by x.start_first desc limit 1)
                    union all
                    (select x.start_first from chronology.effect x
                     where $2 > $3 and x.ahead and x.fact = k.fact and x.start_first > $3 and x.start_first <= $2 and x.start_last <= $2
                       and {Known} and x.firm
                     order by x.start_first desc limit 1)) s
                where k.fact is not null
                offset 0) d
            cross join lateral (
                select x.event, x.idx, x.from_position, x.effect
                from (values (f.id), (f.ender)) as k (fact)
                cross join lateral (
                    select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                    where x.fact = k.fact and x.start_first <= $3 and x.start_first >= d.since and {Known}
                    union all
                    select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                    where x.width between 1 and 2 and x.fact = k.fact and x.start_first <= $3
                      and x.start_first < d.since and x.start_first >= greatest(d.since, -9223372036854700000) - 366
                      and x.start_last >= d.since and {Known}
                    union all
                    select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                    where x.width > 2 and x.fact = k.fact and x.start_first <= $3
                      and x.start_first < d.since and x.start_last >= d.since and {Known}
                    union all
                    select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                    where $2 > $3 and x.ahead and x.fact = k.fact and x.start_first > $3 and x.start_first <= $2
                      and x.start_last >= d.since and {Known}) x
                where k.fact is not null
                union all
                (select x.event, x.idx, x.from_position, x.effect from (
                    (select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                     where d.since = -9223372036854775808 and x.fact = f.id and x.start_first > $2 and x.start_first <= $5 and {Known}
                     order by x.start_first desc limit 1)
                    union all
                    (select x.event, x.idx, x.from_position, x.effect from chronology.effect x
                     where d.since = -9223372036854775808 and x.ahead and x.fact = f.id and x.start_first > $2 and x.start_first > $5 and {Known}
                     order by x.start_first desc limit 1)) x
                 limit 1)) e
            order by f.id
            """;
}
