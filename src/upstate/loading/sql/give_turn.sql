-- The order that was filled in before its turn may land.
select pg_advisory_unlock(hashtextextended('upstate.turn', %(order)s))
