-- Whoever has filled an order in before its turn waits for this, in the database: where what lands before it waits for
-- somebody who waits for what was filled in, the database sees it and ends one of them.
select pg_advisory_lock(hashtextextended('upstate.turn', %(order)s))
