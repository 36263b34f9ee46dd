-- See back_leaving_table.sql.
copy (
    select id, stays, "by" from state_parts.removed_leftovers
    where district_id = %(district)s and resync_id = %(resync)s and decision = %(decision)s
) to stdout (format binary)
