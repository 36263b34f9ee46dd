-- See carry_leftovers.sql.
copy pg_temp.hub_leftover from stdin (format binary)
