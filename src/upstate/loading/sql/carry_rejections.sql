-- The district's open rejections of an object and of its parents, for another server.
copy (
    select id, district_id, object, school_year, key, reason, verdict, root_object, root_key, root_reason, resolved_at,
        resolved_by_id
    from hub_rejection
    where district_id = %(district)s and object = any (%(objects)s::text[]) and resolved_at is null
) to stdout (format binary)
