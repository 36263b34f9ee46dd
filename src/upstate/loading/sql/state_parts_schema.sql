-- The schema of what divided tables are made of: their partitions, and the registers of what must be unique.
create schema if not exists state_parts
