-- What was noted here of these districts goes with their rows.
delete from {table} where district_id = any (%(districts)s::integer[])
