-- A temporary table that has grown large.
truncate {kept}
