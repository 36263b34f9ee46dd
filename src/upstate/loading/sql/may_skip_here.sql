-- Whether this role may write with row triggers off at all.
select has_parameter_privilege('session_replication_role', 'SET')
