-- What was said on another server of a resync's leftovers.
create temporary table {leaving} (id bigint, stays text, "by" text) on commit drop
