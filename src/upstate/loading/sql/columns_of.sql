-- The columns of a table at the state that can be written, those too that the state has added of its own.
select attname from pg_attribute
where attrelid = format('state.%%I', %(table)s::text)::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum
