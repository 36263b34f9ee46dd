-- The references were judged as a set, so the row-by-row triggers would only say the same again, several times slower. Row
-- triggers may be off where the role has the right to, and every foreign key of the table is one that the catalog declares
-- and the loader judges by. One that the state has added of its own is left to its triggers.
select set_config('session_replication_role', 'replica', true)
where has_parameter_privilege('session_replication_role', 'SET') and not exists (
    select from pg_constraint
    where conrelid = format('state.%%I', %(table)s::text)::regclass and contype = 'f' and conparentid = 0
        and conname <> all (%(declared)s::text[])
)
