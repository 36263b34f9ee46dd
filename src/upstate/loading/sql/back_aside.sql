-- See back_aside_table.sql.
copy (select {texts} from pg_temp.aside) to stdout (format binary)
