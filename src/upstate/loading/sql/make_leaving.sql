-- The leftovers of one object that are to go, by key, as far as they are still at the state; `stays` says why one does not.
create temporary table {leaving} on commit drop as
select known.*, {owned} as stays, ''::text as "by"
from (
    select id, {typed_keys} from hub_leftover
    where district_id = %(district)s and object = %(object)s::text
        and school_year is not distinct from %(school_year)s::integer and last_seen_id = %(resync)s::bigint and {readable}
) as known
join {table} as held on held.district_id = %(district)s and {same_year} and {on}
