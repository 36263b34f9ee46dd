-- So that the planner knows how few were found.
analyze pg_temp.finding
