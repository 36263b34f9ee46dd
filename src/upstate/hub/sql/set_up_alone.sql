-- One at a time makes what a hub needs, until its session ends: two that give the same right at the same moment are
-- refused by the server, and one that read the catalog before another was put in force would set it back.
SELECT pg_advisory_lock(hashtextextended('upstate.set_up', 0))
