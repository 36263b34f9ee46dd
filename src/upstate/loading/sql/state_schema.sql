-- The schema that holds the state's copy of every district's records.
create schema if not exists state
