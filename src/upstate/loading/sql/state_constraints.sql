-- The names of the constraints and indexes that the state has already.
select conname from pg_constraint where connamespace = 'state'::regnamespace
union all
select relname from pg_class where relnamespace = 'state'::regnamespace and relkind in ('i', 'I')
