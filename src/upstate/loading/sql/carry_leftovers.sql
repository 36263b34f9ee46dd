-- The leftovers that a resync found, for another server.
copy (
    select id, district_id, object, school_year, key, last_seen_id from hub_leftover
    where district_id = %(district)s and last_seen_id = %(resync)s::bigint
) to stdout (format binary)
