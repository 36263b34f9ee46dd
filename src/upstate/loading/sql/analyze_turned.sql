-- So that the planner knows how few they are, as a rule.
analyze pg_temp.turned
