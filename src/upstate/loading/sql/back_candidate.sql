-- See back_candidate_table.sql.
copy (select {key_names} from pg_temp.candidate) to stdout (format binary)
