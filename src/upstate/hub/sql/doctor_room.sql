-- How large the database is, and where its files lie; null where we may not know.
SELECT
    pg_database_size(current_database()),
    CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') END
