-- A page of the leftovers of an object.
select known.id, known.key, known.first_seen_at, known.kept, known.kept_by
from hub_leftover as known
where known.district_id = %(district)s and known.object = %(object)s::text
    and known.school_year is not distinct from %(school_year)s::integer and known.id > %(after)s::bigint
order by known.id
limit %(most)s::bigint
