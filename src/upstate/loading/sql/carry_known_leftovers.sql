-- The leftovers of some objects of a district, for another server.
copy (
    select id, district_id, object, school_year, key, last_seen_id from hub_leftover
    where district_id = %(district)s and object = any(%(objects)s::text[])
) to stdout (format binary)
