-- As lock_district.sql, without waiting.
select pg_try_advisory_xact_lock(hashtext('upstate.landing'), %(district)s)
