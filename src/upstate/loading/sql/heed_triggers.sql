-- In a rehearsal objects share a transaction: what was set for the one before does not hold for the next.
select set_config('session_replication_role', 'origin', true)
where current_setting('session_replication_role') = 'replica'
