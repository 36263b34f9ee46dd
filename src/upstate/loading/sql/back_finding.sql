-- See back_finding_table.sql.
copy (
    select {texts}, class, verdict, reason, "column", message, advice, root_object, root_key, root_reason, records from finding
) to stdout (format binary)
