-- Who we are, whether we may make temporary tables and write without triggers, and which tables we use are not ours.
SELECT
    current_user::text,
    has_database_privilege(current_database(), 'TEMPORARY'),
    has_parameter_privilege('session_replication_role', 'SET'),
    array(
        SELECT format('%%I.%%I', n.nspname, c.relname)
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE (n.nspname = 'state' OR n.nspname = 'public' AND c.relname LIKE 'hub\_%%')
            AND c.relkind IN ('r', 'p')
            AND NOT pg_has_role(c.relowner, 'USAGE')
        ORDER BY 1
    )
