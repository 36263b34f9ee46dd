-- See keep_turn.sql.
select pg_advisory_xact_lock(hashtextextended('upstate.turn', %(order)s))
