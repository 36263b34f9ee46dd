-- See back_gone_table.sql.
copy (select {names} from pg_temp.gone) to stdout (format binary)
