-- Where a transaction goes on, as a rehearsal's does: what was set for one step does not hold for the next.
select set_config('session_replication_role', 'origin', true)
where current_setting('session_replication_role') = 'replica'
