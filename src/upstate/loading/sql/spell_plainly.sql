-- Keys are kept as text, which must not depend on how this server, database or role likes to spell values.
select set_config('datestyle', 'ISO, YMD', true), set_config('timezone', 'UTC', true),
    set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)
