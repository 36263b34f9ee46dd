-- What was noted of these districts, for another server.
copy (select * from {table} where district_id = any (%(districts)s::integer[])) to stdout (format binary)
