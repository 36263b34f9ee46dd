-- The planner is told how many there are.
analyze pg_temp.hub_leftover
