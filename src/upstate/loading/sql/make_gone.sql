-- Leftovers: the keys of rows at the state that the district no longer has.
create temporary table gone on commit drop as select {keys} from {table} as record limit 0
