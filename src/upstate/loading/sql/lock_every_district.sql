-- As lock_district.sql, of every district, each in its turn.
select pg_advisory_xact_lock(hashtext('upstate.landing'), id::integer) from (select id from hub_district order by id) as districts
