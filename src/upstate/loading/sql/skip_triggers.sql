-- The references were judged as a set, so the row-by-row triggers would only say the same again, several times slower.
set local session_replication_role = replica
