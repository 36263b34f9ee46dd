-- See back_refusal_table.sql.
copy (select key, reason, "column", message, advice from refusal) to stdout (format binary)
