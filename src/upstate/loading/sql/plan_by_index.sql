-- A few records at a time: the reverse of plan_by_set.sql.
set local enable_nestloop = on
