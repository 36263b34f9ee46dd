-- Whether this role may switch row triggers off for its own transaction.
select has_parameter_privilege('session_replication_role', 'SET')
