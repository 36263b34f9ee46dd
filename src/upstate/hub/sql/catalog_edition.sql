-- Tells the catalog in force, with the owners of its fields, from any other that this or another database had: a change
-- replaces all files at once, and a database made anew under the same name has another number.
SELECT
    (SELECT oid FROM pg_database WHERE datname = current_database()) AS database,
    (SELECT max(id) FROM hub_catalog_file) AS newest,
    (SELECT count(*) FROM hub_catalog_file) AS files,
    (SELECT count(*) FROM hub_field_owner) AS owners,
    (SELECT max(changed_at) FROM hub_field_owner) AS changed
