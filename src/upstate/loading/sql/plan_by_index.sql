-- A few records at a time, where the planner finds it cheaper: the reverse of plan_by_set.sql.
set local enable_nestloop = on
