-- One landing at a time in a district; other writers of its parents wait (state_lock_function.sql).
select pg_advisory_xact_lock(hashtext('upstate.landing'), %(district)s)
