-- Temporary tables have no statistics of their own accord: with nested loops the planner may take millions of rows for a
-- few. What it needs of rows just copied is how many they are, which a small sample tells in a few milliseconds. And keys
-- are kept as text, which must not depend on how this server, database or role likes to spell values.
select set_config('enable_nestloop', 'off', true), set_config('default_statistics_target', '5', true),
    set_config('datestyle', 'ISO, YMD', true), set_config('timezone', 'UTC', true),
    set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)
